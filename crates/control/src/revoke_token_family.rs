//! End all tokens of one authorisation: the application gives them back, or the person takes them away.

use std::collections::BTreeSet;

use hansom_domain::{Actor, ApplicationId, TokenId};
use hansom_store::{ConsentRow, TokenFamilyRow};
use serde_json::json;

use crate::{Control, Error, approve_authorization::person_of, fingerprint};

/// What one application may do for a person.
#[derive(Clone, Debug)]
pub struct ActingApplication {
    /// Which.
    pub client: ApplicationId,
    /// What was allowed once and for all.
    pub consents: Vec<ConsentRow>,
    /// Where it is signed in now.
    pub families: Vec<TokenFamilyRow>,
}

impl ActingApplication {
    /// Where it may act, and what it may do there: audiences with scopes.
    pub fn places(&self) -> BTreeSet<(String, String)> {
        let of_consents = self.consents.iter().map(|row| (row.resource.clone(), row.scope.clone()));
        let of_families = self.families.iter().map(|row| (row.resource.clone(), row.scope.clone()));
        of_consents.chain(of_families).collect()
    }
}

impl Control {
    /// Ends the family of a refresh token that the caller has proven to be its own, used or not. An unknown one is as good
    /// as ended; another's is [`Error::NotAllowed`].
    pub async fn give_back_refresh_token(&self, client: &ApplicationId, token: &str) -> Result<(), Error> {
        let Some(token) = self.reads.refresh_token(&fingerprint(token)).await? else {
            return Ok(());
        };
        let Some(family) = self.reads.token_family(&token.family_id).await? else {
            return Ok(());
        };
        if family.client_id != *client {
            return Err(Error::NotAllowed("the token was issued to another application".into()));
        }
        // For the person whose tokens they are: the client has just proven that they gave it the token.
        let mut change = self.begin(&Actor::Platform, "revoke_token_family", self.clock.now()).await?;
        if !self.end_family(&mut change, &family.id).await? {
            return Ok(());
        }
        let detail = json!({ "client": client, "family": family.id, "given_back_by": client });
        Ok(change.commit(&format!("person {}", family.person_id), &detail).await?)
    }

    /// Whether a family was ended.
    pub async fn is_family_over(&self, id: &TokenId) -> Result<bool, Error> {
        Ok(self.reads.is_revoked_token(id).await?)
    }

    /// The applications that act for a person, or may without asking.
    pub async fn acting_applications(&self, actor: &Actor) -> Result<Vec<ActingApplication>, Error> {
        let person = person_of(actor)?;
        let mut acting: Vec<ActingApplication> = vec![];
        let mut of = |client: &ApplicationId| -> usize {
            acting.iter().position(|known| known.client == *client).unwrap_or_else(|| {
                acting.push(ActingApplication { client: client.clone(), consents: vec![], families: vec![] });
                acting.len() - 1
            })
        };
        let consents = self.reads.consents_of(person).await?;
        let families = self.reads.token_families_of(person, self.clock.now()).await?;
        let consents: Vec<_> = consents.into_iter().map(|row| (of(&row.client_id), row)).collect();
        let families: Vec<_> = families.into_iter().map(|row| (of(&row.client_id), row)).collect();
        for (place, row) in consents {
            if let Some(one) = acting.get_mut(place) {
                one.consents.push(row);
            }
        }
        for (place, row) in families {
            if let Some(one) = acting.get_mut(place) {
                one.families.push(row);
            }
        }
        Ok(acting)
    }

    /// Takes back everything that a person allowed an application: it is asked again next time, and its tokens end.
    pub async fn withdraw_consent(&self, actor: &Actor, client: &ApplicationId) -> Result<(), Error> {
        let person = person_of(actor)?;
        let now = self.clock.now();
        let mut change = self.begin(actor, "withdraw_consent", now).await?;
        let consents = change.delete_consents(person, client).await?;
        change.delete_waiting_codes(person, client).await?;
        let families = change.token_families(person, client, now).await?;
        for family in &families {
            self.end_family(&mut change, &family.id).await?;
        }
        if consents == 0 && families.is_empty() {
            return Err(Error::NotFound("no such application acts for you; your account lists those that do".into()));
        }
        let detail = json!({ "client": client, "consents": consents, "families": families.len() });
        Ok(change.commit(&format!("person {person}"), &detail).await?)
    }
}
