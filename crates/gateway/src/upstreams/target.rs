//! What is known of one server?

use std::sync::Arc;

use http::HeaderValue;
use tokio::{runtime::Handle, time::Instant};
use tokio_rustls::rustls::pki_types::ServerName;

use super::{
    address::Address,
    load::Load,
    names::Names,
    probe::Asked,
    reach::Reach,
    standing::Standing,
    tally::{Tally, TargetFigures},
    turn::Failure,
};

/// One server, for all threads, versions and snapshots.
#[derive(Debug)]
pub(crate) struct Target {
    number: u32,
    pub(super) address: Address,
    pub(super) asked: Option<Asked>,
    pub(super) names: Names,
    pub(super) reach: Arc<Reach>,
    /// What the server must prove to be, where it is spoken to in TLS.
    pub(super) server_name: Option<ServerName<'static>>,
    /// Where the background work of this server runs.
    pub(super) background: Handle,
    load: Load,
    pub(super) tally: Tally,
    standing: Standing,
    started: Instant,
}

impl Target {
    pub(super) fn new(
        number: u32,
        address: Address,
        asked: Option<Asked>,
        reach: Arc<Reach>,
        background: Handle,
        started: Instant,
    ) -> Self {
        let server_name = address.is_tls.then(|| address.host.server_name()).flatten();
        Self {
            number,
            names: Names::of(&address.host),
            address,
            asked,
            reach,
            server_name,
            background,
            load: Load::default(),
            tally: Tally::default(),
            standing: Standing::default(),
            started,
        }
    }

    /// Names the server in pools: no other server of this process has it.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    /// Another number than before, once an address that connections may be made to is no longer the server's. Connections made
    /// under another one should not be used again.
    pub(crate) fn epoch(&self) -> u32 {
        self.names.epoch()
    }

    /// `http://host:port`, the audience of assertions.
    pub(crate) fn origin(&self) -> &str {
        &self.address.origin
    }

    /// What the field `Host` says.
    pub(crate) fn authority(&self) -> &HeaderValue {
        &self.address.authority
    }

    /// What stands before every path, without a slash at its end.
    pub(crate) fn base_path(&self) -> &str {
        &self.address.base_path
    }

    /// Requests under way.
    pub(crate) fn in_flight(&self) -> u32 {
        self.load.in_flight()
    }

    /// The figures so far. The count of requests goes round after 2³².
    pub(super) fn figures(&self) -> TargetFigures {
        TargetFigures {
            requests: self.load.begun().into(),
            in_flight: self.in_flight().into(),
            is_in: self.is_in(),
            ..self.tally.figures()
        }
    }

    pub(super) fn begun(&self) -> u32 {
        self.load.begun()
    }

    pub(super) fn begin(&self) {
        self.load.begin();
    }

    pub(super) fn end(&self) {
        self.load.end();
    }

    pub(super) fn is_in(&self) -> bool {
        self.standing.is_in()
    }

    pub(super) fn is_poor(&self) -> bool {
        self.standing.is_poor()
    }

    pub(super) fn is_due(&self) -> bool {
        self.standing.is_due(self.now())
    }

    pub(super) fn try_out(&self) -> bool {
        self.standing.try_out(self.now())
    }

    pub(super) fn give_back(&self) {
        self.standing.give_back(self.now());
    }

    /// Until it may be tried again; whom active checks put out may be back after the next two.
    pub(super) fn seconds_out(&self) -> u64 {
        let checks = || self.asked.as_ref().map_or(1_000, |asked| asked.health.interval_ms.saturating_mul(2));
        self.standing.left(self.now()).unwrap_or_else(checks).div_ceil(1_000)
    }

    pub(super) fn connected(&self) {
        self.tell(|standing| standing.connected(self.now()));
    }

    pub(super) fn answered(&self, status: u16, is_trial: bool) {
        if status < 500 && self.standing.is_in() {
            self.standing.answered(status, is_trial, || self.now());
        } else {
            if status >= 500 {
                self.tally.erred();
            }
            self.tell(|standing| standing.answered(status, is_trial, || self.now()));
        }
    }

    pub(super) fn failed(&self, failure: Failure, is_trial: bool) {
        self.tally.failed(failure);
        self.tell(|standing| standing.failed(failure, is_trial, || self.now()));
    }

    pub(super) fn checked(&self, is_well: bool) {
        self.tell(|standing| standing.checked(is_well, self.now()));
    }

    /// Says it when the server goes out or comes back, once each.
    fn tell(&self, change: impl FnOnce(&Standing)) {
        let was_in = self.standing.is_in();
        change(&self.standing);
        match (was_in, self.standing.is_in()) {
            (true, false) => {
                self.tally.put_out();
                tracing::warn!(upstream = self.origin(), "the upstream is out");
            }
            (false, true) => tracing::info!(upstream = self.origin(), "the upstream is back"),
            _ => {}
        }
    }

    pub(super) fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
