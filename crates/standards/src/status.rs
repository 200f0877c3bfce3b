//! What does a status in `responses` mean, as it is written there: `404`, `4XX`, `default`?

/// Which hundred a status belongs to; none for `default` and for what is no status.
pub(crate) fn class(written: &str) -> Option<u8> {
    let bytes = written.as_bytes();
    let [class @ b'1'..=b'5', rest @ ..] = bytes else { return None };
    let right = rest == b"XX" || rest == b"xx" || (rest.len() == 2 && rest.iter().all(u8::is_ascii_digit));
    right.then(|| class - b'0')
}

/// The number of a status; none for a range and for `default`.
pub(crate) fn number(written: &str) -> Option<u16> {
    class(written)?;
    written.parse().ok()
}

/// Whether it says that something went wrong; `default` says so only beside others.
pub(crate) fn is_error(written: &str) -> bool {
    matches!(class(written), Some(4 | 5))
}

/// Whether what is written for one status holds for another: `4XX` holds for 404.
pub(crate) fn covers(written: &str, status: &str) -> bool {
    written == status || (number(written).is_none() && class(written).is_some() && class(written) == class(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_told_from_what_is_none() {
        for (written, expected) in [
            ("200", (Some(2), Some(200))),
            ("4XX", (Some(4), None)),
            ("5xx", (Some(5), None)),
            ("default", (None, None)),
            ("600", (None, None)),
            ("20", (None, None)),
            ("2000", (None, None)),
            ("+20", (None, None)),
            ("", (None, None)),
        ] {
            assert_eq!((class(written), number(written)), expected, "{written}");
        }
    }

    #[test]
    fn a_range_covers_its_hundred() {
        for (written, status, expected) in
            [("404", "404", true), ("4XX", "404", true), ("4XX", "503", false), ("default", "404", false)]
        {
            assert_eq!(covers(written, status), expected, "{written} for {status}");
        }
    }
}
