//! What does `[observation]` say?

use std::path::{Path, PathBuf};

use hansom_gateway::{Follows, Sampling};
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use url::Url;

/// `[observation]`: who is told what the gateway does. Every key may be left out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Observation {
    /// Where traces go; without it the gateway takes no part in them.
    pub(crate) traces: Option<Traces>,
}

/// `traces = { endpoint = "http://127.0.0.1:4318/v1/traces", ratio = 0.01 }`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Traces {
    /// The collector's address for OTLP over HTTP.
    pub(crate) endpoint: Url,
    /// Which share of the traces that begin here is told: from 0 to 1.
    #[serde(default = "usual_ratio")]
    ratio: f64,
    /// Whose `traceparent` is followed.
    #[serde(default)]
    follow: Follow,
    /// A file with header fields for the collector, one `name: value` a line, such as a token.
    pub(crate) headers_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Follow {
    #[default]
    Proxies,
    Everybody,
    Nobody,
}

fn usual_ratio() -> f64 {
    0.01
}

impl Traces {
    /// What of it makes no sense.
    pub(super) fn check(&self) -> Result<(), String> {
        if !(0.0..=1.0).contains(&self.ratio) {
            return Err(format!("traces.ratio is {}; it is a share from 0 to 1", self.ratio));
        }
        let url = &self.endpoint;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err(format!(
                "traces.endpoint {url} is no address of HTTP; write it like http://collector:4318/v1/traces"
            ));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("traces.endpoint names a user; put what proves who asks into traces.headers_file".into());
        }
        let headers = self.headers()?;
        if url.scheme() == "http" && !headers.is_empty() && !is_here(url) {
            return Err(
                "traces.headers_file would be told to the network in the clear; use https:// in traces.endpoint".into(),
            );
        }
        Ok(())
    }

    /// The header fields for the collector.
    pub(crate) fn headers(&self) -> Result<HeaderMap, String> {
        let Some(file) = &self.headers_file else { return Ok(HeaderMap::new()) };
        read(file)
    }

    /// Which requests are told.
    pub(crate) fn sampling(&self) -> Sampling {
        let follows = match self.follow {
            Follow::Proxies => Follows::Proxies,
            Follow::Everybody => Follows::Everybody,
            Follow::Nobody => Follows::Nobody,
        };
        Sampling::new(self.ratio, follows)
    }
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The values are secrets, so that no fault shows one.
fn read(file: &Path) -> Result<HeaderMap, String> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| format!("traces.headers_file {shown}: {error}"))?;
    let mut headers = HeaderMap::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let field = line.split_once(':').and_then(|(name, value)| {
            let name: HeaderName = name.trim().parse().ok()?;
            let mut value: HeaderValue = value.trim().parse().ok()?;
            value.set_sensitive(true);
            Some((name, value))
        });
        let (name, value) =
            field.ok_or_else(|| format!("traces.headers_file {shown}:{}: it is not: name: value", number + 1))?;
        headers.append(name, value);
    }
    Ok(headers)
}
