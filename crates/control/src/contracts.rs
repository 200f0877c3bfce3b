//! What does a published release say?

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use hansom_domain::{EnvironmentName, GroupAddress, ReleaseId, VersionId};
use hansom_standards::Contract;
use hansom_store::VersionRow;

use crate::{Control, Error, Manifest, Publication, read_manifest};

/// The current release of a version, read.
#[derive(Debug)]
pub struct PublishedContract {
    /// The release.
    pub release: ReleaseId,
    /// The release's number.
    pub number: i64,
    /// The contract.
    pub contract: Contract,
    /// The manifest.
    pub manifest: Manifest,
    /// The contract as it was sent.
    pub contract_text: String,
    /// The manifest as it was sent.
    pub manifest_text: String,
}

/// So much text of contracts and manifests is kept read; what is made of it takes several times as much.
const MOST_BYTES: usize = 16 * 1024 * 1024;

/// Releases that were read before, the newest per version: a release never changes, so nothing here grows stale. Those that were
/// asked for longest ago go first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shelf(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    by_version: HashMap<VersionId, (u64, Arc<PublishedContract>)>,
    /// The versions in the order in which they were asked for last.
    by_use: BTreeMap<u64, VersionId>,
    uses: u64,
    bytes: usize,
}

impl Shelf {
    fn find(&self, version: &VersionRow) -> Option<Arc<PublishedContract>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.find(&version.id, version.current_release)
    }

    fn put(&self, version: &VersionRow, published: &Arc<PublishedContract>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(&version.id, Arc::clone(published), MOST_BYTES);
    }
}

impl Kept {
    fn find(&mut self, version: &VersionId, release: i64) -> Option<Arc<PublishedContract>> {
        self.uses += 1;
        let (used, published) = self.by_version.get_mut(version).filter(|(_, kept)| kept.number == release)?;
        self.by_use.remove(used);
        *used = self.uses;
        self.by_use.insert(self.uses, version.clone());
        Some(Arc::clone(published))
    }

    fn put(&mut self, version: &VersionId, published: Arc<PublishedContract>, most: usize) {
        self.forget(version);
        self.uses += 1;
        self.bytes += published.bytes();
        self.by_use.insert(self.uses, version.clone());
        self.by_version.insert(version.clone(), (self.uses, published));
        // What was just read stays, however large it is.
        while self.bytes > most && self.by_version.len() > 1 {
            let Some((_, oldest)) = self.by_use.pop_first() else { break };
            self.forget(&oldest);
        }
    }

    fn forget(&mut self, version: &VersionId) {
        if let Some((used, published)) = self.by_version.remove(version) {
            self.by_use.remove(&used);
            self.bytes -= published.bytes();
        }
    }
}

impl PublishedContract {
    /// Whether just this was published.
    pub(crate) fn is_of(&self, publication: Publication<'_>) -> bool {
        self.contract_text == publication.contract && self.manifest_text == publication.manifest
    }

    fn bytes(&self) -> usize {
        self.contract_text.len() + self.manifest_text.len()
    }
}

impl Control {
    /// Whether a group has an API that answers in an environment.
    pub async fn serves_in(&self, owner: &GroupAddress, environment: &EnvironmentName) -> Result<bool, Error> {
        for version in self.reads.versions().await?.iter().filter(|version| version.owner == *owner) {
            let published = self.contract_of(version).await?;
            if published.manifest.environments.iter().any(|(name, _)| name == environment) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The current release of a version.
    pub async fn contract_of(&self, version: &VersionRow) -> Result<Arc<PublishedContract>, Error> {
        if let Some(kept) = self.contracts.find(version) {
            return Ok(kept);
        }
        let broken = |what: String| {
            Error::Internal(format!(
                "release {} of {} {}: {what}",
                version.current_release, version.slug, version.major
            ))
        };
        let release = self.reads.release(&version.id, version.current_release).await?;
        let release = release.ok_or_else(|| broken("is missing".into()))?;
        let contract = Contract::read(&release.contract)
            .map_err(|faults| broken(faults.first().map_or_else(String::new, ToString::to_string)))?;
        let manifest = read_manifest(&release.manifest)
            .map_err(|faults| broken(faults.first().map_or_else(String::new, ToString::to_string)))?;
        let published = Arc::new(PublishedContract {
            release: release.id,
            number: release.number,
            contract,
            manifest,
            contract_text: release.contract,
            manifest_text: release.manifest,
        });
        self.contracts.put(version, &published);
        Ok(published)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTRACT: &str = "openapi: 3.1.0\ninfo: { title: T, version: 1.0.0 }\npaths:\n  /a:\n    get:\n      \
                            operationId: a\n      responses: { '200': { description: Fine } }\n";
    const MANIFEST: &str = "api: trees\nowner: parks@hackney.example\nkind: platform\naudience: internal\nstatus: alpha\n\
                            personal_data: false\ncontract: openapi.yaml\nenvironments:\n  sandbox: { mock: true }\naccess:\n  - operations: [a]\n    \
                            applications: granted\n";

    fn published(number: i64, bytes: usize) -> Arc<PublishedContract> {
        Arc::new(PublishedContract {
            release: "r".parse().unwrap(),
            number,
            contract: Contract::read(CONTRACT).unwrap(),
            manifest: read_manifest(MANIFEST).unwrap(),
            contract_text: "x".repeat(bytes),
            manifest_text: String::new(),
        })
    }

    fn version(number: usize) -> VersionId {
        format!("v{number}").parse().unwrap()
    }

    #[test]
    fn what_was_asked_for_longest_ago_goes_when_there_is_too_much() {
        let mut kept = Kept::default();
        for number in 1..=3 {
            kept.put(&version(number), published(1, 40), 100);
            assert!(kept.find(&version(1), 1).is_some(), "it is asked for again and again");
        }
        assert!(kept.find(&version(2), 1).is_none());
        assert!(kept.find(&version(3), 1).is_some());
        assert_eq!((kept.bytes, kept.by_use.len(), kept.by_version.len()), (80, 2, 2));
    }

    #[test]
    fn a_newer_release_takes_the_place_of_the_one_before_and_a_large_one_stays_alone() {
        let mut kept = Kept::default();
        kept.put(&version(1), published(1, 40), 100);
        assert!(kept.find(&version(1), 2).is_none());
        kept.put(&version(1), published(2, 60), 100);
        assert_eq!((kept.bytes, kept.by_use.len()), (60, 1));
        kept.put(&version(2), published(1, 500), 100);
        assert!(kept.find(&version(2), 1).is_some() && kept.find(&version(1), 2).is_none());
        assert_eq!((kept.bytes, kept.by_use.len(), kept.by_version.len()), (500, 1, 1));
    }
}
