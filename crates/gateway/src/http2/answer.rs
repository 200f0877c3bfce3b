//! How does the body of an answer reach a client of HTTP/2, and what if it does not?

use std::{
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use hyper::body::{Body, Frame, SizeHint};

use super::{request::Upload, warden::InFlight};
use crate::{connection::Connection, exchange::Exchange, http1::reading::Sink, journal::Page, patience::Watch};

const ROOM: usize = 16 * 1024;

/// The body of an answer, with the journal entry that is closed when the body ends, however it ends.
pub(crate) struct Answer {
    content: Content,
    in_flight: Option<InFlight>,
}

enum Content {
    Whole { bytes: Option<Bytes>, _page: Box<Page> },
    Streamed(Box<Streamed>),
}

/// A body that comes from an upstream.
pub(crate) struct Streamed {
    exchange: Option<Exchange>,
    /// What came with the head.
    first: Bytes,
    upload: Upload,
    watch: Watch,
    connection: Rc<Connection>,
    page: Page,
}

impl Answer {
    pub(crate) fn whole(bytes: Bytes, page: Page) -> Self {
        Self {
            content: Content::Whole { bytes: (!bytes.is_empty()).then_some(bytes), _page: Box::new(page) },
            in_flight: None,
        }
    }

    pub(crate) fn streamed(mut streamed: Streamed) -> Self {
        streamed.give_time();
        Self { content: Content::Streamed(Box::new(streamed)), in_flight: None }
    }

    /// Keeps the connection from being thought idle until the body has ended.
    pub(crate) fn keep(&mut self, in_flight: InFlight) {
        self.in_flight = Some(in_flight);
    }
}

impl Streamed {
    pub(crate) fn new(
        exchange: Exchange,
        upload: Upload,
        watch: Watch,
        connection: Rc<Connection>,
        page: Page,
        first: Bytes,
    ) -> Self {
        Self { exchange: Some(exchange), first, upload, watch, connection, page }
    }

    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if !self.first.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.first)))));
        }
        let Some(exchange) = self.exchange.as_mut().filter(|exchange| !exchange.is_answered()) else {
            return Poll::Ready(self.end().map(|trailers| Ok(Frame::trailers(trailers))));
        };
        let mut data = Vec::with_capacity(ROOM);
        let mut sink = Sink::Plain(&mut data);
        let taken = ready!(exchange.poll_body(cx, &mut self.upload, &mut self.watch, &mut sink, ROOM));
        if let Err(fault) = taken {
            self.page.broke_off(fault.within_answer());
            self.exchange = None;
            return Poll::Ready(Some(Err(io::ErrorKind::ConnectionAborted.into())));
        }
        self.give_time();
        if data.is_empty() {
            return Poll::Ready(self.end().map(|trailers| Ok(Frame::trailers(trailers))));
        }
        Poll::Ready(Some(Ok(Frame::data(data.into()))))
    }

    fn give_time(&mut self) {
        if let Some(exchange) = &self.exchange {
            self.watch.until(exchange.deadline());
        }
    }

    /// Hands the connection back; the fields after the body, if there are any.
    fn end(&mut self) -> Option<HeaderMap> {
        let exchange = self.exchange.take()?;
        let trailers = fields(exchange.trailers());
        exchange.end(&self.connection.door.core);
        trailers
    }
}

/// Lines of fields as a map; `None` if there are none.
pub(crate) fn fields(lines: &[u8]) -> Option<HeaderMap> {
    let mut fields = HeaderMap::new();
    for line in lines.split(|byte| *byte == b'\n') {
        let (name, value) = line.split_at_checked(memchr::memchr(b':', line).unwrap_or(0)).unwrap_or_default();
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
            fields.append(name, value);
        }
    }
    (!fields.is_empty()).then_some(fields)
}

/// Handed over piece by piece, what a client does not take stays in one place and is not copied.
fn take_piece(bytes: &mut Option<Bytes>) -> Option<Bytes> {
    match bytes {
        Some(all) if all.len() > ROOM => Some(all.split_to(ROOM)),
        _ => bytes.take(),
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let me = &mut *self;
        if let Some(in_flight) = &me.in_flight {
            in_flight.taken();
        }
        let frame = match &mut me.content {
            Content::Whole { bytes, .. } => Poll::Ready(take_piece(bytes).map(|bytes| Ok(Frame::data(bytes)))),
            Content::Streamed(streamed) => streamed.poll_frame(cx),
        };
        if let (Poll::Ready(Some(Ok(frame))), Some(in_flight)) = (&frame, &me.in_flight) {
            in_flight.handed(frame.data_ref().map_or(0, Bytes::len));
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Whole { bytes, .. } => bytes.is_none(),
            Content::Streamed(streamed) => {
                streamed
                    .exchange
                    .as_ref()
                    .is_none_or(|exchange| exchange.is_answered() && exchange.trailers().is_empty())
                    && streamed.first.is_empty()
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole { bytes, .. } => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Content::Streamed(_) => SizeHint::default(),
        }
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        if let Content::Streamed(streamed) = &mut self.content
            && self.in_flight.as_ref().is_some_and(InFlight::was_cut)
        {
            streamed.page.broke_off("The client took the answer too slowly.");
        }
    }
}

impl Drop for Streamed {
    fn drop(&mut self) {
        match self.exchange.take() {
            Some(exchange) if exchange.is_answered() => {
                self.exchange = Some(exchange);
                self.end();
            }
            // The exchange ends with the answer; if it is still here, the client went away before.
            Some(_) => self.page.broke_off("The client went away within the answer."),
            None => {}
        }
    }
}
