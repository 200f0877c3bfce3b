//! What is this application, how does it prove itself, what may it call and what did it call?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_control::Control;
use hansom_domain::{CredentialKind, GrantState, Timestamp};
use hansom_store::{ApplicationRow, By, CredentialRow, GrantRow};

use super::find;
use crate::{
    answer::{Refusal, page},
    chart::grouped,
    frame::{Frame, Section},
    moment,
    session::SignedIn,
    stretch::{Stretch, count},
    urls,
};

#[derive(Template)]
#[template(path = "applications/application.html")]
struct ApplicationPage {
    frame: Frame,
    name: String,
    id: String,
    description: String,
    owner: String,
    may_publish: bool,
    registered: String,
    revoked: String,
    secrets: String,
    keys: String,
    service_accounts: String,
    oauth: String,
    redirect_uris: Vec<String>,
    key_sets: String,
    transfer: String,
    warnings: Vec<String>,
    suspended: String,
    longest_secret_days: u16,
    revoke: String,
    credentials: Vec<CredentialLine>,
    grants: Vec<GrantLine>,
    usage: String,
    called: String,
}

struct CredentialLine {
    kind: &'static str,
    hint: String,
    made: String,
    used: String,
    ends: String,
    revoked: String,
    revoke: String,
    replace: String,
}

struct GrantLine {
    href: String,
    api: String,
    environment: String,
    operations: String,
    state: GrantState,
    asked: String,
    decided: String,
    reason: String,
}

/// `GET /applications/{id}`
pub(crate) async fn show(person: SignedIn, Path(id): Path<String>) -> Result<Response, Refusal> {
    let application = find(&person, &id).await?;
    let frame =
        person.frame(&application.name, Section::Applications).await?.under("My applications", urls::APPLICATIONS);
    page(&view(&person, frame, application).await?)
}

async fn view(person: &SignedIn, frame: Frame, application: ApplicationRow) -> Result<ApplicationPage, Refusal> {
    let control = &person.hub.control;
    let id = &application.id;
    let span = Stretch::Week.span(control.clock().now());
    let credentials = control.reads().credentials_of(id).await?;
    let grants = control.reads().grants_of(id).await?;
    let client = control.client(id).await?;
    let called = control.reads().called_by(id, span, By::Nothing).await?;
    let warnings = warnings(control, &application, &credentials, &grants);
    Ok(ApplicationPage {
        frame,
        id: id.to_string(),
        description: application.description,
        owner: application.owner.to_string(),
        may_publish: application.may_publish,
        registered: format!("{} by {}", moment::written(application.created_at), application.created_by),
        revoked: moment::written_or(application.revoked_at, ""),
        secrets: urls::secrets(id),
        keys: urls::keys(id),
        service_accounts: urls::service_accounts(id),
        oauth: urls::oauth_client(id),
        redirect_uris: client.iter().flat_map(|client| &client.redirect_uris).map(ToString::to_string).collect(),
        key_sets: urls::key_sets(id),
        transfer: urls::transfer_application(id),
        warnings,
        suspended: moment::written_or(application.suspended_at, ""),
        longest_secret_days: control.settings().terms.credentials.longest_secret_days,
        revoke: urls::revoke_application(id),
        credentials: credentials
            .into_iter()
            .map(|credential| credential_line(credential, control.clock().now()))
            .collect(),
        grants: grants.into_iter().map(grant_line).collect(),
        usage: urls::usage(id),
        called: grouped(called.first().map_or(0, |called| count(called.calls))),
        name: application.name,
    })
}

/// How many seconds before its end something is warned of.
const WARNED_SECONDS: i64 = 30 * 24 * 3600;

/// What ends soon.
fn warnings(
    control: &Control,
    application: &ApplicationRow,
    credentials: &[CredentialRow],
    grants: &[GrantRow],
) -> Vec<String> {
    let now = control.clock().now();
    let is_soon = |end: Option<Timestamp>| end.filter(|end| now < *end && *end < now.plus_seconds(WARNED_SECONDS));
    let in_force = credentials.iter().filter(|credential| credential.is_in_force(now));
    let ending = in_force.filter_map(|credential| {
        let end = moment::written(is_soon(credential.expires_at)?);
        Some(format!("The credential {} ends on {end}. Replace it in time.", credential.hint))
    });
    let approved = grants.iter().filter(|grant| grant.state == GrantState::Approved);
    let lapsing = approved.filter_map(|grant| {
        let end = moment::written(is_soon(grant.expires_at)?);
        Some(format!(
            "The grant for {} {} in {} ends on {end}. Ask for its renewal.",
            grant.title, grant.major, grant.environment
        ))
    });
    let mut warnings: Vec<String> = ending.chain(lapsing).collect();
    if application.ownerless_since.is_some() && application.suspended_at.is_none() {
        warnings.push(format!(
            "Nobody is known to be in {} any more, so the application will be suspended.",
            application.owner
        ));
    }
    warnings
}

fn credential_line(credential: CredentialRow, now: Timestamp) -> CredentialLine {
    CredentialLine {
        kind: match credential.kind {
            CredentialKind::PublicKey => "Public key",
            CredentialKind::JwksUrl => "Address of keys",
            CredentialKind::Secret => "Secret",
            CredentialKind::ServiceAccount => "Service account",
        },
        made: format!("{} by {}", moment::written(credential.created_at), credential.created_by),
        used: moment::written_or(credential.last_used_at, "Never"),
        ends: moment::written_or(credential.expires_at, "Never"),
        revoked: match (credential.revoked_at, &credential.ended_because) {
            (Some(at), Some(because)) => format!("Ended {}: {because}", moment::written(at)),
            (Some(at), None) => format!("Revoked {}", moment::written(at)),
            (None, _) if !credential.is_in_force(now) => "Ended".into(),
            (None, _) => String::new(),
        },
        revoke: urls::revoke_credential(&credential.application_id, &credential.id),
        replace: match credential.kind {
            CredentialKind::JwksUrl | CredentialKind::ServiceAccount => String::new(),
            CredentialKind::PublicKey | CredentialKind::Secret => {
                urls::replace_credential(&credential.application_id, &credential.id)
            }
        },
        hint: credential.hint,
    }
}

fn grant_line(grant: GrantRow) -> GrantLine {
    let decided = grant.decided_by_name.as_ref().map(|name| {
        let at = moment::written_or(grant.decided_at, "");
        format!("{name}, {at}")
    });
    GrantLine {
        href: urls::grant(&grant.id),
        api: format!("{} {}", grant.title, grant.major),
        environment: grant.environment.to_string(),
        operations: match grant.operations.to_list() {
            all if all == ["*"] => "every operation".into(),
            named => named.join(", "),
        },
        state: grant.state,
        asked: format!("{}, {}", grant.requested_by_name, moment::written(grant.requested_at)),
        decided: decided.unwrap_or_default(),
        reason: grant.reason.unwrap_or_default(),
    }
}
