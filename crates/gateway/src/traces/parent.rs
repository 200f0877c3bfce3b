//! What does `traceparent` say?
//!
//! Exactly what W3C Trace Context §3.2 allows, and of newer versions what §4.3 says can be read of them. Anything else is as good
//! as none: the trace begins here.

use super::span::{SpanId, TraceId};

/// Bytes of a value of the version that is written.
pub(crate) const LENGTH: usize = 55;
const SAMPLED: u8 = 1;

/// Where a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Parent {
    pub(super) trace: TraceId,
    pub(super) span: SpanId,
    pub(super) is_sampled: bool,
}

impl Parent {
    pub(super) fn read(value: &[u8]) -> Option<Self> {
        let (known, rest) = value.split_at_checked(LENGTH)?;
        let mut parts = known.split(|byte| *byte == b'-');
        let [version] = hex(parts.next()?)?;
        let trace = TraceId::from_bytes(hex(parts.next()?)?)?;
        let span = SpanId::from_bytes(hex(parts.next()?)?)?;
        let [flags]: [u8; 1] = hex(parts.next()?)?;
        let may_be_longer = version != 0 && rest.first() == Some(&b'-');
        let is_proper = parts.next().is_none() && version != 0xff && (rest.is_empty() || may_be_longer);
        is_proper.then_some(Self { trace, span, is_sampled: flags & SAMPLED != 0 })
    }
}

/// Lower case alone, and all of it.
fn hex<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let (pairs, rest) = text.as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = (digit(*high)? << 4) | digit(*low)?;
    }
    Some(bytes)
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => byte.checked_sub(b'0'),
        b'a'..=b'f' => byte.checked_sub(b'a')?.checked_add(10),
        _ => None,
    }
}

pub(super) fn write(trace: TraceId, span: SpanId, is_sampled: bool) -> [u8; LENGTH] {
    let mut value = *b"00-00000000000000000000000000000000-0000000000000000-00";
    let bytes = trace.bytes().into_iter().chain(span.bytes());
    // The digits stand after hyphens: one before the trace's, two before the parent's, and the version's two digits before both.
    let (before_trace, before_span) = (3, 4);
    for (number, byte) in bytes.enumerate() {
        let place = number.saturating_mul(2);
        let place = place.saturating_add(if number < 16 { before_trace } else { before_span });
        for (digit, at) in [(byte >> 4, place), (byte & 15, place.saturating_add(1))] {
            if let (Some(target), Some(digit)) = (value.get_mut(at), b"0123456789abcdef".get(usize::from(digit))) {
                *target = *digit;
            }
        }
    }
    if let Some(last) = value.last_mut().filter(|_| is_sampled) {
        *last = b'1';
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn what_is_written_can_be_read() {
        let read = Parent::read(GOOD.as_bytes()).expect("it is proper");
        assert!(read.is_sampled);
        assert_eq!(write(read.trace, read.span, true), GOOD.as_bytes());
        assert!(write(read.trace, read.span, false).ends_with(b"-00"));
    }

    #[test]
    fn w3c_3_2_what_is_no_traceparent_is_none() {
        for bad in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-011",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "0-04bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01",
            "00_4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7_01",
            "00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.more",
        ] {
            assert_eq!(Parent::read(bad.as_bytes()), None, "{bad:?}");
        }
    }

    #[test]
    fn w3c_4_3_of_a_newer_version_the_known_part_is_read() {
        for newer in [
            "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-brings",
        ] {
            assert_eq!(Parent::read(newer.as_bytes()), Parent::read(GOOD.as_bytes()), "{newer}");
        }
        let flags = Parent::read(b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-fe").expect("it is proper");
        assert!(!flags.is_sampled, "of the flags one is known");
    }
}
