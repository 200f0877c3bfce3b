//! How is a body read, and where does it go?

use std::task::{Context, Poll, ready};

use tokio::io::AsyncRead;

use super::{
    Framing,
    chunks::{Chunks, Piece},
    incoming::{Incoming, poll_append},
    writing::put_chunk,
};

/// A body that is being read.
#[derive(Debug)]
pub(crate) enum Reading {
    Ended,
    Length(u64),
    Chunked(Box<Chunks>),
    UntilClose,
}

/// Where the bytes of a body go, and how they are framed there.
pub(crate) enum Sink<'o> {
    /// As they are.
    Plain(&'o mut Vec<u8>),
    /// As chunks.
    Chunked(&'o mut Vec<u8>),
}

/// Why a body has no proper end.
#[derive(Debug)]
pub(crate) enum Broken {
    /// It is malformed.
    Framing,
    /// The connection ended within it.
    Short,
    /// The connection failed.
    Connection,
}

impl Sink<'_> {
    pub(crate) fn put(&mut self, data: &[u8]) {
        match self {
            Sink::Plain(out) => out.extend_from_slice(data),
            Sink::Chunked(out) => put_chunk(out, data),
        }
    }
}

impl Reading {
    pub(crate) fn new(framing: Framing) -> Self {
        match framing {
            Framing::None | Framing::Length(0) => Self::Ended,
            Framing::Length(length) => Self::Length(length),
            Framing::Chunked => Self::Chunked(Box::default()),
            Framing::UntilClose => Self::UntilClose,
        }
    }

    pub(crate) fn is_ended(&self) -> bool {
        match self {
            Self::Ended => true,
            Self::Chunked(chunks) => chunks.is_ended(),
            Self::Length(_) | Self::UntilClose => false,
        }
    }

    /// The fields after the body that may be passed on, as lines.
    pub(crate) fn trailers(&self) -> &[u8] {
        match self {
            Self::Chunked(chunks) => chunks.trailers(),
            _ => &[],
        }
    }

    /// Moves what has come into the sink; how many bytes of the body that were.
    pub(crate) fn take(&mut self, incoming: &mut Incoming, sink: &mut Sink<'_>) -> Result<u64, Broken> {
        match self {
            Self::Ended => Ok(0),
            Self::UntilClose => {
                let count = incoming.unused().len();
                sink.put(incoming.unused());
                incoming.mark_used(count);
                Ok(count as u64)
            }
            Self::Length(left) => {
                let count = usize::try_from(*left).unwrap_or(usize::MAX).min(incoming.unused().len());
                sink.put(incoming.unused().get(..count).unwrap_or_default());
                incoming.mark_used(count);
                self.count(count);
                Ok(count as u64)
            }
            Self::Chunked(chunks) => {
                let mut taken: u64 = 0;
                loop {
                    let (count, piece) = chunks.next(incoming.unused()).map_err(|_| Broken::Framing)?;
                    let is_last = match piece {
                        Piece::Data(data) => {
                            sink.put(data);
                            taken = taken.saturating_add(data.len() as u64);
                            false
                        }
                        Piece::Framing => false,
                        Piece::Part | Piece::End => true,
                    };
                    incoming.mark_used(count);
                    if is_last {
                        return Ok(taken);
                    }
                }
            }
        }
    }

    fn count(&mut self, count: usize) {
        if let Self::Length(left) = self {
            *left = left.saturating_sub(count as u64);
            if *left == 0 {
                *self = Self::Ended;
            }
        }
    }

    /// Moves what has come into the sink, or reads once, at most `room` bytes. Ready with bytes, or at the end of the body.
    pub(crate) fn poll_take<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        incoming: &mut Incoming,
        cx: &mut Context<'_>,
        sink: &mut Sink<'_>,
        room: usize,
    ) -> Poll<Result<u64, Broken>> {
        loop {
            let taken = self.take(incoming, sink)?;
            if taken > 0 || self.is_ended() {
                return Poll::Ready(Ok(taken));
            }
            // Straight to where it goes, if nothing has to be looked at on the way.
            let count = match (&mut *self, &mut *sink) {
                (Self::Length(left), Sink::Plain(out)) => {
                    let room = usize::try_from(*left).unwrap_or(usize::MAX).min(room);
                    ready!(poll_append(stream, cx, out, room)).map_err(|_| Broken::Connection)?
                }
                (Self::UntilClose, Sink::Plain(out)) => {
                    ready!(poll_append(stream, cx, out, room)).map_err(|_| Broken::Connection)?
                }
                _ => {
                    let count = ready!(incoming.poll_more(stream, cx, room)).map_err(|_| Broken::Connection)?;
                    if count > 0 {
                        continue;
                    }
                    0
                }
            };
            if count > 0 {
                self.count(count);
                return Poll::Ready(Ok(count as u64));
            }
            if matches!(self, Self::UntilClose) {
                *self = Self::Ended;
                return Poll::Ready(Ok(0));
            }
            return Poll::Ready(Err(Broken::Short));
        }
    }
}
