//! Do the listeners' certificates and lists of revoked ones hold, and have their files changed?

use std::{collections::HashMap, sync::Arc, time::Duration};

use hansom_domain::Clock;
use hansom_gateway::{RevocationListFacts, Tls, TlsMaterial};
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
    lists_expiry: Family<ListLabels, Gauge>,
    stale: Family<EnvironmentLabels, Gauge>,
    warned_on: i64,
    /// How each list of revoked certificates was when it was last looked at, and on which day.
    lists: HashMap<ListLabels, (Standing, i64)>,
}

/// How far a list of revoked certificates is through its time. Its authority makes the next one within it, after a day, a week
/// or a month, so that no number of days is a warning for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    Fresh,
    /// The last fifth of its time: the next one is due.
    Ending,
    /// It lets nobody in any more.
    Ended,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CertificateLabels {
    environment: String,
    file: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ListLabels {
    environment: String,
    file: String,
    issuer: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct EnvironmentLabels {
    environment: String,
}

impl Certificates {
    /// Watches the files of these listeners.
    pub(crate) fn new(watched: Vec<Watched>, clock: Clock, readiness: Readiness, registry: &mut Registry) -> Self {
        let (expiry, lists_expiry) = (Family::default(), Family::default());
        let stale: Family<EnvironmentLabels, Gauge> = Family::default();
        let registry = registry.sub_registry_with_prefix("hansom_tls");
        let told = "When a certificate in use expires, in seconds since 1970";
        registry.register("certificate_expires_seconds", told, Family::clone(&expiry));
        let told = "When a list of revoked certificates in use ends, in seconds since 1970";
        registry.register("revocation_list_expires_seconds", told, Family::clone(&lists_expiry));
        let told = "Whether the files on disk have a fault, so that older certificates stay in use";
        registry.register("certificates_stale", told, Family::clone(&stale));
        for of in &watched {
            stale.get_or_create(&EnvironmentLabels { environment: of.environment.clone() }).set(0);
        }
        Self { watched, clock, readiness, expiry, lists_expiry, stale, warned_on: 0, lists: HashMap::new() }
    }

    /// Watches until the process ends.
    pub(crate) async fn run(mut self, ask: Arc<Notify>) {
        loop {
            self.tell_expiry();
            self.tell_lists();
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

    /// Sets the metric, and says when a list is about to end, when it has, and once a day as long as that is so.
    fn tell_lists(&mut self) {
        let now = self.clock.now().millis() / 1000;
        let mut lists = HashMap::new();
        self.lists_expiry.clear();
        for watched in &self.watched {
            let environment = watched.environment.as_str();
            let mut note = None;
            for (file, facts) in watched.tls.revocation_lists() {
                let standing = Standing::of(&facts, now);
                let of = ListLabels { environment: environment.to_owned(), file, issuer: facts.issuer };
                self.lists_expiry.get_or_create(&of).set(facts.until);
                let before = self.lists.get(&of);
                if before != Some(&(standing, now / DAY)) {
                    standing.tell(&of, (facts.until - now) / 3600);
                }
                if standing == Standing::Ended {
                    let ListLabels { file, issuer, .. } = &of;
                    note = Some(format!(
                        "{environment}: the list of revoked certificates of {issuer} in {file} has ended; nobody comes in whose certificate is of it"
                    ));
                    // Whoever was let in by it could come again without being judged.
                    if before.is_none_or(|(before, _)| *before != Standing::Ended)
                        && let Err(error) = watched.tls.end_sessions()
                    {
                        tracing::error!(environment, %error, "sessions could not be ended");
                    }
                }
                lists.insert(of, (standing, now / DAY));
            }
            self.readiness.note(&format!("revocation lists {environment}"), note);
        }
        self.lists = lists;
    }
}

impl Standing {
    fn of(facts: &RevocationListFacts, now: i64) -> Self {
        let left = facts.until.saturating_sub(now);
        match left {
            i64::MIN..=0 => Self::Ended,
            _ if left <= facts.until.saturating_sub(facts.from) / 5 => Self::Ending,
            _ => Self::Fresh,
        }
    }

    fn tell(self, of: &ListLabels, hours: i64) {
        let ListLabels { environment, file, issuer } = of;
        match self {
            Self::Fresh => {}
            Self::Ending => {
                tracing::warn!(environment, file, issuer, hours, "the list of revoked certificates ends soon");
            }
            Self::Ended => tracing::error!(
                environment,
                file,
                issuer,
                "the list of revoked certificates has ended; nobody comes in whose certificate is of that authority"
            ),
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_a_day_and_one_of_a_month_are_spoken_of_in_the_last_fifth_of_their_time() {
        for days in [1, 30] {
            let facts = RevocationListFacts { issuer: String::new(), from: 1_000_000, until: 1_000_000 + days * DAY };
            for (fifth, expected) in [
                (-1, Standing::Fresh),
                (0, Standing::Fresh),
                (3, Standing::Fresh),
                (4, Standing::Ending),
                (5, Standing::Ended),
            ] {
                assert_eq!(Standing::of(&facts, facts.from + fifth * days * DAY / 5), expected, "{days} {fifth}");
            }
        }
        let nonsense = RevocationListFacts { issuer: String::new(), from: i64::MAX, until: i64::MIN };
        assert_eq!(Standing::of(&nonsense, 0), Standing::Ended);
    }
}
