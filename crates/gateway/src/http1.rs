//! How is HTTP/1.1 spoken, strictly?
//!
//! RFC 9112 read so that a message has one reading or none: what it lets a recipient forgive is refused, because another
//! server on the way may forgive otherwise. Both sides are held to it, clients and upstreams. Nothing that frames a message is
//! ever passed on as it came: lengths, chunks and connection fields are written anew for each side.

use std::ops::Range;

use bytes::BufMut;

use crate::head::Field;

pub(crate) mod answer_head;
pub(crate) mod answers;
pub(crate) mod chunks;
pub(crate) mod client;
pub(crate) mod exchange;
pub(crate) mod head_search;
pub(crate) mod incoming;
pub(crate) mod pool;
pub(crate) mod reading;
pub(crate) mod relay;
pub(crate) mod request_head;
pub(crate) mod writing;

/// How a body says where it ends (RFC 9112 §6.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// There is none.
    None,
    /// After so many bytes.
    Length(u64),
    /// After the last chunk.
    Chunked,
    /// With the connection; answers only.
    UntilClose,
}

/// Names in `Connection` fields. Each is held against each field, so that thousands would cost far more than their bytes.
pub(crate) const MOST_NAMED: usize = 32;

/// A plain number of bytes: digits without a sign, without zeros before them, within 64 bits.
pub(crate) fn content_length(value: &[u8]) -> Option<u64> {
    let is_plain = value.iter().all(u8::is_ascii_digit) && (value == b"0" || !value.starts_with(b"0"));
    std::str::from_utf8(value).ok().filter(|_| is_plain)?.parse().ok()
}

/// The fields of a head, by where they stand in its text.
fn fields_of(text: &[u8], parsed: &[httparse::Header<'_>]) -> Vec<Field> {
    let field = |field: &httparse::Header<'_>| {
        Field::new(text, place(text, field.name.as_bytes()), place(text, field.value.trim_ascii()))
    };
    parsed.iter().map(field).collect()
}

/// Where a part of the text stands in it.
fn place(text: &[u8], part: &[u8]) -> Range<usize> {
    let start = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize);
    start..start.saturating_add(part.len())
}

/// The words of a list field, such as `Connection: close, x-mine`.
pub(crate) fn words(value: &[u8]) -> impl Iterator<Item = &[u8]> {
    value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).filter(|word| !word.is_empty())
}

/// The line of a field that goes on: in one piece, if it came as it would be written.
pub(crate) fn put_line(out: &mut Vec<u8>, field: &Field, text: &[u8]) {
    match field.line(text) {
        Some(line) => out.extend_from_slice(line),
        None => put_field(out, field.name(text), field.value(text)),
    }
}

/// One line of a head.
pub(crate) fn put_field(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.put_slice(name);
    out.put_slice(b": ");
    out.put_slice(value);
    out.put_slice(b"\r\n");
}
