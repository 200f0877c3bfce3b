//! Stop trusting a pipeline; the tokens that it has are worth nothing from then on.

use hansom_domain::{Actor, ApiSlug, PipelineId};
use serde_json::json;

use crate::{Control, Error};

impl Control {
    /// Ends the trust of an API of the actor's groups in a pipeline.
    pub async fn distrust_pipeline(&self, actor: &Actor, api: &ApiSlug, id: &PipelineId) -> Result<(), Error> {
        let missing = || Error::NotFound(format!("no API {api} of your groups trusts such a pipeline"));
        let mut change = self.begin(actor, "distrust_pipeline", self.clock.now()).await?;
        let owner = change.api(api).await?.map(|api| api.owner);
        let pipelines = change.pipelines_of(api).await?;
        let row = pipelines.into_iter().find(|row| row.id == *id).ok_or_else(missing)?;
        if !actor.speaks_for(&row.owner) && !owner.is_some_and(|owner| actor.speaks_for(&owner)) {
            return Err(missing());
        }
        if !change.delete_pipeline(id).await? {
            return Err(missing());
        }
        let detail = json!({
            "pipeline": id, "issuer": row.issuer, "repository": row.repository, "ref": row.git_ref,
            "workflow": row.workflow, "environment": row.environment,
        });
        Ok(change.commit(&format!("api {api}"), &detail).await?)
    }
}
