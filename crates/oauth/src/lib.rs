//! How does a program get, show and lose a token; how does a person sign in?
//!
//! [`OAuth`] is the authorisation server: its endpoints are one router, its tokens are JWTs that the gateway verifies by
//! itself. [`SignIn`] is the other side: Hansom as the client of an OpenID provider that knows the people.

mod access_token;
mod assertion;
mod authorization_code;
mod authorization_request;
mod authorize;
mod client;
mod client_credentials;
mod cors;
mod device;
mod directory;
mod dpop;
mod exchange;
mod extent;
mod failures;
mod form;
mod introspect;
mod jwks;
mod jws;
mod key_sets;
mod leaks;
mod logout_token;
mod metadata;
mod origin;
mod outbound;
mod par;
mod party;
mod pipeline;
mod refresh;
mod refusal;
mod return_path;
mod revoke;
mod scope;
mod sign_in;
mod subject_token;
mod token;

use std::sync::Arc;

use axum::{
    Router, middleware,
    routing::{get, post},
};
use hansom_control::{Control, RefreshLife};
use hansom_domain::EnvironmentName;

pub use access_token::{Bearer, HUB_CLIENT, IssuedToken, KeyProof};
pub use authorize::{CONSENT_PATH, Leaving, Question, Step};
pub use device::{DEVICE_PATH, DeviceQuestion};
pub use directory::{
    BoxFuture, ClaimDirectory, Directory, DirectoryError, GoogleApi, GoogleDirectory, GoogleSetup, ServiceAccount,
};
pub use extent::Consent;
pub use key_sets::KeySetError;
pub use party::{Provider, Way};
pub use refusal::Error;
pub use return_path::safe_return_path;
pub use scope::Scope;
pub use sign_in::{BACK_CHANNEL_PATH, Begun, CALLBACK_PATH, Callback, Finished, SignIn, SignInError};
pub use subject_token::{OpenIdIssuer, Subject, SubjectError, SubjectIssuer};

/// The path to which applications send people; the hub serves it, since it shows pages.
pub const AUTHORIZE_PATH: &str = "/oauth/authorize";

use failures::Failures;

/// What the authorisation server needs.
pub struct Setup {
    /// The verbs of the platform.
    pub control: Control,
    /// The hub's public address without a slash at its end: the `iss` of every token.
    pub issuer: String,
    /// The base URL of each environment: the `aud` of the tokens for it.
    pub audiences: Vec<(EnvironmentName, String)>,
    /// How long a person's token lives, in seconds.
    pub person_seconds: i64,
    /// How long an application's token lives, in seconds.
    pub application_seconds: i64,
    /// The rules of the flows.
    pub rules: Rules,
}

/// The rules of the flows, which a platform may change within bounds.
#[derive(Clone)]
pub struct Rules {
    /// How long refresh tokens live: unused between ten minutes and 30 days, in all between an hour and 90 days.
    pub refresh: RefreshLife,
    /// Whether proofs of keys need a nonce (RFC 9449 section 8).
    pub dpop_nonces: bool,
    /// Whose tokens are exchanged for ours (RFC 8693).
    pub subjects: Vec<Arc<dyn SubjectIssuer>>,
}

impl Default for Rules {
    fn default() -> Self {
        let refresh = RefreshLife { idle_seconds: 7 * 86_400, absolute_seconds: 30 * 86_400 };
        Self { refresh, dpop_nonces: false, subjects: vec![] }
    }
}

/// The authorisation server.
#[derive(Clone)]
pub struct OAuth {
    setup: Arc<Setup>,
    /// Wrong proofs of clients.
    failures: Arc<Failures>,
    /// Devices that ask to be let in, by address.
    askers: Arc<Failures>,
    /// Proofs of keys from whoever says that it is a public application, by address: each is remembered for two minutes.
    provers: Arc<Failures>,
    /// Reports of leaks, by address.
    reporters: Arc<Failures>,
    /// Wrong codes of devices, by person.
    guesses: Arc<Failures>,
    key_sets: Arc<key_sets::KeySets>,
    /// What the issuers of trusted pipelines told of themselves.
    pipelines: Arc<pipeline::PipelineIssuers>,
}

impl std::fmt::Debug for OAuth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OAuth")
    }
}

impl OAuth {
    /// A server over what it needs. Lifetimes of tokens are held between a minute and a day, slashes at the end of
    /// addresses are dropped.
    pub fn new(mut setup: Setup) -> Self {
        let bare = |address: &str| address.trim_end_matches('/').to_owned();
        setup.issuer = bare(&setup.issuer);
        for (_, base) in &mut setup.audiences {
            *base = bare(base);
        }
        setup.person_seconds = setup.person_seconds.clamp(60, 24 * 3600);
        setup.application_seconds = setup.application_seconds.clamp(60, 24 * 3600);
        let refresh = &mut setup.rules.refresh;
        refresh.idle_seconds = refresh.idle_seconds.clamp(600, 30 * 86_400);
        refresh.absolute_seconds = refresh.absolute_seconds.clamp(3600, 90 * 86_400);
        let key_sets = key_sets::KeySets::new(setup.control.settings().open_networks.clone());
        Self {
            setup: Arc::new(setup),
            failures: Arc::new(Failures::new(20, 60)),
            askers: Arc::new(Failures::new(60, 60)),
            provers: Arc::new(Failures::new(600, 60)),
            reporters: Arc::new(Failures::new(30, 60)),
            key_sets: Arc::new(key_sets),
            pipelines: Arc::default(),
            guesses: Arc::new(Failures::new(5, 600)),
        }
    }

    /// Every endpoint, at the root of the hub's listener.
    pub fn router(&self) -> Router {
        let only_post = refusal::only_post;
        let only_get = refusal::only_get;
        let public = Router::new()
            .route(token::TOKEN_PATH, post(token::endpoint).fallback(only_post))
            .route(revoke::REVOKE_PATH, post(revoke::endpoint).fallback(only_post))
            .route(par::PAR_PATH, post(par::endpoint).fallback(only_post))
            .layer(middleware::from_fn_with_state(self.clone(), cors::for_public_clients));
        Router::new()
            .merge(public)
            .route(device::DEVICE_AUTHORIZATION_PATH, post(device::endpoint).fallback(only_post))
            .route(leaks::LEAKS_PATH, post(leaks::endpoint).fallback(only_post))
            .route("/oauth/introspect", post(introspect::endpoint).fallback(only_post))
            .route("/oauth/jwks", get(jwks::endpoint).fallback(only_get))
            .route("/.well-known/oauth-authorization-server", get(metadata::endpoint).fallback(only_get))
            .with_state(self.clone())
    }

    /// The base URL of an environment: what its tokens carry as `aud`.
    pub fn audience(&self, environment: &EnvironmentName) -> Option<&str> {
        let mut audiences = self.setup.audiences.iter();
        audiences.find(|(name, _)| name == environment).map(|(_, base)| base.as_str())
    }

    pub(crate) fn control(&self) -> &Control {
        &self.setup.control
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.setup.issuer
    }

    pub(crate) fn token_endpoint(&self) -> String {
        format!("{}{}", self.issuer(), token::TOKEN_PATH)
    }
}
