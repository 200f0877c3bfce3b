//! How do connections come in: by TLS, through proxies, or not at all?

use std::{
    io::{ErrorKind, Read, Write},
    net::TcpStream,
    sync::Arc,
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hansom_gateway::{Entrance, ForwardedHeader, PemFile, Tls, TlsMaterial, TrustedProxies, snapshot::Target};
use prometheus_client::encoding::text::encode;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DistinguishedName, DnType, IsCa,
    Issuer as Authority, KeyIdMethod, KeyPair, RevokedCertParams, SanType, date_time_ymd,
};
use rustls::{
    ClientConfig, ClientConnection, HandshakeKind, RootCertStore, SupportedProtocolVersion,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    version::{TLS12, TLS13},
};

use serde_json::{Value, json};

use crate::stage::*;

/// An authority that vouches for servers and clients.
struct Town {
    authority: Authority<'static, KeyPair>,
    pem: String,
}

impl Town {
    fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new(vec![]).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).expect("signed").pem();
        Self { authority: Authority::new(params, key), pem }
    }

    /// A certificate and its key.
    fn certificate(&self, names: &[&str]) -> (PemFile, PemFile) {
        self.numbered(names, None)
    }

    fn numbered(&self, names: &[&str], number: Option<u64>) -> (PemFile, PemFile) {
        self.changed(names, |params| params.serial_number = number.map(Into::into))
    }

    fn changed(&self, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> (PemFile, PemFile) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let key = KeyPair::generate().expect("a key");
        let signed = CertificateParams::new(names).and_then(|mut params| {
            change(&mut params);
            params.signed_by(&key, &self.authority)
        });
        let file = |name: &str, text: String| PemFile { name: name.into(), content: text.into_bytes() };
        (file("host.pem", signed.expect("signed").pem()), file("host.key", key.serialize_pem()))
    }

    /// A list of revoked certificates, good until a year.
    fn revoked(&self, numbers: &[u64], until: i32) -> PemFile {
        let revoked = numbers.iter().map(|number| RevokedCertParams {
            serial_number: (*number).into(),
            revocation_time: date_time_ymd(2020, 1, 1),
            reason_code: None,
            invalidity_date: None,
        });
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2020, 1, 1),
            next_update: date_time_ymd(until, 1, 1),
            crl_number: 1.into(),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let text = list.signed_by(&self.authority).and_then(|list| list.pem()).expect("signed");
        PemFile { name: "revoked.pem".into(), content: text.into_bytes() }
    }

    fn material(&self, hosts: &[&[&str]]) -> TlsMaterial {
        let pairs = hosts.iter().map(|names| self.certificate(names)).collect();
        TlsMaterial { pairs, client_authorities: None, client_revocations: None, clients_required: false }
    }

    /// A client that trusts the authority, speaks HTTP/1.1 and may have a certificate.
    fn client(&self, versions: &[&'static SupportedProtocolVersion], own: Option<(PemFile, PemFile)>) -> ClientConfig {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.pem.as_bytes()).expect("a certificate")).expect("an authority");
        let builder = ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(versions)
            .expect("versions")
            .with_root_certificates(roots);
        let mut config = match own {
            None => builder.with_no_client_auth(),
            Some((chain, key)) => {
                let chain = vec![CertificateDer::from_pem_slice(&chain.content).expect("a certificate")];
                let key = PrivateKeyDer::from_pem_slice(&key.content).expect("a key");
                builder.with_client_auth_cert(chain, key).expect("a pair")
            }
        };
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config
    }
}

fn stage(material: &TlsMaterial) -> (Stage, Arc<Tls>) {
    let tls = Arc::new(Tls::new(material).expect("good files"));
    (Stage::entered(Entrance { tls: Some(Arc::clone(&tls)), ..Entrance::default() }), tls)
}

/// Asks for a path over TLS, as a client that wants to reach `host`; gives the first line of the answer.
fn ask(stage: &Stage, host: &str, config: &ClientConfig) -> std::io::Result<String> {
    ask_with(stage, host, config, "").map(|(line, _)| line)
}

/// The same with more fields; and how the handshake went.
fn ask_with(
    stage: &Stage,
    host: &str,
    config: &ClientConfig,
    fields: &str,
) -> std::io::Result<(String, Option<HandshakeKind>)> {
    let name = host.to_owned().try_into().expect("a name");
    let mut session = ClientConnection::new(Arc::new(config.clone()), name).expect("a client");
    let mut socket = Client::connect(stage.production).stream;
    let mut stream = rustls::Stream::new(&mut session, &mut socket);
    let token = stage.token();
    write!(
        stream,
        "GET /rents/v1/accounts HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{fields}Authorization: Bearer {token}\r\n\r\n"
    )?;
    let mut answer = vec![];
    match stream.read_to_end(&mut answer) {
        Err(error) if error.kind() != ErrorKind::UnexpectedEof || answer.is_empty() => return Err(error),
        _ => {}
    }
    let line = String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned();
    Ok((line, session.handshake_kind()))
}

#[track_caller]
fn counted(stage: &Stage, why: &str, times: u32) {
    let line = format!("hansom_gateway_connections_turned_away_total{{why=\"{why}\"}} {times}");
    let patience = Instant::now() + Duration::from_secs(10);
    loop {
        let mut text = String::new();
        encode(&mut text, &stage.registry).expect("metrics");
        // A client may see the end of its connection before the thread has counted it.
        if text.lines().any(|known| known == line) {
            return;
        }
        assert!(Instant::now() < patience, "{line} in {text}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn b36_plain_http_at_a_tls_listener_is_refused_and_not_sent_on() {
    let (stage, _) = stage(&Town::new().material(&[&["api.example"]]));
    let token = stage.token();
    let request = format!("GET /rents/v1/accounts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n");
    let mut client = Client::connect(stage.production);
    let answer = client.exchange(request.as_bytes());
    answer.refused(403, "plain-http");
    assert!(answer.fields("location").is_empty(), "{answer:?}");
    assert_eq!(answer.field("connection"), "close");
    assert!(client.is_closed());
    assert!(stage.upstream.seen().is_empty());
    assert_eq!(stage.entry().refusal, Some("plain-http"));
    stage.no_entry();
}

#[test]
fn b36_what_speaks_another_protocol_is_closed_at_once_and_counted() {
    let hello = b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03";
    let ssh = b"SSH-2.0-OpenSSH_9.2\r\n";
    let proxy = b"PROXY TCP4 198.51.100.1 192.0.2.2 4711 443\r\nGET /rents/v1/accounts HTTP/1.1\r\nHost: x\r\n\r\n";
    let binary = b"\x00\x01\x02\x03\xff\xfe";
    let plain = Stage::new();
    let (with_tls, _) = stage(&Town::new().material(&[&["api.example"]]));
    for (stage, bytes) in [
        (&plain, &hello[..]),
        (&plain, ssh),
        (&plain, proxy),
        (&plain, binary),
        (&with_tls, ssh),
        (&with_tls, proxy),
        (&with_tls, binary),
    ] {
        let mut client = Client::connect(stage.production);
        client.send(bytes);
        assert!(client.is_closed(), "{:?}", String::from_utf8_lossy(bytes));
    }
    for (stage, why, times) in [
        (&plain, "tls", 1),
        (&plain, "foreign", 2),
        (&plain, "proxy", 1),
        (&with_tls, "foreign", 2),
        (&with_tls, "proxy", 1),
    ] {
        counted(stage, why, times);
        assert!(stage.upstream.seen().is_empty());
        stage.no_entry();
    }
}

#[test]
fn d55_a_client_is_served_by_tls_1_2_and_1_3_with_the_certificate_of_the_host_it_names() {
    let town = Town::new();
    let (stage, _) = stage(&town.material(&[&["first.example"], &["*.council.example"], &["rents.council.example"]]));
    for version in [&TLS12, &TLS13] {
        let client = town.client(&[version], None);
        for host in ["first.example", "repairs.council.example", "rents.council.example"] {
            assert_eq!(ask(&stage, host, &client).expect("an answer"), "HTTP/1.1 200 OK", "{host}");
        }
        for host in ["second.example", "council.example", "a.b.council.example"] {
            ask(&stage, host, &client).expect_err("no certificate is for it");
        }
    }
    counted(&stage, "handshake", 6);
    assert_eq!(stage.upstream.seen().len(), 6);
}

#[test]
fn d55_certificates_are_replaced_while_connections_are_open() {
    let town = Town::new();
    let (stage, tls) = stage(&town.material(&[&["old.example"]]));
    let client = town.client(&[&TLS13], None);
    let mut session =
        ClientConnection::new(Arc::new(client.clone()), "old.example".try_into().expect("a name")).expect("a client");
    let mut socket = Client::connect(stage.production).stream;
    let mut open = rustls::Stream::new(&mut session, &mut socket);
    let mut again = || {
        open.write_all(b"GET /nothing/v1/x HTTP/1.1\r\nHost: x\r\n\r\n").expect("it is open");
        let mut line = [0; 12];
        open.read_exact(&mut line).expect("an answer");
        let mut rest = [0; 4096];
        let _ = open.read(&mut rest).expect("the rest");
        String::from_utf8_lossy(&line).into_owned()
    };
    assert_eq!(again(), "HTTP/1.1 404");
    tls.replace(&town.material(&[&["new.example"]])).expect("good");
    assert_eq!(again(), "HTTP/1.1 404", "a connection keeps what it was opened with");
    ask(&stage, "old.example", &client).expect_err("it is replaced");
    assert_eq!(ask(&stage, "new.example", &client).expect("an answer"), "HTTP/1.1 200 OK");
}

#[test]
fn d55_clients_show_certificates_where_they_have_to() {
    let (town, other) = (Town::new(), Town::new());
    let authorities = Some(PemFile { name: "clients.pem".into(), content: town.pem.clone().into_bytes() });
    for is_required in [true, false] {
        let material = TlsMaterial {
            client_authorities: authorities.clone(),
            clients_required: is_required,
            ..town.material(&[&["api.example"]])
        };
        let (stage, _) = stage(&material);
        for version in [&TLS12, &TLS13] {
            let known = town.client(&[version], Some(town.certificate(&["shop.example"])));
            assert_eq!(ask(&stage, "api.example", &known).expect("an answer"), "HTTP/1.1 200 OK");
            let stranger = town.client(&[version], Some(other.certificate(&["shop.example"])));
            ask(&stage, "api.example", &stranger).expect_err("nobody vouches for it");
            let without = ask(&stage, "api.example", &town.client(&[version], None));
            assert_eq!(without.is_err(), is_required, "{without:?}");
        }
    }
}

#[test]
fn d55_a_client_whose_certificate_is_revoked_is_refused_from_the_next_list_on() {
    let town = Town::new();
    let authorities = PemFile { name: "clients.pem".into(), content: town.pem.clone().into_bytes() };
    let with = |list: Option<PemFile>| TlsMaterial {
        client_authorities: Some(authorities.clone()),
        client_revocations: list,
        clients_required: true,
        ..town.material(&[&["api.example"]])
    };
    let (stage, tls) = stage(&with(Some(town.revoked(&[6], 2999))));
    for version in [&TLS12, &TLS13] {
        tls.replace(&with(Some(town.revoked(&[6], 2999)))).expect("a good list");
        let kept = town.client(&[version], Some(town.numbered(&["shop.example"], Some(7))));
        let other = town.client(&[version], Some(town.numbered(&["other.example"], Some(8))));
        for client in [&kept, &kept, &other] {
            assert_eq!(ask(&stage, "api.example", client).expect("an answer"), "HTTP/1.1 200 OK");
        }
        // Its session could be taken up again, if that were not judged anew.
        tls.replace(&with(Some(town.revoked(&[6, 7], 2999)))).expect("a good list");
        ask(&stage, "api.example", &kept).expect_err("it is revoked");
        assert_eq!(ask(&stage, "api.example", &other).expect("an answer"), "HTTP/1.1 200 OK");
        // A list that is out of date, and one of another authority, tell of nobody that they may come in.
        for list in [town.revoked(&[6], 2021), Town::new().revoked(&[6], 2999)] {
            tls.replace(&with(Some(list))).expect("a list");
            ask(&stage, "api.example", &other).expect_err("nobody says that it holds");
        }
    }
    let none = PemFile { name: "revoked.pem".into(), content: authorities.content.clone() };
    let fault = tls.replace(&with(Some(none))).expect_err("there is no list in it");
    assert!(fault.to_string().starts_with("revoked.pem holds no list of revoked certificates"), "{fault}");
}

#[test]
fn d55_sessions_are_taken_up_again_until_they_are_ended() {
    let town = Town::new();
    let (stage, tls) = stage(&town.material(&[&["api.example"]]));
    for version in [&TLS12, &TLS13] {
        let client = town.client(&[version], None);
        let kind = || ask_with(&stage, "api.example", &client, "").expect("an answer").1.expect("a handshake");
        assert_eq!(kind(), HandshakeKind::Full);
        assert_eq!(kind(), HandshakeKind::Resumed);
        tls.end_sessions().expect("new keys");
        assert_eq!(kind(), HandshakeKind::Full);
        assert_eq!(kind(), HandshakeKind::Resumed);
    }
}

/// What a certificate says of a shop, in an assertion and in the journal.
fn of_shop() -> Value {
    json!({ "subject": "O=Hackney,CN=shop\\, the", "names": ["DNS:shop.example", "URI:spiffe://hackney/shop"] })
}

/// Fields by which a client could pretend to have shown another certificate.
const PRETENDED: &str = "X-Forwarded-Client-Cert: Subject=\"CN=boss\"\r\nX-SSL-Client-S-DN: CN=boss\r\nSSL_CLIENT_S_DN: CN=boss\r\n\
     Client-Cert: :MIIB:\r\nX-Client-Cert: CN=boss\r\nHansom-Identity: boss\r\n";

/// A gateway whose upstream wants to know of certificates, or not; and clients, one with the shop's certificate, one without.
fn with_certificates(proxies: TrustedProxies, wanted: bool) -> (Stage, [ClientConfig; 2]) {
    let town = Town::new();
    let material = TlsMaterial {
        client_authorities: Some(PemFile { name: "clients.pem".into(), content: town.pem.clone().into_bytes() }),
        ..town.material(&[&["api.example"]])
    };
    let tls = Arc::new(Tls::new(&material).expect("good files"));
    let stage = Stage::entered(Entrance { tls: Some(tls), proxies: Arc::new(proxies), ..Entrance::default() });
    stage.swap(|document| {
        for version in &mut document.environments[0].versions {
            if let Target::Upstreams { options, .. } = &mut version.target {
                options.client_certificate = wanted;
            }
        }
    });
    let shop = town.changed(&["shop.example"], |params| {
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::OrganizationName, "Hackney");
        params.distinguished_name.push(DnType::CommonName, "shop, the");
        params.subject_alt_names.push(SanType::URI("spiffe://hackney/shop".try_into().expect("a URI")));
    });
    let clients = [town.client(&[&TLS13], Some(shop)), town.client(&[&TLS13], None)];
    (stage, clients)
}

/// What the upstream was told last of who calls.
fn told(stage: &Stage) -> Value {
    let seen = stage.upstream.seen().pop().expect("the upstream was asked");
    assert!(!seen.head.contains("boss"), "{}", seen.head);
    let assertion = seen.field("hansom-identity").expect("an assertion");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(assertion).expect("base64url")).expect("claims")
}

#[test]
fn f71_whom_a_certificate_names_is_told_by_the_handshake_and_never_by_a_field() {
    let (stage, [shop, without]) = with_certificates(TrustedProxies::default(), true);
    // In turns, with one token, so that what was kept of one is not told of the other.
    for _ in 0..2 {
        for (client, expected) in [(&shop, of_shop()), (&without, Value::Null)] {
            let (line, _) = ask_with(&stage, "api.example", client, PRETENDED).expect("an answer");
            assert_eq!(line, "HTTP/1.1 200 OK");
            assert_eq!(told(&stage)["certificate"], expected);
            let entry = stage.entry();
            assert_eq!(entry.certificate.map_or(Value::Null, |known| json!(*known)), expected);
        }
    }
}

#[test]
fn a_certificate_is_told_to_upstreams_that_want_it_and_of_a_proxy_nothing() {
    let (stage, [shop, _]) = with_certificates(TrustedProxies::default(), false);
    assert_eq!(ask(&stage, "api.example", &shop).expect("an answer"), "HTTP/1.1 200 OK");
    assert_eq!(told(&stage)["certificate"], Value::Null);
    assert_eq!(json!(*stage.entry().certificate.expect("it is noted")), of_shop());
    let here = vec!["127.0.0.0/8".parse().expect("a network")];
    let (stage, [shop, _]) = with_certificates(TrustedProxies::new(here, ForwardedHeader::XForwardedFor), true);
    assert_eq!(ask(&stage, "api.example", &shop).expect("an answer"), "HTTP/1.1 200 OK");
    assert_eq!(told(&stage)["certificate"], Value::Null);
    assert_eq!(stage.entry().certificate, None);
}

#[test]
fn d55_old_versions_and_endless_greetings_are_refused() {
    let (stage, _) = stage(&Town::new().material(&[&["api.example"]]));
    // TLS 1.0, as its hello says; a record that is longer than any may be; a hello that never ends.
    let old =
        [&b"\x16\x03\x01\x00\x2d\x01\x00\x00\x29\x03\x01"[..], &[7; 32], b"\x00\x00\x02\x00\x2f\x01\x00"].concat();
    let long = [&b"\x16\x03\x01\xff\xff"[..], &[0; 70_000]].concat();
    let endless = [&b"\x16\x03\x01\x40\x00\x01\xff\xff\xff"[..], &[0; 16_380]].concat().repeat(8);
    for bytes in [old, long, endless] {
        let mut client = Client::connect(stage.production);
        client.send(&bytes);
        // An alert may come; then it is over.
        let mut rest = vec![];
        let _ = client.stream.read_to_end(&mut rest);
        assert!(rest.len() < 64, "{rest:?}");
    }
    counted(&stage, "handshake", 3);
}

#[test]
fn d55_a_handshake_that_is_never_completed_is_closed() {
    let (stage, _) = stage(&Town::new().material(&[&["api.example"]]));
    let mut silent = Client::connect(stage.production);
    let mut half = Client::connect(stage.production);
    half.send(b"\x16\x03\x01\x00\xc8\x01");
    assert!(silent.is_closed() && half.is_closed());
    counted(&stage, "late", 2);
}

#[test]
fn http2_is_agreed_on_by_alpn() {
    let town = Town::new();
    let (stage, _) = stage(&town.material(&[&["api.example"]]));
    let mut config = town.client(&[&TLS13], None);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (token, address) = (stage.token(), stage.production);
    runtime.block_on(async move {
        let socket = tokio::net::TcpStream::connect(address).await.expect("it listens");
        let name = "api.example".try_into().expect("a name");
        let tls = tokio_rustls::TlsConnector::from(Arc::new(config)).connect(name, socket).await.expect("a handshake");
        let (mut sender, connection) = hyper::client::conn::http2::Builder::new(hyper_util::rt::TokioExecutor::new())
            .handshake(hyper_util::rt::TokioIo::new(tls))
            .await
            .expect("HTTP/2");
        tokio::spawn(connection);
        let request = http::Request::get("https://api.example/rents/v1/accounts")
            .header("authorization", format!("Bearer {token}"))
            .body(http_body_util::Empty::<bytes::Bytes>::new())
            .expect("a request");
        assert_eq!(sender.send_request(request).await.expect("an answer").status(), 200);
    });
}

/// A stage whose peer, this machine, is a trusted proxy.
fn behind_proxy(proxy_protocol: bool) -> Stage {
    let networks = vec!["127.0.0.0/8".parse().expect("a network")];
    let proxies = Arc::new(TrustedProxies::new(networks, ForwardedHeader::XForwardedFor));
    Stage::entered(Entrance { proxies, proxy_protocol, https_only: true, ..Entrance::default() })
}

#[test]
fn f72_a_trusted_proxy_tells_the_client_and_a_stranger_does_not() {
    for (stage, client) in [(behind_proxy(false), "198.51.100.1"), (Stage::new(), "127.0.0.1")] {
        let token = stage.token();
        let fields = [
            &bearer(&token),
            "X-Forwarded-For: 6.6.6.6, 198.51.100.1",
            "Forwarded: for=6.6.6.6",
            "X-Forwarded-Host: evil",
        ];
        assert_eq!(stage.call("GET", "/rents/v1/accounts", &fields, "").status, 200);
        let seen = stage.upstream.until(|_| true);
        assert_eq!(seen.field("x-forwarded-for").as_deref(), Some(client));
        assert_eq!(seen.field("x-forwarded-host"), None);
    }
}

#[test]
fn f72_who_came_to_a_trusted_proxy_without_tls_is_refused() {
    let stage = behind_proxy(false);
    let token = stage.token();
    let call = |protocol: &str| stage.call("GET", "/rents/v1/accounts", &[&bearer(&token), protocol], "");
    call("X-Forwarded-Proto: http").refused(403, "plain-http");
    assert_eq!(call("X-Forwarded-Proto: https").status, 200);
    assert_eq!(call("X-Other: http").status, 200);
    assert_eq!(Stage::new().call("GET", "/nothing/v1/x", &["X-Forwarded-Proto: http"], "").status, 404);
}

#[test]
fn b36_the_proxy_protocol_is_read_from_trusted_proxies_and_expected_of_them() {
    let stage = behind_proxy(true);
    let token = stage.token();
    let request = format!(
        "GET /rents/v1/accounts HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\r\n"
    );
    let mut second = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c".to_vec();
    second.extend_from_slice(&[198, 51, 100, 2, 192, 0, 2, 2, 1, 1, 1, 1]);
    let first = b"PROXY TCP4 198.51.100.2 192.0.2.2 4711 443\r\n".to_vec();
    for line in [first, second] {
        let seen = stage.upstream.seen().len();
        let mut client = Client::connect(stage.production);
        client.send(&line[..7]);
        client.send(&line[7..]);
        assert_eq!(client.exchange(request.as_bytes()).status, 200);
        let forwarded = stage.upstream.seen()[seen].field("x-forwarded-for");
        assert_eq!(forwarded.as_deref(), Some("198.51.100.2"));
    }
    for bad in ["", "PROXY TCP4 198.51.100.2\r\n", "PROXY TCP5 1 2 3 4\r\n"] {
        let mut client = Client::connect(stage.production);
        client.send(format!("{bad}{request}").as_bytes());
        assert!(client.is_closed(), "{bad:?}");
    }
    counted(&stage, "proxy", 3);
    assert!(TcpStream::connect(stage.production).is_ok());
}

#[test]
fn d60_under_pressure_requests_are_shed_and_then_connections_wait() {
    let stage = Stage::new();
    let mut open = Client::connect(stage.production);
    let request = "GET /nothing/v1/x HTTP/1.1\r\nHost: x\r\n\r\n";
    open.exchange(request.as_bytes()).refused(404, "api-not-found");
    stage.pressure.observe(95, 100);
    let answer = open.exchange(request.as_bytes());
    answer.refused(503, "unavailable");
    assert_eq!(answer.field("retry-after"), "1");
    assert!(stage.upstream.seen().is_empty());
    stage.pressure.observe(98, 100);
    open.exchange(request.as_bytes()).refused(503, "unavailable");
    // Each thread may be in the middle of taking one connection; the next ones wait in the queue until it is calm again.
    let mut waiting: Vec<_> = (0..8).map(|_| Client::connect(stage.production)).collect();
    stage.pressure.observe(10, 100);
    for client in &mut waiting {
        client.exchange(request.as_bytes()).refused(404, "api-not-found");
    }
}
