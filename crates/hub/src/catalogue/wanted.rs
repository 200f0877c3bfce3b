//! What does somebody look for in the catalogue?

use std::{collections::BTreeSet, sync::Arc};

use super::{Entry, Facet, Shelf, facets};
use crate::form::Fields;

/// The longest text that is looked for, in characters.
const LONGEST: usize = 200;
/// The most values of one filter.
const MOST_VALUES: usize = 50;

/// Words, filters and an order, read from an address.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// As it was typed.
    pub(crate) text: String,
    /// For each facet the values of which one has to fit; none lets all through.
    pub(crate) chosen: Vec<(&'static str, BTreeSet<String>)>,
    pub(crate) sort: Sort,
}

/// The order of what is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sort {
    /// What fits best first; by title where there are no words.
    #[default]
    Relevance,
    Title,
    /// What was published last first.
    Newest,
}

impl Sort {
    pub(crate) const ALL: [Sort; 3] = [Sort::Relevance, Sort::Title, Sort::Newest];

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Sort::Relevance => "relevance",
            Sort::Title => "title",
            Sort::Newest => "newest",
        }
    }
}

impl Wanted {
    /// Reads `q`, `sort` and a field for each facet; what is none of their values is taken as it is and fits nothing.
    pub(crate) fn read(fields: &Fields) -> Self {
        let chosen = facets::NAMES.into_iter().map(|(name, _)| {
            let values = fields.all(name).into_iter().filter(|value| !value.is_empty() && value.len() <= 254);
            (name, values.take(MOST_VALUES).collect())
        });
        let sort = fields.one("sort");
        Self {
            text: fields.one("q").chars().take(LONGEST).collect(),
            chosen: chosen.collect(),
            sort: Sort::ALL.into_iter().find(|known| known.as_str() == sort).unwrap_or_default(),
        }
    }

    /// Whether anything narrows the catalogue.
    pub(crate) fn is_narrow(&self) -> bool {
        !self.text.trim().is_empty() || self.chosen.iter().any(|(_, values)| !values.is_empty())
    }

    /// The values that were chosen of a facet.
    pub(crate) fn of(&self, facet: &str) -> Option<&BTreeSet<String>> {
        self.chosen
            .iter()
            .find(|(name, _)| *name == facet)
            .map(|(_, values)| values)
            .filter(|values| !values.is_empty())
    }

    /// The address's query for this, without a page.
    pub(crate) fn query(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if !self.text.is_empty() {
            query.append_pair("q", &self.text);
        }
        for (name, values) in &self.chosen {
            for value in values {
                query.append_pair(name, value);
            }
        }
        if self.sort != Sort::default() {
            query.append_pair("sort", self.sort.as_str());
        }
        query.finish()
    }
}

impl Shelf {
    /// What fits, in its order, and the facets with how many would fit each of their values. `may` says who may be seen.
    pub(crate) fn find(&self, wanted: &Wanted, may: impl Fn(&Entry) -> bool) -> (Vec<Arc<Entry>>, Vec<Facet>) {
        let with_words = self.with_words(&wanted.text, may);
        let (mut found, facets) = facets::narrowed(&with_words, wanted);
        match wanted.sort {
            Sort::Relevance => {}
            Sort::Title => found.sort_by(|a, b| a.order().cmp(b.order())),
            Sort::Newest => found.sort_by_key(|entry| std::cmp::Reverse(entry.newest().published_at)),
        }
        (found, facets)
    }
}
