//! Who was granted what?

use hansom_domain::{
    ApiSlug, ApplicationId, EnvironmentName, GrantId, GrantState, GroupAddress, Major, OperationSet, PersonId,
    Timestamp, VersionId,
};

use crate::{Change, Error, Part, Reads, Subject, column::row, database::on};

row! {
    /// A grant with the names that people know its ends by.
    pub struct GrantRow {
        /// Its id.
        pub id: GrantId,
        /// The application that may call.
        pub application_id: ApplicationId,
        /// The application's name.
        pub application_name: String,
        /// The group that owns the application.
        pub application_owner: GroupAddress,
        /// The version that may be called.
        pub version_id: VersionId,
        /// The API's name in paths.
        pub slug: ApiSlug,
        /// The API's name for people.
        pub title: String,
        /// The group that owns the API, and so decides.
        pub api_owner: GroupAddress,
        /// The version's number.
        pub major: Major,
        /// In which environment.
        pub environment: EnvironmentName,
        /// Which operations.
        pub operations: OperationSet,
        /// What for.
        pub purpose: String,
        /// By which law, where personal data are concerned; may be empty.
        pub legal_basis: String,
        /// Its state.
        pub state: GrantState,
        /// Who asked.
        pub requested_by: PersonId,
        /// Who asked, by name.
        pub requested_by_name: String,
        /// When.
        pub requested_at: Timestamp,
        /// Who decided or revoked, by name.
        pub decided_by_name: Option<String>,
        /// When.
        pub decided_at: Option<Timestamp>,
        /// Why.
        pub reason: Option<String>,
        /// Until when it is in force.
        pub expires_at: Option<Timestamp>,
        /// The grant whose place it takes, if it takes one's.
        pub replaces: Option<String>,
        /// What it was asked for together with, if with others.
        pub bundle: Option<String>,
        /// The version's release in force.
        pub current_release: i64,
    }
}

row! {
    /// A group that owns an application with a grant.
    pub struct ConsumingGroupRow {
        /// Its address.
        pub owner: GroupAddress,
    }
}

/// A request for a grant.
#[derive(Clone, Debug)]
pub struct NewGrant<'a> {
    /// Its id.
    pub id: &'a GrantId,
    /// The application that wants to call.
    pub application_id: &'a ApplicationId,
    /// The version that it wants to call.
    pub version_id: &'a VersionId,
    /// In which environment.
    pub environment: &'a EnvironmentName,
    /// Which operations.
    pub operations: &'a OperationSet,
    /// What for.
    pub purpose: &'a str,
    /// By which law.
    pub legal_basis: &'a str,
    /// Who asks: id and name.
    pub by: (&'a str, &'a str),
    /// When.
    pub at: Timestamp,
    /// The grant whose place it takes.
    pub replaces: Option<&'a GrantId>,
    /// What it is asked for together with.
    pub bundle: Option<&'a str>,
}

/// Which grants; what is left out lets all through.
#[derive(Clone, Copy, Debug, Default)]
pub struct GrantFilter<'f> {
    /// In this state.
    pub state: Option<GrantState>,
    /// For the API of this name in paths; for every one if empty.
    pub api: &'f str,
    /// Asked for before this moment.
    pub before: Option<Timestamp>,
}

/// The columns of a grant with its names.
macro_rules! columns {
    () => {
        "g.id, g.application_id, p.name AS application_name, p.owner AS application_owner, g.version_id, \
         a.slug, a.title, a.owner AS api_owner, v.major, g.environment, g.operations, g.purpose, g.legal_basis, \
         g.state, g.requested_by, g.requested_by_name, g.requested_at, g.decided_by_name, g.decided_at, g.reason, \
         g.expires_at, g.replaces, g.bundle, v.current_release"
    };
}

/// All grants joined with their names; a filter follows.
macro_rules! grants_where {
    ($filter:literal) => {
        grants_where!([columns!()], $filter)
    };
    ([$($what:tt)*], $filter:literal) => {
        concat!(
            "SELECT ",
            $($what)*,
            " FROM permit g JOIN application p ON p.id = g.application_id ",
            "JOIN version v ON v.id = g.version_id JOIN api a ON a.id = v.api_id ",
            $filter
        )
    };
}

/// By a filter: `$1` to `$3`; more of the condition and an order follow.
macro_rules! grants_found {
    ([$($what:tt)*], $rest:literal) => {
        concat!(
            grants_where!([$($what)*], ""),
            "WHERE ($1 = '' OR g.state = $1) AND ($2 = '' OR a.slug = $2) AND g.requested_at < $3 ",
            $rest
        )
    };
}

impl GrantFilter<'_> {
    fn state(&self) -> &'static str {
        self.state.map_or("", GrantState::as_str)
    }

    fn before(&self) -> i64 {
        self.before.map_or(i64::MAX, Timestamp::millis)
    }
}

impl Reads {
    /// A part of all grants, oldest request first.
    pub async fn grants_found(&self, filter: &GrantFilter<'_>, part: Part<'_>) -> Result<Vec<GrantRow>, Error> {
        let sql = grants_found!(
            [columns!()],
            "AND ($4 = '' OR (g.requested_at, g.id) > (SELECT b.requested_at, b.id FROM permit b WHERE b.id = $4)) \
             ORDER BY g.requested_at, g.id LIMIT $5 OFFSET $6"
        );
        let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(filter.state()).bind(filter.api).bind(filter.before())
            .bind(part.after).bind(number(part.most)).bind(number(part.skip)).fetch_all(pool).await)?)
    }

    /// How many those are.
    pub async fn grants_count(&self, filter: &GrantFilter<'_>) -> Result<usize, Error> {
        let sql = grants_found!(["count(*)"], "");
        let count: i64 = on!(&self.pool, pool => sqlx::query_scalar(sql).bind(filter.state()).bind(filter.api)
            .bind(filter.before()).fetch_one(pool).await)?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// One grant.
    pub async fn grant(&self, id: &GrantId) -> Result<Option<GrantRow>, Error> {
        let sql = grants_where!("WHERE g.id = $1");
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(id.as_str()).fetch_optional(pool).await)?)
    }

    /// Every grant, newest request first, at most 1,000.
    pub async fn grants(&self) -> Result<Vec<GrantRow>, Error> {
        let sql = grants_where!("ORDER BY g.requested_at DESC, g.id LIMIT 1000");
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).fetch_all(pool).await)?)
    }

    /// The requests that wait for a decision, newest first, at most 10,000.
    pub async fn waiting_grants(&self) -> Result<Vec<GrantRow>, Error> {
        let sql = grants_where!("WHERE g.state = 'requested' ORDER BY g.requested_at DESC, g.id LIMIT 10000");
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).fetch_all(pool).await)?)
    }

    /// The grants of one application, newest request first.
    pub async fn grants_of(&self, application: &ApplicationId) -> Result<Vec<GrantRow>, Error> {
        let sql = grants_where!("WHERE g.application_id = $1 ORDER BY g.requested_at DESC, g.id");
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(application.as_str()).fetch_all(pool).await)?)
    }

    /// The grants that were asked for together, in the order of their APIs.
    pub async fn grants_of_bundle(&self, bundle: &str) -> Result<Vec<GrantRow>, Error> {
        let sql = grants_where!("WHERE g.bundle = $1 ORDER BY a.slug, v.major, p.name, g.id");
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(bundle).fetch_all(pool).await)?)
    }

    /// How many applications have an approved grant for a version that holds at a moment.
    pub async fn consumers(&self, version: &VersionId, at: Timestamp) -> Result<i64, Error> {
        let sql = "SELECT count(DISTINCT g.application_id) FROM permit g JOIN application p ON p.id = g.application_id \
                   WHERE g.version_id = $1 AND g.state = 'approved' AND p.revoked_at IS NULL \
                   AND (g.expires_at IS NULL OR g.expires_at > $2)";
        Ok(on!(&self.pool, pool => sqlx::query_scalar(sql).bind(version.as_str()).bind(at.millis())
            .fetch_one(pool).await)?)
    }

    /// The approved grants for a version that hold at a moment, by the names of their applications; at most `most`.
    pub async fn grants_for(&self, version: &VersionId, at: Timestamp, most: u16) -> Result<Vec<GrantRow>, Error> {
        let sql = grants_where!(
            "WHERE g.version_id = $1 AND g.state = 'approved' AND p.revoked_at IS NULL \
             AND (g.expires_at IS NULL OR g.expires_at > $2) ORDER BY p.name, g.id LIMIT $3"
        );
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(version.as_str()).bind(at.millis()).bind(i64::from(most))
            .fetch_all(pool).await)?)
    }

    /// The grants of one application that are in force.
    pub async fn approved_grants_of(&self, application: &ApplicationId) -> Result<Vec<GrantRow>, Error> {
        let sql = grants_where!("WHERE g.application_id = $1 AND g.state = 'approved' ORDER BY g.id");
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(application.as_str()).fetch_all(pool).await)?)
    }

    /// Every grant that is in force for an application that is not revoked.
    pub async fn approved_grants(&self) -> Result<Vec<GrantRow>, Error> {
        let sql = grants_where!("WHERE g.state = 'approved' AND p.revoked_at IS NULL ORDER BY g.id");
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).fetch_all(pool).await)?)
    }
}

impl Change {
    /// One grant as this change sees it.
    pub async fn grant(&mut self, id: &GrantId) -> Result<Option<GrantRow>, Error> {
        let sql = grants_where!("WHERE g.id = $1");
        Ok(on!(&mut self.transaction, tx => sqlx::query_as(sql).bind(id.as_str()).fetch_optional(&mut **tx).await)?)
    }

    /// The groups that own applications with an approved grant for a version that holds at a moment; at most a thousand.
    pub async fn consuming_groups(&mut self, version: &VersionId, at: Timestamp) -> Result<Vec<GroupAddress>, Error> {
        let sql = "SELECT DISTINCT p.owner FROM permit g JOIN application p ON p.id = g.application_id \
                   WHERE g.version_id = $1 AND g.state = 'approved' AND p.revoked_at IS NULL \
                   AND (g.expires_at IS NULL OR g.expires_at > $2) ORDER BY p.owner LIMIT 1000";
        let rows: Vec<ConsumingGroupRow> = on!(&mut self.transaction, tx => sqlx::query_as(sql)
            .bind(version.as_str()).bind(at.millis()).fetch_all(&mut **tx).await)?;
        Ok(rows.into_iter().map(|row| row.owner).collect())
    }

    /// Stores a request for a grant.
    pub async fn insert_grant(&mut self, grant: &NewGrant<'_>) -> Result<(), Error> {
        let sql = "INSERT INTO permit (id, application_id, version_id, environment, operations, purpose, legal_basis, \
                   state, requested_by, requested_by_name, requested_at, replaces, bundle) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, 'requested', $8, $9, $10, $11, $12)";
        let operations = serde_json::json!(grant.operations).to_string();
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(grant.id.as_str()).bind(grant.application_id.as_str())
            .bind(grant.version_id.as_str()).bind(grant.environment.as_str()).bind(&operations).bind(grant.purpose)
            .bind(grant.legal_basis).bind(grant.by.0).bind(grant.by.1).bind(grant.at.millis())
            .bind(grant.replaces.map(GrantId::as_str)).bind(grant.bundle)
            .execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }

    /// Says until when a grant is in force.
    pub async fn end_grant_at(&mut self, id: &GrantId, end: Timestamp) -> Result<(), Error> {
        let sql = "UPDATE permit SET expires_at = $2 WHERE id = $1";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(id.as_str()).bind(end.millis())
            .execute(&mut **tx).await.map(|_| ()))?;
        self.touch(Subject::Grant(id.clone()));
        Ok(())
    }

    /// Ends a grant in force by itself, and leaves who decided it and why; `false` if it is not in force any more.
    pub async fn close_grant(&mut self, id: &GrantId, state: GrantState) -> Result<bool, Error> {
        let sql = "UPDATE permit SET state = $2 WHERE id = $1 AND state = 'approved'";
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(id.as_str()).bind(state.as_str())
            .execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        self.touch(Subject::Grant(id.clone()));
        Ok(rows == 1)
    }

    /// Moves a grant from one state to another with who and why; `false` if it is not in the state `from` any more.
    pub async fn move_grant(
        &mut self,
        id: &GrantId,
        (from, to): (GrantState, GrantState),
        (by, by_name): (&str, &str),
        reason: &str,
        at: Timestamp,
    ) -> Result<bool, Error> {
        let sql = "UPDATE permit SET state = $3, decided_by = $4, decided_by_name = $5, reason = $6, decided_at = $7 \
                   WHERE id = $1 AND state = $2";
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(id.as_str()).bind(from.as_str())
            .bind(to.as_str()).bind(by).bind(by_name).bind(reason).bind(at.millis())
            .execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        self.touch(Subject::Grant(id.clone()));
        Ok(rows == 1)
    }
}
