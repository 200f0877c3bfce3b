//! Ask that a finding is accepted in writing.

use hansom_domain::{Actor, ApiSlug, Timestamp, WaiverId, WaiverState};
use hansom_standards::rules;
use hansom_store::{NewWaiver, WaiverRow};
use serde_json::json;

use crate::{Control, Error, text};

/// A waiver lasts at most this many days; then somebody has to look again.
const MOST_DAYS: i64 = 366;
const DAY: i64 = 24 * 60 * 60;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct AskedWaiver<'a> {
    /// The API whose contract has the finding.
    pub api: &'a ApiSlug,
    /// The rule's id: `URL-01`.
    pub rule: &'a str,
    /// The JSON pointer that the waiver is confined to, with all below; empty for the whole contract.
    pub place: &'a str,
    /// Why the finding should be accepted, 20 to 2,000 characters.
    pub reason: &'a str,
    /// Who answers for it: a name or an address, at most 200 characters.
    pub answers_for_it: &'a str,
    /// When it ends: in the future, at most 366 days from now.
    pub ends_at: Timestamp,
}

impl Control {
    /// Asks for a waiver on behalf of the API's owner group. A member of the standards group, another person, decides.
    pub async fn request_waiver(&self, actor: &Actor, asked: AskedWaiver<'_>) -> Result<WaiverId, Error> {
        let api = self.reads.api(asked.api).await?;
        let api = api.filter(|api| self.may_see(Some(actor), api.audience, &api.owner));
        let api = api.ok_or_else(|| Error::NotFound(format!("there is no API {}", asked.api)))?;
        if !actor.speaks_for(&api.owner) {
            return Err(Error::NotAllowed(format!(
                "only members of {} may ask for a waiver of {}",
                api.owner, api.slug
            )));
        }
        let rule = rules::find(asked.rule).ok_or_else(|| {
            Error::Invalid("there is no such rule; write its id as the finding shows it, like URL-01".into())
        })?;
        let place = checked_place(asked.place)?;
        let reason = text::checked("the reason", asked.reason, 20, 2000, true)?;
        let answers_for_it = text::checked("who answers for it", asked.answers_for_it, 1, 200, false)?;
        let now = self.clock.now();
        if asked.ends_at <= now || asked.ends_at > now.plus_seconds(MOST_DAYS * DAY) {
            return Err(Error::Invalid(format!("the end date is not between tomorrow and {MOST_DAYS} days from now")));
        }
        self.refuse_second_waiver(&asked, rule.id, place, now).await?;
        let id = WaiverId::random(&self.chance);
        let mut change = self.begin(actor, "request_waiver", now).await?;
        let waiver = NewWaiver {
            id: &id,
            api_id: &api.id,
            rule: rule.id,
            place,
            reason: &reason,
            answers_for_it: &answers_for_it,
            ends_at: asked.ends_at,
            by: (actor.id(), actor.name()),
            at: now,
        };
        change.insert_waiver(&waiver).await?;
        let detail = json!({ "api": asked.api, "rule": rule.id, "place": place, "ends_at": asked.ends_at });
        change.commit(&format!("waiver {id}"), &detail).await?;
        Ok(id)
    }

    async fn refuse_second_waiver(
        &self,
        asked: &AskedWaiver<'_>,
        rule: &str,
        place: &str,
        now: Timestamp,
    ) -> Result<(), Error> {
        let waivers = self.reads.waivers_of(asked.api).await?;
        let twin = |waiver: &&WaiverRow| waiver.rule == rule && waiver.place == place;
        match waivers
            .iter()
            .filter(twin)
            .find(|waiver| waiver.state == WaiverState::Requested || waiver.state.is_in_force(waiver.ends_at, now))
        {
            Some(waiver) if waiver.state == WaiverState::Requested => {
                Err(Error::Conflict("just this was asked for already; it waits to be decided".into()))
            }
            Some(_) => Err(Error::Conflict("a waiver for just this is in force already".into())),
            None => Ok(()),
        }
    }
}

/// An empty text, or a JSON pointer (RFC 6901).
fn checked_place(place: &str) -> Result<&str, Error> {
    let plain = place.chars().count() <= 500 && !place.chars().any(char::is_control);
    if plain && (place.is_empty() || place.starts_with('/')) {
        return Ok(place);
    }
    Err(Error::Invalid("the place is no JSON pointer; copy it from the finding, or leave it empty".into()))
}
