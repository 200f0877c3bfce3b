//! What does the operator's log say of each request?
//!
//! One line of JSON, from the journal entry. It holds no token, no query and nothing by which a person could be known: not
//! their address and not their id. Whoever reads the log slowly, or a disk that is full, loses lines, which are counted;
//! neither requests nor the journal wait.

use std::{
    fs::OpenOptions,
    io::{self, Write},
    path::Path,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
};

use hansom_gateway::{Caller, ClientCertificate, Entry};
use prometheus_client::{metrics::counter::Counter, registry::Registry};
use serde::Serialize;
use tokio::sync::mpsc;

/// Batches that may wait to be written.
const MOST_WAITING: usize = 256;
/// The name for standard output.
pub(crate) const STANDARD_OUTPUT: &str = "-";

/// Where lines go.
pub(crate) struct AccessLog {
    lines: SyncSender<Vec<u8>>,
    lost: Counter,
}

/// One line.
#[derive(Serialize)]
struct Line<'e> {
    /// When the request came, in milliseconds since 1970.
    time: i64,
    request: &'e str,
    environment: &'e str,
    method: &'e str,
    path: &'e str,
    #[serde(skip_serializing_if = "Option::is_none")]
    api: Option<&'e str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<&'e str>,
    /// `anyone`, `application` or `person`.
    caller: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<&'e str>,
    /// Whom the certificate of the client names.
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<&'e ClientCertificate>,
    status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// Whether another gateway asked what to do with the request.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    authz: bool,
    micros: u64,
    /// How long after it came the head of an upstream's answer was there.
    #[serde(skip_serializing_if = "Option::is_none")]
    upstream_micros: Option<u64>,
    /// Of which trace it is a part.
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
}

impl AccessLog {
    /// Opens the file, to which lines are added, or standard output for `-`, and begins to write.
    pub(crate) fn open(target: &Path) -> io::Result<Self> {
        let sink: Box<dyn Write + Send> = match target.to_str() {
            Some(STANDARD_OUTPUT) => Box::new(io::stdout()),
            _ => Box::new(OpenOptions::new().create(true).append(true).open(target)?),
        };
        let (lines, waiting) = sync_channel(MOST_WAITING);
        std::thread::Builder::new().name("access-log".into()).spawn(move || write(sink, &waiting))?;
        Ok(Self { lines, lost: Counter::default() })
    }

    /// Tells the log what the gateway saw, on its way to the bookkeeper.
    pub(crate) fn listen(
        self,
        mut journal: mpsc::Receiver<Vec<Entry>>,
        registry: &mut Registry,
    ) -> mpsc::Receiver<Vec<Entry>> {
        registry.register(
            "hansom_access_log_lost",
            "Requests whose line found no room on its way to the access log",
            self.lost.clone(),
        );
        let (onward, entries) = mpsc::channel(MOST_WAITING);
        tokio::spawn(async move {
            while let Some(batch) = journal.recv().await {
                if self.lines.try_send(text(&batch)).is_err() {
                    self.lost.inc_by(batch.len() as u64);
                }
                if onward.send(batch).await.is_err() {
                    return;
                }
            }
        });
        entries
    }
}

fn text(entries: &[Entry]) -> Vec<u8> {
    let mut text = Vec::with_capacity(entries.len() * 256);
    for entry in entries {
        // A line is plain data; what could not be written as JSON is no line.
        if serde_json::to_writer(&mut text, &Line::of(entry)).is_ok() {
            text.push(b'\n');
        }
    }
    text
}

/// Writes until nobody is left who could say something. What cannot be written is lost: the next lines may find the disk mended.
fn write(mut sink: Box<dyn Write + Send>, waiting: &Receiver<Vec<u8>>) {
    let mut failing = false;
    while let Ok(lines) = waiting.recv() {
        let written = sink.write_all(&lines).and_then(|()| sink.flush());
        if let Err(error) = &written
            && !failing
        {
            tracing::error!(%error, "the access log cannot be written; its lines are lost until it can");
        }
        failing = written.is_err();
    }
}

impl<'e> Line<'e> {
    fn of(entry: &'e Entry) -> Self {
        let (caller, application) = match &entry.caller {
            Caller::Anonymous => ("anyone", None),
            Caller::Application { id, .. } => ("application", Some(id.as_str())),
            Caller::Person { .. } => ("person", None),
        };
        Self {
            time: entry.at.millis(),
            request: entry.request.as_str(),
            environment: entry.environment.as_str(),
            method: entry.method.as_ref().map_or("", |method| method.as_str()),
            path: &entry.path,
            api: entry.api.as_ref().map(|api| api.as_str()),
            version: entry.major.map(|major| major.to_string()),
            operation: entry.operation.as_deref(),
            caller,
            application,
            certificate: entry.certificate.as_deref(),
            status: entry.status,
            code: entry.refusal,
            authz: entry.decides_only,
            micros: entry.duration_micros,
            upstream_micros: entry.upstream_micros,
            trace_id: entry.trace.map(|trace| trace.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use hansom_domain::{EnvironmentName, Timestamp};

    use super::*;

    #[test]
    fn a_line_tells_the_request_and_nobodys_identity() {
        let entry = Entry {
            request: "r1".parse().expect("an id"),
            at: Timestamp::from_millis(1_800_000_000_123),
            duration_micros: 250,
            environment: EnvironmentName::production(),
            method: Some("GET".parse().expect("a method")),
            path: "/rents/v1/accounts".into(),
            api: Some("rents".parse().expect("a slug")),
            major: Some("v1".parse().expect("a version")),
            operation: Some("listAccounts".into()),
            caller: Caller::Person { id: "ada".parse().expect("an id") },
            certificate: None,
            status: 403,
            refusal: Some("group-missing"),
            detail: Some("Ada is in no group".into()),
            facts: vec![],
            decides_only: false,
            upstream_micros: None,
            trace: None,
            span: None,
        };
        let certificate = ClientCertificate { subject: "CN=a\\\"b".into(), names: vec!["DNS:shop.example".into()] };
        let second = Entry { certificate: Some(certificate.into()), ..entry.clone() };
        let line = String::from_utf8(text(&[entry, second])).expect("text");
        assert_eq!(line.lines().count(), 2);
        let told =
            r#""caller":"person","certificate":{"subject":"CN=a\\\"b","names":["DNS:shop.example"]},"status":403"#;
        assert!(line.lines().nth(1).is_some_and(|line| line.contains(told)), "{line}");
        assert_eq!(
            line.lines().next(),
            Some(
                r#"{"time":1800000000123,"request":"r1","environment":"production","method":"GET","path":"/rents/v1/accounts","api":"rents","version":"v1","operation":"listAccounts","caller":"person","status":403,"code":"group-missing","micros":250}"#
            )
        );
    }
}
