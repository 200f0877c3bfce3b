//! How does the body of an answer reach the client, and what if it does not?

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};

use crate::{journal::Page, pool::Lease, wire::InFlight};

/// The body of an answer, with the journal entry that is closed when the body ends, however it ends.
pub(crate) struct AnswerBody {
    content: Content,
    page: Option<Page>,
    in_flight: Option<InFlight>,
}

/// Bytes that are there, or bytes that are still coming.
pub(crate) enum Content {
    Whole(Option<Bytes>),
    Streamed { body: Incoming, lease: Option<Lease> },
}

impl Content {
    pub(crate) fn whole(bytes: Bytes) -> Self {
        Self::Whole((!bytes.is_empty()).then_some(bytes))
    }

    /// A body that comes from an upstream. Its connection can be used again once the body has ended well.
    pub(crate) fn streamed(body: Incoming, lease: Lease) -> Self {
        let mut content = Self::Streamed { body, lease: Some(lease) };
        content.hand_back_at_end();
        content
    }

    fn hand_back_at_end(&mut self) {
        if let Self::Streamed { body, lease } = self
            && body.is_end_stream()
            && let Some(lease) = lease.take()
        {
            lease.hand_back();
        }
    }
}

impl AnswerBody {
    pub(crate) fn new(content: Content, page: Page) -> Self {
        Self { content, page: Some(page), in_flight: None }
    }

    /// Keeps the connection from being thought idle until the body has ended.
    pub(crate) fn keep(&mut self, in_flight: InFlight) {
        self.in_flight = Some(in_flight);
    }
}

impl Body for AnswerBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = &mut *self;
        let body = match &mut this.content {
            Content::Whole(bytes) => {
                return Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes))));
            }
            Content::Streamed { body, .. } => body,
        };
        loop {
            match std::task::ready!(Pin::new(&mut *body).poll_frame(cx)) {
                // Trailers could name fields that are only ever right in a head.
                Some(Ok(frame)) if !frame.is_data() => {}
                Some(Ok(frame)) => {
                    this.content.hand_back_at_end();
                    return Poll::Ready(Some(Ok(frame)));
                }
                Some(Err(error)) => {
                    if let Some(page) = &mut this.page {
                        page.broke_off("The API's server broke off within its answer.");
                    }
                    return Poll::Ready(Some(Err(error)));
                }
                None => {
                    if let Content::Streamed { lease, .. } = &mut this.content
                        && let Some(lease) = lease.take()
                    {
                        lease.hand_back();
                    }
                    return Poll::Ready(None);
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.content {
            Content::Whole(bytes) => bytes.is_none(),
            Content::Streamed { body, .. } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.content {
            Content::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |b| b.len() as u64)),
            Content::Streamed { body, .. } => body.size_hint(),
        }
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        // The lease is handed back at the end; if it is still here, the client went away before.
        if let Content::Streamed { lease: Some(_), .. } = &self.content
            && let Some(page) = &mut self.page
        {
            page.broke_off("The client went away within the answer.");
        }
    }
}
