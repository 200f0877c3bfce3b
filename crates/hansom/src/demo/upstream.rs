//! Who answers behind the gateway, when the demo's production has no council systems to call?
//!
//! One HTTP server for each council API. It serves the records of `examples/council/<api>/data.json` from memory and behaves
//! as the contract says: pages, ids, entity tags, states. What is written is forgotten when the demo ends.

mod page;
mod problem;
mod records;
mod shape;
mod table;

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use aws_lc_rs::digest;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State, rejection::BytesRejection},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hansom_domain::{Chance, Clock};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use serde_json::{Value, json};

use page::Page;
use problem::No;
use records::{Record, Records, Repeatable, check_state, holds, merge};
use shape::Members;
use table::{Create, Does, List, Operation, Patch};

/// The largest body that is read.
const MOST_BYTES: usize = 64 * 1024;
const JSON: &str = "application/json";
const MERGE_PATCH: &str = "application/merge-patch+json";
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

struct Upstream {
    api: &'static str,
    operations: Vec<Operation>,
    records: Mutex<Records>,
    clock: Clock,
    chance: Chance,
}

/// A request whose operation is found.
struct Call<'a> {
    operation: &'a Operation,
    parameters: BTreeMap<&'a str, &'a str>,
    uri: &'a Uri,
    headers: &'a HeaderMap,
    body: &'a Bytes,
}

/// Serves one council API until the listener fails. Paths are those of the contract, without `/{api}/v1`.
pub async fn serve(
    listener: tokio::net::TcpListener,
    api: &'static str,
    clock: Clock,
    chance: Chance,
) -> io::Result<()> {
    axum::serve(listener, router(api, clock, chance)?).await
}

/// The same without a listener.
pub fn router(api: &'static str, clock: Clock, chance: Chance) -> io::Result<Router> {
    let (operations, data) = sources(api)
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("the demo has no service for {api}")))?;
    let upstream = Upstream {
        api,
        operations: serde_json::from_str(operations)?,
        records: Mutex::new(Records::read(data)?),
        clock,
        chance,
    };
    Ok(Router::new().fallback(answer).layer(DefaultBodyLimit::max(MOST_BYTES)).with_state(Arc::new(upstream)))
}

fn sources(api: &str) -> Option<(&'static str, &'static str)> {
    macro_rules! of {
        ($api:literal) => {
            Some((
                include_str!(concat!("upstream/", $api, ".json")),
                include_str!(concat!("../../../../examples/council/", $api, "/data.json")),
            ))
        };
    }
    match api {
        "repairs" => of!("repairs"),
        "rents" => of!("rents"),
        "council-tax" => of!("council-tax"),
        "bulky-waste" => of!("bulky-waste"),
        _ => None,
    }
}

async fn answer(
    State(upstream): State<Arc<Upstream>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Response {
    let answered = body.map_err(|_| No::too_large()).and_then(|body| upstream.attempt(&method, &uri, &headers, &body));
    answered.unwrap_or_else(|no| no.answer(&upstream.instance(&headers)))
}

impl Upstream {
    fn records(&self) -> MutexGuard<'_, Records> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn attempt(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Result<Response, No> {
        let (operation, parameters) = self.find(method, uri.path())?;
        tracing::debug!(api = self.api, operation = operation.operation, "called");
        let call = Call { operation, parameters, uri, headers, body };
        match &operation.does {
            Does::List(list) => self.list(&call, list),
            Does::Get => self.get(&call),
            Does::Create(create) => self.create(&call, create),
            Does::Patch(patch) => self.patch(&call, patch),
            Does::Document => self.document(&call),
        }
    }

    fn find<'a>(&'a self, method: &Method, path: &'a str) -> Result<(&'a Operation, BTreeMap<&'a str, &'a str>), No> {
        // A HEAD is a GET whose body the server leaves out.
        let method = if method == Method::HEAD { "GET" } else { method.as_str() };
        let here: Vec<_> =
            self.operations.iter().filter_map(|operation| Some((operation, operation.parameters(path)?))).collect();
        let allowed: Vec<_> = here.iter().map(|(operation, _)| operation.method.as_str()).collect();
        if allowed.is_empty() {
            return Err(No::not_found());
        }
        let no = No::method(&allowed);
        here.into_iter().find(|(operation, _)| operation.method == method).ok_or(no)
    }

    fn list(&self, call: &Call<'_>, list: &List) -> Result<Response, No> {
        let asked = Page::read(call.uri.query().unwrap_or_default(), list)?;
        let records = self.records();
        let parent = call.parent(&records)?;
        let (all, id) = (records.all(&call.operation.collection), &call.operation.id);
        let start = match &asked.after {
            None => 0,
            Some(after) => all
                .iter()
                .position(|record| holds(record, id, after))
                .map(|last| last + 1)
                .ok_or_else(|| No::parameter("cursor", "Must be the nextCursor of the page before."))?,
        };
        let mut fitting = all.iter().skip(start).filter(|record| {
            let of_parent = call.operation.parent.as_ref().zip(parent);
            of_parent.is_none_or(|(of, parent)| holds(record, &of.id, parent))
                && asked.filters.iter().all(|(_, field, value)| holds(record, field, value))
        });
        let page: Vec<&Record> = fitting.by_ref().take(asked.limit).collect();
        let last = page.last().and_then(|record| record.get(id)?.as_str());
        let next = last.filter(|_| fitting.next().is_some()).map(|last| URL_SAFE_NO_PAD.encode(last));
        let address = |cursor: Option<&str>| asked.address(self.api, call.uri.path(), cursor);
        let here = asked.after.as_ref().map(|id| URL_SAFE_NO_PAD.encode(id));
        let mut links = json!({"self": address(here.as_deref())});
        let mut body = json!({list.items.as_str(): page});
        if let (Some(next), Some(links), Some(body)) = (next, links.as_object_mut(), body.as_object_mut()) {
            links.insert("next".into(), address(Some(&next)).into());
            body.insert("nextCursor".into(), next.into());
        }
        if let Some(body) = body.as_object_mut() {
            body.insert("links".into(), links);
        }
        Ok(call.kept(Json(body).into_response()))
    }

    fn get(&self, call: &Call<'_>) -> Result<Response, No> {
        let records = self.records();
        let record = call.record(&records)?;
        Ok(call.kept(shown(record, call.operation.etag.then(|| etag(record)))))
    }

    fn document(&self, call: &Call<'_>) -> Result<Response, No> {
        let records = self.records();
        let document = records.document(&call.operation.collection).ok_or_else(No::not_found)?;
        Ok(call.kept(Json(document).into_response()))
    }

    fn create(&self, call: &Call<'_>, create: &Create) -> Result<Response, No> {
        let mut records = self.records();
        let parent = call.parent(&records)?.map(str::to_owned);
        let sent = call.sent(JSON, &create.body)?;
        let key = call.idempotency_key()?;
        if let Some(before) = key.as_deref().and_then(|key| records.repeated(key)) {
            if before.body != *call.body {
                return Err(No::conflict("The Idempotency-Key was used with another body. Choose a new one."));
            }
            return Ok(self.created(call, &before.record, before.etag.clone()));
        }
        if let (Some(of), Some(id)) = (&call.operation.parent, &parent) {
            let parent = records.find(&of.collection, &of.id, id);
            check_state(parent.ok_or_else(No::not_found)?, &create.conflict)?;
        }
        records.check_references(&create.refers, &sent)?;
        let record = records.create(call.operation, create, parent.as_deref(), sent, &self.now())?;
        let etag = call.operation.etag.then(|| etag(&record));
        let response = self.created(call, &record, etag.clone());
        if let Some(key) = key {
            records.keep(Repeatable { key, body: call.body.clone(), record, etag });
        }
        Ok(response)
    }

    fn created(&self, call: &Call<'_>, record: &Record, etag: Option<HeaderValue>) -> Response {
        let id = record.get(&call.operation.id).and_then(Value::as_str).unwrap_or_default();
        let location = format!("/{}/v1{}/{id}", self.api, call.uri.path());
        let mut response = shown(record, etag);
        *response.status_mut() = StatusCode::CREATED;
        if let Ok(location) = HeaderValue::try_from(location) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        response
    }

    fn patch(&self, call: &Call<'_>, patch: &Patch) -> Result<Response, No> {
        let mut records = self.records();
        let before = call.record(&records)?;
        let sent = call.sent(MERGE_PATCH, &patch.body)?;
        if sent.is_empty() {
            return Err(No::invalid("The body changes nothing.", vec![]));
        }
        call.check_match(&etag(before))?;
        check_state(before, &patch.conflict)?;
        records.check_references(&patch.refers, &sent)?;
        let mut changed = before.clone();
        merge(&mut changed, sent);
        let (collection, id) = (&call.operation.collection, &call.operation.id);
        let named = call.parameters.get(id.as_str()).copied();
        records.replace(collection, id, named.unwrap_or_default(), changed.clone());
        Ok(shown(&changed, Some(etag(&changed))))
    }

    fn now(&self) -> String {
        chrono::DateTime::from_timestamp(self.clock.now().seconds(), 0)
            .map(|now| now.format("%Y-%m-%dT%H:%M:%SZ").to_string())
            .unwrap_or_default()
    }

    /// The gateway's id of the request, or one of our own where nobody gave any.
    fn instance(&self, headers: &HeaderMap) -> String {
        let given = headers.get("request-id").and_then(|id| id.to_str().ok());
        let fits =
            |id: &&str| (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        given.filter(fits).map_or_else(
            || uuid::Builder::from_random_bytes(self.chance.bytes()).into_uuid().urn().to_string(),
            str::to_owned,
        )
    }
}

impl Call<'_> {
    /// The id of the parent in the path, where there is one and it exists.
    fn parent(&self, records: &Records) -> Result<Option<&str>, No> {
        let Some(of) = &self.operation.parent else {
            return Ok(None);
        };
        let id = self.parameters.get(of.id.as_str()).copied();
        let id = id.filter(|id| records.find(&of.collection, &of.id, id).is_some());
        id.map(Some).ok_or_else(No::not_found)
    }

    fn record<'r>(&self, records: &'r Records) -> Result<&'r Record, No> {
        let (collection, field) = (&self.operation.collection, &self.operation.id);
        let parent = self.parent(records)?;
        self.parameters
            .get(field.as_str())
            .and_then(|id| records.find(collection, field, id))
            .filter(|record| match (&self.operation.parent, parent) {
                (Some(of), Some(parent)) => holds(record, &of.id, parent),
                _ => true,
            })
            .ok_or_else(No::not_found)
    }

    /// The body, of the right media type and shape.
    fn sent(&self, media_type: &str, members: &Members) -> Result<Record, No> {
        let given = self.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        let essence = given.and_then(|kind| kind.split(';').next());
        if !essence.is_some_and(|kind| kind.trim().eq_ignore_ascii_case(media_type)) {
            return Err(No::media_type(media_type));
        }
        let record: Record = serde_json::from_slice(self.body).map_err(|_| {
            let fault = json!({"pointer": "", "detail": "Must be a JSON object."});
            No::invalid("The body cannot be read.", vec![fault])
        })?;
        let faults = members.faults(&record);
        if !faults.is_empty() {
            let detail = "The body has faults. Correct each of them and send the request again.";
            return Err(No::invalid(detail, faults));
        }
        Ok(record)
    }

    fn idempotency_key(&self) -> Result<Option<String>, No> {
        let Some(given) = self.headers.get(IDEMPOTENCY_KEY) else {
            return Ok(None);
        };
        let key = given.to_str().ok().filter(|key| key.len() == 36);
        let key = key.and_then(|key| uuid::Uuid::try_parse(key).ok());
        let key = key.ok_or_else(|| No::parameter("Idempotency-Key", "Must be a UUID."))?;
        Ok(Some(format!("{} {key}", self.uri.path())))
    }

    fn check_match(&self, present: &HeaderValue) -> Result<(), No> {
        let given = self
            .headers
            .get(header::IF_MATCH)
            .ok_or_else(|| No::parameter("If-Match", "Send the ETag that you last read."))?;
        let matches = given.to_str().is_ok_and(|tags| {
            tags.split(',').map(str::trim).any(|tag| tag == "*" || tag.as_bytes() == present.as_bytes())
        });
        if matches { Ok(()) } else { Err(No::precondition()) }
    }

    fn kept(&self, mut response: Response) -> Response {
        let cache = self.operation.cache.as_deref().unwrap_or("no-store");
        if let Ok(cache) = HeaderValue::try_from(cache) {
            response.headers_mut().insert(header::CACHE_CONTROL, cache);
        }
        response
    }
}

fn shown(record: &Record, etag: Option<HeaderValue>) -> Response {
    let mut response = Json(record).into_response();
    if let Some(etag) = etag {
        response.headers_mut().insert(header::ETAG, etag);
    }
    response
}

/// A strong validator: half of the SHA-256 of the record as it is shown.
fn etag(record: &Record) -> HeaderValue {
    let text = Value::Object(record.clone()).to_string();
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    let hex: String = hash.as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::try_from(format!("\"{hex}\"")).unwrap_or(HeaderValue::from_static("\"\""))
}

#[cfg(test)]
mod tests;
