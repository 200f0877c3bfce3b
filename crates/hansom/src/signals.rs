//! What does the system tell the process to do?

use std::sync::Arc;

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::Notify,
};

use crate::failure::{Doing, Failure};

/// The signals that end the process. They are heard from the first moment on, since nothing ends process 1 of a container but
/// what it does itself.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    /// `None` where it asks for certificates to be read again.
    hangup: Option<Signal>,
}

impl Signals {
    /// Hears SIGTERM and SIGINT, and SIGHUP as the end of a terminal.
    pub(crate) fn of_a_terminal() -> Result<Self, Failure> {
        let hangup = Some(hear(SignalKind::hangup())?);
        Ok(Self { terminate: hear(SignalKind::terminate())?, interrupt: hear(SignalKind::interrupt())?, hangup })
    }

    /// Hears SIGTERM and SIGINT; with SIGHUP `reload` is told.
    pub(crate) fn of_a_service(reload: Arc<Notify>) -> Result<Self, Failure> {
        let mut hangup = hear(SignalKind::hangup())?;
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                tracing::warn!("SIGHUP: the certificates are read again; for everything else, hansom serve --replace");
                reload.notify_one();
            }
        });
        if std::process::id() == 1 {
            tokio::spawn(reap(hear(SignalKind::child())?));
        }
        Ok(Self { terminate: hear(SignalKind::terminate())?, interrupt: hear(SignalKind::interrupt())?, hangup: None })
    }

    /// Waits for the next order to stop.
    pub(crate) async fn told_to_stop(&mut self) {
        let hangup = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = hangup => {}
        }
    }
}

fn hear(kind: SignalKind) -> Result<Signal, Failure> {
    signal(kind).doing("signals cannot be heard")
}

/// Whoever is left by its parent becomes a child of process 1, and stays a zombie until it is asked how it ended.
async fn reap(mut ended: Signal) {
    use rustix::process::{WaitOptions, wait};
    while ended.recv().await.is_some() {
        while matches!(wait(WaitOptions::NOHANG), Ok(Some(_))) {}
    }
}
