//! Who comes in at the door, and when does it close?

use std::{
    convert::Infallible,
    future::Future,
    io,
    net::{IpAddr, SocketAddr},
    pin::pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hansom_domain::EnvironmentName;
use http::{HeaderValue, Request};
use hyper::{
    body::Incoming,
    rt::Executor,
    server::conn::{http1, http2},
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{Instant, sleep, timeout_at},
};

use crate::{
    entrance::{Entrance, Facts, Turned},
    greeting::{self, Greeting},
    story::{self, Core},
    stream::Stream,
    wire::{Conversation, Wire},
};

const FIRST_BYTES: Duration = Duration::from_secs(10);
const IDLE_HTTP2: Duration = Duration::from_secs(60);
const BACK_OFF: Duration = Duration::from_millis(100);

/// A listener's way in, on one thread.
pub(crate) struct Door {
    pub(crate) core: Rc<Core>,
    pub(crate) environment: EnvironmentName,
    pub(crate) entrance: Entrance,
    pub(crate) open: Arc<AtomicUsize>,
    pub(crate) stop: watch::Receiver<bool>,
}

/// Takes connections until the stop.
pub(crate) async fn accept(door: Rc<Door>, listener: TcpListener) {
    let mut stop = door.stop.clone();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stopped| *stopped) => return,
        };
        match accepted {
            Ok((stream, peer)) => admit(&door, stream, peer),
            // The peer was gone before we came; the next one is waiting.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            // No file descriptors left, or no memory: others have to go first.
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections");
                sleep(BACK_OFF).await;
            }
        }
    }
}

fn admit(door: &Rc<Door>, stream: TcpStream, peer: SocketAddr) {
    let count = Counted::new(&door.open);
    if door.open.load(Ordering::Relaxed) > door.core.shared.bounds.most_connections {
        door.core.shared.metrics.connections_refused.inc();
        return;
    }
    let door = Rc::clone(door);
    tokio::task::spawn_local(async move {
        let _count = count;
        serve(door, stream, peer.ip().to_canonical()).await;
    });
}

/// One open connection.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(open: &Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(open))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn serve(door: Rc<Door>, stream: TcpStream, peer: IpAddr) {
    // Without it small answers wait for the client's acknowledgement; a socket that refuses is about to fail anyway.
    let _ = stream.set_nodelay(true);
    let mut stop = door.stop.clone();
    let entered = tokio::select! {
        entered = enter(&door, stream, peer) => entered,
        _ = stop.wait_for(|stopped| *stopped) => return,
    };
    match entered {
        Ok((stream, facts, true)) => serve_http2(door, stream, facts).await,
        Ok((stream, facts, false)) => serve_http1(door, stream, facts).await,
        Err(turned) => door.core.shared.metrics.turned_away(turned),
    }
}

/// Lets a connection in, and sees whether it is HTTP/2.
async fn enter(door: &Door, stream: TcpStream, peer: IpAddr) -> Result<(Stream, Facts, bool), Turned> {
    let (stream, facts) = door.entrance.enter(stream, peer).await?;
    let is_http2 = match &stream {
        Stream::Plain(socket) => speaks_http2(socket).await.map_err(|_| Turned::Gone)??,
        Stream::Tls(_) => stream.is_http2(),
    };
    Ok((stream, facts, is_http2))
}

/// Looks at the first bytes without taking them.
async fn speaks_http2(stream: &TcpStream) -> io::Result<Result<bool, Turned>> {
    let deadline = Instant::now() + FIRST_BYTES;
    let mut first = [0u8; greeting::LONGEST];
    loop {
        let count = timeout_at(deadline, stream.peek(&mut first)).await??;
        let greeting = greeting::greeting(first.get(..count).unwrap_or_default());
        match (greeting, Turned::at_plain(greeting)) {
            _ if count == 0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            (_, Some(turned)) => return Ok(Err(turned)),
            // The rest of a preface is on its way; peeking again at once would find the same bytes.
            (Greeting::Unclear, None) => timeout_at(deadline, sleep(Duration::from_millis(5))).await?,
            (greeting, None) => return Ok(Ok(greeting == Greeting::Http2)),
        }
    }
}

async fn serve_http1(door: Rc<Door>, stream: Stream, facts: Facts) {
    let facts = Rc::new(facts);
    let conversation = Rc::new(Conversation::default());
    let wire = Wire::new(stream, Rc::clone(&conversation), door.core.shared.chance.clone());
    let mut stop = door.stop.clone();
    let service =
        service_fn(move |request| respond(Rc::clone(&door), Rc::clone(&facts), Rc::clone(&conversation), request));
    // The wire keeps the time, so hyper needs no timer.
    let connection = http1::Builder::new().header_read_timeout(None).serve_connection(wire, service);
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stop.wait_for(|stopped| *stopped) => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

async fn serve_http2(door: Rc<Door>, stream: Stream, facts: Facts) {
    let facts = Rc::new(facts);
    let conversation = Rc::new(Conversation::default());
    let mut stop = door.stop.clone();
    let of_service = Rc::clone(&conversation);
    let service =
        service_fn(move |request| respond(Rc::clone(&door), Rc::clone(&facts), Rc::clone(&of_service), request));
    let connection = http2::Builder::new(OnThisThread)
        .timer(TokioTimer::new())
        .max_concurrent_streams(100)
        .max_header_list_size(33 * 1024)
        .initial_stream_window_size(64 * 1024)
        .initial_connection_window_size(1024 * 1024)
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(Duration::from_secs(10))
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stop.wait_for(|stopped| *stopped) => {}
        () = idle(&conversation) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = connection.await;
}

/// Ends once a whole period has passed without a request in flight at its beginning or end.
async fn idle(conversation: &Conversation) {
    let mut was_idle = false;
    loop {
        sleep(IDLE_HTTP2 / 2).await;
        let is_idle = conversation.is_idle();
        if was_idle && is_idle {
            return;
        }
        was_idle = is_idle;
    }
}

async fn respond(
    door: Rc<Door>,
    facts: Rc<Facts>,
    conversation: Rc<Conversation>,
    request: Request<Incoming>,
) -> Result<http::Response<crate::answer::AnswerBody>, Infallible> {
    let in_flight = conversation.begin();
    let values = |name| request.headers().get_all(name).iter().map(HeaderValue::as_bytes);
    let (peer, plain) = match facts.sender(&door.entrance, values) {
        Ok(peer) => (peer, None),
        Err(refusal) => (facts.peer, Some(refusal)),
    };
    let fault = conversation.fault(request.uri().path()).or(plain);
    let mut answer = story::answer(&door.core, &door.environment, peer, fault, request).await;
    answer.body_mut().keep(in_flight);
    Ok(answer)
}

/// Runs a connection's own tasks on the thread of the connection.
#[derive(Clone, Copy)]
struct OnThisThread;

impl<F: Future + 'static> Executor<F> for OnThisThread {
    fn execute(&self, future: F) {
        tokio::task::spawn_local(async move {
            future.await;
        });
    }
}
