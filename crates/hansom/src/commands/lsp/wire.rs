//! How do messages travel between an editor and us (the base protocol of LSP)?

use std::io::{BufRead, Read, Write};

use serde_json::Value;

/// A message holds a document at most, whose quotes and line ends are escaped.
const MOST_BYTES: u64 = 128 * 1024 * 1024;
/// All lines of a header.
const MOST_HEADER: u64 = 8 * 1024;

/// What came in.
#[derive(Debug)]
pub(super) enum Arrival {
    /// A message.
    Message(Value),
    /// Something framed as a message that is none; the next one may be.
    Malformed(String),
    /// Something of which nobody can say where it ends.
    Lost(String),
    /// Nothing comes any more.
    End,
}

/// Waits for the next message.
pub(super) fn receive(input: &mut impl BufRead) -> Arrival {
    let length = match header(input) {
        Ok(Some(length)) => length,
        Ok(None) => return Arrival::End,
        Err(why) => return Arrival::Lost(why),
    };
    if length > MOST_BYTES {
        return match std::io::copy(&mut input.take(length), &mut std::io::sink()) {
            Ok(read) if read == length => {
                Arrival::Malformed(format!("the message has {length} bytes, the most is {MOST_BYTES}"))
            }
            _ => Arrival::End,
        };
    }
    // Read as it comes, so that no memory is reserved for what is only announced.
    let mut body = Vec::new();
    match input.take(length).read_to_end(&mut body) {
        Ok(read) if read as u64 == length => {}
        _ => return Arrival::End,
    }
    match serde_json::from_slice(&body) {
        Ok(message) => Arrival::Message(message),
        Err(error) => Arrival::Malformed(format!("the message is no JSON: {error}")),
    }
}

/// How long the message is by its header; nothing at the end of all messages.
fn header(input: &mut impl BufRead) -> Result<Option<u64>, String> {
    let mut length = None;
    let mut input = input.take(MOST_HEADER);
    let mut first = true;
    loop {
        let mut line = Vec::new();
        let read = input.read_until(b'\n', &mut line).map_err(|error| error.to_string())?;
        if read == 0 && first {
            return Ok(None);
        }
        if !line.ends_with(b"\n") {
            return Err("a header has no end".to_owned());
        }
        first = false;
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end();
        if line.is_empty() {
            return length.map(Some).ok_or_else(|| "a header has no Content-Length".to_owned());
        }
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("Content-Length")
        {
            length = Some(value.trim().parse().map_err(|_| "Content-Length is no number".to_owned())?);
        }
    }
}

/// Sends a message.
pub(super) fn send(output: &mut impl Write, message: &Value) -> std::io::Result<()> {
    let body = message.to_string();
    write!(output, "Content-Length: {}\r\n\r\n{body}", body.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(bytes: &[u8]) -> Vec<String> {
        let mut input = bytes;
        let mut all = Vec::new();
        loop {
            let arrival = receive(&mut input);
            let last = matches!(arrival, Arrival::End | Arrival::Lost(_));
            all.push(format!("{arrival:?}"));
            if last {
                return all;
            }
        }
    }

    #[test]
    fn what_is_no_json_does_not_end_the_talk() {
        let all = received(b"Content-Length: 2\r\n\r\n{]content-length: 4\r\nX: y\r\n\r\ntrue");
        assert!(all[0].starts_with("Malformed"), "{all:?}");
        assert_eq!(all[1..], ["Message(Bool(true))", "End"]);
    }

    #[test]
    fn what_has_no_end_is_lost() {
        let long = [b"x".as_slice(); 9000].concat();
        for bytes in [b"hello\n\n".as_slice(), b"Content-Length: -1\r\n\r\n", b"Content-Length: 1", &long] {
            let all = received(bytes);
            assert!(all.len() == 1 && all[0].starts_with("Lost"), "{all:?}");
        }
    }

    #[test]
    fn announced_memory_is_not_reserved() {
        for length in ["99", "99999999999999999"] {
            let message = format!("Content-Length: {length}\r\n\r\n{{}}");
            assert_eq!(received(message.as_bytes()), ["End"]);
        }
    }
}
