//! What do the texts of a draft say, and shall they say something else?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_control::Draft;

use super::{faults, parsed, sent};
use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::Errors,
    frame::{Frame, Section},
    session::SignedIn,
    upload::Uploaded,
    urls,
};

#[derive(Template)]
#[template(path = "publishing/texts.html")]
struct TextsPage {
    frame: Frame,
    errors: Errors,
    manifest: String,
    contract: String,
    back: String,
}

async fn form(person: &SignedIn, draft: &Draft) -> Result<TextsPage, Refusal> {
    let frame = person.frame("Change the texts", Section::Publishing).await?;
    let back = urls::draft(&draft.id);
    Ok(TextsPage {
        frame: frame.under("Publish an API", urls::PUBLISH).under("Check and publish", back.clone()),
        errors: Errors::default(),
        manifest: draft.manifest.clone(),
        contract: draft.contract.clone(),
        back,
    })
}

/// `GET /drafts/{id}/texts`
pub(crate) async fn show(person: SignedIn, Path(id): Path<String>) -> Result<Response, Refusal> {
    let draft = person.hub.control.draft_for(person.actor(), &parsed(&id)?).await?;
    page(&form(&person, &draft).await?)
}

/// `POST /drafts/{id}/texts`
pub(crate) async fn change(Path(id): Path<String>, uploaded: Uploaded) -> Result<Response, Refusal> {
    let Uploaded { person, fields } = uploaded;
    let control = &person.hub.control;
    let draft = control.draft_for(person.actor(), &parsed(&id)?).await?;
    let (manifest, contract) = (sent(&fields, "manifest"), sent(&fields, "contract"));
    match control.change_draft(person.actor(), &draft.id, manifest, contract).await {
        Ok(()) => Ok(go_to(&urls::draft(&draft.id))),
        Err(error @ hansom_control::Error::Invalid(_)) => {
            let errors = faults(error)?;
            let blank = form(&person, &draft).await?;
            faulty_page(&TextsPage {
                frame: blank.frame.faulty(true),
                errors,
                manifest: fields.text("manifest").to_owned(),
                contract: fields.text("contract").to_owned(),
                ..blank
            })
        }
        Err(error) => Err(error.into()),
    }
}
