//! How good is a contract, in one number, and how sure is that?
//!
//! # How the score is made
//!
//! Each rule has a weight by the harm that breaking it does: a MUST 10, a SHOULD 3, a MAY 1, a hint 0.
//!
//! A rule counts if it was held against something: it passed or failed. A rule that applies to nothing, one that nothing
//! has shown yet, and one that was cut short without a finding do not count; they are neither good nor bad. What does not
//! count can never raise a score.
//!
//! A rule that passed keeps its whole weight. A rule that failed loses half of it, and of the other half the share of
//! what it applies to that is wrong: broken at 1 of 10 places it keeps 45 % of its weight, broken everywhere nothing.
//! So one open operation among a hundred still costs, and mending each place is worth something.
//!
//! The score is what is kept of the weights that count, of 1,000, rounded down: 1,000 means that nothing stands.
//!
//! A waived finding is left out with the place that it is about: it lowers no score and raises none. Where every place of
//! a rule is waived, the rule does not count.
//!
//! Findings of rulesets in Spectral's format stand like others, and hold back the grade where they are errors. They are
//! in no score: nothing tells how much such a rule applied to.
//!
//! # How sure it is
//!
//! `seen` says how much of what applies has been looked at, by weight and of 1,000. A rule that was held against the
//! contract counts as seen; as half seen, if running traffic has to prove the other half; a rule that nothing has shown
//! yet, or that was cut short without a finding, as not seen.

use std::{collections::HashMap, fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    finding::{Finding, Level},
    lint::{Coverage, Outcome, Verdict, is_half_seen},
    rules,
};

/// A score that is whole.
pub const FULL: u32 = 1000;
/// A weight is reckoned in millionths, so that shares of it are whole numbers.
const MILLION: u64 = 1_000_000;

/// How good a contract is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scorecard {
    /// The profile's name.
    pub profile: String,
    /// The edition of the playbook.
    pub edition: String,
    /// What is kept of the standards that count, of 1,000; none where no rule counts.
    pub score: Option<u32>,
    /// The score as a letter.
    pub grade: Option<Grade>,
    /// How much of what applies has been looked at, of 1,000.
    pub seen: u32,
    /// Findings that stand, by level.
    pub standing: Standing,
    /// Findings that a waiver covers.
    pub waived: usize,
    /// What came of the rules.
    pub tally: Tally,
    /// The same by chapter, in the order of the catalogue.
    pub chapters: Vec<Chapter>,
    /// What each broken rule costs, the dearest first.
    pub losses: Vec<Loss>,
}

/// A score as a letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Grade {
    /// 900 and more, and no MUST is broken.
    A,
    /// 750 and more, and no MUST is broken.
    B,
    /// 600 and more; also everything above, while a MUST is broken.
    C,
    /// 400 and more.
    D,
    /// Less than 400.
    E,
}

/// How many findings of each level stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// A MUST is broken.
    pub errors: usize,
    /// A SHOULD is broken.
    pub warnings: usize,
    /// A MAY, or less, is broken.
    pub notes: usize,
}

/// How many rules came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Kept everywhere, waived places left out.
    pub passed: usize,
    /// Those of the passed whose other half only traffic can prove.
    pub half_seen: usize,
    /// Broken somewhere.
    pub failed: usize,
    /// Broken, and every place where it applies is waived.
    pub waived: usize,
    /// There is nothing that they apply to.
    pub not_applicable: usize,
    /// Nothing has shown yet whether they are kept.
    pub not_observed: usize,
}

/// A chapter of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chapter {
    /// `URL` of `URL-01`; the whole name of a rule that has no chapter.
    pub chapter: String,
    /// The chapter's own score; none where no rule of it counts.
    pub score: Option<u32>,
    /// What came of its rules.
    pub tally: Tally,
}

/// What a broken rule costs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// The rule.
    pub rule: Arc<str>,
    /// How many places are wrong.
    pub wrong: usize,
    /// Of how many that it applies to.
    pub of: usize,
    /// How far the score would rise if the rule were kept, of 1,000, rounded up.
    pub lost: u32,
}

/// Many contracts together: those of an organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// How many contracts there are.
    pub contracts: usize,
    /// The mean of their scores, rounded down; each contract counts alike. None where none has a score.
    pub score: Option<u32>,
    /// The mean of how much has been looked at.
    pub seen: u32,
    /// How many contracts have a MUST that is broken.
    pub with_errors: usize,
    /// How many contracts have each grade, from A to E.
    pub grades: [usize; 5],
    /// The findings of all that stand.
    pub standing: Standing,
    /// The findings of all that are waived.
    pub waived: usize,
}

impl Scorecard {
    /// How good a contract is by a verdict; what is waived, the caller says.
    pub fn of(verdict: &Verdict, is_waived: impl Fn(&Finding) -> bool) -> Scorecard {
        let (waived, standing): (Vec<&Finding>, Vec<&Finding>) =
            verdict.findings.iter().partition(|one| is_waived(one));
        Self::told_apart(verdict, &standing, &waived)
    }

    /// The same where the findings have been told apart before; those of the verdict are not looked at.
    pub fn told_apart(verdict: &Verdict, standing: &[&Finding], waived: &[&Finding]) -> Scorecard {
        let standing_by_rule = count_by_rule(standing);
        let waived_by_rule = count_by_rule(waived);
        let marks = verdict.coverage.iter().map(|coverage| {
            let count = |counts: &HashMap<&str, usize>| counts.get(&*coverage.rule).copied().unwrap_or_default();
            Mark::of(coverage, count(&standing_by_rule), count(&waived_by_rule))
        });
        let marks: Vec<Mark<'_>> = marks.collect();
        let mut chapters: Vec<(&str, Sum)> = Vec::new();
        let mut whole = Sum::default();
        for mark in &marks {
            whole.add(mark);
            let chapter = mark.coverage.rule.split_once('-').map_or(&*mark.coverage.rule, |(chapter, _)| chapter);
            match chapters.iter_mut().find(|(known, _)| *known == chapter) {
                Some((_, sum)) => sum.add(mark),
                None => {
                    let mut sum = Sum::default();
                    sum.add(mark);
                    chapters.push((chapter, sum));
                }
            }
        }
        let stands = Standing::of(standing);
        let score = whole.score();
        Scorecard {
            profile: verdict.profile.clone(),
            edition: verdict.edition.clone(),
            score,
            grade: score.map(|score| Grade::of(score, stands.errors > 0)),
            seen: whole.seen(),
            standing: stands,
            waived: waived.len(),
            tally: whole.tally,
            chapters: chapters.into_iter().map(|(name, sum)| sum.chapter(name)).collect(),
            losses: losses(&marks, whole.weight),
        }
    }
}

impl Grade {
    /// The letter of a score; while a MUST is broken it is no better than C.
    pub fn of(score: u32, has_errors: bool) -> Grade {
        let grade = match score {
            900.. => Grade::A,
            750.. => Grade::B,
            600.. => Grade::C,
            400.. => Grade::D,
            _ => Grade::E,
        };
        if has_errors { grade.max(Grade::C) } else { grade }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Grade::A => "A",
            Grade::B => "B",
            Grade::C => "C",
            Grade::D => "D",
            Grade::E => "E",
        })
    }
}

impl Summary {
    /// Takes several scorecards together.
    pub fn of<'a>(scorecards: impl IntoIterator<Item = &'a Scorecard>) -> Summary {
        let mut summary = Summary::default();
        let (mut scores, mut scored, mut seen) = (0, 0, 0);
        for card in scorecards {
            summary.contracts += 1;
            seen += u64::from(card.seen);
            if let Some(score) = card.score {
                scored += 1;
                scores += u64::from(score);
            }
            if let Some(count) = card.grade.and_then(|grade| summary.grades.get_mut(grade as usize)) {
                *count += 1;
            }
            summary.with_errors += usize::from(card.standing.errors > 0);
            summary.standing.errors += card.standing.errors;
            summary.standing.warnings += card.standing.warnings;
            summary.standing.notes += card.standing.notes;
            summary.waived += card.waived;
        }
        summary.score = mean(scores, scored);
        summary.seen = mean(seen, summary.contracts as u64).unwrap_or_default();
        summary
    }
}

fn mean(sum: u64, count: u64) -> Option<u32> {
    sum.checked_div(count).and_then(|mean| u32::try_from(mean).ok())
}

impl Standing {
    fn of(findings: &[&Finding]) -> Standing {
        let mut standing = Standing::default();
        for finding in findings {
            match finding.level {
                Level::Error => standing.errors += 1,
                Level::Warning => standing.warnings += 1,
                Level::Information | Level::Hint => standing.notes += 1,
            }
        }
        standing
    }
}

/// What breaking a rule of a level weighs.
fn weight(level: Level) -> u64 {
    match level {
        Level::Error => 10,
        Level::Warning => 3,
        Level::Information => 1,
        Level::Hint => 0,
    }
}

fn count_by_rule<'a>(findings: &[&'a Finding]) -> HashMap<&'a str, usize> {
    let mut counts = HashMap::new();
    for finding in findings {
        *counts.entry(&*finding.rule).or_insert(0) += 1;
    }
    counts
}

/// What a rule brings to the score.
struct Mark<'a> {
    coverage: &'a Coverage,
    came_to: CameTo,
    /// How many places are wrong, waived ones left out.
    wrong: usize,
    /// How many places it applies to, waived ones left out.
    of: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CameTo {
    Passed { half_seen: bool },
    Failed,
    Waived,
    NotApplicable,
    NotObserved,
}

impl<'a> Mark<'a> {
    fn of(coverage: &'a Coverage, standing: usize, waived: usize) -> Self {
        let half_seen = rules::find(&coverage.rule).is_some_and(|rule| is_half_seen(rule.evidence));
        let of = coverage.applied.saturating_sub(waived).max(usize::from(standing > 0));
        let came_to = match coverage.outcome {
            Outcome::NotApplicable => CameTo::NotApplicable,
            Outcome::NotObserved => CameTo::NotObserved,
            _ if standing > 0 => CameTo::Failed,
            _ if coverage.cut => CameTo::NotObserved,
            _ if waived > 0 && of == 0 => CameTo::Waived,
            // Nothing stands, and nothing was waived, though it says that it failed: then nobody knows.
            Outcome::Failed if waived == 0 => CameTo::NotObserved,
            Outcome::Passed | Outcome::Failed => CameTo::Passed { half_seen },
        };
        Mark { coverage, came_to, wrong: standing.min(of), of }
    }

    /// The weight that counts, and what is kept of it; both in millionths.
    fn weighed(&self) -> (u64, u64) {
        let full = weight(self.coverage.level) * MILLION;
        match self.came_to {
            CameTo::Passed { .. } => (full, full),
            CameTo::Failed => {
                let (right, of) = (self.of.saturating_sub(self.wrong) as u128, self.of.max(1) as u128);
                let kept = u128::from(full) / 2 * right / of;
                (full, u64::try_from(kept).unwrap_or_default())
            }
            CameTo::Waived | CameTo::NotApplicable | CameTo::NotObserved => (0, 0),
        }
    }
}

/// Several marks together.
#[derive(Default)]
struct Sum {
    weight: u64,
    kept: u64,
    /// What applies, and what of it has been looked at.
    applies: u64,
    seen: u64,
    tally: Tally,
}

impl Sum {
    fn add(&mut self, mark: &Mark<'_>) {
        let (weight_of, kept) = mark.weighed();
        self.weight += weight_of;
        self.kept += kept;
        let full = weight(mark.coverage.level) * MILLION;
        let seen = match mark.came_to {
            CameTo::Passed { half_seen: true } => {
                self.tally.half_seen += 1;
                Some(full / 2)
            }
            CameTo::Passed { half_seen: false } | CameTo::Failed | CameTo::Waived => Some(full),
            CameTo::NotObserved => Some(0),
            CameTo::NotApplicable => None,
        };
        if let Some(seen) = seen {
            self.applies += full;
            self.seen += seen;
        }
        *match mark.came_to {
            CameTo::Passed { .. } => &mut self.tally.passed,
            CameTo::Failed => &mut self.tally.failed,
            CameTo::Waived => &mut self.tally.waived,
            CameTo::NotApplicable => &mut self.tally.not_applicable,
            CameTo::NotObserved => &mut self.tally.not_observed,
        } += 1;
    }

    fn score(&self) -> Option<u32> {
        share(self.kept, self.weight)
    }

    fn seen(&self) -> u32 {
        share(self.seen, self.applies).unwrap_or_default()
    }

    fn chapter(self, name: &str) -> Chapter {
        Chapter { chapter: name.to_owned(), score: self.score(), tally: self.tally }
    }
}

/// A part of a whole, of 1,000, rounded down; none where there is no whole.
fn share(part: u64, whole: u64) -> Option<u32> {
    let share = (u128::from(part) * u128::from(FULL)).checked_div(u128::from(whole))?;
    u32::try_from(share).ok()
}

fn losses(marks: &[Mark<'_>], whole: u64) -> Vec<Loss> {
    let failed = marks.iter().filter(|mark| mark.came_to == CameTo::Failed);
    let mut losses: Vec<(u64, Loss)> = failed
        .map(|mark| {
            let (full, kept) = mark.weighed();
            let lost = (u128::from(full - kept) * u128::from(FULL)).div_ceil(u128::from(whole.max(1)));
            let lost = u32::try_from(lost).unwrap_or(FULL);
            (full - kept, Loss { rule: Arc::clone(&mark.coverage.rule), wrong: mark.wrong, of: mark.of, lost })
        })
        .collect();
    // What costs the same stays in the order of the catalogue.
    losses.sort_by_key(|(lost, _)| std::cmp::Reverse(*lost));
    losses.into_iter().map(|(_, loss)| loss).collect()
}
