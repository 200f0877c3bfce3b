//! Are only the media types of the contract read and written, and only bodies of a sensible size?

use crate::{
    call::{Call, Silence, is_json},
    check::Check,
    draft::Draft,
    probes::taking::refusing,
    story::Visit,
    subject::Subject,
};

const NOBODYS_TYPE: &str = "application/vnd.hansom.unknown";
/// More than any contract's record holds.
const TOO_LARGE: usize = 2 * 1024 * 1024;

/// Asks for what the contract does not have.
pub(crate) fn accept(visit: &mut Visit<'_>, subject: &Subject<'_>, base: &Draft) {
    if !subject.names(406) {
        return;
    }
    let call = base.with_header("Accept", NOBODYS_TYPE).call(subject);
    let tried = "Accept with a media type that the contract does not have";
    if let Some(answer) = visit.ask(subject, tried, &call) {
        let kept = if answer.status == 406 { Ok(()) } else { Err(format!("{} instead of 406", answer.status)) };
        visit.note(subject, Check::Accept, kept, tried, &call, &answer);
    }
}

/// Sends a good body under a wrong name. Gives the answer if it was taken.
pub(crate) fn content_type(
    visit: &mut Visit<'_>,
    subject: &Subject<'_>,
    good: &Draft,
    bytes: &[u8],
) -> Option<crate::Answer> {
    if subject.bodies.iter().any(|form| form.covers("text/plain")) {
        return None;
    }
    let call = good.with_bytes("text/plain", bytes.to_vec()).call(subject);
    let tried = "a body that says it is text/plain";
    if !subject.names(415) {
        return refusing(visit, subject, Check::ContentType, tried, &call);
    }
    let answer = visit.ask(subject, tried, &call)?;
    let kept = if answer.status == 415 { Ok(()) } else { Err(format!("{} instead of 415", answer.status)) };
    visit.note(subject, Check::ContentType, kept, tried, &call, &answer);
    Some(answer).filter(crate::Answer::is_success)
}

/// Sends a body that is larger than the contract's 413 can mean.
pub(crate) fn too_large(visit: &mut Visit<'_>, subject: &Subject<'_>, base: &Draft) {
    let Some(form) = subject.json_body().filter(|form| subject.names(413) && is_json(&form.media_type)) else {
        return;
    };
    let body = format!("{{\"hansomUnknown\":\"{}\"}}", "x".repeat(TOO_LARGE));
    let call = base.with_bytes(&form.media_type, body.into_bytes()).call(subject);
    // Whoever reports this needs no two million letters.
    let shown = Call { body: Some(b"(two million letters)".to_vec()), ..call.clone() };
    let tried = "a body of 2 MiB";
    match visit.send(subject, &call) {
        Some(Ok(answer)) => {
            let kept = if answer.is_refusal() { Ok(()) } else { Err(format!("{} instead of 413", answer.status)) };
            visit.note(subject, Check::TooLarge, kept, tried, &shown, &answer);
        }
        // A server may close the connection on whoever goes on sending.
        Some(Err(Silence::Broken(_))) => {
            visit.skip(subject, Check::TooLarge, "the service closed the connection before it was told all");
        }
        Some(Err(Silence::TimedOut)) => visit.skip(subject, Check::TooLarge, "there was no answer in time"),
        None => {}
    }
}
