//! Which connection to an upstream is free?

use std::{
    cell::RefCell,
    pin::Pin,
    task::{Context, Waker},
    time::Duration,
};

use hashbrown::HashMap;
use tokio::{
    io::{AsyncRead, ReadBuf},
    time::Instant,
};

use crate::{
    patience::present,
    stream::Stream,
    upstreams::{self, ConnectFault, HTTP_1, Open, Turn},
};

const LONGEST_IDLE: Duration = Duration::from_secs(30);
const MOST_IDLE_PER_UPSTREAM: usize = 256;

/// The free connections of one thread.
#[derive(Default)]
pub(crate) struct Pool {
    idle: RefCell<HashMap<u32, Vec<Idle>>>,
}

/// A connection in use. Dropped, it is closed; handed back, it can be used again.
pub(crate) struct Lease {
    pub(crate) stream: Stream,
    /// The server, and which addresses it had when the connection was made.
    target: u32,
    epoch: u32,
    open: Open,
    /// Whether it served before, so that its end may have crossed with a request.
    pub(crate) is_used: bool,
}

struct Idle {
    stream: Stream,
    open: Open,
    epoch: u32,
    since: Instant,
}

impl Pool {
    /// A free connection to the server, or a new one, which must stand within `patience`.
    pub(crate) async fn lease(&self, turn: &Turn, patience: Duration, fresh: bool) -> Result<Lease, ConnectFault> {
        if let Some(lease) = self.kept(turn).filter(|_| !fresh) {
            return Ok(lease);
        }
        // Boxed, as it is seldom needed and large.
        let stream = Box::pin(upstreams::connect(turn.target(), patience, HTTP_1)).await?;
        turn.connected();
        Ok(Lease::new(stream, turn))
    }

    /// A free connection to the server, if there is one.
    pub(crate) fn kept(&self, turn: &Turn) -> Option<Lease> {
        let (target, epoch) = (turn.target().number(), turn.target().epoch());
        self.take(target, epoch).map(|(stream, open)| Lease { stream, target, epoch, open, is_used: true })
    }

    /// The connection that was used last, so that those that are not needed grow old and go.
    fn take(&self, target: u32, epoch: u32) -> Option<(Stream, Open)> {
        let mut idle = self.idle.borrow_mut();
        let list = idle.get_mut(&target)?;
        while let Some(mut last) = list.pop() {
            if last.epoch == epoch && is_young(last.since) && is_quiet(&mut last.stream) {
                return Some((last.stream, last.open));
            }
        }
        None
    }

    /// For the next request.
    pub(crate) fn hand_back(&self, lease: Lease) {
        let mut idle = self.idle.borrow_mut();
        let list = idle.entry(lease.target).or_default();
        if list.len() < MOST_IDLE_PER_UPSTREAM {
            list.push(Idle { stream: lease.stream, open: lease.open, epoch: lease.epoch, since: present() });
        }
    }

    /// Closes what has been idle for too long, or was closed by its upstream.
    pub(crate) fn sweep(&self) {
        self.idle.borrow_mut().retain(|_, list| {
            list.retain_mut(|idle| is_young(idle.since) && is_quiet(&mut idle.stream));
            !list.is_empty()
        });
    }
}

fn is_young(since: Instant) -> bool {
    present().saturating_duration_since(since) < LONGEST_IDLE
}

impl Lease {
    /// A new connection.
    pub(crate) fn new(stream: Stream, turn: &Turn) -> Self {
        let (target, epoch, open) = (turn.target().number(), turn.target().epoch(), Open::new(turn.target()));
        Self { stream, target, epoch, open, is_used: false }
    }
}

/// Whether nothing came on an idle connection: neither its end, nor an answer that nobody asked for.
fn is_quiet(stream: &mut Stream) -> bool {
    let mut space = [0; 1];
    let mut context = Context::from_waker(Waker::noop());
    Pin::new(stream).poll_read(&mut context, &mut ReadBuf::new(&mut space)).is_pending()
}
