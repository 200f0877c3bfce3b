//! Do the listeners' certificates hold, and have their files changed?

use std::{sync::Arc, time::Duration};

use hansom_domain::Clock;
use hansom_gateway::{Tls, TlsMaterial};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{family::Family, gauge::Gauge},
    registry::Registry,
};
use tokio::{sync::Notify, time::timeout};

use crate::{config::TlsFiles, readiness::Readiness};

const POLL: Duration = Duration::from_secs(3);
const DAY: i64 = 86_400;
/// So many days before its end a certificate is spoken of every day.
const WARN_DAYS: i64 = 21;

/// The TLS of one listener and the files that it was made of.
pub(crate) struct Watched {
    /// The environment, or in brackets the section of another listener.
    pub(crate) environment: String,
    /// Its TLS.
    pub(crate) tls: Arc<Tls>,
    /// Its files.
    pub(crate) files: TlsFiles,
    /// What they held when they were last looked at.
    pub(crate) material: Result<TlsMaterial, String>,
}

/// Reads the files again every few seconds, and at once when somebody asks.
pub(crate) struct Certificates {
    watched: Vec<Watched>,
    clock: Clock,
    readiness: Readiness,
    expiry: Family<CertificateLabels, Gauge>,
    stale: Family<EnvironmentLabels, Gauge>,
    warned_on: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CertificateLabels {
    environment: String,
    file: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EnvironmentLabels {
    environment: String,
}

impl Certificates {
    /// Watches the files of these listeners.
    pub(crate) fn new(watched: Vec<Watched>, clock: Clock, readiness: Readiness, registry: &mut Registry) -> Self {
        let (expiry, stale) = (Family::default(), Family::default());
        let registry = registry.sub_registry_with_prefix("hansom_tls");
        let told = "When a certificate in use expires, in seconds since 1970";
        registry.register("certificate_expires_seconds", told, Family::clone(&expiry));
        let told = "Whether the files on disk have a fault, so that older certificates stay in use";
        registry.register("certificates_stale", told, Family::clone(&stale));
        Self { watched, clock, readiness, expiry, stale, warned_on: 0 }
    }

    /// Watches until the process ends.
    pub(crate) async fn run(mut self, ask: Arc<Notify>) {
        loop {
            self.tell_expiry();
            let asked = timeout(POLL, ask.notified()).await.is_ok();
            self.read_again(asked);
        }
    }

    fn read_again(&mut self, asked: bool) {
        for watched in &mut self.watched {
            let material = watched.files.read();
            let is_same = material == watched.material;
            if is_same && !asked {
                continue;
            }
            let now = self.clock.now().millis() / 1000;
            let fault =
                material.as_ref().map_err(Clone::clone).and_then(|material| replace(&watched.tls, material, now));
            let environment = watched.environment.as_str();
            let labels = EnvironmentLabels { environment: environment.to_owned() };
            self.stale.get_or_create(&labels).set(i64::from(fault.is_err()));
            match &fault {
                Ok(()) => tracing::warn!(environment, "the certificates were read again and are in use"),
                Err(why) => tracing::error!(environment, why, "the certificates before stay in use"),
            }
            let note = fault.err().map(|why| format!("{environment}: {why}; the certificates before stay in use"));
            self.readiness.note(&format!("tls {environment}"), note);
            watched.material = material;
        }
    }

    /// Sets the metric, and says once a day which certificates are about to expire.
    fn tell_expiry(&mut self) {
        let now = self.clock.now().millis() / 1000;
        let is_time = now / DAY != self.warned_on;
        self.expiry.clear();
        for watched in &self.watched {
            let environment = watched.environment.as_str();
            for (file, facts) in watched.tls.certificates() {
                let labels = CertificateLabels { environment: environment.to_owned(), file: file.clone() };
                self.expiry.get_or_create(&labels).set(facts.until);
                let days = (facts.until - now).div_euclid(DAY);
                match days {
                    _ if !is_time => {}
                    i64::MIN..0 => tracing::error!(environment, file, "the certificate has expired"),
                    0..=WARN_DAYS => tracing::warn!(environment, file, days, "the certificate expires soon"),
                    _ => {}
                }
            }
        }
        self.warned_on = now / DAY;
    }
}

/// Takes new material, unless it is worse than what there is.
fn replace(tls: &Tls, material: &TlsMaterial, now: i64) -> Result<(), String> {
    let new = material.certificates().map_err(|fault| fault.to_string())?;
    let present_holds = tls.certificates().iter().all(|(_, facts)| facts.until > now);
    if let Some((file, _)) = new.iter().find(|(_, facts)| facts.until <= now && present_holds) {
        return Err(format!("{file} has expired"));
    }
    tls.replace(material).map_err(|fault| fault.to_string())
}
