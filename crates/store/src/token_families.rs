//! Which refresh tokens are there, and which of them came from the same authorisation?

use hansom_domain::{ApplicationId, PersonId, Timestamp, TokenId};

use crate::{Change, Error, Reads, Writes, column::row, database::on};

row! {
    /// The tokens that came from one authorisation of a person, as one thing that ends.
    pub struct TokenFamilyRow {
        /// Its id, which its access tokens carry.
        pub id: TokenId,
        /// Who got them.
        pub client_id: ApplicationId,
        /// Whom they speak for.
        pub person_id: PersonId,
        /// Their audience.
        pub resource: String,
        /// What they may do at most.
        pub scope: String,
        /// The thumbprint of the key that they are bound to.
        pub dpop_jkt: Option<String>,
        /// When the person signed in.
        pub authenticated_at: Timestamp,
        /// When it began.
        pub created_at: Timestamp,
        /// When a token was last got.
        pub last_used_at: Timestamp,
        /// When it ends in any case.
        pub expires_at: Timestamp,
        /// When it was revoked, if it was.
        pub revoked_at: Option<Timestamp>,
    }
}

row! {
    /// A refresh token.
    pub struct RefreshTokenRow {
        /// The token's hash.
        pub token_hash: String,
        /// Its family.
        pub family_id: TokenId,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it ends if it is not used.
        pub expires_at: Timestamp,
        /// When it was used.
        pub used_at: Option<Timestamp>,
    }
}

/// What came of an attempt to use a refresh token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rotation {
    /// The old token is used up, the new one is stored.
    Done,
    /// The old token was used before.
    Reused,
    /// The family is over.
    Ended,
}

impl Reads {
    /// A refresh token, used or not.
    pub async fn refresh_token(&self, token_hash: &str) -> Result<Option<RefreshTokenRow>, Error> {
        let sql = "SELECT * FROM refresh_token WHERE token_hash = $1";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(token_hash).fetch_optional(pool).await)?)
    }

    /// A family.
    pub async fn token_family(&self, id: &TokenId) -> Result<Option<TokenFamilyRow>, Error> {
        let sql = "SELECT * FROM token_family WHERE id = $1";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(id.as_str()).fetch_optional(pool).await)?)
    }

    /// The families of a person that are in force at `now`, the last used first.
    pub async fn token_families_of(&self, person: &PersonId, now: Timestamp) -> Result<Vec<TokenFamilyRow>, Error> {
        let sql = "SELECT * FROM token_family WHERE person_id = $1 AND revoked_at IS NULL AND expires_at > $2 \
                   ORDER BY last_used_at DESC, id";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(person.as_str()).bind(now.millis()).fetch_all(pool).await)?)
    }
}

impl Change {
    /// Stores a family.
    pub async fn insert_token_family(&mut self, family: &TokenFamilyRow) -> Result<(), Error> {
        let sql = "INSERT INTO token_family (id, client_id, person_id, resource, scope, dpop_jkt, authenticated_at, \
                   created_at, last_used_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(family.id.as_str()).bind(family.client_id.as_str())
            .bind(family.person_id.as_str()).bind(&family.resource).bind(&family.scope).bind(family.dpop_jkt.as_deref())
            .bind(family.authenticated_at.millis()).bind(family.created_at.millis()).bind(family.last_used_at.millis())
            .bind(family.expires_at.millis()).execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }

    /// Stores a refresh token.
    pub async fn insert_refresh_token(&mut self, token: &RefreshTokenRow) -> Result<(), Error> {
        let sql = "INSERT INTO refresh_token (token_hash, family_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(&token.token_hash).bind(token.family_id.as_str())
            .bind(token.created_at.millis()).bind(token.expires_at.millis()).execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }

    /// Revokes a family; `false` if it was not there or revoked before.
    pub async fn revoke_token_family(&mut self, id: &TokenId, at: Timestamp) -> Result<bool, Error> {
        let sql = "UPDATE token_family SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(id.as_str()).bind(at.millis())
            .execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// The families that are in force of a person and an application, the longest unused first.
    pub async fn token_families(
        &mut self,
        person: &PersonId,
        client: &ApplicationId,
        now: Timestamp,
    ) -> Result<Vec<TokenFamilyRow>, Error> {
        let sql = "SELECT * FROM token_family WHERE person_id = $1 AND client_id = $2 AND revoked_at IS NULL \
                   AND expires_at > $3 ORDER BY last_used_at, id";
        Ok(on!(&mut self.transaction, tx => sqlx::query_as(sql).bind(person.as_str()).bind(client.as_str())
            .bind(now.millis()).fetch_all(&mut **tx).await)?)
    }
}

impl Writes {
    /// Uses a refresh token up and stores the one that follows it, both or neither. Of several attempts at once one wins,
    /// since each waits for the family. Bookkeeping: what was granted stays the same.
    pub async fn rotate_refresh_token(
        &self,
        old_hash: &str,
        new: &RefreshTokenRow,
        at: Timestamp,
    ) -> Result<Rotation, Error> {
        let touch =
            "UPDATE token_family SET last_used_at = $2 WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2";
        let use_up = "UPDATE refresh_token SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL";
        let insert =
            "INSERT INTO refresh_token (token_hash, family_id, created_at, expires_at) VALUES ($1, $2, $3, $4)";
        let mut transaction = self.transaction().await?;
        let touched = on!(&mut transaction, tx => sqlx::query(touch).bind(new.family_id.as_str()).bind(at.millis())
            .execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        if touched == 0 {
            return Ok(Rotation::Ended);
        }
        let used = on!(&mut transaction, tx => sqlx::query(use_up).bind(old_hash).bind(at.millis())
            .execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        if used == 0 {
            return Ok(Rotation::Reused);
        }
        on!(&mut transaction, tx => sqlx::query(insert).bind(&new.token_hash).bind(new.family_id.as_str())
            .bind(new.created_at.millis()).bind(new.expires_at.millis()).execute(&mut **tx).await.map(|_| ()))?;
        on!(transaction, tx => tx.commit().await)?;
        Ok(Rotation::Done)
    }
}
