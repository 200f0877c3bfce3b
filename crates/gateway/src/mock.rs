//! What does an API answer that is not there yet?
//!
//! One of its contract's examples. The request is checked against the contract first, so that what works with the mock works
//! with the API. `Prefer: code=404, example=unknown` (RFC 7240) chooses an answer by status and by the name of an example.

use std::time::Duration;

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName as Name},
};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Incoming;
use serde_json::Value;
use tokio::time::timeout;

use crate::{
    limits::Admitted,
    refusal::Refusal,
    snapshot::{AnswerContract, MediaAnswer, OperationContract},
};

mod choice;
mod request;

use choice::Wish;
use request::RequestContract;

const HANSOM_MOCK: HeaderName = HeaderName::from_static("hansom-mock");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");
const LARGEST_BODY: usize = 1024 * 1024;
const WHOLE_BODY: Duration = Duration::from_secs(30);

/// An operation that the gateway answers by itself.
#[derive(Debug)]
pub(crate) struct MockOperation {
    request: RequestContract,
    answers: Vec<AnswerContract>,
}

impl MockOperation {
    pub(crate) fn compile(contract: &OperationContract, template: &str) -> Result<Self, String> {
        Ok(Self { request: RequestContract::compile(contract, template)?, answers: contract.answers.clone() })
    }
}

/// Checks the request and answers it.
pub(crate) async fn answer(admitted: &Admitted<'_>, body: Incoming) -> Result<Response<Bytes>, Refusal> {
    let matched = admitted.matched();
    let arrival = matched.arrival();
    let operation = matched.operation().mock.as_ref().ok_or(Refusal::Internal)?;
    let body = if operation.request.takes_body() { read(body).await? } else { Bytes::new() };
    operation.request.check(arrival, &body)?;
    let wish = Wish::read(&arrival.headers);
    let chosen = choice::choose(&operation.answers, &wish)?;
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = chosen.status;
    put_headers(answer.headers_mut(), chosen.answer);
    answer.headers_mut().insert(HANSOM_MOCK, HeaderValue::from_static("true"));
    if let Some(applied) = wish.applied() {
        answer.headers_mut().insert(PREFERENCE_APPLIED, applied);
    }
    if let Some((media, example)) = chosen.body {
        put_body(&mut answer, media, example, &arrival.method);
    }
    Ok(answer)
}

async fn read(body: Incoming) -> Result<Bytes, Refusal> {
    match timeout(WHOLE_BODY, Limited::new(body, LARGEST_BODY).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Refusal::BodyTooLarge { limit: LARGEST_BODY as u64 }),
        _ => Err(Refusal::Malformed("The body broke off or is malformed.".into())),
    }
}

/// The header fields of the contract that have an example, but for those that say how the message itself is made.
fn put_headers(headers: &mut HeaderMap, answer: &AnswerContract) {
    for (name, example) in &answer.headers {
        let text = match example {
            None => continue,
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        };
        let (Ok(name), Ok(value)) = (Name::try_from(name.as_str()), HeaderValue::try_from(text)) else {
            continue;
        };
        let is_of_message = [
            "connection",
            "content-length",
            "content-type",
            "transfer-encoding",
            "upgrade",
            "set-cookie",
            "request-id",
        ]
        .contains(&name.as_str());
        if !is_of_message {
            headers.append(name, value);
        }
    }
}

fn put_body(answer: &mut Response<Bytes>, media: &MediaAnswer, example: &Value, method: &Method) {
    if matches!(answer.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED)
        || answer.status().is_informational()
    {
        return;
    }
    let body = match example {
        Value::String(text) if !choice::is_json(&media.media_type) => Bytes::from(text.clone()),
        other => Bytes::from(other.to_string()),
    };
    let headers = answer.headers_mut();
    if let Ok(media_type) = HeaderValue::try_from(media.media_type.as_str()) {
        headers.insert(CONTENT_TYPE, media_type);
    }
    if method == Method::HEAD {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
        return;
    }
    *answer.body_mut() = body;
}
