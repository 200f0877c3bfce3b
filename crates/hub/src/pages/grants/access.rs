//! Ask for access to an API.

use askama::Template;
use axum::{
    extract::{Path, RawQuery},
    response::Response,
};
use hansom_control::AskedGrant;
use hansom_domain::{ApplicationId, EnvironmentName, ProblemCode};

use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Fields, Sent},
    frame::{Frame, Section},
    pages::apis::Seen,
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "grants/access.html")]
struct AccessPage {
    frame: Frame,
    errors: Errors,
    name: String,
    owner: String,
    personal_data: bool,
    applications: Vec<Choice>,
    environments: Vec<Choice>,
    operations: Vec<Choice>,
    purpose: String,
    legal_basis: String,
}

/// Something to choose.
struct Choice {
    value: String,
    text: String,
    hint: String,
    chosen: bool,
}

async fn form(person: &SignedIn, seen: &Seen, fields: &Fields) -> Result<AccessPage, Refusal> {
    let version = &seen.version;
    let title = format!("Ask for access to {}", seen.name());
    let frame = person
        .frame(&title, Section::Apis)
        .await?
        .under("APIs", urls::HOME)
        .under(seen.name(), urls::version(&version.slug, version.major));
    Ok(AccessPage {
        frame,
        errors: Errors::default(),
        name: seen.name(),
        owner: version.owner.to_string(),
        personal_data: version.personal_data,
        applications: applications(person, fields.one("application")).await?,
        environments: environments(seen, fields.one("environment")),
        operations: operations(seen, &fields.all("operations")),
        purpose: fields.one("purpose").to_owned(),
        legal_basis: fields.one("legal_basis").to_owned(),
    })
}

async fn applications(person: &SignedIn, chosen: &str) -> Result<Vec<Choice>, Refusal> {
    let mine = person.hub.control.applications_of(person.actor()).await?;
    let mine: Vec<_> = mine.into_iter().filter(|application| application.revoked_at.is_none()).collect();
    let only = mine.len() == 1;
    Ok(mine
        .into_iter()
        .map(|application| Choice {
            chosen: only || application.id.as_str() == chosen,
            value: application.id.to_string(),
            text: application.name,
            hint: application.owner.to_string(),
        })
        .collect())
}

fn environments(seen: &Seen, chosen: &str) -> Vec<Choice> {
    let environments = seen.published.manifest.environments.iter();
    environments
        .map(|(name, target)| Choice {
            value: name.to_string(),
            text: crate::sentence::capital(name.as_str()),
            hint: match target {
                hansom_control::Target::Mock => "Answers come from the examples of the contract.".into(),
                hansom_control::Target::Upstreams { .. } => "Answers come from the service behind the gateway.".into(),
            },
            chosen: name.as_str() == chosen,
        })
        .collect()
}

/// The operations that a grant can open.
fn operations(seen: &Seen, chosen: &[String]) -> Vec<Choice> {
    let access = &seen.published.manifest.access;
    let operations = seen.published.contract.operations.iter();
    operations
        .filter(|operation| access.rule_for(&operation.id).is_some_and(|rule| rule.granted_applications))
        .map(|operation| Choice {
            value: operation.id.clone(),
            text: operation.id.clone(),
            hint: format!(
                "{} {} {}",
                operation.method,
                operation.path,
                operation.summary.as_deref().unwrap_or_default()
            ),
            chosen: chosen.contains(&operation.id),
        })
        .collect()
}

async fn find(person: &SignedIn, slug: &str, major: &str) -> Result<Seen, Refusal> {
    let seen = Seen::find(&person.visitor(), slug, Some(major)).await?;
    if seen.takes_requests() {
        return Ok(seen);
    }
    Err(Refusal::new(
        ProblemCode::Conflict,
        format!("{} takes no requests for access. Its page says who may call it.", seen.name()),
    ))
}

/// `GET /apis/{slug}/{major}/access`
pub(crate) async fn show(
    person: SignedIn,
    Path((slug, major)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let seen = find(&person, &slug, &major).await?;
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    page(&form(&person, &seen, &fields).await?)
}

/// `POST /apis/{slug}/{major}/access`
pub(crate) async fn ask(Path((slug, major)): Path<(String, String)>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let seen = find(&person, &slug, &major).await?;
    let errors = match request(&person, &seen, &fields).await? {
        Ok(address) => return Ok(go_to(&address)),
        Err(errors) => errors,
    };
    let blank = form(&person, &seen, &fields).await?;
    faulty_page(&AccessPage { frame: blank.frame.faulty(true), errors, ..blank })
}

/// What a form lacks, in the order of its fields.
fn missing_in(seen: &Seen, fields: &Fields, no_application: bool, no_environment: bool) -> Errors {
    let mut errors = Errors::default();
    errors.when(no_application, "application", "Select an application");
    errors.when(no_environment, "environment", "Select an environment");
    errors.when(fields.all("operations").is_empty(), "operations", "Select at least one operation");
    errors.when(
        fields.one("purpose").chars().count() < 10,
        "purpose",
        "Enter what the application does with it, in 10 characters or more",
    );
    errors.when(
        seen.version.personal_data && fields.one("legal_basis").is_empty(),
        "legal_basis",
        "Enter the legal basis: the answers hold personal data",
    );
    errors
}

/// The address of the new grant, or what is wrong with the form.
async fn request(person: &SignedIn, seen: &Seen, fields: &Fields) -> Result<Result<String, Errors>, Refusal> {
    let application: Option<ApplicationId> = fields.one("application").parse().ok();
    let environment: Option<EnvironmentName> = fields.one("environment").parse().ok();
    let operations = fields.all("operations");
    let (purpose, legal_basis) = (fields.one("purpose"), fields.one("legal_basis"));
    let errors = missing_in(seen, fields, application.is_none(), environment.is_none());
    let (Some(application), Some(environment), true) = (application, environment, errors.is_empty()) else {
        return Ok(Err(errors));
    };
    let asked = AskedGrant {
        application: &application,
        api: &seen.version.slug,
        major: seen.version.major,
        environment: &environment,
        operations,
        purpose,
        legal_basis,
    };
    match person.hub.control.request_grant(person.actor(), asked).await {
        Ok(id) => Ok(Ok(urls::grant(&id))),
        Err(error) => Ok(Err(Errors::of_verb(
            error,
            &[
                ("the purpose", "purpose"),
                ("the legal basis", "legal_basis"),
                ("does not run in", "environment"),
                ("operation", "operations"),
                ("by a grant", "operations"),
                ("application", "application"),
            ],
        )?)),
    }
}
