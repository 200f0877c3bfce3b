//! Is a server well, asked from time to time?
//!
//! One task for each server whose manifest gives a path, however many versions, threads and snapshots have it.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use bytes::Bytes;
use h2::client::Builder;
use hansom_domain::HealthCheck;
use http::Request;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::{sleep, timeout},
};

use super::{
    connect::{HTTP_1, HTTP_2, connect},
    target::Target,
};
use crate::stream::Stream;

const LARGEST_ANSWER: usize = 1024;
const LARGEST_FIELDS: u32 = 16 * 1024;
const LONGEST_PATH: usize = 500;
const LEAST_INTERVAL: Duration = Duration::from_millis(100);

/// How a server is asked whether it is well.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Asked {
    pub(super) health: HealthCheck,
    /// Whether in HTTP/2, as its requests are.
    pub(super) http2: bool,
}

/// Refuses a path that would not be one in a request line.
pub(super) fn check_path(path: &str) -> Result<(), String> {
    let is_plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    if path.starts_with('/') && is_plain && path.len() <= LONGEST_PATH {
        return Ok(());
    }
    Err("its health path is none; it begins with / and has no spaces".into())
}

/// Begins to ask, if the server is to be asked.
pub(super) fn begin(target: &Arc<Target>) {
    if let Some(asked) = &target.asked {
        target.background.spawn(ask_on(Arc::downgrade(target), asked.clone(), target.number()));
    }
}

/// Asks until nobody has the server any more.
async fn ask_on(target: Weak<Target>, asked: Asked, number: u32) {
    let health = &asked.health;
    let (mut good, mut bad) = (0_u32, 0_u32);
    let interval = Duration::from_millis(health.interval_ms).max(LEAST_INTERVAL);
    let mut round = number;
    // All servers of a platform become known at once, and are not asked all at once.
    sleep(offset(interval, number)).await;
    while let Some(target) = target.upgrade() {
        let is_well = is_well(&target, &asked).await;
        (good, bad) = if is_well { (good.saturating_add(1), 0) } else { (0, bad.saturating_add(1)) };
        if good >= health.healthy_after.max(1) {
            target.checked(true);
        } else if bad >= health.unhealthy_after.max(1) {
            target.checked(false);
        }
        drop(target);
        round = round.wrapping_add(1);
        sleep(spread(interval, round)).await;
    }
}

/// When in the interval a server is asked first.
fn offset(interval: Duration, number: u32) -> Duration {
    let share = u32::try_from(super::scatter(number) % 1000).unwrap_or(0);
    interval.saturating_mul(share).checked_div(1000).unwrap_or_default()
}

/// The interval, up to a tenth shorter or longer, so that gateways and servers do not fall into step.
fn spread(interval: Duration, round: u32) -> Duration {
    let share = u32::try_from(super::scatter(round) % 201).unwrap_or(100);
    interval.saturating_mul(share.saturating_add(900)).checked_div(1000).unwrap_or(interval)
}

async fn is_well(target: &Arc<Target>, Asked { health, http2 }: &Asked) -> bool {
    let within = Duration::from_millis(health.timeout_ms.max(1));
    timeout(within, ask(target, &health.path, within, *http2))
        .await
        .unwrap_or_default()
        .is_some_and(|s| (200..300).contains(&s))
}

/// The status that the server answers with. Where a redirect leads is not asked.
async fn ask(target: &Arc<Target>, path: &str, within: Duration, http2: bool) -> Option<u16> {
    let mut stream = connect(target, within, if http2 { HTTP_2 } else { HTTP_1 }).await.ok()?;
    let host = target.authority().to_str().ok()?;
    // In TLS the server chooses; without, there is nothing to choose.
    if http2 && (stream.is_http2() || !matches!(stream, Stream::Tls(_))) {
        return ask_http2(stream, host, path).await;
    }
    let head = format!(
        "GET {path} HTTP/1.1\r\nhost: {host}\r\nuser-agent: hansom-health\r\naccept: */*\r\nconnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.ok()?;
    stream.flush().await.ok()?;
    let mut line = Vec::with_capacity(LARGEST_ANSWER);
    while !line.contains(&b'\n') {
        let room = LARGEST_ANSWER.saturating_sub(line.len());
        let mut part = (&mut stream).take(room as u64);
        if room == 0 || part.read_buf(&mut line).await.ok()? == 0 {
            return None;
        }
    }
    status(&line)
}

async fn ask_http2(stream: Stream, host: &str, path: &str) -> Option<u16> {
    let scheme = if matches!(stream, Stream::Tls(_)) { "https" } else { "http" };
    let request = Request::get(format!("{scheme}://{host}{path}")).header("user-agent", "hansom-health");
    let request = request.header("accept", "*/*").body(()).ok()?;
    let mut builder = Builder::new();
    builder.enable_push(false).max_header_list_size(LARGEST_FIELDS);
    let (sender, connection) = builder.handshake::<_, Bytes>(stream).await.ok()?;
    let answer = async {
        let (response, _) = sender.ready().await.ok()?.send_request(request, true).ok()?;
        response.await.ok().map(|answer| answer.status().as_u16())
    };
    // The answer is asked for first: a server that says good-bye after it was well all the same.
    tokio::select! {
        biased;
        status = answer => status,
        _ = connection => None,
    }
}

fn status(line: &[u8]) -> Option<u16> {
    let rest = line.strip_prefix(b"HTTP/1.1 ").or_else(|| line.strip_prefix(b"HTTP/1.0 "))?;
    let (digits, after) = rest.split_at_checked(3)?;
    let ends = matches!(after.first(), Some(b' ' | b'\r' | b'\n'));
    std::str::from_utf8(digits).ok().filter(|_| ends)?.parse().ok().filter(|status| (100..600).contains(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_lines_are_read_strictly() {
        for (line, expected) in [
            ("HTTP/1.1 200 OK\r\n", Some(200)),
            ("HTTP/1.0 204\r\n", Some(204)),
            ("HTTP/1.1 503\n", Some(503)),
            ("HTTP/1.1 2000\r\n", None),
            ("HTTP/1.1 +20 OK\r\n", None),
            ("HTTP/2 200\r\n", None),
            ("200 OK\r\n", None),
            ("HTTP/1.1 20", None),
        ] {
            assert_eq!(status(line.as_bytes()), expected, "{line:?}");
        }
    }

    #[test]
    fn paths_that_break_a_request_line_are_refused() {
        for path in ["", "health", "/a b", "/a\r\nHost: x", "/ä", "/a#b"] {
            assert!(check_path(path).is_err(), "{path:?}");
        }
        assert!(check_path("/health?deep=1").is_ok());
    }

    #[test]
    fn intervals_spread_by_a_tenth() {
        for round in 0..1000 {
            let spread = spread(Duration::from_secs(10), round);
            assert!((9_000..=11_000).contains(&spread.as_millis()), "{spread:?}");
            assert!(offset(Duration::from_secs(10), round) < Duration::from_secs(10));
        }
    }
}
