//! What does `[gateway]` say?

use std::{path::PathBuf, time::Duration};

use hansom_domain::Network;
use hansom_gateway::{Bounds, ForwardedHeader, TrustedProxies};
use serde::Deserialize;

const LONGEST_STOP: u64 = 3600;
const LEAST_MEMORY: u64 = 64;
const MOST_NODES: u32 = 1000;

/// `[gateway]`: what all environments' listeners have in common. Every key may be left out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Gateway {
    /// The networks of proxies before the gateway, whose word about the client is taken.
    trusted_proxies: Vec<Network>,
    /// The header that they write the client into.
    forwarded_header: Header,
    /// Whether their connections begin with a line of the PROXY protocol.
    pub(crate) proxy_protocol: bool,
    /// The networks of other gateways that ask at `/authz` what to do with requests of theirs; nobody may, where there are none.
    pub(crate) authz_from: Vec<Network>,
    /// How long the gateway goes on as before after it was told to stop and `/ready` says so.
    stop_delay_seconds: u64,
    /// How long requests under way may take to end.
    drain_seconds: u64,
    /// Open client connections, over all listeners.
    most_connections: usize,
    /// Open client connections of one address that is no trusted proxy's.
    most_connections_of_address: usize,
    /// How many gateways the same callers' requests are spread over; each lets its part of the rates through.
    nodes: u32,
    /// Where a line of JSON is written for each request: a file, or `-` for standard output.
    pub(crate) access_log: Option<PathBuf>,
    /// How much memory there is, if it is less than the machine or the container has.
    memory_megabytes: Option<u64>,
    /// Networks besides the public internet in which upstreams may be: `["10.0.0.0/8"]`.
    pub(crate) private_upstreams: Vec<Network>,
    /// A file with certificates of authorities that vouch for upstreams, besides those that this machine trusts.
    pub(crate) upstream_authorities: Option<PathBuf>,
    /// A file with the certificate that upstreams are shown if they ask for one, and those that vouch for it.
    pub(crate) upstream_certificate: Option<PathBuf>,
    /// A file with the key of that certificate.
    pub(crate) upstream_key: Option<PathBuf>,
}

/// The header that proxies write the client into.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
pub(crate) enum Header {
    #[default]
    #[serde(rename = "x-forwarded-for")]
    XForwardedFor,
    #[serde(rename = "forwarded")]
    Forwarded,
}

impl Header {
    /// These proxies, as writers of it.
    pub(super) fn of(self, proxies: &[Network]) -> TrustedProxies {
        let header = match self {
            Self::XForwardedFor => ForwardedHeader::XForwardedFor,
            Self::Forwarded => ForwardedHeader::Forwarded,
        };
        TrustedProxies::new(proxies.to_vec(), header)
    }
}

impl Default for Gateway {
    fn default() -> Self {
        Self {
            trusted_proxies: vec![],
            forwarded_header: Header::default(),
            proxy_protocol: false,
            authz_from: vec![],
            stop_delay_seconds: 0,
            drain_seconds: 30,
            most_connections: Bounds::default().most_connections,
            most_connections_of_address: Bounds::default().most_connections_of_address,
            nodes: Bounds::default().nodes,
            access_log: None,
            memory_megabytes: None,
            private_upstreams: vec![],
            upstream_authorities: None,
            upstream_certificate: None,
            upstream_key: None,
        }
    }
}

impl Gateway {
    /// What of it makes no sense.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.proxy_protocol && self.trusted_proxies.is_empty() {
            return Err("proxy_protocol is read from trusted_proxies alone, and there are none; name them".into());
        }
        if self.stop_delay_seconds > LONGEST_STOP || self.drain_seconds > LONGEST_STOP {
            return Err(format!("stop_delay_seconds and drain_seconds are at most {LONGEST_STOP}"));
        }
        if self.most_connections == 0 || self.most_connections_of_address == 0 {
            return Err("most_connections, or most_connections_of_address, is 0; nobody could come in".into());
        }
        if !(1..=MOST_NODES).contains(&self.nodes) {
            return Err(format!("nodes is a number from 1 to {MOST_NODES}: how many gateways share the callers"));
        }
        if self.memory_megabytes.is_some_and(|megabytes| megabytes < LEAST_MEMORY) {
            return Err(format!("memory_megabytes is at least {LEAST_MEMORY}"));
        }
        Ok(())
    }

    /// Whose word about the client is taken.
    pub(crate) fn proxies(&self) -> TrustedProxies {
        self.forwarded_header.of(&self.trusted_proxies)
    }

    /// How much the gateway takes.
    pub(crate) fn bounds(&self) -> Bounds {
        Bounds {
            most_connections: self.most_connections,
            most_connections_of_address: self.most_connections_of_address,
            nodes: self.nodes,
            ..Bounds::default()
        }
    }

    /// Bytes of memory that there are, if the configuration says so.
    pub(crate) fn memory(&self) -> Option<u64> {
        self.memory_megabytes.map(|megabytes| megabytes.saturating_mul(1024 * 1024))
    }

    /// From the order to stop to the end of taking connections.
    pub(crate) fn stop_delay(&self) -> Duration {
        Duration::from_secs(self.stop_delay_seconds)
    }

    /// From there to the end.
    pub(crate) fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds)
    }
}
