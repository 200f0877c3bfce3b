//! How do these tests run `hansom serve`, and speak to it from outside?

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_hansom");
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A folder of one test, removed at its end.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("hansom-process-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::SeqCst));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.0.join(name);
        std::fs::write(&file, text).unwrap();
        file
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Ports for one configuration, free a moment ago.
pub(crate) struct Ports {
    pub(crate) hub: u16,
    pub(crate) operations: u16,
    pub(crate) production: u16,
}

impl Ports {
    pub(crate) fn free() -> Self {
        let listeners = [(); 3].map(|()| TcpListener::bind("127.0.0.1:0").unwrap());
        let [hub, operations, production] = listeners.map(|listener| listener.local_addr().unwrap().port());
        Self { hub, operations, production }
    }
}

/// Nothing holds, so that a story can tell the least of a contract.
pub(crate) const PROFILE: &str = "profile: none\nedition: none\ntitle: None\nsummary: Nothing holds.\nothers: off\n";

/// Writes a configuration; `more` stands in `[environments.production]`, `gateway` in `[gateway]`.
pub(crate) fn configuration(scratch: &Scratch, ports: &Ports, more: &str, gateway: &str) -> PathBuf {
    let folder = scratch.0.display();
    scratch.write("no-standards.yaml", PROFILE);
    let Ports { hub, operations, production } = ports;
    let text = format!(
        r#"
[hub]
listen = "127.0.0.1:{hub}"
url = "http://127.0.0.1:{hub}"
[operations]
listen = "127.0.0.1:{operations}"
[environments.production]
listen = "127.0.0.1:{production}"
url = "http://127.0.0.1:{production}"
{more}
[gateway]
{gateway}
[database]
url = "sqlite://{folder}/hansom.db"
[keys]
master_key_file = "master.key"
[state]
directory = "state"
[identity]
issuer = "http://127.0.0.1:9"
client_id = "hansom"
name = "Nobody"
[platform]
administrators = "api-platform@hackney.example"
loopback_upstreams = true
[standards]
profile = "no-standards.yaml"
"#
    );
    scratch.write("hansom.toml", &text)
}

pub(crate) fn serve(config: &Path, more: &[&str]) -> Command {
    let mut command = Command::new(BINARY);
    command.args(["serve", "--config"]).arg(config).args(more).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// A process that is ended with the test.
pub(crate) struct Running(pub(crate) Child);

impl Running {
    pub(crate) fn start(command: &mut Command, ports: &Ports) -> Self {
        let mut running = Self(command.spawn().unwrap());
        running
            .until(|| get(ports.operations, "/ready").is_some_and(|answer| answer.contains("200 OK")), "it is ready");
        running
    }

    pub(crate) fn until(&mut self, is_so: impl Fn() -> bool, what: &str) {
        let began = Instant::now();
        while !is_so() {
            assert!(self.0.try_wait().unwrap().is_none(), "it ended before {what}");
            assert!(began.elapsed() < PATIENCE, "not so in time: {what}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        let done = Command::new("kill").arg(format!("-{name}")).arg(self.0.id().to_string()).status().unwrap();
        assert!(done.success());
    }

    pub(crate) fn end(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return status;
            }
            assert!(began.elapsed() < PATIENCE, "it did not end");
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn error(mut self) -> String {
        let mut text = String::new();
        self.0.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A whole answer, head and body; `None` if there was none.
pub(crate) fn get(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    (!answer.is_empty()).then_some(answer)
}

/// Asks again and again until it is so, as long as the process runs.
pub(crate) async fn eventually(running: &mut Running, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(running.0.try_wait().unwrap().is_none(), "it ended before {what}");
        assert!(began.elapsed() < PATIENCE, "not so in time: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
