//! Whose token is this, that another issuer signed?

use std::{str::FromStr, sync::Arc};

use chrono::{DateTime, Utc};
use hansom_control::PipelineRun;
use hansom_domain::Timestamp;
use openidconnect::{
    ClaimsVerificationError, ClientId, IssuerUrl, Nonce,
    core::{CoreIdToken, CoreIdTokenClaims, CoreIdTokenVerifier, CoreJwsSigningAlgorithm, CoreProviderMetadata},
};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::{BoxFuture, Error, jws, outbound::Outbound};

const MOST_BYTES: usize = 16 * 1024;
const LEEWAY_SECONDS: i64 = 60;
/// What an issuer told of itself is asked for again after this many seconds.
const FRESH_SECONDS: i64 = 3600;
/// After a failure, or for an unknown key, it is asked again after this many seconds.
const PAUSE_SECONDS: i64 = 5;

/// Whom a token of another issuer speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A person, as the sign-in knows them.
    Person {
        /// The `iss`.
        issuer: String,
        /// The `sub`.
        subject: String,
    },
    /// A service account, with its verified address.
    ServiceAccount {
        /// The `iss`.
        issuer: String,
        /// The `sub`.
        subject: String,
        /// The `email`.
        email: String,
    },
    /// A run of a pipeline. Whether anybody trusts it is not asked yet.
    Pipeline(Box<PipelineRun>),
}

/// Why a token of another issuer proves nothing. The causes are for the log.
#[derive(Clone, Debug, thiserror::Error)]
pub enum SubjectError {
    /// It is not good, or not for us.
    #[error("{0}")]
    Unproven(String),
    /// The issuer's keys cannot be read now.
    #[error("{0}")]
    Silent(String),
}

/// An issuer whose tokens are exchanged. One kind of issuer is one file: a pipeline's is another than a person's.
pub trait SubjectIssuer: Send + Sync {
    /// Its `iss`, exactly.
    fn issuer(&self) -> &str;

    /// Whom a token of it speaks for, if it is good at `now`. `own` are the addresses of this server that a token may be for.
    fn prove<'a>(
        &'a self,
        token: &'a str,
        own: &'a [String],
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Subject, SubjectError>>;
}

/// An OpenID provider: tokens for one of its known clients speak for people, tokens for this server for service accounts.
pub struct OpenIdIssuer {
    issuer: IssuerUrl,
    /// The clients at it whose tokens speak for people here.
    clients: Vec<String>,
    outbound: Outbound,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    metadata: Option<Arc<CoreProviderMetadata>>,
    asked_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct Unproven {
    iss: String,
}

/// The issuer that a token names, to find who could prove it.
pub(crate) fn issuer_of(token: &str) -> Option<String> {
    if token.len() > MOST_BYTES || !token.is_ascii() {
        return None;
    }
    let claims = token.split('.').nth(1)?;
    let claims: Unproven = jws::part(claims)?;
    Some(claims.iss)
}

impl OpenIdIssuer {
    /// An issuer with the ids of those clients at it whose ID tokens speak for people here.
    pub fn new(issuer: &str, clients: Vec<String>) -> Result<Self, Error> {
        let issuer = IssuerUrl::new(issuer.to_owned())
            .map_err(|error| Error::Setup(format!("{issuer} is no issuer: {error}")))?;
        Ok(Self { issuer, clients, outbound: Outbound::new()?, known: Mutex::default() })
    }

    async fn prove_id_token(&self, text: &str, own: &[String], now: Timestamp) -> Result<Subject, SubjectError> {
        let unproven = |cause: &str| SubjectError::Unproven(cause.to_owned());
        let token = CoreIdToken::from_str(text).map_err(|error| unproven(&error.to_string()))?;
        let metadata = self.metadata(now, FRESH_SECONDS).await?;
        let mut claims = self.claims(&token, &metadata, own, now);
        if matches!(claims, Err(ClaimsVerificationError::SignatureVerification(_))) {
            let renewed = self.metadata(now, PAUSE_SECONDS).await?;
            claims = self.claims(&token, &renewed, own, now);
        }
        let claims = claims.map_err(|error| unproven(&error.to_string()))?;
        let audiences: Vec<&str> = claims.audiences().iter().map(|audience| audience.as_str()).collect();
        let [audience] = audiences.as_slice() else {
            return Err(unproven("the token is for several audiences"));
        };
        let (issuer, subject) = (claims.issuer().to_string(), claims.subject().to_string());
        if !own.iter().any(|own| own == audience) {
            return Ok(Subject::Person { issuer, subject });
        }
        let email = claims.email().filter(|_| claims.email_verified() == Some(true));
        let email = email.ok_or_else(|| unproven("the service account's token has no verified email"))?;
        Ok(Subject::ServiceAccount { issuer, subject, email: email.to_string() })
    }

    /// The claims of a token for one of our clients or for us.
    fn claims(
        &self,
        token: &CoreIdToken,
        metadata: &CoreProviderMetadata,
        own: &[String],
        now: Timestamp,
    ) -> Result<CoreIdTokenClaims, ClaimsVerificationError> {
        let at = move |leeway| moment(now.plus_seconds(leeway));
        let nobody = || ClaimsVerificationError::InvalidAudience("the token is for nobody here".into());
        let mut result = Err(nobody());
        for audience in self.clients.iter().chain(own) {
            let client = ClientId::new(audience.clone());
            let verifier = CoreIdTokenVerifier::new_public_client(client, self.issuer.clone(), metadata.jwks().clone())
                .set_allowed_algs([
                    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
                    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
                    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
                    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
                    CoreJwsSigningAlgorithm::EdDsa,
                ])
                .set_time_fn(move || at(-LEEWAY_SECONDS))
                .set_issue_time_verifier_fn(move |issued| match issued > at(LEEWAY_SECONDS) {
                    true => Err("the token was issued in the future".into()),
                    false => Ok(()),
                });
            result = token.claims(&verifier, |_: Option<&Nonce>| Ok(())).cloned();
            if !matches!(result, Err(ClaimsVerificationError::InvalidAudience(_))) {
                break;
            }
        }
        result
    }

    /// What the issuer tells of itself; the last good answer stays while it is silent.
    async fn metadata(&self, now: Timestamp, seconds: i64) -> Result<Arc<CoreProviderMetadata>, SubjectError> {
        let mut known = self.known.lock().await;
        let patience = if known.metadata.is_some() { seconds } else { PAUSE_SECONDS };
        if known.asked_at.is_none_or(|at| now >= at.plus_seconds(patience)) {
            known.asked_at = Some(now);
            match CoreProviderMetadata::discover_async(self.issuer.clone(), &self.outbound).await {
                Ok(metadata) => known.metadata = Some(Arc::new(metadata)),
                Err(error) => {
                    tracing::warn!(%error, issuer = %self.issuer.as_str(), "an issuer does not tell of itself")
                }
            }
        }
        known.metadata.clone().ok_or_else(|| SubjectError::Silent("its configuration could not be read".into()))
    }
}

impl SubjectIssuer for OpenIdIssuer {
    fn issuer(&self) -> &str {
        self.issuer.as_str()
    }

    fn prove<'a>(
        &'a self,
        token: &'a str,
        own: &'a [String],
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Subject, SubjectError>> {
        Box::pin(self.prove_id_token(token, own, now))
    }
}

fn moment(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.millis()).unwrap_or_default()
}
