//! What is in the playbook?

use std::fmt::Write;

use askama::Template;
use axum::response::Response;
use hansom_standards::{Profile, rules};

use super::{Leaf, reader::Reader};
use crate::{
    answer::Refusal,
    frame::Frame,
    playbook::{self, Chapter, Checklist, level},
    urls,
};

#[derive(Template)]
#[template(path = "playbook/start.html")]
pub(crate) struct Start {
    frame: Frame,
    chapters: &'static [Chapter],
    checklists: &'static [Checklist],
    profiles: &'static [Profile],
    count: usize,
    in_force: InForce,
}

/// What contracts are held to.
struct InForce {
    edition: String,
    profile: String,
    title: String,
    /// Whether the profile has a page.
    is_known: bool,
}

/// `GET /playbook`
pub(crate) async fn show(reader: Reader) -> Result<Response, Refusal> {
    let in_force = reader.in_force().await?;
    reader.answer(&leaf(reader.frame().await?, Some(&in_force)))
}

/// The page, with the profile in force; else with the one that holds where nobody chose another.
pub(crate) fn leaf(frame: Frame, in_force: Option<&Profile>) -> Start {
    let said = |profile: &Profile| InForce {
        edition: profile.edition.to_string(),
        profile: profile.name.to_string(),
        title: profile.title.clone(),
        is_known: level::profile(&profile.name).is_some(),
    };
    Start {
        frame: frame.of_playbook("Playbook", urls::PLAYBOOK),
        chapters: playbook::chapters(),
        checklists: playbook::checklists(),
        profiles: level::profiles(),
        count: rules::ALL.len(),
        in_force: in_force.or(level::default_profile()).map_or_else(
            || InForce { edition: String::new(), profile: String::new(), title: String::new(), is_known: false },
            said,
        ),
    }
}

impl Leaf for Start {
    fn markdown(&self) -> String {
        let InForce { edition, profile, .. } = &self.in_force;
        let mut out = format!(
            "# Playbook\n\nHow APIs are built and run here. Edition {edition}, profile {profile}.\n\n\
             - [All {} standards](playbook/standards.md)\n- [Editions](playbook/editions.md)\n\n## Chapters\n\n",
            self.count
        );
        let mut item = |text: &str, page: &str, summary: &str| {
            let _ = writeln!(out, "- [{text}](playbook/{page}.md): {summary}");
        };
        for chapter in self.chapters {
            item(&chapter.title, &format!("chapters/{}", chapter.slug), &chapter.summary);
        }
        for checklist in self.checklists {
            item(&checklist.title, &format!("checklists/{}", checklist.slug), &checklist.summary);
        }
        for profile in self.profiles {
            item(&profile.title, &format!("profiles/{}", profile.name), &profile.summary);
        }
        out
    }
}
