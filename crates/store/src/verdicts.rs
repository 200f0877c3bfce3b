//! How good was each release found to be?

use hansom_domain::{ApiSlug, Audience, GroupAddress, Major, ReleaseId, Timestamp, VersionId};

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
    /// The score of the newest release of a version that was judged by an edition.
    pub struct ScoreRow {
        /// The release.
        pub release_id: ReleaseId,
        /// The edition.
        pub edition: String,
        /// The API's name in paths.
        pub slug: ApiSlug,
        /// The API's name for people.
        pub title: String,
        /// The group that owns the API.
        pub owner: GroupAddress,
        /// The API's audience.
        pub audience: Audience,
        /// The version.
        pub major: Major,
        /// The release's number within the version.
        pub number: i64,
        /// The score, of 1,000; none where no rule counts.
        pub score: Option<i64>,
        /// Findings that a release must not have, waived ones left out.
        pub errors: i64,
        /// Findings that it should not have, waived ones left out.
        pub warnings: i64,
        /// Findings that a waiver covered.
        pub waived: i64,
        /// The scores by chapter as JSON; empty where an older Hansom judged.
        pub chapters: String,
    }
}

row! {
    /// How all versions that were judged by an edition stand together.
    pub struct EditionScoreRow {
        /// The edition.
        pub edition: String,
        /// When it judged first.
        pub first_at: Timestamp,
        /// How many versions were judged.
        pub versions: i64,
        /// The mean of their scores, of 1,000.
        pub mean: Option<i64>,
        /// How many have no finding that a release must not have.
        pub keeping: i64,
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
    /// The scores by chapter as JSON.
    pub chapters: &'a str,
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

    /// The scores of all versions by an edition, by name and number.
    pub async fn scores(&self, edition: &str) -> Result<Vec<ScoreRow>, Error> {
        let sql = "SELECT d.release_id, d.edition, a.slug, a.title, a.owner, a.audience, v.major, r.number, d.score, d.errors, \
                   d.warnings, d.waived, d.chapters FROM verdict d JOIN release r ON r.id = d.release_id \
                   JOIN version v ON v.id = r.version_id JOIN api a ON a.id = v.api_id WHERE d.edition = $1 \
                   AND NOT EXISTS (SELECT 1 FROM release n JOIN verdict e ON e.release_id = n.id AND e.edition = $1 \
                   WHERE n.version_id = v.id AND n.number > r.number) ORDER BY a.slug, v.major";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(edition).fetch_all(pool).await)?)
    }

    /// How all versions stand together by each edition that judged any, the newest edition first; at most 24.
    pub async fn scores_by_edition(&self) -> Result<Vec<EditionScoreRow>, Error> {
        let sql = "SELECT d.edition, min(d.judged_at) AS first_at, count(*) AS versions, CAST(avg(d.score) AS BIGINT) AS mean, \
                   count(CASE WHEN d.errors = 0 THEN 1 END) AS keeping, CAST(sum(d.errors) AS BIGINT) AS errors, \
                   CAST(sum(d.warnings) AS BIGINT) AS warnings, CAST(sum(d.waived) AS BIGINT) AS waived \
                   FROM verdict d JOIN release r ON r.id = d.release_id \
                   WHERE NOT EXISTS (SELECT 1 FROM release n JOIN verdict e ON e.release_id = n.id AND e.edition = d.edition \
                   WHERE n.version_id = r.version_id AND n.number > r.number) \
                   GROUP BY d.edition ORDER BY first_at DESC, d.edition DESC LIMIT 24";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).fetch_all(pool).await)?)
    }

    /// The whole verdict on a release by an edition, as JSON.
    pub async fn verdict_by(&self, release: &ReleaseId, edition: &str) -> Result<Option<String>, Error> {
        let sql = "SELECT verdict FROM verdict WHERE release_id = $1 AND edition = $2";
        Ok(on!(&self.pool, pool => sqlx::query_scalar(sql).bind(release.as_str()).bind(edition)
            .fetch_optional(pool).await)?)
    }
}

impl Change {
    /// Stores a verdict, in place of an older one on the same release under the same edition.
    pub async fn put_verdict(&mut self, verdict: &NewVerdict<'_>) -> Result<(), Error> {
        let sql = "INSERT INTO verdict (release_id, edition, profile, judged_at, score, errors, warnings, waived, verdict, chapters) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (release_id, edition) DO UPDATE SET \
                   profile = excluded.profile, judged_at = excluded.judged_at, score = excluded.score, \
                   errors = excluded.errors, warnings = excluded.warnings, waived = excluded.waived, \
                   verdict = excluded.verdict, chapters = excluded.chapters";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(verdict.release_id.as_str()).bind(verdict.edition)
            .bind(verdict.profile).bind(verdict.at.millis()).bind(verdict.score).bind(verdict.errors)
            .bind(verdict.warnings).bind(verdict.waived).bind(verdict.verdict).bind(verdict.chapters)
            .execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }
}
