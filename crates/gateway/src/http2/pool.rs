//! Which connection of HTTP/2 to an upstream takes one more request?
//!
//! One for each server and thread, as long as the server takes so many at once as there are; then one beside it.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::{Rc, Weak},
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use h2::{
    Ping, PingPong,
    client::{Builder, SendRequest},
};
use tokio::{
    sync::Mutex,
    time::{Instant, sleep, timeout},
};

use crate::{
    exchange::Way,
    http1,
    patience::present,
    story::Core,
    stream::Stream,
    upstreams::{self, ConnectFault, HTTP_2, Open, Turn},
};

const LONGEST_IDLE: Duration = Duration::from_secs(30);
/// The numbers of a connection's streams are used up some day.
const LONGEST_LIFE: Duration = Duration::from_secs(3600);
/// After so long without a word, while requests wait, the server is asked whether it is there. Servers of gRPC end connections on
/// which they are asked a third time within five minutes.
const PING_AFTER: [Duration; 3] = [Duration::from_secs(10), Duration::from_secs(30), Duration::from_secs(400)];
const PING_STEP: Duration = Duration::from_secs(1);
const PING_PATIENCE: Duration = Duration::from_secs(5);
const MOST_PER_UPSTREAM: usize = 8;
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 4 * 1024 * 1024;
const LARGEST_FIELDS: u32 = 64 * 1024;
const SEND_BUFFER: usize = 64 * 1024;

/// The connections of one thread that many requests share.
#[derive(Default)]
pub(crate) struct Pool {
    open: RefCell<HashMap<u32, Vec<Rc<Shared>>>>,
    /// Who connects to a server; others wait, for what comes of it is for them too.
    connecting: RefCell<HashMap<u32, Rc<Mutex<()>>>>,
}

struct Shared {
    sender: SendRequest<Bytes>,
    epoch: u32,
    opened: Instant,
    used: Cell<Instant>,
    requests: Cell<usize>,
    /// When something came of an answer, or the first of its requests was sent.
    heard: Cell<Instant>,
    /// Whether it takes no more requests.
    is_over: Cell<bool>,
}

/// A request's part of a connection.
pub(crate) struct Lease {
    shared: Rc<Shared>,
    /// Whether it served before, so that its end may have crossed with a request.
    pub(crate) is_used: bool,
}

/// What the server could be persuaded to speak.
pub(crate) enum Leased {
    Http1(http1::pool::Lease),
    Http2(Lease),
}

impl Pool {
    /// A connection with room for a request.
    pub(crate) async fn lease(&self, core: &Core, turn: &Turn, way: Way) -> Result<Leased, ConnectFault> {
        if !way.fresh
            && let Some(leased) = self.kept(core, turn)
        {
            return Ok(leased);
        }
        // Boxed, as it is seldom needed and large.
        Box::pin(self.lease_new(turn, way)).await
    }

    async fn lease_new(&self, turn: &Turn, way: Way) -> Result<Leased, ConnectFault> {
        let target = turn.target().number();
        let connecting = Rc::clone(self.connecting.borrow_mut().entry(target).or_default());
        let began = Instant::now();
        let late =
            || ConnectFault::TimedOut { millis: u64::try_from(way.patience.connect.as_millis()).unwrap_or(u64::MAX) };
        let _first = timeout(way.patience.connect, connecting.lock()).await.map_err(|_| late())?;
        // Whoever had to wait takes what was opened meanwhile, fresh as it is.
        let is_new = |shared: &Shared| !way.fresh || shared.opened >= began;
        if let Some(lease) = self.take(turn, is_new) {
            return Ok(Leased::Http2(lease));
        }
        self.open(turn, way).await
    }

    fn kept(&self, core: &Core, turn: &Turn) -> Option<Leased> {
        if let Some(lease) = self.take(turn, |_| true) {
            return Some(Leased::Http2(lease));
        }
        // In TLS the server may have chosen HTTP/1.1.
        let lease = core.pool.kept(turn).filter(|lease| lease.stream.session().is_some())?;
        Some(Leased::Http1(lease))
    }

    fn take(&self, turn: &Turn, fits: impl Fn(&Shared) -> bool) -> Option<Lease> {
        let (target, epoch) = (turn.target().number(), turn.target().epoch());
        let mut open = self.open.borrow_mut();
        let list = open.get_mut(&target)?;
        list.retain(|shared| shared.epoch == epoch && shared.may_serve());
        let is_full = list.len() >= MOST_PER_UPSTREAM;
        let candidates = list.iter().filter(|shared| fits(shared));
        let shared = candidates.min_by_key(|shared| shared.requests.get())?;
        let has_room = shared.requests.get() < shared.sender.current_max_send_streams();
        (has_room || is_full).then(|| Lease::new(shared, true))
    }

    async fn open(&self, turn: &Turn, way: Way) -> Result<Leased, ConnectFault> {
        let (target, epoch) = (turn.target().number(), turn.target().epoch());
        let stream = upstreams::connect(turn.target(), way.patience.connect, HTTP_2).await?;
        turn.connected();
        if matches!(stream, Stream::Tls(_)) && !stream.is_http2() {
            return Ok(Leased::Http1(http1::pool::Lease::new(stream, turn)));
        }
        let mut builder = Builder::new();
        builder
            .enable_push(false)
            .initial_window_size(STREAM_WINDOW)
            .initial_connection_window_size(CONNECTION_WINDOW)
            .max_header_list_size(LARGEST_FIELDS)
            .max_send_buffer_size(SEND_BUFFER);
        let handshake = timeout(way.patience.connect, builder.handshake::<_, Bytes>(stream)).await;
        let Ok(Ok((sender, mut connection))) = handshake else { return Err(ConnectFault::Unreachable) };
        let pings = connection.ping_pong();
        let now = Instant::now();
        let shared = Rc::new(Shared {
            sender,
            epoch,
            opened: now,
            used: Cell::new(now),
            requests: Cell::new(0),
            heard: Cell::new(now),
            is_over: Cell::new(false),
        });
        // It ends when nobody can send on it any more and the last answer is there.
        let (weak, upstream) = (Rc::downgrade(&shared), Arc::clone(turn.target()));
        let open = Open::new(turn.target());
        tokio::task::spawn_local(async move {
            let broken = tokio::select! {
                ended = connection => ended.err().map(|error| error.to_string()),
                () = dies(pings, weak.clone()) => Some("no answer to a PING".to_owned()),
            };
            if let Some(why) = broken {
                tracing::debug!(upstream = upstream.origin(), why, "a connection of HTTP/2 broke");
            }
            drop(open);
            if let Some(shared) = weak.upgrade() {
                shared.is_over.set(true);
            }
        });
        let lease = Lease::new(&shared, false);
        self.open.borrow_mut().entry(target).or_default().push(shared);
        Ok(Leased::Http2(lease))
    }

    /// Closes what has been idle for too long, or was ended by its upstream.
    pub(crate) fn sweep(&self) {
        self.open.borrow_mut().retain(|_, list| {
            list.retain(|shared| {
                let is_idle = shared.requests.get() == 0 && shared.used.get().elapsed() >= LONGEST_IDLE;
                !is_idle && shared.may_serve()
            });
            !list.is_empty()
        });
        self.connecting.borrow_mut().retain(|_, connecting| Rc::strong_count(connecting) > 1);
    }
}

/// Ends when the server does not answer a PING any more while requests wait: a machine that is gone says no good-bye, and a
/// stream that may pause for minutes would wait for it.
async fn dies(pings: Option<PingPong>, shared: Weak<Shared>) {
    let Some(mut pings) = pings else { return std::future::pending().await };
    let (mut heard_last, mut asked) = (None, 0);
    loop {
        sleep(PING_STEP).await;
        let now = shared.upgrade().map(|shared| (shared.requests.get() > 0, shared.heard.get()));
        // Without anybody who could wait it ends by itself.
        let Some((waits, heard)) = now else { return std::future::pending().await };
        if heard_last.replace(heard) != Some(heard) {
            asked = 0;
        }
        let silence = *PING_AFTER.get(asked).unwrap_or(&LONGEST_LIFE);
        if waits && heard.elapsed() >= silence {
            if timeout(PING_PATIENCE, pings.ping(Ping::opaque())).await.is_err() {
                return;
            }
            asked = asked.saturating_add(1);
        }
    }
}

impl Shared {
    /// Whether it takes another request: neither side has said good-bye.
    fn may_serve(&self) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        let is_young = !self.is_over.get() && self.opened.elapsed() < LONGEST_LIFE;
        is_young && !matches!(self.sender.clone().poll_ready(&mut context), Poll::Ready(Err(_)))
    }
}

impl Lease {
    fn new(shared: &Rc<Shared>, is_used: bool) -> Self {
        if shared.requests.get() == 0 {
            shared.heard.set(Instant::now());
        }
        shared.requests.set(shared.requests.get().saturating_add(1));
        Self { shared: Rc::clone(shared), is_used }
    }

    pub(crate) fn sender(&self) -> SendRequest<Bytes> {
        self.shared.sender.clone()
    }

    /// The server is there: something came of an answer.
    pub(crate) fn heard(&self) {
        self.shared.heard.set(present());
    }

    /// No other request is sent there: it may be dead, for all that is known.
    pub(crate) fn give_up(&self) {
        self.shared.is_over.set(true);
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.shared.requests.set(self.shared.requests.get().saturating_sub(1));
        self.shared.used.set(Instant::now());
    }
}
