//! How is anything changed, with a witness?

use std::{collections::BTreeSet, sync::Arc};

use hansom_domain::{Actor, Timestamp};
use serde_json::Value;
use sqlx::{PgPool, Postgres, Sqlite, SqlitePool, Transaction};
use tokio::sync::watch;

use crate::{
    Error,
    changed::Subject,
    database::{Both, on},
};

/// The writing half of the store.
#[derive(Clone, Debug)]
pub struct Writes {
    pub(crate) pool: Both<SqlitePool, PgPool>,
    pub(crate) announce: Arc<watch::Sender<u64>>,
}

impl Writes {
    /// Begins a change by `actor`, called `verb` in the audit trail. Dropped without [`Change::commit`], it leaves no trace.
    /// `id` is the audit entry's own.
    pub async fn begin(&self, actor: &Actor, verb: &'static str, id: String, at: Timestamp) -> Result<Change, Error> {
        Ok(Change {
            transaction: self.transaction().await?,
            announce: Arc::clone(&self.announce),
            changed: BTreeSet::new(),
            entry: Entry { id, at, actor: actor.clone(), verb },
            request: String::new(),
        })
    }

    /// A transaction for statements that belong together.
    pub(crate) async fn transaction(&self) -> Result<InTransaction, Error> {
        Ok(match &self.pool {
            // A deferred transaction that reads first may find the database changed when it writes, and fail.
            Both::Sqlite(pool) => Both::Sqlite(pool.begin_with("BEGIN IMMEDIATE").await?),
            Both::Postgres(pool) => Both::Postgres(pool.begin().await?),
        })
    }
}

/// A transaction on either database.
pub(crate) type InTransaction = Both<Transaction<'static, Sqlite>, Transaction<'static, Postgres>>;

#[derive(Clone, Debug)]
struct Entry {
    id: String,
    at: Timestamp,
    actor: Actor,
    verb: &'static str,
}

/// One change in the making: a transaction with an actor and a verb.
#[derive(Debug)]
pub struct Change {
    pub(crate) transaction: InTransaction,
    announce: Arc<watch::Sender<u64>>,
    /// What a gateway has to read again.
    changed: BTreeSet<Subject>,
    entry: Entry,
    /// The id of the request that asked for it; empty where none did.
    request: String,
}

impl Change {
    /// The same change, asked for by a request: its audit entries name it.
    pub fn asked_by(self, request: String) -> Self {
        Self { request, ..self }
    }

    /// Notes what a gateway has to read again.
    pub(crate) fn touch(&mut self, subject: Subject) {
        self.changed.insert(subject);
    }

    /// Writes one more audit entry of the same change, where one act does something to several things; by another actor, if it
    /// is not who began the change.
    pub async fn note(
        &mut self,
        id: String,
        actor: Option<&Actor>,
        verb: &'static str,
        subject: &str,
        detail: &Value,
    ) -> Result<(), Error> {
        let actor = actor.unwrap_or(&self.entry.actor).clone();
        self.write(&Entry { id, at: self.entry.at, actor, verb }, subject, detail).await
    }

    async fn write(&mut self, entry: &Entry, subject: &str, detail: &Value) -> Result<(), Error> {
        let insert = "INSERT INTO audit (id, at, actor_kind, actor_id, actor_name, verb, subject, detail, request_id) \
                      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let detail = detail.to_string();
        on!(&mut self.transaction, tx => sqlx::query(insert)
            .bind(&entry.id).bind(entry.at.millis()).bind(entry.actor.kind()).bind(entry.actor.id())
            .bind(entry.actor.name()).bind(entry.verb).bind(subject).bind(&detail).bind(&self.request)
            .execute(&mut **tx).await.map(|_| ()))?;
        Ok(())
    }

    /// Writes the audit entry, counts the generation up, notes what was changed in it and commits, all in one transaction. `subject` names what was
    /// changed; `detail` must hold no secret.
    pub async fn commit(mut self, subject: &str, detail: &Value) -> Result<(), Error> {
        let entry = self.entry.clone();
        self.write(&entry, subject, detail).await?;
        let count = "UPDATE platform SET generation = generation + 1 WHERE id = 1 RETURNING generation";
        let generation: i64 = on!(&mut self.transaction, tx => sqlx::query_scalar(count).fetch_one(&mut **tx).await)?;
        let note = "INSERT INTO changed (generation, kind, subject) VALUES ($1, $2, $3)";
        for subject in &self.changed {
            let (kind, subject) = subject.words();
            on!(&mut self.transaction, tx => sqlx::query(note).bind(generation).bind(kind).bind(subject)
                .execute(&mut **tx).await.map(|_| ()))?;
        }
        on!(self.transaction, tx => tx.commit().await)?;
        self.announce.send_modify(|count| *count += 1);
        Ok(())
    }
}
