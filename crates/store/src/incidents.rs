//! What went wrong, as operators told it?

use hansom_domain::{ApiId, ApiSlug, Audience, GroupAddress, Impact, IncidentId, IncidentState, Timestamp};

use crate::{Change, Error, Reads, column::row, database::on};

row! {
    /// An incident.
    pub struct IncidentRow {
        /// Its id.
        pub id: IncidentId,
        /// What it is, in a few words.
        pub title: String,
        /// How bad it is.
        pub impact: Impact,
        /// Where it stands.
        pub state: IncidentState,
        /// When it began.
        pub began_at: Timestamp,
        /// When it was over.
        pub ended_at: Option<Timestamp>,
        /// When something was last told of it.
        pub changed_at: Timestamp,
    }
}

row! {
    /// An API that an incident concerns.
    pub struct ConcernedRow {
        /// The incident.
        pub incident_id: IncidentId,
        /// The API's name in paths.
        pub slug: ApiSlug,
        /// Its name for people.
        pub title: String,
        /// The group that owns it.
        pub owner: GroupAddress,
        /// Who may know of it.
        pub audience: Audience,
    }
}

row! {
    /// Something that was told of an incident.
    pub struct IncidentUpdateRow {
        /// Its id.
        pub id: String,
        /// When.
        pub at: Timestamp,
        /// Where the incident stood from then on.
        pub state: IncidentState,
        /// What was told.
        pub text: String,
        /// By whom, by name.
        pub by_name: String,
    }
}

/// An incident to be stored.
#[derive(Clone, Debug)]
pub struct NewIncident<'a> {
    /// Its id.
    pub id: &'a IncidentId,
    /// What it is, in a few words.
    pub title: &'a str,
    /// How bad it is.
    pub impact: Impact,
    /// When it began.
    pub began_at: Timestamp,
    /// The APIs that it concerns; none: the platform.
    pub apis: &'a [ApiId],
    /// When it is told.
    pub at: Timestamp,
}

/// Something to be told of an incident.
#[derive(Clone, Copy, Debug)]
pub struct NewIncidentUpdate<'a> {
    /// Its id.
    pub id: &'a str,
    /// The incident.
    pub incident: &'a IncidentId,
    /// Where it stands from now on.
    pub state: IncidentState,
    /// What is told.
    pub text: &'a str,
    /// By whom: id and name.
    pub by: (&'a str, &'a str),
    /// When.
    pub at: Timestamp,
}

impl Reads {
    /// One incident.
    pub async fn incident(&self, id: &IncidentId) -> Result<Option<IncidentRow>, Error> {
        let sql = "SELECT id, title, impact, state, began_at, ended_at, changed_at FROM incident WHERE id = $1";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(id.as_str()).fetch_optional(pool).await)?)
    }

    /// The incidents that began after `since` or are not over, newest first, at most 1,000.
    pub async fn incidents(&self, since: Timestamp) -> Result<Vec<IncidentRow>, Error> {
        let sql = "SELECT id, title, impact, state, began_at, ended_at, changed_at FROM incident \
                   WHERE began_at >= $1 OR ended_at IS NULL ORDER BY began_at DESC, id LIMIT 1000";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(since.millis()).fetch_all(pool).await)?)
    }

    /// The APIs that those incidents concern.
    pub async fn concerned_by_incidents(&self, since: Timestamp) -> Result<Vec<ConcernedRow>, Error> {
        let sql = "SELECT c.incident_id, a.slug, a.title, a.owner, a.audience FROM incident_api c \
                   JOIN api a ON a.id = c.api_id JOIN incident i ON i.id = c.incident_id \
                   WHERE i.began_at >= $1 OR i.ended_at IS NULL ORDER BY lower(a.title), a.slug";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(since.millis()).fetch_all(pool).await)?)
    }

    /// The APIs that one incident concerns.
    pub async fn concerned_by(&self, incident: &IncidentId) -> Result<Vec<ConcernedRow>, Error> {
        let sql = "SELECT c.incident_id, a.slug, a.title, a.owner, a.audience FROM incident_api c \
                   JOIN api a ON a.id = c.api_id WHERE c.incident_id = $1 ORDER BY lower(a.title), a.slug";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(incident.as_str()).fetch_all(pool).await)?)
    }

    /// What was told of an incident, newest first.
    pub async fn incident_updates(&self, incident: &IncidentId) -> Result<Vec<IncidentUpdateRow>, Error> {
        let sql = "SELECT id, at, state, text, by_name FROM incident_update WHERE incident_id = $1 \
                   ORDER BY number DESC LIMIT 1000";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(incident.as_str()).fetch_all(pool).await)?)
    }
}

impl Change {
    /// Stores an incident; what is told of it comes by [`Change::tell_of_incident`].
    pub async fn insert_incident(&mut self, incident: &NewIncident<'_>) -> Result<(), Error> {
        let sql = "INSERT INTO incident (id, title, impact, state, began_at, changed_at) \
                   VALUES ($1, $2, $3, 'investigating', $4, $5)";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(incident.id.as_str()).bind(incident.title)
            .bind(incident.impact.as_str()).bind(incident.began_at.millis()).bind(incident.at.millis())
            .execute(&mut **tx).await.map(|_| ()))?;
        let concerns = "INSERT INTO incident_api (incident_id, api_id) VALUES ($1, $2)";
        for api in incident.apis {
            on!(&mut self.transaction, tx => sqlx::query(concerns).bind(incident.id.as_str()).bind(api.as_str())
                .execute(&mut **tx).await.map(|_| ()))?;
        }
        Ok(())
    }

    /// Tells something of an incident that is not over; `false` if it is.
    pub async fn tell_of_incident(&mut self, update: NewIncidentUpdate<'_>) -> Result<bool, Error> {
        let moved = "UPDATE incident SET state = $2, changed_at = $3, ended_at = $4 WHERE id = $1 AND ended_at IS NULL";
        let ended_at = (update.state == IncidentState::Resolved).then_some(update.at.millis());
        let rows = on!(&mut self.transaction, tx => sqlx::query(moved).bind(update.incident.as_str())
            .bind(update.state.as_str()).bind(update.at.millis()).bind(ended_at)
            .execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        if rows == 0 {
            return Ok(false);
        }
        let sql = "INSERT INTO incident_update (id, incident_id, at, state, text, by_id, by_name, number) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, (SELECT count(*) FROM incident_update WHERE incident_id = $2))";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(update.id).bind(update.incident.as_str())
            .bind(update.at.millis()).bind(update.state.as_str()).bind(update.text).bind(update.by.0).bind(update.by.1)
            .execute(&mut **tx).await.map(|_| ()))?;
        Ok(true)
    }
}
