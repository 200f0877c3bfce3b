//! Call a meetup off.

use hansom_domain::{Actor, MeetupId};
use serde_json::json;

use crate::{Control, Error};

impl Control {
    /// Calls a meetup off: members of the standards group and administrators. Calendars that follow the feed are told.
    pub async fn cancel_meetup(&self, actor: &Actor, id: &MeetupId) -> Result<(), Error> {
        let meetup = self.meetup_for(Some(actor), id).await?;
        self.refuse_no_keeper(actor)?;
        let now = self.clock.now();
        let mut change = self.begin(actor, "cancel_meetup", now).await?;
        if !change.cancel_meetup(id, now).await? {
            return Err(Error::Conflict("the meetup was called off before".into()));
        }
        Ok(change.commit(&format!("meetup {id}"), &json!({ "title": meetup.title })).await?)
    }
}
