//! Decide a request for a waiver.

use hansom_domain::{Actor, Decision, WaiverId};
use serde_json::json;

use crate::{Control, Error, text};

impl Control {
    /// Accepts or refuses a finding in writing, with a reason. The actor is a member of the standards group and not the
    /// person who asked.
    pub async fn decide_waiver(
        &self,
        actor: &Actor,
        id: &WaiverId,
        decision: Decision,
        reason: &str,
    ) -> Result<(), Error> {
        let waiver = self.waiver_for(actor, id).await?;
        if !self.speaks_for_standards(actor) {
            return Err(Error::NotAllowed(format!("only members of {} may decide it", self.settings.standards.group)));
        }
        if self.is_who_asked(actor, &waiver.requested_by).await? {
            return Err(Error::NotAllowed(format!(
                "the approver is never the requester; ask another member of {}",
                self.settings.standards.group
            )));
        }
        let reason = text::checked("the reason", reason, 1, 2000, true)?;
        let decided_before = || Error::Conflict("the request was decided before; load the page again".into());
        let next = waiver.state.decide(decision).ok_or_else(decided_before)?;
        let now = self.clock.now();
        if decision == Decision::Approve && waiver.ends_at <= now {
            return Err(Error::Conflict("the end date has passed; ask for a new waiver".into()));
        }
        let mut change = self.begin(actor, "decide_waiver", now).await?;
        if !change.move_waiver(id, (waiver.state, next), (actor.id(), actor.name()), &reason, now).await? {
            return Err(decided_before());
        }
        let detail = json!({ "api": waiver.slug, "rule": waiver.rule, "decision": decision, "reason": reason });
        Ok(change.commit(&format!("waiver {id}"), &detail).await?)
    }
}
