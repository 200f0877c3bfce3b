//! Does what somebody is about to make exist already?

use std::{collections::BTreeSet, sync::Arc};

use super::{Entry, Shelf};
use crate::stem::words;

/// The most that are told.
const MOST: usize = 5;
/// How alike an API must be, of 100, to be told.
const LEAST: usize = 25;

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

/// What is about to be made, in words.
#[derive(Clone, Debug, Default)]
pub(crate) struct Likeness {
    name: BTreeSet<String>,
    paths: BTreeSet<String>,
    fields: BTreeSet<String>,
}

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
        let telling = |texts: Vec<&str>| texts.into_iter().flat_map(words).filter(|word| tells(word)).collect();
        Self {
            name: telling(vec![name]),
            paths: telling(paths.into_iter().take(2000).collect()),
            fields: telling(fields.into_iter().take(4000).collect()),
        }
    }

    fn of_entry(entry: &Entry) -> Self {
        let card = entry.card();
        let name = format!("{} {}", entry.api.title, entry.api.slug);
        let paths = card.operations.iter().map(|operation| operation.path.as_str());
        Self::of(&name, paths, card.fields.iter().map(String::as_str))
    }
}

fn tells(word: &str) -> bool {
    word.len() > 1 && EVERYWHERE.binary_search(&word).is_err()
}

impl Shelf {
    /// The APIs that are most like it, most alike first. `may` says who may be seen.
    pub(crate) fn like(&self, new: &Likeness, may: impl Fn(&Entry) -> bool) -> Vec<Like> {
        let mut found: Vec<Like> =
            self.all().iter().filter(|entry| may(entry)).filter_map(|entry| like(new, entry)).collect();
        found.sort_by(|a, b| b.score.cmp(&a.score).then_with(|| a.entry.order().cmp(&b.entry.order())));
        found.truncate(MOST);
        found
    }
}

fn like(new: &Likeness, entry: &Arc<Entry>) -> Option<Like> {
    let old = Likeness::of_entry(entry);
    let pairs = [(&new.name, &old.name, 40), (&new.paths, &old.paths, 30), (&new.fields, &old.fields, 30)];
    // What was not said of the new one counts for nothing, either way.
    let asked: usize = pairs.iter().filter(|(new, _, _)| !new.is_empty()).map(|(_, _, weight)| weight).sum();
    let score: usize = pairs.iter().map(|(new, old, weight)| weight * overlap(new, old) / 100).sum();
    let score = (score * 100).checked_div(asked)?;
    let shared = pairs.map(|(new, old, _)| new.intersection(old).take(10).cloned().collect());
    (score >= LEAST).then(|| Like { entry: Arc::clone(entry), score, shared })
}

/// How much of the smaller set is in the other, of 100.
fn overlap(a: &BTreeSet<String>, b: &BTreeSet<String>) -> usize {
    let least = a.len().min(b.len());
    (a.intersection(b).count() * 100).checked_div(least).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::EVERYWHERE;

    #[test]
    fn common_words_are_in_order_for_the_search() {
        assert!(EVERYWHERE.is_sorted());
    }
}
