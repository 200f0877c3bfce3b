//! Publish an API: which files?

use askama::Template;
use axum::response::Response;
use hansom_control::MOST_DRAFTS;
use hansom_store::DraftRow;

use super::{faults, sent};
use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Fields},
    frame::{Frame, Section},
    moment,
    session::SignedIn,
    upload::Uploaded,
    urls,
};

#[derive(Template)]
#[template(path = "publishing/start.html")]
struct StartPage {
    frame: Frame,
    errors: Errors,
    manifest: String,
    contract: String,
    drafts: Vec<Line>,
    full: bool,
}

/// A draft of the person's own.
struct Line {
    href: String,
    discard: String,
    name: String,
    changed: String,
}

async fn form(person: &SignedIn, fields: &Fields) -> Result<StartPage, Refusal> {
    let frame = person.frame("Publish an API", Section::Publishing).await?;
    let drafts = person.hub.control.drafts_of(person.actor()).await?;
    Ok(StartPage {
        frame,
        errors: Errors::default(),
        manifest: fields.text("manifest").to_owned(),
        contract: fields.text("contract").to_owned(),
        full: drafts.len() >= MOST_DRAFTS,
        drafts: drafts.into_iter().map(line).collect(),
    })
}

fn line(row: DraftRow) -> Line {
    Line {
        href: urls::draft(&row.id),
        discard: urls::discard_draft(&row.id),
        name: if row.api.is_empty() { "A new API or version".into() } else { format!("{} v{}", row.api, row.major) },
        changed: moment::written(row.changed_at),
    }
}

/// `GET /publish`
pub(crate) async fn show(person: SignedIn) -> Result<Response, Refusal> {
    page(&form(&person, &Fields::default()).await?)
}

/// `POST /publish`
pub(crate) async fn begin(uploaded: Uploaded) -> Result<Response, Refusal> {
    let Uploaded { person, fields } = uploaded;
    let (manifest, contract) = (sent(&fields, "manifest"), sent(&fields, "contract"));
    let mut errors = Errors::default();
    errors.when(manifest.trim().is_empty(), "manifest", "Choose the file of the manifest, or paste its text");
    errors.when(contract.trim().is_empty(), "contract", "Choose the file of the contract, or paste its text");
    if errors.is_empty() {
        match person.hub.control.begin_draft(person.actor(), None, (manifest, contract)).await {
            Ok(id) => return Ok(go_to(&urls::draft(&id))),
            Err(error) => errors = faults(error)?,
        }
    }
    let blank = form(&person, &fields).await?;
    faulty_page(&StartPage { frame: blank.frame.faulty(true), errors, ..blank })
}
