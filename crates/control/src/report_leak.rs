//! Report a secret that lies open somewhere: it ends at once.

use hansom_domain::{Actor, PlainSecret};
use hansom_store::{NewNotice, Recipient};
use serde_json::json;

use crate::{Control, Error, REFRESH_PREFIX, fingerprint};

/// No secret of ours is longer.
const MOST_BYTES: usize = 200;

impl Control {
    /// Ends the credential, or the sign-in of an application, whose secret this is, whoever found it: to have it is to have found
    /// it. Gives whether it is one of ours, in force or not. Whoever answers for it is told, once.
    pub async fn report_leak(&self, secret: &str, place: &str) -> Result<bool, Error> {
        let place: String = place.chars().filter(|c| !c.is_control()).take(500).collect();
        if secret.len() <= MOST_BYTES && secret.starts_with(REFRESH_PREFIX) {
            return self.end_leaked_family(secret, &place).await;
        }
        if PlainSecret::may_be(secret) {
            return self.end_leaked_credential(secret, &place).await;
        }
        Ok(false)
    }

    async fn end_leaked_credential(&self, secret: &str, place: &str) -> Result<bool, Error> {
        let now = self.clock.now();
        let Some(credential) = self.reads.credential_of_hash(&self.vault.hash(secret)).await? else {
            return Ok(false);
        };
        let application = self.reads.application(&credential.application_id).await?;
        let Some(application) = application.filter(|_| credential.is_in_force(now)) else { return Ok(true) };
        let mut change = self.begin(&Actor::Platform, "report_leak", now).await?;
        if !change.revoke_credential(&application.id, &credential.id, now, Some("leaked")).await? {
            return Ok(true);
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

    /// The refresh token of an application that acts for a person: it ends with all that came of the same yes.
    async fn end_leaked_family(&self, token: &str, place: &str) -> Result<bool, Error> {
        let Some(token) = self.reads.refresh_token(&fingerprint(token)).await? else { return Ok(false) };
        let Some(family) = self.reads.token_family(&token.family_id).await? else { return Ok(true) };
        let client =
            self.client(&family.client_id).await?.map_or_else(|| "An application".into(), |client| client.name);
        let now = self.clock.now();
        let mut change = self.begin(&Actor::Platform, "report_leak", now).await?;
        if now >= family.expires_at || !self.end_family(&mut change, &family.id).await? {
            return Ok(true);
        }
        let subject = format!("A token of {client} that acts for you was found in the open");
        let body = format!(
            "Somebody found a refresh token with which {client} acts for you, and reported it. It was revoked at once, with the \
             access tokens that came of it.\n\nFound at: {place}\n\nSign in at the application again when you need it. If you \
             do not know how the token came there, tell whoever runs the application.\n"
        );
        let (id, to) = (self.chance.hex(16), Recipient::Person(&family.person_id));
        change.insert_notice(&NewNotice { id: &id, to, subject: &subject, body: &body, at: now }).await?;
        let detail = json!({ "client": family.client_id, "family": family.id, "found_at": place });
        change.commit(&format!("person {}", family.person_id), &detail).await?;
        Ok(true)
    }
}
