//! What does a program read?

use hansom_standards::report::harmless_json;
use serde_json::{Value, json};

use super::{Recipe, answered, curl::curl};
use crate::ledger::{Entry, Failing, Report};

/// Everything of everything.
pub fn json(report: &Report, recipe: &Recipe) -> String {
    let entries: Vec<Value> = report.entries.iter().map(|entry| one(entry, recipe)).collect();
    let whole = json!({
        "contract": { "title": report.title, "version": report.version },
        "url": recipe.url,
        "seed": recipe.seed,
        "requests": report.requests,
        "kept": report.kept(),
        "broken": report.broken(),
        "notTried": report.skipped(),
        "cut": report.cut,
        "leftBehind": report.left_behind,
        "promises": entries,
    });
    harmless_json(format!("{whole:#}\n"))
}

fn one(entry: &Entry, recipe: &Recipe) -> Value {
    let failings: Vec<Value> = entry.failings.iter().map(|failing| told(failing, recipe)).collect();
    json!({
        "operation": entry.operation,
        "place": entry.place,
        "check": entry.check.id(),
        "promise": entry.check.promise(),
        "kept": entry.kept,
        "broken": entry.broken,
        "notTried": entry.skipped.as_ref().filter(|_| entry.kept == 0 && entry.broken == 0),
        "failures": failings,
    })
}

fn told(failing: &Failing, recipe: &Recipe) -> Value {
    json!({
        "tried": failing.tried,
        "what": failing.what,
        "curl": curl(&failing.call, recipe),
        "answered": answered(&failing.answer),
        "status": failing.answer.as_ref().ok().map(|answer| answer.status),
    })
}
