//! How does a program without a browser get a person's tokens (RFC 8628)?

use axum::{
    Json,
    extract::{Request, State},
    response::Response,
};
use hansom_control::{AskedDevice, Client as Registered, DEVICE_PAUSE_SECONDS, DEVICE_SECONDS, Polled, Session};
use hansom_domain::{EnvironmentName, Timestamp};
use serde_json::json;

use crate::{Consent, Error, OAuth, client::Client, extent::Extent, form::Form, refusal::unkept};

pub(crate) const DEVICE_AUTHORIZATION_PATH: &str = "/oauth/device_authorization";
/// The path of the page on which a person types the code.
pub const DEVICE_PATH: &str = "/device";

/// What a person is asked about a device.
#[derive(Clone, Debug)]
pub struct DeviceQuestion {
    /// Who asks.
    pub client: Registered,
    /// From which address; empty where it is not known.
    pub address: String,
    /// When.
    pub asked_at: Timestamp,
    /// The environment in which it would act; none for the hub.
    pub environment: Option<EnvironmentName>,
    /// What it asks for, word by word: scopes at the hub, versions of APIs at an environment. None there is everything.
    pub asked: Vec<String>,
    /// For how many seconds it could act without being used.
    pub idle_seconds: i64,
    /// For how many seconds it could act at most.
    pub absolute_seconds: i64,
}

/// `POST /oauth/device_authorization`
pub(crate) async fn endpoint(State(oauth): State<OAuth>, request: Request) -> Response {
    let result = oauth.ask_for_device(request).await;
    oauth.answer(result)
}

impl OAuth {
    async fn ask_for_device(&self, request: Request) -> Result<Response, Error> {
        let form = Form::read(request).await?;
        let client = self.authenticate_client(&form).await?;
        // The list of waiting devices is everybody's: no single address may fill it.
        self.refuse_if_asked_too_often(&form)?;
        let jkt = self.proven_key(&form.headers, DEVICE_AUTHORIZATION_PATH).await?;
        let resource = self.target(&form)?;
        let scope = Extent::wished(resource == self.issuer(), form.get("scope")).scope();
        let asked = AskedDevice {
            client: &client.client.id,
            resource: &resource,
            scope: &scope,
            jkt: jkt.as_deref(),
            address: &form.address,
        };
        let codes = self.control().ask_for_device(asked).await?;
        let page = format!("{}{DEVICE_PATH}", self.issuer());
        Ok(unkept(Json(json!({
            "device_code": codes.device,
            "user_code": codes.user,
            "verification_uri": page,
            "verification_uri_complete": format!("{page}?user_code={}", codes.user),
            "expires_in": DEVICE_SECONDS,
            "interval": DEVICE_PAUSE_SECONDS,
        }))))
    }

    /// Counts what one address leaves here unproven.
    pub(crate) fn refuse_if_asked_too_often(&self, form: &Form) -> Result<(), Error> {
        self.askers.count_call(&form.network(), self.control().clock().now())
    }

    pub(crate) async fn exchange_device_code(
        &self,
        form: &Form,
        client: &Client,
        jkt: Option<&str>,
    ) -> Result<Response, Error> {
        let (code, id) = (form.need("device_code")?, &client.client.id);
        let told = |error, why| Err(Error::Flow { error, why });
        let polled =
            self.control().poll_device(code, id, (jkt, client.client.public), self.setup.rules.refresh).await?;
        match polled {
            Polled::Family(granted) => {
                let scope = granted.family.scope.clone();
                self.answer_for_person(client, granted, scope, jkt).await
            }
            Polled::Waiting => {
                told("authorization_pending", "the person has not decided yet; ask again after the interval")
            }
            Polled::TooSoon => told("slow_down", "ask five seconds less often from now on"),
            Polled::Refused => told("access_denied", "the person said no"),
            Polled::Over => told("expired_token", "the person took too long; begin again"),
            Polled::Unknown => {
                told("invalid_grant", "the device_code is unknown, used, another client's, or not proven by its key")
            }
        }
    }

    /// The device that waits with a code that a person typed. Wrong codes are counted, so that nobody finds others' devices
    /// by trying.
    pub async fn waiting_device(&self, session: &Session, user_code: &str) -> Result<Option<DeviceQuestion>, Error> {
        let (now, person) = (self.control().clock().now(), session.person.id.as_str());
        self.guesses.refuse_if_too_many(person, now)?;
        let found = self.control().waiting_device(user_code).await?;
        let client = match &found {
            Some(request) => self.control().client(&request.client_id).await?,
            None => None,
        };
        let (Some(request), Some(client)) = (found, client) else {
            self.guesses.count(person, now);
            return Ok(None);
        };
        Ok(Some(DeviceQuestion {
            client,
            address: request.address,
            asked_at: request.created_at,
            environment: self.environment_of(&request.resource).cloned(),
            asked: request.scope.split_ascii_whitespace().map(str::to_owned).collect(),
            idle_seconds: self.setup.rules.refresh.idle_seconds,
            absolute_seconds: self.setup.rules.refresh.absolute_seconds,
        }))
    }

    /// What a person says about a device; `false` if it does not wait any more.
    pub async fn decide_device(&self, session: &Session, user_code: &str, answer: &Consent) -> Result<bool, Error> {
        let Some(question) = self.waiting_device(session, user_code).await? else { return Ok(false) };
        let wished = Extent::of_scope(question.environment.is_none(), &question.asked.join(" "));
        let allowed = wished.answered(answer)?.map(|allowed| allowed.scope());
        Ok(self.control().decide_device(session, user_code, allowed.as_deref()).await?)
    }
}
