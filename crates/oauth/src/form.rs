//! Which parameters does the form have?

use std::{net::SocketAddr, time::Duration};

use axum::{
    body::to_bytes,
    extract::{ConnectInfo, Request},
    http::{Extensions, HeaderMap, header},
};

use hansom_domain::network_of_caller;

use crate::Error;

const MOST_BYTES: usize = 64 * 1024;
const MOST_PARAMETERS: usize = 50;
const PATIENCE: Duration = Duration::from_secs(10);

/// Parameters of a form or a query, each with its first value.
#[derive(Debug, Default)]
pub(crate) struct Parameters {
    known: Vec<(String, String)>,
    /// The names that are there more than once.
    twice: Vec<String>,
}

impl Parameters {
    /// Reads parameters within bounds of size and count.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > MOST_BYTES {
            return Err(Error::TooLarge);
        }
        let mut read = Self::default();
        for (name, value) in url::form_urlencoded::parse(bytes) {
            if read.known.len() == MOST_PARAMETERS {
                return Err(Error::Malformed(format!("the form has more than {MOST_PARAMETERS} parameters")));
            }
            // The parser puts U+FFFD where the text is not UTF-8.
            if [&name, &value].iter().any(|text| text.contains(['\u{FFFD}', '\0'])) {
                return Err(Error::Malformed("the form holds bytes that are not UTF-8 text".into()));
            }
            if read.known.iter().any(|(other, _)| *other == name) {
                read.twice.push(name.into_owned());
            } else {
                read.known.push((name.into_owned(), value.into_owned()));
            }
        }
        Ok(read)
    }

    /// A parameter; one without a value counts as left out (RFC 6749 sections 3.1 and 3.2).
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut parameters = self.known.iter();
        parameters.find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// A parameter that must be there.
    pub(crate) fn need(&self, name: &str) -> Result<&str, Error> {
        self.get(name).ok_or_else(|| Error::Malformed(format!("the parameter {name} is missing")))
    }

    /// Whether a parameter is there more than once.
    pub(crate) fn is_twice(&self, name: &str) -> bool {
        self.twice.iter().any(|twice| twice == name)
    }

    /// Refuses parameters that are there more than once.
    pub(crate) fn refuse_repeats(&self) -> Result<(), Error> {
        match self.twice.as_slice() {
            [] => Ok(()),
            twice if twice.iter().all(|name| name == "resource") => {
                Err(Error::Target("a token is for one place; send resource once".into()))
            }
            _ => Err(Error::Malformed("a parameter is there twice".into())),
        }
    }
}

/// A form with each parameter once, its request's header fields, and where it came from.
pub(crate) struct Form {
    parameters: Parameters,
    pub(crate) headers: HeaderMap,
    /// The caller's address; empty where the listener does not tell it.
    pub(crate) address: String,
}

impl Form {
    /// Reads a form within bounds of size, count and time.
    pub(crate) async fn read(request: Request) -> Result<Self, Error> {
        let (parts, body) = request.into_parts();
        if !is_form(&parts.headers) {
            return Err(Error::MediaType);
        }
        let body = tokio::time::timeout(PATIENCE, to_bytes(body, MOST_BYTES))
            .await
            .map_err(|_| Error::Malformed("the form did not arrive within 10 seconds".into()))?
            .map_err(|_| Error::TooLarge)?;
        let address = address_of(&parts.extensions);
        let parameters = Parameters::read(&body)?;
        parameters.refuse_repeats()?;
        Ok(Self { parameters, headers: parts.headers, address })
    }

    /// The network that the caller counts with.
    pub(crate) fn network(&self) -> String {
        network_in(&self.address)
    }

    /// The parameters.
    pub(crate) fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// A parameter; one without a value counts as left out.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name)
    }

    /// A parameter that must be there.
    pub(crate) fn need(&self, name: &str) -> Result<&str, Error> {
        self.parameters.need(name)
    }
}

/// The address that a request came from; empty where the listener does not tell it.
fn address_of(extensions: &Extensions) -> String {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>();
    peer.map(|ConnectInfo(address)| address.ip().to_string()).unwrap_or_default()
}

/// The network that whoever sent a request counts with.
pub(crate) fn network_of(extensions: &Extensions) -> String {
    network_in(&address_of(extensions))
}

fn network_in(address: &str) -> String {
    address.parse().map_or_else(|_| address.to_owned(), |address| network_of_caller(address).to_string())
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next());
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}
