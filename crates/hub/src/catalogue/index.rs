//! In which APIs does a word stand, and how much does it say of them?
//!
//! Terms lie in order, so that a word's beginning finds them by halving. A word that nothing begins with is taken for a typing
//! error: terms that are a letter or two away stand in for it.

use std::{collections::HashMap, sync::Arc};

use super::Entry;
use crate::stem::words;

/// The most words of one question.
const MOST_WORDS: usize = 12;
/// The most terms that one word may stand for.
const MOST_TERMS: usize = 200;

/// How much a word says by where it stands.
mod weight {
    pub(super) const NAME: f32 = 60.0;
    pub(super) const CATEGORY: f32 = 20.0;
    pub(super) const SUMMARY: f32 = 16.0;
    pub(super) const OPERATION: f32 = 10.0;
    pub(super) const OWNER: f32 = 8.0;
    pub(super) const DESCRIPTION: f32 = 6.0;
    pub(super) const FIELD: f32 = 4.0;
}

/// The beginning of a word says less than the word, and what is nearly it less than that.
const OF_A_BEGINNING: f32 = 0.6;
const OF_AN_ERROR: f32 = 0.35;

/// The words of some APIs.
#[derive(Default)]
pub(super) struct Index {
    entries: Vec<Arc<Entry>>,
    /// In order, each once.
    terms: Vec<Box<str>>,
    /// Where each of them stands.
    postings: Vec<Box<[Posting]>>,
}

#[derive(Clone, Copy)]
struct Posting {
    entry: u32,
    weight: f32,
}

impl Index {
    pub(super) fn of(entries: Vec<Arc<Entry>>) -> Self {
        let mut found: HashMap<String, Vec<Posting>> = HashMap::new();
        for (number, entry) in (0_u32..).zip(&entries) {
            for (term, weight) in weights(entry) {
                found.entry(term).or_default().push(Posting { entry: number, weight });
            }
        }
        let mut found: Vec<(String, Vec<Posting>)> = found.into_iter().collect();
        found.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        let (terms, postings) = found.into_iter().map(|(term, postings)| (term.into(), postings.into())).unzip();
        Self { entries, terms, postings }
    }

    /// The APIs in which every word stands, with how well they fit; those with any, if none has them all.
    pub(super) fn find(&self, wanted: &[String]) -> Vec<(Arc<Entry>, f32)> {
        let mut scores = vec![(0_usize, 0.0_f32); self.entries.len()];
        let wanted = wanted.get(..MOST_WORDS).unwrap_or(wanted);
        for word in wanted {
            self.count(word, &mut scores);
        }
        let most = scores.iter().map(|(words, _)| *words).max().unwrap_or(0);
        let enough = |words: usize| words > 0 && words == most;
        let found = self.entries.iter().zip(scores).filter(|(_, (words, _))| enough(*words));
        found.map(|(entry, (_, score))| (Arc::clone(entry), score)).collect()
    }

    /// Adds what one word says: to each API the most that one of its terms does.
    fn count(&self, word: &str, scores: &mut [(usize, f32)]) {
        let mut best: HashMap<u32, f32> = HashMap::new();
        for (term, factor) in self.stand_for(word) {
            let postings = self.postings.get(term).map(Box::as_ref).unwrap_or_default();
            let rarity = (1.0 + self.entries.len() as f32 / (1 + postings.len()) as f32).ln();
            for posting in postings {
                let score = posting.weight * factor * rarity;
                let known = best.entry(posting.entry).or_default();
                *known = known.max(score);
            }
        }
        for (entry, score) in best {
            if let Some((words, total)) = scores.get_mut(entry as usize) {
                *words += 1;
                *total += score;
            }
        }
    }

    /// The terms that a word stands for: itself and what it begins; else what is nearly it.
    fn stand_for(&self, word: &str) -> Vec<(usize, f32)> {
        let first = self.terms.partition_point(|term| term.as_ref() < word);
        let begins = self.terms.iter().enumerate().skip(first).take_while(|(_, term)| term.starts_with(word));
        let factor = |term: &str| if term.len() == word.len() { 1.0 } else { OF_A_BEGINNING };
        let found: Vec<(usize, f32)> = begins.take(MOST_TERMS).map(|(at, term)| (at, factor(term))).collect();
        if !found.is_empty() {
            // One letter begins nearly everything.
            let long_enough = word.chars().count() > 1;
            return found.into_iter().filter(|(_, factor)| long_enough || *factor == 1.0).collect();
        }
        let letters = word.chars().count();
        let most = match letters {
            0..=3 => return vec![],
            4..=7 => 1,
            _ => 2,
        };
        let near = |term: &str| {
            term.len().abs_diff(word.len()) <= most * 4
                && term.chars().count().abs_diff(letters) <= most
                && strsim::osa_distance(term, word) <= most
        };
        let terms = self.terms.iter().enumerate().filter(|(_, term)| near(term)).take(MOST_TERMS);
        terms.map(|(at, _)| (at, OF_AN_ERROR)).collect()
    }
}

/// What the words of an API say: each once, by the weightiest place.
fn weights(entry: &Entry) -> HashMap<String, f32> {
    let mut found = HashMap::new();
    let mut add = |text: &str, weight: f32| {
        for word in words(text) {
            let known: &mut f32 = found.entry(word).or_default();
            *known = known.max(weight);
        }
    };
    let card = entry.card();
    add(&entry.api.title, weight::NAME);
    add(entry.api.slug.as_str(), weight::NAME);
    add(&card.category, weight::CATEGORY);
    card.tags.iter().for_each(|tag| add(tag, weight::CATEGORY));
    add(&entry.api.summary, weight::SUMMARY);
    for operation in &card.operations {
        add(&operation.id, weight::OPERATION);
        add(&operation.summary, weight::OPERATION);
        add(&operation.path, weight::OPERATION);
        operation.parameters.iter().for_each(|name| add(name, weight::FIELD));
    }
    add(entry.api.owner.as_str(), weight::OWNER);
    add(&card.description, weight::DESCRIPTION);
    card.fields.iter().for_each(|field| add(field, weight::FIELD));
    found
}
