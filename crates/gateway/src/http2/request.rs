//! What does a request of HTTP/2 say?

use std::{
    ops::Range,
    task::{Context, Poll, ready},
};

use bytes::BufMut;
use http::request::Parts;
use hyper::body::{Body, Incoming};

use crate::{
    fields::may_trail,
    head::{Field, Unread},
    http1::{Framing, put_field, reading::Sink},
    refusal::Refusal,
    source::{Source, SourceFault},
};

/// Room for the text of most heads.
const USUAL_HEAD: usize = 1024;

/// The head, as the story is told it.
pub(crate) fn read(parts: Parts) -> Result<Unread, Refusal> {
    if !matches!(parts.uri.scheme_str(), None | Some("http" | "https")) {
        return Err(Refusal::Malformed("The request has a scheme that is not http.".into()));
    }
    let mut text = Vec::with_capacity(USUAL_HEAD);
    let target = put(&mut text, parts.uri.path_and_query().map_or("/", |target| target.as_str()).as_bytes());
    let authority = parts.uri.authority().map(|authority| put(&mut text, authority.as_str().as_bytes()));
    let mut fields = Vec::with_capacity(parts.headers.len());
    for (name, value) in &parts.headers {
        let name = put(&mut text, name.as_str().as_bytes());
        let value = put(&mut text, value.as_bytes().trim_ascii());
        fields.push(Field::new(&text, name, value));
    }
    Ok(Unread { method: parts.method, target, authority, fields, text })
}

fn put(text: &mut Vec<u8>, part: &[u8]) -> Range<usize> {
    let start = text.len();
    text.put_slice(part);
    start..text.len()
}

/// How the body is framed for an upstream that speaks HTTP/1.1.
pub(crate) fn framing(body: &Incoming) -> Framing {
    match body.size_hint().exact() {
        _ if body.is_end_stream() => Framing::None,
        Some(length) => Framing::Length(length),
        None => Framing::Chunked,
    }
}

/// The body of a request on its way.
pub(crate) struct Upload {
    body: Incoming,
    limit: u64,
    taken: u64,
    has_ended: bool,
    trailers: Vec<u8>,
}

impl Upload {
    pub(crate) fn new(body: Incoming, limit: u64) -> Self {
        let has_ended = body.is_end_stream();
        Self { body, limit, taken: 0, has_ended, trailers: vec![] }
    }
}

impl Source for Upload {
    fn poll_take(&mut self, cx: &mut Context<'_>, sink: &mut Sink<'_>, _: usize) -> Poll<Result<usize, SourceFault>> {
        while !self.has_ended {
            let frame = match ready!(std::pin::Pin::new(&mut self.body).poll_frame(cx)) {
                None => {
                    self.has_ended = true;
                    continue;
                }
                Some(frame) => frame.map_err(|_| SourceFault::Gone)?,
            };
            if let Some(fields) = frame.trailers_ref() {
                for (name, value) in fields.iter().filter(|(name, _)| may_trail(name.as_str().as_bytes())) {
                    put_field(&mut self.trailers, name.as_str().as_bytes(), value.as_bytes());
                }
                self.has_ended = true;
            } else if let Ok(data) = frame.into_data() {
                self.taken = self.taken.saturating_add(data.len() as u64);
                if self.taken > self.limit {
                    return Poll::Ready(Err(SourceFault::TooLarge(self.limit)));
                }
                sink.put(&data);
                self.has_ended = self.body.is_end_stream();
                return Poll::Ready(Ok(data.len()));
            }
        }
        Poll::Ready(Ok(0))
    }

    fn is_ended(&self) -> bool {
        self.has_ended
    }

    fn trailers(&self) -> &[u8] {
        &self.trailers
    }
}
