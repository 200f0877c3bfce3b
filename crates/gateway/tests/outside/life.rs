//! What of the life of a version, of limits, of the gateway itself?

use std::time::Duration;

use hansom_domain::{Limits, Status, Timestamp};
use prometheus_client::encoding::text::encode;

use crate::stage::*;

#[test]
fn a_deprecated_version_answers_and_says_until_when_and_what_instead() {
    let stage = Stage::with(|document| {
        let version = &mut document.environments[0].versions[0];
        version.status = Status::Deprecated;
        version.deprecated_at = Some(Timestamp::from_seconds(1_790_000_000));
        version.sunset = Some(Timestamp::from_seconds(1_830_297_600));
        version.successor = Some("v2".into());
    });
    for answer in [stage.get("/rents/v1/accounts"), stage.call("GET", "/rents/v1/accounts", &[], "")] {
        assert_eq!(answer.field("deprecation"), "@1790000000");
        assert_eq!(answer.field("sunset"), "Sat, 01 Jan 2028 00:00:00 GMT");
        let links = answer.fields("link");
        assert!(links.iter().any(|link| link.contains("/apis/rents>; rel=\"deprecation\"")), "{links:?}");
        assert!(links.contains(&"<https://api.hackney.example/rents/v2>; rel=\"successor-version\""), "{links:?}");
    }
    assert!(stage.get("/repairs/v1/status").fields("deprecation").is_empty());
}

#[test]
fn every_answer_of_a_version_says_which_contract_it_keeps() {
    let stage = Stage::new();
    for path in ["/rents/v1/accounts", "/rents/v1/nothing-here"] {
        assert_eq!(stage.get(path).fields("api-version"), ["1.4.2"], "{path}");
    }
    assert!(stage.get("/nothing/v1/here").fields("api-version").is_empty(), "no version, no contract");
}

#[test]
fn a_retired_version_is_410_and_names_its_successor() {
    let stage = Stage::with(|document| {
        let version = &mut document.environments[0].versions[0];
        version.status = Status::Retired;
        version.successor = Some("repairs/v1".into());
    });
    let problem = stage.call("GET", "/rents/v1/whatever", &[], "").refused(410, "retired");
    assert!(
        problem["detail"].as_str().is_some_and(|detail| detail.contains("https://api.hackney.example/repairs/v1")),
        "{problem}"
    );
}

#[test]
fn a_consumer_over_the_limit_is_429_alone_and_told_when_to_come_back() {
    let stage = Stage::with(|document| {
        document.environments[0].versions[0].limits =
            Limits { per_consumer: word("2/day"), burst: 2, ..Limits::default() };
    });
    let first = stage.get("/rents/v1/accounts");
    assert_eq!(first.field("ratelimit-policy"), "\"default\";q=2;w=86400");
    assert!(first.field("ratelimit").starts_with("\"default\";r=2;t="), "{first:?}");
    stage.get("/rents/v1/accounts");
    assert!(stage.get("/rents/v1/accounts").field("ratelimit").starts_with("\"default\";r=0;t="));
    let answer = stage.get("/rents/v1/accounts");
    answer.refused(429, "limit-reached");
    let wait: u64 = answer.field("retry-after").parse().expect("seconds");
    assert!((1..=43_200).contains(&wait), "{wait}");
    assert_eq!(stage.upstream.seen().len(), 3);
    let other = stage.call("GET", "/rents/v1/accounts", &[&bearer(&stage.person_token())], "");
    assert_eq!(other.status, 200, "another consumer has its own count");
    assert_eq!(stage.get("/repairs/v1/status").status, 200, "another API has its own count");
}

#[test]
fn a_new_snapshot_serves_the_next_request_of_an_open_connection() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    let request = "GET /new/v1/status HTTP/1.1\r\nHost: x\r\n\r\n";
    client.exchange(request.as_bytes()).refused(404, "api-not-found");
    stage.swap(|document| document.environments[0].versions[0].api = word("new"));
    assert_eq!(client.exchange(request.as_bytes()).status, 200);
    assert_eq!(stage.gateway.snapshot().map(|snapshot| snapshot.generation()), Some(2));
}

#[test]
fn metrics_count_by_environment_api_class_and_reason() {
    let stage = Stage::new();
    stage.get("/rents/v1/accounts");
    stage.get("/rents/v1/nowhere");
    stage.get("/made-up-by-a-client/v1/x");
    for _ in 0..3 {
        stage.entry();
    }
    let mut text = String::new();
    encode(&mut text, &stage.registry).expect("metrics");
    for line in [
        "hansom_gateway_requests_total{environment=\"production\",api=\"rents\",version=\"v1\",class=\"2xx\",refusal=\"\"} 1",
        "hansom_gateway_requests_total{environment=\"production\",api=\"rents\",version=\"v1\",class=\"4xx\",refusal=\"operation-not-found\"} 1",
        "hansom_gateway_requests_total{environment=\"production\",api=\"\",version=\"\",class=\"4xx\",refusal=\"api-not-found\"} 1",
        "hansom_gateway_token_cache_misses_total 1",
        "hansom_gateway_request_seconds_count{environment=\"production\",api=\"rents\",version=\"v1\"} 2",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert!(!text.contains("made-up"), "{text}");
}

#[test]
fn a_stop_lets_a_request_under_way_end_and_takes_no_new_ones() {
    let stage = Stage::new();
    let mut busy = Client::connect(stage.production);
    busy.send(b"POST /rents/v1/anything/early HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nha");
    stage.upstream.until(|_| true);
    let mut idle = Client::connect(stage.production);
    let gateway = stage.gateway.clone();
    let stopping = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(gateway.stop(Duration::from_secs(20)));
    });
    assert!(idle.is_closed());
    busy.send(b"lf");
    assert_eq!(busy.answer().json()["body"], "half");
    stopping.join().expect("it stops");
    assert!(std::net::TcpStream::connect(stage.production).is_err(), "nobody listens any more");
}

#[test]
fn m136_what_has_not_ended_in_time_is_cut_and_leaves_its_entry() {
    let stage = Stage::new();
    let mut busy = Client::connect(stage.production);
    busy.send(b"POST /rents/v1/anything/early HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nha");
    stage.upstream.until(|_| true);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(stage.gateway.clone().stop(Duration::from_millis(50)));
    assert!(busy.is_closed());
    assert_eq!(&*stage.entry().path, "/rents/v1/anything/early");
    stage.no_entry();
}

#[test]
fn a_port_that_somebody_else_has_cannot_be_listened_on() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let error = hansom_gateway::listen(taken.local_addr().expect("bound"), 2).expect_err("it is taken");
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}

#[test]
fn http2_with_prior_knowledge_is_told_the_same() {
    let stage = Stage::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let (token, address) = (stage.token(), stage.production);
    runtime.block_on(async move {
        let stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
        let (mut sender, connection) = hyper::client::conn::http2::Builder::new(hyper_util::rt::TokioExecutor::new())
            .handshake(hyper_util::rt::TokioIo::new(stream))
            .await
            .expect("a handshake");
        tokio::spawn(connection);
        for (path, host, token, status) in [
            ("/rents/v1/accounts", None, token.as_str(), 200),
            ("/rents/v1/accounts", None, "x", 401),
            ("/rents/v1/accounts", Some("evil.example"), token.as_str(), 400),
            ("/rents/v1/%2e%2e/x", None, token.as_str(), 400),
            ("/rents/v1/nowhere", None, token.as_str(), 404),
        ] {
            let request = http::Request::get(format!("http://gateway.example{path}"))
                .header("authorization", format!("Bearer {token}"));
            let request = host.into_iter().fold(request, |request, host| request.header("host", host));
            let request = request.body(http_body_util::Empty::<bytes::Bytes>::new()).expect("a request");
            let answer = sender.send_request(request).await.expect("an answer");
            assert_eq!(answer.status(), status, "{path}");
            assert!(answer.headers().contains_key("request-id"));
        }
    });
    for _ in 0..5 {
        stage.entry();
    }
    stage.no_entry();
}

#[test]
fn a_gateway_without_a_snapshot_answers_503() {
    let stage = Stage::without_snapshot();
    stage.get("/rents/v1/status").refused(503, "unavailable");
    assert_eq!(stage.entry().refusal, Some("unavailable"));
}
