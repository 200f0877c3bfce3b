//! `hansom mock`: serve a contract's examples.

use std::{
    net::{SocketAddr, TcpListener},
    path::PathBuf,
    time::Duration,
};

use clap::Args;
use hansom_domain::{
    AccessRule, AccessRules, ApiSlug, Audience, EnvironmentName, Limits, Major, OpenNetworks, OperationSet, Quotas,
    Rate, Status,
};
use hansom_gateway::{
    Entrance, Gateway, Snapshot, SnapshotDocument,
    pressure::Pressure,
    snapshot::{EnvironmentDocument, FORMAT, Target, VersionDocument},
};
use hansom_standards::Contract;
use prometheus_client::registry::Registry;
use tokio::sync::mpsc;

use crate::{
    contract_file::ContractFile,
    failure::{Doing, Failure},
    platform::{self, cores},
    publisher::operation_document,
    reach,
    saying::say,
    signals::Signals,
    world,
};

/// What a contract is called whose address names no API.
const NAMELESS: &str = "mock-api";
/// Nobody waits for a limit where nothing is done.
const NO_LIMIT: Limits = Limits {
    per_consumer: Rate { requests: 1_000_000_000, seconds: 1 },
    burst: 1_000_000,
    per_person: None,
    per_address: None,
    operations: std::collections::BTreeMap::new(),
    body: None,
};
const BATCHES: usize = 16;
const GRACE: Duration = Duration::from_secs(2);

/// Serve a contract's examples to whoever asks, and refuse what does not fit the contract, as the sandbox does. `Prefer: code=404`
/// or `Prefer: example=NAME` chooses an answer.
#[derive(Args)]
#[command(after_help = "Examples:\n  hansom mock openapi.yaml\n  hansom mock openapi.yaml --listen 127.0.0.1:0\n  \
    curl -H 'Prefer: code=404' http://127.0.0.1:8081/parking/v1/permits/7\n\n\
    Exit code: 0 when it is stopped, 1 the contract cannot be served, 2 wrong use, 3 it broke.")]
pub(crate) struct Mock {
    /// The contract; `-` reads it from standard input.
    contract: PathBuf,
    /// Where it listens; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:8081", value_name = "HOST:PORT")]
    listen: SocketAddr,
}

impl Mock {
    /// Serves until it is told to stop.
    pub(crate) fn run(self) -> Result<(), Failure> {
        platform::log(false);
        let contract = ContractFile::of(&self.contract)?.contract()?;
        let runtime =
            tokio::runtime::Builder::new_multi_thread().enable_all().build().doing("no runtime could be made")?;
        runtime.block_on(async {
            let mut signals = Signals::of_a_terminal()?;
            let listeners =
                hansom_gateway::listen(self.listen, cores()).doing(format!("{} cannot be listened at", self.listen))?;
            let address = listeners.first().map_or(Ok(self.listen), TcpListener::local_addr);
            let origin = format!("http://{}", address.doing("the listener has no address")?);
            let served = snapshot(&contract, &origin)?;
            let gateway = start(listeners, served.snapshot)?;
            say(&greeting(&contract, &format!("{origin}{}", served.base_path)))?;
            signals.told_to_stop().await;
            gateway.stop(GRACE).await;
            Ok(())
        })
    }
}

/// A contract as the gateway serves it, and below which path.
struct Served {
    snapshot: Snapshot,
    base_path: String,
}

fn snapshot(contract: &Contract, origin: &str) -> Result<Served, Failure> {
    let (api, major) = place(contract)?;
    let base_path = format!("/{api}/{major}");
    let environment = EnvironmentDocument {
        name: EnvironmentName::sandbox(),
        base_url: origin.to_owned(),
        versions: vec![version(contract, api, major)?],
    };
    let compiled = Snapshot::compile(SnapshotDocument {
        format: FORMAT,
        generation: 1,
        made_at: world::clock().now(),
        issuer: origin.to_owned(),
        hub: origin.to_owned(),
        keys: vec![],
        environments: vec![environment],
        applications: vec![],
        people: vec![],
        revoked_tokens: vec![],
    });
    match compiled.set_aside.first() {
        Some(aside) => Err(Failure::refused(format!("the contract cannot be served: {}", aside.why))),
        None => Ok(Served { snapshot: compiled.snapshot, base_path }),
    }
}

fn version(contract: &Contract, api: ApiSlug, major: Major) -> Result<VersionDocument, Failure> {
    let anyone = AccessRule {
        operations: OperationSet::from_list(vec!["*".into()]).doing("all operations")?,
        groups: vec![],
        granted_applications: false,
        anyone: true,
    };
    Ok(VersionDocument {
        api,
        major,
        release: 1,
        info_version: contract.version.clone(),
        title: contract.title.clone(),
        owner: "nobody@mock.invalid".parse().doing("the mock's owner")?,
        status: Status::Alpha,
        audience: Audience::Public,
        sunset: None,
        deprecated_at: None,
        successor: None,
        limits: NO_LIMIT,
        quotas: Quotas::default(),
        cross_origin: None,
        access: AccessRules::new(vec![anyone], Audience::Public).doing("that anyone may call")?,
        target: Target::Mock,
        operations: contract.operations.iter().map(|operation| operation_document(operation, true)).collect(),
    })
}

/// As the contract's own server says, if it says it as the platform would; else from the version.
fn place(contract: &Contract) -> Result<(ApiSlug, Major), Failure> {
    let server = contract.document().at("/servers/0/url").and_then(|url| url.as_str());
    let said = server.and_then(|url| {
        let path = match url.split_once("://") {
            Some((_, rest)) => rest.split_once('/')?.1,
            None => url.trim_start_matches('/'),
        };
        let (api, major) = path.trim_end_matches('/').split_once('/')?;
        Some((api.parse::<ApiSlug>().ok()?, major.parse::<Major>().ok()?))
    });
    if let Some(said) = said {
        return Ok(said);
    }
    let number = contract.version.split('.').next().and_then(|number| number.parse::<u16>().ok()).unwrap_or_default();
    let major = Major::new(number.max(1)).ok_or_else(|| Failure::refused("info.version is too large"))?;
    Ok((NAMELESS.parse().doing("the mock's name")?, major))
}

fn start(listeners: Vec<TcpListener>, snapshot: Snapshot) -> Result<Gateway, Failure> {
    let (journal, mut entries) = mpsc::channel(BATCHES);
    tokio::spawn(async move { while entries.recv().await.is_some() {} });
    let setup = hansom_gateway::Setup {
        environments: vec![(EnvironmentName::sandbox(), listeners, Entrance::default())],
        clock: world::clock(),
        chance: world::chance(),
        journal,
        registry: &mut Registry::default(),
        cores: cores(),
        bounds: hansom_gateway::Bounds::default(),
        pressure: Pressure::default(),
        identity_signer: None,
        reach: reach::plain(OpenNetworks::new(vec![]))?,
        sampling: None,
    };
    hansom_gateway::start(setup, Some(snapshot)).doing("the gateway could not start")
}

fn greeting(contract: &Contract, url: &str) -> String {
    let title = hansom_standards::report::harmless(&contract.title);
    let mut text = format!("{title} {} is served from its examples at {url}\n", contract.version);
    if let Some(call) = hansom_verify::opening(contract, url, world::chance()) {
        text.push_str(&format!("Try: {call}\n"));
    }
    text.push_str("Stop with Ctrl-C.\n");
    text
}
