//! Who is let in, and what are the others told?

use aws_lc_rs::hmac;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hansom_domain::Timestamp;
use hansom_gateway::Caller;
use serde_json::{Value, json};

use crate::stage::*;

const ACCOUNTS: &str = "/rents/v1/accounts";

#[track_caller]
fn refused(stage: &Stage, token: &str, code: &str) -> Value {
    let answer = stage.call("GET", ACCOUNTS, &[&bearer(token)], "");
    assert!(answer.field("www-authenticate").contains("error=\"invalid_token\""), "{answer:?}");
    answer.refused(401, code)
}

fn changed(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

fn without(mut object: Value, name: &str) -> Value {
    object.as_object_mut().expect("an object").remove(name);
    object
}

#[test]
fn a_granted_application_and_a_member_of_the_group_are_let_in_and_journalled() {
    let stage = Stage::new();
    assert_eq!(stage.get(ACCOUNTS).status, 200);
    let entry = stage.entry();
    assert_eq!(entry.caller, Caller::Application { id: word("shop"), credential: Some(word("cred-1")) });
    assert_eq!((entry.operation.as_deref(), entry.status, entry.refusal), (Some("listAccounts"), 200, None));
    assert_eq!(*entry.path, *ACCOUNTS);
    let answer = stage.call("GET", "/rents/v1/accounts/7", &[&bearer(&stage.person_token())], "");
    assert_eq!(answer.status, 200);
    assert_eq!(stage.entry().caller, Caller::Person { id: word("ada") });
    stage.no_entry();
}

#[test]
fn without_a_token_is_401_and_says_how_to_send_one() {
    let stage = Stage::new();
    let answer = stage.call("GET", ACCOUNTS, &[], "");
    answer.refused(401, "token-missing");
    assert_eq!(answer.field("www-authenticate"), "Bearer realm=\"hansom\"");
    assert_eq!(stage.entry().refusal, Some("token-missing"));
    let in_query = stage.call("GET", &format!("{ACCOUNTS}?access_token={}", stage.token()), &[], "");
    in_query.refused(401, "token-missing");
    assert!(stage.upstream.seen().is_empty());
}

#[test]
fn f74_two_authorizations_or_another_scheme_are_401() {
    let stage = Stage::new();
    let good = bearer(&stage.token());
    for fields in [
        vec![good.as_str(), good.as_str()],
        vec![good.as_str(), "Authorization: Basic YTpi"],
        vec!["Authorization: Basic YTpi"],
        vec!["Authorization: Bearer"],
        vec!["Authorization: Bearer "],
        vec![&good.replace("Bearer ", "Bearer  ")],
        vec![&format!("{good}, Bearer x")],
        vec!["Authorization: Bearer \u{e9}"],
    ] {
        stage.call("GET", ACCOUNTS, &fields, "").refused(401, "token-invalid");
    }
}

#[test]
fn g79_an_expired_token_is_401_also_when_it_was_cached_while_it_was_good() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    let request = format!("GET {ACCOUNTS} HTTP/1.1\r\nHost: x\r\n{}\r\n\r\n", bearer(&stage.token()));
    assert_eq!(client.exchange(request.as_bytes()).status, 200);
    stage.set_now(NOW + 599);
    assert_eq!(client.exchange(request.as_bytes()).status, 200);
    stage.set_now(NOW + 600);
    client.exchange(request.as_bytes()).refused(401, "token-expired");
}

#[test]
fn g79_times_that_are_no_whole_seconds_or_lie_ahead_are_401() {
    let stage = Stage::new();
    for (name, value, code) in [
        ("exp", json!("1800000600"), "token-invalid"),
        ("exp", json!(1_800_000_600.5), "token-invalid"),
        ("exp", json!(1e300), "token-invalid"),
        ("exp", json!(-1), "token-invalid"),
        ("exp", json!(NOW), "token-expired"),
        ("nbf", json!(NOW + 31), "token-invalid"),
        ("iat", json!(NOW + 31), "token-invalid"),
        ("iat", json!(true), "token-invalid"),
    ] {
        refused(&stage, &stage.issuer.sign(&header(), &changed(claims(), name, value)), code);
    }
    let soon = stage.issuer.sign(&header(), &changed(claims(), "nbf", json!(NOW + 30)));
    assert_eq!(stage.call("GET", ACCOUNTS, &[&bearer(&soon)], "").status, 200);
}

#[test]
fn g82_a_claim_that_is_missing_or_stands_twice_is_401() {
    let stage = Stage::new();
    for name in ["iss", "aud", "sub", "client_id", "credential", "iat", "exp", "jti"] {
        refused(&stage, &stage.issuer.sign(&header(), &without(claims(), name)), "token-invalid");
    }
    let twice = claims().to_string().replace("\"sub\":\"shop\"", "\"sub\":\"shop\",\"sub\":\"ada\"");
    assert_ne!(twice, claims().to_string());
    refused(&stage, &stage.issuer.sign_text(&header().to_string(), &twice), "token-invalid");
}

#[test]
fn g80_the_other_environments_token_is_401() {
    let stage = Stage::new();
    for audience in [json!(SANDBOX), json!([SANDBOX]), json!("https://api.hackney.example/")] {
        refused(&stage, &stage.issuer.sign(&header(), &changed(claims(), "aud", audience)), "token-audience");
    }
    for audience in [json!([PRODUCTION, SANDBOX]), json!([]), json!(7)] {
        refused(&stage, &stage.issuer.sign(&header(), &changed(claims(), "aud", audience)), "token-invalid");
    }
    let listed = stage.issuer.sign(&header(), &changed(claims(), "aud", json!([PRODUCTION])));
    assert_eq!(stage.call("GET", ACCOUNTS, &[&bearer(&listed)], "").status, 200);
    // The same token, now cached, at the other listener.
    call(stage.sandbox, "GET", ACCOUNTS, &[&bearer(&listed)], "").refused(401, "token-audience");
}

#[test]
fn g80_another_issuer_or_another_key_is_401() {
    let stage = Stage::new();
    for issuer in ["https://evil.example", "https://hub.hackney.example/"] {
        refused(&stage, &stage.issuer.sign(&header(), &changed(claims(), "iss", json!(issuer))), "token-invalid");
    }
    refused(&stage, &Issuer::new().sign(&header(), &claims()), "token-invalid");
    for kid in ["k2", "../k1", "' OR 1=1", ""] {
        refused(&stage, &stage.issuer.sign(&changed(header(), "kid", json!(kid)), &claims()), "token-invalid");
    }
}

#[test]
fn g76_an_unsigned_token_and_one_signed_with_the_public_key_as_a_secret_are_401() {
    let stage = Stage::new();
    for algorithm in ["none", "None", "HS256", "RS256", "es256", ""] {
        let header = changed(header(), "alg", json!(algorithm));
        refused(&stage, &stage.issuer.sign(&header, &claims()), "token-invalid");
        let unsigned = stage.issuer.sign(&header, &claims());
        let unsigned = unsigned.rsplit_once('.').expect("a JWT").0;
        refused(&stage, &format!("{unsigned}."), "token-invalid");
    }
    let header = changed(header(), "alg", json!("HS256"));
    let signed =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims().to_string()));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, stage.issuer.public_point()), signed.as_bytes());
    refused(&stage, &format!("{signed}.{}", URL_SAFE_NO_PAD.encode(tag.as_ref())), "token-invalid");
    let zeros = format!("{}.{}", stage.token().rsplit_once('.').expect("a JWT").0, URL_SAFE_NO_PAD.encode([0u8; 64]));
    refused(&stage, &zeros, "token-invalid");
}

#[test]
fn g77_a_header_that_brings_its_own_key_is_401() {
    let stage = Stage::new();
    for (name, value) in [
        ("jwk", stage.issuer.key("k1").jwk),
        ("jku", json!("https://evil.example/keys")),
        ("x5u", json!("https://evil.example/cert")),
        ("crit", json!(["exp"])),
        ("zip", json!("DEF")),
        ("x5c", json!(["MIIB"])),
        ("crit", json!([])),
        ("crit", json!(["unknown"])),
        ("b64", json!(false)),
    ] {
        refused(&stage, &stage.issuer.sign(&changed(header(), name, value), &claims()), "token-invalid");
    }
}

#[test]
fn g78_a_key_id_is_only_ever_compared() {
    let stage = Stage::new();
    let long = "k".repeat(4000);
    for kid in [
        "../../../../dev/null",
        "/etc/passwd",
        "k1' OR '1'='1",
        "k1\u{0}",
        "k1 ",
        "K1",
        "",
        "http://evil.example/k1",
        &long,
    ] {
        refused(&stage, &stage.issuer.sign(&changed(header(), "kid", json!(kid)), &claims()), "token-invalid");
    }
    for kid in [json!(1), json!(null), json!(["k1"]), json!({ "k1": 1 })] {
        refused(&stage, &stage.issuer.sign(&changed(header(), "kid", kid), &claims()), "token-invalid");
    }
    refused(&stage, &stage.issuer.sign(&without(header(), "kid"), &claims()), "token-invalid");
}

#[test]
fn g81_another_kind_of_token_is_401() {
    let stage = Stage::new();
    for typ in ["JWT", "id_token+jwt", "rt+jwt", "at+jwt2", "", "logout+jwt", "dpop+jwt"] {
        refused(&stage, &stage.issuer.sign(&changed(header(), "typ", json!(typ)), &claims()), "token-invalid");
    }
    refused(&stage, &stage.issuer.sign(&without(header(), "typ"), &claims()), "token-invalid");
    let full = stage.issuer.sign(&changed(header(), "typ", json!("application/at+jwt")), &claims());
    assert_eq!(stage.call("GET", ACCOUNTS, &[&bearer(&full)], "").status, 200, "RFC 9068 lets the type be spelt out");
}

#[test]
fn g82_a_large_token_costs_no_more_than_its_size() {
    let stage = Stage::new();
    let groups: Vec<String> = (0..400).map(|number| format!("group{number}@hackney.example")).collect();
    refused(&stage, &stage.issuer.sign(&header(), &changed(person_claims(), "groups", json!(groups))), "token-invalid");
    let many: serde_json::Map<String, Value> = (0..150).map(|number| (format!("c{number}"), json!(1))).collect();
    let mut wide = claims();
    wide.as_object_mut().expect("an object").extend(many);
    refused(&stage, &stage.issuer.sign(&header(), &wide), "token-invalid");
    let header_twice = "{\"typ\":\"at+jwt\",\"alg\":\"none\",\"alg\":\"ES256\",\"kid\":\"k1\"}";
    refused(&stage, &stage.issuer.sign_text(header_twice, &claims().to_string()), "token-invalid");
    stage
        .raw(format!("GET {ACCOUNTS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\n\r\n", "a".repeat(40_000)))
        .refused(431, "fields-too-large");
}

#[test]
fn g83_an_encrypted_token_is_not_even_decoded() {
    let stage = Stage::new();
    for (name, value) in [
        ("enc", json!("A256GCM")),
        ("zip", json!("DEF")),
        ("alg", json!("PBES2-HS512+A256KW")),
        ("alg", json!("dir")),
        ("alg", json!("RSA-OAEP")),
    ] {
        let mut header = changed(header(), name, value);
        header["p2c"] = json!(1_000_000_000);
        refused(&stage, &stage.issuer.sign(&header, &claims()), "token-invalid");
    }
    let jwe = ["{\"alg\":\"dir\",\"enc\":\"A256GCM\"}", "", "iv", "text", "tag"]
        .map(|part| URL_SAFE_NO_PAD.encode(part))
        .join(".");
    refused(&stage, &jwe, "token-invalid");
}

#[test]
fn g84_a_signature_of_zeros_or_of_another_length_is_401() {
    let stage = Stage::new();
    let token = stage.token();
    let signed = token.rsplit_once('.').expect("a JWT").0;
    for signature in [vec![0; 64], vec![0xff; 64], vec![0; 63], vec![0; 65], vec![], vec![0x30, 0x06, 2, 1, 0, 2, 1, 0]]
    {
        refused(&stage, &format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)), "token-invalid");
    }
    // base64 that is not canonical is another text for the same bytes, and must not be another token.
    refused(&stage, &format!("{token}="), "token-invalid");
    refused(&stage, &format!("{token}A"), "token-invalid");
}

#[test]
fn g82_what_is_no_jwt_or_too_long_is_401() {
    let stage = Stage::new();
    for token in ["x", "a.b", "a.b.c", "a.b.c.d.e", "..", "%00.%00.%00", &format!("{}.{}", "a".repeat(9000), "b.c")] {
        refused(&stage, token, "token-invalid");
    }
    let deep = format!("{}1{}", "[".repeat(1000), "]".repeat(1000));
    refused(&stage, &stage.issuer.sign_text(&header().to_string(), &format!("{{\"a\":{deep}}}")), "token-invalid");
}

#[test]
fn g88_a_revoked_application_credential_token_or_person_is_401_from_the_next_request_on() {
    let stage = Stage::new();
    let (token, person) = (bearer(&stage.token()), bearer(&stage.person_token()));
    let get = |token: &str| stage.call("GET", ACCOUNTS, &[token], "");
    assert_eq!((get(&token).status, get(&person).status), (200, 200));
    stage.swap(|document| document.revoked_tokens.push(word("token-1")));
    get(&token).refused(401, "token-revoked");
    stage.swap(|document| document.revoked_tokens.clear());
    assert_eq!(get(&token).status, 200);
    stage.swap(|document| document.applications[0].credentials.clear());
    get(&token).refused(401, "token-revoked");
    stage.swap(|document| document.applications.clear());
    get(&token).refused(401, "token-revoked");
    stage.swap(|document| document.people[0].groups.clear());
    get(&person).refused(403, "group-missing");
    stage.swap(|document| document.people.clear());
    get(&person).refused(401, "token-revoked");
}

#[test]
fn a_credential_counts_until_its_end_to_the_second() {
    let stage = Stage::new();
    let token = bearer(&stage.token());
    let get = || stage.call("GET", ACCOUNTS, &[&token], "");
    stage.swap(|document| {
        document.applications[0].credentials[0].expires_at = Some(Timestamp::from_seconds(NOW + 60));
    });
    assert_eq!(get().status, 200);
    stage.set_now(NOW + 59);
    assert_eq!(get().status, 200);
    stage.set_now(NOW + 60);
    let refused = get().refused(401, "token-revoked");
    assert!(refused["detail"].as_str().is_some_and(|why| why.contains("has expired")), "{refused}");
    stage.swap(|document| document.applications[0].credentials[0].expires_at = None);
    assert_eq!(get().status, 200);
}

#[test]
fn g86_a_new_key_is_valid_from_the_first_try_on() {
    let (stage, other) = (Stage::new(), Issuer::new());
    let token = other.sign(&changed(header(), "kid", json!("k2")), &claims());
    refused(&stage, &token, "token-invalid");
    stage.swap(|document| document.keys.push(other.key("k2")));
    assert_eq!(stage.call("GET", ACCOUNTS, &[&bearer(&token)], "").status, 200);
    assert_eq!(stage.get(ACCOUNTS).status, 200, "the key before it still is one");
}

#[test]
fn g87_a_clock_that_differs_a_little_is_forgiven_and_one_that_goes_back_opens_nothing() {
    let stage = Stage::new();
    let early = stage.issuer.sign(&header(), &changed(claims(), "iat", json!(NOW + 30)));
    assert_eq!(stage.call("GET", ACCOUNTS, &[&bearer(&early)], "").status, 200);
    let token = bearer(&stage.token());
    assert_eq!(stage.call("GET", ACCOUNTS, &[&token], "").status, 200);
    stage.set_now(NOW - 86_400);
    stage.call("GET", ACCOUNTS, &[&token], "").refused(401, "token-invalid");
    stage.set_now(NOW + 86_400);
    stage.call("GET", ACCOUNTS, &[&token], "").refused(401, "token-expired");
}

#[test]
fn g86_a_withdrawn_key_is_refused_although_its_tokens_were_cached() {
    let stage = Stage::new();
    let token = bearer(&stage.token());
    assert_eq!(stage.call("GET", ACCOUNTS, &[&token], "").status, 200);
    let other = Issuer::new();
    stage.swap(|document| document.keys = vec![other.key("k1")]);
    stage.call("GET", ACCOUNTS, &[&token], "").refused(401, "token-invalid");
    let new = other.sign(&header(), &claims());
    assert_eq!(stage.call("GET", ACCOUNTS, &[&bearer(&new)], "").status, 200);
}

#[test]
fn an_operation_without_a_grant_is_403_and_says_where_to_ask() {
    let stage = Stage::new();
    let answer = stage.get("/rents/v1/accounts/7");
    let detail = answer.refused(403, "grant-missing")["detail"].as_str().expect("a detail").to_owned();
    assert!(detail.contains("getAccount") && detail.contains("https://hub.hackney.example/apis/rents"), "{detail}");
    assert!(answer.field("www-authenticate").contains("insufficient_scope"));
    stage.get("/repairs/v1/accounts").refused(403, "grant-missing");
    stage.get("/rents/v1/arrears").refused(403, "group-missing");
    stage.swap(|document| {
        document.applications[0].grants[0].expires_at = Some(Timestamp::from_seconds(NOW));
    });
    let detail = stage.get(ACCOUNTS).refused(403, "grant-missing")["detail"].to_string();
    assert!(detail.contains("expired"), "{detail}");
}

#[test]
fn g90_a_person_outside_the_group_is_403_whatever_the_token_says_of_groups() {
    let stage = Stage::new();
    let token = bearer(&stage.person_token());
    let answer = stage.call("GET", "/rents/v1/arrears", &[&token], "");
    let detail = answer.refused(403, "group-missing")["detail"].to_string();
    assert!(detail.contains("finance@hackney.example"), "{detail}");
    stage.call("POST", "/rents/v1/payments", &[&token], "{}").refused(403, "grant-missing");
    assert!(stage.upstream.seen().is_empty());
}

#[test]
fn an_operation_that_no_rule_names_is_closed_to_everyone() {
    let stage = Stage::new();
    stage.get("/rents/v1/closed").refused(403, "operation-closed");
    stage.call("GET", "/rents/v1/closed", &[], "").refused(401, "token-missing");
}

#[test]
fn where_anyone_may_call_no_token_is_needed_but_a_bad_one_is_refused() {
    let stage = Stage::new();
    assert_eq!(stage.call("GET", "/rents/v1/status", &[], "").status, 200);
    assert_eq!(stage.entry().caller, Caller::Anonymous);
    stage.call("GET", "/rents/v1/status", &["Authorization: Bearer x.y.z"], "").refused(401, "token-invalid");
}

#[test]
fn g89_forged_tokens_are_counted_per_address_and_then_not_even_looked_at() {
    let stage = Stage::new();
    let mut client = Client::connect(stage.production);
    let mut last = 0;
    for number in 0..201 {
        let request = format!("GET {ACCOUNTS} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a.b.{number}\r\n\r\n");
        last = client.exchange(request.as_bytes()).status;
    }
    assert_eq!(last, 429);
}

#[test]
fn a_token_that_a_person_gave_for_some_versions_reaches_no_other() {
    let stage = Stage::new();
    let account = "/rents/v1/accounts/7";
    let with_scope = |scope: Value| bearer(&stage.issuer.sign(&header(), &changed(person_claims(), "scope", scope)));
    for reaches in ["rents/v1", "repairs/v1 rents/v1", "", " "] {
        assert_eq!(stage.call("GET", account, &[&with_scope(json!(reaches))], "").status, 200, "{reaches:?}");
        assert_eq!(stage.entry().refusal, None);
    }
    for misses in ["rents/v2", "repairs/v1", "rents", "openid", "nothing", "*", "rents/v1x", "RENTS/v1"] {
        let answer = stage.call("GET", account, &[&with_scope(json!(misses))], "");
        let problem = answer.refused(403, "scope-missing");
        assert!(problem["detail"].as_str().unwrap().contains("rents/v1"), "{problem}");
        assert!(answer.field("www-authenticate").contains("error=\"insufficient_scope\""), "{answer:?}");
        assert_eq!(stage.entry().refusal, Some("scope-missing"));
    }
    for nonsense in [json!(["rents/v1"]), json!(1), Value::Null] {
        refused(&stage, with_scope(nonsense).trim_start_matches("Authorization: Bearer "), "token-invalid");
    }
    let open = changed(claims(), "scope", json!("repairs/v1"));
    let own = bearer(&stage.issuer.sign(&header(), &open));
    stage.call("GET", ACCOUNTS, &[&own], "").refused(403, "scope-missing");
}

#[test]
fn a_token_of_a_pipeline_calls_no_api() {
    let stage = Stage::new();
    let pipeline = "pipeline:5d1f0a4c9b7e48d2a3c6e1f08b92d475";
    let run = changed(
        changed(claims(), "pipeline", json!("hackney/repairs-api@refs/heads/main, run 7")),
        "sub",
        json!(pipeline),
    );
    let run = without(run, "credential");
    // As it is issued; and as somebody might wish that it were.
    let as_issued = changed(run.clone(), "client_id", json!(pipeline));
    for claims in [
        as_issued.clone(),
        changed(as_issued, "credential", json!("cred-1")),
        changed(run.clone(), "client_id", json!("hansom-cli")),
        run,
    ] {
        refused(&stage, &stage.issuer.sign(&header(), &claims), "token-invalid");
    }
    assert!(stage.upstream.seen().is_empty());
}

#[test]
fn l133_a_clock_beyond_2038_and_every_turn_of_the_calendar_change_nothing() {
    let stage = Stage::new();
    // The last second of 32 bits, a leap second's, a leap day, the hour that summer time takes and the one that it gives twice.
    for now in [2_147_483_647, 2_147_483_648, 4_294_967_296, 1_483_228_799, 1_835_395_200, 1_806_195_600, 1_824_944_400]
    {
        for step in 0..3 {
            stage.set_now(now + step);
            let mut claims = claims();
            (claims["iat"], claims["exp"]) = (json!(now), json!(now + 2));
            claims["jti"] = json!(format!("of-{now}"));
            let token = stage.issuer.sign(&header(), &claims);
            let answer = stage.call("GET", "/rents/v1/accounts", &[&bearer(&token)], "");
            assert_eq!(answer.status, if step < 2 { 200 } else { 401 }, "{now} and {step}: {answer:?}");
            assert_eq!(stage.entry().at.seconds(), now + step);
        }
    }
}
