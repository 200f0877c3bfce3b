//! Does a contract keep the standards of a profile?

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    document::{Node, Place, Span},
    finding::{Complaint, Finding, Level},
    profile::{Chosen, Profile},
    rule::{Evidence, Found, Page},
    rules,
    sources::Sources,
    survey::{Facts, Survey},
};

/// Steps that one rule may take. A contract of 20 MB needs a tenth of it.
const STEPS: u64 = 50_000_000;

/// What came of holding a contract against a profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Verdict {
    /// The profile's name.
    pub profile: String,
    /// The edition of the playbook.
    pub edition: String,
    /// What is wrong, in the order of the text.
    pub findings: Vec<Finding>,
    /// What came of each rule, in the order of the catalogue.
    pub coverage: Vec<Coverage>,
}

/// What came of one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// The rule's id.
    pub rule: Arc<str>,
    /// How much it weighs in the profile.
    pub level: Level,
    /// What came of it.
    pub outcome: Outcome,
    /// How many things it applied to.
    pub applied: usize,
    /// How many of them it complains about.
    pub findings: usize,
    /// Whether it was cut short, because it took too many steps.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cut: bool,
}

/// The answer of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It applies, and is kept everywhere.
    Passed,
    /// It applies, and is broken somewhere.
    Failed,
    /// There is nothing in the contract that it applies to.
    NotApplicable,
    /// A contract cannot show it; what could show it (traffic, a probe, people's answers) has not been seen.
    NotObserved,
}

impl Verdict {
    /// How many findings of a level there are.
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }

    /// The highest level among the findings.
    pub fn worst(&self) -> Option<Level> {
        self.findings.iter().map(|finding| finding.level).min()
    }

    /// Takes in what is known of a standard that the contract itself cannot show: what people answered, or what holding
    /// two releases against each other said. A standard that is not in the profile, or that the contract or only traffic
    /// shows, takes no answer.
    pub fn answered(&mut self, rule: &str, answer: Answer) {
        let Some(coverage) = self.coverage.iter_mut().find(|coverage| &*coverage.rule == rule) else { return };
        let Some(rule) = rules::find(rule) else { return };
        if !matches!(rule.evidence, Evidence::People | Evidence::Difference) {
            return;
        }
        coverage.applied = 1;
        coverage.outcome = match answer {
            Answer::Kept => Outcome::Passed,
            Answer::NotApplicable => {
                coverage.applied = 0;
                Outcome::NotApplicable
            }
            Answer::Broken(places) => {
                coverage.applied = places.len();
                coverage.findings = places.len();
                let words = Words::of(&rule.page(), rule.id);
                let level = coverage.level;
                self.findings.splice(0..0, places.into_iter().map(|what| words.about_the_whole(what, level)));
                Outcome::Failed
            }
        };
    }
}

/// What is known of a standard that the contract itself cannot show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is kept.
    Kept,
    /// It is broken: everything that is wrong.
    Broken(Vec<String>),
    /// It asks nothing of this API.
    NotApplicable,
}

/// Holds a contract against a profile.
pub fn lint(sources: &Sources, facts: Facts, profile: &Profile) -> Verdict {
    let survey = Survey::of(sources, facts);
    let mut findings = Vec::new();
    let coverage = profile.rules.iter().map(|chosen| hold(&survey, chosen, &mut findings)).collect();
    sort(sources, &mut findings);
    Verdict { profile: profile.name.to_string(), edition: profile.edition.to_string(), findings, coverage }
}

fn hold(survey: &Survey<'_>, chosen: &Chosen, findings: &mut Vec<Finding>) -> Coverage {
    let rule = chosen.rule;
    let mut coverage = Coverage {
        rule: rule.id.into(),
        level: chosen.level,
        outcome: Outcome::NotObserved,
        applied: 0,
        findings: 0,
        cut: false,
    };
    let Some(check) = rule.check else { return coverage };
    let mut found = Found::within(STEPS);
    check(survey, &chosen.settings, &mut found);
    let (complaints, applied, cut) = found.end();
    coverage.applied = applied;
    coverage.findings = complaints.len();
    coverage.cut = cut;
    coverage.outcome = match (complaints.is_empty(), applied) {
        (false, _) => Outcome::Failed,
        (true, 0) => Outcome::NotApplicable,
        // Where the contract is only half of the evidence and says nothing wrong, the other half is still open: the
        // coverage says so beside the rule's evidence, not by withholding what the contract does show.
        (true, _) => Outcome::Passed,
    };
    if !complaints.is_empty() {
        let page = rule.page();
        let words = Words::of(&page, rule.id);
        findings.extend(complaints.into_iter().map(|complaint| words.finding(complaint, chosen.level)));
    }
    coverage
}

/// What every finding of a rule says alike.
struct Words {
    rule: Arc<str>,
    why: Arc<str>,
    mend: Arc<str>,
}

impl Words {
    fn of(page: &Page, id: &str) -> Words {
        Words { rule: id.into(), why: in_one_line(&page.why).into(), mend: in_one_line(&page.mend).into() }
    }

    /// A finding that is about no place in particular.
    fn about_the_whole(&self, what: String, level: Level) -> Finding {
        Finding {
            rule: Arc::clone(&self.rule),
            level,
            file: "".into(),
            span: Span::empty(Place::START),
            pointer: String::new(),
            what,
            why: Arc::clone(&self.why),
            mend: Arc::clone(&self.mend),
            page: None,
            fix: None,
        }
    }

    fn finding(&self, complaint: Complaint<'_>, level: Level) -> Finding {
        let node = complaint.node;
        let mend = complaint.mend.map_or_else(|| Arc::clone(&self.mend), Into::into);
        Finding {
            rule: Arc::clone(&self.rule),
            level,
            file: node.document().shared_name(),
            span: span_of(node, complaint.at_key),
            pointer: node.pointer(),
            what: complaint.what,
            why: Arc::clone(&self.why),
            mend,
            page: None,
            fix: complaint.fix,
        }
    }
}

/// The stretch that is meant: the key's where the key is wrong, and where the value is a whole map or list, which
/// nobody wants to see underlined.
fn span_of(node: Node<'_>, at_key: bool) -> Span {
    let large = matches!(node.kind(), crate::document::Kind::Map | crate::document::Kind::List);
    match node.key() {
        Some(key) if at_key || large => key.span(),
        _ if large => Span::empty(node.place()),
        _ => node.span(),
    }
}

/// The first paragraph, without its line ends.
fn in_one_line(markdown: &str) -> String {
    let first = markdown.split("\n\n").next().unwrap_or_default();
    first.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// By file in the order in which they were read, then by place, then by rule.
fn sort(sources: &Sources, findings: &mut [Finding]) {
    let number = |file: &str| sources.documents().iter().position(|document| document.name() == file);
    findings.sort_by(|one, other| {
        let key = |finding: &Finding| (number(&finding.file), finding.span.start);
        key(one).cmp(&key(other)).then_with(|| one.rule.cmp(&other.rule))
    });
}

/// Whether the contract alone cannot show the whole of a rule.
pub fn is_half_seen(evidence: Evidence) -> bool {
    evidence == Evidence::ContractAndTraffic
}
