//! How does a connection come in, before the first request on it is read?
//!
//! What does not speak the listener's protocol is turned away at once, and counted by what it spoke. Only plain HTTP at a TLS
//! listener gets an answer, a refusal: it is not sent on to `https://`, since a client that is sent on has already told its token
//! to everybody on the way and will never be mended.

use std::{io, net::IpAddr, sync::Arc, time::Duration};

use hansom_domain::Network;
use tokio::{
    io::AsyncReadExt,
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::{
    client_certificate::ClientCertificate,
    forwarded::TrustedProxies,
    greeting::{self, Greeting, greeting},
    proxy_protocol::{self, Line},
    refusal::Refusal,
    stream::Stream,
    tls::Tls,
};

/// From the connection to the end of the handshake, all together.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Peeking again at once would find the same bytes.
const PAUSE: Duration = Duration::from_millis(5);

/// A listener's way in.
#[derive(Clone, Debug, Default)]
pub struct Entrance {
    /// TLS; without it connections are plain.
    pub tls: Option<Arc<Tls>>,
    /// Whose word about the client is taken.
    pub proxies: Arc<TrustedProxies>,
    /// Whether connections of trusted proxies begin with a line of the PROXY protocol.
    pub proxy_protocol: bool,
    /// Whether clients reach the listener by HTTPS alone, here or at a trusted proxy. A client that came to the proxy without
    /// is refused as it would be here.
    pub https_only: bool,
    /// From where other gateways ask what to do with requests of theirs; nowhere, where it is empty.
    pub authz_from: Arc<[Network]>,
}

/// What is known of a connection that came in.
#[derive(Debug)]
pub(crate) struct Facts {
    /// Who is at the other end: the peer, or whom a trusted proxy names by the PROXY protocol.
    pub(crate) peer: IpAddr,
    /// Whether the bytes are HTTP without TLS, at a listener with TLS. Its requests are refused and nothing else.
    pub(crate) is_plain_at_tls: bool,
    /// Whom the client's certificate names, if it showed one.
    pub(crate) certificate: Option<Arc<ClientCertificate>>,
}

/// Why a connection did not come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turned {
    /// TLS at a listener without it.
    Tls,
    /// Neither HTTP nor TLS.
    Foreign,
    /// The PROXY protocol from somebody who is not trusted with it, or not from somebody who has to speak it, or broken.
    Proxy,
    /// The handshake failed.
    Handshake,
    /// The handshake was not over in time.
    Late,
    /// Gone before anything could be learnt.
    Gone,
}

impl Turned {
    /// As the metric calls it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Turned::Tls => "tls",
            Turned::Foreign => "foreign",
            Turned::Proxy => "proxy",
            Turned::Handshake => "handshake",
            Turned::Late => "late",
            Turned::Gone => "gone",
        }
    }

    /// By what a connection without TLS begins with: whether it has to go.
    pub(crate) fn at_plain(greeting: Greeting) -> Option<Self> {
        match greeting {
            Greeting::Tls => Some(Turned::Tls),
            Greeting::Proxy => Some(Turned::Proxy),
            Greeting::Foreign => Some(Turned::Foreign),
            Greeting::Http1 | Greeting::Http2 | Greeting::Unclear => None,
        }
    }
}

impl Entrance {
    /// Lets a connection in. Without TLS and the PROXY protocol nothing is read, and the first bytes are the reader's to judge.
    pub(crate) async fn enter(&self, stream: TcpStream, peer: IpAddr) -> Result<(Stream, Facts), Turned> {
        let expects_line = self.proxy_protocol && self.proxies.contains(peer);
        if self.tls.is_none() && !expects_line {
            return Ok((Stream::Plain(stream), Facts::plain(peer)));
        }
        // Boxed: what a handshake needs is large, and a connection would carry it for all its life.
        let entering = Box::pin(self.enter_in_time(stream, peer, expects_line));
        timeout(HANDSHAKE, entering).await.unwrap_or(Err(Turned::Late))
    }

    async fn enter_in_time(
        &self,
        mut stream: TcpStream,
        peer: IpAddr,
        expects_line: bool,
    ) -> Result<(Stream, Facts), Turned> {
        let peer = if expects_line { source(&mut stream).await?.unwrap_or(peer) } else { peer };
        let Some(tls) = &self.tls else {
            return Ok((Stream::Plain(stream), Facts::plain(peer)));
        };
        match first_bytes(&stream).await? {
            Greeting::Tls => {}
            Greeting::Http1 | Greeting::Http2 => {
                let facts = Facts { is_plain_at_tls: true, ..Facts::plain(peer) };
                return Ok((Stream::Plain(stream), facts));
            }
            Greeting::Proxy => return Err(Turned::Proxy),
            Greeting::Foreign | Greeting::Unclear => return Err(Turned::Foreign),
        }
        let tls = tls.handshake(stream).await.map_err(|error| {
            tracing::debug!(%peer, %error, "a handshake failed");
            Turned::Handshake
        })?;
        let (_, session) = tls.get_ref();
        let shown = session.peer_certificates().and_then(|chain| chain.first());
        // A proxy's certificate says nothing of who calls through it.
        let shown = shown.filter(|_| !self.proxies.contains(peer));
        let certificate = shown.map(|certificate| Arc::new(ClientCertificate::read(certificate)));
        let client = certificate.as_ref().map(ToString::to_string);
        tracing::debug!(%peer, server_name = session.server_name(), client, "a client came in by TLS");
        Ok((Stream::Tls(Box::new(tls.into())), Facts { certificate, ..Facts::plain(peer) }))
    }
}

impl Facts {
    /// Who sent a request on this connection, by the word of trusted proxies, or why the request is refused. `values` gives the
    /// values of a header field by its name in lower case.
    pub(crate) fn sender<'h, I: Iterator<Item = &'h [u8]>>(
        &self,
        entrance: &Entrance,
        values: impl Fn(&'static str) -> I,
    ) -> Result<IpAddr, Refusal> {
        let client = entrance.proxies.client(self.peer, values);
        let is_plain = self.is_plain_at_tls || (entrance.https_only && client.is_https == Some(false));
        if is_plain { Err(Refusal::PlainHttp) } else { Ok(client.address) }
    }

    fn plain(peer: IpAddr) -> Self {
        Self { peer, is_plain_at_tls: false, certificate: None }
    }
}

/// Looks at the first bytes without taking them, until they say something.
async fn first_bytes(stream: &TcpStream) -> Result<Greeting, Turned> {
    let mut first = [0; greeting::LONGEST];
    loop {
        match greeting(peek(stream, &mut first).await?) {
            Greeting::Unclear => sleep(PAUSE).await,
            known => return Ok(known),
        }
    }
}

async fn peek<'b>(stream: &TcpStream, space: &'b mut [u8]) -> Result<&'b [u8], Turned> {
    match stream.peek(space).await {
        Ok(count) if count > 0 => Ok(space.get(..count).unwrap_or_default()),
        _ => Err(Turned::Gone),
    }
}

/// Takes the line of the PROXY protocol, and nothing behind it.
async fn source(stream: &mut TcpStream) -> Result<Option<IpAddr>, Turned> {
    let mut space = [0; proxy_protocol::LONGEST];
    loop {
        match proxy_protocol::read(peek(stream, &mut space).await?) {
            Line::Whole { length, source } => {
                let line = space.get_mut(..length).ok_or(Turned::Proxy)?;
                let taken: io::Result<usize> = stream.read_exact(line).await;
                return taken.map(|_| source).map_err(|_| Turned::Gone);
            }
            Line::Partial => sleep(PAUSE).await,
            Line::Broken => return Err(Turned::Proxy),
        }
    }
}
