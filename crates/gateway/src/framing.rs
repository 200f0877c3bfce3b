//! Where does one HTTP/1.1 request end and the next begin, beyond doubt?
//!
//! RFC 9112 read strictly: what it lets a server forgive is refused, because another server on the way may forgive otherwise.

use bytes::BytesMut;
use http::{Method, Uri};

use crate::{
    reception::{LARGEST_FIELDS, LONGEST_URI, MOST_FIELDS},
    refusal::Refusal,
};

/// A head can have the longest address, the most fields, and this much beside.
const LARGEST_HEAD: usize = LONGEST_URI + LARGEST_FIELDS + 1024;
const LONGEST_CHUNK_LINE: usize = 256;
const LARGEST_TRAILERS: usize = 8 * 1024;
const MOST_EMPTY_LINES: usize = 2;

/// What is out of order.
pub(crate) enum Fault {
    /// The head of a request; it was not handed on.
    Head(Refusal),
    /// The chunks of a body, whose head was handed on already.
    Body,
}

/// Where in a request the connection stands.
#[derive(Default)]
pub(crate) struct Framing {
    place: Place,
    empty_lines: usize,
    /// How much of an unfinished head was looked at, and where its last line began: nothing is looked at twice.
    looked_at: usize,
    line_start: usize,
}

#[derive(Clone, Copy, Default)]
enum Place {
    #[default]
    Head,
    Length(u64),
    ChunkLine,
    ChunkData(u64),
    ChunkEnd,
    Trailers {
        seen: usize,
    },
}

impl Framing {
    pub(crate) fn is_at_head(&self) -> bool {
        matches!(self.place, Place::Head)
    }

    /// Moves bytes that are in order from `incoming` to `checked`, as far as they go; a head only as a whole.
    pub(crate) fn advance(&mut self, incoming: &mut BytesMut, checked: &mut BytesMut) -> Result<(), Fault> {
        while !incoming.is_empty() {
            let moved = match self.place {
                Place::Head => self.head(incoming).map_err(Fault::Head)?,
                Place::Length(left) => {
                    let count = count(left, incoming.len());
                    let left = left - count as u64;
                    self.place = if left == 0 { Place::Head } else { Place::Length(left) };
                    count
                }
                Place::ChunkData(left) => {
                    let count = count(left, incoming.len());
                    let left = left - count as u64;
                    self.place = if left == 0 { Place::ChunkEnd } else { Place::ChunkData(left) };
                    count
                }
                Place::ChunkLine | Place::ChunkEnd | Place::Trailers { .. } => self.line(incoming)?,
            };
            if moved == 0 {
                return Ok(());
            }
            checked.extend_from_slice(&incoming.split_to(moved));
        }
        Ok(())
    }

    /// The length of the whole head, 0 if it is not all there.
    fn head(&mut self, incoming: &mut BytesMut) -> Result<usize, Refusal> {
        while incoming.starts_with(b"\r\n") {
            self.empty_lines += 1;
            if self.empty_lines > MOST_EMPTY_LINES {
                return Err(malformed("Empty lines stand before the request."));
            }
            let _ = incoming.split_to(2);
        }
        if incoming.first().is_some_and(|byte| !is_token(*byte) && *byte != b'\r') {
            return Err(malformed("This is no HTTP request."));
        }
        let Some(length) = self.head_length(incoming)? else {
            if incoming.len() <= LARGEST_HEAD {
                return Ok(0);
            }
            return Err(if incoming.contains(&b'\n') { Refusal::FieldsTooLarge } else { Refusal::UriTooLong });
        };
        let (head, _) = incoming.split_at_checked(length.saturating_sub(4)).unwrap_or_default();
        self.place = body_of(head)?;
        (self.empty_lines, self.looked_at, self.line_start) = (0, 0, 0);
        Ok(length)
    }

    /// The length of the head with its empty line; `None` if that line is not there yet.
    fn head_length(&mut self, incoming: &[u8]) -> Result<Option<usize>, Refusal> {
        for (place, byte) in incoming.iter().enumerate().skip(self.looked_at) {
            if *byte != b'\n' {
                continue;
            }
            let line = incoming.get(self.line_start..place).unwrap_or_default();
            let Some(line) = line.strip_suffix(b"\r") else {
                return Err(malformed("A line of the head ends with a line feed alone."));
            };
            if line.is_empty() {
                return Ok(Some(place + 1));
            }
            self.line_start = place + 1;
        }
        self.looked_at = incoming.len();
        Ok(None)
    }

    /// One line of chunked framing, 0 if it is not all there.
    fn line(&mut self, incoming: &[u8]) -> Result<usize, Fault> {
        let Some(end) = incoming.iter().position(|byte| *byte == b'\n') else {
            return if incoming.len() > LARGEST_TRAILERS { Err(Fault::Body) } else { Ok(0) };
        };
        let line = incoming.get(..end).and_then(|line| line.strip_suffix(b"\r")).ok_or(Fault::Body)?;
        if line.contains(&b'\r') {
            return Err(Fault::Body);
        }
        self.place = match self.place {
            Place::ChunkEnd if line.is_empty() => Place::ChunkLine,
            Place::ChunkLine => match chunk_size(line).ok_or(Fault::Body)? {
                0 => Place::Trailers { seen: 0 },
                size => Place::ChunkData(size),
            },
            Place::Trailers { .. } if line.is_empty() => Place::Head,
            Place::Trailers { seen } if seen + end <= LARGEST_TRAILERS => Place::Trailers { seen: seen + end },
            _ => return Err(Fault::Body),
        };
        Ok(end + 1)
    }
}

fn count(left: u64, there: usize) -> usize {
    usize::try_from(left).unwrap_or(usize::MAX).min(there)
}

fn malformed(why: &str) -> Refusal {
    Refusal::Malformed(why.to_owned())
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

fn body_of(head: &[u8]) -> Result<Place, Refusal> {
    // Only what stands before a line feed can have ended a line, so that a carriage return elsewhere is a character.
    let mut lines = head.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let is_http_1_0 = request_line(lines.next().unwrap_or_default())?;
    let mut fields = Fields::default();
    let mut size = 0;
    for (number, line) in lines.enumerate() {
        size += line.len() + 2;
        if number >= MOST_FIELDS || size > LARGEST_FIELDS {
            return Err(Refusal::FieldsTooLarge);
        }
        fields.note(line)?;
    }
    fields.place(is_http_1_0)
}

/// Checks the request line; whether it is of HTTP/1.0.
fn request_line(line: &[u8]) -> Result<bool, Refusal> {
    let mut parts = line.split(|byte| *byte == b' ');
    let (Some(method), Some(target), Some(version), None) = (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(malformed("The request line is not: method, address, version, with single spaces."));
    };
    if method.is_empty() || !method.iter().all(|byte| is_token(*byte)) {
        return Err(malformed("The method is no token."));
    }
    if target.len() > LONGEST_URI {
        return Err(Refusal::UriTooLong);
    }
    if target.contains(&b'#') {
        return Err(Refusal::PathAmbiguous("The address has a fragment (#), which is never sent to a server."));
    }
    if method == Method::CONNECT.as_str().as_bytes() {
        return Err(Refusal::MethodUnknown);
    }
    if target.iter().any(|byte| !(0x21..=0x7e).contains(byte)) {
        return Err(Refusal::PathAmbiguous(
            "The address has a control character or a raw byte beyond ASCII; percent-encode it.",
        ));
    }
    if Uri::try_from(target).is_err() {
        return Err(malformed("The address of the request cannot be read."));
    }
    match version {
        b"HTTP/1.1" => Ok(false),
        b"HTTP/1.0" => Ok(true),
        _ => Err(malformed("The version is neither HTTP/1.1 nor HTTP/1.0.")),
    }
}

/// The fields that say where the body ends, and whom the request is for.
#[derive(Default)]
struct Fields {
    length: Option<u64>,
    chunked: bool,
    host: bool,
}

impl Fields {
    fn note(&mut self, line: &[u8]) -> Result<(), Refusal> {
        let colon =
            line.iter().position(|byte| *byte == b':').ok_or_else(|| malformed("A header field has no colon."))?;
        let (name, value) = line.split_at_checked(colon).unwrap_or_default();
        if name.is_empty() || !name.iter().all(|byte| is_token(*byte)) {
            return Err(malformed("The name of a header field is no token, or a field goes on in the next line."));
        }
        let value = value.get(1..).unwrap_or_default();
        if value.iter().any(|byte| (*byte < 0x20 && *byte != b'\t') || *byte == 0x7f) {
            return Err(malformed("The value of a header field has a control character."));
        }
        let value = value.trim_ascii();
        if name.eq_ignore_ascii_case(b"content-length") {
            let again =
                self.length.replace(length(value).ok_or_else(|| malformed("Content-Length is no plain number."))?);
            if again.is_some() {
                return Err(malformed("The request has more than one Content-Length."));
            }
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            if self.chunked || !value.eq_ignore_ascii_case(b"chunked") {
                return Err(malformed("Transfer-Encoding is not exactly: chunked."));
            }
            self.chunked = true;
        } else if name.eq_ignore_ascii_case(b"host") && std::mem::replace(&mut self.host, true) {
            return Err(malformed("The request has more than one Host header."));
        }
        Ok(())
    }

    fn place(&self, is_http_1_0: bool) -> Result<Place, Refusal> {
        if !self.host {
            return Err(malformed("The request has no Host header."));
        }
        match (self.chunked, self.length) {
            (true, Some(_)) => Err(malformed("The request has both Transfer-Encoding and Content-Length.")),
            (true, None) if is_http_1_0 => Err(malformed("HTTP/1.0 knows no Transfer-Encoding.")),
            (true, None) => Ok(Place::ChunkLine),
            (false, None | Some(0)) => Ok(Place::Head),
            (false, Some(length)) => Ok(Place::Length(length)),
        }
    }
}

/// Digits without a sign and without leading zeros.
fn length(value: &[u8]) -> Option<u64> {
    let is_plain = value.iter().all(u8::is_ascii_digit) && (value == b"0" || !value.starts_with(b"0"));
    let text = std::str::from_utf8(value).ok().filter(|_| is_plain)?;
    text.parse().ok()
}

fn chunk_size(line: &[u8]) -> Option<u64> {
    if line.len() > LONGEST_CHUNK_LINE {
        return None;
    }
    let size = line.split(|byte| *byte == b';').next()?;
    if size.is_empty() || size.len() > 15 || !size.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u64::from_str_radix(std::str::from_utf8(size).ok()?, 16).ok()
}
