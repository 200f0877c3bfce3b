//! Forget what somebody was about to publish.

use hansom_domain::{Actor, DraftId};

use crate::{Control, Error};

impl Control {
    /// Forgets a draft of the person's own.
    pub async fn discard_draft(&self, actor: &Actor, id: &DraftId) -> Result<(), Error> {
        if !self.drafts_of(actor).await?.iter().any(|row| row.id == *id) {
            return Err(Error::NotFound("there is no such draft among yours".into()));
        }
        Ok(self.writes.delete_draft(id).await?)
    }
}
