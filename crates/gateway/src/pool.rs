//! Which connection to an upstream is free?

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use hyper::{
    body::{Body, Frame, Incoming, SizeHint},
    client::conn::http1::SendRequest,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::Instant};

const CONNECT: Duration = Duration::from_secs(2);
const LONGEST_IDLE: Duration = Duration::from_secs(30);
const MOST_IDLE_PER_UPSTREAM: usize = 256;
const LARGEST_HEAD: usize = 64 * 1024;

/// The free connections of one thread.
#[derive(Default)]
pub(crate) struct Pool {
    idle: RefCell<HashMap<Arc<str>, Vec<Idle>>>,
}

struct Idle {
    sender: SendRequest<Upload>,
    since: Instant,
}

/// A connection in use. Dropped, it is closed; handed back, it can be used again.
pub(crate) struct Lease {
    pool: Rc<Pool>,
    upstream: Arc<str>,
    pub(crate) sender: SendRequest<Upload>,
    /// Whether it served before, so that its end may have crossed with our request.
    pub(crate) is_used: bool,
    pub(crate) upload: Rc<Progress>,
}

impl Pool {
    /// A free connection to the upstream, or a new one.
    pub(crate) async fn lease(self: &Rc<Self>, upstream: &Arc<str>, fresh: bool) -> std::io::Result<Lease> {
        let used = if fresh { None } else { self.take(upstream) };
        let (sender, is_used) = match used {
            Some(sender) => (sender, true),
            None => (connect(upstream).await?, false),
        };
        Ok(Lease { pool: Rc::clone(self), upstream: Arc::clone(upstream), sender, is_used, upload: Rc::default() })
    }

    fn take(&self, upstream: &Arc<str>) -> Option<SendRequest<Upload>> {
        let mut idle = self.idle.borrow_mut();
        let list = idle.get_mut(upstream)?;
        list.retain(|idle| !idle.sender.is_closed() && idle.since.elapsed() < LONGEST_IDLE);
        let place = list.iter().rposition(|idle| idle.sender.is_ready())?;
        Some(list.swap_remove(place).sender)
    }
}

impl Lease {
    /// For the next request, if this one was sent to its end.
    pub(crate) fn hand_back(self) {
        if !self.upload.is_finished() || self.sender.is_closed() {
            return;
        }
        let mut idle = self.pool.idle.borrow_mut();
        let list = idle.entry(self.upstream).or_default();
        if list.len() < MOST_IDLE_PER_UPSTREAM {
            list.push(Idle { sender: self.sender, since: Instant::now() });
        }
    }
}

async fn connect(upstream: &str) -> std::io::Result<SendRequest<Upload>> {
    let stream = tokio::time::timeout(CONNECT, TcpStream::connect(upstream)).await??;
    stream.set_nodelay(true)?;
    let (sender, connection) = hyper::client::conn::http1::Builder::new()
        .max_buf_size(LARGEST_HEAD)
        .handshake(TokioIo::new(stream))
        .await
        .map_err(std::io::Error::other)?;
    // The connection ends when its sender and its bodies are gone; what it fails with shows there.
    tokio::task::spawn_local(async move {
        let _ = connection.await;
    });
    Ok(sender)
}

/// How far the body of a request has gone.
#[derive(Default)]
pub(crate) struct Progress {
    state: Cell<State>,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum State {
    #[default]
    Sending,
    Finished,
    TooLarge,
    Broken,
}

impl Progress {
    pub(crate) fn is_finished(&self) -> bool {
        self.state.get() == State::Finished
    }
    pub(crate) fn is_too_large(&self) -> bool {
        self.state.get() == State::TooLarge
    }
    pub(crate) fn is_broken(&self) -> bool {
        self.state.get() == State::Broken
    }
}

/// The body of a request on its way to an upstream, counted against the limit.
pub(crate) struct Upload {
    body: Option<Incoming>,
    left: u64,
    progress: Rc<Progress>,
}

impl Upload {
    pub(crate) fn new(body: Option<Incoming>, limit: u64, progress: Rc<Progress>) -> Self {
        let body = body.filter(|body| !body.is_end_stream());
        if body.is_none() {
            progress.state.set(State::Finished);
        }
        Self { body, left: limit, progress }
    }

    fn count(&mut self, length: usize) -> Result<(), &'static str> {
        match self.left.checked_sub(length as u64) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                self.progress.state.set(State::TooLarge);
                Err("the body is too large")
            }
        }
    }
}

impl Body for Upload {
    type Data = Bytes;
    type Error = Box<dyn std::error::Error + Send + Sync>;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = &mut *self;
        let Some(body) = &mut this.body else {
            return Poll::Ready(None);
        };
        loop {
            match std::task::ready!(Pin::new(&mut *body).poll_frame(cx)) {
                Some(Ok(frame)) => {
                    // Trailers end here: they could carry fields that are removed from the head.
                    let Ok(data) = frame.into_data() else {
                        continue;
                    };
                    let ends = body.is_end_stream();
                    this.count(data.len())?;
                    if ends {
                        this.progress.state.set(State::Finished);
                    }
                    return Poll::Ready(Some(Ok(Frame::data(data))));
                }
                Some(Err(error)) => {
                    this.progress.state.set(State::Broken);
                    return Poll::Ready(Some(Err(error.into())));
                }
                None => {
                    this.progress.state.set(State::Finished);
                    return Poll::Ready(None);
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or_else(|| SizeHint::with_exact(0), Body::size_hint)
    }
}
