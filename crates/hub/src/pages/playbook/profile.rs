//! Which standards hold in a profile, and what is different in another?

use std::fmt::Write;

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::Response,
};
use hansom_standards::{Profile, profile, rules};

use super::{Leaf, reader::Reader, table};
use crate::{
    answer::Refusal,
    form::Fields,
    frame::Frame,
    playbook::{
        self,
        edition::{Standing, standings, value_in_words},
        level,
    },
    sentence::counted,
    urls,
};

#[derive(Template)]
#[template(path = "playbook/profile.html")]
pub(crate) struct ProfilePage {
    frame: Frame,
    profile: &'static Profile,
    /// The profile that it is held against.
    with: &'static Profile,
    /// The others that it can be held against.
    others: Vec<&'static str>,
    counts: Vec<(&'static str, usize)>,
    /// What is different; all there is where the profile is held against itself.
    lines: Vec<Line>,
    difference: String,
    is_itself: bool,
}

struct Line {
    id: &'static str,
    href: String,
    title: String,
    there: String,
    here: String,
}

/// `GET /playbook/profiles/{name}?with=…`
pub(crate) async fn show(
    reader: Reader,
    Path(name): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let profile = level::profile(reader.name(&name)).ok_or_else(|| Reader::nothing("profile"))?;
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    reader.answer(&leaf(reader.frame().await?, profile, level::profile(fields.one("with"))))
}

/// The page of a profile, held against another; without one against the default.
pub(crate) fn leaf(frame: Frame, profile: &'static Profile, with: Option<&'static Profile>) -> ProfilePage {
    let with = with.or_else(|| level::profile(profile::DEFAULT)).unwrap_or(profile);
    let is_itself = with.name == profile.name;
    let (here, there) = (standings(profile), standings(with));
    let rules = rules::ALL.iter().filter(|rule| is_itself || here.get(rule.id) != there.get(rule.id));
    let lines: Vec<Line> = rules
        .map(|rule| {
            let (one, other) = (there.get(rule.id), here.get(rule.id));
            Line {
                id: rule.id,
                href: urls::standard(rule.id),
                title: playbook::title(rule),
                there: in_words(one, other.filter(|_| !is_itself)),
                here: in_words(other, one.filter(|_| !is_itself)),
            }
        })
        .collect();
    let count = |word: &str| profile.rules.iter().filter(|it| level::shown(Some(it.level)).word == word).count();
    ProfilePage {
        frame: frame
            .of_playbook(&format!("Profile {}", profile.name), &urls::profile(&profile.name))
            .under("Playbook", urls::PLAYBOOK),
        profile,
        with,
        others: level::profiles().iter().map(|it| &*it.name).filter(|name| *name != &*profile.name).collect(),
        counts: ["must", "should", "may"].map(|word| (word, count(word))).into(),
        difference: counted(lines.len(), "standard is different", "standards are different"),
        lines,
        is_itself,
    }
}

/// The level, and the parameters that the other does not have.
fn in_words(standing: Option<&Standing>, other: Option<&Standing>) -> String {
    let Some(standing) = standing else { return "off".to_owned() };
    let mut text = match standing.level.as_str() {
        "error" => "must",
        "warning" => "should",
        _ => "may",
    }
    .to_owned();
    for (name, value) in &standing.parameters {
        if other.is_none_or(|other| other.parameters.get(name) != Some(value)) {
            let _ = write!(text, "; {name}: {}", value_in_words(value));
        }
    }
    text
}

impl Leaf for ProfilePage {
    fn markdown(&self) -> String {
        let Profile { name, title, summary, edition, .. } = self.profile;
        let mut out = format!("# Profile {name}\n\n{title}. {summary}\n\nEdition {edition}.\n\n");
        let id = |line: &Line| format!("[{0}](../standards/{0}.md)", line.id);
        if self.is_itself {
            let rows = self.lines.iter().map(|line| [id(line), line.title.clone(), line.here.clone()]);
            out.push_str(&table(["Standard", "What it asks", name], rows));
        } else {
            let _ = writeln!(out, "Against {}: {}.\n", self.with.name, self.difference);
            let rows = self.lines.iter().map(|it| [id(it), it.title.clone(), it.there.clone(), it.here.clone()]);
            out.push_str(&table(["Standard", "What it asks", &self.with.name, name], rows));
        }
        out
    }
}
