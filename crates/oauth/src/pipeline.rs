//! Which run of which pipeline does this token prove (GitHub Actions, GitLab CI)?
//!
//! Anybody can have such a token made, for any repository of theirs and any audience. So an issuer is asked only where an API
//! trusts a pipeline of it, its token must be for this hub and fresh, and what it says of the run is held against the trust
//! word by word. Runs for pull and merge requests prove nothing: strangers write what they run.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use hansom_control::{GITHUB, GITLAB, PipelineRun, fingerprint};
use hansom_domain::Timestamp;
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex as Turn;
use url::Url;

use crate::{
    BoxFuture, Error, OAuth, Subject, SubjectError, SubjectIssuer,
    assertion::is_signed_by,
    jws::{self, Extensions},
};

const LEEWAY_SECONDS: i64 = 60;
/// GitLab's tokens live as long as the job may, which is an hour unless it is set otherwise.
const LONGEST_SECONDS: i64 = 3600 + 300;
/// Where the keys are is asked for again after this many seconds.
const FRESH_SECONDS: i64 = 3600;
/// After a failure it is asked again after this many seconds.
const PAUSE_SECONDS: i64 = 10;
const MOST_ISSUERS: usize = 1000;
const MOST_WORD: usize = 500;

/// The issuers of trusted pipelines, with what they told of themselves.
#[derive(Debug, Default)]
pub(crate) struct PipelineIssuers(Mutex<HashMap<String, Arc<Turn<Told>>>>);

/// What an issuer told of itself.
#[derive(Clone, Debug, Default)]
struct Told {
    jwks_uri: Option<String>,
    asked_at: Option<Timestamp>,
}

/// An issuer of which some API trusts a pipeline.
pub(crate) struct PipelineIssuer {
    oauth: OAuth,
    issuer: String,
    told: Arc<Turn<Told>>,
}

#[derive(Deserialize)]
struct Head {
    alg: String,
    #[serde(default)]
    kid: Option<String>,
    #[serde(flatten)]
    extensions: Extensions,
}

/// What both providers' tokens say.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: Value,
    exp: i64,
    iat: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    jti: Option<String>,
    #[serde(default)]
    environment: Option<String>,
    #[serde(flatten)]
    of_github: OfGithub,
    #[serde(flatten)]
    of_gitlab: OfGitlab,
    #[serde(default, rename = "ref")]
    git_ref: Option<String>,
}

#[derive(Deserialize)]
struct OfGithub {
    #[serde(default)]
    repository: Option<String>,
    #[serde(default)]
    repository_id: Option<String>,
    #[serde(default)]
    repository_owner_id: Option<String>,
    #[serde(default)]
    workflow_ref: Option<String>,
    #[serde(default)]
    event_name: Option<String>,
    #[serde(default)]
    run_id: Option<String>,
}

#[derive(Deserialize)]
struct OfGitlab {
    #[serde(default)]
    project_path: Option<String>,
    #[serde(default)]
    project_id: Option<String>,
    #[serde(default)]
    namespace_id: Option<String>,
    #[serde(default)]
    ref_type: Option<String>,
    #[serde(default)]
    ref_path: Option<String>,
    #[serde(default)]
    pipeline_source: Option<String>,
    #[serde(default)]
    pipeline_id: Option<String>,
    #[serde(default)]
    ci_config_ref_uri: Option<String>,
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

impl OAuth {
    /// The issuer of a token that looks like a pipeline's, if some API trusts a pipeline of it. Nothing is asked of the issuer
    /// yet; one that nobody trusts is never asked.
    pub(crate) async fn pipeline_issuer(&self, token: &str, issuer: &str) -> Result<Option<PipelineIssuer>, Error> {
        let claims = token.split('.').nth(1).and_then(jws::part::<Value>);
        let looks =
            claims.is_some_and(|claims| claims.get("project_path").is_some() || claims.get("repository").is_some());
        if !looks || !self.control().reads().is_pipeline_issuer(issuer).await.map_err(hansom_control::Error::from)? {
            return Ok(None);
        }
        let mut known = self.pipelines.0.lock().unwrap_or_else(PoisonError::into_inner);
        // So many are a mistake, and beginning anew costs one question each.
        if known.len() >= MOST_ISSUERS && !known.contains_key(issuer) {
            known.clear();
        }
        let told = Arc::clone(known.entry(issuer.to_owned()).or_default());
        Ok(Some(PipelineIssuer { oauth: self.clone(), issuer: issuer.to_owned(), told }))
    }
}

impl SubjectIssuer for PipelineIssuer {
    fn issuer(&self) -> &str {
        &self.issuer
    }

    fn prove<'a>(
        &'a self,
        token: &'a str,
        _own: &'a [String],
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Subject, SubjectError>> {
        Box::pin(self.prove_run(token, now))
    }
}

impl PipelineIssuer {
    async fn prove_run(&self, token: &str, now: Timestamp) -> Result<Subject, SubjectError> {
        let parts: Vec<&str> = token.split('.').collect();
        let [head, payload, signature] = parts.as_slice() else {
            return Err(unproven("it is no signed JWT"));
        };
        let head_read = jws::part::<Head>(head).ok_or_else(|| unproven("its head cannot be read"))?;
        let algorithm = algorithm(&head_read)?;
        let claims = jws::part::<Claims>(payload).ok_or_else(|| unproven("its claims cannot be read"))?;
        // Whatever can be refused without asking anybody is.
        self.check(&claims, now)?;
        let message = format!("{head}.{payload}");
        let run = self.run(claims, &message)?;
        let address = self.keys_address(now).await?;
        let keys = self.oauth.keys_at(&address, head_read.kid.as_deref()).await;
        if keys.iter().any(|key| is_signed_by(key, algorithm, &message, signature)) {
            return Ok(Subject::Pipeline(Box::new(run)));
        }
        match self.oauth.keys_at(&address, None).await.is_empty() {
            true => Err(SubjectError::Silent("the issuer's keys cannot be had".into())),
            false => Err(unproven("no key of the issuer has signed it")),
        }
    }

    fn check(&self, claims: &Claims, now: Timestamp) -> Result<(), SubjectError> {
        let now = now.seconds();
        let latest = now.saturating_add(LEEWAY_SECONDS);
        if claims.iss != self.issuer {
            return Err(unproven("it is of another issuer"));
        }
        let is_ours = |audience: &Value| audience.as_str() == Some(self.oauth.issuer());
        let is_for_us = match &claims.aud {
            Value::Array(audiences) => audiences.len() == 1 && audiences.iter().all(is_ours),
            one => is_ours(one),
        };
        if !is_for_us {
            return Err(unproven("its audience is not the hub's address alone"));
        }
        if claims.exp.saturating_add(LEEWAY_SECONDS) <= now {
            return Err(unproven("it has expired"));
        }
        if claims.iat > latest || claims.nbf.is_some_and(|nbf| nbf > latest) {
            return Err(unproven("it is not good yet"));
        }
        if claims.iat < 0 || claims.exp.saturating_sub(claims.iat) > LONGEST_SECONDS {
            return Err(unproven("it lives longer than an hour"));
        }
        Ok(())
    }

    /// The run that the claims tell of. The signature is not checked yet.
    fn run(&self, claims: Claims, message: &str) -> Result<PipelineRun, SubjectError> {
        let of_jti = claims.jti.as_deref().filter(|jti| !jti.is_empty()).map(|jti| format!("jti\n{jti}"));
        // Without an id of its own, a token is what was signed: a signature may be written in more than one way.
        let once = of_jti.unwrap_or_else(|| format!("message\n{message}"));
        let common = Common {
            issuer: self.issuer.clone(),
            git_ref: needed(claims.git_ref, "ref")?,
            environment: claims.environment.filter(|name| !name.is_empty()),
            once: fingerprint(&format!("pipeline\n{}\n{once}", self.issuer)),
            good_until: Timestamp::from_seconds(claims.exp).plus_seconds(LEEWAY_SECONDS + 1),
        };
        let run = match (claims.of_github.repository.is_some(), claims.of_gitlab.project_path.is_some()) {
            (true, false) => github(claims.of_github, common)?,
            (false, true) => gitlab(claims.of_gitlab, common)?,
            _ => return Err(unproven("it is neither GitHub's nor GitLab's")),
        };
        if !["refs/heads/", "refs/tags/"].iter().any(|start| run.git_ref.starts_with(start)) {
            return Err(unproven("it is for neither a branch nor a tag"));
        }
        Ok(run)
    }

    /// Where the issuer's keys are: on its own server, as its own discovery document says. The last good answer stays while it
    /// is silent.
    async fn keys_address(&self, now: Timestamp) -> Result<String, SubjectError> {
        let mut told = self.told.lock().await;
        let patience = if told.jwks_uri.is_some() { FRESH_SECONDS } else { PAUSE_SECONDS };
        if told.asked_at.is_none_or(|at| now < at || now >= at.plus_seconds(patience)) {
            told.asked_at = Some(now);
            match self.discover().await {
                Ok(address) => told.jwks_uri = Some(address),
                Err(error) => {
                    tracing::warn!(error, issuer = self.issuer, "the issuer of pipelines does not tell of itself")
                }
            }
        }
        let address = told.jwks_uri.clone();
        address.ok_or_else(|| SubjectError::Silent("its configuration could not be read".into()))
    }

    async fn discover(&self) -> Result<String, String> {
        let address = format!("{}/.well-known/openid-configuration", self.issuer);
        let document = self.oauth.key_sets.document(&self.oauth, &address).await.map_err(|error| error.to_string())?;
        let told: Discovery = serde_json::from_slice(&document).map_err(|error| error.to_string())?;
        if told.issuer != self.issuer {
            return Err("it calls itself by another name".into());
        }
        let origin = |address: &str| Url::parse(address).map(|url| url.origin()).ok();
        if origin(&told.jwks_uri).is_none() || origin(&told.jwks_uri) != origin(&self.issuer) {
            return Err("its keys are on another server".into());
        }
        Ok(told.jwks_uri)
    }
}

/// What the run of either provider has.
struct Common {
    issuer: String,
    git_ref: String,
    environment: Option<String>,
    once: String,
    good_until: Timestamp,
}

/// <https://docs.github.com/en/actions/reference/security/oidc>
fn github(told: OfGithub, common: Common) -> Result<PipelineRun, SubjectError> {
    let repository = needed(told.repository, "repository")?;
    let event = needed(told.event_name, "event_name")?;
    // Those run with the rights of the branch on what a stranger sent.
    if event.starts_with("pull_request") || event == "workflow_run" {
        return Err(unproven("it was begun by a pull request, or by a run that may have been"));
    }
    let start = format!("{repository}/.github/workflows/");
    let end = format!("@{}", common.git_ref);
    let workflow = told.workflow_ref.as_deref().and_then(|file| file.strip_prefix(&start)?.strip_suffix(&end));
    Ok(PipelineRun {
        provider: GITHUB,
        workflow: workflow.map(str::to_owned),
        repository,
        issuer: common.issuer,
        git_ref: common.git_ref,
        environment: common.environment,
        repository_id: needed(told.repository_id, "repository_id")?,
        namespace_id: needed(told.repository_owner_id, "repository_owner_id")?,
        run: needed(told.run_id, "run_id")?,
        once: common.once,
        good_until: common.good_until,
    })
}

/// <https://docs.gitlab.com/ci/secrets/id_token_authentication/>
fn gitlab(told: OfGitlab, common: Common) -> Result<PipelineRun, SubjectError> {
    let repository = needed(told.project_path, "project_path")?;
    let source = needed(told.pipeline_source, "pipeline_source")?;
    if source.contains("merge_request") || source.contains("pull_request") {
        return Err(unproven("it was begun by a merge request"));
    }
    let git_ref = match told.ref_type.as_deref() {
        Some("branch") => format!("refs/heads/{}", common.git_ref),
        Some("tag") => format!("refs/tags/{}", common.git_ref),
        _ => return Err(unproven("its ref_type is neither branch nor tag")),
    };
    if told.ref_path.is_some_and(|path| path != git_ref) {
        return Err(unproven("its ref_path is another than ref and ref_type say"));
    }
    let host = common.issuer.split_once("://").map_or("", |(_, host)| host);
    let (start, end) = (format!("{host}/{repository}//"), format!("@{git_ref}"));
    let workflow = told.ci_config_ref_uri.as_deref().and_then(|file| file.strip_prefix(&start)?.strip_suffix(&end));
    Ok(PipelineRun {
        provider: GITLAB,
        workflow: workflow.map(str::to_owned),
        repository,
        issuer: common.issuer,
        git_ref,
        environment: common.environment,
        repository_id: needed(told.project_id, "project_id")?,
        namespace_id: needed(told.namespace_id, "namespace_id")?,
        run: needed(told.pipeline_id, "pipeline_id")?,
        once: common.once,
        good_until: common.good_until,
    })
}

/// A claim without which nothing is proven. They come into the audit trail, so that none is long or has control characters.
fn needed(claim: Option<String>, name: &str) -> Result<String, SubjectError> {
    let fits = |text: &String| (1..=MOST_WORD).contains(&text.len()) && !text.chars().any(char::is_control);
    claim.filter(fits).ok_or_else(|| unproven(&format!("its claim {name} is missing or of no use")))
}

fn unproven(cause: &str) -> SubjectError {
    SubjectError::Unproven(cause.to_owned())
}

fn algorithm(head: &Head) -> Result<Algorithm, SubjectError> {
    if head.extensions.are_there() {
        return Err(unproven("its head has fields that are not understood"));
    }
    match head.alg.as_str() {
        "RS256" => Ok(Algorithm::RS256),
        "ES256" => Ok(Algorithm::ES256),
        _ => Err(unproven("its algorithm is neither RS256 nor ES256")),
    }
}
