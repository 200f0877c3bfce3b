//! Which path is meant, and is there only one way to read it?
//!
//! The canonical form is what is matched, authorised, journalled and forwarded, byte for byte. A path that an upstream could
//! read in another way than the gateway is refused, never mended; the only mending is of percent-encodings of characters that
//! need none, and of the case of the hexadecimal digits, which RFC 3986 §6.2.2 calls equivalent.

use std::sync::Arc;

/// A path with exactly one reading. Only [`CanonicalPath::read`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CanonicalPath {
    text: Arc<str>,
    /// Where the first segment ends, and where the second, if there is one.
    ends: Option<(usize, usize)>,
}

impl CanonicalPath {
    /// The canonical form, or in a sentence why there is none.
    pub(crate) fn read(raw: &str) -> Result<Self, &'static str> {
        if is_plain(raw.as_bytes()) {
            return Ok(Self::of(raw.into()));
        }
        let rest = raw.strip_prefix('/').ok_or("The path does not begin with a slash.")?;
        let mut path = String::with_capacity(raw.len());
        let mut segments = rest.split('/').peekable();
        while let Some(segment) = segments.next() {
            let is_last = segments.peek().is_none();
            if segment.is_empty() && !is_last {
                return Err("The path has an empty segment (//).");
            }
            path.push('/');
            push_segment(&mut path, segment)?;
        }
        Ok(Self::of(path.into()))
    }

    fn of(text: Arc<str>) -> Self {
        let mut slashes = memchr::memchr_iter(b'/', text.as_bytes()).skip(1);
        let ends = slashes.next().map(|first| (first, slashes.next().unwrap_or(text.len())));
        Self { text, ends }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    pub(crate) fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The first two segments, and what follows them with its leading slash (empty if nothing does).
    pub(crate) fn split(&self) -> Option<(&str, &str, &str)> {
        let (first, second) = self.ends?;
        let major = self.text.get(first.checked_add(1)?..second)?;
        Some((self.text.get(1..first)?, major, self.text.get(second..)?))
    }
}

/// Whether a path is its own canonical form at a glance, as most are: segments of characters that are never encoded, none of
/// them empty but the last, none beginning with a dot.
fn is_plain(raw: &[u8]) -> bool {
    let mut before = None;
    for byte in raw {
        let fits = match (before, byte) {
            (None, byte) => *byte == b'/',
            (Some(b'/'), b'/' | b'.') => false,
            (_, byte) => byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~'),
        };
        if !fits {
            return false;
        }
        before = Some(*byte);
    }
    before.is_some()
}

fn push_segment(path: &mut String, segment: &str) -> Result<(), &'static str> {
    let start = path.len();
    let mut decoded: Vec<u8> = Vec::with_capacity(segment.len());
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        if byte == b'%' {
            let value = hex(bytes.next()).zip(hex(bytes.next())).map(|(high, low)| high << 4 | low);
            let value = value.ok_or("The path has a % that two hexadecimal digits do not follow.")?;
            may_be_encoded(value)?;
            decoded.push(value);
            push_decoded(path, value);
        } else {
            may_be_plain(byte)?;
            decoded.push(byte);
            path.push(char::from(byte));
        }
    }
    if std::str::from_utf8(&decoded).is_err() {
        return Err("The path has percent-encoded bytes that are no UTF-8.");
    }
    match path.get(start..) {
        Some("." | "..") => Err("The path has a dot segment (. or ..)."),
        Some(canonical) if is_encoded_twice(canonical) => Err("The path is percent-encoded twice."),
        _ => Ok(()),
    }
}

fn hex(digit: Option<u8>) -> Option<u8> {
    let digit = char::from(digit?).to_digit(16)?;
    u8::try_from(digit).ok()
}

fn may_be_encoded(value: u8) -> Result<(), &'static str> {
    match value {
        b'/' | b'\\' => Err("The path has an encoded slash or backslash."),
        0..=0x1f | 0x7f => Err("The path has an encoded control character."),
        _ => Ok(()),
    }
}

/// Whether decoding once leaves something that can be decoded again; seen on the canonical form, where `%32` is a `2`.
fn is_encoded_twice(canonical: &str) -> bool {
    canonical.split("%25").skip(1).any(|after| {
        let mut bytes = after.bytes();
        hex(bytes.next()).is_some() && hex(bytes.next()).is_some()
    })
}

fn may_be_plain(byte: u8) -> Result<(), &'static str> {
    match byte {
        b'\\' => Err("The path has a backslash."),
        b';' => Err("The path has a semicolon, which some servers cut it at; encode it as %3B."),
        b'#' => Err("The path has a fragment (#), which is never sent to a server."),
        0..=0x20 | 0x7f.. => {
            Err("The path has a space, a control character or a raw byte beyond ASCII; percent-encode it.")
        }
        b'"' | b'<' | b'>' | b'?' | b'[' | b']' | b'^' | b'`' | b'{' | b'|' | b'}' => {
            Err("The path has a character that must be percent-encoded there.")
        }
        _ => Ok(()),
    }
}

/// Unreserved characters lose their encoding, all others keep it with upper-case digits.
fn push_decoded(path: &mut String, value: u8) {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    if value.is_ascii_alphanumeric() || matches!(value, b'-' | b'.' | b'_' | b'~') {
        path.push(char::from(value));
        return;
    }
    path.push('%');
    path.extend(DIGITS.get(usize::from(value >> 4)));
    path.extend(DIGITS.get(usize::from(value & 15)));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_path_that_can_be_read_in_two_ways_is_refused() {
        for bad in [
            "",
            "a",
            "*",
            "/a/../b",
            "/a/..",
            "/./a",
            "/a/.",
            "/%2e%2e/a",
            "/%2E./a",
            "/.%2e",
            "//a",
            "/a//b",
            "/a//",
            "/a%2fb",
            "/a%2Fb",
            "/a%5cb",
            "/a\\b",
            "/a%00",
            "/a%0d",
            "/a%7f",
            "/a\u{1}",
            "/a b",
            "/é",
            "/%",
            "/%4",
            "/%zz",
            "/%+1",
            "/%252e",
            "/%252E%252e",
            "/%25%32%65/%2500",
            "/a;x=1",
            "/..;/a",
            "/a#b",
            "/a?b",
            "/%c0%ae",
            "/%ff",
            "/a{b}",
            "/a|b",
        ] {
            assert!(CanonicalPath::read(bad).is_err(), "{bad:?} must be refused");
        }
    }

    #[test]
    fn encodings_of_characters_that_need_none_are_taken_off_once() {
        for (raw, canonical) in [
            ("/repairs/v1", "/repairs/v1"),
            ("/re%70airs/v%31", "/repairs/v1"),
            ("/a%7eb%2db", "/a~b-b"),
            ("/a%20b%c3%a9", "/a%20b%C3%A9"),
            ("/a%3bb", "/a%3Bb"),
            ("/100%25", "/100%25"),
            ("/a/", "/a/"),
            ("/", "/"),
            ("/a:b@c!$&'()*+,=", "/a:b@c!$&'()*+,="),
            ("/...", "/..."),
        ] {
            assert_eq!(CanonicalPath::read(raw).map(|path| path.text).as_deref(), Ok(canonical));
        }
    }

    #[test]
    fn api_version_and_the_rest_are_parted() {
        for (raw, parts) in [
            ("/rents/v1/accounts/7", Some(("rents", "v1", "/accounts/7"))),
            ("/rents/v1/", Some(("rents", "v1", "/"))),
            ("/rents/v1", Some(("rents", "v1", ""))),
            ("/r%65nts/v1/%41", Some(("rents", "v1", "/A"))),
            ("/rents/", Some(("rents", "", ""))),
            ("/rents", None),
            ("/", None),
        ] {
            assert_eq!(CanonicalPath::read(raw).expect("a path").split(), parts, "{raw}");
        }
    }

    proptest! {
        #[test]
        fn the_canonical_form_is_its_own_canonical_form(raw in "/([a-z.%0-9;/]|%[0-9a-fA-F]{2}){0,12}") {
            if let Ok(path) = CanonicalPath::read(&raw) {
                prop_assert_eq!(CanonicalPath::read(path.as_str()), Ok(path.clone()));
                prop_assert!(!path.as_str().split('/').any(|s| s == ".." || s == "."));
            }
        }
    }
}
