//! How are the servers of a version to be treated?

use serde::{Deserialize, Serialize};

/// How long an upstream may take, how much it takes at once, and how it is asked whether it is well. Times in milliseconds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct UpstreamOptions {
    /// Until a connection stands, TLS included.
    pub connect_timeout_ms: u64,
    /// Between two bytes of a body, in either direction.
    pub idle_timeout_ms: u64,
    /// From the request's first byte to the answer's last.
    pub total_timeout_ms: u64,
    /// Requests of the version that may be at its upstreams at once.
    pub most_in_flight: u32,
    /// Whether the upstreams are asked in HTTP/2: in TLS if they agree to it, without TLS because the manifest says that they can.
    pub http2: bool,
    /// Whether the upstreams are told whom the certificate of a client names.
    pub client_certificate: bool,
    /// How each upstream is asked whether it is well; if not said, none is asked.
    pub health: Option<HealthCheck>,
}

impl Default for UpstreamOptions {
    fn default() -> Self {
        Self {
            connect_timeout_ms: 2_000,
            idle_timeout_ms: 60_000,
            total_timeout_ms: 3_600_000,
            most_in_flight: 1_000,
            http2: false,
            client_certificate: false,
            health: None,
        }
    }
}

/// A question that an upstream answers with 200 to 299 as long as it is well.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct HealthCheck {
    /// The path on the server, from its root.
    pub path: String,
    /// From one question to the next.
    pub interval_ms: u64,
    /// How long an answer may take.
    pub timeout_ms: u64,
    /// So many good answers in a row bring it back.
    pub healthy_after: u32,
    /// So many bad ones in a row take it out.
    pub unhealthy_after: u32,
}

impl HealthCheck {
    /// Asks for `path` every five seconds.
    pub fn at(path: impl Into<String>) -> Self {
        Self { path: path.into(), interval_ms: 5_000, timeout_ms: 2_000, healthy_after: 2, unhealthy_after: 3 }
    }
}
