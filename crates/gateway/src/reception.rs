//! Has the head of this request exactly one reading?

use http::{Method, uri::Authority};

use crate::{
    fields::Kind,
    head::{Head, Unread},
    path::CanonicalPath,
    refusal::Refusal,
};

pub(crate) const LONGEST_URI: usize = 8 * 1024;
pub(crate) const MOST_FIELDS: usize = 100;
pub(crate) const LARGEST_FIELDS: usize = 32 * 1024;

/// Takes a head in, or refuses it. The path is told as soon as it is known.
pub(crate) fn receive(unread: Unread, tell_path: impl FnOnce(&CanonicalPath)) -> Result<Head, Refusal> {
    let target = unread.text.get(unread.target.clone()).unwrap_or_default();
    if target.len() > LONGEST_URI {
        return Err(Refusal::UriTooLong);
    }
    if unread.fields.len() > MOST_FIELDS {
        return Err(Refusal::FieldsTooLarge);
    }
    if unread.method == Method::CONNECT || unread.method == Method::TRACE {
        return Err(Refusal::MethodUnknown);
    }
    let target = Target::read(target)?;
    let path = CanonicalPath::read(target.path).map_err(Refusal::PathAmbiguous)?;
    tell_path(&path);
    one_host(&unread, target.authority)?;
    for value in unread.fields.iter().filter(|field| field.kind == Kind::Expect) {
        if !value.value(&unread.text).eq_ignore_ascii_case(b"100-continue") {
            return Err(Refusal::ExpectationUnknown);
        }
    }
    let query = target.query.map(|query| {
        let end = unread.target.end;
        end.saturating_sub(query.len())..end
    });
    Ok(Head { method: unread.method, path, query, fields: unread.fields, text: unread.text })
}

/// A target in origin-form or absolute-form (RFC 9112 §3.2).
struct Target<'t> {
    authority: Option<&'t str>,
    path: &'t str,
    query: Option<&'t str>,
}

impl<'t> Target<'t> {
    fn read(bytes: &'t [u8]) -> Result<Self, Refusal> {
        if let Some(bad) = bytes.iter().find(|byte| !(0x21..=0x7e).contains(*byte) || **byte == b'#') {
            return Err(Refusal::PathAmbiguous(match bad {
                b'#' => "The address has a fragment (#), which is never sent to a server.",
                _ => "The address has a control character or a raw byte beyond ASCII; percent-encode it.",
            }));
        }
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let (authority, rest) = match text.starts_with('/') {
            true => (None, text),
            false => Self::absolute(text)?,
        };
        let (path, query) = match memchr::memchr(b'?', rest.as_bytes()).and_then(|place| rest.split_at_checked(place)) {
            Some((path, query)) => (path, query.get(1..)),
            None => (rest, None),
        };
        if query.is_some_and(|query| query.contains(['<', '>', '"', '\\', '^', '`', '{', '|', '}'])) {
            return Err(fault("The query has a character that must be percent-encoded there."));
        }
        Ok(Self { authority, path: if path.is_empty() { "/" } else { path }, query })
    }

    fn absolute(text: &str) -> Result<(Option<&str>, &str), Refusal> {
        let (scheme, rest) = text.split_once("://").ok_or_else(|| fault("The address does not begin with a slash."))?;
        if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
            return Err(fault("The address has a scheme that is not http."));
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end).unwrap_or_default();
        Ok((Some(authority), rest))
    }
}

fn fault(why: &str) -> Refusal {
    Refusal::Malformed(why.to_owned())
}

/// All that names a host must name the same one.
fn one_host(unread: &Unread, in_target: Option<&str>) -> Result<(), Refusal> {
    let mut hosts =
        unread.fields.iter().filter(|field| field.kind == Kind::Host).map(|field| field.value(&unread.text));
    let in_field = hosts.next();
    if hosts.next().is_some() {
        return Err(fault("The request has more than one Host header."));
    }
    if in_field.is_some_and(|value| !is_plain_host(value) && host(value).is_none()) {
        return Err(fault("The header Host is no host."));
    }
    let in_authority = unread.authority.clone().and_then(|place| unread.text.get(place));
    let Some(beside) = in_target.map(str::as_bytes).or(in_authority) else {
        return if in_field.is_some() { Ok(()) } else { Err(fault("The request has no Host header.")) };
    };
    let beside = host(beside).ok_or_else(|| fault("The address has no proper host."))?;
    match in_field {
        // HTTP/1.1 wants the field even beside an absolute address (RFC 9112 §3.2.2); HTTP/2 has its own.
        None if unread.authority.is_none() => Err(fault("The request has no Host header.")),
        Some(value) if host(value).as_deref() != Some(&*beside) => {
            Err(fault("The address and the header Host name different hosts."))
        }
        _ => Ok(()),
    }
}

/// The usual host, told at a glance: a name in lower case or an address, with or without a port.
fn is_plain_host(value: &[u8]) -> bool {
    let (value, port) = match memchr::memrchr(b':', value).and_then(|place| value.split_at_checked(place)) {
        Some((name, port)) => (name, port.get(1..).unwrap_or_default()),
        None => (value, &b"0"[..]),
    };
    let port_fits = !port.is_empty() && std::str::from_utf8(port).is_ok_and(is_port);
    port_fits
        && !value.is_empty()
        && value.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
}

/// `parse` alone would take `+80`.
fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

/// A host with its port, in lower case; no user, no list, no empty name, no port out of range.
fn host(bytes: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(bytes).ok()?;
    let authority: Authority = text.parse().ok()?;
    let bare = authority.as_str();
    let port_fits = match bare.get(authority.host().len()..) {
        None | Some("") => true,
        Some(port) => port.strip_prefix(':').is_some_and(is_port),
    };
    let fits = !authority.host().is_empty() && !bare.contains(['@', ',', '%', ' ']) && port_fits;
    fits.then(|| bare.to_ascii_lowercase())
}
