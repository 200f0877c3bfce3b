//! Which applications may an actor see?

use hansom_domain::{Actor, ApplicationId, Audience, GroupAddress};
use hansom_store::ApplicationRow;

use crate::{Control, Error};

impl Control {
    /// One application, for a member of its owner group; nobody else learns that it exists.
    pub async fn application_for(&self, actor: &Actor, id: &ApplicationId) -> Result<ApplicationRow, Error> {
        let application = self
            .reads
            .application(id)
            .await?
            .filter(|application| actor.speaks_for(&application.owner) || actor.id() == application.id.as_str());
        application.ok_or_else(|| Error::NotFound("there is no such application among those of your groups".into()))
    }

    /// The applications of the actor's groups, by name.
    pub async fn applications_of(&self, actor: &Actor) -> Result<Vec<ApplicationRow>, Error> {
        let mut applications = self.reads.applications().await?;
        applications.retain(|application| actor.speaks_for(&application.owner));
        Ok(applications)
    }

    /// Whether somebody (`None`: a stranger) may read about an API. Where applications and granted people are concerned,
    /// reading about an API is not yet being allowed to call it.
    pub fn may_see(&self, viewer: Option<&Actor>, audience: Audience, owner: &GroupAddress) -> bool {
        match audience {
            Audience::Public | Audience::Controlled => true,
            Audience::Internal => match viewer {
                Some(Actor::Person { .. } | Actor::Platform) => true,
                Some(application @ Actor::Application { .. }) => application.speaks_for(owner),
                Some(Actor::Pipeline { owner: trusting, .. }) => trusting == owner,
                None => false,
            },
        }
    }
}
