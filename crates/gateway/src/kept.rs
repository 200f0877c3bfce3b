//! How does a snapshot survive on disk, and how does a damaged one show itself?
//!
//! The first line says what the file is, `hansom-snapshot <format> <sha-256 of the rest> <length of the rest>`; the rest is
//! the document as JSON. Reading and writing files is the caller's part.

use std::fmt::Write;

use aws_lc_rs::digest::{SHA256, digest};
use serde::Deserialize;

use crate::snapshot::{FORMAT, SnapshotDocument};

const MARK: &str = "hansom-snapshot";
const LONGEST_FIRST_LINE: usize = 200;

/// Why kept bytes are no snapshot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The first line is not that of a snapshot.
    #[error("this is no snapshot of Hansom: its first line does not say so")]
    NoSnapshot,
    /// Written by a newer Hansom.
    #[error(
        "the snapshot has format {0} and this Hansom reads format {FORMAT}; run the Hansom that wrote it, or a newer one"
    )]
    NewerFormat(u64),
    /// The file ends early or goes on too long.
    #[error(
        "the snapshot should be {expected} bytes after its first line and is {found}; it was not written to its end"
    )]
    WrongLength {
        /// What the first line says.
        expected: usize,
        /// What is there.
        found: usize,
    },
    /// Some bits are not what was written.
    #[error("the snapshot is damaged: its checksum does not fit")]
    WrongChecksum,
    /// The document is not one, although nothing was damaged on the way.
    #[error("the snapshot cannot be read: {0}")]
    Unreadable(String),
}

/// The document as bytes to keep.
pub fn seal(document: &SnapshotDocument) -> Vec<u8> {
    // A document is plain data with text keys only, which always can be written as JSON.
    let body = serde_json::to_vec(document).unwrap_or_default();
    let mut kept = format!("{MARK} {} {} {}\n", document.format, checksum(&body), body.len()).into_bytes();
    kept.extend_from_slice(&body);
    kept
}

/// The document of kept bytes.
pub fn open(kept: &[u8]) -> Result<SnapshotDocument, Broken> {
    let line_end = kept.iter().take(LONGEST_FIRST_LINE).position(|b| *b == b'\n').ok_or(Broken::NoSnapshot)?;
    let (line, rest) = kept.split_at_checked(line_end).ok_or(Broken::NoSnapshot)?;
    let body = rest.get(1..).ok_or(Broken::NoSnapshot)?;
    let line = std::str::from_utf8(line).map_err(|_| Broken::NoSnapshot)?;
    let mut words = line.split(' ');
    let (Some(MARK), Some(format), Some(sum), Some(length), None) =
        (words.next(), words.next(), words.next(), words.next(), words.next())
    else {
        return Err(Broken::NoSnapshot);
    };
    let format: u64 = format.parse().map_err(|_| Broken::NoSnapshot)?;
    if format > u64::from(FORMAT) {
        return Err(Broken::NewerFormat(format));
    }
    let expected: usize = length.parse().map_err(|_| Broken::NoSnapshot)?;
    if expected != body.len() {
        return Err(Broken::WrongLength { expected, found: body.len() });
    }
    if sum != checksum(body) {
        return Err(Broken::WrongChecksum);
    }
    read(body)
}

fn read(body: &[u8]) -> Result<SnapshotDocument, Broken> {
    #[derive(Deserialize)]
    struct Format {
        format: u64,
    }
    let unreadable = |e: serde_json::Error| Broken::Unreadable(e.to_string());
    let Format { format } = serde_json::from_slice(body).map_err(unreadable)?;
    if format > u64::from(FORMAT) {
        return Err(Broken::NewerFormat(format));
    }
    serde_json::from_slice(body).map_err(unreadable)
}

fn checksum(body: &[u8]) -> String {
    digest(&SHA256, body).as_ref().iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
