//! How do all APIs stand by the playbook?

use hansom_domain::Actor;
use hansom_store::ScoreRow;

use crate::{Control, Error};

impl Control {
    /// The scores of the releases in force by the edition in force, of those APIs that the actor may see.
    pub async fn scores(&self, actor: &Actor) -> Result<Vec<ScoreRow>, Error> {
        let edition = self.profile_in_force().await?.edition.to_string();
        let mut scores = self.reads.scores(&edition).await?;
        let apis = self.reads.apis().await?;
        scores.retain(|score| {
            apis.iter().any(|api| api.slug == score.slug && self.may_see(Some(actor), api.audience, &api.owner))
        });
        Ok(scores)
    }
}
