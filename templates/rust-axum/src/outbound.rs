//! How are other APIs called? With a token of our own, the request id, a timeout, and a budget of retries so that trouble is not fed.

use std::{sync::Mutex, time::Duration};

use reqwest::{Method, StatusCode, Url, header};
use serde_json::Value;
use tokio::time::sleep;
use uuid::Uuid;

use crate::tokens::Tokens;

/// Longest pause before a try is repeated.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// As long as an answer's `Retry-After` is heeded.
const LONGEST_WISH: Duration = Duration::from_secs(5);
const LARGEST_ANSWER: usize = 1_048_576;

/// A client of other APIs. Redirects are not followed: they could lead a token to somebody else.
pub struct Outbound {
    client: reqwest::Client,
    tokens: Option<Tokens>,
    patience: Patience,
    /// Retries that are left, over all requests of this client.
    budget: Mutex<f64>,
}

/// How long is waited, and how often tried.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For one answer.
    pub timeout: Duration,
    /// Tries of one request.
    pub most_tries: u32,
    /// Before the second try; twice as long before each further one.
    pub first_pause: Duration,
    /// As many retries each request adds to the budget.
    pub retries_per_request: f64,
    /// As many retries can be saved up.
    pub most_retries: f64,
}

/// A request to another API.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is to be done.
    pub method: Method,
    /// Where.
    pub url: Url,
    /// Of the request that this one is made for.
    pub request_id: Uuid,
    /// By which the other side can tell that a repeated POST is the same.
    pub idempotency_key: Option<Uuid>,
    /// Sent as JSON.
    pub body: Option<Value>,
}

/// What the other side said, whatever it is.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The body.
    pub body: Vec<u8>,
    retry_after: Duration,
}

/// Why there is no reply.
#[derive(Debug, thiserror::Error)]
pub enum NoReply {
    /// The other side cannot be reached, or not in time.
    #[error("no reply")]
    Transport(#[from] reqwest::Error),
    /// The reply has too many bytes.
    #[error("the reply is larger than {0} bytes")]
    TooLarge(usize),
    /// The platform gave no token.
    #[error("no token was given: {0}")]
    NoToken(String),
}

impl Default for Patience {
    fn default() -> Self {
        let (timeout, first_pause) = (Duration::from_secs(3), Duration::from_millis(100));
        Self { timeout, most_tries: 3, first_pause, retries_per_request: 0.2, most_retries: 10.0 }
    }
}

/// What every call of another uses: bounded in time, without redirects.
pub fn client(timeout: Duration) -> Result<reqwest::Client, reqwest::Error> {
    let redirects = reqwest::redirect::Policy::none();
    reqwest::Client::builder().timeout(timeout).connect_timeout(timeout).redirect(redirects).build()
}

impl Outbound {
    /// Without tokens others are called as nobody.
    pub fn new(client: reqwest::Client, tokens: Option<Tokens>, patience: Patience) -> Self {
        Self { client, tokens, patience, budget: Mutex::new(patience.most_retries) }
    }

    /// A reply, whatever its status.
    pub async fn send(&self, request: &Request) -> Result<Reply, NoReply> {
        self.change_budget(self.patience.retries_per_request);
        let mut tries = 1;
        loop {
            let outcome = self.once(request).await;
            let wish = match &outcome {
                Ok(reply) if !is_trouble(reply.status) => return outcome,
                Ok(reply) => reply.retry_after,
                Err(NoReply::Transport(_)) => Duration::ZERO,
                Err(NoReply::TooLarge(_) | NoReply::NoToken(_)) => return outcome,
            };
            let last = tries >= self.patience.most_tries || !request.may_be_repeated();
            if last || !self.change_budget(-1.0) {
                return outcome;
            }
            sleep(pause(tries, self.patience.first_pause).max(wish)).await;
            tries += 1;
        }
    }

    async fn once(&self, request: &Request) -> Result<Reply, NoReply> {
        let mut sent = self.client.request(request.method.clone(), request.url.clone());
        sent = sent.timeout(self.patience.timeout).header(header::ACCEPT, "application/json");
        sent = sent.header("request-id", request.request_id.to_string());
        if let Some(key) = request.idempotency_key {
            sent = sent.header("idempotency-key", key.to_string());
        }
        if let Some(tokens) = &self.tokens {
            sent = sent.bearer_auth(tokens.token().await?);
        }
        if let Some(body) = &request.body {
            sent = sent.json(body);
        }
        let answer = sent.send().await?;
        let wish = answer.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let retry_after = Duration::from_secs(wish.unwrap_or_default()).min(LONGEST_WISH);
        Ok(Reply { status: answer.status(), retry_after, body: answer.bounded(LARGEST_ANSWER).await? })
    }

    /// Whether the budget allows it.
    fn change_budget(&self, by: f64) -> bool {
        let mut budget = self.budget.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let after = (*budget + by).min(self.patience.most_retries);
        if after >= 0.0 {
            *budget = after;
        }
        after >= 0.0
    }
}

impl Request {
    /// A POST is repeated only if the other side can tell that it is the same.
    fn may_be_repeated(&self) -> bool {
        self.method.is_idempotent() || self.idempotency_key.is_some()
    }
}

/// Whether another try may be answered otherwise.
fn is_trouble(status: StatusCode) -> bool {
    [429, 502, 503, 504].contains(&status.as_u16())
}

/// Twice as long after each try, with some chance in it so that not everybody comes back at once.
pub fn pause(tries: u32, first: Duration) -> Duration {
    let most = first.saturating_mul(1 << tries.saturating_sub(1).min(30)).min(LONGEST_PAUSE);
    most.mul_f64(0.5 + fastrand::f64() / 2.0)
}

/// A body up to a size.
pub trait Bounded {
    /// The body, if it is no larger.
    fn bounded(self, largest: usize) -> impl Future<Output = Result<Vec<u8>, NoReply>> + Send;
}

impl Bounded for reqwest::Response {
    async fn bounded(mut self, largest: usize) -> Result<Vec<u8>, NoReply> {
        let mut body = vec![];
        while let Some(chunk) = self.chunk().await? {
            if body.len() + chunk.len() > largest {
                return Err(NoReply::TooLarge(largest));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}
