//! What does the head of a request say, and where does its body end?

use std::mem::MaybeUninit;

use http::Method;

use super::{Framing, MOST_NAMED, content_length, fields_of, place, words};
use crate::{
    fields::Kind,
    head::{Field, Unread},
    reception::{LARGEST_FIELDS, LONGEST_URI, MOST_FIELDS},
    refusal::Refusal,
};

/// A head can have the longest address, the most fields, and this much beside.
pub(crate) const LARGEST_HEAD: usize = LONGEST_URI + LARGEST_FIELDS + 1024;

/// What HTTP/1.1 alone says in a head, and the method, which decides how an answer ends.
pub(crate) struct RequestHead {
    pub(crate) method: Method,
    pub(crate) framing: Framing,
    /// Whether the connection may serve another request after this one.
    pub(crate) persists: bool,
    /// HTTP/1.0 knows no chunks and no interim answers.
    pub(crate) is_http_1_0: bool,
    /// Whether the client waits for a word before it sends its body.
    pub(crate) expects: bool,
}

/// Reads a whole head, whose lines are known to end properly; `text` is it.
pub(crate) fn read(text: Vec<u8>) -> Result<(Unread, RequestHead), Refusal> {
    let mut fields = [const { MaybeUninit::uninit() }; MOST_FIELDS];
    let mut parsed = httparse::Request::new(&mut []);
    let outcome = parsed.parse_with_uninit_headers(&text, &mut fields);
    match outcome {
        Ok(httparse::Status::Complete(length)) if length == text.len() => {}
        Ok(_) => return Err(malformed("The head of the request is not whole.")),
        Err(fault) => return Err(told(fault)),
    }
    let is_http_1_0 = parsed.version == Some(0);
    let method = Method::from_bytes(parsed.method.unwrap_or_default().as_bytes())
        .map_err(|_| malformed("The method is no token."))?;
    let target = place(&text, parsed.path.unwrap_or_default().as_bytes());
    let size: usize =
        parsed.headers.iter().map(|field| field.name.len().saturating_add(field.value.len()).saturating_add(4)).sum();
    if size > LARGEST_FIELDS {
        return Err(Refusal::FieldsTooLarge);
    }
    let fields = fields_of(&text, parsed.headers);
    let control = Control::read(&fields, &text)?;
    let framing = control.framing(is_http_1_0)?;
    let head = RequestHead {
        method: method.clone(),
        framing,
        persists: control.persists(is_http_1_0),
        is_http_1_0,
        expects: control.expects && !is_http_1_0,
    };
    Ok((Unread { method, target, authority: None, fields, text }, head))
}

fn malformed(why: &str) -> Refusal {
    Refusal::Malformed(why.to_owned())
}

fn told(fault: httparse::Error) -> Refusal {
    malformed(match fault {
        httparse::Error::TooManyHeaders => return Refusal::FieldsTooLarge,
        httparse::Error::HeaderName => {
            "The name of a header field is no token, a field has no colon, or it goes on in the next line."
        }
        httparse::Error::HeaderValue => "The value of a header field has a control character.",
        httparse::Error::NewLine => "A line of the head does not end with a carriage return and a line feed.",
        httparse::Error::Version => "The version is neither HTTP/1.1 nor HTTP/1.0.",
        _ => "The request line is not: method, address, version, with single spaces.",
    })
}

/// What the fields say of the message itself.
#[derive(Default)]
struct Control {
    length: Option<u64>,
    chunked: bool,
    closes: bool,
    keeps: bool,
    expects: bool,
    /// How many names stand in `Connection`.
    named: usize,
}

impl Control {
    fn read(fields: &[Field], text: &[u8]) -> Result<Self, Refusal> {
        let mut control = Self::default();
        for field in fields {
            let value = field.value(text);
            match field.kind {
                Kind::ContentLength => {
                    let length =
                        content_length(value).ok_or_else(|| malformed("Content-Length is no plain number."))?;
                    if control.length.replace(length).is_some() {
                        return Err(malformed("The request has more than one Content-Length."));
                    }
                }
                Kind::TransferEncoding => {
                    if control.chunked || !value.eq_ignore_ascii_case(b"chunked") {
                        return Err(malformed("Transfer-Encoding is not exactly: chunked."));
                    }
                    control.chunked = true;
                }
                Kind::Connection => {
                    for word in words(value) {
                        control.closes |= word.eq_ignore_ascii_case(b"close");
                        control.keeps |= word.eq_ignore_ascii_case(b"keep-alive");
                        control.named = control.named.saturating_add(1);
                    }
                    if control.named > MOST_NAMED {
                        return Err(malformed("Connection names more than 32 fields."));
                    }
                }
                Kind::Expect => control.expects = true,
                _ => {}
            }
        }
        Ok(control)
    }

    fn framing(&self, is_http_1_0: bool) -> Result<Framing, Refusal> {
        match (self.chunked, self.length) {
            (true, Some(_)) => Err(malformed("The request has both Transfer-Encoding and Content-Length.")),
            (true, None) if is_http_1_0 => Err(malformed("HTTP/1.0 knows no Transfer-Encoding.")),
            (true, None) => Ok(Framing::Chunked),
            (false, None) => Ok(Framing::None),
            (false, Some(length)) => Ok(Framing::Length(length)),
        }
    }

    fn persists(&self, is_http_1_0: bool) -> bool {
        !self.closes && (!is_http_1_0 || self.keeps)
    }
}
