//! Register an application.

use hansom_domain::{Actor, ApplicationId, GroupAddress};
use hansom_store::NewApplication;
use serde_json::json;

use crate::{Control, Error, text};

/// What an application is registered with.
#[derive(Clone, Debug)]
pub struct NewApp<'a> {
    /// Its name, 1 to 100 characters.
    pub name: &'a str,
    /// What it is, at most 500 characters.
    pub description: &'a str,
    /// The group that owns it; the actor must be in it.
    pub owner: &'a GroupAddress,
    /// Whether it may publish for its owner group.
    pub may_publish: bool,
}

impl Control {
    /// Registers an application that a group of the actor's owns.
    pub async fn register_application(&self, actor: &Actor, new: NewApp<'_>) -> Result<ApplicationId, Error> {
        let name = text::checked("the name", new.name, 1, 100, false)?;
        let description = text::checked("the description", new.description, 0, 500, true)?;
        if !actor.speaks_for(new.owner) {
            return Err(Error::NotAllowed(format!("only members of {} may register an application for it", new.owner)));
        }
        let id = ApplicationId::random(&self.chance);
        let now = self.clock.now();
        let mut change = self.begin(actor, "register_application", now).await?;
        let application = NewApplication {
            id: &id,
            name: &name,
            description: &description,
            owner: new.owner,
            may_publish: new.may_publish,
            at: now,
            by: actor.name(),
        };
        change.insert_application(&application).await?;
        let detail = json!({ "name": name, "owner": new.owner, "may_publish": new.may_publish });
        change.commit(&format!("application {id}"), &detail).await?;
        Ok(id)
    }
}
