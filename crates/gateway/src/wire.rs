//! What came over the wire that an HTTP parser would not tell?
//!
//! A parser that forgives hides what it forgave: line ends without a carriage return, a fragment, two lengths, a length beside
//! chunks. Each of them is a way to make the next server read another request than this one did. [`Wire`] therefore reads the
//! framing first and hands a request on only when its head has one reading. Otherwise it hands on a request of its own making,
//! whose path nobody can guess, and leaves the refusal with the [`Conversation`]: it is answered and journalled like any other.

use std::{
    cell::{Cell, RefCell},
    io,
    mem::MaybeUninit,
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Buf, BytesMut};
use hansom_domain::Chance;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

use crate::{
    framing::{self, Framing},
    refusal::Refusal,
    stream::Stream,
};

const FIRST_BYTE: Duration = Duration::from_secs(10);
const WHOLE_HEAD: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_secs(60);
const BODY_STALL: Duration = Duration::from_secs(30);
const READ_SIZE: usize = 16 * 1024;
/// How much is read and thrown away after a refusal, so that closing does not destroy the answer on its way.
const LINGER: usize = 256 * 1024;

/// What wire and requests of one connection tell each other.
pub(crate) struct Conversation {
    trip: RefCell<Option<(String, Refusal)>>,
    in_flight: Cell<usize>,
    last_end: Cell<Instant>,
}

impl Default for Conversation {
    fn default() -> Self {
        Self { trip: RefCell::default(), in_flight: Cell::default(), last_end: Cell::new(Instant::now()) }
    }
}

impl Conversation {
    /// The refusal that the wire left for the request with that path.
    pub(crate) fn fault(&self, path: &str) -> Option<Refusal> {
        let mut trip = self.trip.borrow_mut();
        if trip.as_ref().is_some_and(|(name, _)| path.strip_prefix('/') == Some(name)) {
            return trip.take().map(|(_, refusal)| refusal);
        }
        None
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.in_flight.get() == 0
    }

    pub(crate) fn begin(self: &Rc<Self>) -> InFlight {
        self.in_flight.set(self.in_flight.get() + 1);
        InFlight(Rc::clone(self))
    }
}

/// A request that is being answered.
pub(crate) struct InFlight(Rc<Conversation>);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.last_end.set(Instant::now());
        self.0.in_flight.set(self.0.in_flight.get().saturating_sub(1));
    }
}

/// A client's HTTP/1.1 connection with its framing checked.
pub(crate) struct Wire {
    stream: TokioIo<Stream>,
    incoming: BytesMut,
    checked: BytesMut,
    framing: Framing,
    phase: Phase,
    deadline: Instant,
    sleep: Pin<Box<Sleep>>,
    /// Whether the socket was found empty and nothing has come since.
    is_waiting: bool,
    /// Whether a head was handed on already.
    has_served: bool,
    conversation: Rc<Conversation>,
    chance: Chance,
}

#[derive(PartialEq)]
enum Phase {
    Idle,
    Head,
    Body,
    Refused { lingered: usize },
    Broken,
    Ended,
}

impl Wire {
    pub(crate) fn new(stream: Stream, conversation: Rc<Conversation>, chance: Chance) -> Self {
        let deadline = Instant::now() + FIRST_BYTE;
        Self {
            stream: TokioIo::new(stream),
            incoming: BytesMut::new(),
            checked: BytesMut::new(),
            framing: Framing::default(),
            phase: Phase::Idle,
            deadline,
            sleep: Box::pin(sleep_until(deadline)),
            is_waiting: false,
            has_served: false,
            conversation,
            chance,
        }
    }

    /// Moves what is in order from `incoming` to `checked`.
    fn check(&mut self) {
        match self.framing.advance(&mut self.incoming, &mut self.checked) {
            Ok(()) => {}
            Err(framing::Fault::Head(refusal)) => self.refuse(refusal),
            Err(framing::Fault::Body) => self.phase = Phase::Broken,
        }
        let next = match (&self.phase, self.framing.is_at_head()) {
            (Phase::Refused { .. } | Phase::Broken | Phase::Ended, _) => return,
            (_, true) if self.incoming.is_empty() => Phase::Idle,
            (_, true) => Phase::Head,
            (_, false) => Phase::Body,
        };
        if next != self.phase {
            let patience = if next == Phase::Head { WHOLE_HEAD } else { IDLE };
            self.deadline = Instant::now() + patience;
            self.phase = next;
        }
    }

    fn refuse(&mut self, refusal: Refusal) {
        let name = self.chance.hex(16);
        self.checked
            .extend_from_slice(format!("GET /{name} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes());
        *self.conversation.trip.borrow_mut() = Some((name, refusal));
        self.incoming = BytesMut::new();
        self.phase = Phase::Refused { lingered: 0 };
    }

    /// What to do when nothing came for too long. Somebody who waits for a long answer is not idle.
    fn late(&mut self) -> io::Result<bool> {
        let now = Instant::now();
        let idle_end = self.conversation.last_end.get() + IDLE;
        match self.phase {
            Phase::Idle | Phase::Head if !self.conversation.is_idle() => {
                self.deadline = now + WHOLE_HEAD;
                Ok(false)
            }
            Phase::Idle if self.has_served && idle_end > now => {
                self.deadline = idle_end;
                Ok(false)
            }
            Phase::Body => Err(io::Error::new(io::ErrorKind::TimedOut, "the body stalled")),
            _ => {
                self.phase = Phase::Ended;
                Ok(true)
            }
        }
    }

    /// Reads from the socket. `Ready(false)` is the end.
    fn poll_socket(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        let mut space = [const { MaybeUninit::uninit() }; READ_SIZE];
        let mut buffer = ReadBuf::uninit(&mut space);
        loop {
            match Pin::new(self.stream.inner_mut()).poll_read(cx, &mut buffer) {
                Poll::Ready(result) => {
                    self.is_waiting = false;
                    result?;
                    self.incoming.extend_from_slice(buffer.filled());
                    return Poll::Ready(Ok(!buffer.filled().is_empty()));
                }
                Poll::Pending => {
                    // A body waits from the moment that somebody wants more of it, not while an upstream is slow.
                    if self.phase == Phase::Body && !self.is_waiting {
                        self.deadline = Instant::now() + BODY_STALL;
                    }
                    self.is_waiting = true;
                    if self.sleep.deadline() != self.deadline {
                        self.sleep.as_mut().reset(self.deadline);
                    }
                    ready!(self.sleep.as_mut().poll(cx));
                    if self.late()? {
                        return Poll::Ready(Ok(false));
                    }
                }
            }
        }
    }
}

impl Read for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, mut buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        loop {
            if !this.checked.is_empty() {
                let count = buf.remaining().min(this.checked.len());
                buf.put_slice(this.checked.get(..count).unwrap_or_default());
                this.checked.advance(count);
                this.has_served = true;
                if this.checked.is_empty() {
                    // An idle connection holds no buffer.
                    this.checked = BytesMut::new();
                }
                return Poll::Ready(Ok(()));
            }
            match this.phase {
                Phase::Ended => return Poll::Ready(Ok(())),
                // Told only after what came before: its request was handed on and has to be ended.
                Phase::Broken => {
                    let why = "the chunks of the body are malformed";
                    return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, why)));
                }
                _ => {}
            }
            let more = ready!(this.poll_socket(cx))?;
            if let Phase::Refused { lingered } = &mut this.phase {
                *lingered += this.incoming.len();
                this.incoming.clear();
                if !more || *lingered > LINGER {
                    // The answer ends the connection; an end told here would keep it from being written.
                    return Poll::Pending;
                }
                continue;
            }
            if !more {
                this.phase = Phase::Ended;
                return Poll::Ready(Ok(()));
            }
            this.check();
        }
    }
}

impl Write for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
    fn is_write_vectored(&self) -> bool {
        Write::is_write_vectored(&self.stream)
    }
    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }
}
