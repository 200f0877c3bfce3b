//! Is what fits taken, and what does not fit refused?

use hansom_standards::contract::Location;

use crate::{
    call::{Answer, Call},
    check::Check,
    draft::Draft,
    making::{self, Made},
    spelling::may_fit,
    story::{Standing, Visit},
    subject::{Parameter, Subject},
    validity::short,
};

/// Values of one parameter that are tried.
const MOST_VALUES: usize = 8;
/// What no contract has as a parameter.
const UNKNOWN: &str = "hansom_unknown";

/// Sends what fits, and notes whether it was taken.
pub(crate) fn fitting(
    visit: &mut Visit<'_>,
    subject: &Subject<'_>,
    tried: &str,
    call: &Call,
    standing: Standing,
) -> Option<Answer> {
    let answer = visit.ask(subject, tried, call)?;
    if let Some(kept) = is_taken(subject, &answer, standing) {
        visit.note(subject, Check::TakesValid, kept, tried, call, &answer);
    }
    Some(answer)
}

/// Whether an answer takes a request that fits; none, if the state of the service decides that.
fn is_taken(subject: &Subject<'_>, answer: &Answer, standing: Standing) -> Option<Result<(), String>> {
    match answer.status {
        200..=299 | 304 => Some(Ok(())),
        401 | 403 => Some(Err(format!(
            "{}: whoever runs this is not let in; give credentials by --token or --header",
            answer.status
        ))),
        404 | 410 if subject.is_safe() && standing == Standing::Ours => {
            Some(Err(format!("{}, though this run has made it", answer.status)))
        }
        404 | 410 if subject.is_safe() && standing == Standing::There => {
            Some(Err(format!("{}, though it is there by all that is known", answer.status)))
        }
        404 | 409 | 410 | 412 | 423 | 428 | 429 | 300..=399 | 500.. => None,
        status => {
            let why = answer.json().and_then(|body| Some(short(body.get("detail")?.as_str()?)));
            let why = why.map(|why| format!(": {why}")).unwrap_or_default();
            Some(Err(format!("{status} to a request that fits the contract{why}")))
        }
    }
}

/// Sends what does not fit, and notes whether it was refused. Gives the answer if it was not.
pub(crate) fn unfitting(visit: &mut Visit<'_>, subject: &Subject<'_>, tried: &str, call: &Call) -> Option<Answer> {
    refusing(visit, subject, Check::RefusesInvalid, tried, call)
}

/// The same for any promise that something is refused.
pub(crate) fn refusing(
    visit: &mut Visit<'_>,
    subject: &Subject<'_>,
    check: Check,
    tried: &str,
    call: &Call,
) -> Option<Answer> {
    let answer = visit.ask(subject, tried, call)?;
    if answer.status >= 500 {
        return None;
    }
    let is_refused = answer.is_refusal();
    let kept = if is_refused { Ok(()) } else { Err(format!("{} instead of a refusal", answer.status)) };
    visit.note(subject, check, kept, tried, call, &answer);
    if is_refused { None } else { Some(answer) }
}

/// Every parameter with values that fit, one at a time.
pub(crate) fn fitting_parameters(visit: &mut Visit<'_>, subject: &Subject<'_>, base: &Draft, standing: Standing) {
    for parameter in varied(subject) {
        let mut made = making::fitting(&parameter.validity, &parameter.examples(), &visit.dice);
        made.truncate(MOST_VALUES);
        for Made { about, value } in made {
            let mut draft = base.clone();
            if draft.set(parameter.said, &value) {
                let tried = format!("{} with {about}", parameter.said.name);
                fitting(visit, subject, &tried, &draft.call(subject), standing);
            }
        }
    }
}

/// Every parameter with values that do not fit, one at a time; those that are required left out; and one that is not known.
pub(crate) fn unfitting_parameters(visit: &mut Visit<'_>, subject: &Subject<'_>, base: &Draft) -> Vec<Answer> {
    let mut taken = Vec::new();
    for parameter in &subject.parameters {
        if parameter.said.required && parameter.said.location != Location::Path {
            let mut draft = base.clone();
            draft.drop(parameter.said);
            let tried = format!("without {}", parameter.said.name);
            taken.extend(unfitting(visit, subject, &tried, &draft.call(subject)));
        }
        if parameter.is_probed() {
            continue;
        }
        for (about, draft) in unfitting_values(visit, parameter, base) {
            let tried = format!("{} with {about}", parameter.said.name);
            taken.extend(unfitting(visit, subject, &tried, &draft.call(subject)));
        }
    }
    if subject.told(400).is_some() {
        let call = base.with_query(UNKNOWN, "1").call(subject);
        let tried = "a query parameter that the contract does not know";
        taken.extend(refusing(visit, subject, Check::RefusesUnknown, tried, &call));
    }
    taken
}

/// What is still no value of the parameter when it is read as a text as generously as can be.
fn unfitting_values(visit: &Visit<'_>, parameter: &Parameter<'_>, base: &Draft) -> Vec<(String, Draft)> {
    let mut values = making::broken(&parameter.validity, &parameter.examples(), &visit.dice);
    let texts = ["hansom", "-1", ""].map(|text| Made { about: format!("{text:?}"), value: text.into() });
    values.extend(texts);
    let mut drafts: Vec<(String, Draft)> = Vec::new();
    for Made { about, value } in values {
        let spelled = match &value {
            serde_json::Value::String(text) => text.clone(),
            serde_json::Value::Array(items) => {
                let texts: Vec<&str> = items.iter().filter_map(serde_json::Value::as_str).collect();
                texts.join(",")
            }
            serde_json::Value::Number(number) => number.to_string(),
            _ => continue,
        };
        let mut draft = base.clone();
        if drafts.len() < MOST_VALUES && !may_fit(&spelled, &parameter.validity) && draft.set(parameter.said, &value) {
            drafts.push((about, draft));
        }
    }
    drafts
}

/// The parameters whose values can be chosen freely.
fn varied<'s, 'c>(subject: &'s Subject<'c>) -> impl Iterator<Item = &'s Parameter<'c>> {
    let is_free = |parameter: &&Parameter<'_>| {
        parameter.said.location != Location::Path && !parameter.is_opaque() && !parameter.is_probed()
    };
    subject.parameters.iter().filter(is_free)
}
