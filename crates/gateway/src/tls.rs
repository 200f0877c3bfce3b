//! With which certificate is a client answered, and which clients are let in?
//!
//! TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1 by ALPN, no early data (it could be replayed). A client that names a host is answered
//! with a certificate for that host, exact before wildcard; a name that no certificate is for is refused in the handshake: the
//! client would refuse the certificate of another host anyway. A client that names none gets the first certificate. Everything
//! can be replaced while connections are open: those keep what they were opened with. Tickets for resumption are sealed with
//! keys that change every six hours and with every replacement, so no session outlives the list of who may come in.

use std::{collections::HashMap, fmt, sync::Arc};

use arc_swap::ArcSwap;
use rustls::{
    RootCertStore, ServerConfig,
    crypto::{CryptoProvider, aws_lc_rs},
    pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer, pem::PemObject},
    server::{
        ClientHello, NoServerSessionStorage, ResolvesServerCert, WebPkiClientVerifier, danger::ClientCertVerifier,
    },
    sign::CertifiedKey,
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{certificate::CertificateFacts, revocation_list::RevocationListFacts};

const MOST_CERTIFICATES: usize = 1000;
const LONGEST_CHAIN: usize = 20;

/// A file as it was read, with the name that messages call it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PemFile {
    /// The file's name.
    pub name: String,
    /// What stands in it.
    pub content: Vec<u8>,
}

/// What a listener's TLS is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsMaterial {
    /// Certificates, the host's own first and then those that vouch for it, each with the file of its key.
    pub pairs: Vec<(PemFile, PemFile)>,
    /// Who vouches for clients; without it they are not asked for certificates.
    pub client_authorities: Option<PemFile>,
    /// Which of their certificates are revoked: a list of each authority in their chains.
    pub client_revocations: Option<PemFile>,
    /// Whether a client without a certificate is refused.
    pub clients_required: bool,
}

/// Why TLS cannot be had from this material.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFault {
    /// The file with the fault.
    pub file: String,
    /// What is wrong with it and what to do, without the file.
    pub why: String,
}

impl fmt::Display for TlsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.file, self.why)
    }
}

impl std::error::Error for TlsFault {}

/// TLS at a listener, replaceable while it works.
#[derive(Debug)]
pub struct Tls {
    present: ArcSwap<Present>,
}

#[derive(Debug)]
struct Present {
    config: Arc<ServerConfig>,
    certificates: Vec<(String, CertificateFacts)>,
    revocation_lists: Vec<(String, RevocationListFacts)>,
}

impl Tls {
    /// TLS from its files' contents.
    pub fn new(material: &TlsMaterial) -> Result<Self, TlsFault> {
        Ok(Self { present: ArcSwap::from_pointee(Present::build(material)?) })
    }

    /// Uses other material from the next handshake on. If it has a fault, everything stays as it is.
    pub fn replace(&self, material: &TlsMaterial) -> Result<(), TlsFault> {
        self.present.store(Arc::new(Present::build(material)?));
        Ok(())
    }

    /// Lets no session be taken up again that began before: who comes is judged anew.
    pub fn end_sessions(&self) -> Result<(), rustls::Error> {
        let present = self.present.load();
        let mut config = ServerConfig::clone(&present.config);
        config.ticketer = aws_lc_rs::Ticketer::new()?;
        let (certificates, revocation_lists) = (present.certificates.clone(), present.revocation_lists.clone());
        self.present.store(Arc::new(Present { config: Arc::new(config), certificates, revocation_lists }));
        Ok(())
    }

    /// The certificates in use: their files and what they say.
    pub fn certificates(&self) -> Vec<(String, CertificateFacts)> {
        self.present.load().certificates.clone()
    }

    /// The lists of clients' revoked certificates in use: their files and what they say.
    pub fn revocation_lists(&self) -> Vec<(String, RevocationListFacts)> {
        self.present.load().revocation_lists.clone()
    }

    /// The handshake; how long it may take is the caller's part.
    pub async fn handshake(&self, stream: TcpStream) -> std::io::Result<TlsStream<TcpStream>> {
        let config = Arc::clone(&self.present.load().config);
        TlsAcceptor::from(config).accept(stream).await
    }
}

impl TlsMaterial {
    /// What its certificates say, each with its file; checks everything on the way.
    pub fn certificates(&self) -> Result<Vec<(String, CertificateFacts)>, TlsFault> {
        Present::build(self).map(|present| present.certificates)
    }

    /// What its lists of revoked certificates say, each with its file; checks everything on the way.
    pub fn revocation_lists(&self) -> Result<Vec<(String, RevocationListFacts)>, TlsFault> {
        Present::build(self).map(|present| present.revocation_lists)
    }
}

impl Present {
    fn build(material: &TlsMaterial) -> Result<Self, TlsFault> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let mut hosts = Hosts::default();
        let mut certificates = vec![];
        for (chain, key) in material.pairs.iter().take(MOST_CERTIFICATES) {
            let (certified, facts) = pair(chain, key, &provider)?;
            hosts.add(&facts.names, Arc::new(certified));
            certificates.push((chain.name.clone(), facts));
        }
        let name = material.pairs.first().map_or_else(String::new, |(chain, _)| chain.name.clone());
        let broken = |why: String| TlsFault { file: name.clone(), why };
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .map_err(|error| broken(format!("cannot be used: {error}")))?;
        let mut config = match &material.client_authorities {
            Some(file) => builder.with_client_cert_verifier(clients(file, material, provider)?),
            None => builder.with_no_client_auth(),
        }
        .with_cert_resolver(Arc::new(hosts));
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.ticketer =
            aws_lc_rs::Ticketer::new().map_err(|error| broken(format!("tickets cannot be sealed: {error}")))?;
        let lists = material.client_revocations.as_ref().filter(|_| material.client_authorities.is_some());
        let revocation_lists = lists.map_or_else(|| Ok(vec![]), told_of_lists)?;
        Ok(Self { config: Arc::new(config), certificates, revocation_lists })
    }
}

/// A certificate with its chain and its key.
fn pair(
    chain: &PemFile,
    key: &PemFile,
    provider: &CryptoProvider,
) -> Result<(CertifiedKey, CertificateFacts), TlsFault> {
    let certificates = authorities(chain)?;
    let fault = |file: &PemFile, why: String| TlsFault { file: file.name.clone(), why };
    if certificates.len() > LONGEST_CHAIN {
        return Err(fault(chain, format!("holds more than {LONGEST_CHAIN} certificates")));
    }
    let own = certificates.first();
    let facts = own.and_then(CertificateFacts::read).ok_or_else(|| {
        fault(
            chain,
            "begins with a certificate that cannot be read; the host's own has to be the first, as X.509".into(),
        )
    })?;
    let private = PrivateKeyDer::from_pem_slice(&key.content).map_err(|_| {
        let is_sealed = key.content.windows(9).any(|window| window == b"ENCRYPTED");
        let why = if is_sealed { "is locked with a password; unlock it" } else { "holds no whole private key in PEM" };
        fault(key, format!("{why} (openssl pkey -in it)"))
    })?;
    let signing = provider.key_provider.load_private_key(private);
    let signing =
        signing.map_err(|_| fault(key, "is of a kind that cannot be used; use an EC, RSA or Ed25519 key".into()))?;
    let certified = CertifiedKey::new(certificates, signing);
    match certified.keys_match() {
        Ok(()) => Ok((certified, facts)),
        Err(_) => Err(fault(key, format!("does not belong to the certificate {}", chain.name))),
    }
}

/// The certificates of a file; at least one.
fn authorities(file: &PemFile) -> Result<Vec<CertificateDer<'static>>, TlsFault> {
    let fault = |why: &str| TlsFault { file: file.name.clone(), why: why.into() };
    let certificates: Vec<_> = CertificateDer::pem_slice_iter(&file.content)
        .collect::<Result<_, _>>()
        .map_err(|_| fault("is no whole PEM; was it only half written?"))?;
    if certificates.is_empty() {
        return Err(fault("holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"));
    }
    Ok(certificates)
}

fn clients(
    file: &PemFile,
    material: &TlsMaterial,
    provider: Arc<CryptoProvider>,
) -> Result<Arc<dyn ClientCertVerifier>, TlsFault> {
    let fault = |why: String| TlsFault { file: file.name.clone(), why };
    let mut roots = RootCertStore::empty();
    for certificate in authorities(file)? {
        roots.add(certificate).map_err(|error| fault(format!("holds a certificate that cannot vouch: {error}")))?;
    }
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let builder = if material.clients_required { builder } else { builder.allow_unauthenticated() };
    let (builder, last) = match &material.client_revocations {
        // A list that is out of date tells nothing of who was revoked since, so it lets nobody in.
        Some(lists) => (builder.with_crls(revocations(lists)?).enforce_revocation_expiration(), lists),
        None => (builder, file),
    };
    builder.build().map_err(|error| TlsFault { file: last.name.clone(), why: format!("cannot be used: {error}") })
}

/// The lists of revoked certificates of a file; at least one.
fn revocations(file: &PemFile) -> Result<Vec<CertificateRevocationListDer<'static>>, TlsFault> {
    let fault = |why: &str| TlsFault { file: file.name.clone(), why: why.into() };
    let lists: Vec<_> = CertificateRevocationListDer::pem_slice_iter(&file.content)
        .collect::<Result<_, _>>()
        .map_err(|_| fault("is no whole PEM; was it only half written?"))?;
    if lists.is_empty() {
        return Err(fault("holds no list of revoked certificates in PEM (-----BEGIN X509 CRL-----)"));
    }
    Ok(lists)
}

/// What the lists of a file say of themselves.
fn told_of_lists(file: &PemFile) -> Result<Vec<(String, RevocationListFacts)>, TlsFault> {
    let unclear =
        || TlsFault { file: file.name.clone(), why: "holds a list that does not say how long it holds".into() };
    let told = |list: &CertificateRevocationListDer<'_>| {
        RevocationListFacts::read(list).map(|facts| (file.name.clone(), facts)).ok_or_else(unclear)
    };
    revocations(file)?.iter().map(told).collect()
}

/// Which certificates are for which host.
#[derive(Debug, Default)]
struct Hosts {
    /// By the name, or by what follows `*.`; several of one name differ by their keys.
    exact: HashMap<String, Vec<Arc<CertifiedKey>>>,
    wildcards: HashMap<String, Vec<Arc<CertifiedKey>>>,
    /// For clients that name no host.
    any: Vec<Arc<CertifiedKey>>,
}

impl Hosts {
    fn add(&mut self, names: &[String], key: Arc<CertifiedKey>) {
        for name in names {
            let (table, name) = match name.strip_prefix("*.") {
                Some(parent) => (&mut self.wildcards, parent),
                None => (&mut self.exact, name.as_str()),
            };
            table.entry(name.to_owned()).or_default().push(Arc::clone(&key));
        }
        self.any.push(key);
    }

    fn of(&self, name: &str) -> &[Arc<CertifiedKey>] {
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        let found = self.exact.get(&name);
        // A wildcard stands for exactly one label.
        let found = found.or_else(|| self.wildcards.get(name.split_once('.')?.1));
        found.map(Vec::as_slice).unwrap_or_default()
    }
}

impl ResolvesServerCert for Hosts {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let candidates = hello.server_name().map_or(self.any.as_slice(), |name| self.of(name));
        let schemes = hello.signature_schemes();
        candidates.iter().find(|candidate| candidate.key.choose_scheme(schemes).is_some()).cloned()
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    fn pem(name: &str, content: impl Into<Vec<u8>>) -> PemFile {
        PemFile { name: name.into(), content: content.into() }
    }

    fn made(names: &[&str]) -> (PemFile, PemFile) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let key = KeyPair::generate().expect("a key");
        let certificate = CertificateParams::new(names).and_then(|params| params.self_signed(&key)).expect("signed");
        (pem("a.pem", certificate.pem()), pem("a.key", key.serialize_pem()))
    }

    fn material(chain: PemFile, key: PemFile) -> TlsMaterial {
        TlsMaterial {
            pairs: vec![(chain, key)],
            client_authorities: None,
            client_revocations: None,
            clients_required: false,
        }
    }

    #[track_caller]
    fn refused(material: &TlsMaterial, file: &str, why: &str) {
        let fault = Tls::new(material).expect_err("it has a fault");
        assert!(fault.file == file && fault.why.contains(why), "{fault}");
    }

    #[test]
    fn d55_what_is_wrong_with_files_is_said_and_where() {
        let ((chain, key), (_, other)) = (made(&["a.example"]), made(&["a.example"]));
        let half = |file: &PemFile| pem(&file.name, &file.content[..file.content.len() / 2]);
        refused(&material(chain.clone(), other), "a.key", "does not belong to the certificate a.pem");
        refused(&material(half(&chain), key.clone()), "a.pem", "half written");
        refused(&material(chain.clone(), half(&key)), "a.key", "holds no whole private key");
        refused(&material(pem("a.pem", ""), key.clone()), "a.pem", "holds no certificate");
        refused(&material(key.clone(), key.clone()), "a.key", "holds no certificate");
        refused(&material(chain.clone(), chain.clone()), "a.pem", "holds no whole private key");
        let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMIIB\n-----END ENCRYPTED PRIVATE KEY-----\n";
        refused(&material(chain.clone(), pem("a.key", locked)), "a.key", "locked with a password");
        let nonsense = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        refused(&material(pem("a.pem", nonsense), key.clone()), "a.pem", "cannot be read");
        let clients = |file| TlsMaterial { client_authorities: Some(file), ..material(chain.clone(), key.clone()) };
        refused(&clients(pem("ca.pem", "")), "ca.pem", "holds no certificate");
        refused(&clients(pem("ca.pem", nonsense)), "ca.pem", "cannot vouch");
        assert!(Tls::new(&clients(chain.clone())).is_ok());
    }

    #[test]
    fn d55_a_replacement_with_a_fault_changes_nothing() {
        let ((first, key), (second, other)) = (made(&["a.example"]), made(&["b.example"]));
        let tls = Tls::new(&material(first.clone(), key)).expect("good");
        let names = || tls.certificates().into_iter().flat_map(|(_, facts)| facts.names).collect::<Vec<_>>();
        assert!(tls.replace(&material(first, other.clone())).is_err());
        assert_eq!(names(), ["a.example"]);
        tls.replace(&material(second, other)).expect("good");
        assert_eq!(names(), ["b.example"]);
    }

    #[test]
    fn d55_a_host_is_found_exactly_before_by_wildcard_and_a_wildcard_is_one_label() {
        let mut hosts = Hosts::default();
        let provider = aws_lc_rs::default_provider();
        for names in [&["first.example"][..], &["*.council.example"], &["rents.council.example", "*.b.council.example"]]
        {
            let (chain, key) = made(names);
            let (certified, facts) = pair(&chain, &key, &provider).expect("good");
            hosts.add(&facts.names, Arc::new(certified));
        }
        let number = |name: &str| {
            let found = hosts.of(name).first()?;
            hosts.any.iter().position(|known| Arc::ptr_eq(known, found))
        };
        for (name, expected) in [
            ("first.example", Some(0)),
            ("FIRST.example.", Some(0)),
            ("repairs.council.example", Some(1)),
            ("rents.council.example", Some(2)),
            ("a.b.council.example", Some(2)),
            ("council.example", None),
            ("a.a.council.example", None),
            ("*.council.example", Some(1)),
            ("second.example", None),
            ("example", None),
            ("", None),
        ] {
            assert_eq!(number(name), expected, "{name}");
        }
    }
}
