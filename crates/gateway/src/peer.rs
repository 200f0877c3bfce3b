//! Who is at the other end of a client's connection?

use std::{net::IpAddr, rc::Rc};

/// The client's address, with the texts that upstreams are told it by.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    address: IpAddr,
    forwarded: Rc<str>,
}

const BEGINNING: &str = "for=";
const QUOTED_BEGINNING: &str = "for=\"[";
const QUOTED_END: &str = "]\"";

impl Peer {
    /// The client with that address; IPv4 in IPv6 is IPv4.
    pub(crate) fn new(address: IpAddr) -> Self {
        let address = address.to_canonical();
        let forwarded = match address {
            IpAddr::V4(address) => format!("{BEGINNING}{address}"),
            IpAddr::V6(address) => format!("{QUOTED_BEGINNING}{address}{QUOTED_END}"),
        };
        Self { address, forwarded: forwarded.into() }
    }

    pub(crate) fn address(&self) -> IpAddr {
        self.address
    }

    /// The value of `Forwarded` (RFC 7239 §4).
    pub(crate) fn forwarded(&self) -> &str {
        &self.forwarded
    }

    /// The value of `X-Forwarded-For`.
    pub(crate) fn plain(&self) -> &str {
        let quoted = self.forwarded.strip_prefix(QUOTED_BEGINNING).and_then(|text| text.strip_suffix(QUOTED_END));
        quoted.or_else(|| self.forwarded.strip_prefix(BEGINNING)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc7239_6_an_address_of_ipv6_is_quoted() {
        for (address, plain, forwarded) in [
            ("127.0.0.1", "127.0.0.1", "for=127.0.0.1"),
            ("2001:db8::1", "2001:db8::1", "for=\"[2001:db8::1]\""),
            ("::ffff:10.0.0.7", "10.0.0.7", "for=10.0.0.7"),
        ] {
            let peer = Peer::new(address.parse().expect("an address"));
            assert_eq!((peer.plain(), peer.forwarded()), (plain, forwarded));
        }
    }
}
