//! Can what is there be read as the contract says?

use crate::{
    call::{Answer, Call},
    check::Check,
    probes::{negotiation, paging, states, strangers, taking},
    story::{Visit, Want},
    subject::Subject,
};

/// Tries an operation that changes nothing.
pub(crate) fn probe(visit: &mut Visit<'_>, subject: &Subject<'_>) {
    let Some(base) = visit.base(subject, Want::Any) else {
        visit.skip(subject, Check::TakesValid, "no request that fits could be made of its parameters");
        return;
    };
    let call = base.draft.call(subject);
    let first = taking::fitting(visit, subject, "what is required", &call, base.standing);
    strangers::probe(visit, subject, &call);
    if let Some(answer) = first.filter(Answer::is_success) {
        note_records(visit, subject, &call, &answer);
        head(visit, subject, &call, &answer);
        states::reading(visit, subject, &base.draft, &answer);
        paging::probe(visit, subject, &base.draft);
    }
    negotiation::accept(visit, subject, &base.draft);
    if let Some(nobodys) = visit.base(subject, Want::Nobodys).filter(|nobodys| nobodys.draft.path != base.draft.path) {
        visit.ask(subject, "a record that is not there", &nobodys.draft.call(subject));
    }
    taking::fitting_parameters(visit, subject, &base.draft, base.standing);
    taking::unfitting_parameters(visit, subject, &base.draft);
    if visit.is_open(subject, Check::TakesValid) {
        visit.skip(subject, Check::TakesValid, "there was no record to ask for");
    }
}

/// Remembers what a list holds, for the operations that ask for single records.
fn note_records(visit: &mut Visit<'_>, subject: &Subject<'_>, call: &Call, answer: &Answer) {
    let below = format!("{}/{{", subject.operation.path);
    let one = visit.subjects.iter().find_map(|other| other.operation.path.strip_prefix(&below)?.split_once('}'));
    if let Some((name, _)) = one {
        let collection = call.target.split('?').next().unwrap_or_default();
        visit.known.listed(collection, name, answer);
    }
}

fn head(visit: &mut Visit<'_>, subject: &Subject<'_>, call: &Call, answer: &Answer) {
    if !subject.is("GET") || visit.subject("HEAD", &subject.operation.path).is_some() {
        return;
    }
    let call = Call { method: "HEAD".to_owned(), ..call.clone() };
    let tried = "HEAD";
    let Some(bare) = visit.ask_beyond(subject, tried, &call) else { return };
    let kept = if bare.status != answer.status {
        Err(format!("{} to HEAD, and {} to GET", bare.status, answer.status))
    } else if bare.media_type().is_some() && bare.media_type() != answer.media_type() {
        Err("HEAD has another Content-Type than GET".to_owned())
    } else {
        Ok(())
    };
    visit.note(subject, Check::Head, kept, tried, &call, &bare);
}
