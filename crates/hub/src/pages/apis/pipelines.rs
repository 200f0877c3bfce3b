//! Which pipelines may publish this API by their own tokens?
//!
//! The API may not be there yet: then its first release comes from a pipeline that the group that is to own it trusts.

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_control::{GITHUB, GITLAB, TrustedPipeline};
use hansom_domain::{ApiSlug, GroupAddress, PipelineId, ProblemCode};
use hansom_store::PipelineRow;

use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Fields, Sent},
    frame::{Frame, Section},
    moment,
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "apis/pipelines.html")]
struct Pipelines {
    frame: Frame,
    errors: Errors,
    api: String,
    pipelines: Vec<Line>,
    /// The groups that may be to own the API, where the person owns none of that name yet.
    owners: Vec<String>,
    typed: Typed,
}

/// A pipeline that is trusted.
struct Line {
    provider: &'static str,
    repository: String,
    git_ref: String,
    workflow: String,
    environment: String,
    /// Which repository of that name, once one ran.
    pinned: String,
    trusted: String,
    remove: String,
}

/// What stands in the form.
struct Typed {
    gitlab: bool,
    issuer: String,
    repository: String,
    git_ref: String,
    workflow: String,
    environment: String,
    owner: String,
}

impl Typed {
    fn of(fields: &Fields) -> Self {
        let text = |name: &str| fields.one(name).to_owned();
        Self {
            gitlab: fields.one("provider") == GITLAB,
            issuer: text("issuer"),
            repository: text("repository"),
            git_ref: text("ref"),
            workflow: text("workflow"),
            environment: text("environment"),
            owner: text("owner"),
        }
    }
}

fn slug_of(text: &str) -> Result<ApiSlug, Refusal> {
    text.parse().map_err(|_| Refusal::new(ProblemCode::NotFound, "There is no API of your groups at this address."))
}

fn line(row: PipelineRow) -> Line {
    Line {
        provider: if row.provider == GITLAB { "GitLab CI" } else { "GitHub Actions" },
        pinned: row.repository_id.unwrap_or_default(),
        trusted: format!("{}, by {}", moment::day(row.trusted_at), row.trusted_by),
        remove: urls::distrust_pipeline(&row.api, &row.id),
        repository: row.repository,
        git_ref: row.git_ref,
        workflow: row.workflow.unwrap_or_default(),
        environment: row.environment.unwrap_or_default(),
    }
}

async fn shown(person: &SignedIn, slug: &ApiSlug, fields: &Fields) -> Result<Pipelines, Refusal> {
    let control = &person.hub.control;
    let api = control.reads().api(slug).await?.filter(|api| person.actor().speaks_for(&api.owner));
    // Everybody may begin an API. Of one that is another group's, nobody learns by this page that it is there.
    let rows = match control.pipelines_for(person.actor(), slug).await {
        Err(hansom_control::Error::NotFound(_)) => vec![],
        rows => rows?,
    };
    let frame = person.frame(&format!("Pipelines that publish {slug}"), Section::Apis).await?;
    let frame = frame.under("APIs", urls::HOME);
    let frame = if api.is_some() { frame.under(slug.to_string(), urls::api(slug)) } else { frame };
    let owners = match api {
        Some(_) => vec![],
        None => person.session.groups.iter().map(ToString::to_string).collect(),
    };
    Ok(Pipelines {
        frame,
        errors: Errors::default(),
        api: slug.to_string(),
        pipelines: rows.into_iter().map(line).collect(),
        owners,
        typed: Typed::of(fields),
    })
}

/// `GET /apis/{slug}/pipelines`
pub(crate) async fn show(person: SignedIn, Path(slug): Path<String>) -> Result<Response, Refusal> {
    page(&shown(&person, &slug_of(&slug)?, &Fields::default()).await?)
}

/// `POST /apis/{slug}/pipelines`
pub(crate) async fn trust(Path(slug): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let slug = slug_of(&slug)?;
    let blank = shown(&person, &slug, &fields).await?;
    let owner: Option<GroupAddress> = fields.one("owner").parse().ok();
    let given = |name: &str| Some(fields.one(name)).filter(|text| !text.is_empty());
    let mut errors = Errors::default();
    errors.when(given("provider").is_none(), "provider", "Select whose pipeline it is");
    errors.when(given("repository").is_none(), "repository", "Enter the repository, like hackney/repairs-api");
    errors.when(given("ref").is_none(), "ref", "Enter the ref, like refs/heads/main");
    errors.when(!blank.owners.is_empty() && owner.is_none(), "owner", "Select the group that is to own the API");
    if errors.is_empty() {
        let pipeline = TrustedPipeline {
            api: &slug,
            owner: owner.as_ref(),
            provider: if blank.typed.gitlab { GITLAB } else { GITHUB },
            issuer: given("issuer"),
            repository: fields.one("repository"),
            git_ref: fields.one("ref"),
            workflow: given("workflow"),
            environment: given("environment"),
        };
        match person.hub.control.trust_pipeline(person.actor(), pipeline).await {
            Ok(_) => return Ok(go_to(&urls::pipelines(&slug))),
            Err(error) => {
                let fields = [
                    ("issuer", "issuer"),
                    ("workflow", "workflow"),
                    ("environment", "environment"),
                    ("ref ", "ref"),
                    ("owner", "owner"),
                    ("", "repository"),
                ];
                errors = Errors::of_verb(error, &fields)?;
            }
        }
    }
    faulty_page(&Pipelines { frame: blank.frame.faulty(true), errors, ..blank })
}

/// `POST /apis/{slug}/pipelines/{pipeline}/removal`
pub(crate) async fn distrust(Path((slug, pipeline)): Path<(String, String)>, sent: Sent) -> Result<Response, Refusal> {
    let slug = slug_of(&slug)?;
    let missing = |_| Refusal::new(ProblemCode::NotFound, "No API of your groups trusts such a pipeline.");
    let pipeline: PipelineId = pipeline.parse().map_err(missing)?;
    sent.person.hub.control.distrust_pipeline(sent.person.actor(), &slug, &pipeline).await?;
    Ok(go_to(&urls::pipelines(&slug)))
}

/// `GET` of the same address: the form is on the page of the pipelines.
pub(crate) async fn back(Path((slug, _)): Path<(String, String)>) -> Result<Response, Refusal> {
    Ok(go_to(&urls::pipelines(&slug_of(&slug)?)))
}
