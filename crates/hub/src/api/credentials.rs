//! How do the caller's applications prove themselves?

use std::borrow::Cow;

use axum::{Json, extract::State, http::StatusCode};
use hansom_domain::{Actor, ApplicationId, CredentialId, CredentialKind};
use hansom_store::CredentialRow;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr, Schema,
        schema::{ObjectBuilder, OneOfBuilder, Type},
    },
};

use super::{
    answer::{Created, Failure},
    authentication::Caller,
    moment::Moment,
    paging::{Page, Piece, newest_first},
    problem::{Changing, Reading, Sending},
    reading::{Asked, Named, Sent},
    words,
};
use crate::Hub;

/// A credential, as far as it can be shown again.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Credential {
    /// Its id.
    #[schema(value_type = words::Id)]
    id: CredentialId,
    /// What it is.
    #[schema(value_type = words::CredentialKind)]
    kind: CredentialKind,
    /// What people know it by: the thumbprint of a key, or the last four characters of a secret.
    #[schema(max_length = 100, example = "…9f3c")]
    hint: String,
    /// The public key as a JWK, for a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object, required = false)]
    public_key: Option<Value>,
    /// When it was made.
    created_at: Moment,
    /// By whom.
    #[schema(max_length = 200, example = "Ada Okoro")]
    created_by: String,
    /// When a token was last issued for it; absent if never.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    last_used_at: Option<Moment>,
    /// When it was revoked; absent while it is in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    revoked_at: Option<Moment>,
}

impl From<CredentialRow> for Credential {
    fn from(row: CredentialRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            hint: row.hint,
            public_key: row.public_jwk.and_then(|jwk| serde_json::from_str(&jwk).ok()),
            created_at: row.created_at.into(),
            created_by: row.created_by,
            last_used_at: row.last_used_at.map(Moment::from),
            revoked_at: row.revoked_at.map(Moment::from),
        }
    }
}

/// A credential to be made.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewCredential {
    /// `secret` to be given one, `public_key` to register a key whose private half stays with the application.
    #[schema(value_type = words::CredentialKind)]
    kind: CredentialKind,
    /// With kind `public_key`: the key as a PEM text (`PUBLIC KEY`), as the text of a JWK, or as a JWK itself.
    #[schema(value_type = PublicKey, required = false)]
    public_key: Option<Value>,
}

/// How the contract describes a public key, which is read as text or as an object.
pub(crate) enum PublicKey {}

impl PartialSchema for PublicKey {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new()
            .schema_type(Type::String)
            .max_length(Some(65_536))
            .description(Some("PEM, or the text of a JWK."));
        OneOfBuilder::new()
            .item(text)
            .item(Ref::from_schema_name("Jwk"))
            .description(Some("A public key: ES256, EdDSA, or RS256 of 2,048 bits and more."))
            .into()
    }
}

impl ToSchema for PublicKey {
    fn name() -> Cow<'static, str> {
        "PublicKey".into()
    }
}

/// A new credential, in the one moment in which a secret is shown.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct IssuedCredential {
    /// The credential as it can be shown again.
    #[serde(flatten)]
    credential: Credential,
    /// The secret, for kind `secret`. The platform keeps a hash only: store it now.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100, value_type = String, required = false, example = "hansom_0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0")]
    secret: Option<String>,
}

/// Which piece of the credentials.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct CredentialsQuery {
    /// How many at most; 50 if absent.
    #[param(minimum = 1, maximum = 200, default = 50, example = 20)]
    limit: Option<u16>,
    /// `nextCursor` of the piece before.
    #[param(max_length = 2000, example = "cmVwYWlycw")]
    cursor: Option<String>,
}

/// Lists the credentials of an application, newest first
///
/// Revoked ones too. Secrets are never shown again.
#[utoipa::path(
    get,
    path = "/applications/{application_id}/credentials",
    operation_id = "listCredentials",
    tag = "credentials",
    params(("application_id" = words::Id, Path, description = "The application."), CredentialsQuery),
    responses((status = 200, description = "A piece of the credentials.", body = Page<Credential>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_credentials(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(application): Named<ApplicationId>,
    Asked(query): Asked<CredentialsQuery>,
) -> Result<Json<Page<Credential>>, Failure> {
    let piece = Piece::asked(query.limit, query.cursor.as_deref())?;
    let rows = credentials_for(&hub, &actor, &application).await?;
    let page = piece.of(rows, |row| newest_first(row.created_at, row.id.as_str()));
    Ok(Json(page.map(Credential::from)))
}

/// Makes a credential
///
/// Either registers a public key (better: nothing secret leaves the application) or makes a secret, which is in this
/// answer and nowhere else. An application has at most five credentials in force.
#[utoipa::path(
    post,
    path = "/applications/{application_id}/credentials",
    operation_id = "issueCredential",
    tag = "credentials",
    params(("application_id" = words::Id, Path, description = "The application.")),
    request_body(content = NewCredential, examples(
        ("secret" = (summary = "Be given a secret", value = json!({"kind": "secret"}))),
        ("public_key" = (summary = "Register a public key", value = json!({
            "kind": "public_key",
            "publicKey": {
                "kty": "EC",
                "crv": "P-256",
                "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
            }
        })))
    )),
    responses((status = 201, description = "The credential.", body = IssuedCredential,
        headers(("Location" = String, description = "The address of the credential."))), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn issue_credential(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(application): Named<ApplicationId>,
    Sent(new): Sent<NewCredential>,
) -> Result<Created<IssuedCredential>, Failure> {
    let (id, secret) = match (new.kind, new.public_key) {
        (CredentialKind::Secret, None) => {
            let issued = hub.control.issue_secret(&actor, &application).await?;
            (issued.credential, Some(issued.secret.reveal().to_owned()))
        }
        (CredentialKind::PublicKey, Some(key)) => {
            let key = key_text(key)?;
            let id = hub.control.register_key(&actor, &application, &key).await?;
            (id, None)
        }
        (CredentialKind::ServiceAccount, _) => {
            return Err(Failure::malformed(
                "A service account is bound at /applications/{application_id}/service-accounts, with its issuer and subject.",
            ));
        }
        (CredentialKind::Secret, Some(_)) => {
            return Err(Failure::malformed(
                "A secret has no publicKey; leave it out, or write \"kind\": \"public_key\".",
            ));
        }
        (CredentialKind::PublicKey, None) => {
            return Err(Failure::malformed("The member publicKey is missing; send the public key as PEM or as a JWK."));
        }
    };
    let credential = credentials_for(&hub, &actor, &application)
        .await?
        .into_iter()
        .find(|credential| credential.id == id)
        .ok_or_else(|| Failure::not_found("credential"))?;
    Ok(Created {
        location: Some(format!("/applications/{application}/credentials/{id}")),
        body: IssuedCredential { credential: credential.into(), secret },
    })
}

/// Revokes a credential
///
/// Tokens that were issued for it are refused at every gateway from the next seconds on. It cannot be taken back.
#[utoipa::path(
    delete,
    path = "/applications/{application_id}/credentials/{credential_id}",
    operation_id = "revokeCredential",
    tag = "credentials",
    params(
        ("application_id" = words::Id, Path, description = "The application."),
        ("credential_id" = words::Id, Path, description = "The credential.")
    ),
    responses((status = 204, description = "It is revoked."), Changing),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn revoke_credential(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named((application, credential)): Named<(ApplicationId, CredentialId)>,
) -> Result<StatusCode, Failure> {
    hub.control.revoke_credential(&actor, &application, &credential).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The credentials of an application that the actor may see.
async fn credentials_for(hub: &Hub, actor: &Actor, application: &ApplicationId) -> Result<Vec<CredentialRow>, Failure> {
    let application = hub.control.application_for(actor, application).await?;
    Ok(hub.control.reads().credentials_of(&application.id).await?)
}

fn key_text(key: Value) -> Result<String, Failure> {
    match key {
        Value::String(text) => Ok(text),
        Value::Object(_) => Ok(key.to_string()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => Err(Failure::malformed(
            "The member publicKey is neither a text nor a JWK; send the public key as PEM or as a JWK.",
        )),
    }
}
