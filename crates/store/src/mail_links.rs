//! Who signs in by a link in a mail?

use hansom_domain::{GroupAddress, PersonId, Timestamp};

use crate::{Change, Error, Reads, column::row, database::on};

row! {
    /// A link that was sent.
    pub struct MailLinkRow {
        /// The hash of what stands in the link.
        pub link_hash: String,
        /// The hash of the cookie that binds it to one browser.
        pub browser_hash: String,
        /// To which address, in lower case.
        pub email: String,
        /// The path to go to afterwards.
        pub return_to: String,
        /// When.
        pub created_at: Timestamp,
    }
}

row! {
    /// A developer from outside.
    pub struct OutsiderRow {
        /// Who.
        pub person_id: PersonId,
        /// The address that links go to, in lower case.
        pub email: String,
        /// For whom they work.
        pub organisation: String,
        /// The group that owns what they register.
        pub group_address: GroupAddress,
        /// Which terms they agreed to.
        pub terms: String,
        /// When.
        pub terms_accepted_at: Timestamp,
    }
}

/// A developer from outside, to be stored.
pub type NewOutsider = OutsiderRow;

row! {
    /// How many links were sent.
    pub struct LinksSent {
        /// To one address.
        pub to_address: i64,
        /// To anybody.
        pub in_all: i64,
    }
}

impl Reads {
    /// How many links were sent since then, to an address and in all.
    pub async fn mail_links_since(&self, email: &str, since: Timestamp) -> Result<LinksSent, Error> {
        let sql = "SELECT (SELECT count(*) FROM mail_link WHERE email = $1 AND created_at > $2) AS to_address, \
                   (SELECT count(*) FROM mail_link WHERE created_at > $2) AS in_all";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(email).bind(since.millis()).fetch_one(pool).await)?)
    }

    /// A link that was not used yet.
    pub async fn mail_link(&self, link_hash: &str) -> Result<Option<MailLinkRow>, Error> {
        let sql = "SELECT * FROM mail_link WHERE link_hash = $1 AND used_at IS NULL";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(link_hash).fetch_optional(pool).await)?)
    }

    /// The developer from outside with that address.
    pub async fn outsider(&self, email: &str) -> Result<Option<OutsiderRow>, Error> {
        let sql = "SELECT * FROM outside_developer WHERE email = $1";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(email).fetch_optional(pool).await)?)
    }
}

impl Change {
    /// Stores a link. That a mail was sent is known for two hours.
    pub async fn insert_mail_link(&mut self, link: &MailLinkRow) -> Result<(), Error> {
        let sql =
            "INSERT INTO mail_link (link_hash, browser_hash, email, return_to, created_at) VALUES ($1, $2, $3, $4, $5)";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(&link.link_hash).bind(&link.browser_hash)
            .bind(&link.email).bind(&link.return_to).bind(link.created_at.millis()).execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }

    /// Uses a link up in this change; `false` if it was used before.
    pub async fn use_mail_link(&mut self, link_hash: &str, at: Timestamp) -> Result<bool, Error> {
        let sql = "UPDATE mail_link SET used_at = $2 WHERE link_hash = $1 AND used_at IS NULL";
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(link_hash).bind(at.millis())
            .execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// Stores a developer from outside, or which terms the one of that id agreed to since.
    pub async fn put_outsider(&mut self, outsider: &NewOutsider) -> Result<(), Error> {
        let sql = "INSERT INTO outside_developer (person_id, email, organisation, group_address, terms, terms_accepted_at) \
                   VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (person_id) DO UPDATE SET terms = excluded.terms, \
                   terms_accepted_at = excluded.terms_accepted_at";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(outsider.person_id.as_str()).bind(&outsider.email)
            .bind(&outsider.organisation).bind(outsider.group_address.as_str()).bind(&outsider.terms)
            .bind(outsider.terms_accepted_at.millis()).execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }
}
