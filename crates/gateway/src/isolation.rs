//! What if the gateway's own code panics?
//!
//! It costs the one request or connection that it was about: the panic is counted, and everybody else goes on. Whatever was
//! borrowed or counted for it is given back as its future is dropped.

use std::{
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::Poll,
};

/// The future panicked.
#[derive(Debug)]
pub(crate) struct Panicked;

/// Lets a future end by a panic without taking its thread along. It comes boxed: pinned here, it would be held twice.
pub(crate) async fn isolated<F: Future>(mut future: Pin<Box<F>>) -> Result<F::Output, Panicked> {
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(poll) => poll.map(Ok),
        Err(_) => Poll::Ready(Err(Panicked)),
    })
    .await
}
