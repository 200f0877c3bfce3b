//! What does an API answer that is not there yet?
//!
//! One of its contract's examples. The request is checked against the contract first, so that what works with the mock works
//! with the API. `Prefer: code=404, example=unknown` (RFC 7240) chooses an answer by status and by the name of an example.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderName as Name},
};
use serde_json::Value;

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

/// So many mocks are kept ready to answer; the others stay as text, a hundredth of the size, until they are asked.
const MOST_READY: usize = 2000;

/// An operation that the gateway answers by itself.
#[derive(Debug)]
pub(crate) struct MockOperation {
    /// The contract's part as JSON.
    contract: Box<[u8]>,
    template: Box<str>,
    takes_body: bool,
    ready: ArcSwapOption<Ready>,
    mocks: Arc<Mocks>,
}

/// A mock with its schemas compiled.
#[derive(Debug)]
pub(crate) struct Ready {
    request: RequestContract,
    answers: Vec<AnswerContract>,
}

/// The mocks that are ready, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct Mocks(Mutex<VecDeque<Weak<MockOperation>>>);

/// Whether a contract was compiled before, so that its schemas are known to be good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// It comes from a snapshot that this gateway has kept.
    Kept,
    /// It is new, and a schema that cannot be compiled must show itself now.
    Wanted,
}

impl MockOperation {
    pub(crate) fn compile(
        contract: &OperationContract,
        template: &str,
        proof: Proof,
        mocks: &Arc<Mocks>,
    ) -> Result<Arc<Self>, String> {
        if proof == Proof::Wanted {
            RequestContract::compile(contract, template)?;
        }
        let text = serde_json::to_vec(contract).map_err(|error| error.to_string())?;
        let takes_body = contract.body.is_some();
        let (contract, template, mocks) = (text.into(), template.into(), Arc::clone(mocks));
        Ok(Arc::new(Self { contract, template, takes_body, ready: ArcSwapOption::empty(), mocks }))
    }

    fn ready(self: &Arc<Self>) -> Result<Arc<Ready>, Refusal> {
        if let Some(ready) = self.ready.load_full() {
            return Ok(ready);
        }
        let contract: OperationContract = serde_json::from_slice(&self.contract).map_err(|_| Refusal::Internal)?;
        let request = RequestContract::compile(&contract, &self.template).map_err(|why| {
            tracing::error!(why, "a mock that was kept cannot be made ready");
            Refusal::Internal
        })?;
        let ready = Arc::new(Ready { request, answers: contract.answers });
        self.ready.store(Some(Arc::clone(&ready)));
        self.mocks.note(self);
        Ok(ready)
    }
}

impl Mocks {
    /// Notes one more that is ready, and lets the oldest go when there are too many.
    fn note(&self, mock: &Arc<MockOperation>) {
        let mut ready = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ready.push_back(Arc::downgrade(mock));
        while ready.len() > MOST_READY {
            if let Some(oldest) = ready.pop_front().and_then(|oldest| oldest.upgrade()) {
                oldest.ready.store(None);
            }
        }
    }
}

/// Checks the request and answers it.
pub(crate) fn answer(admitted: &Admitted<'_>, body: &[u8]) -> Result<Response<Bytes>, Refusal> {
    let matched = admitted.matched();
    let arrival = matched.arrival();
    let operation = matched.operation().mock.as_ref().ok_or(Refusal::Internal)?.ready()?;
    operation.request.check(arrival, body)?;
    let wish = Wish::read(&arrival.head);
    let chosen = choice::choose(&operation.answers, &wish)?;
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = chosen.status;
    put_headers(answer.headers_mut(), chosen.answer);
    answer.headers_mut().insert(HANSOM_MOCK, HeaderValue::from_static("true"));
    if let Some(applied) = wish.applied() {
        answer.headers_mut().insert(PREFERENCE_APPLIED, applied);
    }
    if let Some((media, example)) = chosen.body {
        put_body(&mut answer, media, example, &arrival.head.method);
    }
    Ok(answer)
}

/// How many bytes of a body are read; none where the contract has no body.
pub(crate) fn largest_body(admitted: &Admitted<'_>) -> usize {
    let operation = admitted.matched().operation().mock.as_ref();
    let of_version = admitted.matched().version().largest_body.and_then(|own| usize::try_from(own).ok());
    let largest = of_version.map_or(LARGEST_BODY, |own| own.min(LARGEST_BODY));
    if operation.is_some_and(|operation| operation.takes_body) { largest } else { 0 }
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
