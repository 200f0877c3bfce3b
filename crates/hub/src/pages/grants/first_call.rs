//! What does an application that was granted something need for its first call?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_domain::{CredentialKind, GrantState, ProblemCode, SigningAlgorithm};
use hansom_standards::contract::Operation;
use hansom_store::{CredentialRow, GrantRow};

use super::{operations, parsed};
use crate::{
    Hub,
    answer::{Refusal, page},
    calling::{Call, Sample, curl},
    frame::{Frame, Section},
    moment,
    pages::playbook::Link,
    session::SignedIn,
    urls,
};

/// What stands for a secret that is shown nowhere any more.
const SECRET: &str = "\"$SECRET\"";

#[derive(Template)]
#[template(path = "grants/first_call.html")]
struct FirstCallPage {
    frame: Frame,
    application: Link,
    api: Link,
    environment: String,
    base: String,
    token_endpoint: String,
    audience: String,
    client_id: String,
    operations: Vec<String>,
    ends: String,
    credentials: Vec<String>,
    /// The commands that get a token, one way after the other.
    tokens: Vec<Way>,
    operation: Link,
    samples: Vec<Sample>,
    try_it: String,
}

/// A way to get a token.
struct Way {
    title: &'static str,
    before: &'static str,
    id: &'static str,
    commands: String,
}

/// `GET /grants/{id}/first-call`
pub(crate) async fn show(person: SignedIn, Path(id): Path<String>) -> Result<Response, Refusal> {
    let (hub, control) = (&person.hub, &person.hub.control);
    let grant = control.grant_for(person.actor(), &parsed(&id)?).await?;
    // Whoever owns the API alone sees the grant, but has nothing to call with.
    let application = control.application_for(person.actor(), &grant.application_id).await?;
    let now = control.clock().now();
    let is_in_force = grant.state == GrantState::Approved && grant.expires_at.is_none_or(|end| now < end);
    let first = if is_in_force { first_operation(hub, &grant).await? } else { None };
    let Some((served, operation)) = first else {
        let why = "The grant is not in force, or names no operation that there is, so that there is nothing to call by it. Its page says how it stands.";
        return Err(Refusal::new(ProblemCode::NotFound, why));
    };
    let known = control.reads().credentials_of(&application.id).await?;
    let in_force: Vec<&CredentialRow> = known.iter().filter(|credential| credential.is_in_force(now)).collect();
    let call = Call::of(&served, &operation, true);
    let reference = urls::operation(&grant.slug, grant.major, &operation.id);
    let frame = person.frame("Your first call", Section::Applications).await?;
    page(&FirstCallPage {
        frame: frame
            .under("My applications", urls::APPLICATIONS)
            .under(&application.name, urls::application(&application.id))
            .under("Grant", urls::grant(&grant.id)),
        api: Link { text: format!("{} {}", grant.title, grant.major), href: urls::version(&grant.slug, grant.major) },
        environment: grant.environment.to_string(),
        token_endpoint: format!("{}/oauth/token", hub.hub),
        audience: hub.oauth.audience(&grant.environment).unwrap_or_default().to_owned(),
        client_id: application.id.to_string(),
        operations: operations(&grant),
        ends: moment::written_or(grant.expires_at, ""),
        credentials: in_force.iter().map(|credential| told(credential)).collect(),
        tokens: ways(hub, &grant, &in_force),
        try_it: urls::try_it(&grant.slug, grant.major, &operation.id),
        operation: Link { text: operation.id.clone(), href: reference },
        samples: call.samples(),
        base: served,
        application: Link { text: application.name, href: urls::application(&grant.application_id) },
    })
}

/// A credential in a few words.
fn told(credential: &CredentialRow) -> String {
    let kind = match credential.kind {
        CredentialKind::PublicKey => "Public key",
        CredentialKind::JwksUrl => "Address of keys",
        CredentialKind::Secret => "Secret",
        CredentialKind::ServiceAccount => "Service account",
    };
    format!("{kind} {}", credential.hint)
}

/// How tokens are got by the credentials that there are; by both kinds where there is none yet.
fn ways(hub: &Hub, grant: &GrantRow, in_force: &[&CredentialRow]) -> Vec<Way> {
    let has = |kind| in_force.iter().any(|credential| credential.kind == kind);
    let key = in_force.iter().find_map(|credential| usable(credential));
    let (client, environment) = (&grant.application_id, &grant.environment);
    let mut ways = vec![];
    if key.is_some() || !has(CredentialKind::Secret) {
        let (algorithm, kid) = key.unwrap_or((SigningAlgorithm::Es256, None));
        ways.extend(curl::token_by_key(hub, client, (algorithm, kid.as_deref()), environment).map(|commands| Way {
            title: "By a private key",
            before: "Put the name of the file with the private key (PEM) into the variable KEY first. The key signs a proof for this one request and never leaves your machine.",
            id: "token-by-key",
            commands,
        }));
    }
    if has(CredentialKind::Secret) || ways.is_empty() {
        ways.push(Way {
            title: "By a secret",
            before: "Put the secret into the variable SECRET first. It was shown once, when it was made.",
            id: "token-by-secret",
            commands: curl::token(hub, client, SECRET, environment),
        });
    }
    ways
}

/// The algorithm and the id of a public key that commands can sign for.
fn usable(credential: &CredentialRow) -> Option<(SigningAlgorithm, Option<String>)> {
    let jwk: serde_json::Value = serde_json::from_str(credential.public_jwk.as_deref()?).ok()?;
    let text = |name: &str| jwk.get(name).and_then(serde_json::Value::as_str);
    let algorithm = match (text("kty")?, text("crv")) {
        ("EC", Some("P-256")) => SigningAlgorithm::Es256,
        ("RSA", _) => SigningAlgorithm::Rs256,
        _ => return None,
    };
    // It stands between quotes in a command.
    let kid = text("kid").filter(|kid| kid.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte)));
    Some((algorithm, kid.map(str::to_owned)))
}

/// The first operation of a grant that only reads, else the first of all, with the address below which it is served.
pub(crate) async fn first_operation(hub: &Hub, grant: &GrantRow) -> Result<Option<(String, Operation)>, Refusal> {
    let Some(base) = hub.base(&grant.environment) else {
        return Ok(None);
    };
    let reads = hub.control.reads();
    let Some(version) = reads.version(&grant.slug, grant.major).await? else {
        return Ok(None);
    };
    let published = hub.control.contract_of(&version).await?;
    let granted = || {
        let operations = published.contract.operations.iter();
        operations.filter(|operation| {
            let rule = published.manifest.access.rule_for(&operation.id);
            grant.operations.contains(&operation.id) && rule.is_some_and(|rule| rule.granted_applications)
        })
    };
    let reading = granted().find(|operation| operation.method == "GET");
    let served = urls::served(base, &grant.slug, grant.major);
    Ok(reading.or_else(|| granted().next()).map(|operation| (served, operation.clone())))
}
