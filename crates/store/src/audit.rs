//! Who changed what, when?

use hansom_domain::{ApiId, ApplicationId, Timestamp};
use serde_json::Value;

use crate::{Error, Reads, column::row, database::on, pattern};

row! {
    /// One entry of the audit trail.
    pub struct AuditRow {
        /// Its id.
        pub id: String,
        /// When.
        pub at: Timestamp,
        /// `person`, `application`, `pipeline` or `platform`.
        pub actor_kind: String,
        /// Who.
        pub actor_id: String,
        /// Who, by name.
        pub actor_name: String,
        /// What was done.
        pub verb: String,
        /// To what.
        pub subject: String,
        /// More of it; never a secret.
        pub detail: Value,
        /// The id of the request that asked for it; empty where none did.
        pub request_id: String,
    }
}

/// Comes after every id: with it, nothing of the moment itself is wanted.
const LAST: &str = "~";

/// What an entry must be to be found; what is empty lets all through.
#[derive(Clone, Copy, Debug, Default)]
pub struct AuditFilter<'f> {
    /// The actor's id, or a part of the name.
    pub actor: &'f str,
    /// `person`, `application`, `pipeline` or `platform`.
    pub actor_kind: &'f str,
    /// What was done.
    pub verb: &'f str,
    /// To what: `api repairs`; or only the kind, `api`, or only the name, `repairs`.
    pub subject: (&'f str, &'f str),
    /// The id of the request that asked for it.
    pub request: &'f str,
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Of whose things.
    pub of: AuditOf<'f>,
}

/// Of whose things the changes are.
#[derive(Clone, Copy, Debug, Default)]
pub enum AuditOf<'f> {
    /// Of anybody's.
    #[default]
    All,
    /// Of an API, and of the grants and waivers for it.
    Api(&'f ApiId),
    /// Of an application, and of its grants.
    Application(&'f ApplicationId),
}

/// Entries before `$1` `$2`. Every text has the same parameters; by which index it is found differs.
macro_rules! found {
    ($subject:literal, $request:literal, $of:literal) => {
        concat!(
            "SELECT a.* FROM audit a WHERE (a.at < $1 OR (a.at = $1 AND a.id > $2)) AND a.at >= $3 ",
            "AND ($4 = '' OR a.actor_kind = $4) AND ($5 = '' OR a.actor_id = $5 OR lower(a.actor_name) LIKE $6 ESCAPE '\\') ",
            "AND ($7 = '' OR a.verb = $7) AND ",
            $subject,
            " AND ",
            $request,
            " AND ",
            $of,
            " ORDER BY a.at DESC, a.id LIMIT $11"
        )
    };
}

const ANY: &str = found!("($8 = '' OR a.subject LIKE $8 ESCAPE '\\')", "($9 = '' OR a.request_id = $9)", "$10 = ''");
const BY_SUBJECT: &str = found!("a.subject = $8", "($9 = '' OR a.request_id = $9)", "$10 = ''");
const BY_REQUEST: &str = found!("($8 = '' OR a.subject LIKE $8 ESCAPE '\\')", "a.request_id = $9", "$10 = ''");
const OF_API: &str = found!(
    "($8 = '' OR a.subject LIKE $8 ESCAPE '\\')",
    "($9 = '' OR a.request_id = $9)",
    "a.subject IN (SELECT 'api ' || i.slug FROM api i WHERE i.id = $10 \
     UNION SELECT 'waiver ' || w.id FROM waiver w WHERE w.api_id = $10 \
     UNION SELECT 'grant ' || g.id FROM permit g JOIN version v ON v.id = g.version_id WHERE v.api_id = $10)"
);
const OF_APPLICATION: &str = found!(
    "($8 = '' OR a.subject LIKE $8 ESCAPE '\\')",
    "($9 = '' OR a.request_id = $9)",
    "a.subject IN (SELECT 'application ' || p.id FROM application p WHERE p.id = $10 \
     UNION SELECT 'grant ' || g.id FROM permit g WHERE g.application_id = $10)"
);

impl AuditFilter<'_> {
    fn sql(&self) -> &'static str {
        match self.of {
            AuditOf::Api(_) => OF_API,
            AuditOf::Application(_) => OF_APPLICATION,
            AuditOf::All if !self.request.is_empty() => BY_REQUEST,
            AuditOf::All if self.is_one_thing() => BY_SUBJECT,
            AuditOf::All => ANY,
        }
    }

    fn is_one_thing(&self) -> bool {
        !self.subject.0.is_empty() && !self.subject.1.is_empty()
    }

    /// The thing as the text of this filter takes it.
    fn subject(&self) -> String {
        match (self.subject, self.sql()) {
            ((kind, name), BY_SUBJECT) => format!("{kind} {name}"),
            (("", ""), _) => String::new(),
            ((kind, ""), _) => format!("{}%", pattern::escaped(kind)),
            (("", name), _) => format!("%{}", pattern::escaped(name)),
            ((kind, name), _) => pattern::escaped(&format!("{kind} {name}")),
        }
    }
}

impl Reads {
    /// The newest entries before a moment, or of that moment and after an id; newest first, at most `count`.
    pub async fn audit_found(
        &self,
        filter: &AuditFilter<'_>,
        (before, after): (Timestamp, &str),
        count: u16,
    ) -> Result<Vec<AuditRow>, Error> {
        let of = match filter.of {
            AuditOf::All => "",
            AuditOf::Api(id) => id.as_str(),
            AuditOf::Application(id) => id.as_str(),
        };
        let (sql, subject) = (filter.sql(), filter.subject());
        let from = filter.from.map_or(i64::MIN, Timestamp::millis);
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(before.millis()).bind(after).bind(from)
            .bind(filter.actor_kind).bind(filter.actor).bind(pattern::anywhere(filter.actor)).bind(filter.verb)
            .bind(subject).bind(filter.request).bind(of).bind(i64::from(count)).fetch_all(pool).await)?)
    }

    /// The newest entries before `before`, newest first, at most `count`.
    pub async fn audit(&self, before: Timestamp, count: u16) -> Result<Vec<AuditRow>, Error> {
        self.audit_found(&AuditFilter::default(), (before, LAST), count).await
    }

    /// One entry.
    pub async fn audit_entry(&self, id: &str) -> Result<Option<AuditRow>, Error> {
        let sql = "SELECT * FROM audit WHERE id = $1";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(id).fetch_optional(pool).await)?)
    }

    /// Every kind of change that there was, by name.
    pub async fn audit_verbs(&self) -> Result<Vec<String>, Error> {
        let sql = "SELECT DISTINCT verb FROM audit ORDER BY verb LIMIT 500";
        Ok(on!(&self.pool, pool => sqlx::query_scalar(sql).fetch_all(pool).await)?)
    }

    /// The newest entries of a verb about one subject, newest first.
    pub async fn audit_of(&self, subject: &str, verb: &str) -> Result<Vec<AuditRow>, Error> {
        let sql = "SELECT * FROM audit WHERE subject = $1 AND verb = $2 ORDER BY at DESC, id LIMIT 100";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(subject).bind(verb).fetch_all(pool).await)?)
    }
}
