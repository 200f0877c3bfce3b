//! Who is the client behind a proxy that forwards bytes? The PROXY protocol, versions 1 and 2, as HAProxy describes it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const SIGNATURE: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
const HEAD_V2: usize = 16;
const LONGEST_V1: usize = 107;
const LONGEST_V2: usize = 1024;

/// How many bytes have to be looked at, at most.
pub(crate) const LONGEST: usize = LONGEST_V2;

/// What a beginning of a connection says about its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// The line is whole and so many bytes long. Without a source the proxy speaks for itself, as in a health check.
    Whole { length: usize, source: Option<IpAddr> },
    /// More has to come.
    Partial,
    /// It is none.
    Broken,
}

/// Reads the line that stands at the beginning of `bytes`.
pub(crate) fn read(bytes: &[u8]) -> Line {
    if bytes.starts_with(SIGNATURE) {
        return binary(bytes).unwrap_or(Line::Partial);
    }
    if SIGNATURE.starts_with(bytes) {
        return Line::Partial;
    }
    text(bytes)
}

fn text(bytes: &[u8]) -> Line {
    let Some(end) = bytes.iter().take(LONGEST_V1).position(|byte| *byte == b'\n') else {
        let is_beginning = b"PROXY ".iter().zip(bytes).all(|(one, other)| one == other);
        return if is_beginning && bytes.len() < LONGEST_V1 { Line::Partial } else { Line::Broken };
    };
    let line = bytes.get(..end).and_then(|line| line.strip_suffix(b"\r")).and_then(|line| str::from_utf8(line).ok());
    let length = end.saturating_add(1);
    let words: Vec<&str> = line.unwrap_or_default().split(' ').collect();
    match words.as_slice() {
        ["PROXY", "UNKNOWN", ..] => Line::Whole { length, source: None },
        ["PROXY", family @ ("TCP4" | "TCP6"), source, target, source_port, target_port] => {
            let address = |text: &str| text.parse::<IpAddr>().ok().filter(|ip| ip.is_ipv4() == (*family == "TCP4"));
            let ports = [source_port, target_port].iter().all(|port| port.parse::<u16>().is_ok());
            match (address(source), address(target)) {
                (Some(source), Some(_)) if ports => Line::Whole { length, source: Some(source.to_canonical()) },
                _ => Line::Broken,
            }
        }
        _ => Line::Broken,
    }
}

/// `None` while bytes are missing.
fn binary(bytes: &[u8]) -> Option<Line> {
    let [version_and_command, family, high, low] = *bytes.get(SIGNATURE.len()..)?.first_chunk::<4>()?;
    let length = HEAD_V2.saturating_add(usize::from(u16::from_be_bytes([high, low])));
    if length > LONGEST_V2 {
        return Some(Line::Broken);
    }
    let rest = bytes.get(HEAD_V2..length)?;
    let source = match (version_and_command, family) {
        (0x20, _) => None,
        // Over IPv4: both addresses, both ports. What follows may tell more, and is not asked.
        (0x21, 0x11) => match rest.first_chunk::<12>() {
            Some([a, b, c, d, ..]) => Some(IpAddr::V4(Ipv4Addr::new(*a, *b, *c, *d))),
            None => return Some(Line::Broken),
        },
        (0x21, 0x21) => match rest.first_chunk::<36>().and_then(|addresses| addresses.first_chunk::<16>()) {
            Some(source) => Some(IpAddr::V6(Ipv6Addr::from(*source)).to_canonical()),
            None => return Some(Line::Broken),
        },
        (0x21, 0x00) => None,
        _ => return Some(Line::Broken),
    };
    Some(Line::Whole { length, source })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(length: usize, source: &str) -> Line {
        Line::Whole { length, source: source.parse().ok() }
    }

    #[test]
    fn version_1_is_one_line() {
        for (bytes, expected) in [
            ("PROXY TCP4 198.51.100.1 192.0.2.2 4711 443\r\nGET /", whole(44, "198.51.100.1")),
            ("PROXY TCP6 2001:db8::1 ::1 4711 443\r\n", whole(37, "2001:db8::1")),
            ("PROXY UNKNOWN\r\n", whole(15, "")),
            ("PROXY UNKNOWN ffff::1 ffff::2 1 2\r\n", whole(35, "")),
            ("PROXY TCP4 198.51.1", Line::Partial),
            ("PRO", Line::Partial),
            ("", Line::Partial),
            ("PROXY TCP4 198.51.100.1 192.0.2.2 4711 443\n", Line::Broken),
            ("PROXY TCP4 2001:db8::1 ::1 4711 443\r\n", Line::Broken),
            ("PROXY TCP4 198.51.100.1 192.0.2.2 4711 99999\r\n", Line::Broken),
            ("PROXY TCP4 198.51.100.1  192.0.2.2 4711 443\r\n", Line::Broken),
            ("PROXY TCP4 198.51.100.1\r\n", Line::Broken),
            ("GET / HTTP/1.1\r\n", Line::Broken),
        ] {
            assert_eq!(read(bytes.as_bytes()), expected, "{bytes:?}");
        }
        let endless = format!("PROXY TCP4 {}", "1".repeat(200));
        assert_eq!(read(endless.as_bytes()), Line::Broken);
    }

    #[test]
    fn version_2_is_read_by_its_length() {
        let line = |head: [u8; 4], rest: &[u8]| [SIGNATURE, &head, rest].concat();
        let v4 = [198, 51, 100, 1, 192, 0, 2, 2, 0x12, 0x67, 0x01, 0xbb];
        let mut v6 = [0u8; 36];
        v6[..4].copy_from_slice(&[0x20, 0x01, 0x0d, 0xb8]);
        v6[15] = 1;
        for (bytes, expected) in [
            (line([0x21, 0x11, 0, 12], &v4), whole(28, "198.51.100.1")),
            (line([0x21, 0x11, 0, 15], &[&v4[..], &[4, 0, 0]].concat()), whole(31, "198.51.100.1")),
            (line([0x21, 0x21, 0, 36], &v6), whole(52, "2001:db8::1")),
            (line([0x20, 0, 0, 0], &[]), whole(16, "")),
            (line([0x21, 0, 0, 0], b"GET"), whole(16, "")),
            (line([0x21, 0x11, 0, 12], &v4[..11]), Line::Partial),
            (SIGNATURE.to_vec(), Line::Partial),
            (SIGNATURE[..5].to_vec(), Line::Partial),
            (line([0x21, 0x11, 0, 4], &v4), Line::Broken),
            (line([0x11, 0x11, 0, 12], &v4), Line::Broken),
            (line([0x22, 0x11, 0, 12], &v4), Line::Broken),
            (line([0x21, 0x31, 0, 216], &[0; 216]), Line::Broken),
            (line([0x21, 0x11, 0xff, 0xff], &v4), Line::Broken),
        ] {
            assert_eq!(read(&bytes), expected, "{bytes:?}");
        }
    }
}
