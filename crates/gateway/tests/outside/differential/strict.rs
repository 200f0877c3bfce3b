//! What does a server read that forgives nothing?
//!
//! Written anew, and not with the gateway's own reader: two that share a fault agree.

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

/// The requests of one mark, and whether something could not be read.
type Record = (Vec<(String, Vec<u8>)>, bool);

/// A server that writes down what it reads.
pub struct Recorder {
    pub address: SocketAddr,
    records: Arc<Mutex<HashMap<String, Record>>>,
}

impl Recorder {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let records: Arc<Mutex<HashMap<String, Record>>> = Arc::default();
        let shared = Arc::clone(&records);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let records = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &records));
            }
        });
        Self { address, records }
    }

    /// What was read of a case.
    pub fn of(&self, mark: &str) -> Record {
        self.records.lock().expect("not poisoned").get(mark).cloned().unwrap_or_default()
    }
}

fn serve(mut stream: TcpStream, records: &Mutex<HashMap<String, Record>>) {
    let _ = stream.set_nodelay(true);
    let (mut bytes, mut space) = (vec![], [0; 8192]);
    loop {
        match request(&bytes) {
            Ok(Some((target, body, used))) => {
                bytes.drain(..used);
                let (mark, name) = mark(&target);
                records.lock().expect("not poisoned").entry(mark).or_default().0.push((name, body));
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                continue;
            }
            Ok(None) => {}
            Err(Strange) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let target = text.split(' ').nth(1).unwrap_or_default().to_owned();
                records.lock().expect("not poisoned").entry(mark(&target).0).or_default().1 = true;
                let _ = stream.write_all(b"HTTP/1.1 400 Strange\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                return;
            }
        }
        match stream.read(&mut space) {
            Ok(0) | Err(_) => return,
            Ok(count) => bytes.extend_from_slice(&space[..count]),
        }
    }
}

/// A target ends with `CASE-NAME`, such as `h17-first`.
fn mark(target: &str) -> (String, String) {
    let last = target.rsplit(['/', '?']).next().unwrap_or_default();
    let (mark, name) = last.split_once('-').unwrap_or((last, ""));
    (mark.to_owned(), name.to_owned())
}

/// What is no request of RFC 9112 to a reader that forgives nothing.
#[derive(Debug, PartialEq, Eq)]
pub struct Strange;

/// The next request: its target, its body, how many bytes it is. `None` if it is not whole.
pub fn request(bytes: &[u8]) -> Result<Option<(String, Vec<u8>, usize)>, Strange> {
    let Some(end) = bytes.windows(4).position(|at| at == b"\r\n\r\n") else {
        return if bytes.len() > 100_000 { Err(Strange) } else { Ok(None) };
    };
    let head = std::str::from_utf8(&bytes[..end]).map_err(|_| Strange)?;
    if head.replace("\r\n", "").contains(|letter: char| letter.is_control() && letter != '\t') {
        return Err(Strange);
    }
    let mut lines = head.split("\r\n");
    let parts: Vec<&str> = lines.next().unwrap_or_default().split(' ').collect();
    let [method, target, "HTTP/1.1" | "HTTP/1.0"] = parts[..] else { return Err(Strange) };
    let is_token = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
    };
    if !is_token(method) || !target.bytes().all(|byte| (0x21..0x7f).contains(&byte)) {
        return Err(Strange);
    }
    let (mut lengths, mut codings, mut hosts) = (vec![], vec![], 0);
    for line in lines {
        let (name, value) = line.split_once(':').ok_or(Strange)?;
        if !is_token(name) {
            return Err(Strange);
        }
        let value = value.trim_matches([' ', '\t']);
        match name.to_ascii_lowercase().as_str() {
            "content-length" => lengths.push(value.to_owned()),
            "transfer-encoding" => codings.push(value.to_owned()),
            "host" => hosts += 1,
            _ => {}
        }
    }
    if hosts != 1 {
        return Err(Strange);
    }
    let after = &bytes[end + 4..];
    let body = match (lengths.as_slice(), codings.as_slice()) {
        ([], []) => Some((vec![], 0)),
        ([length], []) if !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit()) => {
            let length: usize = length.parse().map_err(|_| Strange)?;
            after.get(..length).map(|body| (body.to_vec(), length))
        }
        ([], [coding]) if coding.eq_ignore_ascii_case("chunked") => chunks(after)?,
        _ => return Err(Strange),
    };
    Ok(body.map(|(body, used)| (target.to_owned(), body, end + 4 + used)))
}

fn chunks(bytes: &[u8]) -> Result<Option<(Vec<u8>, usize)>, Strange> {
    let (mut body, mut at) = (vec![], 0);
    let line = |at: usize| bytes[at..].windows(2).position(|two| two == b"\r\n").map(|length| &bytes[at..at + length]);
    loop {
        let Some(size) = line(at) else { return Ok(None) };
        at += size.len() + 2;
        let size = std::str::from_utf8(size)
            .ok()
            .filter(|size| !size.is_empty() && size.bytes().all(|byte| byte.is_ascii_hexdigit()));
        let size = usize::from_str_radix(size.ok_or(Strange)?, 16).map_err(|_| Strange)?;
        if size == 0 {
            break;
        }
        let Some(data) = bytes.get(at..at + size + 2) else { return Ok(None) };
        if !data.ends_with(b"\r\n") {
            return Err(Strange);
        }
        body.extend_from_slice(&data[..size]);
        at += size + 2;
    }
    loop {
        let Some(trailer) = line(at) else { return Ok(None) };
        at += trailer.len() + 2;
        if trailer.is_empty() {
            return Ok(Some((body, at)));
        }
        if !trailer.contains(&b':') {
            return Err(Strange);
        }
    }
}

#[test]
fn the_strict_reader_reads_what_is_right_and_nothing_else() {
    let good = "POST /x/h1-a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhiPOST";
    assert_eq!(request(good.as_bytes()), Ok(Some(("/x/h1-a".into(), b"hi".to_vec(), good.len() - 4))));
    let chunked = "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
    assert_eq!(request(chunked.as_bytes()), Ok(Some(("/x".into(), b"hi".to_vec(), chunked.len()))));
    for part in ["POST /x HTTP/1.1\r\nHost: a\r\n", "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nh"] {
        assert_eq!(request(part.as_bytes()), Ok(None), "{part:?}");
    }
    for bad in [
        "POST /x HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 2\r\nHost: a\r\n\r\nhi",
        "POST /x HTTP/1.1\nHost: a\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: +2\r\n\r\nhi",
        "POST /x HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n",
        "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\nhi\r\n",
    ] {
        assert_eq!(request(bad.as_bytes()), Err(Strange), "{bad:?}");
    }
}
