//! What is known of one API that can be found?

use hansom_control::{Card, CardOperation, Listed};
use hansom_domain::Status;
use hansom_store::ApiRow;

use super::likeness::About;
use crate::stem::words;

/// An API with its versions.
pub(crate) struct Entry {
    pub(crate) api: ApiRow,
    /// Newest first; there is one at least.
    versions: Vec<Listed>,
    /// Which of them it is known by: the newest that is not retired.
    known_by: usize,
    /// What lists by title are ordered by.
    order: (String, String),
    /// The words of its title and of its name in paths.
    names: [String; 2],
    /// What it is about, to be held against what somebody is about to make.
    about: About,
}

impl Entry {
    /// An API with its versions, oldest first; `None` for one that has none.
    pub(super) fn of((api, mut versions): (ApiRow, Vec<Listed>)) -> Option<Self> {
        versions.reverse();
        let in_use = versions.iter().position(|listed| listed.version.status != Status::Retired);
        let known_by = in_use.unwrap_or(0);
        let about = About::of(&api, &versions.get(known_by)?.card);
        let order = (api.title.to_lowercase(), api.slug.to_string());
        let names = [api.title.as_str(), api.slug.as_str()].map(|name| words(name).join(" "));
        Some(Self { api, versions, known_by, order, names, about })
    }

    /// Every version, newest first.
    pub(crate) fn versions(&self) -> &[Listed] {
        &self.versions
    }

    /// The version that it is known by.
    pub(crate) fn newest(&self) -> &Listed {
        &self.versions[self.known_by]
    }

    /// That version in short.
    pub(crate) fn card(&self) -> &Card {
        &self.newest().card
    }

    /// The operations in which one of these words stands, at most `most`.
    pub(crate) fn operations_with(&self, text: &str, most: usize) -> Vec<&CardOperation> {
        let wanted = words(text);
        let has = |operation: &&CardOperation| {
            let mut own = words(&operation.id);
            own.extend(words(&operation.summary));
            own.extend(words(&operation.path));
            wanted.iter().any(|word| {
                own.iter().any(|known| known == word || (word.len() > 2 && known.starts_with(word.as_str())))
            })
        };
        self.card().operations.iter().filter(has).take(most).collect()
    }

    /// What lists by title are ordered by.
    pub(super) fn order(&self) -> &(String, String) {
        &self.order
    }

    /// What it is about.
    pub(super) fn about(&self) -> &About {
        &self.about
    }

    /// How much more an API counts whose very name was looked for.
    pub(super) fn likeness_of_name(&self, phrase: &str) -> f32 {
        let [title, slug] = &self.names;
        let retired = if self.newest().version.status == Status::Retired { -200.0 } else { 0.0 };
        retired
            + if *title == phrase || *slug == phrase {
                500.0
            } else if title.starts_with(phrase) || slug.starts_with(phrase) {
                150.0
            } else if title.contains(phrase) || slug.contains(phrase) {
                60.0
            } else {
                0.0
            }
    }
}
