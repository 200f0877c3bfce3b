//! What do pages of other origins get to do, and to see?

use hansom_domain::{CrossOrigin, Limits, Status};
use hansom_gateway::{SnapshotDocument, snapshot::CrossOriginDocument};

use crate::stage::*;

const PAGE: &str = "https://www.hackney.example";

fn cors(origins: &[&str], credentials: bool) -> CrossOriginDocument {
    CrossOriginDocument {
        allowed: CrossOrigin {
            origins: origins.iter().map(ToString::to_string).collect(),
            credentials,
            max_age_seconds: 600,
        },
        request_headers: vec!["Idempotency-Key".into(), "no name".into()],
        answer_headers: vec!["X-Total-Count".into(), "Content-Type".into()],
    }
}

/// Rents in both environments speak of origins; in the sandbox they and the mock.
fn with(cors: &CrossOriginDocument) -> impl FnOnce(&mut SnapshotDocument) {
    let cors = cors.clone();
    move |document| {
        document.environments[0].versions[0].cross_origin = Some(cors.clone());
        document.environments[1].versions.iter_mut().for_each(|version| version.cross_origin = Some(cors.clone()));
    }
}

fn from(origin: &str) -> String {
    format!("Origin: {origin}")
}

fn preflight(stage: &Stage, path: &str, origin: &str, method: &str) -> Answer {
    stage.call("OPTIONS", path, &[&from(origin), &format!("Access-Control-Request-Method: {method}")], "")
}

fn access_control(answer: &Answer) -> Vec<&str> {
    answer.head.lines().filter(|line| line.to_ascii_lowercase().starts_with("access-control-")).collect()
}

#[test]
fn a_preflight_is_answered_before_anybody_asks_who_calls() {
    let stage = Stage::with(with(&cors(&[PAGE], true)));
    let answer = preflight(&stage, "/rents/v1/accounts/7", PAGE, "DELETE");
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    assert_eq!(answer.fields("vary"), ["Origin"]);
    assert_eq!(answer.fields("access-control-allow-origin"), [PAGE]);
    assert_eq!(answer.fields("access-control-allow-credentials"), ["true"]);
    assert_eq!(answer.fields("access-control-allow-methods"), ["DELETE, GET, HEAD"], "of this path alone");
    assert_eq!(answer.fields("access-control-allow-headers"), ["authorization, content-type, dpop, idempotency-key"]);
    assert_eq!(answer.fields("access-control-max-age"), ["600"]);
    assert!(answer.fields("ratelimit").is_empty(), "a preflight counts against no limit");
    let entry = stage.entry();
    assert_eq!((entry.status, entry.api, entry.refusal), (204, Some(word("rents")), None));
    stage.no_entry();
    assert!(stage.upstream.seen().is_empty());
}

#[test]
fn a_preflight_from_elsewhere_allows_nothing() {
    let stage = Stage::with(with(&cors(&[PAGE], false)));
    for origin in [
        "https://evil.example",
        "null",
        "https://www.hackney.example.evil.example",
        "https://www.hackney.example:8443",
        "http://www.hackney.example",
        "https://WWW.hackney.example",
        "https://www.hackney.example, https://evil.example",
        "*",
    ] {
        let answer = preflight(&stage, "/rents/v1/accounts", origin, "GET");
        assert_eq!((answer.status, answer.fields("vary")), (204, vec!["Origin"]), "{origin}");
        assert!(access_control(&answer).is_empty(), "{origin}: {answer:?}");
        let answer = stage.call("GET", "/rents/v1/status", &[&from(origin)], "");
        assert_eq!((answer.status, answer.fields("vary")), (200, vec!["Origin"]), "{origin}");
        assert!(access_control(&answer).is_empty(), "{origin}: {answer:?}");
    }
    let two = [from(PAGE), from("https://evil.example")];
    let answer = stage.call("GET", "/rents/v1/status", &[&two[0], &two[1]], "");
    assert!(access_control(&answer).is_empty(), "two origins are none: {answer:?}");
}

#[test]
fn every_answer_says_who_may_read_it_also_a_refusal() {
    let stage = Stage::with(|document| {
        with(&cors(&[PAGE], true))(document);
        let version = &mut document.environments[0].versions[0];
        version.limits = Limits { body: Some(10), ..Limits::default() };
        version.limits.operations =
            [("addPayment".to_owned(), hansom_domain::Limit { rate: word("1/day"), burst: 0 })].into();
    });
    let (page, token, person) = (from(PAGE), bearer(&stage.token()), bearer(&stage.person_token()));
    let ask = |method: &str, path: &str, token: &str, body: &str| stage.call(method, path, &[&page, token], body);
    for (answer, status) in [
        (ask("GET", "/rents/v1/accounts", &token, ""), 200),
        (ask("GET", "/rents/v1/accounts", "X-None: 1", ""), 401),
        (ask("GET", "/rents/v1/arrears", &person, ""), 403),
        (ask("GET", "/rents/v1/nowhere", &token, ""), 404),
        (ask("PUT", "/rents/v1/accounts", &token, ""), 405),
        (ask("POST", "/rents/v1/accounts/7/payments", &token, "more than ten bytes"), 413),
        (ask("POST", "/rents/v1/accounts/7/payments", &token, "ten bytes."), 200),
        (ask("POST", "/rents/v1/accounts/7/payments", &token, ""), 429),
        (ask("GET", "/rents/v1/anything/a/gone", &token, ""), 502),
        (ask("GET", "/rents/v1/anything/a/silent", &token, ""), 504),
    ] {
        assert_eq!(answer.status, status, "{answer:?}");
        assert_eq!(answer.fields("access-control-allow-origin"), [PAGE], "{status}");
        assert_eq!(answer.fields("access-control-allow-credentials"), ["true"], "{status}");
        assert_eq!(answer.fields("vary"), ["Origin"], "{status}");
        let exposed = answer.field("access-control-expose-headers");
        for name in [
            "request-id",
            "ratelimit",
            "ratelimit-policy",
            "retry-after",
            "deprecation",
            "sunset",
            "link",
            "x-total-count",
        ] {
            assert!(exposed.split(", ").any(|known| known == name), "{name} in {exposed}");
        }
        assert!(!exposed.contains("content-type"), "{exposed}");
    }
    stage.swap(|document| document.environments[0].versions[0].status = Status::Retired);
    let gone = ask("GET", "/rents/v1/accounts", &token, "");
    assert_eq!((gone.status, gone.fields("access-control-allow-origin")), (410, vec![PAGE]));
    let unknown = ask("GET", "/nothing/v1/x", &token, "");
    assert!(access_control(&unknown).is_empty(), "no API speaks here");
}

#[test]
fn any_origin_may_be_allowed_but_never_with_credentials() {
    let stage = Stage::with(with(&cors(&["*"], false)));
    for origin in [Some("https://anybody.example"), Some("null"), None] {
        let fields = origin.map(from);
        let answer = stage.call("GET", "/rents/v1/status", &fields.iter().map(String::as_str).collect::<Vec<_>>(), "");
        assert_eq!(answer.fields("access-control-allow-origin"), ["*"], "{origin:?}");
        assert!(answer.fields("vary").is_empty() && answer.fields("access-control-allow-credentials").is_empty());
    }
    let refused = Stage::with(with(&cors(&["*"], true)));
    assert_eq!(refused.call("GET", "/rents/v1/status", &[], "").status, 404, "it is set aside");
}

#[test]
fn a_mock_answers_preflights_and_says_who_may_read() {
    let stage = Stage::with(with(&cors(&[PAGE], false)));
    let path = "/bins/v1/bookings/7";
    let fields = [from(PAGE), "Access-Control-Request-Method: GET".to_owned()];
    let answer = call(stage.sandbox, "OPTIONS", path, &[&fields[0], &fields[1]], "");
    assert_eq!((answer.status, answer.field("access-control-allow-origin")), (204, PAGE), "{answer:?}");
    assert!(answer.field("access-control-allow-headers").contains("prefer"), "which a mock's answer is chosen by");
    let answer = call(stage.sandbox, "GET", path, &[&fields[0]], "");
    assert_eq!(answer.fields("access-control-allow-origin"), [PAGE], "{answer:?}");
}

#[test]
fn what_an_upstream_says_of_origins_is_replaced_where_the_version_speaks_of_them() {
    let silent = Stage::new();
    let path = "/rents/v1/anything/a/origins";
    let answer = silent.call("GET", path, &[&from(PAGE)], "");
    assert_eq!(answer.fields("access-control-allow-origin"), ["https://upstream.example"], "left to the upstream");
    let stage = Stage::with(with(&cors(&[PAGE], false)));
    let answer = stage.call("GET", path, &[&from(PAGE)], "");
    assert_eq!(answer.fields("access-control-allow-origin"), [PAGE]);
    assert_eq!(access_control(&answer).len(), 2, "and nothing else of the upstream's: {answer:?}");
    assert_eq!(answer.fields("x-ratelimit-limit"), ["60000"], "nor what it says of limits");
}

#[test]
fn a_plain_options_and_an_api_that_does_not_speak_of_origins_go_by_the_contract() {
    let stage = Stage::with(with(&cors(&[PAGE], false)));
    let plain = stage.call("OPTIONS", "/rents/v1/accounts", &[&from(PAGE)], "");
    assert_eq!((plain.status, plain.field("access-control-allow-origin")), (405, PAGE));
    let without_origin = stage.call("OPTIONS", "/rents/v1/accounts", &["Access-Control-Request-Method: GET"], "");
    assert_eq!(without_origin.status, 405);
    assert_eq!(preflight(&stage, "/rents/v1/nowhere", PAGE, "GET").status, 404);
    let other = preflight(&stage, "/repairs/v1/accounts", PAGE, "GET");
    assert_eq!(other.status, 405);
    assert!(access_control(&other).is_empty());
}

#[test]
fn a_body_over_the_versions_own_bound_is_413_before_it_is_read() {
    let stage = Stage::with(|document| document.environments[0].versions[0].limits.body = Some(10));
    let token = bearer(&stage.token());
    let head = format!("POST /rents/v1/accounts/7/payments HTTP/1.1\r\nHost: x\r\n{token}\r\n");
    let declared = stage.raw(format!("{head}Content-Length: 11\r\nExpect: 100-continue\r\n\r\n"));
    let problem = declared.refused(413, "body-too-large");
    assert!(problem["detail"].as_str().is_some_and(|told| told.contains("10 bytes")), "{problem}");
    let chunked = stage.raw(format!("{head}Transfer-Encoding: chunked\r\n\r\nb\r\nhello world\r\n0\r\n\r\n"));
    chunked.refused(413, "body-too-large");
    let fits = stage.raw(format!("{head}Content-Length: 10\r\n\r\n0123456789"));
    assert_eq!(fits.status, 200);
}
