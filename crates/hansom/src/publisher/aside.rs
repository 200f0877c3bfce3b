//! What could not be taken into the snapshot, and why?

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use hansom_gateway::{Record, SetAside};

/// What is set aside at present, for everybody to see.
#[derive(Clone, Default)]
pub(crate) struct Aside(Arc<Mutex<BTreeMap<String, String>>>);

impl Aside {
    /// What is set aside at present, and why; at most so many.
    pub(crate) fn now(&self, most: usize) -> Vec<(String, String)> {
        self.with(|aside| aside.iter().take(most).map(|(what, why)| (what.clone(), why.clone())).collect())
    }

    /// Forgets everything, before all is read anew.
    pub(super) fn clear(&self) {
        self.with(BTreeMap::clear);
    }

    /// Something could not be read: `None` if it can be.
    pub(super) fn note(&self, what: String, why: Option<String>) {
        self.with(|aside| match why {
            Some(why) => aside.insert(what, why),
            None => aside.remove(&what),
        });
    }

    /// Forgets what these records bring anew, before what comes of them is known.
    pub(super) fn tried(&self, records: &[Record]) {
        self.with(|aside| {
            for record in records {
                match record {
                    Record::Version(placed) => drop(aside.remove(&placed.place().to_string())),
                    Record::NoVersion(place) => drop(aside.remove(&place.to_string())),
                    Record::Keys(_) => aside.retain(|what, _| !what.starts_with("key ")),
                    Record::Platform(_)
                    | Record::Application(_)
                    | Record::NoApplication(_)
                    | Record::Person(_)
                    | Record::NoPerson(_)
                    | Record::Revoked(_)
                    | Record::NotRevoked(_) => {}
                }
            }
        });
    }

    /// Takes in what came of records.
    pub(super) fn found(&self, set_aside: &[SetAside]) {
        self.with(|aside| aside.extend(set_aside.iter().map(|one| (one.what.clone(), one.why.clone()))));
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<String, String>) -> T) -> T {
        // Each step leaves it whole, so a panic in between leaves nothing half done.
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_anew_is_no_longer_set_aside_unless_it_is_again() {
        let aside = Aside::default();
        let what = "repairs v1 in sandbox";
        let broken = SetAside { what: what.into(), why: "it has no operation".into(), version: None };
        aside.found(std::slice::from_ref(&broken));
        aside.note("rents v1".into(), Some("its release cannot be read".into()));
        let names = |aside: &Aside| aside.now(9).into_iter().map(|(what, _)| what).collect::<Vec<_>>();
        assert_eq!(names(&aside), ["rents v1", what]);
        assert_eq!(aside.now(1).len(), 1);
        let place = hansom_gateway::VersionPlace {
            environment: "sandbox".parse().unwrap(),
            api: "repairs".parse().unwrap(),
            major: "v1".parse().unwrap(),
        };
        aside.tried(&[Record::NoVersion(place)]);
        aside.note("rents v1".into(), None);
        assert!(names(&aside).is_empty());
    }
}
