//! Who found a secret of this platform in the open?
//!
//! Scanners of public code send what looks like one, in the manner of GitHub's secret scanning partners: a list of tokens, each
//! with the place where it was found. Anybody may: whoever holds a secret has found it, and all that comes of a report is its end.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    Json,
    body::to_bytes,
    extract::{Request, State},
    http::{HeaderMap, header},
    response::Response,
};
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};

use crate::{Error, OAuth, form::network_of, refusal::unkept};

pub(crate) const LEAKS_PATH: &str = "/oauth/leaks";

const MOST_BYTES: usize = 256 * 1024;
const MOST_REPORTED: usize = 100;
const PATIENCE: Duration = Duration::from_secs(10);

/// What was found. What else a scanner says of it is not read.
#[derive(Deserialize)]
struct Found {
    token: String,
    #[serde(default, rename = "type")]
    kind: String,
    #[serde(default)]
    url: Option<String>,
}

/// What it was. The token itself is not sent back.
#[derive(Serialize)]
struct Judged {
    /// The SHA-256 of the token, in base64.
    token_hash: String,
    token_type: String,
    label: &'static str,
}

/// `POST /oauth/leaks`
pub(crate) async fn endpoint(State(oauth): State<OAuth>, request: Request) -> Response {
    let result = oauth.report_leaks(request).await;
    oauth.answer(result)
}

impl OAuth {
    async fn report_leaks(&self, request: Request) -> Result<Response, Error> {
        let (parts, body) = request.into_parts();
        self.reporters.count_call(&network_of(&parts.extensions), self.control().clock().now())?;
        if !is_json(&parts.headers) {
            return Err(Error::NoJson);
        }
        let body = tokio::time::timeout(PATIENCE, to_bytes(body, MOST_BYTES)).await;
        let body = body.map_err(|_| Error::Malformed("the report did not arrive within 10 seconds".into()))?;
        let body = body.map_err(|_| Error::TooLarge)?;
        let found: Vec<Found> = serde_json::from_slice(&body).map_err(|_| {
            Error::Malformed("send a list of objects in JSON, each with token, and maybe type and url".into())
        })?;
        if found.is_empty() || found.len() > MOST_REPORTED {
            return Err(Error::Malformed(format!("report 1 to {MOST_REPORTED} tokens at once")));
        }
        let mut judged = Vec::with_capacity(found.len());
        for one in found {
            let place = one.url.as_deref().unwrap_or("a place that was not told");
            let is_ours = self.control().report_leak(&one.token, place).await?;
            judged.push(Judged {
                token_hash: STANDARD.encode(digest(&SHA256, one.token.as_bytes())),
                token_type: one.kind.chars().take(100).collect(),
                label: if is_ours { "true_positive" } else { "false_positive" },
            });
        }
        Ok(unkept(Json(judged)))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.and_then(|kind| kind.split(';').next())
        .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}
