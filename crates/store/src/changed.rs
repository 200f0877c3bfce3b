//! What was changed since a generation, of that which a gateway serves?

use std::collections::BTreeSet;

use hansom_domain::{ApiId, ApplicationId, GrantId, PersonId, TokenId};

use crate::{Error, Reads, column::row, database::on};

/// Who is further behind than this reads everything.
pub(crate) const KEPT_GENERATIONS: u64 = 10_000;

/// What was changed since a generation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Too much, or nobody knows.
    Everything,
    /// These and nothing else.
    These(BTreeSet<Subject>),
}

/// One thing that was changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// An API or a version of it.
    Api(ApiId),
    /// An application or a credential of it.
    Application(ApplicationId),
    /// A grant's state, and so what its application may call.
    Grant(GrantId),
    /// A person or their groups.
    Person(PersonId),
    /// A token that was revoked.
    Token(TokenId),
    /// The signing keys.
    Keys,
}

impl Subject {
    /// As columns hold it.
    pub(crate) fn words(&self) -> (&'static str, &str) {
        match self {
            Self::Api(id) => ("api", id.as_str()),
            Self::Application(id) => ("application", id.as_str()),
            Self::Grant(id) => ("grant", id.as_str()),
            Self::Person(id) => ("person", id.as_str()),
            Self::Token(id) => ("token", id.as_str()),
            Self::Keys => ("keys", ""),
        }
    }

    fn read(kind: &str, subject: &str) -> Option<Self> {
        match kind {
            "api" => subject.parse().ok().map(Self::Api),
            "application" => subject.parse().ok().map(Self::Application),
            "grant" => subject.parse().ok().map(Self::Grant),
            "person" => subject.parse().ok().map(Self::Person),
            "token" => subject.parse().ok().map(Self::Token),
            "keys" => Some(Self::Keys),
            _ => None,
        }
    }
}

row! {
    /// A line of what was changed.
    pub struct ChangedRow {
        /// What kind of thing.
        pub kind: String,
        /// Which.
        pub subject: String,
    }
}

impl Reads {
    /// What was changed after `generation` and not after `until`; everything, if that is more than `most` things.
    pub async fn changed_since(&self, generation: u64, until: u64, most: usize) -> Result<Changed, Error> {
        // A store that counts lower than before is another one, or an older copy.
        if until < generation || until.saturating_sub(generation) > KEPT_GENERATIONS {
            return Ok(Changed::Everything);
        }
        let sql = "SELECT DISTINCT kind, subject FROM changed WHERE generation > $1 AND generation <= $2 LIMIT $3";
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let limit = i64::try_from(most).unwrap_or(i64::MAX).saturating_add(1);
        let rows: Vec<ChangedRow> = on!(&self.pool, pool => sqlx::query_as(sql).bind(number(generation))
            .bind(number(until)).bind(limit).fetch_all(pool).await)?;
        if rows.len() > most {
            return Ok(Changed::Everything);
        }
        // What a newer Hansom notes and this one does not know may be anything.
        let subjects: Option<_> = rows.iter().map(|row| Subject::read(&row.kind, &row.subject)).collect();
        Ok(subjects.map_or(Changed::Everything, Changed::These))
    }
}
