//! What does the upstream see of a request, and the client of its answer?
//!
//! The upstream is asked for its own base path and what stands below `/{api}/{major}` in the canonical path, byte for byte: with
//! the upstream `http://rents:8080/internal`, `/rents/v1/accounts/7?x=1` becomes `/internal/accounts/7?x=1`. It sees no token, no
//! cookie and no field by which a client could pretend to be somebody; who calls is told by `Hansom-Identity` alone. Cookies
//! travel in neither direction: gateway and hub may share a host name, and cookies know no ports.

use std::{
    net::IpAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, Version,
    header::{self, CONNECTION, FORWARDED, HOST},
    uri::Scheme,
};
use hyper::body::{Body, Incoming};
use tokio::time::timeout;

use crate::{
    answer::Content,
    identity::HANSOM_IDENTITY,
    limits::Admitted,
    pool::{Lease, Upload},
    refusal::{REQUEST_ID, Refusal},
    story::{Arrival, Core},
};

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const LONGEST_WAIT_MS: u64 = 300_000;
const MOST_UPSTREAMS: usize = 64;

/// The servers of an API.
#[derive(Debug)]
pub(crate) struct Upstreams {
    list: Vec<Upstream>,
    wait: Duration,
    next: AtomicUsize,
}

#[derive(Debug)]
struct Upstream {
    /// Host and port to connect to.
    address: Arc<str>,
    /// `http://host:port`, the audience of assertions.
    origin: String,
    host: HeaderValue,
    base_path: String,
}

impl Upstreams {
    pub(crate) fn compile(urls: &[String], timeout_ms: u64) -> Result<Self, String> {
        if urls.len() > MOST_UPSTREAMS {
            return Err(format!("it has more than {MOST_UPSTREAMS} upstreams"));
        }
        let list = urls.iter().map(|url| Upstream::compile(url)).collect::<Result<_, _>>()?;
        let wait = Duration::from_millis(timeout_ms.clamp(1, LONGEST_WAIT_MS));
        Ok(Self { list, wait, next: AtomicUsize::new(0) })
    }

    /// One after the other.
    fn next(&self) -> Option<&Upstream> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        self.list.get(turn.checked_rem(self.list.len())?)
    }
}

impl Upstream {
    fn compile(url: &str) -> Result<Self, String> {
        let fault = |why: &str| format!("the upstream {url} {why}");
        let uri: Uri = url.parse().map_err(|_| fault("is no address; write it like http://127.0.0.1:9101"))?;
        if uri.scheme() != Some(&Scheme::HTTP) {
            return Err(fault("is not http://; other schemes are not supported"));
        }
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'));
        let authority = authority.ok_or_else(|| fault("has no host, or a user name in it"))?;
        if uri.query().is_some() {
            return Err(fault("has a query"));
        }
        let host = HeaderValue::try_from(authority.as_str()).map_err(|_| fault("has no proper host"))?;
        let port = authority.port_u16().unwrap_or(80);
        Ok(Self {
            address: format!("{}:{port}", authority.host()).into(),
            origin: format!("http://{authority}"),
            host,
            base_path: uri.path().trim_end_matches('/').to_owned(),
        })
    }
}

/// Sends the request on and gives the answer back, both as they come.
pub(crate) async fn forward(
    core: &Core,
    upstreams: &Upstreams,
    admitted: &Admitted<'_>,
    body: Incoming,
) -> Result<Response<Content>, Refusal> {
    let upstream = upstreams.next().ok_or(Refusal::UpstreamMissing)?;
    let call = Call::new(core, upstream, admitted)?;
    let body = (!body.is_end_stream()).then_some(body);
    let may_repeat = body.is_none()
        && matches!(call.method, Method::GET | Method::HEAD | Method::OPTIONS | Method::PUT | Method::DELETE);
    let first = lease(core, upstream, false).await?;
    let was_used = first.is_used;
    match exchange(core, &call, first, body, upstreams.wait).await {
        // A server may close a kept connection just as the next request is on its way: nothing was done, ask once more.
        Err(Refusal::UpstreamBroken) if was_used && may_repeat => {
            let fresh = lease(core, upstream, true).await?;
            exchange(core, &call, fresh, None, upstreams.wait).await
        }
        outcome => outcome,
    }
}

async fn lease(core: &Core, upstream: &Upstream, fresh: bool) -> Result<Lease, Refusal> {
    core.pool.lease(&upstream.address, fresh).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::TimedOut => Refusal::UpstreamSilent { millis: 2000 },
        _ => Refusal::UpstreamUnreachable,
    })
}

/// The head that goes to the upstream.
struct Call {
    method: Method,
    target: Uri,
    headers: HeaderMap,
}

impl Call {
    fn new(core: &Core, upstream: &Upstream, admitted: &Admitted<'_>) -> Result<Self, Refusal> {
        let arrival = admitted.matched().arrival();
        let target = target(upstream, arrival).ok_or(Refusal::Internal)?;
        let mut headers = passed_on(&arrival.headers, is_kept_from_upstreams);
        // Ours come last, so that no `Connection` of the client can have them removed.
        headers.insert(HOST, upstream.host.clone());
        if let Ok(id) = HeaderValue::try_from(arrival.request.as_str()) {
            headers.insert(REQUEST_ID, id);
        }
        let (plain, forwarded) = match arrival.peer.to_canonical() {
            IpAddr::V4(address) => (address.to_string(), format!("for={address}")),
            IpAddr::V6(address) => (address.to_string(), format!("for=\"[{address}]\"")),
        };
        for (name, text) in [(X_FORWARDED_FOR, plain), (FORWARDED, forwarded)] {
            if let Ok(value) = HeaderValue::try_from(text) {
                headers.insert(name, value);
            }
        }
        if let Some(assertion) = core.assertions.assertion(core, admitted, &upstream.origin) {
            headers.insert(HANSOM_IDENTITY, assertion);
        }
        Ok(Self { method: arrival.method.clone(), target, headers })
    }

    fn request(&self, upload: Upload) -> Request<Upload> {
        let mut request = Request::new(upload);
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.target.clone();
        *request.version_mut() = Version::HTTP_11;
        *request.headers_mut() = self.headers.clone();
        request
    }
}

fn target(upstream: &Upstream, arrival: &Arrival) -> Option<Uri> {
    let (_, _, below) = arrival.path.split()?;
    let mut target = format!("{}{below}", upstream.base_path);
    if target.is_empty() {
        target.push('/');
    }
    if let Some(query) = &arrival.query {
        target.push('?');
        target.push_str(query);
    }
    Uri::try_from(target).ok()
}

async fn exchange(
    core: &Core,
    call: &Call,
    mut lease: Lease,
    body: Option<Incoming>,
    wait: Duration,
) -> Result<Response<Content>, Refusal> {
    let limit = core.shared.bounds.largest_body;
    let upload = Upload::new(body, limit, std::rc::Rc::clone(&lease.upload));
    let mut sending = pin!(lease.sender.send_request(call.request(upload)));
    let outcome = loop {
        match timeout(wait, &mut sending).await {
            Ok(outcome) => break outcome,
            // The time for the first byte begins when the upstream has the whole request.
            Err(_) if !lease.upload.is_finished() => {}
            Err(_) => {
                return Err(Refusal::UpstreamSilent { millis: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX) });
            }
        }
    };
    let answer = match outcome {
        Ok(answer) => answer,
        Err(_) if lease.upload.is_too_large() => return Err(Refusal::BodyTooLarge { limit }),
        Err(_) if lease.upload.is_broken() => {
            return Err(Refusal::Malformed("The body broke off or is malformed.".into()));
        }
        Err(_) => return Err(Refusal::UpstreamBroken),
    };
    if answer.status() == StatusCode::SWITCHING_PROTOCOLS {
        return Err(Refusal::UpstreamBroken);
    }
    let (head, body) = answer.into_parts();
    let mut answer = Response::new(Content::streamed(body, lease));
    *answer.status_mut() = head.status;
    *answer.headers_mut() = passed_on(&head.headers, is_kept_from_clients);
    Ok(answer)
}

/// The fields that go on: none of a single connection, none that `Connection` names, none that `is_kept`.
fn passed_on(headers: &HeaderMap, is_kept: fn(&HeaderName) -> bool) -> HeaderMap {
    let named: Vec<String> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(',').map(|name| name.trim().to_ascii_lowercase()))
        .collect();
    let mut passed = HeaderMap::with_capacity(headers.len() + 5);
    for (name, value) in headers {
        if !is_of_one_connection(name) && !is_kept(name) && !named.iter().any(|n| n == name.as_str()) {
            passed.append(name.clone(), value.clone());
        }
    }
    passed
}

fn is_of_one_connection(name: &HeaderName) -> bool {
    matches!(
        *name,
        header::CONNECTION
            | header::PROXY_AUTHENTICATE
            | header::PROXY_AUTHORIZATION
            | header::TE
            | header::TRAILER
            | header::TRANSFER_ENCODING
            | header::UPGRADE
    ) || matches!(name.as_str(), "keep-alive" | "proxy-connection" | "http2-settings")
}

/// What a client could pretend with, or what is between it and the gateway alone.
fn is_kept_from_upstreams(name: &HeaderName) -> bool {
    const NAMES: &[&str] = &[
        "authorization",
        "content-length",
        "cookie",
        "expect",
        "forwarded",
        "host",
        "max-forwards",
        "method-override",
        "remote-user",
        "request-id",
        "x-client-cert",
        "x-client-ip",
        "x-original-url",
        "x-real-ip",
        "x-request-id",
        "x-rewrite-url",
    ];
    const BEGINNINGS: &[&str] = &[
        "hansom-",
        "ssl-client",
        "x-auth",
        "x-consumer",
        "x-credential",
        "x-forwarded",
        "x-group",
        "x-hansom",
        "x-http-method",
        "x-identity",
        "x-method",
        "x-remote",
        "x-role",
        "x-user",
    ];
    let name = name.as_str();
    // Many servers read `X_User` as `X-User`.
    name.contains('_') || NAMES.contains(&name) || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}

fn is_kept_from_clients(name: &HeaderName) -> bool {
    let name = name.as_str();
    matches!(name, "request-id" | "set-cookie" | "alt-svc" | "ratelimit" | "ratelimit-policy")
        || name.starts_with("hansom-")
}
