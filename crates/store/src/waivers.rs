//! Which findings are accepted in writing?

use hansom_domain::{ApiId, ApiSlug, GroupAddress, PersonId, Timestamp, WaiverId, WaiverState};

use crate::{Change, Error, Reads, column::row, database::on};

row! {
    /// A waiver with the names that people know its API by.
    pub struct WaiverRow {
        /// Its id.
        pub id: WaiverId,
        /// The API.
        pub api_id: ApiId,
        /// The API's name in paths.
        pub slug: ApiSlug,
        /// The API's name for people.
        pub title: String,
        /// The group that owns the API.
        pub api_owner: GroupAddress,
        /// The rule's id.
        pub rule: String,
        /// The JSON pointer that it is confined to, with all below; empty for the whole contract.
        pub place: String,
        /// Why the finding is accepted.
        pub reason: String,
        /// Who answers for it, by name.
        pub answers_for_it: String,
        /// When it ends.
        pub ends_at: Timestamp,
        /// Its state.
        pub state: WaiverState,
        /// Who asked.
        pub requested_by: PersonId,
        /// Who asked, by name.
        pub requested_by_name: String,
        /// When.
        pub requested_at: Timestamp,
        /// Who decided, by name.
        pub decided_by_name: Option<String>,
        /// When.
        pub decided_at: Option<Timestamp>,
        /// Why.
        pub decision_reason: Option<String>,
    }
}

/// A request for a waiver.
#[derive(Clone, Debug)]
pub struct NewWaiver<'a> {
    /// Its id.
    pub id: &'a WaiverId,
    /// The API.
    pub api_id: &'a ApiId,
    /// The rule's id.
    pub rule: &'a str,
    /// The JSON pointer that it is confined to; empty for the whole contract.
    pub place: &'a str,
    /// Why the finding should be accepted.
    pub reason: &'a str,
    /// Who answers for it, by name.
    pub answers_for_it: &'a str,
    /// When it ends.
    pub ends_at: Timestamp,
    /// Who asks: id and name.
    pub by: (&'a str, &'a str),
    /// When.
    pub at: Timestamp,
}

/// All waivers joined with their API's names; a filter follows.
macro_rules! waivers_where {
    ($filter:literal) => {
        concat!(
            "SELECT w.id, w.api_id, a.slug, a.title, a.owner AS api_owner, w.rule, w.place, w.reason, w.answers_for_it, ",
            "w.ends_at, w.state, w.requested_by, w.requested_by_name, w.requested_at, w.decided_by_name, w.decided_at, ",
            "w.decision_reason FROM waiver w JOIN api a ON a.id = w.api_id ",
            $filter
        )
    };
}

impl Reads {
    /// One waiver.
    pub async fn waiver(&self, id: &WaiverId) -> Result<Option<WaiverRow>, Error> {
        let sql = waivers_where!("WHERE w.id = $1");
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(id.as_str()).fetch_optional(pool).await)?)
    }

    /// Every waiver, newest request first, at most 1,000.
    pub async fn waivers(&self) -> Result<Vec<WaiverRow>, Error> {
        let sql = waivers_where!("ORDER BY w.requested_at DESC, w.id LIMIT 1000");
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).fetch_all(pool).await)?)
    }

    /// The waivers of one API, newest request first, at most 1,000.
    pub async fn waivers_of(&self, api: &ApiSlug) -> Result<Vec<WaiverRow>, Error> {
        let sql = waivers_where!("WHERE a.slug = $1 ORDER BY w.requested_at DESC, w.id LIMIT 1000");
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(api.as_str()).fetch_all(pool).await)?)
    }
}

impl Change {
    /// Stores a request for a waiver.
    pub async fn insert_waiver(&mut self, waiver: &NewWaiver<'_>) -> Result<(), Error> {
        let sql = "INSERT INTO waiver (id, api_id, rule, place, reason, answers_for_it, ends_at, state, requested_by, \
                   requested_by_name, requested_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'requested', $8, $9, $10)";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(waiver.id.as_str()).bind(waiver.api_id.as_str())
            .bind(waiver.rule).bind(waiver.place).bind(waiver.reason).bind(waiver.answers_for_it)
            .bind(waiver.ends_at.millis()).bind(waiver.by.0).bind(waiver.by.1).bind(waiver.at.millis())
            .execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }

    /// Moves a waiver from one state to another with who and why; `false` if it is not in the state `from` any more.
    pub async fn move_waiver(
        &mut self,
        id: &WaiverId,
        (from, to): (WaiverState, WaiverState),
        (by, by_name): (&str, &str),
        reason: &str,
        at: Timestamp,
    ) -> Result<bool, Error> {
        let sql = "UPDATE waiver SET state = $3, decided_by = $4, decided_by_name = $5, decision_reason = $6, \
                   decided_at = $7 WHERE id = $1 AND state = $2";
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(id.as_str()).bind(from.as_str())
            .bind(to.as_str()).bind(by).bind(by_name).bind(reason).bind(at.millis())
            .execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }
}
