//! Tell that something goes wrong.

use hansom_domain::{Actor, ApiSlug, Impact, IncidentId, IncidentState, Timestamp};
use hansom_store::{ConcernedRow, NewIncident, NewIncidentUpdate};
use serde_json::json;

use crate::{Control, Error, text};

/// More APIs than this, and it is the platform that is concerned.
const MOST_APIS: usize = 50;
/// Nothing began longer ago, and planned work begins no later.
const MOST_SECONDS: i64 = 30 * 24 * 60 * 60;

/// What goes wrong.
#[derive(Clone, Copy, Debug)]
pub struct ToldIncident<'a> {
    /// What it is, in 5 to 120 characters.
    pub title: &'a str,
    /// How bad it is.
    pub impact: Impact,
    /// The APIs that it concerns; none: the platform.
    pub apis: &'a [ApiSlug],
    /// When it began, at most 30 days from now; now, if nothing else is said.
    pub began_at: Option<Timestamp>,
    /// What is known of it, in 5 to 4,000 characters.
    pub text: &'a str,
}

impl Control {
    /// Opens an incident: administrators for anything, owners for their own APIs.
    pub async fn open_incident(&self, actor: &Actor, told: ToldIncident<'_>) -> Result<IncidentId, Error> {
        let title = text::checked("the title", told.title, 5, 120, false)?;
        let words = text::checked("the text", told.text, 5, 4000, true)?;
        let now = self.clock.now();
        let began_at = told.began_at.unwrap_or(now);
        if began_at < now.plus_seconds(-MOST_SECONDS) || began_at > now.plus_seconds(MOST_SECONDS) {
            return Err(Error::Invalid("the beginning is more than 30 days from now; write when it began".into()));
        }
        let id = IncidentId::random(&self.chance);
        let (apis, concerned) = self.concerned(actor, &id, told.apis).await?;
        if !self.may_tell_of(actor, &concerned) {
            return Err(Error::NotAllowed(
                "only administrators open incidents, and owners those that concern their own APIs alone".into(),
            ));
        }
        let mut change = self.begin(actor, "open_incident", now).await?;
        let new = NewIncident { id: &id, title: &title, impact: told.impact, began_at, apis: &apis, at: now };
        change.insert_incident(&new).await?;
        let update = NewIncidentUpdate {
            id: &self.chance.hex(16),
            incident: &id,
            state: IncidentState::Investigating,
            text: &words,
            by: (actor.id(), actor.name()),
            at: now,
        };
        change.tell_of_incident(update).await?;
        let owners: Vec<_> = concerned.iter().map(|api| &api.owner).collect();
        let body = format!("{} tells of an incident:\n\n{words}\n\nSee /incidents/{id} in the hub.\n", actor.name());
        self.tell(&mut change, &owners, actor, (&format!("Incident: {title}"), &body)).await?;
        let detail = json!({ "title": title, "impact": told.impact, "apis": told.apis });
        change.commit(&format!("incident {id}"), &detail).await?;
        Ok(id)
    }

    /// The APIs of these names, each once, as far as the actor may know of them.
    async fn concerned(
        &self,
        actor: &Actor,
        incident: &IncidentId,
        slugs: &[ApiSlug],
    ) -> Result<(Vec<hansom_domain::ApiId>, Vec<ConcernedRow>), Error> {
        if slugs.len() > MOST_APIS {
            return Err(Error::Invalid(format!("the list has more than {MOST_APIS} APIs; name none for the platform")));
        }
        let (mut ids, mut concerned) = (vec![], vec![]);
        for slug in slugs {
            let api = self.reads.api(slug).await?.filter(|api| self.may_see(Some(actor), api.audience, &api.owner));
            let api = api.ok_or_else(|| Error::NotFound(format!("there is no API {slug}")))?;
            if ids.contains(&api.id) {
                continue;
            }
            ids.push(api.id);
            let (title, owner, audience) = (api.title, api.owner, api.audience);
            concerned.push(ConcernedRow { incident_id: incident.clone(), slug: api.slug, title, owner, audience });
        }
        Ok((ids, concerned))
    }
}
