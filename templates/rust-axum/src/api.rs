//! How does a request come to its operation? Identified, let in, held against the contract; nobody else can make a [`Call`].

use std::{collections::BTreeMap, future::Future, sync::Arc, time::Duration};

use axum::{
    Json, Router,
    body::Body,
    extract::{RawPathParams, Request},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{MethodFilter, on},
};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};
use tokio::time::timeout;
use uuid::Uuid;

use crate::{
    access::{self, Rule},
    answers::{Noted, RequestId},
    app::App,
    contract::{ContractFault, Operation},
    identity::Caller,
    problem::{Fault, Problem},
    validation::{Checks, Sent},
};

/// The largest body that is read.
pub const LARGEST_BODY: usize = 65_536;
/// How long a body may take to come.
const BODY_TIME: Duration = Duration::from_secs(10);
/// How long an operation may take. The statements in it are bounded more tightly; this holds if the database does not even answer.
const OPERATION_TIME: Duration = Duration::from_secs(30);

/// A request that may be carried out.
pub struct Call {
    /// Which operation it is of.
    pub operation: String,
    /// Who calls.
    pub caller: Caller,
    /// What it is called in logs, here and at the gateway.
    pub request_id: Uuid,
    /// All headers.
    pub headers: HeaderMap,
    path: Map<String, Value>,
    query: Map<String, Value>,
    body: Option<Value>,
}

/// What is said to a caller.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// Headers besides those of all answers.
    pub headers: Vec<(HeaderName, String)>,
    /// The body; none for 204.
    pub body: Option<Value>,
}

/// The operations of the contract, as they are served.
pub struct Api {
    app: App,
    router: Router,
    served: BTreeMap<String, Arc<Served>>,
    faults: Vec<String>,
}

struct Served {
    operation: Operation,
    rule: Rule,
    checks: Arc<Checks>,
}

impl Api {
    /// Nothing is served yet.
    pub fn new(app: App) -> Self {
        Self { app, router: Router::new(), served: BTreeMap::new(), faults: vec![] }
    }

    /// Serves an operation of the contract.
    pub fn operation<H, F>(&mut self, id: &str, handler: H)
    where
        H: Fn(App, Call) -> F + Clone + Send + Sync + 'static,
        F: Future<Output = Result<Answer, Problem>> + Send + 'static,
    {
        let (Some(operation), Some(checks)) = (self.app.contract.operation(id), self.app.checks.get(id)) else {
            return self.faults.push(format!("the contract has no operation {id}"));
        };
        let Some(rule) = access::rule_for(id) else {
            return self.faults.push(format!("nobody is said to be let in to {id}; add a rule to src/access.rs"));
        };
        let Ok(method) = MethodFilter::try_from(operation.method.clone()) else {
            return self.faults.push(format!("{id} has a method that cannot be routed"));
        };
        let address = format!("{}{}", self.app.contract.base_path, operation.path);
        let served = Arc::new(Served { operation: operation.clone(), rule, checks: checks.clone() });
        self.served.insert(id.to_owned(), served.clone());
        let app = self.app.clone();
        let serve = move |parameters: RawPathParams, request: Request| {
            let (app, served, handler) = (app.clone(), served.clone(), handler.clone());
            async move { served.answer(app, parameters, request, handler).await }
        };
        self.router = std::mem::take(&mut self.router).route(&address, on(method, serve));
    }

    /// What the contract promises is there, or the service does not start.
    pub fn complete(mut self) -> Result<Router, ContractFault> {
        let missing = self.app.contract.operations.iter().filter(|operation| !self.served.contains_key(&operation.id));
        self.faults.extend(missing.map(|operation| format!("{} is promised, but not served", operation.id)));
        if self.faults.is_empty() { Ok(self.router) } else { Err(ContractFault(self.faults.join("; "))) }
    }
}

impl Served {
    async fn answer<H, F>(&self, app: App, parameters: RawPathParams, request: Request, handler: H) -> Response
    where
        H: Fn(App, Call) -> F,
        F: Future<Output = Result<Answer, Problem>>,
    {
        let path: Map<String, Value> = parameters.iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
        let mut noted = Noted::new(&self.operation.id, path.get("id").and_then(Value::as_str));
        let done = async {
            let caller = app.doorkeeper.caller(request.headers()).await?;
            noted.caller = Some(caller.clone());
            let call = self.admit(caller, path, request).await?;
            let worked = timeout(OPERATION_TIME, handler(app, call)).await;
            worked.map_err(|_| Problem::unavailable("the operation took too long"))?
        };
        let mut response = match done.await {
            Ok(answer) => answer.into_response(),
            Err(problem) => problem.into_response(),
        };
        response.extensions_mut().insert(noted);
        response
    }

    /// The only way to a call.
    async fn admit(&self, caller: Caller, path: Map<String, Value>, request: Request) -> Result<Call, Problem> {
        if !self.rule.lets_in(&caller) {
            return Err(Problem::NotAllowed);
        }
        let (parts, body) = request.into_parts();
        accepts_json(&parts.headers)?;
        let body = match &self.operation.body {
            Some((media_type, _)) => Some(read_body(media_type, &parts.headers, body).await?),
            None => None,
        };
        let sent = Sent {
            path,
            query: self.checks.read_query(parts.uri.query().unwrap_or_default()),
            headers: self.checks.read_headers(|name| parts.headers.get(name).map(HeaderValue::as_bytes)),
            body,
        };
        self.checks.request(&sent)?;
        let request_id = parts.extensions.get::<RequestId>().map_or_else(Uuid::new_v4, |RequestId(id)| *id);
        let Sent { path, query, body, .. } = sent;
        Ok(Call { operation: self.operation.id.clone(), caller, request_id, headers: parts.headers, path, query, body })
    }
}

impl Call {
    /// The identifier in the address.
    pub fn id(&self) -> Result<Uuid, Problem> {
        let id = self.path.get("id").and_then(|id| id.as_str()?.parse().ok());
        id.ok_or_else(|| Problem::parameter("id", "Must be a uuid."))
    }

    /// The query, as the contract lets it in.
    pub fn query(&self) -> &Map<String, Value> {
        &self.query
    }

    /// The query as a type of its own.
    pub fn query_as<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        read(Value::Object(self.query.clone())).map_err(|(place, detail)| Problem::parameter(&place, &detail))
    }

    /// The body, as the contract lets it in.
    pub fn body(&self) -> &Value {
        self.body.as_ref().unwrap_or(&Value::Null)
    }

    /// The body as a type of its own.
    pub fn body_as<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        body_as(self.body().clone())
    }
}

/// What fits the contract as a type of its own, which may ask for more.
pub fn body_as<T: DeserializeOwned>(body: Value) -> Result<T, Problem> {
    read(body).map_err(|(place, detail)| {
        let pointer = if place == "." { String::new() } else { format!("/{}", place.replace('.', "/")) };
        Problem::Invalid(vec![Fault::pointer(pointer, detail)])
    })
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, (String, String)> {
    serde_path_to_error::deserialize(value).map_err(|error| (error.path().to_string(), "Does not fit.".to_owned()))
}

impl Answer {
    /// An answer with a body.
    pub fn new(status: StatusCode, body: &impl Serialize) -> Result<Self, Problem> {
        let body = serde_json::to_value(body).map_err(Problem::internal)?;
        Ok(Self { status, headers: vec![], body: Some(body) })
    }

    /// 204.
    pub fn nothing() -> Self {
        Self { status: StatusCode::NO_CONTENT, headers: vec![], body: None }
    }

    /// The answer with a header.
    pub fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let mut response = match self.body {
            Some(body) => (self.status, Json(body)).into_response(),
            None => self.status.into_response(),
        };
        for (name, value) in self.headers {
            match HeaderValue::try_from(value) {
                Ok(value) => response.headers_mut().insert(name, value),
                Err(error) => return Problem::internal(error).into_response(),
            };
        }
        response
    }
}

/// Refuses who wants no JSON.
fn accepts_json(headers: &HeaderMap) -> Result<(), Problem> {
    let Some(accept) = headers.get(header::ACCEPT) else { return Ok(()) };
    let accept = String::from_utf8_lossy(accept.as_bytes()).to_lowercase();
    let fits = accept.split(',').any(|part| {
        let (range, parameters) = part.split_once(';').unwrap_or((part, ""));
        let refused = parameters.split(';').any(|parameter| {
            let quality = parameter.trim().strip_prefix("q=0").map(|rest| rest.trim_start_matches('.'));
            quality.is_some_and(|digits| digits.bytes().all(|digit| digit == b'0'))
        });
        !refused && ["*/*", "application/*", "application/json", ""].contains(&range.trim())
    });
    if fits { Ok(()) } else { Err(Problem::NotAcceptable) }
}

async fn read_body(expected: &str, headers: &HeaderMap, body: Body) -> Result<Value, Problem> {
    let sent = headers.get(header::CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).to_lowercase());
    let media_type = sent.as_deref().and_then(|sent| sent.split(';').next()).map(str::trim);
    if media_type != Some(expected) {
        return Err(Problem::UnsupportedMediaType(expected.to_owned()));
    }
    let bytes =
        timeout(BODY_TIME, axum::body::to_bytes(body, LARGEST_BODY)).await.map_err(|_| Problem::RequestTimeout)?;
    // The only other failure is a caller who hangs up, and hears no answer.
    let bytes = bytes.map_err(|_| Problem::BodyTooLarge)?;
    let unreadable = || Problem::Invalid(vec![Fault::pointer("", "Cannot be read. Send JSON in UTF-8.")]);
    serde_json::from_slice(&bytes).map_err(|_| unreadable())
}
