//! Is what fits made and changed, and is everything else refused?

use serde_json::Value;

use crate::{
    call::{Answer, essence},
    check::Check,
    draft::Draft,
    making::{self, Made},
    probes::{negotiation, repeating, states, strangers, taking},
    story::{Base, Standing, Visit, Want},
    subject::Subject,
};

const MERGE_PATCH: &str = "application/merge-patch+json";
/// Bodies that fit and are tried.
const MOST_FITTING: usize = 24;
/// Records whose state may be in the way of a request.
const MOST_CONFLICTS: usize = 4;

/// Tries an operation that makes or changes something.
pub(crate) fn probe(visit: &mut Visit<'_>, subject: &Subject<'_>) {
    let Some(mut base) = ground(visit, subject) else {
        let why = "it would change what this run has not made";
        visit.skip(subject, Check::TakesValid, why);
        return;
    };
    let media_type = subject.json_body().map(|form| form.media_type.clone());
    let bodies = visit.bodies(subject);
    let Some((media_type, first)) = media_type.zip(bodies.first()) else {
        return without_body(visit, subject, &base);
    };
    take(visit, subject, &mut base, &media_type, first);
    refusals(visit, subject, &base, &media_type, first);
    for body in bodies.iter().skip(1).take(MOST_FITTING) {
        take(visit, subject, &mut base, &media_type, body);
    }
    let seen = states::seen(visit, subject, &base.draft);
    let good = seen.with_body(&media_type, &first.value);
    let mut taken = broken_bodies(visit, subject, &seen, &media_type);
    taken.extend(taking::unfitting_parameters(visit, subject, &good));
    note_made(visit, subject, &base, &taken);
    if visit.is_open(subject, Check::TakesValid) {
        visit.skip(subject, Check::TakesValid, "there was no record in a state to try it with");
    }
}

/// Sends a body that fits; where the state of a record is in the way, about the next one.
fn take(visit: &mut Visit<'_>, subject: &Subject<'_>, base: &mut Base, media_type: &str, body: &Made) {
    for _ in 0..MOST_CONFLICTS {
        let seen = states::seen(visit, subject, &base.draft);
        let call = seen.with_body(media_type, &body.value).call(subject);
        let is_patch = essence(media_type) == MERGE_PATCH;
        let answer = if is_patch && !states::may_become(visit, subject, &base.draft, &body.value) {
            visit.ask(subject, &body.about, &call)
        } else {
            taking::fitting(visit, subject, &body.about, &call, base.standing)
        };
        note_made(visit, subject, base, answer.as_slice());
        let is_in_the_way = answer.is_some_and(|answer| matches!(answer.status, 409 | 423));
        if !is_in_the_way || base.standing != Standing::Ours {
            return;
        }
        if let Some((collection, segment)) = call.target.split('?').next().and_then(|path| path.rsplit_once('/')) {
            visit.known.set_aside(collection, segment);
        }
        match ground(visit, subject) {
            Some(other) => *base = other,
            None => return,
        }
    }
}

/// What has to be refused though the body fits, and what has to be carried out once.
fn refusals(visit: &mut Visit<'_>, subject: &Subject<'_>, base: &Base, media_type: &str, first: &Made) {
    // Whatever was taken against the rules may have changed the state that was seen.
    let good = |visit: &mut Visit<'_>| states::seen(visit, subject, &base.draft).with_body(media_type, &first.value);
    let seen = good(visit);
    let mut taken = strangers::probe(visit, subject, &seen.call(subject));
    let seen = good(visit);
    states::stale(visit, subject, base, &seen);
    let good = good(visit);
    taken.extend(negotiation::content_type(visit, subject, &good, first.value.to_string().as_bytes()));
    negotiation::too_large(visit, subject, &base.draft);
    taken.extend(repeating::probe(visit, subject, &base.draft));
    note_made(visit, subject, base, &taken);
}

/// The request without its body: about a record of this run, or about none at all.
fn ground(visit: &Visit<'_>, subject: &Subject<'_>) -> Option<Base> {
    let path = &subject.operation.path;
    let makes = subject.is("POST") && (!path.contains('{') || is_collection(visit, subject));
    if makes {
        return visit.base(subject, Want::Any);
    }
    let ours = visit.base(subject, Want::Ours).filter(|base| base.standing == Standing::Ours);
    if ours.is_some() || !path.contains('{') {
        return ours;
    }
    visit.base(subject, Want::Nobodys)
}

/// Whether the contract has single records below this path.
fn is_collection(visit: &Visit<'_>, subject: &Subject<'_>) -> bool {
    of_records(visit, subject).is_some()
}

/// What the contract calls the identifier of the records below this path.
fn of_records<'v>(visit: &Visit<'v>, subject: &Subject<'_>) -> Option<&'v str> {
    let below = format!("{}/{{", subject.operation.path);
    let subjects = visit.subjects;
    subjects.iter().find_map(|other| other.operation.path.strip_prefix(&below)?.strip_suffix('}'))
}

/// An operation without a body in JSON.
fn without_body(visit: &mut Visit<'_>, subject: &Subject<'_>, base: &Base) {
    if subject.needs_body() {
        visit.skip(subject, Check::TakesValid, "no body that fits could be made");
    } else {
        let seen = states::seen(visit, subject, &base.draft);
        let answer = taking::fitting(visit, subject, "no body", &seen.call(subject), base.standing);
        note_made(visit, subject, base, answer.as_slice());
    }
    let taken = taking::unfitting_parameters(visit, subject, &base.draft);
    note_made(visit, subject, base, &taken);
}

fn broken_bodies(visit: &mut Visit<'_>, subject: &Subject<'_>, seen: &Draft, media_type: &str) -> Vec<Answer> {
    let mut taken = Vec::new();
    let torn = seen.with_bytes(media_type, b"{\"hansom\": ".to_vec());
    taken.extend(taking::unfitting(visit, subject, "a body that is no JSON", &torn.call(subject)));
    if subject.needs_body() {
        taken.extend(taking::unfitting(visit, subject, "no body", &seen.call(subject)));
    }
    let Some((form, validity)) = subject.json_body().and_then(|form| Some((form, form.validity.as_ref()?))) else {
        return taken;
    };
    for body in making::broken(validity, &form.examples, &visit.dice) {
        let call = seen.with_body(media_type, &body.value).call(subject);
        taken.extend(taking::unfitting(visit, subject, &body.about, &call));
    }
    taken
}

/// Remembers what was made, and looks whether it is there.
fn note_made(visit: &mut Visit<'_>, subject: &Subject<'_>, base: &Base, answers: &[Answer]) {
    let Some(name) = of_records(visit, subject).filter(|_| subject.is("POST")) else { return };
    let collection = crate::draft::address(&subject.operation.path, &base.draft.path);
    for answer in answers.iter().filter(|answer| answer.is_success()) {
        let Some(segment) = visit.known.made(&collection, name, answer) else { continue };
        let path = format!("{}/{{{name}}}", subject.operation.path);
        let Some(reading) = visit.subject("GET", &path) else { continue };
        let mut draft = Draft::to(base.draft.path.clone());
        draft.path.insert(name.to_owned(), segment);
        let (tried, call) = ("what was just made", draft.call(reading));
        if let Some(there) = visit.ask(reading, tried, &call) {
            let kept =
                if there.is_success() { Ok(()) } else { Err(format!("{} for what was just made", there.status)) };
            visit.note(subject, Check::Life, kept.and_then(|()| holds(answer, &there)), tried, &call, &there);
        }
    }
}

/// What was said of a record when it was made is what is read of it.
fn holds(made: &Answer, there: &Answer) -> Result<(), String> {
    let (Some(Value::Object(made)), Some(Value::Object(there))) = (made.json(), there.json()) else {
        return Ok(());
    };
    match made.iter().find(|(name, value)| there.get(*name).is_some_and(|read| read != *value)) {
        Some((name, value)) => Err(format!("`{name}` was answered as {value} when it was made, and reads otherwise")),
        None => Ok(()),
    }
}
