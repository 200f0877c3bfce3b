//! How do owners change a version, and who calls it?
//!
//! Each form changes one part of the manifest in a draft, and leads to the page on which the draft is checked and published: the same
//! checks and the same verb as for what `hansom publish` sends.

mod access;
mod consumers;
mod copy;
mod environments;
mod limits;
mod names;
mod rule;
mod status;
mod tasks;

use axum::{Router, response::Response, routing::get};
use hansom_control::{Draft, Error, Manifest, PublishFault, read_manifest};
use hansom_domain::ProblemCode;
use hansom_standards::{Contract, contract::Operation};

use crate::{
    Hub,
    answer::{Refusal, go_to},
    form::{Errors, FieldError},
    frame::{Frame, Section},
    manifest_text::ManifestText,
    pages::apis::Seen,
    sentence::sentence,
    session::SignedIn,
    urls,
    urls::route,
};

/// The pages for the owners of a version.
pub(crate) fn router() -> Router<Hub> {
    Router::new()
        .route(route::MANAGE, get(tasks::show))
        .route(route::MANAGE_COPY, get(copy::back).post(copy::begin))
        .route(route::MANAGE_NAMES, get(names::show).post(names::change))
        .route(route::MANAGE_STATUS, get(status::show).post(status::change))
        .route(route::MANAGE_ACCESS, get(access::show))
        .route(route::MANAGE_RULE, get(rule::show).post(rule::change))
        .route(route::MANAGE_LIMITS, get(limits::show).post(limits::change))
        .route(route::MANAGE_ENVIRONMENTS, get(environments::show).post(environments::change))
        .route(route::CONSUMERS, get(consumers::show))
        .route(route::CONSUMERS_CSV, get(consumers::download))
}

/// A version that the person's group owns, and what they are about to make of it.
struct Managed {
    seen: Seen,
    draft: Option<Draft>,
    manifest: ManifestText,
}

/// The version, if the person's group owns it.
async fn owned(person: &SignedIn, slug: &str, major: &str) -> Result<Seen, Refusal> {
    let seen = Seen::find(&person.visitor(), slug, Some(major)).await?;
    if person.actor().speaks_for(&seen.version.owner) {
        return Ok(seen);
    }
    Err(Refusal::new(ProblemCode::NotFound, "There is no such version of an API among those of your groups."))
}

impl Managed {
    async fn find(person: &SignedIn, slug: &str, major: &str) -> Result<Self, Refusal> {
        let seen = owned(person, slug, major).await?;
        let control = &person.hub.control;
        let draft = control.draft_of_version(person.actor(), &seen.version.slug, seen.version.major).await?;
        let text = draft.as_ref().map_or(&seen.published.manifest_text, |draft| &draft.manifest);
        let manifest = ManifestText::read(text).ok_or_else(|| {
            Refusal::new(
                ProblemCode::Conflict,
                "The manifest of your draft does not read, so that no form can change it. Mend its text first: Publish leads to your drafts.",
            )
        })?;
        Ok(Self { seen, draft, manifest })
    }

    /// The frame of a page below the list of tasks.
    async fn frame(&self, person: &SignedIn, title: &str) -> Result<Frame, Refusal> {
        let (slug, major) = (&self.seen.version.slug, self.seen.version.major);
        let frame = frame(person, &self.seen, title).await?;
        Ok(frame.under(format!("Manage {}", self.seen.name()), urls::manage(slug, major)))
    }

    /// The operations of the contract that is in the draft, or else in force.
    fn operations(&self) -> Vec<Operation> {
        let drafted = self.draft.as_ref().and_then(|draft| Contract::read(&draft.contract).ok());
        drafted.map_or_else(|| self.seen.published.contract.operations.clone(), |contract| contract.operations)
    }

    /// The manifest as it is read, where it reads.
    fn read(&self) -> Option<Manifest> {
        read_manifest(self.manifest.text()).ok()
    }

    /// The faults that the form brought into the manifest: those of keys that it does not know were there before.
    fn faults(&self, field: &'static str) -> Errors {
        let before = self.draft.as_ref().map_or(&self.seen.published.manifest_text, |draft| &draft.manifest);
        let old = read_manifest(before).err().unwrap_or_default();
        let is_new = |fault: &PublishFault| !old.iter().any(|known| known.what == fault.what);
        let new = read_manifest(self.manifest.text()).err().unwrap_or_default();
        let text = |fault: PublishFault| FieldError {
            field: field.into(),
            text: format!("{} {}", sentence(&fault.what), sentence(&fault.mend)).trim_end_matches('.').to_owned(),
        };
        Errors(new.into_iter().filter(is_new).take(10).map(text).collect())
    }

    /// Keeps what was changed in the person's draft, and goes where it is checked and published.
    async fn keep(self, person: &SignedIn) -> Result<Response, Refusal> {
        let control = &person.hub.control;
        let (slug, major) = (&self.seen.version.slug, self.seen.version.major);
        let manifest = self.manifest.text();
        let before = self.draft.as_ref().map_or(&self.seen.published.manifest_text, |draft| &draft.manifest);
        if *manifest == **before {
            return Ok(go_to(&urls::manage(slug, major)));
        }
        let kept = match &self.draft {
            Some(draft) => {
                let done = control.change_draft(person.actor(), &draft.id, manifest, &draft.contract).await;
                done.map(|()| draft.id.clone())
            }
            None => {
                let texts = (manifest, self.seen.published.contract_text.as_str());
                control.begin_draft(person.actor(), Some((slug, major)), texts).await
            }
        };
        let id = kept.map_err(|error: Error| Refusal::from(error))?;
        let lost = if self.manifest.lost_comments() { "?comments=lost" } else { "" };
        Ok(go_to(&format!("{}{lost}", urls::draft(&id))))
    }
}

/// The frame of a page for the owners of a version.
async fn frame(person: &SignedIn, seen: &Seen, title: &str) -> Result<Frame, Refusal> {
    let frame = person.frame(title, Section::Apis).await?.under("APIs", urls::HOME);
    Ok(frame.under(seen.name(), urls::version(&seen.version.slug, seen.version.major)))
}
