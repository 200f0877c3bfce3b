//! What is there to serve: an API that anyone may call, a service behind it, and a program that publishes?

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Command, Output, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hansom_control::{Control, NewApp, Publication, Settings, Standards, Vault};
use hansom_domain::{Actor, Chance, Clock, EnvironmentName, Network, OpenNetworks, Timestamp};
use hansom_standards::Profile;
use rcgen::KeyPair;

use crate::running::{BINARY, PROFILE, Ports, Running, Scratch, configuration, get, serve};

/// The verbs over a store, as a hub of the same configuration has them.
pub(crate) struct Village {
    pub(crate) control: Control,
    /// The service behind the API.
    pub(crate) service: Service,
}

/// How many bytes come of a path that ends with `/slow`, twenty in a second.
pub(crate) const SLOW: usize = 40;

/// The master key of the configuration's folder.
const MASTER: [u8; 32] = [7; 32];

fn clock() -> Clock {
    Clock::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap())
    })
}

fn chance() -> Chance {
    let source = Mutex::new(std::fs::File::open("/dev/urandom").unwrap());
    Chance::new(move |bytes| source.lock().unwrap().read_exact(bytes).unwrap())
}

/// A manifest of an API by this name, for anyone, before this service.
pub(crate) fn manifest(api: &str, service: SocketAddr) -> String {
    format!(
        "api: {api}\nowner: api-platform@hackney.example\nkind: platform\naudience: public\nstatus: beta\n\
         contract: openapi.yaml\nenvironments:\n  production: {{ upstreams: [\"http://{service}\"], timeout: 5s }}\n\
         access:\n  - operations: [\"*\"]\n    anyone: true\n\
         limits: {{ per_consumer: 1000000/second, burst: 1000000 }}\n"
    )
}

/// A contract with one path.
pub(crate) fn contract(path: &str, version: &str) -> String {
    format!(
        "openapi: 3.1.0\ninfo: {{ title: Trees, version: {version} }}\npaths:\n  {path}:\n    get:\n      \
         operationId: listTrees\n      responses: {{ '101': {{ description: Talk. }}, '200': {{ description: All. }} }}\n    post:\n      \
         operationId: plantTree\n      requestBody: {{ content: {{ text/plain: {{ schema: {{ type: string }} }} }} }}\n      \
         responses: {{ '200': {{ description: It. }} }}\n"
    )
}

impl Village {
    /// Over a store that is brought up to date.
    pub(crate) async fn found(scratch: &Scratch, database: &str) -> Self {
        scratch.write("master.key", &"07".repeat(32));
        let opened = hansom_store::open(database, clock().now()).await.unwrap();
        let settings = Settings {
            administrators: "api-platform@hackney.example".parse().unwrap(),
            environments: vec![EnvironmentName::production()],
            open_networks: OpenNetworks::new(Network::LOOPBACK.into()),
            standards: Standards {
                group: "api-platform@hackney.example".parse().unwrap(),
                profile: Arc::new(Profile::read(PROFILE).unwrap()),
            },
            terms: hansom_control::Terms::default(),
        };
        let vault = Vault::new(MASTER);
        let control = Control::new(opened.reads, opened.writes, vault, clock(), chance(), settings);
        Self { control, service: Service::start() }
    }

    /// Publishes an API with one path, before the service.
    pub(crate) async fn publish(&self, api: &str, path: &str, version: &str) {
        self.publish_contract(api, &contract(path, version)).await;
    }

    /// Publishes an API with this contract, before the service.
    pub(crate) async fn publish_contract(&self, api: &str, contract: &str) {
        let manifest = manifest(api, self.service.address);
        let publication = Publication { manifest: &manifest, contract, dry_run: false };
        self.control.publish_release(&Actor::Platform, publication).await.unwrap();
    }

    /// A program that publishes at a hub.
    pub(crate) async fn publisher(&self, scratch: &Scratch) -> Publisher {
        let key = KeyPair::generate().unwrap();
        let owner = self.control.settings().administrators.clone();
        let new = NewApp { name: "Pipeline", description: "Publishes.", owner: &owner, may_publish: true };
        let client = self.control.register_application(&Actor::Platform, new).await.unwrap();
        self.control.register_key(&Actor::Platform, &client, &key.public_key_pem()).await.unwrap();
        Publisher { client: client.to_string(), key: scratch.write("publisher.pem", &key.serialize_pem()) }
    }
}

/// A folder with a configuration, its store and a village.
pub(crate) struct Site {
    pub(crate) scratch: Scratch,
    pub(crate) ports: Ports,
    pub(crate) config: PathBuf,
    pub(crate) village: Village,
}

impl Site {
    /// With the API `trees` published; `gateway` stands in `[gateway]`.
    pub(crate) async fn new(gateway: &str) -> Self {
        let (scratch, ports) = (Scratch::new(), Ports::free());
        let config = configuration(&scratch, &ports, "", gateway);
        let village = Village::found(&scratch, &database(&scratch)).await;
        village.publish("trees", "/trees", "1.0.0").await;
        Self { scratch, ports, config, village }
    }

    pub(crate) fn start(&self) -> Running {
        let mut running = Running::start(serve(&self.config, &[]).stderr(Stdio::piped()), &self.ports);
        running.until(|| self.answers("trees"), "what is published is served");
        running
    }

    /// Whether an API is served.
    pub(crate) fn answers(&self, api: &str) -> bool {
        get(self.ports.production, &format!("/{api}/v1/{api}")).is_some_and(|answer| answer.starts_with("HTTP/1.1 200"))
    }

    /// What `/ready` says.
    pub(crate) fn ready(&self) -> String {
        get(self.ports.operations, "/ready").unwrap_or_default()
    }

    /// The sum of a metric over its labels.
    pub(crate) fn metric(&self, name: &str) -> f64 {
        let text = get(self.ports.operations, "/metrics").unwrap_or_default();
        let lines = text.lines().filter_map(|line| line.strip_prefix(name));
        let values = lines.filter(|rest| rest.starts_with([' ', '{'])).filter_map(|rest| rest.rsplit(' ').next());
        values.map(|value| value.parse::<f64>().unwrap()).sum()
    }
}

/// The database of a folder.
pub(crate) fn database(scratch: &Scratch) -> String {
    format!("sqlite://{}/hansom.db", scratch.0.display())
}

/// A program that publishes.
pub(crate) struct Publisher {
    client: String,
    key: PathBuf,
}

impl Publisher {
    /// Publishes at a hub from a shell.
    pub(crate) fn publish(&self, scratch: &Scratch, hub: u16, manifest: &str, contract: &str) -> Output {
        let manifest = scratch.write("api.yaml", manifest);
        scratch.write("openapi.yaml", contract);
        let mut command = Command::new(BINARY);
        command.args(["publish", "--hub", &format!("http://127.0.0.1:{hub}"), "--client-id", &self.client]);
        command.arg("--key-file").arg(&self.key).arg("--manifest").arg(manifest);
        command.output().unwrap()
    }
}

/// A service that answers every request with its path, on connections that stay.
pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    stop: Arc<AtomicBool>,
}

impl Service {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), Arc::new(AtomicBool::new(false)));
        let stopped = Arc::clone(&stop);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                thread::spawn(move || answer(stream));
            }
        });
        Self { address, stop }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.address);
    }
}

/// Answers until the other side ends: the body is what was asked for, and how long a body came with it.
fn answer(stream: TcpStream) -> Option<()> {
    // Each answer is written at once; a service that lets the client wait for the rest would be what is measured.
    stream.set_nodelay(true).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut writer = stream;
    loop {
        let (mut first, mut line, mut length, mut upgrades) = (String::new(), String::new(), 0, false);
        reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
        while line != "\r\n" {
            line.clear();
            reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
            let lower = line.to_ascii_lowercase();
            length = lower.strip_prefix("content-length:").map_or(length, |value| value.trim().parse().unwrap());
            upgrades |= lower.starts_with("upgrade:");
        }
        if upgrades {
            return echo(reader, writer);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        let path = first.split(' ').nth(1)?;
        if path.ends_with("/slow") {
            write!(writer, "HTTP/1.1 200 OK\r\nContent-Length: {SLOW}\r\n\r\n").ok()?;
            for _ in 0..SLOW {
                thread::sleep(Duration::from_millis(50));
                writer.write_all(b"x").ok()?;
            }
            continue;
        }
        let told = format!("{path} {length}");
        let whole = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{told}", told.len());
        writer.write_all(whole.as_bytes()).ok()?;
    }
}

/// After a switch of protocols everything comes back as it came.
fn echo(mut reader: BufReader<TcpStream>, mut writer: TcpStream) -> Option<()> {
    let accept = "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
    write!(writer, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n{accept}\r\n\r\n")
        .ok()?;
    let mut bytes = [0; 4096];
    loop {
        let length = reader.read(&mut bytes).ok().filter(|length| *length > 0)?;
        writer.write_all(bytes.get(..length)?).ok()?;
    }
}
