//! How does the body of an answer reach a client of HTTP/2, and what if it does not?

use std::{
    cell::Cell,
    io,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use hyper::body::{Body, Frame, SizeHint};

use super::request::Upload;
use crate::{
    connection::Connection,
    http1::{exchange::Exchange, reading::Sink},
    journal::Page,
    patience::Watch,
};

const ROOM: usize = 16 * 1024;

/// How many requests of a connection are being answered.
#[derive(Clone, Default)]
pub(crate) struct Busy(Rc<Cell<usize>>);

/// A request that is being answered.
pub(crate) struct InFlight(Busy);

impl Busy {
    pub(crate) fn is_idle(&self) -> bool {
        self.0.get() == 0
    }

    pub(crate) fn begin(&self) -> InFlight {
        self.0.set(self.0.get().saturating_add(1));
        InFlight(self.clone())
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.0.set(self.0.0.get().saturating_sub(1));
    }
}

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
    ) -> Self {
        Self { exchange: Some(exchange), upload, watch, connection, page }
    }

    fn poll_frame(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let Some(exchange) = self.exchange.as_mut().filter(|exchange| !exchange.is_answered()) else {
            return Poll::Ready(self.end().map(|trailers| Ok(Frame::trailers(trailers))));
        };
        let mut data = vec![];
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
fn fields(lines: &[u8]) -> Option<HeaderMap> {
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

impl Body for Answer {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match &mut self.content {
            Content::Whole { bytes, .. } => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Content::Streamed(streamed) => streamed.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Whole { bytes, .. } => bytes.is_none(),
            Content::Streamed(streamed) => streamed
                .exchange
                .as_ref()
                .is_none_or(|exchange| exchange.is_answered() && exchange.trailers().is_empty()),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole { bytes, .. } => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Content::Streamed(_) => SizeHint::default(),
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
