//! How is a tree kept, so that it is little larger than its text?
//!
//! A node is one slot of 32 bytes. Its text is a stretch of the source wherever no escape or indentation stands in the
//! way; every key is kept once; places are counted when somebody asks for one.

use std::{hash::BuildHasher, ops::Range, sync::Arc};

use hashbrown::{DefaultHashBuilder, HashTable};

use super::Kind;

/// Lists and maps with more children get an index.
pub(super) const INDEXED: usize = 16;
/// No slot, no stretch.
pub(super) const NONE: u32 = u32::MAX;

/// The list has no lists or maps in it: its items follow one another.
pub(super) const FLAT: u32 = u32::MAX - 1;

/// The node stands under a key.
pub(super) const KEYED: u8 = 1;
/// The text was written in quotes.
pub(super) const QUOTED: u8 = 2;
/// The value is `true`.
pub(super) const TRUE: u8 = 4;
/// Another entry of the same key has taken its place; it is in the text and not in the tree.
pub(super) const SHADOWED: u8 = 8;
/// The entry came through a merge key.
pub(super) const MERGED: u8 = 16;

/// One node as it is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    /// The first byte of the value.
    pub(super) start: u32,
    /// Just after its last byte.
    pub(super) end: u32,
    /// The list or map around it.
    pub(super) parent: u32,
    /// This node and everything inside it.
    pub(super) size: u32,
    /// The number of its key; in a list, its position.
    pub(super) key: u32,
    /// The first byte of its key.
    pub(super) key_start: u32,
    /// A text that is no plain stretch of the source, or the index of a list or map.
    pub(super) extra: u32,
    /// Bytes of the key as it was written.
    pub(super) key_len: u16,
    pub(super) kind: Kind,
    pub(super) flags: u8,
}

impl Slot {
    pub(super) fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

/// A stretch of the source or of the texts that are kept apart.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    start: u32,
    len: u32,
    apart: bool,
}

/// All nodes of a text.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    pub(super) source: Arc<str>,
    /// In the order of the text: a node is followed by everything inside it.
    pub(super) slots: Vec<Slot>,
    /// Texts that are not in the source as they mean.
    apart: String,
    texts: Vec<Stretch>,
    keys: Vec<Stretch>,
    key_numbers: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// For each large map: how many keys, then each key with the distance of its value, sorted. What is kept as a
    /// distance stays true when the stretch is copied.
    maps: Vec<(u32, u32)>,
    /// For each long list: how many items, then the distance of each.
    lists: Vec<u32>,
}

impl Tree {
    pub(super) fn new(source: Arc<str>) -> Tree {
        Tree {
            source,
            slots: Vec::new(),
            apart: String::new(),
            texts: Vec::new(),
            keys: Vec::new(),
            key_numbers: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            maps: Vec::new(),
            lists: Vec::new(),
        }
    }

    /// Gives back what was reserved and not used.
    pub(super) fn shrink(&mut self) {
        self.slots.shrink_to_fit();
        self.apart.shrink_to_fit();
        self.texts.shrink_to_fit();
        self.keys.shrink_to_fit();
        self.maps.shrink_to_fit();
        self.lists.shrink_to_fit();
    }

    pub(super) fn slot(&self, id: u32) -> Option<&Slot> {
        self.slots.get(id as usize)
    }

    /// The text of a node that is a text.
    pub(super) fn text(&self, slot: &Slot) -> &str {
        if let Some(stretch) = self.texts.get(slot.extra as usize) {
            return self.read(*stretch);
        }
        let quote = u32::from(slot.is(QUOTED));
        self.source.get((slot.start + quote) as usize..(slot.end - quote) as usize).unwrap_or_default()
    }

    pub(super) fn key(&self, number: u32) -> &str {
        self.keys.get(number as usize).map_or("", |stretch| self.read(*stretch))
    }

    pub(super) fn key_number(&self, text: &str) -> Option<u32> {
        self.key_numbers.find(self.hasher.hash_one(text), |number| self.key(*number) == text).copied()
    }

    /// Keeps a key once. It was written at `raw`, quotes included.
    pub(super) fn keep_key(&mut self, text: &str, raw: Range<usize>) -> u32 {
        if let Some(number) = self.key_number(text) {
            return number;
        }
        let number = short(self.keys.len());
        let stretch = self.keep(text, raw);
        self.keys.push(stretch);
        let Tree { source, apart, keys, key_numbers, hasher, .. } = self;
        let hash = |number: &u32| {
            let key = keys.get(*number as usize).map_or("", |stretch| read(source, apart, *stretch));
            hasher.hash_one(key)
        };
        key_numbers.insert_unique(hasher.hash_one(text), number, hash);
        number
    }

    /// Keeps a text for a slot's `extra`. It was written at `raw`, without quotes.
    pub(super) fn keep_text(&mut self, text: &str, raw: Range<usize>) -> u32 {
        let stretch = self.keep(text, raw);
        self.texts.push(stretch);
        short(self.texts.len() - 1)
    }

    /// Bytes of text in a slot and its key.
    pub(super) fn weight(&self, slot: &Slot) -> usize {
        let key = if slot.is(KEYED) { self.key(slot.key).len() } else { 0 };
        if slot.kind == Kind::Text { key + self.text(slot).len() } else { key }
    }

    /// Keeps where the entries of a large map are.
    pub(super) fn index_map(&mut self, entries: impl Iterator<Item = (u32, u32)>) -> u32 {
        let at = self.maps.len();
        self.maps.push((0, 0));
        self.maps.extend(entries);
        let count = self.maps.len() - at - 1;
        if let Some((head, added)) = self.maps.get_mut(at..).and_then(<[_]>::split_first_mut) {
            head.0 = short(count);
            added.sort_unstable();
        }
        short(at)
    }

    /// Keeps where the items of a long list are.
    pub(super) fn index_list(&mut self, items: &[(u32, u32)]) -> u32 {
        let at = self.lists.len();
        self.lists.push(short(items.len()));
        self.lists.extend(items.iter().map(|(_, distance)| *distance));
        short(at)
    }

    /// The distance of a key's value in a large map; none if the map has no index.
    pub(super) fn indexed_entry(&self, map: &Slot, key: u32) -> Option<Option<u32>> {
        let at = map.extra as usize;
        let (count, _) = self.maps.get(at)?;
        let entries = self.maps.get(at + 1..at + 1 + *count as usize)?;
        let found = entries.binary_search_by_key(&key, |(key, _)| *key);
        Some(found.ok().and_then(|found| entries.get(found)).map(|(_, distance)| *distance))
    }

    /// The distance of an item of a list; none if it has to be counted.
    pub(super) fn item(&self, list: &Slot, position: usize) -> Option<Option<u32>> {
        if list.extra == NONE {
            return None;
        }
        if list.extra == FLAT {
            let distance = short(position).saturating_add(1);
            return Some((distance < list.size).then_some(distance));
        }
        let at = list.extra as usize;
        let count = *self.lists.get(at)? as usize;
        Some(if position < count { self.lists.get(at + 1 + position).copied() } else { None })
    }

    fn keep(&mut self, text: &str, raw: Range<usize>) -> Stretch {
        let len = short(text.len());
        let written = self.source.get(raw.clone()).unwrap_or_default();
        let unquoted = written.get(1..(written.len().max(2) - 1)).unwrap_or_default();
        if written == text {
            return Stretch { start: short(raw.start), len, apart: false };
        }
        if unquoted == text {
            return Stretch { start: short(raw.start + 1), len, apart: false };
        }
        let start = short(self.apart.len());
        self.apart.push_str(text);
        Stretch { start, len, apart: true }
    }

    fn read(&self, stretch: Stretch) -> &str {
        read(&self.source, &self.apart, stretch)
    }
}

fn read<'t>(source: &'t str, apart: &'t str, stretch: Stretch) -> &'t str {
    let from = if stretch.apart { apart } else { source };
    let start = stretch.start as usize;
    from.get(start..start + stretch.len as usize).unwrap_or_default()
}

/// A length or number that the limits keep below what fits.
pub(super) fn short(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
