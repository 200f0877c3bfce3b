//! Does an ETag name a state, and is only the state that was seen changed?

use hansom_standards::contract::Location;
use serde_json::{Map, Value};

use crate::{
    call::Answer,
    check::Check,
    draft::Draft,
    probes::taking::unfitting,
    story::{Base, Standing, Visit},
    subject::Subject,
};

const STALE: &str = "\"hansom-verify\"";

/// Reads the same again, and then only if it has changed.
pub(crate) fn reading(visit: &mut Visit<'_>, subject: &Subject<'_>, draft: &Draft, first: &Answer) {
    let Some(tag) = first.header("etag") else { return };
    if !subject.names(304) {
        return;
    }
    let call = draft.with_header("If-None-Match", tag).call(subject);
    let tried = "If-None-Match with the ETag of just now";
    let Some(answer) = visit.ask(subject, tried, &call) else { return };
    let kept = match answer.status {
        304 => Ok(()),
        200 if answer.header("etag") != Some(tag) => {
            Err(format!("the same state has another ETag: {tag}, then {}", answer.header("etag").unwrap_or("none")))
        }
        status => Err(format!("{status} instead of 304")),
    };
    visit.note(subject, Check::Conditions, kept, tried, &call, &answer);
}

/// A request that says which state was seen, if the contract wants that said.
pub(crate) fn seen(visit: &mut Visit<'_>, subject: &Subject<'_>, draft: &Draft) -> Draft {
    let Some(parameter) = subject.parameter(Location::Header, "If-Match") else {
        return draft.clone();
    };
    let present = present(visit, subject, draft);
    let tag = present.as_ref().and_then(|present| present.header("etag")).unwrap_or("*");
    draft.with_header(&parameter.said.name, tag)
}

/// What is there now at the address of a request, if the contract lets it be read.
pub(crate) fn present(visit: &mut Visit<'_>, subject: &Subject<'_>, draft: &Draft) -> Option<Answer> {
    let reading = visit.subject("GET", &subject.operation.path)?;
    let call = Draft::to(draft.path.clone()).call(reading);
    visit.ask(reading, "its present state", &call)
}

/// Whether what comes of a merge patch (RFC 7396) would fit what the contract says of the record: a patch that fits by itself
/// may leave a record that does not.
pub(crate) fn may_become(visit: &mut Visit<'_>, subject: &Subject<'_>, draft: &Draft, patch: &Value) -> bool {
    let Some(present) = present(visit, subject, draft).filter(Answer::is_success) else { return true };
    let told = visit.subject("GET", &subject.operation.path).and_then(|reading| reading.told(present.status));
    let sent = present.media_type().unwrap_or_default();
    let form = told.and_then(|told| told.forms.iter().find(|form| form.covers(&sent)));
    let (Some(validity), Some(record)) = (form.and_then(|form| form.validity.as_ref()), present.json()) else {
        return true;
    };
    validity.fits(&merged(record, patch))
}

fn merged(record: Value, patch: &Value) -> Value {
    let Value::Object(changes) = patch else { return patch.clone() };
    let mut members = match record {
        Value::Object(members) => members,
        _ => Map::new(),
    };
    for (name, change) in changes {
        let before = members.shift_remove(name).unwrap_or_default();
        if !change.is_null() {
            members.insert(name.clone(), merged(before, change));
        }
    }
    Value::Object(members)
}

/// Says that a state was seen that never was, of a record that this run has made.
pub(crate) fn stale(visit: &mut Visit<'_>, subject: &Subject<'_>, base: &Base, good: &Draft) {
    let Some(parameter) = subject.parameter(Location::Header, "If-Match") else { return };
    if base.standing != Standing::Ours {
        return;
    }
    let tried = "If-Match with a state that never was";
    let call = good.with_header(&parameter.said.name, STALE).call(subject);
    if let Some(answer) = visit.ask(subject, tried, &call) {
        let kept = match answer.status {
            412 => Ok(()),
            400..=499 if !subject.names(412) => Ok(()),
            status => Err(format!("{status} instead of 412")),
        };
        visit.note(subject, Check::Conditions, kept, tried, &call, &answer);
    }
    if parameter.said.required {
        let mut draft = good.clone();
        draft.drop_header(&parameter.said.name);
        unfitting(visit, subject, "without If-Match", &draft.call(subject));
    }
}
