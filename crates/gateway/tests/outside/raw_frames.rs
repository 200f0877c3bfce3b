//! Who speaks HTTP/2 in these tests, frame by frame and as badly as it is asked to?

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
pub const PRIORITY: u8 = 2;
pub const RST_STREAM: u8 = 3;
pub const SETTINGS: u8 = 4;
pub const PING: u8 = 6;
pub const GOAWAY: u8 = 7;
pub const WINDOW_UPDATE: u8 = 8;
pub const CONTINUATION: u8 = 9;

pub const END_STREAM: u8 = 1;
pub const END_HEADERS: u8 = 4;
pub const PADDED: u8 = 8;

pub const ENHANCE_YOUR_CALM: u32 = 11;

/// What a stream came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// An answer whose status begins with that digit; 4xx that are not in the static table come as literals.
    Answer(u8),
    Reset(u32),
    GoAway(u32),
    Closed,
}

pub struct Frame {
    pub kind: u8,
    pub flags: u8,
    pub stream: u32,
    pub payload: Vec<u8>,
}

/// A client that writes frames.
pub struct Raw {
    pub stream: TcpStream,
}

impl Raw {
    /// Connects, and says the preface with these settings.
    pub fn open(to: SocketAddr, settings: &[(u16, u32)]) -> Self {
        let stream = TcpStream::connect(to).expect("the gateway listens");
        stream.set_nodelay(true).expect("it can be set");
        stream.set_read_timeout(Some(Duration::from_secs(70))).expect("it can be set");
        let mut raw = Self { stream };
        let mut bytes = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
        let settings: Vec<u8> = settings
            .iter()
            .flat_map(|(id, value)| [&id.to_be_bytes()[..], &value.to_be_bytes()[..]].concat())
            .collect();
        bytes.extend(frame(SETTINGS, 0, 0, &settings));
        raw.send(&bytes);
        raw
    }

    /// The gateway may have ended the connection before it had all.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    /// Asks for a path that anyone may ask for.
    pub fn ask(&mut self, stream: u32, path: &str) {
        let block = fields(&[(":method", "GET"), (":scheme", "http"), (":authority", "x"), (":path", path)]);
        self.send(&frame(HEADERS, END_STREAM | END_HEADERS, stream, &block));
    }

    pub fn next(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.stream.read_exact(&mut head).ok()?;
        let mut payload = vec![0; u32::from_be_bytes([0, head[0], head[1], head[2]]) as usize];
        self.stream.read_exact(&mut payload).ok()?;
        let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
        Some(Frame { kind: head[3], flags: head[4], stream, payload })
    }

    /// What the stream comes to, or the connection before it.
    pub fn end(&mut self, stream: u32) -> End {
        while let Some(frame) = self.next() {
            let code = |at: usize| u32::from_be_bytes(frame.payload[at..at + 4].try_into().expect("four bytes"));
            match frame.kind {
                GOAWAY if code(4) != 0 => return End::GoAway(code(4)),
                RST_STREAM if frame.stream == stream => return End::Reset(code(0)),
                HEADERS if frame.stream == stream => return End::Answer(status_digit(&frame.payload)),
                _ => {}
            }
        }
        End::Closed
    }

    /// How the gateway ends the connection.
    pub fn farewell(&mut self) -> End {
        self.end(u32::MAX)
    }
}

/// The first digit of a status.
fn status_digit(block: &[u8]) -> u8 {
    match block {
        [0x88..=0x8a, ..] => 2,
        [0x8b, ..] => 3,
        [0x8c | 0x8d, ..] => 4,
        [0x8e, ..] => 5,
        // A literal in Huffman code: 4 begins with 011010, 5 with 011011.
        [0x48, _, first, ..] if first >> 2 == 0b011010 => 4,
        [0x48, _, first, ..] if first >> 2 == 0b011011 => 5,
        _ => 0,
    }
}

pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let mut bytes = (payload.len() as u32).to_be_bytes()[1..].to_vec();
    bytes.extend([kind, flags]);
    bytes.extend(stream.to_be_bytes());
    bytes.extend(payload);
    bytes
}

/// A block of fields, each in full.
pub fn fields(fields: &[(&str, &str)]) -> Vec<u8> {
    let mut block = vec![];
    for (name, value) in fields {
        block.push(0);
        text(&mut block, name);
        text(&mut block, value);
    }
    block
}

/// A length in HPACK's way, and the bytes.
pub fn text(block: &mut Vec<u8>, text: &str) {
    let length = text.len();
    if length < 127 {
        block.push(length as u8);
    } else {
        block.push(127);
        let mut rest = length - 127;
        while rest >= 128 {
            block.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        block.push(rest as u8);
    }
    block.extend(text.as_bytes());
}
