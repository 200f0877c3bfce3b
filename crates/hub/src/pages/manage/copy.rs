//! Begin a draft that says what is in force.

use axum::{extract::Path, response::Response};

use super::Managed;
use crate::{
    answer::{Refusal, go_to},
    form::Sent,
    session::SignedIn,
    urls,
};

/// `POST /apis/{slug}/{major}/manage/copy`
pub(crate) async fn begin(Path((slug, major)): Path<(String, String)>, sent: Sent) -> Result<Response, Refusal> {
    let person = sent.person;
    let managed = Managed::find(&person, &slug, &major).await?;
    if let Some(draft) = &managed.draft {
        return Ok(go_to(&urls::draft_texts(&draft.id)));
    }
    let (version, published) = (&managed.seen.version, &managed.seen.published);
    let texts = (published.manifest_text.as_str(), published.contract_text.as_str());
    let control = &person.hub.control;
    let id = control.begin_draft(person.actor(), Some((&version.slug, version.major)), texts).await?;
    Ok(go_to(&urls::draft_texts(&id)))
}

/// The form is on the list of tasks.
pub(crate) async fn back(person: SignedIn, Path((slug, major)): Path<(String, String)>) -> Result<Response, Refusal> {
    let managed = Managed::find(&person, &slug, &major).await?;
    Ok(go_to(&urls::manage(&managed.seen.version.slug, managed.seen.version.major)))
}
