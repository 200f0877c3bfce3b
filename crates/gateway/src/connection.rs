//! Who comes in at the door, and when does it close?

use std::{
    io,
    net::{IpAddr, SocketAddr},
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use hansom_domain::EnvironmentName;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    time::{sleep, timeout_at},
};

use crate::{
    closing::{Closing, Listed},
    crowd::Member,
    entrance::{Entrance, Facts, Turned},
    greeting::{self, Greeting},
    http1, http2,
    isolation::isolated,
    patience::{self, keeping_time},
    peer::Peer,
    pressure::Level,
    story::{Core, Visit},
    stream::Stream,
};

const FIRST_BYTES: Duration = Duration::from_secs(10);
/// A client that has connected when the gateway stops gets its first request answered, if it comes within this time.
pub(crate) const LAST_CALL: Duration = Duration::from_secs(1);
const BACK_OFF: Duration = Duration::from_millis(100);

/// A listener's way in, on one thread.
pub(crate) struct Door {
    pub(crate) core: Rc<Core>,
    pub(crate) environment: EnvironmentName,
    pub(crate) entrance: Entrance,
    pub(crate) open: Arc<AtomicUsize>,
    pub(crate) stop: watch::Receiver<bool>,
    pub(crate) closing: Rc<Closing>,
}

/// One open connection, as both protocols see it.
pub(crate) struct Connection {
    pub(crate) door: Rc<Door>,
    pub(crate) peer: Peer,
    facts: Facts,
    listed: Listed,
    /// Among all connections, and among those of its address.
    _counted: (Counted, Member),
}

impl Connection {
    /// Whether no new request is taken any more.
    pub(crate) fn is_closing(&self) -> bool {
        self.door.closing.has_begun()
    }

    /// Ends when no new request is taken any more.
    pub(crate) async fn closed(&self) {
        self.listed.closed().await;
    }

    /// Where its requests come in.
    pub(crate) fn visit(&self) -> Visit<'_> {
        Visit { door: &self.door, peer: &self.peer, facts: &self.facts }
    }
}

/// Takes connections until the stop.
pub(crate) async fn accept(door: Rc<Door>, listener: TcpListener) {
    let mut stop = door.stop.clone();
    let mut failing = false;
    loop {
        while door.core.shared.pressure.level() == Level::Stop && !*stop.borrow() {
            sleep(BACK_OFF).await;
        }
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stopped| *stopped) => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                failing = false;
                admit(&door, stream, peer);
            }
            // The peer was gone before we came; the next one is waiting.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            // No file descriptors left, or no memory: others have to go first.
            Err(error) => {
                door.core.shared.metrics.accepts_failed.inc();
                // One line per outage, not one per try.
                if !failing {
                    tracing::warn!(%error, "cannot accept connections; they wait, and it is tried again");
                }
                failing = true;
                sleep(BACK_OFF).await;
            }
        }
    }
}

fn admit(door: &Rc<Door>, stream: TcpStream, peer: SocketAddr) {
    let shared = &door.core.shared;
    let is_proxy = door.entrance.proxies.contains(peer.ip());
    let most = if is_proxy { usize::MAX } else { shared.bounds.most_connections_of_address };
    let counted = Counted::new(&door.open);
    let member = shared.crowd.join(peer.ip(), most).filter(|_| !counted.are_over(shared.bounds.most_connections));
    let Some(member) = member else {
        shared.metrics.connections_refused.inc();
        return;
    };
    let door = Rc::clone(door);
    tokio::task::spawn_local(async move {
        let core = Rc::clone(&door.core);
        let served = async move {
            // Each in a box of its own, so that a connection costs what it does now: not what coming in costs, and not what the
            // other protocol would.
            match Box::pin(arrive(door, stream, peer.ip(), (counted, member))).await {
                Some((connection, stream, true)) => Box::pin(http2::serve(Rc::new(connection), stream)).await,
                Some((connection, stream, false)) => {
                    keeping_time(Box::pin(http1::client::serve(connection, stream))).await;
                }
                None => {}
            }
        };
        if isolated(Box::pin(served)).await.is_err() {
            core.shared.metrics.panics.inc();
        }
    });
}

/// One open connection.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(open: &Arc<AtomicUsize>) -> Self {
        open.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(open))
    }

    fn are_over(&self, most: usize) -> bool {
        self.0.load(Ordering::Relaxed) > most
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Lets a connection in; and whether it speaks HTTP/2.
async fn arrive(
    door: Rc<Door>,
    stream: TcpStream,
    peer: IpAddr,
    counted: (Counted, Member),
) -> Option<(Connection, Stream, bool)> {
    let listed = door.closing.list().await;
    // Without it small answers wait for the client's acknowledgement; a socket that refuses is about to fail anyway.
    let _ = stream.set_nodelay(true);
    let entered = tokio::select! {
        entered = enter(&door, stream, peer) => entered,
        () = last_call(&listed) => return None,
    };
    match entered {
        Ok((stream, facts, is_http2)) => {
            let connection = Connection { door, peer: Peer::new(facts.peer), facts, listed, _counted: counted };
            Some((connection, stream, is_http2))
        }
        Err(turned) => {
            door.core.shared.metrics.turned_away(turned);
            None
        }
    }
}

/// Ends when the gateway has stopped for so long that nobody who had just connected can still be about to ask.
async fn last_call(listed: &Listed) {
    listed.closed().await;
    sleep(LAST_CALL).await;
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
    let deadline = patience::from_now(FIRST_BYTES);
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
