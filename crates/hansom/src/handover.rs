//! How does a new process take the listeners over from the one before, so that no connection is lost?
//!
//! A listener that is closed takes the connections with it that wait in its queue, also where another process listens on the same
//! port by SO_REUSEPORT. So the listeners themselves are handed over: the process that runs keeps a socket in its state folder, the
//! new one connects to it and is sent the very same listeners (SCM_RIGHTS), queues and all. Both take connections from them until
//! the new one says that it is ready; then the old one stops, and what waits in the queues is the new one's. If the new one ends
//! before that, nothing has happened.
//!
//! On the socket: for each listener a byte `L` with the listener beside it, then `E`; the new process says `R` when it is ready.

use std::{
    io::{self, IoSlice, IoSliceMut, Read, Write},
    mem::MaybeUninit,
    net::{SocketAddr, TcpListener},
    os::{
        fd::{AsFd, OwnedFd},
        unix::{
            fs::PermissionsExt,
            net::{UnixListener, UnixStream},
        },
    },
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags,
    recvmsg, sendmsg, sockopt::socket_peercred,
};
use tokio::sync::watch;

use crate::failure::{Doing, Failure};

const LISTENER: u8 = b'L';
const END: u8 = b'E';
const READY: u8 = b'R';
const STEP: Duration = Duration::from_secs(10);
/// A start with a long migration of the database takes its time.
const START: Duration = Duration::from_secs(600);
const MOST_LISTENERS: usize = 4096;

/// Listeners that the process did not have to bind: of the process before, or of the service manager.
#[derive(Default)]
pub(crate) struct Inherited {
    listeners: Vec<TcpListener>,
    from: Option<UnixStream>,
}

impl Inherited {
    /// The listeners that a service manager has passed in (`LISTEN_FDS`), if any.
    pub(crate) fn of_service_manager() -> Self {
        let mut passed = listenfd::ListenFd::from_env();
        let listeners = (0..passed.len()).filter_map(|number| passed.take_tcp_listener(number).ok().flatten());
        Self { listeners: listeners.collect(), from: None }
    }

    /// The listeners of the process that runs with this state folder; nothing if none runs.
    pub(crate) fn of_process_before(state: &Path) -> Result<Self, Failure> {
        let file = socket_file(state);
        let stream = match UnixStream::connect(&file) {
            Ok(stream) => stream,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => {
                return Ok(Self::default());
            }
            Err(error) => return Err(error).doing(format!("{} cannot be used", file.display())),
        };
        let listeners = receive(&stream).doing("the process before did not hand its listeners over")?;
        Ok(Self { listeners, from: Some(stream) })
    }

    /// Whether there is a process before.
    pub(crate) fn is_of_process(&self) -> bool {
        self.from.is_some()
    }

    /// The listeners at an address, as many as are asked for if there is any at all: two of the same queue are as good.
    pub(crate) fn take(&mut self, address: SocketAddr, copies: usize) -> io::Result<Vec<TcpListener>> {
        let of_address = |listener: &TcpListener| listener.local_addr().is_ok_and(|known| known == address);
        let (mut taken, rest): (Vec<_>, Vec<_>) = std::mem::take(&mut self.listeners).into_iter().partition(of_address);
        self.listeners = rest;
        // All of them are kept, even if there are more than asked for: a queue that nobody serves loses its connections.
        for number in 0..copies.saturating_sub(taken.len()) {
            let Some(one) = taken.get(number) else { break };
            let another = one.try_clone()?;
            taken.push(another);
        }
        for listener in &taken {
            listener.set_nonblocking(true)?;
        }
        Ok(taken)
    }

    /// Tells the process before that this one is ready; from now on it stops. What is given back ends with that process.
    pub(crate) fn ready(mut self) -> Option<UnixStream> {
        if let Some(Err(error)) = self.from.as_mut().map(|before| before.write_all(&[READY])) {
            // It was told to stop by somebody else meanwhile, or has ended. The listeners are here, and that is what counts.
            tracing::warn!(%error, "the process before could not be told that this one is ready");
        }
        self.from
    }
}

/// Hands the listeners over to the process that comes after, if it asks.
pub(crate) struct Handover {
    file: PathBuf,
    listeners: Arc<Mutex<Vec<TcpListener>>>,
    stage: watch::Receiver<Stage>,
    successor: Arc<Mutex<Option<UnixStream>>>,
}

/// How far a process that takes over has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// None has asked, or the one that had asked is gone.
    Alone,
    /// One has the listeners and is starting.
    Starting,
    /// It is ready.
    Taken,
}

impl Handover {
    /// Copies of listeners, to be handed over later.
    pub(crate) fn copies<'l>(listeners: impl Iterator<Item = &'l TcpListener>) -> Result<Vec<TcpListener>, Failure> {
        listeners
            .map(TcpListener::try_clone)
            .collect::<Result<_, _>>()
            .doing("a listener cannot be kept for a successor")
    }

    /// Opens the socket in the state folder, in the place of that of the process before.
    pub(crate) fn open(state: &Path, listeners: Vec<TcpListener>) -> Result<Self, Failure> {
        let file = socket_file(state);
        let beside = state.join(format!("handover.{}", std::process::id()));
        let doing = || format!("{} cannot be made; a replacement would not find this process", file.display());
        // Left by a process that had the same number.
        let _ = std::fs::remove_file(&beside);
        let socket = UnixListener::bind(&beside).doing(doing())?;
        std::fs::set_permissions(&beside, std::fs::Permissions::from_mode(0o600)).doing(doing())?;
        std::fs::rename(&beside, &file).doing(doing())?;
        let listeners = Arc::new(Mutex::new(listeners));
        let (tell, stage) = watch::channel(Stage::Alone);
        let (shared, successor) = (Arc::clone(&listeners), Arc::<Mutex<Option<UnixStream>>>::default());
        let taken_by = Arc::clone(&successor);
        // A thread of its own: it sleeps but for one moment in the life of the process, and blocks nobody.
        std::thread::Builder::new()
            .name("handover".into())
            .spawn(move || wait_for_successor(&socket, &shared, &tell, &taken_by))
            .doing(doing())?;
        Ok(Self { file, listeners, stage, successor })
    }

    /// How far a process that takes over has come, now and later.
    pub(crate) fn stage(&self) -> watch::Receiver<Stage> {
        self.stage.clone()
    }

    /// Ends the offer: the copies are closed, so that the ports are free once the others are closed too. What is given back is
    /// to be dropped last of all: by its end a successor knows that nothing more is written to the state folder.
    pub(crate) fn close(self) -> Option<UnixStream> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner).clear();
        if *self.stage.borrow() != Stage::Taken {
            // After a replacement the file is the successor's.
            let _ = std::fs::remove_file(&self.file);
        }
        self.successor.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

fn socket_file(state: &Path) -> PathBuf {
    state.join("handover.sock")
}

fn wait_for_successor(
    socket: &UnixListener,
    listeners: &Mutex<Vec<TcpListener>>,
    tell: &watch::Sender<Stage>,
    taken_by: &Mutex<Option<UnixStream>>,
) {
    for stream in socket.incoming().flatten() {
        match hand_over(stream, listeners, tell) {
            Ok(successor) => {
                taken_by.lock().unwrap_or_else(PoisonError::into_inner).replace(successor);
                tell.send_replace(Stage::Taken);
                return;
            }
            Err(error) => {
                tell.send_replace(Stage::Alone);
                tracing::warn!(%error, "a process wanted to take over and did not; this one goes on");
            }
        }
    }
}

fn hand_over(
    mut stream: UnixStream,
    listeners: &Mutex<Vec<TcpListener>>,
    tell: &watch::Sender<Stage>,
) -> io::Result<UnixStream> {
    let own = rustix::process::geteuid();
    let other = socket_peercred(&stream)?.uid;
    if other != own && !other.is_root() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "it runs as another user"));
    }
    stream.set_write_timeout(Some(STEP))?;
    stream.set_read_timeout(Some(START))?;
    tell.send_replace(Stage::Starting);
    {
        let listeners = listeners.lock().unwrap_or_else(PoisonError::into_inner);
        if listeners.is_empty() {
            return Err(io::Error::other("this process is about to stop"));
        }
        for listener in listeners.iter() {
            send(&stream, listener)?;
        }
    }
    stream.write_all(&[END])?;
    let mut told = [0];
    stream.read_exact(&mut told)?;
    if told != [READY] {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it said something else than that it is ready"));
    }
    Ok(stream)
}

fn send(stream: &UnixStream, listener: &TcpListener) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut beside = SendAncillaryBuffer::new(&mut space);
    let listener = [listener.as_fd()];
    if !beside.push(SendAncillaryMessage::ScmRights(&listener)) {
        return Err(io::Error::other("there is no room for a listener beside a byte"));
    }
    sendmsg(stream, &[IoSlice::new(&[LISTENER])], &mut beside, SendFlags::NOSIGNAL)?;
    Ok(())
}

/// Takes listeners until the end is told.
fn receive(stream: &UnixStream) -> io::Result<Vec<TcpListener>> {
    stream.set_read_timeout(Some(STEP))?;
    let mut listeners = vec![];
    loop {
        let mut byte = [0];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut beside = RecvAncillaryBuffer::new(&mut space);
        let got = recvmsg(stream, &mut [IoSliceMut::new(&mut byte)], &mut beside, RecvFlags::CMSG_CLOEXEC)?;
        match byte {
            _ if got.bytes == 0 => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it broke off")),
            [END] => return Ok(listeners),
            [LISTENER] if listeners.len() < MOST_LISTENERS => {}
            _ => return Err(io::Error::new(io::ErrorKind::InvalidData, "it is of a version that speaks otherwise")),
        }
        for message in beside.drain() {
            if let RecvAncillaryMessage::ScmRights(sockets) = message {
                listeners.extend(sockets.map(|socket: OwnedFd| TcpListener::from(socket)));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m142_listeners_are_handed_over_with_the_connections_in_their_queues() {
        let state = std::env::temp_dir().join(format!("hansom-handover-{}", std::process::id()));
        std::fs::create_dir_all(&state).expect("a folder");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let copies = Handover::copies([&listener].into_iter()).expect("copies");
        let handover = Handover::open(&state, copies).expect("a socket");
        let waiting = std::net::TcpStream::connect(address).expect("it listens");

        // One asks and goes away again: nothing has happened.
        let gone = Inherited::of_process_before(&state).expect("handed over");
        assert!(gone.is_of_process());
        drop(gone);

        let mut inherited = Inherited::of_process_before(&state).expect("handed over");
        let taken = inherited.take(address, 3).expect("taken");
        assert_eq!(taken.len(), 3);
        assert!(inherited.take(address, 1).expect("nothing is left").is_empty());
        drop(listener);
        let mut before = inherited.ready().expect("there is a process before");
        let mut stage = handover.stage();
        while *stage.borrow_and_update() != Stage::Taken {
            std::thread::sleep(Duration::from_millis(2));
        }
        let successor = handover.close().expect("it was taken over");
        before.set_nonblocking(true).expect("a socket");
        let waits = before.read(&mut [0]).expect_err("the process before still ends");
        assert_eq!(waits.kind(), io::ErrorKind::WouldBlock);
        drop(successor);
        assert_eq!(before.read(&mut [0]).expect("it has ended"), 0);
        taken[0].set_nonblocking(false).expect("a blocking listener");
        let (_, peer) = taken[0].accept().expect("the connection that waited");
        assert_eq!(peer, waiting.local_addr().expect("connected"));
        std::fs::remove_dir_all(&state).expect("removed");
    }

    #[test]
    fn m142_where_nobody_runs_there_is_nothing_to_take() {
        let inherited = Inherited::of_process_before(Path::new("/nowhere/at/all")).expect("no fault");
        assert!(!inherited.is_of_process());
    }
}
