//! Report a secret that lies open somewhere: it ends at once.

use hansom_domain::{Actor, PlainSecret};
use serde_json::json;

use crate::{Control, Error};

impl Control {
    /// Ends the credential whose secret this is, whoever found it: to have it is to have found it. Gives whether it was one
    /// of ours and in force. Its owners are told.
    pub async fn report_leak(&self, secret: &str, place: &str) -> Result<bool, Error> {
        if !PlainSecret::may_be(secret) {
            return Ok(false);
        }
        let now = self.clock.now();
        let known = self.reads.credential_of_hash(&self.vault.hash(secret)).await?;
        let Some(credential) = known.filter(|known| known.is_in_force(now)) else { return Ok(false) };
        let Some(application) = self.reads.application(&credential.application_id).await? else { return Ok(false) };
        let place: String = place.chars().filter(|c| !c.is_control()).take(500).collect();
        let mut change = self.begin(&Actor::Platform, "report_leak", now).await?;
        if !change.revoke_credential(&application.id, &credential.id, now, Some("leaked")).await? {
            return Ok(false);
        }
        let subject = format!("A secret of {} was found in the open", application.name);
        let body = format!(
            "Somebody found the secret {} of the application {} and reported it. It was revoked at once, and the tokens that \
             were issued for it are refused.\n\nFound at: {place}\n\nMake another on the application's page in the hub, \
             /applications/{}, and look at what was called since: it may have been used by others.\n",
            credential.hint, application.name, application.id
        );
        self.tell(&mut change, &[&application.owner], &Actor::Platform, (&subject, &body)).await?;
        let detail = json!({ "credential": credential.id, "found_at": place });
        change.commit(&format!("application {}", application.id), &detail).await?;
        Ok(true)
    }
}
