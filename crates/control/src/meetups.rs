//! Which meetups may somebody see, and what may be told of one?

use hansom_domain::{Actor, MeetupId, Timestamp};
use hansom_store::{MeetupRow, MeetupText};

use crate::{Control, Error, text};

/// No meetup is longer than three days.
const LONGEST_SECONDS: i64 = 3 * 24 * 60 * 60;
/// No meetup begins later than two years from now.
const LATEST_SECONDS: i64 = 2 * 366 * 24 * 60 * 60;

impl Control {
    /// Whether an actor calls meetups: members of the standards group and administrators.
    pub fn may_call_meetups(&self, actor: &Actor) -> bool {
        self.speaks_for_standards(actor)
    }

    /// The meetups that end after `since`, the latest first; strangers see those that are public.
    pub async fn meetups_for(&self, viewer: Option<&Actor>, since: Timestamp) -> Result<Vec<MeetupRow>, Error> {
        let mut meetups = self.reads.meetups(since).await?;
        meetups.retain(|meetup| may_see(viewer, meetup));
        Ok(meetups)
    }

    /// One meetup; strangers learn of public ones alone.
    pub async fn meetup_for(&self, viewer: Option<&Actor>, id: &MeetupId) -> Result<MeetupRow, Error> {
        let meetup = self.reads.meetup(id).await?.filter(|meetup| may_see(viewer, meetup));
        meetup.ok_or_else(|| Error::NotFound("there is no such meetup, or it is for signed-in people".into()))
    }

    /// Refuses whoever may not call meetups.
    pub(crate) fn refuse_no_keeper(&self, actor: &Actor) -> Result<(), Error> {
        if self.may_call_meetups(actor) {
            return Ok(());
        }
        Err(Error::NotAllowed(format!("only members of {} call meetups", self.settings.standards.group)))
    }
}

fn may_see(viewer: Option<&Actor>, meetup: &MeetupRow) -> bool {
    meetup.is_public || matches!(viewer, Some(Actor::Person { .. } | Actor::Platform))
}

/// What is told of a meetup, within bounds.
pub(crate) struct CheckedMeetup {
    title: String,
    place: String,
    link: String,
    about: String,
    notes: String,
    is_public: bool,
    times: (Timestamp, Timestamp),
}

impl CheckedMeetup {
    /// Refuses what is no meetup; one that was before may be written down as it was.
    pub(crate) fn of(told: &MeetupText<'_>, now: Timestamp) -> Result<Self, Error> {
        let link = told.link.trim();
        let is_address = url::Url::parse(link).is_ok_and(|url| url.scheme() == "https" && url.username().is_empty());
        if !link.is_empty() && (!is_address || link.chars().count() > 500 || link.chars().any(char::is_control)) {
            return Err(Error::Invalid("the link is no address that begins with https://".into()));
        }
        if told.ends_at <= told.begins_at || told.ends_at > told.begins_at.plus_seconds(LONGEST_SECONDS) {
            return Err(Error::Invalid("the end is not after the beginning, and within three days of it".into()));
        }
        if told.begins_at > now.plus_seconds(LATEST_SECONDS) || told.begins_at < now.plus_seconds(-LATEST_SECONDS) {
            return Err(Error::Invalid("the beginning is more than two years from now".into()));
        }
        Ok(Self {
            title: text::checked("the title", told.title, 3, 120, false)?,
            place: text::checked("the place", told.place, 1, 200, false)?,
            link: link.to_owned(),
            about: text::checked("what it is about", told.about, 0, 10_000, true)?,
            notes: text::checked("the notes", told.notes, 0, 40_000, true)?,
            is_public: told.is_public,
            times: (told.begins_at, told.ends_at),
        })
    }

    pub(crate) fn text(&self) -> MeetupText<'_> {
        MeetupText {
            title: &self.title,
            place: &self.place,
            link: &self.link,
            about: &self.about,
            notes: &self.notes,
            is_public: self.is_public,
            begins_at: self.times.0,
            ends_at: self.times.1,
        }
    }
}
