//! Revoke one access token before its end.

use hansom_domain::{Actor, Timestamp, TokenId};
use serde_json::json;

use crate::{Control, Error};

impl Control {
    /// Revokes a token that the caller has proven to be its own.
    pub async fn revoke_token(&self, actor: &Actor, id: &TokenId, expires_at: Timestamp) -> Result<(), Error> {
        let now = self.clock.now();
        let mut change = self.begin(actor, "revoke_token", now).await?;
        change.insert_revoked_token(id, expires_at, now).await?;
        Ok(change.commit(&format!("token {id}"), &json!({})).await?)
    }
}
