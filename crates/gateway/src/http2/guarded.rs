//! Over what do the frames of a client come, and what if there are too many?
//!
//! Between the connection and hyper stands a [`Guarded`]: it lets bytes through and follows the frames in them. Beyond a budget
//! it says GOAWAY itself, as soon as that does not cut a frame of ours in two, and ends the connection.

use std::{
    cell::Cell,
    future::Future,
    io::{self, IoSlice},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep},
};

use super::frames::{Budgets, Follower, Kind, calm_down};
use crate::{connection::Connection, stream::Stream};

/// How long a client that was told to go may take to see it, and how much it may send meanwhile.
const FAREWELL: Duration = Duration::from_secs(1);
const MOST_IGNORED: usize = 1024 * 1024;

/// What is to be known of a connection's bytes without asking it.
#[derive(Debug, Default)]
pub(crate) struct Pulse {
    /// Frames that came.
    pub(crate) frames: Cell<u64>,
    /// Writes that went.
    pub(crate) writes: Cell<u64>,
    /// Whether the client is within something that is neither a body nor finished: the preface, a head, a control frame.
    pub(crate) is_within: Cell<bool>,
}

/// A connection whose frames are counted.
pub(crate) struct Guarded {
    stream: Stream,
    connection: Rc<Connection>,
    pulse: Rc<Pulse>,
    incoming: Follower,
    outgoing: Follower,
    budgets: Budgets,
    last_stream: u32,
    farewell: Option<Farewell>,
}

/// The end of a connection on which there was too much.
struct Farewell {
    unsent: Vec<u8>,
    is_shut: bool,
    ignored: usize,
    timer: Pin<Box<Sleep>>,
}

impl Guarded {
    pub(crate) fn new(stream: Stream, connection: Rc<Connection>, pulse: Rc<Pulse>) -> Self {
        pulse.is_within.set(true);
        Self {
            stream,
            connection,
            pulse,
            incoming: Follower::of_client(),
            outgoing: Follower::default(),
            budgets: Budgets::new(Instant::now()),
            last_stream: 0,
            farewell: None,
        }
    }

    /// Looks at what came; the kind that there is too much of.
    fn look(&mut self, bytes: &[u8]) -> Option<Kind> {
        let Self { incoming, budgets, last_stream, .. } = self;
        let (mut flood, mut frames) = (None, 0_u64);
        incoming.follow(bytes, |frame| {
            frames = frames.saturating_add(1);
            if frame.is_of_fields() {
                *last_stream = frame.stream.max(*last_stream);
            }
            flood = flood.or_else(|| budgets.count(frame, Instant::now));
        });
        self.pulse.frames.set(self.pulse.frames.get().wrapping_add(frames));
        let is_within = budgets.has_open_block || !(incoming.is_between() || incoming.is_within_data());
        self.pulse.is_within.set(is_within);
        flood
    }

    fn sent(&mut self, bytes: &[u8]) {
        let Self { outgoing, budgets, .. } = self;
        outgoing.follow(bytes, |frame| budgets.earn(frame));
    }

    fn part(&mut self, kind: Kind) {
        tracing::debug!(peer = %self.connection.peer.address(), kind = kind.as_str(), "a flood of frames");
        self.connection.door.core.shared.metrics.flooded(kind.as_str());
        // Within a frame of ours nothing can be said any more: who does not read would not hear it either.
        let unsent = if self.outgoing.is_between() { calm_down(self.last_stream).to_vec() } else { vec![] };
        self.farewell = Some(Farewell { unsent, is_shut: false, ignored: 0, timer: Box::pin(sleep(FAREWELL)) });
    }

    /// Goes on with the end of the connection, if it is to end.
    fn poll_farewell(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let Some(farewell) = &mut self.farewell else { return Poll::Pending };
        match farewell.poll(&mut self.stream, cx) {
            Poll::Ready(()) => Poll::Ready(io::ErrorKind::ConnectionAborted.into()),
            Poll::Pending => farewell.timer.as_mut().poll(cx).map(|()| io::ErrorKind::ConnectionAborted.into()),
        }
    }
}

impl Farewell {
    /// Says the last word, and reads on for a moment: a connection closed with bytes unread would be reset, and the word lost.
    fn poll(&mut self, stream: &mut Stream, cx: &mut Context<'_>) -> Poll<()> {
        while !self.unsent.is_empty() {
            match ready!(Pin::new(&mut *stream).poll_write(cx, &self.unsent)) {
                Ok(count) if count > 0 => drop(self.unsent.drain(..count.min(self.unsent.len()))),
                _ => return Poll::Ready(()),
            }
        }
        if !self.is_shut {
            self.is_shut = ready!(Pin::new(&mut *stream).poll_shutdown(cx)).is_ok();
            if !self.is_shut {
                return Poll::Ready(());
            }
        }
        let mut space = [0; 4096];
        while self.ignored < MOST_IGNORED {
            let mut buffer = ReadBuf::new(&mut space);
            let outcome = ready!(Pin::new(&mut *stream).poll_read(cx, &mut buffer));
            if outcome.is_err() || buffer.filled().is_empty() {
                break;
            }
            self.ignored = self.ignored.saturating_add(buffer.filled().len());
        }
        Poll::Ready(())
    }
}

impl AsyncRead for Guarded {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let me = self.get_mut();
        if me.farewell.is_some() {
            return me.poll_farewell(cx).map(Err);
        }
        let before = buffer.filled().len();
        ready!(Pin::new(&mut me.stream).poll_read(cx, buffer))?;
        let flood = me.look(buffer.filled().get(before..).unwrap_or_default());
        if let Some(kind) = flood {
            buffer.set_filled(before);
            me.part(kind);
            return me.poll_farewell(cx).map(Err);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.poll_write_vectored(cx, &[IoSlice::new(bytes)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let me = self.get_mut();
        if me.farewell.is_some() {
            return me.poll_farewell(cx).map(Err);
        }
        let count = ready!(Pin::new(&mut me.stream).poll_write_vectored(cx, slices))?;
        me.pulse.writes.set(me.pulse.writes.get().wrapping_add(1));
        let mut left = count;
        for slice in slices {
            let part = slice.get(..left.min(slice.len())).unwrap_or_default();
            me.sent(part);
            left = left.saturating_sub(part.len());
        }
        Poll::Ready(Ok(count))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let me = self.get_mut();
        match me.farewell {
            Some(_) => me.poll_farewell(cx).map(Err),
            None => Pin::new(&mut me.stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
