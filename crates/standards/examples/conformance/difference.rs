//! Does `hansom diff` see the changes that oasdiff sees?
//!
//! A case agrees in its verdict if both or neither find a breaking change, and in its changes if both find the same set
//! of (path, operation, level). Compared is the reading of oasdiff's catalogue, with its levels; what the playbook sees
//! beyond that is counted at the end.
#![expect(clippy::disallowed_methods, reason = "a script reads its folder")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::Path,
};

use hansom_standards::{
    Limits, Sources,
    difference::{self, Change, Day, Difference, Question, Reading, catalogue},
    finding::Level,
};
use serde::Deserialize;
use serde_json::Value;

/// Two contracts and what oasdiff says about them.
#[derive(Deserialize)]
struct Case {
    id: String,
    base: Value,
    revision: Value,
    expected: Vec<Expected>,
}

/// One change as oasdiff tells it.
#[derive(Deserialize)]
struct Expected {
    id: String,
    level: u8,
    #[serde(default)]
    operation: String,
    #[serde(default)]
    path: String,
}

/// What a change is compared by.
type Mark = (String, String, u8);

/// The day on which the cases were recorded, since sunsets lie before or after it.
fn recorded() -> Day {
    Day::new(2026, 11, 23).unwrap_or(Day::of_seconds(0))
}

/// The scores, and every case that differs.
pub fn report(folder: &Path) -> Result<String, String> {
    let file = folder.join("oasdiff.jsonl");
    let text = std::fs::read_to_string(&file).map_err(|why| format!("{}: {why}", file.display()))?;
    let mut score = Score::default();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let case = serde_json::from_str(line).map_err(|why| format!("{}:{}: {why}", file.display(), number + 1))?;
        score.count(&case);
    }
    Ok(score.told())
}

#[derive(Default)]
struct Score {
    cases: usize,
    verdicts: usize,
    sets: usize,
    same_ids: usize,
    stricter: usize,
    laxer: usize,
    unhandled: usize,
    changes: usize,
    ids: BTreeSet<String>,
    differing: String,
    readings: String,
}

impl Score {
    fn count(&mut self, case: &Case) {
        self.cases += 1;
        self.changes += case.expected.len();
        let ours = match compare(case, Reading::Published) {
            Ok(ours) => ours,
            Err(why) => {
                let _ = writeln!(self.differing, "{}: not read: {why}", case.id);
                return;
            }
        };
        let expected: BTreeMap<&str, usize> = counted(case.expected.iter().map(|one| one.id.as_str()));
        self.ids.extend(expected.keys().map(|id| (*id).to_owned()));
        let found = counted(ours.changes.iter().map(|change| change.id));
        let verdict = case.expected.iter().any(|one| one.level == 3) == ours.is_breaking();
        let marks: BTreeSet<Mark> =
            case.expected.iter().map(|one| (one.path.clone(), one.operation.clone(), one.level)).collect();
        let set = marks == ours.changes.iter().map(mark).collect();
        self.verdicts += usize::from(verdict);
        self.sets += usize::from(set);
        self.same_ids += usize::from(expected == found);
        if !verdict || !set || expected != found {
            let word = match (verdict, set) {
                (false, _) => "verdict",
                (true, false) => "changes",
                _ => "ids only",
            };
            let _ = writeln!(self.differing, "{} ({word})", case.id);
            list(&mut self.differing, "missing", &expected, &found);
            list(&mut self.differing, "extra", &found, &expected);
        }
        if let Ok(playbook) = compare(case, Reading::Hansom) {
            self.stricter += usize::from(playbook.is_breaking() && !ours.is_breaking());
            self.laxer += usize::from(!playbook.is_breaking() && ours.is_breaking());
            self.unhandled += playbook.unhandled.len();
            if playbook.is_breaking() != ours.is_breaking() {
                let breaking = if playbook.is_breaking() { &playbook } else { &ours };
                let ids: BTreeSet<&str> = breaking.breaking().map(|change| change.id).collect();
                let whose = if playbook.is_breaking() { "the playbook's" } else { "oasdiff's" };
                let ids = ids.into_iter().collect::<Vec<_>>().join(", ");
                let _ = writeln!(self.readings, "    {} breaks callers in {whose} reading alone: {ids}", case.id);
            }
        }
    }

    fn told(&self) -> String {
        let share = |count: usize| format!("{count} of {} ({:.1} %)", self.cases, percent(count, self.cases));
        let known = catalogue::checks().filter(|check| check.published.is_some()).count();
        let all = catalogue::checks().count();
        format!(
            "{}\noasdiff: {} changes in {} cases\n  same verdict           {}\n  same set of changes    {}\n  same ids, each as often {}\n  \
             ids in these cases     {}, of {known} in oasdiff's catalogue; ours has {all}\n  in the playbook's reading {} \
             cases break callers that do not in oasdiff's, {} the other way round; {} differences are unhandled\n{}",
            self.differing,
            self.changes,
            self.cases,
            share(self.verdicts),
            share(self.sets),
            share(self.same_ids),
            self.ids.len(),
            self.stricter,
            self.laxer,
            self.unhandled,
            self.readings,
        )
    }
}

fn compare(case: &Case, reading: Reading) -> Result<Difference, String> {
    let read = |name: &str, value: &Value| {
        Sources::of_text(name, &value.to_string(), &Limits::default()).map_err(|fault| fault.to_string())
    };
    let (old, new) = (read("base", &case.base)?, read("revision", &case.revision)?);
    Ok(difference::compare(&old, &new, &Question { reading, ..Question::on(recorded()) }))
}

fn mark(change: &Change) -> Mark {
    let level = match change.level {
        Level::Error => 3,
        Level::Warning => 2,
        Level::Information | Level::Hint => 1,
    };
    let operation = change.operation.as_deref();
    let (path, method) = operation.map_or((String::new(), String::new()), |one| (one.path.clone(), one.method.clone()));
    (path, method, level)
}

fn counted<'a>(ids: impl Iterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    let mut counted = BTreeMap::new();
    ids.for_each(|id| *counted.entry(id).or_default() += 1);
    counted
}

fn list(text: &mut String, word: &str, some: &BTreeMap<&str, usize>, others: &BTreeMap<&str, usize>) {
    for (id, count) in some {
        let beyond = count.saturating_sub(others.get(id).copied().unwrap_or_default());
        if beyond > 0 {
            let _ = writeln!(text, "    {word} {beyond} × {id}");
        }
    }
}

fn percent(count: usize, of: usize) -> f64 {
    let whole = |number: usize| f64::from(u32::try_from(number).unwrap_or(u32::MAX));
    whole(count) * 100.0 / whole(of.max(1))
}
