//! What did an edition of the playbook ask, and what is different in another?
//!
//! `playbook/editions/NAME.yaml` keeps, for each edition that comes with Hansom, every profile with its levels and
//! parameters, and a fingerprint of every standard's page. It is written by the test below and never by hand.

use std::{collections::BTreeMap, sync::OnceLock};

use chrono::NaiveDate;
use hansom_standards::{Node, Profile, profile::shown, rules};
use serde_json::Value;

use super::{
    front,
    markdown::{self, Rendered},
};

/// What is new in an edition, in words.
#[derive(Debug)]
pub(crate) struct Notes {
    /// `2026.1`
    pub(crate) edition: &'static str,
    /// `2026-11-25`
    pub(crate) date: String,
    pub(crate) summary: String,
    /// Markdown.
    pub(crate) text: &'static str,
    rendered: OnceLock<Rendered>,
}

impl Notes {
    /// Reads the file `2026.1.md`.
    pub(super) fn read(edition: &'static str, text: &'static str) -> Self {
        let (front, body) = front::parted(text);
        let said = |key| front.as_ref().map_or_else(String::new, |front| front::text(front.root(), key));
        Self { edition, date: said("date"), summary: said("summary"), text: body, rendered: OnceLock::new() }
    }

    /// `25 November 2026`
    pub(crate) fn day(&self) -> String {
        NaiveDate::parse_from_str(&self.date, "%Y-%m-%d")
            .map_or_else(|_| self.date.clone(), |day| day.format("%-d %B %Y").to_string())
    }

    /// The text as a page shows it.
    pub(crate) fn rendered(&self) -> &Rendered {
        self.rendered.get_or_init(|| markdown::render(self.text, "Notes"))
    }
}

/// What an edition asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Edition {
    pub(crate) name: String,
    /// By the name of the profile.
    pub(crate) profiles: BTreeMap<String, Standings>,
    /// By the id of the standard. Editions that a platform published have none.
    pub(crate) pages: BTreeMap<String, Kept>,
}

/// The standards that hold in a profile, by id.
pub(crate) type Standings = BTreeMap<String, Standing>;

/// What a profile makes of a standard.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Standing {
    /// `error`
    pub(crate) level: String,
    pub(crate) parameters: BTreeMap<String, Value>,
}

/// What is kept of a standard's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) title: String,
    /// Changes with any word of the page.
    pub(crate) fingerprint: String,
}

/// What is different between two editions, in one profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) added: Vec<Change>,
    pub(crate) removed: Vec<Change>,
    /// Levels and parameters.
    pub(crate) moved: Vec<Change>,
    /// Only the words of the page.
    pub(crate) reworded: Vec<Change>,
}

/// What is different about a standard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) id: String,
    pub(crate) title: String,
    /// In words; empty where there is no more to say.
    pub(crate) what: String,
}

impl Changes {
    pub(crate) fn is_empty(&self) -> bool {
        [&self.added, &self.removed, &self.moved, &self.reworded].iter().all(|changes| changes.is_empty())
    }

    /// Each kind of change with its heading.
    pub(crate) fn kinds(&self) -> [(&'static str, &[Change]); 4] {
        [
            ("Added", &self.added),
            ("Removed", &self.removed),
            ("Level or parameters changed", &self.moved),
            ("Page reworded", &self.reworded),
        ]
    }
}

impl Edition {
    /// Reads the file `2026.1.yaml`.
    pub(super) fn read(name: &str, text: &str) -> Self {
        let document = front::read(text);
        let root = document.as_ref().map(|document| document.root());
        let under = |key: &str| root.and_then(|root| root.get(key)).into_iter().flat_map(Node::entries);
        let standings =
            |profile: Node<'_>| profile.entries().map(|(id, it)| (id.text.to_owned(), standing(it))).collect();
        Self {
            name: name.to_owned(),
            profiles: under("profiles").map(|(name, profile)| (name.text.to_owned(), standings(profile))).collect(),
            pages: under("pages").map(|(id, page)| (id.text.to_owned(), kept(page))).collect(),
        }
    }

    /// What an edition asks that a platform published: one profile.
    pub(crate) fn of_profile(name: &str, profile: &Profile) -> Self {
        let profiles = BTreeMap::from([(profile.name.to_string(), standings(profile))]);
        Self { name: name.to_owned(), profiles, pages: BTreeMap::new() }
    }

    /// A profile of that name, or the only one.
    pub(crate) fn profile(&self, name: &str) -> Option<&Standings> {
        self.profiles.get(name).or_else(|| self.profiles.values().next().filter(|_| self.profiles.len() == 1))
    }

    fn title(&self, id: &str) -> String {
        let today = || rules::find(id).map(|rule| rule.page().title);
        self.pages.get(id).map(|kept| kept.title.clone()).or_else(today).unwrap_or_default()
    }
}

/// What is different in `new` by the profile of that name.
pub(crate) fn compare(old: &Edition, new: &Edition, profile: &str) -> Changes {
    let none = Standings::new();
    let before = old.profile(profile).unwrap_or(&none);
    let after = new.profile(profile).unwrap_or(&none);
    let change = |from: &Edition, id: &str, what: String| Change { id: id.to_owned(), title: from.title(id), what };
    let mut changes = Changes::default();
    for (id, standing) in after {
        match before.get(id) {
            None => changes.added.push(change(new, id, in_words(&standing.level).to_owned())),
            Some(was) if was != standing => changes.moved.push(change(new, id, moved(was, standing))),
            Some(_) if differs(old.pages.get(id), new.pages.get(id)) => {
                changes.reworded.push(change(new, id, String::new()));
            }
            Some(_) => {}
        }
    }
    for id in before.keys().filter(|id| !after.contains_key(*id)) {
        changes.removed.push(change(old, id, String::new()));
    }
    for list in [&mut changes.added, &mut changes.removed, &mut changes.moved, &mut changes.reworded] {
        list.sort_by_key(|change| rules::ALL.iter().position(|rule| rule.id == change.id));
    }
    changes
}

/// The standards that hold in a profile.
pub(crate) fn standings(profile: &Profile) -> Standings {
    let parameters = |settings: &hansom_standards::rule::Settings| {
        settings.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()
    };
    profile
        .rules
        .iter()
        .map(|chosen| {
            let level = chosen.level.as_str().to_owned();
            (chosen.rule.id.to_owned(), Standing { level, parameters: parameters(&chosen.settings) })
        })
        .collect()
}

fn standing(node: Node<'_>) -> Standing {
    let parameters = node.get("parameters").into_iter().flat_map(Node::entries);
    Standing {
        level: front::text(node, "level"),
        parameters: parameters.map(|(name, value)| (name.text.to_owned(), value.to_json())).collect(),
    }
}

fn kept(node: Node<'_>) -> Kept {
    Kept { title: front::text(node, "title"), fingerprint: front::text(node, "text") }
}

fn differs(one: Option<&Kept>, other: Option<&Kept>) -> bool {
    one.zip(other).is_some_and(|(one, other)| one != other)
}

/// What is different between two standings: `should → must; most-tags: 1 → 2`.
pub(crate) fn moved(was: &Standing, is: &Standing) -> String {
    let mut parts = vec![];
    if was.level != is.level {
        parts.push(format!("{} → {}", in_words(&was.level), in_words(&is.level)));
    }
    let value =
        |of: &Standing, name: &str| of.parameters.get(name).map_or_else(|| "not there".to_owned(), value_in_words);
    let mut names: Vec<&String> = was.parameters.keys().chain(is.parameters.keys()).collect();
    names.sort();
    names.dedup();
    for name in names.into_iter().filter(|name| was.parameters.get(*name) != is.parameters.get(*name)) {
        parts.push(format!("{name}: {} → {}", value(was, name), value(is, name)));
    }
    parts.join("; ")
}

/// The value of a parameter in words.
pub(crate) fn value_in_words(value: &Value) -> String {
    let text = shown(value);
    if text.is_empty() { "none".to_owned() } else { text }
}

fn in_words(level: &str) -> &'static str {
    match level {
        "error" => "must",
        "warning" => "should",
        _ => "may",
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use serde_json::json;

    use super::*;
    use crate::playbook::{self, level};

    impl Edition {
        /// What the standards and profiles of today ask.
        fn of_today(name: &str) -> Self {
            let page = |rule: &&hansom_standards::Rule| {
                let page = rule.page();
                let all = [&page.title, &page.what, &page.why, &page.mend, &page.bad, &page.good, &page.sources];
                let fingerprint =
                    hansom_control::fingerprint(&all.map(String::as_str).join("\n\n")).chars().take(16).collect();
                (rule.id.to_owned(), Kept { title: page.title, fingerprint })
            };
            Self {
                name: name.to_owned(),
                profiles: level::profiles().iter().map(|it| (it.name.to_string(), standings(it))).collect(),
                pages: rules::ALL.iter().map(page).collect(),
            }
        }

        /// As the file that keeps it.
        fn written(&self) -> String {
            let mut out = format!(
                "# What edition {0} asks. Written by a test, never by hand: see `an_edition_is_frozen` in\n\
             # crates/hub/src/playbook/edition.rs.\nedition: \"{0}\"\nprofiles:\n",
                self.name
            );
            for (name, standings) in &self.profiles {
                let _ = writeln!(out, "  {name}:");
                for (id, Standing { level, parameters }) in standings {
                    let _ = writeln!(out, "    {id}: {}", json!({ "level": level, "parameters": parameters }));
                }
            }
            out.push_str("pages:\n");
            for (id, Kept { title, fingerprint }) in &self.pages {
                let _ = writeln!(out, "  {id}: {}", json!({ "title": title, "text": fingerprint }));
            }
            out
        }
    }

    /// With `FREEZE=2026.2 cargo test -p hansom-hub an_edition_is_frozen` it writes `playbook/editions/2026.2.yaml`.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test writes the file that it holds to, when asked to")]
    fn an_edition_is_frozen() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../playbook/editions");
        if let Ok(name) = std::env::var("FREEZE") {
            let written = Edition::of_today(&name).written();
            return std::fs::write(format!("{folder}/{name}.yaml"), written).expect("the edition can be written");
        }
        let newest = playbook::editions().first().expect("there is an edition: run this test with FREEZE=NAME");
        let today = Edition::of_today(&newest.name);
        let mut told = vec![];
        for name in today.profiles.keys().filter(|name| !newest.profiles.contains_key(*name)) {
            told.push(format!("  the profile {name} is new"));
        }
        for name in newest.profiles.keys() {
            if !today.profiles.contains_key(name) {
                told.push(format!("  the profile {name} is gone"));
                continue;
            }
            for (kind, changes) in compare(newest, &today, name).kinds() {
                told.extend(changes.iter().map(|it| format!("  {kind} in {name}: {} {} {}", it.id, it.title, it.what)));
            }
        }
        assert!(
            *newest == today,
            "the standards are not as edition {0} froze them:\n{1}\n\n\
             Was {0} published? Then write the notes of the next edition (playbook/editions/NEXT.md), put its name into \
             the profiles (crates/standards/profiles), and freeze it:\n    \
             FREEZE=NEXT cargo test -p hansom-hub an_edition_is_frozen\n\
             Is {0} still being made? Then freeze it again:\n    \
             FREEZE={0} cargo test -p hansom-hub an_edition_is_frozen\n",
            newest.name,
            told.join("\n")
        );
    }

    #[test]
    fn every_edition_has_notes_and_the_newest_is_that_of_the_profiles() {
        let kept: Vec<_> = playbook::editions().iter().map(|edition| edition.name.as_str()).collect();
        let told: Vec<_> = playbook::all_notes().iter().map(|notes| notes.edition).collect();
        assert_eq!(kept, told, "each edition has NAME.md and NAME.yaml");
        for profile in level::profiles() {
            assert_eq!(Some(&*profile.edition), kept.first().copied(), "the profile {}", profile.name);
        }
    }

    #[test]
    fn an_edition_reads_as_it_was_written() {
        let edition = Edition::of_today("2026.1");
        assert_eq!(Edition::read("2026.1", &edition.written()), edition);
        assert!(edition.pages.len() == rules::ALL.len() && !edition.profiles.is_empty());
    }

    #[test]
    fn two_editions_differ_by_what_was_added_removed_moved_and_reworded() {
        let old = Edition::of_today("2026.1");
        assert!(compare(&old, &old, "uk-council").is_empty());
        let mut new = Edition { name: "2026.2".into(), ..old.clone() };
        let profile = new.profiles.get_mut("uk-council").expect("it is there");
        profile.remove("URL-02");
        let first = profile.get_mut("URL-01").expect("it is there");
        first.level = "warning".into();
        first.parameters.insert("casing".into(), json!("camelCase"));
        new.pages.get_mut("URL-03").expect("it is there").fingerprint = "other".into();
        let changes = compare(&old, &new, "uk-council");
        let told = |changes: &[Change]| changes.iter().map(|it| format!("{} {}", it.id, it.what)).collect::<Vec<_>>();
        assert_eq!(told(&changes.moved), ["URL-01 must → should; casing: kebab-case → camelCase"]);
        assert_eq!(told(&changes.removed), ["URL-02 "]);
        assert_eq!(told(&changes.reworded), ["URL-03 "]);
        assert_eq!(told(&compare(&new, &old, "uk-council").added), ["URL-02 must"]);
    }
}
