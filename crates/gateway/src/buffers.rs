//! Where does the memory come from that bytes are read into?

use std::cell::RefCell;

/// How much a connection reads at once.
pub(crate) const SIZE: usize = 8 * 1024;
const MOST_KEPT: usize = 256;
/// Memory that grew beyond this for a large body is not kept.
const LARGEST_KEPT: usize = 32 * 1024;

/// Memory of one thread that no connection uses now. A connection takes some when bytes come and gives it back when it has
/// nothing to hold, so that idle connections cost none.
#[derive(Default)]
pub(crate) struct Buffers(RefCell<Vec<Vec<u8>>>);

impl Buffers {
    /// Empty memory with room for [`SIZE`] bytes.
    pub(crate) fn take(&self) -> Vec<u8> {
        self.0.borrow_mut().pop().unwrap_or_else(|| Vec::with_capacity(SIZE))
    }

    /// Gives memory back.
    pub(crate) fn give(&self, mut memory: Vec<u8>) {
        let mut kept = self.0.borrow_mut();
        if (SIZE..=LARGEST_KEPT).contains(&memory.capacity()) && kept.len() < MOST_KEPT {
            memory.clear();
            kept.push(memory);
        }
    }
}
