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
    /// Whose session it was.
    pub struct WhoseRow {
        /// The person.
        pub person_id: PersonId,
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
    /// The hash of what the provider calls its own session, if it tells that.
    pub provider_session: Option<&'a str>,
}

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
                   sealed_id_token, provider_session) VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8)";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(session.id_hash).bind(session.person_id.as_str())
            .bind(session.form_token).bind(session.at.millis()).bind(session.provider).bind(session.browser)
            .bind(session.sealed_id_token).bind(session.provider_session).execute(&mut **tx).await.map(|_| ()))?;
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

impl Change {
    /// Ends the sessions that began with a provider: of a person, or those that came of one session there, or both. Gives whose
    /// they were.
    pub async fn end_sessions_of_provider(
        &mut self,
        provider: &str,
        person: Option<&PersonId>,
        provider_session: Option<&str>,
    ) -> Result<Vec<PersonId>, Error> {
        if person.is_none() && provider_session.is_none() {
            return Ok(vec![]);
        }
        let sql = "DELETE FROM session WHERE provider = $1 AND ($2 = '' OR person_id = $2) \
                   AND ($3 = '' OR provider_session = $3) RETURNING person_id";
        let (person, session) = (person.map_or("", PersonId::as_str), provider_session.unwrap_or_default());
        let rows: Vec<WhoseRow> = on!(&mut self.transaction, tx => sqlx::query_as(sql).bind(provider).bind(person)
            .bind(session).fetch_all(&mut **tx).await)?;
        Ok(rows.into_iter().map(|row| row.person_id).collect())
    }
}

impl Writes {
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
