//! Send a mail to oneself, to see whether mails arrive.

use hansom_domain::Actor;
use hansom_store::{NewNotice, Recipient};
use serde_json::json;

use crate::{Control, Error};

/// One such mail in so long, whoever sends it.
const PAUSE_SECONDS: i64 = 60;

impl Control {
    /// Sends a mail to the address of the actor, an administrator. It goes the way of all mails.
    pub async fn send_test_mail(&self, actor: &Actor) -> Result<(), Error> {
        let Actor::Person { id, administrator: true, .. } = actor else {
            return Err(Error::NotAllowed(format!("only members of {} send test mails", self.settings.administrators)));
        };
        let now = self.clock.now();
        let (holder, until) = (self.chance.hex(16), now.plus_seconds(PAUSE_SECONDS));
        if !self.writes.take_lease("test-mail", &holder, now, until).await? {
            return Err(Error::Conflict(format!(
                "a test mail was sent within the last {PAUSE_SECONDS} seconds; wait for it, then try again"
            )));
        }
        let mut change = self.begin(actor, "send_test_mail", now).await?;
        let notice = NewNotice {
            id: &self.chance.hex(16),
            to: Recipient::Person(id),
            subject: "A test mail",
            body: "You asked the hub for this mail, to see whether mails arrive. They do.\n",
            at: now,
        };
        change.insert_notice(&notice).await?;
        Ok(change.commit(&format!("person {id}"), &json!({})).await?)
    }
}
