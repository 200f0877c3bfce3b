//! Are methods that the contract does not have refused, with those that it has?

use std::collections::BTreeSet;

use crate::{
    call::Answer,
    check::Check,
    story::{Visit, Want},
    subject::Subject,
};

/// What is asked only where writing is allowed: a careless service might do something.
const WRITING: [&str; 5] = ["POST", "PUT", "PATCH", "DELETE", "QUERY"];

/// Tries the methods of a path, at its first operation's turn.
pub(crate) fn probe(visit: &mut Visit<'_>, subject: &Subject<'_>) {
    let path = &subject.operation.path;
    let subjects = visit.subjects;
    let here: Vec<_> = subjects.iter().filter(|other| other.operation.path == *path).collect();
    if !here.first().is_some_and(|first| std::ptr::eq(*first, subject)) {
        return;
    }
    let known: BTreeSet<&str> = here.iter().map(|other| other.operation.method.as_str()).collect();
    let Some(base) = visit.base(subject, Want::Nobodys) else { return };
    let writing: &[&str] = if visit.writes { &WRITING } else { &[] };
    for method in ["GET"].iter().chain(writing).filter(|method| !known.contains(*method)) {
        let call = base.draft.call_with(method, path);
        let tried = format!("the method {method}, which the contract does not have");
        if let Some(answer) = visit.ask_beyond(subject, &tried, &call) {
            visit.note(subject, Check::Methods, kept(&answer, method, &known), &tried, &call, &answer);
        }
    }
}

fn kept(answer: &Answer, method: &str, known: &BTreeSet<&str>) -> Result<(), String> {
    // A server may say of a method that it knows it nowhere.
    if answer.status == 501 && method == "QUERY" {
        return Ok(());
    }
    if answer.status != 405 {
        return Err(format!("{} instead of 405", answer.status));
    }
    let Some(allow) = answer.header("allow") else {
        return Err("405 without Allow".to_owned());
    };
    let allowed: BTreeSet<&str> = allow.split(',').map(str::trim).collect();
    if allowed.contains(method) {
        return Err(format!("405, and yet Allow names {method}: {allow}"));
    }
    match known.iter().find(|known| !allowed.contains(*known)) {
        Some(missing) => Err(format!("Allow does not name {missing}, which the contract has: {allow}")),
        None => Ok(()),
    }
}
