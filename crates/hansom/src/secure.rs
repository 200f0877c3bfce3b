//! How do the hub's and the operations listener take connections in TLS?
//!
//! Handshakes go on beside each other, so that a client who never ends one keeps nobody out.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::serve::Listener;
use hansom_gateway::Tls;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Semaphore, mpsc},
    time::{sleep, timeout},
};
use tokio_rustls::server::TlsStream;

/// Handshakes that go on at once; who comes then waits in the system's queue.
const MOST_HANDSHAKES: usize = 256;
const HANDSHAKE: Duration = Duration::from_secs(10);
const BACK_OFF: Duration = Duration::from_millis(100);

/// A listener of which connections come when their handshake is over.
pub(crate) struct Secure {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl Secure {
    /// Takes connections until this is dropped.
    pub(crate) fn new(listener: TcpListener, tls: Arc<Tls>) -> io::Result<Self> {
        let (address, (give, ready)) = (listener.local_addr()?, mpsc::channel(1));
        tokio::spawn(async move {
            tokio::select! {
                () = take(&listener, &tls, &give) => {}
                () = give.closed() => {}
            }
        });
        Ok(Self { ready, address })
    }
}

async fn take(listener: &TcpListener, tls: &Arc<Tls>, give: &mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>) {
    let room = Arc::new(Semaphore::new(MOST_HANDSHAKES));
    // The semaphore is never closed.
    while let Ok(permit) = Arc::clone(&room).acquire_owned().await {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "cannot accept connections of the hub or of operations; it is tried again");
                sleep(BACK_OFF).await;
                continue;
            }
        };
        let (tls, give) = (Arc::clone(tls), give.clone());
        tokio::spawn(async move {
            let _permit = permit;
            match timeout(HANDSHAKE, tls.handshake(stream)).await {
                // Nobody takes it any more when the listener is about to go.
                Ok(Ok(stream)) => drop(give.send((stream, peer)).await),
                Ok(Err(error)) => tracing::debug!(%error, "a handshake failed"),
                Err(_) => tracing::debug!("a handshake took too long"),
            }
        });
    }
}

impl Listener for Secure {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(accepted) => accepted,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}
