//! Does a token that is bound to a key go with that key alone (RFC 9449)?

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hansom_domain::Network;
use hansom_gateway::{Caller, Entrance};
use serde_json::{Value, json};

use crate::stage::*;

const ACCOUNTS: &str = "/rents/v1/accounts";

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn thumbprint(jwk: &Value) -> String {
    let parts: std::collections::BTreeMap<&String, &Value> = jwk.as_object().expect("an object").iter().collect();
    encoded(digest(&SHA256, json!(parts).to_string().as_bytes()))
}

/// A caller with a key of its own.
struct Holder {
    key: Issuer,
    jwk: Value,
}

impl Holder {
    fn new() -> Self {
        let key = Issuer::new();
        let jwk = key.key("").jwk;
        Self { key, jwk }
    }

    /// A token for the application, bound to the key.
    fn token(&self, stage: &Stage) -> String {
        let mut claims = claims();
        claims["cnf"] = json!({ "jkt": thumbprint(&self.jwk) });
        stage.issuer.sign(&header(), &claims)
    }

    fn header(&self) -> Value {
        json!({ "typ": "dpop+jwt", "alg": "ES256", "jwk": self.jwk })
    }

    fn proof(&self, token: &str, id: &str) -> String {
        self.key.sign(&self.header(), &proof_claims(token, id))
    }
}

fn proof_claims(token: &str, id: &str) -> Value {
    json!({
        "jti": id, "htm": "GET", "htu": format!("{PRODUCTION}{ACCOUNTS}"), "iat": NOW,
        "ath": encoded(digest(&SHA256, token.as_bytes())),
    })
}

fn call_with(stage: &Stage, token: &str, proof: &str) -> Answer {
    let fields = [format!("Authorization: DPoP {token}"), format!("DPoP: {proof}")];
    stage.call("GET", ACCOUNTS, &fields.each_ref().map(String::as_str), "")
}

#[track_caller]
fn refused(answer: &Answer, code: &str) {
    answer.refused(401, code);
    let error = if code == "proof-invalid" { "invalid_dpop_proof" } else { "invalid_token" };
    let challenge = answer.field("www-authenticate");
    assert!(challenge.starts_with("DPoP ") && challenge.contains(&format!("error=\"{error}\"")), "{challenge}");
    assert!(challenge.contains("algs=\"ES256 EdDSA RS256 PS256\""), "{challenge}");
}

#[test]
fn rfc9449_7_1_a_bound_token_passes_with_its_proof_which_no_upstream_sees() {
    let (stage, holder) = (Stage::new(), Holder::new());
    let token = holder.token(&stage);
    for (id, scheme) in [("one", "DPoP"), ("two", "dpop")] {
        let fields = [format!("Authorization: {scheme} {token}"), format!("dpop: {}", holder.proof(&token, id))];
        let answer = stage.call("GET", ACCOUNTS, &fields.each_ref().map(String::as_str), "");
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(stage.entry().caller, Caller::Application { id: word("shop"), credential: Some(word("cred-1")) });
    }
    for seen in stage.upstream.seen() {
        assert_eq!((seen.field("dpop"), seen.field("authorization")), (None, None), "{seen:?}");
        assert!(seen.field("hansom-identity").is_some());
    }
}

#[test]
fn rfc9449_7_1_the_example_of_the_document_is_read_as_far_as_its_time() {
    // Its proof was made for another server in 2019, so what is told must be its time and not its shape, its key or its type.
    const PROOF: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
    let stage = Stage::new();
    let mut claims = claims();
    claims["cnf"] = json!({ "jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I" });
    let token = stage.issuer.sign(&header(), &claims);
    let answer = call_with(&stage, &token, PROOF);
    refused(&answer, "proof-invalid");
    assert!(answer.json()["detail"].as_str().is_some_and(|detail| detail.contains("minute old")), "{answer:?}");
    stage.set_now(1_562_262_618);
    let answer = call_with(&stage, &token, PROOF);
    answer.refused(401, "token-invalid");
}

#[test]
fn rfc9449_7_2_a_bound_token_is_no_bearer_token_and_a_bearer_token_is_not_bound() {
    let (stage, holder) = (Stage::new(), Holder::new());
    let (bound, plain) = (holder.token(&stage), stage.token());
    for proof in [None, Some(format!("DPoP: {}", holder.proof(&bound, "x")))] {
        let fields: Vec<String> = [Some(bearer(&bound)), proof].into_iter().flatten().collect();
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        let answer = stage.call("GET", ACCOUNTS, &fields, "");
        answer.refused(401, "token-invalid");
        let challenge = answer.field("www-authenticate");
        assert!(challenge.starts_with("Bearer ") && challenge.contains("error=\"invalid_token\""), "{challenge}");
        assert!(challenge.ends_with(", DPoP algs=\"ES256 EdDSA RS256 PS256\""), "{challenge}");
    }
    refused(&call_with(&stage, &plain, &holder.proof(&plain, "y")), "token-invalid");
    assert!(stage.upstream.seen().is_empty());
}

#[test]
fn rfc9449_4_3_a_proof_that_is_not_for_this_request_and_this_token_is_refused() {
    let (stage, holder) = (Stage::new(), Holder::new());
    let token = holder.token(&stage);
    let change = |name: &str, value: Value| {
        let mut claims = proof_claims(&token, "id");
        match value {
            Value::Null => drop(claims.as_object_mut().expect("an object").remove(name)),
            value => claims[name] = value,
        }
        holder.key.sign(&holder.header(), &claims)
    };
    for (name, value) in [
        ("htm", json!("POST")),
        ("htm", json!("get")),
        ("htm", Value::Null),
        ("htu", json!(format!("{SANDBOX}{ACCOUNTS}"))),
        ("htu", json!(format!("{PRODUCTION}/rents/v1/accounts/7"))),
        ("htu", json!(format!("{PRODUCTION}/rents/v1/../v1/accounts"))),
        ("htu", json!(ACCOUNTS)),
        ("htu", Value::Null),
        ("iat", json!(NOW - 61)),
        ("iat", json!(NOW + 61)),
        ("iat", json!(NOW.to_string())),
        ("iat", json!(NOW as f64 + 0.5)),
        ("iat", Value::Null),
        ("ath", json!(encoded(digest(&SHA256, stage.token().as_bytes())))),
        ("ath", json!("")),
        ("ath", Value::Null),
        ("jti", json!("")),
        ("jti", json!("x".repeat(256))),
        ("jti", json!(7)),
        ("jti", Value::Null),
    ] {
        refused(&call_with(&stage, &token, &change(name, value)), "proof-invalid");
    }
    for (name, value) in [
        ("htu", json!(format!("{PRODUCTION}{ACCOUNTS}?page=2#x"))),
        ("htu", json!("HTTPS://API.hackney.example:443/rents/v1/%61ccounts")),
    ] {
        let mut claims = proof_claims(&token, &value.to_string());
        claims[name] = value;
        let answer = call_with(&stage, &token, &holder.key.sign(&holder.header(), &claims));
        assert_eq!(answer.status, 200, "{answer:?}");
    }
    for (id, iat) in [("early", NOW - 60), ("late", NOW + 60)] {
        let mut claims = proof_claims(&token, id);
        claims["iat"] = json!(iat);
        assert_eq!(call_with(&stage, &token, &holder.key.sign(&holder.header(), &claims)).status, 200, "{id}");
    }
}

#[test]
fn rfc9449_4_3_a_proof_of_another_type_key_or_algorithm_is_refused() {
    let (stage, holder, other) = (Stage::new(), Holder::new(), Holder::new());
    let token = holder.token(&stage);
    let claims = proof_claims(&token, "id");
    let mut private = holder.jwk.clone();
    private["d"] = json!("AAAA");
    let secret = json!({ "kty": "oct", "k": "AAAA" });
    for (name, value) in [
        ("typ", json!("JWT")),
        ("typ", json!("at+jwt")),
        ("typ", Value::Null),
        ("alg", json!("none")),
        ("alg", json!("HS256")),
        ("alg", json!("ES384")),
        ("alg", json!("RS256")),
        ("alg", json!("PS512")),
        ("alg", json!("EdDSA")),
        ("jwk", private),
        ("jwk", secret),
        ("jwk", other.jwk.clone()),
        ("jwk", json!("key")),
        ("jwk", Value::Null),
        ("jku", json!("https://evil.example/keys")),
        ("x5c", json!([])),
        ("crit", json!(["b64"])),
        ("b64", json!(false)),
    ] {
        let mut header = holder.header();
        header[name] = value;
        refused(&call_with(&stage, &token, &holder.key.sign(&header, &claims)), "proof-invalid");
    }
    // Signed with another key than it shows; and not signed.
    refused(&call_with(&stage, &token, &other.key.sign(&holder.header(), &claims)), "proof-invalid");
    let proof = holder.proof(&token, "id");
    let (signed, _) = proof.rsplit_once('.').expect("a JWT");
    for bad in [
        format!("{signed}."),
        format!("{signed}.{}", encoded([0; 64])),
        signed.to_owned(),
        format!("{proof}.x"),
        format!("{proof}, {proof}"),
        String::new(),
        "x".repeat(9000),
        holder.key.sign_text(&holder.header().to_string(), "{\"jti\":\"a\",\"jti\":\"b\"}"),
    ] {
        refused(&call_with(&stage, &token, &bad), "proof-invalid");
    }
    assert!(stage.upstream.seen().is_empty());
}

#[test]
fn rfc9449_4_3_there_is_exactly_one_proof() {
    let (stage, holder) = (Stage::new(), Holder::new());
    let token = holder.token(&stage);
    let authorization = format!("Authorization: DPoP {token}");
    refused(&stage.call("GET", ACCOUNTS, &[&authorization], ""), "proof-invalid");
    let (one, two) = (format!("DPoP: {}", holder.proof(&token, "1")), format!("dpop: {}", holder.proof(&token, "2")));
    refused(&stage.call("GET", ACCOUNTS, &[&authorization, &one, &two], ""), "proof-invalid");
    refused(&stage.call("GET", ACCOUNTS, &[&authorization, &one, &one], ""), "proof-invalid");
    refused(&stage.call("GET", ACCOUNTS, &[&authorization, &one.replace("DPoP:", "D_PoP:")], ""), "proof-invalid");
    assert_eq!(stage.call("GET", ACCOUNTS, &[&authorization, &one], "").status, 200);
}

#[test]
fn rfc9449_11_1_a_proof_is_good_once_on_whichever_connection() {
    let (stage, holder) = (Stage::new(), Holder::new());
    let token = holder.token(&stage);
    let proof = holder.proof(&token, "once");
    assert_eq!(call_with(&stage, &token, &proof).status, 200);
    // Connections are dealt out to two threads.
    for _ in 0..8 {
        refused(&call_with(&stage, &token, &proof), "proof-invalid");
    }
    stage.set_now(NOW + 60);
    refused(&call_with(&stage, &token, &proof), "proof-invalid");
    assert_eq!(stage.upstream.seen().len(), 1);
    // Another key may use the same id.
    let other = Holder::new();
    stage.set_now(NOW);
    let token = other.token(&stage);
    assert_eq!(call_with(&stage, &token, &other.proof(&token, "once")).status, 200);
}

#[test]
fn rfc9449_6_a_token_that_is_bound_in_an_unknown_way_is_refused() {
    let (stage, holder) = (Stage::new(), Holder::new());
    let jkt = thumbprint(&holder.jwk);
    for confirmation in [
        json!({}),
        json!("x"),
        json!(null),
        json!({ "jkt": "" }),
        json!({ "jkt": "short" }),
        json!({ "x5t#S256": jkt }),
        json!({ "jkt": jkt, "x5t#S256": jkt }),
    ] {
        let mut claims = claims();
        claims["cnf"] = confirmation;
        let token = stage.issuer.sign(&header(), &claims);
        stage.call("GET", ACCOUNTS, &[&bearer(&token)], "").refused(401, "token-invalid");
        refused(&call_with(&stage, &token, &holder.proof(&token, "id")), "token-invalid");
    }
}

#[test]
fn proofs_are_signed_with_any_of_the_algorithms_that_are_announced() {
    let stage = Stage::new();
    let random = SystemRandom::new();
    let edwards = Ed25519KeyPair::generate().expect("a key");
    let rsa = RsaKeyPair::generate(KeySize::Rsa2048).expect("a key");
    let public = rsa.public_key();
    let (n, e) =
        (public.modulus().big_endian_without_leading_zero(), public.exponent().big_endian_without_leading_zero());
    let rsa_jwk = json!({ "e": encoded(e), "kty": "RSA", "n": encoded(n) });
    let edwards_jwk = json!({ "crv": "Ed25519", "kty": "OKP", "x": encoded(edwards.public_key()) });
    let sign_rsa = |padding: &'static dyn aws_lc_rs::signature::RsaEncoding, bytes: &[u8]| {
        let mut signature = vec![0; rsa.public_modulus_len()];
        rsa.sign(padding, &random, bytes, &mut signature).expect("a signature");
        signature
    };
    type Sign<'a> = Box<dyn Fn(&[u8]) -> Vec<u8> + 'a>;
    let ways: [(&str, &Value, Sign<'_>); 3] = [
        ("EdDSA", &edwards_jwk, Box::new(|bytes| edwards.sign(bytes).as_ref().to_vec())),
        ("RS256", &rsa_jwk, Box::new(|bytes| sign_rsa(&RSA_PKCS1_SHA256, bytes))),
        ("PS256", &rsa_jwk, Box::new(|bytes| sign_rsa(&RSA_PSS_SHA256, bytes))),
    ];
    for (algorithm, jwk, sign) in &ways {
        let mut claims = claims();
        claims["cnf"] = json!({ "jkt": thumbprint(jwk) });
        let token = stage.issuer.sign(&header(), &claims);
        for (named, status) in [(*algorithm, 200), ("ES256", 401)] {
            let header = json!({ "typ": "dpop+jwt", "alg": named, "jwk": jwk });
            let id = format!("{algorithm} as {named}");
            let signed = format!("{}.{}", encoded(header.to_string()), encoded(proof_claims(&token, &id).to_string()));
            let proof = format!("{signed}.{}", encoded(sign(signed.as_bytes())));
            assert_eq!(call_with(&stage, &token, &proof).status, status, "{id}");
        }
    }
}

#[test]
fn who_sends_wrong_proofs_has_as_few_tries_as_with_wrong_tokens() {
    let (stage, holder, other) = (Stage::new(), Holder::new(), Holder::new());
    let token = holder.token(&stage);
    let mut statuses = vec![];
    for number in 0..500 {
        let wrong = other.key.sign(&holder.header(), &proof_claims(&token, &number.to_string()));
        statuses.push(call_with(&stage, &token, &wrong).status);
    }
    assert!(statuses.iter().all(|status| [401, 429].contains(status)));
    let tried = statuses.iter().filter(|status| **status == 401).count();
    assert!((181..=2 * 182).contains(&tried), "two threads have 182 tries each, {tried} were taken");
}

#[test]
fn a_proof_for_another_gateway_is_for_the_request_that_it_describes() {
    let stage = Stage::entered(Entrance { authz_from: Network::LOOPBACK.into(), ..Entrance::default() });
    let holder = Holder::new();
    let token = holder.token(&stage);
    let ask = |proof: &str| {
        let fields = [
            format!("Authorization: DPoP {token}"),
            format!("DPoP: {proof}"),
            "X-Original-Method: GET".to_owned(),
            format!("X-Original-URI: {ACCOUNTS}?x=1"),
        ];
        stage.call("GET", "/authz", &fields.each_ref().map(String::as_str), "")
    };
    let proof = holder.proof(&token, "asked");
    assert_eq!(ask(&proof).status, 200);
    refused(&ask(&proof), "proof-invalid");
    refused(&call_with(&stage, &token, &proof), "proof-invalid");
}

/// A token of Ada by the application `shop`.
fn person_by_application(stage: &Stage, change: impl FnOnce(&mut Value)) -> Answer {
    let mut claims = person_claims();
    claims["client_id"] = json!("shop");
    claims["family"] = json!("family-1");
    change(&mut claims);
    let token = stage.issuer.sign(&header(), &claims);
    stage.call("GET", "/rents/v1/accounts/7", &[&bearer(&token)], "")
}

#[test]
fn a_person_calls_by_an_application_for_as_long_as_both_may() {
    let stage = Stage::new();
    assert_eq!(person_by_application(&stage, |_| {}).status, 200);
    assert_eq!(stage.entry().caller, Caller::Person { id: word("ada") });
    assert_eq!(person_by_application(&stage, |claims| claims["credential"] = json!("cred-1")).status, 200);
    for client in ["hansom-hub", "hansom-cli"] {
        assert_eq!(person_by_application(&stage, |claims| claims["client_id"] = json!(client)).status, 200);
    }
    let gone = person_by_application(&stage, |claims| claims["client_id"] = json!("nobodys"));
    gone.refused(401, "token-revoked");
    person_by_application(&stage, |claims| claims["credential"] = json!("cred-9")).refused(401, "token-revoked");
    for (name, value) in [("credential", json!(7)), ("family", json!("not an id")), ("client_id", json!("a b"))] {
        person_by_application(&stage, |claims| claims[name] = value).refused(401, "token-invalid");
    }
    stage.swap(|document| document.revoked_tokens.push(word("family-1")));
    person_by_application(&stage, |_| {}).refused(401, "token-revoked");
    assert_eq!(person_by_application(&stage, |claims| claims["family"] = json!("family-2")).status, 200);
    stage.swap(|document| document.applications.clear());
    person_by_application(&stage, |claims| claims["family"] = json!("family-2")).refused(401, "token-revoked");
}

#[test]
fn what_was_measured_is_noted_for_whoever_may_ask_why() {
    let (stage, holder) = (Stage::new(), Holder::new());
    let told = |change: &dyn Fn(&mut Value)| {
        let mut claims = claims();
        change(&mut claims);
        stage.call("GET", ACCOUNTS, &[&bearer(&stage.issuer.sign(&header(), &claims))], "");
        stage.entry().facts
    };
    assert_eq!(told(&|claims| claims["nbf"] = json!(NOW + 40)), [("clock_seconds_ahead", "40".to_owned())]);
    assert_eq!(told(&|claims| claims["exp"] = json!(NOW - 180)), [("expired_seconds_ago", "180".to_owned())]);
    let audiences = [("token_audience", SANDBOX.to_owned()), ("wanted_audience", PRODUCTION.to_owned())];
    assert_eq!(told(&|claims| claims["aud"] = json!(SANDBOX)), audiences);
    assert!(told(&|claims| claims["iss"] = json!("https://evil.example")).is_empty());
    assert!(told(&|_| {}).is_empty());
    let token = holder.token(&stage);
    let mut claims = proof_claims(&token, "old");
    claims["iat"] = json!(NOW - 90);
    call_with(&stage, &token, &holder.key.sign(&holder.header(), &claims));
    assert_eq!(stage.entry().facts, [("proof_seconds_old", "90".to_owned())]);
    stage.call("GET", "/rents/v1/arrears", &[&bearer(&stage.person_token())], "");
    let groups = [
        ("groups_needed", "finance@hackney.example".to_owned()),
        ("groups_held", "officers@hackney.example".to_owned()),
    ];
    assert_eq!(stage.entry().facts, groups);
}
