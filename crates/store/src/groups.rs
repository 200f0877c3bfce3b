//! Which groups does Hansom keep itself?

use hansom_domain::{GroupAddress, PersonId, Timestamp};

use crate::{Change, Error, MembershipSource, Reads, Subject, column::row, database::on};

row! {
    /// A group that Hansom keeps.
    pub struct KeptGroupRow {
        /// Its address.
        pub address: GroupAddress,
        /// Its name.
        pub title: String,
        /// When it was made.
        pub created_at: Timestamp,
    }
}

row! {
    /// A person of a group.
    pub struct MemberRow {
        /// Who.
        pub person_id: PersonId,
        /// Their name.
        pub name: String,
        /// Their address.
        pub email: String,
    }
}

row! {
    /// Who becomes a member at the first sign-in with a verified address.
    pub struct AwaitedRow {
        /// The provider's `iss`.
        pub issuer: String,
        /// The address, in lower case.
        pub email: String,
        /// When they were added.
        pub added_at: Timestamp,
    }
}

row! {
    /// A group and nothing else.
    pub struct AddressRow {
        /// The group.
        pub group_address: GroupAddress,
    }
}

impl Reads {
    /// A group that Hansom keeps.
    pub async fn kept_group(&self, address: &GroupAddress) -> Result<Option<KeptGroupRow>, Error> {
        let sql = "SELECT address, title, created_at FROM kept_group WHERE address = $1";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(address.as_str()).fetch_optional(pool).await)?)
    }

    /// The members of a group that Hansom keeps, by name.
    pub async fn kept_members_of(&self, address: &GroupAddress) -> Result<Vec<MemberRow>, Error> {
        let sql = "SELECT p.id AS person_id, p.name, p.email FROM membership m JOIN person p ON p.id = m.person_id \
                   WHERE m.group_address = $1 AND m.source = 'kept' ORDER BY lower(p.name), p.id";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(address.as_str()).fetch_all(pool).await)?)
    }

    /// The owners of a group that Hansom keeps, by name.
    pub async fn owners_of_group(&self, address: &GroupAddress) -> Result<Vec<MemberRow>, Error> {
        let sql = "SELECT p.id AS person_id, p.name, p.email FROM group_owner o JOIN person p ON p.id = o.person_id \
                   WHERE o.group_address = $1 ORDER BY lower(p.name), p.id";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(address.as_str()).fetch_all(pool).await)?)
    }

    /// Whether a person owns a group that Hansom keeps.
    pub async fn owns_group(&self, person: &PersonId, address: &GroupAddress) -> Result<bool, Error> {
        let sql = "SELECT count(*) FROM group_owner WHERE group_address = $1 AND person_id = $2";
        let count: i64 = on!(&self.pool, pool => sqlx::query_scalar(sql).bind(address.as_str()).bind(person.as_str())
            .fetch_one(pool).await)?;
        Ok(count > 0)
    }

    /// The kept groups that a person owns.
    pub async fn groups_owned_by(&self, person: &PersonId) -> Result<Vec<GroupAddress>, Error> {
        let sql = "SELECT group_address FROM group_owner WHERE person_id = $1 ORDER BY group_address";
        let rows: Vec<AddressRow> =
            on!(&self.pool, pool => sqlx::query_as(sql).bind(person.as_str()).fetch_all(pool).await)?;
        Ok(rows.into_iter().map(|row| row.group_address).collect())
    }

    /// Who becomes a member at their first sign-in, by address.
    pub async fn awaited_members_of(&self, address: &GroupAddress) -> Result<Vec<AwaitedRow>, Error> {
        let sql = "SELECT issuer, email, added_at FROM awaited_member WHERE group_address = $1 ORDER BY email, issuer";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(address.as_str()).fetch_all(pool).await)?)
    }

    /// Whether anything belongs to a group: an API or an application that is not revoked.
    pub async fn group_owns_anything(&self, address: &GroupAddress) -> Result<bool, Error> {
        let sql = "SELECT (SELECT count(*) FROM api WHERE owner = $1) \
                   + (SELECT count(*) FROM application WHERE owner = $1 AND revoked_at IS NULL)";
        let count: i64 = on!(&self.pool, pool => sqlx::query_scalar(sql).bind(address.as_str()).fetch_one(pool).await)?;
        Ok(count > 0)
    }
}

impl Change {
    /// Makes a person an owner of a kept group; once is enough.
    pub async fn insert_group_owner(&mut self, group: &GroupAddress, person: &PersonId) -> Result<(), Error> {
        let sql = "INSERT INTO group_owner (group_address, person_id) VALUES ($1, $2) \
                   ON CONFLICT (group_address, person_id) DO NOTHING";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(group.as_str()).bind(person.as_str())
            .execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }

    /// Takes a person from the owners of a kept group; `false` if they were none.
    pub async fn delete_group_owner(&mut self, group: &GroupAddress, person: &PersonId) -> Result<bool, Error> {
        let sql = "DELETE FROM group_owner WHERE group_address = $1 AND person_id = $2";
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(group.as_str()).bind(person.as_str())
            .execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// Takes a person out of a group that Hansom keeps; `false` if they were not in it.
    pub async fn delete_kept_membership(&mut self, group: &GroupAddress, person: &PersonId) -> Result<bool, Error> {
        let sql = "DELETE FROM membership WHERE group_address = $1 AND person_id = $2 AND source = $3";
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(group.as_str()).bind(person.as_str())
            .bind(MembershipSource::Kept.as_str()).execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        self.touch(Subject::Person(person.clone()));
        Ok(rows == 1)
    }

    /// Awaits a member; once is enough. The address is in lower case.
    pub async fn insert_awaited_member(
        &mut self,
        group: &GroupAddress,
        (issuer, email): (&str, &str),
        at: Timestamp,
    ) -> Result<(), Error> {
        let sql = "INSERT INTO awaited_member (group_address, issuer, email, added_at) VALUES ($1, $2, $3, $4) \
                   ON CONFLICT (group_address, issuer, email) DO NOTHING";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(group.as_str()).bind(issuer).bind(email)
            .bind(at.millis()).execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }

    /// Awaits a member no more; `false` if nobody did.
    pub async fn delete_awaited_member(
        &mut self,
        group: &GroupAddress,
        (issuer, email): (&str, &str),
    ) -> Result<bool, Error> {
        let sql = "DELETE FROM awaited_member WHERE group_address = $1 AND issuer = $2 AND email = $3";
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(group.as_str()).bind(issuer).bind(email)
            .execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// Takes out the groups in which somebody with that address is awaited.
    pub async fn take_awaited(&mut self, issuer: &str, email: &str) -> Result<Vec<GroupAddress>, Error> {
        let sql = "DELETE FROM awaited_member WHERE issuer = $1 AND email = $2 RETURNING group_address";
        let rows: Vec<AddressRow> = on!(&mut self.transaction, tx => sqlx::query_as(sql).bind(issuer).bind(email)
            .fetch_all(&mut **tx).await)?;
        Ok(rows.into_iter().map(|row| row.group_address).collect())
    }

    /// Removes a kept group with its members and owners.
    pub async fn delete_kept_group(&mut self, group: &GroupAddress, members: &[PersonId]) -> Result<(), Error> {
        for sql in [
            "DELETE FROM membership WHERE group_address = $1 AND source = 'kept'",
            "DELETE FROM awaited_member WHERE group_address = $1",
            "DELETE FROM group_owner WHERE group_address = $1",
            "DELETE FROM kept_group WHERE address = $1",
        ] {
            on!(&mut self.transaction, tx => sqlx::query(sql).bind(group.as_str()).execute(&mut **tx).await.map(|_| ()))?;
        }
        for member in members {
            self.touch(Subject::Person(member.clone()));
        }
        Ok(())
    }
}
