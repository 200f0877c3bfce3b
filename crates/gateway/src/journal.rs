//! What is written down of one request?

use std::sync::Arc;

use hansom_domain::{ApiSlug, ApplicationId, CredentialId, EnvironmentName, Major, PersonId, RequestId, Timestamp};
use tokio::time::Instant;

use crate::story::Shared;

const LONGEST_METHOD: usize = 16;
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
    /// Its method, at most 16 characters.
    pub method: String,
    /// Its path in canonical form, without the query, at most 512 characters; empty if it could not be read.
    pub path: String,
    /// The API, if there is one of that name.
    pub api: Option<ApiSlug>,
    /// The version, if there is one of that name.
    pub major: Option<Major>,
    /// The operation, if one matched.
    pub operation: Option<String>,
    /// Who called, as far as proven.
    pub caller: Caller,
    /// The status of the answer; [`CLIENT_GONE`] if there was none.
    pub status: u16,
    /// The reason code of a "no".
    pub refusal: Option<&'static str>,
    /// What a person needs to mend it.
    pub detail: Option<String>,
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

/// An entry being written. It goes to the journal when dropped, so that no way of ending loses or doubles it.
pub(crate) struct Page {
    request: RequestId,
    entry: Option<Entry>,
    started: Instant,
    shared: Arc<Shared>,
}

impl Page {
    pub(crate) fn open(shared: Arc<Shared>, environment: EnvironmentName, method: &str) -> Self {
        let request = RequestId::random(&shared.chance);
        let entry = Entry {
            request: request.clone(),
            at: shared.clock.now(),
            duration_micros: 0,
            environment,
            method: method.chars().take(LONGEST_METHOD).collect(),
            path: String::new(),
            api: None,
            major: None,
            operation: None,
            caller: Caller::Anonymous,
            status: CLIENT_GONE,
            refusal: None,
            detail: None,
        };
        Self { request, entry: Some(entry), started: Instant::now(), shared }
    }

    pub(crate) fn write(&mut self, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = &mut self.entry {
            change(entry);
        }
    }

    pub(crate) fn path(&mut self, path: &str) {
        self.write(|entry| entry.path = path.chars().take(LONGEST_PATH).collect());
    }

    /// Notes why an answer that had begun did not reach its end; the first reason stays.
    pub(crate) fn broke_off(&mut self, why: &str) {
        self.write(|entry| {
            if entry.detail.is_none() {
                entry.detail = Some(why.to_owned());
            }
        });
    }

    pub(crate) fn request(&self) -> &RequestId {
        &self.request
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let Some(mut entry) = self.entry.take() else {
            return;
        };
        entry.duration_micros = u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.shared.metrics.answered(&entry);
        if self.shared.journal.try_send(entry).is_err() {
            self.shared.metrics.journal_dropped.inc();
        }
    }
}
