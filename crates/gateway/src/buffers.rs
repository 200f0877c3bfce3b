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
    /// Lends empty memory with room for [`SIZE`] bytes to who has none: that which was given back last, as it is still warm.
    pub(crate) fn lend(&self, to: &mut Vec<u8>) {
        if to.capacity() == 0 {
            *to = self.0.borrow_mut().pop().unwrap_or_else(|| Vec::with_capacity(SIZE));
        }
    }

    /// Takes memory back, with whatever is in it.
    pub(crate) fn take_back(&self, from: &mut Vec<u8>) {
        let mut memory = std::mem::take(from);
        let mut kept = self.0.borrow_mut();
        if (SIZE..=LARGEST_KEPT).contains(&memory.capacity()) && kept.len() < MOST_KEPT {
            memory.clear();
            kept.push(memory);
        }
    }
}
