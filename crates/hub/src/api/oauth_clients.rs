//! How do the caller's applications take part in the flows of people?

use axum::{Json, extract::State};
use hansom_control::{Client, ClientSettings, RedirectUri, ServiceAccount};
use hansom_domain::{ApplicationId, CredentialId};
use hansom_store::ServiceAccountRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    answer::{Created, Failure},
    authentication::Caller,
    paging::{Page, PieceQuery},
    problem::{Reading, Sending},
    reading::{Asked, Named, Sent},
    words,
};
use crate::Hub;

/// How an application takes part in the flows of people.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct OauthClient {
    /// Where people may be sent back to, character by character: `https`, or `http` on a loopback address, where any port
    /// will do.
    #[serde(default)]
    #[schema(max_items = 20, value_type = Vec<words::Url>)]
    redirect_uris: Vec<String>,
    /// Whether it can keep no secret: an application in a browser or on people's machines. It proves itself by nothing, and
    /// has no tokens of its own.
    #[serde(default)]
    public: bool,
    /// Whether its authorisation requests must be pushed (RFC 9126).
    #[serde(default)]
    par_required: bool,
    /// Whether its tokens must be bound to a key (RFC 9449).
    #[serde(default)]
    dpop_required: bool,
    /// Whether people are not asked before it acts for them. Administrators say so, and change the redirect URIs of such an
    /// application.
    #[serde(default)]
    first_party: bool,
}

impl From<Client> for OauthClient {
    fn from(client: Client) -> Self {
        Self {
            redirect_uris: client.redirect_uris.iter().map(RedirectUri::to_string).collect(),
            public: client.public,
            par_required: client.par_required,
            dpop_required: client.dpop_required,
            first_party: client.first_party,
        }
    }
}

/// A service account to be bound.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewServiceAccount {
    /// The `iss` of its tokens.
    #[schema(min_length = 9, max_length = 300, format = "uri", example = "https://accounts.google.com")]
    issuer: String,
    /// Their `sub`.
    #[schema(min_length = 1, max_length = 255, example = "117483920174839201748")]
    subject: String,
    /// Their `email`, which must be verified there.
    #[schema(
        min_length = 3,
        max_length = 100,
        format = "email",
        example = "repairs@hackney-prod.iam.gserviceaccount.com"
    )]
    email: String,
}

/// A service account that proves an application.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BoundServiceAccount {
    /// The credential that it is; revoke that to undo the binding.
    #[schema(value_type = words::Id)]
    credential: CredentialId,
    /// The `iss` of its tokens.
    #[schema(min_length = 9, max_length = 300, format = "uri", example = "https://accounts.google.com")]
    issuer: String,
    /// Their `sub`.
    #[schema(min_length = 1, max_length = 255, example = "117483920174839201748")]
    subject: String,
    /// Their `email`.
    #[schema(
        min_length = 3,
        max_length = 100,
        format = "email",
        example = "repairs@hackney-prod.iam.gserviceaccount.com"
    )]
    email: String,
}

impl From<ServiceAccountRow> for BoundServiceAccount {
    fn from(row: ServiceAccountRow) -> Self {
        Self { credential: row.credential_id, issuer: row.issuer, subject: row.subject, email: row.email }
    }
}

async fn client_for(hub: &Hub, id: &ApplicationId) -> Result<Json<OauthClient>, Failure> {
    let client = hub.control.client(id).await?;
    client.map(|client| Json(client.into())).ok_or_else(|| Failure::not_found("application"))
}

/// Reads how an application takes part in the flows of people
///
/// Before anything was said, it takes part in none.
#[utoipa::path(
    get,
    path = "/applications/{application_id}/oauth",
    operation_id = "getOauthClient",
    tag = "applications",
    params(("application_id" = words::Id, Path, description = "The application.")),
    responses((status = 200, description = "How it takes part.", body = OauthClient), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_oauth_client(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<ApplicationId>,
) -> Result<Json<OauthClient>, Failure> {
    let application = hub.control.application_for(&actor, &id).await?;
    client_for(&hub, &application.id).await
}

/// Says how an application takes part in the flows of people
///
/// All of it at once: what is left out is off.
#[utoipa::path(
    put,
    path = "/applications/{application_id}/oauth",
    operation_id = "configureOauthClient",
    tag = "applications",
    params(("application_id" = words::Id, Path, description = "The application.")),
    request_body(content = OauthClient, example = json!({
        "redirectUris": ["https://dashboard.hackney.example/callback"],
        "public": false,
        "parRequired": true,
        "dpopRequired": false,
        "firstParty": false
    })),
    responses((status = 200, description = "How it takes part now.", body = OauthClient), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn configure_oauth_client(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<ApplicationId>,
    Sent(new): Sent<OauthClient>,
) -> Result<Json<OauthClient>, Failure> {
    let settings = ClientSettings {
        redirect_uris: new.redirect_uris,
        public: new.public,
        par_required: new.par_required,
        dpop_required: new.dpop_required,
        first_party: new.first_party,
    };
    hub.control.configure_client(&actor, &id, settings).await?;
    client_for(&hub, &id).await
}

/// Lists the service accounts that prove an application
///
/// Those too whose credential was revoked.
#[utoipa::path(
    get,
    path = "/applications/{application_id}/service-accounts",
    operation_id = "listServiceAccounts",
    tag = "credentials",
    params(("application_id" = words::Id, Path, description = "The application."), PieceQuery),
    responses((status = 200, description = "A piece of the service accounts.", body = Page<BoundServiceAccount>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_service_accounts(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<ApplicationId>,
    Asked(query): Asked<PieceQuery>,
) -> Result<Json<Page<BoundServiceAccount>>, Failure> {
    let piece = query.piece()?;
    let application = hub.control.application_for(&actor, &id).await?;
    let rows = hub.control.reads().service_accounts_of(&application.id).await?;
    let page = piece.of(rows, |row| format!("{} {}", row.email, row.credential_id));
    Ok(Json(page.map(BoundServiceAccount::from)))
}

/// Binds a service account to an application
///
/// Its ID tokens for this hub are then exchanged for the application's access tokens (RFC 8693), so that no secret is kept.
/// It counts among the five credentials.
#[utoipa::path(
    post,
    path = "/applications/{application_id}/service-accounts",
    operation_id = "bindServiceAccount",
    tag = "credentials",
    params(("application_id" = words::Id, Path, description = "The application.")),
    request_body(content = NewServiceAccount, example = json!({
        "issuer": "https://accounts.google.com",
        "subject": "117483920174839201748",
        "email": "repairs@hackney-prod.iam.gserviceaccount.com"
    })),
    responses((status = 201, description = "The binding.", body = BoundServiceAccount,
        headers(("Location" = String, description = "The address of the credential."))), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn bind_service_account(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<ApplicationId>,
    Sent(new): Sent<NewServiceAccount>,
) -> Result<Created<BoundServiceAccount>, Failure> {
    let account = ServiceAccount { issuer: &new.issuer, subject: &new.subject, email: &new.email };
    let credential = hub.control.bind_service_account(&actor, &id, account).await?;
    Ok(Created {
        location: Some(format!("/applications/{id}/credentials/{credential}")),
        body: BoundServiceAccount { credential, issuer: new.issuer, subject: new.subject, email: new.email },
    })
}
