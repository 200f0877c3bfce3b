//! Where may a person be sent back to?

use std::fmt;

use url::{Host, Url};

use crate::Error;

const MOST_BYTES: usize = 500;
/// The loopback addresses, where any port will do (RFC 8252 section 7.3). `localhost` is none of them: it may resolve to
/// another machine, so it stands for itself with its own port.
const LOOPBACK: [&str; 2] = ["http://127.0.0.1", "http://[::1]"];

/// A redirect URI that an application registered: `https`, or `http` on the person's own machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectUri(String);

impl RedirectUri {
    /// Reads a URI that could lead nowhere else than it says: what a parser would write in another way is refused.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let refuse = |why: &str| Err(Error::Invalid(format!("the redirect URI cannot be used: {why}")));
        if text.is_empty() || text.len() > MOST_BYTES || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return refuse("write 1 to 500 characters of ASCII without spaces");
        }
        if text.contains(['*', '#', '\\', '@']) {
            return refuse("it has no wildcard, no fragment, no backslash and no user in it");
        }
        let Ok(url) = Url::parse(text) else {
            return refuse("it is no URL; write it like https://app.example/callback");
        };
        let is_as_read = url.as_str() == text || url.as_str().strip_suffix('/') == Some(text);
        if !is_as_read {
            return refuse(&format!("a browser reads it as {url}; write it like that"));
        }
        let is_here = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        match url.scheme() {
            "https" => Ok(Self(text.to_owned())),
            "http" if is_here => Ok(Self(text.to_owned())),
            "http" => refuse("http:// is for a loopback address such as http://127.0.0.1/callback; use https://"),
            _ => refuse("it must begin with https://"),
        }
    }

    /// The URI as it was registered.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a request for `asked` may be answered there: character by character, but for the port on a loopback
    /// address, which a native application is given by its system.
    pub fn allows(&self, asked: &str) -> bool {
        asked == self.0
            || (asked.len() <= MOST_BYTES && without_port(asked).is_some_and(|it| Some(it) == without_port(&self.0)))
    }

    /// Whether it leads to a program on the person's own machine, which any other program there could pretend to be.
    pub fn is_loopback(&self) -> bool {
        self.0.starts_with("http://")
    }

    /// Scheme, host and port, as browsers write them.
    pub fn origin(&self) -> String {
        origin(&self.0)
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Scheme, host and port of an address, as browsers write them.
pub(crate) fn origin(address: &str) -> String {
    Url::parse(address).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
}

/// Address and path of a loopback URI without its port.
fn without_port(uri: &str) -> Option<(&'static str, &str)> {
    let (address, rest) = LOOPBACK.iter().find_map(|address| Some((*address, uri.strip_prefix(address)?)))?;
    let Some(from_port) = rest.strip_prefix(':') else {
        return rest.is_empty().then_some((address, rest)).or_else(|| rest.starts_with('/').then_some((address, rest)));
    };
    let (port, path) = from_port.split_at(from_port.find('/').unwrap_or(from_port.len()));
    let is_port = port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0);
    is_port.then_some((address, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_lead_where_they_say_are_registered() {
        for good in [
            "https://app.example/callback",
            "https://app.example",
            "https://app.example:8443/a/b?tenant=1",
            "http://127.0.0.1/callback",
            "http://127.0.0.1:8400/callback",
            "http://[::1]/callback",
            "http://localhost:3000/callback",
        ] {
            assert!(RedirectUri::parse(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "http://app.example/callback",
            "http://127.0.0.1.evil.example/callback",
            "http://127.0.0.1@evil.example/",
            "https://app.example/*",
            "https://*.app.example/callback",
            "https://app.example/callback#fragment",
            "https://user:pass@app.example/callback",
            "https://app.example/a/../callback",
            "https://APP.example/callback",
            "https://app.example:443/callback",
            "https:app.example/callback",
            "https://app.example\\callback",
            "javascript:alert(1)",
            "data:text/html,x",
            "com.example.app:/callback",
            "/callback",
            "https://app.example/call back",
        ] {
            assert!(RedirectUri::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn rfc8252_7_3_the_port_of_a_loopback_address_is_free_and_nothing_else() {
        let registered = RedirectUri::parse("http://127.0.0.1/callback").unwrap();
        for good in ["http://127.0.0.1/callback", "http://127.0.0.1:1/callback", "http://127.0.0.1:65535/callback"] {
            assert!(registered.allows(good), "{good}");
        }
        for bad in [
            "http://127.0.0.1:0/callback",
            "http://127.0.0.1:65536/callback",
            "http://127.0.0.1:80@evil.example/callback",
            "http://127.0.0.1:+80/callback",
            "http://127.0.0.1:/callback",
            "http://127.0.0.1.evil.example/callback",
            "http://127.0.0.1:80/callback/",
            "http://127.0.0.1:80/callback?x=1",
            "http://127.0.0.1:80//callback",
            "http://127.0.0.2/callback",
            "http://[::1]/callback",
            "http://localhost/callback",
            "https://127.0.0.1/callback",
            "HTTP://127.0.0.1/callback",
        ] {
            assert!(!registered.allows(bad), "{bad}");
        }
        let elsewhere = RedirectUri::parse("https://app.example:8443/callback").unwrap();
        assert!(!elsewhere.allows("https://app.example:9443/callback"), "elsewhere the port is part of it");
    }
}
