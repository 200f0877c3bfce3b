//! Which drafts does a person have, and which of them may they still open?

use hansom_domain::{Actor, ApiSlug, DraftId, Major, PersonId};
use hansom_store::{DRAFT_SECONDS, DraftRow, DraftText};

use crate::{Control, Error, fingerprint};

/// Drafts that a person may have.
pub const MOST_DRAFTS: usize = 5;

/// What somebody is about to publish.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its id.
    pub id: DraftId,
    /// The API and version that it was begun for; none for a new one.
    pub of: Option<(ApiSlug, Major)>,
    /// The manifest.
    pub manifest: String,
    /// The contract.
    pub contract: String,
}

impl Draft {
    /// A mark of what is published and of the release that it would follow: who decides by it decides about just that.
    pub fn mark(&self, before: Option<i64>) -> String {
        // The lengths keep what ends one text from beginning the other.
        fingerprint(&format!("{} {before:?}\n{}{}", self.manifest.len(), self.manifest, self.contract))
    }
}

/// Drafts belong to people.
pub(crate) fn person(actor: &Actor) -> Result<&PersonId, Error> {
    match actor {
        Actor::Person { id, .. } => Ok(id),
        Actor::Application { .. } | Actor::Pipeline { .. } | Actor::Platform => {
            Err(Error::NotAllowed("drafts are for people; programs publish at once".into()))
        }
    }
}

/// The API and version that a draft was begun for.
pub(crate) fn begun_for(row: &DraftRow) -> Option<(ApiSlug, Major)> {
    let major = u16::try_from(row.major).ok().and_then(Major::new)?;
    Some((row.api.parse().ok()?, major))
}

impl Control {
    /// The drafts of a person, the one that was changed last first.
    pub async fn drafts_of(&self, actor: &Actor) -> Result<Vec<DraftRow>, Error> {
        let since = self.clock.now().plus_seconds(-DRAFT_SECONDS);
        Ok(self.reads.drafts_of(person(actor)?, since).await?)
    }

    /// A draft of the person's own. What was begun as a copy of an API's release is for those who still own the API: it names
    /// upstreams.
    pub async fn draft_for(&self, actor: &Actor, id: &DraftId) -> Result<Draft, Error> {
        let missing = || Error::NotFound("there is no such draft among yours; drafts are kept for a week".into());
        let row = self.drafts_of(actor).await?.into_iter().find(|row| row.id == *id).ok_or_else(missing)?;
        let of = begun_for(&row);
        if let Some((slug, _)) = &of {
            let api = self.reads.api(slug).await?;
            if api.is_some_and(|api| !actor.speaks_for(&api.owner)) {
                return Err(missing());
            }
        }
        let DraftText { manifest, contract } = self.reads.draft_text(id).await?.ok_or_else(missing)?;
        Ok(Draft { id: row.id, of, manifest, contract })
    }

    /// The person's draft for a version, if there is one.
    pub async fn draft_of_version(&self, actor: &Actor, slug: &ApiSlug, major: Major) -> Result<Option<Draft>, Error> {
        let is_it = |row: &DraftRow| begun_for(row).is_some_and(|(of, number)| of == *slug && number == major);
        match self.drafts_of(actor).await?.into_iter().find(is_it) {
            Some(row) => self.draft_for(actor, &row.id).await.map(Some),
            None => Ok(None),
        }
    }
}
