//! How is one request of an HTTP/1.1 connection answered?

use std::{future::poll_fn, rc::Rc, task::Poll};

use bytes::Bytes;
use http::{Method, Response};

use super::{
    Framing,
    answer_head::AnswerHead,
    answers::{self, Ending},
    client::Client,
    reading::Sink,
    request_head::RequestHead,
    writing::put_last_chunk,
};
use crate::{
    exchange::{Exchange, Fault, Way},
    fields::Kind,
    forwarding::Passage,
    head::Unread,
    limits::Admitted,
    matching::CompiledTarget,
    mock,
    patience::Pace,
    refusal::Refusal,
    source::{Source, SourceFault, collect},
    story::{self, Judged, Notes},
    tunnel,
    upstreams::{Attempt, Failure, Upstreams},
};

/// How much of an answer is read at once: little at first, more while it fills.
const LEAST_ROOM: usize = 16 * 1024;
const MOST_ROOM: usize = 256 * 1024;

/// What is left to do after an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum After {
    /// The next request.
    Next,
    /// Nothing on this connection.
    Close,
}

/// What an upstream's answer is sent on as.
struct Forwarded {
    exchange: Exchange,
    ending: Ending,
}

impl Client {
    /// Answers a request whose head could be read. Whether the connection may serve another.
    pub(crate) async fn answer(&mut self, unread: Unread, head: RequestHead) -> bool {
        let door = Rc::clone(&self.connection.door);
        let mut notes = self.connection.visit().open(Some(&head.method));
        let Some(snapshot) = door.core.shared.snapshot.load_full() else {
            return Box::pin(self.refuse(Refusal::Starting, "", &head, &mut notes)).await == After::Next;
        };
        let declared = match head.framing {
            Framing::Length(length) => length,
            _ => 0,
        };
        if head.is_http_1_0 {
            notes.page.tell(|span| span.protocol = "1.0");
        }
        // What is done seldom is boxed, so that what is done always stays small.
        let outcome = match story::judge(&snapshot, &self.connection.visit(), unread, declared, &mut notes) {
            Err(refusal) => {
                self.expect_body(&head, 0);
                Err(refusal)
            }
            Ok(Judged::Answered(answer)) => {
                self.expect_body(&head, 0);
                Ok(Box::pin(self.say(&answer, false, &head, &mut notes)).await)
            }
            Ok(Judged::Admitted(admitted)) => {
                self.expect_body(&head, admitted.largest_body(&door.core));
                match &admitted.matched().version().target {
                    CompiledTarget::Mock => Box::pin(self.mock(&admitted, &head, &mut notes)).await,
                    CompiledTarget::Upstreams(upstreams) => self.forward(upstreams, &admitted, &head, &mut notes).await,
                }
            }
        };
        let after = match outcome {
            Ok(after) => after,
            Err(refusal) => Box::pin(self.refuse(refusal, snapshot.hub(), &head, &mut notes)).await,
        };
        after == After::Next
    }

    /// Refuses what could not be read, and leaves its entry.
    pub(crate) async fn refuse_unread(&mut self, refusal: Refusal) {
        let door = Rc::clone(&self.connection.door);
        self.out.borrow_from(&door.core.buffers);
        let snapshot = door.core.shared.snapshot.load_full();
        let hub = snapshot.as_ref().map_or("", |snapshot| snapshot.hub());
        let mut notes = self.connection.visit().open(None);
        let answer = notes.refuse(&refusal, hub);
        answers::put_own(&mut self.out.bytes, &answer, &door.core.date(), false, true, &notes);
        self.send().await;
    }

    /// Says that serving the request failed by the gateway's own fault, if nothing was said yet. The request has its entry.
    pub(crate) async fn apologise(&mut self) {
        let door = Rc::clone(&self.connection.door);
        door.core.shared.metrics.panics.inc();
        if self.out.has_said {
            self.is_cut = true;
            return;
        }
        self.out.bytes.clear();
        let (answer, notes) = self.connection.visit().apology();
        answers::put_own(&mut self.out.bytes, &answer, &door.core.date(), false, true, &notes);
        self.send().await;
    }

    async fn refuse(&mut self, refusal: Refusal, hub: &str, head: &RequestHead, notes: &mut Notes<'_>) -> After {
        let answer = notes.refuse(&refusal, hub);
        if self.inbound.has_ended && matches!(refusal, Refusal::UpstreamSilent { .. }) {
            notes.client_gone();
        }
        self.say(&answer, refusal.closes(), head, notes).await
    }

    /// Says an answer of the gateway's own.
    async fn say(
        &mut self,
        answer: &Response<Bytes>,
        must_close: bool,
        head: &RequestHead,
        notes: &mut Notes<'_>,
    ) -> After {
        let closes = must_close || !self.may_go_on(head) || self.inbound.waits_for_word();
        let to_head = head.method == Method::HEAD;
        let core = &self.connection.door.core;
        self.out.borrow_from(&core.buffers);
        answers::put_own(&mut self.out.bytes, answer, &core.date(), to_head, closes, notes);
        let is_said = self.send().await;
        notes.page.close();
        let goes_on = is_said && !closes && self.drain().await;
        if goes_on { After::Next } else { After::Close }
    }

    /// Whether another request may follow on the connection: both sides want it, and one is there or can still come.
    fn may_go_on(&self, head: &RequestHead) -> bool {
        let can_come = !self.inbound.has_ended || !self.inbound.incoming.is_empty();
        head.persists && can_come && !self.connection.is_closing() && !self.is_old()
    }

    async fn mock(
        &mut self,
        admitted: &Admitted<'_>,
        head: &RequestHead,
        notes: &mut Notes<'_>,
    ) -> Result<After, Refusal> {
        let body = match mock::largest_body(admitted) {
            0 => Ok(vec![]),
            largest => {
                self.watch.give(Pace::LONGEST_PAUSE);
                let Self { inbound, watch, .. } = self;
                tokio::select! {
                    body = collect(inbound, largest) => body,
                    () = poll_fn(|cx| watch.poll_late(cx)) => Err(SourceFault::TooSlow),
                }
            }
        };
        let answer = mock::answer(admitted, &body?)?;
        notes.answered(answer.status().as_u16());
        Ok(self.say(&answer, false, head, notes).await)
    }

    async fn forward(
        &mut self,
        upstreams: &Upstreams,
        admitted: &Admitted<'_>,
        head: &RequestHead,
        notes: &mut Notes<'_>,
    ) -> Result<After, Refusal> {
        let upgrades = self.upgrades(admitted, head);
        if upgrades && !self.inbound.incoming.is_empty() {
            return Err(Refusal::Malformed(EARLY_BYTES.into()));
        }
        let (exchange, answer) = match self.exchange(upstreams, admitted, head, upgrades, notes).await {
            Ok(answered) => answered,
            Err(None) => return Ok(After::Close),
            Err(Some(refusal)) => return Err(refusal),
        };
        notes.answered(answer.status);
        if answer.status == 101 {
            // What came while the upstream made up its mind would be of the old protocol to one of the two, and of the new one to
            // the other.
            if !self.inbound.incoming.is_empty() {
                return Err(Refusal::Malformed(EARLY_BYTES.into()));
            }
            Box::pin(self.switch(exchange, &answer, notes)).await;
            return Ok(After::Close);
        }
        self.relay(exchange, &answer, head, notes).await
    }

    fn upgrades(&self, admitted: &Admitted<'_>, head: &RequestHead) -> bool {
        let asked = &admitted.matched().arrival().head;
        admitted.matched().operation().upgrades
            && head.framing == Framing::None
            && !head.is_http_1_0
            && asked.method == Method::GET
            && asked.of_kind(Kind::Upgrade).any(|protocol| protocol.eq_ignore_ascii_case(b"websocket"))
            && asked
                .of_kind(Kind::Connection)
                .any(|value| super::words(value).any(|word| word.eq_ignore_ascii_case(b"upgrade")))
    }

    /// Sends the request to an upstream until the head of the final answer is there. `Err(None)`: the client went away.
    async fn exchange(
        &mut self,
        upstreams: &Upstreams,
        admitted: &Admitted<'_>,
        head: &RequestHead,
        upgrades: bool,
        notes: &mut Notes<'_>,
    ) -> Result<(Exchange, AnswerHead), Option<Refusal>> {
        let door = Rc::clone(&self.connection.door);
        let core = &door.core;
        let is_idempotent = head.method.is_idempotent();
        let to_head = head.method == Method::HEAD;
        let patience = upstreams.patience();
        let mut turn = upstreams.choose(None).map_err(Some)?;
        let (mut number, mut fresh) = (1, false);
        loop {
            notes.page.asks(turn.target());
            // A connection that may become the two sides' own cannot be one that many share.
            let way = Way { http2: upstreams.speak_http2() && !upgrades, patience, fresh };
            let (failure, attempt, refusal) = match Exchange::open(core, turn, way).await {
                Err((failed, fault)) => {
                    turn = failed;
                    (Failure::Connect, Attempt::unsent(number, is_idempotent), fault.refusal())
                }
                Ok(mut exchange) => {
                    let passage = Passage { framing: head.framing, upgrades };
                    exchange.begin(core, admitted, passage, to_head, &mut self.watch);
                    let fault = match self.final_head(&mut exchange, head, upgrades).await {
                        Ok(answer) => return Ok((exchange, answer)),
                        Err(None) => return Err(None),
                        Err(Some(fault)) => fault,
                    };
                    let Some(failure) = fault.failure() else {
                        return Err(Some(fault.before_answer(patience.first_byte)));
                    };
                    let (failed, attempt) = exchange.into_attempt(number, is_idempotent, head.framing);
                    turn = failed;
                    (failure, attempt, fault.before_answer(patience.first_byte))
                }
            };
            (turn, fresh) = upstreams.go_on(turn, &attempt, failure, refusal).map_err(Some)?;
            number = number.saturating_add(1);
        }
    }

    /// The head of the final answer; interim ones are sent on as they come.
    async fn final_head(
        &mut self,
        exchange: &mut Exchange,
        head: &RequestHead,
        upgrades: bool,
    ) -> Result<AnswerHead, Option<Fault>> {
        loop {
            let Self { inbound, watch, connection, .. } = self;
            let answer = poll_fn(|cx| match exchange.poll_head(cx, inbound, watch) {
                Poll::Ready(answer) => Poll::Ready(answer.map_err(Some)),
                Poll::Pending => inbound.poll_gone(cx, &connection.door.core.buffers).map(|()| Err(None)),
            })
            .await?;
            if answer.status == 101 && !(upgrades && switches_to_websocket(&answer, exchange.text())) {
                return Err(Some(Fault::BadAnswer));
            }
            if answer.status >= 200 || answer.status == 101 {
                return Ok(answer);
            }
            // The word to go on is the gateway's own, and HTTP/1.0 knows no interim answers.
            if answer.status != 100 && !head.is_http_1_0 {
                answers::put_interim(&mut self.out.bytes, answer.status, &answer.fields, exchange.text());
                if !self.send().await {
                    return Err(None);
                }
            }
            exchange.use_head(&answer).map_err(Some)?;
        }
    }

    /// Sends the answer on as it comes.
    async fn relay(
        &mut self,
        mut exchange: Exchange,
        answer: &AnswerHead,
        head: &RequestHead,
        notes: &mut Notes<'_>,
    ) -> Result<After, Refusal> {
        let framing = match answer.framing {
            Framing::UntilClose | Framing::Chunked if head.is_http_1_0 => Framing::UntilClose,
            Framing::UntilClose => Framing::Chunked,
            framing => framing,
        };
        // A request that is not whole yet may never be; what follows it on the connection is not looked for.
        let closes = framing == Framing::UntilClose || !self.may_go_on(head) || !self.inbound.is_ended();
        let ending = Ending { framing, closes };
        let core = &self.connection.door.core;
        self.out.borrow_from(&core.buffers);
        let out = &mut self.out.bytes;
        answers::put_forwarded(out, answer.status, &answer.fields, exchange.text(), ending, notes, || core.date());
        let taken = exchange.use_head(answer).and_then(|()| put_taken(&mut exchange, out, ending));
        let Ok(is_whole) = taken else {
            // Nothing of the answer was sent yet.
            out.clear();
            return Err(Refusal::UpstreamBroken);
        };
        let mut forwarded = Forwarded { exchange, ending };
        if let Err(why) = self.relay_body(&mut forwarded, is_whole).await {
            notes.page.broke_off(why);
            // Where the end of the connection is the end of the answer, it must not look like one.
            self.is_cut = framing == Framing::UntilClose;
            return Ok(After::Close);
        }
        forwarded.exchange.end(&self.connection.door.core);
        Ok(if closes { After::Close } else { After::Next })
    }

    async fn relay_body(&mut self, forwarded: &mut Forwarded, mut is_whole: bool) -> Result<(), &'static str> {
        let Forwarded { exchange, ending } = forwarded;
        let mut room = LEAST_ROOM;
        let mut pace = Pace::begin();
        let Self { out, inbound, watch, .. } = self;
        let mut taken_by = pace.step(0);
        poll_fn(|cx| {
            loop {
                let length = out.bytes.len();
                // Only what happens moves a deadline: being woken for nothing does not.
                if length > 0 {
                    match out.poll_send(&mut inbound.stream, cx) {
                        Poll::Ready(Ok(())) => {
                            taken_by = pace.step(length);
                            watch.until(exchange.deadline());
                        }
                        Poll::Ready(Err(_)) => return Poll::Ready(Err(CLIENT_GONE)),
                        Poll::Pending => {
                            watch.until(taken_by);
                            return watch.poll_late(cx).map(|()| Err("The client took the answer too slowly."));
                        }
                    }
                }
                if is_whole {
                    return Poll::Ready(Ok(()));
                }
                let mut sink = sink(&mut out.bytes, *ending);
                let Poll::Ready(taken) = exchange.poll_body(cx, inbound, watch, &mut sink, room) else {
                    return Poll::Pending;
                };
                let taken = taken.map_err(|fault| fault.within_answer())?;
                room = if taken >= room as u64 { room.saturating_mul(2).min(MOST_ROOM) } else { room };
                is_whole = put_end(exchange, &mut out.bytes, *ending);
                watch.until(exchange.deadline());
            }
        })
        .await
    }

    /// Lets the two sides have the connection for themselves after an upgrade.
    async fn switch(&mut self, mut exchange: Exchange, answer: &AnswerHead, notes: &mut Notes<'_>) {
        answers::put_switch(&mut self.out.bytes, &answer.fields, exchange.text(), notes);
        if exchange.use_head(answer).is_err() || !self.send().await {
            return;
        }
        if let Some((mut upstream, early, _turn)) = exchange.into_parts() {
            tunnel::run(&mut self.inbound.stream, &mut upstream, early.unused()).await;
        }
    }
}

const EARLY_BYTES: &str = "The request asks for an upgrade, and bytes came before the answer to it.";
const CLIENT_GONE: &str = "The client went away within the answer.";

/// Whether a 101 says that the protocol is the one that was asked for (RFC 9110 §15.2.2).
fn switches_to_websocket(answer: &AnswerHead, text: &[u8]) -> bool {
    let mut protocols = answer.fields.iter().filter(|field| field.kind == Kind::Upgrade).map(|field| field.value(text));
    protocols.next().is_some_and(|protocol| protocol.eq_ignore_ascii_case(b"websocket")) && protocols.next().is_none()
}

fn sink(out: &mut Vec<u8>, ending: Ending) -> Sink<'_> {
    if ending.framing == Framing::Chunked { Sink::Chunked(out) } else { Sink::Plain(out) }
}

/// Writes what has come of the body with its head; whether that was all of it.
fn put_taken(exchange: &mut Exchange, out: &mut Vec<u8>, ending: Ending) -> Result<bool, Fault> {
    exchange.take_body(&mut sink(out, ending))?;
    Ok(put_end(exchange, out, ending))
}

fn put_end(exchange: &Exchange, out: &mut Vec<u8>, ending: Ending) -> bool {
    let is_whole = exchange.is_answered();
    if is_whole && ending.framing == Framing::Chunked {
        put_last_chunk(out, exchange.trailers());
    }
    is_whole
}
