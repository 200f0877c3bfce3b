//! How does one request go to an upstream over HTTP/2, and how does its answer come?
//!
//! Both directions run at once, as over HTTP/1.1. What the server says it has not looked at (`REFUSED_STREAM`, or a GOAWAY that
//! names an earlier stream) may be sent again, whatever it is.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use h2::{
    Reason, RecvStream, SendStream,
    client::{ResponseFuture, SendRequest},
};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, header};
use tokio::time::Instant;

use super::pool::Lease;
use crate::{
    fields::{Kind, may_trail},
    forwarding,
    head::Field,
    http1::{
        Framing,
        answer_head::AnswerHead,
        content_length,
        exchange::{Fault, MOST_INTERIM},
        put_field,
        reading::Sink,
    },
    limits::Admitted,
    patience::{Pace, Watch, present},
    source::{Source, SourceFault},
    story::Core,
    upstreams::{Attempt, Failure, Patience, Sent, Turn},
};

/// How much of a request's body is on its way at once.
const UPLOAD_ROOM: usize = 64 * 1024;
const MOST_FIELDS: usize = 128;

/// A stream of a connection to an upstream.
pub(crate) struct Exchange {
    lease: Lease,
    sender: SendRequest<Bytes>,
    turn: Turn,
    patience: Patience,
    began: Instant,
    request: Option<Request<()>>,
    to_head: bool,
    upload: Upload,
    /// Of the request's body, on its way.
    out: Bytes,
    outgoing: Option<SendStream<Bytes>>,
    response: Option<ResponseFuture>,
    incoming: Option<RecvStream>,
    answer: Answer,
    /// What the head's fields stand in.
    text: Vec<u8>,
    trailers: Vec<u8>,
    pace: Pace,
    waits_for_client: bool,
    has_taken: bool,
    was_refused: bool,
    interim: u8,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Upload {
    /// The request has no body.
    None,
    Body,
    /// The last of it is on its way.
    Last,
    Ended,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Body,
    Trailers,
    Ended,
}

impl Exchange {
    pub(crate) fn new(lease: Lease, turn: Turn, patience: Patience) -> Self {
        Self {
            sender: lease.sender(),
            lease,
            turn,
            patience,
            began: present(),
            request: None,
            to_head: false,
            upload: Upload::None,
            out: Bytes::new(),
            outgoing: None,
            response: None,
            incoming: None,
            answer: Answer::Body,
            text: vec![],
            trailers: vec![],
            pace: Pace::begin(),
            waits_for_client: false,
            has_taken: false,
            was_refused: false,
            interim: 0,
        }
    }

    pub(crate) fn begin(
        &mut self,
        core: &Core,
        admitted: &Admitted<'_>,
        framing: Framing,
        to_head: bool,
        watch: &mut Watch,
    ) {
        self.request = forwarding::request(core, self.turn.target(), admitted, framing);
        self.to_head = to_head;
        self.upload = match framing {
            Framing::None | Framing::Length(0) => Upload::None,
            _ => Upload::Body,
        };
        watch.give(self.patience.first_byte);
    }

    pub(crate) fn into_attempt(self, number: u32, is_idempotent: bool) -> (Turn, Attempt) {
        let sent = match (self.has_taken, self.was_refused) {
            (true, _) => Sent::Body,
            (false, true) => Sent::Nothing,
            (false, false) => Sent::Head,
        };
        let was_kept = self.lease.is_used || self.was_refused;
        (self.turn, Attempt { number, is_idempotent, sent, was_kept, has_answer: self.incoming.is_some() })
    }

    pub(crate) fn deadline(&self) -> Instant {
        self.patience.deadline(self.began)
    }

    pub(crate) fn poll_head<B: Source>(
        &mut self,
        cx: &mut Context<'_>,
        source: &mut B,
        watch: &mut Watch,
    ) -> Poll<Result<AnswerHead, Fault>> {
        if self.response.is_none() && self.incoming.is_none() {
            match self.poll_begin(cx) {
                Poll::Ready(begun) => begun?,
                Poll::Pending => return self.poll_late(cx, watch).map(Err),
            }
        }
        if let Poll::Ready(Err(fault)) = self.poll_upload(cx, source, watch) {
            return Poll::Ready(Err(fault));
        }
        let Some(response) = &mut self.response else { return Poll::Ready(Err(Fault::Broken)) };
        if let Poll::Ready(Some(interim)) = response.poll_informational(cx) {
            return Poll::Ready(match interim {
                Ok(interim) => self.read_interim(&interim),
                Err(error) => Err(self.fault(&error)),
            });
        }
        match Pin::new(response).poll(cx) {
            Poll::Ready(Ok(response)) => Poll::Ready(self.read(response)),
            Poll::Ready(Err(error)) => Poll::Ready(Err(self.fault(&error))),
            Poll::Pending => self.poll_late(cx, watch).map(Err),
        }
    }

    /// Sends the head, once the server takes another request.
    fn poll_begin(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        let begun = match ready!(self.sender.poll_ready(cx)) {
            Ok(()) => {
                let Some(request) = self.request.take() else { return Poll::Ready(Err(Fault::Broken)) };
                self.sender.send_request(request, self.upload == Upload::None)
            }
            Err(error) => Err(error),
        };
        Poll::Ready(match begun {
            Ok((response, outgoing)) => {
                self.response = Some(response);
                if self.upload == Upload::None {
                    self.upload = Upload::Ended;
                } else {
                    self.outgoing = Some(outgoing);
                }
                Ok(())
            }
            Err(error) => {
                // Nothing of it has left.
                self.was_refused = true;
                tracing::debug!(upstream = self.turn.target().origin(), %error, "no stream");
                Err(Fault::Broken)
            }
        })
    }

    fn fault(&mut self, error: &h2::Error) -> Fault {
        let is_refusal = error.is_go_away() || (error.is_reset() && error.reason() == Some(Reason::REFUSED_STREAM));
        self.was_refused |= error.is_remote() && is_refusal;
        tracing::debug!(upstream = self.turn.target().origin(), %error, "a stream broke");
        Fault::Broken
    }

    fn poll_late(&self, cx: &mut Context<'_>, watch: &mut Watch) -> Poll<Fault> {
        watch.poll_late(cx).map(|()| match self.upload {
            Upload::Body if self.waits_for_client => Fault::Source(SourceFault::TooSlow),
            Upload::Body | Upload::Last if self.outgoing.is_some() => Fault::Deaf,
            _ => {
                self.lease.give_up();
                Fault::Silent
            }
        })
    }

    /// Reads a head. HTTP/2 leaves no doubt where the body ends; what it says of its length holds, as h2 watches over it.
    fn read(&mut self, response: Response<RecvStream>) -> Result<AnswerHead, Fault> {
        let (parts, incoming) = response.into_parts();
        let fields = self.read_fields(&parts.headers)?;
        let mut lengths = fields.iter().filter(|field| field.kind == Kind::ContentLength);
        let length = match lengths.next() {
            Some(field) => Some(content_length(field.value(&self.text)).ok_or(Fault::BadAnswer)?),
            None => None,
        };
        let has_none = self.to_head || matches!(parts.status.as_u16(), 204 | 304);
        let framing = match length {
            _ if lengths.next().is_some() => return Err(Fault::BadAnswer),
            _ if has_none => Framing::None,
            Some(length) => Framing::Length(length),
            None if incoming.is_end_stream() => Framing::Length(0),
            None => Framing::Chunked,
        };
        if incoming.is_end_stream() {
            self.answer = Answer::Ended;
        }
        self.incoming = Some(incoming);
        self.response = None;
        Ok(AnswerHead { status: parts.status.as_u16(), fields, framing, persists: true, length: self.text.len() })
    }

    fn read_interim(&mut self, interim: &Response<()>) -> Result<AnswerHead, Fault> {
        let fields = self.read_fields(interim.headers())?;
        let (status, length) = (interim.status().as_u16(), self.text.len());
        Ok(AnswerHead { status, fields, framing: Framing::None, persists: true, length })
    }

    fn read_fields(&mut self, from: &HeaderMap) -> Result<Vec<Field>, Fault> {
        if from.len() > MOST_FIELDS {
            return Err(Fault::BadAnswer);
        }
        self.lease.heard();
        self.text.clear();
        let mut fields = Vec::with_capacity(from.len());
        for (name, value) in from {
            let start = self.text.len();
            self.text.extend_from_slice(name.as_str().as_bytes());
            let between = self.text.len();
            self.text.extend_from_slice(value.as_bytes().trim_ascii());
            fields.push(Field::new(&self.text, start..between, between..self.text.len()));
        }
        Ok(fields)
    }

    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Leaves a head behind. Interim answers are counted: a flood of them is no answer.
    pub(crate) fn use_head(&mut self, head: &AnswerHead) -> Result<(), Fault> {
        self.text = vec![];
        if (100..200).contains(&head.status) {
            self.interim = self.interim.saturating_add(1);
            return if self.interim > MOST_INTERIM { Err(Fault::BadAnswer) } else { Ok(()) };
        }
        self.turn.answered(head.status);
        Ok(())
    }

    pub(crate) fn is_answered(&self) -> bool {
        self.answer == Answer::Ended
    }

    pub(crate) fn trailers(&self) -> &[u8] {
        &self.trailers
    }

    pub(crate) fn poll_body<B: Source>(
        &mut self,
        cx: &mut Context<'_>,
        source: &mut B,
        watch: &mut Watch,
        sink: &mut Sink<'_>,
    ) -> Poll<Result<u64, Fault>> {
        if self.upload != Upload::Ended
            && let Poll::Ready(Err(fault)) = self.poll_upload(cx, source, watch)
        {
            return Poll::Ready(Err(fault));
        }
        let taken = match self.poll_take(cx, sink) {
            // An answer without end would never be late.
            Poll::Ready(Ok(_)) if !self.is_answered() && self.patience.is_over(self.began) => Err(Fault::Silent),
            Poll::Ready(taken) => taken,
            Poll::Pending => Err(ready!(self.poll_late(cx, watch))),
        };
        if let Err(fault @ (Fault::Broken | Fault::BadAnswer | Fault::Silent)) = &taken {
            self.turn.failed(if matches!(fault, Fault::Silent) { Failure::Stalled } else { Failure::Broken });
        }
        Poll::Ready(taken)
    }

    fn poll_take(&mut self, cx: &mut Context<'_>, sink: &mut Sink<'_>) -> Poll<Result<u64, Fault>> {
        let Some(incoming) = &mut self.incoming else { return Poll::Ready(Err(Fault::Broken)) };
        if self.answer == Answer::Body {
            match ready!(incoming.poll_data(cx)) {
                Some(Ok(data)) => {
                    self.lease.heard();
                    sink.put(&data);
                    // Taken and passed on: the server may send as much again.
                    let _ = incoming.flow_control().release_capacity(data.len());
                    if incoming.is_end_stream() {
                        self.answer = Answer::Ended;
                    }
                    if !data.is_empty() || self.answer == Answer::Ended {
                        return Poll::Ready(Ok(data.len() as u64));
                    }
                    // An empty frame is no news; the next one is looked for at once, and h2 bounds how many there are.
                    cx.waker().wake_by_ref();
                    return Poll::Pending;
                }
                Some(Err(error)) => return Poll::Ready(Err(self.fault(&error))),
                None => self.answer = Answer::Trailers,
            }
        }
        if self.answer == Answer::Trailers {
            match ready!(incoming.poll_trailers(cx)) {
                Ok(fields) => put_trailers(&mut self.trailers, fields.as_ref()),
                Err(error) => return Poll::Ready(Err(self.fault(&error))),
            }
            self.answer = Answer::Ended;
        }
        Poll::Ready(Ok(0))
    }

    fn poll_upload<B: Source>(
        &mut self,
        cx: &mut Context<'_>,
        source: &mut B,
        watch: &mut Watch,
    ) -> Poll<Result<(), Fault>> {
        loop {
            if ready!(self.poll_out(cx)).is_err() {
                // The server takes no more; why, its answer may tell, which may be here already.
                (self.upload, self.outgoing) = (Upload::Ended, None);
            }
            match self.upload {
                Upload::None | Upload::Ended => return Poll::Ready(Ok(())),
                Upload::Last => {
                    self.finish(source.trailers());
                    return Poll::Ready(Ok(()));
                }
                Upload::Body => {}
            }
            let mut data = vec![];
            let Poll::Ready(taken) = source.poll_take(cx, &mut Sink::Plain(&mut data), UPLOAD_ROOM) else {
                self.waits_for_client = true;
                return Poll::Pending;
            };
            let taken = taken.map_err(Fault::Source)?;
            self.out = data.into();
            self.has_taken |= taken > 0;
            if source.is_ended() {
                self.upload = Upload::Last;
                watch.give(self.patience.first_byte);
            } else {
                watch.until(self.pace.step(taken));
            }
        }
    }

    /// Sends what was taken, as far as the server has room for it.
    fn poll_out(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), ()>> {
        let Some(outgoing) = &mut self.outgoing else { return Poll::Ready(Ok(())) };
        while !self.out.is_empty() {
            outgoing.reserve_capacity(self.out.len());
            if outgoing.capacity() == 0 {
                self.waits_for_client = false;
                match ready!(outgoing.poll_capacity(cx)) {
                    Some(Ok(_)) => continue,
                    Some(Err(_)) | None => return Poll::Ready(Err(())),
                }
            }
            let piece = self.out.split_to(outgoing.capacity().min(self.out.len()));
            if outgoing.send_data(piece, false).is_err() {
                return Poll::Ready(Err(()));
            }
        }
        Poll::Ready(Ok(()))
    }

    fn finish(&mut self, trailers: &[u8]) {
        self.upload = Upload::Ended;
        // A stream that the server has closed takes no end, and needs none.
        if let Some(mut outgoing) = self.outgoing.take() {
            let _ = match super::answer::fields(trailers) {
                Some(trailers) => outgoing.send_trailers(trailers),
                None => outgoing.send_data(Bytes::new(), true),
            };
        }
    }
}

fn put_trailers(out: &mut Vec<u8>, fields: Option<&HeaderMap>) {
    for (name, value) in fields.into_iter().flatten() {
        if may_trail(name.as_str().as_bytes()) {
            put_field(out, name.as_str().as_bytes(), value.as_bytes());
        }
    }
}

/// Puts the fields of a request into a map. What no map takes was refused when the request came in.
pub(crate) fn put_into(fields: &mut HeaderMap, name: &[u8], value: &[u8]) {
    if let (Ok(name), Ok(mut value)) = (HeaderName::from_bytes(name), HeaderValue::from_bytes(value)) {
        // What differs from request to request would only push what does not out of the table of names and values.
        value.set_sensitive(matches!(name.as_str(), "hansom-identity" | "request-id") || name == header::AUTHORIZATION);
        fields.append(name, value);
    }
}
