//! Who has signed in, and in which groups are they?

use hansom_domain::{GroupAddress, PersonId, PersonKey, Timestamp};

use crate::{Change, Error, Reads, Subject, column::row, database::on};

row! {
    /// A person who has signed in.
    pub struct PersonRow {
        /// Our id: the `sub` of their tokens.
        pub id: PersonId,
        /// The provider's `iss`.
        pub issuer: String,
        /// The provider's `sub`.
        pub subject: String,
        /// The address that the provider last told; for people to read, never a key.
        pub email: String,
        /// The name that the provider last told.
        pub name: String,
        /// When they first signed in.
        pub created_at: Timestamp,
        /// When they last signed in.
        pub signed_in_at: Timestamp,
        /// Since when they may do nothing.
        pub suspended_at: Option<Timestamp>,
        /// Why.
        pub suspended_because: Option<String>,
        /// When a directory that can be asked at any time last told their groups; none if there is no such directory.
        pub groups_told_at: Option<Timestamp>,
        /// Until when the groups that others tell are known; none where no end is in sight.
        pub groups_known_until: Option<Timestamp>,
    }
}

row! {
    /// One person in one group.
    pub struct MembershipRow {
        /// Who.
        pub person_id: PersonId,
        /// In which group.
        pub group_address: GroupAddress,
    }
}

/// Who says that a person is in a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MembershipSource {
    /// The directory, asked at sign-in and at each refresh.
    Directory,
    /// The provider, in the ID token of the last sign-in.
    Claim,
    /// Hansom's own list.
    Kept,
}

impl MembershipSource {
    /// As columns and the control API have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Directory => "directory",
            Self::Claim => "claim",
            Self::Kept => "kept",
        }
    }
}

row! {
    /// One group that somebody says a person is in.
    pub struct ToldGroupRow {
        /// The group.
        pub group_address: GroupAddress,
        /// Who says so: `directory`, `claim` or `kept`.
        pub source: String,
    }
}

impl Reads {
    /// The groups that a person is in, with who says so.
    pub async fn told_groups_of(&self, person: &PersonId) -> Result<Vec<ToldGroupRow>, Error> {
        let sql = "SELECT group_address, source FROM membership WHERE person_id = $1 ORDER BY group_address, source";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(person.as_str()).fetch_all(pool).await)?)
    }

    /// The groups kept in Hansom of everybody whose other groups are known only until some moment.
    pub async fn kept_memberships_of_uncertain(&self) -> Result<Vec<(PersonId, GroupAddress)>, Error> {
        let sql = "SELECT m.person_id, m.group_address FROM membership m JOIN person p ON p.id = m.person_id \
                   WHERE m.source = 'kept' AND p.groups_known_until IS NOT NULL ORDER BY m.person_id, m.group_address";
        let rows: Vec<MembershipRow> = on!(&self.pool, pool => sqlx::query_as(sql).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(|row| (row.person_id, row.group_address)).collect())
    }

    /// People of an issuer whose directory was last asked before `told_before`, the longest ago first; nobody who has not
    /// signed in since `signed_in_since`.
    pub async fn people_to_refresh(
        &self,
        told_before: Timestamp,
        signed_in_since: Timestamp,
        most: u16,
    ) -> Result<Vec<PersonRow>, Error> {
        let sql = "SELECT * FROM person WHERE suspended_at IS NULL AND groups_told_at IS NOT NULL \
                   AND groups_told_at <= $1 AND signed_in_at >= $2 ORDER BY groups_told_at, id LIMIT $3";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(told_before.millis()).bind(signed_in_since.millis())
            .bind(i64::from(most)).fetch_all(pool).await)?)
    }

    /// One person.
    pub async fn person(&self, id: &PersonId) -> Result<Option<PersonRow>, Error> {
        let sql = "SELECT * FROM person WHERE id = $1";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(id.as_str()).fetch_optional(pool).await)?)
    }

    /// The person of that issuer and subject.
    pub async fn person_of_subject(&self, issuer: &str, subject: &str) -> Result<Option<PersonRow>, Error> {
        let sql = "SELECT * FROM person WHERE issuer = $1 AND subject = $2";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(issuer).bind(subject).fetch_optional(pool).await)?)
    }

    /// Everyone who has signed in, by name.
    pub async fn people(&self) -> Result<Vec<PersonRow>, Error> {
        let sql = "SELECT * FROM person ORDER BY lower(name), id";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).fetch_all(pool).await)?)
    }

    /// The groups that a person is in.
    pub async fn groups_of(&self, person: &PersonId) -> Result<Vec<GroupAddress>, Error> {
        let sql =
            "SELECT DISTINCT person_id, group_address FROM membership WHERE person_id = $1 ORDER BY group_address";
        let rows: Vec<MembershipRow> =
            on!(&self.pool, pool => sqlx::query_as(sql).bind(person.as_str()).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(|row| row.group_address).collect())
    }

    /// Every membership, by person.
    pub async fn memberships(&self) -> Result<Vec<(PersonId, GroupAddress)>, Error> {
        let sql = "SELECT DISTINCT person_id, group_address FROM membership ORDER BY person_id, group_address";
        let rows: Vec<MembershipRow> = on!(&self.pool, pool => sqlx::query_as(sql).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(|row| (row.person_id, row.group_address)).collect())
    }
}

impl Change {
    /// The person of that key as this change sees it.
    pub async fn person(&mut self, key: &PersonKey) -> Result<Option<PersonRow>, Error> {
        let sql = "SELECT * FROM person WHERE issuer = $1 AND subject = $2";
        Ok(on!(&mut self.transaction, tx => sqlx::query_as(sql).bind(&key.issuer).bind(&key.subject)
            .fetch_optional(&mut **tx).await)?)
    }

    /// The person of that id as this change sees it.
    pub async fn person_by_id(&mut self, id: &PersonId) -> Result<Option<PersonRow>, Error> {
        let sql = "SELECT * FROM person WHERE id = $1";
        Ok(on!(&mut self.transaction, tx => sqlx::query_as(sql).bind(id.as_str()).fetch_optional(&mut **tx).await)?)
    }

    /// Stores a person, or renews the address, name and time of the one with that id.
    pub async fn put_person(&mut self, person: &PersonRow) -> Result<(), Error> {
        let sql = "INSERT INTO person (id, issuer, subject, email, name, created_at, signed_in_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET email = excluded.email, \
                   name = excluded.name, signed_in_at = excluded.signed_in_at";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(person.id.as_str()).bind(&person.issuer)
            .bind(&person.subject).bind(&person.email).bind(&person.name).bind(person.created_at.millis())
            .bind(person.signed_in_at.millis()).execute(&mut **tx).await.map(|_| ()))?;
        self.touch(Subject::Person(person.id.clone()));
        Ok(())
    }

    /// Suspends a person, or takes that back.
    pub async fn put_suspension(&mut self, id: &PersonId, since: Option<Timestamp>, why: &str) -> Result<(), Error> {
        let sql = "UPDATE person SET suspended_at = $2, suspended_because = $3 WHERE id = $1";
        let why = since.map(|_| why);
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(id.as_str()).bind(since.map(Timestamp::millis)).bind(why)
            .execute(&mut **tx).await.map(|_| ()))?;
        self.touch(Subject::Person(id.clone()));
        Ok(())
    }

    /// Notes when a directory told a person's groups, and until when they are known.
    pub async fn put_knowledge(
        &mut self,
        id: &PersonId,
        told_at: Option<Timestamp>,
        known_until: Option<Timestamp>,
    ) -> Result<(), Error> {
        let sql = "UPDATE person SET groups_told_at = $2, groups_known_until = $3 WHERE id = $1";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(id.as_str()).bind(told_at.map(Timestamp::millis))
            .bind(known_until.map(Timestamp::millis)).execute(&mut **tx).await.map(|_| ()))?;
        self.touch(Subject::Person(id.clone()));
        Ok(())
    }

    /// The groups that `source` tells of a person, in order.
    pub async fn memberships(
        &mut self,
        person: &PersonId,
        source: MembershipSource,
    ) -> Result<Vec<GroupAddress>, Error> {
        let sql = "SELECT person_id, group_address FROM membership WHERE person_id = $1 AND source = $2 ORDER BY group_address";
        let rows: Vec<MembershipRow> = on!(&mut self.transaction, tx => sqlx::query_as(sql).bind(person.as_str())
            .bind(source.as_str()).fetch_all(&mut **tx).await)?;
        Ok(rows.into_iter().map(|row| row.group_address).collect())
    }

    /// Replaces all memberships that `source` tells of a person.
    pub async fn put_memberships(
        &mut self,
        person: &PersonId,
        groups: &[GroupAddress],
        source: MembershipSource,
    ) -> Result<(), Error> {
        let delete = "DELETE FROM membership WHERE person_id = $1 AND source = $2";
        on!(&mut self.transaction, tx => sqlx::query(delete).bind(person.as_str()).bind(source.as_str())
            .execute(&mut **tx).await.map(|_| ()))?;
        self.touch(Subject::Person(person.clone()));
        for group in groups {
            self.insert_membership(person, group, source).await?;
        }
        Ok(())
    }

    /// Puts a person in a group.
    pub async fn insert_membership(
        &mut self,
        person: &PersonId,
        group: &GroupAddress,
        source: MembershipSource,
    ) -> Result<(), Error> {
        let sql = "INSERT INTO membership (person_id, group_address, source) VALUES ($1, $2, $3) \
                   ON CONFLICT (person_id, group_address, source) DO NOTHING";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(person.as_str()).bind(group.as_str())
            .bind(source.as_str()).execute(&mut **tx).await.map(|_| ()))?;
        self.touch(Subject::Person(person.clone()));
        Ok(())
    }

    /// Whether anyone but Hansom itself tells of a member of the group.
    pub async fn is_directory_group(&mut self, group: &GroupAddress) -> Result<bool, Error> {
        let sql = "SELECT count(*) FROM membership WHERE group_address = $1 AND source <> 'kept'";
        let count: i64 = on!(&mut self.transaction, tx => sqlx::query_scalar(sql).bind(group.as_str())
            .fetch_one(&mut **tx).await)?;
        Ok(count > 0)
    }

    /// Makes a group that Hansom keeps; [`Error::Taken`] if there is one of that address.
    pub async fn insert_kept_group(&mut self, address: &GroupAddress, title: &str, at: Timestamp) -> Result<(), Error> {
        let sql = "INSERT INTO kept_group (address, title, created_at) VALUES ($1, $2, $3)";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(address.as_str()).bind(title).bind(at.millis())
            .execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }
}

impl crate::Writes {
    /// Notes that a directory told the same groups as before. Bookkeeping: nothing has changed.
    pub async fn note_groups_told(&self, id: &PersonId, at: Timestamp) -> Result<(), Error> {
        let sql = "UPDATE person SET groups_told_at = $2 WHERE id = $1";
        on!(&self.pool, pool => sqlx::query(sql).bind(id.as_str()).bind(at.millis()).execute(pool).await.map(|_| ()))?;
        Ok(())
    }
}
