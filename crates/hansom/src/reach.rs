//! How does the gateway reach upstreams, as the configuration says?

use std::{fs, path::Path};

use hansom_domain::{Network, OpenNetworks};
use hansom_gateway::{Reach, Resolver};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

use crate::{
    config::Config,
    failure::{Doing, Failure},
};

/// The networks that are open besides the public internet.
pub(crate) fn open_networks(config: &Config) -> OpenNetworks {
    let loopback: &[Network] = if config.platform.loopback_upstreams { &Network::LOOPBACK } else { &[] };
    OpenNetworks::new(loopback.iter().chain(&config.gateway.private_upstreams).copied().collect())
}

/// As the configuration says: which addresses, whose certificates, and which certificate is shown.
pub(crate) fn of(config: &Config) -> Result<Reach, Failure> {
    if !config.role.serves_apis() {
        return plain(open_networks(config));
    }
    let gateway = &config.gateway;
    let mut authorities = trusted_here();
    if let Some(file) = &gateway.upstream_authorities {
        authorities.extend(certificates(file)?);
    }
    let certificate = match (&gateway.upstream_certificate, &gateway.upstream_key) {
        (Some(certificate), Some(key)) => Some((certificates(certificate)?, private_key(key)?)),
        (None, None) => None,
        _ => return Err(Failure::refused("[gateway] upstream_certificate and upstream_key come together")),
    };
    reach(open_networks(config), authorities, certificate)
}

/// Nothing but the open networks and the authorities of this machine.
pub(crate) fn plain(open: OpenNetworks) -> Result<Reach, Failure> {
    reach(open, trusted_here(), None)
}

fn reach(
    open: OpenNetworks,
    authorities: Vec<CertificateDer<'static>>,
    certificate: Option<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)>,
) -> Result<Reach, Failure> {
    Reach::new(open, Resolver::system(), authorities, certificate)
        .map_err(|error| Failure::refused(format!("[gateway] TLS to upstreams cannot be set up: {error}")))
}

/// The authorities that this machine trusts; in an image without any, those of the browsers.
fn trusted_here() -> Vec<CertificateDer<'static>> {
    let found = rustls_native_certs::load_native_certs();
    for error in &found.errors {
        tracing::warn!(%error, "an authority of this machine cannot be read");
    }
    if found.certs.is_empty() {
        return webpki_root_certs::TLS_SERVER_ROOT_CERTS.to_vec();
    }
    found.certs
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, Failure> {
    let shown = file.display();
    let pem = fs::read(file).doing(format!("{shown} cannot be read"))?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(Failure::refused(format!("{shown} holds no certificate in PEM"))),
    }
}

fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, Failure> {
    let shown = file.display();
    let pem = fs::read(file).doing(format!("{shown} cannot be read"))?;
    PrivateKeyDer::from_pem_slice(&pem).map_err(|_| Failure::refused(format!("{shown} holds no private key in PEM")))
}
