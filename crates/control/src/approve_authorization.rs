//! Let an application act for a person: a code that it exchanges for tokens.

use hansom_domain::{Actor, ApplicationId, PersonId, Timestamp, TokenId};
use hansom_store::{AuthorizationCodeRow, ConsentRow};
use serde_json::json;

use crate::{Client, Control, Error, fingerprint};

/// A code is exchanged at once, or never.
const CODE_SECONDS: i64 = 60;
/// No person has more sign-ins under way at once.
const MOST_WAITING: i64 = 20;

/// What a person allows.
#[derive(Clone, Debug)]
pub struct Approval<'a> {
    /// Whom.
    pub client: &'a Client,
    /// Where the code is sent.
    pub redirect_uri: &'a str,
    /// The PKCE challenge, of method S256.
    pub challenge: &'a str,
    /// The audience of the tokens.
    pub resource: &'a str,
    /// What they may do.
    pub scope: &'a str,
    /// The thumbprint of the key that they are bound to.
    pub dpop_jkt: Option<&'a str>,
    /// When the person signed in.
    pub authenticated_at: Timestamp,
    /// What to remember of their answer, if they were asked just now.
    pub remember: Option<Remembered>,
}

/// An answer that holds until the person takes it back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// What was asked for.
    pub asked: String,
    /// What of it they allow.
    pub scope: String,
}

impl Control {
    /// Makes a code for what a person allows, and remembers that they do.
    pub async fn approve_authorization(&self, actor: &Actor, approval: Approval<'_>) -> Result<String, Error> {
        let person = person_of(actor)?;
        let client = &approval.client.id;
        let code = self.chance.hex(32);
        let now = self.clock.now();
        let mut change = self.begin(actor, "approve_authorization", now).await?;
        if change.count_waiting_codes(person, now).await? >= MOST_WAITING {
            return Err(Error::Conflict("too many of your sign-ins are under way; try again in a minute".into()));
        }
        let row = AuthorizationCodeRow {
            code_hash: fingerprint(&code),
            family_id: TokenId::random(&self.chance),
            client_id: client.clone(),
            person_id: person.clone(),
            redirect_uri: approval.redirect_uri.to_owned(),
            challenge: approval.challenge.to_owned(),
            resource: approval.resource.to_owned(),
            scope: approval.scope.to_owned(),
            dpop_jkt: approval.dpop_jkt.map(str::to_owned),
            authenticated_at: approval.authenticated_at,
            created_at: now,
            expires_at: now.plus_seconds(CODE_SECONDS),
            used_at: None,
        };
        change.insert_authorization_code(&row).await?;
        let was_asked = approval.remember.is_some();
        if let Some(Remembered { asked, scope }) = approval.remember {
            let consent = ConsentRow {
                person_id: person.clone(),
                client_id: client.clone(),
                resource: approval.resource.to_owned(),
                scope,
                asked,
                granted_at: now,
            };
            change.put_consent(&consent).await?;
        }
        let detail = json!({
            "client": client, "resource": approval.resource, "scope": approval.scope, "asked": was_asked,
            "family": row.family_id,
        });
        change.commit(&format!("person {person}"), &detail).await?;
        Ok(code)
    }

    /// What a person answered to an application when it asked before.
    pub async fn consent_of(
        &self,
        person: &PersonId,
        client: &ApplicationId,
        resource: &str,
    ) -> Result<Option<ConsentRow>, Error> {
        Ok(self.reads.consent(person, client, resource).await?)
    }
}

/// The person that an actor is; nobody else can let an application act for them.
pub(crate) fn person_of(actor: &Actor) -> Result<&PersonId, Error> {
    if let Actor::Person { id, .. } = actor {
        return Ok(id);
    }
    Err(Error::NotAllowed("only a signed-in person may let an application act for them".into()))
}
