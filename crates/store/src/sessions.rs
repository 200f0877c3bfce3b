//! Who is signed in at the hub?

use hansom_domain::{PersonId, Timestamp};

use crate::{Change, Error, Reads, Writes, column::row, database::on};

row! {
    /// A session; the id itself is only in the browser's cookie.
    pub struct SessionRow {
        /// The hash of the id.
        pub id_hash: String,
        /// Whose it is.
        pub person_id: PersonId,
        /// What every form of the session must carry.
        pub form_token: String,
        /// When it began.
        pub created_at: Timestamp,
        /// When it was last used.
        pub last_seen_at: Timestamp,
        /// The provider that it began with, by its name in the configuration.
        pub provider: String,
        /// Which browser, in words.
        pub browser: String,
        /// The ID token that it began with, sealed.
        pub sealed_id_token: Option<String>,
    }
}

row! {
    /// A sign-in under way.
    pub struct SignInRow {
        /// The hash of `state`.
        pub state_hash: String,
        /// The hash of the cookie that binds it to one browser.
        pub browser_hash: String,
        /// The nonce that the ID token must carry.
        pub nonce: String,
        /// The PKCE verifier.
        pub verifier: String,
        /// The path to go to afterwards.
        pub return_to: String,
        /// When it began.
        pub created_at: Timestamp,
        /// With which provider, by its name in the configuration.
        pub provider: String,
    }
}

/// A session to be stored.
#[derive(Clone, Debug)]
pub struct NewSession<'a> {
    /// The hash of the id.
    pub id_hash: &'a str,
    /// Whose it is.
    pub person_id: &'a PersonId,
    /// What every form of the session must carry.
    pub form_token: &'a str,
    /// When.
    pub at: Timestamp,
    /// The provider that it begins with, by its name in the configuration.
    pub provider: &'a str,
    /// Which browser, in words.
    pub browser: &'a str,
    /// The ID token, sealed.
    pub sealed_id_token: Option<&'a str>,
}

/// A sign-in to be remembered until the provider sends the browser back.
pub type NewSignIn = SignInRow;

impl Reads {
    /// The session with that hash.
    pub async fn session(&self, id_hash: &str) -> Result<Option<SessionRow>, Error> {
        let sql = "SELECT * FROM session WHERE id_hash = $1";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(id_hash).fetch_optional(pool).await)?)
    }
}

impl Reads {
    /// The sessions of a person, the one that was used last first; at most a hundred.
    pub async fn sessions_of(&self, person: &PersonId) -> Result<Vec<SessionRow>, Error> {
        let sql = "SELECT * FROM session WHERE person_id = $1 ORDER BY last_seen_at DESC, id_hash LIMIT 100";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(person.as_str()).fetch_all(pool).await)?)
    }
}

impl Change {
    /// Stores a session.
    pub async fn insert_session(&mut self, session: &NewSession<'_>) -> Result<(), Error> {
        let sql = "INSERT INTO session (id_hash, person_id, form_token, created_at, last_seen_at, provider, browser, \
                   sealed_id_token) VALUES ($1, $2, $3, $4, $4, $5, $6, $7)";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(session.id_hash).bind(session.person_id.as_str())
            .bind(session.form_token).bind(session.at.millis()).bind(session.provider).bind(session.browser)
            .bind(session.sealed_id_token).execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }

    /// Ends a session of a person; `false` if there is none.
    pub async fn end_session(&mut self, person: &PersonId, id_hash: &str) -> Result<bool, Error> {
        let sql = "DELETE FROM session WHERE person_id = $1 AND id_hash = $2";
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(person.as_str()).bind(id_hash)
            .execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// Ends all sessions of a person but one; how many that were.
    pub async fn end_sessions(&mut self, person: &PersonId, but: Option<&str>) -> Result<u64, Error> {
        let sql = "DELETE FROM session WHERE person_id = $1 AND id_hash <> $2";
        Ok(on!(&mut self.transaction, tx => sqlx::query(sql).bind(person.as_str()).bind(but.unwrap_or_default())
            .execute(&mut **tx).await.map(|done| done.rows_affected()))?)
    }
}

impl Writes {
    /// Remembers a sign-in. Bookkeeping: nothing has changed yet.
    pub async fn insert_sign_in(&self, sign_in: &NewSignIn) -> Result<(), Error> {
        let sql = "INSERT INTO sign_in (state_hash, browser_hash, nonce, verifier, return_to, created_at, provider) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        on!(&self.pool, pool => sqlx::query(sql).bind(&sign_in.state_hash).bind(&sign_in.browser_hash)
            .bind(&sign_in.nonce).bind(&sign_in.verifier).bind(&sign_in.return_to).bind(sign_in.created_at.millis())
            .bind(&sign_in.provider).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Takes a sign-in out, so that its `state` works once.
    pub async fn take_sign_in(&self, state_hash: &str) -> Result<Option<SignInRow>, Error> {
        let sql = "DELETE FROM sign_in WHERE state_hash = $1 \
                   RETURNING state_hash, browser_hash, nonce, verifier, return_to, created_at, provider";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(state_hash).fetch_optional(pool).await)?)
    }

    /// Notes that a session was used.
    pub async fn touch_session(&self, id_hash: &str, at: Timestamp) -> Result<(), Error> {
        let sql = "UPDATE session SET last_seen_at = $2 WHERE id_hash = $1";
        on!(&self.pool, pool => sqlx::query(sql).bind(id_hash).bind(at.millis()).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Ends a session.
    pub async fn delete_session(&self, id_hash: &str) -> Result<(), Error> {
        let sql = "DELETE FROM session WHERE id_hash = $1";
        on!(&self.pool, pool => sqlx::query(sql).bind(id_hash).execute(pool).await.map(|_| ()))?;
        Ok(())
    }
}
