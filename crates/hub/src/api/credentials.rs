//! How do the caller's applications prove themselves?

use std::borrow::Cow;

use axum::{Json, extract::State, http::StatusCode};
use hansom_control::Lasting;
use hansom_domain::{Actor, ApplicationId, CredentialId, CredentialKind, Overlap};
use hansom_store::CredentialRow;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr, Schema,
        schema::{ObjectBuilder, OneOfBuilder, Type},
    },
};

use super::{
    answer::{Created, Failure},
    authentication::Caller,
    moment::Moment,
    paging::{Page, PieceQuery, newest_first},
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
    /// What people know it by: the thumbprint of a key, the server of an address, or the last four characters of a secret.
    #[schema(max_length = 100, example = "…9f3c")]
    hint: String,
    /// The public key as a JWK, for a key.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object, required = false)]
    public_key: Option<Value>,
    /// The address of the public keys, for an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = words::Url, required = false)]
    jwks_url: Option<String>,
    /// When it was made.
    created_at: Moment,
    /// By whom.
    #[schema(max_length = 200, example = "Ada Okoro")]
    created_by: String,
    /// When a token was last issued for it; absent if never.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    last_used_at: Option<Moment>,
    /// When it ends by itself; absent if it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    expires_at: Option<Moment>,
    /// Why it ended or ends, if not just by somebody's word: `replaced`, `expired`, `unused` or `leaked`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 100, value_type = String, required = false, example = "replaced")]
    ended_because: Option<String>,
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
            jwks_url: row.jwks_url,
            expires_at: row.expires_at.map(Moment::from),
            ended_because: row.ended_because,
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
    /// `secret` to be given one, `public_key` to register a key whose private half stays with the application, `jwks_url` to
    /// register the address of such keys.
    #[schema(value_type = words::CredentialKind)]
    kind: CredentialKind,
    /// With kind `public_key`: the key as a PEM text (`PUBLIC KEY`), as the text of a JWK, or as a JWK itself.
    #[schema(value_type = PublicKey, required = false)]
    public_key: Option<Value>,
    /// With kind `jwks_url`: an `https://` address of a JWK set (RFC 7517). It is asked once before it is registered.
    #[serde(default)]
    #[schema(value_type = words::Url, required = false)]
    jwks_url: Option<String>,
    /// After how many days it ends by itself; if absent, as late as the platform allows.
    #[serde(default)]
    #[schema(minimum = 1, maximum = 3650, value_type = u16, required = false, example = 365)]
    days: Option<u16>,
    /// The credential in whose place it comes.
    #[serde(default)]
    #[schema(value_type = Replaced, required = false)]
    replaces: Option<Replaced>,
}

/// A credential that is replaced.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Replaced {
    /// Its id.
    #[schema(value_type = words::Id)]
    credential: CredentialId,
    /// When it ends.
    #[schema(value_type = words::Overlap)]
    ends: Overlap,
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
    #[schema(max_length = 100, value_type = String, required = false, example = "hansom_sec_1YQ7bYtBRuoJ5vQkqv8hM0cXrM2yqW3tFz9aLkPdNsE04kAzp")]
    secret: Option<String>,
}

/// Lists the credentials of an application, newest first
///
/// Revoked ones too. Secrets are never shown again.
#[utoipa::path(
    get,
    path = "/applications/{application_id}/credentials",
    operation_id = "listCredentials",
    tag = "credentials",
    params(("application_id" = words::Id, Path, description = "The application."), PieceQuery),
    responses((status = 200, description = "A piece of the credentials.", body = Page<Credential>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_credentials(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(application): Named<ApplicationId>,
    Asked(query): Asked<PieceQuery>,
) -> Result<Json<Page<Credential>>, Failure> {
    let piece = query.piece()?;
    let rows = credentials_for(&hub, &actor, &application).await?;
    let page = piece.of(rows, |row| newest_first(row.created_at, row.id.as_str()));
    Ok(Json(page.map(Credential::from)))
}

/// Makes a credential
///
/// Either registers a public key or the address of public keys (better: nothing secret leaves the application) or makes a
/// secret, which is in this answer and nowhere else. An application has at most five credentials in force. One that comes in
/// the place of another lets that one end now, in a day or in a week.
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
    let (id, secret) = issue(&hub, &actor, &application, new).await?;
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

async fn issue(
    hub: &Hub,
    actor: &Actor,
    application: &ApplicationId,
    new: NewCredential,
) -> Result<(CredentialId, Option<String>), Failure> {
    let replaces = new.replaces.map(|replaced| (replaced.credential, replaced.ends));
    let lasting = Lasting { days: new.days, replaces };
    match (new.kind, new.public_key, new.jwks_url) {
        (CredentialKind::Secret, None, None) => {
            let issued = hub.control.issue_secret_for(actor, application, &lasting).await?;
            Ok((issued.credential, Some(issued.secret.reveal().to_owned())))
        }
        (CredentialKind::PublicKey, Some(key), None) => {
            let key = key_text(key)?;
            Ok((hub.control.register_key_for(actor, application, &key, &lasting).await?, None))
        }
        (CredentialKind::JwksUrl, None, Some(address)) => {
            // Who may not register it has nothing asked on their word.
            hub.control.application_for(actor, application).await?;
            hub.control.key_set_address(&address)?;
            let looked = hub.oauth.look_at_key_set(&address).await;
            looked.map_err(|error| Failure::malformed(format!("The address of keys cannot be used: {error}.")))?;
            Ok((hub.control.register_key_set(actor, application, &address, &lasting).await?, None))
        }
        (CredentialKind::Secret, _, _) => Err(Failure::malformed(
            "A secret has neither publicKey nor jwksUrl; leave them out, or name the kind that has them.",
        )),
        (CredentialKind::PublicKey, _, _) => {
            Err(Failure::malformed("A public key needs the member publicKey, as PEM or as a JWK, and no jwksUrl."))
        }
        (CredentialKind::ServiceAccount, _, _) => Err(Failure::malformed(
            "A service account is bound at /applications/{application_id}/service-accounts, with its issuer and subject.",
        )),
        (CredentialKind::JwksUrl, _, _) => {
            Err(Failure::malformed("An address of keys needs the member jwksUrl, and no publicKey."))
        }
    }
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
