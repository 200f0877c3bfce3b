//! Which guides came with a release?

use hansom_domain::ReleaseId;

use crate::{Change, Error, Reads, column::row, database::on};

row! {
    /// A guide of a release.
    pub struct GuideRow {
        /// Its place among them, from 0.
        pub place: i64,
        /// Its file's name.
        pub file: String,
        /// What it is called.
        pub title: String,
        /// Its text, in Markdown.
        pub text: String,
    }
}

impl Reads {
    /// The guides of a release, in the order of its manifest.
    pub async fn guides_of(&self, release: &ReleaseId) -> Result<Vec<GuideRow>, Error> {
        let sql = "SELECT place, file, title, text FROM guide WHERE release_id = $1 ORDER BY place";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(release.as_str()).fetch_all(pool).await)?)
    }

    /// Their names and what they are called, without their texts.
    pub async fn guide_titles_of(&self, release: &ReleaseId) -> Result<Vec<GuideRow>, Error> {
        let sql = "SELECT place, file, title, '' AS text FROM guide WHERE release_id = $1 ORDER BY place";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(release.as_str()).fetch_all(pool).await)?)
    }
}

impl Change {
    /// Stores a guide of a release.
    pub async fn insert_guide(&mut self, release: &ReleaseId, guide: &GuideRow) -> Result<(), Error> {
        let sql = "INSERT INTO guide (release_id, place, file, title, text) VALUES ($1, $2, $3, $4, $5)";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(release.as_str()).bind(guide.place).bind(&guide.file)
            .bind(&guide.title).bind(&guide.text).execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }
}
