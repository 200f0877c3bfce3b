//! Which bytes have come and are not used yet?

use std::{
    future::Future,
    io,
    pin::pin,
    task::{Context, Poll, ready},
};

use bytes::BufMut;
use tokio::io::{AsyncRead, AsyncReadExt};

use crate::buffers::Buffers;

/// Bytes of one side of a connection, in order. Empty, it holds no memory that a connection at rest would keep.
#[derive(Default)]
pub(crate) struct Incoming {
    bytes: Vec<u8>,
    used: usize,
}

impl Incoming {
    /// What has come and is not used yet.
    pub(crate) fn unused(&self) -> &[u8] {
        self.bytes.get(self.used..).unwrap_or_default()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.used >= self.bytes.len()
    }

    /// The first so many unused bytes are used now.
    pub(crate) fn mark_used(&mut self, count: usize) {
        self.used = self.used.saturating_add(count).min(self.bytes.len());
        if self.is_empty() {
            self.bytes.clear();
            self.used = 0;
        }
    }

    /// Has memory to read into.
    pub(crate) fn borrow_from(&mut self, buffers: &Buffers) {
        buffers.lend(&mut self.bytes);
    }

    /// Gives the memory back, if nothing is in it.
    pub(crate) fn release(&mut self, buffers: &Buffers) {
        if self.is_empty() {
            self.used = 0;
            buffers.take_back(&mut self.bytes);
        }
    }

    /// Reads once, at most `room` bytes. `Ready(0)` is the end.
    pub(crate) fn poll_more<S: AsyncRead + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
        room: usize,
    ) -> Poll<io::Result<usize>> {
        if self.used > 0 {
            self.bytes.drain(..self.used);
            self.used = 0;
        }
        poll_append(stream, cx, &mut self.bytes, room)
    }
}

/// Reads once and appends, at most `room` bytes. `Ready(0)` is the end.
pub(crate) fn poll_append<S: AsyncRead + Unpin>(
    stream: &mut S,
    cx: &mut Context<'_>,
    into: &mut Vec<u8>,
    room: usize,
) -> Poll<io::Result<usize>> {
    into.reserve(room);
    let mut limited = into.limit(room);
    let count = ready!(pin!(stream.read_buf(&mut limited)).poll(cx))?;
    Poll::Ready(Ok(count))
}
