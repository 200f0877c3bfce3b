//! Is what is removed gone, and is nothing left of what this run has made?

use crate::{
    check::Check,
    draft::Draft,
    probes::{states, strangers, taking},
    story::{Base, Standing, Visit, Want},
    subject::Subject,
};

/// Records that are removed when all is over.
const MOST_REMOVALS: usize = 2_000;

/// Tries an operation that removes a record, on one that this run has made.
pub(crate) fn probe(visit: &mut Visit<'_>, subject: &Subject<'_>) {
    if let Some((_, good)) = ours(visit, subject) {
        let call = good.call(subject);
        if !strangers::probe(visit, subject, &call).is_empty() {
            forget(visit, &call.target);
        }
    }
    let Some((base, good)) = ours(visit, subject) else {
        visit.skip(subject, Check::TakesValid, "this run has made nothing that it could remove");
        return;
    };
    states::stale(visit, subject, &base, &good);
    taking::unfitting_parameters(visit, subject, &good);
    if let Some(nobodys) = visit.base(subject, Want::Nobodys) {
        let call = nobodys.draft.call(subject);
        visit.ask(subject, "a record that is not there", &call);
    }
    remove(visit, subject, &good);
    if visit.is_open(subject, Check::TakesValid) {
        visit.skip(subject, Check::TakesValid, "the state of the record did not let it be removed");
    }
}

/// A record that this run has made, and the request that removes it.
fn ours(visit: &mut Visit<'_>, subject: &Subject<'_>) -> Option<(Base, Draft)> {
    let base = visit.base(subject, Want::Ours).filter(|base| base.standing == Standing::Ours)?;
    let good = states::seen(visit, subject, &base.draft);
    Some((base, good))
}

/// Removes a record and looks whether it is gone.
fn remove(visit: &mut Visit<'_>, subject: &Subject<'_>, draft: &Draft) {
    let call = draft.call(subject);
    let answer = taking::fitting(visit, subject, "a record that this run has made", &call, Standing::Ours);
    if !answer.is_some_and(|answer| answer.is_success()) {
        return;
    }
    forget(visit, &call.target);
    let Some(reading) = visit.subject("GET", &subject.operation.path) else { return };
    let asking = Draft::to(draft.path.clone());
    let (tried, call) = ("what was just removed", asking.call(reading));
    if let Some(gone) = visit.ask(reading, tried, &call) {
        let kept = match gone.status {
            404 | 410 => Ok(()),
            status => Err(format!("{status} for what was just removed")),
        };
        visit.note(subject, Check::Life, kept, tried, &call, &gone);
    }
}

fn forget(visit: &mut Visit<'_>, target: &str) {
    let path = target.split('?').next().unwrap_or_default();
    if let Some((collection, segment)) = path.rsplit_once('/') {
        visit.known.removed(collection, segment);
    }
}

/// Removes everything that this run has made and the contract lets be removed.
pub(crate) fn clear_up(visit: &mut Visit<'_>) {
    let subjects = visit.subjects;
    for subject in subjects.iter().filter(|subject| subject.is("DELETE")) {
        for _ in 0..MOST_REMOVALS {
            let Some((_, good)) = ours(visit, subject) else { break };
            let call = good.call(subject);
            let removed = visit.ask(subject, "what this run has made", &call);
            forget(visit, &call.target);
            if !removed.is_some_and(|answer| answer.is_success()) {
                visit.left_behind(call.target);
            }
        }
    }
    for subject in subjects.iter().filter(|subject| subject.is("POST")) {
        let collection = &subject.operation.path;
        let left: Vec<String> = visit
            .known
            .at(collection)
            .iter()
            .filter(|record| record.is_ours)
            .map(|record| format!("{collection}/{}", record.segment))
            .collect();
        left.into_iter().for_each(|target| visit.left_behind(target));
    }
}
