//! How does a run of GitHub Actions or GitLab CI prove itself to a hub, without a secret of its own?

use std::env;

use serde_json::Value;
use url::Url;

use crate::{
    failure::{Doing, Failure},
    hub_asking::HubAsking,
};

const GITHUB_URL: &str = "ACTIONS_ID_TOKEN_REQUEST_URL";
const GITHUB_TOKEN: &str = "ACTIONS_ID_TOKEN_REQUEST_TOKEN";
const GITLAB_TOKEN: &str = "HANSOM_ID_TOKEN";

fn told(name: &str) -> Option<String> {
    env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// Whether this runs where a pipeline can prove itself.
pub(crate) fn is_offered() -> bool {
    told(GITLAB_TOKEN).is_some() || told(GITHUB_URL).is_some()
}

/// What a pipeline lacks that cannot prove itself, if this is one.
pub(crate) fn hint() -> &'static str {
    if told("GITHUB_ACTIONS").is_some() {
        "; this run of GitHub Actions may not ask for a token of its own: give its job `permissions: { id-token: write, \
         contents: read }`"
    } else if told("GITLAB_CI").is_some() {
        "; this job of GitLab CI has no token of its own: give it `id_tokens: { HANSOM_ID_TOKEN: { aud: … } }` with the hub's \
         address"
    } else {
        ""
    }
}

/// An access token for publishing the manifest's API, by the run's own token.
pub(crate) async fn token_for(client: &reqwest::Client, hub: &str, manifest: &str) -> Result<String, Failure> {
    let asking = HubAsking::new(hub)?;
    let issuer = issuer(client, hub).await?;
    let proof = match told(GITLAB_TOKEN) {
        Some(token) => token,
        None => of_github(client, &issuer).await?,
    };
    let api = hansom_control::read_manifest(manifest).map(|manifest| manifest.api.to_string()).unwrap_or_default();
    let form = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
        ("subject_token", proof.as_str()),
        ("api", api.as_str()),
    ];
    let answer = asking.post_form("/oauth/token", &form).await?;
    let member = |name: &str| answer.body.get(name).and_then(Value::as_str);
    match member("access_token").filter(|_| answer.status == 200) {
        Some(token) => Ok(token.to_owned()),
        None => {
            let why = member("error_description").or(member("detail")).unwrap_or("no reason given");
            Err(Failure::refused(format!(
                "{hub} gave this pipeline no token: {why}. The token of the run must be for {issuer}, and the owners of {api} \
                 must trust this repository, ref, workflow and environment"
            )))
        }
    }
}

/// The name by which the hub wants to be meant: a hub that is reached at another address still has one name.
async fn issuer(client: &reqwest::Client, hub: &str) -> Result<String, Failure> {
    let answer = client.get(format!("{hub}/.well-known/oauth-authorization-server")).send().await;
    let (_, answer) = read(answer.doing(format!("{hub} could not be reached"))?, hub).await?;
    let issuer = answer.get("issuer").and_then(Value::as_str);
    let issuer = issuer.ok_or_else(|| Failure::broke(format!("{hub} does not tell its issuer; is it a hub?")))?;
    // A token for another place is nothing that this hub may have: it could use it there.
    if Url::parse(issuer).map(|url| url.origin()).ok() != Url::parse(hub).map(|url| url.origin()).ok() {
        return Err(Failure::refused(format!("{hub} calls itself {issuer}; publish to that address: --hub {issuer}")));
    }
    Ok(issuer.to_owned())
}

/// <https://docs.github.com/en/actions/reference/security/oidc>
async fn of_github(client: &reqwest::Client, audience: &str) -> Result<String, Failure> {
    let (Some(url), Some(token)) = (told(GITHUB_URL), told(GITHUB_TOKEN)) else {
        return Err(Failure::refused(format!("{GITHUB_URL} is of no use without {GITHUB_TOKEN}")));
    };
    let mut url = Url::parse(&url).map_err(|error| Failure::wrong_use(format!("{GITHUB_URL} is no URL: {error}")))?;
    url.query_pairs_mut().append_pair("audience", audience);
    let answer = client.get(url).bearer_auth(token).header("accept", "application/json").send().await;
    let (is_good, answer) = read(answer.doing("GitHub could not be reached for the run's token")?, "GitHub").await?;
    let proof = answer.get("value").and_then(Value::as_str).filter(|_| is_good);
    proof.map(str::to_owned).ok_or_else(|| Failure::refused("GitHub gave no token to this run"))
}

async fn read(answer: reqwest::Response, whose: &str) -> Result<(bool, Value), Failure> {
    let is_good = answer.status().is_success();
    let body = answer.json().await.doing(format!("{whose} did not answer in JSON"))?;
    Ok((is_good, body))
}
