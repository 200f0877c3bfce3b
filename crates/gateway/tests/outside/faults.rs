//! What of the others if the gateway itself has a fault?

use prometheus_client::encoding::text::encode;
use serde_json::json;

use crate::stage::*;

/// Lets a person in at whose calls the signer of assertions panics; their token.
fn trouble(stage: &Stage) -> String {
    stage.swap(|document| {
        let mut person = document.people[0].clone();
        person.id = word("trouble");
        document.people.push(person);
    });
    let mut claims = person_claims();
    claims["sub"] = json!("trouble");
    bearer(&stage.issuer.sign(&header(), &claims))
}

fn panics(stage: &Stage) -> String {
    let mut text = String::new();
    encode(&mut text, &stage.registry).expect("metrics");
    text.lines().find_map(|line| line.strip_prefix("hansom_gateway_panics_total ")).unwrap_or_default().to_owned()
}

#[test]
fn m138_a_panic_costs_its_request_alone_is_counted_and_answered_with_500() {
    let stage = Stage::new();
    let token = trouble(&stage);
    let mut others: Vec<Client> = (0..4).map(|_| Client::connect(stage.production)).collect();
    for turn in 1..=3 {
        let mut client = Client::connect(stage.production);
        let answer =
            client.exchange(format!("GET /rents/v1/accounts/7 HTTP/1.1\r\nHost: x\r\n{token}\r\n\r\n").as_bytes());
        answer.refused(500, "internal");
        assert!(client.is_closed());
        let entry = stage.entry();
        assert_eq!(
            (entry.status, entry.refusal, entry.operation.as_deref()),
            (500, Some("internal"), Some("getAccount"))
        );
        assert_eq!(entry.request.as_str(), answer.field("request-id"));
        assert_eq!(panics(&stage), turn.to_string());
        for other in &mut others {
            assert_eq!(other.exchange(b"GET /rents/v1/status HTTP/1.1\r\nHost: x\r\n\r\n").status, 200);
            assert_eq!(stage.entry().status, 200);
        }
    }
    stage.no_entry();
}

#[test]
fn m138_a_panic_costs_an_http2_connection_one_stream() {
    let stage = Stage::new();
    let token = trouble(&stage);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let address = stage.production;
    runtime.block_on(async move {
        let stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
        let (mut sender, connection) = hyper::client::conn::http2::Builder::new(hyper_util::rt::TokioExecutor::new())
            .handshake(hyper_util::rt::TokioIo::new(stream))
            .await
            .expect("a handshake");
        tokio::spawn(connection);
        for (path, status) in [("status", 200), ("accounts/7", 500), ("status", 200)] {
            let request = http::Request::get(format!("http://x/rents/v1/{path}"));
            let request = match status {
                500 => request.header("authorization", token.trim_start_matches("Authorization: ")),
                _ => request,
            };
            let request = request.body(http_body_util::Empty::<bytes::Bytes>::new()).expect("a request");
            assert_eq!(sender.send_request(request).await.expect("an answer").status(), status, "{path}");
        }
    });
    assert_eq!(panics(&stage), "1");
}
