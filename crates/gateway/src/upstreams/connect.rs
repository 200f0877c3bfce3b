//! How does a connection to a server come about?
//!
//! The address itself is held against the open networks at the moment of connecting, after the name was looked up: neither an
//! odd way to write an address nor a name that changes its mind gets around it.

use std::{io, sync::Arc, time::Duration};

use tokio::{
    net::TcpStream,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_rustls::{
    TlsConnector,
    rustls::{self, AlertDescription, CertificateError},
};

use super::{
    names::{self, Candidate},
    target::Target,
};
use crate::{refusal::Refusal, stream::Stream};

/// How long an address has for itself before the next is tried beside it (RFC 8305 §5).
const STAGGER: Duration = Duration::from_millis(250);

/// What is offered by ALPN to a server that is asked in HTTP/1.1.
pub(crate) const HTTP_1: &[&[u8]] = &[b"http/1.1"];

/// What is offered to a server that is asked in HTTP/2, if it can.
pub(crate) const HTTP_2: &[&[u8]] = &[b"h2", b"http/1.1"];

/// Why there is no connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectFault {
    /// The name has no address.
    Unresolved,
    /// All its addresses are closed to the gateway.
    Forbidden(&'static str),
    /// Nobody listens there, or the way there is cut.
    Unreachable,
    TimedOut {
        millis: u64,
    },
    /// TLS could not be agreed on, or the server is not who it should be.
    Untrusted(&'static str),
}

impl ConnectFault {
    /// What the client is told.
    pub(crate) fn refusal(self) -> Refusal {
        match self {
            ConnectFault::Unresolved => Refusal::UpstreamUnresolved,
            ConnectFault::Forbidden(what) => Refusal::UpstreamForbidden(what),
            ConnectFault::Unreachable => Refusal::UpstreamUnreachable,
            ConnectFault::TimedOut { millis } => Refusal::UpstreamUnconnected { millis },
            ConnectFault::Untrusted(why) => Refusal::UpstreamUntrusted(why),
        }
    }
}

/// A new connection to the server, TLS included, which is then offered these protocols by ALPN.
pub(crate) async fn connect(
    target: &Arc<Target>,
    within: Duration,
    protocols: &[&[u8]],
) -> Result<Stream, ConnectFault> {
    match timeout(within, dial(target, protocols)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(ConnectFault::TimedOut { millis: u64::try_from(within.as_millis()).unwrap_or(u64::MAX) }),
    }
}

async fn dial(target: &Arc<Target>, protocols: &[&[u8]]) -> Result<Stream, ConnectFault> {
    let mut candidates = names::addresses(target).await;
    let mut closed = None;
    candidates.retain(|candidate| {
        let refusal = target.reach.open.refusal(candidate.ip);
        closed = closed.or(refusal);
        refusal.is_none()
    });
    if candidates.is_empty() {
        return Err(closed.map_or(ConnectFault::Unresolved, ConnectFault::Forbidden));
    }
    let socket = race(&candidates, target).await.map_err(|error| {
        tracing::debug!(upstream = target.origin(), %error, "no connection");
        ConnectFault::Unreachable
    })?;
    // Heads and small bodies go out at once.
    socket.set_nodelay(true).map_err(|_| ConnectFault::Unreachable)?;
    let Some(name) = &target.server_name else {
        return Ok(Stream::Plain(socket));
    };
    let protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    let connector = TlsConnector::from(Arc::clone(&target.reach.tls));
    let tls = connector.with_alpn(protocols).connect(name.clone(), socket).await.map_err(|error| {
        tracing::debug!(upstream = target.origin(), %error, "no TLS");
        ConnectFault::Untrusted(distrust(&error))
    })?;
    Ok(Stream::Tls(Box::new(tls.into())))
}

/// The first address that answers, each tried a moment after the one before, or as soon as that one has failed.
async fn race(candidates: &[Arc<Candidate>], target: &Target) -> io::Result<TcpStream> {
    let port = target.address.port;
    if let [only] = candidates {
        return TcpStream::connect((only.ip, port)).await;
    }
    let mut waiting = candidates.iter();
    let mut running: Vec<Arc<Candidate>> = vec![];
    let mut attempts = JoinSet::new();
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    loop {
        if let Some(next) = waiting.next() {
            let candidate = Arc::clone(next);
            running.push(Arc::clone(next));
            attempts.spawn(async move {
                let outcome = TcpStream::connect((candidate.ip, port)).await;
                (candidate, outcome)
            });
        } else if attempts.is_empty() {
            return Err(last);
        }
        tokio::select! {
            Some(ended) = attempts.join_next() => {
                let Ok((candidate, outcome)) = ended else { continue };
                match outcome {
                    Ok(socket) => {
                        // Who began before and has still not answered is slow.
                        let before = running.iter().take_while(|one| one.ip != candidate.ip);
                        before.for_each(|slow| slow.mark_slow(target.now()));
                        return Ok(socket);
                    }
                    Err(error) => {
                        candidate.mark_slow(target.now());
                        running.retain(|one| one.ip != candidate.ip);
                        last = error;
                    }
                }
            }
            () = sleep(STAGGER), if waiting.len() > 0 => {}
        }
    }
}

/// What is wrong with the server's TLS, in words that help its owner.
fn distrust(error: &io::Error) -> &'static str {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(fault)) => match fault {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => "its certificate has expired",
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "its certificate is not valid yet"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "its certificate is for another name"
            }
            // The second: an authority of the same name, with another key.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => {
                "its certificate comes from an authority that is not trusted"
            }
            CertificateError::Revoked => "its certificate is revoked",
            _ => "its certificate is not valid",
        },
        Some(rustls::Error::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateRevoked,
        )) => "it wants another certificate of the gateway",
        Some(_) => "TLS could not be agreed on",
        None => "it broke off before TLS was agreed on",
    }
}
