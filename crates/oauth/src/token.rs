//! How does a program get a token?

use axum::{
    Json,
    extract::{Request, State},
    response::Response,
};
use hansom_control::GrantedFamily;
use hansom_domain::EnvironmentName;
use serde::Serialize;

use crate::{
    Error, OAuth,
    access_token::Wish,
    client::Client,
    dpop, exchange,
    form::{Form, Parameters},
    refusal::unkept,
};

pub(crate) const TOKEN_PATH: &str = "/oauth/token";

/// The grant types that work, as metadata announces them.
pub(crate) const GRANT_TYPES: [&str; 5] = [
    "authorization_code",
    "refresh_token",
    "client_credentials",
    "urn:ietf:params:oauth:grant-type:device_code",
    exchange::GRANT_TYPE,
];

/// What a client gets.
#[derive(Serialize)]
pub(crate) struct Answer {
    pub(crate) access_token: String,
    pub(crate) token_type: &'static str,
    pub(crate) expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refresh_token: Option<String>,
    /// What the token may do at the hub. At the gateways grants decide: where scopes were asked for, the empty answer says
    /// so (RFC 6749 section 5.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) issued_token_type: Option<&'static str>,
}

impl Answer {
    pub(crate) fn into_answer(self) -> Response {
        unkept(Json(self))
    }
}

/// The `token_type` of a token that is bound to a key, or to none.
pub(crate) fn kind(jkt: Option<&str>) -> &'static str {
    if jkt.is_some() { "DPoP" } else { "Bearer" }
}

/// `POST /oauth/token`
pub(crate) async fn endpoint(State(oauth): State<OAuth>, request: Request) -> Response {
    let result = oauth.grant(request).await;
    oauth.answer(result)
}

impl OAuth {
    async fn grant(&self, request: Request) -> Result<Response, Error> {
        let form = Form::read(request).await?;
        let grant_type = form.need("grant_type")?;
        if !GRANT_TYPES.contains(&grant_type) {
            return Err(Error::GrantType);
        }
        // A token to be exchanged may be all that its bearer has to prove itself.
        if grant_type == exchange::GRANT_TYPE {
            return self.exchange_token(&form).await;
        }
        let client = self.authenticate_client(&form).await?;
        let jkt = self.proven_key_of(&form, &client).await?;
        let jkt = jkt.as_deref();
        let answer = match grant_type {
            "authorization_code" => self.exchange_code(&form, &client, jkt).await?,
            "refresh_token" => self.refresh(&form, &client, jkt).await?,
            "client_credentials" => self.exchange_credentials(&form, &client, jkt).await?,
            _ => self.exchange_device_code(&form, &client, jkt).await?,
        };
        self.note_use(&client).await;
        Ok(answer)
    }

    /// The key that a token request proves; one must be there if the application is registered so.
    pub(crate) async fn proven_key_of(&self, form: &Form, client: &Client) -> Result<Option<String>, Error> {
        if client.credential.is_none() && form.headers.contains_key(dpop::FIELD) {
            // Nobody has proven anything: no single network may fill the list of used proofs.
            self.provers.count_call(&form.network(), self.control().clock().now())?;
        }
        let jkt = self.proven_key(&form.headers, TOKEN_PATH).await?;
        if jkt.is_none() && client.client.dpop_required {
            return Err(Error::Proof(
                "this application is registered for tokens that are bound to a key; send a proof",
            ));
        }
        Ok(jkt)
    }

    /// Notes the use of a credential. Only the hub's "last used" is at stake: no reason to refuse a token.
    pub(crate) async fn note_use(&self, client: &Client) {
        let Some(credential) = &client.credential else { return };
        if let Err(error) = self.control().touch_credential(credential).await {
            let cause = error.private().unwrap_or_else(|| error.to_string());
            tracing::warn!(cause, "noting the use of a credential failed");
        }
    }

    /// The answer with which an application acts for a person.
    pub(crate) async fn answer_for_person(
        &self,
        client: &Client,
        granted: GrantedFamily,
        scope: String,
        jkt: Option<&str>,
    ) -> Result<Response, Error> {
        let family = granted.family;
        let person = &family.person_id;
        // A person who may do nothing any more is not acted for.
        self.control().actor_of_person(person).await.map_err(person_is_gone)?;
        let groups = self.control().reads().groups_of(person).await.map_err(hansom_control::Error::from)?;
        let wish = Wish {
            credential: client.credential.as_ref(),
            // For an environment, a token without a scope reaches whatever the person may call.
            scope: Some(scope.clone()).filter(|scope| family.resource == self.issuer() || !scope.is_empty()),
            groups: Some(groups),
            family: Some(&family.id),
            authenticated_at: Some(family.authenticated_at),
            jkt,
            ..Wish::of_person(person, &client.client.id, family.resource.clone(), self.setup.person_seconds)
        };
        let issued = self.issue(wish).await?;
        Ok(Answer {
            access_token: issued.token,
            token_type: kind(jkt),
            expires_in: issued.expires_in,
            refresh_token: Some(granted.refresh_token),
            scope: Some(scope),
            issued_token_type: None,
        }
        .into_answer())
    }

    /// The `aud` that the form asks for (RFC 8707): an environment's base URL or the issuer; production where it names none.
    pub(crate) fn target(&self, form: &Form) -> Result<String, Error> {
        self.place(form.parameters())
    }

    /// The same, where it is told.
    pub(crate) fn resource_if_told(&self, form: &Form) -> Result<Option<String>, Error> {
        let is_told = form.get("resource").or(form.get("audience")).is_some();
        is_told.then(|| self.target(form)).transpose()
    }

    pub(crate) fn place(&self, parameters: &Parameters) -> Result<String, Error> {
        let (resource, audience) = (parameters.get("resource"), parameters.get("audience"));
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

/// That a person is gone is no fault of the application's, and its tokens are worth nothing.
pub(crate) fn person_is_gone(error: hansom_control::Error) -> Error {
    match error {
        hansom_control::Error::NotAllowed(_) | hansom_control::Error::NotFound(_) => Error::Flow {
            error: "invalid_grant",
            why: "the person whose tokens these are may not be acted for any more",
        },
        other => other.into(),
    }
}
