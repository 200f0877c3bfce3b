//! How do a thread's connections learn that the gateway stops?
//!
//! Asking has to cost nothing, as every request asks. So a connection leaves its waker once, when it opens.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    future::poll_fn,
    rc::Rc,
    task::{Poll, Waker},
};

/// Whether one thread of the gateway takes new requests.
#[derive(Default)]
pub(crate) struct Closing {
    has_begun: Cell<bool>,
    wakers: RefCell<HashMap<u64, Waker>>,
    next: Cell<u64>,
}

/// A connection that will be woken.
pub(crate) struct Listed {
    closing: Rc<Closing>,
    number: u64,
}

impl Closing {
    /// From now on no connection takes another request.
    pub(crate) fn begin(&self) {
        self.has_begun.set(true);
        for waker in self.wakers.borrow().values() {
            waker.wake_by_ref();
        }
    }

    pub(crate) fn has_begun(&self) -> bool {
        self.has_begun.get()
    }

    /// Lists the connection that this task serves.
    pub(crate) async fn list(self: &Rc<Self>) -> Listed {
        let number = self.next.get();
        self.next.set(number.wrapping_add(1));
        let waker = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
        self.wakers.borrow_mut().insert(number, waker);
        Listed { closing: Rc::clone(self), number }
    }
}

impl Listed {
    /// Ends when the gateway stops.
    pub(crate) async fn closed(&self) {
        poll_fn(|_| if self.closing.has_begun() { Poll::Ready(()) } else { Poll::Pending }).await;
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        self.closing.wakers.borrow_mut().remove(&self.number);
    }
}
