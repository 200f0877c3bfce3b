//! How does a program get a token?

use axum::{
    Json,
    extract::{Request, State},
    response::Response,
};
use hansom_domain::EnvironmentName;
use serde::Serialize;

use crate::{Error, OAuth, form::Form, refusal::unkept, scope};

/// The grant types that work, as metadata announces them.
pub(crate) const GRANT_TYPES: [&str; 1] = ["client_credentials"];

#[derive(Serialize)]
struct Answer {
    access_token: String,
    token_type: &'static str,
    expires_in: i64,
    /// What the token may do at the hub. At the gateways grants decide: where scopes were asked for, the empty answer says
    /// so (RFC 6749 section 5.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
}

/// `POST /oauth/token`
pub(crate) async fn endpoint(State(oauth): State<OAuth>, request: Request) -> Response {
    let result = oauth.grant(request).await;
    oauth.answer(result)
}

impl OAuth {
    async fn grant(&self, request: Request) -> Result<Response, Error> {
        let form = Form::read(request).await?;
        if !GRANT_TYPES.contains(&form.need("grant_type")?) {
            return Err(Error::GrantType);
        }
        let client = self.authenticate_client(&form).await?;
        let audience = self.target(&form)?;
        let scope = match audience == self.issuer() {
            true => {
                let actor = self.control().actor_of_application(&client.id).await?;
                Some(scope::granted(&actor, form.get("scope")))
            }
            false => None,
        };
        let issued = self.issue_to_client(&client.id, &client.credential, audience, scope.clone()).await?;
        // Only the hub's "last used" is at stake: no reason to refuse a token.
        if let Err(error) = self.control().touch_credential(&client.credential).await {
            let cause = error.private().unwrap_or_else(|| error.to_string());
            tracing::warn!(cause, "noting the use of a credential failed");
        }
        Ok(unkept(Json(Answer {
            access_token: issued.token,
            token_type: "Bearer",
            expires_in: issued.expires_in,
            scope: scope.or_else(|| form.get("scope").map(|_| String::new())),
        })))
    }

    /// The `aud` that the form asks for (RFC 8707): an environment's base URL or the issuer; production where it names none.
    fn target(&self, form: &Form) -> Result<String, Error> {
        let (resource, audience) = (form.get("resource"), form.get("audience"));
        if let (Some(resource), Some(audience)) = (resource, audience)
            && resource != audience
        {
            return Err(Error::Target("resource and audience name two places; send one of them".into()));
        }
        let Some(wanted) = resource.or(audience) else {
            let production = self.audience(&EnvironmentName::production());
            return production.map(str::to_owned).ok_or_else(|| {
                Error::Target("there is no production environment here; name another by resource".into())
            });
        };
        let bare = wanted.strip_suffix('/').unwrap_or(wanted);
        let bases = self.setup.audiences.iter().map(|(_, base)| base.as_str());
        let known: Vec<&str> = bases.chain([self.issuer()]).collect();
        if known.contains(&bare) {
            return Ok(bare.to_owned());
        }
        Err(Error::Target(format!("resource must be one of: {}", known.join(", "))))
    }
}
