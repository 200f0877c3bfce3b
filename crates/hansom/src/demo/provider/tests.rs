//! Does the provider sign in whom it should, and nobody else?

use std::sync::{
    Arc,
    atomic::{AtomicI64, AtomicU64, Ordering},
};

use axum::body::{Body, to_bytes};
use http::Request;
use jsonwebtoken::{DecodingKey, Validation, jwk::Jwk};
use tower::ServiceExt;

use super::*;
use crate::demo::people::people;

const ISSUER: &str = "http://127.0.0.1:9400";
const BACK: &str = "http://127.0.0.1:8000/oauth/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

struct Town {
    router: Router,
    seconds: Arc<AtomicI64>,
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |v| v.to_str().unwrap())
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// What the redirect carries back to the client.
    fn back(&self) -> Parameters {
        assert_eq!(self.status, 303, "{}", self.text);
        let address = Url::parse(self.header("location")).unwrap();
        assert!(address.as_str().starts_with(BACK));
        address.query_pairs().into_owned().collect()
    }
}

fn new_key() -> Vec<u8> {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    pair.to_pkcs8v1().unwrap().as_ref().to_vec()
}

impl Town {
    fn new(key: Vec<u8>) -> Self {
        let seconds = Arc::new(AtomicI64::new(1_795_424_400));
        let read = seconds.clone();
        let count = AtomicU64::new(0);
        let counted = move |bytes: &mut [u8]| {
            let number = count.fetch_add(1, Ordering::Relaxed).to_be_bytes();
            bytes.iter_mut().zip(number.into_iter().cycle()).for_each(|(to, from)| *to = from);
        };
        let router = router(ProviderSetup {
            issuer: ISSUER.into(),
            client_id: "hansom".into(),
            client_secret: "se cret&+%:".into(),
            redirect_uris: vec![BACK.into()],
            people: people(),
            mailbox: Mailbox::default(),
            clock: Clock::new(move || Timestamp::from_seconds(read.load(Ordering::Relaxed))),
            chance: Chance::new(counted),
            signing_key_pkcs8: key,
        })
        .unwrap();
        Self { router, seconds }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        Answer { status, headers, text }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn ask(&self, parameters: &[(&str, &str)]) -> Answer {
        self.get(&format!("/authorize?{}", encoded(parameters))).await
    }

    async fn form(&self, path: &str, headers: &[(&str, &str)], parameters: &[(&str, &str)]) -> Answer {
        let mut request = Request::post(path).header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(encoded(parameters).into()).unwrap()).await
    }

    async fn choose(&self, name: &str) -> Answer {
        let person = people().into_iter().find(|person| person.name == name).unwrap();
        let mut parameters = request();
        parameters.push(("person", person.subject));
        self.form("/authorize", &[("sec-fetch-site", "same-origin")], &parameters).await
    }

    async fn code_of(&self, name: &str) -> String {
        self.choose(name).await.back()["code"].clone()
    }

    async fn exchange(&self, changed: &[(&'static str, &str)]) -> Answer {
        let mut parameters = vec![
            ("grant_type", "authorization_code"),
            ("client_id", "hansom"),
            ("client_secret", "se cret&+%:"),
            ("redirect_uri", BACK),
            ("code_verifier", VERIFIER),
        ];
        for (name, value) in changed {
            parameters.retain(|(old, _)| old != name);
            parameters.push((*name, *value));
        }
        self.form("/token", &[], &parameters).await
    }
}

fn encoded(parameters: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish()
}

fn request() -> Vec<(&'static str, &'static str)> {
    vec![
        ("response_type", "code"),
        ("client_id", "hansom"),
        ("redirect_uri", BACK),
        ("scope", "openid email profile"),
        ("state", "st&ate \"1\""),
        ("nonce", "nonce-1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
}

fn request_with(name: &str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    request().into_iter().map(|(n, v)| (n, if n == name { value } else { v })).collect()
}

fn claims_of(id_token: &str, keys: &Value) -> Value {
    let jwk: Jwk = serde_json::from_value(keys["keys"][0].clone()).unwrap();
    let header = jsonwebtoken::decode_header(id_token).unwrap();
    assert_eq!(header.kid, jwk.common.key_id);
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_audience(&["hansom"]);
    validation.set_issuer(&[ISSUER]);
    // The time is the test's own.
    validation.validate_exp = false;
    let key = DecodingKey::from_jwk(&jwk).unwrap();
    jsonwebtoken::decode::<Value>(id_token, &key, &validation).unwrap().claims
}

#[tokio::test]
async fn a_chosen_person_comes_back_as_a_signed_id_token_without_groups() {
    let town = Town::new(new_key());
    let back = town.choose("Dev Patel").await.back();
    assert_eq!((back["state"].as_str(), back["iss"].as_str()), ("st&ate \"1\"", ISSUER));
    let answer = town.exchange(&[("code", &back["code"])]).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, "no-store"), "{}", answer.text);
    let keys = town.get("/jwks").await.json();
    assert_eq!(keys["keys"][0].get("d"), None, "the private half stays here");
    let claims = claims_of(answer.json()["id_token"].as_str().unwrap(), &keys);
    assert_eq!(
        claims,
        json!({"iss": ISSUER, "sub": "104417250038861920042", "aud": "hansom", "exp": 1_795_424_700, "iat": 1_795_424_400,
               "nonce": "nonce-1", "email": "dev.patel@hackney.example", "email_verified": true, "name": "Dev Patel"})
    );
}

#[tokio::test]
async fn the_access_token_tells_who_it_is_until_it_expires() {
    let town = Town::new(new_key());
    let code = town.code_of("Grace Obi").await;
    let tokens = town.exchange(&[("code", &code)]).await.json();
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let ask = || Request::get("/userinfo").header("authorization", &bearer).body(Body::empty()).unwrap();
    assert_eq!(town.send(ask()).await.json()["email"], "grace.obi@hackney.example");
    assert_eq!(town.get("/userinfo").await.status, 401);
    town.seconds.fetch_add(TOKEN_SECONDS, Ordering::Relaxed);
    let late = town.send(ask()).await;
    assert_eq!((late.status, late.header("www-authenticate")), (401, "Bearer error=\"invalid_token\""));
}

#[tokio::test]
async fn a_code_works_once_and_its_second_use_takes_the_first_token_back() {
    let town = Town::new(new_key());
    let code = town.code_of("Amina Yusuf").await;
    let tokens = town.exchange(&[("code", &code)]).await.json();
    let again = town.exchange(&[("code", &code)]).await;
    assert_eq!((again.status, &again.json()["error"]), (400, &json!("invalid_grant")));
    let bearer = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let ask = Request::get("/userinfo").header("authorization", bearer).body(Body::empty()).unwrap();
    assert_eq!(town.send(ask).await.status, 401);
}

#[tokio::test]
async fn a_code_dies_after_a_minute() {
    let town = Town::new(new_key());
    let code = town.code_of("Amina Yusuf").await;
    town.seconds.fetch_add(CODE_SECONDS, Ordering::Relaxed);
    let late = town.exchange(&[("code", &code)]).await;
    assert_eq!((late.status, &late.json()["error"]), (400, &json!("invalid_grant")));
}

#[tokio::test]
async fn a_code_is_bound_to_its_verifier_redirect_and_client() {
    let town = Town::new(new_key());
    for (name, value, status, error) in [
        ("code_verifier", "wrong-wrong-wrong-wrong-wrong-wrong-wrong-wrong", 400, "invalid_grant"),
        ("code_verifier", "", 400, "invalid_grant"),
        ("redirect_uri", "http://127.0.0.1:8000/other", 400, "invalid_grant"),
        ("client_secret", "wrong", 401, "invalid_client"),
        ("client_secret", "", 401, "invalid_client"),
        ("client_id", "other", 401, "invalid_client"),
        ("grant_type", "password", 400, "unsupported_grant_type"),
        ("code", "unknown", 400, "invalid_grant"),
    ] {
        let code = town.code_of("Amina Yusuf").await;
        let no = town.exchange(&[("code", &code), (name, value)]).await;
        assert_eq!((no.status, &no.json()["error"]), (status, &json!(error)), "{name}={value}");
    }
}

#[tokio::test]
async fn the_client_may_show_its_secret_in_the_header_but_not_in_both_places() {
    let town = Town::new(new_key());
    let secret: String = form_urlencoded::byte_serialize(b"se cret&+%:").collect();
    let basic = format!("Basic {}", STANDARD.encode(format!("hansom:{secret}")));
    let header = [("authorization", basic.as_str())];
    let code = town.code_of("Ben Carter").await;
    let parameters = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", BACK),
        ("code_verifier", VERIFIER),
    ];
    let mut both = parameters.to_vec();
    both.push(("client_secret", "se cret&+%:"));
    assert_eq!(town.form("/token", &header, &both).await.status, 400);
    let answer = town.form("/token", &header, &parameters).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let wrong = format!("Basic {}", STANDARD.encode("hansom:wrong"));
    let no = town.form("/token", &[("authorization", wrong.as_str())], &parameters).await;
    assert_eq!((no.status, no.header("www-authenticate")), (401, "Basic realm=\"demo\""));
}

#[tokio::test]
async fn an_unknown_client_or_address_is_never_redirected() {
    let town = Town::new(new_key());
    for (name, value) in [
        ("client_id", "other"),
        ("redirect_uri", "http://127.0.0.1:8000/oauth/callback/"),
        ("redirect_uri", "https://evil.example/<script>"),
        ("redirect_uri", ""),
    ] {
        let no = town.ask(&request_with(name, value)).await;
        assert_eq!((no.status, no.header("location")), (400, ""), "{name}={value}");
        assert!(!no.text.contains("<script"));
        let no = town.form("/authorize", &[], &request_with(name, value)).await;
        assert_eq!((no.status, no.header("location")), (400, ""), "{name}={value}");
    }
    let mut twice = request();
    twice.push(("redirect_uri", "https://evil.example"));
    assert_eq!(town.ask(&twice).await.status, 400);
}

#[tokio::test]
async fn other_faults_of_a_request_go_back_to_the_client() {
    let town = Town::new(new_key());
    for (name, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("scope", "email", "invalid_scope"),
        ("code_challenge", "", "invalid_request"),
        ("code_challenge", "short", "invalid_request"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("nonce", "", "invalid_request"),
        ("state", "", "invalid_request"),
    ] {
        let back = town.ask(&request_with(name, value)).await.back();
        assert_eq!(back["error"], error, "{name}={value}");
        assert_eq!(back["iss"], ISSUER);
        assert!(!back.contains_key("code"));
    }
    let mut silent = request();
    silent.push(("prompt", "none"));
    assert_eq!(town.ask(&silent).await.back()["error"], "login_required");
}

#[tokio::test]
async fn the_screen_names_everybody_escapes_what_was_sent_and_lets_the_form_go_back() {
    let screen = Town::new(new_key()).ask(&request()).await;
    assert_eq!(screen.status, 200);
    assert!(screen.text.contains("<title>Choose who you are</title>"));
    for person in people() {
        assert!(screen.text.contains(&format!(">{} ({})</button>", person.name, person.email)));
    }
    assert!(screen.text.contains("value=\"st&amp;ate &quot;1&quot;\""));
    let policy = screen.header("content-security-policy");
    assert!(policy.contains("form-action 'self' http://127.0.0.1:8000;"), "{policy}");
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
    assert_eq!(screen.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_choice_from_another_site_or_of_a_stranger_is_refused() {
    let town = Town::new(new_key());
    let mut parameters = request();
    parameters.push(("person", "104417250038861920011"));
    for from in ["cross-site", "same-site"] {
        let no = town.form("/authorize", &[("sec-fetch-site", from)], &parameters).await;
        assert_eq!((no.status, no.header("location")), (403, ""));
    }
    parameters.pop();
    parameters.push(("person", "0"));
    assert_eq!(town.form("/authorize", &[], &parameters).await.status, 400);
}

#[tokio::test]
async fn codes_are_bounded_and_room_comes_back_with_time() {
    let town = Town::new(new_key());
    for _ in 0..MOST_HELD {
        town.code_of("Amina Yusuf").await;
    }
    let full = town.choose("Amina Yusuf").await.back();
    assert_eq!(full["error"], "temporarily_unavailable");
    town.seconds.fetch_add(CODE_SECONDS, Ordering::Relaxed);
    town.code_of("Amina Yusuf").await;
}

#[tokio::test]
async fn discovery_names_the_issuer_and_the_same_key_gives_the_same_kid() {
    let key = new_key();
    let (one, two) = (Town::new(key.clone()), Town::new(key));
    let found = one.get("/.well-known/openid-configuration").await.json();
    assert_eq!(found["issuer"], ISSUER);
    assert_eq!(found["token_endpoint"], format!("{ISSUER}/token"));
    assert_eq!(found["code_challenge_methods_supported"], json!(["S256"]));
    assert_eq!(one.get("/jwks").await.json(), two.get("/jwks").await.json());
    assert_ne!(one.get("/jwks").await.json(), Town::new(new_key()).get("/jwks").await.json());
}

#[test]
fn a_broken_key_or_redirect_address_is_refused_at_the_start() {
    let setup = |key: &[u8], back: &str| ProviderSetup {
        issuer: ISSUER.into(),
        client_id: "hansom".into(),
        client_secret: "secret".into(),
        redirect_uris: vec![back.into()],
        people: people(),
        mailbox: Mailbox::default(),
        clock: Clock::new(|| Timestamp::from_seconds(0)),
        chance: Chance::new(|bytes| bytes.fill(0)),
        signing_key_pkcs8: key.to_vec(),
    };
    assert!(matches!(DemoProvider::new(setup(b"no key", BACK)), Err(ProviderFault::SigningKey)));
    let fault = DemoProvider::new(setup(&new_key(), "javascript:alert(1)"));
    assert!(matches!(fault, Err(ProviderFault::RedirectUri(_))));
}
