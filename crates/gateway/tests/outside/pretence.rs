//! Can a client pass for somebody else, with the upstream or with the gateway?

use crate::stage::*;

/// Asserts that none of these fields reaches the upstream, with a value that is nowhere else.
#[track_caller]
fn kept_from_the_upstream<T: AsRef<str>>(names: &[T]) {
    let stage = Stage::new();
    for names in names.chunks(40) {
        let fields: Vec<String> = names.iter().map(|name| format!("{}: FORGED", name.as_ref())).collect();
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        let before = stage.upstream.seen().len();
        assert_eq!(stage.call("GET", "/rents/v1/status", &fields, "").status, 200);
        let seen = &stage.upstream.seen()[before];
        assert!(!seen.head.contains("FORGED"), "{}", seen.head);
    }
}

#[test]
fn f71_fields_that_name_a_caller_are_kept_from_the_upstream_in_every_spelling() {
    kept_from_the_upstream(&[
        "X-User",
        "X-USER-ID",
        "x-username",
        "X-Groups",
        "X-Roles",
        "X-Consumer-ID",
        "X-Credential-Identifier",
        "X-Authenticated-User",
        "X-Auth-Request-Email",
        "X-Identity",
        "X-Remote-User",
        "Remote-User",
        "Remote-Groups",
        "Remote-Email",
        "Hansom-Identity",
        "HANSOM-ANYTHING",
        "X-Hansom-User",
        "SSL-Client-Cert",
        "SSL-Client-S-DN",
        "X-SSL-Client-Verify",
        "X-Client-Cert",
        "Client-Cert",
        "X-MS-Client-Principal",
        "X-Amzn-Oidc-Identity",
        "X-Goog-Authenticated-User-Email",
        "X-Envoy-Original-Path",
        "Proxy",
        "Cookie",
        "Proxy-Authorization",
    ]);
    // Servers turn characters of names into one another.
    kept_from_the_upstream(&[
        "X_User",
        "X_USER_ID",
        "Hansom_Identity",
        "x-user_id",
        "X.User",
        "X!User",
        "Content_Length",
        "Transfer_Encoding",
        "X~User",
    ]);
    // A longer name is no way round.
    let tail = "-and-a-name-that-is-much-longer-than-any-known-one";
    kept_from_the_upstream(
        &["X-User", "Hansom-Identity", "X-Forwarded", "X-Remote", "X_Any"].map(|name| format!("{name}{tail}")),
    );
    // A name with a space behind it is no name.
    Stage::new().refuses("GET /rents/v1/status HTTP/1.1\r\nHost: x\r\nX-User : root\r\n\r\n", 400, "bad-request");
}

#[test]
fn f72_fields_of_proxies_are_kept_from_the_upstream_and_written_anew() {
    kept_from_the_upstream(&[
        "X-Forwarded-For",
        "X-Forwarded-Host",
        "X-Forwarded-Proto",
        "X-Forwarded-Port",
        "X-Forwarded-Prefix",
        "X-Forwarded-Server",
        "X-Forwarded-Client-Cert",
        "X-Forwarded",
        "Forwarded",
        "Forwarded-For",
        "X-Real-IP",
        "X-Client-IP",
        "Client-IP",
        "True-Client-IP",
        "CF-Connecting-IP",
        "Fastly-Client-IP",
        "X-Cluster-Client-IP",
        "X-Original-URL",
        "X-Original-Host",
        "X-Original-Forwarded-For",
        "X-Rewrite-URL",
        "X-Host",
        "Max-Forwards",
        "X-HTTP-Method-Override",
    ]);
    let stage = Stage::new();
    let list = format!("X-Forwarded-For: {}", "6.6.6.6, ".repeat(1000));
    stage.call("GET", "/rents/v1/status", &[&list, "Forwarded: for=\"_x\";proto=https"], "");
    let seen = stage.upstream.until(|_| true);
    assert_eq!(seen.field("x-forwarded-for").as_deref(), Some("127.0.0.1"));
    assert_eq!(seen.field("forwarded").as_deref(), Some("for=127.0.0.1"));
}

#[test]
fn f73_connection_takes_away_the_clients_own_fields_and_none_of_the_gateways() {
    let stage = Stage::new();
    let token = bearer(&stage.token());
    let names = "Connection: close, authorization, hansom-identity, request-id, x-forwarded-for, via, host, content-length, transfer-encoding, X-Mine";
    let answer = stage.call("GET", "/rents/v1/accounts", &[names, &token, "X-Mine: 1", "X-Other: 2"], "");
    assert_eq!(answer.status, 200, "the token is read whatever Connection says: {answer:?}");
    let seen = stage.upstream.until(|_| true);
    for name in ["hansom-identity", "request-id", "x-forwarded-for", "forwarded", "via", "host", "x-other"] {
        assert!(seen.field(name).is_some(), "{name} in {}", seen.head);
    }
    assert_eq!((seen.field("x-mine"), seen.field("connection"), seen.field("authorization")), (None, None, None));
    let posted = stage.call("POST", "/rents/v1/anything/a", &["Connection: content-length"], "hello");
    assert_eq!(posted.json()["body"], "hello");
}

#[test]
fn f75_a_token_in_the_query_is_none_and_is_written_down_nowhere() {
    let stage = Stage::new();
    for name in ["access_token", "token", "api_key", "authorization"] {
        let target = format!("/rents/v1/accounts?{name}={}", stage.token());
        stage.call("GET", &target, &[], "").refused(401, "token-missing");
        let entry = stage.entry();
        assert!(!format!("{entry:?}").contains(&stage.token()[..40]), "{entry:?}");
        assert_eq!(*entry.path, *"/rents/v1/accounts");
    }
    assert!(stage.upstream.seen().is_empty());
}
