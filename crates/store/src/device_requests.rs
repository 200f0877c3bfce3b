//! Which devices wait for a person to let them in?

use hansom_domain::{ApplicationId, PersonId, Timestamp};

use crate::{Change, Error, Reads, Writes, column::row, database::on};

row! {
    /// A device that waits for a person (RFC 8628).
    pub struct DeviceRequestRow {
        /// The hash of the device's code.
        pub device_hash: String,
        /// The keyed hash of the person's code.
        pub user_hash: String,
        /// Who asks.
        pub client_id: ApplicationId,
        /// The audience of the tokens.
        pub resource: String,
        /// What they may do.
        pub scope: String,
        /// The thumbprint of the key that they are bound to.
        pub dpop_jkt: Option<String>,
        /// From which address it was asked.
        pub address: String,
        /// `waiting`, `approved` or `refused`.
        pub state: String,
        /// How many seconds the device must let pass between two questions.
        pub pause_seconds: i64,
        /// When it last asked.
        pub polled_at: Option<Timestamp>,
        /// Who decided.
        pub person_id: Option<String>,
        /// When that person had signed in.
        pub authenticated_at: Option<Timestamp>,
        /// When it began.
        pub created_at: Timestamp,
        /// When it ends.
        pub expires_at: Timestamp,
    }
}

impl Reads {
    /// The request with that code of a person, if it waits at `now`.
    pub async fn waiting_device_request(
        &self,
        user_hash: &str,
        now: Timestamp,
    ) -> Result<Option<DeviceRequestRow>, Error> {
        let sql = "SELECT * FROM device_request WHERE user_hash = $1 AND state = 'waiting' AND expires_at > $2";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(user_hash).bind(now.millis()).fetch_optional(pool).await)?)
    }
}

impl Writes {
    /// Remembers a device that asks, unless its client has `most` under way; says whether it did. Bookkeeping: nothing is
    /// granted yet.
    pub async fn insert_device_request(&self, request: &DeviceRequestRow, most: i64) -> Result<bool, Error> {
        let sql = "INSERT INTO device_request (device_hash, user_hash, client_id, resource, scope, dpop_jkt, address, \
                   state, pause_seconds, created_at, expires_at) \
                   SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 WHERE (SELECT count(*) FROM device_request \
                   WHERE client_id = $3 AND expires_at > $10) < $12";
        let rows = on!(&self.pool, pool => sqlx::query(sql).bind(&request.device_hash).bind(&request.user_hash)
            .bind(request.client_id.as_str()).bind(&request.resource).bind(&request.scope)
            .bind(request.dpop_jkt.as_deref()).bind(&request.address).bind(&request.state).bind(request.pause_seconds)
            .bind(request.created_at.millis()).bind(request.expires_at.millis()).bind(most).execute(pool).await
            .map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// Notes that a device asked, and how long it must pause from now on; gives what was there before.
    pub async fn poll_device_request(
        &self,
        before: &DeviceRequestRow,
        pause_seconds: i64,
        at: Timestamp,
    ) -> Result<(), Error> {
        let sql = "UPDATE device_request SET polled_at = $2, pause_seconds = $3 WHERE device_hash = $1";
        on!(&self.pool, pool => sqlx::query(sql).bind(&before.device_hash).bind(at.millis()).bind(pause_seconds)
            .execute(pool).await.map(|_| ()))?;
        Ok(())
    }
}

impl Reads {
    /// The request with that code of a device, of that client, whatever became of it.
    pub async fn device_request(
        &self,
        device_hash: &str,
        client: &ApplicationId,
    ) -> Result<Option<DeviceRequestRow>, Error> {
        let sql = "SELECT * FROM device_request WHERE device_hash = $1 AND client_id = $2";
        Ok(on!(&self.pool, pool => sqlx::query_as(sql).bind(device_hash).bind(client.as_str()).fetch_optional(pool)
            .await)?)
    }
}

impl Change {
    /// Decides a request that waits, and what it may do from then on; `None` if there is none, or somebody else was quicker.
    pub async fn decide_device_request(
        &mut self,
        user_hash: &str,
        (state, scope): (&str, &str),
        person: &PersonId,
        authenticated_at: Timestamp,
        now: Timestamp,
    ) -> Result<Option<DeviceRequestRow>, Error> {
        let sql = "UPDATE device_request SET state = $2, scope = $6, person_id = $3, authenticated_at = $4 WHERE user_hash = $1 \
                   AND state = 'waiting' AND expires_at > $5 RETURNING *";
        Ok(on!(&mut self.transaction, tx => sqlx::query_as(sql).bind(user_hash).bind(state).bind(person.as_str())
            .bind(authenticated_at.millis()).bind(now.millis()).bind(scope).fetch_optional(&mut **tx).await)?)
    }

    /// Takes an approved request out, so that the device's code works once.
    pub async fn take_device_request(&mut self, device_hash: &str) -> Result<Option<DeviceRequestRow>, Error> {
        let sql = "DELETE FROM device_request WHERE device_hash = $1 AND state = 'approved' RETURNING *";
        Ok(on!(&mut self.transaction, tx => sqlx::query_as(sql).bind(device_hash).fetch_optional(&mut **tx).await)?)
    }
}
