//! How do a hub and gateways share one database, and what does a gateway do without both?

use std::{
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::Stdio,
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use crate::{
    faults::{cost_nothing, under_load},
    running::{Ports, Running, Scratch, configuration, get, serve},
    village::{Village, contract, manifest},
};

/// Stands between a node and its database, and can be cut.
struct Line {
    address: SocketAddr,
    state: Arc<Mutex<(bool, Vec<TcpStream>)>>,
}

impl Line {
    /// To the server of that address.
    fn to_database(address: &str) -> Self {
        let (_, rest) = address.split_once('@').unwrap();
        Self::to(rest.split_once('/').unwrap().0.to_owned())
    }

    fn to(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, state) = (listener.local_addr().unwrap(), Arc::new(Mutex::new((true, vec![]))));
        let shared: Arc<Mutex<(bool, Vec<TcpStream>)>> = Arc::clone(&state);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let mut state = shared.lock().unwrap();
                let Some(server) = state.0.then(|| TcpStream::connect(&server).ok()).flatten() else { continue };
                for (mut from, mut to) in [
                    (client.try_clone().unwrap(), server.try_clone().unwrap()),
                    (server.try_clone().unwrap(), client.try_clone().unwrap()),
                ] {
                    thread::spawn(move || {
                        let _ = std::io::copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
                state.1.extend([client, server]);
            }
        });
        Self { address, state }
    }

    /// Cuts it, or mends it.
    fn set(&self, holds: bool) {
        let mut state = self.state.lock().unwrap();
        state.0 = holds;
        for stream in state.1.drain(..).filter(|_| !holds) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

/// Two nodes' files, and the ports of both.
struct Nodes {
    scratch: Scratch,
    control: (PathBuf, Ports),
    gateway: (PathBuf, Ports),
}

impl Nodes {
    /// The hub reaches its database directly, the gateway by a line where there is one. The gateway's file says its role, and
    /// leaves out what it does not need.
    fn new(database: Option<&str>, line: Option<&Line>) -> Self {
        let scratch = Scratch::new();
        let (hub, node) = (Ports::free(), Ports::free());
        let shared = Ports { hub: hub.hub, operations: node.operations, production: node.production };
        let text = std::fs::read_to_string(configuration(&scratch, &shared, "", "")).unwrap();
        let folder = scratch.0.display().to_string();
        let own = format!("sqlite://{folder}/hansom.db");
        let database = database.map_or_else(|| own.clone(), str::to_owned);
        let far = line.map_or_else(
            || database.clone(),
            |line| {
                let (user, rest) = database.split_once('@').unwrap();
                format!("{user}@{}/{}", line.address, rest.split_once('/').unwrap().1)
            },
        );
        let identity = text.find("[identity]").unwrap()..text.find("[platform]").unwrap();
        let mut lean = text.clone();
        lean.replace_range(identity, "");
        let listens = format!("listen = \"127.0.0.1:{}\"\n", hub.hub);
        let lean = lean.replace(&listens, "").replace(&own, &far).replace("\"state\"", "\"state-of-gateway\"");
        let gateway = scratch.write("gateway.toml", &format!("role = \"gateway\"\n{lean}"));
        let operations = |port: u16| format!("listen = \"127.0.0.1:{port}\"");
        let whole = text.replace(&operations(node.operations), &operations(hub.operations)).replace(&own, &database);
        let control = scratch.write("hansom.toml", &whole);
        Self { scratch, control: (control, hub), gateway: (gateway, node) }
    }

    fn start_control(&self) -> Running {
        Running::start(&mut serve(&self.control.0, &["--role", "control"]), &self.control.1)
    }

    fn start_gateway(&self) -> Running {
        Running::start(serve(&self.gateway.0, &[]).stderr(Stdio::piped()), &self.gateway.1)
    }

    fn asks(&self, path: &str) -> Option<String> {
        get(self.gateway.1.production, path)
    }

    fn answers(&self, path: &str) -> bool {
        self.asks(path).is_some_and(|answer| answer.starts_with("HTTP/1.1 200"))
    }
}

fn is_closed(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_err()
}

/// What is published at the hub is live at the gateway; the hub may go, and come, and nothing happens.
async fn publish_and_lose_the_hub(nodes: &Nodes, village: &Village, gateway: &mut Running, mut control: Running) {
    let (hub, publisher) = (nodes.control.1.hub, village.publisher(&nodes.scratch).await);
    let service = village.service.address;
    let published = publisher.publish(&nodes.scratch, hub, &manifest("trees", service), &contract("/trees", "1.0.0"));
    assert!(published.status.success(), "{published:?}");
    gateway.until(|| nodes.answers("/trees/v1/trees"), "what was published at the hub is live");
    control.0.kill().unwrap();
    control.0.wait().unwrap();
    assert!(is_closed(hub));
    for _ in 0..20 {
        assert!(nodes.answers("/trees/v1/trees"), "the gateway serves without a hub");
    }
    let control = nodes.start_control();
    let more = contract("/trees", "1.1.0")
        + "  /woods:\n    get: { operationId: listWoods, responses: { '200': { description: All. } } }\n";
    let published = publisher.publish(&nodes.scratch, hub, &manifest("trees", service), &more);
    assert!(published.status.success(), "{published:?}");
    gateway.until(|| nodes.answers("/trees/v1/woods"), "the hub is back and publishes");
    let refused = nodes.asks("/trees/v1/nothing").unwrap();
    let id = refused.lines().find_map(|line| line.strip_prefix("request-id: ")).unwrap().parse().unwrap();
    for turn in 0.. {
        if village.control.reads().refused_call(&id).await.unwrap().is_some() {
            break;
        }
        assert!(turn < 600, "the gateway tells the store what it refused");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(control);
}

#[tokio::test(flavor = "multi_thread")]
async fn l123_a_hub_and_a_gateway_share_a_database_and_the_gateway_serves_without_both() {
    let postgres = hansom_testkit::database("nodes").await;
    for database in [None, postgres] {
        let line = database.as_deref().map(Line::to_database);
        let nodes = Nodes::new(database.as_deref(), line.as_ref());
        let file = format!("sqlite://{}/hansom.db", nodes.scratch.0.display());
        let village = Village::found(&nodes.scratch, database.as_deref().unwrap_or(&file)).await;
        let control = nodes.start_control();
        assert!(get(nodes.control.1.operations, "/ready").unwrap().contains("ready: database at"));
        assert!(is_closed(nodes.gateway.1.production), "a hub alone listens for no environment");
        let mut gateway = nodes.start_gateway();
        assert!(get(nodes.gateway.1.operations, "/ready").unwrap().contains("ready: snapshot"));
        publish_and_lose_the_hub(&nodes, &village, &mut gateway, control).await;
        assert!(is_closed(nodes.control.1.hub), "a gateway alone serves no hub");
        // The database goes: under a running gateway where that can be done, and before a start.
        let file = nodes.scratch.0.join("hansom.db");
        match &line {
            Some(line) => cost_nothing(under_load("a database that is gone", nodes.gateway.1.production, || {
                line.set(false);
                thread::sleep(Duration::from_secs(3));
                assert!(nodes.answers("/trees/v1/woods"), "the gateway serves without a database");
            })),
            None => std::fs::rename(&file, file.with_extension("away")).unwrap(),
        }
        gateway.0.kill().unwrap();
        gateway.0.wait().unwrap();
        let mut gateway = nodes.start_gateway();
        assert!(nodes.answers("/trees/v1/woods"), "it starts from its snapshot");
        match &line {
            Some(line) => line.set(true),
            None => std::fs::rename(file.with_extension("away"), &file).unwrap(),
        }
        village.publish("bushes", "/bushes", "1.0.0").await;
        gateway.until(|| nodes.answers("/bushes/v1/bushes"), "the database is back");
        gateway.signal("TERM");
        assert_eq!(gateway.end().code(), Some(0));
        let told = gateway.error();
        assert!(told.contains("the database is tried again") && told.contains("the database is back"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn l123_a_gateway_with_neither_snapshot_nor_database_says_why_and_becomes_ready_when_there_is_one() {
    let postgres = hansom_testkit::database("waits").await;
    for database in [None, postgres] {
        let line = database.as_deref().map(Line::to_database);
        let nodes = Nodes::new(database.as_deref(), line.as_ref());
        needs_a_master_key(&nodes);
        if let Some(line) = &line {
            line.set(false);
        }
        let mut gateway = Running(serve(&nodes.gateway.0, &[]).stderr(Stdio::piped()).spawn().unwrap());
        let ready = || get(nodes.gateway.1.operations, "/ready").unwrap_or_default();
        let waits = |why: &str| ready().starts_with("HTTP/1.1 503") && ready().contains(why);
        gateway.until(|| waits("could not be opened"), "it says that there is no database");
        assert!(nodes.asks("/trees/v1/trees").unwrap().starts_with("HTTP/1.1 503"));
        if let Some(line) = &line {
            line.set(true);
            gateway.until(|| waits("not brought up to this version"), "it makes no tables");
        }
        let file = format!("sqlite://{}/hansom.db", nodes.scratch.0.display());
        let village = Village::found(&nodes.scratch, database.as_deref().unwrap_or(&file)).await;
        village.publish("trees", "/trees", "1.0.0").await;
        gateway.until(|| waits("no signing key yet"), "it makes no key");
        let control = nodes.start_control();
        gateway.until(|| nodes.answers("/trees/v1/trees") && ready().contains("200 OK"), "all is there");
        assert!(!ready().contains("note:"), "{}", ready());
        drop(control);
        gateway.signal("TERM");
        assert_eq!(gateway.end().code(), Some(0));
        let told = gateway.error();
        assert!(told.contains("has no snapshot either and is not ready"), "{told}");
    }
}

/// A gateway makes no master key, and nobody will bring one while it runs.
fn needs_a_master_key(nodes: &Nodes) {
    let output = serve(&nodes.gateway.0, &[]).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && error.contains("master.key"), "{error}");
    nodes.scratch.write("master.key", &"07".repeat(32));
}

#[test]
fn check_and_serve_know_what_a_role_needs() {
    let nodes = Nodes::new(None, None);
    let check = |file: &PathBuf, more: &[&str]| {
        let mut command = std::process::Command::new(crate::running::BINARY);
        let output = command.args(["check", "--config"]).arg(file).args(more).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.success(), text(output.stdout) + &text(output.stderr))
    };
    let (control, gateway) = (&nodes.control.0, &nodes.gateway.0);
    for (file, more, good, words) in [
        (control, vec![], true, "role all"),
        (control, vec!["--role", "control"], true, "role control"),
        (control, vec!["--role", "gateway"], true, "role gateway"),
        (gateway, vec![], true, "role gateway"),
        (gateway, vec!["--role", "all"], false, "[hub] needs listen where the role is all"),
        (gateway, vec!["--role", "control"], false, "[hub] needs listen where the role is control"),
        (gateway, vec!["--role", "both"], false, "invalid value"),
    ] {
        let (is_good, told) = check(file, &more);
        assert!(is_good == good && told.contains(words), "{more:?}: {told}");
    }
    let text = std::fs::read_to_string(control).unwrap();
    let production = format!("listen = \"127.0.0.1:{}\"\n", nodes.gateway.1.production);
    let silent = nodes.scratch.write("silent.toml", &text.replace(&production, ""));
    assert!(check(&silent, &["--role", "control"]).0);
    let (is_good, told) = check(&silent, &["--role", "gateway"]);
    assert!(!is_good && told.contains("[environments.production] needs listen"), "{told}");
}
