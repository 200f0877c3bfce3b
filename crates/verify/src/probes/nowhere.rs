//! Does an address that the contract does not have lead nowhere?

use crate::{
    call::{Call, Caller},
    check::Check,
    story::Visit,
};

/// Asks for one, as a part of the first operation's trial.
pub(crate) fn probe(visit: &mut Visit<'_>) {
    let Some(subject) = visit.subjects.first() else { return };
    let target = format!("/hansom-verify-{}", visit.dice.uuid());
    let call = Call { method: "GET".into(), target, headers: Vec::new(), body: None, caller: Caller::Known };
    let tried = "an address that the contract does not have";
    visit.allow_one();
    if let Some(answer) = visit.ask_beyond(subject, tried, &call) {
        let kept = match answer.status {
            404 => Ok(()),
            status => Err(format!("{status} instead of 404")),
        };
        visit.note(subject, Check::Nowhere, kept, tried, &call, &answer);
    }
}
