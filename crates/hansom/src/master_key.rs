//! Where does the master key come from?

use std::{
    io::{self, Read, Write},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc,
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use hansom_domain::Chance;
use zeroize::Zeroizing;

use crate::{
    config::{Config, Role},
    failure::{Doing, Failure},
    platform::write_secret,
};

/// A command has so long to unwrap the key.
const PATIENCE: Duration = Duration::from_secs(15);
/// And may print so much.
const MOST_BYTES: u64 = 4096;
/// What it is given is no longer either.
const MOST_WRAPPED: u64 = 64 * 1024;

/// 256 bits that everything else is sealed with; wiped when it is dropped.
pub(crate) type MasterKey = Zeroizing<[u8; 32]>;

/// The master key from where the configuration says.
pub(crate) fn of(config: &Config, chance: &Chance) -> Result<MasterKey, Failure> {
    let keys = &config.keys;
    if let Some(file) = &keys.master_key_file {
        return of_file(file, config.role, chance);
    }
    if let Some(name) = &keys.master_key_variable {
        let text = std::env::var(name).map(Zeroizing::new);
        let text = text
            .map_err(|_| Failure::broke(format!("the environment has no variable {name}; it holds the master key")))?;
        return read(&text).ok_or_else(|| unread(&format!("the environment variable {name}")));
    }
    match (&keys.master_key_command, &keys.wrapped_key_file) {
        (Some(command), Some(wrapped)) => of_command(command, wrapped),
        _ => Err(Failure::refused("[keys] names no master key")),
    }
}

/// The master key of a file; made, readable by its owner alone, if there is none and the role is not of those who must have
/// that of others.
pub(crate) fn of_file(file: &Path, role: Role, chance: &Chance) -> Result<MasterKey, Failure> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => Zeroizing::new(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound && role.serves_hub() => {
            let text = Zeroizing::new(chance.hex(32));
            write_secret(file, text.as_bytes())?;
            text
        }
        Err(error) => {
            return Err(Failure::broke(format!("{} cannot be read: {error}", file.display())));
        }
    };
    read(&text).ok_or_else(|| unread(&file.display().to_string()))
}

fn unread(what: &str) -> Failure {
    Failure::broke(format!("{what} is no master key: 64 hexadecimal characters are expected, or 32 bytes in base64"))
}

/// 64 hexadecimal characters, or 32 bytes in base64, as key services print them.
fn read(text: &str) -> Option<MasterKey> {
    let text = text.trim();
    let bytes = if text.len() == 64 {
        let pairs = text.as_bytes().chunks(2);
        let pairs = pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        Zeroizing::new(pairs.collect::<Option<Vec<u8>>>()?)
    } else {
        Zeroizing::new(STANDARD.decode(text).ok()?)
    };
    let mut key = Zeroizing::new([0; 32]);
    if bytes.len() != key.len() {
        return None;
    }
    key.copy_from_slice(&bytes);
    Some(key)
}

/// Has a program unwrap the key. No shell is asked, so that nothing in a name or an argument means anything else.
fn of_command(command: &[String], wrapped: &Path) -> Result<MasterKey, Failure> {
    let (program, arguments) =
        command.split_first().ok_or_else(|| Failure::refused("[keys] master_key_command is empty"))?;
    let mut given = vec![];
    let file = std::fs::File::open(wrapped).doing(format!("{} cannot be read", wrapped.display()))?;
    file.take(MOST_WRAPPED).read_to_end(&mut given).doing(format!("{} cannot be read", wrapped.display()))?;
    let what = format!("the master key's command {program}");
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .doing(format!("{what} could not be started"))?;
    let (input, output) = (child.stdin.take(), child.stdout.take());
    // Each end has its own thread: a program that reads nothing, or prints without end, keeps neither the other nor us waiting.
    std::thread::spawn(move || input.map(|mut input| input.write_all(&given)));
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || {
        let mut printed = Zeroizing::new(Vec::with_capacity(MOST_BYTES as usize + 1));
        let read = output.map(|output| output.take(MOST_BYTES + 1).read_to_end(&mut printed));
        let _ = tell.send(read.map(|read| read.map(|_| printed)));
    });
    let printed = told.recv_timeout(PATIENCE);
    let ended = ended(&mut child);
    let Ok(Some(Ok(printed))) = printed else {
        return Err(Failure::broke(format!("{what} did not print the master key within 15 seconds")));
    };
    if printed.len() as u64 > MOST_BYTES {
        return Err(Failure::broke(format!("{what} printed more than a master key")));
    }
    match ended {
        Some(status) if status.success() => {}
        Some(status) => return Err(Failure::broke(format!("{what} failed: {status}"))),
        None => return Err(Failure::broke(format!("{what} did not end within 15 seconds"))),
    }
    std::str::from_utf8(&printed).ok().and_then(read).ok_or_else(|| unread(&format!("what {what} printed")))
}

/// How the program ended; one that goes on without a word is ended.
fn ended(child: &mut std::process::Child) -> Option<std::process::ExitStatus> {
    for _ in 0..100 {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = child.kill();
    let _ = child.wait();
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(words: &[&str], wrapped: &str) -> Result<MasterKey, Failure> {
        static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = COUNT.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let file = std::env::temp_dir().join(format!("hansom-wrapped-{}-{number}", std::process::id()));
        std::fs::write(&file, wrapped).unwrap();
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        let key = of_command(&words, &file);
        std::fs::remove_file(&file).unwrap();
        key
    }

    #[test]
    fn a_master_key_is_hexadecimal_or_base64_and_32_bytes_long() {
        let hex = "0f".repeat(32);
        assert_eq!(*read(&hex).unwrap(), [15; 32]);
        assert_eq!(*read(&format!(" {} \n", STANDARD.encode([15; 32]))).unwrap(), [15; 32]);
        for wrong in ["", "0f", &"zz".repeat(32), &"0f".repeat(31), &STANDARD.encode([15; 31]), &"é".repeat(32)] {
            assert!(read(wrong).is_none(), "{wrong:?}");
        }
    }

    #[test]
    fn a_command_is_given_the_wrapped_key_and_prints_the_master_key() {
        let key = command(&["cat"], &"0f".repeat(32)).map_err(|failure| failure.text().to_owned()).unwrap();
        assert_eq!(*key, [15; 32]);
    }

    #[test]
    fn a_command_that_fails_babbles_or_is_a_line_of_shell_gives_no_key() {
        let hex = "0f".repeat(32);
        for (words, wrapped) in [
            (vec!["false"], hex.as_str()),
            (vec!["cat"], "no key"),
            (vec!["yes"], &hex),
            (vec!["cat; true"], &hex),
            (vec!["sh", "-c", "cat; exit 3"], &hex),
        ] {
            assert!(command(&words, wrapped).is_err(), "{words:?}");
        }
    }
}
