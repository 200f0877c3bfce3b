//! What does an alias or a merge key stand for?
//!
//! It is copied to where it stands, as often as the limits allow.

use std::ops::Range;

use super::{
    super::{
        Kind, LapseKind, refusal,
        tree::{MERGED, NONE, SHADOWED, short},
    },
    Reading,
};
use crate::fault::Fault;

impl Reading<'_> {
    pub(super) fn name(&mut self, anchor: usize, at: Option<u32>) {
        if anchor != 0 {
            self.anchors.insert(anchor, at);
        }
    }

    pub(super) fn alias(&mut self, anchor: usize, at: Range<usize>) -> Result<(), Fault> {
        if self.at_key() {
            let what = "an alias stands where a key is expected";
            return Err(Fault::new(self.place(at.start), what, "write the key out"));
        }
        let Some(Some(from)) = self.anchors.get(&anchor).copied() else {
            return Err(Fault::new(
                self.place(at.start),
                "an alias stands inside its own anchor, so it would never end",
                "write the value out, or use `$ref` where the format allows it",
            ));
        };
        self.refuse_expanding(from, at.start)?;
        if self.open.len() + self.height(from) > self.depth {
            return Err(refusal::too_deep(self.place(at.start), self.depth));
        }
        self.reached = at.end;
        let id = self.copy(from);
        self.settle(id);
        self.finished(id)
    }

    /// A value is complete: if it stands under a merge key, its entries go where the key stands.
    pub(super) fn finished(&mut self, id: u32) -> Result<(), Fault> {
        match self.open.last_mut() {
            Some(open) if open.merging => open.merging = false,
            _ => return Ok(()),
        }
        let Some(slot) = self.tree.slot(id).copied() else {
            return Ok(());
        };
        let maps = match slot.kind {
            Kind::Map => vec![id],
            Kind::List => self.live_children(id),
            _ => vec![],
        };
        for map in &maps {
            self.merge(*map, slot.key_start as usize)?;
        }
        let all_maps = maps.iter().all(|map| self.tree.slot(*map).is_some_and(|slot| slot.kind == Kind::Map));
        if !all_maps || maps.is_empty() && slot.kind != Kind::List {
            let at = slot.start as usize..slot.end as usize;
            let what = "a merge key stands over something that is neither a map nor a list of maps";
            self.lapse(LapseKind::MergeKey, at, what, "write `<<: *name`, where `name` is the anchor of a map")?;
        }
        Ok(())
    }

    fn merge(&mut self, map: u32, at: usize) -> Result<(), Fault> {
        if self.tree.slot(map).is_none_or(|slot| slot.kind != Kind::Map) {
            return Ok(());
        }
        let around = self.open.last().map_or(NONE, |open| open.at);
        for entry in self.live_children(map) {
            let key = self.tree.slot(entry).map_or(NONE, |slot| slot.key);
            if self.child_of_key(key).is_some() {
                continue;
            }
            self.refuse_expanding(entry, at)?;
            let id = self.copy(entry);
            if let Some(slot) = self.tree.slots.get_mut(id as usize) {
                slot.parent = around;
                slot.flags |= MERGED;
            }
            self.add_child(key, id);
        }
        Ok(())
    }

    fn live_children(&self, of: u32) -> Vec<u32> {
        let end = of + self.size(of);
        let mut children = Vec::new();
        let mut next = of + 1;
        while next < end {
            if self.tree.slot(next).is_some_and(|slot| !slot.is(SHADOWED)) {
                children.push(next);
            }
            next += self.size(next).max(1);
        }
        children
    }

    fn size(&self, of: u32) -> u32 {
        self.tree.slot(of).map_or(1, |slot| slot.size)
    }

    fn stretch(&self, from: u32) -> Range<usize> {
        from as usize..(from + self.size(from)) as usize
    }

    fn refuse_expanding(&mut self, from: u32, at: usize) -> Result<(), Fault> {
        let stretch = self.tree.slots.get(self.stretch(from)).unwrap_or_default();
        let count = stretch.len();
        self.expanded += count;
        // Whoever is over the first limit is not counted any further.
        if self.expanded <= self.limits.alias_expansions {
            self.bytes += stretch.iter().map(|slot| self.tree.weight(slot)).sum::<usize>();
        }
        if self.expanded > self.limits.alias_expansions || self.bytes > self.limits.bytes {
            return Err(Fault::new(
                self.place(at),
                "the aliases of this text expand to too much",
                "write the values out, or use `$ref` where the format allows it",
            ));
        }
        self.refuse_too_many(count, at)
    }

    /// How many levels of lists and maps there are in a node, itself included.
    fn height(&self, from: u32) -> usize {
        let mut ends: Vec<u32> = Vec::new();
        let mut highest = 0;
        for id in from..from + self.size(from) {
            while ends.last().is_some_and(|end| *end <= id) {
                ends.pop();
            }
            if self.tree.slot(id).is_some_and(|slot| matches!(slot.kind, Kind::List | Kind::Map)) {
                ends.push(id + self.size(id));
                highest = highest.max(ends.len());
            }
        }
        highest
    }

    /// Copies a node with everything in it to the end.
    fn copy(&mut self, from: u32) -> u32 {
        let to = short(self.tree.slots.len());
        let stretch = self.stretch(from);
        self.tree.slots.extend_from_within(stretch);
        for slot in self.tree.slots.iter_mut().skip(to as usize + 1) {
            slot.parent = slot.parent - from + to;
        }
        if let Some(slot) = self.tree.slots.get_mut(to as usize) {
            slot.flags &= !(SHADOWED | MERGED);
        }
        to
    }
}
