//! How are connections taken, bounded and ended?

use std::{sync::Arc, time::Duration};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::Semaphore};
use tokio_util::sync::CancellationToken;

/// As many connections are open at once; more wait in the system's queue.
const MOST_CONNECTIONS: usize = 2000;
/// How long a connection may rest, or take to send a head. Longer than balancers keep theirs, so that it is they who close.
const HEAD_TIME: Duration = Duration::from_secs(65);
const LARGEST_HEAD: usize = 32 * 1024;
/// A machine that is out of sockets gets them back only if we wait.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(100);

/// Serves until it is told to stop; then takes nothing new, and returns when what was begun has ended.
pub async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    let mut protocol = http1::Builder::new();
    protocol.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME).max_buf_size(LARGEST_HEAD);
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let next = async || {
        let place = places.clone().acquire_owned().await;
        (listener.accept().await, place)
    };
    loop {
        let (accepted, place) = tokio::select! {
            next = next() => next,
            () = stop.cancelled() => break,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(PAUSE_AFTER_FAILURE).await;
            continue;
        };
        let service = TowerToHyperService::new(router.clone());
        let connection = graceful.watch(protocol.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // How a connection ends is its caller's business; what went wrong with a request is in the log.
            let _ = connection.await;
            drop(place);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}
