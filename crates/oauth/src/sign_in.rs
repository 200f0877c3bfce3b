//! How does a person sign in? By OpenID Connect: code flow with PKCE, `state` and `nonce`, bound to one browser.

use std::sync::Arc;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hansom_control::{Control, SessionCookie, fingerprint};
use hansom_domain::{PersonId, PersonKey, ProblemCode, Timestamp};
use hansom_store::SignInRow;
use openidconnect::{
    AuthType, AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, ClientId, ClientSecret, CsrfToken,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RequestTokenError, Scope, TokenResponse,
    core::{
        CoreClient, CoreClientAuthMethod, CoreIdToken, CoreIdTokenClaims, CoreJwsSigningAlgorithm,
        CoreProviderMetadata, CoreResponseType,
    },
};
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use crate::{Directory, DirectoryError, Error, outbound::Outbound, return_path::safe_return_path};

/// The path of the hub to which the provider sends the browser back; register the hub's address with it at the provider.
pub const CALLBACK_PATH: &str = "/sign-in/callback";

/// What the provider told is asked for again after this many seconds.
const FRESH_SECONDS: i64 = 3600;
/// After a failure, or for an unknown key, the provider is asked again after this many seconds.
const PAUSE_SECONDS: i64 = 5;
const LEEWAY_SECONDS: i64 = 60;
/// Longest `state` and `code` that are looked at.
const MOST_BYTES: usize = 4096;

type RelyingParty =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// An OpenID provider and how the hub is known to it.
#[derive(Clone)]
pub struct Provider {
    /// Its `iss`, exactly.
    pub issuer: String,
    /// The hub's `client_id` at it.
    pub client_id: String,
    /// The hub's secret at it, if it gave one.
    pub client_secret: Option<String>,
    /// Its name, for the button.
    pub name: String,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// Where to send the browser, and what it must bring back.
pub struct Begun {
    /// The provider's page.
    pub location: String,
    /// The value of a cookie for this browser and [`CALLBACK_PATH`] only.
    pub browser_cookie: String,
}

/// The query with which the provider sends the browser back.
#[derive(Clone, Debug, Default, serde::Deserialize)]
pub struct Callback {
    /// The code, if the person agreed.
    #[serde(default)]
    pub code: Option<String>,
    /// The `state` that the sign-in began with.
    #[serde(default)]
    pub state: Option<String>,
    /// The error, if not.
    #[serde(default)]
    pub error: Option<String>,
    /// The provider's `iss` (RFC 9207), where it tells it.
    #[serde(default)]
    pub iss: Option<String>,
}

/// A person who is signed in.
pub struct Finished {
    /// The session for the browser's cookie.
    pub session: SessionCookie,
    /// The safe path to go to.
    pub return_to: String,
}

/// Why nobody is signed in. The text is fit for the person; the cause is for the log.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The sign-in was not begun in this browser, was used already, or is too old.
    #[error("this sign-in was begun too long ago, in another browser, or was used already; please sign in again")]
    Stale,
    /// The person or the provider said no.
    #[error("the identity provider did not sign you in; please try again")]
    Denied,
    /// The provider did not answer as it must.
    #[error("the identity provider does not answer properly; please try again in a while")]
    Provider(String),
    /// The ID token does not prove the person.
    #[error("the identity provider's answer could not be verified; please sign in again")]
    Unproven(String),
    /// The address is not verified, so that the directory must not be asked for it.
    #[error("your e-mail address is not verified at the identity provider; verify it there first")]
    EmailUnverified,
    /// The directory did not tell the groups.
    #[error("your groups could not be read from the directory; please try again in a while")]
    Directory(#[from] DirectoryError),
    /// A verb failed.
    #[error(transparent)]
    Control(#[from] hansom_control::Error),
}

impl SignInError {
    /// The problem's code, and with it the status.
    pub fn code(&self) -> ProblemCode {
        match self {
            SignInError::Stale | SignInError::Unproven(_) => ProblemCode::BadRequest,
            SignInError::Denied | SignInError::EmailUnverified => ProblemCode::NotAllowed,
            SignInError::Provider(_) | SignInError::Directory(_) => ProblemCode::Unavailable,
            SignInError::Control(error) => error.code(),
        }
    }

    /// The cause for the operators' log; `None` where the person is told all.
    pub fn private(&self) -> Option<String> {
        match self {
            SignInError::Provider(cause) | SignInError::Unproven(cause) => Some(cause.clone()),
            SignInError::Directory(error) => Some(error.to_string()),
            SignInError::Control(error) => error.private(),
            SignInError::Stale | SignInError::Denied | SignInError::EmailUnverified => None,
        }
    }
}

/// What the provider last told of itself.
#[derive(Default)]
struct Known {
    metadata: Option<Arc<CoreProviderMetadata>>,
    asked_at: Option<Timestamp>,
}

/// The hub as a client of an OpenID provider.
#[derive(Clone)]
pub struct SignIn(Arc<Held>);

struct Held {
    control: Control,
    provider: Provider,
    issuer: IssuerUrl,
    redirect: RedirectUrl,
    directory: Arc<dyn Directory>,
    outbound: Outbound,
    known: Mutex<Known>,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SignIn").field(&self.0.provider).finish()
    }
}

impl SignIn {
    /// A client of `provider` for the hub at the public address `hub`. The provider is asked at the first sign-in, so
    /// that the hub starts without it.
    pub fn new(
        control: Control,
        provider: Provider,
        hub: String,
        directory: Arc<dyn Directory>,
    ) -> Result<Self, Error> {
        let issuer =
            IssuerUrl::new(provider.issuer.clone()).ok().filter(|issuer| is_secure(issuer.url())).ok_or_else(|| {
                Error::Setup(
                    "the OpenID provider's issuer must be an https address; http is for this machine only".into(),
                )
            })?;
        let redirect = RedirectUrl::new(format!("{}{CALLBACK_PATH}", hub.trim_end_matches('/')))
            .map_err(|error| Error::Setup(format!("the hub's public address is no URL: {error}")))?;
        let outbound = Outbound::new()?;
        let known = Mutex::default();
        Ok(Self(Arc::new(Held { control, provider, issuer, redirect, directory, outbound, known })))
    }

    /// The provider.
    pub fn provider(&self) -> &Provider {
        &self.0.provider
    }

    /// Begins a sign-in that ends at `return_to`, if that is a safe path.
    pub async fn begin(&self, return_to: &str) -> Result<Begun, SignInError> {
        let party = self.relying_party(&*self.metadata().await?);
        let chance = self.0.control.chance();
        let (state, nonce, cookie) = (chance.hex(32), chance.hex(32), chance.hex(32));
        let verifier = PkceCodeVerifier::new(chance.hex(32));
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
        let sign_in = SignInRow {
            state_hash: fingerprint(&state),
            browser_hash: fingerprint(&cookie),
            nonce: nonce.clone(),
            verifier: verifier.secret().clone(),
            return_to: safe_return_path(return_to).to_owned(),
            created_at: self.0.control.clock().now(),
        };
        self.0.control.remember_sign_in(sign_in).await?;
        let (location, _, _) = party
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                || CsrfToken::new(state),
                || Nonce::new(nonce),
            )
            .add_scope(Scope::new("email".into()))
            .add_scope(Scope::new("profile".into()))
            .set_pkce_challenge(challenge)
            .url();
        Ok(Begun { location: location.into(), browser_cookie: cookie })
    }

    /// Finishes a sign-in. Its `state` works once, whatever comes of it.
    pub async fn finish(&self, query: Callback, browser_cookie: Option<&str>) -> Result<Finished, SignInError> {
        let begun = self.begun(&query, browser_cookie).await?;
        if let Some(error) = query.error {
            let error: String = error.chars().filter(char::is_ascii_graphic).take(60).collect();
            tracing::info!(error, "the identity provider refused a sign-in");
            return Err(SignInError::Denied);
        }
        if query.iss.is_some_and(|iss| iss != self.0.provider.issuer) {
            return Err(SignInError::Unproven("the answer came from another issuer".into()));
        }
        let code = query.code.filter(|code| !code.is_empty() && code.len() <= MOST_BYTES);
        let code = code.ok_or(SignInError::Stale)?;
        let id_token = self.exchange(code, begun.verifier).await?;
        let claims = self.verified(&id_token, &Nonce::new(begun.nonce)).await?;
        let session = self.admit(&claims, &id_token).await?;
        Ok(Finished { session, return_to: safe_return_path(&begun.return_to).to_owned() })
    }

    /// Asks the directory again for a person's groups and takes them over. `false` where the directory tells at sign-in
    /// only, or the person is another provider's.
    pub async fn refresh_groups(&self, person: &PersonId) -> Result<bool, SignInError> {
        let held = &self.0;
        let known = held.control.reads().person(person).await;
        let Some(row) = known.map_err(hansom_control::Error::from)? else {
            return Ok(false);
        };
        if row.issuer != held.provider.issuer {
            return Ok(false);
        }
        let key = PersonKey { issuer: row.issuer, subject: row.subject };
        match held.directory.groups_of(&key, &row.email, &Value::Null).await {
            Ok(groups) => {
                held.control.renew_groups(person, &groups).await?;
                Ok(true)
            }
            Err(DirectoryError::AtSignInOnly) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn begun(&self, query: &Callback, browser_cookie: Option<&str>) -> Result<SignInRow, SignInError> {
        let (Some(state), Some(cookie)) = (query.state.as_deref(), browser_cookie) else {
            return Err(SignInError::Stale);
        };
        if state.len() > MOST_BYTES || cookie.len() > MOST_BYTES {
            return Err(SignInError::Stale);
        }
        let begun = self.0.control.take_sign_in(&fingerprint(state)).await?;
        let begun = begun.ok_or(SignInError::Stale)?;
        let shown = fingerprint(cookie);
        verify_slices_are_equal(begun.browser_hash.as_bytes(), shown.as_bytes()).map_err(|_| SignInError::Stale)?;
        Ok(begun)
    }

    async fn exchange(&self, code: String, verifier: String) -> Result<CoreIdToken, SignInError> {
        let party = self.relying_party(&*self.metadata().await?);
        let answer = party
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| SignInError::Provider(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier))
            .request_async(&self.0.outbound)
            .await;
        match answer {
            Ok(answer) => {
                answer.id_token().cloned().ok_or_else(|| SignInError::Provider("the provider sent no ID token".into()))
            }
            Err(RequestTokenError::ServerResponse(refusal)) => {
                Err(SignInError::Unproven(format!("the provider refused the code: {}", refusal.error().as_ref())))
            }
            Err(RequestTokenError::Request(error)) => Err(SignInError::Provider(error.to_string())),
            Err(RequestTokenError::Parse(error, _)) => Err(SignInError::Provider(error.to_string())),
            Err(RequestTokenError::Other(error)) => Err(SignInError::Provider(error)),
        }
    }

    /// The claims of a proven ID token. A key that is not known yet makes the provider's keys be read again, once.
    async fn verified(&self, id_token: &CoreIdToken, nonce: &Nonce) -> Result<CoreIdTokenClaims, SignInError> {
        match self.verify(&*self.metadata().await?, id_token, nonce) {
            Err(ClaimsVerificationError::SignatureVerification(_)) => {
                let renewed = self.renewed_metadata().await?;
                self.verify(&renewed, id_token, nonce)
            }
            result => result,
        }
        .map_err(|error| SignInError::Unproven(error.to_string()))
    }

    fn verify(
        &self,
        metadata: &CoreProviderMetadata,
        id_token: &CoreIdToken,
        nonce: &Nonce,
    ) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
        let now = self.0.control.clock().now();
        let at = move |leeway| moment(now.plus_seconds(leeway));
        let party = self.relying_party(metadata);
        let verifier = party
            .id_token_verifier()
            .set_allowed_algs([
                CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
                CoreJwsSigningAlgorithm::RsaSsaPssSha256,
                CoreJwsSigningAlgorithm::EcdsaP256Sha256,
                CoreJwsSigningAlgorithm::EcdsaP384Sha384,
                CoreJwsSigningAlgorithm::EdDsa,
            ])
            .set_time_fn(move || at(-LEEWAY_SECONDS))
            .set_issue_time_verifier_fn(move |issued| {
                if issued > at(LEEWAY_SECONDS) {
                    return Err("the ID token was issued in the future".into());
                }
                Ok(())
            });
        id_token.claims(&verifier, nonce).cloned()
    }

    async fn admit(&self, claims: &CoreIdTokenClaims, id_token: &CoreIdToken) -> Result<SessionCookie, SignInError> {
        if claims.email_verified() == Some(false) {
            return Err(SignInError::EmailUnverified);
        }
        let email = claims.email().map(|email| email.as_str());
        let email = email.ok_or_else(|| SignInError::Unproven("the ID token has no email".into()))?;
        let name = claims.name().and_then(|name| name.get(None)).map_or(email, |name| name.as_str());
        let subject = claims.subject().to_string();
        // OpenID Connect Core section 2: at most 255 ASCII characters.
        if subject.is_empty() || subject.len() > 255 || !subject.is_ascii() {
            return Err(SignInError::Unproven("the ID token's sub is no subject".into()));
        }
        let key = PersonKey { issuer: self.0.provider.issuer.clone(), subject };
        let told = payload(id_token)?;
        let groups = self.0.directory.groups_of(&key, email, &told).await?;
        Ok(self.0.control.sign_in_person(key, email, name, &groups).await?)
    }

    fn relying_party(&self, metadata: &CoreProviderMetadata) -> RelyingParty {
        let provider = &self.0.provider;
        let secret = provider.client_secret.clone().map(ClientSecret::new);
        let basic_works = metadata
            .token_endpoint_auth_methods_supported()
            .is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let client_id = ClientId::new(provider.client_id.clone());
        CoreClient::from_provider_metadata(metadata.clone(), client_id, secret)
            .set_redirect_uri(self.0.redirect.clone())
            .set_auth_type(if basic_works { AuthType::BasicAuth } else { AuthType::RequestBody })
    }

    /// What the provider tells of itself: asked at the first need and each hour. The last good answer stays while the
    /// provider is silent.
    async fn metadata(&self) -> Result<Arc<CoreProviderMetadata>, SignInError> {
        self.metadata_younger_than(FRESH_SECONDS).await
    }

    async fn renewed_metadata(&self) -> Result<Arc<CoreProviderMetadata>, SignInError> {
        self.metadata_younger_than(PAUSE_SECONDS).await
    }

    async fn metadata_younger_than(&self, seconds: i64) -> Result<Arc<CoreProviderMetadata>, SignInError> {
        let now = self.0.control.clock().now();
        let mut known = self.0.known.lock().await;
        let patience = if known.metadata.is_some() { seconds } else { PAUSE_SECONDS };
        let is_due = known.asked_at.is_none_or(|at| now >= at.plus_seconds(patience));
        if is_due {
            known.asked_at = Some(now);
            let asked = CoreProviderMetadata::discover_async(self.0.issuer.clone(), &self.0.outbound);
            match asked.await {
                Ok(metadata) => known.metadata = Some(Arc::new(metadata)),
                Err(error) => {
                    let cause = causes(&error);
                    tracing::warn!(cause, issuer = %self.0.provider.issuer, "the identity provider does not tell of itself");
                }
            }
        }
        known.metadata.clone().ok_or_else(|| {
            SignInError::Provider("the provider's configuration could not be read; see the warning in the log".into())
        })
    }
}

fn causes(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(inner) => format!("{error}: {}", causes(inner)),
        None => error.to_string(),
    }
}

fn is_secure(issuer: &Url) -> bool {
    let is_here = match issuer.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    issuer.scheme() == "https" || (issuer.scheme() == "http" && is_here)
}

fn moment(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.millis()).unwrap_or_default()
}

/// Every claim of an ID token that was verified before.
fn payload(id_token: &CoreIdToken) -> Result<Value, SignInError> {
    let text = id_token.to_string();
    let payload = text.split('.').nth(1).unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD.decode(payload).ok();
    let claims = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    claims.ok_or_else(|| SignInError::Unproven("the ID token's claims are not JSON".into()))
}
