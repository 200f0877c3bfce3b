//! Which mails wait to be sent?

use hansom_domain::{PersonId, Timestamp};

use crate::{Change, Error, Reads, Writes, column::row, database::on};

/// A notice that was not sent after so many tries is given up.
const MOST_ATTEMPTS: i64 = 8;
/// The longest subject.
const MOST_SUBJECT_CHARS: usize = 200;

/// Who is written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient<'a> {
    /// A person, at the address that they have when it is sent.
    Person(&'a PersonId),
    /// An address, as `name@example.org`.
    Address(&'a str),
}

/// A mail to be sent by and by, in plain text. It holds no secret but links that work once.
#[derive(Clone, Debug)]
pub struct NewNotice<'a> {
    /// Its id.
    pub id: &'a str,
    /// To whom.
    pub to: Recipient<'a>,
    /// What it is about; one line.
    pub subject: &'a str,
    /// The text.
    pub body: &'a str,
    /// When.
    pub at: Timestamp,
}

row! {
    /// A mail that is due.
    pub struct NoticeRow {
        /// Its id.
        pub id: String,
        /// To which address, as the person has it now; empty if they have none.
        pub address: String,
        /// What it is about.
        pub subject: String,
        /// The text.
        pub body: String,
        /// How often it was tried.
        pub attempts: i64,
    }
}

row! {
    /// A mail that was not sent, without its text.
    pub struct ListedNoticeRow {
        /// Its id.
        pub id: String,
        /// To which address, as the person has it now; empty if they have none.
        pub address: String,
        /// What it is about.
        pub subject: String,
        /// When it was written.
        pub created_at: Timestamp,
        /// When it is tried next.
        pub due_at: Timestamp,
        /// How often it was tried.
        pub attempts: i64,
        /// When it was given up.
        pub given_up_at: Option<Timestamp>,
        /// Why it was not sent the last time.
        pub unsent_because: Option<String>,
    }
}

row! {
    /// How many mails wait, and how many failed.
    pub struct NoticeCountsRow {
        /// Those that wait.
        pub waiting: i64,
        /// When the oldest of them was written.
        pub oldest_at: Option<Timestamp>,
        /// Those that were given up.
        pub given_up: i64,
    }
}

impl Reads {
    /// The mails that were not sent, newest first, at most `most`.
    pub async fn unsent_notices(&self, most: u16) -> Result<Vec<ListedNoticeRow>, Error> {
        let sql = "SELECT n.id, coalesce(n.address, p.email, '') AS address, n.subject, n.created_at, n.due_at, n.attempts, \
                   n.given_up_at, n.unsent_because FROM notice n LEFT JOIN person p ON p.id = n.person_id \
                   WHERE n.sent_at IS NULL ORDER BY n.created_at DESC, n.id LIMIT $1";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(i64::from(most)).fetch_all(pool).await)?)
    }

    /// How many mails wait, and how many will not be sent any more, of those that are remembered. What was written before
    /// `since` is past.
    pub async fn notice_counts(&self, since: Timestamp) -> Result<NoticeCountsRow, Error> {
        let sql = "SELECT count(CASE WHEN given_up_at IS NULL AND created_at >= $1 THEN 1 END) AS waiting, \
                   min(CASE WHEN given_up_at IS NULL AND created_at >= $1 THEN created_at END) AS oldest_at, \
                   count(CASE WHEN given_up_at IS NOT NULL OR created_at < $1 THEN 1 END) AS given_up \
                   FROM notice WHERE sent_at IS NULL";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(since.millis()).fetch_one(pool).await)?)
    }

    /// Mails that are due, the oldest first, at most `most`. What was written before `since` is past.
    pub async fn due_notices(&self, now: Timestamp, since: Timestamp, most: u8) -> Result<Vec<NoticeRow>, Error> {
        let sql = "SELECT n.id, coalesce(n.address, p.email, '') AS address, n.subject, n.body, n.attempts FROM notice n \
                   LEFT JOIN person p ON p.id = n.person_id WHERE n.sent_at IS NULL AND n.given_up_at IS NULL \
                   AND n.due_at <= $1 AND n.created_at >= $2 ORDER BY n.due_at, n.id LIMIT $3";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(now.millis()).bind(since.millis()).bind(i64::from(most))
            .fetch_all(pool).await)?)
    }
}

impl Change {
    /// Has a mail sent after this change is committed.
    pub async fn insert_notice(&mut self, notice: &NewNotice<'_>) -> Result<(), Error> {
        let sql = "INSERT INTO notice (id, person_id, address, subject, body, created_at, due_at, attempts) \
                   VALUES ($1, $2, $3, $4, $5, $6, $6, 0)";
        let (person, address) = match notice.to {
            Recipient::Person(id) => (Some(id.as_str()), None),
            Recipient::Address(address) => (None, Some(address)),
        };
        let line = notice.subject.split_whitespace().collect::<Vec<_>>().join(" ");
        let subject: String = line.chars().filter(|c| !c.is_control()).take(MOST_SUBJECT_CHARS).collect();
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(notice.id).bind(person).bind(address).bind(&subject)
            .bind(notice.body).bind(notice.at.millis()).execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }
}

impl Writes {
    /// Notes that a mail was sent, and forgets its text. Bookkeeping, not a change.
    pub async fn notice_was_sent(&self, id: &str, at: Timestamp) -> Result<(), Error> {
        let sql = "UPDATE notice SET sent_at = $2, body = '', attempts = attempts + 1 WHERE id = $1";
        on!(&self.pool, pool => sqlx::query(sql).bind(id).bind(at.millis()).execute(pool).await.map(|_| ()))?;
        Ok(())
    }

    /// Notes that a mail could not be sent: it is tried again at `again`, or given up if that is hopeless or was the last
    /// try. `false` if it is given up.
    pub async fn notice_was_not_sent(
        &self,
        id: &str,
        why: &str,
        again: Option<Timestamp>,
        at: Timestamp,
    ) -> Result<bool, Error> {
        let sql = "UPDATE notice SET attempts = attempts + 1, due_at = $2, unsent_because = $5, \
                   given_up_at = CASE WHEN attempts + 1 >= $3 THEN $4 ELSE NULL END, \
                   body = CASE WHEN attempts + 1 >= $3 THEN '' ELSE body END WHERE id = $1 RETURNING attempts";
        let most = if again.is_some() { MOST_ATTEMPTS } else { 0 };
        let due = again.unwrap_or(at);
        let attempts: Option<i64> = on!(&self.pool, pool => sqlx::query_scalar(sql).bind(id).bind(due.millis())
            .bind(most).bind(at.millis()).bind(why).fetch_optional(pool).await)?;
        Ok(attempts.is_some_and(|attempts| attempts < most))
    }
}
