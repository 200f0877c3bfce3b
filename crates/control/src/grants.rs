//! Which grants may an actor see?

use hansom_domain::{Actor, GrantId};
use hansom_store::GrantRow;

use crate::{Control, Error};

fn concerns(actor: &Actor, grant: &GrantRow) -> bool {
    actor.speaks_for(&grant.api_owner) || actor.speaks_for(&grant.application_owner)
}

impl Control {
    /// One grant, for the owners of the API and of the application; nobody else learns that it exists.
    pub async fn grant_for(&self, actor: &Actor, id: &GrantId) -> Result<GrantRow, Error> {
        let grant = self.reads.grant(id).await?.filter(|grant| concerns(actor, grant));
        grant.ok_or_else(|| Error::NotFound("there is no such grant among those of your groups".into()))
    }

    /// The grants that concern the actor's groups, newest request first.
    pub async fn grants_visible_to(&self, actor: &Actor) -> Result<Vec<GrantRow>, Error> {
        let mut grants = self.reads.grants().await?;
        grants.retain(|grant| concerns(actor, grant));
        Ok(grants)
    }

    /// The grants of a bundle that concern the actor's groups; nobody else learns that there is one.
    pub async fn bundle_for(&self, actor: &Actor, bundle: &str) -> Result<Vec<GrantRow>, Error> {
        let mut grants = self.reads.grants_of_bundle(bundle).await?;
        grants.retain(|grant| concerns(actor, grant));
        if grants.is_empty() {
            return Err(Error::NotFound("there is no such bundle that concerns your groups".into()));
        }
        Ok(grants)
    }

    /// The requests that wait for a decision of the actor's groups, the oldest first.
    pub async fn inbox(&self, actor: &Actor) -> Result<Vec<GrantRow>, Error> {
        let mut grants = self.reads.waiting_grants().await?;
        grants.retain(|grant| actor.speaks_for(&grant.api_owner));
        Ok(grants)
    }

    /// What the same application asked of the same API at other times, as far as it concerns the actor's groups; newest first.
    pub async fn other_grants(&self, actor: &Actor, grant: &GrantRow) -> Result<Vec<GrantRow>, Error> {
        let mut grants = self.reads.grants_of(&grant.application_id).await?;
        grants.retain(|other| other.slug == grant.slug && other.id != grant.id && concerns(actor, other));
        Ok(grants)
    }
}
