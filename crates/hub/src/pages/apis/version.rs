//! What is this version of an API, and how does one get access?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_control::Target;
use hansom_domain::{AccessRule, Actor, Audience, Kind, Status};

use super::{Seen, who_may_call};
use crate::{
    answer::{Refusal, page},
    frame::{Frame, Section},
    moment,
    pages::standards::score,
    sentence::{capital, counted, paragraphs},
    session::Visitor,
    urls,
};

#[derive(Template)]
#[template(path = "apis/version.html")]
struct VersionPage {
    frame: Frame,
    name: String,
    summary: String,
    description: Vec<String>,
    facts: Facts,
    environments: Vec<Environment>,
    access: Vec<Access>,
    ask: Option<String>,
    owned: bool,
    operations: Vec<OperationLine>,
    schemas: Vec<(String, String)>,
    releases: Vec<Release>,
    contract: String,
    others: Vec<(String, String, Status)>,
    limits: String,
    verdict: String,
    judged: String,
    changes: String,
}

struct Facts {
    owner: String,
    kind: &'static str,
    status: Status,
    since: String,
    sunset: String,
    audience: &'static str,
    personal_data: bool,
    info_version: String,
}

struct Environment {
    name: String,
    base: String,
    mock: bool,
}

/// What an access rule says.
struct Access {
    operations: String,
    who: String,
}

struct OperationLine {
    id: String,
    href: String,
    method: String,
    path: String,
    summary: String,
    who: String,
    deprecated: bool,
}

struct Release {
    number: i64,
    info_version: String,
    at: String,
    by: String,
    current: bool,
}

/// `GET /apis/{slug}`: the newest version.
pub(crate) async fn show_newest(visitor: Visitor, Path(slug): Path<String>) -> Result<Response, Refusal> {
    let seen = Seen::find(&visitor, &slug, None).await?;
    render(visitor, seen).await
}

/// `GET /apis/{slug}/{major}`
pub(crate) async fn show(visitor: Visitor, Path((slug, major)): Path<(String, String)>) -> Result<Response, Refusal> {
    let seen = Seen::find(&visitor, &slug, Some(&major)).await?;
    render(visitor, seen).await
}

async fn render(visitor: Visitor, seen: Seen) -> Result<Response, Refusal> {
    let version = &seen.version;
    let manifest = &seen.published.manifest;
    let contract = &seen.published.contract;
    let frame = visitor.frame(&seen.name(), Section::Apis).await?.under("APIs", urls::HOME);
    let described = contract.description.as_deref().unwrap_or_default();
    page(&VersionPage {
        frame,
        name: seen.name(),
        summary: seen.api.summary.clone(),
        description: paragraphs(described),
        facts: facts(&seen),
        environments: environments(&visitor, &seen),
        access: access(manifest.access.all()),
        ask: seen.takes_requests().then(|| urls::access(&version.slug, version.major)),
        owned: visitor.actor().is_some_and(|actor| actor.is_in(&version.owner)),
        operations: operations(&seen),
        schemas: contract
            .schemas()
            .map(|(name, _)| {
                let href = urls::schema(&version.slug, version.major, name);
                (name.to_owned(), href)
            })
            .collect(),
        releases: releases(&visitor, &seen).await?,
        contract: urls::contract(&version.slug, version.major),
        others: others(&seen),
        verdict: urls::verdict(&version.slug, version.major),
        judged: judged(&visitor, &seen).await?,
        changes: urls::changes(&version.slug, version.major),
        limits: match manifest.quotas.to_string() {
            none if none.is_empty() => manifest.limits.to_string(),
            quotas => format!("{}; {quotas}", manifest.limits),
        },
    })
}

/// What the playbook says of the release in force, in a few words.
async fn judged(visitor: &Visitor, seen: &Seen) -> Result<String, Refusal> {
    let reads = visitor.hub.control.reads();
    let verdict = reads.verdict(&seen.version.id, seen.version.current_release).await?;
    let waivers = visitor.hub.control.waivers_in_force(&seen.version.slug).await?;
    let Some(verdict) = verdict else { return Ok("No verdict yet".into()) };
    let waived = if waivers.is_empty() {
        String::new()
    } else {
        format!(", {} in force", counted(waivers.len(), "waiver", "waivers"))
    };
    Ok(format!("Score {} of 100 by edition {}{waived}", score(verdict.score), verdict.edition))
}

fn facts(seen: &Seen) -> Facts {
    let version = &seen.version;
    Facts {
        owner: version.owner.to_string(),
        kind: match seen.api.kind {
            Kind::Platform => "Platform API: all of one data domain, for many consumers",
            Kind::Service => "Service API: made for one service",
        },
        status: version.status,
        since: moment::day(version.status_since),
        sunset: version.sunset_at.map_or_else(String::new, moment::day),
        audience: match seen.api.audience {
            Audience::Public => "Public: everyone may read about it",
            Audience::Controlled => "Controlled: everyone may read about it, each use is granted",
            Audience::Internal => "Internal: only signed-in people may read about it",
        },
        personal_data: version.personal_data,
        info_version: seen.published.contract.version.clone(),
    }
}

fn environments(visitor: &Visitor, seen: &Seen) -> Vec<Environment> {
    let version = &seen.version;
    let named = seen.published.manifest.environments.iter();
    named
        .map(|(name, target)| Environment {
            name: capital(name.as_str()),
            base: visitor
                .hub
                .base(name)
                .map_or_else(|| "Not served here".into(), |base| urls::served(base, &version.slug, version.major)),
            mock: matches!(target, Target::Mock),
        })
        .collect()
}

fn access(rules: &[AccessRule]) -> Vec<Access> {
    let only = rules.len() == 1;
    let said = rules.iter().map(|rule| Access {
        operations: match rule.operations.to_list() {
            all if all == ["*"] && only => "Every operation".into(),
            all if all == ["*"] => "Every other operation".into(),
            named => named.join(", "),
        },
        who: who_may_call(Some(rule)),
    });
    said.collect()
}

fn operations(seen: &Seen) -> Vec<OperationLine> {
    let version = &seen.version;
    let access = &seen.published.manifest.access;
    let operations = seen.published.contract.operations.iter();
    operations
        .map(|operation| OperationLine {
            id: operation.id.clone(),
            href: urls::operation(&version.slug, version.major, &operation.id),
            method: operation.method.clone(),
            path: operation.path.clone(),
            summary: operation.summary.clone().unwrap_or_default(),
            who: who_may_call(access.rule_for(&operation.id)),
            deprecated: operation.deprecated,
        })
        .collect()
}

async fn releases(visitor: &Visitor, seen: &Seen) -> Result<Vec<Release>, Refusal> {
    let reads = visitor.hub.control.reads();
    // Who published is for people of the organisation.
    let named = matches!(visitor.actor(), Some(Actor::Person { .. }));
    let releases = reads.releases_of(&seen.version.id).await?;
    Ok(releases
        .into_iter()
        .take(50)
        .map(|release| Release {
            number: release.number,
            info_version: release.info_version,
            at: moment::written(release.published_at),
            by: if named { release.published_by } else { seen.version.owner.to_string() },
            current: release.number == seen.version.current_release,
        })
        .collect())
}

fn others(seen: &Seen) -> Vec<(String, String, Status)> {
    seen.versions
        .iter()
        .filter(|other| other.major != seen.version.major)
        .map(|other| (other.major.to_string(), urls::version(&other.slug, other.major), other.status))
        .collect()
}

impl VersionPage {
    fn count(&self) -> String {
        counted(self.operations.len(), "operation", "operations")
    }
}
