//! What does the upstream see of a request?
//!
//! The upstream is asked for its own base path and what stands below `/{api}/{major}` in the canonical path, byte for byte: with
//! the upstream `http://rents:8080/internal`, `/rents/v1/accounts/7?x=1` becomes `/internal/accounts/7?x=1`. It sees no token, no
//! cookie and no field by which a client could pretend to be somebody; who calls is told by `Hansom-Identity` alone. Cookies
//! travel in neither direction: gateway and hub may share a host name, and cookies know no ports.

use http::{HeaderValue, header};

use crate::{
    fields::Kind,
    head::{Field, Head},
    http1::{Framing, answers::is_named, put_field, put_line, words, writing::put_number},
    http2::exchange::put_into,
    identity,
    limits::Admitted,
    story::Core,
    traces::put_state,
    upstreams::Target,
};

/// How a request goes on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passage {
    /// How its body is framed.
    pub(crate) framing: Framing,
    /// Whether it asks for a WebSocket, and may.
    pub(crate) upgrades: bool,
}

/// Writes the head of the request for the upstream, in HTTP/1.1.
pub(crate) fn put_request(
    out: &mut Vec<u8>,
    core: &Core,
    upstream: &Target,
    admitted: &Admitted<'_>,
    passage: Passage,
) {
    let arrival = admitted.matched().arrival();
    out.extend_from_slice(arrival.head.method.as_str().as_bytes());
    out.push(b' ');
    put_target(out, upstream, &arrival.head);
    out.extend_from_slice(b" HTTP/1.1\r\n");
    put_field(out, b"host", upstream.authority().as_bytes());
    for field in passed_on(&arrival.head) {
        put_line(out, field, &arrival.head.text);
    }
    match passage.framing {
        // A method that means a body says so even where there is none (RFC 9110 §8.6).
        Framing::Length(length) => {
            out.extend_from_slice(b"content-length: ");
            put_number(out, length);
            out.extend_from_slice(b"\r\n");
        }
        Framing::Chunked | Framing::UntilClose => out.extend_from_slice(b"transfer-encoding: chunked\r\n"),
        Framing::None => {}
    }
    if passage.upgrades {
        out.extend_from_slice(b"connection: upgrade\r\nupgrade: websocket\r\n");
    }
    // Ours come last, so that no `Connection` of the client can have them removed.
    own_fields(core, upstream, admitted, &mut |name, value| put_field(out, name.as_bytes(), value));
    out.extend_from_slice(b"\r\n");
}

/// The request for an upstream that speaks HTTP/2. `None`: its address is none, which no snapshot has.
pub(crate) fn request(
    core: &Core,
    upstream: &Target,
    admitted: &Admitted<'_>,
    framing: Framing,
) -> Option<http::Request<()>> {
    let head = &admitted.matched().arrival().head;
    let mut target = vec![];
    put_target(&mut target, upstream, head);
    let scheme = if upstream.origin().starts_with("https:") { "https" } else { "http" };
    let authority = upstream.authority().as_bytes();
    let uri = http::Uri::builder().scheme(scheme).authority(authority).path_and_query(target).build().ok()?;
    let mut request = http::Request::new(());
    *request.method_mut() = head.method.clone();
    *request.uri_mut() = uri;
    *request.version_mut() = http::Version::HTTP_2;
    let fields = request.headers_mut();
    for field in passed_on(head) {
        put_into(fields, field.name(&head.text), field.value(&head.text));
    }
    if let Framing::Length(length) = framing {
        fields.insert(header::CONTENT_LENGTH, length.into());
    }
    let takes_trailers = head.of_kind(Kind::Te).flat_map(words).any(|word| word.eq_ignore_ascii_case(b"trailers"));
    if takes_trailers {
        fields.insert(header::TE, HeaderValue::from_static("trailers"));
    }
    own_fields(core, upstream, admitted, &mut |name, value| put_into(fields, name.as_bytes(), value));
    Some(request)
}

/// Path and query as the upstream is asked for them.
pub(crate) fn put_target(out: &mut Vec<u8>, upstream: &Target, head: &Head) {
    let below = head.path.split().map_or("", |(_, _, below)| below);
    if upstream.base_path().is_empty() && below.is_empty() {
        out.push(b'/');
    }
    out.extend_from_slice(upstream.base_path().as_bytes());
    out.extend_from_slice(below.as_bytes());
    if let Some(query) = head.query() {
        out.push(b'?');
        out.extend_from_slice(query.as_bytes());
    }
}

/// The fields of a request that go on: none of a single connection, none that `Connection` names, none that a client could
/// pretend with.
pub(crate) fn passed_on(head: &Head) -> impl Iterator<Item = &Field> {
    let names_others = head.of_kind(Kind::Connection).any(|value| !is_harmless(value));
    head.fields.iter().filter(move |field| {
        let passes = match field.kind {
            // How a request has come so far is kept (RFC 9110 §7.6.3), or a circle would never show.
            Kind::Plain
            | Kind::Via
            | Kind::Origin
            | Kind::CrossOrigin
            | Kind::Date
            | Kind::Lifecycle
            // A gateway that takes no part in traces leaves them as they are; one that does has marked them otherwise.
            | Kind::TraceParent
            | Kind::TraceState
            | Kind::KeptFromClients => true,
            Kind::Host
            | Kind::ContentLength
            | Kind::TransferEncoding
            | Kind::Connection
            | Kind::Expect
            | Kind::Upgrade
            | Kind::Te
            | Kind::Authorization
            | Kind::Proof
            | Kind::OfOneConnection
            | Kind::KeptFromUpstreams
            | Kind::KeptFromBoth => false,
        };
        passes && !(names_others && is_named(&head.fields, &head.text, field.name(&head.text)))
    })
}

/// Whether a `Connection` names nothing but what is never passed on anyway.
fn is_harmless(value: &[u8]) -> bool {
    value.eq_ignore_ascii_case(b"keep-alive") || value.eq_ignore_ascii_case(b"close")
}

/// What the gateway itself tells the upstream.
pub(crate) fn own_fields(
    core: &Core,
    upstream: &Target,
    admitted: &Admitted<'_>,
    put: &mut dyn FnMut(&'static str, &[u8]),
) {
    let arrival = admitted.matched().arrival();
    put("request-id", arrival.request.as_str().as_bytes());
    put("x-forwarded-for", arrival.peer.plain().as_bytes());
    put("forwarded", arrival.peer.forwarded().as_bytes());
    put("via", core.via.as_bytes());
    if let Some(trace) = &arrival.trace {
        put("traceparent", &trace.parent());
        if trace.is_followed {
            let mut state = vec![];
            put_state(&mut state, arrival.head.values("tracestate"));
            if !state.is_empty() {
                put("tracestate", &state);
            }
        }
    }
    if let Some(assertion) = identity::assertion(core, admitted, upstream.origin()) {
        put("hansom-identity", assertion.as_bytes());
    }
}
