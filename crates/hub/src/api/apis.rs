//! Which APIs are there, and what does each offer?

use std::collections::{BTreeMap, HashMap};

use axum::{Json, extract::State};
use hansom_control::Manifest;
use hansom_domain::{
    AccessRule, Actor, ApiSlug, Audience, EnvironmentName, GroupAddress, Kind, Major, ProblemCode, Status,
};
use hansom_store::{ApiRow, VersionRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    answer::Failure,
    authentication::Viewer,
    moment::Moment,
    paging::{Page, Piece},
    problem::Reading,
    reading::{Asked, Named},
    words,
};
use crate::Hub;

const LONGEST_SEARCH: usize = 200;

/// An API with its versions.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Api {
    /// Its name in paths.
    #[schema(value_type = words::ApiSlug)]
    slug: ApiSlug,
    /// Its name for people.
    #[schema(max_length = 10_485_760, example = "Repairs")]
    title: String,
    /// What it is for, in a sentence; may be empty.
    #[schema(max_length = 10_485_760, example = "Report repairs to council homes and follow them.")]
    summary: String,
    /// The group that owns it.
    #[schema(value_type = words::GroupAddress)]
    owner: GroupAddress,
    /// What it is made for.
    #[schema(value_type = words::Kind)]
    kind: Kind,
    /// Who may know of it.
    #[schema(value_type = words::Audience)]
    audience: Audience,
    /// When it was first published.
    created_at: Moment,
    /// Its versions, newest first.
    #[schema(max_items = 999)]
    versions: Vec<Version>,
}

impl Api {
    fn new(row: ApiRow, mut versions: Vec<VersionRow>) -> Self {
        versions.sort_by_key(|version| std::cmp::Reverse(version.major));
        Self {
            slug: row.slug,
            title: row.title,
            summary: row.summary,
            owner: row.owner,
            kind: row.kind,
            audience: row.audience,
            created_at: row.created_at.into(),
            versions: versions.into_iter().map(Version::from).collect(),
        }
    }
}

/// A major version of an API.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Version {
    /// The version, as it stands in the path.
    #[schema(value_type = words::Major)]
    major: Major,
    /// Where it stands in its life.
    #[schema(value_type = words::Status)]
    status: Status,
    /// Since when.
    status_since: Moment,
    /// When it stops answering, if that is settled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Moment, required = false)]
    sunset_at: Option<Moment>,
    /// Whether its answers hold personal data.
    personal_data: bool,
    /// The number of the release in force.
    #[schema(maximum = 1_000_000_000, minimum = 1, example = 3)]
    current_release: i64,
}

impl From<VersionRow> for Version {
    fn from(row: VersionRow) -> Self {
        Self {
            major: row.major,
            status: row.status,
            status_since: row.status_since.into(),
            sunset_at: row.sunset_at.map(Moment::from),
            personal_data: row.personal_data,
            current_release: row.current_release,
        }
    }
}

/// A version with what its current release offers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VersionDetail {
    /// Its API's name in paths.
    #[schema(value_type = words::ApiSlug)]
    api: ApiSlug,
    /// The version itself.
    #[serde(flatten)]
    version: Version,
    /// The contract's own version.
    #[schema(max_length = 10_485_760, example = "1.2.0")]
    info_version: String,
    /// Where it is called, by environment.
    #[schema(value_type = BTreeMap<String, words::Url>, example = json!({"production": "https://api.hackney.example/repairs/v1"}))]
    base_urls: BTreeMap<String, String>,
    /// Its operations, in the order of the contract.
    #[schema(max_items = 100_000)]
    operations: Vec<Operation>,
}

/// An operation and who may call it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Operation {
    /// Its `operationId`.
    #[schema(max_length = 10_485_760, example = "listRepairs")]
    id: String,
    /// The method.
    #[schema(max_length = 20, example = "GET")]
    method: String,
    /// The path template below the base URL.
    #[schema(max_length = 10_485_760, example = "/repairs")]
    path: String,
    /// What it does, in a few words.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 10_485_760, value_type = String, required = false, example = "List repairs")]
    summary: Option<String>,
    /// Whether it should not be used any more.
    deprecated: bool,
    /// Who may call it; absent where nobody may.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Access, required = false)]
    access: Option<Access>,
}

/// Who may call an operation.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Access {
    /// Anyone, without a token.
    anyone: bool,
    /// Applications with an approved grant for it.
    granted_applications: bool,
    /// People in any of these groups.
    #[schema(max_items = 10_000, value_type = Vec<words::GroupAddress>)]
    groups: Vec<GroupAddress>,
}

impl From<&AccessRule> for Access {
    fn from(rule: &AccessRule) -> Self {
        Self { anyone: rule.anyone, granted_applications: rule.granted_applications, groups: rule.groups.clone() }
    }
}

/// Which APIs.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ApisQuery {
    /// Words that must all be in name, title, summary or owner.
    #[param(max_length = 200, example = "repairs")]
    q: Option<String>,
    /// Only APIs with a version of this status.
    #[param(value_type = words::Status, required = false)]
    status: Option<Status>,
    /// How many at most; 50 if absent.
    #[param(minimum = 1, maximum = 200, default = 50, example = 20)]
    limit: Option<u16>,
    /// `nextCursor` of the piece before.
    #[param(max_length = 2000, example = "cmVwYWlycw")]
    cursor: Option<String>,
}

/// Lists the APIs that the caller may know of, by name
///
/// Strangers see public and controlled APIs; people who are signed in see internal ones too.
#[utoipa::path(
    get,
    path = "/apis",
    operation_id = "listApis",
    tag = "apis",
    params(ApisQuery),
    responses((status = 200, description = "A piece of the APIs.", body = Page<Api>), Reading),
    security((), ("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_apis(
    State(hub): State<Hub>,
    Viewer(viewer): Viewer,
    Asked(query): Asked<ApisQuery>,
) -> Result<Json<Page<Api>>, Failure> {
    let piece = Piece::asked(query.limit, query.cursor.as_deref())?;
    let search = query.q.unwrap_or_default().to_lowercase();
    if search.len() > LONGEST_SEARCH {
        return Err(Failure::malformed(format!(
            "The query's q is longer than {LONGEST_SEARCH} bytes; search for fewer words."
        )));
    }
    let mut versions: HashMap<ApiSlug, Vec<VersionRow>> = HashMap::new();
    for version in hub.control.reads().versions().await? {
        versions.entry(version.slug.clone()).or_default().push(version);
    }
    let mut apis = hub.control.reads().apis().await?;
    apis.retain(|api| {
        hub.control.may_see(viewer.as_ref(), api.audience, &api.owner)
            && is_found(api, &search)
            && query.status.is_none_or(|status| {
                versions.get(&api.slug).is_some_and(|versions| versions.iter().any(|version| version.status == status))
            })
    });
    let page = piece.of(apis, |api| api.slug.to_string());
    Ok(Json(page.map(|api| {
        let versions = versions.remove(&api.slug).unwrap_or_default();
        Api::new(api, versions)
    })))
}

/// Reads an API
///
/// With its versions. Strangers may read public and controlled APIs.
#[utoipa::path(
    get,
    path = "/apis/{slug}",
    operation_id = "getApi",
    tag = "apis",
    params(("slug" = words::ApiSlug, Path, description = "The API.")),
    responses((status = 200, description = "The API.", body = Api), Reading),
    security((), ("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_api(
    State(hub): State<Hub>,
    Viewer(viewer): Viewer,
    Named(slug): Named<ApiSlug>,
) -> Result<Json<Api>, Failure> {
    let api = hub
        .control
        .reads()
        .api(&slug)
        .await?
        .filter(|api| hub.control.may_see(viewer.as_ref(), api.audience, &api.owner))
        .ok_or_else(|| no_such(&format!("API {slug}")))?;
    let versions = hub.control.reads().versions_of(&slug).await?;
    Ok(Json(Api::new(api, versions)))
}

/// Reads a version with its operations and base URLs
///
/// As its release in force says, for everyone who may know of the API.
#[utoipa::path(
    get,
    path = "/apis/{slug}/versions/{major}",
    operation_id = "getVersion",
    tag = "apis",
    params(
        ("slug" = words::ApiSlug, Path, description = "The API."),
        ("major" = words::Major, Path, description = "The version.")
    ),
    responses((status = 200, description = "The version.", body = VersionDetail), Reading),
    security((), ("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_version(
    State(hub): State<Hub>,
    Viewer(viewer): Viewer,
    Named((slug, major)): Named<(ApiSlug, Major)>,
) -> Result<Json<VersionDetail>, Failure> {
    let version = version_for(&hub, viewer.as_ref(), &slug, major).await?;
    let published = hub.control.contract_of(&version).await?;
    let operations = published
        .contract
        .operations
        .iter()
        .map(|operation| Operation {
            id: operation.id.clone(),
            method: operation.method.clone(),
            path: operation.path.clone(),
            summary: operation.summary.clone(),
            deprecated: operation.deprecated,
            access: published.manifest.access.rule_for(&operation.id).map(Access::from),
        })
        .collect();
    Ok(Json(VersionDetail {
        base_urls: base_urls(&hub, &published.manifest, major),
        api: slug,
        version: version.into(),
        info_version: published.contract.version.clone(),
        operations,
    }))
}

/// A version that the viewer may know of.
pub(crate) async fn version_for(
    hub: &Hub,
    viewer: Option<&Actor>,
    slug: &ApiSlug,
    major: Major,
) -> Result<VersionRow, Failure> {
    hub.control
        .reads()
        .version(slug, major)
        .await?
        .filter(|version| hub.control.may_see(viewer, version.audience, &version.owner))
        .ok_or_else(|| no_such(&format!("version {major} of an API {slug}")))
}

/// Where a version is called in the environments of its manifest.
pub(crate) fn base_urls(hub: &Hub, manifest: &Manifest, major: Major) -> BTreeMap<String, String> {
    let runs_in = |name: &EnvironmentName| manifest.environments.iter().any(|(own, _)| own == name);
    hub.environments
        .iter()
        .filter(|(name, _)| runs_in(name))
        .map(|(name, base)| {
            let base = base.trim_end_matches('/');
            (name.to_string(), format!("{base}/{}/{major}", manifest.api))
        })
        .collect()
}

fn is_found(api: &ApiRow, search: &str) -> bool {
    let text = format!("{} {} {} {}", api.slug, api.title, api.summary, api.owner).to_lowercase();
    search.split_whitespace().all(|word| text.contains(word))
}

fn no_such(what: &str) -> Failure {
    Failure::new(
        ProblemCode::ApiNotFound,
        format!("There is no {what} that you may see. GET /apis lists those that you may."),
    )
}
