//! With which public keys are access tokens verified?

use axum::{
    Json,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};

use crate::{Error, OAuth, cors};

/// The public members of a key; whatever else a key may hold stays here.
const PUBLIC: [&str; 6] = ["kty", "crv", "x", "y", "n", "e"];

/// `GET /oauth/jwks`
pub(crate) async fn endpoint(State(oauth): State<OAuth>) -> Response {
    let result = oauth.key_set().await;
    oauth.answer(result)
}

impl OAuth {
    async fn key_set(&self) -> Result<Response, Error> {
        let keys = self.control().verification_keys().await?;
        let keys: Vec<Value> = keys
            .into_iter()
            .map(|key| {
                let mut shown = Map::new();
                for name in PUBLIC {
                    if let Some(part) = key.jwk.get(name) {
                        shown.insert(name.into(), part.clone());
                    }
                }
                shown.insert("kid".into(), key.kid.into());
                shown.insert("alg".into(), key.algorithm.into());
                shown.insert("use".into(), "sig".into());
                Value::Object(shown)
            })
            .collect();
        let kept_shortly = [(header::CACHE_CONTROL, "public, max-age=300"), cors::ANYBODY];
        Ok((kept_shortly, Json(json!({ "keys": keys }))).into_response())
    }
}
