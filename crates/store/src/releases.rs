//! Which contracts were published?

use hansom_domain::{ApiId, ApiSlug, Audience, GroupAddress, Major, ReleaseId, Timestamp, VersionId};

use crate::{Change, Error, Reads, column::row, database::on};

row! {
    /// A release without its texts.
    pub struct ReleaseRow {
        /// Its id.
        pub id: ReleaseId,
        /// Its version.
        pub version_id: VersionId,
        /// Its number within the version, from 1.
        pub number: i64,
        /// The contract's own `info.version`.
        pub info_version: String,
        /// When it was published.
        pub published_at: Timestamp,
        /// Who published it, by name.
        pub published_by: String,
    }
}

row! {
    /// What was published, as it was sent.
    pub struct ReleaseText {
        /// Its id.
        pub id: ReleaseId,
        /// Its number within the version, from 1.
        pub number: i64,
        /// The contract.
        pub contract: String,
        /// The manifest.
        pub manifest: String,
    }
}

row! {
    /// The release in force of a version, without its texts.
    pub struct CardRow {
        /// Its version.
        pub version_id: VersionId,
        /// The API of that version.
        pub api_id: ApiId,
        /// The contract's own `info.version`.
        pub info_version: String,
        /// When it was published.
        pub published_at: Timestamp,
        /// What can be found of it, as JSON; empty for a release of an older Hansom.
        pub card: String,
    }
}

/// A release to be stored; it can never be changed afterwards.
#[derive(Clone, Debug)]
pub struct NewRelease<'a> {
    /// Its id.
    pub id: &'a ReleaseId,
    /// Its version.
    pub version_id: &'a VersionId,
    /// Its number within the version, from 1.
    pub number: i64,
    /// The contract's own `info.version`.
    pub info_version: &'a str,
    /// The contract as it was sent.
    pub contract: &'a str,
    /// The manifest as it was sent.
    pub manifest: &'a str,
    /// What is different from the release before, as JSON.
    pub difference: &'a str,
    /// What can be found of it, as JSON.
    pub card: &'a str,
    /// When.
    pub at: Timestamp,
    /// Who, by name.
    pub by: &'a str,
}

row! {
    /// A release with what it is a release of.
    pub struct NewsRow {
        /// Its id.
        pub id: ReleaseId,
        /// The API's name in paths.
        pub slug: ApiSlug,
        /// The API's name for people.
        pub title: String,
        /// The group that owns the API.
        pub owner: GroupAddress,
        /// The version's number.
        pub major: Major,
        /// Its number within the version, from 1.
        pub number: i64,
        /// The contract's own `info.version`.
        pub info_version: String,
        /// When it was published.
        pub published_at: Timestamp,
        /// What is different from the release before, as JSON; `{}` for the first.
        pub difference: String,
    }
}

impl Reads {
    /// The newest releases, of one API or of all whose audience is not `unseen`; at most `most`.
    pub async fn news(&self, api: Option<&ApiId>, unseen: Audience, most: u16) -> Result<Vec<NewsRow>, Error> {
        let sql = "SELECT r.id, a.slug, a.title, a.owner, v.major, r.number, r.info_version, r.published_at, r.difference \
                   FROM release r JOIN version v ON v.id = r.version_id JOIN api a ON a.id = v.api_id \
                   WHERE a.audience <> $1 AND ($2 = '' OR a.id = $2) ORDER BY r.published_at DESC, r.id LIMIT $3";
        let api = api.map_or("", ApiId::as_str);
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(unseen.as_str()).bind(api).bind(i64::from(most))
            .fetch_all(pool).await)?)
    }

    /// The releases of a version, newest first.
    pub async fn releases_of(&self, version: &VersionId) -> Result<Vec<ReleaseRow>, Error> {
        let sql = "SELECT id, version_id, number, info_version, published_at, published_by FROM release \
                   WHERE version_id = $1 ORDER BY number DESC";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(version.as_str()).fetch_all(pool).await)?)
    }

    /// The releases in force of every version, or of those of one API.
    pub async fn cards(&self, api: Option<&ApiId>) -> Result<Vec<CardRow>, Error> {
        let sql = "SELECT r.version_id, v.api_id, r.info_version, r.published_at, r.card FROM version v \
                   JOIN release r ON r.version_id = v.id AND r.number = v.current_release \
                   WHERE $1 = '' OR v.api_id = $1";
        let api = api.map_or("", ApiId::as_str);
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(api).fetch_all(pool).await)?)
    }

    /// What is different in one release from the one before, as JSON; `{}` for the first.
    pub async fn difference(&self, version: &VersionId, number: i64) -> Result<Option<String>, Error> {
        let sql = "SELECT difference FROM release WHERE version_id = $1 AND number = $2";
        Ok(on!(&self.pool, pool => sqlx::query_scalar(sql).bind(version.as_str()).bind(number)
            .fetch_optional(pool).await)?)
    }

    /// The texts of one release.
    pub async fn release(&self, version: &VersionId, number: i64) -> Result<Option<ReleaseText>, Error> {
        let sql = "SELECT id, number, contract, manifest FROM release WHERE version_id = $1 AND number = $2";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(version.as_str()).bind(number).fetch_optional(pool).await)?)
    }
}

impl Change {
    /// Stores a release; [`Error::Taken`] if the number is used.
    pub async fn insert_release(&mut self, release: &NewRelease<'_>) -> Result<(), Error> {
        let sql = "INSERT INTO release (id, version_id, number, info_version, contract, manifest, difference, card, \
                   published_at, published_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(release.id.as_str()).bind(release.version_id.as_str())
            .bind(release.number).bind(release.info_version).bind(release.contract).bind(release.manifest)
            .bind(release.difference).bind(release.card).bind(release.at.millis()).bind(release.by).execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }

    /// The texts of one release as this change sees it.
    pub async fn release(&mut self, version: &VersionId, number: i64) -> Result<Option<ReleaseText>, Error> {
        let sql = "SELECT id, number, contract, manifest FROM release WHERE version_id = $1 AND number = $2";
        Ok(on!(&mut self.transaction, tx => sqlx::query_as(sql).bind(version.as_str()).bind(number)
            .fetch_optional(&mut **tx).await)?)
    }
}
