//! How do traces get to a collector?
//!
//! OTLP over HTTP, in JSON. Nothing here is in a request's way: what finds no room is counted and lost, whatever the collector
//! does.

use std::time::Duration;

use hansom_domain::Chance;
use hansom_gateway::Entry;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family},
    registry::Registry,
};
use tokio::{sync::mpsc, task::JoinHandle, time::Instant};
use url::Url;

use crate::{
    failure::{Doing, Failure},
    otlp::{self, Told},
};

/// Requests that may wait to be told.
const MOST_WAITING: usize = 2048;
/// Requests that are told at once.
const MOST_AT_ONCE: usize = 512;
/// How long one may wait for others.
const LONGEST_WAIT: Duration = Duration::from_secs(2);
/// How long the collector may take.
const PATIENCE: Duration = Duration::from_secs(10);
const MOST_ATTEMPTS: u32 = 4;
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// Of an answer no more is read.
const LARGEST_ANSWER: usize = 64 * 1024;
const MOST_BATCHES: usize = 256;

/// Where traces go.
pub(crate) struct Exporter {
    client: reqwest::Client,
    endpoint: Url,
    chance: Chance,
}

/// What became of spans.
#[derive(Clone, Default)]
struct Counts {
    exported: Counter,
    dropped: Family<Why, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Why {
    why: &'static str,
}

/// What came of one attempt.
enum Outcome {
    /// Taken, but for so many.
    Taken { rejected: u64 },
    /// To be tried again; after that time, if the collector says.
    Later(Option<Duration>),
    /// Never to be taken.
    Refused,
}

impl Exporter {
    /// Gets ready; nobody is asked yet.
    pub(crate) fn new(endpoint: Url, mut headers: HeaderMap, chance: Chance) -> Result<Self, Failure> {
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let client = reqwest::Client::builder()
            .user_agent(concat!("hansom/", env!("CARGO_PKG_VERSION")))
            // A collector that sends on would be told what is meant for it alone.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .default_headers(headers)
            .timeout(PATIENCE)
            .build()
            .doing("the exporter of traces could not be set up")?;
        Ok(Self { client, endpoint, chance })
    }

    /// Tells the collector what the gateway saw, on its way on. The job ends when the journal has, and all is told.
    pub(crate) fn listen(
        self,
        mut journal: mpsc::Receiver<Vec<Entry>>,
        registry: &mut Registry,
    ) -> (mpsc::Receiver<Vec<Entry>>, JoinHandle<()>) {
        let counts = Counts::default();
        let registry = registry.sub_registry_with_prefix("hansom_traces");
        registry.register("exported_spans", "Spans that the collector took", counts.exported.clone());
        registry.register("dropped_spans", "Spans that were lost, by why", counts.dropped.clone());
        let (onward, entries) = mpsc::channel(MOST_BATCHES);
        let (spans, waiting) = mpsc::channel(MOST_WAITING);
        let lost = counts.clone();
        tokio::spawn(async move {
            while let Some(batch) = journal.recv().await {
                for told in batch.iter().filter_map(Told::of) {
                    let count = told.spans();
                    if spans.try_send(told).is_err() {
                        lost.drop("no-room", count);
                    }
                }
                if onward.send(batch).await.is_err() {
                    return;
                }
            }
        });
        (entries, tokio::spawn(self.run(waiting, counts)))
    }

    async fn run(self, mut waiting: mpsc::Receiver<Told>, counts: Counts) {
        let mut failing = false;
        loop {
            let mut batch = Vec::new();
            if waiting.recv_many(&mut batch, MOST_AT_ONCE).await == 0 {
                return;
            }
            let until = Instant::now() + LONGEST_WAIT;
            while batch.len() < MOST_AT_ONCE {
                let room = MOST_AT_ONCE - batch.len();
                match tokio::time::timeout_at(until, waiting.recv_many(&mut batch, room)).await {
                    Ok(count) if count > 0 => {}
                    _ => break,
                }
            }
            failing = self.export(&batch, &counts, failing).await;
        }
    }

    /// Tells one batch, or counts it as lost. Gives whether it failed.
    async fn export(&self, batch: &[Told], counts: &Counts, failed_before: bool) -> bool {
        let count: u64 = batch.iter().map(Told::spans).sum();
        let body = otlp::request(batch);
        let mut pause = FIRST_PAUSE;
        // Once it was found to be away, each batch tries once: those that wait are no better served by more.
        let attempts = if failed_before { 1 } else { MOST_ATTEMPTS };
        for attempt in 1..=attempts {
            let outcome = self.attempt(body.clone()).await;
            let wanted = match outcome {
                Outcome::Taken { rejected } => {
                    let rejected = rejected.min(count);
                    counts.exported.inc_by(count - rejected);
                    counts.drop("rejected", rejected);
                    return false;
                }
                Outcome::Refused => {
                    counts.drop("refused", count);
                    return self.say(failed_before);
                }
                Outcome::Later(wanted) => wanted,
            };
            if attempt < attempts || failed_before {
                let [chance] = self.chance.bytes::<1>();
                let pause = wanted.unwrap_or_else(|| pause.mul_f64(0.5 + f64::from(chance) / 255.0));
                tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        counts.drop("unreachable", count);
        self.say(failed_before)
    }

    /// Says that traces are lost, once for an outage.
    fn say(&self, failed_before: bool) -> bool {
        if !failed_before {
            let host = self.endpoint.host_str().unwrap_or_default();
            tracing::warn!(host, "the collector does not take traces; they are lost, and counted, until it does");
        }
        true
    }

    async fn attempt(&self, body: Vec<u8>) -> Outcome {
        let Ok(mut answer) = self.client.post(self.endpoint.clone()).body(body).send().await else {
            return Outcome::Later(None);
        };
        let status = answer.status();
        if status.is_success() {
            let mut text = Vec::new();
            while let Ok(Some(part)) = answer.chunk().await {
                text.extend_from_slice(&part);
                if text.len() > LARGEST_ANSWER {
                    break;
                }
            }
            return Outcome::Taken { rejected: otlp::rejected(&text) };
        }
        match status {
            StatusCode::TOO_MANY_REQUESTS
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT => {
                let told = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
                Outcome::Later(told.and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs))
            }
            _ => Outcome::Refused,
        }
    }
}

impl Counts {
    fn drop(&self, why: &'static str, count: u64) {
        if count > 0 {
            self.dropped.get_or_create(&Why { why }).inc_by(count);
        }
    }
}
