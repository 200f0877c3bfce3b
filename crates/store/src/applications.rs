//! Which applications are there?

use hansom_domain::{ApplicationId, GroupAddress, Timestamp};

use crate::{Change, Error, Reads, Subject, column::row, database::on};

row! {
    /// An application.
    pub struct ApplicationRow {
        /// Its id: the OAuth `client_id`.
        pub id: ApplicationId,
        /// Its name.
        pub name: String,
        /// What it is, in a sentence; may be empty.
        pub description: String,
        /// The group that owns it.
        pub owner: GroupAddress,
        /// Whether it may publish for its owner group.
        pub may_publish: bool,
        /// When it was registered.
        pub created_at: Timestamp,
        /// By whom, by name.
        pub created_by: String,
        /// When it was revoked, if it was.
        pub revoked_at: Option<Timestamp>,
        /// Since when its owning group is known to be empty, if it is.
        pub ownerless_since: Option<Timestamp>,
        /// When it was suspended for that, if it is.
        pub suspended_at: Option<Timestamp>,
    }
}

impl ApplicationRow {
    /// Whether it may prove itself and call.
    pub fn is_in_force(&self) -> bool {
        self.revoked_at.is_none() && self.suspended_at.is_none()
    }
}

/// An application to be registered.
#[derive(Clone, Debug)]
pub struct NewApplication<'a> {
    /// Its id.
    pub id: &'a ApplicationId,
    /// Its name.
    pub name: &'a str,
    /// What it is, in a sentence.
    pub description: &'a str,
    /// The group that owns it.
    pub owner: &'a GroupAddress,
    /// Whether it may publish for its owner group.
    pub may_publish: bool,
    /// When.
    pub at: Timestamp,
    /// By whom, by name.
    pub by: &'a str,
}

impl Reads {
    /// Every application, by name.
    pub async fn applications(&self) -> Result<Vec<ApplicationRow>, Error> {
        let sql = "SELECT * FROM application ORDER BY lower(name), id";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).fetch_all(pool).await)?)
    }

    /// One application.
    pub async fn application(&self, id: &ApplicationId) -> Result<Option<ApplicationRow>, Error> {
        let sql = "SELECT * FROM application WHERE id = $1";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(id.as_str()).fetch_optional(pool).await)?)
    }
}

impl Change {
    /// Registers an application.
    pub async fn insert_application(&mut self, application: &NewApplication<'_>) -> Result<(), Error> {
        let sql = "INSERT INTO application (id, name, description, owner, may_publish, created_at, created_by) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7)";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(application.id.as_str()).bind(application.name)
            .bind(application.description).bind(application.owner.as_str()).bind(i64::from(application.may_publish))
            .bind(application.at.millis()).bind(application.by).execute(&mut **tx).await.map(|_| ()))?;
        self.touch(Subject::Application(application.id.clone()));
        Ok(())
    }

    /// Keeps other changes of the application waiting until this one ends.
    pub async fn hold_application(&mut self, id: &ApplicationId) -> Result<(), Error> {
        let sql = "UPDATE application SET name = name WHERE id = $1";
        on!(&mut self.transaction, tx => sqlx::query(sql).bind(id.as_str()).execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }

    /// Revokes an application; `false` if it was not there or revoked before.
    pub async fn revoke_application(&mut self, id: &ApplicationId, at: Timestamp) -> Result<bool, Error> {
        let sql = "UPDATE application SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
        let rows = on!(&mut self.transaction, tx => sqlx::query(sql).bind(id.as_str()).bind(at.millis())
            .execute(&mut **tx).await.map(|done| done.rows_affected()))?;
        self.touch(Subject::Application(id.clone()));
        Ok(rows == 1)
    }
}
