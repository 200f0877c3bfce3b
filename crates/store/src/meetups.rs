//! Which meetups are there?

use hansom_domain::{MeetupId, Timestamp};

use crate::{Change, Error, Reads, column::row, database::on};

row! {
    /// A meetup.
    pub struct MeetupRow {
        /// Its id.
        pub id: MeetupId,
        /// What it is called.
        pub title: String,
        /// Where it is.
        pub place: String,
        /// Where one joins it from afar; may be empty.
        pub link: String,
        /// What it is about, in Markdown.
        pub about: String,
        /// What was said there, in Markdown; may be empty.
        pub notes: String,
        /// Whether strangers may know of it.
        pub is_public: bool,
        /// When it begins.
        pub begins_at: Timestamp,
        /// When it ends.
        pub ends_at: Timestamp,
        /// When it was called off, if it was.
        pub cancelled_at: Option<Timestamp>,
        /// How often it was changed.
        pub revision: i64,
        /// When last.
        pub changed_at: Timestamp,
    }
}

/// What is told of a meetup.
#[derive(Clone, Copy, Debug)]
pub struct MeetupText<'a> {
    /// What it is called.
    pub title: &'a str,
    /// Where it is.
    pub place: &'a str,
    /// Where one joins it from afar; may be empty.
    pub link: &'a str,
    /// What it is about, in Markdown.
    pub about: &'a str,
    /// What was said there, in Markdown; may be empty.
    pub notes: &'a str,
    /// Whether strangers may know of it.
    pub is_public: bool,
    /// When it begins.
    pub begins_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
}

impl Reads {
    /// One meetup.
    pub async fn meetup(&self, id: &MeetupId) -> Result<Option<MeetupRow>, Error> {
        let sql = "SELECT * FROM meetup WHERE id = $1";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(id.as_str()).fetch_optional(pool).await)?)
    }

    /// The meetups that end after `since`, the latest first, at most 500.
    pub async fn meetups(&self, since: Timestamp) -> Result<Vec<MeetupRow>, Error> {
        let sql = "SELECT * FROM meetup WHERE ends_at >= $1 ORDER BY begins_at DESC, id LIMIT 500";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(since.millis()).fetch_all(pool).await)?)
    }
}

impl Change {
    /// Stores a meetup.
    pub async fn insert_meetup(&mut self, id: &MeetupId, text: &MeetupText<'_>, at: Timestamp) -> Result<(), Error> {
        let sql = "INSERT INTO meetup (id, title, place, link, about, notes, is_public, begins_at, ends_at, changed_at, \
                   revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0)";
        self.write_meetup(sql, id, text, at).await.map(|_| ())
    }

    /// Changes a meetup that was not called off; `false` if it was.
    pub async fn change_meetup(&mut self, id: &MeetupId, text: &MeetupText<'_>, at: Timestamp) -> Result<bool, Error> {
        let sql = "UPDATE meetup SET title = $2, place = $3, link = $4, about = $5, notes = $6, is_public = $7, \
                   begins_at = $8, ends_at = $9, changed_at = $10, revision = revision + 1 \
                   WHERE id = $1 AND cancelled_at IS NULL";
        self.write_meetup(sql, id, text, at).await
    }

    async fn write_meetup(
        &mut self,
        sql: &'static str,
        id: &MeetupId,
        text: &MeetupText<'_>,
        at: Timestamp,
    ) -> Result<bool, Error> {
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(id.as_str()).bind(text.title).bind(text.place)
            .bind(text.link).bind(text.about).bind(text.notes).bind(i64::from(text.is_public))
            .bind(text.begins_at.millis()).bind(text.ends_at.millis()).bind(at.millis())
            .execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// Calls a meetup off; `false` if it was called off before.
    pub async fn cancel_meetup(&mut self, id: &MeetupId, at: Timestamp) -> Result<bool, Error> {
        let sql = "UPDATE meetup SET cancelled_at = $2, changed_at = $2, revision = revision + 1 \
                   WHERE id = $1 AND cancelled_at IS NULL";
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(id.as_str()).bind(at.millis())
            .execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }
}
