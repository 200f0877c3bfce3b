//! Which connection to an upstream is free?

use std::{
    cell::RefCell,
    collections::HashMap,
    pin::Pin,
    sync::Arc,
    task::{Context, Waker},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, ReadBuf},
    net::TcpStream,
    time::{Instant, timeout},
};

use crate::{refusal::Refusal, stream::Stream};

const CONNECT: Duration = Duration::from_secs(2);
const LONGEST_IDLE: Duration = Duration::from_secs(30);
const MOST_IDLE_PER_UPSTREAM: usize = 256;

/// The free connections of one thread.
#[derive(Default)]
pub(crate) struct Pool {
    idle: RefCell<HashMap<Arc<str>, Vec<Idle>>>,
}

/// A connection in use. Dropped, it is closed; handed back, it can be used again.
pub(crate) struct Lease {
    pub(crate) stream: Stream,
    address: Arc<str>,
    /// Whether it served before, so that its end may have crossed with a request.
    pub(crate) is_used: bool,
}

struct Idle {
    stream: Stream,
    since: Instant,
}

impl Pool {
    /// A free connection to the upstream, or a new one.
    pub(crate) async fn lease(&self, address: &Arc<str>, fresh: bool) -> Result<Lease, Refusal> {
        if let Some(stream) = self.take(address).filter(|_| !fresh) {
            return Ok(Lease { stream, address: Arc::clone(address), is_used: true });
        }
        match timeout(CONNECT, TcpStream::connect(&**address)).await {
            Ok(Ok(stream)) => {
                // Without it small requests wait for acknowledgements; a socket that refuses is about to fail anyway.
                let _ = stream.set_nodelay(true);
                Ok(Lease { stream: Stream::Plain(stream), address: Arc::clone(address), is_used: false })
            }
            Ok(Err(_)) => Err(Refusal::UpstreamUnreachable),
            Err(_) => Err(Refusal::UpstreamSilent { millis: 2000 }),
        }
    }

    /// The connection that was used last, so that those that are not needed grow old and go.
    fn take(&self, address: &Arc<str>) -> Option<Stream> {
        let mut idle = self.idle.borrow_mut();
        let list = idle.get_mut(address)?;
        while let Some(mut last) = list.pop() {
            if last.since.elapsed() < LONGEST_IDLE && is_quiet(&mut last.stream) {
                return Some(last.stream);
            }
        }
        None
    }

    /// For the next request.
    pub(crate) fn hand_back(&self, lease: Lease) {
        let mut idle = self.idle.borrow_mut();
        let list = idle.entry(lease.address).or_default();
        if list.len() < MOST_IDLE_PER_UPSTREAM {
            list.push(Idle { stream: lease.stream, since: Instant::now() });
        }
    }

    /// Closes what has been idle for too long, or was closed by its upstream.
    pub(crate) fn sweep(&self) {
        self.idle.borrow_mut().retain(|_, list| {
            list.retain_mut(|idle| idle.since.elapsed() < LONGEST_IDLE && is_quiet(&mut idle.stream));
            !list.is_empty()
        });
    }
}

/// Whether nothing came on an idle connection: neither its end, nor an answer that nobody asked for.
fn is_quiet(stream: &mut Stream) -> bool {
    let mut space = [0; 1];
    let mut context = Context::from_waker(Waker::noop());
    Pin::new(stream).poll_read(&mut context, &mut ReadBuf::new(&mut space)).is_pending()
}
