//! How does one request go to an upstream over HTTP/1.1, and how does its answer come?
//!
//! Both directions run at once: an upstream may answer before it has the whole request, and may stop taking it.

use std::{
    rc::Rc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    Framing,
    answer_head::{self, AnswerHead, LARGEST_HEAD},
    head_search::HeadSearch,
    incoming::Incoming,
    pool::Lease,
    reading::{Broken, Reading, Sink},
    writing::{Outgoing, put_last_chunk},
};
use crate::{
    buffers::Buffers,
    patience::{Pace, Watch, present},
    refusal::Refusal,
    source::{Source, SourceFault},
    story::Core,
    stream::Stream,
    upstreams::{Attempt, Failure, Patience, Sent, Target, Turn},
};

/// How much is read at once of a head, or of a body that has to be looked at.
const READ: usize = 8 * 1024;
/// How much of a request's body is on its way at once.
const UPLOAD_ROOM: usize = 64 * 1024;
/// Interim answers before the final one.
pub(crate) const MOST_INTERIM: u8 = 16;

/// A connection to an upstream with one request on it.
pub(crate) struct Exchange {
    lease: Lease,
    turn: Turn,
    patience: Patience,
    began: Instant,
    /// Lend memory while bytes are there to hold, and not while one side waits for the other.
    buffers: Rc<Buffers>,
    incoming: Incoming,
    out: Outgoing,
    search: HeadSearch,
    upload: Upload,
    pace: Pace,
    reading: Reading,
    to_head: bool,
    interim: u8,
    persists: bool,
    has_heard: bool,
    waits_for: Waiting,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Upload {
    Plain,
    Chunked,
    /// The last of it is on its way.
    Last,
    Ended,
    /// The upstream takes no more of it.
    Abandoned,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Waiting {
    Client,
    Upstream,
}

/// What went wrong.
#[derive(Debug)]
pub(crate) enum Fault {
    /// With the body of the request.
    Source(SourceFault),
    /// The upstream closed or reset the connection.
    Broken,
    /// The upstream's answer is malformed, or could be read in two ways.
    BadAnswer,
    /// The upstream was silent for too long.
    Silent,
    /// The upstream did not take the request for too long.
    Deaf,
}

impl Fault {
    /// What it is to the client, before there was an answer. `patience` is how long the upstream was waited for.
    pub(crate) fn before_answer(self, patience: Duration) -> Refusal {
        match self {
            Fault::Source(fault) => fault.into(),
            Fault::Broken | Fault::BadAnswer => Refusal::UpstreamBroken,
            Fault::Silent | Fault::Deaf => {
                Refusal::UpstreamSilent { millis: u64::try_from(patience.as_millis()).unwrap_or(u64::MAX) }
            }
        }
    }

    /// How the server failed, if it is the server that did.
    pub(crate) fn failure(&self) -> Option<Failure> {
        match self {
            Fault::Source(_) => None,
            Fault::Broken | Fault::BadAnswer => Some(Failure::Broken),
            Fault::Silent => Some(Failure::Timeout),
            Fault::Deaf => Some(Failure::Stalled),
        }
    }

    /// Why an answer that had begun did not reach its end, for the journal.
    pub(crate) fn within_answer(&self) -> &'static str {
        match self {
            Fault::Source(SourceFault::TooLarge(_)) => "The body of the request is too large.",
            Fault::Source(_) => "The client broke off within its request.",
            Fault::Silent | Fault::Deaf => "The API's server paused too long within its answer.",
            Fault::Broken | Fault::BadAnswer => "The API's server broke off within its answer.",
        }
    }
}

impl Exchange {
    pub(crate) fn new(lease: Lease, turn: Turn, patience: Patience, buffers: &Rc<Buffers>) -> Self {
        Self {
            lease,
            turn,
            patience,
            began: present(),
            buffers: Rc::clone(buffers),
            incoming: Incoming::default(),
            out: Outgoing::default(),
            search: HeadSearch::default(),
            upload: Upload::Ended,
            pace: Pace::begin(),
            reading: Reading::Ended,
            to_head: false,
            interim: 0,
            persists: false,
            has_heard: false,
            waits_for: Waiting::Upstream,
        }
    }

    /// Begins a request whose head `put_head` writes.
    pub(crate) fn begin(
        &mut self,
        framing: Framing,
        to_head: bool,
        watch: &mut Watch,
        put_head: impl FnOnce(&mut Vec<u8>, &Target),
    ) {
        self.out.borrow_from(&self.buffers);
        put_head(&mut self.out.bytes, self.turn.target());
        self.to_head = to_head;
        self.upload = match framing {
            Framing::None | Framing::Length(0) => Upload::Last,
            Framing::Length(_) => Upload::Plain,
            Framing::Chunked | Framing::UntilClose => Upload::Chunked,
        };
        watch.give(self.patience.first_byte);
    }

    /// What is left of it after it failed before there was an answer: the server's turn, and how far it came.
    pub(crate) fn into_attempt(self, number: u32, is_idempotent: bool, framing: Framing) -> (Turn, Attempt) {
        let sent = if framing == Framing::None { Sent::Head } else { Sent::Body };
        let (was_kept, has_answer) = (self.lease.is_used, self.has_heard);
        (self.turn, Attempt { number, is_idempotent, sent, was_kept, has_answer })
    }

    /// Until when the upstream may go on with its answer.
    pub(crate) fn deadline(&self) -> Instant {
        self.patience.deadline(self.began)
    }

    /// The next head of an answer: an interim one (1xx), or the final one. Its fields stand in [`Self::text`] until
    /// [`Self::use_head`].
    pub(crate) fn poll_head<B: Source>(
        &mut self,
        cx: &mut Context<'_>,
        source: &mut B,
        watch: &mut Watch,
    ) -> Poll<Result<AnswerHead, Fault>> {
        loop {
            if let Poll::Ready(Err(fault)) = self.poll_upload(cx, source, watch) {
                return Poll::Ready(Err(fault));
            }
            if let Some(length) = self.search.length(self.incoming.unused()).map_err(|_| Fault::BadAnswer)? {
                let text = self.incoming.unused().get(..length).unwrap_or_default();
                return Poll::Ready(answer_head::read(text, self.to_head).map_err(|_| Fault::BadAnswer));
            }
            if self.incoming.unused().len() > LARGEST_HEAD {
                return Poll::Ready(Err(Fault::BadAnswer));
            }
            self.incoming.borrow_from(&self.buffers);
            match self.incoming.poll_more(&mut self.lease.stream, cx, READ) {
                Poll::Ready(Ok(count)) if count > 0 => self.has_heard = true,
                Poll::Ready(_) => return Poll::Ready(Err(Fault::Broken)),
                Poll::Pending => {
                    self.incoming.release(&self.buffers);
                    return self.poll_late(cx, watch).map(Err);
                }
            }
        }
    }

    fn poll_late(&self, cx: &mut Context<'_>, watch: &mut Watch) -> Poll<Fault> {
        watch.poll_late(cx).map(|()| match (self.upload, self.waits_for) {
            (Upload::Ended | Upload::Abandoned, _) => Fault::Silent,
            (_, Waiting::Client) => Fault::Source(SourceFault::TooSlow),
            (_, Waiting::Upstream) => Fault::Deaf,
        })
    }

    /// The text that the last head stands in.
    pub(crate) fn text(&self) -> &[u8] {
        self.incoming.unused()
    }

    /// Leaves a head behind. Interim answers are counted: a flood of them is no answer.
    pub(crate) fn use_head(&mut self, head: &AnswerHead) -> Result<(), Fault> {
        self.incoming.mark_used(head.length);
        if (100..200).contains(&head.status) && head.status != 101 {
            self.interim = self.interim.saturating_add(1);
            return if self.interim > MOST_INTERIM { Err(Fault::BadAnswer) } else { Ok(()) };
        }
        self.turn.answered(head.status);
        self.reading = Reading::new(head.framing);
        self.persists = head.persists;
        Ok(())
    }

    /// Whether the answer was read to its end.
    pub(crate) fn is_answered(&self) -> bool {
        self.reading.is_ended()
    }

    /// The fields after the answer's body that may be passed on, as lines.
    pub(crate) fn trailers(&self) -> &[u8] {
        self.reading.trailers()
    }

    /// What has come of the answer's body already.
    pub(crate) fn take_body(&mut self, sink: &mut Sink<'_>) -> Result<u64, Fault> {
        self.reading.take(&mut self.incoming, sink).map_err(|_| {
            self.turn.failed(Failure::Broken);
            Fault::BadAnswer
        })
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
        if self.upload != Upload::Ended
            && let Poll::Ready(Err(fault)) = self.poll_upload(cx, source, watch)
        {
            return Poll::Ready(Err(fault));
        }
        self.incoming.borrow_from(&self.buffers);
        let taken = match self.reading.poll_take(&mut self.lease.stream, &mut self.incoming, cx, sink, room) {
            // An answer without end would never be late.
            Poll::Ready(Ok(_)) if !self.reading.is_ended() && self.patience.is_over(self.began) => Err(Fault::Silent),
            Poll::Ready(taken) => taken.map_err(|broken| match broken {
                Broken::Framing => Fault::BadAnswer,
                Broken::Short | Broken::Connection => Fault::Broken,
            }),
            Poll::Pending => {
                self.incoming.release(&self.buffers);
                Err(ready!(self.poll_late(cx, watch)))
            }
        };
        if let Err(fault @ (Fault::Broken | Fault::BadAnswer | Fault::Silent)) = &taken {
            self.turn.failed(if matches!(fault, Fault::Silent) { Failure::Stalled } else { Failure::Broken });
        }
        Poll::Ready(taken)
    }

    fn poll_upload<B: Source>(
        &mut self,
        cx: &mut Context<'_>,
        source: &mut B,
        watch: &mut Watch,
    ) -> Poll<Result<(), Fault>> {
        loop {
            if !self.out.is_sent() {
                match self.out.poll_send(&mut self.lease.stream, cx) {
                    Poll::Ready(Ok(())) => {}
                    // The upstream takes no more; why, its answer may tell, which may be here already.
                    Poll::Ready(Err(_)) => self.upload = Upload::Abandoned,
                    Poll::Pending => {
                        self.waits_for = Waiting::Upstream;
                        return Poll::Pending;
                    }
                }
            }
            let mut sink = match self.upload {
                Upload::Ended | Upload::Abandoned => return Poll::Ready(Ok(())),
                Upload::Last => {
                    self.upload = Upload::Ended;
                    self.out.release(&self.buffers);
                    return Poll::Ready(Ok(()));
                }
                Upload::Plain => Sink::Plain(&mut self.out.bytes),
                Upload::Chunked => Sink::Chunked(&mut self.out.bytes),
            };
            let Poll::Ready(taken) = source.poll_take(cx, &mut sink, UPLOAD_ROOM) else {
                self.waits_for = Waiting::Client;
                return Poll::Pending;
            };
            let taken = taken.map_err(Fault::Source)?;
            if source.is_ended() {
                if self.upload == Upload::Chunked {
                    put_last_chunk(&mut self.out.bytes, source.trailers());
                }
                self.upload = Upload::Last;
                watch.give(self.patience.first_byte);
            } else {
                watch.until(self.pace.step(taken));
            }
        }
    }

    /// Ends the exchange. The connection may serve again if the request was sent whole, the answer was read to its end, and
    /// nothing came after it.
    pub(crate) fn end(mut self, core: &Core) {
        let is_clean =
            self.persists && self.upload == Upload::Ended && self.reading.is_ended() && self.incoming.is_empty();
        self.incoming.release(&self.buffers);
        self.out.release(&self.buffers);
        if is_clean {
            core.pool.hand_back(self.lease);
        }
    }

    /// The bare connection after an upgrade, with what came after the head.
    pub(crate) fn into_parts(self) -> (Stream, Incoming, Turn) {
        (self.lease.stream, self.incoming, self.turn)
    }
}
