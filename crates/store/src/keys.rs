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
        /// The private half, sealed, in base64; empty once it was destroyed.
        pub sealed_private: String,
        /// When it was made.
        pub created_at: Timestamp,
        /// From when on it signs.
        pub signs_from: Timestamp,
        /// When it stops to sign; it still verifies for a while.
        pub retired_at: Option<Timestamp>,
        /// When it was withdrawn: nothing that it signed counts any more.
        pub withdrawn_at: Option<Timestamp>,
    }
}

/// A signing key to be stored.
pub type NewSigningKey = SigningKeyRow;

impl Reads {
    /// Every signing key, the one that signs last first.
    pub async fn signing_keys(&self) -> Result<Vec<SigningKeyRow>, Error> {
        let sql = "SELECT * FROM signing_key ORDER BY signs_from DESC, created_at DESC, id";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).fetch_all(pool).await)?)
    }

    /// What is sealed under a name.
    pub async fn sealed_value(&self, name: &str) -> Result<Option<String>, Error> {
        let sql = "SELECT sealed FROM sealed_value WHERE name = $1";
        Ok(on!(&self.pool, pool => sqlx::query_scalar(sql).bind(name).fetch_optional(pool).await)?)
    }
}

impl Change {
    /// Waits until no other change of the keys is under way, on any node, and keeps others waiting until this one ends.
    pub async fn hold_keys(&mut self) -> Result<(), Error> {
        let sql = "INSERT INTO lease (name, holder, ends_at) VALUES ('keys', '', 0) \
                   ON CONFLICT (name) DO UPDATE SET holder = ''";
        on!(&mut self.transaction, tx => sqlx::query(sql).execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }

    /// Every signing key as this change sees it.
    pub async fn signing_keys(&mut self) -> Result<Vec<SigningKeyRow>, Error> {
        let sql = "SELECT * FROM signing_key ORDER BY signs_from DESC, created_at DESC, id";
        Ok(on!(&mut self.transaction, tx => sqlx::query_as(sql).fetch_all(&mut **tx).await)?)
    }

    /// Stores a signing key.
    pub async fn insert_signing_key(&mut self, key: &NewSigningKey) -> Result<(), Error> {
        let sql = "INSERT INTO signing_key (id, algorithm, public_jwk, sealed_private, created_at, signs_from) \
                   VALUES ($1, $2, $3, $4, $5, $6)";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(&key.id).bind(&key.algorithm).bind(&key.public_jwk)
            .bind(&key.sealed_private).bind(key.created_at.millis()).bind(key.signs_from.millis())
            .execute(&mut **tx).await.map(|_| ()))?;
        self.touch(Subject::Keys);
        Ok(())
    }

    /// Says from when on a key signs, and until when.
    pub async fn time_signing_key(
        &mut self,
        id: &str,
        signs_from: Timestamp,
        retired_at: Option<Timestamp>,
    ) -> Result<(), Error> {
        let sql = "UPDATE signing_key SET signs_from = $2, retired_at = $3 WHERE id = $1";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(id).bind(signs_from.millis())
            .bind(retired_at.map(Timestamp::millis)).execute(&mut **tx).await.map(|_| ()))?;
        self.touch(Subject::Keys);
        Ok(())
    }

    /// Withdraws a key and destroys its private half.
    pub async fn withdraw_signing_key(&mut self, id: &str, at: Timestamp) -> Result<(), Error> {
        let sql = "UPDATE signing_key SET withdrawn_at = $2, sealed_private = '' WHERE id = $1";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(id).bind(at.millis())
            .execute(&mut **tx).await.map(|_| ()))?;
        self.touch(Subject::Keys);
        Ok(())
    }

    /// Puts another sealing of the same private half in place; an empty one destroys it.
    pub async fn reseal_signing_key(&mut self, id: &str, sealed: &str) -> Result<(), Error> {
        let sql = "UPDATE signing_key SET sealed_private = $2 WHERE id = $1";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(id).bind(sealed).execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }

    /// Forgets a key of which nothing can be about any more.
    pub async fn delete_signing_key(&mut self, id: &str) -> Result<(), Error> {
        let sql = "DELETE FROM signing_key WHERE id = $1";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(id).execute(&mut **tx).await.map(|_| ()))?;
        self.touch(Subject::Keys);
        Ok(())
    }

    /// What is sealed under a name, as this change sees it.
    pub async fn sealed_value(&mut self, name: &str) -> Result<Option<String>, Error> {
        let sql = "SELECT sealed FROM sealed_value WHERE name = $1";
        Ok(on!(&mut self.transaction, tx => sqlx::query_scalar(sql).bind(name).fetch_optional(&mut **tx).await)?)
    }

    /// Keeps what was sealed under a name.
    pub async fn put_sealed_value(&mut self, name: &str, sealed: &str) -> Result<(), Error> {
        let sql = "INSERT INTO sealed_value (name, sealed) VALUES ($1, $2) \
                   ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(name).bind(sealed)
            .execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }

    /// Forgets the answers to repeated calls: they are sealed with a key that is given up.
    pub async fn forget_repeated_calls(&mut self) -> Result<(), Error> {
        let sql = "DELETE FROM repeated_call";
        on!(&mut self.transaction, tx => sqlx::query(sql).execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }
}
