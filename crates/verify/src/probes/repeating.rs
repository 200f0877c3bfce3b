//! Is a request with a key carried out once?

use hansom_standards::contract::Location;
use serde_json::Value;

use crate::{
    call::Answer,
    check::Check,
    draft::Draft,
    making::{Maker, Shape},
    story::Visit,
    subject::Subject,
};

/// Sends a request twice with one key, then another one with it. Gives the answers that made something.
pub(crate) fn probe(visit: &mut Visit<'_>, subject: &Subject<'_>, base: &Draft) -> Vec<Answer> {
    let mut taken = Vec::new();
    let Some(parameter) = subject.parameter(Location::Header, "Idempotency-Key") else { return taken };
    let (Some(key), Some((media_type, one, other))) = (visit.fresh(parameter), two_bodies(visit, subject)) else {
        return taken;
    };
    let mut draft = base.clone();
    if !draft.set(parameter.said, &key) {
        return taken;
    }
    let call = draft.with_body(&media_type, &one).call(subject);
    let Some(first) = visit.ask(subject, "a request with a key", &call) else { return taken };
    if !first.is_success() {
        return taken;
    }
    taken.push(first.clone());
    let tried = "the same request with the same key";
    if let Some(again) = visit.ask(subject, tried, &call) {
        visit.note(subject, Check::Idempotency, same(&first, &again), tried, &call, &again);
        taken.extend(Some(again).filter(Answer::is_success));
    }
    let tried = "another request with the same key";
    let call = draft.with_body(&media_type, &other).call(subject);
    if let Some(answer) = visit.ask(subject, tried, &call) {
        let kept = if answer.is_refusal() { Ok(()) } else { Err(format!("{} instead of a refusal", answer.status)) };
        visit.note(subject, Check::Idempotency, kept, tried, &call, &answer);
        taken.extend(Some(answer).filter(Answer::is_success));
    }
    taken
}

/// Two different bodies that fit.
fn two_bodies(visit: &Visit<'_>, subject: &Subject<'_>) -> Option<(String, Value, Value)> {
    let form = subject.json_body()?;
    let validity = form.validity.as_ref()?;
    let maker = Maker::new(&validity.schema, &visit.dice);
    let one = maker.fitting(Shape::Least, validity)?;
    let other = (0..10).filter_map(|_| maker.fitting(Shape::Any, validity)).find(|other| *other != one)?;
    Some((form.media_type.clone(), one, other))
}

fn same(first: &Answer, again: &Answer) -> Result<(), String> {
    if first.status != again.status {
        return Err(format!("{}, then {}", first.status, again.status));
    }
    if first.header("location") != again.header("location") {
        return Err("another Location the second time: it was carried out twice".to_owned());
    }
    if first.json() != again.json() {
        return Err("another body the second time".to_owned());
    }
    Ok(())
}
