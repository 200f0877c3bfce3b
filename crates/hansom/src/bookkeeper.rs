//! How does what the gateway saw reach the store? The only way back, and never in a request's way.

use std::{collections::HashMap, time::Duration};

use hansom_domain::{Clock, Timestamp};
use hansom_gateway::{Caller, Entry};
use hansom_store::{Books, CallCount, Error, Latency, RefusedCall};
use prometheus_client::{
    metrics::{counter::Counter, gauge::Gauge},
    registry::Registry,
};
use serde_json::{Map, Value};
use tokio::{sync::mpsc, task::JoinHandle};

/// Refused calls are kept so long.
const KEEP_REFUSED_SECONDS: i64 = 30 * 86400;
/// Counts are kept so long.
const KEEP_COUNTS_SECONDS: i64 = 400 * 86400;
/// Counts are kept by the hour so long, and by the day after.
const KEEP_HOURS_SECONDS: i64 = 40 * 86400;
/// At most so many counts wait to be written. Callers cannot make operations or statuses, but there may be very many of them.
const MOST_COUNTS: usize = 20_000;
/// How long the collector of traces may take for the last of them.
const LAST_TRACES: Duration = Duration::from_secs(3);
/// At most so many refused calls are kept of one batch; a flood must not fill the disk.
const MOST_REFUSED: usize = 500;

#[derive(PartialEq, Eq, Hash)]
struct Key {
    hour: i64,
    environment: String,
    api: String,
    major: u16,
    operation: String,
    caller: String,
    status: u16,
}

/// What could not be written down, or waits for it.
#[derive(Clone, Default)]
pub(crate) struct Losses {
    calls: Counter,
    refusals: Counter,
    waiting: Gauge,
}

impl Losses {
    /// Lets the losses be seen.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let losses = Self::default();
        let registry = registry.sub_registry_with_prefix("hansom_usage");
        registry.register("lost_calls", "Calls that are missing in the counts of usage", losses.calls.clone());
        registry.register("lost_refusals", "Refused calls that nobody can look up", losses.refusals.clone());
        registry.register("waiting", "Counts and refused calls that wait to be written", losses.waiting.clone());
        losses
    }

    /// Calls and refusals that are missing in the books.
    pub(crate) fn lost(&self) -> u64 {
        self.calls.get().saturating_add(self.refusals.get())
    }

    /// What waits to be written.
    pub(crate) fn waiting(&self) -> u64 {
        self.waiting.get().unsigned_abs()
    }
}

/// Keeps the books to the end, then lets the last traces be told.
pub(crate) async fn then(books: impl Future<Output = ()>, exporter: Option<JoinHandle<()>>) {
    books.await;
    if let Some(exporter) = exporter {
        // Whoever takes longer loses them.
        let _ = tokio::time::timeout(LAST_TRACES, exporter).await;
    }
}

/// Counts journal entries and writes them in batches, twice a second.
pub(crate) async fn run(mut journal: mpsc::Receiver<Vec<Entry>>, books: Books, clock: Clock, losses: Losses) {
    let mut counts: HashMap<Key, CallCount> = HashMap::new();
    let mut refused = Vec::new();
    let mut tick = tokio::time::interval(Duration::from_millis(500));
    let mut last_sweep = Timestamp::from_millis(0);
    let mut failing = false;
    loop {
        tokio::select! {
            entries = journal.recv() => match entries {
                Some(entries) => entries.into_iter().for_each(|entry| note(entry, &mut counts, &mut refused, &losses)),
                None => break,
            },
            _ = tick.tick() => {
                failing = write(&books, &mut counts, &mut refused, failing).await;
                losses.waiting.set(i64::try_from(counts.len() + refused.len()).unwrap_or(i64::MAX));
                let now = clock.now();
                if now > last_sweep.plus_seconds(3600) {
                    last_sweep = now;
                    if let Err(error) = sweep(&books, now).await {
                        tracing::warn!(%error, "old journal entries could not be swept away");
                    }
                }
            }
        }
    }
    write(&books, &mut counts, &mut refused, failing).await;
}

async fn sweep(books: &Books, now: Timestamp) -> Result<(), Error> {
    books.sweep(now.plus_seconds(-KEEP_REFUSED_SECONDS), now.plus_seconds(-KEEP_COUNTS_SECONDS)).await?;
    books.add_up_days(now.plus_seconds(-KEEP_HOURS_SECONDS)).await
}

/// Writes the batch; on failure keeps it for the next try, bounded. Gives whether it failed.
async fn write(
    books: &Books,
    counts: &mut HashMap<Key, CallCount>,
    refused: &mut Vec<RefusedCall>,
    failed_before: bool,
) -> bool {
    if counts.is_empty() && refused.is_empty() {
        return false;
    }
    let batch: Vec<CallCount> = counts.values().cloned().collect();
    match books.record(&batch, refused).await {
        Ok(()) => {
            counts.clear();
            refused.clear();
            false
        }
        Err(error) => {
            if !failed_before {
                tracing::error!(%error, "the journal could not be written; it is kept in memory, bounded");
            }
            true
        }
    }
}

fn note(entry: Entry, counts: &mut HashMap<Key, CallCount>, refused: &mut Vec<RefusedCall>, losses: &Losses) {
    let (application, person) = match &entry.caller {
        Caller::Anonymous => (None, None),
        Caller::Application { id, .. } => (Some(id.as_str().to_owned()), None),
        Caller::Person { id } => (None, Some(id.as_str().to_owned())),
    };
    if let (Some(api), Some(major)) = (&entry.api, entry.major) {
        let caller = application.clone().or_else(|| person.clone()).unwrap_or_else(|| "anyone".into());
        let operation = entry.operation.as_deref().unwrap_or_default().to_owned();
        let hour = entry.at.millis() - entry.at.millis().rem_euclid(3_600_000);
        let key = Key {
            hour,
            environment: entry.environment.as_str().into(),
            api: api.as_str().into(),
            major: major.number(),
            operation: operation.clone(),
            caller: caller.clone(),
            status: entry.status,
        };
        if counts.len() >= MOST_COUNTS && !counts.contains_key(&key) {
            losses.calls.inc();
        } else {
            let count = counts.entry(key).or_insert_with(|| CallCount {
                hour: Timestamp::from_millis(hour),
                environment: entry.environment.clone(),
                api: api.clone(),
                major,
                operation,
                caller,
                status: entry.status,
                calls: 0,
                micros: 0,
                latency: Latency::default(),
            });
            count.calls += 1;
            count.micros = count.micros.saturating_add(i64::try_from(entry.duration_micros).unwrap_or(i64::MAX));
            count.latency.observe(entry.duration_micros);
        }
    }
    note_refusal(entry, (application, person), refused, losses);
}

/// Keeps why a request was refused, for whoever may ask.
fn note_refusal(
    entry: Entry,
    (application, person): (Option<String>, Option<String>),
    refused: &mut Vec<RefusedCall>,
    losses: &Losses,
) {
    let Some(code) = entry.refusal else { return };
    if refused.len() >= MOST_REFUSED {
        losses.refusals.inc();
        return;
    }
    let mut facts: Map<String, Value> =
        entry.facts.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
    if let Caller::Application { credential: Some(credential), .. } = &entry.caller {
        facts.insert("credential".into(), Value::String(credential.to_string()));
    }
    refused.push(RefusedCall {
        request_id: entry.request,
        at: entry.at,
        environment: entry.environment,
        method: entry.method.map_or_else(String::new, |method| method.to_string()),
        path: entry.path.as_ref().into(),
        api: entry.api.map(|api| api.as_str().into()),
        major: entry.major.map(|major| i64::from(major.number())),
        operation: entry.operation.map(|operation| operation.to_string()),
        application,
        person,
        status: i64::from(entry.status),
        code: code.into(),
        detail: entry.detail.unwrap_or_default(),
        facts: Value::Object(facts),
    });
}
