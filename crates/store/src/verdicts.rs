//! How good was each release found to be?

use hansom_domain::{ApiSlug, GroupAddress, Major, ReleaseId, Timestamp, VersionId};

use crate::{Change, Error, Reads, column::row, database::on};

row! {
    /// What a release was found to be under an edition of the playbook.
    pub struct VerdictRow {
        /// The release.
        pub release_id: ReleaseId,
        /// Its number within the version.
        pub number: i64,
        /// The contract's own version.
        pub info_version: String,
        /// The edition of the playbook.
        pub edition: String,
        /// The profile.
        pub profile: String,
        /// When it was judged.
        pub judged_at: Timestamp,
        /// The score, of 1,000; none where no rule counts.
        pub score: Option<i64>,
        /// Findings that a release must not have, waived ones left out.
        pub errors: i64,
        /// Findings that it should not have, waived ones left out.
        pub warnings: i64,
        /// Findings that a waiver covered.
        pub waived: i64,
        /// The whole verdict as JSON.
        pub verdict: String,
    }
}

row! {
    /// The score of a version's release in force.
    pub struct ScoreRow {
        /// The API's name in paths.
        pub slug: ApiSlug,
        /// The API's name for people.
        pub title: String,
        /// The group that owns the API.
        pub owner: GroupAddress,
        /// The version.
        pub major: Major,
        /// The score, of 1,000; none where no rule counts.
        pub score: Option<i64>,
        /// Findings that a release must not have, waived ones left out.
        pub errors: i64,
        /// Findings that it should not have, waived ones left out.
        pub warnings: i64,
        /// Findings that a waiver covered.
        pub waived: i64,
    }
}

/// A verdict to be stored.
#[derive(Clone, Debug)]
pub struct NewVerdict<'a> {
    /// The release.
    pub release_id: &'a ReleaseId,
    /// The edition of the playbook.
    pub edition: &'a str,
    /// The profile.
    pub profile: &'a str,
    /// When.
    pub at: Timestamp,
    /// The score, of 1,000; none where no rule counts.
    pub score: Option<i64>,
    /// Findings that a release must not have, waived ones left out.
    pub errors: i64,
    /// Findings that it should not have, waived ones left out.
    pub warnings: i64,
    /// Findings that a waiver covered.
    pub waived: i64,
    /// The whole verdict as JSON.
    pub verdict: &'a str,
}

impl Reads {
    /// The verdicts on the releases of a version, newest release first, newest verdict of each first; at most 500.
    pub async fn verdicts_of(&self, version: &VersionId) -> Result<Vec<VerdictRow>, Error> {
        let sql = "SELECT d.*, r.number, r.info_version FROM verdict d JOIN release r ON r.id = d.release_id \
                   WHERE r.version_id = $1 ORDER BY r.number DESC, d.judged_at DESC LIMIT 500";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(version.as_str()).fetch_all(pool).await)?)
    }

    /// The newest verdict on a release.
    pub async fn verdict(&self, version: &VersionId, number: i64) -> Result<Option<VerdictRow>, Error> {
        let sql = "SELECT d.*, r.number, r.info_version FROM verdict d JOIN release r ON r.id = d.release_id \
                   WHERE r.version_id = $1 AND r.number = $2 ORDER BY d.judged_at DESC LIMIT 1";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(version.as_str()).bind(number)
            .fetch_optional(pool).await)?)
    }

    /// The scores of all releases in force under an edition, by name and number.
    pub async fn scores(&self, edition: &str) -> Result<Vec<ScoreRow>, Error> {
        let sql = "SELECT a.slug, a.title, a.owner, v.major, d.score, d.errors, d.warnings, d.waived FROM version v \
                   JOIN api a ON a.id = v.api_id JOIN release r ON r.version_id = v.id AND r.number = v.current_release \
                   JOIN verdict d ON d.release_id = r.id AND d.edition = $1 ORDER BY a.slug, v.major";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(edition).fetch_all(pool).await)?)
    }
}

impl Change {
    /// Stores a verdict, in place of an older one on the same release under the same edition.
    pub async fn put_verdict(&mut self, verdict: &NewVerdict<'_>) -> Result<(), Error> {
        let sql = "INSERT INTO verdict (release_id, edition, profile, judged_at, score, errors, warnings, waived, verdict) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (release_id, edition) DO UPDATE SET \
                   profile = excluded.profile, judged_at = excluded.judged_at, score = excluded.score, \
                   errors = excluded.errors, warnings = excluded.warnings, waived = excluded.waived, \
                   verdict = excluded.verdict";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(verdict.release_id.as_str()).bind(verdict.edition)
            .bind(verdict.profile).bind(verdict.at.millis()).bind(verdict.score).bind(verdict.errors)
            .bind(verdict.warnings).bind(verdict.waived).bind(verdict.verdict)
            .execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }
}
