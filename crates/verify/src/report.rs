//! How is what came of it told: to a person, to a program, to a pipeline?

mod curl;
mod json;
mod junit;
mod markdown;
mod pretty;

use std::collections::BTreeMap;

pub(crate) use self::curl::curl;
pub use self::{json::json, junit::junit, markdown::markdown, pretty::pretty};
use crate::{
    call::{Answer, Silence},
    ledger::{Entry, Report},
};

/// What whoever reads a report needs to do the same again.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// The address of the service.
    pub url: String,
    /// The header fields by which the caller says who it is, as words of a shell that name no secret.
    pub headers: Vec<String>,
    /// What all chance came from.
    pub seed: u64,
}

/// Operations in the order in which they were tried, each with its promises.
fn by_place(report: &Report) -> Vec<(&str, Vec<&Entry>)> {
    let mut order: Vec<&str> = Vec::new();
    let mut places: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in &report.entries {
        if !order.contains(&entry.place.as_str()) {
            order.push(&entry.place);
        }
        places.entry(&entry.place).or_default().push(entry);
    }
    order.into_iter().map(|place| (place, places.remove(place).unwrap_or_default())).collect()
}

fn in_words(report: &Report) -> String {
    let (kept, broken, skipped) = (report.kept(), report.broken(), report.skipped());
    format!("{kept} promises kept, {broken} broken, {skipped} not tried; {} requests", report.requests)
}

/// What stands under all the rest, a line each.
fn notes(report: &Report) -> Vec<String> {
    let mut notes = Vec::new();
    if !report.cut.is_empty() {
        let what = report.cut.join(", ");
        notes.push(format!("not tried to the end, since there were requests enough (--max-requests): {what}"));
    }
    if !report.left_behind.is_empty() {
        notes.push(format!("made and not removed: {}", report.left_behind.join(", ")));
    }
    notes
}

/// What was answered, in a line.
fn answered(answer: &Result<Answer, Silence>) -> String {
    match answer {
        Err(Silence::TimedOut) => "no answer in time".to_owned(),
        Err(Silence::Broken(why)) => format!("no answer: {why}"),
        Ok(answer) => {
            let kind = answer.header("content-type").map(|kind| format!(" {kind}")).unwrap_or_default();
            let body = String::from_utf8_lossy(&answer.body);
            let end = if answer.is_cut { "…" } else { "" };
            format!("{}{kind} {body}{end}", answer.status).trim_end().to_owned()
        }
    }
}
