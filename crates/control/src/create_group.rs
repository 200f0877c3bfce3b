//! Make a group that Hansom keeps itself.

use hansom_domain::{Actor, GroupAddress, PersonId};
use hansom_store::MembershipSource;
use serde_json::json;

use crate::{Control, Error, text};

impl Control {
    /// Makes a group with its first members. It must not be one that the directory tells of, or two hands would write
    /// on one list.
    pub async fn create_group(
        &self,
        actor: &Actor,
        address: &GroupAddress,
        title: &str,
        members: &[PersonId],
    ) -> Result<(), Error> {
        if !actor.is_administrator() {
            return Err(Error::NotAllowed(format!("only members of {} may make groups", self.settings.administrators)));
        }
        let title = text::checked("the title", title, 1, 100, false)?;
        if members.len() > 500 {
            return Err(Error::Invalid("a group is made with at most 500 members".into()));
        }
        for member in members {
            if self.reads.person(member).await?.is_none() {
                return Err(Error::Invalid(format!(
                    "there is no person {member}; people are known once they have signed in"
                )));
            }
        }
        let now = self.clock.now();
        let mut change = self.begin(actor, "create_group", now).await?;
        if change.is_directory_group(address).await? {
            return Err(Error::Conflict(format!("{address} is a group of the directory; change its members there")));
        }
        change.insert_kept_group(address, &title, now).await?;
        for member in members {
            change.insert_membership(member, address, MembershipSource::Kept).await?;
        }
        Ok(change.commit(&format!("group {address}"), &json!({ "title": title, "members": members })).await?)
    }
}
