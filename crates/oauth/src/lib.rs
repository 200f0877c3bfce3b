//! How does a program get, show and lose a token; how does a person sign in?
//!
//! [`OAuth`] is the authorisation server: its endpoints are one router, its tokens are JWTs that the gateway verifies by
//! itself. [`SignIn`] is the other side: Hansom as the client of an OpenID provider that knows the people.

mod access_token;
mod assertion;
mod client;
mod directory;
mod failures;
mod form;
mod introspect;
mod jwks;
mod metadata;
mod outbound;
mod refusal;
mod return_path;
mod revoke;
mod scope;
mod sign_in;
mod token;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};
use hansom_control::Control;
use hansom_domain::EnvironmentName;

pub use access_token::{Bearer, HUB_CLIENT, IssuedToken};
pub use directory::{BoxFuture, ClaimDirectory, Directory, DirectoryError};
pub use refusal::Error;
pub use return_path::safe_return_path;
pub use scope::Scope;
pub use sign_in::{Begun, CALLBACK_PATH, Callback, Finished, Provider, SignIn, SignInError};

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
}

/// The authorisation server.
#[derive(Clone)]
pub struct OAuth {
    setup: Arc<Setup>,
    failures: Arc<failures::Failures>,
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
        Self { setup: Arc::new(setup), failures: Arc::default() }
    }

    /// Every endpoint, at the root of the hub's listener.
    pub fn router(&self) -> Router {
        let only_post = refusal::only_post;
        let only_get = refusal::only_get;
        Router::new()
            .route("/oauth/token", post(token::endpoint).fallback(only_post))
            .route("/oauth/revoke", post(revoke::endpoint).fallback(only_post))
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
        format!("{}/oauth/token", self.issuer())
    }
}
