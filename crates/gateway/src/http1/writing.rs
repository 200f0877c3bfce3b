//! Which bytes are still to be sent?

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::AsyncWrite;

use crate::buffers::Buffers;

/// Bytes of one side of a connection, in order.
#[derive(Default)]
pub(crate) struct Outgoing {
    pub(crate) bytes: Vec<u8>,
    sent: usize,
    /// Whether anything was sent since this was last set to false.
    pub(crate) has_said: bool,
}

impl Outgoing {
    pub(crate) fn is_sent(&self) -> bool {
        self.sent >= self.bytes.len()
    }

    /// Sends until nothing is left; then the memory is empty and can be filled again.
    pub(crate) fn poll_send<S: AsyncWrite + Unpin>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while let Some(left) = self.bytes.get(self.sent..).filter(|left| !left.is_empty()) {
            let count = ready!(Pin::new(&mut *stream).poll_write(cx, left))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent = self.sent.saturating_add(count);
            self.has_said = true;
        }
        self.bytes.clear();
        self.sent = 0;
        Poll::Ready(Ok(()))
    }

    /// Has memory to write into.
    pub(crate) fn borrow_from(&mut self, buffers: &Buffers) {
        buffers.lend(&mut self.bytes);
    }

    /// Gives the memory back, sent or not.
    pub(crate) fn release(&mut self, buffers: &Buffers) {
        self.sent = 0;
        buffers.take_back(&mut self.bytes);
    }
}

/// One chunk; nothing for no data, as an empty chunk would be the last.
pub(crate) fn put_chunk(out: &mut Vec<u8>, data: &[u8]) {
    if data.is_empty() {
        return;
    }
    put_hex(out, data.len());
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(data);
    out.extend_from_slice(b"\r\n");
}

/// The last chunk, with the lines of fields after it.
pub(crate) fn put_last_chunk(out: &mut Vec<u8>, trailers: &[u8]) {
    out.extend_from_slice(b"0\r\n");
    out.extend_from_slice(trailers);
    out.extend_from_slice(b"\r\n");
}

fn put_hex(out: &mut Vec<u8>, number: usize) {
    let digits = (usize::BITS.saturating_sub(number.leading_zeros())).div_ceil(4).max(1);
    for digit in (0..digits).rev() {
        let nibble = u32::try_from((number >> digit.saturating_mul(4)) & 15).unwrap_or(0);
        out.extend(char::from_digit(nibble, 16).map(|digit| digit as u8));
    }
}

/// A number in decimal.
pub(crate) fn put_number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_carry_their_size_in_hexadecimal() {
        for (length, size) in [(1, "1"), (15, "f"), (16, "10"), (255, "ff"), (4096, "1000"), (65_537, "10001")] {
            let mut out = vec![];
            put_chunk(&mut out, &vec![b'a'; length]);
            assert!(out.starts_with(format!("{size}\r\na").as_bytes()), "{length}");
            assert!(out.ends_with(b"a\r\n"));
        }
        let mut out = vec![];
        put_chunk(&mut out, b"");
        put_last_chunk(&mut out, b"");
        assert_eq!(out, b"0\r\n\r\n");
    }
}
