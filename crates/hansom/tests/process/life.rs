//! How does a process begin, end and hand over, whatever its surroundings do?

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
    time::Duration,
};

use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use crate::running::{BINARY, PATIENCE, Ports, Running, Scratch, configuration, get, serve};

/// Writes a certificate for this machine and its key.
fn certificate(scratch: &Scratch, name: &str, until: i32) -> (PathBuf, PathBuf) {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(["localhost".to_owned()]).unwrap();
    params.not_after = date_time_ymd(until, 1, 1);
    let certificate = params.self_signed(&key).unwrap();
    let write = |kind: &str, text: String| scratch.write(&format!("{name}.{kind}"), &text);
    (write("pem", certificate.pem()), write("key", key.serialize_pem()))
}

const TLS: &str = "tls = { certificate = \"host.pem\", key = \"host.key\" }";

/// One line, not zero exit code, nothing made.
#[track_caller]
fn refuses(config: &Path, scratch: &Scratch, words: &[&str]) {
    let output = serve(config, &[]).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && output.status.code().is_some(), "{output:?}");
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(words.iter().all(|word| error.contains(word)), "{words:?} in {error}");
    for made in ["hansom.db", "master.key", "state"] {
        assert!(!scratch.0.join(made).exists(), "{made} was made before it was refused");
    }
}

#[test]
fn m137_what_cannot_be_listened_on_or_read_is_told_in_one_line_before_any_change() {
    let scratch = Scratch::new();
    let ports = Ports::free();
    let taken = TcpListener::bind(("127.0.0.1", ports.production)).unwrap();
    refuses(&configuration(&scratch, &ports, "", ""), &scratch, &["production", "another program listens there"]);
    drop(taken);
    let taken = TcpListener::bind(("127.0.0.1", ports.operations)).unwrap();
    refuses(&configuration(&scratch, &ports, "", ""), &scratch, &["operations", "another program listens there"]);
    drop(taken);
    let good = std::fs::read_to_string(configuration(&scratch, &ports, "", "")).unwrap();
    let production = format!("127.0.0.1:{}", ports.production);
    let elsewhere = good.replacen(&format!("listen = \"{production}\""), "listen = \"192.0.2.1:4711\"", 1);
    refuses(&scratch.write("hansom.toml", &elsewhere), &scratch, &["no such address"]);
    for name in ["host.pem", "host.key"] {
        let config = configuration(&scratch, &ports, TLS, "");
        refuses(&config, &scratch, &["hansom.toml:10:7: [environments.production] tls: there is no file", "host."]);
        certificate(&scratch, "host", 2100);
        let kept = scratch.0.join(name);
        let content = std::fs::read_to_string(&kept).unwrap();
        std::fs::write(&kept, &content[..content.len() / 2]).unwrap();
        refuses(&config, &scratch, &["hansom.toml:10:7", name]);
        std::fs::remove_file(scratch.0.join("host.pem")).unwrap();
        std::fs::remove_file(scratch.0.join("host.key")).unwrap();
    }
}

#[test]
fn m137_check_says_what_is_wrong_with_certificates_and_proxies() {
    let scratch = Scratch::new();
    let ports = Ports::free();
    let check = |more: &str, gateway: &str| {
        let config = configuration(&scratch, &ports, more, gateway);
        let output = Command::new(BINARY).args(["check", "--config"]).arg(config).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    certificate(&scratch, "other", 2100);
    certificate(&scratch, "old", 2001);
    certificate(&scratch, "host", 2100);
    let (code, error) = check(TLS, "trusted_proxies = [\"10.0.0.0/8\"]\nproxy_protocol = true");
    assert_eq!((code, error.as_str()), (Some(0), ""));
    for (more, gateway, words) in [
        ("tls = { certificate = \"host.pem\", key = \"other.key\" }", "", "does not belong to the certificate"),
        ("tls = { certificate = \"old.pem\", key = \"old.key\" }", "", "expired on 2001-01-01"),
        ("tls = { certificate = \"host.pem\" }", "", "missing field `key`"),
        ("tls = { certificate = \"host.pem\", key = \"host.key\", ca = \"x\" }", "", "unknown field `ca`"),
        ("tls = []", "", "the list is empty"),
        ("tls = { certificate = \"host.pem\", key = \"host.key\", clients = \"required\" }", "", "name client_ca"),
        (
            "tls = { certificate = \"host.pem\", key = \"host.key\", client_ca = \"host.key\" }",
            "",
            "holds no certificate",
        ),
        ("", "trusted_proxies = [\"10.1.2.3/8\"]", "bits behind its prefix of 8"),
        ("", "proxy_protocol = true", "there are none"),
        ("", "most_connections = 0", "nobody could come in"),
        ("", "nodes = 0", "nodes is a number from 1 to 1000"),
        ("", "stop_delay = 3", "unknown field"),
    ] {
        let (code, error) = check(more, gateway);
        assert!(code == Some(1) && error.contains("hansom.toml") && error.contains(words), "{words:?} in {error}");
        let has_line = more.is_empty() || error.contains("hansom.toml:10:");
        assert!(has_line && error.lines().count() <= 2, "{error}");
    }
}

#[test]
fn m136_signals_twice_and_closed_streams_end_or_harm_nothing() {
    let scratch = Scratch::new();
    let ports = Ports::free();
    let config = configuration(&scratch, &ports, "", "");
    let mut running = Running::start(serve(&config, &[]).stderr(Stdio::piped()), &ports);
    // Whoever read standard error is gone: every line from now on breaks a pipe.
    drop(running.0.stderr.take());
    for signal in ["HUP", "HUP", "PIPE", "HUP"] {
        running.signal(signal);
    }
    for _ in 0..3 {
        assert!(get(ports.production, "/x/v1/y").unwrap().contains("404"));
    }
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(0));
    assert!(TcpStream::connect(("127.0.0.1", ports.production)).is_err());
    assert!(!scratch.0.join("state/handover.sock").exists());

    // Without any of the three standard streams, and by SIGINT.
    let mut closed = Command::new("sh");
    let line = format!("exec '{BINARY}' serve --config '{}' <&- >&- 2>&-", config.display());
    let mut running = Running::start(closed.args(["-c", &line]), &ports);
    assert!(get(ports.production, "/x/v1/y").unwrap().contains("404"));
    running.signal("INT");
    assert_eq!(running.end().code(), Some(0));
}

#[test]
fn m136_a_stop_tells_first_and_waits_for_requests_under_way_and_a_second_does_not() {
    let scratch = Scratch::new();
    let ports = Ports::free();
    let config = configuration(&scratch, &ports, "", "stop_delay_seconds = 1\ndrain_seconds = 60");
    let mut running = Running::start(&mut serve(&config, &[]), &ports);
    // A request whose body never ends holds the stop up.
    let mut busy = TcpStream::connect(("127.0.0.1", ports.production)).unwrap();
    busy.write_all(b"GET /x/v1/y HTTP/1.1\r\nHost: x\r\nA: ").unwrap();
    running.signal("TERM");
    running.until(|| get(ports.operations, "/ready").is_some_and(|answer| answer.contains("503")), "it says so");
    assert!(get(ports.operations, "/live").unwrap().contains("200"));
    assert!(get(ports.production, "/x/v1/y").unwrap().contains("404"), "it goes on until the delay is over");
    running.signal("TERM");
    let status = running.end();
    assert_eq!(status.code(), Some(3), "{status:?}");
    drop(busy);
}

#[test]
fn d55_a_certificate_that_changes_on_disk_is_used_and_one_with_a_fault_is_not() {
    let scratch = Scratch::new();
    let ports = Ports::free();
    certificate(&scratch, "host", 2100);
    let config = configuration(&scratch, &ports, TLS, "");
    let mut running = Running::start(serve(&config, &[]).stderr(Stdio::piped()), &ports);
    let metrics = || get(ports.operations, "/metrics").unwrap();
    assert!(metrics().contains("hansom_tls_certificate_expires_seconds{environment=\"production\",file="));
    let expires = |seconds: i64| move |text: String| text.lines().any(|line| line.ends_with(&format!(" {seconds}")));
    assert!(expires(4_102_444_800)(metrics()));
    // The new certificate is there, its key not yet: the old pair stays, and that is told.
    let (old_key, new) = (std::fs::read(scratch.0.join("host.key")).unwrap(), 4_133_980_800);
    certificate(&scratch, "host", 2101);
    let new_key = std::fs::read(scratch.0.join("host.key")).unwrap();
    std::fs::write(scratch.0.join("host.key"), old_key).unwrap();
    running.signal("HUP");
    running.until(|| metrics().contains("hansom_tls_certificates_stale{environment=\"production\"} 1"), "it is told");
    assert!(expires(4_102_444_800)(metrics()));
    let ready = get(ports.operations, "/ready").unwrap();
    assert!(
        ready.contains("200 OK") && ready.contains("note: production: ") && ready.contains("does not belong"),
        "{ready}"
    );
    // The key follows, and nobody has to say so.
    std::fs::write(scratch.0.join("host.key"), new_key).unwrap();
    running.until(|| expires(new)(metrics()), "the new certificate is in use");
    assert!(metrics().contains("hansom_tls_certificates_stale{environment=\"production\"} 0"));
    assert!(!get(ports.operations, "/ready").unwrap().contains("note"));
    assert!(get(ports.production, "/x/v1/y").unwrap().contains("403 Forbidden"), "plain HTTP is refused");
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(0));
    let error = running.error();
    assert!(error.contains("the certificates before stay in use") && error.contains("SIGHUP"), "{error}");
}

/// Asks over and over, each time on a new connection, until told to stop; counts answers and everything else.
fn knock(port: u16, stop: &Arc<AtomicBool>) -> thread::JoinHandle<(u32, Vec<String>)> {
    let stop = Arc::clone(stop);
    thread::spawn(move || {
        let (mut answers, mut losses) = (0, vec![]);
        while !stop.load(Ordering::Relaxed) {
            match get(port, "/x/v1/y") {
                Some(answer) if answer.starts_with("HTTP/1.1 404") => answers += 1,
                other => losses.push(format!("{other:?}")),
            }
        }
        (answers, losses)
    })
}

#[test]
fn m142_a_replacement_loses_no_connection_and_no_request() {
    let scratch = Scratch::new();
    let ports = Ports::free();
    let config = configuration(&scratch, &ports, "", "");
    let mut running = Running::start(&mut serve(&config, &[]), &ports);
    // The gateway is ready as soon as it has a snapshot; to be replaced, the rest has to run as well.
    running.until(|| scratch.0.join("state/handover.sock").exists(), "it can be replaced");
    let stop = Arc::new(AtomicBool::new(false));
    let knocking: Vec<_> = (0..4).map(|_| knock(ports.production, &stop)).collect();
    let not_ready = Arc::new(AtomicU32::new(0));
    for _ in 0..3 {
        // A connection that is kept, with a request half sent when the process is replaced.
        let mut open = TcpStream::connect(("127.0.0.1", ports.production)).unwrap();
        open.set_read_timeout(Some(PATIENCE)).unwrap();
        open.write_all(b"GET /x/v1/y HTTP/1.1\r\nHo").unwrap();
        let mut next = Running(serve(&config, &["--replace"]).spawn().unwrap());
        thread::sleep(Duration::from_millis(200));
        open.write_all(b"st: x\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        open.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 404"), "{answer:?}");
        assert_eq!(running.end().code(), Some(0));
        let ready = get(ports.operations, "/ready");
        if !ready.as_ref().is_some_and(|answer| answer.contains("200 OK")) {
            not_ready.fetch_add(1, Ordering::Relaxed);
        }
        assert!(next.0.try_wait().unwrap().is_none(), "the new process runs");
        running = next;
    }
    stop.store(true, Ordering::Relaxed);
    let mut answers = 0;
    for thread in knocking {
        let (answered, losses) = thread.join().unwrap();
        assert!(losses.is_empty(), "{losses:?}");
        answers += answered;
    }
    assert!(answers > 100, "{answers} answers");
    assert_eq!(not_ready.load(Ordering::Relaxed), 0);
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(0));
}

#[test]
fn m142_a_replacement_that_cannot_start_changes_nothing() {
    let scratch = Scratch::new();
    let ports = Ports::free();
    let config = configuration(&scratch, &ports, "", "");
    let mut running = Running::start(&mut serve(&config, &[]), &ports);
    running.until(|| scratch.0.join("state/handover.sock").exists(), "it can be replaced");
    let text = std::fs::read_to_string(&config).unwrap();
    let broken = scratch.write("broken.toml", &text.replace("master.key", "other.key"));
    scratch.write("other.key", &"00".repeat(32));
    let output = serve(&broken, &["--replace"]).output().unwrap();
    assert!(!output.status.success(), "another master key opens nothing: {output:?}");
    for _ in 0..20 {
        assert!(get(ports.production, "/x/v1/y").unwrap().starts_with("HTTP/1.1 404"));
    }
    let mut next = Running(serve(&config, &["--replace"]).spawn().unwrap());
    assert_eq!(running.end().code(), Some(0), "and the next one can take over");
    assert!(get(ports.production, "/x/v1/y").unwrap().starts_with("HTTP/1.1 404"));
    next.signal("TERM");
    assert_eq!(next.end().code(), Some(0));
}

#[test]
fn m142_a_service_manager_may_hold_the_listeners() {
    let scratch = Scratch::new();
    let ports = Ports::free();
    let config = configuration(&scratch, &ports, "", "");
    // As systemd does it: the listener is descriptor 3, and stays with the manager from one process to the next.
    let manager = scratch.write(
        "manager.py",
        "import os, socket, sys\n\
         s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)\n\
         s.bind(('127.0.0.1', int(sys.argv[1]))); s.listen(128)\n\
         os.dup2(s.fileno(), 3); os.set_inheritable(3, True)\n\
         os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid()))\n\
         os.execv(sys.argv[2], sys.argv[2:])\n",
    );
    let mut command = Command::new("python3");
    command.arg(manager).arg(ports.production.to_string()).arg(BINARY).args(["serve", "--config"]).arg(&config);
    let mut running = Running::start(command.stdin(Stdio::null()), &ports);
    for _ in 0..20 {
        assert!(get(ports.production, "/x/v1/y").unwrap().starts_with("HTTP/1.1 404"));
    }
    running.signal("TERM");
    assert_eq!(running.end().code(), Some(0));
}

#[test]
fn the_access_log_has_a_line_for_each_request_and_nothing_that_is_secret() {
    let (scratch, ports) = (Scratch::new(), Ports::free());
    let config = configuration(&scratch, &ports, "", "access_log = \"access.log\"");
    let mut running = Running::start(&mut serve(&config, &[]), &ports);
    let mut client = TcpStream::connect(("127.0.0.1", ports.production)).unwrap();
    client
        .write_all(b"GET /nothing/v1/here?secret=7 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer s3cret\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    let id = answer.lines().find_map(|line| line.strip_prefix("request-id: ")).unwrap().to_owned();
    let file = scratch.0.join("access.log");
    let log = || std::fs::read_to_string(&file).unwrap_or_default();
    running.until(|| log().contains(&id), "the request is in the log");
    let line: serde_json::Value = serde_json::from_str(log().lines().last().unwrap()).unwrap();
    assert_eq!((line["path"].as_str(), line["status"].as_u64()), (Some("/nothing/v1/here"), Some(404)));
    assert_eq!((line["code"].as_str(), line["caller"].as_str()), (Some("api-not-found"), Some("anyone")));
    for secret in ["secret", "s3cret", "127.0.0.1"] {
        assert!(!log().contains(secret), "{secret} in {}", log());
    }
}
