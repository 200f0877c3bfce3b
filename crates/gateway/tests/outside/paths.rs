//! Which path was meant, and is it the one that was authorised?

use proptest::prelude::*;

use crate::stage::*;

/// Asserts that a path is refused before it is matched with anything.
#[track_caller]
fn no_paths(paths: &[&str]) {
    let stage = Stage::new();
    for path in paths {
        let answer = stage.raw(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        assert_eq!(answer.status, 400, "{path} {answer:?}");
        let code = answer.json()["code"].as_str().unwrap_or_default().to_owned();
        assert!(["ambiguous-path", "bad-request"].contains(&code.as_str()), "{path} {code}");
        assert_eq!(stage.entry().api, None, "{path} must not be matched");
    }
    assert!(stage.upstream.seen().is_empty());
}

#[test]
fn e61_dot_segments_are_400_however_they_are_written() {
    no_paths(&[
        "/rents/v1/../../repairs/v1/accounts",
        "/rents/v1/status/..",
        "/rents/v1/%2e%2e/%2e%2e/repairs/v1/accounts",
        "/rents/v1/%2E./status",
        "/rents/v1/.%2e/status",
        "/rents/./v1/status",
        "/rents/v1/status/.",
        "/rents/v1/..;/status",
        "/rents/v1/anything/a/..%2fb",
        "/rents/v1/..%5c/status",
        "/../rents/v1/status",
    ]);
}

#[test]
fn e62_empty_segments_and_encoded_nothing_are_400_and_a_slash_more_is_another_path() {
    no_paths(&[
        "//rents/v1/status",
        "/rents//v1/status",
        "/rents/v1//status",
        "/rents/v1/status//",
        "/rents/v1/status%00",
        "/rents/v1/status%0a",
        "/rents/v1/status%7f",
    ]);
    let stage = Stage::new();
    for path in ["/rents/v1/status/", "/rents/v1/status.", "/rents/v1/status%20", "/rents/v1/status%2e"] {
        stage.get(path).refused(404, "operation-not-found");
    }
    assert!(stage.upstream.seen().is_empty());
}

#[test]
fn e63_encoded_slashes_backslashes_and_double_encodings_are_400() {
    no_paths(&[
        "/rents/v1/anything/a%2fb",
        "/rents/v1/anything/a%2Fb",
        "/rents/v1/anything/a%5cb",
        "/rents/v1/anything/a\\b",
        "/rents/v1/%252e%252e/status",
        "/rents/v1/anything/a%252fb",
        "/rents/v1/anything/%25%32%66/b",
        "/rents/v1/status%",
        "/rents/v1/status%2",
        "/rents/v1/%zz",
        "/rents/v1/%+1",
    ]);
}

#[test]
fn e64_parameters_of_a_segment_are_400() {
    no_paths(&["/rents/v1/status;x=1", "/rents;a/v1/status", "/rents/v1/status;", "/;/rents/v1/status"]);
    let stage = Stage::new();
    stage.get("/rents/v1/status%3Bx").refused(404, "operation-not-found");
}

#[test]
fn e65_a_fragment_is_400() {
    no_paths(&["/rents/v1/status#x", "/rents/v1/status#", "/rents/v1/status?a#b", "/#/rents/v1/status"]);
}

#[test]
fn e66_bytes_beyond_ascii_and_broken_utf8_are_400_and_case_matters() {
    no_paths(&[
        "/rents/v1/caf\u{e9}",
        "/rents/v1/anything/%ff",
        "/rents/v1/anything/%c0%ae%c0%ae/b",
        "/rents/v1/anything/%c0%af/b",
        "/rents/v1/anything/%ed%a0%80/b",
        "/rents\u{ff0f}v1/status",
        "/rents/v1/{id}",
        "*",
    ]);
    let stage = Stage::new();
    for path in ["/Rents/v1/accounts", "/rents/V1/accounts"] {
        stage.get(path).refused(404, "api-not-found");
    }
    stage.get("/rents/v1/Accounts").refused(404, "operation-not-found");
    // A full-width slash is a letter like any other, and stays encoded.
    let answer = stage.call("GET", "/rents/v1/anything/%ef%bc%8f/b", &[], "");
    assert_eq!(answer.json()["target"], "/base/anything/%EF%BC%8F/b");
}

#[test]
fn e67_the_query_is_never_read_for_a_decision_and_goes_on_as_it_came() {
    let stage = Stage::new();
    let many = format!("?{}", "a=1&".repeat(1500));
    let answer = stage.call("GET", &format!("/rents/v1/status{many}"), &[], "");
    assert_eq!(answer.json()["target"], format!("/base/status{many}"));
    for query in ["?x=1&x=2", "?%2e%2e=/../", "?a=b?c=d", "?", "?a;b", "?%00"] {
        assert_eq!(
            stage.call("GET", &format!("/rents/v1/status{query}"), &[], "").json()["target"],
            format!("/base/status{query}")
        );
    }
    // Encodings of what needs none are taken off before matching, and the upstream sees them gone.
    assert_eq!(stage.call("GET", "/rents/v1/%73tatus", &[], "").json()["target"], "/base/status");
    no_paths(&["/rents/v1/status?<", "/rents/v1/status?a\\b", "/rents/v1/status?{a}"]);
}

#[test]
fn e68_another_method_is_405_whatever_fields_or_query_say() {
    let stage = Stage::new();
    for field in [
        "X-HTTP-Method-Override: DELETE",
        "X-HTTP-Method: DELETE",
        "X-Method-Override: DELETE",
        "X_HTTP_Method_Override: DELETE",
        "Method-Override: DELETE",
    ] {
        assert_eq!(stage.call("GET", "/rents/v1/status?_method=DELETE", &[field], "").status, 200);
        let seen = stage.upstream.seen().pop().expect("a request");
        assert!(seen.head.starts_with("GET ") && !seen.head.to_lowercase().contains("override"), "{seen:?}");
        assert!(!seen.head.to_lowercase().contains("method:"), "{seen:?}");
    }
    for (method, path, allow) in [
        ("POST", "/rents/v1/accounts", "GET, HEAD"),
        ("PUT", "/rents/v1/accounts/7", "DELETE, GET, HEAD"),
        ("GET", "/rents/v1/accounts/export", "POST"),
        ("FOO", "/rents/v1/accounts", "GET, HEAD"),
        ("get", "/rents/v1/accounts", "GET, HEAD"),
    ] {
        let answer = stage.call(method, path, &["X-HTTP-Method-Override: GET"], "");
        answer.refused(405, "method-not-allowed");
        assert_eq!(answer.field("allow"), allow, "{method} {path}");
    }
}

#[test]
fn e69_of_two_templates_the_one_that_says_more_is_meant() {
    let stage = Stage::new();
    stage.get("/rents/v1/accounts/export").refused(405, "method-not-allowed");
    stage.get("/rents/v1/accounts/%65xport").refused(405, "method-not-allowed");
    stage.get("/rents/v1/accounts/exports").refused(403, "grant-missing");
    assert!(stage.upstream.seen().is_empty());
}

#[test]
fn e70_a_name_that_only_begins_or_ends_like_another_is_404() {
    let stage = Stage::new();
    for path in [
        "/",
        "/rents",
        "/rents/",
        "/nothing/v1/accounts",
        "/rents/v1x/accounts",
        "/rents/v2/accounts",
        "/rents/v01/accounts",
        "/rents/V1/accounts",
        "/Rents/v1/accounts",
        "/rents/1/accounts",
        "/rent/v1/accounts",
        "/rentss/v1/accounts",
    ] {
        stage.get(path).refused(404, "api-not-found");
    }
    for path in [
        "/rents/v1/",
        "/rents/v1/account",
        "/rents/v1/accounts-private",
        "/rents/v1/accountsX",
        "/rents/v1/Accounts",
        "/rents/v1/accounts/",
        "/rents/v1/accounts/7/",
        "/rents/v1/accounts/7/8",
        "/rents/v1/anything/a",
        "/rents/v1/accounts%20",
        "/rents/v1/accounts.",
    ] {
        let answer = stage.get(path);
        assert!([404, 405].contains(&answer.status), "{path} {answer:?}");
        if answer.status == 404 {
            answer.refused(404, "operation-not-found");
        }
    }
    assert!(stage.upstream.seen().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_path_that_was_authorised_is_the_path_that_is_forwarded(
        a in "([a-zA-Z0-9._~!$&'()*+,=:@-]|%[0-9a-fA-F]{2}|[/;.\\\\]){1,8}", b in "([a-z.]|%2[eEfF5]|%5[cC]){1,4}",
    ) {
        // One gateway serves all cases; the thread-local keeps proptest's closure free of state.
        thread_local!(static STAGE: Stage = Stage::new());
        STAGE.with(|stage| -> Result<(), TestCaseError> {
            let before = stage.upstream.seen().len();
            let answer = stage.raw(format!("GET /rents/v1/anything/{a}/{b} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
            let entry = stage.entry();
            let seen = stage.upstream.seen();
            if let Some(seen) = seen.get(before) {
                prop_assert_eq!(entry.operation.as_deref(), Some("anything"));
                let below = entry.path.strip_prefix("/rents/v1").unwrap_or_default();
                prop_assert_eq!(seen.target(), format!("/base{below}"));
                prop_assert_eq!(below.split('/').count(), 4, "exactly the segments of the template");
            } else {
                prop_assert!((400..500).contains(&answer.status), "{:?}", answer);
            }
            Ok(())
        })?;
    }
}
