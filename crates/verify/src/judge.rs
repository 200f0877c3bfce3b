//! Does one answer keep what the contract says of it?

use crate::{
    call::{Answer, Call, is_json},
    check::Check,
    problem,
    spelling::may_fit,
    subject::{Header, Subject, Told},
};

/// What came of one promise: kept, or broken and how.
pub(crate) type Judgement = (Check, Result<(), String>);

/// Holds an answer against everything that the contract says of answers like it.
pub(crate) fn judge(subject: &Subject<'_>, call: &Call, answer: &Answer) -> Vec<Judgement> {
    let works = works(subject, answer);
    if works.is_err() {
        // Whoever fails says the rest of it by chance.
        return vec![(Check::Works, works)];
    }
    let mut judgements = vec![(Check::Works, works)];
    let Some(told) = subject.told(answer.status) else {
        let known: Vec<&str> = subject.answers.iter().map(|told| told.status).collect();
        let what = format!("{} is answered, and the contract has {}", answer.status, known.join(", "));
        judgements.push((Check::Status, Err(what)));
        return judgements;
    };
    judgements.push((Check::Status, Ok(())));
    if !told.headers.is_empty() {
        judgements.push((Check::Headers, headers(told, answer)));
    }
    let is_bodiless = call.method == "HEAD" || matches!(answer.status, 100..=199 | 204 | 304);
    if !is_bodiless {
        judgements.extend(body(told, answer));
    }
    judgements
}

/// A failure is one, whatever the contract says; but to be away for a while, or not to do something yet, can be said.
fn works(subject: &Subject<'_>, answer: &Answer) -> Result<(), String> {
    let is_said = matches!(answer.status, 501 | 503) && subject.names(answer.status);
    if answer.status >= 500 && !is_said {
        return Err(format!("the service failed with {}", answer.status));
    }
    Ok(())
}

fn headers(told: &Told<'_>, answer: &Answer) -> Result<(), String> {
    told.headers.iter().try_for_each(|header| one_header(header, answer))
}

fn one_header(header: &Header<'_>, answer: &Answer) -> Result<(), String> {
    let name = header.name;
    match answer.header(name) {
        None if header.required => Err(format!("the header {name} is missing")),
        Some(value) if !may_fit(value, &header.validity) => {
            let faults = header.validity.faults(&value.into());
            Err(format!("the header {name} does not fit: {}", faults.join("; ")))
        }
        _ => Ok(()),
    }
}

fn body(told: &Told<'_>, answer: &Answer) -> Vec<Judgement> {
    if answer.is_cut {
        return vec![(Check::Body, Err("the body is larger than is read; let lists come in pages".to_owned()))];
    }
    if told.forms.is_empty() {
        let kept = if answer.body.is_empty() {
            Ok(())
        } else {
            Err(format!("there is a body, and the contract has none for {}", told.status))
        };
        return vec![(Check::MediaType, kept)];
    }
    if answer.body.is_empty() {
        return vec![(Check::Body, Err(format!("there is no body, and the contract has one for {}", told.status)))];
    }
    let sent = answer.media_type().unwrap_or_default();
    let Some(form) = told.forms.iter().find(|form| form.covers(&sent)) else {
        let known: Vec<&str> = told.forms.iter().map(|form| form.media_type.as_str()).collect();
        let sent = if sent.is_empty() { "no media type" } else { &sent };
        return vec![(Check::MediaType, Err(format!("{sent} is answered, and the contract has {}", known.join(", "))))];
    };
    let mut judgements = vec![(Check::MediaType, Ok(()))];
    if is_json(&sent) {
        let fits = match (answer.json(), &form.validity) {
            (None, _) => Err("the body is no JSON".to_owned()),
            (Some(value), Some(validity)) if !validity.fits(&value) => Err(validity.faults(&value).join("; ")),
            _ => Ok(()),
        };
        judgements.push((Check::Body, fits));
    }
    if sent == problem::MEDIA_TYPE {
        judgements.push((Check::Problem, problem::fault(answer).map_or(Ok(()), Err)));
    }
    judgements
}
