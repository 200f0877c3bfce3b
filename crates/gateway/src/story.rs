//! What happens to one request, from its head to the last byte of its answer?

use std::{net::IpAddr, rc::Rc, sync::Arc};

use arc_swap::ArcSwapOption;
use bytes::Bytes;
use hansom_domain::{Chance, Clock, EnvironmentName, RequestId};
use http::{HeaderMap, HeaderValue, Method, Request, Response, header::LINK};
use hyper::body::Incoming;
use tokio::sync::mpsc;

use crate::{
    Bounds, IdentitySigner,
    answer::{AnswerBody, Content},
    authentication::{self, TokenCache},
    authorization,
    identity::Assertions,
    journal::{Entry, Page},
    limits::{self, Limiter, Standing},
    matching::{self, CompiledTarget, Version},
    metrics::Metrics,
    mock,
    path::CanonicalPath,
    pool::Pool,
    proxy, reception,
    refusal::{REQUEST_ID, Refusal},
    snapshot::Snapshot,
};

/// What all threads of the gateway have in common.
pub(crate) struct Shared {
    pub(crate) snapshot: ArcSwapOption<Snapshot>,
    pub(crate) clock: Clock,
    pub(crate) chance: Chance,
    pub(crate) journal: mpsc::Sender<Entry>,
    pub(crate) metrics: Metrics,
    pub(crate) limiter: Limiter,
    pub(crate) signer: Option<IdentitySigner>,
    pub(crate) bounds: Bounds,
}

/// What one thread of the gateway has for itself.
pub(crate) struct Core {
    pub(crate) shared: Arc<Shared>,
    pub(crate) tokens: TokenCache,
    pub(crate) pool: Rc<Pool>,
    pub(crate) assertions: Assertions,
}

/// A request whose head has exactly one reading. The body travels beside it.
pub(crate) struct Arrival {
    pub(crate) environment: EnvironmentName,
    pub(crate) peer: IpAddr,
    pub(crate) request: RequestId,
    pub(crate) method: Method,
    pub(crate) path: CanonicalPath,
    pub(crate) query: Option<String>,
    pub(crate) headers: HeaderMap,
}

/// What is learnt on the way and told with the answer, whether it is a yes or a no.
pub(crate) struct Notes<'s> {
    pub(crate) page: Page,
    pub(crate) version: Option<&'s Version>,
    pub(crate) standing: Option<Standing>,
}

/// Answers one request. `fault` is what the wire found wrong with its head.
pub(crate) async fn answer(
    core: &Core,
    environment: &EnvironmentName,
    peer: IpAddr,
    fault: Option<Refusal>,
    request: Request<Incoming>,
) -> Response<AnswerBody> {
    let shared = &core.shared;
    let method = if fault.is_some() { "" } else { request.method().as_str() };
    let page = Page::open(Arc::clone(shared), environment.clone(), method);
    let mut notes = Notes { page, version: None, standing: None };
    let snapshot = shared.snapshot.load_full();
    let outcome = match (&snapshot, fault) {
        (_, Some(fault)) => Err(fault),
        (None, None) => Err(Refusal::Starting),
        (Some(snapshot), None) => attempt(core, snapshot, environment, peer, request, &mut notes).await,
    };
    let hub = snapshot.as_ref().map_or("", |snapshot| snapshot.hub());
    finish(outcome, hub, notes)
}

async fn attempt<'s>(
    core: &Core,
    snapshot: &'s Snapshot,
    environment: &EnvironmentName,
    peer: IpAddr,
    request: Request<Incoming>,
    notes: &mut Notes<'s>,
) -> Result<Response<Content>, Refusal> {
    let (arrival, body) = reception::receive(core, environment, peer, request, notes)?;
    let matched = matching::find_operation(snapshot, arrival, notes)?;
    let identified = authentication::authenticate(core, matched, notes)?;
    let permitted = authorization::authorize(core, identified)?;
    let admitted = limits::admit(core, permitted, notes)?;
    match &admitted.matched().version().target {
        CompiledTarget::Mock => mock::answer(&admitted, body).await.map(|answer| answer.map(Content::whole)),
        CompiledTarget::Upstreams(upstreams) => proxy::forward(core, upstreams, &admitted, body).await,
    }
}

fn finish(outcome: Result<Response<Content>, Refusal>, hub: &str, notes: Notes<'_>) -> Response<AnswerBody> {
    let Notes { mut page, version, standing } = notes;
    let request = page.request().clone();
    let mut answer = outcome.unwrap_or_else(|refusal| {
        page.write(|entry| {
            entry.refusal = Some(refusal.code().as_str());
            entry.detail = Some(refusal.detail(hub));
        });
        refusal.answer(hub, &request).map(|body: Bytes| Content::whole(body))
    });
    let status = answer.status().as_u16();
    page.write(|entry| entry.status = status);
    let headers = answer.headers_mut();
    if let Ok(id) = HeaderValue::try_from(request.as_str()) {
        headers.insert(REQUEST_ID, id);
    }
    let lifecycle = || version.iter().flat_map(|version| &version.lifecycle);
    // What the upstream says of its own version and of its end, the gateway knows better.
    for (name, _) in lifecycle().filter(|(name, _)| *name != LINK) {
        headers.remove(name);
    }
    for (name, value) in lifecycle() {
        headers.append(name, value.clone());
    }
    if let Some(standing) = standing {
        standing.put_headers(headers);
    }
    answer.map(|content| AnswerBody::new(content, page))
}
