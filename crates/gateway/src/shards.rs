//! How does a large table change at the cost of the change?
//!
//! A table is dealt out over many small ones behind `Arc`s. A copy shares all of them; to change an entry copies the one
//! small table that it is in, once per copy. So the next snapshot costs what is different in it, and requests that still see
//! the one before lose nothing.

use std::{
    hash::{BuildHasher, Hasher},
    sync::Arc,
};

use hashbrown::{DefaultHashBuilder, HashTable};

const SHARDS: usize = 256;

/// What can be found by its name.
pub(crate) trait Named {
    fn name(&self) -> &str;
}

impl<T: Named> Named for Arc<T> {
    fn name(&self) -> &str {
        T::name(self)
    }
}

/// A table of named things; cheap to copy, cheap to change.
#[derive(Clone, Debug)]
pub(crate) struct Shards<T> {
    hasher: DefaultHashBuilder,
    shards: Box<[Arc<HashTable<T>>]>,
    count: usize,
}

impl<T> Default for Shards<T> {
    fn default() -> Self {
        let empty = Arc::new(HashTable::new());
        let shards = (0..SHARDS).map(|_| Arc::clone(&empty)).collect();
        Self { hasher: DefaultHashBuilder::default(), shards, count: 0 }
    }
}

impl<T: Named + Clone> Shards<T> {
    pub(crate) fn get(&self, name: &str) -> Option<&T> {
        let hash = hash(&self.hasher, name);
        self.shards.get(place(hash))?.find(hash, |known| known.name() == name)
    }

    /// Puts a thing in, in place of one of the same name.
    pub(crate) fn put(&mut self, thing: T) {
        let hash = hash(&self.hasher, thing.name());
        let Some(shard) = self.shards.get_mut(place(hash)).map(Arc::make_mut) else {
            return;
        };
        match shard.find_mut(hash, |known| known.name() == thing.name()) {
            Some(known) => *known = thing,
            None => {
                shard.insert_unique(hash, thing, |known| self::hash(&self.hasher, known.name()));
                self.count = self.count.saturating_add(1);
            }
        }
    }

    /// Takes a thing out; `false` if there is none of that name.
    pub(crate) fn remove(&mut self, name: &str) -> bool {
        if self.get(name).is_none() {
            // Nothing is copied where nothing is changed.
            return false;
        }
        let hash = hash(&self.hasher, name);
        let shard = self.shards.get_mut(place(hash)).map(Arc::make_mut);
        let Some(Ok(entry)) = shard.map(|shard| shard.find_entry(hash, |known| known.name() == name)) else {
            return false;
        };
        entry.remove();
        self.count = self.count.saturating_sub(1);
        true
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.shards.iter().flat_map(|shard| shard.iter())
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }
}

fn hash(hasher: &DefaultHashBuilder, name: &str) -> u64 {
    let mut hasher = hasher.build_hasher();
    hasher.write(name.as_bytes());
    hasher.finish()
}

/// The tables inside use the low bits and the highest seven, so the shard is chosen by others.
fn place(hash: u64) -> usize {
    usize::from((hash >> 40).to_le_bytes().first().copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Word(String, u32);

    impl Named for Word {
        fn name(&self) -> &str {
            &self.0
        }
    }

    #[test]
    fn a_copy_does_not_see_what_is_changed_later_and_shares_the_rest() {
        let mut before: Shards<Word> = Shards::default();
        for number in 0..10_000 {
            before.put(Word(number.to_string(), number));
        }
        let mut after = before.clone();
        after.put(Word("77".into(), 0));
        after.put(Word("new".into(), 1));
        assert!(after.remove("78") && !after.remove("78"));
        assert_eq!((before.len(), after.len()), (10_000, 10_000));
        assert_eq!(before.get("77"), Some(&Word("77".into(), 77)));
        assert_eq!(after.get("77"), Some(&Word("77".into(), 0)));
        assert_eq!((before.get("new"), before.get("78").is_some(), after.get("78")), (None, true, None));
        let shared = before.shards.iter().zip(&after.shards).filter(|(a, b)| Arc::ptr_eq(a, b)).count();
        assert!(shared >= SHARDS - 3, "only three of {SHARDS} tables may be copied, and {shared} are shared");
        assert_eq!(after.iter().count(), after.len());
    }
}
