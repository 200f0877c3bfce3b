//! How does a program lose a token (RFC 7009)?

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};

use crate::{Error, OAuth, form::Form, refusal::unkept};

/// `POST /oauth/revoke`
pub(crate) async fn endpoint(State(oauth): State<OAuth>, request: Request) -> Response {
    let result = oauth.revoke(request).await;
    oauth.answer(result)
}

impl OAuth {
    async fn revoke(&self, request: Request) -> Result<Response, Error> {
        let form = Form::read(request).await?;
        let client = self.authenticate_client(&form).await?;
        let done = Ok(unkept(StatusCode::OK));
        let claims = match self.read_token(form.need("token")?).await {
            Ok(claims) => claims,
            // A token that is none of ours is as good as revoked.
            Err(Error::TokenInvalid(_)) => return done,
            Err(error) => return Err(error),
        };
        if claims.client_id != client.id.as_str() {
            return Err(Error::NotYours);
        }
        if claims.exp <= self.control().clock().now().seconds() {
            return done;
        }
        let actor = self.control().actor_of_application(&client.id).await?;
        self.control().revoke_token(&actor, &claims.jti, claims.expires_at()).await?;
        done
    }
}
