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
        /// What people know it by: a thumbprint or the secret's last four characters.
        pub hint: String,
        /// When it was made.
        pub created_at: Timestamp,
        /// By whom, by name.
        pub created_by: String,
        /// When a token was last issued for it.
        pub last_used_at: Option<Timestamp>,
        /// When it was revoked, if it was.
        pub revoked_at: Option<Timestamp>,
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

    /// The credentials of one application that are in force.
    pub async fn live_credentials_of(&self, application: &ApplicationId) -> Result<Vec<CredentialRow>, Error> {
        let sql = "SELECT * FROM credential WHERE application_id = $1 AND revoked_at IS NULL ORDER BY id";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(application.as_str()).fetch_all(pool).await)?)
    }

    /// Every credential that is in force.
    pub async fn live_credentials(&self) -> Result<Vec<CredentialRow>, Error> {
        let sql = "SELECT c.* FROM credential c JOIN application a ON a.id = c.application_id \
                   WHERE c.revoked_at IS NULL AND a.revoked_at IS NULL ORDER BY c.id";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).fetch_all(pool).await)?)
    }
}

impl Change {
    /// How many credentials of the application are in force.
    pub async fn count_live_credentials(&mut self, application: &ApplicationId) -> Result<i64, Error> {
        let sql = "SELECT count(*) FROM credential WHERE application_id = $1 AND revoked_at IS NULL";
        Ok(on!(&mut self.transaction, tx => sqlx::query_scalar(sql).bind(application.as_str())
            .fetch_one(&mut **tx).await)?)
    }

    /// Stores a credential.
    pub async fn insert_credential(&mut self, credential: &NewCredential<'_>) -> Result<(), Error> {
        let sql = "INSERT INTO credential (id, application_id, kind, public_jwk, secret_hash, hint, created_at, created_by) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(credential.id.as_str())
            .bind(credential.application_id.as_str()).bind(credential.kind.as_str()).bind(credential.public_jwk)
            .bind(credential.secret_hash).bind(credential.hint).bind(credential.at.millis()).bind(credential.by)
            .execute(&mut **tx).await.map(|_| ()))?;
        self.touch(Subject::Application(credential.application_id.clone()));
        Ok(())
    }

    /// Revokes a credential of that application; `false` if it was not there or revoked before.
    pub async fn revoke_credential(
        &mut self,
        application: &ApplicationId,
        id: &CredentialId,
        at: Timestamp,
    ) -> Result<bool, Error> {
        let sql = "UPDATE credential SET revoked_at = $3 WHERE id = $1 AND application_id = $2 AND revoked_at IS NULL";
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(id.as_str()).bind(application.as_str())
            .bind(at.millis()).execute(&mut **tx).await.map(|done| done.rows_affected()))?;
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
