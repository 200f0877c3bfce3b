//! What can the authorisation server do (RFC 8414)? It announces what works and nothing else.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{
    OAuth, Scope,
    assertion::ALGORITHMS,
    client::{METHODS, METHODS_OF_ALL},
    cors, device, dpop, par,
    token::GRANT_TYPES,
};

/// `GET /.well-known/oauth-authorization-server`
pub(crate) async fn endpoint(State(oauth): State<OAuth>) -> Response {
    let issuer = oauth.issuer();
    let environments = oauth.setup.audiences.iter().map(|(name, base)| (name.as_str(), base.as_str()));
    let environments: BTreeMap<&str, &str> = environments.collect();
    let document = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}{}", crate::AUTHORIZE_PATH),
        "pushed_authorization_request_endpoint": format!("{issuer}{}", par::PAR_PATH),
        "require_pushed_authorization_requests": false,
        "device_authorization_endpoint": format!("{issuer}{}", device::DEVICE_AUTHORIZATION_PATH),
        "token_endpoint": oauth.token_endpoint(),
        "token_endpoint_auth_methods_supported": METHODS_OF_ALL,
        "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "revocation_endpoint": format!("{issuer}/oauth/revoke"),
        "revocation_endpoint_auth_methods_supported": METHODS_OF_ALL,
        "revocation_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "introspection_endpoint": format!("{issuer}/oauth/introspect"),
        "introspection_endpoint_auth_methods_supported": METHODS,
        "introspection_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "jwks_uri": format!("{issuer}/oauth/jwks"),
        "scopes_supported": Scope::ALL.map(Scope::as_str),
        "grant_types_supported": GRANT_TYPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "prompt_values_supported": ["none", "login", "consent"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "dpop_signing_alg_values_supported": dpop::ALGORITHMS,
        "protected_resources": oauth.setup.audiences.iter().map(|(_, base)| base.as_str()).chain([issuer]).collect::<Vec<_>>(),
        // By their names, for whoever asks for a token by name; RFC 9728 has the addresses alone.
        "hansom_environments": environments,
        "service_documentation": format!("{issuer}/about"),
        "ui_locales_supported": ["en-GB"],
    });
    let kept_shortly = [(header::CACHE_CONTROL, "public, max-age=300"), cors::ANYBODY];
    (kept_shortly, Json(document)).into_response()
}
