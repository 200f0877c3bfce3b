//! Take a waiver back before its end.

use hansom_domain::{Actor, WaiverId};
use serde_json::json;

use crate::{Control, Error, text};

impl Control {
    /// Takes back a waiver or a request for one; the API's owners and the standards group may. The finding counts again
    /// from the next release on.
    pub async fn withdraw_waiver(&self, actor: &Actor, id: &WaiverId, reason: &str) -> Result<(), Error> {
        let waiver = self.waiver_for(actor, id).await?;
        let reason = text::checked("the reason", reason, 1, 2000, true)?;
        let ended_before = || Error::Conflict("there is nothing in force or asked for to take back".into());
        let next = waiver.state.withdraw().ok_or_else(ended_before)?;
        let now = self.clock.now();
        let mut change = self.begin(actor, "withdraw_waiver", now).await?;
        if !change.move_waiver(id, (waiver.state, next), (actor.id(), actor.name()), &reason, now).await? {
            return Err(ended_before());
        }
        let detail = json!({ "api": waiver.slug, "rule": waiver.rule, "reason": reason });
        Ok(change.commit(&format!("waiver {id}"), &detail).await?)
    }
}
