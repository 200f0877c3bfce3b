//! A gateway alone, without hub and store: from a snapshot document, or with one API that anyone may call.
//!
//! `cargo run -p hansom-gateway --example gateway -- 127.0.0.1:8080 http://127.0.0.1:9000` sends `/bench/v1/…` to that upstream;
//! with a file instead of the upstream, its snapshot (the JSON of a `SnapshotDocument`) is served. A number after that is
//! how many threads it has.

#![expect(clippy::disallowed_methods, reason = "a program of its own has a real clock, files and arguments")]

use std::{
    error::Error,
    time::{SystemTime, UNIX_EPOCH},
};

use hansom_domain::{Chance, Clock, EnvironmentName, Network, OpenNetworks, Timestamp};
use hansom_gateway::{Bounds, Reach, Resolver, Setup, Snapshot, SnapshotDocument, pressure::Pressure};
use prometheus_client::registry::Registry;
use serde_json::json;
use tokio::sync::mpsc;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [listen, source, rest @ ..] = arguments.as_slice() else {
        return Err("two arguments are needed: an address to listen on, and an upstream or a snapshot file".into());
    };
    let document: SnapshotDocument = match source.contains("://") {
        true => serde_json::from_value(one_api(source))?,
        false => serde_json::from_slice(&std::fs::read(source)?)?,
    };
    let cores = rest.first().map_or(Ok(1), |cores| cores.parse())?;
    let (journal, mut entries) = mpsc::channel(256);
    let setup = Setup {
        environments: vec![(
            EnvironmentName::production(),
            hansom_gateway::listen(listen.parse()?, cores)?,
            Default::default(),
        )],
        clock: Clock::new(|| {
            let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
        }),
        chance: Chance::new(|bytes| {
            aws_lc_rs::rand::fill(bytes).expect("the system has chance");
        }),
        journal,
        registry: &mut Registry::default(),
        cores,
        bounds: Bounds::default(),
        pressure: Pressure::default(),
        identity_signer: None,
        reach: Reach::new(OpenNetworks::new(Network::LOOPBACK.into()), Resolver::system(), vec![], None)?,
    };
    let _gateway = hansom_gateway::start(setup, Some(Snapshot::compile(document).snapshot))?;
    while entries.blocking_recv().is_some() {}
    Ok(())
}

fn one_api(upstream: &str) -> serde_json::Value {
    let version = json!({
        "api": "bench", "major": "v1", "release": 1, "info_version": "1.0.0", "title": "Bench",
        "owner": "bench@council.example", "status": "live", "audience": "public", "sunset": null, "deprecated_at": null,
        "successor": null, "limits": { "per_consumer": "1000000000/second", "burst": 1_000_000 },
        "access": [{ "operations": ["*"], "groups": [], "granted_applications": false, "anyone": true }],
        "target": { "upstreams": { "urls": [upstream], "timeout_ms": 5000 } },
        "operations": [{ "id": "getThing", "method": "GET", "path": "/thing", "contract": null }],
    });
    json!({
        "format": 1, "generation": 1, "made_at": 0, "issuer": "http://hub.example", "hub": "http://hub.example", "keys": [],
        "environments": [{ "name": "production", "base_url": "http://api.example", "versions": [version] }],
        "applications": [], "people": [], "revoked_tokens": [],
    })
}
