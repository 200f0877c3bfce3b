//! Whose word about the client is taken, and who is the client then?
//!
//! Behind a load balancer the peer of a connection is the load balancer. Only peers that the configuration names are believed,
//! and only the one header that they are said to write: a proxy that writes `X-Forwarded-For` passes on a `Forwarded` that a
//! client made up, so believing both is believing the client. The client is the rightmost hop that is not one of the trusted
//! proxies; everything left of it may be invented.

use std::{
    collections::VecDeque,
    net::{IpAddr, Ipv6Addr, SocketAddr},
};

use hansom_domain::Network;

/// Hops that are looked at; whatever stands left of them is not read.
const MOST_HOPS: usize = 32;

/// Which header the trusted proxies write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ForwardedHeader {
    /// `X-Forwarded-For` and `X-Forwarded-Proto`.
    #[default]
    XForwardedFor,
    /// `Forwarded` (RFC 7239).
    Forwarded,
}

/// The proxies before the gateway whose word about the client is taken.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies {
    networks: Vec<Network>,
    header: ForwardedHeader,
}

/// Who calls, as far as can be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client {
    /// The client's address.
    pub address: IpAddr,
    /// Whether the client spoke HTTPS to the outermost trusted proxy; `None` if nobody trusted said so.
    pub is_https: Option<bool>,
}

impl TrustedProxies {
    /// Trusts the peers of these networks, and what they write into `header`.
    pub fn new(networks: Vec<Network>, header: ForwardedHeader) -> Self {
        Self { networks, header }
    }

    /// Whether this address is a trusted proxy's.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.networks.iter().any(|network| network.contains(address))
    }

    /// The client of a request that came from `peer`. `values` gives the values of a header field, in order, by its name in
    /// lower case; it is asked for trusted peers alone.
    pub fn client<'h, I>(&self, peer: IpAddr, values: impl Fn(&'static str) -> I) -> Client
    where
        I: Iterator<Item = &'h [u8]>,
    {
        let peer = peer.to_canonical();
        if !self.contains(peer) {
            return Client { address: peer, is_https: None };
        }
        match self.header {
            ForwardedHeader::XForwardedFor => {
                let hops = last_elements(values("x-forwarded-for"));
                let protocols = last_elements(values("x-forwarded-proto"));
                let address = self.outermost(peer, hops.iter().rev().map(|hop| node(hop)));
                Client { address, is_https: protocols.back().and_then(|protocol| is_https(protocol)) }
            }
            ForwardedHeader::Forwarded => {
                let hops = last_elements(values("forwarded"));
                let told = |hop: &[u8], name| parameter(hop, name);
                let address = self.outermost(peer, hops.iter().rev().map(|hop| node(&told(hop, "for")?)));
                let protocol = hops.back().and_then(|hop| told(hop, "proto"));
                Client { address, is_https: protocol.and_then(|protocol| is_https(&protocol)) }
            }
        }
    }

    /// Goes from hop to hop, from the nearest on, as long as they are trusted; a hop that is no address ends the way.
    fn outermost(&self, peer: IpAddr, hops: impl Iterator<Item = Option<IpAddr>>) -> IpAddr {
        let mut address = peer;
        for hop in hops {
            let Some(hop) = hop else { return address };
            address = hop;
            if !self.contains(hop) {
                return address;
            }
        }
        address
    }
}

/// The last elements of a list that may stand in several fields.
fn last_elements<'h>(values: impl Iterator<Item = &'h [u8]>) -> VecDeque<&'h [u8]> {
    let mut last = VecDeque::with_capacity(4);
    for value in values {
        for element in split_outside_quotes(value, b',') {
            if last.len() == MOST_HOPS {
                last.pop_front();
            }
            last.push_back(element.trim_ascii());
        }
    }
    last
}

/// Splits outside of quoted strings. A backslash before a quotation mark only makes an element that is no address, which ends
/// the way.
fn split_outside_quotes(value: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut is_quoted = false;
    value.split(move |byte| {
        is_quoted ^= *byte == b'"';
        *byte == separator && !is_quoted
    })
}

/// The value of a parameter of a `Forwarded` element, without its quotation marks; `None` if it is not there exactly once.
fn parameter(element: &[u8], name: &str) -> Option<Vec<u8>> {
    let mut found = None;
    for pair in split_outside_quotes(element, b';') {
        let at = pair.iter().position(|byte| *byte == b'=')?;
        let (key, value) = (pair.get(..at)?.trim_ascii(), pair.get(at.checked_add(1)?..)?.trim_ascii());
        if key.eq_ignore_ascii_case(name.as_bytes()) {
            if found.is_some() {
                return None;
            }
            let unquoted = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\""));
            found = Some(unquoted.unwrap_or(value).to_vec());
        }
    }
    found
}

/// An address, maybe with a port.
fn node(bytes: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(bytes).ok()?;
    let address = match text.strip_prefix('[').and_then(|text| text.strip_suffix(']')) {
        Some(v6) => v6.parse::<Ipv6Addr>().ok().map(IpAddr::V6),
        None => text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip())),
    };
    address.map(|address| address.to_canonical())
}

fn is_https(protocol: &[u8]) -> Option<bool> {
    match protocol {
        _ if protocol.eq_ignore_ascii_case(b"https") => Some(true),
        _ if protocol.eq_ignore_ascii_case(b"http") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXY: &str = "10.0.0.9";

    fn proxies(header: ForwardedHeader) -> TrustedProxies {
        let networks = ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"].map(|text| text.parse().expect("a network"));
        TrustedProxies::new(networks.to_vec(), header)
    }

    #[track_caller]
    fn check(header: ForwardedHeader, peer: &str, fields: &[(&str, &str)], address: &str, is_https: Option<bool>) {
        let values = |name: &'static str| {
            let of_name = fields.iter().filter(move |(known, _)| *known == name);
            of_name.map(|(_, value)| value.as_bytes())
        };
        let found = proxies(header).client(peer.parse().expect("an address"), values);
        assert_eq!(found, Client { address: address.parse().expect("an address"), is_https }, "{fields:?}");
    }

    #[test]
    fn f72_the_client_is_the_rightmost_hop_that_is_no_trusted_proxy() {
        let check = |peer, list: &[&str], address| {
            let fields: Vec<_> = list.iter().map(|value| ("x-forwarded-for", *value)).collect();
            check(ForwardedHeader::XForwardedFor, peer, &fields, address, None);
        };
        check(PROXY, &["198.51.100.1"], "198.51.100.1");
        check(PROXY, &["6.6.6.6, 198.51.100.1"], "198.51.100.1");
        check(PROXY, &["6.6.6.6, 198.51.100.1, 10.2.3.4"], "198.51.100.1");
        check(PROXY, &["6.6.6.6", "198.51.100.1", "10.2.3.4 , 192.0.2.7"], "198.51.100.1");
        check(PROXY, &["10.1.1.1, 10.2.2.2"], "10.1.1.1");
        check(PROXY, &["198.51.100.1:4711"], "198.51.100.1");
        check(PROXY, &["2001:db9::1"], "2001:db9::1");
        check(PROXY, &["[2001:db9::1]:80"], "2001:db9::1");
        check(PROXY, &["::ffff:198.51.100.1"], "198.51.100.1");
        check("::ffff:10.0.0.9", &["198.51.100.1"], "198.51.100.1");
        check("2001:db8::5", &["198.51.100.1"], "198.51.100.1");
        check(PROXY, &[], PROXY);
        // A bad value ends the way: what stands left of it is not believed.
        for bad in ["unknown", "", "1.2.3", "1.2.3.4.5", "198.51.100.1:99999", "a\u{0}b", "[::1", "fe80::1%eth0"] {
            check(PROXY, &[&format!("6.6.6.6, {bad}")], PROXY);
            check(PROXY, &[&format!("6.6.6.6, {bad}, 10.7.7.7")], "10.7.7.7");
        }
        // From anybody else nothing is believed.
        check("198.51.100.77", &["6.6.6.6"], "198.51.100.77");
        check("192.0.2.8", &["6.6.6.6"], "192.0.2.8");
    }

    #[test]
    fn f72_a_list_of_a_thousand_hops_is_read_from_its_end_and_bounded() {
        let trusted = vec!["10.1.1.1"; 1000].join(",");
        let fields = [("x-forwarded-for", trusted.as_str())];
        check(ForwardedHeader::XForwardedFor, PROXY, &fields, "10.1.1.1", None);
        let far = format!("6.6.6.6,{}", vec!["10.1.1.1"; MOST_HOPS].join(","));
        check(ForwardedHeader::XForwardedFor, PROXY, &[("x-forwarded-for", &far)], "10.1.1.1", None);
        let near = format!("6.6.6.6,{}", vec!["10.1.1.1"; MOST_HOPS - 1].join(","));
        check(ForwardedHeader::XForwardedFor, PROXY, &[("x-forwarded-for", &near)], "6.6.6.6", None);
    }

    #[test]
    fn f72_forwarded_is_read_by_its_grammar() {
        let check = |value: &str, address, https| {
            check(ForwardedHeader::Forwarded, PROXY, &[("forwarded", value)], address, https);
        };
        check("for=198.51.100.1;proto=https;by=10.0.0.1", "198.51.100.1", Some(true));
        check("For=\"[2001:db9::1]:4711\" ; PROTO=http", "2001:db9::1", Some(false));
        check("for=6.6.6.6;proto=https, for=198.51.100.1", "198.51.100.1", None);
        check("for=198.51.100.1, for=10.0.0.3;host=\"a,b;c\"", "198.51.100.1", None);
        for bad in ["for=_hidden", "for=unknown", "for=1.1.1.1;for=2.2.2.2", "by=1.1.1.1", "198.51.100.1", ""] {
            check(&format!("for=6.6.6.6, {bad}"), PROXY, None);
        }
        check("for=6.6.6.6, for=\"1.1.1.1", PROXY, None);
    }

    #[test]
    fn f72_only_the_header_that_the_proxies_write_is_believed() {
        let both = [("forwarded", "for=6.6.6.6;proto=https"), ("x-forwarded-for", "198.51.100.1")];
        check(ForwardedHeader::XForwardedFor, PROXY, &both, "198.51.100.1", None);
        check(ForwardedHeader::Forwarded, PROXY, &both, "6.6.6.6", Some(true));
    }

    #[test]
    fn f72_the_protocol_is_the_nearest_proxys_word() {
        for (value, is_https) in
            [("https", Some(true)), ("HTTP", Some(false)), ("https, http", Some(false)), ("wss", None), ("", None)]
        {
            let fields = [("x-forwarded-proto", value), ("x-forwarded-for", "198.51.100.1")];
            check(ForwardedHeader::XForwardedFor, PROXY, &fields, "198.51.100.1", is_https);
            check(ForwardedHeader::XForwardedFor, "198.51.100.7", &fields, "198.51.100.7", None);
        }
    }
}
