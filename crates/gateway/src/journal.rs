//! What is written down of one request?

use std::{cell::RefCell, rc::Rc, sync::Arc};

use hansom_domain::{ApiSlug, ApplicationId, CredentialId, EnvironmentName, Major, PersonId, RequestId, Timestamp};
use http::Method;
use tokio::time::Instant;

use crate::{
    client_certificate::ClientCertificate,
    head::Unread,
    patience::present,
    refusal::Refusal,
    story::{Core, Shared},
    traces::{Sampling, Span, Trace, TraceId},
    upstreams::Target,
};

const LONGEST_PATH: usize = 512;

/// Status of an entry whose client went away before there was an answer.
pub const CLIENT_GONE: u16 = 499;

/// One request. There is exactly one entry for each, however it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which request: the `Request-Id` of the answer.
    pub request: RequestId,
    /// When it came.
    pub at: Timestamp,
    /// How long it took until the last byte of the answer was handed over.
    pub duration_micros: u64,
    /// Where it came.
    pub environment: EnvironmentName,
    /// Its method; `None` if it could not be read.
    pub method: Option<Method>,
    /// Its path in canonical form, without the query, at most 512 characters; empty if it could not be read.
    pub path: Arc<str>,
    /// The API, if there is one of that name.
    pub api: Option<ApiSlug>,
    /// The version, if there is one of that name.
    pub major: Option<Major>,
    /// The operation, if one matched.
    pub operation: Option<Arc<str>>,
    /// Who called, as far as proven.
    pub caller: Caller,
    /// Whom the client's certificate names, if the listener asked for one and it was verified.
    pub certificate: Option<Arc<ClientCertificate>>,
    /// The status of the answer; [`CLIENT_GONE`] if there was none.
    pub status: u16,
    /// The reason code of a "no".
    pub refusal: Option<&'static str>,
    /// What a person needs to mend it.
    pub detail: Option<String>,
    /// What was measured, for the caller and whoever answers for it: names and values.
    pub facts: Vec<(&'static str, String)>,
    /// Whether another gateway asked what to do with the request, so that nothing was forwarded here.
    pub decides_only: bool,
    /// How long after it came the head of an upstream's answer was there; `None` if none came.
    pub upstream_micros: Option<u64>,
    /// Which trace it is part of, if the gateway takes part in traces.
    pub trace: Option<TraceId>,
    /// What is told of it besides, if the trace is told.
    pub span: Option<Box<Span>>,
}

/// Who called, as far as proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Nobody known.
    Anonymous,
    /// A program.
    Application {
        /// Which.
        id: ApplicationId,
        /// With which credential.
        credential: Option<CredentialId>,
    },
    /// A person.
    Person {
        /// Who.
        id: PersonId,
    },
}

/// Entries of one thread that are not handed over yet. Each by itself would wake the thread that takes them.
#[derive(Default)]
pub(crate) struct Batch {
    entries: RefCell<Vec<Entry>>,
    panicked: RefCell<Option<RequestId>>,
}

impl Batch {
    const SIZE: usize = 256;

    /// The request that the last panic ended, so that the answer to it can name it.
    pub(crate) fn take_panicked(&self) -> Option<RequestId> {
        self.panicked.take()
    }

    fn put(&self, entry: Entry, shared: &Shared) {
        let mut entries = self.entries.borrow_mut();
        if entries.capacity() == 0 {
            entries.reserve(Self::SIZE);
        }
        entries.push(entry);
        if entries.len() >= Self::SIZE {
            hand_over(std::mem::take(&mut entries), shared);
        }
    }

    /// Hands over what is there.
    pub(crate) fn flush(&self, shared: &Shared) {
        let entries = self.entries.take();
        if !entries.is_empty() {
            hand_over(entries, shared);
        }
    }
}

/// No request waits for whoever takes the entries: what finds no room is counted and lost.
fn hand_over(entries: Vec<Entry>, shared: &Shared) {
    shared.metrics.answered(&entries);
    let count = entries.len() as u64;
    if shared.journal.try_send(entries).is_err() {
        shared.metrics.journal_dropped.inc_by(count);
    }
}

/// An entry being written. It goes to the journal when dropped, so that no way of ending loses or doubles it.
pub(crate) struct Page {
    entry: Option<Entry>,
    request: RequestId,
    at: Timestamp,
    started: Instant,
    /// Whether an upstream was asked.
    has_asked: bool,
    core: Rc<Core>,
}

impl Page {
    pub(crate) fn open(
        core: &Rc<Core>,
        request: RequestId,
        at: Timestamp,
        environment: EnvironmentName,
        method: Option<&Method>,
    ) -> Self {
        let entry = Entry {
            request: request.clone(),
            at,
            duration_micros: 0,
            environment,
            method: method.cloned(),
            path: core.no_path.clone(),
            api: None,
            major: None,
            operation: None,
            caller: Caller::Anonymous,
            certificate: None,
            status: CLIENT_GONE,
            refusal: None,
            detail: None,
            facts: vec![],
            decides_only: false,
            upstream_micros: None,
            trace: None,
            span: None,
        };
        Self { entry: Some(entry), request, at, started: present(), has_asked: false, core: Rc::clone(core) }
    }

    /// A page for an answer whose request has its entry already.
    pub(crate) fn of_answered(core: &Rc<Core>, request: RequestId, at: Timestamp) -> Self {
        Self { entry: None, request, at, started: present(), has_asked: false, core: Rc::clone(core) }
    }

    pub(crate) fn write(&mut self, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = &mut self.entry {
            change(entry);
        }
    }

    pub(crate) fn path(&mut self, path: &Arc<str>) {
        // Canonical paths are ASCII, so that they can be cut anywhere.
        let cut = path.get(..LONGEST_PATH).filter(|cut| cut.len() < path.len());
        self.write(|entry| entry.path = cut.map_or_else(|| Arc::clone(path), Into::into));
    }

    /// Notes why an answer that had begun did not reach its end; the first reason stays.
    pub(crate) fn broke_off(&mut self, why: &str) {
        self.write(|entry| {
            if entry.detail.is_none() {
                entry.detail = Some(why.to_owned());
            }
        });
    }

    /// Ends the entry and hands it to the journal. Nothing is written to it any more.
    pub(crate) fn close(&mut self) {
        if let Some(mut entry) = self.entry.take() {
            entry.duration_micros = self.elapsed();
            // A head that could not be read has no place in anybody's trace, and is told as others are.
            if let Some(sampling) = self.core.shared.sampling.filter(|_| entry.trace.is_none()) {
                let (trace, span) = sampling.root(&self.core, None);
                (entry.trace, entry.span) = (Some(trace.id), span);
            }
            self.core.journal.put(entry, &self.core.shared);
        }
    }

    /// Gives the request its place in a trace.
    pub(crate) fn joins(
        &mut self,
        sampling: Sampling,
        unread: &mut Unread,
        is_proxy: bool,
        is_tls: bool,
    ) -> Option<Trace> {
        let entry = self.entry.as_mut()?;
        let (trace, span) = sampling.begin(&self.core, unread, is_proxy);
        entry.trace = Some(trace.id);
        entry.span = span.map(|mut span| {
            span.scheme = if is_tls { "https" } else { "http" };
            span.host = unread.host();
            span
        });
        Some(trace)
    }

    /// Notes something for the trace, if that is told.
    pub(crate) fn tell(&mut self, change: impl FnOnce(&mut Span)) {
        if let Some(span) = self.entry.as_mut().and_then(|entry| entry.span.as_mut()) {
            change(span);
        }
    }

    /// Notes that an upstream is asked now.
    pub(crate) fn asks(&mut self, upstream: &Target) {
        self.has_asked = true;
        let after = self.started;
        self.tell(|span| {
            let after = u64::try_from(after.elapsed().as_micros()).unwrap_or(u64::MAX);
            span.asks(format!("{}{}", upstream.origin(), upstream.base_path()), after);
        });
    }

    /// Notes the status of an answer that came from an upstream, if one was asked.
    pub(crate) fn answered(&mut self, status: u16) {
        let upstream_micros = self.has_asked.then(|| self.elapsed());
        self.write(|entry| {
            entry.status = status;
            entry.upstream_micros = upstream_micros;
            if let Some(asked) = entry.span.as_mut().and_then(|span| span.asked.as_mut()) {
                asked.status = Some(status);
            }
        });
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn panicked(&mut self) {
        self.write(|entry| {
            entry.detail = Some(Refusal::Internal.detail(""));
            // An answer that had begun keeps its status.
            if entry.status == CLIENT_GONE {
                entry.status = 500;
                entry.refusal = Some(Refusal::Internal.code().as_str());
            }
        });
        if self.entry.is_some() {
            self.core.journal.panicked.replace(Some(self.request.clone()));
        }
    }

    pub(crate) fn request(&self) -> &RequestId {
        &self.request
    }

    pub(crate) fn at(&self) -> Timestamp {
        self.at
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.panicked();
        }
        self.close();
    }
}
