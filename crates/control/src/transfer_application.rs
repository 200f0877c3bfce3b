//! Give an application to another group.

use hansom_domain::{Actor, ApplicationId, GroupAddress};
use serde_json::json;

use crate::{Control, Error};

impl Control {
    /// Gives an application to another group. The actor speaks for both: the old one gives, the new one takes; where nobody is
    /// left in the old one, administrators do. It is in force again if it was suspended, and does not publish any more.
    pub async fn transfer_application(
        &self,
        actor: &Actor,
        id: &ApplicationId,
        to: &GroupAddress,
    ) -> Result<(), Error> {
        let application = self.application_for(actor, id).await?;
        if !actor.speaks_for(&application.owner) || !actor.speaks_for(to) {
            return Err(Error::NotAllowed(format!(
                "only who is in both {} and {to} may do that, or an administrator",
                application.owner
            )));
        }
        if application.owner == *to {
            return Err(Error::Conflict(format!("the application is owned by {to} already")));
        }
        let now = self.clock.now();
        let mut change = self.begin(actor, "transfer_application", now).await?;
        if !change.transfer_application(id, &application.owner, to).await? {
            return Err(Error::Conflict("the application was changed meanwhile; load the page again".into()));
        }
        let subject = format!("{} is now owned by {to}", application.name);
        let body = format!(
            "{} gave the application {} from {} to {to}.\n\nWho was in the old group may know its secrets: replace them on its \
             page in the hub, /applications/{id}. Its grants stay in force.\n",
            actor.name(),
            application.name,
            application.owner
        );
        self.tell(&mut change, &[&application.owner, to], actor, (&subject, &body)).await?;
        let detail =
            json!({ "from": application.owner, "to": to, "was_suspended": application.suspended_at.is_some() });
        Ok(change.commit(&format!("application {id}"), &detail).await?)
    }
}
