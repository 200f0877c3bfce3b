//! Which rules hold, how much does each weigh, and with which parameters?
//!
//! A profile is a file: the ones that come with Hansom lie in `profiles/`, an organisation's own builds on one of
//! them with `extends`. A rule never changes its meaning between profiles, only its level and its parameters.

use std::{fmt, sync::Arc};

use serde_json::Value;

use crate::{
    document::{Document, Kind, Node},
    fault::{Fault, quoted},
    finding::Level,
    rule::{Rule, Settings},
    rules,
};

/// The profile that is taken where nobody names another.
pub const DEFAULT: &str = "uk-council";
/// The profiles that come with Hansom.
const BUNDLED: &[(&str, &str)] = &[
    ("uk-council", include_str!("../profiles/uk-council.yaml")),
    ("hackney-compat", include_str!("../profiles/hackney-compat.yaml")),
    ("nl-adr", include_str!("../profiles/nl-adr.yaml")),
    ("zalando", include_str!("../profiles/zalando.yaml")),
];
/// How many profiles may build on one another.
const LONGEST_CHAIN: usize = 8;

/// A named set of rules, each with level and parameters.
#[derive(Clone, Debug)]
pub struct Profile {
    /// `uk-council`
    pub name: Arc<str>,
    /// What it is called for people.
    pub title: String,
    /// What it is for.
    pub summary: String,
    /// The edition of the playbook it belongs to: `2026.1`.
    pub edition: Arc<str>,
    /// The rules that hold, in the order of the catalogue.
    pub rules: Vec<Chosen>,
    /// Rulesets in Spectral's format that hold too: names of files beside the profile.
    pub rulesets: Vec<String>,
}

/// A rule in a profile.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The rule.
    pub rule: &'static Rule,
    /// How much it weighs here.
    pub level: Level,
    /// Its parameters here.
    pub settings: Settings,
}

impl fmt::Display for Profile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.edition)
    }
}

impl Profile {
    /// The names of the profiles that come with Hansom.
    pub fn names() -> impl Iterator<Item = &'static str> {
        BUNDLED.iter().map(|(name, _)| *name)
    }

    /// A profile that comes with Hansom.
    pub fn bundled(name: &str) -> Option<Profile> {
        let (_, text) = BUNDLED.iter().find(|(known, _)| *known == name)?;
        // A test holds that each of them reads.
        Profile::read(text).ok()
    }

    /// Reads a profile. It may build on those that come with Hansom.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(text: &str) -> Result<Profile, Vec<Fault>> {
        read_within(text, LONGEST_CHAIN)
    }

    /// The rule of an id, if it holds here.
    pub fn chosen(&self, id: &str) -> Option<&Chosen> {
        self.rules.iter().find(|chosen| chosen.rule.id == id)
    }
}

fn read_within(text: &str, chain: usize) -> Result<Profile, Vec<Fault>> {
    let document = Document::parse(text).map_err(|fault| vec![fault])?;
    let mut reading = Reading { faults: Vec::new() };
    let profile = reading.profile(document.root(), chain);
    if reading.faults.is_empty() { Ok(profile) } else { Err(reading.faults) }
}

struct Reading {
    faults: Vec<Fault>,
}

impl Reading {
    fn fault(&mut self, node: Node<'_>, what: impl Into<String>, mend: impl Into<String>) {
        self.faults.push(Fault::new(node.place(), what, mend));
    }

    fn profile(&mut self, root: Node<'_>, chain: usize) -> Profile {
        self.refuse_unknown_keys(root);
        let mut profile = self.ground(root, chain);
        for (key, to) in [("title", &mut profile.title), ("summary", &mut profile.summary)] {
            if let Some(text) = self.text(root, key) {
                text.clone_into(to);
            }
        }
        for (key, to) in [("profile", &mut profile.name), ("edition", &mut profile.edition)] {
            match self.text(root, key) {
                Some(text) => *to = text.into(),
                None if to.is_empty() => {
                    self.fault(root, format!("the profile has no `{key}`"), format!("write `{key}: …`"))
                }
                None => {}
            }
        }
        for (key, kind) in [("rules", Kind::Map), ("rulesets", Kind::List)] {
            if let Some(node) = root.get(key).filter(|node| node.kind() != kind && node.kind() != Kind::Null) {
                let mend =
                    if kind == Kind::Map { "write a level after each rule" } else { "write `- ` before each file" };
                self.fault(node, format!("`{key}` must be {kind}, this is {}", node.kind()), mend);
            }
        }
        for item in root.get("rulesets").into_iter().flat_map(Node::items) {
            match item.as_str() {
                Some(file) => profile.rulesets.push(file.to_owned()),
                None => self.fault(item, "a ruleset is named by a file", "write the name of a file beside the profile"),
            }
        }
        for (key, node) in root.get("rules").into_iter().flat_map(Node::entries) {
            self.rule(&mut profile, key.text, node);
        }
        profile
    }

    /// What the profile builds on: another profile, or every rule as its own file says.
    fn ground(&mut self, root: Node<'_>, chain: usize) -> Profile {
        if let Some(node) = root.get("extends") {
            let text = node.as_str().and_then(|name| BUNDLED.iter().find(|(known, _)| *known == name));
            return match (text, chain) {
                (Some((_, text)), 1..) => read_within(text, chain - 1).unwrap_or_else(|faults| {
                    self.faults.extend(faults);
                    empty()
                }),
                _ => {
                    let known: Vec<_> = Profile::names().collect();
                    self.fault(
                        node,
                        "there is no such profile to build on",
                        format!("write one of {}", known.join(", ")),
                    );
                    empty()
                }
            };
        }
        let off = match root.get("others").map(|node| (node, node.as_str())) {
            None | Some((_, Some("on"))) => false,
            Some((_, Some("off"))) => true,
            Some((node, _)) => {
                self.fault(
                    node,
                    "`others` says what rules do that are not listed",
                    "write `others: on` or `others: off`",
                );
                false
            }
        };
        let rules = rules::ALL.iter().filter(|_| !off);
        Profile { rules: rules.map(|rule| as_written(rule)).collect(), ..empty() }
    }

    fn rule(&mut self, profile: &mut Profile, id: &str, node: Node<'_>) {
        let Some(rule) = rules::find(id) else {
            return self.fault(node, format!("there is no rule {}", quoted(id)), "write the id of a rule, like URL-01");
        };
        let at = profile.rules.iter().position(|chosen| chosen.rule.id == rule.id);
        let word = if node.kind() == Kind::Map { node.get("level") } else { Some(node) };
        let level = match word.map(|word| (word, word.as_str())) {
            None => at.and_then(|at| profile.rules.get(at)).map_or(rule.level, |chosen| chosen.level),
            Some((_, Some("on"))) => rule.level,
            Some((_, Some("error"))) => Level::Error,
            Some((_, Some("warning"))) => Level::Warning,
            Some((_, Some("information"))) => Level::Information,
            Some((_, Some("off"))) => {
                profile.rules.retain(|chosen| chosen.rule.id != rule.id);
                return;
            }
            Some((word, _)) => {
                return self.fault(word, "this is no level", "write error, warning, information, on or off");
            }
        };
        let at = at.unwrap_or_else(|| {
            profile.rules.push(as_written(rule));
            profile.rules.len() - 1
        });
        let Some(chosen) = profile.rules.get_mut(at) else { return };
        chosen.level = level;
        for (key, value) in node.entries().filter(|(key, _)| key.text != "level") {
            if !chosen.settings.set(key.text, value.to_json()) {
                let known: Vec<_> = rule.parameters.iter().map(|known| known.name).collect();
                let mend =
                    if known.is_empty() { "remove it".to_owned() } else { format!("it has: {}", known.join(", ")) };
                self.fault(value, format!("{} has no parameter {} of this kind", rule.id, quoted(key.text)), mend);
            }
        }
        profile.rules.sort_by_key(|chosen| rules::position(chosen.rule.id));
    }

    fn text<'d>(&mut self, root: Node<'d>, key: &str) -> Option<&'d str> {
        let node = root.get(key)?;
        if node.as_str().is_none() {
            self.fault(node, format!("`{key}` must be a text"), "put it in quotes");
        }
        node.as_str()
    }

    fn refuse_unknown_keys(&mut self, root: Node<'_>) {
        const KNOWN: [&str; 8] = ["profile", "title", "summary", "edition", "extends", "others", "rulesets", "rules"];
        if root.kind() != Kind::Map {
            self.fault(root, "a profile is a map", "begin with `profile: …`");
        }
        for (key, node) in root.entries() {
            if !KNOWN.contains(&key.text) {
                self.fault(
                    node,
                    format!("a profile has no {}", quoted(key.text)),
                    format!("it has: {}", KNOWN.join(", ")),
                );
            }
        }
    }
}

fn as_written(rule: &'static Rule) -> Chosen {
    Chosen { rule, level: rule.level, settings: Settings::defaults(rule) }
}

fn empty() -> Profile {
    Profile {
        name: "".into(),
        title: String::new(),
        summary: String::new(),
        edition: "".into(),
        rules: Vec::new(),
        rulesets: Vec::new(),
    }
}

/// The value of a rule's parameter as a profile shows it.
pub fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
