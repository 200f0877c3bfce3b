//! What is wrong with a contract before any rule is asked?

use std::{collections::HashSet, sync::Arc};

use super::pointer;
use crate::{
    document::{Kind, LapseKind, Span},
    finding::{Finding, Level},
    ruleset::{
        RulesetVerdict,
        effective::Effective,
        format::Formats,
        locating::path_of,
        range,
        reference::{Breach, References},
    },
    sources::Sources,
};

/// Adds what is wrong to a verdict.
pub(super) fn add(
    sources: &Sources,
    references: &References<'_>,
    effective: &Effective,
    detected: Formats,
    verdict: &mut RulesetVerdict,
) {
    lapses(sources, effective, verdict);
    broken(sources, references, verdict);
    if detected.is_empty() && !effective.formats.is_empty() {
        let shown = effective.order.iter().map(|format| format.shown()).collect::<Vec<_>>().join(", ");
        let what = format!("The provided document does not match any of the registered formats [{shown}]");
        let root = sources.root();
        let span = range::of(root);
        verdict.findings.push(finding("unrecognized-format", Level::Warning, root.document().name(), span, "", what));
    }
}

fn finding(rule: &str, level: Level, file: &str, span: Span, pointer: &str, what: String) -> Finding {
    Finding {
        rule: Arc::from(rule),
        level,
        file: Arc::from(file),
        span,
        pointer: pointer.to_owned(),
        what,
        why: Arc::from(""),
        mend: Arc::from(""),
        page: None,
        fix: None,
    }
}

/// What was read over in the text.
fn lapses(sources: &Sources, effective: &Effective, verdict: &mut RulesetVerdict) {
    for (number, lapse) in sources.lapses() {
        let Some(document) = sources.documents().get(*number as usize) else {
            continue;
        };
        let node = lapse.node(document);
        let (level, what) = match lapse.kind {
            LapseKind::DuplicateKey => {
                let key = node.key().map_or("", |key| key.text);
                (effective.parser.duplicate_keys, format!("Duplicate key: {key}"))
            }
            LapseKind::KeyIsNoText(kind) => {
                let sort = match kind {
                    Kind::Null => "null",
                    Kind::Bool => "boolean",
                    _ => "number",
                };
                let what = format!("Mapping key must be a string scalar rather than {sort}");
                (effective.parser.incompatible_values, what)
            }
            // What JavaScript's reader of YAML takes without a word.
            LapseKind::MergeKey | LapseKind::Number => continue,
            _ => (Some(Level::Error), lapse.fault.what.clone()),
        };
        if let Some(level) = level {
            let place = pointer(&path_of(node));
            verdict.findings.push(finding("parser", level, document.name(), lapse.span, &place, what));
        }
    }
}

/// References that lead nowhere: each that is written differently once.
fn broken(sources: &Sources, references: &References<'_>, verdict: &mut RulesetVerdict) {
    let mut told = HashSet::new();
    for broken in references.broken() {
        let reference = broken.reference;
        let file = reference.split_once('#').map_or(reference, |(file, _)| file);
        let what = match broken.why {
            Breach::NoSuchPlace => format!("'{reference}' does not exist"),
            Breach::NoPointer => format!("'{reference}' JSON pointer is invalid"),
            Breach::NoSuchFile => {
                let missing = sources.missing().iter().find(|missing| file.ends_with(&missing.file));
                let why = missing.map_or("it was not read", |missing| missing.fault.what.as_str());
                format!("'{file}' leads nowhere: {why}")
            }
            Breach::Address => {
                format!("'{file}' is an address, and nothing is fetched: put a copy beside the contract")
            }
        };
        if !told.insert(what.clone()) {
            continue;
        }
        let document = broken.holder.document();
        let mut path = path_of(broken.holder);
        path.push("$ref".into());
        let span = broken.holder.get("$ref").map_or_else(|| range::of(broken.holder), range::of);
        verdict.findings.push(finding("invalid-ref", Level::Error, document.name(), span, &pointer(&path), what));
    }
}
