//! Which APIs and versions are there?

use hansom_domain::{ApiId, ApiSlug, Audience, GroupAddress, Kind, Major, Status, Timestamp, VersionId};

use crate::{Change, Error, Reads, Subject, column::row, database::on};

row! {
    /// An API.
    pub struct ApiRow {
        /// Its id.
        pub id: ApiId,
        /// Its name in paths.
        pub slug: ApiSlug,
        /// Its name for people.
        pub title: String,
        /// What it is for, in a sentence; may be empty.
        pub summary: String,
        /// The group that owns it.
        pub owner: GroupAddress,
        /// Its kind.
        pub kind: Kind,
        /// Who may know of it.
        pub audience: Audience,
        /// When it was registered.
        pub created_at: Timestamp,
    }
}

row! {
    /// A major version of an API, with its API's name.
    pub struct VersionRow {
        /// Its id.
        pub id: VersionId,
        /// Its API.
        pub api_id: ApiId,
        /// Its API's name in paths.
        pub slug: ApiSlug,
        /// Its API's name for people.
        pub title: String,
        /// The group that owns its API.
        pub owner: GroupAddress,
        /// Its API's audience.
        pub audience: Audience,
        /// The number in the path.
        pub major: Major,
        /// Where it stands in its life.
        pub status: Status,
        /// Since when.
        pub status_since: Timestamp,
        /// When it stops answering, if that is settled.
        pub sunset_at: Option<Timestamp>,
        /// What to use in its place, as its manifest says: `v2`, `rents/v2`, an address, or `none`.
        pub successor: Option<String>,
        /// Whether its answers hold personal data.
        pub personal_data: bool,
        /// The number of the release in force.
        pub current_release: i64,
    }
}

/// What an API is registered or renewed with.
#[derive(Clone, Debug)]
pub struct NewApi<'a> {
    /// Its id.
    pub id: &'a ApiId,
    /// Its name in paths.
    pub slug: &'a ApiSlug,
    /// Its name for people.
    pub title: &'a str,
    /// What it is for, in a sentence.
    pub summary: &'a str,
    /// The group that owns it.
    pub owner: &'a GroupAddress,
    /// Its kind.
    pub kind: Kind,
    /// Who may know of it.
    pub audience: Audience,
    /// When.
    pub at: Timestamp,
}

/// What a version is made or renewed with.
#[derive(Clone, Debug)]
pub struct NewVersion<'a> {
    /// Its id.
    pub id: &'a VersionId,
    /// Its API.
    pub api_id: &'a ApiId,
    /// The number in the path.
    pub major: Major,
    /// Where it stands in its life.
    pub status: Status,
    /// Since when.
    pub status_since: Timestamp,
    /// When it stops answering.
    pub sunset_at: Option<Timestamp>,
    /// What to use in its place.
    pub successor: Option<&'a str>,
    /// Whether its answers hold personal data.
    pub personal_data: bool,
    /// The number of the release in force.
    pub current_release: i64,
}

impl Reads {
    /// Every API, by title.
    pub async fn apis(&self) -> Result<Vec<ApiRow>, Error> {
        let sql = "SELECT * FROM api ORDER BY lower(title), slug";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).fetch_all(pool).await)?)
    }

    /// The API of that name.
    pub async fn api(&self, slug: &ApiSlug) -> Result<Option<ApiRow>, Error> {
        let sql = "SELECT * FROM api WHERE slug = $1";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(slug.as_str()).fetch_optional(pool).await)?)
    }

    /// The API with that id.
    pub async fn api_by_id(&self, id: &ApiId) -> Result<Option<ApiRow>, Error> {
        let sql = "SELECT * FROM api WHERE id = $1";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(id.as_str()).fetch_optional(pool).await)?)
    }

    /// Every version of every API, by name and number.
    pub async fn versions(&self) -> Result<Vec<VersionRow>, Error> {
        let sql = "SELECT v.*, a.slug, a.title, a.owner, a.audience FROM version v JOIN api a ON a.id = v.api_id \
                   ORDER BY a.slug, v.major";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).fetch_all(pool).await)?)
    }

    /// The versions of one API, newest first.
    pub async fn versions_of(&self, slug: &ApiSlug) -> Result<Vec<VersionRow>, Error> {
        let sql = "SELECT v.*, a.slug, a.title, a.owner, a.audience FROM version v JOIN api a ON a.id = v.api_id \
                   WHERE a.slug = $1 ORDER BY v.major DESC";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(slug.as_str()).fetch_all(pool).await)?)
    }

    /// The versions of the API with that id, oldest first.
    pub async fn versions_of_api(&self, id: &ApiId) -> Result<Vec<VersionRow>, Error> {
        let sql = "SELECT v.*, a.slug, a.title, a.owner, a.audience FROM version v JOIN api a ON a.id = v.api_id \
                   WHERE a.id = $1 ORDER BY v.major";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(id.as_str()).fetch_all(pool).await)?)
    }

    /// One version by name and number.
    pub async fn version(&self, slug: &ApiSlug, major: Major) -> Result<Option<VersionRow>, Error> {
        let sql = "SELECT v.*, a.slug, a.title, a.owner, a.audience FROM version v JOIN api a ON a.id = v.api_id \
                   WHERE a.slug = $1 AND v.major = $2";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(slug.as_str()).bind(i64::from(major.number()))
            .fetch_optional(pool).await)?)
    }
}

impl Change {
    /// The API of that name as this change sees it.
    pub async fn api(&mut self, slug: &ApiSlug) -> Result<Option<ApiRow>, Error> {
        let sql = "SELECT * FROM api WHERE slug = $1";
        Ok(on!(&mut self.transaction, tx => sqlx::query_as(sql).bind(slug.as_str()).fetch_optional(&mut **tx).await)?)
    }

    /// The version of that name and number as this change sees it.
    pub async fn version(&mut self, slug: &ApiSlug, major: Major) -> Result<Option<VersionRow>, Error> {
        let sql = "SELECT v.*, a.slug, a.title, a.owner, a.audience FROM version v JOIN api a ON a.id = v.api_id \
                   WHERE a.slug = $1 AND v.major = $2";
        Ok(on!(&mut self.transaction, tx => sqlx::query_as(sql).bind(slug.as_str()).bind(i64::from(major.number()))
            .fetch_optional(&mut **tx).await)?)
    }

    /// Registers an API, or renews title, summary, owner, kind and audience of the one with that id.
    pub async fn put_api(&mut self, api: &NewApi<'_>) -> Result<(), Error> {
        let sql = "INSERT INTO api (id, slug, title, summary, owner, kind, audience, created_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET title = excluded.title, \
                   summary = excluded.summary, owner = excluded.owner, kind = excluded.kind, audience = excluded.audience";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(api.id.as_str()).bind(api.slug.as_str()).bind(api.title)
            .bind(api.summary).bind(api.owner.as_str()).bind(api.kind.as_str()).bind(api.audience.as_str())
            .bind(api.at.millis()).execute(&mut **tx).await.map(|_| ()))?;
        self.touch(Subject::Api(api.id.clone()));
        Ok(())
    }

    /// Makes a version, or renews status, end, personal data and current release of the one with that id.
    pub async fn put_version(&mut self, version: &NewVersion<'_>) -> Result<(), Error> {
        let sql = "INSERT INTO version (id, api_id, major, status, status_since, sunset_at, successor, personal_data, \
                   current_release) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (id) DO UPDATE SET \
                   status = excluded.status, status_since = excluded.status_since, sunset_at = excluded.sunset_at, \
                   successor = excluded.successor, personal_data = excluded.personal_data, \
                   current_release = excluded.current_release";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(version.id.as_str()).bind(version.api_id.as_str())
            .bind(i64::from(version.major.number())).bind(version.status.as_str()).bind(version.status_since.millis())
            .bind(version.sunset_at.map(Timestamp::millis)).bind(version.successor)
            .bind(i64::from(version.personal_data)).bind(version.current_release)
            .execute(&mut **tx).await.map(|_| ()))?;
        self.touch(Subject::Api(version.api_id.clone()));
        Ok(())
    }
}
