//! Who calls the control API too often?
//!
//! Each caller has a number of calls a minute, by node: people and applications by who they are, strangers by their
//! address. Whoever calls more often waits, so that nobody's loop takes the hub from the others.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Mutex, PoisonError},
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderName, HeaderValue},
    middleware::Next,
    response::{IntoResponse, Response},
};
use hansom_domain::{Timestamp, network_of_caller};

use super::{answer::Failure, authentication::prove};
use crate::Hub;

/// Calls of one caller within a window.
const QUOTA: u32 = 600;
const WINDOW_SECONDS: i64 = 60;
/// Callers that are remembered at a time.
const MOST_REMEMBERED: usize = 10_000;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// The calls of the last minute, by caller.
#[derive(Default)]
pub(crate) struct Calls(Mutex<HashMap<String, Window>>);

struct Window {
    began: Timestamp,
    calls: u32,
}

/// How a caller stands: what is left, and for how many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Standing {
    left: Option<u32>,
    seconds: i64,
}

impl Calls {
    /// Counts a call. Nothing is left where it is one too many.
    fn count(&self, caller: String, now: Timestamp) -> Standing {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = |window: &Window| now >= window.began.plus_seconds(WINDOW_SECONDS);
        if windows.len() >= MOST_REMEMBERED && !windows.contains_key(&caller) {
            windows.retain(|_, window| !is_over(window));
        }
        // A flood from invented addresses: those who are left out share one window, and the known keep theirs.
        let crowded = windows.len() >= MOST_REMEMBERED && !windows.contains_key(&caller);
        let caller = if crowded { String::new() } else { caller };
        let window = windows.entry(caller).or_insert(Window { began: now, calls: 0 });
        if is_over(window) {
            *window = Window { began: now, calls: 0 };
        }
        window.calls = window.calls.saturating_add(1);
        let millis = window.began.plus_seconds(WINDOW_SECONDS).millis() - now.millis();
        // Whole seconds, and never too few: who waits as long as they were told must get through.
        let seconds = millis.saturating_add(999) / 1000;
        Standing { left: QUOTA.checked_sub(window.calls), seconds: seconds.clamp(1, WINDOW_SECONDS) }
    }
}

/// Counts every call, and refuses those that are too many.
pub(crate) async fn limit(State(hub): State<Hub>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let caller = match prove(&mut parts, &hub).await {
        Ok(Some(proven)) => format!("{} {}", proven.actor.kind(), proven.actor.id()),
        // A proof that does not hold is told to whoever asks for one; until then the caller is its address.
        Ok(None) | Err(_) => parts.extensions.get::<ConnectInfo<SocketAddr>>().map_or_else(
            || "stranger".to_owned(),
            |ConnectInfo(peer)| format!("stranger {}", network_of_caller(peer.ip())),
        ),
    };
    let standing = hub.calls.count(caller, hub.control.clock().now());
    let mut response = match standing.left {
        Some(_) => next.run(Request::from_parts(parts, body)).await,
        None => Failure::too_many(
            format!("{QUOTA} calls a minute are enough for each caller. Try again in {} seconds.", standing.seconds),
            standing.seconds,
        )
        .into_response(),
    };
    let headers = response.headers_mut();
    let policy = format!("\"control-api\";q={QUOTA};w={WINDOW_SECONDS}");
    let left = format!("\"control-api\";r={};t={}", standing.left.unwrap_or(0), standing.seconds);
    for (name, text) in [(POLICY, policy), (LEFT, left)] {
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_calls_too_often_waits_until_the_window_is_over_and_nobody_else_does() {
        let calls = Calls::default();
        let at = Timestamp::from_seconds(1000);
        for call in 1..=QUOTA {
            assert_eq!(calls.count("ada".into(), at).left, Some(QUOTA - call));
        }
        let refused = calls.count("ada".into(), at.plus_seconds(20));
        assert_eq!(refused, Standing { left: None, seconds: 40 });
        assert_eq!(calls.count("ben".into(), at).left, Some(QUOTA - 1));
        assert_eq!(calls.count("ada".into(), at.plus_seconds(60)).left, Some(QUOTA - 1));
    }

    #[test]
    fn who_waits_as_long_as_they_were_told_gets_through() {
        let calls = Calls::default();
        let began = Timestamp::from_millis(1_000_900);
        for _ in 1..=QUOTA {
            calls.count("ada".into(), began);
        }
        let now = Timestamp::from_millis(1_059_000);
        let refused = calls.count("ada".into(), now);
        assert_eq!(refused.left, None);
        assert!(calls.count("ada".into(), now.plus_seconds(refused.seconds)).left.is_some());
    }

    #[test]
    fn invented_callers_take_no_more_memory_than_there_is_for_them() {
        let calls = Calls::default();
        let at = Timestamp::from_seconds(1000);
        for caller in 0..MOST_REMEMBERED + 100 {
            calls.count(caller.to_string(), at);
        }
        assert!(calls.0.lock().unwrap().len() <= MOST_REMEMBERED + 1);
    }
}
