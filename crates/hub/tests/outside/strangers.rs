//! What do strangers leave behind who call as often as they like?

use std::net::SocketAddr;

use axum::{body::Body, extract::ConnectInfo};
use hansom_testkit::CountedFile;
use http::{Request, header};

use crate::town::{HUB, Someone, Town};

const FORM: &str = "application/x-www-form-urlencoded";
/// The challenge of RFC 7636, appendix B.
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// What a stranger can send without having proven anything, from one network.
fn call(number: usize) -> Request<Body> {
    let device = "client_id=hansom-cli&scope=hub:read".to_owned();
    let pushed = format!(
        "client_id=hansom-cli&response_type=code&redirect_uri=http://127.0.0.1:1/&code_challenge={CHALLENGE}&code_challenge_method=S256"
    );
    let (path, kind, body) = match number % 10 {
        0 => (format!("/sign-in?return_to=/apis/{number}"), "", String::new()),
        1 => ("/sign-in/mail".into(), FORM, format!("email=somebody{number}@partner.example")),
        2 => ("/oauth/device_authorization".into(), FORM, device),
        3 => ("/oauth/par".into(), FORM, pushed),
        4 => ("/oauth/token".into(), FORM, format!("grant_type=authorization_code&client_id=hansom-cli&code={number}")),
        5 => ("/oauth/leaks".into(), "application/json", format!("[{{\"token\":\"hansom_refresh_{number}\"}}]")),
        6 => (format!("/oauth/authorize?{pushed}&state={number}"), "", String::new()),
        7 => ("/api/v1/groups".into(), "application/json", "{}".into()),
        8 => ("/sign-in/back-channel-logout".into(), FORM, format!("logout_token={number}")),
        _ => (format!("/refusals?id={number}"), "", String::new()),
    };
    let method = if kind.is_empty() { "GET" } else { "POST" };
    let mut request = Request::builder().method(method).uri(path).header(header::ACCEPT, "text/html");
    if !kind.is_empty() {
        request = request.header(header::CONTENT_TYPE, kind).header("idempotency-key", format!("key-{number}"));
    }
    let mut request = request.header(header::ORIGIN, HUB).body(Body::from(body)).unwrap();
    // Of one network of IPv6 there are addresses enough for each call.
    let peer: SocketAddr = format!("[2001:db8::{:x}]:4711", number % 0xffff).parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(peer));
    request
}

async fn calls(stranger: &Someone, count: usize) {
    for number in 0..count {
        let answer = stranger.answer(call(number)).await;
        let status = answer.status.as_u16();
        // The provider of this town is not there, so that whoever goes to it is told so.
        assert!(status < 500 || status == 503, "{number}: {}", answer.text);
    }
}

#[tokio::test]
async fn ten_thousand_calls_of_a_stranger_leave_a_few_rows() {
    let file = CountedFile::new("strangers");
    let town = Town::over(file.store().await, hansom_testkit::standards(), false).await;
    let before = file.rows().await;
    calls(&town.stranger(), 10_000).await;
    let after = file.rows().await;
    let grown: Vec<(&String, i64)> =
        after.iter().map(|(table, rows)| (table, rows - before[table])).filter(|(_, more)| *more > 0).collect();
    assert!(grown.iter().any(|(table, _)| *table == "device_request"), "they were let in at all: {grown:?}");
    // A network may have 60 devices or pushed requests a minute, and 30 links in a quarter of an hour, each a mail and an entry.
    assert!(grown.iter().map(|(_, more)| more).sum::<i64>() <= 60 + 3 * 30, "{grown:?}");
}
