//! Exchange a refresh token for the next one: each works once, and one that is shown again ends its family.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use hansom_domain::{Actor, ApplicationId};
use hansom_store::{Rotation, TokenFamilyRow};
use serde_json::json;

use crate::{Control, Error, GrantedFamily, RefreshLife, fingerprint};

/// A refresh token as an application shows it.
#[derive(Clone, Copy, Debug)]
pub struct ShownRefresh<'a> {
    /// The token.
    pub token: &'a str,
    /// Who shows it.
    pub client: &'a ApplicationId,
    /// The thumbprint of the key that the request proved.
    pub jkt: Option<&'a str>,
}

/// What came of a refresh token.
#[derive(Clone, Debug)]
pub enum Refreshed {
    /// The next one.
    Family(GrantedFamily),
    /// Nothing: unknown, over, another's, not proven, or used before.
    Refused,
}

impl Control {
    /// Uses a refresh token up and gives the next. Of two at once one gets it; the other is reuse, and ends both.
    pub async fn refresh_tokens(&self, shown: ShownRefresh<'_>, life: RefreshLife) -> Result<Refreshed, Error> {
        let hash = fingerprint(shown.token);
        let Some(token) = self.reads.refresh_token(&hash).await? else {
            return Ok(Refreshed::Refused);
        };
        let Some(family) = self.reads.token_family(&token.family_id).await? else {
            return Ok(Refreshed::Refused);
        };
        let fits =
            |jkt: &str| shown.jkt.is_some_and(|told| verify_slices_are_equal(jkt.as_bytes(), told.as_bytes()).is_ok());
        let is_proven = family.client_id == *shown.client && family.dpop_jkt.as_deref().is_none_or(fits);
        let now = self.clock.now();
        if !is_proven || family.revoked_at.is_some() || now >= family.expires_at {
            return Ok(Refreshed::Refused);
        }
        if token.used_at.is_some() {
            return self.end_reused(&family).await;
        }
        if now >= token.expires_at {
            return Ok(Refreshed::Refused);
        }
        let (refresh_token, next) = self.new_refresh_token(&family, life);
        match self.writes.rotate_refresh_token(&hash, &next, now).await? {
            Rotation::Done => Ok(Refreshed::Family(GrantedFamily { family, refresh_token })),
            Rotation::Reused => self.end_reused(&family).await,
            Rotation::Ended => Ok(Refreshed::Refused),
        }
    }

    /// Two have the same token, and nobody can tell which of them is the thief (RFC 9700 section 4.14.2).
    async fn end_reused(&self, family: &TokenFamilyRow) -> Result<Refreshed, Error> {
        let mut change = self.begin(&Actor::Platform, "refuse_reused_refresh_token", self.clock.now()).await?;
        let ended = self.end_family(&mut change, &family.id).await?;
        let detail = json!({ "client": family.client_id, "family": family.id, "revoked": ended });
        change.commit(&format!("person {}", family.person_id), &detail).await?;
        Ok(Refreshed::Refused)
    }

    /// The family of a refresh token that would be taken now; for introspection and revocation.
    pub async fn family_of_refresh_token(&self, token: &str) -> Result<Option<TokenFamilyRow>, Error> {
        let Some(token) = self.reads.refresh_token(&fingerprint(token)).await? else {
            return Ok(None);
        };
        let now = self.clock.now();
        let family = self.reads.token_family(&token.family_id).await?;
        let is_good = token.used_at.is_none() && now < token.expires_at;
        Ok(family.filter(|family| is_good && family.revoked_at.is_none() && now < family.expires_at))
    }
}
