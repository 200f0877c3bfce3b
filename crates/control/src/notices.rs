//! Which mails go out now, and which did not?

use hansom_domain::{Actor, Timestamp};
use hansom_store::{ListedNoticeRow, NoticeCountsRow, NoticeRow};

use crate::{Control, Error};

/// Of all nodes one sends mails, as long as it says so.
const LEASE_SECONDS: i64 = 120;
/// What could not be sent for a day is past.
const PAST_SECONDS: i64 = 86_400;
/// The first pause before another try; it doubles with each.
const FIRST_PAUSE_SECONDS: i64 = 30;
/// So many at a time.
const AT_ONCE: u8 = 20;
/// The most that are listed.
const MOST_LISTED: u16 = 200;
/// The most characters that are kept of why a mail was not sent.
const MOST_REASON: usize = 500;

/// What became of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sending {
    /// The mail server took it.
    Sent,
    /// It was not taken for this reason, and may be later.
    Later(String),
    /// It will never be taken, for this reason.
    Never(String),
}

/// A mail that was not sent.
#[derive(Clone, Debug)]
pub struct UnsentNotice {
    /// What there is of it.
    pub row: ListedNoticeRow,
    /// Whether it is not tried any more.
    pub is_given_up: bool,
}

impl Control {
    /// The mails that `holder` is to send now; none if another node sends them.
    pub async fn notices_to_send(&self, holder: &str) -> Result<Vec<NoticeRow>, Error> {
        let now = self.clock.now();
        let since = self.notices_since();
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
        let (why, again) = match sending {
            Sending::Sent => {
                self.writes.notice_was_sent(&notice.id, now).await?;
                return Ok(true);
            }
            Sending::Later(why) => (why, Some(again)),
            Sending::Never(why) => (why, None),
        };
        let why: String = why.chars().filter(|letter| !letter.is_control()).take(MOST_REASON).collect();
        Ok(self.writes.notice_was_not_sent(&notice.id, &why, again, now).await?)
    }

    /// The mails that were not sent, newest first, without their texts: for administrators.
    pub async fn unsent_notices(&self, actor: &Actor) -> Result<Vec<UnsentNotice>, Error> {
        if !actor.is_administrator() {
            return Err(Error::NotAllowed(format!(
                "only members of {} look after mails",
                self.settings.administrators
            )));
        }
        let since = self.notices_since();
        let told = |row: ListedNoticeRow| UnsentNotice {
            is_given_up: row.given_up_at.is_some() || row.created_at < since,
            row,
        };
        Ok(self.reads.unsent_notices(MOST_LISTED).await?.into_iter().map(told).collect())
    }

    /// How many mails wait, and how many will not be sent.
    pub(crate) async fn notice_counts(&self) -> Result<NoticeCountsRow, Error> {
        Ok(self.reads.notice_counts(self.notices_since()).await?)
    }

    fn notices_since(&self) -> Timestamp {
        self.clock.now().plus_seconds(-PAST_SECONDS)
    }
}
