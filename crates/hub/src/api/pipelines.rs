//! Which pipelines may publish an API by their own tokens?

use axum::{Json, extract::State, http::StatusCode};
use hansom_control::TrustedPipeline;
use hansom_domain::{Actor, ApiSlug, GroupAddress, PipelineId};
use hansom_store::PipelineRow;
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

/// Whose pipeline it is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(example = "github")]
pub(crate) enum PipelineProvider {
    /// GitHub Actions.
    Github,
    /// GitLab CI.
    Gitlab,
}

impl PipelineProvider {
    fn as_str(self) -> &'static str {
        match self {
            Self::Github => hansom_control::GITHUB,
            Self::Gitlab => hansom_control::GITLAB,
        }
    }
}

/// A pipeline that may publish an API.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pipeline {
    /// Its id.
    #[schema(value_type = words::Id)]
    id: PipelineId,
    /// The API. It may not be there yet.
    #[schema(value_type = words::ApiSlug)]
    api: ApiSlug,
    /// The group that trusts it; it publishes for this owner only.
    #[schema(value_type = words::GroupAddress)]
    owner: GroupAddress,
    /// Whose pipeline it is.
    #[schema(value_type = PipelineProvider)]
    provider: String,
    /// The `iss` of its tokens.
    #[schema(max_length = 200, example = "https://token.actions.githubusercontent.com")]
    issuer: String,
    /// The repository.
    #[schema(max_length = 255, example = "hackney/repairs-api")]
    repository: String,
    /// The ref in full, perhaps with a star at its end.
    #[serde(rename = "ref")]
    #[schema(max_length = 255, example = "refs/heads/main")]
    git_ref: String,
    /// The file of the workflow, if it must be that one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, max_length = 200, example = "publish.yml")]
    workflow: Option<String>,
    /// The environment, if it must run in that one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, max_length = 255, example = "production")]
    environment: Option<String>,
    /// The provider's own id of the repository, from the first run on; another repository of that name is not trusted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, max_length = 500, example = "74831029")]
    repository_id: Option<String>,
    /// Since when it is trusted.
    trusted_at: Moment,
    /// Who said so.
    #[schema(max_length = 200, example = "Ada Okoro")]
    trusted_by: String,
}

impl From<PipelineRow> for Pipeline {
    fn from(row: PipelineRow) -> Self {
        Self {
            id: row.id,
            api: row.api,
            owner: row.owner,
            provider: row.provider,
            issuer: row.issuer,
            repository: row.repository,
            git_ref: row.git_ref,
            workflow: row.workflow,
            environment: row.environment,
            repository_id: row.repository_id,
            trusted_at: row.trusted_at.into(),
            trusted_by: row.trusted_by,
        }
    }
}

/// A pipeline that is to be trusted.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct NewPipeline {
    /// Whose pipeline it is.
    provider: PipelineProvider,
    /// The `iss` of its tokens; that of github.com or gitlab.com if absent.
    #[serde(default)]
    #[schema(value_type = String, required = false, max_length = 200, example = "https://token.actions.githubusercontent.com")]
    issuer: Option<String>,
    /// The repository, in the letters that the provider shows.
    #[schema(min_length = 3, max_length = 255, example = "hackney/repairs-api")]
    repository: String,
    /// The ref in full: `refs/heads/main`, or with one star at its end, `refs/tags/v*`.
    #[serde(rename = "ref")]
    #[schema(min_length = 11, max_length = 255, example = "refs/heads/main")]
    git_ref: String,
    /// The file of the workflow: `publish.yml`, at GitLab its path. Any if absent.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200, example = "publish.yml")]
    workflow: Option<String>,
    /// The environment that it must run in. Any, or none, if absent.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 255, example = "production")]
    environment: Option<String>,
    /// The group that is to own the API; needed before its first release only.
    #[serde(default)]
    #[schema(value_type = words::GroupAddress, required = false)]
    owner: Option<GroupAddress>,
}

/// Lists the pipelines that an API trusts, newest first
///
/// For members of the group that owns it; before its first release, of a group that is to own it.
#[utoipa::path(
    get,
    path = "/apis/{slug}/pipelines",
    operation_id = "listPipelines",
    tag = "releases",
    params(("slug" = words::ApiSlug, Path, description = "The API."), PieceQuery),
    responses((status = 200, description = "A piece of the pipelines.", body = Page<Pipeline>), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn list_pipelines(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(slug): Named<ApiSlug>,
    Asked(query): Asked<PieceQuery>,
) -> Result<Json<Page<Pipeline>>, Failure> {
    let piece = query.piece()?;
    let rows = hub.control.pipelines_for(&actor, &slug).await?;
    let page = piece.of(rows, |row| newest_first(row.trusted_at, row.id.as_str()));
    Ok(Json(page.map(Pipeline::from)))
}

/// Trusts a pipeline to publish an API
///
/// It then publishes by the token that GitHub or GitLab gives to its runs, and no secret is kept there. The API need not be
/// there yet: then `owner` names the group that is to own it.
#[utoipa::path(
    post,
    path = "/apis/{slug}/pipelines",
    operation_id = "trustPipeline",
    tag = "releases",
    params(("slug" = words::ApiSlug, Path, description = "The API.")),
    request_body(content = NewPipeline, example = json!({
        "provider": "github",
        "repository": "hackney/repairs-api",
        "ref": "refs/heads/main",
        "workflow": "publish.yml",
        "environment": "production"
    })),
    responses((status = 201, description = "The pipeline is trusted.", body = Pipeline,
        headers(("Location" = String, description = "The address of the pipeline."))), Sending),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn trust_pipeline(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named(slug): Named<ApiSlug>,
    Sent(new): Sent<NewPipeline>,
) -> Result<Created<Pipeline>, Failure> {
    let pipeline = TrustedPipeline {
        api: &slug,
        owner: new.owner.as_ref(),
        provider: new.provider.as_str(),
        issuer: new.issuer.as_deref(),
        repository: &new.repository,
        git_ref: &new.git_ref,
        workflow: new.workflow.as_deref(),
        environment: new.environment.as_deref(),
    };
    let id = hub.control.trust_pipeline(&actor, pipeline).await?;
    let row = pipeline_for(&hub, &actor, &slug, &id).await?;
    Ok(Created { location: Some(format!("/apis/{slug}/pipelines/{id}")), body: row.into() })
}

/// Reads a pipeline that an API trusts
///
/// For members of the group that owns the API, or is to own it.
#[utoipa::path(
    get,
    path = "/apis/{slug}/pipelines/{pipeline_id}",
    operation_id = "getPipeline",
    tag = "releases",
    params(
        ("slug" = words::ApiSlug, Path, description = "The API."),
        ("pipeline_id" = words::Id, Path, description = "The pipeline.")
    ),
    responses((status = 200, description = "The pipeline.", body = Pipeline), Reading),
    security(("oauth2" = ["hub:read"]))
)]
pub(crate) async fn get_pipeline(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named((slug, id)): Named<(ApiSlug, PipelineId)>,
) -> Result<Json<Pipeline>, Failure> {
    Ok(Json(pipeline_for(&hub, &actor, &slug, &id).await?.into()))
}

async fn pipeline_for(hub: &Hub, actor: &Actor, slug: &ApiSlug, id: &PipelineId) -> Result<PipelineRow, Failure> {
    let rows = hub.control.pipelines_for(actor, slug).await?;
    rows.into_iter().find(|row| row.id == *id).ok_or_else(|| Failure::not_found("pipeline"))
}

/// Distrusts a pipeline
///
/// It publishes nothing any more, not even with a token that it has.
#[utoipa::path(
    delete,
    path = "/apis/{slug}/pipelines/{pipeline_id}",
    operation_id = "distrustPipeline",
    tag = "releases",
    params(
        ("slug" = words::ApiSlug, Path, description = "The API."),
        ("pipeline_id" = words::Id, Path, description = "The pipeline.")
    ),
    responses((status = 204, description = "It is not trusted any more."), Changing),
    security(("oauth2" = ["hub:write"]))
)]
pub(crate) async fn distrust_pipeline(
    State(hub): State<Hub>,
    Caller(actor): Caller,
    Named((slug, id)): Named<(ApiSlug, PipelineId)>,
) -> Result<StatusCode, Failure> {
    hub.control.distrust_pipeline(&actor, &slug, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}
