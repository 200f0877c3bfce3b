//! Where is the service, and how is it asked without being trusted?

use std::{str::FromStr, time::Duration};

use hansom_verify::{Answer, Call, Caller, Service, Silence};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::{Host, Url};

use super::credentials::Credentials;
use crate::failure::{Doing, Failure};

/// So much of an answer is read.
const MOST_BYTES: usize = 4 * 1024 * 1024;
/// After so many requests without an answer nothing more is asked.
const MOST_SILENCES: usize = 5;
const FALSE_TOKEN: &str = "Bearer hansom-verify-false";

/// The address below which the contract's paths are.
#[derive(Clone, Debug)]
pub(super) struct Address {
    url: Url,
    /// Without a slash at its end.
    text: String,
}

/// How a service is asked.
pub(super) struct Caution {
    pub(super) timeout: Duration,
}

/// A service that is asked by HTTP, one request after the other.
pub(super) struct HttpService {
    address: Address,
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    credentials: Credentials,
    /// Why the last requests were not answered, while none has been since.
    silences: Vec<Silence>,
    has_answered: bool,
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|_| "it is no URL; write it like https://api.example/parking/v1")?;
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return Err("it must begin with https:// or http://".to_owned());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it holds a name or password; give them by --header".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("it has more than an address and a base path; leave `?` and `#` out".to_owned());
        }
        let text = url.as_str().trim_end_matches('/').to_owned();
        Ok(Self { url, text })
    }
}

impl Address {
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is on this machine, where no proxy leads.
    fn is_here(&self) -> bool {
        match self.url.host() {
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => false,
        }
    }

    pub(super) fn service(&self, credentials: Credentials, caution: &Caution) -> Result<HttpService, Failure> {
        let client = reqwest::Client::builder()
            .timeout(caution.timeout)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("hansom-verify/", env!("CARGO_PKG_VERSION")));
        let client = if self.is_here() { client.no_proxy() } else { client };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        Ok(HttpService {
            address: self.clone(),
            client: client.build().doing("no HTTP client could be made")?,
            runtime: runtime.doing("no runtime could be made")?,
            credentials,
            silences: Vec::new(),
            has_answered: false,
        })
    }
}

impl HttpService {
    /// Why not a single request was answered, if none was.
    pub(super) fn out_of_reach(&self) -> Option<String> {
        if self.has_answered {
            return None;
        }
        self.silences.first().map(|silence| match silence {
            Silence::TimedOut => "there was no answer in time".to_owned(),
            Silence::Broken(why) => why.clone(),
        })
    }

    async fn exchange(&self, call: &Call) -> Result<Answer, Silence> {
        let method = Method::from_bytes(call.method.as_bytes()).map_err(|error| Silence::Broken(error.to_string()))?;
        let url = format!("{}{}", self.address.text, call.target);
        let mut request = self.client.request(method, url).headers(self.fields(call));
        if let Some(body) = &call.body {
            request = request.body(body.clone());
        }
        let mut response = request.send().await.map_err(|error| silence(&error))?;
        let mut body = Vec::new();
        while let Some(piece) = response.chunk().await.map_err(|error| silence(&error))? {
            body.extend_from_slice(&piece);
            if body.len() > MOST_BYTES {
                break;
            }
        }
        let is_cut = body.len() > MOST_BYTES;
        body.truncate(MOST_BYTES);
        let veiled = |text: &[u8]| String::from_utf8_lossy(&self.credentials.veiled(text)).into_owned();
        let headers = response.headers().iter();
        Ok(Answer {
            status: response.status().as_u16(),
            headers: headers.map(|(name, value)| (name.as_str().to_owned(), veiled(value.as_bytes()))).collect(),
            body: self.credentials.veiled(&body),
            is_cut,
        })
    }

    /// The header fields of a call, with those of its caller.
    fn fields(&self, call: &Call) -> HeaderMap {
        let mut fields = match call.caller {
            Caller::Known => self.credentials.fields.clone(),
            Caller::Stranger => HeaderMap::new(),
            Caller::Impostor => {
                HeaderMap::from_iter([(http::header::AUTHORIZATION, HeaderValue::from_static(FALSE_TOKEN))])
            }
        };
        for (name, value) in &call.headers {
            if let (Ok(name), Ok(value)) = (HeaderName::from_str(name), HeaderValue::from_str(value)) {
                fields.insert(name, value);
            }
        }
        fields
    }
}

impl Service for HttpService {
    fn ask(&mut self, call: &Call) -> Result<Answer, Silence> {
        if self.silences.len() >= MOST_SILENCES || (!self.has_answered && !self.silences.is_empty()) {
            return Err(Silence::Broken("it did not answer before, and is not asked any more".to_owned()));
        }
        let asked = self.runtime.block_on(self.exchange(call));
        match &asked {
            Ok(_) => {
                self.has_answered = true;
                self.silences.clear();
            }
            Err(silence) => self.silences.push(silence.clone()),
        }
        asked
    }

    fn has_credentials(&self) -> bool {
        !self.credentials.fields.is_empty()
    }

    fn follow(&self, call: &Call, link: &str) -> Option<String> {
        let here = Url::parse(&format!("{}{}", self.address.text, call.target)).ok()?;
        let there = here.join(link).ok()?;
        let same = there.origin() == self.address.url.origin() && there.username().is_empty();
        let base = self.address.url.path().trim_end_matches('/');
        let below = there.path().strip_prefix(base).filter(|below| same && below.starts_with('/'))?;
        Some(match there.query() {
            Some(query) => format!("{below}?{query}"),
            None => below.to_owned(),
        })
    }
}

fn silence(error: &reqwest::Error) -> Silence {
    if error.is_timeout() {
        return Silence::TimedOut;
    }
    // The innermost cause says most; the address is known.
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    Silence::Broken(cause.to_string())
}
