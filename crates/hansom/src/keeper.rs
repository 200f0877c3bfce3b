//! How does the snapshot come to the disk and back, whatever happens to the disk?
//!
//! A thread of its own appends each change and waits for the disk, many changes at once where many wait; nothing else does.
//! When the file has grown to thrice its size it is written anew, and the one before stays beside it. A disk that is full or
//! slow costs what is kept, never what is served: the next try writes everything.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, BufWriter, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
};

use hansom_gateway::{Delta, Record, kept};

const SNAPSHOT: &str = "snapshot";
const BEFORE: &str = "snapshot.before";
const NEW: &str = "snapshot.new";
/// So many changes may wait for the disk; more than that, and everything is written anew once it is there again.
const MOST_WAITING: usize = 1024;
/// A file that has grown by less is not written anew.
const LEAST_GROWTH: u64 = 4 * 1024 * 1024;

/// Gives changes to the thread that keeps them.
#[derive(Clone)]
pub(crate) struct Keeper {
    work: mpsc::SyncSender<Work>,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// The generation on disk.
    kept: AtomicU64,
    /// Whether what is on disk lacks something, so that everything has to be written.
    lacks: AtomicBool,
}

enum Work {
    /// A run to append, and the generation that it leads to.
    Run(Vec<u8>, u64),
    /// Everything.
    Whole(Box<Delta>),
}

/// The newest snapshot in a folder that can be used; with `before`, the newest that is older than that generation. What
/// cannot be used is told of.
pub(crate) fn read(folder: &Path, before: Option<u64>) -> Option<(kept::Kept, Keeper)> {
    for name in [SNAPSHOT, BEFORE] {
        let file = folder.join(name);
        match read_one(&file, before) {
            Ok(None) => {}
            Ok(Some(kept)) => {
                if let Some(damage) = &kept.damage {
                    tracing::error!(file = %file.display(), %damage, generation = kept.snapshot.generation(),
                        "the snapshot on disk is damaged; the generation before the damage serves");
                }
                if name == BEFORE {
                    tracing::error!(generation = kept.snapshot.generation(), "the snapshot before the last one serves");
                }
                let appendable = (name == SNAPSHOT).then_some(kept.length);
                let keeper = Keeper::start(folder, appendable, kept.snapshot.generation());
                return Some((kept, keeper));
            }
            Err(why) => tracing::error!(file = %file.display(), why, "the snapshot on disk cannot be used"),
        }
    }
    None
}

fn read_one(file: &Path, before: Option<u64>) -> Result<Option<kept::Kept>, String> {
    let about = match fs::symlink_metadata(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        about => about.map_err(|error| error.to_string())?,
    };
    if !about.is_file() {
        return Err("it is a link or a folder, and might lead anywhere; a snapshot is a file".into());
    }
    let mode = about.permissions().mode();
    if mode & 0o022 != 0 {
        return Err(format!("others than its owner may write it (mode {:o}), so anybody may have", mode & 0o777));
    }
    let opened = File::open(file).map_err(|error| error.to_string())?;
    kept::open(opened, before).map(Some).map_err(|broken| broken.to_string())
}

impl Keeper {
    /// Starts the thread. `whole` is how much of the file there is good; without it everything has to be written first.
    pub(crate) fn start(folder: &Path, whole: Option<u64>, generation: u64) -> Self {
        let (work, waiting) = mpsc::sync_channel(MOST_WAITING);
        let state = Arc::new(State::default());
        state.kept.store(generation, Ordering::Relaxed);
        state.lacks.store(whole.is_none(), Ordering::Relaxed);
        let mut disk = Disk { folder: folder.to_owned(), file: None, length: 0, first: 0, state: Arc::clone(&state) };
        // It ends with the last keeper, after all that was given to it.
        std::thread::spawn(move || {
            if let Some(whole) = whole {
                let opened = disk.open(whole);
                disk.told(opened.map(|()| generation), false);
            }
            disk.run(&waiting);
        });
        Self { work, state }
    }

    /// Appends a change.
    pub(crate) fn append(&self, delta: &Delta) {
        let sent = kept::run(delta).ok().map(|bytes| self.work.try_send(Work::Run(bytes, delta.generation)));
        if !matches!(sent, Some(Ok(()))) {
            self.state.lacks.store(true, Ordering::Relaxed);
        }
    }

    /// Writes everything anew.
    pub(crate) fn replace(&self, delta: Delta) {
        // What is said of the time after this order must not be lost with the flag.
        self.state.lacks.store(false, Ordering::Relaxed);
        if self.work.try_send(Work::Whole(Box::new(delta))).is_err() {
            self.state.lacks.store(true, Ordering::Relaxed);
        }
    }

    /// Takes what is on disk for somebody else's: everything has to be written.
    pub(crate) fn distrust(&self) {
        self.state.lacks.store(true, Ordering::Relaxed);
    }

    /// Whether what is on disk lacks something, so that everything has to be written.
    pub(crate) fn lacks(&self) -> bool {
        self.state.lacks.load(Ordering::Relaxed)
    }

    /// The generation on disk.
    pub(crate) fn generation(&self) -> u64 {
        self.state.kept.load(Ordering::Relaxed)
    }
}

/// The file that is appended to.
struct Disk {
    folder: PathBuf,
    file: Option<File>,
    /// How much of it is good.
    length: u64,
    /// How long it was when it was written anew.
    first: u64,
    state: Arc<State>,
}

impl Disk {
    fn run(mut self, waiting: &mpsc::Receiver<Work>) {
        let mut failing = false;
        while let Ok(first) = waiting.recv() {
            let mut batch = vec![first];
            batch.extend(waiting.try_iter().take(MOST_WAITING));
            let kept = self.keep(batch);
            failing = self.told(kept, failing);
        }
    }

    /// Notes what came of it, and says so once for an outage. Gives whether it failed.
    fn told(&mut self, outcome: io::Result<u64>, failing: bool) -> bool {
        match outcome {
            Ok(generation) => {
                self.state.kept.store(generation, Ordering::Relaxed);
                false
            }
            Err(error) => {
                if !failing {
                    tracing::error!(%error, folder = %self.folder.display(),
                        "the snapshot cannot be kept on disk; the gateway serves on, and it is tried again");
                }
                self.file = None;
                self.state.lacks.store(true, Ordering::Relaxed);
                true
            }
        }
    }

    fn open(&mut self, whole: u64) -> io::Result<()> {
        let file = OpenOptions::new().append(true).open(self.folder.join(SNAPSHOT))?;
        // What is damaged must not stand before what is appended.
        file.set_len(whole)?;
        (self.length, self.first, self.file) = (whole, whole, Some(file));
        Ok(())
    }

    fn keep(&mut self, batch: Vec<Work>) -> io::Result<u64> {
        let (mut bytes, mut generation) = (vec![], self.state.kept.load(Ordering::Relaxed));
        for work in batch {
            match work {
                Work::Run(run, leads_to) => {
                    bytes.extend(run);
                    generation = leads_to;
                }
                Work::Whole(delta) => {
                    bytes.clear();
                    self.replace(&delta)?;
                    generation = delta.generation;
                }
            }
        }
        self.append(&bytes)?;
        if self.length > self.first.saturating_mul(3).max(self.first.saturating_add(LEAST_GROWTH)) {
            self.compact()?;
        }
        Ok(generation)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let file = self.file.as_mut().ok_or_else(|| io::Error::other("the snapshot has to be written anew first"))?;
        let written = file.write_all(bytes).and_then(|()| file.sync_data());
        if written.is_err() {
            // Half a run is noticed when it is read; better it is not there.
            let _ = file.set_len(self.length);
        }
        written?;
        self.length = self.length.saturating_add(bytes.len() as u64);
        Ok(())
    }

    fn replace(&mut self, delta: &Delta) -> io::Result<()> {
        let mut writer = kept::Writer::begin(BufWriter::new(self.beside()?))?;
        delta.records.iter().try_for_each(|record| writer.put(record))?;
        let file = writer.end(delta.generation, delta.made_at)?.into_inner()?;
        self.put_in_place(&file)
    }

    fn compact(&mut self) -> io::Result<()> {
        let source = File::open(self.folder.join(SNAPSHOT))?;
        let target = BufWriter::new(self.beside()?);
        let written = kept::compact(source, self.length, target).map_err(io::Error::other)?;
        self.put_in_place(&written.into_inner()?)
    }

    fn beside(&self) -> io::Result<File> {
        let file = self.folder.join(NEW);
        // A file that is there may be anybody's; a new one is ours alone.
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)
    }

    /// Puts the new file in place of the one there, which becomes the one before. At no moment there is none.
    fn put_in_place(&mut self, new: &File) -> io::Result<()> {
        new.sync_all()?;
        let (snapshot, before) = (self.folder.join(SNAPSHOT), self.folder.join(BEFORE));
        if fs::symlink_metadata(&snapshot).is_ok() {
            match fs::remove_file(&before) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => fs::hard_link(&snapshot, &before)?,
            }
        }
        fs::rename(self.folder.join(NEW), &snapshot)?;
        File::open(&self.folder)?.sync_all()?;
        self.open(new.metadata()?.len())
    }
}

/// What of a change is worth keeping: not the versions that could not be compiled, so that the last good ones stay.
pub(crate) fn without(mut delta: Delta, set_aside: &[hansom_gateway::SetAside]) -> Delta {
    delta.records.retain(|record| match record {
        Record::Version(placed) => !set_aside.iter().any(|aside| aside.version.as_ref() == Some(&placed.place())),
        _ => true,
    });
    delta
}
