//! How does a program lose a token (RFC 7009)?

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use hansom_control::REFRESH_PREFIX;
use hansom_domain::Actor;

use crate::{Error, OAuth, client::Client, form::Form, refusal::unkept};

pub(crate) const REVOKE_PATH: &str = "/oauth/revoke";

/// `POST /oauth/revoke`
pub(crate) async fn endpoint(State(oauth): State<OAuth>, request: Request) -> Response {
    let result = oauth.revoke(request).await;
    oauth.answer(result)
}

impl OAuth {
    async fn revoke(&self, request: Request) -> Result<Response, Error> {
        let form = Form::read(request).await?;
        let client = self.authenticate_client(&form).await?;
        let token = form.need("token")?;
        match token.starts_with(REFRESH_PREFIX) {
            // With a refresh token goes all that came of it (RFC 7009 section 2.1).
            true => match self.control().give_back_refresh_token(&client.client.id, token).await {
                Err(hansom_control::Error::NotAllowed(_)) => return Err(Error::NotYours),
                result => result?,
            },
            false => self.revoke_access_token(token, &client).await?,
        }
        Ok(unkept(StatusCode::OK))
    }

    async fn revoke_access_token(&self, token: &str, client: &Client) -> Result<(), Error> {
        let claims = match self.read_token(token).await {
            Ok(claims) => claims,
            // A token that is none of ours is as good as revoked.
            Err(Error::TokenInvalid(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        if claims.client_id != client.client.id.as_str() {
            return Err(Error::NotYours);
        }
        if claims.exp <= self.control().clock().now().seconds() {
            return Ok(());
        }
        // What comes with the platform is no application of anybody's.
        let actor = match &client.client.owner {
            Some(_) => self.control().actor_of_application(&client.client.id).await?,
            None => Actor::Platform,
        };
        Ok(self.control().revoke_token(&actor, &claims.jti, claims.expires_at()).await?)
    }
}
