//! What may pages of other origins do, and what are their browsers told?
//!
//! A version says which origins may call it (Fetch standard, "CORS protocol"). Its preflights are answered here, before anybody
//! asks who calls, since browsers send them without a token; and every answer of the version says whether the page may read
//! it, refusals too, so that a page sees why it was refused. What an upstream says of it is replaced. Where a version says
//! nothing of origins, all of this is left to its contract and its upstreams.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::{HeaderName, Method, Response, StatusCode};

use crate::{
    fields::Kind,
    head::Head,
    matching,
    snapshot::{CrossOriginDocument, Snapshot, Target},
    story::{Arrival, Notes},
};

const REQUEST_METHOD: &str = "access-control-request-method";
/// What every version's requests may have beside what its contract names.
const SENT: [&str; 3] = ["authorization", "content-type", "dpop"];
/// What a contract's mock takes besides.
const SENT_TO_MOCKS: &str = "prefer";
/// What the gateway says with an answer, and what answers have that browsers do not show unasked.
const TOLD: [&str; 19] = [
    "allow",
    "api-version",
    "deprecation",
    "etag",
    "hansom-mock",
    "link",
    "location",
    "preference-applied",
    "ratelimit",
    "ratelimit-policy",
    "request-id",
    "retry-after",
    "sunset",
    "vary",
    "warning",
    "www-authenticate",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
];
/// What browsers show anyway, or never.
const NOT_TOLD: [&str; 9] = [
    "cache-control",
    "content-language",
    "content-length",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
    "set-cookie",
    "set-cookie2",
];

/// A version's word on other origins, ready to be said.
#[derive(Debug)]
pub(crate) struct CrossOrigin {
    /// None where every origin is allowed.
    origins: Option<Box<[Box<str>]>>,
    credentials: bool,
    max_age: Box<str>,
    request_headers: Box<str>,
    exposed: Box<str>,
}

/// What is said of it with one answer.
#[derive(Clone, Debug)]
pub(crate) struct Told<'s> {
    word: &'s CrossOrigin,
    /// The origin that may read the answer.
    origin: Option<&'s str>,
    /// The methods that it may come with, if this answers a preflight.
    methods: Option<String>,
}

/// The answer to a preflight of a version that speaks of origins, for a path that its contract has; `None` for all other
/// requests.
pub(crate) fn preflight<'s>(
    snapshot: &'s Snapshot,
    arrival: &Arrival,
    notes: &mut Notes<'s>,
) -> Option<Response<Bytes>> {
    let head = &arrival.head;
    if head.method != Method::OPTIONS || head.values(REQUEST_METHOD).next().is_none() {
        return None;
    }
    head.of_kind(Kind::Origin).next()?;
    let version = matching::version_of(snapshot, arrival).ok()?;
    let word = version.cross_origin.as_deref()?;
    let methods = version.methods_at(&head.path)?;
    notes.belongs_to(version, head);
    notes.cross_origin = Some(Told { methods: Some(methods.join(", ")), ..word.told_to(head) });
    let mut answer = Response::new(Bytes::new());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    notes.answered(StatusCode::NO_CONTENT.as_u16());
    Some(answer)
}

impl CrossOrigin {
    /// Compiles what a manifest said; fails where the publisher should have refused it.
    pub(crate) fn compile(document: &CrossOriginDocument, target: &Target) -> Result<Self, String> {
        let allowed = &document.allowed;
        let any = allowed.origins.iter().any(|origin| origin == "*");
        if allowed.credentials && allowed.origins.iter().any(|origin| matches!(origin.as_str(), "*" | "null")) {
            return Err("it lets browsers send credentials from pages of any origin".into());
        }
        let of_mocks = (*target == Target::Mock).then_some(SENT_TO_MOCKS);
        let sent = names(&document.request_headers, SENT.into_iter().chain(of_mocks)).join(", ");
        let exposed: Vec<_> = names(&document.answer_headers, TOLD.into_iter());
        let exposed: Vec<_> = exposed.into_iter().filter(|name| !NOT_TOLD.contains(&name.as_str())).collect();
        Ok(Self {
            origins: (!any).then(|| allowed.origins.iter().map(|origin| origin.as_str().into()).collect()),
            credentials: allowed.credentials,
            max_age: allowed.max_age_seconds.to_string().into(),
            request_headers: sent.into(),
            exposed: exposed.join(", ").into(),
        })
    }

    /// What is told to whoever sent a request with that head: two origins are none.
    pub(crate) fn told_to(&self, head: &Head) -> Told<'_> {
        let mut sent = head.of_kind(Kind::Origin);
        let (first, second) = (sent.next(), sent.next());
        let origin = match &self.origins {
            None => Some("*"),
            Some(origins) => first
                .filter(|_| second.is_none())
                .and_then(|sent| origins.iter().map(AsRef::as_ref).find(|origin: &&str| origin.as_bytes() == sent)),
        };
        Told { word: self, origin, methods: None }
    }
}

impl Told<'_> {
    /// Writes its fields, which add to those of the same name.
    pub(crate) fn fields(&self, put: &mut dyn FnMut(&'static str, &[u8])) {
        if self.word.origins.is_some() || self.methods.is_some() {
            put("vary", b"Origin");
        }
        let Some(origin) = self.origin else { return };
        put("access-control-allow-origin", origin.as_bytes());
        if self.word.credentials {
            put("access-control-allow-credentials", b"true");
        }
        let Some(methods) = &self.methods else {
            put("access-control-expose-headers", self.word.exposed.as_bytes());
            return;
        };
        put("access-control-allow-methods", methods.as_bytes());
        put("access-control-allow-headers", self.word.request_headers.as_bytes());
        put("access-control-max-age", self.word.max_age.as_bytes());
    }
}

/// Names of header fields in lower case, each once, in order; what is no name is left out.
fn names<'n>(of_contract: &'n [String], ours: impl Iterator<Item = &'n str>) -> Vec<String> {
    let all = of_contract.iter().map(String::as_str).chain(ours);
    let names: BTreeSet<String> =
        all.filter_map(|name| HeaderName::try_from(name).ok()).map(|name| name.as_str().to_owned()).collect();
    names.into_iter().collect()
}
