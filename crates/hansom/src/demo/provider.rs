//! Who signs the demo's people in, when no real identity provider is at hand?
//!
//! A small OpenID provider: the authorization code flow with PKCE, and nothing else. Instead of a password it asks which of
//! the made-up people one is, so `demo` alone may start it, on loopback.

mod directory;
mod screen;

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_lc_rs::{
    constant_time::verify_slices_are_equal,
    digest,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use axum::{
    Router,
    extract::{DefaultBodyLimit, RawForm, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use hansom_domain::{Chance, Clock, Timestamp};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

pub use directory::DemoDirectory;

use crate::demo::{mailbox::Mailbox, people::DemoPerson};

/// How long a code may be exchanged.
const CODE_SECONDS: i64 = 60;
/// How long an ID token and its access token are good.
const TOKEN_SECONDS: i64 = 300;
/// The most codes, and the most access tokens, that are remembered at once.
const MOST_HELD: usize = 1_000;
/// The largest form or query that is read.
const MOST_BYTES: usize = 16 * 1024;
/// The most parameters of one request.
const MOST_PARAMETERS: usize = 32;

/// What a provider is made of.
#[derive(Clone)]
pub struct ProviderSetup {
    /// The `iss`: the address at which the router is reached, without a slash at its end.
    pub issuer: String,
    /// The one client that may send people here.
    pub client_id: String,
    /// That client's secret.
    pub client_secret: String,
    /// Where people may be sent back to, compared letter by letter.
    pub redirect_uris: Vec<String>,
    /// Who one can be.
    pub people: Vec<DemoPerson>,
    /// Where their mails are.
    pub mailbox: Mailbox,
    /// Tells the time.
    pub clock: Clock,
    /// Makes codes and access tokens.
    pub chance: Chance,
    /// The P-256 key that signs ID tokens, as PKCS#8; keep it, or a restart makes every ID token unknown.
    pub signing_key_pkcs8: Vec<u8>,
}

/// Why a provider cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum ProviderFault {
    /// The signing key is no P-256 key in PKCS#8.
    #[error("the demo provider's signing key is no P-256 key in PKCS#8; remove it and start again")]
    SigningKey,
    /// A redirect address is none.
    #[error("{0} is no address that the demo provider can send people back to")]
    RedirectUri(String),
}

/// The provider at work: its key, and the codes and access tokens that are still good.
pub struct DemoProvider {
    setup: ProviderSetup,
    signing: EncodingKey,
    jwk: Value,
    kid: String,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    codes: HashMap<String, Code>,
    access_tokens: HashMap<String, AccessToken>,
}

struct Code {
    asked: Asked,
    person: DemoPerson,
    expires_at: Timestamp,
    /// The access token that the code was spent on.
    spent_on: Option<String>,
}

struct AccessToken {
    person: DemoPerson,
    expires_at: Timestamp,
}

/// An authorization request that has passed every check.
#[derive(Clone)]
struct Asked {
    redirect_uri: String,
    scope: String,
    state: String,
    nonce: String,
    code_challenge: String,
}

/// Why somebody is not asked who they are.
enum NotAsked {
    /// There is nowhere safe to send them back to.
    Page(&'static str),
    /// The client is told.
    Back { redirect_uri: String, state: Option<String>, error: &'static str, description: &'static str },
}

type Parameters = BTreeMap<String, String>;

/// The provider's addresses: discovery, keys, the screen, the token endpoint and user information.
pub fn router(setup: ProviderSetup) -> Result<Router, ProviderFault> {
    let provider = Arc::new(DemoProvider::new(setup)?);
    Ok(Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/jwks", get(keys))
        .route("/authorize", get(ask_who).post(choose_who))
        .route("/token", post(token))
        .route("/userinfo", get(user_information).post(user_information))
        .route("/mailbox", get(mailbox))
        .route("/style.css", get(style))
        .fallback(nothing_here)
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(provider))
}

impl DemoProvider {
    /// A provider that has handed out nothing yet.
    pub fn new(setup: ProviderSetup) -> Result<Self, ProviderFault> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &setup.signing_key_pkcs8)
            .map_err(|_| ProviderFault::SigningKey)?;
        let (x, y) = pair
            .public_key()
            .as_ref()
            .strip_prefix(&[4])
            .and_then(|point| point.split_at_checked(32))
            .ok_or(ProviderFault::SigningKey)?;
        let (x, y) = (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y));
        // The members and their order are those of RFC 7638, section 3.2.
        let kid = fingerprint(&format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#));
        if let Some(bad) = setup.redirect_uris.iter().find(|uri| !is_redirect(uri)) {
            return Err(ProviderFault::RedirectUri(bad.clone()));
        }
        Ok(Self {
            signing: EncodingKey::from_ec_der(&setup.signing_key_pkcs8),
            jwk: json!({"kty": "EC", "use": "sig", "alg": "ES256", "kid": kid, "crv": "P-256", "x": x, "y": y}),
            kid,
            held: Mutex::default(),
            setup,
        })
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The code for a choice, or `None` where too many wait to be exchanged.
    fn hand_out_code(&self, asked: Asked, person: DemoPerson) -> Option<String> {
        let now = self.setup.clock.now();
        let mut held = self.held();
        held.codes.retain(|_, code| code.expires_at > now);
        if held.codes.len() >= MOST_HELD {
            return None;
        }
        let code = self.setup.chance.hex(32);
        let kept = Code { asked, person, expires_at: now.plus_seconds(CODE_SECONDS), spent_on: None };
        held.codes.insert(fingerprint(&code), kept);
        Some(code)
    }

    /// Spends a code: whose it is, what was asked, and the access token for it.
    fn spend_code(&self, code: &str) -> Result<(DemoPerson, Asked, String), TokenRefused> {
        let now = self.setup.clock.now();
        let mut held = self.held();
        let Held { codes, access_tokens } = &mut *held;
        let found = codes
            .get_mut(&fingerprint(code))
            .filter(|found| found.expires_at > now)
            .ok_or(TokenRefused::grant("The code is unknown or too old. Start the sign-in again."))?;
        if let Some(token) = &found.spent_on {
            // Two holders of one code: one of them stole it, so neither keeps anything (RFC 6749, section 4.1.2).
            access_tokens.remove(token);
            return Err(TokenRefused::grant("The code was used before. Start the sign-in again."));
        }
        access_tokens.retain(|_, token| token.expires_at > now);
        if access_tokens.len() >= MOST_HELD {
            return Err(TokenRefused {
                status: StatusCode::SERVICE_UNAVAILABLE,
                error: "temporarily_unavailable",
                description: "Too many people have just signed in. Try again in a few minutes.",
            });
        }
        let token = self.setup.chance.hex(32);
        let kept = AccessToken { person: found.person.clone(), expires_at: now.plus_seconds(TOKEN_SECONDS) };
        access_tokens.insert(fingerprint(&token), kept);
        found.spent_on = Some(fingerprint(&token));
        Ok((found.person.clone(), found.asked.clone(), token))
    }

    fn forget_access_token(&self, token: &str) {
        self.held().access_tokens.remove(&fingerprint(token));
    }

    fn id_token(&self, person: &DemoPerson, nonce: &str) -> Result<String, TokenRefused> {
        let now = self.setup.clock.now();
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(self.kid.clone());
        let claims = json!({
            "iss": self.setup.issuer,
            "sub": person.subject,
            "aud": self.setup.client_id,
            "exp": now.plus_seconds(TOKEN_SECONDS).seconds(),
            "iat": now.seconds(),
            "nonce": nonce,
            "email": person.email,
            "email_verified": true,
            "name": person.name,
        });
        jsonwebtoken::encode(&header, &claims, &self.signing).map_err(|_| TokenRefused {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            error: "server_error",
            description: "The ID token could not be signed.",
        })
    }

    fn read_request(&self, parameters: &Parameters) -> Result<Asked, NotAsked> {
        let value = |name: &str| parameters.get(name).map(String::as_str).unwrap_or_default();
        if value("client_id") != self.setup.client_id {
            return Err(NotAsked::Page("The application that sent you is not known here."));
        }
        if !self.setup.redirect_uris.iter().any(|known| known == value("redirect_uri")) {
            return Err(NotAsked::Page(
                "The application asked to send you to an address that is not registered for it.",
            ));
        }
        if let Some((error, description)) = fault_of_request(&value) {
            return Err(NotAsked::Back {
                redirect_uri: value("redirect_uri").into(),
                state: parameters.get("state").cloned(),
                error,
                description,
            });
        }
        Ok(Asked {
            redirect_uri: value("redirect_uri").into(),
            scope: value("scope").into(),
            state: value("state").into(),
            nonce: value("nonce").into(),
            code_challenge: value("code_challenge").into(),
        })
    }

    fn refuse(&self, refused: NotAsked) -> Response {
        match refused {
            NotAsked::Page(why) => page(StatusCode::BAD_REQUEST, screen::refused(why), None),
            NotAsked::Back { redirect_uri, state, error, description } => {
                let mut answer = vec![("error", error), ("error_description", description)];
                if let Some(state) = &state {
                    answer.push(("state", state));
                }
                self.send_back(&redirect_uri, &answer)
            }
        }
    }

    fn send_back(&self, redirect_uri: &str, answer: &[(&str, &str)]) -> Response {
        let Ok(mut address) = Url::parse(redirect_uri) else {
            let why = "The address to send you back to cannot be read.";
            return page(StatusCode::BAD_REQUEST, screen::refused(why), None);
        };
        address.query_pairs_mut().extend_pairs(answer).append_pair("iss", &self.setup.issuer);
        private(Redirect::to(address.as_str()).into_response())
    }

    fn is_client(&self, id: &str, secret: &str) -> bool {
        // Both are compared, as fingerprints, so that time tells neither which was wrong nor how long it is.
        let id = same(&fingerprint(id), &fingerprint(&self.setup.client_id));
        let secret = same(&fingerprint(secret), &fingerprint(&self.setup.client_secret));
        id & secret
    }
}

impl fmt::Debug for DemoProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DemoProvider({})", self.setup.issuer)
    }
}

fn fault_of_request<'a>(value: &impl Fn(&str) -> &'a str) -> Option<(&'static str, &'static str)> {
    let short = |name| (1..=1024).contains(&value(name).len());
    if value("response_type") != "code" {
        return Some(("unsupported_response_type", "Send response_type=code; nothing else is offered."));
    }
    if !matches!(value("response_mode"), "" | "query") {
        return Some(("invalid_request", "Leave response_mode out; the answer comes in the query."));
    }
    if !value("request").is_empty() || !value("request_uri").is_empty() {
        return Some(("request_not_supported", "Send each parameter by itself, not a request object."));
    }
    if !value("scope").split(' ').any(|scope| scope == "openid") || !short("scope") {
        return Some(("invalid_scope", "Ask at least for the scope openid."));
    }
    if value("code_challenge_method") != "S256" || !is_challenge(value("code_challenge")) {
        return Some(("invalid_request", "Send code_challenge with code_challenge_method=S256."));
    }
    if !short("state") || !short("nonce") {
        return Some(("invalid_request", "Send a state and a nonce of at most 1,024 bytes each."));
    }
    if value("prompt").split(' ').any(|prompt| prompt == "none") {
        return Some(("login_required", "Nobody is signed in here; leave prompt=none out."));
    }
    None
}

async fn discovery(State(provider): State<Arc<DemoProvider>>) -> Response {
    let issuer = &provider.setup.issuer;
    axum::Json(json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "userinfo_endpoint": format!("{issuer}/userinfo"),
        "jwks_uri": format!("{issuer}/jwks"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
        "scopes_supported": ["openid", "email", "profile"],
        "claims_supported": ["iss", "sub", "aud", "exp", "iat", "nonce", "email", "email_verified", "name"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "request_uri_parameter_supported": false,
    }))
    .into_response()
}

async fn keys(State(provider): State<Arc<DemoProvider>>) -> Response {
    axum::Json(json!({"keys": [provider.jwk]})).into_response()
}

async fn mailbox(State(provider): State<Arc<DemoProvider>>) -> Response {
    page(StatusCode::OK, screen::mailbox(&provider.setup.mailbox.letters()), None)
}

async fn style() -> Response {
    let kind = [(header::CONTENT_TYPE, "text/css; charset=utf-8")];
    (kind, screen::STYLE).into_response()
}

async fn nothing_here() -> Response {
    page(StatusCode::NOT_FOUND, screen::refused("There is no page at this address."), None)
}

async fn ask_who(State(provider): State<Arc<DemoProvider>>, RawForm(query): RawForm) -> Response {
    let asked = read_parameters(&query).and_then(|parameters| provider.read_request(&parameters));
    let asked = match asked {
        Ok(asked) => asked,
        Err(refused) => return provider.refuse(refused),
    };
    let hidden = [
        ("response_type", "code"),
        ("client_id", provider.setup.client_id.as_str()),
        ("redirect_uri", asked.redirect_uri.as_str()),
        ("scope", asked.scope.as_str()),
        ("state", asked.state.as_str()),
        ("nonce", asked.nonce.as_str()),
        ("code_challenge", asked.code_challenge.as_str()),
        ("code_challenge_method", "S256"),
    ];
    // Browsers hold the redirect that follows a form against `form-action` too, so the client's origin stands in it.
    let origin = Url::parse(&asked.redirect_uri).ok().map(|address| address.origin().ascii_serialization());
    page(StatusCode::OK, screen::choose(&provider.setup.people, &hidden), origin.as_deref())
}

async fn choose_who(State(provider): State<Arc<DemoProvider>>, headers: HeaderMap, RawForm(form): RawForm) -> Response {
    // Only the screen itself may press its buttons: a foreign page could sign somebody in as somebody else.
    let from = headers.get("sec-fetch-site").map_or(&b"none"[..], HeaderValue::as_bytes);
    if !matches!(from, b"none" | b"same-origin") {
        let why = "The choice came from another site.";
        return page(StatusCode::FORBIDDEN, screen::refused(why), None);
    }
    let read = read_parameters(&form).and_then(|parameters| {
        let asked = provider.read_request(&parameters)?;
        Ok((asked, parameters.get("person").cloned().unwrap_or_default()))
    });
    let (asked, subject) = match read {
        Ok(read) => read,
        Err(refused) => return provider.refuse(refused),
    };
    let person = provider.setup.people.iter().find(|person| person.subject == subject);
    let Some(person) = person.cloned() else {
        let why = "That person does not live in this town.";
        return page(StatusCode::BAD_REQUEST, screen::refused(why), None);
    };
    let (redirect_uri, state) = (asked.redirect_uri.clone(), asked.state.clone());
    match provider.hand_out_code(asked, person) {
        Some(code) => provider.send_back(&redirect_uri, &[("code", &code), ("state", &state)]),
        None => provider.refuse(NotAsked::Back {
            redirect_uri,
            state: Some(state),
            error: "temporarily_unavailable",
            description: "Too many sign-ins wait to be finished. Try again in a minute.",
        }),
    }
}

/// Why the token endpoint, or the user information, gives nothing.
struct TokenRefused {
    status: StatusCode,
    error: &'static str,
    description: &'static str,
}

impl TokenRefused {
    fn request(description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: "invalid_request", description }
    }

    fn grant(description: &'static str) -> Self {
        Self { status: StatusCode::BAD_REQUEST, error: "invalid_grant", description }
    }
}

impl IntoResponse for TokenRefused {
    fn into_response(self) -> Response {
        let body = json!({"error": self.error, "error_description": self.description});
        let mut response = (self.status, axum::Json(body)).into_response();
        let challenge = match self.error {
            "invalid_client" => Some("Basic realm=\"demo\""),
            "invalid_token" => Some("Bearer error=\"invalid_token\""),
            _ => None,
        };
        if let Some(challenge) = challenge {
            let challenge = HeaderValue::from_static(challenge);
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        private(response)
    }
}

async fn token(State(provider): State<Arc<DemoProvider>>, headers: HeaderMap, RawForm(form): RawForm) -> Response {
    match exchange(&provider, &headers, &form) {
        Ok(tokens) => private(axum::Json(tokens).into_response()),
        Err(refused) => refused.into_response(),
    }
}

fn exchange(provider: &DemoProvider, headers: &HeaderMap, form: &[u8]) -> Result<Value, TokenRefused> {
    let parameters = read_parameters(form)
        .map_err(|_| TokenRefused::request("Send each parameter once, as a form of at most 16 KiB."))?;
    let value = |name: &str| parameters.get(name).map(String::as_str).unwrap_or_default();
    let (id, secret) = client_of(headers, &parameters)?;
    if !provider.is_client(&id, &secret) {
        return Err(TokenRefused {
            status: StatusCode::UNAUTHORIZED,
            error: "invalid_client",
            description: "The client or its secret is wrong.",
        });
    }
    if value("grant_type") != "authorization_code" {
        return Err(TokenRefused {
            status: StatusCode::BAD_REQUEST,
            error: "unsupported_grant_type",
            description: "Send grant_type=authorization_code; nothing else is offered.",
        });
    }
    let (person, asked, access_token) = provider.spend_code(value("code"))?;
    let proof =
        is_verifier(value("code_verifier")) && same(&fingerprint(value("code_verifier")), &asked.code_challenge);
    if value("redirect_uri") != asked.redirect_uri || !proof {
        provider.forget_access_token(&access_token);
        return Err(TokenRefused::grant("The code was made for another redirect_uri or another code_verifier."));
    }
    Ok(json!({
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": TOKEN_SECONDS,
        "id_token": provider.id_token(&person, &asked.nonce)?,
        "scope": asked.scope,
    }))
}

/// The client's name and secret, from the header or from the form, but not from both.
fn client_of(headers: &HeaderMap, parameters: &Parameters) -> Result<(String, String), TokenRefused> {
    let in_form = |name: &str| parameters.get(name).cloned().unwrap_or_default();
    let Some(given) = headers.get(header::AUTHORIZATION) else {
        return Ok((in_form("client_id"), in_form("client_secret")));
    };
    let malformed = || TokenRefused::request("The Authorization header cannot be read.");
    if parameters.contains_key("client_secret") {
        return Err(TokenRefused::request("Send the client's secret in the header or in the form, not in both."));
    }
    let given = given.to_str().map_err(|_| malformed())?;
    let (scheme, encoded) = given.split_once(' ').ok_or_else(malformed)?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return Err(malformed());
    }
    let plain = STANDARD.decode(encoded).map_err(|_| malformed())?;
    let plain = String::from_utf8(plain).map_err(|_| malformed())?;
    let (id, secret) = plain.split_once(':').ok_or_else(malformed)?;
    let (id, secret) = (form_decoded(id), form_decoded(secret));
    if parameters.get("client_id").is_some_and(|named| *named != id) {
        return Err(TokenRefused::request("The header and the form name two different clients."));
    }
    Ok((id, secret))
}

/// Both halves of Basic credentials are form-encoded before they are joined (RFC 6749, section 2.3.1).
fn form_decoded(text: &str) -> String {
    form_urlencoded::parse(format!("v={}", text.replace('&', "%26")).as_bytes())
        .next()
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default()
}

async fn user_information(State(provider): State<Arc<DemoProvider>>, headers: HeaderMap) -> Response {
    let token = headers
        .get(header::AUTHORIZATION)
        .and_then(|given| given.to_str().ok())
        .and_then(|given| given.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| fingerprint(token));
    let now = provider.setup.clock.now();
    let held = provider.held();
    let found = token.and_then(|token| held.access_tokens.get(&token)).filter(|found| found.expires_at > now);
    let Some(AccessToken { person, .. }) = found else {
        return TokenRefused {
            status: StatusCode::UNAUTHORIZED,
            error: "invalid_token",
            description: "The access token is missing, unknown or expired.",
        }
        .into_response();
    };
    let about = json!({"sub": person.subject, "email": person.email, "email_verified": true, "name": person.name});
    private(axum::Json(about).into_response())
}

/// Reads a query or a form; a name that comes twice is refused, since two readers could each take another one.
fn read_parameters(encoded: &[u8]) -> Result<Parameters, NotAsked> {
    let mut parameters = Parameters::new();
    if encoded.len() > MOST_BYTES {
        return Err(NotAsked::Page("The request is too long."));
    }
    for (name, value) in form_urlencoded::parse(encoded) {
        if parameters.len() >= MOST_PARAMETERS {
            return Err(NotAsked::Page("The request has too many parameters."));
        }
        if parameters.insert(name.into_owned(), value.into_owned()).is_some() {
            return Err(NotAsked::Page("The request says one thing twice."));
        }
    }
    Ok(parameters)
}

fn page(status: StatusCode, html: String, form_target: Option<&str>) -> Response {
    let mut response = (status, axum::response::Html(html)).into_response();
    let policy = format!(
        "default-src 'none'; style-src 'self'; form-action 'self'{}{}; frame-ancestors 'none'; base-uri 'none'",
        if form_target.is_some() { " " } else { "" },
        form_target.unwrap_or_default()
    );
    let policy = HeaderValue::try_from(policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    private(response)
}

/// Codes, tokens and names stay out of caches and out of `Referer`.
fn private(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn is_redirect(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|address| {
        matches!(address.scheme(), "http" | "https") && address.has_host() && address.fragment().is_none()
    })
}

fn is_challenge(text: &str) -> bool {
    text.len() == 43 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

fn is_verifier(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~'))
}

/// The SHA-256 of a text, in base64url: what PKCE, key thumbprints and our own records are compared by.
fn fingerprint(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
}

fn same(one: &str, other: &str) -> bool {
    verify_slices_are_equal(one.as_bytes(), other.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests;
