//! Was this request carried out before? Then its answer is given again. Key, answer and change are in one transaction.

use axum::http::{HeaderName, StatusCode};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::{FromRow, PgConnection, PgPool, Postgres, Transaction, types::Json};
use uuid::Uuid;

use crate::{
    api::{Answer, Call},
    problem::Problem,
};

const HEADER: &str = "idempotency-key";

/// A request that is to be carried out once.
pub enum Once {
    /// It was: this is what was answered.
    Done(Answer),
    /// It was not, or nobody can tell.
    ToDo(Work),
}

/// The transaction of a request. Dropped without [`Work::done`], it changes nothing and does not use up the key.
pub struct Work {
    transaction: Transaction<'static, Postgres>,
    key: Option<Key>,
}

/// A key belongs to one caller, one operation and one body.
struct Key {
    caller: String,
    operation: String,
    key: Uuid,
    fingerprint: String,
}

#[derive(FromRow)]
struct Remembered {
    fingerprint: String,
    status: i32,
    headers: Json<Vec<(String, String)>>,
    body: Option<Value>,
}

impl Once {
    /// Looks whether the request was carried out before, and keeps others from doing it at the same time.
    pub async fn begin(database: &PgPool, call: &Call) -> Result<Self, Problem> {
        let mut transaction = database.begin().await?;
        let Some(key) = Key::of(call) else { return Ok(Self::ToDo(Work { transaction, key: None })) };
        key.take(&mut transaction).await?;
        match key.remembered(&mut transaction).await? {
            Some(before) if before.fingerprint == key.fingerprint => before.answer().map(Self::Done),
            Some(_) => Err(Problem::KeyReused),
            None => Ok(Self::ToDo(Work { transaction, key: Some(key) })),
        }
    }
}

impl Work {
    /// What the change is made with.
    pub fn transaction(&mut self) -> &mut PgConnection {
        &mut self.transaction
    }

    /// Makes the change, and remembers the answer with it.
    pub async fn done(mut self, answer: Answer) -> Result<Answer, Problem> {
        if let Some(key) = &self.key {
            key.remember(&mut self.transaction, &answer).await?;
        }
        self.transaction.commit().await?;
        Ok(answer)
    }
}

impl Key {
    fn of(call: &Call) -> Option<Self> {
        let key = call.headers.get(HEADER)?.to_str().ok()?.parse().ok()?;
        let caller = format!("{}:{}", call.caller.kind(), call.caller.id());
        // The members of an object are in the order of their names, however they were sent.
        let digest = Sha256::digest(call.body().to_string());
        let fingerprint = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Some(Self { caller, operation: call.operation.clone(), key, fingerprint })
    }

    /// Two tries at once must not both do the work: the second one is told to wait.
    async fn take(&self, transaction: &mut PgConnection) -> Result<(), Problem> {
        let whose = format!("{}\n{}\n{}", self.caller, self.operation, self.key);
        let sql = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))";
        let taken: bool = sqlx::query_scalar(sql).bind(whose).fetch_one(transaction).await?;
        taken.then_some(()).ok_or(Problem::RequestInProgress)
    }

    /// For as long as the contract says.
    async fn remembered(&self, transaction: &mut PgConnection) -> Result<Option<Remembered>, Problem> {
        let sql = "
            SELECT fingerprint, status, headers, body FROM idempotency_answers
            WHERE caller = $1 AND operation = $2 AND key = $3 AND created_at >= now() - interval '24 hours'";
        let query = sqlx::query_as(sql).bind(&self.caller).bind(&self.operation).bind(self.key);
        Ok(query.fetch_optional(transaction).await?)
    }

    async fn remember(&self, transaction: &mut PgConnection, answer: &Answer) -> Result<(), Problem> {
        let sql = "
            INSERT INTO idempotency_answers (caller, operation, key, fingerprint, status, headers, body)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (caller, operation, key) DO UPDATE SET fingerprint = excluded.fingerprint,
                status = excluded.status, headers = excluded.headers, body = excluded.body, created_at = now()";
        let headers: Vec<(&str, &str)> =
            answer.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let query = sqlx::query(sql).bind(&self.caller).bind(&self.operation).bind(self.key).bind(&self.fingerprint);
        let query = query.bind(i32::from(answer.status.as_u16())).bind(Json(headers)).bind(&answer.body);
        query.execute(transaction).await?;
        Ok(())
    }
}

impl Remembered {
    fn answer(self) -> Result<Answer, Problem> {
        let status = u16::try_from(self.status).map_err(Problem::internal)?;
        let named =
            |(name, value): (String, String)| Ok((HeaderName::try_from(name).map_err(Problem::internal)?, value));
        Ok(Answer {
            status: StatusCode::from_u16(status).map_err(Problem::internal)?,
            headers: self.headers.0.into_iter().map(named).collect::<Result<_, Problem>>()?,
            body: self.body,
        })
    }
}
