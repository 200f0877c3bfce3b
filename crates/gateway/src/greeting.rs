//! What does a stranger speak, by the first bytes?

/// What HTTP/2 begins with. The request line of a method that nobody has.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n";
const PROXY_V1: &[u8] = b"PROXY ";
const PROXY_V2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";

/// How many first bytes are needed at most.
pub(crate) const LONGEST: usize = PREFACE.len();

/// What the first bytes of a connection promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Greeting {
    /// A TLS handshake.
    Tls,
    /// Something that the reader of HTTP/1.1 is to judge.
    Http1,
    Http2,
    /// A line of the PROXY protocol, version 1 or 2.
    Proxy,
    /// Another protocol, or none.
    Foreign,
    /// So far it could become several of these.
    Unclear,
}

/// What bytes at the beginning of a connection promise.
pub(crate) fn greeting(first: &[u8]) -> Greeting {
    if first.starts_with(PREFACE) {
        return Greeting::Http2;
    }
    if first.starts_with(PROXY_V1) || first.starts_with(PROXY_V2) {
        return Greeting::Proxy;
    }
    if [PREFACE, PROXY_V1, PROXY_V2].iter().any(|known| known.starts_with(first)) {
        return Greeting::Unclear;
    }
    match first {
        [0x16, ..] => Greeting::Tls,
        // A secure shell's banner would pass for a method.
        [b'S', b'S', b'H', b'-', ..] => Greeting::Foreign,
        [byte, ..] if begins_a_method(*byte) => Greeting::Http1,
        _ => Greeting::Foreign,
    }
}

/// A character of a token, or an empty line, which may stand before a request.
fn begins_a_method(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~\r\n".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b36_the_first_bytes_tell_what_is_spoken() {
        for (first, expected) in [
            (&b"\x16\x03\x01\x02\x00\x01"[..], Greeting::Tls),
            (b"\x16", Greeting::Tls),
            (b"GET / HTTP/1.1\r\n", Greeting::Http1),
            (b"get / HTTP/1.1\r\n", Greeting::Http1),
            (b"\r\nGET / HTTP/1.1\r\n", Greeting::Http1),
            (b"POST / HTTP/1.1\r\n", Greeting::Http1),
            (b"PROPFIND / HTTP/1.1\r\n", Greeting::Http1),
            (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Greeting::Http2),
            (b"PRI * HTTP/2.0", Greeting::Unclear),
            (b"PRI * HTTP/2.1\r\n", Greeting::Http1),
            (b"P", Greeting::Unclear),
            (b"PR", Greeting::Unclear),
            (b"PROXY", Greeting::Unclear),
            (b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n", Greeting::Proxy),
            (b"\r\n\r\n", Greeting::Unclear),
            (b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c", Greeting::Proxy),
            (b"\r\n\r\nGET / HTTP/1.1\r\n", Greeting::Http1),
            (b"SSH-2.0-OpenSSH_9.2\r\n", Greeting::Foreign),
            (b"\x80\x2e\x01\x03\x01", Greeting::Foreign),
            (b"\0\0\0\0", Greeting::Foreign),
            (b"\xff\xfe", Greeting::Foreign),
            (b" GET / HTTP/1.1", Greeting::Foreign),
            (b"{\"a\":1}", Greeting::Foreign),
            (b"", Greeting::Unclear),
        ] {
            assert_eq!(greeting(first), expected, "{:?}", String::from_utf8_lossy(first));
        }
    }

    #[test]
    fn nothing_is_unclear_once_the_longest_beginning_was_seen() {
        for first in [&[b'\r'; LONGEST][..], &[b'P'; LONGEST], &[0; LONGEST], PREFACE] {
            assert_ne!(greeting(first), Greeting::Unclear);
        }
    }
}
