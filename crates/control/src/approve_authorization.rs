//! Let an application act for a person: a code that it exchanges for tokens.

use std::collections::BTreeSet;

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
    /// Whether the person was asked just now and need not be asked again.
    pub remember: bool,
}

impl Control {
    /// Makes a code for what a person allows, and remembers that they do.
    pub async fn approve_authorization(&self, actor: &Actor, approval: Approval<'_>) -> Result<String, Error> {
        let person = person_of(actor)?;
        let client = &approval.client.id;
        let remembered = self.reads.consent(person, client, approval.resource).await?;
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
        if approval.remember {
            let scope = remembered.map_or_else(String::new, |consent| consent.scope);
            let consent = ConsentRow {
                person_id: person.clone(),
                client_id: client.clone(),
                resource: approval.resource.to_owned(),
                scope: union(&scope, approval.scope),
                granted_at: now,
            };
            change.put_consent(&consent).await?;
        }
        let detail = json!({
            "client": client, "resource": approval.resource, "scope": approval.scope, "asked": approval.remember,
            "family": row.family_id,
        });
        change.commit(&format!("person {person}"), &detail).await?;
        Ok(code)
    }

    /// Whether a person has allowed an application all this before.
    pub async fn has_consented(
        &self,
        person: &PersonId,
        client: &ApplicationId,
        resource: &str,
        scope: &str,
    ) -> Result<bool, Error> {
        let consent = self.reads.consent(person, client, resource).await?;
        Ok(consent.is_some_and(|consent| {
            let allowed: BTreeSet<&str> = consent.scope.split_ascii_whitespace().collect();
            scope.split_ascii_whitespace().all(|word| allowed.contains(word))
        }))
    }
}

/// The person that an actor is; nobody else can let an application act for them.
pub(crate) fn person_of(actor: &Actor) -> Result<&PersonId, Error> {
    if let Actor::Person { id, .. } = actor {
        return Ok(id);
    }
    Err(Error::NotAllowed("only a signed-in person may let an application act for them".into()))
}

fn union(one: &str, other: &str) -> String {
    let words: BTreeSet<&str> = one.split_ascii_whitespace().chain(other.split_ascii_whitespace()).collect();
    words.into_iter().collect::<Vec<_>>().join(" ")
}
