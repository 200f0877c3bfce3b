//! Let a pipeline publish an API by its own token, so that no secret is kept where it runs.

use hansom_domain::{Actor, ApiSlug, GroupAddress, PipelineId};
use hansom_store::PipelineRow;
use serde_json::json;

use crate::{Control, Error, GITHUB, GITLAB};

const GITHUB_ISSUER: &str = "https://token.actions.githubusercontent.com";
const GITLAB_ISSUER: &str = "https://gitlab.com";
/// An API trusts at most so many.
const MOST: usize = 20;

/// A pipeline that is to be trusted.
#[derive(Clone, Copy, Debug)]
pub struct TrustedPipeline<'a> {
    /// The API that it may publish. It need not be there yet.
    pub api: &'a ApiSlug,
    /// The group that is to own the API; needed only before it is there.
    pub owner: Option<&'a GroupAddress>,
    /// [`GITHUB`] or [`GITLAB`].
    pub provider: &'a str,
    /// The `iss` of its tokens; that of github.com or gitlab.com if absent.
    pub issuer: Option<&'a str>,
    /// `owner/name`, in the letters that the provider shows.
    pub repository: &'a str,
    /// `refs/heads/main`, or with one star at its end, `refs/tags/v*`.
    pub git_ref: &'a str,
    /// The file of the workflow: `publish.yml`, at GitLab its path. Any if absent.
    pub workflow: Option<&'a str>,
    /// The environment that it must run in. Any, or none, if absent.
    pub environment: Option<&'a str>,
}

impl Control {
    /// Has an API of the actor's groups trust a pipeline. Before its first release a member of the group that is to own it
    /// does that.
    pub async fn trust_pipeline(&self, actor: &Actor, new: TrustedPipeline<'_>) -> Result<PipelineId, Error> {
        let issuer = self.checked_issuer(&new)?;
        check(&new)?;
        let now = self.clock.now();
        let mut change = self.begin(actor, "trust_pipeline", now).await?;
        let api = change.api(new.api).await?;
        let owner = match (api, new.owner) {
            (Some(api), Some(told)) if api.owner != *told && actor.speaks_for(&api.owner) => {
                return Err(Error::Conflict(format!("{} is owned by {}; leave the owner out", new.api, api.owner)));
            }
            (Some(api), _) => api.owner,
            (None, Some(told)) => told.clone(),
            (None, None) => {
                return Err(Error::NotFound(format!(
                    "there is no API {} yet; name the group that is to own it as owner",
                    new.api
                )));
            }
        };
        if !actor.speaks_for(&owner) {
            // Whether the API is there is not for everybody to know.
            return Err(Error::NotFound(format!("there is no API {} of your groups", new.api)));
        }
        let row = PipelineRow {
            id: PipelineId::random(&self.chance),
            api: new.api.clone(),
            owner,
            provider: new.provider.to_owned(),
            issuer,
            repository: new.repository.to_owned(),
            git_ref: new.git_ref.to_owned(),
            workflow: new.workflow.map(str::to_owned),
            environment: new.environment.map(str::to_owned),
            repository_id: None,
            namespace_id: None,
            pinned_at: None,
            trusted_at: now,
            trusted_by: actor.name().to_owned(),
        };
        refuse_repetition(&row, &change.pipelines_of(new.api).await?)?;
        change.insert_pipeline(&row).await?;
        let detail = json!({
            "pipeline": row.id, "owner": row.owner, "provider": row.provider, "issuer": row.issuer,
            "repository": row.repository, "ref": row.git_ref, "workflow": row.workflow, "environment": row.environment,
        });
        change.commit(&format!("api {}", row.api), &detail).await?;
        Ok(row.id)
    }

    fn checked_issuer(&self, new: &TrustedPipeline<'_>) -> Result<String, Error> {
        let issuer = match (new.provider, new.issuer) {
            (GITHUB, issuer) => issuer.unwrap_or(GITHUB_ISSUER),
            (GITLAB, issuer) => issuer.unwrap_or(GITLAB_ISSUER),
            _ => return Err(Error::Invalid(format!("the provider must be {GITHUB} or {GITLAB}"))),
        };
        let refused = |why: &str| Error::Invalid(format!("the issuer cannot be used: {why}"));
        if !is_word(issuer, 200) || issuer.ends_with('/') || issuer.contains(['?', '#']) {
            return Err(refused(
                "write it as its tokens do, like https://gitlab.example.org, without a slash, query or fragment at its end",
            ));
        }
        self.key_set_address(issuer).map_err(|_| {
            refused("it must begin with https://, name a server that is open to this platform, and have no user or password")
        })?;
        if (new.provider == GITHUB && issuer == GITLAB_ISSUER) || (new.provider == GITLAB && issuer == GITHUB_ISSUER) {
            return Err(refused("it is the other provider's"));
        }
        Ok(issuer.to_owned())
    }
}

fn is_word(text: &str, most: usize) -> bool {
    (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn check(new: &TrustedPipeline<'_>) -> Result<(), Error> {
    let invalid = |what: &str| Err(Error::Invalid(what.into()));
    let parts: Vec<&str> = new.repository.split('/').collect();
    let is_part = |part: &&str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    };
    let has_parts = if new.provider == GITHUB { parts.len() == 2 } else { (2..=21).contains(&parts.len()) };
    if new.repository.len() > 255 || !has_parts || !parts.iter().all(is_part) {
        return invalid("the repository is not written like owner/name, in the letters that the provider shows");
    }
    let name = ["refs/heads/", "refs/tags/"].iter().find_map(|start| new.git_ref.strip_prefix(start));
    let name = name.map(|name| name.strip_suffix('*').unwrap_or(name));
    if !is_word(new.git_ref, 255) || !name.is_some_and(|name| !name.is_empty() && !name.contains('*')) {
        return invalid(
            "the ref must be one in full, like refs/heads/main, or end with one star, like refs/tags/v*; pull and merge \
             requests cannot be trusted",
        );
    }
    if new.workflow.is_some_and(|file| !is_word(file, 200) || file.contains('@') || file.contains("..")) {
        return invalid(
            "the workflow is the name of its file, like publish.yml; at GitLab its path, like .gitlab-ci.yml",
        );
    }
    if new.provider == GITHUB && new.workflow.is_some_and(|file| file.contains('/')) {
        return invalid("the workflow is the name of its file in .github/workflows, without the folder");
    }
    let is_environment = |name: &str| (1..=255).contains(&name.len()) && !name.chars().any(char::is_control);
    if new.environment.is_some_and(|name| !is_environment(name)) {
        return invalid("the environment must have 1 to 255 characters");
    }
    Ok(())
}

fn refuse_repetition(new: &PipelineRow, known: &[PipelineRow]) -> Result<(), Error> {
    let words = |row: &PipelineRow| {
        let texts =
            [&row.owner.to_string(), &row.provider, &row.issuer, &row.repository, &row.git_ref].map(Clone::clone);
        (texts, row.workflow.clone(), row.environment.clone())
    };
    if known.iter().any(|row| words(row) == words(new)) {
        return Err(Error::Conflict("the API trusts just this pipeline already".into()));
    }
    // Others may have had the same name in mind: theirs do not count.
    if known.iter().filter(|row| row.owner == new.owner).count() >= MOST {
        return Err(Error::Conflict(format!("the API trusts {MOST} pipelines already; distrust one that is not used")));
    }
    Ok(())
}
