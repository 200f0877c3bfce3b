//! How is HTTP/2 spoken?
//!
//! Frames and streams are hyper's; heads, bodies and answers are told to the same story as those of HTTP/1.1.

use std::{convert::Infallible, future::Future, future::poll_fn, pin::pin, rc::Rc, time::Duration};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::{body::Incoming, rt::Executor, server::conn::http2, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::time::timeout;

use crate::{
    authz,
    connection::Connection,
    exchange::{Exchange, Fault, Way},
    fields::{self, Kind},
    forwarding::Passage,
    http1::{Framing, answer_head::AnswerHead, answers, reading::Sink},
    isolation::{Panicked, isolated},
    limits::Admitted,
    matching::CompiledTarget,
    mock,
    patience::{Pace, Watch, keeping_time},
    refusal::Refusal,
    source::{Source, SourceFault, collect},
    story::{self, Judged, Notes},
    stream::Stream,
    upstreams::{Attempt, Failure, Upstreams},
};

mod answer;
pub(crate) mod exchange;
pub(crate) mod frames;
mod grpc;
mod guarded;
pub(crate) mod pool;
mod request;
mod warden;

use answer::{Answer, Streamed};
use guarded::{Guarded, Pulse};
use request::Upload;
use warden::{Busy, InFlight, Verdict, Warden};

const LARGEST_FIELDS: u32 = 33 * 1024;
const MOST_STREAMS: u32 = 100;
const STREAM_WINDOW: u32 = 64 * 1024;
const CONNECTION_WINDOW: u32 = 1024 * 1024;
const SEND_BUFFER: usize = 64 * 1024;
/// Fields that the gateway adds to an answer, mostly.
const MOST_OWN_FIELDS: usize = 8;

/// Serves a connection until one side is done with it.
pub(crate) async fn serve(connection: Rc<Connection>, stream: Stream) {
    let busy = Busy::default();
    let (of_service, by) = (Rc::clone(&connection), busy.clone());
    let service = service_fn(move |request| {
        let (connection, in_flight) = (Rc::clone(&of_service), by.begin());
        async move {
            match isolated(Box::pin(respond(Rc::clone(&connection), in_flight, request))).await {
                Ok(answer) => answer,
                Err(Panicked) => Ok(apologise(&connection)),
            }
        }
    });
    let pulse = Rc::new(Pulse::default());
    let guarded = Guarded::new(stream, Rc::clone(&connection), Rc::clone(&pulse));
    let serving = http2::Builder::new(OnThisThread(busy.clone()))
        .timer(TokioTimer::new())
        .max_concurrent_streams(MOST_STREAMS)
        .max_header_list_size(LARGEST_FIELDS)
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(SEND_BUFFER)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(20))
        .serve_connection(TokioIo::new(guarded), service);
    let mut serving = pin!(serving);
    let mut warden = Warden::new(connection, busy, pulse);
    loop {
        tokio::select! {
            _ = serving.as_mut() => return,
            verdict = warden.verdict() => match verdict {
                Verdict::Drain => serving.as_mut().graceful_shutdown(),
                Verdict::Cut => return,
            }
        }
    }
}

async fn respond(
    connection: Rc<Connection>,
    in_flight: InFlight,
    request: Request<Incoming>,
) -> Result<Response<Answer>, Infallible> {
    let visit = connection.visit();
    let (head, body) = request.into_parts();
    let mut notes = visit.open(Some(&head.method));
    let snapshot = visit.door.core.shared.snapshot.load_full();
    // Another gateway reads the status of a refusal, whatever the request is that it asks about.
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    let is_grpc = grpc::is_asked_for(&head.headers) && !authz::is_question(&visit, target.as_bytes());
    let Some(snapshot) = &snapshot else {
        return Ok(refuse(Refusal::Starting, Tone { hub: "", is_grpc }, notes));
    };
    let tone = Tone { hub: snapshot.hub(), is_grpc };
    let is_head = head.method == Method::HEAD;
    let declared = hyper::body::Body::size_hint(&body).lower();
    let framing = request::framing(&body);
    let judged = request::read(head).and_then(|unread| story::judge(snapshot, &visit, unread, declared, &mut notes));
    notes.page.tell(|span| span.protocol = "2");
    let mut answer = match judged {
        Err(refusal) => refuse(refusal, tone, notes),
        Ok(Judged::Answered(answer)) => own(answer, notes),
        Ok(Judged::Admitted(admitted)) => {
            let upload = Upload::new(body, admitted.largest_body(&visit.door.core));
            match &admitted.matched().version().target {
                CompiledTarget::Mock => answer_mock(&admitted, upload, tone, notes).await,
                CompiledTarget::Upstreams(upstreams) => {
                    let forward = Forward { connection: &connection, upstreams, admitted: &admitted, framing, is_head };
                    forward.run(upload, tone, notes).await
                }
            }
        }
    };
    answer.body_mut().keep(in_flight);
    Ok(answer)
}

/// Says that serving a request failed by the gateway's own fault.
fn apologise(connection: &Connection) -> Response<Answer> {
    connection.door.core.shared.metrics.panics.inc();
    let (answer, notes) = connection.visit().apology();
    own(answer, notes)
}

/// How refusals are told to a client.
#[derive(Clone, Copy)]
struct Tone<'h> {
    hub: &'h str,
    is_grpc: bool,
}

fn refuse(refusal: Refusal, tone: Tone<'_>, mut notes: Notes<'_>) -> Response<Answer> {
    let mut answer = notes.refuse(&refusal, tone.hub);
    if tone.is_grpc {
        grpc::retell(&mut answer, &refusal.detail(tone.hub));
    }
    own(answer, notes)
}

fn own(answer: Response<Bytes>, notes: Notes<'_>) -> Response<Answer> {
    let (mut head, body) = answer.into_parts();
    let ours = |name: &HeaderName| notes.replaces(fields::kind(name.as_str().as_bytes()), name.as_str().as_bytes());
    let replaced: Vec<HeaderName> = head.headers.keys().filter(|name| ours(name)).cloned().collect();
    for name in replaced {
        head.headers.remove(name);
    }
    put_notes(&mut head.headers, &notes);
    Response::from_parts(head, Answer::whole(body, notes.page))
}

fn put_notes(fields: &mut http::HeaderMap, notes: &Notes<'_>) {
    notes.fields(&mut |name, value| {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            fields.append(HeaderName::from_static(name), value);
        }
    });
}

async fn answer_mock(
    admitted: &Admitted<'_>,
    mut upload: Upload,
    tone: Tone<'_>,
    mut notes: Notes<'_>,
) -> Response<Answer> {
    let body = match mock::largest_body(admitted) {
        0 => Ok(vec![]),
        largest => {
            timeout(Pace::LONGEST_PAUSE, collect(&mut upload, largest)).await.unwrap_or(Err(SourceFault::TooSlow))
        }
    };
    match body.map_err(Refusal::from).and_then(|body| mock::answer(admitted, &body)) {
        Err(refusal) => refuse(refusal, tone, notes),
        Ok(answer) => {
            notes.answered(answer.status().as_u16());
            own(answer, notes)
        }
    }
}

/// A request on its way to an upstream.
struct Forward<'f> {
    connection: &'f Rc<Connection>,
    upstreams: &'f Upstreams,
    admitted: &'f Admitted<'f>,
    framing: Framing,
    is_head: bool,
}

impl Forward<'_> {
    async fn run(&self, mut upload: Upload, tone: Tone<'_>, mut notes: Notes<'_>) -> Response<Answer> {
        let mut watch = self.connection.door.core.watches.take(self.upstreams.patience().first_byte);
        let (mut exchange, head) = match self.exchange(&mut upload, &mut watch, &mut notes).await {
            Ok(answered) => answered,
            Err(refusal) => return refuse(refusal, tone, notes),
        };
        notes.answered(head.status);
        let mut answer = Response::new(());
        *answer.status_mut() = StatusCode::from_u16(head.status).unwrap_or(StatusCode::BAD_GATEWAY);
        put_fields(answer.headers_mut(), &head, exchange.text(), &notes);
        if !answer.headers().contains_key(header::DATE)
            && let Ok(date) = HeaderValue::from_str(&self.connection.door.core.date())
        {
            answer.headers_mut().insert(header::DATE, date);
        }
        // Most bodies have come with their heads; they need nobody to wait for more.
        let mut body = vec![];
        let taken = exchange.use_head(&head).and_then(|()| exchange.take_body(&mut Sink::Plain(&mut body)));
        if taken.is_err() {
            return refuse(Refusal::UpstreamBroken, tone, notes);
        }
        if exchange.is_answered() && exchange.trailers().is_empty() && upload.is_ended() {
            exchange.end(&self.connection.door.core);
            self.connection.door.core.watches.hand_back(watch);
            return answer.map(|()| Answer::whole(body.into(), notes.page));
        }
        let streamed = Streamed::new(exchange, upload, watch, Rc::clone(self.connection), notes.page, body.into());
        answer.map(|()| Answer::streamed(streamed))
    }

    async fn exchange(
        &self,
        upload: &mut Upload,
        watch: &mut Watch,
        notes: &mut Notes<'_>,
    ) -> Result<(Exchange, AnswerHead), Refusal> {
        let core = &self.connection.door.core;
        let method = &self.admitted.matched().arrival().head.method;
        let is_idempotent = method.is_idempotent();
        let patience = self.upstreams.patience();
        let mut turn = self.upstreams.choose(None)?;
        let (mut number, mut fresh) = (1, false);
        loop {
            notes.page.asks(turn.target());
            let way = Way { http2: self.upstreams.speak_http2(), patience, fresh };
            let (failure, attempt, refusal) = match Exchange::open(core, turn, way).await {
                Err((failed, fault)) => {
                    turn = failed;
                    (Failure::Connect, Attempt::unsent(number, is_idempotent), fault.refusal())
                }
                Ok(mut exchange) => {
                    let passage = Passage { framing: self.framing, upgrades: false };
                    exchange.begin(core, self.admitted, passage, self.is_head, watch);
                    let fault = match final_head(&mut exchange, upload, watch).await {
                        Ok(head) => return Ok((exchange, head)),
                        Err(fault) => fault,
                    };
                    let Some(failure) = fault.failure() else {
                        return Err(fault.before_answer(patience.first_byte));
                    };
                    let (failed, attempt) = exchange.into_attempt(number, is_idempotent, self.framing);
                    turn = failed;
                    (failure, attempt, fault.before_answer(patience.first_byte))
                }
            };
            (turn, fresh) = self.upstreams.go_on(turn, &attempt, failure, refusal)?;
            number = number.saturating_add(1);
        }
    }
}

/// The head of the final answer; HTTP/2 clients are told no interim ones.
async fn final_head(exchange: &mut Exchange, upload: &mut Upload, watch: &mut Watch) -> Result<AnswerHead, Fault> {
    loop {
        let head = poll_fn(|cx| exchange.poll_head(cx, upload, watch)).await?;
        match head.status {
            101 => return Err(Fault::BadAnswer),
            200.. => return Ok(head),
            _ => exchange.use_head(&head)?,
        }
    }
}

fn put_fields(fields: &mut http::HeaderMap, head: &AnswerHead, text: &[u8], notes: &Notes<'_>) {
    // Copied once for all values.
    let text = Bytes::copy_from_slice(text.get(..head.length).unwrap_or(text));
    fields.reserve(head.fields.len().saturating_add(MOST_OWN_FIELDS));
    for field in answers::passed_on(&head.fields, &text) {
        let name = HeaderName::from_bytes(field.name(&text));
        let value = HeaderValue::from_maybe_shared(text.slice_ref(field.value(&text)));
        if let (Ok(name), Ok(value)) = (name, value)
            && !notes.replaces(field.kind, field.name(&text))
        {
            fields.append(name, value);
        }
    }
    match head.framing {
        Framing::Length(length) => drop(fields.insert(header::CONTENT_LENGTH, length.into())),
        // An answer to HEAD, or a 304, tells the length of a body that it does not have.
        Framing::None if head.status != 204 => {
            let told = head.fields.iter().find(|field| field.kind == Kind::ContentLength);
            if let Some(Ok(length)) = told.map(|field| HeaderValue::from_bytes(field.value(&text))) {
                fields.insert(header::CONTENT_LENGTH, length);
            }
        }
        _ => {}
    }
    put_notes(fields, notes);
}

/// Runs a connection's own tasks on the thread of the connection. A task that answers a request can be ended by the [`Warden`].
#[derive(Clone)]
struct OnThisThread(Busy);

impl<F: Future + 'static> Executor<F> for OnThisThread {
    fn execute(&self, future: F) {
        let task = tokio::task::spawn_local(keeping_time(Box::pin(future)));
        self.0.claim(|| task.abort_handle());
    }
}
