//! Which standards are there, how much does each weigh, and how is it seen to be kept?

use std::fmt::Write;

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use hansom_standards::{Level, Profile, explanation::checked_by, profile, rule::Evidence};

use super::{Leaf, reader::Reader};
use crate::{
    answer::Refusal,
    form::Fields,
    frame::Frame,
    playbook::{self, family, level, level::Shown},
    sentence::{capital, counted},
    urls,
};

const EVIDENCE: [(Evidence, &str); 5] = [
    (Evidence::Contract, "contract"),
    (Evidence::ContractAndTraffic, "contract-and-traffic"),
    (Evidence::Difference, "difference"),
    (Evidence::Traffic, "traffic"),
    (Evidence::People, "people"),
];
const LEVELS: [(Option<Level>, &str, &str); 4] = [
    (Some(Level::Error), "must", "Must"),
    (Some(Level::Warning), "should", "Should"),
    (Some(Level::Information), "may", "May"),
    (None, "off", "Off: does not hold in this profile"),
];

#[derive(Template)]
#[template(path = "playbook/standards.html")]
pub(crate) struct Standards {
    frame: Frame,
    profiles: Vec<Choice>,
    levels: Vec<Choice>,
    evidence: Vec<Choice>,
    families: Vec<Group>,
    count: String,
    profile: String,
    narrowed: bool,
}

/// An option of a filter.
struct Choice {
    value: String,
    text: String,
    chosen: bool,
}

struct Group {
    id: String,
    title: &'static str,
    lines: Vec<Line>,
}

struct Line {
    id: &'static str,
    href: String,
    title: String,
    level: Shown,
    checked: &'static str,
}

/// Which standards somebody wants to see.
pub(crate) struct Wanted<'p> {
    profile: &'p Profile,
    level: Option<Option<Level>>,
    evidence: Option<Evidence>,
}

impl<'p> Wanted<'p> {
    /// Every standard, as a profile has it.
    pub(crate) fn all(profile: &'p Profile) -> Self {
        Self { profile, level: None, evidence: None }
    }
}

/// `GET /playbook/standards`, narrowed by `profile`, `level` and `evidence`.
pub(crate) async fn show(reader: Reader, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let in_force = reader.in_force().await?;
    let own = Some(&*in_force).filter(|profile| level::profile(&profile.name).is_none());
    let name = fields.one("profile");
    let profile = own.filter(|own| &*own.name == name).or_else(|| level::profile(name)).or(level::default_profile());
    let profile = profile.ok_or_else(|| Reader::nothing("profile"))?;
    let wanted = Wanted {
        profile,
        level: LEVELS.iter().find(|(_, word, _)| *word == fields.one("level")).map(|(level, ..)| *level),
        evidence: EVIDENCE.iter().find(|(_, word)| *word == fields.one("evidence")).map(|(evidence, _)| *evidence),
    };
    reader.answer(&leaf(reader.frame().await?, &wanted, own))
}

/// The page. `own` is a profile of the platform that can be chosen too.
pub(crate) fn leaf(frame: Frame, wanted: &Wanted<'_>, own: Option<&Profile>) -> Standards {
    let level_of = |id: &str| {
        wanted.profile.chosen(id).map(|chosen| match chosen.level {
            Level::Hint => Level::Information,
            level => level,
        })
    };
    let families = family::families(|rule| {
        wanted.level.is_none_or(|level| level == level_of(rule.id))
            && wanted.evidence.is_none_or(|it| it == rule.evidence)
    });
    let count = families.iter().map(|family| family.rules.len()).sum();
    let groups = families.into_iter().map(|family| Group {
        id: family.code.to_lowercase(),
        title: family.title,
        lines: family
            .rules
            .iter()
            .map(|rule| Line {
                id: rule.id,
                href: urls::standard(rule.id),
                title: playbook::title(rule),
                level: level::shown(level_of(rule.id)),
                checked: checked_by(rule.evidence),
            })
            .collect(),
    });
    let profiles = own.into_iter().chain(level::profiles());
    Standards {
        frame: frame.of_playbook("Standards", urls::STANDARDS).under("Playbook", urls::PLAYBOOK),
        profiles: profiles.map(|it| choice(&it.name, &it.name, it.name == wanted.profile.name)).collect(),
        levels: LEVELS.iter().map(|(level, word, text)| choice(word, text, wanted.level == Some(*level))).collect(),
        evidence: EVIDENCE
            .iter()
            .map(|(it, word)| choice(word, &capital(checked_by(*it)), wanted.evidence == Some(*it)))
            .collect(),
        families: groups.collect(),
        count: counted(count, "standard", "standards"),
        profile: wanted.profile.name.to_string(),
        narrowed: wanted.level.is_some() || wanted.evidence.is_some() || &*wanted.profile.name != profile::DEFAULT,
    }
}

fn choice(value: &str, text: &str, chosen: bool) -> Choice {
    Choice { value: value.to_owned(), text: text.to_owned(), chosen }
}

impl Leaf for Standards {
    fn markdown(&self) -> String {
        let mut out = format!("# Standards\n\n{}, as the profile {} has them.\n", self.count, self.profile);
        for group in &self.families {
            let _ = writeln!(out, "\n## {}\n", group.title);
            for Line { id, title, level, checked, .. } in &group.lines {
                let _ = writeln!(out, "- [{id}](standards/{id}.md) **{}**: {title} ({checked})", level.word);
            }
        }
        out
    }
}
