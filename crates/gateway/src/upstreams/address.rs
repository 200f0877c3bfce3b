//! Where is an upstream, as its manifest says?

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::{
    HeaderValue, Uri,
    uri::{Authority, Scheme},
};
use tokio_rustls::rustls::pki_types::ServerName;

/// An upstream's address, taken apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Address {
    pub(super) is_tls: bool,
    pub(super) host: Host,
    pub(super) port: u16,
    /// What the field `Host` says: the port only where it is not the usual one.
    pub(super) authority: HeaderValue,
    /// `http://host:port`, the audience of assertions.
    pub(super) origin: String,
    /// What stands before every path, without a slash at its end.
    pub(super) base_path: String,
}

/// Who is meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Host {
    Ip(IpAddr),
    Name(String),
}

impl Address {
    pub(super) fn parse(url: &str) -> Result<Self, String> {
        // A user name would be a secret in a message.
        let shown = if url.contains('@') { "with a user name in it" } else { url };
        let fault = |why: &str| format!("{shown} {why}");
        let uri: Uri = url.parse().map_err(|_| fault("is no address; write it like http://127.0.0.1:9101"))?;
        let is_tls = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTP => false,
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            _ => return Err(fault("is neither http:// nor https://")),
        };
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'));
        let authority = authority.ok_or_else(|| fault("has no host, or a user name"))?;
        if uri.query().is_some() || url.contains('#') {
            return Err(fault("has a query or fragment"));
        }
        let host = Host::parse(authority.host()).ok_or_else(|| fault("has no proper host"))?;
        if is_tls && host.server_name().is_none() {
            return Err(fault("has a host that no certificate can be for"));
        }
        let usual = if is_tls { 443 } else { 80 };
        let port = port(authority, usual).ok_or_else(|| fault("has no proper port"))?;
        let mut name = match &host {
            Host::Ip(IpAddr::V6(ip)) => format!("[{ip}]"),
            Host::Ip(ip) => ip.to_string(),
            Host::Name(name) => name.clone(),
        };
        if port != usual {
            name = format!("{name}:{port}");
        }
        Ok(Self {
            is_tls,
            host,
            port,
            origin: format!("{}://{name}", if is_tls { "https" } else { "http" }),
            authority: HeaderValue::try_from(name).map_err(|_| fault("has no proper host"))?,
            base_path: uri.path().trim_end_matches('/').to_owned(),
        })
    }
}

fn port(authority: &Authority, usual: u16) -> Option<u16> {
    let written = authority.as_str().get(authority.host().len()..)?;
    match written.strip_prefix(':') {
        None => Some(usual),
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().ok().filter(|port| *port > 0)
        }
        Some(_) => None,
    }
}

impl Host {
    /// What a certificate must be for.
    pub(super) fn server_name(&self) -> Option<ServerName<'static>> {
        match self {
            Host::Ip(ip) => Some(ServerName::IpAddress((*ip).into())),
            Host::Name(name) => ServerName::try_from(name.clone()).ok(),
        }
    }

    /// A name as DNS has it, or an address as it is usually written: what looks like a number in another way (`2130706433`,
    /// `0x7f.1`, `017700000001`) is an address to some resolvers and a name to others, so it is neither here.
    fn parse(text: &str) -> Option<Self> {
        if let Some(ip) = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
            return ip.parse::<Ipv6Addr>().ok().map(|ip| Host::Ip(IpAddr::V6(ip)));
        }
        if let Ok(ip) = text.parse::<Ipv4Addr>() {
            return Some(Host::Ip(IpAddr::V4(ip)));
        }
        let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
        let is_label = |label: &str| {
            (1..=63).contains(&label.len())
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        };
        let last = name.rsplit('.').next().unwrap_or_default();
        let is_number = last.bytes().all(|byte| byte.is_ascii_digit())
            || last.strip_prefix("0x").is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()));
        (name.len() <= 253 && name.split('.').all(is_label) && !is_number).then_some(Host::Name(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_taken_apart() {
        for (url, origin, port, base_path) in [
            ("http://rents:8080/internal", "http://rents:8080", 8080, "/internal"),
            ("http://Rents.Example./", "http://rents.example", 80, ""),
            ("http://rents:80", "http://rents", 80, ""),
            ("https://rents.example:443/a/b/", "https://rents.example", 443, "/a/b"),
            ("https://10.0.0.7", "https://10.0.0.7", 443, ""),
            ("http://[2001:DB8::1]:9", "http://[2001:db8::1]:9", 9, ""),
        ] {
            let address = Address::parse(url).expect(url);
            let read = (address.origin.as_str(), address.port, address.base_path.as_str());
            assert_eq!(read, (origin, port, base_path), "{url}");
        }
    }

    #[test]
    fn j113_hosts_that_are_numbers_are_refused() {
        for host in
            ["2130706433", "017700000001", "0x7f000001", "127.1", "0177.0.0.1", "0x7f.0.0.1", "1.2.3.4.5", "1.2.3.4."]
        {
            assert!(Address::parse(&format!("http://{host}/")).is_err(), "{host}");
        }
    }

    #[test]
    fn j114_other_schemes_and_parts_are_refused() {
        for url in [
            "",
            "rents",
            "//rents",
            "/rents",
            "ftp://rents",
            "file:///etc/passwd",
            "gopher://rents",
            "http://",
            "http:///x",
            "http://rents?x=1",
            "http://rents/#x",
            "http://rents:0",
            "http://rents:99999",
            "http://rents:",
            "http://rents:a",
            "http://[::1",
            "http://[fe80::1%25eth0]",
            "http://a..b",
            "http://-/ x",
            "http://räume",
        ] {
            assert!(Address::parse(url).is_err(), "{url}");
        }
    }

    #[test]
    fn j116_a_user_name_does_not_show_in_the_message() {
        let why = Address::parse("http://clerk:hunter2@rents").expect_err("a user name");
        assert!(!why.contains("hunter2") && !why.contains("clerk"), "{why}");
    }
}
