//! Which incidents may an actor see, and who tells of them?

use std::collections::HashMap;

use hansom_domain::{Actor, IncidentId, Timestamp};
use hansom_store::{ConcernedRow, IncidentRow, IncidentUpdateRow};

use crate::{Control, Error};

/// An incident with the APIs that it concerns; none: it concerns the platform.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// The incident.
    pub row: IncidentRow,
    /// The APIs.
    pub apis: Vec<ConcernedRow>,
}

impl Control {
    /// Whether an actor tells of an incident: administrators of any, owners of one that concerns their own APIs alone.
    pub fn may_tell_of(&self, actor: &Actor, apis: &[ConcernedRow]) -> bool {
        let is_person = matches!(actor, Actor::Person { .. } | Actor::Platform);
        let owns_all = !apis.is_empty() && apis.iter().all(|api| actor.speaks_for(&api.owner));
        is_person && (actor.is_administrator() || owns_all)
    }

    /// Whether somebody (`None`: a stranger) may read of an incident: who may know of every API that its texts may name.
    fn may_read_of(&self, viewer: Option<&Actor>, apis: &[ConcernedRow]) -> bool {
        apis.iter().all(|api| self.may_see(viewer, api.audience, &api.owner))
    }

    /// The incidents that began after `since` or are not over, newest first, as far as somebody may read of them.
    pub async fn incidents_for(&self, viewer: Option<&Actor>, since: Timestamp) -> Result<Vec<Incident>, Error> {
        let mut concerned: HashMap<IncidentId, Vec<ConcernedRow>> = HashMap::new();
        for api in self.reads.concerned_by_incidents(since).await? {
            concerned.entry(api.incident_id.clone()).or_default().push(api);
        }
        let rows = self.reads.incidents(since).await?;
        let with_apis = |row: IncidentRow| Incident { apis: concerned.remove(&row.id).unwrap_or_default(), row };
        let mut incidents: Vec<_> = rows.into_iter().map(with_apis).collect();
        incidents.retain(|incident| self.may_read_of(viewer, &incident.apis));
        Ok(incidents)
    }

    /// One incident with what was told of it, newest first. Nobody learns of one that concerns what they may not know of.
    pub async fn incident_for(
        &self,
        viewer: Option<&Actor>,
        id: &IncidentId,
    ) -> Result<(Incident, Vec<IncidentUpdateRow>), Error> {
        let missing = || Error::NotFound("there is no such incident, or it concerns what you may not know of".into());
        let row = self.reads.incident(id).await?.ok_or_else(missing)?;
        let apis = self.reads.concerned_by(id).await?;
        if !self.may_read_of(viewer, &apis) {
            return Err(missing());
        }
        Ok((Incident { row, apis }, self.reads.incident_updates(id).await?))
    }
}
