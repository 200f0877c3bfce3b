//! Publish a draft, just as it was looked at.

use hansom_domain::{Actor, DraftId};

use crate::{Control, Error, Publication, Published};

impl Control {
    /// Publishes a draft as a release and forgets it. `mark` is of what the person saw ([`Draft::mark`](crate::Draft::mark)): what was
    /// changed since, there or in the release in force, is not published unseen.
    pub async fn publish_draft(&self, actor: &Actor, id: &DraftId, mark: &str) -> Result<Published, Error> {
        let draft = self.draft_for(actor, id).await?;
        let publication = Publication { manifest: &draft.manifest, contract: &draft.contract, dry_run: false };
        let weighed = self.weigh(actor, publication, &[]).await?;
        if mark != draft.mark(weighed.review.before.as_ref().map(|before| before.number)) {
            return Err(Error::Conflict(
                "the draft, or the release that it would follow, was changed after you looked at it; look again".into(),
            ));
        }
        let published = self.carry_out(actor, publication, weighed).await?;
        self.writes.delete_draft(&draft.id).await?;
        Ok(published)
    }
}
