//! Which servers may be reached, and how are they known?

use std::{fmt, future::Future, io, net::IpAddr, pin::Pin, sync::Arc};

use hansom_domain::OpenNetworks;
use tokio_rustls::rustls::{
    self, ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, PrivateKeyDer},
};

type Found = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Finds the addresses of a name.
#[derive(Clone)]
pub struct Resolver(Arc<dyn Fn(String) -> Found + Send + Sync>);

impl Resolver {
    /// Asks `find`.
    pub fn new<F>(find: impl Fn(String) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = io::Result<Vec<IpAddr>>> + Send + 'static,
    {
        Self(Arc::new(move |name| Box::pin(find(name))))
    }

    /// Asks the system, as every other program on the machine does.
    pub fn system() -> Self {
        Self::new(|name| async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }

    pub(super) fn find(&self, name: String) -> Found {
        (self.0)(name)
    }
}

impl fmt::Debug for Resolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Resolver")
    }
}

/// How upstreams are reached, as the operators say.
#[derive(Clone, Debug)]
pub struct Reach {
    pub(super) open: OpenNetworks,
    pub(super) resolver: Resolver,
    pub(super) tls: Arc<ClientConfig>,
}

impl Reach {
    /// Addresses of the public internet and of `open` may be connected to. Of upstreams in TLS, those are believed whose
    /// certificate comes from one of the `authorities`; to those that ask for one, `certificate` is shown.
    pub fn new(
        open: OpenNetworks,
        resolver: Resolver,
        authorities: Vec<CertificateDer<'static>>,
        certificate: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
    ) -> Result<Self, rustls::Error> {
        let mut roots = RootCertStore::empty();
        // A system's store may hold some that nobody can read.
        roots.add_parsable_certificates(authorities);
        let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots);
        let mut tls = match certificate {
            Some((chain, key)) => config.with_client_auth_cert(chain, key)?,
            None => config.with_no_client_auth(),
        };
        tls.resumption = rustls::client::Resumption::in_memory_sessions(1024);
        Ok(Self { open, resolver, tls: Arc::new(tls) })
    }
}
