//! How does an application take part in the flows of people, and which service accounts prove it?

use hansom_domain::{ApplicationId, CredentialId, Timestamp};
use serde_json::Value;

use crate::{Change, Error, Reads, column::row, database::on};

row! {
    /// How an application takes part in the flows of people.
    pub struct OauthClientRow {
        /// The application.
        pub application_id: ApplicationId,
        /// Where people may be sent back to: a list of texts.
        pub redirect_uris: Value,
        /// Whether it can keep no secret, and so proves itself by none.
        pub public: bool,
        /// Whether its authorisation requests must be pushed (RFC 9126).
        pub par_required: bool,
        /// Whether its tokens must be bound to a key (RFC 9449).
        pub dpop_required: bool,
        /// Whether people are not asked before it acts for them.
        pub first_party: bool,
        /// When that was last changed.
        pub changed_at: Timestamp,
        /// By whom, by name.
        pub changed_by: String,
    }
}

row! {
    /// A service account that proves an application.
    pub struct ServiceAccountRow {
        /// The credential that stands for it.
        pub credential_id: CredentialId,
        /// The application.
        pub application_id: ApplicationId,
        /// The issuer of its tokens.
        pub issuer: String,
        /// Its `sub` there.
        pub subject: String,
        /// Its address there.
        pub email: String,
    }
}

row! {
    /// The redirect URIs of one client.
    pub struct RedirectUrisRow {
        /// A list of texts.
        pub redirect_uris: Value,
    }
}

impl Reads {
    /// How an application takes part in the flows of people, if it does.
    pub async fn oauth_client(&self, application: &ApplicationId) -> Result<Option<OauthClientRow>, Error> {
        let sql = "SELECT * FROM oauth_client WHERE application_id = $1";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(application.as_str()).fetch_optional(pool).await)?)
    }

    /// The lists of redirect URIs of the public applications in force.
    pub async fn public_redirect_uris(&self) -> Result<Vec<Value>, Error> {
        let sql = "SELECT c.redirect_uris FROM oauth_client c JOIN application a ON a.id = c.application_id \
                   WHERE c.public = 1 AND a.revoked_at IS NULL AND a.suspended_at IS NULL";
        let rows: Vec<RedirectUrisRow> = on!(&self.pool, pool => sqlx::query_as(sql).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(|row| row.redirect_uris).collect())
    }

    /// The service account of that issuer and subject whose credential and application are in force at `now`.
    pub async fn service_account(
        &self,
        issuer: &str,
        subject: &str,
        now: Timestamp,
    ) -> Result<Option<ServiceAccountRow>, Error> {
        let sql = "SELECT s.*, c.application_id FROM service_account s JOIN credential c ON c.id = s.credential_id \
                   JOIN application a ON a.id = c.application_id \
                   WHERE s.issuer = $1 AND s.subject = $2 AND c.revoked_at IS NULL AND a.revoked_at IS NULL \
                   AND a.suspended_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > $3)";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(issuer).bind(subject).bind(now.millis())
            .fetch_optional(pool).await)?)
    }

    /// The service accounts of an application, the revoked ones too.
    pub async fn service_accounts_of(&self, application: &ApplicationId) -> Result<Vec<ServiceAccountRow>, Error> {
        let sql = "SELECT s.*, c.application_id FROM service_account s JOIN credential c ON c.id = s.credential_id \
                   WHERE c.application_id = $1 ORDER BY s.email, s.credential_id";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(application.as_str()).fetch_all(pool).await)?)
    }
}

impl Change {
    /// Stores how an application takes part in the flows of people.
    pub async fn put_oauth_client(&mut self, client: &OauthClientRow) -> Result<(), Error> {
        let sql = "INSERT INTO oauth_client (application_id, redirect_uris, public, par_required, dpop_required, \
                   first_party, changed_at, changed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
                   ON CONFLICT (application_id) DO UPDATE SET redirect_uris = excluded.redirect_uris, \
                   public = excluded.public, par_required = excluded.par_required, \
                   dpop_required = excluded.dpop_required, first_party = excluded.first_party, \
                   changed_at = excluded.changed_at, changed_by = excluded.changed_by";
        let uris = client.redirect_uris.to_string();
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(client.application_id.as_str()).bind(&uris)
            .bind(i64::from(client.public)).bind(i64::from(client.par_required)).bind(i64::from(client.dpop_required))
            .bind(i64::from(client.first_party)).bind(client.changed_at.millis()).bind(&client.changed_by)
            .execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }

    /// Whether the service account proves an application already.
    /// Whoever else asks at the same time waits until this change has ended.
    pub async fn is_bound_service_account(&mut self, issuer: &str, subject: &str) -> Result<bool, Error> {
        let hold = "INSERT INTO bound_subject (issuer, subject) VALUES ($1, $2) \
                    ON CONFLICT (issuer, subject) DO UPDATE SET subject = excluded.subject";
        on!(&mut self.transaction, tx => sqlx::query(hold).bind(issuer).bind(subject).execute(&mut **tx).await
            .map(|_| ()))?;
        let sql = "SELECT count(*) FROM service_account s JOIN credential c ON c.id = s.credential_id \
                   JOIN application a ON a.id = c.application_id \
                   WHERE s.issuer = $1 AND s.subject = $2 AND c.revoked_at IS NULL AND a.revoked_at IS NULL";
        let count: i64 = on!(&mut self.transaction, tx => sqlx::query_scalar(sql).bind(issuer).bind(subject)
            .fetch_one(&mut **tx).await)?;
        Ok(count > 0)
    }

    /// Binds a service account to the application of a credential that was stored before.
    pub async fn insert_service_account(
        &mut self,
        credential: &CredentialId,
        issuer: &str,
        subject: &str,
        email: &str,
    ) -> Result<(), Error> {
        let sql = "INSERT INTO service_account (credential_id, issuer, subject, email) VALUES ($1, $2, $3, $4)";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(credential.as_str()).bind(issuer).bind(subject)
            .bind(email).execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }
}
