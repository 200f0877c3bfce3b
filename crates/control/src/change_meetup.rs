//! Change what is told of a meetup, before or after it.

use hansom_domain::{Actor, MeetupId};
use hansom_store::MeetupText;
use serde_json::json;

use crate::{Control, Error, meetups::CheckedMeetup};

impl Control {
    /// Changes a meetup, or adds the notes of it: members of the standards group and administrators.
    pub async fn change_meetup(&self, actor: &Actor, id: &MeetupId, told: MeetupText<'_>) -> Result<(), Error> {
        self.meetup_for(Some(actor), id).await?;
        self.refuse_no_keeper(actor)?;
        let now = self.clock.now();
        let checked = CheckedMeetup::of(&told, now)?;
        let mut change = self.begin(actor, "change_meetup", now).await?;
        if !change.change_meetup(id, &checked.text(), now).await? {
            return Err(Error::Conflict("the meetup was called off; call another".into()));
        }
        let detail = json!({ "title": checked.text().title, "begins_at": told.begins_at, "public": told.is_public });
        Ok(change.commit(&format!("meetup {id}"), &detail).await?)
    }
}
