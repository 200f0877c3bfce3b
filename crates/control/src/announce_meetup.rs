//! Call a meetup.

use hansom_domain::{Actor, MeetupId};
use hansom_store::MeetupText;
use serde_json::json;

use crate::{Control, Error, meetups::CheckedMeetup};

impl Control {
    /// Calls a meetup: members of the standards group and administrators.
    pub async fn announce_meetup(&self, actor: &Actor, told: MeetupText<'_>) -> Result<MeetupId, Error> {
        self.refuse_no_keeper(actor)?;
        let now = self.clock.now();
        let checked = CheckedMeetup::of(&told, now)?;
        let id = MeetupId::random(&self.chance);
        let mut change = self.begin(actor, "announce_meetup", now).await?;
        change.insert_meetup(&id, &checked.text(), now).await?;
        let detail = json!({ "title": checked.text().title, "begins_at": told.begins_at, "public": told.is_public });
        change.commit(&format!("meetup {id}"), &detail).await?;
        Ok(id)
    }
}
