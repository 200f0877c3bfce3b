//! May another gateway let a request pass that it describes?
//!
//! `/authz` takes the request from the fields that nginx (`X-Original-Method`, `X-Original-URI`) or Traefik (`X-Forwarded-Method`,
//! `X-Forwarded-Uri`) write; `/authz/rents/v1/…` takes it from the question's own method and what follows, as Envoy asks. The
//! same story then decides that decides on calls, and counts them alike, but nothing is forwarded. Whoever asks states what the
//! request is, so only peers that the configuration names may; to all others there is nothing at these addresses. A "no" always
//! has a status that means no: 200 is for the request that may pass and for nothing else.

use std::ops::Range;

use bytes::Bytes;
use http::{
    HeaderValue, Method, Response,
    header::{CACHE_CONTROL, HeaderName},
};

use crate::{
    head::{Field, Unread},
    identity,
    limits::Admitted,
    matching::CompiledTarget,
    refusal::Refusal,
    story::{Core, Notes, Visit},
};

/// Where questions are asked. It is no name of an API.
const PATH: &[u8] = b"/authz";

/// In which fields a request is described: its method, its path and query, and whom it was for.
struct Dialect {
    method: &'static str,
    target: &'static str,
}

const DIALECTS: [Dialect; 2] = [
    Dialect { method: "X-Original-Method", target: "X-Original-URI" },
    Dialect { method: "X-Forwarded-Method", target: "X-Forwarded-Uri" },
];

/// Whether a request for `target` asks about another request, and comes from somebody who may.
pub(crate) fn is_question(visit: &Visit<'_>, target: &[u8]) -> bool {
    let askers = &visit.door.entrance.authz_from;
    !askers.is_empty()
        && target.strip_prefix(PATH).is_some_and(|rest| matches!(rest.first(), None | Some(b'/' | b'?')))
        && askers.iter().any(|network| network.contains(visit.facts.peer))
}

/// The request that a question describes, still unread: it is received as strictly as if it had come itself.
pub(crate) fn described(question: Unread, notes: &mut Notes<'_>) -> Result<Unread, Refusal> {
    notes.page.write(|entry| entry.decides_only = true);
    let target = question.text.get(question.target.clone()).unwrap_or_default();
    let described = match target.get(PATH.len()) {
        Some(b'/') => {
            let start = question.target.start.saturating_add(PATH.len());
            Unread { target: start..question.target.end, ..question }
        }
        Some(_) => return Err(fault("An address with a query says nothing here; ask at /authz alone.")),
        None => by_fields(question)?,
    };
    notes.page.write(|entry| entry.method = Some(described.method.clone()));
    Ok(described)
}

fn by_fields(question: Unread) -> Result<Unread, Refusal> {
    let mut told = None;
    for dialect in &DIALECTS {
        let method = the_one(&question, dialect.method)?;
        let target = the_one(&question, dialect.target)?;
        match (method, target) {
            (None, None) => {}
            // A client of the asking gateway may have sent one of the two pairs itself.
            (Some(_), Some(_)) if told.is_some() => {
                return Err(fault("The request is described twice, by X-Original-… and by X-Forwarded-…; send one."));
            }
            (Some(method), Some(target)) => told = Some((method, target)),
            _ => return Err(Refusal::Malformed(format!("{} and {} come together.", dialect.method, dialect.target))),
        }
    }
    let Some((method, target)) = told else {
        return Err(fault("No request is described; send X-Original-Method and X-Original-URI."));
    };
    let text = |place: &Range<usize>| question.text.get(place.clone()).unwrap_or_default();
    if !text(&target).starts_with(b"/") {
        return Err(fault("The address of the described request does not begin with a slash."));
    }
    let method = Method::from_bytes(text(&method)).map_err(|_| fault("The described method is none."))?;
    Ok(Unread { method, target, ..question })
}

/// Where the value of a field stands that may be there once.
fn the_one(question: &Unread, name: &'static str) -> Result<Option<Range<usize>>, Refusal> {
    let of_name = |field: &&Field| field.name(&question.text).eq_ignore_ascii_case(name.as_bytes());
    let mut found = question.fields.iter().filter(of_name);
    let first = found.next().map(Field::value_place);
    if found.next().is_some() {
        return Err(Refusal::Malformed(format!("{name} stands there more than once.")));
    }
    Ok(first)
}

/// That the described request may pass, and what to tell the API's server of its caller.
pub(crate) fn yes(core: &Core, admitted: &Admitted<'_>) -> Response<Bytes> {
    let mut answer = Response::new(Bytes::new());
    let fields = answer.headers_mut();
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let origin = match &admitted.matched().version().target {
        CompiledTarget::Mock => None,
        CompiledTarget::Upstreams(upstreams) => upstreams.first_origin(),
    };
    let assertion = origin.and_then(|origin| identity::assertion(core, admitted, origin));
    if let Some(Ok(assertion)) = assertion.map(|text| HeaderValue::from_str(&text)) {
        fields.insert(HeaderName::from_static("hansom-identity"), assertion);
    }
    answer
}

fn fault(why: &str) -> Refusal {
    Refusal::Malformed(why.to_owned())
}
