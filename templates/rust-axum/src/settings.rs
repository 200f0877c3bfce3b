//! What does the environment say? Everything is read and checked once, when the service starts.

use std::{
    fmt::Display,
    net::{IpAddr, SocketAddr},
    ops::RangeInclusive,
    path::PathBuf,
    str::FromStr,
    time::Duration,
};

use reqwest::Url;
use sqlx::postgres::PgConnectOptions;
use tracing::level_filters::LevelFilter;

/// How this service runs where it runs.
#[derive(Clone)]
pub struct Settings {
    /// The platform's name for where it runs.
    pub environment: String,
    /// Where requests come in.
    pub listen: SocketAddr,
    /// Where Prometheus asks.
    pub metrics: Option<SocketAddr>,
    /// What is written down.
    pub log_level: LevelFilter,
    /// Where the data lie.
    pub database: PgConnectOptions,
    /// How many connections to the database there may be at once.
    pub pool_size: u32,
    /// How long a statement may take.
    pub statement_timeout: Duration,
    /// Who is believed about who calls.
    pub trust: Trust,
    /// The developer hub, whose pages explain problems.
    pub hub_url: String,
    /// Where events are sent by POST; without it the listener of this service gets them.
    pub events_url: Option<Url>,
    /// As whom other APIs are called; without it they are called without a token.
    pub client: Option<Client>,
    /// Where traces are sent in OTLP; without it there are none.
    pub traces_url: Option<Url>,
    /// How long requests may take to end when the service stops.
    pub stop_timeout: Duration,
}

/// Who is believed about who calls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// The platform, by its signature.
    Platform {
        /// The base address of the environment.
        issuer: String,
        /// This service's own address, as `api.yaml` names it.
        audience: String,
        /// Where the platform's keys are.
        jwks_url: Url,
    },
    /// Everybody is the developer at this machine. Only where `ENVIRONMENT` is `local`.
    Local,
}

/// The application that this service is, when it calls others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its identifier.
    pub id: String,
    /// Its private key: PEM, PKCS#8, P-256.
    pub key_file: PathBuf,
    /// Where the platform gives tokens.
    pub token_url: Url,
}

/// Everything that is wrong with the environment.
#[derive(Debug, thiserror::Error)]
#[error("the environment has faults:\n  {}", .0.join("\n  "))]
pub struct SettingsFaults(Vec<String>);

impl Settings {
    /// Reads the variables, or names every fault.
    pub fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsFaults> {
        let mut read = Reader { variable: &variable, faults: vec![] };
        let environment = read.text("ENVIRONMENT");
        let host = read.parsed("HOST", "an IP address", IpAddr::from([127, 0, 0, 1]));
        let port = read.number("PORT", 8080, 0..=u16::MAX);
        let metrics_port = match variable("METRICS_PORT").as_deref() {
            Some("off") => Some(None),
            _ => read.number("METRICS_PORT", 9464, 0..=u16::MAX).map(Some),
        };
        let log_level = read.parsed("LOG_LEVEL", "one of trace, debug, info, warn, error, off", LevelFilter::INFO);
        let database = read.database();
        let pool_size = read.number("DATABASE_POOL_SIZE", 10, 1..=200);
        let statement_timeout = read.milliseconds("DATABASE_STATEMENT_TIMEOUT_MS", 5000, 10..=600_000);
        let trust = read.trust();
        let hub_url = read.url("HANSOM_HUB_URL", "https://hub.hackney.example");
        let events_url = read.optional_url("EVENTS_URL");
        let client = read.client();
        let traces_url = read.optional_url("OTEL_EXPORTER_OTLP_ENDPOINT");
        let stop_timeout = read.milliseconds("STOP_TIMEOUT_MS", 20_000, 0..=600_000);
        let faults = read.faults;
        let settings = || {
            let host = host?;
            Some(Self {
                environment: environment?,
                listen: SocketAddr::new(host, port?),
                metrics: metrics_port?.map(|port| SocketAddr::new(host, port)),
                log_level: log_level?,
                database: database?,
                pool_size: pool_size?,
                statement_timeout: statement_timeout?,
                trust: trust?,
                hub_url: hub_url?.as_str().trim_end_matches('/').to_owned(),
                events_url: events_url?,
                client: client?,
                traces_url: traces_url?,
                stop_timeout: stop_timeout?,
            })
        };
        settings().filter(|_| faults.is_empty()).ok_or(SettingsFaults(faults))
    }
}

/// Reads variables, and gathers what is wrong with them: where it returns `None`, it has told a fault.
struct Reader<'a> {
    variable: &'a dyn Fn(&str) -> Option<String>,
    faults: Vec<String>,
}

impl Reader<'_> {
    fn trust(&mut self) -> Option<Trust> {
        match (self.variable)("IDENTITY").as_deref() {
            None | Some("platform") => {
                let (issuer, audience) = (self.text("HANSOM_ISSUER"), self.text("HANSOM_AUDIENCE"));
                let jwks_url = self.required_url("HANSOM_JWKS_URL");
                Some(Trust::Platform { issuer: issuer?, audience: audience?, jwks_url: jwks_url? })
            }
            // One forgotten variable must not open a service to everybody.
            Some("local") if (self.variable)("ENVIRONMENT").as_deref() == Some("local") => Some(Trust::Local),
            Some("local") => self.fault("IDENTITY is local, but ENVIRONMENT is not: only there may it be"),
            Some(_) => self.fault("IDENTITY is neither platform nor local"),
        }
    }

    fn client(&mut self) -> Option<Option<Client>> {
        let Some(id) = (self.variable)("HANSOM_CLIENT_ID") else { return Some(None) };
        let (key_file, token_url) = (self.text("HANSOM_KEY_FILE"), self.required_url("HANSOM_TOKEN_URL"));
        Some(Some(Client { id, key_file: key_file?.into(), token_url: token_url? }))
    }

    fn database(&mut self) -> Option<PgConnectOptions> {
        // The address may hold a password, so it is not repeated.
        let fault = "DATABASE_URL is no address of the form postgres://user:password@host/database";
        self.text("DATABASE_URL")?.parse().ok().or_else(|| self.fault(fault))
    }

    fn text(&mut self, name: &str) -> Option<String> {
        (self.variable)(name).or_else(|| self.fault(format!("{name} is missing")))
    }

    fn parsed<T: FromStr>(&mut self, name: &str, what: &str, otherwise: T) -> Option<T> {
        let Some(text) = (self.variable)(name) else { return Some(otherwise) };
        text.parse().ok().or_else(|| self.fault(format!("{name} is not {what}")))
    }

    fn number<T>(&mut self, name: &str, otherwise: T, bounds: RangeInclusive<T>) -> Option<T>
    where
        T: FromStr + Display + PartialOrd,
    {
        let what = format!("a whole number from {} to {}", bounds.start(), bounds.end());
        let number = self.parsed(name, &what, otherwise)?;
        if bounds.contains(&number) { Some(number) } else { self.fault(format!("{name} is not {what}")) }
    }

    fn milliseconds(&mut self, name: &str, otherwise: u64, bounds: RangeInclusive<u64>) -> Option<Duration> {
        self.number(name, otherwise, bounds).map(Duration::from_millis)
    }

    fn required_url(&mut self, name: &str) -> Option<Url> {
        let text = self.text(name)?;
        self.url(name, &text)
    }

    fn optional_url(&mut self, name: &str) -> Option<Option<Url>> {
        match (self.variable)(name) {
            Some(text) => self.url(name, &text).map(Some),
            None => Some(None),
        }
    }

    fn url(&mut self, name: &str, otherwise: &str) -> Option<Url> {
        let text = (self.variable)(name).unwrap_or_else(|| otherwise.to_owned());
        let url = text.parse::<Url>().ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        url.or_else(|| self.fault(format!("{name} is no address that begins with http:// or https://")))
    }

    fn fault<T>(&mut self, what: impl Into<String>) -> Option<T> {
        self.faults.push(what.into());
        None
    }
}
