//! What do people say about pages and APIs, and what are they answered?

use axum::{Json, extract::State};
use hansom_control::{Correspondent, GivenFeedback};
use hansom_domain::{Actor, FeedbackId, FeedbackState, GroupAddress, MessageId};
use hansom_store::{FeedbackRow, MessageRow};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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

/// A thread of feedback.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Thread {
    /// Its id.
    #[schema(value_type = words::Id)]
    id: FeedbackId,
    /// The page of the hub that it is about.
    #[schema(max_length = 300, example = "/apis/bulky-waste/v1")]
    about: String,
    /// The group that answers it.
    #[schema(value_type = words::GroupAddress)]
    owner: GroupAddress,
    /// What it is, in a few words.
    #[schema(max_length = 120, example = "Slots at night")]
    title: String,
    /// Where it stands.
    #[schema(value_type = words::FeedbackState)]
    state: FeedbackState,
    /// Who began it.
    #[schema(max_length = 200, example = "Ada Okoro")]
    begun_by: String,
    /// When.
    begun_at: Moment,
    /// When something was last written to it.
    changed_at: Moment,
}

/// A thread with its messages.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ThreadDetail {
    /// The thread.
    thread: Thread,
    /// Its messages, oldest first.
    #[schema(max_items = 500)]
    messages: Vec<ThreadMessage>,
}

/// A message of a thread.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ThreadMessage {
    /// Its id.
    #[schema(value_type = words::Id)]
    id: MessageId,
    /// Who wrote it.
    #[schema(max_length = 200, example = "Ada Okoro")]
    written_by: String,
    /// When.
    written_at: Moment,
    /// Whether it was written for the owner.
    is_of_owner: bool,
    /// The text; empty where it was removed.
    #[schema(max_length = 4000, example = "There are slots at three in the night.")]
    text: String,
    /// Why it was removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, max_length = 500, example = "It names a tenant.")]
    removed_because: Option<String>,
}

impl From<FeedbackRow> for Thread {
    fn from(row: FeedbackRow) -> Self {
        Self {
            id: row.id,
            about: row.about,
            owner: row.owner,
            title: row.title,
            state: row.state,
            begun_by: row.by_name,
            begun_at: row.opened_at.into(),
            changed_at: row.changed_at.into(),
        }
    }
}

impl From<MessageRow> for ThreadMessage {
    fn from(row: MessageRow) -> Self {
        Self {
            id: row.id,
            written_by: row.by_name,
            written_at: row.at.into(),
            is_of_owner: row.is_of_owner,
            text: row.text,
            removed_because: row.removed_because,
        }
    }
}

/// Feedback to be given.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewThread {
    /// The page of the hub that it is about, as its path.
    #[schema(min_length = 1, max_length = 300, example = "/apis/bulky-waste/v1")]
    about: String,
    /// What it is, in a few words.
    #[schema(min_length = 3, max_length = 120, example = "Slots at night")]
    title: String,
    /// The text, without any markup.
    #[schema(min_length = 10, max_length = 4000, example = "There are slots at three in the night.")]
    text: String,
}

/// A message to be written.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewThreadMessage {
    /// The text, without any markup.
    #[schema(min_length = 1, max_length = 4000, example = "They are gone now.")]
    text: String,
}

/// The removal of a message.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct MessageRemoval {
    /// Why; it stands in the place of the text.
    #[schema(min_length = 3, max_length = 500, example = "It names a tenant.")]
    reason: String,
}

async fn detail(hub: &Hub, actor: &Actor, id: &FeedbackId) -> Result<ThreadDetail, Failure> {
    let thread = hub.control.feedback_for(Correspondent::Known(actor), id).await?;
    let messages = thread.messages.into_iter().map(ThreadMessage::from).collect();
    Ok(ThreadDetail { thread: thread.row.into(), messages })
}

/// Lists threads of feedback, those last written to first
///
/// Those that the caller began, and those that their groups answer.
#[utoipa::path(
    get,
    path = "/threads",
    operation_id = "listThreads",
    tag = "community",
    params(PieceQuery),
    responses((status = 200, description = "A piece of the threads.", body = Page<Thread>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_threads(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Asked(query): Asked<PieceQuery>,
) -> Result<Json<Page<Thread>>, Failure> {
    let piece = query.piece()?;
    let threads = hub.control.feedback_of(&actor).await?;
    let page = piece.of(threads, |thread| newest_first(thread.changed_at, thread.id.as_str()));
    Ok(Json(page.map(Thread::from)))
}

/// Gives feedback on a page or an API
///
/// What is about a page of an API reaches its owners. A person begins 20 threads a day at most.
#[utoipa::path(
    post,
    path = "/threads",
    operation_id = "giveFeedback",
    tag = "community",
    request_body(content = NewThread, example = json!({
        "about": "/apis/bulky-waste/v1",
        "title": "Slots at night",
        "text": "There are slots at three in the night."
    })),
    responses((status = 201, description = "The thread.", body = ThreadDetail,
        headers(("Location" = String, description = "The address of the thread."))), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn give_feedback(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Sent(new): Sent<NewThread>,
) -> Result<Created<ThreadDetail>, Failure> {
    let given = GivenFeedback { about: &new.about, title: &new.title, text: &new.text };
    let id = hub.control.give_feedback(&actor, given).await?;
    Ok(Created { location: Some(format!("/threads/{id}")), body: detail(&hub, &actor, &id).await? })
}

/// Reads a thread of feedback
///
/// For who began it and for the group that answers it.
#[utoipa::path(
    get,
    path = "/threads/{thread_id}",
    operation_id = "getThread",
    tag = "community",
    params(("thread_id" = words::Id, Path, description = "The thread.")),
    responses((status = 200, description = "The thread.", body = ThreadDetail), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_thread(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<FeedbackId>,
) -> Result<Json<ThreadDetail>, Failure> {
    Ok(Json(detail(&hub, &actor, &id).await?))
}

/// Writes to a thread of feedback
///
/// For who began it and for the group that answers it, whose word is an answer.
#[utoipa::path(
    post,
    path = "/threads/{thread_id}/messages",
    operation_id = "writeToThread",
    tag = "community",
    params(("thread_id" = words::Id, Path, description = "The thread.")),
    request_body(content = NewThreadMessage, example = json!({"text": "They are gone now."})),
    responses((status = 201, description = "The thread with the message.", body = ThreadDetail,
        headers(("Location" = String, description = "The address of the thread."))), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn write_to_thread(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<FeedbackId>,
    Sent(message): Sent<NewThreadMessage>,
) -> Result<Created<ThreadDetail>, Failure> {
    hub.control.write_to_feedback(Correspondent::Known(&actor), &id, &message.text).await?;
    Ok(Created { location: Some(format!("/threads/{id}")), body: detail(&hub, &actor, &id).await? })
}

/// Closes a thread of feedback
///
/// For who began it and for the group that answers it. Nobody writes to it any more.
#[utoipa::path(
    post,
    path = "/threads/{thread_id}/closure",
    operation_id = "closeThread",
    tag = "community",
    params(("thread_id" = words::Id, Path, description = "The thread.")),
    responses((status = 200, description = "The thread, closed.", body = ThreadDetail), Changing),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn close_thread(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(id): Named<FeedbackId>,
) -> Result<Json<ThreadDetail>, Failure> {
    hub.control.close_feedback(Correspondent::Known(&actor), &id).await?;
    Ok(Json(detail(&hub, &actor, &id).await?))
}

/// Removes the text of a message
///
/// For the group that answers the thread. The text is not kept anywhere.
#[utoipa::path(
    post,
    path = "/threads/{thread_id}/messages/{message_id}/removal",
    operation_id = "removeMessage",
    tag = "community",
    params(
        ("thread_id" = words::Id, Path, description = "The thread."),
        ("message_id" = words::Id, Path, description = "The message."),
    ),
    request_body(content = MessageRemoval, example = json!({"reason": "It names a tenant."})),
    responses((status = 200, description = "The thread without the text.", body = ThreadDetail), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn remove_message(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named((id, message)): Named<(FeedbackId, MessageId)>,
    Sent(removal): Sent<MessageRemoval>,
) -> Result<Json<ThreadDetail>, Failure> {
    hub.control.remove_message(&actor, &id, &message, &removal.reason).await?;
    Ok(Json(detail(&hub, &actor, &id).await?))
}
