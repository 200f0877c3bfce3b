//! What is a standard of the playbook, and what does its page say?
//!
//! A rule is a file under `rules/`. The comment at the top of the file is the rule's page: what it asks, why, what to
//! do, a bad and a good example, its sources. The examples are its tests; `hansom explain` and the playbook in the hub
//! show the same text.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

use crate::{
    finding::{Complaint, Level},
    survey::Survey,
};

/// How a rule is seen to be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// The contract says it.
    Contract,
    /// The contract says it, and running traffic proves it.
    ContractAndTraffic,
    /// Two releases held against each other say it.
    Difference,
    /// Only running traffic, a probe or the platform's own records say it.
    Traffic,
    /// Only people can say it; the platform keeps their answer.
    People,
}

/// One standard.
pub struct Rule {
    /// `URL-01`
    pub id: &'static str,
    /// The rule's file, and its name for people: `kebab-case-segments`.
    pub name: &'static str,
    /// How much it weighs unless a profile says otherwise.
    pub level: Level,
    /// How it is seen to be kept.
    pub evidence: Evidence,
    /// What a profile may set.
    pub parameters: &'static [Parameter],
    /// Looks at a contract. Rules that a contract cannot show have none.
    pub check: Option<Check>,
    /// The text of the rule's file.
    pub text: &'static str,
}

/// Looks at a contract and says what it found.
pub type Check = for<'d> fn(&Survey<'d>, &Settings, &mut Found<'d>);

/// Something that a profile may set.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name in a profile.
    pub name: &'static str,
    /// What it is where no profile says otherwise, as JSON.
    pub default: &'static str,
    /// What it means.
    pub about: &'static str,
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.id, self.name)
    }
}

impl Rule {
    /// The chapter of the catalogue: `URL` of `URL-01`.
    pub fn chapter(&self) -> &'static str {
        self.id.split_once('-').map_or(self.id, |(chapter, _)| chapter)
    }

    /// What the rule's page says.
    pub fn page(&self) -> Page {
        Page::of(self.text)
    }
}

/// The values of a rule's parameters in a profile.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    values: Vec<(&'static str, Value)>,
}

impl Settings {
    /// What a rule's parameters are by default.
    pub fn defaults(rule: &Rule) -> Settings {
        let value = |parameter: &Parameter| serde_json::from_str(parameter.default).unwrap_or(Value::Null);
        Settings { values: rule.parameters.iter().map(|parameter| (parameter.name, value(parameter))).collect() }
    }

    /// Sets a parameter; false if the rule has none of that name, or one of another kind.
    pub fn set(&mut self, name: &str, value: Value) -> bool {
        let same_kind = |known: &Value| std::mem::discriminant(known) == std::mem::discriminant(&value);
        match self.values.iter_mut().find(|(known, old)| *known == name && same_kind(old)) {
            Some((_, old)) => {
                *old = value;
                true
            }
            None => false,
        }
    }

    /// Every parameter with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &Value)> {
        self.values.iter().map(|(name, value)| (*name, value))
    }

    /// A parameter that is a text.
    pub fn text(&self, name: &str) -> &str {
        self.value(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// A parameter that is a number.
    pub fn number(&self, name: &str) -> u64 {
        self.value(name).and_then(Value::as_u64).unwrap_or_default()
    }

    /// A parameter that is true or false.
    pub fn flag(&self, name: &str) -> bool {
        self.value(name).and_then(Value::as_bool).unwrap_or_default()
    }

    /// A parameter that is a list of texts.
    pub fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        self.value(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }

    fn value(&self, name: &str) -> Option<&Value> {
        self.values.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }
}

/// What a rule found in one contract.
#[derive(Debug)]
pub struct Found<'d> {
    complaints: Vec<Complaint<'d>>,
    applied: usize,
    steps: u64,
    cut: bool,
}

impl<'d> Found<'d> {
    /// Nothing so far, and so many steps to go.
    pub(crate) fn within(steps: u64) -> Self {
        Self { complaints: Vec::new(), applied: 0, steps, cut: false }
    }

    /// Counts one thing that the rule applies to. Where nothing is counted the rule does not apply to the contract.
    pub fn applies(&mut self) {
        self.applied += 1;
        self.spend(1);
    }

    /// Counts one thing that the rule applies to, and complains if it is not as it should be.
    pub fn expect(&mut self, is_right: bool, complaint: impl FnOnce() -> Complaint<'d>) {
        self.applies();
        if !is_right {
            self.complaints.push(complaint());
        }
    }

    /// Complains about something that `applies` has counted, or that is wrong as a whole.
    pub fn complain(&mut self, complaint: Complaint<'d>) {
        self.applied = self.applied.max(1);
        self.complaints.push(complaint);
    }

    /// Takes steps from the rule's budget; a rule that loops over more than the survey's lists does so itself.
    /// False once nothing is left: then it is time to return.
    pub fn spend(&mut self, steps: u64) -> bool {
        self.steps = self.steps.saturating_sub(steps);
        self.cut |= self.steps == 0;
        !self.cut
    }

    /// Says that the rule could not look at everything, for a reason of its own (a pattern that takes too long).
    pub fn cut(&mut self) {
        self.cut = true;
    }

    /// What was found: the complaints, how many things the rule applied to, and whether it was cut short.
    pub(crate) fn end(self) -> (Vec<Complaint<'d>>, usize, bool) {
        (self.complaints, self.applied, self.cut)
    }
}

/// A rule's page, in parts. All are Markdown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Page {
    /// The standard in one sentence.
    pub title: String,
    /// What it asks, in full.
    pub what: String,
    /// Why it matters.
    pub why: String,
    /// What to do about a finding.
    pub mend: String,
    /// A fragment of a contract with findings; each line that has one ends in `# wrong`. Where a contract cannot show
    /// the rule, an exchange or a few words.
    pub bad: String,
    /// A fragment of a contract without.
    pub good: String,
    /// The language that the examples are in: `yaml`, `http`; empty where they are Markdown like the rest.
    pub language: String,
    /// What it rests on.
    pub sources: String,
}

impl Page {
    fn of(text: &str) -> Page {
        let lines =
            text.lines().map_while(|line| line.strip_prefix("//!")).map(|line| line.strip_prefix(' ').unwrap_or(line));
        let mut page = Page::default();
        let mut part = "what";
        for line in lines {
            if page.title.is_empty() {
                line.clone_into(&mut page.title);
                continue;
            }
            if let Some(heading) = line.strip_prefix("# ")
                && !page.in_example(part)
            {
                part = match heading {
                    "Why" => "why",
                    "What to do" => "mend",
                    "Bad" => "bad",
                    "Good" => "good",
                    "Sources" => "sources",
                    _ => "what",
                };
                continue;
            }
            let to = page.part(part);
            to.push_str(line);
            to.push('\n');
        }
        for part in ["what", "why", "mend", "sources"] {
            let text = page.part(part);
            *text = text.trim().to_owned();
        }
        for part in ["bad", "good"] {
            let text = std::mem::take(page.part(part));
            let fenced = text.trim().strip_prefix("```").and_then(|code| code.trim_end_matches("```").split_once('\n'));
            let (language, example) = fenced.unwrap_or(("", text.trim()));
            language.clone_into(&mut page.language);
            example.clone_into(page.part(part));
        }
        page
    }

    /// Whether the part being read is an example whose code has begun and not ended: `# ` is a comment there.
    fn in_example(&mut self, part: &'static str) -> bool {
        self.part(part).matches("```").count() % 2 == 1
    }

    fn part(&mut self, part: &str) -> &mut String {
        match part {
            "why" => &mut self.why,
            "mend" => &mut self.mend,
            "bad" => &mut self.bad,
            "good" => &mut self.good,
            "sources" => &mut self.sources,
            _ => &mut self.what,
        }
    }
}
