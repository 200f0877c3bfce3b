//! What does a published release say?

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use hansom_domain::{EnvironmentName, GroupAddress, ReleaseId, VersionId};
use hansom_standards::Contract;
use hansom_store::VersionRow;

use crate::{Control, Error, Manifest, read_manifest};

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

/// Releases that were read before, the newest per version: a release never changes, so nothing here grows stale.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shelf(Arc<Mutex<HashMap<VersionId, Arc<PublishedContract>>>>);

impl Shelf {
    fn find(&self, version: &VersionRow) -> Option<Arc<PublishedContract>> {
        let shelf = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shelf.get(&version.id).filter(|kept| kept.number == version.current_release).cloned()
    }

    fn put(&self, version: &VersionRow, published: &Arc<PublishedContract>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(version.id.clone(), Arc::clone(published));
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
