//! What does a program's token say, and is it good (RFC 7662)?

use axum::{
    Json,
    extract::{Request, State},
    response::Response,
};
use serde_json::json;

use crate::{Error, OAuth, access_token::Claims, form::Form, refusal::unkept};

/// `POST /oauth/introspect`
pub(crate) async fn endpoint(State(oauth): State<OAuth>, request: Request) -> Response {
    let result = oauth.introspect(request).await;
    oauth.answer(result)
}

impl OAuth {
    async fn introspect(&self, request: Request) -> Result<Response, Error> {
        let form = Form::read(request).await?;
        let client = self.authenticate_client(&form).await?;
        let claims = match self.read_token(form.need("token")?).await {
            Ok(claims) => Some(claims),
            Err(Error::TokenInvalid(_)) => None,
            Err(error) => return Err(error),
        };
        // Tokens of others are not told apart from tokens of nobody.
        let own = claims.filter(|claims| claims.client_id == client.id.as_str());
        let now = self.control().clock().now().seconds();
        let good = match own {
            Some(claims) if claims.exp > now && self.is_unrevoked(&claims).await? => Some(claims),
            Some(_) | None => None,
        };
        let body = good.map_or_else(|| json!({ "active": false }), |claims| told(&claims));
        Ok(unkept(Json(body)))
    }
}

fn told(claims: &Claims) -> serde_json::Value {
    let mut told = json!({
        "active": true,
        "token_type": "Bearer",
        "iss": claims.iss,
        "aud": claims.aud,
        "sub": claims.sub,
        "client_id": claims.client_id,
        "iat": claims.iat,
        "exp": claims.exp,
        "jti": claims.jti,
    });
    if let (Some(scope), Some(members)) = (&claims.scope, told.as_object_mut()) {
        members.insert("scope".to_owned(), json!(scope));
    }
    told
}
