//! Are upstreams that speak HTTP/2 asked in it, with gRPC's trailers, and again only where that is safe?

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use h2::{Reason, RecvStream, server::SendResponse};
use hansom_domain::{HealthCheck, UpstreamOptions};
use hansom_gateway::snapshot::{SnapshotDocument, Target};
use http::{HeaderMap, Request, Response};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{ServerConfig, crypto::aws_lc_rs},
};

use crate::{
    raw_frames::{self, END_HEADERS, END_STREAM, GOAWAY, HEADERS, SETTINGS},
    stage::{Stage, bearer},
    upstreams::{Notary, Pair, trusting_with},
};

/// A server that speaks HTTP/2 alone.
#[derive(Clone, Default)]
struct Server {
    connections: Arc<AtomicUsize>,
    seen: Arc<Mutex<Vec<Request<()>>>>,
    /// So many streams are refused before one is taken.
    refusals: Arc<AtomicUsize>,
    trailers: Arc<Mutex<Vec<HeaderMap>>>,
}

impl Server {
    fn start(&self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        self.serve(listener);
        address
    }

    fn serve(&self, listener: TcpListener) {
        let server = self.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                listener.set_nonblocking(true).expect("it can be set");
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                while let Ok((stream, _)) = listener.accept().await {
                    server.connections.fetch_add(1, Ordering::SeqCst);
                    tokio::spawn(server.clone().connection(stream));
                }
            });
        });
    }

    /// The same in TLS, and only if HTTP/2 is agreed on; HTTP/1.1 is answered with no more than its name.
    fn start_tls(&self, pair: Pair, protocols: &[&[u8]]) -> u16 {
        let builder = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().expect("versions").with_no_client_auth();
        let mut config = builder.with_single_cert(vec![pair.0], pair.1).expect("a certificate");
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        let (server, acceptor) = (self.clone(), TlsAcceptor::from(Arc::new(config)));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                listener.set_nonblocking(true).expect("it can be set");
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                while let Ok((stream, _)) = listener.accept().await {
                    let Ok(mut tls) = acceptor.accept(stream).await else { continue };
                    server.connections.fetch_add(1, Ordering::SeqCst);
                    if tls.get_ref().1.alpn_protocol() == Some(b"h2") {
                        tokio::spawn(server.clone().connection(tls));
                        continue;
                    }
                    tokio::spawn(async move {
                        while tls.read(&mut [0; 4096]).await.is_ok_and(|count| count > 0) {
                            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nHTTP/1.1";
                            tls.write_all(answer).await.expect("it takes it");
                        }
                    });
                }
            });
        });
        port
    }

    async fn connection(self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let Ok(mut connection) = h2::server::handshake(stream).await else { return };
        while let Some(Ok((request, respond))) = connection.accept().await {
            tokio::spawn(self.clone().answer(request, respond));
        }
    }

    async fn answer(self, request: Request<RecvStream>, mut respond: SendResponse<Bytes>) {
        if self.refusals.load(Ordering::SeqCst) > 0 {
            self.refusals.fetch_sub(1, Ordering::SeqCst);
            respond.send_reset(Reason::REFUSED_STREAM);
            return;
        }
        let (parts, mut body) = request.into_parts();
        let path = parts.uri.path().to_owned();
        self.seen.lock().expect("not poisoned").push(Request::from_parts(parts, ()));
        let mut all = vec![];
        while let Some(data) = body.data().await {
            let Ok(data) = data else { return };
            let _ = body.flow_control().release_capacity(data.len());
            all.extend_from_slice(&data);
        }
        if let Ok(Some(fields)) = body.trailers().await {
            self.trailers.lock().expect("not poisoned").push(fields);
        }
        if path.ends_with("/silent") {
            tokio::time::sleep(Duration::from_secs(3)).await;
        }
        let head = Response::builder().header("content-type", "application/grpc").header("etag", "7");
        let Ok(mut stream) = respond.send_response(head.body(()).expect("a head"), false) else { return };
        if path.ends_with("/broken") {
            let _ = stream.send_data(Bytes::from_static(b"some"), false);
            tokio::time::sleep(Duration::from_millis(50)).await;
            stream.send_reset(Reason::INTERNAL_ERROR);
            return;
        }
        let all = if all.is_empty() { b"hello".to_vec() } else { all };
        let _ = stream.send_data(all.into(), false);
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", 0.into());
        trailers.insert("set-cookie", 0.into());
        let _ = stream.send_trailers(trailers);
    }
}

/// Production's first version is at these upstreams, in HTTP/2.
fn at(addresses: &[SocketAddr]) -> impl FnOnce(&mut SnapshotDocument) + use<> {
    let urls = addresses.iter().map(|address| format!("http://{address}/base")).collect();
    let options = UpstreamOptions { http2: true, ..UpstreamOptions::default() };
    move |document| document.environments[0].versions[0].target = Target::Upstreams { urls, timeout_ms: 400, options }
}

#[test]
fn a_client_of_http_1_is_answered_by_an_upstream_of_http_2() {
    let server = Server::default();
    let stage = Stage::with(at(&[server.start()]));
    let answer = stage.call("GET", "/rents/v1/status?a=b", &["X-Custom: yes"], "");
    assert_eq!((answer.status, answer.body.as_str(), answer.whole), (200, "hello", true), "{answer:?}");
    assert_eq!(answer.field("etag"), "7");
    let token = bearer(&stage.token());
    let large = "x".repeat(90_000);
    let answer = stage.call("POST", "/rents/v1/accounts/7/payments", &[&token], &large);
    assert_eq!((answer.status, answer.body.len()), (200, large.len()));
    let seen = server.seen.lock().expect("not poisoned");
    assert_eq!(seen[0].uri().path_and_query().expect("a path").as_str(), "/base/status?a=b");
    assert_eq!(seen[0].headers()["x-custom"], "yes");
    assert!(seen[0].headers().contains_key("request-id") && seen[0].headers().contains_key("via"));
    assert!(!seen[1].headers().contains_key("authorization") && seen[1].headers().contains_key("hansom-identity"));
    assert!(!seen[0].headers().contains_key("host"), "the authority says it");
}

#[test]
fn many_requests_share_one_connection_on_each_thread() {
    let server = Server::default();
    let stage = Arc::new(Stage::with(at(&[server.start()])));
    let clients: Vec<_> = (0..40)
        .map(|_| {
            let stage = Arc::clone(&stage);
            std::thread::spawn(move || stage.call("GET", "/rents/v1/status", &[], "").status)
        })
        .collect();
    for client in clients {
        assert_eq!(client.join().expect("no panic"), 200);
    }
    let connections = server.connections.load(Ordering::SeqCst);
    assert!(connections <= 2, "{connections} connections for two threads");
}

#[test]
fn grpc_passes_with_its_trailers_both_ways() {
    let server = Server::default();
    let stage = Stage::with(at(&[server.start()]));
    let (address, token) = (stage.production, bearer(&stage.token()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (head, body, trailers) = runtime.block_on(async move {
        let stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
        let (mut sender, connection) = h2::client::handshake(stream).await.expect("a handshake");
        tokio::spawn(connection);
        let request = Request::post("http://x/rents/v1/accounts/7/payments")
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .header("authorization", token.trim_start_matches("Authorization: "))
            .body(())
            .expect("a request");
        let (response, mut stream) = sender.send_request(request, false).expect("a stream");
        stream.send_data(Bytes::from_static(b"message"), false).expect("data");
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", 7.into());
        trailers.insert("x-forbidden", 7.into());
        stream.send_trailers(trailers).expect("trailers");
        let (head, mut incoming) = response.await.expect("an answer").into_parts();
        let mut body = vec![];
        while let Some(data) = incoming.data().await {
            let data = data.expect("data");
            let _ = incoming.flow_control().release_capacity(data.len());
            body.extend_from_slice(&data);
        }
        (head, body, incoming.trailers().await.expect("an end").expect("trailers"))
    });
    assert_eq!((head.status.as_u16(), body.as_slice()), (200, &b"message"[..]));
    assert_eq!(head.headers["content-type"], "application/grpc");
    assert_eq!(trailers.get("grpc-status").expect("a status"), "0");
    assert!(!trailers.contains_key("set-cookie"), "{trailers:?}");
    assert_eq!(server.seen.lock().expect("not poisoned")[0].headers()["te"], "trailers");
    let sent = server.trailers.lock().expect("not poisoned").remove(0);
    assert_eq!(sent.get("grpc-status").expect("a status"), "7");
    assert!(!sent.contains_key("x-forbidden"), "{sent:?}");
}

#[test]
fn c47_a_refused_stream_is_sent_again_whatever_its_method() {
    let server = Server::default();
    let stage = Stage::with(at(&[server.start()]));
    let token = bearer(&stage.token());
    for method in ["GET", "POST"] {
        server.refusals.store(1, Ordering::SeqCst);
        let path = if method == "GET" { "/rents/v1/status" } else { "/rents/v1/accounts/7/payments" };
        assert_eq!(stage.call(method, path, &[&token], "").status, 200, "{method}");
    }
    // What was taken of a body is gone.
    server.refusals.store(1, Ordering::SeqCst);
    stage.call("POST", "/rents/v1/accounts/7/payments", &[&token], "body").refused(502, "upstream-failed");
    server.refusals.store(100, Ordering::SeqCst);
    stage.call("GET", "/rents/v1/status", &[], "").refused(502, "upstream-failed");
    assert!(server.refusals.load(Ordering::SeqCst) >= 97, "no more than three attempts");
}

#[test]
fn c47_what_a_goaway_left_out_is_sent_on_a_new_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    let server = Server::default();
    let then = server.clone();
    std::thread::spawn(move || {
        let (mut first, _) = listener.accept().expect("a connection");
        let mut space = [0; 4096];
        let mut count = 0;
        // The preface, the settings and the head of a request.
        while count < 120 {
            count += first.read(&mut space).expect("bytes");
        }
        let mut bytes = raw_frames::frame(SETTINGS, 0, 0, &[]);
        bytes.extend(raw_frames::frame(GOAWAY, 0, 0, &[0; 8]));
        first.write_all(&bytes).expect("it takes them");
        then.serve(listener);
        let _ = first.read(&mut space);
    });
    let stage = Stage::with(at(&[address]));
    let token = bearer(&stage.token());
    assert_eq!(stage.call("POST", "/rents/v1/accounts/7/payments", &[&token], "").status, 200);
    assert_eq!(server.seen.lock().expect("not poisoned").len(), 1);
}

#[test]
fn upstreams_of_http_2_that_are_silent_break_off_or_speak_something_else_are_told_as_such() {
    let server = Server::default();
    let stage = Stage::with(at(&[server.start()]));
    stage.call("GET", "/rents/v1/anything/a/silent", &[], "").refused(504, "upstream-timeout");
    let broken = stage.call("GET", "/rents/v1/anything/a/broken", &[], "");
    assert!(!broken.whole && broken.body == "some", "{broken:?}");
    assert_eq!(stage.call("GET", "/rents/v1/status", &[], "").status, 200);
    // The stage's own upstream speaks HTTP/1.1.
    let stage = Stage::with(|document| {
        let Target::Upstreams { options, .. } = &mut document.environments[0].versions[0].target else { return };
        options.http2 = true;
    });
    let answer = stage.call("GET", "/rents/v1/status", &[], "");
    assert!(matches!(answer.status, 502 | 504), "{answer:?}");
}

#[test]
fn an_upstream_in_tls_is_asked_in_the_protocol_that_it_chooses() {
    let authority = Notary::new();
    let options = || UpstreamOptions { http2: true, ..UpstreamOptions::default() };
    for (protocols, expected) in
        [(&[&b"h2"[..], b"http/1.1"][..], "hello"), (&[b"http/1.1"], "HTTP/1.1"), (&[], "HTTP/1.1")]
    {
        let server = Server::default();
        let port = server.start_tls(authority.sign("rents.test", 2999), protocols);
        let stage = trusting_with(&authority, None, format!("https://rents.test:{port}"), options());
        for _ in 0..6 {
            let answer = stage.call("GET", "/rents/v1/status", &[], "");
            assert_eq!((answer.status, answer.body.as_str()), (200, expected), "{protocols:?}: {answer:?}");
        }
        let connections = server.connections.load(Ordering::SeqCst);
        assert!(connections <= 2, "{connections} connections for two threads");
    }
}

/// A server that says its settings, and these frames once a request is there; then it reads on and says nothing more.
fn scripted(frames: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("bound");
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("a connection");
        let (mut space, mut count) = ([0; 4096], 0);
        while count < 120 {
            count += stream.read(&mut space).expect("bytes");
        }
        stream.write_all(&[raw_frames::frame(SETTINGS, 0, 0, &[]), frames].concat()).expect("it takes them");
        while stream.read(&mut space).is_ok_and(|count| count > 0) {}
    });
    address
}

fn answered_with(fields: &[(&str, &str)], flags: u8) -> Vec<u8> {
    raw_frames::frame(HEADERS, END_HEADERS | flags, 1, &raw_frames::fields(fields))
}

fn all_of_the_answer(to: SocketAddr) -> String {
    let mut client = std::net::TcpStream::connect(to).expect("it listens");
    client.write_all(b"GET /rents/v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").expect("it takes it");
    let mut answer = String::new();
    client.read_to_string(&mut answer).expect("text");
    answer
}

#[test]
fn interim_answers_of_http_2_are_passed_on_as_those_of_http_1_are_and_a_flood_of_them_is_no_answer() {
    let hint = answered_with(&[(":status", "103"), ("link", "</style.css>; rel=preload")], 0);
    let last = answered_with(&[(":status", "200"), ("content-length", "0"), ("etag", "7")], END_STREAM);
    let stage = Stage::with(at(&[scripted([hint.clone(), hint.clone(), last.clone()].concat())]));
    let answer = all_of_the_answer(stage.production);
    let heads: Vec<&str> = answer.split("\r\n\r\n").collect();
    assert_eq!(heads.len(), 4, "two interim answers, the last one, and nothing more: {answer}");
    for interim in &heads[..2] {
        assert!(interim.starts_with("HTTP/1.1 103") && interim.contains("link: </style.css>; rel=preload"), "{answer}");
    }
    assert!(heads[2].starts_with("HTTP/1.1 200") && heads[2].contains("etag: 7"), "{answer}");
    let stage = Stage::with(at(&[scripted([hint.repeat(17), last].concat())]));
    let answer = all_of_the_answer(stage.production);
    assert!(answer.contains("HTTP/1.1 502"), "{answer}");
}

#[test]
fn servers_that_speak_http_2_alone_are_asked_in_it_how_they_are() {
    let server = Server::default();
    let address = server.start();
    let stage = Stage::with(|document| {
        at(&[address])(document);
        let Target::Upstreams { options, .. } = &mut document.environments[0].versions[0].target else { return };
        let check =
            HealthCheck { interval_ms: 100, healthy_after: 1, unhealthy_after: 2, ..HealthCheck::at("/health") };
        options.health = Some(check);
    });
    let checks = || {
        let seen = server.seen.lock().expect("not poisoned");
        seen.iter().filter(|request| request.uri().path() == "/health").count()
    };
    for turn in 0.. {
        if checks() >= 4 {
            break;
        }
        assert!(turn < 1000, "{} checks", checks());
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(stage.call("GET", "/rents/v1/status", &[], "").status, 200, "four checks were good");
}

#[test]
fn a_server_of_http_2_that_answers_no_ping_is_given_up_while_a_stream_waits() {
    let address = scripted(vec![]);
    let stage = Stage::with(|document| {
        at(&[address])(document);
        let Target::Upstreams { timeout_ms, .. } = &mut document.environments[0].versions[0].target else { return };
        // So long that only the PING can have told.
        *timeout_ms = 600_000;
    });
    stage.call("GET", "/rents/v1/status", &[], "").refused(502, "upstream-failed");
}
