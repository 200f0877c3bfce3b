//! Where is the caller signed in?

use axum::{
    Json,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use hansom_control::ListedSession;
use hansom_domain::{Actor, PersonId, ProblemCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    answer::Failure,
    authentication::Caller,
    moment::Moment,
    paging::{Page, PieceQuery, newest_first},
    problem::{Changing, Reading},
    reading::{Asked, Named},
    words,
};
use crate::{
    Hub,
    session::{SESSION_COOKIE, cookie},
};

/// A browser in which the caller is signed in at the hub.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BrowserSession {
    /// What it is called by; nobody gets in with that.
    #[schema(value_type = words::Id)]
    handle: String,
    /// Which browser, in words; empty if it did not say.
    #[schema(max_length = 100, example = "Firefox on Linux")]
    browser: String,
    /// When it began.
    began_at: Moment,
    /// When it was last used, to the minute.
    last_seen_at: Moment,
    /// Whether it is the one that asks; a token is none.
    current: bool,
}

impl From<ListedSession> for BrowserSession {
    fn from(session: ListedSession) -> Self {
        Self {
            handle: session.handle,
            browser: session.browser,
            began_at: session.began_at.into(),
            last_seen_at: session.last_seen_at.into(),
            current: session.is_this,
        }
    }
}

/// Lists where the caller is signed in, the latest sign-in first
///
/// For people; programs have no sessions.
#[utoipa::path(
    get,
    path = "/me/sessions",
    operation_id = "listSessions",
    tag = "people",
    params(PieceQuery),
    responses((status = 200, description = "A piece of the sessions.", body = Page<BrowserSession>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_sessions(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    headers: HeaderMap,
    Asked(query): Asked<PieceQuery>,
) -> Result<Json<Page<BrowserSession>>, Failure> {
    let piece = query.piece()?;
    let sessions = hub.control.sessions_of(person_of(&actor)?, cookie(&headers, SESSION_COOKIE)).await?;
    let page = piece.of(sessions, |session| newest_first(session.began_at, &session.handle));
    Ok(Json(page.map(BrowserSession::from)))
}

/// Signs the caller out of every browser
///
/// But for the one that asks, if one does: that has a sign-out of its own.
#[utoipa::path(
    delete,
    path = "/me/sessions",
    operation_id = "endSessions",
    tag = "people",
    responses((status = 204, description = "They are signed out."), Changing),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn end_sessions(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    headers: HeaderMap,
) -> Result<StatusCode, Failure> {
    hub.control.end_other_sessions(&actor, cookie(&headers, SESSION_COOKIE)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Signs the caller out of one browser
///
/// By the handle that the list of sessions tells.
#[utoipa::path(
    delete,
    path = "/me/sessions/{handle}",
    operation_id = "endSession",
    tag = "people",
    params(("handle" = words::Id, Path, description = "The session.")),
    responses((status = 204, description = "They are signed out."), Changing),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn end_session(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(handle): Named<String>,
) -> Result<StatusCode, Failure> {
    hub.control.end_session(&actor, &handle).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The person that the caller is.
fn person_of(actor: &Actor) -> Result<&PersonId, Failure> {
    match actor {
        Actor::Person { id, .. } => Ok(id),
        _ => Err(Failure::new(ProblemCode::NotAllowed, "Only people have an account here. Sign in as one.")),
    }
}
