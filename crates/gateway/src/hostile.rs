//! What holds whatever strangers write?
//!
//! Each function takes any bytes, reads them as one of the gateway's readers does, and asserts what must be true of the outcome.
//! The fuzzers call them; so do the tests of this file, with what the corpora hold and with what a few thousand turns make of it.

use http::Method;
use tokio::time::Instant;

use crate::{
    fields::{Kind, is_token, may_stand_in_value, may_trail},
    forwarding,
    head::{Field, Head},
    http1::{
        answer_head, answers,
        chunks::{BadChunks, Chunks, Piece},
        head_search::HeadSearch,
        put_field, put_line, request_head,
        writing::{put_chunk, put_last_chunk},
    },
    http2::frames::{Budgets, Follower, Frame},
    kept,
    path::CanonicalPath,
    reception::{self, LARGEST_FIELDS, LONGEST_URI, MOST_FIELDS},
    token::VerifiedToken,
};

/// The head of a request has at most one reading, and is within its bounds.
pub fn request(bytes: &[u8]) {
    let Some(head) = received(bytes) else { return };
    assert!(head.fields.len() <= MOST_FIELDS && head.text.len() <= LONGEST_URI + LARGEST_FIELDS + 1024);
    assert!(head.method != Method::CONNECT && head.method != Method::TRACE);
    assert!(head.of_kind(Kind::Host).count() == 1, "exactly one host");
    assert!(head.of_kind(Kind::ContentLength).chain(head.of_kind(Kind::TransferEncoding)).count() <= 1);
    for (_, name, value) in head.fields() {
        assert_field(name, value);
    }
    assert_path(head.path.as_str());
}

/// What is passed on of a request is made of fields that may be, and reads as what it was written as.
pub fn rewriting(bytes: &[u8]) {
    let Some(head) = received(bytes) else { return };
    let mut out = b"GET / HTTP/1.1\r\nhost: x\r\n".to_vec();
    let mut count: usize = 1;
    for field in forwarding::passed_on(&head) {
        let (name, value) = (field.name(&head.text), field.value(&head.text));
        assert_field(name, value);
        let lower = name.to_ascii_lowercase();
        let stays_here: [&[u8]; 9] = [
            b"host",
            b"content-length",
            b"transfer-encoding",
            b"connection",
            b"authorization",
            b"cookie",
            b"upgrade",
            b"te",
            b"expect",
        ];
        assert!(!stays_here.contains(&lower.as_slice()) && !lower.starts_with(b"hansom-"), "{lower:?}");
        assert!(lower.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-'), "{lower:?}");
        assert_line(&mut out, field, &head.text);
        count = count.saturating_add(1);
    }
    out.extend_from_slice(b"\r\n");
    let Ok((again, _)) = request_head::read(out) else { unreachable!("what was written can be read") };
    assert!(again.fields.len() == count, "no value became a field");
}

/// A line is written alike, whether in one piece or anew.
fn assert_line(out: &mut Vec<u8>, field: &Field, text: &[u8]) {
    let (before, mut anew) = (out.len(), vec![]);
    put_line(out, field, text);
    put_field(&mut anew, field.name(text), field.value(text));
    assert!(out.get(before..) == Some(&anew), "{anew:?}");
}

/// The head of an answer, and what is passed on of it.
pub fn answer(bytes: &[u8]) {
    let Ok(Some(length)) = HeadSearch::default().length(bytes) else { return };
    let text = bytes.get(..length).unwrap_or_default();
    for to_head in [false, true] {
        let Ok(head) = answer_head::read(text, to_head) else { continue };
        assert!((100..=999).contains(&head.status) && head.length == length);
        let mut out = b"HTTP/1.1 200 OK\r\n".to_vec();
        let mut count: usize = 0;
        for field in answers::passed_on(&head.fields, text) {
            let (name, value) = (field.name(text), field.value(text));
            assert_field(name, value);
            let lower = name.to_ascii_lowercase();
            assert!(
                !matches!(&*lower, b"content-length" | b"transfer-encoding" | b"connection" | b"set-cookie"),
                "{lower:?}"
            );
            assert_line(&mut out, field, text);
            count = count.saturating_add(1);
        }
        out.extend_from_slice(b"\r\n");
        let Ok(again) = answer_head::read(&out, false) else { unreachable!("what was written can be read") };
        assert!(again.fields.len() == count, "no value became a field");
    }
}

/// Chunks are the same however they come, and end where they end.
pub fn chunks(bytes: &[u8]) {
    let whole = dechunked(bytes, bytes.len());
    for step in [1, 2, 3, 7, 64] {
        let parts = dechunked(bytes, step);
        match (&whole, &parts) {
            (Ok(Some(one)), Ok(Some(other))) => assert_eq!(one, other),
            (Err(_), Err(_)) | (Ok(None), Ok(None)) => {}
            // A line that is too long may be noticed before its end is there.
            _ => unreachable!("{whole:?} and, in steps of {step}, {parts:?}"),
        }
    }
    let Ok(Some((body, trailers, _))) = whole else { return };
    let mut out = vec![];
    put_chunk(&mut out, &body);
    put_last_chunk(&mut out, &trailers);
    assert_eq!(dechunked(&out, 5), Ok(Some((body, trailers.clone(), out.len()))));
    for line in trailers.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let Some((name, value)) = line
            .strip_suffix(b"\r")
            .and_then(|line| line.split_at_checked(line.iter().position(|byte| *byte == b':')?))
        else {
            unreachable!("a line of a trailer has a name")
        };
        assert!(may_trail(name) && value.iter().all(|byte| may_stand_in_value(*byte)));
    }
}

/// Frames of HTTP/2 are the same in whatever pieces they come, lie one behind the other, and no kind goes on without end.
pub fn frames(bytes: &[u8]) {
    let (whole, is_between) = followed(bytes, bytes.len());
    for step in [1, 7, 64] {
        assert_eq!(followed(bytes, step), (whole.clone(), is_between), "in steps of {step}");
    }
    let length: u64 = whole.iter().map(|frame| u64::from(frame.length).saturating_add(9)).sum();
    assert!(!is_between || length == bytes.len() as u64, "{length} of {} bytes", bytes.len());
    let now = Instant::now();
    for frame in whole {
        // A thousand and one of what is counted at all is more than any kind may be without earning it.
        let mut budgets = Budgets::new(now);
        let is_counted = budgets.count(frame, || now).is_some() || budgets.left() < Budgets::new(now).left();
        let has_end = (0..1_001).any(|_| budgets.count(frame, || now).is_some());
        assert_eq!(is_counted, has_end, "{frame:?}");
    }
}

fn followed(bytes: &[u8], step: usize) -> (Vec<Frame>, bool) {
    let (mut follower, mut frames) = (Follower::default(), vec![]);
    bytes.chunks(step.max(1)).for_each(|piece| follower.follow(piece, |frame| frames.push(frame)));
    (frames, follower.is_between())
}

/// A path has one canonical form, which means what it meant.
pub fn path(bytes: &[u8]) {
    let Ok(raw) = std::str::from_utf8(bytes) else { return };
    let Ok(path) = CanonicalPath::read(raw) else { return };
    assert_path(path.as_str());
    assert_eq!(CanonicalPath::read(path.as_str()).as_ref(), Ok(&path), "canonical is canonical");
    assert_eq!(
        decoded(raw.as_bytes()),
        decoded(path.as_str().as_bytes()),
        "nothing is meant by one that the other does not mean"
    );
}

/// An access token: the first line is its header or its whole text, the rest its claims.
pub fn token(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
    assert!(
        VerifiedToken::header_key(first.as_bytes()).is_none_or(|kid| first.contains("kid") && kid.len() <= first.len())
    );
    let Ok(token) = VerifiedToken::of_claims(rest.as_bytes(), "https://hub.example") else { return };
    assert!(token.check(i64::MAX, "https://api.example").is_err(), "every token ends");
    assert!(token.check(-1_000_000, "https://api.example").is_err(), "none was valid before it was issued");
}

/// A snapshot that was kept: what can be read of it can be read again.
pub fn snapshot(bytes: &[u8]) {
    let Ok(kept) = kept::open(bytes, None) else { return };
    let length = usize::try_from(kept.length).unwrap_or(usize::MAX);
    assert!(length <= bytes.len());
    let again = kept::open(bytes.get(..length).unwrap_or_default(), None);
    assert!(
        again.is_ok_and(|again| again.damage.is_none() && again.snapshot.generation() == kept.snapshot.generation())
    );
}

fn received(bytes: &[u8]) -> Option<Head> {
    let length = HeadSearch::default().length(bytes).ok().flatten()?;
    let text = bytes.get(..length)?.to_vec();
    let (unread, _) = request_head::read(text).ok()?;
    reception::receive(unread, |_| {}).ok()
}

fn assert_field(name: &[u8], value: &[u8]) {
    assert!(!name.is_empty() && name.iter().all(|byte| is_token(*byte)), "{name:?}");
    assert!(value.iter().all(|byte| may_stand_in_value(*byte)), "{value:?}");
}

fn assert_path(path: &str) {
    assert!(path.starts_with('/') && path.bytes().all(|byte| (0x21..0x7f).contains(&byte)), "{path}");
    assert!(!path.contains("//") && !path.contains([';', '\\', '#', '?']), "{path}");
    assert!(path.split('/').all(|segment| !matches!(segment, "." | "..")), "{path}");
    assert!(["%2F", "%5C", "%00", "%2E"].iter().all(|code| !path.contains(code)), "{path}");
}

fn decoded(path: &[u8]) -> Vec<u8> {
    percent_encoding::percent_decode(path).collect()
}

type Dechunked = Option<(Vec<u8>, Vec<u8>, usize)>;

/// Body, trailers and length of chunks that come in steps.
fn dechunked(input: &[u8], step: usize) -> Result<Dechunked, BadChunks> {
    let (mut chunks, mut body, mut start, mut end) = (Chunks::default(), vec![], 0, 0);
    while end < input.len() {
        end = input.len().min(end.saturating_add(step.max(1)));
        loop {
            let (count, piece) = chunks.next(input.get(start..end).unwrap_or_default())?;
            match piece {
                Piece::Data(data) => body.extend_from_slice(data),
                Piece::Framing | Piece::Part | Piece::End => {}
            }
            let (is_part, is_end) = (piece == Piece::Part, piece == Piece::End);
            start = start.saturating_add(count);
            if is_end {
                return Ok(Some((body, chunks.trailers().to_vec(), start)));
            }
            if is_part {
                break;
            }
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use hansom_domain::Timestamp;

    use super::*;
    use crate::snapshot::SnapshotDocument;

    /// A random number from a seed.
    struct Dice(u64);

    impl Dice {
        fn roll(&mut self, below: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 >> 11).unwrap_or(0) % below.max(1)
        }
    }

    /// What hides in grammars.
    const SPICE: [&[u8]; 24] = [
        b"\r\n",
        b"\n",
        b"\r",
        b"\0",
        b" ",
        b"\t",
        b":",
        b",",
        b";",
        b"%2e",
        b"%2F",
        b"%25",
        b"..",
        b"/",
        b"chunked",
        b"0\r\n\r\n",
        b"Content-Length: 1\r\n",
        b"Transfer-Encoding: chunked\r\n",
        b"Connection: x\r\n",
        b"\xff",
        b"\"",
        b"ffffffffffffffff",
        b"{}",
        b"0",
    ];

    /// Holds a function to what the corpus has, and to thousands of changes of it.
    fn hold(function: fn(&[u8]), corpus: &[&[u8]], turns: usize) {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
        corpus.iter().for_each(|bytes| function(bytes));
        for _ in 0..turns {
            let mut bytes = corpus[dice.roll(corpus.len())].to_vec();
            for _ in 0..=dice.roll(4) {
                let at = dice.roll(bytes.len() + 1);
                match dice.roll(5) {
                    0 => bytes.truncate(at),
                    1 if at < bytes.len() => bytes[at] = u8::try_from(dice.roll(256)).unwrap_or(0),
                    2 if at < bytes.len() => drop(bytes.remove(at)),
                    3 => {
                        let other = corpus[dice.roll(corpus.len())];
                        bytes.truncate(at);
                        bytes.extend_from_slice(&other[dice.roll(other.len() + 1)..]);
                    }
                    _ => drop(bytes.splice(at..at, SPICE[dice.roll(SPICE.len())].iter().copied())),
                }
            }
            function(&bytes);
        }
    }

    const REQUESTS: [&[u8]; 3] = [
        include_bytes!("../../../fuzz/corpus/request/get"),
        include_bytes!("../../../fuzz/corpus/request/post"),
        include_bytes!("../../../fuzz/corpus/request/spoofed"),
    ];

    #[test]
    fn requests_hold() {
        hold(request, &REQUESTS, 20_000);
    }

    #[test]
    fn rewriting_holds() {
        hold(rewriting, &REQUESTS, 20_000);
    }

    #[test]
    fn answers_hold() {
        let corpus: [&[u8]; 2] =
            [include_bytes!("../../../fuzz/corpus/answer/ok"), include_bytes!("../../../fuzz/corpus/answer/chunked")];
        hold(answer, &corpus, 20_000);
    }

    #[test]
    fn chunks_hold() {
        let corpus: [&[u8]; 2] = [
            include_bytes!("../../../fuzz/corpus/chunks/plain"),
            include_bytes!("../../../fuzz/corpus/chunks/trailers"),
        ];
        hold(chunks, &corpus, 10_000);
    }

    #[test]
    fn frames_hold() {
        let corpus: [&[u8]; 2] = [
            include_bytes!("../../../fuzz/corpus/frames/request"),
            include_bytes!("../../../fuzz/corpus/frames/control"),
        ];
        hold(frames, &corpus, 3_000);
    }

    #[test]
    fn paths_hold() {
        let corpus: [&[u8]; 2] =
            [include_bytes!("../../../fuzz/corpus/path/plain"), include_bytes!("../../../fuzz/corpus/path/encoded")];
        hold(path, &corpus, 40_000);
    }

    #[test]
    fn tokens_hold() {
        let corpus: [&[u8]; 2] = [
            include_bytes!("../../../fuzz/corpus/token/application"),
            include_bytes!("../../../fuzz/corpus/token/person"),
        ];
        corpus.iter().for_each(|text| {
            let text = String::from_utf8_lossy(text);
            let claims = text.split_once('\n').map_or("", |(_, claims)| claims);
            assert!(VerifiedToken::of_claims(claims.as_bytes(), "https://hub.example").is_ok(), "{claims}");
        });
        hold(token, &corpus, 20_000);
    }

    #[test]
    fn snapshots_hold() {
        let document = SnapshotDocument {
            format: crate::snapshot::FORMAT,
            generation: 7,
            made_at: Timestamp::from_seconds(1),
            issuer: "https://hub.example".into(),
            hub: "https://hub.example".into(),
            keys: vec![],
            environments: vec![],
            applications: vec![],
            people: vec![],
            revoked_tokens: vec![],
        };
        let (delta, _) = document.into_delta();
        let mut file = kept::Writer::begin(vec![]).and_then(|mut writer| {
            delta.records.iter().try_for_each(|record| writer.put(record))?;
            writer.end(delta.generation, delta.made_at)
        });
        let file = file.as_mut().expect("memory can be written to");
        let first = file.clone();
        file.extend_from_slice(&kept::run(&delta).expect("memory can be written to"));
        hold(snapshot, &[&first, file], 20_000);
    }
}
