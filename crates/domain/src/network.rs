//! Which addresses may the platform reach on somebody's word?
//!
//! Whoever writes a manifest names the servers that the gateway connects to. Addresses inside the platform's own network are
//! therefore closed unless the operators open them.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

use crate::invalid::{Invalid, quoted, word_as_text};

/// A range of addresses, written `10.0.0.0/8`; a single address stands for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Network {
    first: IpAddr,
    length: u8,
}

impl Network {
    /// The addresses of this machine itself.
    pub const LOOPBACK: [Network; 2] = [
        Network { first: IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), length: 8 },
        Network { first: IpAddr::V6(Ipv6Addr::LOCALHOST), length: 128 },
    ];

    /// Whether the address is in the range. An IPv4 address written as IPv6 is the IPv4 address.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.first, address.to_canonical()) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32_u32.saturating_sub(self.length.into())).unwrap_or(0);
                (first.to_bits() ^ address.to_bits()) & mask == 0
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128_u32.saturating_sub(self.length.into())).unwrap_or(0);
                (first.to_bits() ^ address.to_bits()) & mask == 0
            }
            _ => false,
        }
    }

    fn is_one_address(&self) -> bool {
        self.length == if self.first.is_ipv4() { 32 } else { 128 }
    }
}

/// The network that counts as one caller: an address of IPv4, or half an address of IPv6, of which whoever has one has all.
pub fn network_of_caller(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6((u128::from(address) >> 64 << 64).into()),
    }
}

impl FromStr for Network {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        let invalid = || {
            let text = quoted(text);
            Invalid::new(format!("{text} is no network; write an address and the length of its prefix: 10.0.0.0/8"))
        };
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let first: IpAddr = address.parse().map_err(|_| invalid())?;
        let longest = if first.is_ipv4() { 32 } else { 128 };
        let length = match length {
            Some(length) => length.parse().ok().filter(|length| *length <= longest).ok_or_else(invalid)?,
            None => longest,
        };
        let network = Self { first, length };
        let begins_there = match first {
            IpAddr::V4(ip) => ip.to_bits().checked_shl(length.into()).unwrap_or(0) == 0,
            IpAddr::V6(ip) => ip.to_bits().checked_shl(length.into()).unwrap_or(0) == 0,
        };
        if !begins_there {
            let text = quoted(text);
            return Err(Invalid::new(format!(
                "{text} is no network: the address has bits behind its prefix of {length}"
            )));
        }
        Ok(network)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.length)
    }
}

word_as_text!(Network);

/// Which addresses that are not of the public internet are open all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenNetworks(Vec<Network>);

/// Where clouds give out the credentials of a machine. They are opened only one by one, never by a wide network.
const METADATA: [IpAddr; 5] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V4(Ipv4Addr::new(169, 254, 170, 2)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

impl OpenNetworks {
    /// These networks are open besides the public internet.
    pub fn new(networks: Vec<Network>) -> Self {
        Self(networks)
    }

    /// Why the address may not be connected to, as a noun: `a loopback address`. `None` if it may.
    pub fn refusal(&self, address: IpAddr) -> Option<&'static str> {
        if METADATA.contains(&inner(address)) {
            let named = self.0.iter().any(|network| network.is_one_address() && network.contains(address));
            return (!named).then_some("the address of a cloud's metadata service");
        }
        let closed = match address {
            IpAddr::V4(ip) => closed_v4(ip),
            IpAddr::V6(ip) => closed_v6(ip),
        };
        closed.filter(|_| !self.0.iter().any(|network| network.contains(address)))
    }
}

fn closed_v4(ip: Ipv4Addr) -> Option<&'static str> {
    let [a, b, c, _] = ip.octets();
    Some(match (a, b, c) {
        (0, ..) => "an unspecified address",
        (127, ..) => "a loopback address",
        (169, 254, _) => "a link-local address",
        (10, ..) | (172, 16..=31, _) | (192, 168, _) => "a private address",
        (100, 64..=127, _) => "an address shared by a provider's customers",
        (192, 0, 0 | 2) | (198, 51, 100) | (203, 0, 113) | (198, 18..=19, _) | (192, 88, 99) | (240.., ..) => {
            "a reserved address"
        }
        (224..=239, ..) => "a multicast address",
        _ => return None,
    })
}

fn closed_v6(ip: Ipv6Addr) -> Option<&'static str> {
    if ip.to_ipv4_mapped().is_some() {
        return Some("an IPv4 address written as IPv6");
    }
    if ip.is_unspecified() {
        return Some("an unspecified address");
    }
    if ip.is_loopback() {
        return Some("a loopback address");
    }
    if let IpAddr::V4(inner) = inner(IpAddr::V6(ip)) {
        return closed_v4(inner);
    }
    let [first, second, ..] = ip.segments();
    Some(match (first, second) {
        (0xfe80..=0xfebf, _) => "a link-local address",
        (0xfc00..=0xfdff, _) => "a private address",
        (0xff00..=0xffff, _) => "a multicast address",
        // Of all others only 2000::/3 is given out; in it are Teredo, ORCHID and examples for books.
        (0x2000..=0x3fff, _) if !matches!((first, second), (0x2001, 0..=0x1ff | 0xdb8) | (0x3fff, 0..=0xfff)) => {
            return None;
        }
        _ => "a reserved address",
    })
}

/// The IPv4 address that an IPv6 address carries through a translator (RFC 6052) or tunnel (RFC 3056), else the address.
fn inner(address: IpAddr) -> IpAddr {
    let address = address.to_canonical();
    let IpAddr::V6(ip) = address else {
        return address;
    };
    let v4 = |high: u16, low: u16| IpAddr::V4(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    match ip.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => v4(high, low),
        [0, 0, 0, 0, 0, 0, high, low] if high != 0 => v4(high, low),
        _ => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(networks: &[&str]) -> OpenNetworks {
        OpenNetworks::new(networks.iter().map(|network| network.parse().expect("a network")).collect())
    }

    #[test]
    fn j113_addresses_inside_are_closed() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.1.2.3",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.0.1",
            "169.254.1.1",
            "169.254.169.254",
            "168.63.129.16",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.1",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "239.1.1.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::7f00:1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::1",
            "2002:a00:1::",
            "3fff::1",
            "4000::1",
            "fc00::1",
            "fd00:ec2::254",
            "fd12:3456::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(open(&[]).refusal(address.parse().expect(address)).is_some(), "{address} is open");
        }
    }

    #[test]
    fn addresses_of_the_internet_are_open() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.1",
            "100.63.255.255",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.167.1.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
            "64:ff9b::808:808",
            "2002:808:808::1",
        ] {
            assert_eq!(open(&[]).refusal(address.parse().expect(address)), None, "{address} is closed");
        }
    }

    #[test]
    fn operators_open_networks() {
        for (networks, address, is_open) in [
            (&["10.0.0.0/8"][..], "10.200.3.4", true),
            (&["10.0.0.0/8"], "11.0.0.0", true),
            (&["10.0.0.0/8"], "192.168.0.1", false),
            (&["10.1.0.0/16"], "10.2.0.1", false),
            (&["10.0.0.0/8"], "::ffff:10.0.0.1", true),
            (&["fd00::/8"], "fd00::7", true),
            (&["fd00::/8"], "fc00::7", false),
            (&["127.0.0.1"], "127.0.0.1", true),
            (&["127.0.0.1"], "127.0.0.2", false),
            (&["0.0.0.0/0", "::/0"], "192.168.4.4", true),
        ] {
            assert_eq!(open(networks).refusal(address.parse().expect(address)).is_none(), is_open, "{address}");
        }
    }

    #[test]
    fn j113_metadata_services_are_opened_by_name_alone() {
        let metadata = ["169.254.169.254", "fd00:ec2::254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe"];
        for address in metadata {
            let wide = open(&["0.0.0.0/0", "::/0", "169.254.0.0/16"]);
            assert!(wide.refusal(address.parse().expect(address)).is_some(), "{address} is open");
        }
        assert_eq!(open(&["169.254.169.254"]).refusal("169.254.169.254".parse().expect("one")), None);
    }

    #[test]
    fn whoever_has_a_network_of_ipv6_is_one_caller() {
        for (address, network) in
            [("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")]
        {
            assert_eq!(network_of_caller(address.parse().expect(address)), network.parse::<IpAddr>().expect(network));
        }
    }

    #[test]
    fn networks_are_read_exactly() {
        for text in ["10.0.0.0/8", "0.0.0.0/0", "::/0", "fd00::/8", "127.0.0.1/32", "::1/128"] {
            assert_eq!(text.parse::<Network>().expect(text).to_string(), text);
        }
        for text in
            ["", "10", "10.0.0.0/33", "10.0.0.1/8", "10.0.0.0/-1", "::/129", "fd00::1/8", "ten/8", "10.0.0.0/8/8"]
        {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
