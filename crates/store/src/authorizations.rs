//! Which authorisation requests are under way, and which codes and consents came of them?

use hansom_domain::{ApplicationId, PersonId, Timestamp, TokenId};

use crate::{Change, Error, Reads, Writes, column::row, database::on};

row! {
    /// An authorisation request that was pushed, or that a person is looking at.
    pub struct AskedAuthorizationRow {
        /// The hash of its id.
        pub id_hash: String,
        /// `pushed` or `shown`.
        pub kind: String,
        /// Who asks.
        pub client_id: ApplicationId,
        /// The session that it was shown to.
        pub bound_to: Option<String>,
        /// What was asked, as the authorisation server wrote it.
        pub request: String,
        /// When.
        pub created_at: Timestamp,
        /// When it is forgotten.
        pub expires_at: Timestamp,
    }
}

row! {
    /// An authorisation code, used or not.
    pub struct AuthorizationCodeRow {
        /// The code's hash.
        pub code_hash: String,
        /// The family of the tokens that come of it.
        pub family_id: TokenId,
        /// For whom.
        pub client_id: ApplicationId,
        /// Who agreed.
        pub person_id: PersonId,
        /// Where the code was sent.
        pub redirect_uri: String,
        /// The PKCE challenge, of method S256.
        pub challenge: String,
        /// The audience of the tokens.
        pub resource: String,
        /// What they may do.
        pub scope: String,
        /// The thumbprint of the key that they are bound to (RFC 9449 section 10).
        pub dpop_jkt: Option<String>,
        /// When the person signed in.
        pub authenticated_at: Timestamp,
        /// When the code was made.
        pub created_at: Timestamp,
        /// When it ends.
        pub expires_at: Timestamp,
        /// When it was shown.
        pub used_at: Option<Timestamp>,
    }
}

row! {
    /// What a person allowed an application once and for all.
    pub struct ConsentRow {
        /// Who.
        pub person_id: PersonId,
        /// Whom.
        pub client_id: ApplicationId,
        /// Where.
        pub resource: String,
        /// What: scopes, or versions of APIs, parted by spaces; at an environment none is everything.
        pub scope: String,
        /// What was asked for when they allowed that.
        pub asked: String,
        /// When.
        pub granted_at: Timestamp,
    }
}

impl Reads {
    /// An authorisation request, if it is under way at `now`.
    pub async fn asked_authorization(
        &self,
        id_hash: &str,
        now: Timestamp,
    ) -> Result<Option<AskedAuthorizationRow>, Error> {
        let sql = "SELECT * FROM asked_authorization WHERE id_hash = $1 AND expires_at > $2";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(id_hash).bind(now.millis()).fetch_optional(pool).await)?)
    }

    /// What a person allowed an application at one place.
    pub async fn consent(
        &self,
        person: &PersonId,
        client: &ApplicationId,
        resource: &str,
    ) -> Result<Option<ConsentRow>, Error> {
        let sql = "SELECT * FROM consent WHERE person_id = $1 AND client_id = $2 AND resource = $3";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(person.as_str()).bind(client.as_str()).bind(resource)
            .fetch_optional(pool).await)?)
    }

    /// Everything that a person has allowed applications.
    pub async fn consents_of(&self, person: &PersonId) -> Result<Vec<ConsentRow>, Error> {
        let sql = "SELECT * FROM consent WHERE person_id = $1 ORDER BY granted_at DESC, client_id, resource";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(person.as_str()).fetch_all(pool).await)?)
    }
}

impl Writes {
    /// Remembers an authorisation request; says whether it did. It does not, if the session that it is bound to has `most`
    /// under way; if it is bound to none, if its client has so many of that kind. So nobody fills the list for others.
    /// Bookkeeping: nothing is granted yet.
    pub async fn insert_asked_authorization(&self, asked: &AskedAuthorizationRow, most: i64) -> Result<bool, Error> {
        let sql = "INSERT INTO asked_authorization (id_hash, kind, client_id, bound_to, request, created_at, expires_at) \
                   SELECT $1, $2, $3, $4, $5, $6, $7 WHERE (SELECT count(*) FROM asked_authorization \
                   WHERE expires_at > $6 AND kind = $2 AND (bound_to = $4 \
                   OR (CAST($4 AS TEXT) IS NULL AND bound_to IS NULL AND client_id = $3))) < $8";
        let rows = on!(&self.pool, pool => sqlx::query(sql).bind(&asked.id_hash).bind(&asked.kind)
            .bind(asked.client_id.as_str()).bind(asked.bound_to.as_deref()).bind(&asked.request)
            .bind(asked.created_at.millis()).bind(asked.expires_at.millis()).bind(most).execute(pool).await
            .map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// Takes a pushed request of that client out, so that its URI works once.
    pub async fn take_pushed_authorization(
        &self,
        id_hash: &str,
        client: &ApplicationId,
        now: Timestamp,
    ) -> Result<Option<AskedAuthorizationRow>, Error> {
        let sql = "DELETE FROM asked_authorization WHERE id_hash = $1 AND client_id = $2 AND kind = 'pushed' \
                   AND expires_at > $3 RETURNING *";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(id_hash).bind(client.as_str()).bind(now.millis())
            .fetch_optional(pool).await)?)
    }

    /// Binds a request to the session that it is shown to; `false` if another one has seen it.
    pub async fn bind_asked_authorization(&self, id_hash: &str, session: &str) -> Result<bool, Error> {
        let sql = "UPDATE asked_authorization SET bound_to = $2 WHERE id_hash = $1 AND kind = 'shown' \
                   AND (bound_to IS NULL OR bound_to = $2)";
        let rows = on!(&self.pool, pool => sqlx::query(sql).bind(id_hash).bind(session).execute(pool).await
            .map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// Takes a request out that was shown to that session, so that it is decided once.
    pub async fn take_shown_authorization(
        &self,
        id_hash: &str,
        session: &str,
        now: Timestamp,
    ) -> Result<Option<AskedAuthorizationRow>, Error> {
        let sql = "DELETE FROM asked_authorization WHERE id_hash = $1 AND bound_to = $2 AND kind = 'shown' \
                   AND expires_at > $3 RETURNING *";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(id_hash).bind(session).bind(now.millis())
            .fetch_optional(pool).await)?)
    }
}

impl Change {
    /// How many codes of a person are waiting to be used.
    pub async fn count_waiting_codes(&mut self, person: &PersonId, now: Timestamp) -> Result<i64, Error> {
        let sql =
            "SELECT count(*) FROM authorization_code WHERE person_id = $1 AND expires_at > $2 AND used_at IS NULL";
        Ok(on!(&mut self.transaction, tx => sqlx::query_scalar(sql).bind(person.as_str()).bind(now.millis())
            .fetch_one(&mut **tx).await)?)
    }

    /// Stores a code.
    pub async fn insert_authorization_code(&mut self, code: &AuthorizationCodeRow) -> Result<(), Error> {
        let sql = "INSERT INTO authorization_code (code_hash, family_id, client_id, person_id, redirect_uri, challenge, \
                   resource, scope, dpop_jkt, authenticated_at, created_at, expires_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(&code.code_hash).bind(code.family_id.as_str())
            .bind(code.client_id.as_str()).bind(code.person_id.as_str()).bind(&code.redirect_uri).bind(&code.challenge)
            .bind(&code.resource).bind(&code.scope).bind(code.dpop_jkt.as_deref()).bind(code.authenticated_at.millis())
            .bind(code.created_at.millis()).bind(code.expires_at.millis()).execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }

    /// Uses a code up that was not used before. Of several at once one gets it; the others wait and get nothing.
    pub async fn use_authorization_code(
        &mut self,
        code_hash: &str,
        at: Timestamp,
    ) -> Result<Option<AuthorizationCodeRow>, Error> {
        let sql = "UPDATE authorization_code SET used_at = $2 WHERE code_hash = $1 AND used_at IS NULL RETURNING *";
        Ok(on!(&mut self.transaction, tx => sqlx::query_as(sql).bind(code_hash).bind(at.millis())
            .fetch_optional(&mut **tx).await)?)
    }

    /// A code, whatever became of it.
    pub async fn authorization_code(&mut self, code_hash: &str) -> Result<Option<AuthorizationCodeRow>, Error> {
        let sql = "SELECT * FROM authorization_code WHERE code_hash = $1";
        Ok(on!(&mut self.transaction, tx => sqlx::query_as(sql).bind(code_hash).fetch_optional(&mut **tx).await)?)
    }

    /// Remembers what a person allows.
    pub async fn put_consent(&mut self, consent: &ConsentRow) -> Result<(), Error> {
        let sql = "INSERT INTO consent (person_id, client_id, resource, scope, asked, granted_at) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (person_id, client_id, resource) DO UPDATE \
                   SET scope = excluded.scope, asked = excluded.asked, granted_at = excluded.granted_at";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(consent.person_id.as_str())
            .bind(consent.client_id.as_str()).bind(&consent.resource).bind(&consent.scope).bind(&consent.asked)
            .bind(consent.granted_at.millis()).execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }

    /// Forgets everything that a person allowed an application; says how much it was.
    pub async fn delete_consents(&mut self, person: &PersonId, client: &ApplicationId) -> Result<u64, Error> {
        let sql = "DELETE FROM consent WHERE person_id = $1 AND client_id = $2";
        Ok(on!(&mut self.transaction, tx => sqlx::query(sql).bind(person.as_str()).bind(client.as_str())
            .execute(&mut **tx).await.map(|done| done.rows_affected()))?)
    }

    /// Takes back the codes of a person for an application that were not used yet.
    pub async fn delete_waiting_codes(&mut self, person: &PersonId, client: &ApplicationId) -> Result<(), Error> {
        let sql = "DELETE FROM authorization_code WHERE person_id = $1 AND client_id = $2 AND used_at IS NULL";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(person.as_str()).bind(client.as_str())
            .execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }
}
