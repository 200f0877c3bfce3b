//! How does a server misbehave on purpose?

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use hansom_gateway::snapshot::Target;
use socket2::SockRef;

use crate::stage::Stage;

/// What a server does next on a connection.
#[derive(Clone, Debug)]
pub enum Act {
    /// Reads until the head of a request is whole.
    Head,
    /// Reads so many bytes more.
    Take(usize),
    /// Writes.
    Say(Vec<u8>),
    /// Waits for so many milliseconds.
    Pause(u64),
    /// Waits until the test lets it go on.
    Await(Arc<AtomicBool>),
    /// Writes without end, and counts the bytes.
    Flood(Arc<AtomicU64>),
    /// Closes.
    Close,
    /// Closes so that the other side is told of an error.
    Reset,
}

/// Reads a request, then writes.
pub fn answering(answer: impl AsRef<[u8]>) -> Vec<Act> {
    vec![Act::Head, say(answer)]
}

pub fn say(bytes: impl AsRef<[u8]>) -> Act {
    Act::Say(bytes.as_ref().to_vec())
}

/// A server that does the same on every connection, and then takes whatever comes without a word.
pub struct Scripted {
    pub address: SocketAddr,
    heard: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Scripted {
    pub fn start(script: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("bound");
        let heard: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
        let shared = Arc::clone(&heard);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let number = {
                    let mut heard = shared.lock().expect("not poisoned");
                    heard.push(vec![]);
                    heard.len() - 1
                };
                let (script, heard) = (script.clone(), Arc::clone(&shared));
                std::thread::spawn(move || perform(stream, &script, number, &heard));
            }
        });
        Self { address, heard }
    }

    /// What came on each connection.
    pub fn heard(&self) -> Vec<String> {
        let heard = self.heard.lock().expect("not poisoned");
        heard.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
    }

    /// How many requests came on each connection.
    pub fn requests(&self) -> Vec<usize> {
        self.heard().iter().map(|bytes| bytes.matches(" HTTP/1.1\r\n").count()).collect()
    }
}

fn perform(mut stream: TcpStream, script: &[Act], number: usize, heard: &Mutex<Vec<Vec<u8>>>) {
    let _ = stream.set_nodelay(true);
    let more = |stream: &mut TcpStream| {
        let mut space = [0; 4096];
        let count = stream.read(&mut space).unwrap_or(0);
        heard.lock().expect("not poisoned")[number].extend_from_slice(&space[..count]);
        count
    };
    let (mut came, mut used) = (0, 0);
    for act in script {
        match act {
            Act::Head => loop {
                let end =
                    heard.lock().expect("not poisoned")[number][used..].windows(4).position(|at| at == b"\r\n\r\n");
                if let Some(end) = end {
                    used += end + 4;
                    break;
                }
                match more(&mut stream) {
                    0 => return,
                    count => came += count,
                }
            },
            Act::Take(wanted) => {
                used += wanted;
                while came < used {
                    match more(&mut stream) {
                        0 => return,
                        count => came += count,
                    }
                }
            }
            Act::Say(bytes) => {
                let _ = stream.write_all(bytes);
            }
            Act::Pause(millis) => std::thread::sleep(Duration::from_millis(*millis)),
            Act::Await(goes_on) => {
                while !goes_on.load(Ordering::SeqCst) {
                    std::thread::sleep(Duration::from_millis(2));
                }
            }
            Act::Flood(bytes) => {
                while let Ok(count) = stream.write(&[b'f'; 16_384]) {
                    bytes.fetch_add(count as u64, Ordering::SeqCst);
                }
                return;
            }
            Act::Close => return,
            Act::Reset => {
                let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
                return;
            }
        }
    }
    while more(&mut stream) > 0 {}
}

impl Stage {
    /// A gateway before a server that does this on every connection.
    pub fn before(script: Vec<Act>) -> (Self, Scripted) {
        let (stage, scripted) = (Self::new(), Scripted::start(script));
        stage.send_to(scripted.address);
        (stage, scripted)
    }

    /// From now on rents are at that address.
    pub fn send_to(&self, address: SocketAddr) {
        self.swap(|document| {
            let target = Target::Upstreams {
                urls: vec![format!("http://{address}")],
                timeout_ms: 400,
                options: Default::default(),
            };
            document.environments[0].versions[0].target = target;
        });
    }
}
