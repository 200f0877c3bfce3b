//! Revoke a grant, or take a request for one back: obeyed within a second.

use hansom_domain::{Actor, GrantId, GrantState};
use serde_json::json;

use crate::{Control, Error, text};

impl Control {
    /// Ends a grant, with a reason. The owners of the API may, and the owners of the application.
    pub async fn revoke_grant(&self, actor: &Actor, id: &GrantId, reason: &str) -> Result<(), Error> {
        let grant = self.grant_for(actor, id).await?;
        let reason = text::checked("the reason", reason, 1, 2000, true)?;
        let over = || Error::Conflict(format!("the grant is {} already", grant.state));
        let next = grant.state.revoke().ok_or_else(over)?;
        let now = self.clock.now();
        let mut change = self.begin(actor, "revoke_grant", now).await?;
        if !change.move_grant(id, (grant.state, next), (actor.id(), actor.name()), &reason, now).await? {
            return Err(Error::Conflict("the grant was changed meanwhile; load the page again".into()));
        }
        let given_back = actor.speaks_for(&grant.application_owner) && !actor.speaks_for(&grant.api_owner);
        let subject = format!("{} may no longer call {} {}", grant.application_name, grant.title, grant.major);
        let body = format!(
            "{} ended the grant of the application {} for {} {} in {}.\n\nThe reason: {reason}\n\nSee it in the hub: /grants/{id}\n",
            actor.name(),
            grant.application_name,
            grant.title,
            grant.major,
            grant.environment
        );
        if grant.state == GrantState::Approved {
            self.tell(&mut change, &[&grant.application_owner, &grant.api_owner], actor, (&subject, &body)).await?;
        }
        let detail = json!({ "reason": reason, "given_back": given_back });
        Ok(change.commit(&format!("grant {id}"), &detail).await?)
    }
}
