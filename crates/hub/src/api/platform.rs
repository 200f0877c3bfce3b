//! How is the platform, and which of its mails were not sent?

use axum::{Json, extract::State, http::StatusCode};
use hansom_control::{NodeStanding, PlatformStanding, UnsentNotice};
use hansom_domain::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    answer::Failure,
    authentication::Caller,
    moment::Moment,
    paging::{Page, PieceQuery, newest_first},
    problem::{Changing, Reading},
    reading::Asked,
    words,
};
use crate::{Hub, needs};

/// How the platform is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Platform {
    /// The newest generation of what gateways serve.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64, example = 1204)]
    generation: u64,
    /// What needs somebody, a sentence each; empty where all is well.
    #[schema(max_items = 10_000, value_type = Vec<words::Sentence>)]
    needs: Vec<String>,
    /// Its processes, as far as they were heard of within an hour.
    #[schema(max_items = 200)]
    nodes: Vec<Node>,
    /// Mails to people.
    mails: Mails,
    /// How the groups of people are known.
    group_source: GroupSource,
}

/// A process of the platform.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Node {
    /// Its id, another one after each start.
    #[schema(value_type = words::Id)]
    id: String,
    /// The machine's name.
    #[schema(max_length = 64, example = "node-1")]
    name: String,
    /// Which part of the platform it plays: `all`, `control` or `gateway`.
    #[schema(max_length = 20, example = "all")]
    role: String,
    /// Of which Hansom it is.
    #[schema(max_length = 50, example = "0.1.0")]
    version: String,
    /// When it began.
    started_at: Moment,
    /// When it was last heard of.
    seen_at: Moment,
    /// Whether it was not heard of lately.
    is_missing: bool,
    /// The generation that it serves; absent where it serves no APIs.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = i64, required = false, minimum = 0, maximum = 9_007_199_254_740_991_i64, example = 1204)]
    generation: Option<i64>,
    /// Whether it serves an older generation for longer than a change takes to arrive.
    is_lagging: bool,
    /// The generation that waits on it to be confirmed; absent where none does.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u64, required = false, minimum = 0, maximum = 9_007_199_254_740_991_u64, example = 1205)]
    held_generation: Option<u64>,
    /// What could not be taken into what it serves.
    #[schema(max_items = 100)]
    set_aside_things: Vec<SetAside>,
    /// How many servers behind APIs take requests.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64, example = 12)]
    servers_in: u64,
    /// How many do not.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64, example = 1)]
    servers_out: u64,
    /// Some of those that do not.
    #[schema(max_items = 100)]
    out_servers: Vec<OutServer>,
    /// The certificates of its listeners.
    #[schema(max_items = 100)]
    certificates: Vec<Certificate>,
    /// Counts of usage that wait to be written.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64, example = 0)]
    usage_waiting: u64,
    /// Calls and refusals that could not be written down since it began.
    #[schema(minimum = 0, maximum = 9_007_199_254_740_991_u64, example = 0)]
    usage_lost: u64,
    /// How long the database took to answer, in microseconds; absent where it did not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u64, required = false, minimum = 0, maximum = 9_007_199_254_740_991_u64, example = 420)]
    database_micros: Option<u64>,
    /// What a check of its configuration file says; absent where it was started without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = ConfigurationCheck, required = false)]
    check: Option<ConfigurationCheck>,
    /// What an operator should know besides.
    #[schema(max_items = 100, value_type = Vec<words::Sentence>)]
    notes: Vec<String>,
}

/// One thing that could not be taken into what is served.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SetAside {
    /// What.
    #[schema(max_length = 200, example = "repairs v1 in sandbox")]
    what: String,
    /// Why.
    #[schema(max_length = 1000, example = "two operations have the same path")]
    why: String,
}

/// A server that takes no requests.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OutServer {
    /// Of which version, and where.
    #[schema(max_length = 200, example = "repairs v1 in production")]
    version: String,
    /// The server's address.
    #[schema(max_length = 1000, example = "https://repairs.internal.hackney.example")]
    address: String,
}

/// A certificate of a listener.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Certificate {
    /// The environment, or in brackets the section of another listener.
    #[schema(max_length = 100, example = "production")]
    place: String,
    /// The file that it was read from.
    #[schema(max_length = 4096, example = "/etc/hansom/production.pem")]
    file: String,
    /// Until when it holds.
    expires_at: Moment,
    /// Whole days until then; less than nothing where it is past.
    #[schema(minimum = -1_000_000, maximum = 1_000_000, example = 61)]
    days_left: i64,
}

/// What a check of a configuration file said.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConfigurationCheck {
    /// When.
    checked_at: Moment,
    /// Whether a process could start from it.
    is_good: bool,
    /// In words.
    #[schema(max_length = 1000, example = "hansom.toml is good: role all, 2 environments")]
    said: String,
}

/// How many mails wait, and how many failed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Mails {
    /// Those that wait to be sent.
    #[schema(minimum = 0, maximum = 1_000_000_000, example = 2)]
    waiting: i64,
    /// When the oldest of them was written; absent where none waits.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    oldest_at: Option<Moment>,
    /// Those that were given up within a week.
    #[schema(minimum = 0, maximum = 1_000_000_000, example = 0)]
    given_up: i64,
}

/// How the groups of people are known.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct GroupSource {
    /// People whose groups the directory tells.
    #[schema(minimum = 0, maximum = 1_000_000_000, example = 240)]
    people: i64,
    /// When the directory told last of the one of them that it told of the longest ago; absent where it told of nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    oldest_told_at: Option<Moment>,
    /// People whose groups are known until a moment only.
    #[schema(minimum = 0, maximum = 1_000_000_000, example = 0)]
    uncertain: i64,
    /// People whose groups are not known any more.
    #[schema(minimum = 0, maximum = 1_000_000_000, example = 0)]
    unknown: i64,
}

impl Platform {
    fn of(standing: PlatformStanding, now: Timestamp) -> Self {
        Self {
            generation: standing.generation,
            needs: needs::of(&standing, now),
            nodes: standing.nodes.into_iter().map(|node| Node::of(node, now)).collect(),
            mails: Mails {
                waiting: standing.notices.waiting,
                oldest_at: standing.notices.oldest_at.map(Into::into),
                given_up: standing.notices.given_up,
            },
            group_source: GroupSource {
                people: standing.groups.people,
                oldest_told_at: standing.groups.oldest_told_at.map(Into::into),
                uncertain: standing.groups.uncertain,
                unknown: standing.groups.unknown,
            },
        }
    }
}

impl Node {
    fn of(NodeStanding { row, report, is_missing, is_lagging }: NodeStanding, now: Timestamp) -> Self {
        let aside = report.set_aside.into_iter();
        let out = report.out.into_iter();
        let certificates = report.certificates.into_iter().map(|one| Certificate {
            days_left: needs::days_left(one.until, now),
            place: one.place,
            file: one.file,
            expires_at: one.until.into(),
        });
        Self {
            id: row.id,
            name: row.name,
            role: row.role,
            version: row.version,
            started_at: row.started_at.into(),
            seen_at: row.seen_at.into(),
            is_missing,
            generation: row.generation,
            is_lagging,
            held_generation: report.held.map(|(generation, _)| generation),
            set_aside_things: aside.map(|one| SetAside { what: one.what, why: one.why }).collect(),
            servers_in: report.upstreams_in,
            servers_out: report.upstreams_out,
            out_servers: out.map(|one| OutServer { version: one.version, address: one.address }).collect(),
            certificates: certificates.collect(),
            usage_waiting: report.usage_waiting,
            usage_lost: report.usage_lost,
            database_micros: report.database_micros,
            check: report.check.map(|check| ConfigurationCheck {
                checked_at: check.at.into(),
                is_good: check.is_good,
                said: check.said,
            }),
            notes: report.notes,
        }
    }
}

/// Says how the platform is
///
/// For administrators of the platform.
#[utoipa::path(
    get,
    path = "/platform",
    operation_id = "getPlatform",
    tag = "platform",
    responses((status = 200, description = "How the platform is.", body = Platform), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_platform(State(hub): State<Hub>, Caller(actor): Caller) -> Result<Json<Platform>, Failure> {
    let standing = hub.control.platform_standing(&actor).await?;
    Ok(Json(Platform::of(standing, hub.control.clock().now())))
}

/// A mail that was not sent. Its text is told to nobody.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct UnsentMail {
    /// Its id.
    #[schema(value_type = words::Id)]
    id: String,
    /// To which address; empty where its person has none.
    #[schema(max_length = 254, example = "ada.okoro@hackney.example")]
    address: String,
    /// What it is about.
    #[schema(max_length = 200, example = "A credential of Dashboard needs you")]
    subject: String,
    /// When it was written.
    created_at: Moment,
    /// When it is tried next; absent where it is given up.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    due_at: Option<Moment>,
    /// How often it was tried.
    #[schema(minimum = 0, maximum = 100, example = 3)]
    attempts: i64,
    /// Whether it is not tried any more.
    is_given_up: bool,
    /// What the mail server said the last time; absent where it was not tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, max_length = 500, example = "connection refused")]
    unsent_because: Option<String>,
}

impl From<UnsentNotice> for UnsentMail {
    fn from(UnsentNotice { row, is_given_up }: UnsentNotice) -> Self {
        Self {
            id: row.id,
            address: row.address,
            subject: row.subject,
            created_at: row.created_at.into(),
            due_at: (!is_given_up).then(|| row.due_at.into()),
            attempts: row.attempts,
            is_given_up,
            unsent_because: row.unsent_because,
        }
    }
}

/// Lists the mails that were not sent, newest first
///
/// For administrators of the platform.
#[utoipa::path(
    get,
    path = "/notices",
    operation_id = "listUnsentMails",
    tag = "platform",
    params(PieceQuery),
    responses((status = 200, description = "A piece of the mails.", body = Page<UnsentMail>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_unsent_mails(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Asked(query): Asked<PieceQuery>,
) -> Result<Json<Page<UnsentMail>>, Failure> {
    let piece = query.piece()?;
    let unsent = hub.control.unsent_notices(&actor).await?;
    let page = piece.of(unsent, |one| newest_first(one.row.created_at, &one.row.id));
    Ok(Json(page.map(UnsentMail::from)))
}

/// Sends a mail to the caller
///
/// For administrators of the platform, to see whether mails arrive. One can be sent each minute.
#[utoipa::path(
    post,
    path = "/notices/test",
    operation_id = "sendTestMail",
    tag = "platform",
    responses((status = 204, description = "The mail will be sent."), Changing),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn send_test_mail(State(hub): State<Hub>, Caller(actor): Caller) -> Result<StatusCode, Failure> {
    hub.test_mail(&actor).await?;
    Ok(StatusCode::NO_CONTENT)
}
