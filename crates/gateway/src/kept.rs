//! How does a snapshot survive on disk, and how does a damaged one show itself?
//!
//! A kept file is a line that says what it is, and then runs of records. A run is what was different in one generation, and
//! its last record says so; the first run is everything. So a change is appended and nothing is rewritten, and a file that
//! breaks off in a run, or is damaged in one, still holds every generation before it.
//!
//! ```text
//! hansom-snapshot 2
//! + platform - 131 <checksum>
//! {"issuer":"https://hub.hackney.example",…}
//! + version production/repairs/v1 2210 <checksum>
//! {"environment":"production",…}
//! - application 5f0c… 0 <checksum>
//!
//! = run 418/1800000000000/3 0 <checksum>
//!
//! ```
//!
//! A checksum is of its line and the record, that of a run's end of all checksums of the run too: a record that is missing,
//! moved or from another run is noticed like a flipped bit. Opening, writing and renaming files is the caller's part.

use std::{
    collections::HashMap,
    fmt::Write as _,
    io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write},
    str::FromStr,
};

use aws_lc_rs::digest::{Context, SHA256};
use hansom_domain::Timestamp;
use serde::de::DeserializeOwned;

use crate::{
    delta::{Delta, Record, VersionPlace},
    mock::Proof,
    snapshot::{Draft, FORMAT, SetAside, Snapshot},
};

const MARK: &str = "hansom-snapshot";
const LONGEST_LINE: u64 = 400;
const LONGEST_RECORD: u64 = 64 * 1024 * 1024;
/// Bytes of a checksum that are written, in hexadecimal.
const SUM: usize = 16;

/// Why kept bytes are no snapshot, or no more of one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// The first line is not that of a snapshot.
    #[error("this is no snapshot of Hansom: its first line does not say so")]
    NoSnapshot,
    /// Written by another Hansom.
    #[error("the snapshot has format {0} and this Hansom reads format {FORMAT}; run the Hansom that wrote it")]
    OtherFormat(u64),
    /// The file ends within a record or a run.
    #[error("the snapshot breaks off at byte {0}: it was not written to its end")]
    BrokenOff(u64),
    /// Some bits are not what was written.
    #[error("the snapshot is damaged after byte {0}: a checksum does not fit")]
    Damaged(u64),
    /// A record is not one, although nothing was damaged on the way.
    #[error("the snapshot cannot be read after byte {at}: {why}")]
    Unreadable {
        /// Where.
        at: u64,
        /// Why not.
        why: String,
    },
    /// The file could not be read.
    #[error("the snapshot cannot be read: {0}")]
    Failed(String),
    /// Nothing in it is old enough.
    #[error("the snapshot has no generation before {0}")]
    NothingBefore(u64),
}

/// What was read.
#[derive(Debug)]
pub struct Kept {
    /// The newest whole generation, or the newest that was asked for.
    pub snapshot: Snapshot,
    /// What had to be left out of it.
    pub set_aside: Vec<SetAside>,
    /// So many bytes of the file hold it; what is appended belongs there.
    pub length: u64,
    /// How many runs those are.
    pub runs: usize,
    /// Why there is no more, if more was meant to be there.
    pub damage: Option<Broken>,
}

/// Reads the newest whole generation, in one pass and with no more in memory than one record and the snapshot; with `before`
/// the newest that is older than that.
pub fn open(source: impl Read, before: Option<u64>) -> Result<Kept, Broken> {
    let mut reader = Reader::begin(source)?;
    let mut draft = Draft::begin(Proof::Kept);
    let mut kept: Option<Kept> = None;
    let damage = loop {
        match reader.next() {
            Ok(Some(Item::Record(record))) => draft.put(record),
            Ok(Some(Item::End { generation, made_at })) => {
                if before.is_some_and(|before| generation >= before) {
                    break None;
                }
                let runs = kept.as_ref().map_or(0, |kept| kept.runs).saturating_add(1);
                let snapshot = draft.snapshot(generation, made_at);
                kept = Some(Kept { snapshot, set_aside: vec![], length: reader.at, runs, damage: None });
            }
            Ok(None) => break None,
            Err(broken) => break Some(broken),
        }
    };
    let missing = || damage.clone().unwrap_or_else(|| before.map_or(Broken::BrokenOff(0), Broken::NothingBefore));
    let mut kept = kept.ok_or_else(missing)?;
    kept.set_aside = draft.finish(0, Timestamp::from_millis(0)).set_aside;
    kept.damage = damage;
    Ok(kept)
}

/// What is different in one generation, as bytes to append.
pub fn run(delta: &Delta) -> io::Result<Vec<u8>> {
    let mut writer = Writer::append(vec![]);
    for record in &delta.records {
        writer.put(record)?;
    }
    writer.end(delta.generation, delta.made_at)
}

/// Writes a run, or a file from its beginning.
#[derive(Debug)]
pub struct Writer<W> {
    target: W,
    chain: Chain,
}

impl<W: Write> Writer<W> {
    /// Begins a file.
    pub fn begin(mut target: W) -> io::Result<Self> {
        writeln!(target, "{MARK} {FORMAT}")?;
        Ok(Self::append(target))
    }

    /// Begins a run.
    pub fn append(target: W) -> Self {
        Self { target, chain: Chain::default() }
    }

    /// Writes a record.
    pub fn put(&mut self, record: &Record) -> io::Result<()> {
        let text = |body: serde_json::Result<Vec<u8>>| body.map_err(io::Error::other);
        let (line, body) = match record {
            Record::Platform(platform) => ("+ platform -".to_owned(), text(serde_json::to_vec(platform))?),
            Record::Keys(keys) => ("+ keys -".into(), text(serde_json::to_vec(keys))?),
            Record::Version(placed) => {
                (format!("+ version {}", key(&placed.place())), text(serde_json::to_vec(placed))?)
            }
            Record::NoVersion(place) => (format!("- version {}", key(place)), vec![]),
            Record::Application(document) => {
                (format!("+ application {}", document.id), text(serde_json::to_vec(document))?)
            }
            Record::NoApplication(id) => (format!("- application {id}"), vec![]),
            Record::Person(document) => (format!("+ person {}", document.id), text(serde_json::to_vec(document))?),
            Record::NoPerson(id) => (format!("- person {id}"), vec![]),
            Record::Revoked(id) => (format!("+ revoked {id}"), vec![]),
            Record::NotRevoked(id) => (format!("- revoked {id}"), vec![]),
        };
        self.record(&format!("{line} {}", body.len()), &body)
    }

    fn record(&mut self, line: &str, body: &[u8]) -> io::Result<()> {
        let sum = self.chain.link(line, body);
        writeln!(self.target, "{line} {sum}")?;
        self.target.write_all(body)?;
        self.target.write_all(b"\n")
    }

    /// Ends the run: only now what is in it counts.
    pub fn end(mut self, generation: u64, made_at: Timestamp) -> io::Result<W> {
        let line = format!("= run {generation}/{}/{} 0", made_at.millis(), self.chain.count);
        let sum = self.chain.end(&line);
        writeln!(self.target, "{line} {sum}\n")?;
        Ok(self.target)
    }
}

/// Writes a file with one run that says the same as all runs of another, and reads no more of it than it must: records that
/// a later run has replaced are left out, the others are copied as they are. `length` is how much of the source is whole.
pub fn compact<W: Write>(source: impl Read + Seek, length: u64, target: W) -> Result<W, Broken> {
    let failed = |error: io::Error| Broken::Failed(error.to_string());
    let mut source = source;
    let (last, (generation, made_at)) = last_records(Reader::begin((&mut source).take(length))?)?;
    source.seek(SeekFrom::Start(0)).map_err(failed)?;
    let mut reader = Reader::begin((&mut source).take(length))?;
    let mut writer = Writer::begin(target).map_err(failed)?;
    let mut number = 0_usize;
    while let Some(line) = reader.line()? {
        number = number.saturating_add(1);
        let body = reader.body(&line)?;
        let key = (line.kind.clone(), line.key.clone());
        if line.sign == "+" && last.get(&key) == Some(&number) {
            let text = format!("+ {} {} {}", line.kind, line.key, body.len());
            writer.record(&text, body).map_err(failed)?;
        }
    }
    writer.end(generation, made_at).map_err(failed)
}

/// Which record of a key is the last one, and which generation the last one.
#[expect(clippy::type_complexity, reason = "it is named once, here")]
fn last_records<R: Read>(
    mut reader: Reader<R>,
) -> Result<(HashMap<(String, String), usize>, (u64, Timestamp)), Broken> {
    let mut last: HashMap<(String, String), usize> = HashMap::new();
    let (mut number, mut newest) = (0_usize, None);
    while let Some(line) = reader.line()? {
        number = number.saturating_add(1);
        let at = reader.at;
        reader.body(&line)?;
        match (line.sign.as_str(), line.kind.as_str()) {
            ("=", _) => newest = Some(line.end(at)?),
            // A platform begins anew: what stood before it is forgotten.
            ("+", "platform") => {
                last.clear();
                last.insert((line.kind, line.key), number);
            }
            _ => {
                last.insert((line.kind, line.key), number);
            }
        }
    }
    Ok((last, newest.ok_or(Broken::BrokenOff(reader.at))?))
}

fn key(place: &VersionPlace) -> String {
    format!("{}/{}/{}", place.environment, place.api, place.major)
}

/// The checksums of a run so far.
#[derive(Debug, Default)]
struct Chain {
    sum: [u8; SUM],
    count: u64,
}

impl Chain {
    /// The checksum of a record; it becomes part of that of the run.
    fn link(&mut self, line: &str, body: &[u8]) -> String {
        let sum = sum(&[line.as_bytes(), b"\n", body]);
        self.sum = self::sum(&[&self.sum, &sum]);
        self.count = self.count.saturating_add(1);
        hex(&sum)
    }

    fn end(&self, line: &str) -> String {
        hex(&sum(&[line.as_bytes(), &self.sum]))
    }
}

fn sum(parts: &[&[u8]]) -> [u8; SUM] {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(part);
    }
    let mut sum = [0; SUM];
    sum.iter_mut().zip(context.finish().as_ref()).for_each(|(to, from)| *to = *from);
    sum
}

fn hex(sum: &[u8]) -> String {
    sum.iter().fold(String::with_capacity(SUM.saturating_mul(2)), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// What a file holds, one after the other.
enum Item {
    Record(Record),
    End { generation: u64, made_at: Timestamp },
}

/// A record's first line.
struct Line {
    sign: String,
    kind: String,
    key: String,
    length: u64,
    sum: String,
    /// The line without the checksum.
    text: String,
}

struct Reader<R> {
    source: BufReader<R>,
    /// How many bytes were read.
    at: u64,
    chain: Chain,
    body: Vec<u8>,
}

impl<R: Read> Reader<R> {
    fn begin(source: R) -> Result<Self, Broken> {
        let mut reader =
            Self { source: BufReader::with_capacity(64 * 1024, source), at: 0, chain: Chain::default(), body: vec![] };
        let line = reader.text().map_err(|_| Broken::NoSnapshot)?.ok_or(Broken::NoSnapshot)?;
        let format = line.strip_prefix(MARK).and_then(|rest| rest.strip_prefix(' ')).ok_or(Broken::NoSnapshot)?;
        // The words of the first format went on after the number.
        let format: u64 = format.split(' ').next().and_then(|format| format.parse().ok()).ok_or(Broken::NoSnapshot)?;
        if format == u64::from(FORMAT) { Ok(reader) } else { Err(Broken::OtherFormat(format)) }
    }

    /// The next line without its end; `None` at the end of the file.
    fn text(&mut self) -> Result<Option<String>, Broken> {
        let mut line = vec![];
        let mut bounded = self.source.by_ref().take(LONGEST_LINE);
        bounded.read_until(b'\n', &mut line).map_err(|error| Broken::Failed(error.to_string()))?;
        if line.is_empty() {
            return Ok(None);
        }
        if line.pop() != Some(b'\n') {
            return Err(Broken::BrokenOff(self.at));
        }
        let before = self.at;
        self.at = self.at.saturating_add(line.len() as u64).saturating_add(1);
        String::from_utf8(line).map(Some).map_err(|_| Broken::Damaged(before))
    }

    fn line(&mut self) -> Result<Option<Line>, Broken> {
        let at = self.at;
        let Some(whole) = self.text()? else {
            return Ok(None);
        };
        let parts = || {
            let (text, sum) = whole.rsplit_once(' ')?;
            let mut words = text.split(' ');
            let (sign, kind, key, length) = (words.next()?, words.next()?, words.next()?, words.next()?);
            let length = length.parse().ok().filter(|length| *length <= LONGEST_RECORD && words.next().is_none())?;
            let owned = |word: &str| word.to_owned();
            Some(Line {
                sign: owned(sign),
                kind: owned(kind),
                key: owned(key),
                length,
                sum: owned(sum),
                text: owned(text),
            })
        };
        parts().map(Some).ok_or(Broken::Damaged(at))
    }

    /// The record that follows its line, once its checksum fits.
    fn body(&mut self, line: &Line) -> Result<&[u8], Broken> {
        let at = self.at;
        self.body.clear();
        let wanted = line.length.saturating_add(1);
        // A length that lies cannot make room for more than there is.
        let read = self.source.by_ref().take(wanted).read_to_end(&mut self.body);
        let read = read.map_err(|error| Broken::Failed(error.to_string()))? as u64;
        if read != wanted {
            return Err(Broken::BrokenOff(at));
        }
        self.at = self.at.saturating_add(read);
        if self.body.pop() != Some(b'\n') {
            return Err(Broken::Damaged(at));
        }
        let sum = if line.sign == "=" { self.chain.end(&line.text) } else { self.chain.link(&line.text, &self.body) };
        if sum != line.sum {
            return Err(Broken::Damaged(at));
        }
        if line.sign == "=" {
            self.chain = Chain::default();
        }
        Ok(&self.body)
    }

    fn next(&mut self) -> Result<Option<Item>, Broken> {
        let counted = self.chain.count;
        let Some(line) = self.line()? else {
            return if counted == 0 { Ok(None) } else { Err(Broken::BrokenOff(self.at)) };
        };
        let at = self.at;
        let body = self.body(&line)?;
        if line.sign == "=" {
            let (generation, made_at) = line.end(at)?;
            return Ok(Some(Item::End { generation, made_at }));
        }
        let record = line.record(body);
        record.map(|record| Some(Item::Record(record))).map_err(|why| Broken::Unreadable { at, why })
    }
}

impl Line {
    fn record(&self, body: &[u8]) -> Result<Record, String> {
        let key = self.key.as_str();
        match (self.sign.as_str(), self.kind.as_str()) {
            ("+", "platform") => document(body).map(Record::Platform),
            ("+", "keys") => document(body).map(Record::Keys),
            ("+", "version") => document(body).map(Box::new).map(Record::Version),
            ("-", "version") => place(key).map(Record::NoVersion).ok_or_else(|| format!("{key} names no version")),
            ("+", "application") => document(body).map(Record::Application),
            ("-", "application") => word(key).map(Record::NoApplication),
            ("+", "person") => document(body).map(Record::Person),
            ("-", "person") => word(key).map(Record::NoPerson),
            ("+", "revoked") => word(key).map(Record::Revoked),
            ("-", "revoked") => word(key).map(Record::NotRevoked),
            (sign, kind) => Err(format!("a record {sign} {kind} is unknown here")),
        }
    }

    /// Generation and time of a run's end.
    fn end(&self, at: u64) -> Result<(u64, Timestamp), Broken> {
        let mut parts = self.key.split('/');
        let generation = parts.next().and_then(|generation| generation.parse().ok());
        let made_at = parts.next().and_then(|millis| millis.parse().ok()).map(Timestamp::from_millis);
        let unreadable = || Broken::Unreadable { at, why: "the end of a run does not name its generation".into() };
        generation.zip(made_at).ok_or_else(unreadable)
    }
}

fn document<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

fn word<T: FromStr<Err: ToString>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

fn place(key: &str) -> Option<VersionPlace> {
    let mut parts = key.split('/');
    let (environment, api, major) = (parts.next()?, parts.next()?, parts.next()?);
    Some(VersionPlace { environment: environment.parse().ok()?, api: api.parse().ok()?, major: major.parse().ok()? })
}
