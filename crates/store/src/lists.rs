//! Which people and groups are there, a page at a time?

use hansom_domain::{GroupAddress, PersonId, Timestamp};

use crate::{ApiRow, ApplicationRow, Error, PersonRow, Reads, column::row, database::on, groups::MemberRow, pattern};

/// The most members, APIs or applications that are told of one group or person.
const MOST_TOLD: i64 = 500;

/// Which part of a list.
#[derive(Clone, Copy, Debug)]
pub struct Part<'p> {
    /// What comes after the one with this id or address; from the beginning if empty.
    pub after: &'p str,
    /// So many are left out before it.
    pub skip: usize,
    /// At most so many.
    pub most: usize,
}

/// Which people.
#[derive(Clone, Copy, Debug, Default)]
pub struct PeopleFilter<'f> {
    /// A part of the name or of the address, or the id; empty lets all through.
    pub text: &'f str,
    /// Only those who may do nothing.
    pub suspended: bool,
}

/// Which groups.
#[derive(Clone, Copy, Debug, Default)]
pub struct GroupFilter<'f> {
    /// A part of the address or of the name; empty lets all through.
    pub text: &'f str,
    /// Only those that own something and are known to be empty (`emptied`), or whose only known member could approve nothing of
    /// their own (`alone`).
    pub flag: &'f str,
}

row! {
    /// A group, what belongs to it and who is known to be in it.
    pub struct GroupStandingRow {
        /// Its address.
        pub address: GroupAddress,
        /// Its name, for a group kept in Hansom; empty for a group of the directory.
        pub title: String,
        /// Whether it is kept in Hansom and not told by the directory.
        pub kept: bool,
        /// How many people who have signed in and are not suspended are in it.
        pub members: i64,
        /// How many become members when they first sign in.
        pub awaited: i64,
        /// How many APIs belong to it.
        pub apis: i64,
        /// How many applications belong to it that are not revoked.
        pub applications: i64,
        /// When somebody was last known to be in it, where an application belongs to it.
        pub seen_at: Option<Timestamp>,
    }
}

impl GroupStandingRow {
    /// What is wrong with it: `emptied`, if nobody is in it any more although something belongs to it; `alone`, if its only
    /// known member could approve nothing of their own.
    pub fn flag(&self) -> Option<&'static str> {
        let (people, things) = (self.members + self.awaited, self.apis + self.applications);
        match people {
            0 if things > 0 && (self.kept || self.seen_at.is_some()) => Some("emptied"),
            1 if self.apis > 0 => Some("alone"),
            _ => None,
        }
    }
}

/// People, and how they are narrowed: `$1` to `$4`.
macro_rules! people {
    ($what:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $what,
            " FROM person WHERE ($1 = '%%' OR lower(name) LIKE $1 ESCAPE '\\' OR lower(email) LIKE $1 ESCAPE '\\' ",
            "OR name LIKE $2 ESCAPE '\\' OR id = $3) AND ($4 = 0 OR suspended_at IS NOT NULL) ",
            $rest
        )
    };
}

/// Groups with their standing, and how they are narrowed: `$1` and `$2`.
macro_rules! groups {
    ($what:literal, $rest:literal) => {
        concat!(
            "SELECT ",
            $what,
            " FROM (SELECT g.address, coalesce(k.title, '') AS title, ",
            "CASE WHEN k.address IS NULL THEN CAST(0 AS BIGINT) ELSE CAST(1 AS BIGINT) END AS kept, ",
            "(SELECT count(DISTINCT m.person_id) FROM membership m JOIN person p ON p.id = m.person_id ",
            "WHERE m.group_address = g.address AND p.suspended_at IS NULL) AS members, ",
            "(SELECT count(*) FROM awaited_member w WHERE w.group_address = g.address) AS awaited, ",
            "(SELECT count(*) FROM api a WHERE a.owner = g.address) AS apis, ",
            "(SELECT count(*) FROM application q WHERE q.owner = g.address AND q.revoked_at IS NULL) AS applications, ",
            "o.seen_at FROM (SELECT address FROM kept_group UNION SELECT owner FROM api UNION SELECT owner FROM application ",
            "UNION SELECT group_address FROM membership) g LEFT JOIN kept_group k ON k.address = g.address ",
            "LEFT JOIN owning_group o ON o.address = g.address ",
            "WHERE ($1 = '%%' OR lower(g.address) LIKE $1 ESCAPE '\\' OR lower(coalesce(k.title, '')) LIKE $1 ESCAPE '\\')) s ",
            "WHERE ($2 = '' OR ($2 = 'alone' AND members + awaited = 1 AND apis > 0) ",
            "OR ($2 = 'emptied' AND members + awaited = 0 AND apis + applications > 0 AND (kept = 1 OR seen_at IS NOT NULL))) ",
            $rest
        )
    };
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl Reads {
    /// A part of those who have signed in, by name.
    pub async fn people_found(&self, filter: PeopleFilter<'_>, part: Part<'_>) -> Result<Vec<PersonRow>, Error> {
        let sql = people!(
            "*",
            "AND ($5 = '' OR (lower(name), id) > (SELECT lower(b.name), b.id FROM person b WHERE b.id = $5)) \
             ORDER BY lower(name), id LIMIT $6 OFFSET $7"
        );
        let typed = format!("%{}%", pattern::escaped(filter.text));
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(pattern::anywhere(filter.text)).bind(typed)
            .bind(filter.text).bind(i64::from(filter.suspended)).bind(part.after).bind(number(part.most))
            .bind(number(part.skip)).fetch_all(pool).await)?)
    }

    /// How many those are.
    pub async fn people_count(&self, filter: PeopleFilter<'_>) -> Result<usize, Error> {
        let sql = people!("count(*)", "");
        let typed = format!("%{}%", pattern::escaped(filter.text));
        let count: i64 = on!(&self.pool, pool => sqlx::query_scalar(sql).bind(pattern::anywhere(filter.text))
            .bind(typed).bind(filter.text).bind(i64::from(filter.suspended)).fetch_one(pool).await)?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// A part of the groups that own something, have a known member or are kept in Hansom, by address.
    pub async fn groups_found(&self, filter: GroupFilter<'_>, part: Part<'_>) -> Result<Vec<GroupStandingRow>, Error> {
        let sql = groups!("*", "AND ($3 = '' OR address > $3) ORDER BY address LIMIT $4 OFFSET $5");
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(pattern::anywhere(filter.text)).bind(filter.flag)
            .bind(part.after).bind(number(part.most)).bind(number(part.skip)).fetch_all(pool).await)?)
    }

    /// How many those are.
    pub async fn groups_count(&self, filter: GroupFilter<'_>) -> Result<usize, Error> {
        let sql = groups!("count(*)", "");
        let count: i64 = on!(&self.pool, pool => sqlx::query_scalar(sql).bind(pattern::anywhere(filter.text))
            .bind(filter.flag).fetch_one(pool).await)?;
        Ok(usize::try_from(count).unwrap_or_default())
    }

    /// One group, if it owns something, has a known member or is kept in Hansom.
    pub async fn group_standing(&self, address: &GroupAddress) -> Result<Option<GroupStandingRow>, Error> {
        let sql = groups!("*", "AND address = $3");
        let none = GroupFilter::default();
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(pattern::anywhere(none.text)).bind(none.flag)
            .bind(address.as_str()).fetch_optional(pool).await)?)
    }

    /// Who is known to be in a group, by name.
    pub async fn known_members_of(&self, address: &GroupAddress) -> Result<Vec<MemberRow>, Error> {
        let sql = "SELECT p.id AS person_id, p.name, p.email FROM person p WHERE EXISTS (SELECT 1 FROM membership m \
                   WHERE m.person_id = p.id AND m.group_address = $1) ORDER BY lower(p.name), p.id LIMIT $2";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(address.as_str()).bind(MOST_TOLD).fetch_all(pool).await)?)
    }

    /// The APIs that belong to a group, by title.
    pub async fn apis_owned_by(&self, address: &GroupAddress) -> Result<Vec<ApiRow>, Error> {
        let sql = "SELECT * FROM api WHERE owner = $1 ORDER BY lower(title), slug LIMIT $2";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(address.as_str()).bind(MOST_TOLD).fetch_all(pool).await)?)
    }

    /// The applications that belong to a group and are not revoked, by name.
    pub async fn applications_owned_by(&self, address: &GroupAddress) -> Result<Vec<ApplicationRow>, Error> {
        let sql = "SELECT * FROM application WHERE owner = $1 AND revoked_at IS NULL ORDER BY lower(name), id LIMIT $2";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(address.as_str()).bind(MOST_TOLD).fetch_all(pool).await)?)
    }

    /// The applications of the groups that a person is in, by name; those that are revoked left out.
    pub async fn applications_of_person(&self, person: &PersonId) -> Result<Vec<ApplicationRow>, Error> {
        let sql = "SELECT a.* FROM application a WHERE a.revoked_at IS NULL AND a.owner IN (SELECT m.group_address \
                   FROM membership m WHERE m.person_id = $1) ORDER BY lower(a.name), a.id LIMIT $2";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(person.as_str()).bind(MOST_TOLD).fetch_all(pool).await)?)
    }
}
