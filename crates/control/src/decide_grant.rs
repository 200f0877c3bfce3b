//! Decide a request for a grant.

use hansom_domain::{Actor, Decision, GrantId};
use serde_json::json;

use crate::{Control, Error, text};

impl Control {
    /// Approves or refuses a request, with a reason. The actor is a member of the API's owner group and not the person
    /// who asked, by whichever account.
    pub async fn decide_grant(
        &self,
        actor: &Actor,
        id: &GrantId,
        decision: Decision,
        reason: &str,
    ) -> Result<(), Error> {
        let grant = self.grant_for(actor, id).await?;
        if !matches!(actor, Actor::Person { .. } | Actor::Platform) {
            return Err(Error::NotAllowed("a person decides, not a program".into()));
        }
        if !actor.speaks_for(&grant.api_owner) {
            return Err(Error::NotAllowed(format!("only members of {} may decide this request", grant.api_owner)));
        }
        if self.is_who_asked(actor, &grant.requested_by).await? {
            return Err(Error::NotAllowed(format!(
                "the approver is never the requester; ask another member of {}",
                grant.api_owner
            )));
        }
        let reason = text::checked("the reason", reason, 1, 2000, true)?;
        let decided_before = || Error::Conflict("the request was decided before; load the page again".into());
        let next = grant.state.decide(decision).ok_or_else(decided_before)?;
        let now = self.clock.now();
        let mut change = self.begin(actor, "decide_grant", now).await?;
        if !change.move_grant(id, (grant.state, next), (actor.id(), actor.name()), &reason, now).await? {
            return Err(decided_before());
        }
        Ok(change.commit(&format!("grant {id}"), &json!({ "decision": decision, "reason": reason })).await?)
    }
}
