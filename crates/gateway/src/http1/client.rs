//! What does a client say on its connection, and what is said back?

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use socket2::SockRef;
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    time::Instant,
};

use super::{
    Framing,
    head_search::HeadSearch,
    incoming::Incoming,
    reading::{Broken, Reading, Sink},
    request_head::{self, LARGEST_HEAD, RequestHead},
    writing::Outgoing,
};
use crate::{
    buffers::{Buffers, SIZE},
    connection::{Connection, LAST_CALL},
    fields::is_token,
    isolation::{Panicked, isolated},
    patience::{Pace, Watch, present},
    refusal::Refusal,
    source::{Source, SourceFault},
    stream::Stream,
};

const FIRST_BYTE: Duration = Duration::from_secs(10);
const WHOLE_HEAD: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_secs(60);
/// How long, and how much, a client that was refused may go on sending: closing at once could destroy the answer on its way.
const LINGER: Duration = Duration::from_secs(2);
const MOST_LINGERED: u64 = 256 * 1024;
/// After so long a connection ends with its next answer, so that clients come to see what has changed behind the address.
const OLDEST: Duration = Duration::from_secs(3600);
const MOST_EMPTY_LINES: u8 = 2;
/// What of a later request is read while an earlier one is answered.
const MOST_AHEAD: usize = SIZE;
const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// A client's connection.
pub(crate) struct Client {
    pub(crate) connection: Connection,
    pub(crate) inbound: Inbound,
    pub(crate) out: Outgoing,
    pub(crate) watch: Watch,
    opened: Instant,
    has_served: bool,
    /// Whether the answer has no end that could be told from a proper one.
    pub(crate) is_cut: bool,
}

/// What comes from the client, with the socket that it comes by.
pub(crate) struct Inbound {
    pub(crate) stream: Stream,
    pub(crate) incoming: Incoming,
    search: HeadSearch,
    empty_lines: u8,
    reading: Reading,
    limit: u64,
    taken: u64,
    /// What is still to be said to a client that waits before it sends its body.
    to_continue: &'static [u8],
    /// Whether the client has closed its side.
    pub(crate) has_ended: bool,
}

/// What came next on a connection.
enum Next {
    Head(Vec<u8>),
    Bad(Refusal),
    /// Nothing will come, or nothing came in time.
    Gone,
}

/// Serves a connection until one side is done with it.
pub(crate) async fn serve(connection: Connection, stream: Stream) {
    let inbound = Inbound {
        stream,
        incoming: Incoming::default(),
        search: HeadSearch::default(),
        empty_lines: 0,
        reading: Reading::Ended,
        limit: 0,
        taken: 0,
        to_continue: b"",
        has_ended: false,
    };
    let mut client = Client {
        connection,
        inbound,
        out: Outgoing::default(),
        watch: Watch::new(FIRST_BYTE),
        opened: present(),
        has_served: false,
        is_cut: false,
    };
    loop {
        let goes_on = match client.next_head().await {
            Next::Gone => return,
            Next::Head(text) => {
                client.out.has_said = false;
                // Boxed, so that a connection at rest costs nothing of what serving a request needs.
                match isolated(Box::pin(client.serve_one(text))).await {
                    Ok(goes_on) => goes_on,
                    Err(Panicked) => {
                        client.apologise().await;
                        false
                    }
                }
            }
            Next::Bad(refusal) => {
                client.refuse_unread(refusal).await;
                false
            }
        };
        if !goes_on {
            break;
        }
        client.watch.give(IDLE);
        client.has_served = true;
    }
    client.close().await;
}

impl Client {
    /// Waits for the head of the next request. A connection that has nothing to say holds no buffer.
    async fn next_head(&mut self) -> Next {
        let Self { connection, inbound, watch, out, has_served, .. } = self;
        let mut last_call = false;
        let buffers = &connection.door.core.buffers;
        let mut has_begun = !inbound.incoming.is_empty();
        if has_begun {
            watch.give(WHOLE_HEAD);
        }
        out.release(buffers);
        poll_fn(|cx| {
            loop {
                match inbound.head() {
                    Ok(Some(text)) => {
                        inbound.incoming.release(buffers);
                        return Poll::Ready(Next::Head(text));
                    }
                    Ok(None) => {}
                    Err(refusal) => return Poll::Ready(Next::Bad(refusal)),
                }
                if inbound.has_ended {
                    return Poll::Ready(Next::Gone);
                }
                inbound.incoming.borrow_from(buffers);
                match inbound.incoming.poll_more(&mut inbound.stream, cx, SIZE) {
                    Poll::Ready(Ok(count)) if count > 0 => {
                        if !std::mem::replace(&mut has_begun, true) {
                            watch.give(WHOLE_HEAD);
                        }
                    }
                    Poll::Ready(_) => return Poll::Ready(Next::Gone),
                    Poll::Pending => {
                        // Asked only now, since a request that has come already is to be answered.
                        if inbound.incoming.is_empty() && connection.is_closing() {
                            if *has_served {
                                return Poll::Ready(Next::Gone);
                            }
                            if !std::mem::replace(&mut last_call, true) {
                                watch.give(LAST_CALL);
                            }
                        }
                        inbound.incoming.release(buffers);
                        return watch.poll_late(cx).map(|()| Next::Gone);
                    }
                }
            }
        })
        .await
    }

    /// Serves one request. Whether the connection may serve another.
    async fn serve_one(&mut self, text: Vec<u8>) -> bool {
        match request_head::read(text) {
            Ok((unread, head)) => self.answer(unread, head).await,
            Err(refusal) => {
                self.refuse_unread(refusal).await;
                false
            }
        }
    }

    /// Whether the connection has served for long enough.
    pub(crate) fn is_old(&self) -> bool {
        present().saturating_duration_since(self.opened) > OLDEST
    }

    /// Lets the body of the request that is served now be read.
    pub(crate) fn expect_body(&mut self, head: &RequestHead, limit: u64) {
        self.inbound.reading = Reading::new(head.framing);
        self.inbound.limit = limit;
        self.inbound.taken = 0;
        let waits = head.expects && head.framing != Framing::None && self.inbound.incoming.is_empty();
        self.inbound.to_continue = if waits { CONTINUE } else { b"" };
    }

    /// Sends what is written so far; false if the client is gone or takes too long.
    pub(crate) async fn send(&mut self) -> bool {
        let Self { out, inbound, watch, .. } = self;
        let mut pace = Pace::begin();
        watch.until(pace.step(0));
        poll_fn(|cx| match out.poll_send(&mut inbound.stream, cx) {
            Poll::Ready(outcome) => Poll::Ready(outcome.is_ok()),
            Poll::Pending => watch.poll_late(cx).map(|()| false),
        })
        .await
    }

    /// Takes what is left of a body that nobody wanted, if that is little; false if the connection cannot be used again.
    pub(crate) async fn drain(&mut self) -> bool {
        if self.inbound.is_ended() {
            return true;
        }
        self.inbound.limit = MOST_LINGERED;
        self.inbound.taken = 0;
        self.watch.give(LINGER);
        let Self { inbound, watch, .. } = self;
        let mut waste = vec![];
        poll_fn(|cx| {
            while !inbound.is_ended() {
                waste.clear();
                match inbound.poll_take(cx, &mut Sink::Plain(&mut waste), SIZE) {
                    Poll::Ready(Ok(_)) => {}
                    Poll::Ready(Err(_)) => return Poll::Ready(false),
                    Poll::Pending => return watch.poll_late(cx).map(|()| false),
                }
            }
            Poll::Ready(true)
        })
        .await
    }

    /// Ends the connection so that what was said last still arrives: says that nothing more comes, and takes for a while what
    /// the client sends.
    async fn close(mut self) {
        if self.is_cut {
            // Closed by a reset, which nobody takes for the end of an answer.
            let _ = SockRef::from(self.inbound.stream.socket()).set_linger(Some(Duration::ZERO));
            return;
        }
        if self.inbound.stream.shutdown().await.is_err() || self.inbound.has_ended {
            return;
        }
        self.watch.give(LINGER);
        let Self { inbound, watch, connection, .. } = &mut self;
        let buffers = &connection.door.core.buffers;
        inbound.incoming.borrow_from(buffers);
        let mut lingered: u64 = 0;
        poll_fn(|cx| {
            while lingered < MOST_LINGERED {
                inbound.incoming.mark_used(usize::MAX);
                match inbound.incoming.poll_more(&mut inbound.stream, cx, SIZE) {
                    Poll::Ready(Ok(count)) if count > 0 => lingered = lingered.saturating_add(count as u64),
                    Poll::Ready(_) => return Poll::Ready(()),
                    Poll::Pending => return watch.poll_late(cx),
                }
            }
            Poll::Ready(())
        })
        .await;
        inbound.incoming.mark_used(usize::MAX);
        inbound.incoming.release(buffers);
    }
}

impl Inbound {
    /// The next head, if it is there; what stands before it is judged as early as possible.
    fn head(&mut self) -> Result<Option<Vec<u8>>, Refusal> {
        while self.incoming.unused().starts_with(b"\r\n") {
            self.empty_lines = self.empty_lines.saturating_add(1);
            if self.empty_lines > MOST_EMPTY_LINES {
                return Err(Refusal::Malformed("Empty lines stand before the request.".into()));
            }
            self.incoming.mark_used(2);
            self.search = HeadSearch::default();
        }
        let unused = self.incoming.unused();
        if unused.first().is_some_and(|byte| !is_token(*byte) && *byte != b'\r') {
            return Err(Refusal::Malformed("This is no HTTP request.".into()));
        }
        let length = self
            .search
            .length(unused)
            .map_err(|_| Refusal::Malformed("A line of the head ends with a line feed alone.".into()))?;
        let Some(length) = length else {
            return match unused.len() > LARGEST_HEAD {
                false => Ok(None),
                true if memchr::memchr(b'\n', unused).is_some() => Err(Refusal::FieldsTooLarge),
                true => Err(Refusal::UriTooLong),
            };
        };
        let text = unused.get(..length).unwrap_or_default().to_vec();
        self.incoming.mark_used(length);
        self.empty_lines = 0;
        Ok(Some(text))
    }

    /// Whether the client waits for a word before it sends its body. Without one it would wait on, and the word would be a lie.
    pub(crate) fn waits_for_word(&self) -> bool {
        !self.to_continue.is_empty()
    }

    /// Looks whether the client is still there while it waits for an answer. What it sends meanwhile is kept, within a bound.
    /// Ready if the connection has failed.
    pub(crate) fn poll_gone(&mut self, cx: &mut Context<'_>, buffers: &Buffers) -> Poll<()> {
        while self.reading.is_ended() && !self.has_ended && self.incoming.unused().len() < MOST_AHEAD {
            self.incoming.borrow_from(buffers);
            match self.incoming.poll_more(&mut self.stream, cx, SIZE) {
                Poll::Ready(Ok(0)) => self.has_ended = true,
                Poll::Ready(Ok(_)) => {}
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Pending => break,
            }
        }
        self.incoming.release(buffers);
        Poll::Pending
    }

    fn poll_continue(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.to_continue.is_empty() {
            let count = ready!(Pin::new(&mut self.stream).poll_write(cx, self.to_continue))?;
            self.to_continue = self.to_continue.get(count..).unwrap_or_default();
        }
        Pin::new(&mut self.stream).poll_flush(cx)
    }
}

impl Source for Inbound {
    fn poll_take(
        &mut self,
        cx: &mut Context<'_>,
        sink: &mut Sink<'_>,
        room: usize,
    ) -> Poll<Result<usize, SourceFault>> {
        if self.reading.is_ended() {
            return Poll::Ready(Ok(0));
        }
        if !self.to_continue.is_empty() {
            ready!(self.poll_continue(cx)).map_err(|_| SourceFault::Gone)?;
        }
        let taken = ready!(self.reading.poll_take(&mut self.stream, &mut self.incoming, cx, sink, room));
        let taken = taken.map_err(|broken| match broken {
            Broken::Framing => SourceFault::Malformed,
            Broken::Short | Broken::Connection => SourceFault::Gone,
        })?;
        self.taken = self.taken.saturating_add(taken);
        if self.taken > self.limit {
            return Poll::Ready(Err(SourceFault::TooLarge(self.limit)));
        }
        Poll::Ready(Ok(usize::try_from(taken).unwrap_or(usize::MAX)))
    }

    fn is_ended(&self) -> bool {
        self.reading.is_ended()
    }

    fn trailers(&self) -> &[u8] {
        self.reading.trailers()
    }
}
