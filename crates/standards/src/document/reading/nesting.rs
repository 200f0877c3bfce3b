//! How do lists and maps begin, take in what is inside them, and end?

use std::ops::Range;

use hashbrown::HashMap;

use super::{
    super::{
        Kind, refusal,
        tree::{FLAT, INDEXED, KEYED, NONE, SHADOWED, Slot, short},
    },
    Open, Reading,
};
use crate::fault::Fault;

/// The key of a child that another one has taken the place of.
const FORGOTTEN: u32 = NONE;

impl Reading<'_> {
    pub(super) fn begin(&mut self, kind: Kind, anchor: usize, start: usize, bracketed: bool) -> Result<(), Fault> {
        if self.at_key() {
            return Err(Fault::new(
                self.place(start),
                "a list or a map stands where a key is expected",
                "write a text as the key; quote it if it begins with `{` or `[`",
            ));
        }
        if self.open.len() >= self.depth {
            return Err(refusal::too_deep(self.place(start), self.depth));
        }
        let at = self.push(kind, start..start, 0, NONE)?;
        self.name(anchor, None);
        self.open.push(Open {
            at,
            anchor,
            is_map: kind == Kind::Map,
            bracketed,
            children: self.children.len(),
            large: None,
            pending: None,
            merging: false,
        });
        Ok(())
    }

    pub(super) fn end(&mut self, reported: usize) -> Result<(), Fault> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        if open.bracketed {
            self.reached = reported;
        }
        let size = short(self.tree.slots.len()) - open.at;
        let extra = self.index(&open, size);
        self.children.truncate(open.children);
        if let Some(slot) = self.tree.slots.get_mut(open.at as usize) {
            slot.size = size;
            slot.end = short(self.reached).max(slot.start);
            slot.extra = extra;
        }
        self.name(open.anchor, Some(open.at));
        self.finished(open.at)
    }

    fn index(&mut self, open: &Open, size: u32) -> u32 {
        let children = self.children.get(open.children..).unwrap_or_default();
        if !open.is_map && children.len() + 1 == size as usize {
            return FLAT;
        }
        if children.len() <= INDEXED {
            return NONE;
        }
        if !open.is_map {
            return self.tree.index_list(children);
        }
        self.tree.index_map(children.iter().filter(|(key, _)| *key != FORGOTTEN).copied())
    }

    /// Adds a node; what is inside it follows.
    pub(super) fn push(&mut self, kind: Kind, extent: Range<usize>, flags: u8, extra: u32) -> Result<u32, Fault> {
        self.refuse_too_many(1, extent.start)?;
        let id = short(self.tree.slots.len());
        let slot = Slot {
            start: short(extent.start),
            end: short(extent.end),
            parent: NONE,
            size: 1,
            key: 0,
            key_start: 0,
            extra,
            key_len: 0,
            kind,
            flags,
        };
        self.tree.slots.push(slot);
        self.settle(id);
        self.bytes += self.tree.slot(id).map_or(0, |slot| self.tree.weight(slot));
        Ok(id)
    }

    /// Puts a new node under the key that waits for it, or behind the last item.
    pub(super) fn settle(&mut self, id: u32) {
        let (Some(open), Some(slot)) = (self.open.last_mut(), self.tree.slots.get_mut(id as usize)) else {
            return;
        };
        slot.parent = open.at;
        match open.pending.take() {
            Some(pending) => {
                slot.key = pending.key;
                slot.key_start = pending.start;
                slot.key_len = pending.len;
                slot.flags |= KEYED;
                if pending.merges {
                    slot.flags |= SHADOWED;
                    open.merging = true;
                    return;
                }
            }
            None => {
                slot.flags &= !KEYED;
                slot.key = short(self.children.len() - open.children);
            }
        }
        let key = slot.key;
        self.add_child(key, id);
    }

    pub(super) fn add_child(&mut self, key: u32, id: u32) {
        let Some(open) = self.open.last_mut() else { return };
        let index = self.children.len();
        self.children.push((key, id - open.at));
        if !open.is_map || self.children.len() - open.children <= INDEXED {
            return;
        }
        match &mut open.large {
            Some(large) => drop(large.insert(key, index)),
            None => {
                let children = self.children.get(open.children..).unwrap_or_default();
                let at = children.iter().enumerate().map(|(nth, (key, _))| (*key, open.children + nth));
                open.large = Some(at.collect::<HashMap<u32, usize>>());
            }
        }
    }

    /// Where in the innermost map a key is.
    pub(super) fn child_of_key(&self, key: u32) -> Option<usize> {
        let open = self.open.last()?;
        if let Some(large) = &open.large {
            return large.get(&key).copied();
        }
        let children = self.children.get(open.children..)?;
        children.iter().position(|(child, _)| *child == key).map(|nth| open.children + nth)
    }

    pub(super) fn child(&self, index: usize) -> Option<(u32, Slot)> {
        let (_, distance) = self.children.get(index)?;
        let id = self.open.last()?.at + distance;
        Some((id, *self.tree.slot(id)?))
    }

    pub(super) fn forget_child(&mut self, index: usize) {
        let Some(child) = self.children.get_mut(index) else { return };
        let key = std::mem::replace(&mut child.0, FORGOTTEN);
        if let Some(large) = self.open.last_mut().and_then(|open| open.large.as_mut()) {
            large.remove(&key);
        }
    }

    pub(super) fn shadow(&mut self, id: u32) {
        if let Some(slot) = self.tree.slots.get_mut(id as usize) {
            slot.flags |= SHADOWED;
        }
    }

    pub(super) fn refuse_too_many(&self, more: usize, at: usize) -> Result<(), Fault> {
        let most = self.limits.nodes.min(i32::MAX as usize);
        if self.tree.slots.len() + more > most {
            let what = format!("there are more than {most} values in the text");
            return Err(Fault::new(self.place(at), what, "split it"));
        }
        Ok(())
    }
}
