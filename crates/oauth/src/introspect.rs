//! What does a token say, and is it good (RFC 7662)?

use axum::{
    Json,
    extract::{Request, State},
    response::Response,
};
use hansom_control::REFRESH_PREFIX;
use hansom_domain::PersonId;
use hansom_store::TokenFamilyRow;
use serde_json::{Value, json};

use crate::{Error, OAuth, access_token::Claims, client::Client, form::Form, refusal::unkept, token::kind};

/// `POST /oauth/introspect`
pub(crate) async fn endpoint(State(oauth): State<OAuth>, request: Request) -> Response {
    let result = oauth.introspect(request).await;
    oauth.answer(result)
}

impl OAuth {
    async fn introspect(&self, request: Request) -> Result<Response, Error> {
        let form = Form::read(request).await?;
        let client = self.authenticate_client(&form).await?;
        if client.credential.is_none() {
            return Err(Error::Flow {
                error: "unauthorized_client",
                why: "a public application proves nothing, so it is told nothing",
            });
        }
        let token = form.need("token")?;
        let told = match token.starts_with(REFRESH_PREFIX) {
            true => self.told_of_refresh_token(token, &client).await?,
            false => self.told_of_access_token(token, &client).await?,
        };
        // Tokens of others are not told apart from tokens of nobody.
        Ok(unkept(Json(told.unwrap_or_else(|| json!({ "active": false })))))
    }

    async fn told_of_refresh_token(&self, token: &str, client: &Client) -> Result<Option<Value>, Error> {
        let family = self.control().family_of_refresh_token(token).await?;
        match family.filter(|family| family.client_id == client.client.id) {
            Some(family) if self.may_act(family.person_id.as_str()).await? => Ok(Some(self.of_family(&family))),
            _ => Ok(None),
        }
    }

    fn of_family(&self, family: &TokenFamilyRow) -> Value {
        json!({
            "active": true,
            "iss": self.issuer(),
            "aud": family.resource,
            "sub": family.person_id,
            "client_id": family.client_id,
            "scope": family.scope,
            "iat": family.created_at.seconds(),
            "exp": family.expires_at.seconds(),
            "auth_time": family.authenticated_at.seconds(),
        })
    }

    async fn told_of_access_token(&self, token: &str, client: &Client) -> Result<Option<Value>, Error> {
        let claims = match self.read_token(token).await {
            Ok(claims) => claims,
            Err(Error::TokenInvalid(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let now = self.control().clock().now().seconds();
        let is_told = claims.client_id == client.client.id.as_str() || self.serves(client, &claims).await?;
        let is_good = is_told && claims.exp > now && self.is_unrevoked(&claims).await?;
        let is_good = is_good && (claims.sub == claims.client_id || self.may_act(&claims.sub).await?);
        Ok(is_good.then(|| of_claims(&claims)))
    }

    /// Whether a person may still do anything: who was suspended has no token that is good.
    async fn may_act(&self, person: &str) -> Result<bool, Error> {
        let Ok(person) = person.parse::<PersonId>() else {
            return Ok(false);
        };
        match self.control().actor_of_person(&person).await {
            Ok(_) => Ok(true),
            Err(hansom_control::Error::NotAllowed(_) | hansom_control::Error::NotFound(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether the group that owns the application has an API where the token is good: it may ask about its callers.
    async fn serves(&self, client: &Client, claims: &Claims) -> Result<bool, Error> {
        let (Some(owner), Some(environment)) = (&client.client.owner, self.environment_of(&claims.aud)) else {
            return Ok(false);
        };
        Ok(self.control().serves_in(owner, environment).await?)
    }
}

fn of_claims(claims: &Claims) -> Value {
    let jkt = claims.cnf.as_ref().map(|cnf| cnf.jkt.as_str());
    let mut told = json!({
        "active": true,
        "token_type": kind(jkt),
        "iss": claims.iss,
        "aud": claims.aud,
        "sub": claims.sub,
        "client_id": claims.client_id,
        "iat": claims.iat,
        "exp": claims.exp,
        "jti": claims.jti,
    });
    let Some(members) = told.as_object_mut() else { return told };
    let more = [
        ("scope", claims.scope.as_ref().map(|scope| json!(scope))),
        ("auth_time", claims.auth_time.map(|at| json!(at))),
        ("cnf", claims.cnf.as_ref().map(|cnf| json!(cnf))),
    ];
    for (name, value) in more {
        members.extend(value.map(|value| (name.to_owned(), value)));
    }
    told
}
