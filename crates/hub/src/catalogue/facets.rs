//! By what can the catalogue be narrowed, and how much would be left?

use std::{collections::BTreeMap, sync::Arc};

use hansom_control::Access;

use super::{Entry, Wanted};
use crate::sentence::capital;

/// The most values of a facet that are offered; the most frequent are.
const MOST_OPTIONS: usize = 30;

/// So many facets begin open.
const OPEN_FACETS: usize = 3;

/// The facets: their fields in addresses, and what they are called.
pub(super) const NAMES: [(&str, &str); 7] = [
    ("status", "Status"),
    ("audience", "Audience"),
    ("access", "Access"),
    ("kind", "Kind"),
    ("category", "Category"),
    ("personal_data", "Personal data"),
    ("owner", "Owner"),
];

/// A way to narrow what was found.
#[derive(Clone, Debug)]
pub(crate) struct Facet {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) options: Vec<FacetOption>,
}

impl Facet {
    /// Whether its values are shown without being asked for: what was chosen is seen, and so are the first few facets.
    pub(crate) fn is_open(&self) -> bool {
        let first = NAMES.iter().take(OPEN_FACETS).any(|(name, _)| *name == self.name);
        first || self.options.iter().any(|option| option.chosen)
    }
}

/// One value of a facet.
#[derive(Clone, Debug)]
pub(crate) struct FacetOption {
    pub(crate) value: String,
    pub(crate) text: String,
    /// How many fit it and everything else that was chosen.
    pub(crate) count: usize,
    pub(crate) chosen: bool,
}

/// What fits every facet's choice, and each facet counted as if nothing were chosen of it: so that adding a value can be weighed.
pub(super) fn narrowed(all: &[Arc<Entry>], wanted: &Wanted) -> (Vec<Arc<Entry>>, Vec<Facet>) {
    let mut counts: Vec<BTreeMap<String, usize>> = vec![BTreeMap::new(); NAMES.len()];
    let mut found = vec![];
    for entry in all {
        let values: Vec<String> = NAMES.iter().map(|(name, _)| value_of(entry, name)).collect();
        let misses: Vec<usize> = (0..NAMES.len()).filter(|at| !fits(wanted, *at, &values)).collect();
        for (at, value) in values.into_iter().enumerate() {
            let only_own = misses.iter().all(|miss| *miss == at);
            if let Some(counts) = counts.get_mut(at).filter(|_| only_own && !value.is_empty()) {
                *counts.entry(value).or_default() += 1;
            }
        }
        if misses.is_empty() {
            found.push(Arc::clone(entry));
        }
    }
    let facets = NAMES.into_iter().zip(counts).map(|((name, title), counts)| facet((name, title), counts, wanted));
    (found, facets.filter(|facet| !facet.options.is_empty()).collect())
}

fn fits(wanted: &Wanted, at: usize, values: &[String]) -> bool {
    let name = NAMES.get(at).map_or("", |(name, _)| name);
    wanted.of(name).is_none_or(|chosen| values.get(at).is_some_and(|value| chosen.contains(value)))
}

fn facet((name, title): (&'static str, &'static str), counts: BTreeMap<String, usize>, wanted: &Wanted) -> Facet {
    let chosen = wanted.of(name);
    let is_chosen = |value: &str| chosen.is_some_and(|chosen| chosen.contains(value));
    let mut options: Vec<FacetOption> = counts
        .into_iter()
        .map(|(value, count)| FacetOption { text: words_for(name, &value), chosen: is_chosen(&value), count, value })
        .collect();
    // What was chosen and fits nothing any more stays to be seen, and to be taken back.
    for value in chosen.into_iter().flatten() {
        if !options.iter().any(|option| option.value == *value) {
            let text = words_for(name, value);
            options.push(FacetOption { value: value.clone(), text, count: 0, chosen: true });
        }
    }
    options.sort_by(|a, b| b.chosen.cmp(&a.chosen).then(b.count.cmp(&a.count)).then_with(|| a.text.cmp(&b.text)));
    options.truncate(MOST_OPTIONS);
    Facet { name, title, options }
}

fn value_of(entry: &Entry, facet: &str) -> String {
    let version = &entry.newest().version;
    match facet {
        "status" => version.status.to_string(),
        "audience" => entry.api.audience.to_string(),
        "access" => access(entry.card().access).0.to_owned(),
        "kind" => entry.api.kind.to_string(),
        "category" => entry.card().category.clone(),
        "personal_data" => if version.personal_data { "yes" } else { "no" }.to_owned(),
        _ => entry.api.owner.to_string(),
    }
}

fn words_for(facet: &str, value: &str) -> String {
    let known = [Access::Open, Access::Granted, Access::People, Access::Closed];
    match facet {
        "owner" => value.to_owned(),
        "access" => {
            known.map(access).into_iter().find(|(word, _)| *word == value).map_or(value, |(_, text)| text).to_owned()
        }
        _ => capital(value),
    }
}

/// The word of an address and the words of a page.
pub(crate) fn access(access: Access) -> (&'static str, &'static str) {
    match access {
        Access::Open => ("open", "Open: some operations need no token"),
        Access::Granted => ("granted", "Applications ask for access"),
        Access::People => ("people", "For people in certain groups"),
        Access::Closed => ("closed", "Nobody is let in yet"),
    }
}
