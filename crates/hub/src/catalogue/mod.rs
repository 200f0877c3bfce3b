//! Which APIs are there, ready to be found?
//!
//! Everything that is searched and counted is held in memory and follows the store: by what was changed, at the moment of the
//! next question, so that what was published a second ago is found. Pages and API ask for one [`Shelf`] and see it from start to end.

mod entry;
mod facets;
mod index;
mod likeness;
mod wanted;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, PoisonError, RwLock},
};

use hansom_control::{Control, Error};
use hansom_domain::{ApiId, Status, VersionName};
use hansom_store::{Changed, Subject};
use tokio::sync::Mutex;

pub(crate) use entry::Entry;
pub(crate) use facets::{Facet, access};
pub(crate) use likeness::{Like, Likeness, alike};
pub(crate) use wanted::{Sort, Wanted};

use index::Index;

/// So many changes are read one by one; more, and everything is read.
const MOST_CHANGES: usize = 500;
/// So many APIs may have changed since the large index was made before it is made anew.
const MOST_FRESH: usize = 256;

/// The hub's catalogue; it begins empty and fills itself when it is first asked.
#[derive(Default)]
pub(crate) struct Catalogue {
    shelf: RwLock<Option<Arc<Shelf>>>,
    following: Mutex<()>,
}

/// What there is at one moment.
#[derive(Clone)]
pub(crate) struct Shelf {
    generation: u64,
    /// Every API, by title.
    all: Arc<[Arc<Entry>]>,
    /// The words of all APIs but those that changed since it was made.
    large: Arc<Index>,
    /// The words of those.
    fresh: Arc<Index>,
    changed: Arc<HashSet<ApiId>>,
}

impl Catalogue {
    /// What there is now.
    pub(crate) async fn current(&self, control: &Control) -> Result<Arc<Shelf>, Error> {
        let generation = control.reads().generation().await?;
        if let Some(shelf) = self.held().filter(|shelf| shelf.generation == generation) {
            return Ok(shelf);
        }
        // One follows; the others wait for what it finds.
        let _following = self.following.lock().await;
        let held = self.held();
        if let Some(shelf) = held.clone().filter(|shelf| shelf.generation >= generation) {
            return Ok(shelf);
        }
        let shelf = Arc::new(follow(control, held, generation).await?);
        *self.shelf.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&shelf));
        Ok(shelf)
    }

    fn held(&self) -> Option<Arc<Shelf>> {
        self.shelf.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn follow(control: &Control, held: Option<Arc<Shelf>>, generation: u64) -> Result<Shelf, Error> {
    let Some(held) = held else {
        return everything(control, generation).await;
    };
    match control.reads().changed_since(held.generation, generation, MOST_CHANGES).await? {
        Changed::Everything => everything(control, generation).await,
        Changed::These(subjects) => {
            let apis = subjects.into_iter().filter_map(|subject| match subject {
                Subject::Api(id) => Some(id),
                _ => None,
            });
            let apis: HashSet<ApiId> = apis.collect();
            // Most changes are of people, grants and tokens.
            if apis.is_empty() {
                return Ok(Shelf { generation, ..Shelf::clone(&held) });
            }
            these(control, &held, apis, generation).await
        }
    }
}

async fn everything(control: &Control, generation: u64) -> Result<Shelf, Error> {
    let listed = control.listed(None).await?;
    let all: Vec<Arc<Entry>> = listed.into_iter().filter_map(Entry::of).map(Arc::new).collect();
    shelf(all, generation).await
}

/// A shelf whose words are all in one index, which takes a while to make.
async fn shelf(all: Vec<Arc<Entry>>, generation: u64) -> Result<Shelf, Error> {
    let entries = all.clone();
    let made = tokio::task::spawn_blocking(move || Index::of(entries)).await;
    let large = made.map_err(|error| Error::Internal(format!("the catalogue's index was not made: {error}")))?;
    Ok(Shelf { generation, all: all.into(), large: Arc::new(large), fresh: Arc::default(), changed: Arc::default() })
}

async fn these(control: &Control, held: &Shelf, apis: HashSet<ApiId>, generation: u64) -> Result<Shelf, Error> {
    let mut all: HashMap<ApiId, Arc<Entry>> =
        held.all.iter().map(|entry| (entry.api.id.clone(), Arc::clone(entry))).collect();
    for id in &apis {
        all.remove(id);
        let listed = control.listed(Some(id)).await?.into_iter().filter_map(Entry::of);
        all.extend(listed.map(|entry| (entry.api.id.clone(), Arc::new(entry))));
    }
    let mut changed = HashSet::clone(&held.changed);
    changed.extend(apis);
    let mut all: Vec<Arc<Entry>> = all.into_values().collect();
    all.sort_by(|a, b| a.order().cmp(b.order()));
    if changed.len() > MOST_FRESH {
        return shelf(all, generation).await;
    }
    let fresh = Index::of(all.iter().filter(|entry| changed.contains(&entry.api.id)).cloned().collect());
    let large = Arc::clone(&held.large);
    Ok(Shelf { generation, all: all.into(), large, fresh: Arc::new(fresh), changed: Arc::new(changed) })
}

impl Shelf {
    /// The state of the store that it shows.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// Every API, by title.
    pub(crate) fn all(&self) -> &[Arc<Entry>] {
        &self.all
    }

    /// The versions that are in use, with the titles that people know them by. `may` says who may be seen.
    pub(crate) fn versions_in_use(&self, may: impl Fn(&Entry) -> bool) -> Vec<(VersionName, String)> {
        let mut versions = vec![];
        for entry in self.all.iter().filter(|entry| may(entry)) {
            let in_use = entry.versions().iter().map(|listed| &listed.version);
            for version in in_use.filter(|version| version.status != Status::Retired) {
                let (api, major) = (version.slug.clone(), version.major);
                versions.push((VersionName { api, major }, format!("{} {major}", entry.api.title)));
            }
        }
        versions
    }

    /// Every API with these words, best first; all of them, by title, for no words. `may` says who may be seen.
    pub(crate) fn with_words(&self, text: &str, may: impl Fn(&Entry) -> bool) -> Vec<Arc<Entry>> {
        let words = crate::stem::words(text);
        if words.is_empty() {
            return self.all.iter().filter(|entry| may(entry)).cloned().collect();
        }
        let mut found = self.large.find(&words);
        found.retain(|(entry, _)| !self.changed.contains(&entry.api.id));
        found.extend(self.fresh.find(&words));
        let mut found: Vec<(Arc<Entry>, f32)> = found.into_iter().filter(|(entry, _)| may(entry)).collect();
        let phrase = words.join(" ");
        for (entry, score) in &mut found {
            *score += entry.likeness_of_name(&phrase);
        }
        found.sort_by(|(a, more), (b, less)| less.total_cmp(more).then_with(|| a.order().cmp(b.order())));
        found.into_iter().map(|(entry, _)| entry).collect()
    }
}
