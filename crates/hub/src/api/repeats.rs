//! How is a call that a client sends twice done once?
//!
//! A POST with the header `Idempotency-Key` is done once in a day for its caller. The same call again gets the answer of
//! the first, with `Idempotency-Replayed`; another call with the same key is refused.

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderName, HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use hansom_control::{Claim, Claimed};
use hansom_domain::ProblemCode;
use serde::{Deserialize, Serialize};

use super::{answer::Failure, authentication::prove, problem::Fault};
use crate::{Hub, MOST_API_BYTES};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
const LONGEST_KEY: usize = 255;

/// An answer as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    status: u16,
    location: Option<String>,
    body: String,
}

/// Does a call with a key once.
pub(crate) async fn once(State(hub): State<Hub>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !request.headers().contains_key(KEY) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    // Strangers change nothing, so that there is nothing to repeat: they are told so where they are asked who they are.
    let Ok(Some(proven)) = prove(&mut parts, &hub).await else {
        return next.run(Request::from_parts(parts, body)).await;
    };
    let asked = async {
        let key = key(&parts)?;
        let body = whole(body).await?;
        let text = format!("{} {}\n{}", parts.method, parts.uri, String::from_utf8_lossy(&body));
        Ok::<_, Failure>((hub.control.claim_call(&proven.actor, &key, &text).await?, body))
    };
    match asked.await {
        Err(failure) => failure.into_response(),
        Ok((Claimed::First(claim), body)) => {
            let response = next.run(Request::from_parts(parts, Body::from(body))).await;
            kept(&hub, claim, response).await
        }
        Ok((Claimed::Done(answer), _)) => replayed(&answer),
        Ok((Claimed::Running, _)) => Failure::new(
            ProblemCode::Conflict,
            "A call with this Idempotency-Key is being done at this moment. Send it again in a few seconds.",
        )
        .into_response(),
        Ok((Claimed::Other, _)) => Failure::new(
            ProblemCode::Unprocessable,
            "This Idempotency-Key was used for another call within a day. Choose a new one for what you want done.",
        )
        .at(Fault::at(String::new(), "it is not what was sent with this Idempotency-Key before"))
        .into_response(),
    }
}

fn key(parts: &Parts) -> Result<String, Failure> {
    let mut values = parts.headers.get_all(KEY).iter();
    let key = match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    };
    let fits = |key: &&str| (1..=LONGEST_KEY).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    key.filter(fits).map(str::to_owned).ok_or_else(|| {
        Failure::malformed(format!(
            "The header Idempotency-Key is no single key of 1 to {LONGEST_KEY} letters, digits and signs; a UUID does well."
        ))
    })
}

async fn whole(body: Body) -> Result<Bytes, Failure> {
    to_bytes(body, MOST_API_BYTES).await.map_err(|_| {
        Failure::new(ProblemCode::BodyTooLarge, format!("The body may have {MOST_API_BYTES} bytes. Send less."))
    })
}

/// Keeps a success; a refusal gives the key back, since nothing was done.
async fn kept(hub: &Hub, claim: Claim, response: Response) -> Response {
    if !response.status().is_success() {
        told(hub.control.give_key_back(claim).await);
        return response;
    }
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, MOST_API_BYTES).await.unwrap_or_default();
    let location = parts.headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let text = String::from_utf8_lossy(&body).into_owned();
    let kept = serde_json::to_vec(&Kept { status: parts.status.as_u16(), location, body: text });
    told(hub.control.keep_answer(claim, &kept.unwrap_or_default()).await);
    Response::from_parts(parts, Body::from(body))
}

/// What was done was done: that its answer could not be kept is for the operators to know.
fn told(result: Result<(), hansom_control::Error>) {
    if let Err(error) = result {
        let cause = error.private().unwrap_or_else(|| error.to_string());
        tracing::error!(cause, "keeping the answer to a repeatable call failed");
    }
}

fn replayed(answer: &[u8]) -> Response {
    let kept: Option<Kept> = serde_json::from_slice(answer).ok();
    let status = kept.as_ref().and_then(|kept| StatusCode::from_u16(kept.status).ok());
    let (Some(kept), Some(status)) = (kept, status) else {
        return Failure::new(ProblemCode::Internal, "The platform failed. Tell its operators the request id.")
            .because(Some("a kept answer does not read".into()))
            .into_response();
    };
    let mut response = (status, [(header::CONTENT_TYPE, "application/json")], kept.body).into_response();
    let headers = response.headers_mut();
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    if let Some(location) = kept.location.and_then(|location| HeaderValue::try_from(location).ok()) {
        headers.insert(header::LOCATION, location);
    }
    response
}
