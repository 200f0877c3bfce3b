//! Which rules hold in the end, once everything that a ruleset extends is put together?

use std::{collections::HashMap, sync::Arc};

use super::{
    definition::{Definition, Entry, ParserOptions, Statement, Then, Wanted},
    format::{Format, Formats},
    glob,
    level::Severity,
};
use crate::finding::Level;

/// The rules that hold for one file.
#[derive(Debug, Default)]
pub(crate) struct Effective {
    /// The rules, in the order in which they were first named.
    pub(crate) rules: Vec<EffectiveRule>,
    /// The formats that the rules speak about.
    pub(crate) formats: Formats,
    /// The same, in the order in which they were first named.
    pub(crate) order: Vec<Format>,
    /// How faults of the text weigh.
    pub(crate) parser: ParserOptions,
}

/// A rule as it holds.
#[derive(Clone, Debug)]
pub(crate) struct EffectiveRule {
    pub(crate) name: Arc<str>,
    pub(crate) enabled: bool,
    pub(crate) recommended: bool,
    pub(crate) severity: Severity,
    pub(crate) given: Vec<String>,
    pub(crate) then: Arc<Vec<Then>>,
    pub(crate) message: Option<Arc<str>>,
    pub(crate) description: Option<Arc<str>>,
    pub(crate) documentation: Option<Arc<str>>,
    pub(crate) formats: Option<Formats>,
    pub(crate) resolved: bool,
    /// Whose aliases its expressions use.
    pub(crate) aliases: Arc<Definition>,
    /// Where it weighs something else: a pattern of file names, a pointer, and how much.
    pub(crate) elsewhere: Vec<(String, String, Severity)>,
    /// The ruleset in which it was first written.
    owner: Arc<Definition>,
}

impl EffectiveRule {
    /// How much the rule weighs at a place of a file. `pointer` is a fragment: `#/paths/~1pets`.
    pub(crate) fn severity_at(&self, file: &str, pointer: &str) -> Severity {
        let mut severity = self.severity;
        let mut closest = 0;
        for (files, below, own) in &self.elsewhere {
            let inside = pointer == below || pointer.strip_prefix(below.as_str()).is_some_and(|r| r.starts_with('/'));
            if below.len() >= closest && inside && glob::matches(file, files) {
                closest = below.len();
                severity = *own;
            }
        }
        severity
    }
}

impl Effective {
    /// Makes formats known.
    fn register(&mut self, formats: impl IntoIterator<Item = Format>) {
        for format in formats {
            if !self.formats.has(format) {
                self.formats.add(format);
                self.order.push(format);
            }
        }
    }

    /// The rules that hold for a file, by its name relative to where the ruleset lies.
    pub(crate) fn of(definition: &Arc<Definition>, file: &str) -> Effective {
        let mut matching: Vec<&Arc<Definition>> = Vec::new();
        let mut elsewhere: HashMap<Arc<str>, Vec<(String, String, Severity)>> = HashMap::new();
        for part in &definition.overrides {
            let mut whole = false;
            for (pattern, pointer) in part.files.iter().filter(|(pattern, _)| glob::matches(file, pattern)) {
                match pointer {
                    None => whole = true,
                    Some(pointer) => {
                        for (name, entry) in &part.definition.rules {
                            if let Entry::Weight(severity) = entry {
                                let places = elsewhere.entry(Arc::clone(name)).or_default();
                                places.retain(|(files, below, _)| files != pattern || below != pointer);
                                places.push((pattern.clone(), pointer.clone(), *severity));
                            }
                        }
                    }
                }
            }
            if whole {
                matching.push(&part.definition);
            }
        }
        let mut effective = Merging::of(definition, None, matching);
        for rule in &mut effective.rules {
            if let Some(places) = elsewhere.remove(&rule.name) {
                rule.elsewhere = places;
                rule.enabled = true;
            }
        }
        effective
    }
}

/// How rulesets are put together.
struct Merging {
    effective: Effective,
    at: HashMap<Arc<str>, usize>,
}

impl Merging {
    fn of(definition: &Arc<Definition>, wanted: Option<Wanted>, overrides: Vec<&Arc<Definition>>) -> Effective {
        let mut merging = Merging { effective: Effective::default(), at: HashMap::new() };
        merging.add(definition, wanted);
        for own in overrides {
            merging.add(own, None);
        }
        merging.effective.parser = definition.parser;
        merging.effective
    }

    /// Adds what a ruleset extends, then what it says itself.
    fn add(&mut self, definition: &Arc<Definition>, wanted: Option<Wanted>) {
        self.effective.register(definition.formats.into_iter().flat_map(Formats::each));
        for (extended, how) in &definition.extends {
            let inherited = Merging::of(extended, *how, Vec::new());
            self.effective.register(inherited.order);
            for mut rule in inherited.rules {
                if let Some(wanted) = wanted {
                    rule.enabled = is_enabled(&rule, wanted);
                }
                self.put(rule);
            }
        }
        for (name, entry) in &definition.rules {
            self.say(definition, wanted, name, entry);
        }
    }

    fn put(&mut self, rule: EffectiveRule) {
        match self.at.get(&rule.name) {
            Some(at) => {
                if let Some(slot) = self.effective.rules.get_mut(*at) {
                    *slot = rule;
                }
            }
            None => {
                self.at.insert(Arc::clone(&rule.name), self.effective.rules.len());
                self.effective.rules.push(rule);
            }
        }
    }

    fn say(&mut self, definition: &Arc<Definition>, wanted: Option<Wanted>, name: &Arc<str>, entry: &Entry) {
        if !self.at.contains_key(name) {
            let Entry::Rule(statement) = entry else {
                return;
            };
            self.put(fresh(definition, name, statement));
        } else if let Some(rule) = self.at.get(name).and_then(|at| self.effective.rules.get_mut(*at)) {
            change(rule, definition, entry);
        }
        let Some(rule) = self.at.get(name).and_then(|at| self.effective.rules.get_mut(*at)) else {
            return;
        };
        let own = Arc::ptr_eq(&rule.owner, definition);
        if own || wanted.is_some() {
            rule.enabled = is_enabled(rule, wanted.unwrap_or(Wanted::Recommended));
        }
        if let (Some(base), None) = (&definition.documentation, &rule.documentation) {
            rule.documentation = Some(format!("{base}#{name}").into());
        }
        match rule.formats {
            Some(formats) => self.effective.register(formats.each()),
            None => rule.formats = rule.owner.formats,
        }
    }
}

fn is_enabled(rule: &EffectiveRule, wanted: Wanted) -> bool {
    wanted == Wanted::All || (wanted == Wanted::Recommended && rule.recommended)
}

fn fresh(definition: &Arc<Definition>, name: &Arc<str>, statement: &Statement) -> EffectiveRule {
    EffectiveRule {
        name: Arc::clone(name),
        enabled: statement.recommended != Some(false),
        recommended: statement.recommended != Some(false),
        severity: statement.severity.unwrap_or(Some(Level::Warning)),
        given: statement.given.clone().unwrap_or_default(),
        then: statement.then.clone().unwrap_or_default(),
        message: statement.message.clone(),
        description: statement.description.clone(),
        documentation: statement.documentation.clone(),
        formats: statement.formats,
        resolved: statement.resolved != Some(false),
        aliases: Arc::clone(definition),
        elsewhere: Vec::new(),
        owner: Arc::clone(definition),
    }
}

/// Changes an inherited rule by what a ruleset says about it.
fn change(rule: &mut EffectiveRule, definition: &Arc<Definition>, entry: &Entry) {
    match entry {
        Entry::Switch(on) => rule.enabled = *on,
        Entry::Weight(severity) => {
            rule.severity = *severity;
            rule.enabled = severity.is_some();
        }
        Entry::Rule(statement) => {
            if let Some(given) = &statement.given {
                rule.given.clone_from(given);
                rule.aliases = Arc::clone(definition);
            }
            if let Some(then) = &statement.then {
                rule.then = Arc::clone(then);
            }
            rule.severity = statement.severity.unwrap_or(rule.severity);
            rule.message = statement.message.clone().or_else(|| rule.message.take());
            rule.description = statement.description.clone().or_else(|| rule.description.take());
            rule.documentation = statement.documentation.clone().or_else(|| rule.documentation.take());
            rule.formats = statement.formats.or(rule.formats);
            rule.recommended = statement.recommended.unwrap_or(rule.recommended);
            rule.resolved = statement.resolved.unwrap_or(rule.resolved);
            rule.enabled = true;
        }
    }
}
