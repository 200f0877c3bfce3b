//! Is another gateway that asks told what would have come of the call here?

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hansom_domain::{Limit, Limits, Network, Status};
use hansom_gateway::{Caller, Entrance, ForwardedHeader, TrustedProxies};
use http::Request;
use serde_json::Value;

use crate::{differential::peers::Peer, stage::*};

const ACCOUNTS: &str = "/rents/v1/accounts";

/// A stage where this machine may ask, and is believed about the client.
fn asked() -> Stage {
    let proxies = Arc::new(TrustedProxies::new(Network::LOOPBACK.into(), ForwardedHeader::XForwardedFor));
    Stage::entered(Entrance { authz_from: Network::LOOPBACK.into(), proxies, ..Entrance::default() })
}

/// The question in the three ways that gateways ask it.
fn ask_in_each_way(stage: &Stage, method: &str, target: &str, fields: &[&str]) -> [Answer; 3] {
    let with = |others: [String; 2]| {
        let others: Vec<&str> = others.iter().map(String::as_str).chain(fields.iter().copied()).collect();
        stage.call("GET", "/authz", &others, "")
    };
    [
        stage.call(method, &format!("/authz{target}"), fields, ""),
        with([format!("X-Original-Method: {method}"), format!("X-Original-URI: {target}")]),
        with([format!("X-Forwarded-Method: {method}"), format!("X-Forwarded-Uri: {target}")]),
    ]
}

#[test]
fn a_call_that_may_pass_is_200_with_who_calls_and_goes_nowhere() {
    let stage = asked();
    let token = bearer(&stage.token());
    let target = format!("{ACCOUNTS}?page=2");
    let answers = ask_in_each_way(&stage, "GET", &target, &[&token, "X-Forwarded-For: 198.51.100.7"]);
    // Each thread of the gateway writes down what it answered, in its own time.
    let entries = [(); 3].map(|()| stage.entry());
    for answer in answers {
        assert_eq!((answer.status, answer.body.as_str()), (200, ""), "{answer:?}");
        let claims = URL_SAFE_NO_PAD.decode(answer.field("hansom-identity")).expect("base64url");
        let claims: Value = serde_json::from_slice(&claims).expect("JSON");
        assert_eq!(claims["aud"], format!("http://{}", stage.upstream.address));
        assert_eq!((&claims["sub"], &claims["kind"]), (&"shop".into(), &"application".into()));
        assert!(answer.field("ratelimit").starts_with("\"default\";r="), "{answer:?}");
        assert_eq!(answer.field("cache-control"), "no-store");
        let mut of_answer = entries.iter().filter(|entry| entry.request.as_str() == answer.field("request-id"));
        let entry = of_answer.next().expect("an entry of the answer");
        assert_eq!((entry.decides_only, entry.status, entry.refusal), (true, 200, None));
        assert_eq!((&*entry.path, entry.operation.as_deref()), (ACCOUNTS, Some("listAccounts")));
        assert_eq!(entry.method, Some(http::Method::GET));
        assert_eq!(entry.caller, Caller::Application { id: word("shop"), credential: Some(word("cred-1")) });
    }
    stage.no_entry();
    assert!(stage.upstream.seen().is_empty(), "{:?}", stage.upstream.seen());
}

#[test]
fn a_call_that_anyone_may_make_passes_without_anybody_named() {
    let stage = asked();
    for answer in ask_in_each_way(&stage, "GET", "/rents/v1/status", &[]) {
        assert_eq!((answer.status, answer.fields("hansom-identity").len()), (200, 0), "{answer:?}");
    }
}

#[test]
fn what_would_be_refused_here_is_refused_there_with_the_same_words() {
    let stage = asked();
    stage.swap(|document| {
        let mut retired = document.environments[0].versions[1].clone();
        retired.api = word("old");
        retired.status = Status::Retired;
        document.environments[0].versions.push(retired);
    });
    let (good, person) = (bearer(&stage.token()), bearer(&stage.person_token()));
    let long = format!("/rents/v1/anything/a/{}", "b".repeat(9000));
    for (method, target, fields, status) in [
        ("GET", ACCOUNTS, vec![], 401),
        ("GET", ACCOUNTS, vec!["Authorization: Bearer a.b.c"], 401),
        ("GET", ACCOUNTS, vec![&*good, &*person], 401),
        ("GET", "/rents/v1/accounts/7", vec![&*good], 403),
        ("GET", "/rents/v1/arrears", vec![&*person], 403),
        ("GET", "/rents/v1/closed", vec![&*person], 403),
        ("GET", "/nothing/v1/x", vec![&*good], 404),
        ("GET", "/rents/v9/accounts", vec![&*good], 404),
        ("GET", "/rents/v1/nothing", vec![&*good], 404),
        ("PATCH", ACCOUNTS, vec![&*good], 405),
        ("TRACE", ACCOUNTS, vec![&*good], 405),
        ("GET", "/old/v1/accounts", vec![&*good], 410),
        ("GET", &long, vec![&*good], 414),
    ] {
        let real = stage.call(method, target, &fields, "");
        assert_eq!(real.status, status, "{method} {target}: {real:?}");
        stage.entry();
        let mut wanted = real.json();
        for answer in ask_in_each_way(&stage, method, target, &fields) {
            let problem = answer.refused(status, wanted["code"].as_str().expect("a code"));
            wanted["instance"] = problem["instance"].clone();
            assert_eq!(problem, wanted);
            assert_eq!(answer.fields("www-authenticate"), real.fields("www-authenticate"));
            let entry = stage.entry();
            assert!(entry.decides_only, "{entry:?}");
            assert_eq!(entry.refusal, wanted["code"].as_str());
        }
    }
    stage.call("GET", &format!("/authz/authz{ACCOUNTS}"), &[&good], "").refused(404, "api-not-found");
    assert!(stage.upstream.seen().is_empty(), "{:?}", stage.upstream.seen());
}

#[test]
fn a_path_that_can_be_read_in_two_ways_is_refused_wherever_it_stands() {
    let stage = asked();
    let token = bearer(&stage.token());
    for target in [
        "/rents/v1/../v1/accounts",
        "/../rents/v1/accounts",
        "//rents/v1/accounts",
        "/rents/v1/%2e%2e/accounts",
        "/rents/v1/accounts%2f7",
        "/rents/v1/accounts;x",
        "/rents/v1/accounts%00",
        "/rents/v1/acc\\ounts",
        "/rents/v1/accounts#x",
    ] {
        for answer in ask_in_each_way(&stage, "GET", target, &[&token]) {
            answer.refused(400, "ambiguous-path");
        }
    }
    for target in ["rents/v1/accounts", "http://gateway.example/rents/v1/accounts", "*", ""] {
        let fields = ["X-Original-Method: GET".to_owned(), format!("X-Original-URI: {target}"), token.clone()];
        stage.call("GET", "/authz", &fields.each_ref().map(String::as_str), "").refused(400, "bad-request");
    }
}

#[test]
fn a_request_that_is_described_halfway_or_twice_is_refused() {
    let stage = asked();
    let token = bearer(&stage.token());
    let (method, target) = ("X-Original-Method: GET", "X-Original-URI: /rents/v1/accounts");
    let (other_method, other_target) = ("X-Forwarded-Method: GET", "X-Forwarded-Uri: /rents/v1/status");
    for fields in [
        vec![],
        vec![method],
        vec![target],
        vec![other_method],
        vec![other_target],
        vec![method, other_target],
        vec![method, method, target],
        vec![method, target, target],
        vec![method, target, "x-original-uri: /rents/v1/status"],
        vec![method, target, other_method, other_target],
        vec![method, target, other_target],
        vec!["X-Original-Method: G ET", target],
        vec!["X-Original-Method:", target],
        vec![method, "X-Original-URI:"],
    ] {
        let fields: Vec<&str> = fields.into_iter().chain([token.as_str()]).collect();
        stage.call("GET", "/authz", &fields, "").refused(400, "bad-request");
        assert!(stage.entry().decides_only);
    }
    stage.call("GET", "/authz?x=1", &[method, target, &token], "").refused(400, "bad-request");
}

#[test]
fn who_may_not_ask_finds_nothing_there() {
    let elsewhere = ["192.0.2.0/24".parse().expect("a network")];
    let closed = Stage::entered(Entrance { authz_from: elsewhere.into(), ..Entrance::default() });
    for stage in [Stage::new(), closed] {
        let token = bearer(&stage.token());
        // Whom a client names as its proxy's client is nothing to who asks.
        let fields = [&*token, "X-Forwarded-For: 192.0.2.7"];
        for answer in ask_in_each_way(&stage, "GET", ACCOUNTS, &fields) {
            answer.refused(404, "api-not-found");
            let entry = stage.entry();
            assert!(!entry.decides_only, "{entry:?}");
        }
    }
}

#[test]
fn a_question_counts_as_the_call_would() {
    let stage = asked();
    stage.swap(|document| {
        let per_person = Some(Limit { rate: word("2/day"), burst: 1 });
        document.environments[0].versions[0].limits = Limits { per_person, ..Limits::default() };
    });
    let token = bearer(&stage.person_token());
    let ask = || stage.call("GET", &format!("/authz{ACCOUNTS}"), &[&token], "");
    assert_eq!(ask().status, 200);
    assert_eq!(stage.call("GET", ACCOUNTS, &[&token], "").status, 200);
    let refused = ask();
    refused.refused(429, "limit-reached");
    assert!(refused.field("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0), "{refused:?}");
    stage.call("GET", ACCOUNTS, &[&token], "").refused(429, "limit-reached");
}

#[test]
fn a_browsers_question_before_the_call_is_no_call_that_may_pass() {
    let stage = asked();
    let fields = ["Origin: https://evil.example", "Access-Control-Request-Method: GET"];
    for answer in ask_in_each_way(&stage, "OPTIONS", ACCOUNTS, &fields) {
        answer.refused(405, "method-not-allowed");
    }
}

#[test]
fn the_body_of_a_question_is_not_looked_at() {
    let stage = asked();
    let token = bearer(&stage.token());
    let answer = stage.call("POST", "/authz/rents/v1/accounts/7/payments", &[&token], &"x".repeat(120_000));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(stage.upstream.seen().is_empty());
}

/// The status of the answer to a question over HTTP/2.
fn over_http2(stage: &Stage, path: &str, fields: &[(&str, &str)]) -> (u16, bool) {
    let address = stage.production;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async move {
        let stream = tokio::net::TcpStream::connect(address).await.expect("it listens");
        let (mut sender, connection) = h2::client::handshake(stream).await.expect("a handshake");
        tokio::spawn(connection);
        let mut request = Request::post(format!("http://x{path}"));
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let (response, _) = sender.send_request(request.body(()).expect("a request"), true).expect("a stream");
        let head = response.await.expect("an answer").into_parts().0;
        (head.status.as_u16(), head.headers.contains_key("hansom-identity"))
    })
}

#[test]
fn over_http2_a_refusal_has_its_status_whatever_the_call_speaks() {
    let stage = asked();
    let (payments, token) = ("/authz/rents/v1/accounts/7/payments", format!("Bearer {}", stage.token()));
    assert_eq!(over_http2(&stage, payments, &[("authorization", &token)]), (200, true));
    // A refusal in gRPC's own way has the status 200, which the gateway that asks would take for a yes.
    let grpc = ("content-type", "application/grpc");
    assert_eq!(over_http2(&stage, payments, &[grpc]), (401, false));
    let described = [("x-original-method", "POST"), ("x-original-uri", &payments["/authz".len()..]), grpc];
    assert_eq!(over_http2(&stage, "/authz", &described), (401, false));
    assert_eq!(over_http2(&stage, "/authz?x", &described), (400, false));
    let starting = Stage::without_snapshot();
    assert_eq!(over_http2(&starting, payments, &[grpc]), (200, false), "who may not ask is a client like others");
}

/// The configuration of `docs/authz.md`, with one API.
fn nginx_before(stage: &Stage) -> Option<Peer> {
    let (hansom, api) = (stage.production, stage.upstream.address);
    Peer::nginx_with(&format!(
        "location /rents/v1/ {{ \
           auth_request /hansom-authz; \
           auth_request_set $hansom_identity $upstream_http_hansom_identity; \
           auth_request_set $hansom_request_id $upstream_http_request_id; \
           auth_request_set $hansom_retry_after $upstream_http_retry_after; \
           auth_request_set $hansom_status $upstream_status; \
           error_page 500 = @hansom_refused; \
           add_header Request-Id $hansom_request_id always; \
           proxy_set_header Hansom-Identity $hansom_identity; \
           proxy_set_header Request-Id $hansom_request_id; \
           proxy_set_header Authorization \"\"; \
           proxy_set_header DPoP \"\"; \
           proxy_pass http://{api}; }} \
         location = /hansom-authz {{ \
           internal; \
           proxy_pass http://{hansom}/authz; \
           proxy_pass_request_body off; \
           proxy_set_header Content-Length \"\"; \
           proxy_set_header X-Original-Method $request_method; \
           proxy_set_header X-Original-URI $request_uri; \
           proxy_set_header X-Forwarded-Method \"\"; \
           proxy_set_header X-Forwarded-Uri \"\"; \
           proxy_set_header X-Forwarded-For $remote_addr; }} \
         location @hansom_refused {{ \
           add_header Request-Id $hansom_request_id always; \
           add_header Retry-After $hansom_retry_after always; \
           if ($hansom_status = 400) {{ return 400; }} \
           if ($hansom_status = 404) {{ return 404; }} \
           if ($hansom_status = 405) {{ return 405; }} \
           if ($hansom_status = 410) {{ return 410; }} \
           if ($hansom_status = 429) {{ return 429; }} \
           return 503; }}"
    ))
}

/// The same for Envoy.
fn envoy_before(stage: &Stage) -> Option<Peer> {
    let filters = "\
          - name: envoy.filters.http.ext_authz
            typed_config:
              \"@type\": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
              failure_mode_allow: false
              http_service:
                server_uri: { uri: http://hansom:8080, cluster: hansom, timeout: 5s }
                path_prefix: /authz
                authorization_response:
                  allowed_upstream_headers:
                    patterns: [{ exact: hansom-identity }, { exact: request-id }]
                  allowed_client_headers:
                    patterns: [{ exact: content-type }, { exact: cache-control }, { exact: www-authenticate }, { exact: request-id }, { exact: retry-after }, { prefix: ratelimit }]
              allowed_headers:
                patterns: [{ exact: authorization }, { exact: dpop }, { exact: x-forwarded-for }]
";
    Peer::envoy_with(stage.upstream.address, filters, stage.production)
}

#[test]
fn nginx_lets_through_what_hansom_lets_through_and_nothing_else() {
    let stage = asked();
    let Some(nginx) = nginx_before(&stage) else {
        eprintln!("SKIPPED: nginx is not installed here; ./test installs it.");
        return;
    };
    lets_through_what_hansom_lets_through(&stage, &nginx);
    for own in ["/hansom-authz", "/authz"] {
        assert_eq!(call(nginx.address, "GET", own, &[&bearer(&stage.token())], "").status, 404, "{own}");
    }
}

#[test]
fn envoy_lets_through_what_hansom_lets_through_and_nothing_else() {
    let stage = asked();
    let Some(envoy) = envoy_before(&stage) else {
        eprintln!("SKIPPED: Envoy is not installed here; ./test installs it.");
        return;
    };
    lets_through_what_hansom_lets_through(&stage, &envoy);
    // Its refusals come through with what Hansom says, too.
    let refused = call(envoy.address, "GET", "/rents/v1/accounts/7", &[&bearer(&stage.token())], "");
    refused.refused(403, "grant-missing");
    assert_eq!(call(envoy.address, "GET", "/authz", &[&bearer(&stage.token())], "").status, 404);
}

/// Lets one call through the gateway that asks, and none of those that Hansom refuses.
fn lets_through_what_hansom_lets_through(stage: &Stage, front: &Peer) {
    let token = bearer(&stage.token());
    let pretence = ["X-Original-URI: /rents/v1/status", "X-Forwarded-Uri: /rents/v1/status", "Hansom-Identity: forged"];
    let through = |method: &str, target: &str, fields: &[&str], body: &str| {
        let fields: Vec<&str> = fields.iter().copied().chain(pretence).collect();
        call(front.address, method, target, &fields, body)
    };
    let passed = through("POST", "/rents/v1/accounts/7/payments", &[&token], "{\"pence\":100}");
    assert_eq!(passed.status, 200, "{passed:?}");
    let seen = stage.upstream.until(|_| true);
    assert_eq!((seen.target(), seen.body.as_str()), ("/rents/v1/accounts/7/payments", "{\"pence\":100}"));
    assert!(seen.field("hansom-identity").is_some_and(|identity| identity.len() > 50), "{seen:?}");
    assert_eq!(seen.field("authorization"), None);
    let entry = stage.entry();
    assert_eq!(seen.field("request-id").as_deref(), Some(entry.request.as_str()));
    assert_eq!(entry.method, Some(http::Method::POST));
    for (method, target, fields, status) in [
        ("GET", ACCOUNTS, vec![], 401),
        ("GET", "/rents/v1/accounts/7", vec![&*token], 403),
        ("GET", "/rents/v1/nothing", vec![&*token], 404),
        ("PATCH", ACCOUNTS, vec![&*token], 405),
        ("GET", "/rents/v1/%2e/accounts", vec![&*token], 400),
        ("GET", "/rents/v1//accounts", vec![&*token], 400),
    ] {
        let refused = through(method, target, &fields, "");
        assert_eq!(refused.status, status, "{method} {target}: {refused:?}");
        assert_eq!(refused.field("request-id"), stage.entry().request.as_str(), "{refused:?}");
        if status == 401 {
            assert!(refused.field("www-authenticate").starts_with("Bearer "), "{refused:?}");
        }
    }
    assert_eq!(stage.upstream.seen().len(), 1, "{:?}", stage.upstream.seen());
}
