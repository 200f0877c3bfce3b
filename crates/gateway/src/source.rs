//! Where does the body of a request come from, whatever protocol it comes by?

use std::{
    future::poll_fn,
    task::{Context, Poll},
};

use crate::{http1::reading::Sink, refusal::Refusal};

/// A body on its way from a client.
pub(crate) trait Source {
    /// Moves what has come into the sink, or waits for more. Ready with the number of bytes, or at the end.
    fn poll_take(&mut self, cx: &mut Context<'_>, sink: &mut Sink<'_>, room: usize)
    -> Poll<Result<usize, SourceFault>>;

    /// Whether the whole body was taken.
    fn is_ended(&self) -> bool;

    /// The fields after the body that may be passed on, as lines; known at the end.
    fn trailers(&self) -> &[u8];
}

/// Why a body has no proper end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SourceFault {
    /// It is larger than so many bytes.
    TooLarge(u64),
    /// It is malformed.
    Malformed,
    /// The client went away.
    Gone,
    /// The client paused for too long, or sends it byte by byte.
    TooSlow,
}

impl From<SourceFault> for Refusal {
    fn from(fault: SourceFault) -> Self {
        match fault {
            SourceFault::TooLarge(limit) => Refusal::BodyTooLarge { limit },
            SourceFault::Malformed => Refusal::Malformed("The body is malformed.".into()),
            SourceFault::Gone => Refusal::Malformed("The body broke off.".into()),
            SourceFault::TooSlow => Refusal::BodyTooSlow,
        }
    }
}

/// The whole body, if it is not larger than `limit` bytes.
pub(crate) async fn collect<B: Source>(source: &mut B, limit: usize) -> Result<Vec<u8>, SourceFault> {
    let mut body = vec![];
    while !source.is_ended() {
        let room = limit.saturating_sub(body.len()).saturating_add(1).min(64 * 1024);
        poll_fn(|cx| source.poll_take(cx, &mut Sink::Plain(&mut body), room)).await?;
        if body.len() > limit {
            return Err(SourceFault::TooLarge(limit as u64));
        }
    }
    Ok(body)
}
