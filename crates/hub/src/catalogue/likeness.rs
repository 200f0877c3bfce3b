//! Does what somebody is about to make exist already?

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use hansom_control::{Card, Error, Published};
use hansom_domain::Actor;
use hansom_store::ApiRow;

use super::{Entry, Shelf};
use crate::{Hub, stem::words};

/// The most that are told.
const MOST: usize = 5;
/// How alike an API must be, of 100, to be told.
const LEAST: usize = 25;

/// What name, paths and fields count for.
const WEIGHTS: [usize; 3] = [40, 30, 30];
/// The most words of each that are told as shared.
const MOST_SHARED: usize = 10;

/// Words that stand in nearly every contract and say nothing of what it is about.
const EVERYWHERE: &[&str] = &[
    "api",
    "at",
    "by",
    "code",
    "count",
    "create",
    "created",
    "cursor",
    "data",
    "date",
    "delete",
    "description",
    "detail",
    "error",
    "errors",
    "fault",
    "first",
    "get",
    "health",
    "href",
    "id",
    "instance",
    "item",
    "last",
    "limit",
    "link",
    "list",
    "message",
    "meta",
    "name",
    "new",
    "next",
    "of",
    "page",
    "pointer",
    "prev",
    "problem",
    "put",
    "reference",
    "self",
    "service",
    "status",
    "the",
    "time",
    "title",
    "total",
    "type",
    "update",
    "updated",
    "url",
    "v1",
    "value",
    "version",
];

/// What is about to be made: the words of its name, of its paths and of its fields, each by its number.
#[derive(Clone, Debug, Default)]
pub(crate) struct Likeness([BTreeMap<u64, String>; 3]);

/// What an API is about, in the same three parts: the numbers of its words, in order. The words themselves would take ten times as
/// much for every API there is, and those that both share are known from the other side.
#[derive(Clone, Debug, Default)]
pub(super) struct About([Box<[u64]>; 3]);

/// An API that is like it.
pub(crate) struct Like {
    pub(crate) entry: Arc<Entry>,
    /// Of 100.
    pub(crate) score: usize,
    /// What they share, in words: name, paths and fields.
    pub(crate) shared: [Vec<String>; 3],
}

impl Likeness {
    /// By a name or sentence, paths, and names of fields; any may be empty.
    pub(crate) fn of<'t>(
        name: &str,
        paths: impl IntoIterator<Item = &'t str>,
        fields: impl IntoIterator<Item = &'t str>,
    ) -> Self {
        let telling = |text: &str| words(text).into_iter().filter(|word| tells(word)).map(|word| (number(&word), word));
        Self([
            telling(name).collect(),
            paths.into_iter().take(2000).flat_map(telling).collect(),
            fields.into_iter().take(4000).flat_map(telling).collect(),
        ])
    }
}

/// The APIs that are like one that is about to be published for the first time, as far as the publisher may know of them.
pub(crate) async fn alike(hub: &Hub, actor: &Actor, published: &Published) -> Result<Vec<Like>, Error> {
    let card = &published.card;
    let paths = card.operations.iter().map(|operation| operation.path.as_str());
    let likeness = Likeness::of(published.api.as_str(), paths, card.fields.iter().map(String::as_str));
    let shelf = hub.catalogue.current(&hub.control).await?;
    Ok(shelf.like(&likeness, |entry| {
        entry.api.slug != published.api && hub.control.may_see(Some(actor), entry.api.audience, &entry.api.owner)
    }))
}

impl About {
    pub(super) fn of(api: &ApiRow, card: &Card) -> Self {
        let name = format!("{} {}", api.title, api.slug);
        let paths = card.operations.iter().map(|operation| operation.path.as_str());
        let Likeness(parts) = Likeness::of(&name, paths, card.fields.iter().map(String::as_str));
        Self(parts.map(|part| part.into_keys().collect()))
    }
}

fn tells(word: &str) -> bool {
    word.len() > 1 && EVERYWHERE.binary_search(&word).is_err()
}

fn number(word: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    word.hash(&mut hasher);
    hasher.finish()
}

impl Shelf {
    /// The APIs that are most like it, most alike first. `may` says who may be seen.
    pub(crate) fn like(&self, new: &Likeness, may: impl Fn(&Entry) -> bool) -> Vec<Like> {
        let mut found: Vec<Like> =
            self.all.iter().filter(|entry| may(entry)).filter_map(|entry| like(new, entry)).collect();
        found.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.entry.order().cmp(b.entry.order())));
        found.truncate(MOST);
        found
    }
}

fn like(Likeness(new): &Likeness, entry: &Arc<Entry>) -> Option<Like> {
    let About(old) = entry.about();
    let mut asked = 0;
    let mut score = 0;
    for ((new, old), weight) in new.iter().zip(old).zip(WEIGHTS) {
        // What was not said of the new one counts for nothing, either way.
        asked += if new.is_empty() { 0 } else { weight };
        score += weight * overlap(new, old) / 100;
    }
    let score = (score * 100).checked_div(asked).filter(|score| *score >= LEAST)?;
    let [name, paths, fields] = new;
    let [of_name, of_paths, of_fields] = old;
    let shared = [shared(name, of_name), shared(paths, of_paths), shared(fields, of_fields)];
    Some(Like { entry: Arc::clone(entry), score, shared })
}

/// How much of the smaller side is in the other, of 100.
fn overlap(new: &BTreeMap<u64, String>, old: &[u64]) -> usize {
    let both = new.keys().filter(|word| old.binary_search(word).is_ok()).count();
    (both * 100).checked_div(new.len().min(old.len())).unwrap_or(0)
}

fn shared(new: &BTreeMap<u64, String>, old: &[u64]) -> Vec<String> {
    let both = new.iter().filter(|(number, _)| old.binary_search(number).is_ok());
    let mut words: Vec<String> = both.map(|(_, word)| word.clone()).collect();
    words.sort();
    words.truncate(MOST_SHARED);
    words
}

#[cfg(test)]
mod tests {
    use super::EVERYWHERE;

    #[test]
    fn common_words_are_in_order_for_the_search() {
        assert!(EVERYWHERE.is_sorted());
    }
}
