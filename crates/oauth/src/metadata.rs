//! What can the authorisation server do (RFC 8414)? It announces what works and nothing else.

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{OAuth, Scope, assertion::ALGORITHMS, client::METHODS, token::GRANT_TYPES};

/// `GET /.well-known/oauth-authorization-server`
pub(crate) async fn endpoint(State(oauth): State<OAuth>) -> Response {
    let issuer = oauth.issuer();
    let document = json!({
        "issuer": issuer,
        "token_endpoint": oauth.token_endpoint(),
        "token_endpoint_auth_methods_supported": METHODS,
        "token_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "revocation_endpoint": format!("{issuer}/oauth/revoke"),
        "revocation_endpoint_auth_methods_supported": METHODS,
        "revocation_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "introspection_endpoint": format!("{issuer}/oauth/introspect"),
        "introspection_endpoint_auth_methods_supported": METHODS,
        "introspection_endpoint_auth_signing_alg_values_supported": ALGORITHMS,
        "jwks_uri": format!("{issuer}/oauth/jwks"),
        "scopes_supported": Scope::ALL.map(Scope::as_str),
        "grant_types_supported": GRANT_TYPES,
        "response_types_supported": [],
    });
    let kept_shortly = [(header::CACHE_CONTROL, "public, max-age=300")];
    (kept_shortly, Json(document)).into_response()
}
