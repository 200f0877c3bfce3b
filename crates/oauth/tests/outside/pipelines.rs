//! Pipelines that publish by the tokens of GitHub Actions and GitLab CI.

use hansom_control::{Error as ControlError, Publication, TrustedPipeline};
use hansom_domain::{Actor, ApiSlug, GroupAddress, Timestamp};
use hansom_oauth::Scope;
use serde_json::{Value, json};

use crate::{
    flows::with,
    provider::FakeProvider,
    town::{Answer, HUB, Key, NOON, PRODUCTION, Town, opened},
};

const CONTRACT: &str = "openapi: 3.1.0\ninfo: { title: Repairs, version: 1.0.0, summary: Repairs. }\npaths:\n  \
    /repairs:\n    get:\n      operationId: listRepairs\n      responses:\n        '200': { description: Them., content: { \
    application/json: { schema: { type: array, items: { type: string } }, example: [tap] } } }\n";
const OWNER: &str = "repairs@hackney.example";

fn manifest(api: &str, owner: &str) -> String {
    format!(
        "api: {api}\nowner: {owner}\nkind: platform\naudience: internal\nstatus: beta\npersonal_data: false\n\
         contract: openapi.yaml\nenvironments:\n  sandbox: {{ mock: true }}\naccess:\n  - operations: [listRepairs]\n    \
         applications: granted\n"
    )
}

fn member() -> Actor {
    let groups = [OWNER.parse().unwrap()].into();
    Actor::Person { id: "ada".parse().unwrap(), name: "Ada".into(), groups, administrator: false }
}

struct Works {
    town: Town,
    provider: FakeProvider,
    issuer: String,
    slug: ApiSlug,
    owner: GroupAddress,
}

impl Works {
    async fn new() -> Self {
        Self::over(Town::new().await).await
    }

    async fn over(town: Town) -> Self {
        let provider = FakeProvider::start(NOON).await;
        provider.change(|inside| inside.key = Key::rs256());
        let issuer = provider.issuer();
        Self { town, provider, issuer, slug: "repairs".parse().unwrap(), owner: OWNER.parse().unwrap() }
    }

    fn of_github(&self) -> TrustedPipeline<'_> {
        TrustedPipeline {
            api: &self.slug,
            owner: Some(&self.owner),
            provider: "github",
            issuer: Some(&self.issuer),
            repository: "hackney/repairs-api",
            git_ref: "refs/heads/main",
            workflow: Some("publish.yml"),
            environment: Some("production"),
        }
    }

    async fn trust(&self, pipeline: TrustedPipeline<'_>) -> String {
        self.town.control.trust_pipeline(&member(), pipeline).await.unwrap().to_string()
    }

    /// The claims as GitHub documents them.
    fn github(&self) -> Value {
        json!({
            "jti": self.town.control.chance().hex(8), "iss": self.issuer, "aud": HUB,
            "sub": "repo:hackney/repairs-api:environment:production",
            "repository": "hackney/repairs-api", "repository_id": "74", "repository_owner": "hackney",
            "repository_owner_id": "65", "repository_visibility": "private", "ref": "refs/heads/main",
            "ref_type": "branch", "ref_protected": "true", "environment": "production", "event_name": "push",
            "workflow": "Publish", "workflow_ref": "hackney/repairs-api/.github/workflows/publish.yml@refs/heads/main",
            "job_workflow_ref": "hackney/repairs-api/.github/workflows/publish.yml@refs/heads/main",
            "head_ref": "", "base_ref": "", "run_id": "1234", "run_number": "10", "run_attempt": "1", "actor": "ada",
            "actor_id": "12", "sha": "example-sha", "runner_environment": "github-hosted",
            "iat": self.town.now(), "nbf": self.town.now() - 5, "exp": self.town.now() + 300,
        })
    }

    /// The claims as GitLab documents them.
    fn gitlab(&self) -> Value {
        let host = self.issuer.trim_start_matches("http://");
        json!({
            "jti": self.town.control.chance().hex(8), "iss": self.issuer, "aud": HUB,
            "sub": "project_path:hackney/housing/repairs:ref_type:branch:ref:main",
            "project_path": "hackney/housing/repairs", "project_id": "22", "namespace_path": "hackney/housing",
            "namespace_id": "72", "user_login": "ada", "user_email": "ada@hackney.example", "pipeline_id": "574",
            "pipeline_source": "push", "job_id": "302", "ref": "main", "ref_type": "branch",
            "ref_path": "refs/heads/main", "ref_protected": "true", "environment": "production",
            "environment_protected": "true", "runner_id": 1, "sha": "example-sha", "user_access_level": "maintainer",
            "ci_config_ref_uri": format!("{host}/hackney/housing/repairs//.gitlab-ci.yml@refs/heads/main"),
            "iat": self.town.now(), "nbf": self.town.now() - 5, "exp": self.town.now() + 3600,
        })
    }

    async fn show(&self, token: &str, more: &[(&str, &str)]) -> Answer {
        let good = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("subject_token", token),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt"),
        ];
        self.town.post("/oauth/token", &with(&good, more)).await
    }

    async fn exchange(&self, claims: &Value) -> Answer {
        self.show(&self.provider.sign(claims), &[]).await
    }

    async fn actor(&self, claims: &Value) -> Actor {
        let answer = self.exchange(claims).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        self.town.oauth.authenticate(answer.body["access_token"].as_str().unwrap()).await.unwrap().actor
    }

    async fn refuse(&self, claims: &Value, what: &str) {
        let answer = self.exchange(claims).await;
        let told = (answer.status.as_u16(), answer.body["error"].as_str());
        assert_eq!(told, (400, Some("invalid_grant")), "{what}: {}", answer.body);
        // Guessing is limited; this is not about that.
        self.town.wait(5);
    }

    async fn publish(&self, actor: &Actor, manifest: &str) -> Result<i64, ControlError> {
        let publication = Publication { manifest, contract: CONTRACT, dry_run: false };
        self.town.control.publish_release(actor, publication).await.map(|published| published.release)
    }
}

#[tokio::test]
async fn a_pipeline_of_github_publishes_the_api_that_trusts_it_and_the_trail_shows_its_run() {
    for (database, town) in Town::on_every_database("pipelines").await {
        let works = Works::over(town).await;
        works.trust(works.of_github()).await;
        let answer = works.exchange(&works.github()).await;
        assert_eq!(answer.status, 200, "{database}: {}", answer.body);
        assert_eq!((&answer.body["scope"], &answer.body["expires_in"]), (&json!("hub:publish"), &json!(600)));
        assert!(answer.body.get("refresh_token").is_none());
        let token = answer.body["access_token"].as_str().unwrap();
        let (_, claims) = opened(token);
        assert_eq!(claims["aud"], HUB);
        let bearer = works.town.oauth.authenticate(token).await.unwrap();
        assert_eq!(bearer.scopes, [Scope::Publish]);
        assert_eq!(works.publish(&bearer.actor, &manifest("repairs", OWNER)).await.unwrap(), 1);
        let entries =
            works.town.control.audit_for(&Actor::Platform, Timestamp::from_millis(i64::MAX), 50).await.unwrap();
        let shown: Vec<_> = entries.iter().map(|entry| (entry.verb.as_str(), entry.actor_kind.as_str())).collect();
        assert!(shown.contains(&("trust_pipeline", "person")), "{shown:?}");
        assert!(shown.contains(&("pin_pipeline", "platform")), "{shown:?}");
        let release = entries.iter().find(|entry| entry.verb == "publish_release").unwrap();
        assert_eq!(release.actor_kind, "pipeline");
        assert_eq!(release.actor_name, "hackney/repairs-api@refs/heads/main, run 1234");
    }
}

#[tokio::test]
async fn a_pipeline_of_gitlab_publishes_too_and_not_for_a_merge_request() {
    let works = Works::new().await;
    works
        .trust(TrustedPipeline {
            provider: "gitlab",
            repository: "hackney/housing/repairs",
            workflow: Some(".gitlab-ci.yml"),
            ..works.of_github()
        })
        .await;
    let actor = works.actor(&works.gitlab()).await;
    assert_eq!(actor.name(), "hackney/housing/repairs@refs/heads/main, run 574");
    assert_eq!(works.publish(&actor, &manifest("repairs", OWNER)).await.unwrap(), 1);
    for (name, value) in [
        ("project_path", json!("hackney/housing/other")),
        ("project_path", json!("hackney/housing/repairs-fork")),
        ("project_id", json!("23")),
        ("namespace_id", json!("73")),
        ("ref", json!("main2")),
        ("ref_type", json!("tag")),
        ("ref_type", json!("merge_request")),
        ("ref_path", json!("refs/merge-requests/1/head")),
        ("pipeline_source", json!("merge_request_event")),
        ("pipeline_source", json!("external_pull_request_event")),
        ("pipeline_source", Value::Null),
        ("environment", json!("staging")),
        ("ci_config_ref_uri", json!("elsewhere.example/hackney/housing/repairs//.gitlab-ci.yml@refs/heads/main")),
        ("aud", json!("https://gitlab.com")),
        ("repository", json!("hackney/repairs-api")),
    ] {
        let mut claims = works.gitlab();
        claims[name] = value.clone();
        works.refuse(&claims, &format!("{name}: {value}")).await;
    }
}

#[tokio::test]
async fn a_run_of_github_that_differs_from_the_trust_in_one_word_is_refused() {
    let works = Works::new().await;
    works.trust(works.of_github()).await;
    let now = works.town.now();
    let pull = "hackney/repairs-api/.github/workflows/publish.yml@refs/pull/7/merge";
    for changed in [
        json!({ "repository": "stranger/repairs-api" }),
        json!({ "repository": "Hackney/repairs-api" }),
        json!({ "repository": null }),
        json!({ "ref": "refs/heads/main2", "workflow_ref": null }),
        json!({ "ref": "refs/heads/mai" }),
        json!({ "ref": "refs/tags/main" }),
        json!({ "ref": "main" }),
        json!({ "ref": "refs/pull/7/merge", "workflow_ref": pull, "event_name": "pull_request" }),
        json!({ "ref": "refs/pull/7/merge", "workflow_ref": pull }),
        json!({ "event_name": "pull_request_target" }),
        json!({ "event_name": "workflow_run" }),
        json!({ "event_name": null }),
        json!({ "workflow_ref": "hackney/repairs-api/.github/workflows/other.yml@refs/heads/main" }),
        json!({ "workflow_ref": "stranger/repairs-api/.github/workflows/publish.yml@refs/heads/main" }),
        json!({ "workflow_ref": "hackney/repairs-api/.github/workflows/publish.yml@refs/heads/other" }),
        json!({ "environment": "staging" }),
        json!({ "environment": null }),
        json!({ "aud": "https://github.com/hackney" }),
        json!({ "aud": [HUB, "https://elsewhere.example"] }),
        json!({ "aud": PRODUCTION }),
        json!({ "iss": "https://token.actions.githubusercontent.com" }),
        json!({ "exp": now - 3600, "iat": now - 3700, "nbf": now - 3700 }),
        json!({ "iat": now + 3600, "exp": now + 3900 }),
        json!({ "nbf": now + 3600 }),
        json!({ "exp": now + 86_400 }),
        json!({ "exp": null }),
        json!({ "iat": null }),
        json!({ "repository_id": null }),
        json!({ "repository_owner_id": null }),
        json!({ "project_path": "hackney/repairs-api" }),
    ] {
        let mut claims = works.github();
        for (name, value) in changed.as_object().unwrap() {
            match value {
                Value::Null => drop(claims.as_object_mut().unwrap().shift_remove(name)),
                value => claims[name] = value.clone(),
            }
        }
        works.refuse(&claims, &changed.to_string()).await;
    }
    works.actor(&works.github()).await;
}

#[tokio::test]
async fn a_token_that_no_key_of_the_issuer_signed_is_refused_whatever_its_head_says() {
    let works = Works::new().await;
    works.trust(works.of_github()).await;
    let claims = works.github().to_string();
    let own = Key::rs256();
    let stranger = own.sign_text(r#"{"alg":"RS256","typ":"JWT","kid":"one"}"#, &claims);
    let unknown = own.sign_text(r#"{"alg":"RS256","typ":"JWT","kid":"two"}"#, &claims);
    let with_key = json!({ "alg": "RS256", "kid": "one", "jwk": own.jwk });
    let embedded = own.sign_text(&with_key.to_string(), &claims);
    let part = |text: &str| crate::town::part(text.as_bytes());
    let none = format!("{}.{}.", part(r#"{"alg":"none"}"#), part(&claims));
    let hmac = format!("{}.{}.{}", part(r#"{"alg":"HS256","kid":"one"}"#), part(&claims), part("0123456789abcdef"));
    let good = works.provider.sign(&works.github());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let other_algorithm = format!("{}.{}.{signature}", part(r#"{"alg":"ES256","kid":"one"}"#), part(&claims));
    let critical = format!("{}.{}.{signature}", part(r#"{"alg":"RS256","kid":"one","crit":["x"]}"#), part(&claims));
    let cut = format!("{message}.");
    for token in [&stranger, &unknown, &embedded, &none, &hmac, &other_algorithm, &critical, &cut] {
        let answer = works.show(token, &[]).await;
        assert_eq!(answer.body["error"], "invalid_grant", "{token}: {}", answer.body);
    }
    assert_eq!(works.show(&good, &[]).await.status, 200);
}

#[tokio::test]
async fn a_token_is_good_once() {
    let works = Works::new().await;
    works.trust(works.of_github()).await;
    let token = works.provider.sign(&works.github());
    assert_eq!(works.show(&token, &[]).await.status, 200);
    let again = works.show(&token, &[]).await;
    assert_eq!(again.body["error"], "invalid_grant");
    assert!(again.body["error_description"].as_str().unwrap().contains("used before"), "{}", again.body);
    let mut without_id = works.github();
    without_id.as_object_mut().unwrap().shift_remove("jti");
    assert_eq!(works.exchange(&without_id).await.status, 200);
    assert_eq!(works.exchange(&without_id).await.body["error"], "invalid_grant");
}

#[tokio::test]
async fn another_repository_that_takes_the_name_over_inherits_no_trust() {
    let works = Works::new().await;
    works.trust(works.of_github()).await;
    works.actor(&works.github()).await;
    for (name, value) in [("repository_id", "75"), ("repository_owner_id", "66")] {
        let mut claims = works.github();
        claims[name] = value.into();
        let answer = works.exchange(&claims).await;
        assert_eq!(answer.body["error"], "invalid_grant", "{name}");
        assert!(answer.body["error_description"].as_str().unwrap().contains("another repository"), "{}", answer.body);
    }
    works.actor(&works.github()).await;
}

#[tokio::test]
async fn a_star_at_the_end_stands_for_the_rest_of_a_tag_and_for_nothing_else() {
    let works = Works::new().await;
    works
        .trust(TrustedPipeline { git_ref: "refs/tags/v*", workflow: None, environment: None, ..works.of_github() })
        .await;
    for (git_ref, is_good) in
        [("refs/tags/v1.2.0", true), ("refs/tags/v", false), ("refs/tags/w1", false), ("refs/heads/v1", false)]
    {
        let mut claims = works.github();
        claims["ref"] = git_ref.into();
        assert_eq!(works.exchange(&claims).await.status == 200, is_good, "{git_ref}");
    }
}

#[tokio::test]
async fn a_pipeline_publishes_no_other_api_and_for_no_other_owner_and_does_nothing_else() {
    let works = Works::new().await;
    let id = works.trust(works.of_github()).await;
    let actor = works.actor(&works.github()).await;
    for (api, owner) in [("rents", OWNER), ("repairs", "rents@hackney.example")] {
        let refused = works.publish(&actor, &manifest(api, owner)).await;
        assert!(matches!(refused, Err(ControlError::NotAllowed(_))), "{refused:?}");
    }
    let control = &works.town.control;
    let distrust = control.distrust_pipeline(&actor, &works.slug, &id.parse().unwrap()).await;
    assert!(matches!(distrust, Err(ControlError::NotAllowed(_))), "{distrust:?}");
    let trust = control.trust_pipeline(&actor, works.of_github()).await;
    assert!(matches!(trust, Err(ControlError::NotAllowed(_))), "{trust:?}");
    for place in [PRODUCTION, "https://elsewhere.example"] {
        let answer = works.show(&works.provider.sign(&works.github()), &[("resource", place)]).await;
        assert_eq!(answer.body["error"], "invalid_target");
    }
}

#[tokio::test]
async fn who_distrusts_a_pipeline_is_obeyed_at_once() {
    let works = Works::new().await;
    let id = works.trust(works.of_github()).await;
    let answer = works.exchange(&works.github()).await;
    let token = answer.body["access_token"].as_str().unwrap();
    assert!(works.town.oauth.authenticate(token).await.is_ok());
    works.town.control.distrust_pipeline(&member(), &works.slug, &id.parse().unwrap()).await.unwrap();
    assert!(works.town.oauth.authenticate(token).await.is_err());
    assert_eq!(works.exchange(&works.github()).await.body["error"], "invalid_grant");
    works.trust(works.of_github()).await;
    assert!(works.town.oauth.authenticate(token).await.is_err(), "a new trust is not the old one");
    works.town.wait(60);
    let answer = works.exchange(&works.github()).await;
    let token = answer.body["access_token"].as_str().unwrap();
    works.town.wait(601);
    assert!(works.town.oauth.authenticate(token).await.is_err(), "it lives ten minutes");
}

#[tokio::test]
async fn only_the_owners_of_an_api_say_whom_it_trusts() {
    let works = Works::new().await;
    let control = &works.town.control;
    let groups = ["rents@hackney.example".parse().unwrap()].into();
    let other = Actor::Person { id: "bob".parse().unwrap(), name: "Bob".into(), groups, administrator: false };
    let before = control.trust_pipeline(&other, works.of_github()).await;
    assert!(matches!(before, Err(ControlError::NotFound(_))), "{before:?}");
    let theirs: GroupAddress = "rents@hackney.example".parse().unwrap();
    // Whoever has the same name in mind trusts for themselves only.
    let squatter = TrustedPipeline { owner: Some(&theirs), ..works.of_github() };
    control.trust_pipeline(&other, squatter).await.unwrap();
    works.publish(&member(), &manifest("repairs", OWNER)).await.unwrap();
    assert_eq!(works.exchange(&works.github()).await.body["error"], "invalid_grant");
    let later = control.trust_pipeline(&other, TrustedPipeline { git_ref: "refs/heads/x", ..squatter }).await;
    assert!(matches!(later, Err(ControlError::NotFound(_))), "{later:?}");
    let id = works.trust(TrustedPipeline { owner: None, ..works.of_github() }).await.parse().unwrap();
    let refused = control.distrust_pipeline(&other, &works.slug, &id).await;
    assert!(matches!(refused, Err(ControlError::NotFound(_))), "{refused:?}");
    works.actor(&works.github()).await;
    assert_eq!(control.pipelines_for(&member(), &works.slug).await.unwrap().len(), 2);
    assert_eq!(control.pipelines_for(&other, &works.slug).await.unwrap().len(), 1, "their own, which is worth nothing");
}

#[tokio::test]
async fn of_several_apis_that_trust_it_a_pipeline_names_one() {
    let works = Works::new().await;
    let rents: ApiSlug = "rents".parse().unwrap();
    works.trust(works.of_github()).await;
    works.trust(TrustedPipeline { api: &rents, ..works.of_github() }).await;
    assert_eq!(works.exchange(&works.github()).await.body["error"], "invalid_request");
    let answer = works.show(&works.provider.sign(&works.github()), &[("api", "rents")]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let bearer = works.town.oauth.authenticate(answer.body["access_token"].as_str().unwrap()).await.unwrap();
    assert!(matches!(bearer.actor, Actor::Pipeline { api, .. } if api == rents));
}

#[tokio::test]
async fn an_issuer_that_no_api_trusts_is_never_asked_and_a_silent_one_is_no_reason_to_call_a_token_bad() {
    let works = Works::new().await;
    assert_eq!(works.exchange(&works.github()).await.body["error"], "invalid_grant");
    works.trust(works.of_github()).await;
    works.provider.change(|inside| inside.silent = true);
    let answer = works.exchange(&works.github()).await;
    assert_eq!((answer.status.as_u16(), answer.body["error"].as_str()), (503, Some("temporarily_unavailable")));
    works.provider.change(|inside| inside.silent = false);
    works.town.wait(11);
    works.actor(&works.github()).await;
    // A new key is looked for, but not more often than twice a minute.
    works.provider.change(|inside| {
        inside.key = Key::es256();
        inside.kid = "two".into();
    });
    works.refuse(&works.github(), "asked a moment ago").await;
    works.town.wait(30);
    works.actor(&works.github()).await;
}

#[tokio::test]
async fn what_nobody_should_trust_cannot_be_trusted() {
    let works = Works::new().await;
    let good = works.of_github();
    for (what, wrong) in [
        ("provider", TrustedPipeline { provider: "jenkins", ..good }),
        ("issuer", TrustedPipeline { issuer: Some("http://gitlab.example"), ..good }),
        ("issuer inside", TrustedPipeline { issuer: Some("https://169.254.169.254"), ..good }),
        ("issuer with a user", TrustedPipeline { issuer: Some("https://a@gitlab.example"), ..good }),
        ("issuer with a slash", TrustedPipeline { issuer: Some("https://gitlab.example/"), ..good }),
        ("repository", TrustedPipeline { repository: "repairs-api", ..good }),
        ("repository of three", TrustedPipeline { repository: "a/b/c", ..good }),
        ("repository with a star", TrustedPipeline { repository: "hackney/*", ..good }),
        ("short ref", TrustedPipeline { git_ref: "main", ..good }),
        ("every branch", TrustedPipeline { git_ref: "refs/heads/*", ..good }),
        ("two stars", TrustedPipeline { git_ref: "refs/tags/v*.*", ..good }),
        ("pull request", TrustedPipeline { git_ref: "refs/pull/1/merge", ..good }),
        ("workflow", TrustedPipeline { workflow: Some("../publish.yml"), ..good }),
        ("environment", TrustedPipeline { environment: Some(""), ..good }),
    ] {
        let refused = works.town.control.trust_pipeline(&member(), wrong).await;
        assert!(matches!(refused, Err(ControlError::Invalid(_))), "{what}: {refused:?}");
    }
    works.trust(good).await;
    let twice = works.town.control.trust_pipeline(&member(), good).await;
    assert!(matches!(twice, Err(ControlError::Conflict(_))), "{twice:?}");
}
