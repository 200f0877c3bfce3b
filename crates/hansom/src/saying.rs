//! How does a command say what it has to say: to a terminal, to a pipe, to a file?

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    io::{BufWriter, ErrorKind, IntoInnerError, IsTerminal, Write},
    path::Path,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
        mpsc::{self, Receiver, SyncSender},
    },
    thread,
    time::Duration,
};

use hansom_standards::report::{Look, harmless};

use crate::failure::{Doing, Failure};

/// How many bytes are given to the system at once.
const PIECE: usize = 64 * 1024;

/// Writes a text to standard output. A reader that has seen enough (`| head`) is no failure.
pub(crate) fn say(text: &str) -> Result<(), Failure> {
    say_piecewise(|out| out.write_all(text.as_bytes()))
}

/// The same for a text that is written piece by piece.
pub(crate) fn say_piecewise(write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::with_capacity(PIECE, std::io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).doing("the output could not be written"),
        _ => Ok(()),
    }
}

/// Writes a line about the process itself to standard error. A process whose standard error is closed, full or stuck goes on.
pub(crate) fn tell(line: &str) {
    let line = format!("hansom: {line}\n");
    match LOG.get() {
        Some(log) => log.put(line.into_bytes()),
        None => write_error(line.as_bytes()),
    }
}

/// From now on a panic is told as everything else is: nobody who stopped reading standard error may hold the thread that panics, or
/// the one that answers for it.
pub(crate) fn tell_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let thread = thread::current();
        let place = panic.location().map_or_else(String::new, |place| format!(" at {place}"));
        // What it says may be made of what others wrote.
        let why = harmless(panic.payload_as_str().unwrap_or("something that is no text"));
        let mut line = format!("thread {:?} panicked{place}: {why}", thread.name().unwrap_or_default());
        let trace = Backtrace::capture();
        if trace.status() == BacktraceStatus::Captured {
            line.push_str(&format!("\n{trace}"));
        }
        tell(&line);
        // With the main thread the process ends, and nobody says the last words after it.
        if thread.name() == Some("main") {
            Log::end();
        }
    }));
}

/// So many lines wait for standard error to take them; more are lost, and counted.
const MOST_LINES: usize = 4096;
/// At its end the process waits so long for the last of them.
const LAST_LINES: Duration = Duration::from_secs(1);

static LOG: OnceLock<Queue> = OnceLock::new();

/// What waits to be written to standard error, and how much was lost.
struct Queue {
    pieces: SyncSender<Piece>,
    lost: Arc<AtomicU64>,
}

enum Piece {
    Line(Vec<u8>),
    /// All before it is written.
    Mark(SyncSender<()>),
}

impl Queue {
    fn put(&self, line: Vec<u8>) {
        if self.pieces.try_send(Piece::Line(line)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Standard error for log lines. A thread of its own writes them: no sink of a log may stop a thread that serves, whether it is
/// closed, full, or read by nobody.
pub(crate) struct Log;

impl Log {
    /// Begins; from then on nothing waits for standard error.
    pub(crate) fn begin() {
        let (pieces, waiting) = mpsc::sync_channel(MOST_LINES);
        let lost = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&lost);
        let writing = thread::Builder::new().name("log".into()).spawn(move || write_log(&waiting, &counted));
        if writing.is_ok() {
            let _ = LOG.set(Queue { pieces, lost });
        }
    }

    /// Waits a moment for what was said last, at the end of the process.
    pub(crate) fn end() {
        let (done, written) = mpsc::sync_channel(1);
        let sent = LOG.get().is_some_and(|log| log.pieces.try_send(Piece::Mark(done)).is_ok());
        if sent {
            let _ = written.recv_timeout(LAST_LINES);
        }
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match LOG.get() {
            Some(log) => log.put(bytes.to_vec()),
            None => write_error(bytes),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn write_log(waiting: &Receiver<Piece>, lost: &AtomicU64) {
    for piece in waiting {
        match piece {
            Piece::Line(line) => write_error(&line),
            Piece::Mark(done) => {
                let _ = done.try_send(());
            }
        }
        let missed = lost.swap(0, Ordering::Relaxed);
        if missed > 0 {
            write_error(
                format!("hansom: {missed} lines were lost: standard error did not take them in time\n").as_bytes(),
            );
        }
    }
}

fn write_error(bytes: &[u8]) {
    let _ = std::io::stderr().lock().write_all(bytes);
}

/// How standard output should look: with colours on a terminal alone, and not where somebody set `NO_COLOR`.
pub(crate) fn look() -> Look {
    let terminal = std::io::stdout().is_terminal();
    let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
        || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    let width = terminal_size::terminal_size().filter(|_| terminal).map(|(width, _)| usize::from(width.0));
    let usual = Look::default();
    Look { colours: terminal && !unwanted, width: width.unwrap_or(usual.width), ..usual }
}

/// Writes a file whole or not at all. A file that is there keeps its permissions, and a link still leads to it.
pub(crate) fn write_whole(file: &Path, text: &str) -> std::io::Result<()> {
    write_piecewise(file, |out| out.write_all(text.as_bytes()))
}

/// The same for a text that is written piece by piece.
pub(crate) fn write_piecewise(
    file: &Path,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let file = file.canonicalize().unwrap_or_else(|_| file.to_owned());
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let beside = file.with_file_name(format!(".{name}.{}.part", std::process::id()));
    let written = write_new(&beside, write, &file).and_then(|()| std::fs::rename(&beside, &file));
    if written.is_err() {
        // Nothing half-written is left; if even that fails, the first error is the one to tell.
        let _ = std::fs::remove_file(&beside);
    }
    written
}

fn write_new(
    beside: &Path,
    write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
    like: &Path,
) -> std::io::Result<()> {
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(beside)?;
    if let Ok(known) = std::fs::metadata(like) {
        file.set_permissions(known.permissions())?;
    }
    let mut buffered = BufWriter::with_capacity(PIECE, file);
    write(&mut buffered)?;
    buffered.into_inner().map_err(IntoInnerError::into_error)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::{
        io::Read,
        process::{Command, Stdio},
        time::Instant,
    };

    use super::*;

    const PANICS: &str = "HANSOM_TEST_PANICS";
    const PATIENCE: Duration = Duration::from_secs(60);

    /// What a child of the next test does.
    fn panic_often() -> ! {
        Log::begin();
        tell_panics();
        for _ in 0..MOST_LINES + 500 {
            let panics = thread::spawn(|| panic!("{}\n\u{1b}[2J", "trouble ".repeat(20)));
            assert!(panics.join().is_err());
        }
        std::process::exit(7)
    }

    #[test]
    fn l131_panics_that_nobody_reads_of_hold_no_thread() {
        if std::env::var_os(PANICS).is_some() {
            panic_often();
        }
        let own = std::env::current_exe().expect("a test has a file");
        let name = "saying::tests::l131_panics_that_nobody_reads_of_hold_no_thread";
        let mut command = Command::new(own);
        command.args(["--exact", name, "--nocapture"]).env(PANICS, "1").env_remove("RUST_BACKTRACE");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("it starts");
        let began = Instant::now();
        let code = loop {
            match child.try_wait().expect("it can be asked") {
                Some(status) => break status.code(),
                None if began.elapsed() > PATIENCE => {
                    child.kill().expect("it can be ended");
                    break child.wait().expect("it ends").code();
                }
                None => thread::sleep(Duration::from_millis(10)),
            }
        };
        assert_eq!(code, Some(7), "a thread that panics waits for no reader");
        let mut told = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut told).expect("text");
        assert!(told.len() > 60 * 1024, "the pipe was full");
        let first = told.lines().next().unwrap_or_default();
        assert!(first.starts_with("hansom: thread \"\" panicked at crates/hansom/src/saying.rs:"), "{first}");
        assert!(first.contains(": trouble trouble ") && !told.contains('\u{1b}'), "{first}");
    }
}
