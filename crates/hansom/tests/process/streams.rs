//! What becomes of long streams when their process is replaced, and of bodies that come too slowly?

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use crate::{
    running::{PATIENCE, Running, serve},
    village::{SLOW, Site},
};

/// A process, and the one that takes its place.
fn replace(site: &Site) -> Running {
    let mut next = Running(serve(&site.config, &["--replace"]).spawn().unwrap());
    let socket = site.scratch.0.join("state/handover.sock");
    let before = std::fs::symlink_metadata(&socket).unwrap();
    let is_another = || {
        use std::os::unix::fs::MetadataExt;
        std::fs::symlink_metadata(&socket).is_ok_and(|now| now.ino() != before.ino())
    };
    next.until(is_another, "it takes over");
    next
}

fn started(site: &Site) -> Running {
    let mut running = site.start();
    let socket = site.scratch.0.join("state/handover.sock");
    running.until(|| socket.exists(), "it can be replaced");
    running
}

fn websocket(site: &Site) -> TcpStream {
    let mut stream = TcpStream::connect(("127.0.0.1", site.ports.production)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let asks = "GET /trees/v1/trees HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(asks.as_bytes()).unwrap();
    let (mut head, mut byte) = (vec![], [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
    stream
}

fn echoes(stream: &mut TcpStream, word: &str) -> bool {
    let mut back = vec![0; word.len()];
    stream.write_all(word.as_bytes()).is_ok() && stream.read_exact(&mut back).is_ok() && back == word.as_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn m142_a_websocket_lives_through_a_replacement_as_long_as_the_process_before_may() {
    let site = Site::new("drain_seconds = 60").await;
    let mut running = started(&site);
    let mut talk = websocket(&site);
    assert!(echoes(&mut talk, "before"));
    let next = replace(&site);
    for turn in 0..10 {
        assert!(echoes(&mut talk, &format!("after {turn}")));
        assert!(site.answers("trees"), "and others are served by the new process");
    }
    assert!(running.0.try_wait().unwrap().is_none(), "the process before waits for it");
    drop(talk);
    assert_eq!(running.end().code(), Some(0));
    drop(next);
}

#[tokio::test(flavor = "multi_thread")]
async fn m142_a_websocket_that_outlives_the_time_to_end_is_cut() {
    let site = Site::new("drain_seconds = 1").await;
    let mut running = started(&site);
    let mut talk = websocket(&site);
    let _next = replace(&site);
    assert_eq!(running.end().code(), Some(0));
    assert!(!echoes(&mut talk, "after"));
}

/// A request over HTTP/2: what comes back after its head.
async fn ask(
    sender: &h2::client::SendRequest<bytes::Bytes>,
    path: &str,
) -> Result<(http::StatusCode, h2::RecvStream), h2::Error> {
    let request = http::Request::get(format!("http://x{path}")).body(()).unwrap();
    let (answer, _) = sender.clone().ready().await?.send_request(request, true)?;
    let answer = answer.await?;
    Ok((answer.status(), answer.into_body()))
}

async fn whole(mut body: h2::RecvStream) -> Result<usize, h2::Error> {
    let mut length = 0;
    while let Some(data) = body.data().await {
        let data = data?;
        length += data.len();
        body.flow_control().release_capacity(data.len())?;
    }
    Ok(length)
}

#[tokio::test(flavor = "multi_thread")]
async fn m142_streams_of_http2_end_whole_when_their_process_is_replaced_and_new_ones_go_to_the_next() {
    let site = Site::new("").await;
    let mut running = started(&site);
    let more = crate::village::contract("/trees", "1.1.0").replace(
        "paths:\n",
        "paths:\n  /slow:\n    get: { operationId: getSlow, responses: { '200': { description: Slow. } } }\n",
    );
    site.village.publish_contract("trees", &more).await;
    running.until(
        || {
            crate::running::get(site.ports.production, "/trees/v1/slow")
                .is_some_and(|answer| answer.starts_with("HTTP/1.1 200"))
        },
        "the slow path is live",
    );
    let connect = async || {
        let stream = tokio::net::TcpStream::connect(("127.0.0.1", site.ports.production)).await.unwrap();
        let (sender, connection) = h2::client::handshake(stream).await.unwrap();
        (sender, tokio::spawn(connection))
    };
    let (sender, connection) = connect().await;
    let mut bodies = vec![];
    for _ in 0..5 {
        let (status, body) = ask(&sender, "/trees/v1/slow").await.unwrap();
        assert_eq!(status, 200);
        bodies.push(tokio::spawn(whole(body)));
    }
    let _next = tokio::task::block_in_place(|| replace(&site));
    for body in bodies {
        assert_eq!(body.await.unwrap().unwrap(), SLOW, "a stream that had begun ends whole");
    }
    // GOAWAY, without an error.
    tokio::time::timeout(PATIENCE, connection).await.unwrap().unwrap().unwrap();
    assert!(ask(&sender, "/trees/v1/trees").await.is_err(), "the old connection takes no more");
    let (sender, _connection) = connect().await;
    assert_eq!(ask(&sender, "/trees/v1/trees").await.unwrap().0, 200);
    assert_eq!(tokio::task::block_in_place(|| running.end()).code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn d52_a_body_that_pauses_too_long_is_answered_and_ended_by_the_real_binary_too() {
    let site = Site::new("").await;
    let _running = site.start();
    let mut stream = TcpStream::connect(("127.0.0.1", site.ports.production)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
        .write_all(
            b"POST /trees/v1/trees HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 100000\r\n\r\n",
        )
        .unwrap();
    let mut dripping = stream.try_clone().unwrap();
    let drip = std::thread::spawn(move || {
        // A byte in a fifth of a second: never silent for long, and far too slow.
        for _ in 0..300 {
            if dripping.write_all(b"x").is_err() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        false
    });
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    drop(stream);
    assert!(drip.join().unwrap(), "the connection is closed");
    assert!(site.answers("trees"));
}
