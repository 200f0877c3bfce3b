//! How is the head of an answer written to a client?

use std::rc::Rc;

use bytes::Bytes;
use http::{Response, StatusCode, header};

use super::{Framing, put_field, put_line, words, writing::put_number};
use crate::{
    fields::{self, Kind},
    head::Field,
    story::Notes,
};

/// How the answer ends, to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ending {
    pub(crate) framing: Framing,
    /// Whether the connection ends with it.
    pub(crate) closes: bool,
}

/// Writes the head of an answer that came from an upstream, whose fields stand in `text`.
pub(crate) fn put_forwarded(
    out: &mut Vec<u8>,
    status: u16,
    fields: &[Field],
    text: &[u8],
    ending: Ending,
    notes: &Notes<'_>,
    date: impl FnOnce() -> Rc<str>,
) {
    put_status(out, status);
    // A gateway with a clock adds what the server left out (RFC 9110 §6.6.1).
    if !fields.iter().any(|field| field.kind == Kind::Date) {
        put_field(out, b"date", date().as_bytes());
    }
    for field in passed_on(fields, text) {
        if !notes.replaces(field.kind, field.name(text)) {
            put_line(out, field, text);
        }
    }
    put_ending(out, status, fields, text, ending);
    notes.fields(&mut |name, value| put_field(out, name.as_bytes(), value));
    out.extend_from_slice(b"\r\n");
}

/// Writes the head of an interim answer (RFC 9110 §15.2).
pub(crate) fn put_interim(out: &mut Vec<u8>, status: u16, fields: &[Field], text: &[u8]) {
    put_status(out, status);
    for field in passed_on(fields, text) {
        put_line(out, field, text);
    }
    out.extend_from_slice(b"\r\n");
}

/// Writes the head of the answer to an upgrade, after which the connection is the two sides' own.
pub(crate) fn put_switch(out: &mut Vec<u8>, fields: &[Field], text: &[u8], notes: &Notes<'_>) {
    put_status(out, 101);
    for field in passed_on(fields, text) {
        put_line(out, field, text);
    }
    notes.fields(&mut |name, value| put_field(out, name.as_bytes(), value));
    out.extend_from_slice(b"connection: upgrade\r\nupgrade: websocket\r\n\r\n");
}

/// Writes an answer of the gateway's own, whole.
pub(crate) fn put_own(
    out: &mut Vec<u8>,
    answer: &Response<Bytes>,
    date: &str,
    to_head: bool,
    closes: bool,
    notes: &Notes<'_>,
) {
    put_status(out, answer.status().as_u16());
    for (name, value) in answer.headers() {
        let is_ours = notes.replaces(fields::kind(name.as_str().as_bytes()), name.as_str().as_bytes());
        if !is_ours && *name != header::CONTENT_LENGTH && *name != header::CONNECTION {
            put_field(out, name.as_str().as_bytes(), value.as_bytes());
        }
    }
    put_field(out, b"date", date.as_bytes());
    let may_have_body = !matches!(answer.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED);
    if may_have_body {
        // To HEAD, a mock tells the length of the body that GET would get.
        let told = answer.headers().get(header::CONTENT_LENGTH).filter(|_| to_head);
        out.extend_from_slice(b"content-length: ");
        match told {
            Some(length) => out.extend_from_slice(length.as_bytes()),
            None => put_number(out, answer.body().len() as u64),
        }
        out.extend_from_slice(b"\r\n");
    }
    if closes {
        out.extend_from_slice(b"connection: close\r\n");
    }
    notes.fields(&mut |name, value| put_field(out, name.as_bytes(), value));
    out.extend_from_slice(b"\r\n");
    if may_have_body && !to_head {
        out.extend_from_slice(answer.body());
    }
}

fn put_status(out: &mut Vec<u8>, status: u16) {
    if status == 200 {
        out.extend_from_slice(b"HTTP/1.1 200 OK\r\n");
        return;
    }
    out.extend_from_slice(b"HTTP/1.1 ");
    put_number(out, status.into());
    out.push(b' ');
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    out.extend_from_slice(reason.unwrap_or_default().as_bytes());
    out.extend_from_slice(b"\r\n");
}

fn put_ending(out: &mut Vec<u8>, status: u16, fields: &[Field], text: &[u8], ending: Ending) {
    match ending.framing {
        Framing::Length(length) => {
            out.extend_from_slice(b"content-length: ");
            put_number(out, length);
            out.extend_from_slice(b"\r\n");
        }
        Framing::Chunked => out.extend_from_slice(b"transfer-encoding: chunked\r\n"),
        // An answer to HEAD, or a 304, tells the length of a body that it does not have.
        Framing::None if status != 204 => {
            if let Some(length) = fields.iter().find(|field| field.kind == Kind::ContentLength) {
                put_field(out, b"content-length", length.value(text));
            }
        }
        Framing::None | Framing::UntilClose => {}
    }
    if ending.closes {
        out.extend_from_slice(b"connection: close\r\n");
    }
}

/// The fields of an answer that go on to the client: none of a single connection, none that `Connection` names, none that only
/// the gateway says.
pub(crate) fn passed_on<'f>(fields: &'f [Field], text: &'f [u8]) -> impl Iterator<Item = &'f Field> {
    let names_others = fields.iter().any(|field| field.kind == Kind::Connection);
    fields.iter().filter(move |field| {
        let stays_here = matches!(
            field.kind,
            Kind::Connection
                | Kind::ContentLength
                | Kind::TransferEncoding
                | Kind::Upgrade
                | Kind::Te
                | Kind::OfOneConnection
                | Kind::KeptFromClients
                | Kind::KeptFromBoth
        );
        !(stays_here || names_others && is_named(fields, text, field.name(text)))
    })
}

/// Whether a `Connection` field names the field (RFC 9110 §7.6.1).
pub(crate) fn is_named(fields: &[Field], text: &[u8], name: &[u8]) -> bool {
    let named = fields.iter().filter(|field| field.kind == Kind::Connection).flat_map(|field| words(field.value(text)));
    named.into_iter().any(|word| word.eq_ignore_ascii_case(name))
}
