//! How does all chance of a run come from one number, so that it can be run again?

use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_rs::digest::{SHA256, digest};
use hansom_domain::Chance;

/// The same for the same number, on every machine.
pub(super) fn chance(seed: u64) -> Chance {
    let count = AtomicU64::new(0);
    Chance::new(move |bytes| {
        for piece in bytes.chunks_mut(32) {
            let number = count.fetch_add(1, Ordering::Relaxed);
            let block = digest(&SHA256, &[seed.to_le_bytes(), number.to_le_bytes()].concat());
            piece.iter_mut().zip(block.as_ref()).for_each(|(byte, made)| *byte = *made);
        }
    })
}
