//! Which bytes do servers read differently?
//!
//! Written by hand and combined: every class of disagreement that is known between servers, in our own words.

/// Bytes for a connection: a request, and behind it another one, or what looks like it.
pub struct Case {
    /// In which way it could be read differently.
    pub class: &'static str,
    /// By which its requests are known.
    pub mark: String,
    pub bytes: Vec<u8>,
}

impl Case {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// Where a mark is to stand in a case.
const MARK: &str = "@MARK@";

/// All cases, marked with a letter and their number; all marks are of one length, as lengths are told in the cases.
pub fn all(letter: char) -> Vec<Case> {
    let mut cases: Vec<(&'static str, Vec<u8>)> = vec![];
    transfer_encodings(&mut cases);
    lengths(&mut cases);
    chunks(&mut cases);
    fields(&mut cases);
    request_lines(&mut cases);
    hosts(&mut cases);
    connections(&mut cases);
    let marked = cases.into_iter().enumerate().map(|(number, (class, bytes))| {
        let mark = format!("{letter}{number:04}");
        Case { class, bytes: replace(&bytes, MARK.as_bytes(), mark.as_bytes()), mark }
    });
    marked.collect()
}

pub fn replace(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut out = vec![];
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at..].starts_with(old) {
            out.extend_from_slice(new);
            at += old.len();
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}

/// A request that somebody may smuggle, or that simply comes next.
fn second() -> String {
    format!("POST /rents/v1/anything/{MARK}-second HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
}

fn post(fields: &str, body: &str) -> Vec<u8> {
    format!("POST /rents/v1/anything/{MARK}-first HTTP/1.1\r\nHost: x\r\n{fields}\r\n{body}{}", second()).into_bytes()
}

fn transfer_encodings(cases: &mut Vec<(&'static str, Vec<u8>)>) {
    for line in CODINGS {
        // The body is nothing to a reader of chunks, and holds a request to a reader of lengths; and the other way round.
        let chunked = "0\r\n\r\n";
        let length = chunked.len() + second().replace(MARK, "h0100").len();
        cases.push(("transfer-encoding", post(&format!("{line}\r\n"), chunked)));
        cases.push(("length and coding", post(&format!("Content-Length: {length}\r\n{line}\r\n"), chunked)));
        cases.push(("length and coding", post(&format!("{line}\r\nContent-Length: 5\r\n"), chunked)));
        cases.push(("length and coding", post(&format!("Content-Length: 0\r\n{line}\r\n"), chunked)));
    }
    let old = |fields: &str, body: &str| {
        let request = String::from_utf8(post(fields, body)).expect("text");
        request.replacen("HTTP/1.1", "HTTP/1.0", 1).into_bytes()
    };
    for keep in ["", "Connection: keep-alive\r\n"] {
        cases.push(("transfer-encoding", old(&format!("{keep}Transfer-Encoding: chunked\r\n"), "0\r\n\r\n")));
        cases.push((
            "length and coding",
            old(&format!("{keep}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), "0\r\n\r\n"),
        ));
        cases.push(("lengths", old(&format!("{keep}Content-Length: 5\r\n"), "hello")));
        cases.push(("lengths", old(keep, "")));
    }
}

fn lengths(cases: &mut Vec<(&'static str, Vec<u8>)>) {
    for value in LENGTHS {
        cases.push(("lengths", post(&format!("Content-Length: {value}\r\n"), "hello")));
    }
    for fields in LENGTH_FIELDS {
        cases.push(("lengths", post(fields, "hello")));
    }
    for method in ["GET", "HEAD", "DELETE", "OPTIONS", "PUT"] {
        let request = String::from_utf8(post("Content-Length: 5\r\n", "hello")).expect("text");
        cases.push(("methods", request.replacen("POST", method, 1).into_bytes()));
        let request =
            String::from_utf8(post("Transfer-Encoding: chunked\r\n", "5\r\nhello\r\n0\r\n\r\n")).expect("text");
        cases.push(("methods", request.replacen("POST", method, 1).into_bytes()));
    }
}

fn chunks(cases: &mut Vec<(&'static str, Vec<u8>)>) {
    let mut add = |class, body: &str| cases.push((class, post("Transfer-Encoding: chunked\r\n", body)));
    for size in CHUNK_SIZES {
        add("chunk sizes", &format!("{size}\r\nhello\r\n0\r\n\r\n"));
    }
    for (class, body) in CHUNKED_BODIES {
        add(class, body);
    }
}

fn fields(cases: &mut Vec<(&'static str, Vec<u8>)>) {
    for field in FIELDS {
        cases.push(("fields", post(&format!("{field}\r\nContent-Length: 5\r\n"), "hello")));
        cases.push(("fields", post(&format!("Content-Length: 5\r\n{field}\r\n"), "hello")));
    }
    // The end of the head, in ways that some take for it.
    let plain = String::from_utf8(post("Content-Length: 5\r\n", "hello")).expect("text");
    for end in ["\n\n", "\r\n\n", "\n\r\n", "\r\r\n\r\n", "\r\n\r\r\n", "\r\n \r\n", "\r\n\0\r\n"] {
        cases.push(("ends of heads", plain.replacen("\r\n\r\n", end, 1).into_bytes()));
    }
    cases.push(("ends of heads", plain.replace("\r\n", "\n").into_bytes()));
    cases.push(("ends of heads", plain.replace("\r\n", "\r").into_bytes()));
}

fn request_lines(cases: &mut Vec<(&'static str, Vec<u8>)>) {
    let path = format!("/rents/v1/anything/{MARK}-first");
    for line in [
        format!("POST  {path} HTTP/1.1"),
        format!("POST {path}  HTTP/1.1"),
        format!(" POST {path} HTTP/1.1"),
        format!("POST {path} HTTP/1.1 "),
        format!("POST\t{path}\tHTTP/1.1"),
        format!("POST {path}"),
        format!("POST {path} "),
        format!("POST {path} HTTP/1.1 HTTP/1.1"),
        format!("POST {path} HTTP/1.2"),
        format!("POST {path} HTTP/0.9"),
        format!("POST {path} HTTP/2.0"),
        format!("POST {path} HTTP/1.01"),
        format!("POST {path} HTTP/01.1"),
        format!("POST {path} HTTP/1"),
        format!("POST {path} HTTP/1.x"),
        format!("POST {path} HTTP/1.1x"),
        format!("POST {path} http/1.1"),
        format!("POST {path} HTTP 1.1"),
        format!("post {path} HTTP/1.1"),
        format!("P\0ST {path} HTTP/1.1"),
        format!("P(ST {path} HTTP/1.1"),
        format!("POST {path}\0 HTTP/1.1"),
        format!("POST {path}\rx HTTP/1.1"),
        format!("POST {path}\u{b} HTTP/1.1"),
        format!("POST http://x{path} HTTP/1.1"),
        format!("POST http://y{path} HTTP/1.1"),
        format!("POST x{path} HTTP/1.1"),
        format!("\r\nPOST {path} HTTP/1.1"),
        format!("\r\n\r\n\r\n\r\nPOST {path} HTTP/1.1"),
        format!("\nPOST {path} HTTP/1.1"),
        format!("\rPOST {path} HTTP/1.1"),
        format!("POST {path} HTTP/1.1\r"),
        format!("POST /rents/v1/\u{e9}/{MARK}-first HTTP/1.1"),
        format!("POST /rents/v1/anything/../anything/{MARK}-first HTTP/1.1"),
        format!("POST /rents/v1/anything//{MARK}-first HTTP/1.1"),
        format!("POST {path}#x HTTP/1.1"),
        "POST * HTTP/1.1".to_owned(),
    ] {
        let rest = format!("\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello{}", second());
        cases.push(("request lines", format!("{line}{rest}").into_bytes()));
    }
}

fn hosts(cases: &mut Vec<(&'static str, Vec<u8>)>) {
    for hosts in [
        "",
        "Host: x\r\nHost: x\r\n",
        "Host: x\r\nHost: y\r\n",
        "Host:\r\n",
        "Host: x y\r\n",
        "Host: x, y\r\n",
        "Host: a@x\r\n",
        "Host: x:99999\r\n",
        "Host: x:+80\r\n",
        "Host: x/y\r\n",
        "Host: x#y\r\n",
        "Host: \0\r\n",
        "Host : x\r\n",
        "Host: [::1\r\n",
        "Host: x\r\n y\r\n",
        "host: X\r\n",
        "Host: x.\r\n",
        "Host: x_y\r\n",
    ] {
        let head = format!(
            "POST /rents/v1/anything/{MARK}-first HTTP/1.1\r\n{hosts}Content-Length: 5\r\n\r\nhello{}",
            second()
        );
        cases.push(("hosts", head.into_bytes()));
    }
}

fn connections(cases: &mut Vec<(&'static str, Vec<u8>)>) {
    for fields in [
        "Connection: close\r\n",
        "Connection: keep-alive\r\n",
        "Connection: close, keep-alive\r\n",
        "Connection: keep-alive, close\r\n",
        "Connection: content-length\r\n",
        "Connection: content-length, host\r\n",
        "Connection: upgrade\r\nUpgrade: websocket\r\n",
        "Connection: upgrade\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n",
        "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n",
        "Proxy-Connection: close\r\n",
        "Keep-Alive: timeout=1\r\n",
        "Expect: 100-continue\r\n",
        "Expect: x\r\n",
        "Expect: 100-continue, 100-continue\r\n",
        "TE: trailers\r\n",
        "Trailer: Content-Length\r\n",
        "Content-Encoding: gzip\r\n",
        "X-HTTP-Method-Override: GET\r\n",
    ] {
        cases.push(("connections", post(&format!("{fields}Content-Length: 5\r\n"), "hello")));
    }
}

const CODINGS: &[&str] = &[
    "Transfer-Encoding: chunked",
    "transfer-encoding:chunked",
    "TRANSFER-ENCODING: CHUNKED",
    "Transfer-Encoding: \tchunked \t",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
    "Transfer-Encoding: chunked, chunked",
    "Transfer-Encoding: chunked, identity",
    "Transfer-Encoding: identity, chunked",
    "Transfer-Encoding: gzip, chunked",
    "Transfer-Encoding: ,chunked",
    "Transfer-Encoding: chunked,",
    "Transfer-Encoding: ,",
    "Transfer-Encoding:",
    "Transfer-Encoding: identity",
    "Transfer-Encoding: x",
    "Transfer-Encoding: xchunked",
    "Transfer-Encoding: chunkedx",
    "Transfer-Encoding: chunk",
    "Transfer-Encoding: \"chunked\"",
    "Transfer-Encoding: 'chunked'",
    "Transfer-Encoding: chunked;q=1",
    "Transfer-Encoding: chunked x",
    "Transfer-Encoding: \u{b}chunked",
    "Transfer-Encoding: \u{c}chunked",
    "Transfer-Encoding: chunked\u{b}",
    "Transfer-Encoding: \0chunked",
    "Transfer-Encoding: chunked\0",
    "Transfer-Encoding: \u{a0}chunked",
    "Transfer-Encoding: chun\u{212a}ed",
    "Transfer-Encoding: \r\n chunked",
    "Transfer-Encoding:\r\n\tchunked",
    "Transfer-Encoding: chunked\r\n x",
    "Transfer-Encoding: \n chunked",
    "Transfer-Encoding : chunked",
    "Transfer-Encoding\t: chunked",
    " Transfer-Encoding: chunked",
    "Transfer_Encoding: chunked",
    "Transfer-Encoding\0: chunked",
    "\u{b}Transfer-Encoding: chunked",
    "Transfer-Encoding:: chunked",
    "Transfer Encoding: chunked",
    "X: y\nTransfer-Encoding: chunked",
    "X: y\rTransfer-Encoding: chunked",
    "Content-Encoding: chunked",
    "TE: chunked",
];

const LENGTHS: &[&str] = &[
    "5",
    "05",
    "0005",
    "00000000000000000000000000000000000000005",
    "+5",
    "-5",
    "5 ",
    " 5",
    "\t5",
    "5\t",
    "5,",
    ",5",
    "5, 5",
    "5,5",
    "5, 6",
    "5 5",
    "5;",
    "5a",
    "0x5",
    "5.0",
    "5e0",
    "5_0",
    "\"5\"",
    "'5'",
    "",
    " ",
    "five",
    "\u{b}5",
    "5\u{b}",
    "\u{c}5",
    "\x005",
    "5\0",
    "\u{665}",
    "\u{ff15}",
    "18446744073709551621",
    "4294967301",
    "9223372036854775808",
    "-0",
    "+0",
    "00",
    "\r\n 5",
    "5\r\n 0",
    "\n5",
];

const LENGTH_FIELDS: &[&str] = &[
    "Content-Length: 5\r\nContent-Length: 5\r\n",
    "Content-Length: 5\r\nContent-Length: 0\r\n",
    "Content-Length: 0\r\nContent-Length: 5\r\n",
    "Content-Length: 5\r\ncontent-length: 05\r\n",
    "Content-Length: 5\r\nContent-Length:\r\n",
    "Content-Length:\r\nContent-Length: 5\r\n",
    "Content-Length : 5\r\n",
    "Content-Length\t: 5\r\n",
    " Content-Length: 5\r\n",
    "Content_Length: 5\r\n",
    "Content-Length\0: 5\r\n",
    "Content-Length:: 5\r\n",
    "X: y\nContent-Length: 5\r\n",
    "X: y\rContent-Length: 5\r\n",
    "Content-Length: 5\n",
    "Content-Length: 5\r\nContent_Length: 0\r\n",
    "",
];

const CHUNK_SIZES: &[&str] = &[
    "5",
    "05",
    "00000005",
    "0000000000000005",
    "00000000000000005",
    "+5",
    "-5",
    " 5",
    "\t5",
    "5 ",
    "5\t",
    "0x5",
    "0X5",
    "5h",
    "5.0",
    "5_",
    "5,",
    "\"5\"",
    "",
    " ",
    "g",
    "five",
    "\x005",
    "5\0",
    "\u{b}5",
    "5\u{b}",
    "\u{665}",
    "10000000000000005",
    "100000005",
    "fffffffffffffff5",
    "5;",
    "5;a",
    "5;a=b",
    "5; a=b",
    "5 ;a",
    "5;a=\"b\"",
    "5;a=\"\r\n\"",
    "5;a\rb",
    "5;a\nb",
    "5;\0",
    "5;;",
    "5;a=",
    "5;a=\"",
    "5\r",
    "5\n",
    "5\r\r",
];

const CHUNKED_BODIES: &[(&str, &str)] = &[
    ("chunk lines", "5\nhello\n0\n\n"),
    ("chunk lines", "5\r\nhello\n0\r\n\r\n"),
    ("chunk lines", "5\nhello\r\n0\r\n\r\n"),
    ("chunk lines", "5\r\nhello0\r\n\r\n"),
    ("chunk lines", "5\r\nhelloXX0\r\n\r\n"),
    ("chunk lines", "5\r\nhello\rX0\r\n\r\n"),
    ("chunk lines", "5\r\nhello\r\r\n0\r\n\r\n"),
    ("chunk lines", "5\rXhello\r\n0\r\n\r\n"),
    ("chunk lines", "4\r\nhello\r\n0\r\n\r\n"),
    ("chunk lines", "6\r\nhello\r\n0\r\n\r\n"),
    ("chunk lines", "5\r\nhello\r\n0\n\r\n"),
    ("chunk lines", "5\r\nhello\r\n0\r\n\n"),
    ("chunk lines", "5\r\nhello\r\n0\n\n"),
    ("chunk lines", "5\r\nhello\r\n\r\n0\r\n\r\n"),
    ("chunk lines", "5\r\nhello\r\n00\r\n\r\n"),
    ("chunk lines", "5\r\nhello\r\n000000\r\n\r\n"),
    ("chunk lines", "5\r\nhello\r\n0;a\r\n\r\n"),
    ("chunk lines", "5\r\nhello\r\n0\r\nX"),
    ("chunk lines", "5\r\nhello\r\n0\r"),
    ("chunk lines", "\r\n5\r\nhello\r\n0\r\n\r\n"),
    ("trailers", "0\r\nA: b\r\n\r\n"),
    ("trailers", "0\r\nContent-Length: 5\r\n\r\n"),
    ("trailers", "0\r\nTransfer-Encoding: chunked\r\n\r\n"),
    ("trailers", "0\r\nHost: evil\r\n\r\n"),
    ("trailers", "0\r\nA : b\r\n\r\n"),
    ("trailers", "0\r\nA: b\r\n c\r\n\r\n"),
    ("trailers", "0\r\nno colon\r\n\r\n"),
    ("trailers", "0\r\n: b\r\n\r\n"),
    ("trailers", "0\r\nA: b\n\r\n"),
    ("trailers", "0\r\nA: b\n\n"),
    ("trailers", "0\r\nA: \0\r\n\r\n"),
    ("trailers", "0\r\nA: b\rc\r\n\r\n"),
    ("trailers", "0\r\n\u{e9}: b\r\n\r\n"),
    ("trailers", "0\r\n \r\n\r\n"),
];

const FIELDS: &[&str] = &[
    "A: b",
    "A:b",
    "A:\tb\t",
    "A:",
    "A: ",
    "A : b",
    "A\t: b",
    " A: b",
    "\tA: b",
    "A: b\r\n c",
    "A: b\r\n\tc",
    "A: b\r\n ",
    "A",
    ":",
    ": b",
    "A b: c",
    "A\0: b",
    "A: \0",
    "A: b\0c",
    "A: b\rc",
    "A: b\r",
    "\rA: b",
    "A: b\nC: d",
    "A: b\n c",
    "\nA: b",
    "A: b\u{1}",
    "A: b\u{7f}",
    "A\u{7f}: b",
    "A: \u{e9}",
    "\u{e9}: b",
    "(A): b",
    "A/B: c",
    "A@B: c",
    "\"A\": b",
    "A=b: c",
    "A:: b",
    "A: b: c",
    "{}: b",
    "A\u{b}: b",
    "A: b\u{b}",
    "A: b\u{c}",
    "A,B: c",
    "A;B: c",
    "[A]: b",
    "A\\: b",
];
