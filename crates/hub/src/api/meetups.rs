//! Where do people meet?

use axum::{Json, extract::State};
use hansom_domain::{MeetupId, Timestamp};
use hansom_store::{MeetupRow, MeetupText};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    answer::{Created, Failure},
    authentication::{Caller, Viewer},
    moment::Moment,
    paging::{Page, PieceQuery, newest_first},
    problem::{Changing, Reading, Sending},
    reading::{Asked, Named, Sent},
    words,
};
use crate::Hub;

/// A meetup of those who make APIs and those who use them.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Meetup {
    /// Its id.
    #[schema(value_type = words::Id)]
    id: MeetupId,
    /// What it is called.
    #[schema(max_length = 120, example = "Naming, and why")]
    title: String,
    /// When it begins.
    begins_at: Moment,
    /// When it ends.
    ends_at: Moment,
    /// Where it is.
    #[schema(max_length = 200, example = "Town Hall, room 102")]
    place: String,
    /// Where one joins it from afar.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = words::Url, required = false)]
    link: Option<String>,
    /// What it is about, in Markdown; may be empty.
    #[schema(max_length = 10_000, example = "Bring a contract whose names you are not sure of.")]
    about: String,
    /// What was said there, in Markdown; may be empty.
    #[schema(max_length = 40_000, example = "We agreed on plurals.")]
    notes: String,
    /// Whether people who are not signed in may know of it.
    is_public: bool,
    /// When it was called off.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    cancelled_at: Option<Moment>,
}

impl From<MeetupRow> for Meetup {
    fn from(row: MeetupRow) -> Self {
        Self {
            id: row.id,
            title: row.title,
            begins_at: row.begins_at.into(),
            ends_at: row.ends_at.into(),
            place: row.place,
            link: Some(row.link).filter(|link| !link.is_empty()),
            about: row.about,
            notes: row.notes,
            is_public: row.is_public,
            cancelled_at: row.cancelled_at.map(Moment::from),
        }
    }
}

/// What is told of a meetup.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewMeetup {
    /// What it is called.
    #[schema(min_length = 3, max_length = 120, example = "Naming, and why")]
    title: String,
    /// When it begins, at most two years from now.
    begins_at: Moment,
    /// When it ends, within three days of its beginning.
    ends_at: Moment,
    /// Where it is.
    #[schema(min_length = 1, max_length = 200, example = "Town Hall, room 102")]
    place: String,
    /// Where one joins it from afar: an address that begins with `https://`.
    #[serde(default)]
    #[schema(value_type = words::Url, required = false)]
    link: String,
    /// What it is about, in Markdown.
    #[serde(default)]
    #[schema(max_length = 10_000, example = "Bring a contract whose names you are not sure of.")]
    about: String,
    /// What was said there, in Markdown.
    #[serde(default)]
    #[schema(max_length = 40_000, example = "We agreed on plurals.")]
    notes: String,
    /// Whether people who are not signed in may know of it.
    is_public: bool,
}

impl NewMeetup {
    fn text(&self) -> MeetupText<'_> {
        MeetupText {
            title: &self.title,
            place: &self.place,
            link: &self.link,
            about: &self.about,
            notes: &self.notes,
            is_public: self.is_public,
            begins_at: self.begins_at.timestamp(),
            ends_at: self.ends_at.timestamp(),
        }
    }
}

/// Lists meetups, the latest first
///
/// The last 500. People who are not signed in see those that are public.
#[utoipa::path(
    get,
    path = "/meetups",
    operation_id = "listMeetups",
    tag = "community",
    params(PieceQuery),
    responses((status = 200, description = "A piece of the meetups.", body = Page<Meetup>), Reading),
    security((), ("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_meetups(
    State(hub): State<Hub>,
    Viewer(actor): Viewer,
    Asked(query): Asked<PieceQuery>,
) -> Result<Json<Page<Meetup>>, Failure> {
    let piece = query.piece()?;
    let meetups = hub.control.meetups_for(actor.as_ref(), Timestamp::from_millis(0)).await?;
    let page = piece.of(meetups, |meetup| newest_first(meetup.begins_at, meetup.id.as_str()));
    Ok(Json(page.map(Meetup::from)))
}

/// Calls a meetup
///
/// For members of the standards group and administrators.
#[utoipa::path(
    post,
    path = "/meetups",
    operation_id = "announceMeetup",
    tag = "community",
    request_body(content = NewMeetup, example = json!({
        "title": "Naming, and why",
        "beginsAt": "2026-12-03T14:00:00.000Z",
        "endsAt": "2026-12-03T15:30:00.000Z",
        "place": "Town Hall, room 102",
        "isPublic": true
    })),
    responses((status = 201, description = "The meetup.", body = Meetup,
        headers(("Location" = String, description = "The address of the meetup."))), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn announce_meetup(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Sent(new): Sent<NewMeetup>,
) -> Result<Created<Meetup>, Failure> {
    let id = hub.control.announce_meetup(&actor, new.text()).await?;
    let body = hub.control.meetup_for(Some(&actor), &id).await?.into();
    Ok(Created { location: Some(format!("/meetups/{id}")), body })
}

/// Reads a meetup
///
/// Those that are public are for everybody, the others for signed-in people.
#[utoipa::path(
    get,
    path = "/meetups/{meetup_id}",
    operation_id = "getMeetup",
    tag = "community",
    params(("meetup_id" = words::Id, Path, description = "The meetup.")),
    responses((status = 200, description = "The meetup.", body = Meetup), Reading),
    security((), ("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_meetup(
    State(hub): State<Hub>,
    Viewer(actor): Viewer,
    Named(id): Named<MeetupId>,
) -> Result<Json<Meetup>, Failure> {
    Ok(Json(hub.control.meetup_for(actor.as_ref(), &id).await?.into()))
}

/// Changes what is told of a meetup, or adds its notes
///
/// For members of the standards group and administrators, as long as it is not called off.
#[utoipa::path(
    put,
    path = "/meetups/{meetup_id}",
    operation_id = "changeMeetup",
    tag = "community",
    params(("meetup_id" = words::Id, Path, description = "The meetup.")),
    request_body(content = NewMeetup, example = json!({
        "title": "Naming, and why",
        "beginsAt": "2026-12-03T14:00:00.000Z",
        "endsAt": "2026-12-03T15:30:00.000Z",
        "place": "Town Hall, room 102",
        "notes": "We agreed on plurals.",
        "isPublic": true
    })),
    responses((status = 200, description = "The meetup, changed.", body = Meetup), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn change_meetup(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<MeetupId>,
    Sent(new): Sent<NewMeetup>,
) -> Result<Json<Meetup>, Failure> {
    hub.control.change_meetup(&actor, &id, new.text()).await?;
    Ok(Json(hub.control.meetup_for(Some(&actor), &id).await?.into()))
}

/// Calls a meetup off
///
/// For members of the standards group and administrators. It stays in lists and calendars, marked so.
#[utoipa::path(
    post,
    path = "/meetups/{meetup_id}/cancellation",
    operation_id = "cancelMeetup",
    tag = "community",
    params(("meetup_id" = words::Id, Path, description = "The meetup.")),
    responses((status = 200, description = "The meetup, called off.", body = Meetup), Changing),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn cancel_meetup(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<MeetupId>,
) -> Result<Json<Meetup>, Failure> {
    hub.control.cancel_meetup(&actor, &id).await?;
    Ok(Json(hub.control.meetup_for(Some(&actor), &id).await?.into()))
}
