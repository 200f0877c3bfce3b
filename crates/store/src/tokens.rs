//! Which tokens were taken back, and which assertions were used?

use hansom_domain::{Timestamp, TokenId};

use crate::{Change, Error, Reads, Subject, Writes, changed::KEPT_GENERATIONS, column::row, database::on};

row! {
    /// A revoked token.
    pub struct RevokedRow {
        /// Its `jti`.
        pub id: TokenId,
    }
}

impl Reads {
    /// The ids of revoked tokens that would still be good at `now`.
    pub async fn revoked_tokens(&self, now: Timestamp) -> Result<Vec<TokenId>, Error> {
        let sql = "SELECT id FROM revoked_token WHERE expires_at > $1 ORDER BY id";
        let rows: Vec<RevokedRow> =
            on!(&self.pool, pool => sqlx::query_as(sql).bind(now.millis()).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(|row| row.id).collect())
    }

    /// Whether a token was revoked.
    pub async fn is_revoked_token(&self, id: &TokenId) -> Result<bool, Error> {
        let sql = "SELECT count(*) FROM revoked_token WHERE id = $1";
        let count: i64 = on!(&self.pool, pool => sqlx::query_scalar(sql).bind(id.as_str()).fetch_one(pool).await)?;
        Ok(count > 0)
    }
}

impl Change {
    /// Revokes a token until it would have expired anyway; once is enough.
    pub async fn insert_revoked_token(
        &mut self,
        id: &TokenId,
        expires_at: Timestamp,
        at: Timestamp,
    ) -> Result<(), Error> {
        let sql =
            "INSERT INTO revoked_token (id, expires_at, revoked_at) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(id.as_str()).bind(expires_at.millis()).bind(at.millis())
            .execute(&mut **tx).await.map(|_| ()))?;
        self.touch(Subject::Token(id.clone()));
        Ok(())
    }
}

impl Writes {
    /// Uses a client assertion up; `false` if it was used before (RFC 7523 section 3, `jti`).
    pub async fn use_assertion(&self, id_hash: &str, expires_at: Timestamp) -> Result<bool, Error> {
        let sql = "INSERT INTO used_assertion (id_hash, expires_at) VALUES ($1, $2) ON CONFLICT (id_hash) DO NOTHING";
        let rows = on!(&self.pool, pool => sqlx::query(sql).bind(id_hash).bind(expires_at.millis()).execute(pool).await
            .map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// Forgets what no longer matters at `now`: expired assertions, revocations, codes and refresh tokens, links older than two hours,
    /// answers to repeated calls and nodes older than a day, sessions and notices older than a week, what was changed ten thousand
    /// generations ago.
    pub async fn sweep(&self, now: Timestamp) -> Result<(), Error> {
        let expired = now.millis();
        for (sql, before) in [
            ("DELETE FROM used_assertion WHERE expires_at < $1", expired),
            ("DELETE FROM revoked_token WHERE expires_at < $1", expired),
            ("DELETE FROM notice WHERE created_at < $1", now.plus_seconds(-7 * 86400).millis()),
            ("DELETE FROM node WHERE seen_at < $1", now.plus_seconds(-86400).millis()),
            ("DELETE FROM draft WHERE changed_at < $1", now.plus_seconds(-crate::DRAFT_SECONDS).millis()),
            ("DELETE FROM mail_link WHERE created_at < $1", now.plus_seconds(-7200).millis()),
            ("DELETE FROM asked_authorization WHERE expires_at < $1", expired),
            // A code is remembered as long as somebody might show it again.
            ("DELETE FROM authorization_code WHERE expires_at < $1", now.plus_seconds(-86400).millis()),
            ("DELETE FROM device_request WHERE expires_at < $1", expired),
            (
                "DELETE FROM refresh_token WHERE family_id IN (SELECT id FROM token_family WHERE expires_at < $1)",
                expired,
            ),
            ("DELETE FROM token_family WHERE expires_at < $1", expired),
            ("DELETE FROM repeated_call WHERE called_at < $1", now.plus_seconds(-86400).millis()),
            ("DELETE FROM session WHERE created_at < $1", now.plus_seconds(-7 * 86400).millis()),
            (
                "DELETE FROM changed WHERE generation < (SELECT generation FROM platform WHERE id = 1) - $1",
                i64::try_from(KEPT_GENERATIONS).unwrap_or(i64::MAX),
            ),
        ] {
            on!(&self.pool, pool => sqlx::query(sql).bind(before).execute(pool).await.map(|_| ()))?;
        }
        Ok(())
    }
}
