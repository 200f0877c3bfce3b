//! What is the least that passing a request on can cost on this machine?
//!
//! ```text
//! floor HOST:PORT UPSTREAM
//! ```
//!
//! A relay that looks at nothing: of each message one read and one write, on connections that stay, in one thread. It has no
//! head to read, no clock, no memory to get. What it costs is the operating system's; what a proxy costs above it is its own.
#![expect(clippy::disallowed_methods, reason = "it is a program of its own and reads its words")]

use std::{
    error::Error,
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
};

use rustix::{
    buffer::spare_capacity,
    event::epoll::{self, CreateFlags, EventData, EventFlags},
    fd::OwnedFd,
};

/// A request or an answer fits in one.
const ONE_READ: usize = 16 * 1024;
const MOST_EVENTS: usize = 256;
const LISTENER: u64 = u64::MAX;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [address, upstream] = words.as_slice() else { return Err("floor HOST:PORT UPSTREAM".into()) };
    let listener = TcpListener::bind(address)?;
    let mut floor = Floor { epoll: epoll::create(CreateFlags::CLOEXEC)?, pairs: vec![], buffer: vec![0; ONE_READ] };
    epoll::add(&floor.epoll, &listener, EventData::new_u64(LISTENER), EventFlags::IN)?;
    let mut events = Vec::with_capacity(MOST_EVENTS);
    loop {
        epoll::wait(&floor.epoll, spare_capacity(&mut events), None)?;
        for event in events.drain(..) {
            match event.data.u64() {
                LISTENER => floor.join(listener.accept()?.0, TcpStream::connect(upstream)?)?,
                side => floor.pass_on(usize::try_from(side)?),
            }
        }
    }
}

struct Floor {
    epoll: OwnedFd,
    /// A client's connection and the upstream's, which it has for itself. The two sides of pair N are 2 N and 2 N + 1.
    pairs: Vec<Option<[TcpStream; 2]>>,
    buffer: Vec<u8>,
}

impl Floor {
    fn join(&mut self, client: TcpStream, upstream: TcpStream) -> io::Result<()> {
        let pair = [client, upstream];
        for (side, stream) in pair.iter().enumerate() {
            stream.set_nonblocking(true)?;
            stream.set_nodelay(true)?;
            let number = EventData::new_u64((self.pairs.len() * 2 + side) as u64);
            epoll::add(&self.epoll, stream, number, EventFlags::IN | EventFlags::ET)?;
        }
        self.pairs.push(Some(pair));
        Ok(())
    }

    /// Passes on what came from a side. The pair ends with either side, or where a message does not fit.
    fn pass_on(&mut self, side: usize) {
        let Some(pair) = self.pairs.get_mut(side / 2) else { return };
        let Some([client, upstream]) = pair else { return };
        let (from, to) = if side.is_multiple_of(2) { (client, upstream) } else { (upstream, client) };
        let passed = from.read(&mut self.buffer).and_then(|count| match count {
            0 | ONE_READ => Ok(false),
            count => to.write_all(self.buffer.get(..count).unwrap_or_default()).map(|()| true),
        });
        if !passed.unwrap_or(false) {
            *pair = None;
        }
    }
}
