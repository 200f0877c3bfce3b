//! Answer an item of a checklist for an API.

use hansom_domain::{Actor, ApiSlug};
use hansom_store::{AnswerRow, ApiRow};
use serde_json::json;

use crate::{Control, Error, text};

/// What may be answered.
pub const ANSWERS: [&str; 3] = ["yes", "no", "not-applicable"];

impl Control {
    /// Records what the API's owners answer to an item that only people can judge, and what the answer rests on.
    pub async fn answer_checklist(
        &self,
        actor: &Actor,
        api: &ApiSlug,
        item: &str,
        answer: &str,
        note: &str,
    ) -> Result<(), Error> {
        let api = self.api_of_owner(actor, api).await?;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
        if item.is_empty() || item.len() > 40 || !item.chars().all(plain) {
            return Err(Error::Invalid("this is no item of a checklist; take it from the page".into()));
        }
        if !ANSWERS.contains(&answer) {
            return Err(Error::Invalid(format!("the answer is one of {}", ANSWERS.join(", "))));
        }
        let note = text::checked("the note", note, 5, 2000, true)?;
        let now = self.clock.now();
        let mut change = self.begin(actor, "answer_checklist", now).await?;
        let row = AnswerRow {
            item: item.to_owned(),
            answer: answer.to_owned(),
            note,
            answered_at: now,
            answered_by: actor.name().to_owned(),
        };
        change.put_answer(&api.id, &row).await?;
        let detail = json!({ "item": item, "answer": answer });
        Ok(change.commit(&format!("api {}", api.slug), &detail).await?)
    }

    /// What was answered for an API, by item.
    pub async fn answers_of(&self, api: &ApiRow) -> Result<Vec<AnswerRow>, Error> {
        Ok(self.reads.answers_of(&api.id).await?)
    }

    async fn api_of_owner(&self, actor: &Actor, slug: &ApiSlug) -> Result<ApiRow, Error> {
        let unknown = || Error::NotFound(format!("there is no API {slug}"));
        let api = self.reads.api(slug).await?.ok_or_else(unknown)?;
        if !self.may_see(Some(actor), api.audience, &api.owner) {
            return Err(unknown());
        }
        if !actor.speaks_for(&api.owner) {
            return Err(Error::NotAllowed(format!("only members of {} answer for {slug}", api.owner)));
        }
        Ok(api)
    }
}
