//! Which pipelines does an API trust, and which of them is this run?

use std::collections::BTreeSet;

use hansom_domain::{Actor, ApiSlug, PipelineId, Timestamp};
use hansom_store::PipelineRow;

use crate::{Control, Error};

/// A pipeline of GitHub Actions.
pub const GITHUB: &str = "github";
/// A pipeline of GitLab CI.
pub const GITLAB: &str = "gitlab";

/// A run of a pipeline, as its issuer's token has proven it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PipelineRun {
    /// [`GITHUB`] or [`GITLAB`].
    pub provider: &'static str,
    /// The `iss` of the token.
    pub issuer: String,
    /// The repository that it runs for.
    pub repository: String,
    /// The ref in full: `refs/heads/main`.
    pub git_ref: String,
    /// The file of the workflow at that ref; none where the token does not tell it so.
    pub workflow: Option<String>,
    /// The environment that it runs in.
    pub environment: Option<String>,
    /// The issuer's own id of the repository.
    pub repository_id: String,
    /// The issuer's own id of who has the repository.
    pub namespace_id: String,
    /// The issuer's id of the run.
    pub run: String,
    /// What no second token has.
    pub once: String,
    /// How long the token could be shown again.
    pub good_until: Timestamp,
}

impl PipelineRun {
    /// Whether a trust names this run. Every word is held against the whole word; a star stands at the end only.
    fn is_named_by(&self, row: &PipelineRow) -> bool {
        let is_ref = match row.git_ref.strip_suffix('*') {
            Some(start) => self.git_ref.len() > start.len() && self.git_ref.starts_with(start),
            None => self.git_ref == row.git_ref,
        };
        let told = |wanted: &Option<String>, told: &Option<String>| wanted.is_none() || wanted == told;
        is_ref
            && row.provider == self.provider
            && row.issuer == self.issuer
            && row.repository == self.repository
            && told(&row.workflow, &self.workflow)
            && told(&row.environment, &self.environment)
    }

    /// Whether the repository is the one that was trusted, and not a later one of that name. Unknown ids are anybody's.
    pub(crate) fn is_same_repository(&self, row: &PipelineRow) -> bool {
        let told = |known: &Option<String>, told: &str| known.as_deref().is_none_or(|known| known == told);
        told(&row.repository_id, &self.repository_id) && told(&row.namespace_id, &self.namespace_id)
    }

    /// What people call it: repository, ref and run.
    pub fn name(&self) -> String {
        format!("{}@{}, run {}", self.repository, self.git_ref, self.run)
    }

    /// What a trust would have to say, for whoever reads the log of the run.
    fn description(&self) -> String {
        let or_none = |word: &Option<String>| word.as_deref().unwrap_or("none").to_owned();
        format!(
            "provider {}, issuer {}, repository {}, ref {}, workflow {}, environment {}",
            self.provider,
            self.issuer,
            self.repository,
            self.git_ref,
            or_none(&self.workflow),
            or_none(&self.environment)
        )
    }
}

impl Control {
    /// The pipelines that an API trusts, for its owners. Before it is there, for the groups that are to own it.
    pub async fn pipelines_for(&self, actor: &Actor, api: &ApiSlug) -> Result<Vec<PipelineRow>, Error> {
        let owner = self.reads.api(api).await?.map(|api| api.owner);
        let mut pipelines = self.reads.pipelines_of(api).await?;
        if owner.is_some_and(|owner| actor.speaks_for(&owner)) {
            return Ok(pipelines);
        }
        pipelines.retain(|pipeline| actor.speaks_for(&pipeline.owner));
        if pipelines.is_empty() && !actor.is_administrator() {
            return Err(Error::NotFound(format!("there is no API {api} of your groups, and none that is to be")));
        }
        Ok(pipelines)
    }

    /// The trust by which a run may publish; of several APIs, the one that is named. A refusal tells only what the run's own
    /// token says.
    pub async fn pipeline_of_run(&self, run: &PipelineRun, api: Option<&ApiSlug>) -> Result<PipelineRow, Error> {
        let mut pipelines = self.reads.pipelines_in(&run.issuer, &run.repository).await?;
        pipelines.retain(|row| run.is_named_by(row) && api.is_none_or(|api| row.api == *api));
        // Who had the same name in mind before the API was there has no say since.
        for slug in pipelines.iter().map(|row| row.api.clone()).collect::<BTreeSet<_>>() {
            if let Some(known) = self.reads.api(&slug).await? {
                pipelines.retain(|row| row.api != slug || row.owner == known.owner);
            }
        }
        let were_named = !pipelines.is_empty();
        pipelines.retain(|row| run.is_same_repository(row));
        let Some(first) = pipelines.first() else {
            let why = match were_named {
                true => {
                    "another repository had this name when it was trusted; its owners distrust that one and trust this"
                }
                false => "its owners trust just this at the hub",
            };
            return Err(Error::NotAllowed(format!(
                "no API trusts this pipeline to publish it{}: {}; {why}",
                api.map_or_else(String::new, |api| format!(" as {api}")),
                run.description()
            )));
        };
        if pipelines.iter().any(|row| row.api != first.api) {
            return Err(Error::Invalid(
                "several APIs trust this pipeline; say which one it publishes with the parameter api".into(),
            ));
        }
        Ok(first.clone())
    }

    /// A pipeline as an actor, as long as it is trusted.
    pub async fn actor_of_pipeline(&self, id: &PipelineId, name: &str) -> Result<Actor, Error> {
        let row = self.reads.pipeline(id).await?;
        let row = row.ok_or_else(|| Error::NotAllowed("the pipeline is not trusted any more".into()))?;
        Ok(Actor::Pipeline { id: row.id, api: row.api, owner: row.owner, name: name.to_owned() })
    }
}
