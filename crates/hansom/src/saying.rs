//! How does a command say what it has to say: to a terminal, to a pipe, to a file?

use std::{
    io::{BufWriter, ErrorKind, IntoInnerError, IsTerminal, Write},
    path::Path,
};

use hansom_standards::report::Look;

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

/// Writes a line about the process itself to standard error. A process whose standard error is closed or full goes on.
pub(crate) fn tell(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "hansom: {line}");
}

/// Standard error for log lines, which are lost where it is closed or full: no sink of a log may stop the process.
pub(crate) struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let _ = std::io::stderr().lock().write_all(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
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
