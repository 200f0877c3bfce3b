//! How good is a release, what changed with it, and how do all APIs stand?

use axum::{Json, extract::State};
use hansom_control::ChapterScore;
use hansom_domain::{ApiSlug, GroupAddress, Major};
use hansom_store::{EditionScoreRow, ScoreRow, VerdictRow};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::{
    answer::Failure,
    apis::version_for,
    authentication::{Caller, Viewer},
    casing::camel_cased,
    moment::Moment,
    paging::{Page, Piece, PieceQuery, newest_first},
    problem::Reading,
    reading::{Asked, Named},
    words,
};
use crate::Hub;

/// What a release was found to be by the playbook.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReleaseVerdict {
    /// The release's number.
    #[schema(minimum = 1, maximum = 1_000_000_000, example = 3)]
    release: i64,
    /// The edition of the playbook.
    #[schema(max_length = 100, example = "2026.1")]
    edition: String,
    /// The profile.
    #[schema(max_length = 100, example = "uk-council")]
    profile: String,
    /// When it was judged.
    judged_at: Moment,
    /// The score, of 1,000; absent where no rule counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false, minimum = 0, maximum = 1000, example = 962)]
    score: Option<i64>,
    /// Findings that a release must not have, waived ones left out.
    #[schema(minimum = 0, maximum = 1_000_000, example = 0)]
    errors: i64,
    /// Findings that it should not have, waived ones left out.
    #[schema(minimum = 0, maximum = 1_000_000, example = 4)]
    warnings: i64,
    /// Findings that a waiver covered.
    #[schema(minimum = 0, maximum = 1_000_000, example = 1)]
    waived: i64,
    /// Every finding and what came of every rule.
    #[schema(value_type = Object)]
    detail: Value,
}

impl From<VerdictRow> for ReleaseVerdict {
    fn from(row: VerdictRow) -> Self {
        Self {
            release: row.number,
            edition: row.edition,
            profile: row.profile,
            judged_at: row.judged_at.into(),
            score: row.score,
            errors: row.errors,
            warnings: row.warnings,
            waived: row.waived,
            detail: verdict_told(&row.verdict),
        }
    }
}

/// Reads what a release was found to be
///
/// The newest verdict on it: the findings with their places, and for each rule whether it was kept, broken, not
/// applicable or not observed.
#[utoipa::path(
    get,
    path = "/apis/{slug}/versions/{major}/verdicts/{number}",
    operation_id = "getVerdict",
    tag = "standards",
    params(
        ("slug" = words::ApiSlug, Path, description = "The API."),
        ("major" = words::Major, Path, description = "The version."),
        ("number" = u32, Path, description = "The release.", minimum = 1, maximum = 1_000_000_000, example = 1)
    ),
    responses((status = 200, description = "The verdict.", body = ReleaseVerdict), Reading),
    security((), ("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_verdict(
    State(hub): State<Hub>,
    Viewer(viewer): Viewer,
    Named((slug, major, number)): Named<(ApiSlug, Major, u32)>,
) -> Result<Json<ReleaseVerdict>, Failure> {
    let version = version_for(&hub, viewer.as_ref(), &slug, major).await?;
    let verdict = hub.control.reads().verdict(&version.id, i64::from(number)).await?;
    verdict.map(|row| Json(row.into())).ok_or_else(|| Failure::not_found("verdict"))
}

/// Reads what changed with a release
///
/// Every change against the release before, each with its level and place, and the version that the changes need.
#[utoipa::path(
    get,
    path = "/apis/{slug}/versions/{major}/differences/{number}",
    operation_id = "getDifference",
    tag = "standards",
    params(
        ("slug" = words::ApiSlug, Path, description = "The API."),
        ("major" = words::Major, Path, description = "The version."),
        ("number" = u32, Path, description = "The release.", minimum = 1, maximum = 1_000_000_000, example = 2)
    ),
    responses((status = 200, description = "The difference; empty for the first release.", body = Object), Reading),
    security((), ("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_difference(
    State(hub): State<Hub>,
    Viewer(viewer): Viewer,
    Named((slug, major, number)): Named<(ApiSlug, Major, u32)>,
) -> Result<Json<Value>, Failure> {
    let version = version_for(&hub, viewer.as_ref(), &slug, major).await?;
    let difference = hub.control.reads().difference(&version.id, i64::from(number)).await?;
    let difference = difference.ok_or_else(|| Failure::not_found("release"))?;
    Ok(Json(difference_told(&difference)))
}

/// How a version stands by an edition.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Score {
    /// The API.
    #[schema(value_type = words::ApiSlug)]
    api: ApiSlug,
    /// The API's name for people.
    #[schema(max_length = 200, example = "Repairs")]
    title: String,
    /// The group that owns it.
    #[schema(value_type = words::GroupAddress)]
    owner: GroupAddress,
    /// The version.
    #[schema(value_type = words::Major)]
    major: Major,
    /// The number of the release that was judged.
    #[schema(minimum = 1, maximum = 1_000_000_000, example = 3)]
    release: i64,
    /// The edition that it was judged by.
    #[schema(value_type = words::EditionName)]
    edition: String,
    /// The score, of 1,000; absent where no rule counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false, minimum = 0, maximum = 1000, example = 962)]
    score: Option<i64>,
    /// Its scores by chapter of the standards.
    #[schema(max_items = 100)]
    chapters: Vec<ScoredChapter>,
    /// Findings that a release must not have, waived ones left out.
    #[schema(minimum = 0, maximum = 1_000_000, example = 0)]
    errors: i64,
    /// Findings that it should not have, waived ones left out.
    #[schema(minimum = 0, maximum = 1_000_000, example = 4)]
    warnings: i64,
    /// Findings that a waiver covered.
    #[schema(minimum = 0, maximum = 1_000_000, example = 1)]
    waived: i64,
}

/// The score of a release in one chapter of the standards.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ScoredChapter {
    /// The chapter: what the ids of its standards begin with.
    #[schema(max_length = 20, example = "URL")]
    chapter: String,
    /// The score, of 1,000; absent where no rule of it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false, minimum = 0, maximum = 1000, example = 875)]
    score: Option<u32>,
}

impl Score {
    fn new(row: ScoreRow, chapters: Vec<ChapterScore>) -> Self {
        let chapters = chapters.into_iter();
        Self {
            api: row.slug,
            title: row.title,
            owner: row.owner,
            major: row.major,
            release: row.number,
            edition: row.edition,
            score: row.score,
            chapters: chapters.map(|one| ScoredChapter { chapter: one.chapter, score: one.score }).collect(),
            errors: row.errors,
            warnings: row.warnings,
            waived: row.waived,
        }
    }
}

/// A stored judgement as the contract describes it.
fn verdict_told(stored: &str) -> Value {
    let mut stored: Value = serde_json::from_str(stored).unwrap_or_default();
    let mut taken = |place: &str| stored.pointer_mut(place).map_or_else(|| json!([]), Value::take);
    camel_cased(json!({
        "findings": taken("/verdict/findings"),
        "waivedFindings": taken("/waived"),
        "outcomes": taken("/verdict/coverage"),
    }))
}

/// A stored difference as the contract describes it.
fn difference_told(stored: &str) -> Value {
    let mut difference: Value = serde_json::from_str(stored).unwrap_or_default();
    if let Some(members) = difference.as_object_mut()
        && let Some(unhandled) = members.shift_remove("unhandled")
    {
        members.insert("unhandledDifferences".into(), unhandled);
    }
    camel_cased(difference)
}

/// Which scores.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ScoresQuery {
    /// By this edition; by the one in force if absent.
    #[param(value_type = words::EditionName, required = false)]
    edition: Option<String>,
    /// Only of APIs that this group owns.
    #[param(value_type = words::GroupAddress, required = false)]
    owner: Option<GroupAddress>,
    /// How many at most; 50 if absent.
    #[param(minimum = 1, maximum = 200, default = 50, example = 20)]
    limit: Option<u16>,
    /// `nextCursor` of the piece before.
    #[param(max_length = 2000, example = "cmVwYWlycw")]
    cursor: Option<String>,
}

/// Lists how every version stands
///
/// By an edition of the playbook: each version by its newest release that the edition judged.
#[utoipa::path(
    get,
    path = "/scores",
    operation_id = "listScores",
    tag = "standards",
    params(ScoresQuery),
    responses((status = 200, description = "A piece of the scores.", body = Page<Score>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_scores(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Asked(query): Asked<ScoresQuery>,
) -> Result<Json<Page<Score>>, Failure> {
    let piece = Piece::asked(query.limit, query.cursor.as_deref())?;
    let mut scores = hub.control.scores(&actor, query.edition.as_deref()).await?;
    scores.retain(|score| query.owner.as_ref().is_none_or(|owner| score.owner == *owner));
    let page = piece.of(scores, |score| format!("{} {:05}", score.slug, score.major.number()));
    let mut items = vec![];
    for row in page.items {
        let chapters = hub.control.chapter_scores(&row).await?;
        items.push(Score::new(row, chapters));
    }
    Ok(Json(Page { items, next_cursor: page.next_cursor }))
}

/// How all versions stand together by an edition.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct EditionScore {
    /// The edition.
    #[schema(value_type = words::EditionName)]
    edition: String,
    /// When it judged first.
    judged_from: Moment,
    /// How many versions were judged.
    #[schema(minimum = 0, maximum = 1_000_000, example = 41)]
    versions: i64,
    /// The mean of their scores, of 1,000; absent where none has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false, minimum = 0, maximum = 1000, example = 934)]
    mean_score: Option<i64>,
    /// How many have no finding that a release must not have.
    #[schema(minimum = 0, maximum = 1_000_000, example = 38)]
    keeping_every_must: i64,
    /// Findings that a release must not have, waived ones left out.
    #[schema(minimum = 0, maximum = 1_000_000_000, example = 5)]
    errors: i64,
    /// Findings that it should not have, waived ones left out.
    #[schema(minimum = 0, maximum = 1_000_000_000, example = 73)]
    warnings: i64,
    /// Findings that a waiver covered.
    #[schema(minimum = 0, maximum = 1_000_000_000, example = 4)]
    waived: i64,
}

impl From<EditionScoreRow> for EditionScore {
    fn from(row: EditionScoreRow) -> Self {
        Self {
            edition: row.edition,
            judged_from: row.first_at.into(),
            versions: row.versions,
            mean_score: row.mean,
            keeping_every_must: row.keeping,
            errors: row.errors,
            warnings: row.warnings,
            waived: row.waived,
        }
    }
}

/// Lists how all versions stand together by each edition, newest first
///
/// For people. Each version counts by its newest release that the edition judged.
#[utoipa::path(
    get,
    path = "/scores/editions",
    operation_id = "listEditionScores",
    tag = "standards",
    params(PieceQuery),
    responses((status = 200, description = "A piece of the editions.", body = Page<EditionScore>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_edition_scores(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Asked(query): Asked<PieceQuery>,
) -> Result<Json<Page<EditionScore>>, Failure> {
    let piece = query.piece()?;
    let editions = hub.control.scores_by_edition(&actor).await?;
    let page = piece.of(editions, |row| newest_first(row.first_at, &row.edition));
    Ok(Json(page.map(EditionScore::from)))
}
