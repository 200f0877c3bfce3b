//! How does one request go to an upstream, whatever protocol that speaks?
//!
//! Both edges ask here; what an answer says is told in the same way whether it came by HTTP/1.1 or HTTP/2.

use std::task::{Context, Poll};

use tokio::time::Instant;

use crate::{
    forwarding::{self, Passage},
    http1::{self, answer_head::AnswerHead, incoming::Incoming, reading::Sink},
    http2::{self, pool::Leased},
    limits::Admitted,
    patience::Watch,
    source::Source,
    story::Core,
    stream::Stream,
    upstreams::{Attempt, ConnectFault, Patience, Turn},
};

pub(crate) use crate::http1::exchange::Fault;

/// A request at an upstream. Boxed, so that what waits for one stays small.
pub(crate) enum Exchange {
    Http1(Box<http1::exchange::Exchange>),
    Http2(Box<http2::exchange::Exchange>),
}

/// How an upstream is reached for one request.
#[derive(Clone, Copy)]
pub(crate) struct Way {
    /// Whether it is asked in HTTP/2.
    pub(crate) http2: bool,
    pub(crate) patience: Patience,
    /// Whether a kept connection will not do.
    pub(crate) fresh: bool,
}

impl Exchange {
    /// Gets a connection. If there is none, the turn goes back.
    pub(crate) async fn open(core: &Core, turn: Turn, way: Way) -> Result<Self, (Turn, ConnectFault)> {
        let leased = match way.http2 {
            true => core.shared_connections.lease(core, &turn, way).await,
            false => core.pool.lease(&turn, way.patience.connect, way.fresh).await.map(Leased::Http1),
        };
        match leased {
            Ok(Leased::Http1(lease)) => {
                let exchange = http1::exchange::Exchange::new(lease, turn, way.patience, &core.buffers);
                Ok(Self::Http1(Box::new(exchange)))
            }
            Ok(Leased::Http2(lease)) => {
                Ok(Self::Http2(Box::new(http2::exchange::Exchange::new(lease, turn, way.patience))))
            }
            Err(fault) => Err((turn, fault)),
        }
    }

    /// Begins the request.
    pub(crate) fn begin(
        &mut self,
        core: &Core,
        admitted: &Admitted<'_>,
        passage: Passage,
        to_head: bool,
        watch: &mut Watch,
    ) {
        match self {
            Self::Http1(exchange) => exchange.begin(passage.framing, to_head, watch, |out, target| {
                forwarding::put_request(out, core, target, admitted, passage);
            }),
            Self::Http2(exchange) => exchange.begin(core, admitted, passage.framing, to_head, watch),
        }
    }

    /// What is left of it after it failed before there was an answer: the server's turn, and how far it came.
    pub(crate) fn into_attempt(self, number: u32, is_idempotent: bool, framing: http1::Framing) -> (Turn, Attempt) {
        match self {
            Self::Http1(exchange) => exchange.into_attempt(number, is_idempotent, framing),
            Self::Http2(exchange) => exchange.into_attempt(number, is_idempotent),
        }
    }

    /// Until when the upstream may go on with its answer.
    pub(crate) fn deadline(&self) -> Instant {
        match self {
            Self::Http1(exchange) => exchange.deadline(),
            Self::Http2(exchange) => exchange.deadline(),
        }
    }

    /// The next head of an answer: an interim one (1xx), or the final one. Its fields stand in [`Self::text`] until
    /// [`Self::use_head`].
    pub(crate) fn poll_head<B: Source>(
        &mut self,
        cx: &mut Context<'_>,
        source: &mut B,
        watch: &mut Watch,
    ) -> Poll<Result<AnswerHead, Fault>> {
        match self {
            Self::Http1(exchange) => exchange.poll_head(cx, source, watch),
            Self::Http2(exchange) => exchange.poll_head(cx, source, watch),
        }
    }

    /// The text that the last head stands in.
    pub(crate) fn text(&self) -> &[u8] {
        match self {
            Self::Http1(exchange) => exchange.text(),
            Self::Http2(exchange) => exchange.text(),
        }
    }

    /// Leaves a head behind.
    pub(crate) fn use_head(&mut self, head: &AnswerHead) -> Result<(), Fault> {
        match self {
            Self::Http1(exchange) => exchange.use_head(head),
            Self::Http2(exchange) => exchange.use_head(head),
        }
    }

    /// Whether the answer was read to its end.
    pub(crate) fn is_answered(&self) -> bool {
        match self {
            Self::Http1(exchange) => exchange.is_answered(),
            Self::Http2(exchange) => exchange.is_answered(),
        }
    }

    /// The fields after the answer's body that may be passed on, as lines.
    pub(crate) fn trailers(&self) -> &[u8] {
        match self {
            Self::Http1(exchange) => exchange.trailers(),
            Self::Http2(exchange) => exchange.trailers(),
        }
    }

    /// What has come of the answer's body already.
    pub(crate) fn take_body(&mut self, sink: &mut Sink<'_>) -> Result<u64, Fault> {
        match self {
            Self::Http1(exchange) => exchange.take_body(sink),
            Self::Http2(_) => Ok(0),
        }
    }

    /// More of the answer's body, while the rest of the request goes its way.
    pub(crate) fn poll_body<B: Source>(
        &mut self,
        cx: &mut Context<'_>,
        source: &mut B,
        watch: &mut Watch,
        sink: &mut Sink<'_>,
        room: usize,
    ) -> Poll<Result<u64, Fault>> {
        match self {
            Self::Http1(exchange) => exchange.poll_body(cx, source, watch, sink, room),
            Self::Http2(exchange) => exchange.poll_body(cx, source, watch, sink),
        }
    }

    /// Ends the exchange.
    pub(crate) fn end(self, core: &Core) {
        match self {
            Self::Http1(exchange) => exchange.end(core),
            Self::Http2(exchange) => drop(exchange),
        }
    }

    /// The bare connection after an upgrade, with what came after the head. There is none where many requests share it.
    pub(crate) fn into_parts(self) -> Option<(Stream, Incoming, Turn)> {
        match self {
            Self::Http1(exchange) => Some(exchange.into_parts()),
            Self::Http2(_) => None,
        }
    }
}
