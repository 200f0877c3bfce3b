//! Ask for access to several APIs at once, for whoever serves many bodies.
//!
//! First which application, where, and which versions; then what of each. The first step is a query, so that it can be kept as
//! a link and nothing is stored until the request is sent.

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use hansom_control::AskedGrant;
use hansom_domain::{ApplicationId, EnvironmentName, VersionName};

use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    catalogue::Entry,
    form::{Errors, Fields, Sent},
    frame::{Frame, Section},
    pages::apis::Seen,
    session::SignedIn,
    urls,
};

/// So many versions are asked for at once.
const MOST_VERSIONS: usize = 50;
/// So many are shown to choose from; more are named in the address.
const MOST_SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "grants/new_bundle.html")]
struct NewBundle {
    frame: Frame,
    errors: Errors,
    applications: Vec<Choice>,
    environments: Vec<Choice>,
    versions: Vec<Choice>,
    /// What was chosen in the first step; empty in that step.
    parts: Vec<Part>,
    application: String,
    environment: String,
    personal_data: bool,
    purpose: String,
    legal_basis: String,
}

/// Something to choose.
struct Choice {
    value: String,
    text: String,
    chosen: bool,
}

/// A version that is asked for, with its operations.
struct Part {
    name: String,
    word: String,
    operations: Vec<Choice>,
}

/// The versions that somebody may ask for, in the order of their titles.
async fn versions(person: &SignedIn, chosen: &[String]) -> Result<Vec<Choice>, Refusal> {
    let control = &person.hub.control;
    let shelf = person.hub.catalogue.current(control).await?;
    let may = |entry: &Entry| control.may_see(Some(person.actor()), entry.api.audience, &entry.api.owner);
    let choices = shelf.versions_in_use(may).into_iter().take(MOST_SHOWN).map(|(version, text)| {
        let value = version.to_string();
        Choice { chosen: chosen.contains(&value), text, value }
    });
    Ok(choices.collect())
}

/// The versions that were chosen, each with what can be granted of it; what nobody may ask for is left out.
async fn parts(person: &SignedIn, fields: &Fields) -> Result<(Vec<Seen>, Vec<Part>), Refusal> {
    let chosen = fields.all("operations");
    let (mut found, mut parts) = (vec![], vec![]);
    for word in fields.all("version").iter().take(MOST_VERSIONS) {
        let Ok(version) = word.parse::<VersionName>() else { continue };
        let major = version.major.to_string();
        let Ok(seen) = Seen::find(&person.visitor(), version.api.as_str(), Some(&major)).await else { continue };
        if !seen.takes_requests() {
            continue;
        }
        let access = &seen.published.manifest.access;
        let open = seen
            .published
            .contract
            .operations
            .iter()
            .filter(|operation| access.rule_for(&operation.id).is_some_and(|rule| rule.granted_applications));
        let operations = open.map(|operation| {
            let value = format!("{word} {}", operation.id);
            Choice { chosen: chosen.contains(&value), text: operation.id.clone(), value }
        });
        parts.push(Part { name: seen.name(), word: word.clone(), operations: operations.collect() });
        found.push(seen);
    }
    Ok((found, parts))
}

async fn form(person: &SignedIn, fields: &Fields) -> Result<(NewBundle, Vec<Seen>), Refusal> {
    let frame = person.frame("Ask for access to several APIs", Section::Applications).await?;
    let frame = frame.under("My applications", urls::APPLICATIONS);
    let control = &person.hub.control;
    let (application, environment) = (fields.one("application"), fields.one("environment"));
    let mine = control.applications_of(person.actor()).await?.into_iter();
    let mine = mine.filter(|known| known.revoked_at.is_none()).map(|known| Choice {
        chosen: known.id.as_str() == application,
        text: format!("{} ({})", known.name, known.owner),
        value: known.id.to_string(),
    });
    let environments = person.hub.environments.iter().map(|(name, _)| Choice {
        value: name.to_string(),
        text: crate::sentence::capital(name.as_str()),
        chosen: name.as_str() == environment,
    });
    let (seen, parts) = match application.is_empty() || environment.is_empty() {
        true => (vec![], vec![]),
        false => parts(person, fields).await?,
    };
    let page = NewBundle {
        frame,
        errors: Errors::default(),
        applications: mine.collect(),
        environments: environments.collect(),
        versions: versions(person, &fields.all("version")).await?,
        personal_data: seen.iter().any(|seen| seen.version.personal_data),
        parts,
        application: application.to_owned(),
        environment: environment.to_owned(),
        purpose: fields.one("purpose").to_owned(),
        legal_basis: fields.one("legal_basis").to_owned(),
    };
    Ok((page, seen))
}

/// `GET /bundles/new`: what to ask for; with that in the query, what of it.
pub(crate) async fn show(person: SignedIn, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let (shown, _) = form(&person, &fields).await?;
    if fields.one("step") != "operations" || !shown.parts.is_empty() {
        return page(&shown);
    }
    let mut errors = Errors::default();
    errors.when(fields.one("application").is_empty(), "application", "Select an application");
    errors.when(fields.one("environment").is_empty(), "environment", "Select an environment");
    errors.when(shown.parts.is_empty(), "version", "Select at least one version that takes requests for access");
    faulty_page(&NewBundle { frame: shown.frame.faulty(true), errors, ..shown })
}

/// `POST /bundles/new`
pub(crate) async fn ask(sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let (blank, seen) = form(&person, &fields).await?;
    let errors = match request(&person, &blank, &seen, &fields).await? {
        Ok(address) => return Ok(go_to(&address)),
        Err(errors) => errors,
    };
    faulty_page(&NewBundle { frame: blank.frame.faulty(true), errors, ..blank })
}

/// The operations of a part that were chosen.
fn chosen(part: &Part) -> Vec<String> {
    part.operations.iter().filter(|operation| operation.chosen).map(|operation| operation.text.clone()).collect()
}

/// The address of the new bundle, or what is wrong with the form.
async fn request(
    person: &SignedIn,
    form: &NewBundle,
    seen: &[Seen],
    fields: &Fields,
) -> Result<Result<String, Errors>, Refusal> {
    let application: Option<ApplicationId> = form.application.parse().ok();
    let environment: Option<EnvironmentName> = form.environment.parse().ok();
    let (purpose, legal_basis) = (fields.one("purpose"), fields.one("legal_basis"));
    let mut errors = Errors::default();
    errors.when(application.is_none(), "application", "Select an application");
    errors.when(environment.is_none(), "environment", "Select an environment");
    errors.when(form.parts.is_empty(), "version", "Select at least one version that takes requests for access");
    let lacking = form.parts.iter().find(|part| chosen(part).is_empty());
    if let Some(part) = lacking {
        errors.when(true, "operations", &format!("Select at least one operation of {}", part.name));
    }
    errors.when(
        purpose.chars().count() < 10,
        "purpose",
        "Enter what the application does with it, in 10 characters or more",
    );
    let lacks_basis = form.personal_data && legal_basis.is_empty();
    errors.when(lacks_basis, "legal_basis", "Enter the legal basis: some of the answers hold personal data");
    let (Some(application), Some(environment), true) = (application, environment, errors.is_empty()) else {
        return Ok(Err(errors));
    };
    let asked = form.parts.iter().zip(seen).map(|(part, seen)| AskedGrant {
        application: &application,
        api: &seen.version.slug,
        major: seen.version.major,
        environment: &environment,
        operations: chosen(part),
        purpose,
        legal_basis: if seen.version.personal_data { legal_basis } else { "" },
    });
    match person.hub.control.request_grants(person.actor(), asked.collect()).await {
        Ok((bundle, _)) => Ok(Ok(urls::bundle(&bundle))),
        Err(error) => Ok(Err(Errors::of_verb(
            error,
            &[
                ("the purpose", "purpose"),
                ("the legal basis", "legal_basis"),
                ("does not run in", "environment"),
                ("application", "application"),
                ("", "operations"),
            ],
        )?)),
    }
}
