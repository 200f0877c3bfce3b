//! Hold a trusted pipeline to the very repository that ran first, so that a later one of the same name inherits nothing.

use hansom_domain::Actor;
use hansom_store::PipelineRow;
use serde_json::json;

use crate::{Control, Error, PipelineRun};

impl Control {
    /// Keeps the issuer's ids of the repository of the first run. Of two first runs at once, one is kept and the other must fit
    /// it.
    pub async fn pin_pipeline(&self, row: &PipelineRow, run: &PipelineRun) -> Result<(), Error> {
        if row.pinned_at.is_some() {
            return Ok(());
        }
        let now = self.clock.now();
        let mut change = self.begin(&Actor::Platform, "pin_pipeline", now).await?;
        let ids = (run.repository_id.as_str(), run.namespace_id.as_str());
        if change.pin_pipeline(&row.id, ids, now).await? {
            let detail = json!({
                "pipeline": row.id, "run": run.name(), "repository_id": run.repository_id, "namespace_id": run.namespace_id,
            });
            return Ok(change.commit(&format!("api {}", row.api), &detail).await?);
        }
        drop(change);
        let known = self.reads.pipeline(&row.id).await?.filter(|known| run.is_same_repository(known));
        known.map(|_| ()).ok_or_else(|| Error::NotAllowed("the pipeline is not trusted any more".into()))
    }
}
