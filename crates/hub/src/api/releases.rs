//! What was published, and how is more published?

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use hansom_control::{Guide, Publication, Published, read_manifest};
use hansom_domain::{Actor, ApiSlug, Major};
use hansom_standards::Level;
use hansom_store::{ReleaseRow, ReleaseText};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    answer::{Created, Failure},
    apis::{base_urls, version_for},
    authentication::{Publisher, Viewer},
    moment::Moment,
    paging::{Page, PieceQuery},
    problem::{Publishing, Reading},
    reading::{Asked, Named, Sent},
    words,
};
use crate::{
    Hub,
    catalogue::{Like, alike},
    urls,
};

/// Enough for the largest contract and its manifest as JSON texts.
const PUBLICATION: usize = 12 * 1024 * 1024;

/// A release without its texts.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Release {
    /// Its number within the version.
    #[schema(maximum = 1_000_000_000, minimum = 1, example = 3)]
    number: i64,
    /// The contract's own version.
    #[schema(max_length = 10_485_760, example = "1.2.0")]
    info_version: String,
    /// When it was published.
    published_at: Moment,
    /// Who published it; strangers are not told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, value_type = String, required = false, example = "Ada Okoro")]
    published_by: Option<String>,
}

impl Release {
    fn new(row: ReleaseRow, viewer: Option<&Actor>) -> Self {
        Self {
            number: row.number,
            info_version: row.info_version,
            published_at: row.published_at.into(),
            published_by: viewer.map(|_| row.published_by),
        }
    }
}

/// A release with its texts as they were sent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReleaseTexts {
    /// The release.
    #[serde(flatten)]
    release: Release,
    /// The contract: an OpenAPI document in YAML or JSON.
    #[schema(max_length = 10_485_760)]
    contract: String,
    /// The manifest in YAML. It names upstreams, so that only members of the owner group are told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 10_485_760, value_type = String, required = false)]
    manifest: Option<String>,
    /// Its guides, in the order of the manifest.
    #[schema(max_items = 20)]
    guides: Vec<GuideText>,
}

/// What is to be published.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewRelease {
    /// The text of `api.yaml`.
    #[schema(max_length = 10_485_760)]
    manifest: String,
    /// The text of the contract: OpenAPI 3.0, 3.1 or 3.2 in YAML or JSON.
    #[schema(max_length = 10_485_760)]
    contract: String,
    /// The texts of the guides that the manifest names. Those that are not sent stay as they are in the release before.
    #[serde(default)]
    #[schema(max_items = 20)]
    guides: Vec<GuideText>,
    /// Check everything and store nothing.
    #[serde(default)]
    dry_run: bool,
}

/// A guide in Markdown.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct GuideText {
    /// Its file, as the manifest names it.
    #[schema(max_length = 100, example = "guides/getting-started.md")]
    file: String,
    /// Its text.
    #[schema(max_length = 100_000, example = "# Getting started\n\nAsk for access to the sandbox first.")]
    text: String,
}

/// What was published, or would be.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PublishedRelease {
    /// The API.
    #[schema(value_type = words::ApiSlug)]
    api: ApiSlug,
    /// The version, by the contract's own major number.
    #[schema(value_type = words::Major)]
    major: Major,
    /// The release's number.
    #[schema(maximum = 1_000_000_000, minimum = 1, example = 4)]
    release: i64,
    /// The contract's own version.
    #[schema(max_length = 10_485_760, example = "1.3.0")]
    info_version: String,
    /// Nothing was stored because that was asked for.
    dry_run: bool,
    /// Nothing was stored because just this is in force already.
    unchanged: bool,
    /// How many operations the contract has.
    #[schema(value_type = i32, minimum = 0, maximum = 1_000_000, example = 9)]
    operations: usize,
    /// How good it is by the playbook, of 1,000; absent where no rule counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false, minimum = 0, maximum = 1000, example = 962)]
    score: Option<u32>,
    /// Findings that speak against nothing but should be mended: the verdict has them with their places.
    #[schema(value_type = i32, minimum = 0, maximum = 1_000_000, example = 4)]
    warnings: usize,
    /// Findings that a waiver covered.
    #[schema(value_type = i32, minimum = 0, maximum = 1_000_000, example = 1)]
    waived: usize,
    /// What changed against the release before, as far as callers can notice.
    #[schema(value_type = i32, minimum = 0, maximum = 1_000_000, example = 2)]
    changes: usize,
    /// The page that shows findings and changes.
    #[schema(max_length = 400, example = "https://hub.hackney.example/apis/repairs/v1/standards")]
    verdict: String,
    /// APIs that are like it, where this is an API's first release: one of them may do already.
    #[schema(max_items = 5)]
    similar_apis: Vec<SimilarApi>,
    /// Where the version is called, by environment.
    #[schema(value_type = BTreeMap<String, words::Url>, example = json!({"sandbox": "https://sandbox.hackney.example/repairs/v1"}))]
    base_urls: BTreeMap<String, String>,
}

/// An API that is like one that is published for the first time.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SimilarApi {
    /// The API.
    #[schema(value_type = words::ApiSlug)]
    api: ApiSlug,
    /// What it is called.
    #[schema(max_length = 10_485_760, example = "Repairs")]
    title: String,
    /// How alike they are, of 100.
    #[schema(value_type = i32, minimum = 0, maximum = 100, example = 62)]
    likeness: usize,
}

/// The APIs that are like one that is published for the first time, as far as the publisher may know of them.
async fn similar(hub: &Hub, actor: &Actor, published: &Published) -> Result<Vec<SimilarApi>, Failure> {
    if published.release != 1 {
        return Ok(vec![]);
    }
    let like = alike(hub, actor, published).await?;
    let told = |like: &Like| {
        let api = &like.entry.api;
        SimilarApi { api: api.slug.clone(), title: api.title.clone(), likeness: like.score }
    };
    Ok(like.iter().map(told).collect())
}

impl PublishedRelease {
    fn new(published: Published, similar: Vec<SimilarApi>, hub: &str, base_urls: BTreeMap<String, String>) -> Self {
        let judgement = &published.judgement;
        Self {
            score: judgement.scorecard().score,
            warnings: judgement.standing(Level::Warning),
            waived: judgement.waived.len(),
            changes: published.difference.as_ref().map_or(0, |difference| difference.changes.len()),
            verdict: format!("{hub}{}", urls::verdict(&published.api, published.major)),
            api: published.api,
            major: published.major,
            release: published.release,
            info_version: published.info_version,
            dry_run: published.dry_run,
            unchanged: published.unchanged,
            operations: published.operations,
            similar_apis: similar,
            base_urls,
        }
    }
}

/// Lists the releases of a version, newest first
///
/// For everyone who may know of the API; strangers are not told who published.
#[utoipa::path(
    get,
    path = "/apis/{slug}/versions/{major}/releases",
    operation_id = "listReleases",
    tag = "releases",
    params(
        ("slug" = words::ApiSlug, Path, description = "The API."),
        ("major" = words::Major, Path, description = "The version."),
        PieceQuery
    ),
    responses((status = 200, description = "A piece of the releases.", body = Page<Release>), Reading),
    security((), ("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_releases(
    State(hub): State<Hub>,
    Viewer(viewer): Viewer,
    Named((slug, major)): Named<(ApiSlug, Major)>,
    Asked(query): Asked<PieceQuery>,
) -> Result<Json<Page<Release>>, Failure> {
    let piece = query.piece()?;
    let version = version_for(&hub, viewer.as_ref(), &slug, major).await?;
    let rows = hub.control.reads().releases_of(&version.id).await?;
    let page = piece.of(rows, |row| format!("{:020}", i64::MAX.saturating_sub(row.number)));
    Ok(Json(page.map(|row| Release::new(row, viewer.as_ref()))))
}

/// Reads a release with its contract, and with its manifest for members of the owner group
///
/// The texts are those that were sent, to the byte.
#[utoipa::path(
    get,
    path = "/apis/{slug}/versions/{major}/releases/{number}",
    operation_id = "getRelease",
    tag = "releases",
    params(
        ("slug" = words::ApiSlug, Path, description = "The API."),
        ("major" = words::Major, Path, description = "The version."),
        ("number" = u32, Path, description = "The release.", minimum = 1, maximum = 1_000_000_000, example = 1)
    ),
    responses((status = 200, description = "The release.", body = ReleaseTexts), Reading),
    security((), ("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_release(
    State(hub): State<Hub>,
    Viewer(viewer): Viewer,
    Named((slug, major, number)): Named<(ApiSlug, Major, u32)>,
) -> Result<Json<ReleaseTexts>, Failure> {
    let number = i64::from(number);
    let version = version_for(&hub, viewer.as_ref(), &slug, major).await?;
    let rows = hub.control.reads().releases_of(&version.id).await?;
    let row = rows.into_iter().find(|row| row.number == number);
    let texts = hub.control.reads().release(&version.id, number).await?;
    let (Some(row), Some(texts)) = (row, texts) else {
        return Err(Failure::not_found("release"));
    };
    let guides = hub.control.guides_of(&texts.id).await?;
    let ReleaseText { contract, manifest, .. } = texts;
    let owner = viewer.as_ref().is_some_and(|viewer| viewer.speaks_for(&version.owner));
    Ok(Json(ReleaseTexts {
        release: Release::new(row, viewer.as_ref()),
        contract,
        manifest: owner.then_some(manifest),
        guides: guides.into_iter().map(|guide| GuideText { file: guide.file, text: guide.text }).collect(),
    }))
}

/// Publishes a release
///
/// All or nothing: manifest and contract are read, held against each other and against what is there, and every fault is
/// told with its line and column. The release is live at the gateways within a second. Publishing what is in force already
/// changes nothing and answers 200, as does a dry run.
#[utoipa::path(
    post,
    path = "/releases",
    operation_id = "publishRelease",
    tag = "releases",
    request_body(content = NewRelease, example = json!({
        "manifest": "api: repairs\nowner: housing-repairs@hackney.example\nkind: platform\naudience: internal\nstatus: beta\npersonal_data: true\ncontract: openapi.yaml\nenvironments:\n  sandbox: { mock: true }\naccess:\n  - operations: [\"*\"]\n    applications: granted\n",
        "contract": "openapi: 3.1.0\ninfo: { title: Repairs, version: 1.0.0 }\npaths: {}\n",
        "dryRun": true
    })),
    responses(
        (status = 201, description = "The release is published.", body = PublishedRelease,
            headers(("Location" = String, description = "The address of the release."))),
        (status = 200, description = "Nothing was stored: a dry run, or the same as what is in force.", body = PublishedRelease),
        Publishing
    ),
    security(("oauth2" = ["hub:publish"]))
)]
pub(crate) async fn publish_release(
    State(hub): State<Hub>,
    Publisher(actor): Publisher,
    Sent(new): Sent<NewRelease, PUBLICATION>,
) -> Result<Response, Failure> {
    let publication = Publication { manifest: &new.manifest, contract: &new.contract, dry_run: new.dry_run };
    let guides: Vec<Guide> = new.guides.into_iter().map(|guide| Guide { file: guide.file, text: guide.text }).collect();
    let published = hub.control.publish_with_guides(&actor, publication, &guides).await?;
    let manifest = read_manifest(&new.manifest).map_err(hansom_control::Error::Faults)?;
    let base_urls = base_urls(&hub, &manifest, published.major);
    let location = format!("/apis/{}/versions/{}/releases/{}", published.api, published.major, published.release);
    let stored = !published.dry_run && !published.unchanged;
    let similar = similar(&hub, &actor, &published).await?;
    let body = PublishedRelease::new(published, similar, &hub.hub, base_urls);
    if !stored {
        return Ok(Json(body).into_response());
    }
    Ok(Created { location: Some(location), body }.into_response())
}
