//! How does one OpenID provider prove a person? By the code flow with PKCE, `state` and `nonce`.

use std::{fmt, sync::Arc};

use chrono::{DateTime, Utc};
use hansom_domain::{Clock, PersonKey, Timestamp};
use hansom_store::MembershipSource;
use openidconnect::{
    AdditionalProviderMetadata, AuthType, AuthenticationFlow, AuthorizationCode, ClaimsVerificationError, ClientId,
    ClientSecret, CsrfToken, EndpointMaybeSet, EndpointNotSet, EndpointSet, IssuerUrl, Nonce, PkceCodeChallenge,
    PkceCodeVerifier, ProviderMetadata, RedirectUrl, RequestTokenError, Scope, TokenResponse,
    core::{
        CoreAuthDisplay, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod, CoreGrantType, CoreIdToken,
        CoreIdTokenClaims, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm,
        CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use crate::{Directory, Error, SignInError, jws, origin::is_secure, outbound::Outbound, sign_in::CALLBACK_PATH};

/// What the provider told is asked for again after this many seconds.
const FRESH_SECONDS: i64 = 3600;
/// After a failure, or for an unknown key, the provider is asked again after this many seconds.
const PAUSE_SECONDS: i64 = 5;
/// So much may clocks of provider and hub differ.
pub(crate) const LEEWAY_SECONDS: i64 = 60;
/// A longer ID token is not kept for the end of the session.
const MOST_HINT_BYTES: usize = 8 * 1024;
/// What ID tokens may be signed with, if the provider says that it uses it.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 5] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

type RelyingParty =
    CoreClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointMaybeSet, EndpointMaybeSet>;

/// What a provider tells of itself.
pub(crate) type Metadata = ProviderMetadata<
    MoreMetadata,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// What else of a provider's configuration matters.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct MoreMetadata {
    /// Where a person's session at the provider is ended (OpenID Connect RP-Initiated Logout).
    #[serde(default)]
    end_session_endpoint: Option<Url>,
    /// Whether answers name their issuer (RFC 9207).
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for MoreMetadata {}

/// An OpenID provider and how the hub is known to it.
#[derive(Clone)]
pub struct Provider {
    /// Its name in addresses and in the configuration; empty for the only one of a platform that names none.
    pub id: String,
    /// Its `iss`, exactly.
    pub issuer: String,
    /// The hub's `client_id` at it.
    pub client_id: String,
    /// The hub's secret at it, if it gave one.
    pub client_secret: Option<String>,
    /// Its name, for the button.
    pub name: String,
    /// The Google Workspace domain that people must be of (`hd`), if any will not do.
    pub hosted_domain: Option<String>,
    /// Whether it vouches for every address that it tells, also where it does not say so.
    pub vouches_for_emails: bool,
}

impl Provider {
    /// The only provider of a platform.
    pub fn alone(issuer: String, client_id: String, client_secret: Option<String>, name: String) -> Self {
        Self {
            id: String::new(),
            issuer,
            client_id,
            client_secret,
            name,
            hosted_domain: None,
            vouches_for_emails: false,
        }
    }

    /// The path of the hub to which it sends browsers back. Each has its own, so that an answer of one is never taken for
    /// another's.
    pub fn callback_path(&self) -> String {
        if self.id.is_empty() { CALLBACK_PATH.into() } else { format!("{CALLBACK_PATH}/{}", self.id) }
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

/// A way in: a provider, and who besides Hansom says in which groups its people are.
#[derive(Clone)]
pub struct Way {
    /// Who proves people.
    pub provider: Provider,
    /// Who tells their groups.
    pub sources: Vec<(MembershipSource, Arc<dyn Directory>)>,
}

/// What an ID token proves.
pub(crate) struct Proof {
    pub(crate) key: PersonKey,
    pub(crate) email: String,
    pub(crate) email_verified: bool,
    pub(crate) name: String,
    /// Every claim.
    pub(crate) claims: Value,
    /// The token, for the end of the session.
    pub(crate) hint: Option<String>,
    /// What the provider calls its session, if it tells that.
    pub(crate) session: Option<String>,
}

/// What the provider last told of itself.
#[derive(Default)]
struct Known {
    metadata: Option<Arc<Metadata>>,
    asked_at: Option<Timestamp>,
}

/// The hub as a client of one OpenID provider.
pub(crate) struct Party {
    pub(crate) provider: Provider,
    pub(crate) sources: Vec<(MembershipSource, Arc<dyn Directory>)>,
    issuer: IssuerUrl,
    redirect: RedirectUrl,
    outbound: Outbound,
    pub(crate) clock: Clock,
    known: Mutex<Known>,
}

impl Party {
    /// The provider is asked at the first sign-in, so that the hub starts without it.
    pub(crate) fn new(way: Way, hub: &str, clock: Clock) -> Result<Self, Error> {
        let Way { provider, sources } = way;
        let issuer =
            IssuerUrl::new(provider.issuer.clone()).ok().filter(|issuer| is_secure(issuer.url())).ok_or_else(|| {
                Error::Setup(
                    "the OpenID provider's issuer must be an https address; http is for this machine only".into(),
                )
            })?;
        let redirect = RedirectUrl::new(format!("{}{}", hub.trim_end_matches('/'), provider.callback_path()))
            .map_err(|error| Error::Setup(format!("the hub's public address is no URL: {error}")))?;
        let (outbound, known) = (Outbound::new()?, Mutex::default());
        Ok(Self { provider, sources, issuer, redirect, outbound, clock, known })
    }

    /// The provider's page for a sign-in.
    pub(crate) async fn page(
        &self,
        state: String,
        nonce: String,
        verifier: &PkceCodeVerifier,
    ) -> Result<Url, SignInError> {
        let party = self.relying_party(&*self.metadata().await?);
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(verifier);
        let mut request = party
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                || CsrfToken::new(state),
                || Nonce::new(nonce),
            )
            .add_scope(Scope::new("email".into()))
            .add_scope(Scope::new("profile".into()))
            .set_pkce_challenge(challenge);
        if let Some(domain) = &self.provider.hosted_domain {
            request = request.add_extra_param("hd", domain);
        }
        Ok(request.url().0)
    }

    /// Refuses an answer that is another issuer's, or does not say whose it is where the provider always does.
    pub(crate) async fn check_issuer(&self, told: Option<&str>) -> Result<(), SignInError> {
        let refused = |why: &str| Err(SignInError::Unproven(why.into()));
        match told {
            Some(iss) if iss != self.provider.issuer => refused("the answer came from another issuer"),
            Some(_) => Ok(()),
            None if self.metadata().await?.additional_metadata().authorization_response_iss_parameter_supported => {
                refused("the answer does not say which issuer it came from")
            }
            None => Ok(()),
        }
    }

    /// What comes of a code.
    pub(crate) async fn prove(&self, code: String, verifier: String, nonce: String) -> Result<Proof, SignInError> {
        let id_token = self.exchange(code, verifier).await?;
        let claims = self.verified(&id_token, &Nonce::new(nonce)).await?;
        let told = payload(&id_token)?;
        if claims.email_verified() == Some(false) {
            return Err(SignInError::EmailUnverified);
        }
        if self.provider.hosted_domain.as_deref().is_some_and(|domain| told.get("hd").is_none_or(|hd| hd != domain)) {
            return Err(SignInError::Foreign);
        }
        let email = claims.email().map(|email| email.to_string());
        let email = email.ok_or_else(|| SignInError::Unproven("the ID token has no email".into()))?;
        let name =
            claims.name().and_then(|name| name.get(None)).map_or(email.as_str(), |name| name.as_str()).to_owned();
        let subject = claims.subject().to_string();
        // OpenID Connect Core section 2: at most 255 ASCII characters.
        if subject.is_empty() || subject.len() > 255 || !subject.is_ascii() {
            return Err(SignInError::Unproven("the ID token's sub is no subject".into()));
        }
        let key = PersonKey { issuer: self.provider.issuer.clone(), subject };
        let email_verified = claims.email_verified() == Some(true) || self.provider.vouches_for_emails;
        let hint = Some(id_token.to_string()).filter(|token| token.len() <= MOST_HINT_BYTES);
        let session = told.get("sid").and_then(Value::as_str).filter(|sid| (1..=255).contains(&sid.len()));
        let session = session.map(str::to_owned);
        Ok(Proof { key, email, email_verified, name, claims: told, hint, session })
    }

    /// Where a person's session at the provider is ended, if it can be.
    pub(crate) async fn end_of_session(&self, id_token: Option<&str>, back: &str) -> Option<Url> {
        let known = self.known.lock().await.metadata.clone()?;
        let mut address = known.additional_metadata().end_session_endpoint.clone().filter(is_secure)?;
        {
            let mut query = address.query_pairs_mut();
            if let Some(token) = id_token {
                query.append_pair("id_token_hint", token);
            }
            query.append_pair("client_id", &self.provider.client_id).append_pair("post_logout_redirect_uri", back);
        }
        Some(address)
    }

    async fn exchange(&self, code: String, verifier: String) -> Result<CoreIdToken, SignInError> {
        let party = self.relying_party(&*self.metadata().await?);
        let answer = party
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| SignInError::Provider(error.to_string()))?
            .set_pkce_verifier(PkceCodeVerifier::new(verifier))
            .request_async(&self.outbound)
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
        metadata: &Metadata,
        id_token: &CoreIdToken,
        nonce: &Nonce,
    ) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
        let now = self.clock.now();
        let at = move |leeway| moment(now.plus_seconds(leeway));
        let party = self.relying_party(metadata);
        let verifier = party
            .id_token_verifier()
            .set_allowed_algs(allowed_algorithms(metadata))
            .set_time_fn(move || at(-LEEWAY_SECONDS))
            .set_issue_time_verifier_fn(move |issued| {
                if issued > at(LEEWAY_SECONDS) {
                    return Err("the ID token was issued in the future".into());
                }
                Ok(())
            });
        id_token.claims(&verifier, nonce).cloned()
    }

    fn relying_party(&self, metadata: &Metadata) -> RelyingParty {
        let provider = &self.provider;
        let secret = provider.client_secret.clone().map(ClientSecret::new);
        let basic_works = metadata
            .token_endpoint_auth_methods_supported()
            .is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        let client_id = ClientId::new(provider.client_id.clone());
        CoreClient::from_provider_metadata(metadata.clone(), client_id, secret)
            .set_redirect_uri(self.redirect.clone())
            .set_auth_type(if basic_works { AuthType::BasicAuth } else { AuthType::RequestBody })
    }

    /// What the provider tells of itself: asked at the first need and each hour. The last good answer stays while the
    /// provider is silent.
    pub(crate) async fn metadata(&self) -> Result<Arc<Metadata>, SignInError> {
        self.metadata_younger_than(FRESH_SECONDS).await
    }

    /// The same, asked for anew unless that was a moment ago: for a key that is not known.
    pub(crate) async fn renewed_metadata(&self) -> Result<Arc<Metadata>, SignInError> {
        self.metadata_younger_than(PAUSE_SECONDS).await
    }

    async fn metadata_younger_than(&self, seconds: i64) -> Result<Arc<Metadata>, SignInError> {
        let now = self.clock.now();
        let mut known = self.known.lock().await;
        let patience = if known.metadata.is_some() { seconds } else { PAUSE_SECONDS };
        let is_due = known.asked_at.is_none_or(|at| now >= at.plus_seconds(patience));
        if is_due {
            known.asked_at = Some(now);
            let asked = Metadata::discover_async(self.issuer.clone(), &self.outbound);
            match asked.await {
                Ok(metadata) => known.metadata = Some(Arc::new(metadata)),
                Err(error) => {
                    let cause = causes(&error);
                    tracing::warn!(cause, issuer = %self.provider.issuer, "the identity provider does not tell of itself");
                }
            }
        }
        known.metadata.clone().ok_or_else(|| {
            SignInError::Provider("the provider's configuration could not be read; see the warning in the log".into())
        })
    }
}

/// What a provider may sign with: what is taken here, if it says that it uses it.
pub(crate) fn allowed_algorithms(metadata: &Metadata) -> impl Iterator<Item = CoreJwsSigningAlgorithm> {
    let used = metadata.id_token_signing_alg_values_supported();
    ALGORITHMS.into_iter().filter(|known| used.contains(known))
}

fn causes(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(inner) => format!("{error}: {}", causes(inner)),
        None => error.to_string(),
    }
}

fn moment(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.millis()).unwrap_or_default()
}

/// Every claim of an ID token that was verified before.
fn payload(id_token: &CoreIdToken) -> Result<Value, SignInError> {
    let text = id_token.to_string();
    let payload = text.split('.').nth(1).unwrap_or_default();
    jws::part(payload).ok_or_else(|| SignInError::Unproven("the ID token's claims are not JSON".into()))
}
