//! How do applications prove themselves?

use hansom_domain::{ApplicationId, CredentialId, CredentialKind, Timestamp};

use crate::{Change, Error, Reads, Subject, Writes, column::row, database::on};

row! {
    /// A credential of an application.
    pub struct CredentialRow {
        /// Its id.
        pub id: CredentialId,
        /// Its application.
        pub application_id: ApplicationId,
        /// Key or secret.
        pub kind: CredentialKind,
        /// The public key as a JWK, for a key.
        pub public_jwk: Option<String>,
        /// The keyed hash, for a secret.
        pub secret_hash: Option<String>,
        /// Where its public keys are, for an address of keys.
        pub jwks_url: Option<String>,
        /// What people know it by: a thumbprint or the secret's last four characters.
        pub hint: String,
        /// When it was made.
        pub created_at: Timestamp,
        /// By whom, by name.
        pub created_by: String,
        /// When a token was last issued for it.
        pub last_used_at: Option<Timestamp>,
        /// When it ends by itself, if that is settled.
        pub expires_at: Option<Timestamp>,
        /// When it ended, if it did.
        pub revoked_at: Option<Timestamp>,
        /// Why, if it did not just end by somebody's word.
        pub ended_because: Option<String>,
    }
}

impl CredentialRow {
    /// Whether it is in force at a moment.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// A credential to be stored.
#[derive(Clone, Debug)]
pub struct NewCredential<'a> {
    /// Its id.
    pub id: &'a CredentialId,
    /// Its application.
    pub application_id: &'a ApplicationId,
    /// Key or secret.
    pub kind: CredentialKind,
    /// The public key as a JWK, for a key.
    pub public_jwk: Option<&'a str>,
    /// The keyed hash, for a secret.
    pub secret_hash: Option<&'a str>,
    /// Where its public keys are, for an address of keys.
    pub jwks_url: Option<&'a str>,
    /// When it ends by itself.
    pub expires_at: Option<Timestamp>,
    /// What people know it by.
    pub hint: &'a str,
    /// When.
    pub at: Timestamp,
    /// By whom, by name.
    pub by: &'a str,
}

impl Reads {
    /// All credentials of one application, oldest first, the revoked ones too.
    pub async fn credentials_of(&self, application: &ApplicationId) -> Result<Vec<CredentialRow>, Error> {
        let sql = "SELECT * FROM credential WHERE application_id = $1 ORDER BY created_at, id";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(application.as_str()).fetch_all(pool).await)?)
    }

    /// The credentials of one application that nobody ended.
    pub async fn live_credentials_of(&self, application: &ApplicationId) -> Result<Vec<CredentialRow>, Error> {
        let sql = "SELECT * FROM credential WHERE application_id = $1 AND revoked_at IS NULL ORDER BY id";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(application.as_str()).fetch_all(pool).await)?)
    }

    /// The secret with that keyed hash, wherever it belongs.
    pub async fn credential_of_hash(&self, secret_hash: &str) -> Result<Option<CredentialRow>, Error> {
        let sql = "SELECT * FROM credential WHERE secret_hash = $1";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(secret_hash).fetch_optional(pool).await)?)
    }

    /// Every credential that nobody ended.
    pub async fn live_credentials(&self) -> Result<Vec<CredentialRow>, Error> {
        let sql = "SELECT c.* FROM credential c JOIN application a ON a.id = c.application_id \
                   WHERE c.revoked_at IS NULL AND a.revoked_at IS NULL AND a.suspended_at IS NULL ORDER BY c.id";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).fetch_all(pool).await)?)
    }
}

impl Change {
    /// How many credentials of the application are in force.
    pub async fn count_live_credentials(&mut self, application: &ApplicationId, now: Timestamp) -> Result<i64, Error> {
        let sql = "SELECT count(*) FROM credential WHERE application_id = $1 AND revoked_at IS NULL \
                   AND (expires_at IS NULL OR expires_at > $2)";
        Ok(on!(&mut self.transaction, tx => sqlx::query_scalar(sql).bind(application.as_str()).bind(now.millis())
            .fetch_one(&mut **tx).await)?)
    }

    /// One credential as this change sees it.
    pub async fn credential(&mut self, id: &CredentialId) -> Result<Option<CredentialRow>, Error> {
        let sql = "SELECT * FROM credential WHERE id = $1";
        Ok(on!(&mut self.transaction, tx => sqlx::query_as(sql).bind(id.as_str()).fetch_optional(&mut **tx).await)?)
    }

    /// Stores a credential.
    pub async fn insert_credential(&mut self, credential: &NewCredential<'_>) -> Result<(), Error> {
        let sql = "INSERT INTO credential (id, application_id, kind, public_jwk, secret_hash, hint, created_at, created_by, \
                   jwks_url, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(credential.id.as_str())
            .bind(credential.application_id.as_str()).bind(credential.kind.as_str()).bind(credential.public_jwk)
            .bind(credential.secret_hash).bind(credential.hint).bind(credential.at.millis()).bind(credential.by)
            .bind(credential.jwks_url).bind(credential.expires_at.map(Timestamp::millis))
            .execute(&mut **tx).await.map(|_| ()))?;
        self.touch(Subject::Application(credential.application_id.clone()));
        Ok(())
    }

    /// Ends a credential of that application, for a reason if there is one; `false` if it was not there or ended before.
    pub async fn revoke_credential(
        &mut self,
        application: &ApplicationId,
        id: &CredentialId,
        at: Timestamp,
        because: Option<&str>,
    ) -> Result<bool, Error> {
        let sql = "UPDATE credential SET revoked_at = $3, ended_because = $4 \
                   WHERE id = $1 AND application_id = $2 AND revoked_at IS NULL";
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(id.as_str()).bind(application.as_str())
            .bind(at.millis()).bind(because).execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        self.touch(Subject::Application(application.clone()));
        Ok(rows == 1)
    }

    /// Lets a credential of that application that is in force end at a moment; `false` if it is not there, or ends sooner.
    pub async fn expire_credential(
        &mut self,
        application: &ApplicationId,
        id: &CredentialId,
        end: Timestamp,
        because: &str,
    ) -> Result<bool, Error> {
        let sql = "UPDATE credential SET expires_at = $3, ended_because = $4 WHERE id = $1 AND application_id = $2 \
                   AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $3)";
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(id.as_str()).bind(application.as_str())
            .bind(end.millis()).bind(because).execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        self.touch(Subject::Application(application.clone()));
        Ok(rows == 1)
    }
}

impl Writes {
    /// Notes that a token was issued for a credential. Bookkeeping, not a change: it leaves no audit entry.
    pub async fn touch_credential(&self, id: &CredentialId, at: Timestamp) -> Result<(), Error> {
        let sql = "UPDATE credential SET last_used_at = $2 WHERE id = $1";
        on!(&self.pool, pool => sqlx::query(sql).bind(id.as_str()).bind(at.millis()).execute(pool).await.map(|_| ()))?;
        Ok(())
    }
}
