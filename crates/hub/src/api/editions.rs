//! Which editions of the playbook are there, and what would another one change?

use std::sync::Arc;

use axum::{Json, extract::State};
use hansom_control::Forecast;
use hansom_domain::{ApiSlug, Major};
use hansom_store::EditionRow;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    answer::{Created, Failure},
    authentication::Caller,
    moment::Moment,
    paging::{Page, PieceQuery, newest_first},
    problem::{Publishing, Reading},
    reading::{Asked, Named, Sent},
    words,
};
use crate::{Hub, urls};

/// An edition of the playbook that this platform published.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Edition {
    /// Its name.
    #[schema(value_type = words::EditionName)]
    name: String,
    /// The profile, as it was written.
    #[schema(max_length = 200_000)]
    profile: String,
    /// What it brings, in Markdown.
    #[schema(max_length = 20_000)]
    notes: String,
    /// When it was published.
    published_at: Moment,
    /// Who published it.
    #[schema(max_length = 200, example = "Hana Lind")]
    published_by: String,
}

impl From<EditionRow> for Edition {
    fn from(row: EditionRow) -> Self {
        Self {
            name: row.name,
            profile: row.profile,
            notes: row.notes,
            published_at: row.published_at.into(),
            published_by: row.published_by,
        }
    }
}

/// An edition to be published.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewEdition {
    /// The profile: YAML with `profile`, `edition` and what it `extends`.
    #[schema(min_length = 1, max_length = 200_000)]
    profile: String,
    /// What it brings, in Markdown.
    #[serde(default)]
    #[schema(max_length = 20_000)]
    notes: String,
}

/// What an edition would mean for one version.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EditionForecast {
    /// The API.
    #[schema(value_type = words::ApiSlug)]
    api: ApiSlug,
    /// The version.
    #[schema(value_type = words::Major)]
    major: Major,
    /// Findings that a release must not have, by the edition in force.
    #[schema(value_type = i32, minimum = 0, maximum = 1_000_000, example = 0)]
    errors_now: usize,
    /// The same by the new edition.
    #[schema(value_type = i32, minimum = 0, maximum = 1_000_000, example = 2)]
    errors_then: usize,
    /// The score by the edition in force, of 1,000; absent where no rule counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false, minimum = 0, maximum = 1000, example = 962)]
    score_now: Option<u32>,
    /// The score by the new edition, of 1,000; absent where no rule counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false, minimum = 0, maximum = 1000, example = 871)]
    score_then: Option<u32>,
    /// Whether the release in force keeps every MUST now and would not then.
    falls_short: bool,
    /// The rules that would be broken and are not broken now.
    #[schema(value_type = Vec<words::RuleId>, max_items = 500, example = json!(["URL-01"]))]
    newly_broken_rules: Vec<String>,
}

impl From<Forecast> for EditionForecast {
    fn from(forecast: Forecast) -> Self {
        Self {
            falls_short: forecast.falls_short(),
            api: forecast.api,
            major: forecast.major,
            errors_now: forecast.errors_now,
            errors_then: forecast.errors_then,
            score_now: forecast.score_now,
            score_then: forecast.score_then,
            newly_broken_rules: forecast.newly_broken,
        }
    }
}

/// Lists the editions that this platform published, newest first
///
/// For everyone who is signed in. The newest is in force.
#[utoipa::path(
    get,
    path = "/editions",
    operation_id = "listEditions",
    tag = "standards",
    params(PieceQuery),
    responses((status = 200, description = "A piece of the editions.", body = Page<Edition>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_editions(
    State(hub): State<Hub>,
    Caller(_anybody): Caller,
    Asked(query): Asked<PieceQuery>,
) -> Result<Json<Page<Edition>>, Failure> {
    let piece = query.piece()?;
    let editions = hub.control.reads().editions().await?;
    let page = piece.of(editions, |edition| newest_first(edition.published_at, &edition.name));
    Ok(Json(page.map(Edition::from)))
}

/// Reads an edition
///
/// For everyone who is signed in.
#[utoipa::path(
    get,
    path = "/editions/{edition}",
    operation_id = "getEdition",
    tag = "standards",
    params(("edition" = words::EditionName, Path, description = "The edition.")),
    responses((status = 200, description = "The edition.", body = Edition), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_edition(
    State(hub): State<Hub>,
    Caller(_anybody): Caller,
    Named(name): Named<String>,
) -> Result<Json<Edition>, Failure> {
    let editions = hub.control.reads().editions().await?;
    let edition = editions.into_iter().find(|edition| edition.name == name);
    edition.map(|row| Json(row.into())).ok_or_else(|| Failure::not_found("edition"))
}

/// Publishes an edition
///
/// For members of the standards group. Every release in force is judged anew, and every publication from then on.
#[utoipa::path(
    post,
    path = "/editions",
    operation_id = "publishEdition",
    tag = "standards",
    request_body(content = NewEdition, example = json!({
        "profile": "profile: ours\nedition: \"2026.2\"\nextends: uk-council\nrules:\n  URL-06: { level: error }\n",
        "notes": "Nesting of more than three levels is refused from now on."
    })),
    responses((status = 201, description = "The name of the edition.", body = PublishedEdition,
        headers(("Location" = String, description = "The address of the edition."))), Publishing),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn publish_edition(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Sent(new): Sent<NewEdition, EDITION>,
) -> Result<Created<PublishedEdition>, Failure> {
    let name = hub.control.publish_edition(&actor, &new.profile, &new.notes).await?;
    Ok(Created { location: Some(format!("/editions/{}", urls::encoded(&name))), body: PublishedEdition { name } })
}

/// What was published.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PublishedEdition {
    /// The name of the edition, from its profile.
    #[schema(max_length = 100, example = "2026.2")]
    name: String,
}

/// Enough for a profile and its notes as JSON texts.
const EDITION: usize = 512 * 1024;

/// Says what an edition would change
///
/// For members of the standards group: for each version, what would be broken by the profile and is not broken now.
/// Nothing is stored.
#[utoipa::path(
    post,
    path = "/editions/forecast",
    operation_id = "forecastEdition",
    tag = "standards",
    request_body(content = NewEdition, example = json!({
        "profile": "profile: ours\nedition: \"2026.2\"\nextends: uk-council\nrules:\n  URL-06: { level: error }\n"
    })),
    responses((status = 200, description = "What it would mean for each version.", body = Page<EditionForecast>), Publishing),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn forecast_edition(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Sent(new): Sent<NewEdition, EDITION>,
) -> Result<Json<Page<EditionForecast>>, Failure> {
    let profile = Arc::new(hub.control.read_profile(&new.profile)?);
    let forecast = hub.control.forecast(&actor, &profile).await?;
    Ok(Json(Page { items: forecast.into_iter().map(EditionForecast::from).collect(), next_cursor: None }))
}
