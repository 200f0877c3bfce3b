//! Tell more of an incident, or that it is over.

use hansom_domain::{Actor, IncidentId, IncidentState};
use hansom_store::NewIncidentUpdate;
use serde_json::json;

use crate::{Control, Error, text};

/// So often something is told of one incident; then it is another.
const MOST_UPDATES: usize = 200;

impl Control {
    /// Tells where an incident stands, in 5 to 4,000 characters: whoever may open it. What is resolved stays so.
    pub async fn tell_of_incident(
        &self,
        actor: &Actor,
        id: &IncidentId,
        state: IncidentState,
        words: &str,
    ) -> Result<(), Error> {
        let (incident, updates) = self.incident_for(Some(actor), id).await?;
        if !self.may_tell_of(actor, &incident.apis) {
            return Err(Error::NotAllowed("only administrators and owners of all its APIs tell of it".into()));
        }
        let words = text::checked("the text", words, 5, 4000, true)?;
        let over = || Error::Conflict("the incident is over; open another if it happens again".into());
        if incident.row.ended_at.is_some() {
            return Err(over());
        }
        if updates.len() >= MOST_UPDATES {
            return Err(Error::Conflict(format!(
                "{MOST_UPDATES} texts were told of it; resolve it and open another for what goes on"
            )));
        }
        let now = self.clock.now();
        let mut change = self.begin(actor, "tell_of_incident", now).await?;
        let update = NewIncidentUpdate {
            id: &self.chance.hex(16),
            incident: id,
            state,
            text: &words,
            by: (actor.id(), actor.name()),
            at: now,
        };
        if !change.tell_of_incident(update).await? {
            return Err(over());
        }
        Ok(change.commit(&format!("incident {id}"), &json!({ "state": state, "text": words })).await?)
    }
}
