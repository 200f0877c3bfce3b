//! What does the head of an upstream's answer say, and where does its body end?
//!
//! Upstreams are held to the same rules as clients: an answer that could be read in two ways would let one caller's answer
//! reach another.

use std::mem::MaybeUninit;

use super::{Framing, MOST_NAMED, content_length, fields_of, words};
use crate::{fields::Kind, head::Field};

/// A head of an answer may be so large.
pub(crate) const LARGEST_HEAD: usize = 64 * 1024;
const MOST_FIELDS: usize = 128;

/// The head of an answer; its fields stand in the bytes that it was read from.
#[derive(Debug)]
pub(crate) struct AnswerHead {
    pub(crate) status: u16,
    pub(crate) fields: Vec<Field>,
    pub(crate) framing: Framing,
    /// Whether the connection may be used again after this answer.
    pub(crate) persists: bool,
    pub(crate) length: usize,
}

/// The head is malformed, or has two readings.
#[derive(Debug)]
pub(crate) struct BadAnswer;

/// Reads a whole head, whose lines are known to end properly. `to_head` says that the request was HEAD.
pub(crate) fn read(text: &[u8], to_head: bool) -> Result<AnswerHead, BadAnswer> {
    let mut fields = [const { MaybeUninit::uninit() }; MOST_FIELDS];
    let mut parsed = httparse::Response::new(&mut []);
    let config = httparse::ParserConfig::default();
    let outcome = config.parse_response_with_uninit_headers(&mut parsed, text, &mut fields);
    if !matches!(outcome, Ok(httparse::Status::Complete(length)) if length == text.len()) {
        return Err(BadAnswer);
    }
    let status = parsed.code.filter(|code| (100..=999).contains(code)).ok_or(BadAnswer)?;
    let is_http_1_0 = parsed.version == Some(0);
    let fields = fields_of(text, parsed.headers);
    let (mut length, mut chunked, mut closes, mut named) = (None, false, is_http_1_0, 0_usize);
    for field in &fields {
        let value = field.value(text);
        match field.kind {
            Kind::ContentLength if length.is_none() => length = Some(content_length(value).ok_or(BadAnswer)?),
            Kind::TransferEncoding if !chunked && !is_http_1_0 && value.eq_ignore_ascii_case(b"chunked") => {
                chunked = true
            }
            Kind::ContentLength | Kind::TransferEncoding => return Err(BadAnswer),
            Kind::Connection => {
                for word in words(value) {
                    closes |= word.eq_ignore_ascii_case(b"close");
                    named = named.saturating_add(1);
                }
            }
            _ => {}
        }
    }
    let framing = match (chunked, length) {
        (true, Some(_)) => return Err(BadAnswer),
        _ if named > MOST_NAMED => return Err(BadAnswer),
        _ if to_head || status < 200 || status == 204 || status == 304 => Framing::None,
        (true, None) => Framing::Chunked,
        (false, Some(length)) => Framing::Length(length),
        (false, None) => Framing::UntilClose,
    };
    // Where none may be, an answer that names a body may be followed by one, which nobody must take for the next answer.
    let may_be_followed = framing == Framing::None && (chunked || length.is_some_and(|length| length > 0));
    let persists = !closes && framing != Framing::UntilClose && !may_be_followed;
    Ok(AnswerHead { status, fields, framing, persists, length: text.len() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc9112_6_3_the_length_of_an_answer_has_one_reading_or_none() {
        let framing = |fields: &str, to_head: bool| {
            read(format!("HTTP/1.1 200 OK\r\n{fields}\r\n").as_bytes(), to_head).map(|head| head.framing).ok()
        };
        for (fields, expected) in [
            ("Content-Length: 5\r\n", Some(Framing::Length(5))),
            ("Transfer-Encoding: chunked\r\n", Some(Framing::Chunked)),
            ("", Some(Framing::UntilClose)),
            ("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", None),
            ("Content-Length: 5\r\nContent-Length: 5\r\n", None),
            ("Content-Length: 5, 5\r\n", None),
            ("Content-Length: +5\r\n", None),
            ("Transfer-Encoding: gzip, chunked\r\n", None),
            ("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", None),
            ("A: b\r\n c\r\n", None),
            ("A : b\r\n", None),
            ("A: b\0\r\n", None),
        ] {
            assert_eq!(framing(fields, false), expected, "{fields:?}");
        }
        assert_eq!(framing("Content-Length: 5\r\n", true), Some(Framing::None));
    }

    #[test]
    fn rfc9110_15_answers_without_a_body_have_none() {
        for status in [204, 304, 103] {
            for (fields, persists) in [("", true), ("Content-Length: 0\r\n", true), ("Content-Length: 5\r\n", false)] {
                let head = read(format!("HTTP/1.1 {status} x\r\n{fields}\r\n").as_bytes(), false).expect("well formed");
                assert_eq!((head.framing, head.persists), (Framing::None, persists), "{status} {fields}");
            }
        }
        assert!(read(b"HTTP/1.1 20 OK\r\n\r\n", false).is_err());
        assert!(read(b"HTTP/2.0 200 OK\r\n\r\n", false).is_err());
        assert!(!read(b"HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n", false).expect("well formed").persists);
    }
}
