//! Where does the head of a message end?

/// A search that goes on where it stopped, so that no byte is looked at twice however slowly a head comes.
#[derive(Default)]
pub(crate) struct HeadSearch {
    looked_at: usize,
    line_start: usize,
}

/// A line of the head ends with a line feed that no carriage return stands before.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BareLineFeed;

impl HeadSearch {
    /// The length of the head with its empty line; `None` if that line is not there yet. `bytes` begin where they began at the
    /// call before.
    pub(crate) fn length(&mut self, bytes: &[u8]) -> Result<Option<usize>, BareLineFeed> {
        let new = bytes.get(self.looked_at..).unwrap_or_default();
        for found in memchr::memchr_iter(b'\n', new) {
            let place = self.looked_at.saturating_add(found);
            let line =
                bytes.get(self.line_start..place).and_then(|line| line.strip_suffix(b"\r")).ok_or(BareLineFeed)?;
            let after = place.saturating_add(1);
            if line.is_empty() {
                *self = Self::default();
                return Ok(Some(after));
            }
            self.line_start = after;
        }
        self.looked_at = bytes.len();
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_found_however_the_bytes_come() {
        let head = b"GET / HTTP/1.1\r\nhost: a\r\n\r\nrest";
        for cut in 0..head.len() {
            let mut search = HeadSearch::default();
            let early = search.length(&head[..cut]).expect("no bare line feed");
            assert_eq!(early, (cut >= 27).then_some(27), "cut at {cut}");
            if early.is_none() {
                assert_eq!(search.length(head), Ok(Some(27)));
            }
        }
    }

    #[test]
    fn a_bare_line_feed_is_found_wherever_it_stands() {
        for head in ["GET / HTTP/1.1\nhost: a\r\n\r\n", "a\r\n\n", "\n", "a: b\r\nc: d\n\r\n"] {
            assert_eq!(HeadSearch::default().length(head.as_bytes()), Err(BareLineFeed), "{head:?}");
        }
    }
}
