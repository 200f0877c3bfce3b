//! Can the head of this request be read, in exactly one way?

use std::net::IpAddr;

use hansom_domain::EnvironmentName;
use http::{
    HeaderMap, Method, Request, Uri,
    header::{EXPECT, HOST},
    uri::Authority,
};
use hyper::body::{Body, Incoming};

use crate::{
    path::CanonicalPath,
    refusal::Refusal,
    story::{Arrival, Core, Notes},
};

pub(crate) const LONGEST_URI: usize = 8 * 1024;
pub(crate) const MOST_FIELDS: usize = 100;
pub(crate) const LARGEST_FIELDS: usize = 32 * 1024;

/// Takes a request in, or refuses it. What HTTP/1.1 has beside is looked at on the wire, before a parser hides it.
pub(crate) fn receive(
    core: &Core,
    environment: &EnvironmentName,
    peer: IpAddr,
    request: Request<Incoming>,
    notes: &mut Notes<'_>,
) -> Result<(Arrival, Incoming), Refusal> {
    let (head, body) = request.into_parts();
    fits(&head.uri, &head.headers)?;
    if head.method == Method::CONNECT || head.method == Method::TRACE {
        return Err(Refusal::MethodUnknown);
    }
    let path = CanonicalPath::read(head.uri.path()).map_err(Refusal::PathAmbiguous)?;
    notes.page.path(path.as_str());
    one_host(&head.uri, &head.headers)?;
    if head.headers.get_all(EXPECT).iter().any(|value| !value.as_bytes().eq_ignore_ascii_case(b"100-continue")) {
        return Err(Refusal::ExpectationUnknown);
    }
    let limit = core.shared.bounds.largest_body;
    if body.size_hint().lower() > limit {
        return Err(Refusal::BodyTooLarge { limit });
    }
    let arrival = Arrival {
        environment: environment.clone(),
        peer,
        request: notes.page.request().clone(),
        query: head.uri.query().map(str::to_owned),
        method: head.method,
        path,
        headers: head.headers,
    };
    Ok((arrival, body))
}

fn fits(uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
    let length = uri.path().len() + uri.query().map_or(0, |query| query.len() + 1);
    if length > LONGEST_URI {
        return Err(Refusal::UriTooLong);
    }
    let size: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if headers.len() > MOST_FIELDS || size > LARGEST_FIELDS {
        return Err(Refusal::FieldsTooLarge);
    }
    Ok(())
}

/// All that names a host must name the same one.
fn one_host(uri: &Uri, headers: &HeaderMap) -> Result<(), Refusal> {
    let fault = |why: &str| Refusal::Malformed(why.to_owned());
    let mut hosts = headers.get_all(HOST).iter();
    let in_header = match hosts.next() {
        None => None,
        Some(value) => Some(host(value.as_bytes()).ok_or_else(|| fault("The header Host is no host."))?),
    };
    if hosts.next().is_some() {
        return Err(fault("The request has more than one Host header."));
    }
    let in_uri = match uri.authority() {
        None => None,
        Some(authority) => {
            Some(host(authority.as_str().as_bytes()).ok_or_else(|| fault("The address has no proper host."))?)
        }
    };
    match (in_uri, in_header) {
        (None, None) => Err(fault("The request has no Host header.")),
        (Some(one), Some(other)) if one != other => Err(fault("The address and the header Host name different hosts.")),
        _ => Ok(()),
    }
}

/// A host with its port, in lower case; no user, no list, no empty name, no port out of range.
fn host(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let authority: Authority = text.parse().ok()?;
    let bare = authority.as_str();
    let port_fits = match bare.get(authority.host().len()..) {
        None | Some("") => true,
        Some(port) => port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok()),
    };
    let fits = !authority.host().is_empty() && !bare.contains(['@', ',', '%', ' ']) && port_fits;
    fits.then(|| bare.to_ascii_lowercase())
}
