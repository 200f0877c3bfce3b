//! Is whoever is not known refused?

use crate::{
    call::{Answer, Call, Caller},
    check::Check,
    story::Visit,
    subject::Subject,
};

/// Sends the request without credentials and with false ones. Gives the answers of those who were let in.
pub(crate) fn probe(visit: &mut Visit<'_>, subject: &Subject<'_>, call: &Call) -> Vec<Answer> {
    let mut taken = Vec::new();
    if !subject.is_guarded {
        return taken;
    }
    if !visit.has_credentials() {
        visit.skip(
            subject,
            Check::RefusesStrangers,
            "no credentials were given, so it is not known that any are needed",
        );
        return taken;
    }
    let tries =
        [(Caller::Stranger, "without credentials"), (Caller::Impostor, "with credentials that nobody gave out")];
    for (caller, tried) in tries {
        let call = Call { caller, ..call.clone() };
        let Some(answer) = visit.ask(subject, tried, &call) else { continue };
        let kept = match answer.status {
            401 if answer.header("www-authenticate").is_none() => Err("401 without WWW-Authenticate".to_owned()),
            401 => Ok(()),
            status => Err(format!("{status} instead of 401")),
        };
        visit.note(subject, Check::RefusesStrangers, kept, tried, &call, &answer);
        taken.extend(Some(answer).filter(Answer::is_success));
    }
    taken
}
