//! Which mails go out now?

use hansom_store::NoticeRow;

use crate::{Control, Error};

/// Of all nodes one sends mails, as long as it says so.
const LEASE_SECONDS: i64 = 120;
/// What could not be sent for a day is past.
const PAST_SECONDS: i64 = 86_400;
/// The first pause before another try; it doubles with each.
const FIRST_PAUSE_SECONDS: i64 = 30;
/// So many at a time.
const AT_ONCE: u8 = 20;

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sending {
    /// The mail server took it.
    Sent,
    /// It may be taken later.
    Later,
    /// It will never be taken.
    Never,
}

impl Control {
    /// The mails that `holder` is to send now; none if another node sends them.
    pub async fn notices_to_send(&self, holder: &str) -> Result<Vec<NoticeRow>, Error> {
        let now = self.clock.now();
        let since = now.plus_seconds(-PAST_SECONDS);
        // Asking costs nothing, a lease costs a write.
        if self.reads.due_notices(now, since, 1).await?.is_empty()
            || !self.writes.take_lease("mail", holder, now, now.plus_seconds(LEASE_SECONDS)).await?
        {
            return Ok(vec![]);
        }
        Ok(self.reads.due_notices(now, since, AT_ONCE).await?)
    }

    /// Notes what became of a mail. `false` if it will not be tried again although it was not sent.
    pub async fn note_sending(&self, notice: &NoticeRow, sending: Sending) -> Result<bool, Error> {
        let now = self.clock.now();
        let doublings = u32::try_from(notice.attempts).unwrap_or(0).min(8);
        let again = now.plus_seconds(FIRST_PAUSE_SECONDS << doublings);
        match sending {
            Sending::Sent => self.writes.notice_was_sent(&notice.id, now).await?,
            Sending::Later => return Ok(self.writes.notice_was_not_sent(&notice.id, Some(again), now).await?),
            Sending::Never => return Ok(self.writes.notice_was_not_sent(&notice.id, None, now).await?),
        }
        Ok(true)
    }
}
