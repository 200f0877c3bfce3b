//! Which keys does the platform sign with?

use axum::{Json, extract::State};
use hansom_control::{Begins, ListedKey};
use hansom_domain::Actor;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    answer::{Created, Failure},
    authentication::Caller,
    moment::Moment,
    paging::{Page, PieceQuery, newest_first},
    problem::{Reading, Sending},
    reading::{Asked, Named, Sent},
    words,
};
use crate::{Hub, urls};

/// A key that access tokens are signed with. Its private half is never shown.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SigningKey {
    /// Its name, the `kid` of tokens.
    #[schema(value_type = words::Id)]
    kid: String,
    /// Its JWS algorithm.
    #[schema(max_length = 20, example = "ES256")]
    algorithm: String,
    /// `announced` before it signs, `signing`, `retired` until its last token is over, `gone` afterwards, or `withdrawn`.
    #[schema(value_type = words::KeyState)]
    state: &'static str,
    /// When it was made.
    created_at: Moment,
    /// From when on it signs.
    signs_from: Moment,
    /// When it stops to sign; absent where no other key is to sign after it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    retired_at: Option<Moment>,
    /// When nothing of it counts any more; absent where that is not settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    gone_at: Option<Moment>,
}

impl From<ListedKey> for SigningKey {
    fn from(key: ListedKey) -> Self {
        Self {
            kid: key.kid,
            algorithm: key.algorithm,
            state: key.state.as_str(),
            created_at: key.created_at.into(),
            signs_from: key.signs_from.into(),
            retired_at: key.retired_at.map(Moment::from),
            gone_at: key.gone_at.map(Moment::from),
        }
    }
}

/// The wish for a new signing key.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewSigningKey {
    /// Whether it signs at once, and not only when whoever verifies has had the time to learn of it.
    #[serde(default)]
    #[schema(required = false)]
    at_once: bool,
}

/// The end of a signing key.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct KeyWithdrawal {
    /// Why, for the audit trail.
    #[schema(min_length = 1, max_length = 500, example = "The laptop with the old master key was stolen.")]
    reason: String,
}

/// Nothing to say.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyRetirement {}

/// Lists the keys that the platform signs with, the newest first
///
/// For administrators. The public halves are at `/oauth/jwks`.
#[utoipa::path(
    get,
    path = "/signing-keys",
    operation_id = "listSigningKeys",
    tag = "keys",
    params(PieceQuery),
    responses((status = 200, description = "A piece of the keys.", body = Page<SigningKey>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_signing_keys(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Asked(query): Asked<PieceQuery>,
) -> Result<Json<Page<SigningKey>>, Failure> {
    let piece = query.piece()?;
    let keys = hub.control.list_signing_keys(&actor).await?;
    let page = piece.of(keys, |key| newest_first(key.signs_from, &key.kid));
    Ok(Json(page.map(SigningKey::from)))
}

/// Makes the key that signs next
///
/// It is shown to whoever verifies before it signs. For administrators.
#[utoipa::path(
    post,
    path = "/signing-keys",
    operation_id = "rotateSigningKey",
    tag = "keys",
    request_body(content = NewSigningKey, example = json!({ "atOnce": false })),
    responses((status = 201, description = "The key that signs next.", body = SigningKey,
        headers(("Location" = String, description = "The address of the key."))), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn rotate_signing_key(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Sent(new): Sent<NewSigningKey>,
) -> Result<Created<SigningKey>, Failure> {
    let begins = if new.at_once { Begins::Now } else { Begins::Announced };
    let (kid, _) = hub.control.rotate_signing_key(&actor, begins).await?;
    let location = Some(format!("/signing-keys/{}", urls::encoded(&kid)));
    Ok(Created { location, body: key_of(&hub, &actor, &kid).await? })
}

/// Reads a key that the platform signs with
///
/// For administrators.
#[utoipa::path(
    get,
    path = "/signing-keys/{kid}",
    operation_id = "getSigningKey",
    tag = "keys",
    params(("kid" = words::Id, Path, description = "The key.")),
    responses((status = 200, description = "The key.", body = SigningKey), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_signing_key(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(kid): Named<String>,
) -> Result<Json<SigningKey>, Failure> {
    Ok(Json(key_of(&hub, &actor, &kid).await?))
}

/// Has another key sign in the place of the one that signs
///
/// Its successor is announced, and what it signed counts until the last token is over. For administrators.
#[utoipa::path(
    post,
    path = "/signing-keys/{kid}/retirement",
    operation_id = "retireSigningKey",
    tag = "keys",
    params(("kid" = words::Id, Path, description = "The key.")),
    request_body(content = KeyRetirement, example = json!({})),
    responses((status = 200, description = "The key that signs next.", body = SigningKey), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn retire_signing_key(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(kid): Named<String>,
    Sent(KeyRetirement {}): Sent<KeyRetirement>,
) -> Result<Json<SigningKey>, Failure> {
    let (next, _) = hub.control.retire_signing_key(&actor, &kid).await?;
    Ok(Json(key_of(&hub, &actor, &next).await?))
}

/// Withdraws a key that somebody else may have
///
/// Nothing that it signed counts any more, at every gateway within seconds. For administrators.
#[utoipa::path(
    post,
    path = "/signing-keys/{kid}/withdrawal",
    operation_id = "withdrawSigningKey",
    tag = "keys",
    params(("kid" = words::Id, Path, description = "The key.")),
    request_body(content = KeyWithdrawal, example = json!({ "reason": "The laptop with the old master key was stolen." })),
    responses((status = 200, description = "The key that signs now.", body = SigningKey), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn withdraw_signing_key(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(kid): Named<String>,
    Sent(end): Sent<KeyWithdrawal>,
) -> Result<Json<SigningKey>, Failure> {
    let signs = hub.control.withdraw_signing_key(&actor, &kid, &end.reason).await?;
    Ok(Json(key_of(&hub, &actor, &signs).await?))
}

async fn key_of(hub: &Hub, actor: &Actor, kid: &str) -> Result<SigningKey, Failure> {
    let keys = hub.control.list_signing_keys(actor).await?;
    keys.into_iter().find(|key| key.kid == kid).map(SigningKey::from).ok_or_else(|| Failure::not_found("key"))
}
