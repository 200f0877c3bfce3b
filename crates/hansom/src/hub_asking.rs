//! How does a command ask a hub, and what may the hub answer?

use std::time::Duration;

use serde_json::Value;

use crate::{
    config::PublicUrl,
    failure::{Doing, Failure},
};

/// No answer that a command reads is larger.
const MOST_BYTES: usize = 4 * 1024 * 1024;
const PATIENCE: Duration = Duration::from_secs(60);

/// A hub that is asked.
pub(crate) struct HubAsking {
    client: reqwest::Client,
    hub: String,
}

/// What a hub answered.
pub(crate) struct HubAnswer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl HubAsking {
    /// A hub by its address: HTTPS, or this machine.
    pub(crate) fn new(hub: &str) -> Result<Self, Failure> {
        let url = hub.parse::<PublicUrl>().map_err(|why| Failure::wrong_use(format!("--hub {hub}: {why}")))?;
        let client = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none());
        Ok(Self { client: client.build().doing("no HTTP client could be made")?, hub: url.as_str().to_owned() })
    }

    /// Its address without a slash at its end.
    pub(crate) fn address(&self) -> &str {
        &self.hub
    }

    /// Asks for what is at a path, as whoever the token speaks for, or as anybody.
    pub(crate) async fn get(&self, path: &str, token: Option<&str>) -> Result<HubAnswer, Failure> {
        let request = self.client.get(format!("{}{path}", self.hub));
        self.send(match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
        .await
    }

    pub(crate) async fn post_form(&self, path: &str, form: &[(&str, &str)]) -> Result<HubAnswer, Failure> {
        self.send(self.client.post(format!("{}{path}", self.hub)).form(form)).await
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<HubAnswer, Failure> {
        let unreachable = format!("{} could not be reached", self.hub);
        let mut answer = request.send().await.doing(unreachable.as_str())?;
        let mut bytes = vec![];
        while let Some(piece) = answer.chunk().await.doing(unreachable.as_str())? {
            bytes.extend_from_slice(&piece);
            if bytes.len() > MOST_BYTES {
                return Err(Failure::broke(format!("{} answers with more than 4 MiB", self.hub)));
            }
        }
        let status = answer.status().as_u16();
        // A revocation is answered without a body.
        let body = if bytes.is_empty() { Ok(Value::Null) } else { serde_json::from_slice(&bytes) };
        Ok(HubAnswer { status, body: body.doing(format!("{} did not answer in JSON", self.hub))? })
    }
}

impl HubAnswer {
    pub(crate) fn text(&self, name: &str) -> &str {
        self.body.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn number(&self, name: &str) -> Option<u64> {
        self.body.get(name).and_then(Value::as_u64)
    }

    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// That it did not do what it was asked to, by its own words.
    pub(crate) fn failure(&self, what: &str) -> Failure {
        let words = [self.text("detail"), self.text("error_description"), self.text("error")];
        let why = words.into_iter().find(|word| !word.is_empty()).unwrap_or("no reason given");
        let text = format!("{what}: {why}");
        if self.status >= 500 { Failure::broke(text) } else { Failure::refused(text) }
    }
}
