//! Which servers does an API have?

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::{Uri, uri::Scheme};

const LONGEST_WAIT_MS: u64 = 300_000;
const MOST_UPSTREAMS: usize = 64;

/// The servers of an API.
#[derive(Debug)]
pub(crate) struct Upstreams {
    list: Vec<Upstream>,
    /// How long one may take until the first byte of its answer.
    pub(crate) wait: Duration,
    next: AtomicUsize,
}

/// A server of an API.
#[derive(Debug)]
pub(crate) struct Upstream {
    /// Host and port to connect to.
    pub(crate) address: Arc<str>,
    /// `http://host:port`, the audience of assertions.
    pub(crate) origin: String,
    /// The value of `Host`.
    pub(crate) host: String,
    pub(crate) base_path: String,
}

impl Upstreams {
    pub(crate) fn compile(urls: &[String], timeout_ms: u64) -> Result<Self, String> {
        if urls.len() > MOST_UPSTREAMS {
            return Err(format!("it has more than {MOST_UPSTREAMS} upstreams"));
        }
        let list = urls.iter().map(|url| Upstream::compile(url)).collect::<Result<_, _>>()?;
        let wait = Duration::from_millis(timeout_ms.clamp(1, LONGEST_WAIT_MS));
        Ok(Self { list, wait, next: AtomicUsize::new(0) })
    }

    /// One after the other.
    pub(crate) fn next(&self) -> Option<&Upstream> {
        let turn = self.next.fetch_add(1, Ordering::Relaxed);
        self.list.get(turn.checked_rem(self.list.len())?)
    }
}

impl Upstream {
    fn compile(url: &str) -> Result<Self, String> {
        let fault = |why: &str| format!("the upstream {url} {why}");
        let uri: Uri = url.parse().map_err(|_| fault("is no address; write it like http://127.0.0.1:9101"))?;
        if uri.scheme() != Some(&Scheme::HTTP) {
            return Err(fault("is not http://; other schemes are not supported"));
        }
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'));
        let authority = authority.ok_or_else(|| fault("has no host, or a user name in it"))?;
        if uri.query().is_some() {
            return Err(fault("has a query"));
        }
        let port = authority.port_u16().unwrap_or(80);
        Ok(Self {
            address: format!("{}:{port}", authority.host()).into(),
            origin: format!("http://{authority}"),
            host: authority.to_string(),
            base_path: uri.path().trim_end_matches('/').to_owned(),
        })
    }
}
