//! How do the tokens of one authorisation begin together, and end together?

use hansom_domain::{ApplicationId, PersonId, Timestamp, TokenId};
use hansom_store::{Change, RefreshTokenRow, TokenFamilyRow};

use crate::{Control, Error, fingerprint};

/// What every refresh token starts with, so that scanners recognise a leaked one.
pub const REFRESH_PREFIX: &str = "hansom_refresh_";

/// No access token lives longer, so a revoked family is told to the gateways for so long.
const LONGEST_TOKEN_SECONDS: i64 = 24 * 3600;
/// How often one person may be signed in by one application; the longest unused one makes room.
const MOST_FAMILIES: usize = 20;

/// How long refresh tokens live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefreshLife {
    /// Seconds after which an unused one ends.
    pub idle_seconds: i64,
    /// Seconds after which all of a family end.
    pub absolute_seconds: i64,
}

/// A family with its newest refresh token, in the one moment in which that can be shown.
#[derive(Clone, Debug)]
pub struct GrantedFamily {
    /// The family.
    pub family: TokenFamilyRow,
    /// The refresh token.
    pub refresh_token: String,
}

/// What a family is begun with.
pub(crate) struct NewFamily<'a> {
    pub(crate) id: TokenId,
    pub(crate) client: &'a ApplicationId,
    pub(crate) person: &'a PersonId,
    pub(crate) resource: &'a str,
    pub(crate) scope: &'a str,
    /// The key that refresh tokens are bound to.
    pub(crate) bound_to: Option<&'a str>,
    pub(crate) authenticated_at: Timestamp,
}

impl Control {
    /// Begins a family within a change; the longest unused one of the same person and client makes room for it.
    pub(crate) async fn begin_family(
        &self,
        change: &mut Change,
        new: NewFamily<'_>,
        life: RefreshLife,
    ) -> Result<GrantedFamily, Error> {
        let now = self.clock.now();
        let known = change.token_families(new.person, new.client, now).await?;
        for old in known.iter().take((known.len() + 1).saturating_sub(MOST_FAMILIES)) {
            self.end_family(change, &old.id).await?;
        }
        let family = TokenFamilyRow {
            id: new.id,
            client_id: new.client.clone(),
            person_id: new.person.clone(),
            resource: new.resource.to_owned(),
            scope: new.scope.to_owned(),
            dpop_jkt: new.bound_to.map(str::to_owned),
            authenticated_at: new.authenticated_at,
            created_at: now,
            last_used_at: now,
            expires_at: now.plus_seconds(life.absolute_seconds),
            revoked_at: None,
        };
        change.insert_token_family(&family).await?;
        let (refresh_token, row) = self.new_refresh_token(&family, life);
        change.insert_refresh_token(&row).await?;
        Ok(GrantedFamily { family, refresh_token })
    }

    /// Ends a family within a change, its access tokens too; `false` if it was over before.
    pub(crate) async fn end_family(&self, change: &mut Change, id: &TokenId) -> Result<bool, Error> {
        let now = self.clock.now();
        if !change.revoke_token_family(id, now).await? {
            return Ok(false);
        }
        change.insert_revoked_token(id, now.plus_seconds(LONGEST_TOKEN_SECONDS), now).await?;
        Ok(true)
    }

    /// A refresh token, and what the store keeps of it.
    pub(crate) fn new_refresh_token(&self, family: &TokenFamilyRow, life: RefreshLife) -> (String, RefreshTokenRow) {
        let token = format!("{REFRESH_PREFIX}{}", self.chance.hex(32));
        let now = self.clock.now();
        let row = RefreshTokenRow {
            token_hash: fingerprint(&token),
            family_id: family.id.clone(),
            created_at: now,
            expires_at: now.plus_seconds(life.idle_seconds).min(family.expires_at),
            used_at: None,
        };
        (token, row)
    }
}
