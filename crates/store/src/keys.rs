//! With which keys does the platform sign?

use hansom_domain::Timestamp;

use crate::{Change, Error, Reads, Subject, column::row, database::on};

row! {
    /// A signing key; the private half is sealed with the platform's master key.
    pub struct SigningKeyRow {
        /// Its `kid`.
        pub id: String,
        /// Its JWS algorithm.
        pub algorithm: String,
        /// The public half as a JWK.
        pub public_jwk: String,
        /// The private half, sealed, in base64.
        pub sealed_private: String,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it stopped to sign; it may still verify.
        pub retired_at: Option<Timestamp>,
    }
}

/// A signing key to be stored.
pub type NewSigningKey = SigningKeyRow;

impl Reads {
    /// Every signing key, newest first.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKeyRow>, Error> {
        let sql = "SELECT * FROM signing_key ORDER BY created_at DESC, id";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).fetch_all(pool).await)?)
    }
}

impl Change {
    /// Stores a signing key.
    pub async fn insert_signing_key(&mut self, key: &NewSigningKey) -> Result<(), Error> {
        let sql = "INSERT INTO signing_key (id, algorithm, public_jwk, sealed_private, created_at) \
                   VALUES ($1, $2, $3, $4, $5)";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(&key.id).bind(&key.algorithm).bind(&key.public_jwk)
            .bind(&key.sealed_private).bind(key.created_at.millis()).execute(&mut **tx).await.map(|_| ()))?;
        self.touch(Subject::Keys);
        Ok(())
    }
}
