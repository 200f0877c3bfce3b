//! Say something about a page or an API.

use hansom_domain::{Actor, ApiSlug, FeedbackId, GroupAddress, MessageId};
use hansom_store::{ApiRow, NewFeedback, NewMessage};
use serde_json::json;

use crate::{Control, Error, text};

/// So many threads a person begins in a day.
const MOST_A_DAY: i64 = 20;
/// So many threads of strangers wait at a time: what strangers write is bounded, whoever they are.
const MOST_OF_STRANGERS: i64 = 500;
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// What somebody says.
#[derive(Clone, Copy, Debug)]
pub struct GivenFeedback<'a> {
    /// The page of the hub that it is about, as its path.
    pub about: &'a str,
    /// What it is, in 3 to 120 characters.
    pub title: &'a str,
    /// The text, in 10 to 4,000 characters.
    pub text: &'a str,
}

/// A stranger's thread, and the key that leads to it: told once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StrangersThread {
    /// The thread.
    pub id: FeedbackId,
    /// The key.
    pub key: String,
}

/// Who begins a thread.
struct Beginner<'a> {
    actor: &'a Actor,
    id: Option<&'a str>,
    name: &'a str,
    key_hash: Option<&'a str>,
}

impl Control {
    /// Begins a thread on behalf of a signed-in person.
    pub async fn give_feedback(&self, actor: &Actor, given: GivenFeedback<'_>) -> Result<FeedbackId, Error> {
        let since = self.clock.now().plus_seconds(-DAY_SECONDS);
        if self.reads.feedback_begun_by(actor.id(), since).await? >= MOST_A_DAY {
            return Err(Error::Conflict(format!(
                "you gave feedback {MOST_A_DAY} times within a day; add to a thread that there is, or come back tomorrow"
            )));
        }
        let beginner = Beginner { actor, id: Some(actor.id()), name: actor.name(), key_hash: None };
        self.begin_thread(Some(actor), &beginner, given).await
    }

    /// Begins a thread on behalf of a stranger, who is told a key once and gives a name, if they like. Whether strangers may is
    /// asked before, and how often.
    pub async fn give_feedback_as_stranger(
        &self,
        name: &str,
        given: GivenFeedback<'_>,
    ) -> Result<StrangersThread, Error> {
        let name = text::checked("your name", name, 0, 100, false)?;
        let name = if name.is_empty() { "A visitor".to_owned() } else { format!("{name} (not signed in)") };
        if self.reads.feedback_open_of_strangers().await? >= MOST_OF_STRANGERS {
            return Err(Error::Conflict(
                "too much feedback of visitors waits for answers; sign in, or come back another day".into(),
            ));
        }
        let key = self.chance.hex(16);
        let hash = self.hash_of_key(&key);
        let beginner = Beginner { actor: &Actor::Platform, id: None, name: &name, key_hash: Some(&hash) };
        let id = self.begin_thread(None, &beginner, given).await?;
        Ok(StrangersThread { id, key })
    }

    async fn begin_thread(
        &self,
        viewer: Option<&Actor>,
        beginner: &Beginner<'_>,
        given: GivenFeedback<'_>,
    ) -> Result<FeedbackId, Error> {
        let title = text::checked("the title", given.title, 3, 120, false)?;
        let words = text::checked("the text", given.text, 10, 4000, true)?;
        let about = page(given.about)?;
        let api = self.api_of_page(viewer, &about).await?;
        let owner = api.as_ref().map_or_else(|| self.owner_of_page(&about).clone(), |api| api.owner.clone());
        let (id, now) = (FeedbackId::random(&self.chance), self.clock.now());
        let mut change = self.begin(beginner.actor, "give_feedback", now).await?;
        let new = NewFeedback {
            id: &id,
            about: &about,
            api_id: api.as_ref().map(|api| &api.id),
            owner: &owner,
            title: &title,
            by: (beginner.id, beginner.name),
            key_hash: beginner.key_hash,
            at: now,
        };
        change.insert_feedback(&new).await?;
        let message = NewMessage {
            id: &MessageId::random(&self.chance),
            feedback: &id,
            by_name: beginner.name,
            is_of_owner: false,
            text: &words,
            at: now,
        };
        change.insert_message(&message).await?;
        let subject = format!("Feedback: {title}");
        let body =
            format!("{} writes about {about}:\n\n{words}\n\nAnswer in the hub: /feedback/{id}.\n", beginner.name);
        self.tell(&mut change, &[&owner], beginner.actor, (&subject, &body)).await?;
        let detail = json!({ "about": about, "owner": owner, "stranger": beginner.id.is_none() });
        change.commit(&format!("feedback {id}"), &detail).await?;
        Ok(id)
    }

    /// The API that a page is of. A page of an API that one may not know of is a page like any other.
    async fn api_of_page(&self, viewer: Option<&Actor>, path: &str) -> Result<Option<ApiRow>, Error> {
        let slug = path.strip_prefix("/apis/").and_then(|rest| rest.split(['/', '?']).next());
        let Some(slug) = slug.and_then(|slug| slug.parse::<ApiSlug>().ok()) else { return Ok(None) };
        let api = self.reads.api(&slug).await?;
        Ok(api.filter(|api| self.may_see(viewer, api.audience, &api.owner)))
    }

    /// Who answers for a page of no API: the keepers of the playbook for their pages, the administrators for the others.
    fn owner_of_page(&self, path: &str) -> &GroupAddress {
        if path.starts_with("/playbook") { &self.settings.standards.group } else { &self.settings.administrators }
    }
}

/// The path of a page of the hub, without its query, which may hold what was searched for.
fn page(path: &str) -> Result<String, Error> {
    let path = path.split(['?', '#']).next().unwrap_or_default().trim();
    let is_path = path.starts_with('/')
        && !path.starts_with("//")
        && path.len() <= 300
        && path.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'<' | b'>'));
    if is_path {
        Ok(path.to_owned())
    } else {
        Err(Error::Invalid("the page is no path of the hub, like /about".into()))
    }
}
