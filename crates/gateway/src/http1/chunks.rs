//! Where does a chunked body end (RFC 9112 §7.1)?

use crate::fields::{is_token, may_stand_in_value, may_trail};

const LONGEST_LINE: usize = 256;
const MOST_DIGITS: usize = 15;
const LARGEST_TRAILERS: usize = 8 * 1024;
/// Chunking may cost so many bytes whatever it carries, and after that no more than twice what it carries: a body of
/// one-byte chunks is an attack on the reader's time.
const FREE_OVERHEAD: u64 = 64 * 1024;

/// Reads chunks, one piece after the other.
#[derive(Debug, Default)]
pub(crate) struct Chunks {
    place: Place,
    carried: u64,
    overhead: u64,
    trailers: Vec<u8>,
    trailers_seen: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Size,
    Data(u64),
    DataEnd,
    Trailers,
    Ended,
}

/// What stands next in the input.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'i> {
    /// Bytes of the body.
    Data(&'i [u8]),
    /// Something of the framing, which is used up.
    Framing,
    /// Nothing whole: more has to come.
    Part,
    /// The end of the body.
    End,
}

/// The chunks are malformed, or cost too much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct BadChunks;

impl Chunks {
    /// Whether the last chunk and what follows it were read.
    pub(crate) fn is_ended(&self) -> bool {
        self.place == Place::Ended
    }

    /// The fields after the body that may be passed on, as lines.
    pub(crate) fn trailers(&self) -> &[u8] {
        &self.trailers
    }

    /// The next piece, and how many bytes of the input it uses.
    pub(crate) fn next<'i>(&mut self, input: &'i [u8]) -> Result<(usize, Piece<'i>), BadChunks> {
        match self.place {
            Place::Ended => Ok((0, Piece::End)),
            Place::Data(left) => {
                let count = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
                let data = input.get(..count).unwrap_or_default();
                if count == 0 {
                    return Ok((0, Piece::Part));
                }
                let left = left.saturating_sub(count as u64);
                self.carried = self.carried.saturating_add(count as u64);
                self.place = if left == 0 { Place::DataEnd } else { Place::Data(left) };
                Ok((count, Piece::Data(data)))
            }
            Place::Size | Place::DataEnd | Place::Trailers => self.line(input),
        }
    }

    fn line<'i>(&mut self, input: &'i [u8]) -> Result<(usize, Piece<'i>), BadChunks> {
        if self.place == Place::DataEnd && !b"\r\n".starts_with(input.get(..2).unwrap_or(input)) {
            return Err(BadChunks);
        }
        let longest = if self.place == Place::Trailers { LARGEST_TRAILERS } else { LONGEST_LINE };
        let within = input.get(..longest.min(input.len())).unwrap_or_default();
        let Some(end) = memchr::memchr(b'\n', within) else {
            return if input.len() >= longest { Err(BadChunks) } else { Ok((0, Piece::Part)) };
        };
        let line = input.get(..end).and_then(|line| line.strip_suffix(b"\r")).ok_or(BadChunks)?;
        let count = end.saturating_add(1);
        self.overhead = self.overhead.saturating_add(count as u64);
        if self.overhead > FREE_OVERHEAD.saturating_add(self.carried.saturating_mul(2)) {
            return Err(BadChunks);
        }
        self.place = match self.place {
            Place::DataEnd if line.is_empty() => Place::Size,
            Place::Size => match size(line).ok_or(BadChunks)? {
                0 => Place::Trailers,
                size => Place::Data(size),
            },
            Place::Trailers if line.is_empty() => Place::Ended,
            Place::Trailers => self.trailer(line)?,
            _ => return Err(BadChunks),
        };
        Ok((count, if self.is_ended() { Piece::End } else { Piece::Framing }))
    }

    fn trailer(&mut self, line: &[u8]) -> Result<Place, BadChunks> {
        self.trailers_seen = self.trailers_seen.saturating_add(line.len());
        let colon = memchr::memchr(b':', line).ok_or(BadChunks)?;
        let (name, value) = line.split_at_checked(colon).ok_or(BadChunks)?;
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        let is_field = !name.is_empty()
            && name.iter().all(|byte| is_token(*byte))
            && value.iter().all(|byte| may_stand_in_value(*byte));
        if !is_field || self.trailers_seen > LARGEST_TRAILERS {
            return Err(BadChunks);
        }
        if may_trail(name) {
            super::put_field(&mut self.trailers, name, value);
        }
        Ok(Place::Trailers)
    }
}

/// The size that a chunk's line says. What follows a semicolon is dropped, if it is visible text.
fn size(line: &[u8]) -> Option<u64> {
    let digits = line.split(|byte| *byte == b';').next()?;
    let extension = line.get(digits.len()..).unwrap_or_default();
    let fits = (1..=MOST_DIGITS).contains(&digits.len())
        && digits.iter().all(u8::is_ascii_hexdigit)
        && extension.iter().all(|byte| may_stand_in_value(*byte));
    u64::from_str_radix(std::str::from_utf8(digits).ok().filter(|_| fits)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Body and trailers.
    type Whole = (Vec<u8>, Vec<u8>);

    /// The body of chunks that come in pieces of `step` bytes, with the trailers; `None` where they do not end.
    fn read(input: &[u8], step: usize) -> Result<Option<Whole>, BadChunks> {
        let (mut chunks, mut body, mut start) = (Chunks::default(), vec![], 0);
        for end in (1..=input.len()).filter(|end| end % step == 0 || *end == input.len()) {
            loop {
                let (count, piece) = chunks.next(&input[start..end])?;
                start += count;
                match piece {
                    Piece::Data(data) => body.extend_from_slice(data),
                    Piece::Framing => {}
                    Piece::Part => break,
                    Piece::End => return Ok(Some((body, chunks.trailers().to_vec()))),
                }
            }
        }
        Ok(None)
    }

    #[test]
    fn chunks_are_read_however_they_come() {
        let input = b"5\r\nhello\r\n6;a=\"b\"\r\n world\r\n0\r\nGrpc-Status: 0\r\nX-User: root\r\n\r\nGET";
        for step in 1..=input.len() {
            let (body, trailers) = read(input, step).expect("well formed").expect("ended");
            assert_eq!((body.as_slice(), trailers.as_slice()), (&b"hello world"[..], &b"Grpc-Status: 0\r\n"[..]));
        }
    }

    #[test]
    fn malformed_chunks_are_told_from_unfinished_ones() {
        for bad in [
            "0x1\r\na",
            "+1\r\na",
            "-1\r\na",
            " 1\r\na",
            "1 \r\na",
            "1_0\r\n",
            "\r\n",
            "1111111111111111\r\n",
            "1\na",
            "1\r\naX",
            "1\r\na\n",
            "1;a\rb\r\n",
            "0\r\nno colon\r\n",
            "0\r\n: x\r\n",
            "0\r\na b: c\r\n",
            "0\r\na: \u{1}\r\n",
            "0\r\n\n",
        ] {
            assert_eq!(read(bad.as_bytes(), 1), Err(BadChunks), "{bad:?}");
        }
        for unfinished in ["", "5", "5\r\nhel", "5\r\nhello", "0\r\n", "0\r\nA: b\r\n"] {
            assert_eq!(read(unfinished.as_bytes(), 1), Ok(None), "{unfinished:?}");
        }
        let long = format!("1;{}\r\na", "e".repeat(300));
        assert_eq!(read(long.as_bytes(), 7), Err(BadChunks));
    }

    #[test]
    fn one_byte_chunks_without_end_are_cut() {
        assert_eq!(read("1\r\na\r\n".repeat(100_000).as_bytes(), 4096), Err(BadChunks));
        let large = format!("{:x}\r\n{}\r\n0\r\n\r\n", 100_000, "a".repeat(100_000));
        assert!(read(large.as_bytes(), 4096).is_ok_and(|body| body.is_some()));
    }

    proptest! {
        #[test]
        fn what_was_put_into_chunks_comes_out(parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..50), 0..20), step in 1_usize..64) {
            let mut input = vec![];
            for part in &parts {
                input.extend_from_slice(format!("{:X}\r\n", part.len()).as_bytes());
                input.extend_from_slice(part);
                input.extend_from_slice(b"\r\n");
            }
            input.extend_from_slice(b"0\r\n\r\n");
            let (body, _) = read(&input, step).expect("well formed").expect("ended");
            prop_assert_eq!(body, parts.concat());
        }

        #[test]
        fn no_bytes_make_the_reader_fail_otherwise_than_by_saying_so(input in prop::collection::vec(any::<u8>(), 0..200), step in 1_usize..32) {
            let _ = read(&input, step);
        }
    }
}
