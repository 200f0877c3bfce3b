//! How is Google asked, without trusting it to be quick, brief or patient?

use std::time::Duration;

use hansom_domain::{Clock, Timestamp};
use http::{StatusCode, header};
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;
use url::Url;

use super::{DirectoryError, GoogleSetup, ServiceAccount};
use crate::{Error, outbound::Outbound};

/// A question is asked so often.
const MOST_TRIES: u32 = 4;
/// No pause is longer, whatever `Retry-After` says.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// A token is renewed so many seconds before its end.
const RENEWED_SECONDS: i64 = 60;

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failed {
    /// What was asked for is not there.
    NotFound,
    /// Anything else.
    Silent(String),
}

impl From<Failed> for DirectoryError {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::NotFound => DirectoryError::Silent("404: what was asked for is not there".into()),
            Failed::Silent(why) => DirectoryError::Silent(why),
        }
    }
}

/// Asks with an access token.
pub(super) struct Asking {
    outbound: Outbound,
    account: ServiceAccount,
    administrator: Option<String>,
    scopes: &'static str,
    clock: Clock,
    pause: Duration,
    token: Mutex<Option<Token>>,
}

#[derive(Clone)]
struct Token {
    value: String,
    ends_at: Timestamp,
}

#[derive(Deserialize)]
struct TokenAnswer {
    access_token: String,
    expires_in: i64,
}

/// What became of one try.
enum Try {
    Answer(Value),
    /// Worth another try, after at least so long.
    Again(String, Duration),
    Unauthorized(String),
    Failed(Failed),
}

impl Asking {
    pub(super) fn new(setup: &GoogleSetup, scopes: &'static str, clock: Clock) -> Result<Self, Error> {
        Ok(Self {
            outbound: Outbound::new()?,
            account: setup.account.clone(),
            administrator: setup.administrator.clone(),
            scopes,
            clock,
            pause: setup.pause,
            token: Mutex::default(),
        })
    }

    /// The answer to a question. What may pass is asked again; a token that does not hold any more is renewed once.
    pub(super) async fn json(&self, address: Url) -> Result<Value, Failed> {
        let (mut why, mut renewed) = (String::new(), false);
        for tries in 0..MOST_TRIES {
            let token = self.token().await?;
            let request = http::Request::get(address.as_str())
                .header(header::AUTHORIZATION, format!("Bearer {token}"))
                .header(header::ACCEPT, "application/json");
            match self.attempt(request.body(vec![])).await {
                Try::Answer(answer) => return Ok(answer),
                Try::Failed(failed) => return Err(failed),
                Try::Unauthorized(again) if !renewed => {
                    renewed = true;
                    why = again;
                    *self.token.lock().await = None;
                }
                Try::Unauthorized(again) => return Err(Failed::Silent(again)),
                Try::Again(again, at_least) => {
                    why = again;
                    self.wait(tries, at_least).await;
                }
            }
        }
        Err(Failed::Silent(why))
    }

    async fn wait(&self, tries: u32, at_least: Duration) {
        let pause = self.pause.saturating_mul(1 << tries.min(8)).max(at_least);
        tokio::time::sleep(pause.min(LONGEST_PAUSE)).await;
    }

    async fn attempt(&self, request: http::Result<http::Request<Vec<u8>>>) -> Try {
        let request = match request {
            Ok(request) => request,
            Err(error) => return Try::Failed(Failed::Silent(error.to_string())),
        };
        let response = match self.outbound.fetch(request).await {
            Ok(response) => response,
            Err(error) => return Try::Again(error.to_string(), Duration::ZERO),
        };
        let status = response.status();
        if status == StatusCode::OK {
            return match serde_json::from_slice(response.body()) {
                Ok(answer) => Try::Answer(answer),
                // Broken off in the middle, perhaps.
                Err(error) => Try::Again(format!("the answer is no JSON: {error}"), Duration::ZERO),
            };
        }
        let (reason, message) = told(response.body());
        let why = format!("{status}: {message}");
        let is_pressed = status == StatusCode::FORBIDDEN
            && matches!(reason.as_str(), "rateLimitExceeded" | "userRateLimitExceeded" | "quotaExceeded");
        match status {
            StatusCode::NOT_FOUND => Try::Failed(Failed::NotFound),
            StatusCode::UNAUTHORIZED => Try::Unauthorized(why),
            _ if is_pressed || status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() => {
                let after = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
                let seconds = after.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
                Try::Again(why, Duration::from_secs(seconds))
            }
            _ => Try::Failed(Failed::Silent(why)),
        }
    }

    /// An access token that holds for a while. Whoever comes while it is fetched waits for it.
    async fn token(&self) -> Result<String, Failed> {
        let mut held = self.token.lock().await;
        let now = self.clock.now();
        if let Some(token) = held.as_ref().filter(|token| now.plus_seconds(RENEWED_SECONDS) < token.ends_at) {
            return Ok(token.value.clone());
        }
        let mut why = String::new();
        for tries in 0..MOST_TRIES {
            let now = self.clock.now();
            match self.attempt(self.token_request(now)?).await {
                Try::Answer(answer) => {
                    let answer: TokenAnswer = serde_json::from_value(answer).map_err(|error| {
                        Failed::Silent(format!("the token endpoint's answer cannot be used: {error}"))
                    })?;
                    let ends_at = now.plus_seconds(answer.expires_in.clamp(0, 3600));
                    let token = Token { value: answer.access_token, ends_at };
                    *held = Some(token.clone());
                    return Ok(token.value);
                }
                Try::Again(again, at_least) => {
                    why = again;
                    self.wait(tries, at_least).await;
                }
                Try::Unauthorized(why) => return Err(refused(&why)),
                Try::Failed(Failed::NotFound) => return Err(refused("404")),
                Try::Failed(Failed::Silent(why)) => return Err(refused(&why)),
            }
        }
        Err(Failed::Silent(why))
    }

    fn token_request(&self, now: Timestamp) -> Result<http::Result<http::Request<Vec<u8>>>, Failed> {
        let assertion = self.account.assertion(self.scopes, self.administrator.as_deref(), now);
        let assertion = assertion.ok_or_else(|| Failed::Silent("the service account's key does not sign".into()))?;
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer")
            .append_pair("assertion", &assertion)
            .finish();
        let request = http::Request::post(self.account.token_uri.as_str())
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ACCEPT, "application/json");
        Ok(request.body(form.into_bytes()))
    }
}

fn refused(why: &str) -> Failed {
    Failed::Silent(format!(
        "the service account got no access token ({why}); check its key, the delegation to its scopes and the administrator"
    ))
}

/// Reason and message of an error, as the token endpoint and the APIs write them.
fn told(body: &[u8]) -> (String, String) {
    let told: Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |value: Option<&Value>| {
        let text = value.and_then(Value::as_str).unwrap_or_default();
        text.chars().filter(|c| !c.is_control()).take(200).collect::<String>()
    };
    let error = told.get("error");
    let of_api = error.filter(|error| error.is_object());
    let reason = of_api.and_then(|error| error.pointer("/errors/0/reason"));
    let message = of_api.and_then(|error| error.get("message"));
    match of_api {
        Some(_) => (text(reason), text(message)),
        None => (text(error), format!("{} {}", text(error), text(told.get("error_description")))),
    }
}
