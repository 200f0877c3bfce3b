//! What is this version of an API, and how does one get access?

use std::fmt::Write;

use askama::Template;
use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::Response,
};
use hansom_control::stem;
use hansom_domain::{AccessRule, Actor, Audience, Kind, Status};
use hansom_standards::contract::Operation;
use hansom_store::{By, GuideRow, Span};

use super::{Seen, tags::tagged, who_may_call};
use crate::{
    answer::Refusal,
    frame::{Frame, Section},
    moment,
    pages::{
        playbook::Link,
        standards::{changes, score},
    },
    prose::{Prose, Stands},
    reader::Reader,
    sentence::{capital, counted},
    session::Visitor,
    stretch::{Stretch, whole},
    twin::{Leaf, code, inline, table},
    urls,
};

/// Changes of the last release that are shown here; the page of changes has them all.
const MOST_CHANGES: usize = 10;
/// Grants that owners see here.
const MOST_GRANTS: u16 = 200;
const USAGE_SECONDS: i64 = 30 * 86_400;

#[derive(Template)]
#[template(path = "apis/version.html")]
struct VersionPage {
    frame: Frame,
    name: String,
    summary: String,
    description: Prose,
    facts: Facts,
    environments: Vec<Environment>,
    access: Vec<Access>,
    ask: Option<String>,
    owned: bool,
    manage: String,
    /// Where its owners say which pipelines publish it.
    pipelines: String,
    count: usize,
    groups: Vec<Group>,
    schemas: Vec<(String, String)>,
    releases: Vec<Release>,
    last: Option<changes::Release>,
    downloads: Vec<Download>,
    feed: String,
    life: Vec<Life>,
    consumers: String,
    /// Who they are, for the API's owners.
    grants: Vec<Consumer>,
    /// How it does, for its owners.
    usage: Option<Usage>,
    health: Vec<Health>,
    guides: Vec<Link>,
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

/// A form in which the contract can be taken away.
struct Download {
    text: &'static str,
    href: String,
    about: &'static str,
}

/// A version of the API and where it stands in its life.
struct Life {
    major: String,
    href: String,
    this: bool,
    status: Status,
    since: String,
    sunset: String,
}

/// An application with access.
struct Consumer {
    application: String,
    owner: String,
    environment: String,
    operations: String,
    href: String,
}

/// What was measured of the whole API lately.
struct Usage {
    calls: i64,
    client_errors: i64,
    server_errors: i64,
    /// Within how many milliseconds 95 of 100 calls ended; empty where none was timed.
    quick: String,
}

/// How well an environment answered in a time, of all versions.
struct Health {
    environment: String,
    time: &'static str,
    /// The share of calls that did not end with an error of the API; empty where there were none.
    available: String,
    half: String,
    most: String,
}

/// The operations of a tag.
struct Group {
    name: String,
    id: String,
    description: Prose,
    operations: Vec<OperationLine>,
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
pub(crate) async fn show_newest(reader: Reader, Path(slug): Path<String>) -> Result<Response, Refusal> {
    let seen = Seen::find(&reader.visitor, reader.name(&slug), None).await?;
    answer(reader, seen).await
}

/// `GET /apis/{slug}/{major}`
pub(crate) async fn show(reader: Reader, Path((slug, major)): Path<(String, String)>) -> Result<Response, Refusal> {
    let seen = Seen::find(&reader.visitor, &slug, Some(reader.name(&major))).await?;
    answer(reader, seen).await
}

async fn answer(reader: Reader, seen: Seen) -> Result<Response, Refusal> {
    let mut response = reader.answer(&leaf(&reader.visitor, &seen).await?)?;
    let (slug, major) = (&seen.version.slug, seen.version.major);
    let links = format!(
        "<{}>; rel=\"service-desc\"; type=\"application/yaml\", <{}>; rel=\"service-desc\"; type=\"application/json\"",
        urls::contract(slug, major),
        urls::bundle_json(slug, major)
    );
    if let Ok(links) = HeaderValue::try_from(links) {
        response.headers_mut().append(header::LINK, links);
    }
    Ok(response)
}

async fn leaf(visitor: &Visitor, seen: &Seen) -> Result<VersionPage, Refusal> {
    let version = &seen.version;
    let manifest = &seen.published.manifest;
    let contract = &seen.published.contract;
    let frame = visitor.frame(&seen.name(), Section::Apis).await?.under("APIs", urls::HOME);
    let owned = visitor.actor().is_some_and(|actor| actor.is_in(&version.owner));
    let (releases, last) = releases(visitor, seen).await?;
    Ok(VersionPage {
        frame: frame.with_twin(&urls::version(&version.slug, version.major)),
        name: seen.name(),
        summary: seen.api.summary.clone(),
        description: Prose::of(contract.description.as_deref(), Stands::UnderTitle),
        facts: facts(seen),
        environments: environments(visitor, seen),
        access: access(manifest.access.all()),
        ask: seen.takes_requests().then(|| urls::access(&version.slug, version.major)),
        owned,
        manage: urls::manage(&version.slug, version.major),
        pipelines: urls::pipelines(&version.slug),
        count: contract.operations.len(),
        groups: groups(seen),
        schemas: contract
            .schemas()
            .map(|(name, _)| (name.to_owned(), urls::schema(&version.slug, version.major, name)))
            .collect(),
        releases,
        last,
        downloads: downloads(seen),
        feed: feed(visitor, seen),
        life: life(seen),
        consumers: consumers(visitor, seen).await?,
        grants: if owned { grants(visitor, seen).await? } else { vec![] },
        health: health(visitor, seen).await?,
        guides: guides(visitor, seen).await?,
        usage: if owned { usage(visitor, seen).await? } else { None },
        verdict: urls::verdict(&version.slug, version.major),
        judged: judged(visitor, seen).await?,
        changes: urls::changes(&version.slug, version.major),
        limits: match manifest.quotas.to_string() {
            none if none.is_empty() => manifest.limits.to_string(),
            quotas => format!("{}; {quotas}", manifest.limits),
        },
    })
}

/// How many applications have access, for everybody who may see the API.
async fn consumers(visitor: &Visitor, seen: &Seen) -> Result<String, Refusal> {
    let control = &visitor.hub.control;
    let count = control.reads().consumers(&seen.version.id, control.clock().now()).await?;
    Ok(match usize::try_from(count) {
        Ok(0) | Err(_) => "No application has access yet".into(),
        Ok(1) => "1 application has access".into(),
        Ok(count) => format!("{count} applications have access"),
    })
}

/// Which applications those are: for the owners alone.
async fn grants(visitor: &Visitor, seen: &Seen) -> Result<Vec<Consumer>, Refusal> {
    let control = &visitor.hub.control;
    let rows = control.reads().grants_for(&seen.version.id, control.clock().now(), MOST_GRANTS).await?;
    let consumers = rows.into_iter().map(|row| Consumer {
        href: urls::grant(&row.id),
        application: row.application_name,
        owner: row.application_owner.to_string(),
        environment: row.environment.to_string(),
        operations: row.operations.to_list().join(", "),
    });
    Ok(consumers.collect())
}

/// How the API did in the last thirty days.
async fn usage(visitor: &Visitor, seen: &Seen) -> Result<Option<Usage>, Refusal> {
    let control = &visitor.hub.control;
    let Some(actor) = visitor.actor() else { return Ok(None) };
    let until = control.clock().now().plus_seconds(3600);
    let span = Span { from: until.plus_seconds(-USAGE_SECONDS), until };
    let called = control.reads().called_of(&seen.version.slug, span, By::Nothing).await?;
    let concerns = actor.speaks_for(&seen.version.owner);
    Ok(called.into_iter().next().filter(|called| concerns && called.calls > 0).map(|called| Usage {
        calls: called.calls,
        client_errors: called.client_errors,
        server_errors: called.server_errors,
        quick: called.latency.quantile(0.95).map_or_else(String::new, |millis| format!("{millis:.0} ms")),
    }))
}

/// How well each environment answered lately, for everybody who may see the API.
async fn health(visitor: &Visitor, seen: &Seen) -> Result<Vec<Health>, Refusal> {
    let control = &visitor.hub.control;
    let now = control.clock().now();
    let mut health = vec![];
    for (stretch, time) in [(Stretch::Day, "24 hours"), (Stretch::Week, "7 days")] {
        let called = control.reads().called_of(&seen.version.slug, stretch.span(now), By::Environment).await?;
        for served in seen.served(&visitor.hub) {
            let environment = served.environment.as_str();
            let Some(called) = called.iter().find(|called| called.environment == environment) else { continue };
            let within = |share| {
                called.latency.quantile(share).map_or_else(String::new, |millis| format!("{} ms", whole(millis)))
            };
            let available = available(called.calls, called.server_errors);
            let environment = capital(environment);
            health.push(Health { environment, time, available, half: within(0.5), most: within(0.99) });
        }
    }
    Ok(health)
}

/// The share of calls that did not end with an error of the API, rounded down, so that 100 % is all of them.
fn available(calls: i64, errors: i64) -> String {
    if calls <= 0 {
        return String::new();
    }
    let share = i128::from(calls - errors) * 10_000 / i128::from(calls);
    format!("{}.{:02} %", share / 100, share % 100)
}

/// The guides that came with the release in force.
async fn guides(visitor: &Visitor, seen: &Seen) -> Result<Vec<Link>, Refusal> {
    if seen.published.manifest.guides.is_empty() {
        return Ok(vec![]);
    }
    let titles = visitor.hub.control.reads().guide_titles_of(&seen.published.release).await?;
    let (slug, major) = (&seen.version.slug, seen.version.major);
    let link = |row: GuideRow| Link { href: urls::guide(slug, major, stem(&row.file)), text: row.title };
    Ok(titles.into_iter().map(link).collect())
}

/// The feed of the API, where it has one.
fn feed(visitor: &Visitor, seen: &Seen) -> String {
    let is_public = visitor.hub.control.may_see(None, seen.api.audience, &seen.api.owner);
    if is_public { urls::api_releases(&seen.api.slug) } else { String::new() }
}

fn life(seen: &Seen) -> Vec<Life> {
    let versions = seen.versions.iter().map(|version| Life {
        major: version.major.to_string(),
        href: urls::version(&version.slug, version.major),
        this: version.major == seen.version.major,
        status: version.status,
        since: moment::day(version.status_since),
        sunset: version.sunset_at.map_or_else(String::new, moment::day),
    });
    versions.collect()
}

fn downloads(seen: &Seen) -> Vec<Download> {
    let (slug, major) = (&seen.version.slug, seen.version.major);
    let download = |text, href, about| Download { text, href, about };
    vec![
        download("OpenAPI as released", urls::contract(slug, major), "The contract as its owner published it."),
        download(
            "OpenAPI for tools, JSON",
            urls::bundle_json(slug, major),
            "In one file, with the addresses of this platform.",
        ),
        download("OpenAPI for tools, YAML", urls::bundle_yaml(slug, major), "The same in YAML."),
        download(
            "Postman collection",
            urls::postman(slug, major),
            "Version 2.1. Put the id and the secret of your application into its variables; it gets tokens by itself.",
        ),
        download(
            "Bruno collection",
            urls::bruno(slug, major),
            "A folder in one archive, with an environment for each of ours.",
        ),
    ]
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
    let named = seen.served(&visitor.hub).into_iter();
    let served: Vec<_> = named
        .map(|it| Environment { name: capital(it.environment.as_str()), base: it.address, mock: it.mock })
        .collect();
    served
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

fn groups(seen: &Seen) -> Vec<Group> {
    let version = &seen.version;
    let access = &seen.published.manifest.access;
    let line = |operation: &Operation| OperationLine {
        id: operation.id.clone(),
        href: urls::operation(&version.slug, version.major, &operation.id),
        method: operation.method.clone(),
        path: operation.path.clone(),
        summary: operation.summary.clone().unwrap_or_default(),
        who: who_may_call(access.rule_for(&operation.id)),
        deprecated: operation.deprecated,
    };
    let tagged = tagged(&seen.published.contract).into_iter();
    tagged
        .map(|tagged| Group {
            name: tagged.name.to_owned(),
            id: tagged.id,
            description: tagged.description,
            operations: tagged.operations.into_iter().map(line).collect(),
        })
        .collect()
}

/// The releases, newest first, and the one in force with what changed.
async fn releases(visitor: &Visitor, seen: &Seen) -> Result<(Vec<Release>, Option<changes::Release>), Refusal> {
    let reads = visitor.hub.control.reads();
    // Who published is for people of the organisation.
    let named = matches!(visitor.actor(), Some(Actor::Person { .. }));
    let rows = reads.releases_of(&seen.version.id).await?;
    let in_force = rows.iter().find(|row| row.number == seen.version.current_release).cloned();
    let last = match in_force {
        Some(row) => Some(changes::told(visitor, row, MOST_CHANGES).await?),
        None => None,
    };
    let releases = rows.into_iter().take(50).map(|release| Release {
        number: release.number,
        info_version: release.info_version,
        at: moment::written(release.published_at),
        by: if named { release.published_by } else { seen.version.owner.to_string() },
        current: release.number == seen.version.current_release,
    });
    Ok((releases.collect(), last))
}

impl VersionPage {
    fn count(&self) -> String {
        counted(self.count, "operation", "operations")
    }
}

impl Leaf for VersionPage {
    fn markdown(&self) -> String {
        let mut out = format!("# {}\n\n{}\n\n", inline(&self.name), inline(&self.summary));
        let facts = &self.facts;
        for (name, value) in [
            ("Owner", &facts.owner),
            ("Status", &format!("{} since {}", facts.status, facts.since)),
            ("Audience", &facts.audience.to_owned()),
            ("Contract", &facts.info_version),
            ("Limits", &self.limits),
            ("Used by", &self.consumers),
        ] {
            let _ = writeln!(out, "- {name}: {}", inline(value));
        }
        let _ = writeln!(out, "\n## Description\n\n{}\n\n## Base URLs\n", self.description.source);
        for it in &self.environments {
            let kind = if it.mock { " (mock: the examples of the contract)" } else { "" };
            let _ = writeln!(out, "- {}: {}{kind}", inline(&it.name), code(&it.base));
        }
        out.push_str("\n## Who may call\n\n");
        for rule in &self.access {
            let _ = writeln!(out, "- {}: {}", inline(&rule.operations), inline(&rule.who));
        }
        for group in &self.groups {
            let _ = writeln!(out, "\n## {}\n\n{}\n", inline(&group.name), group.description.source);
            let rows = group.operations.iter().map(|it| {
                [
                    format!("[{}]({}.md)", inline(&it.id), it.href),
                    code(&format!("{} {}", it.method, it.path)),
                    inline(&it.summary),
                    inline(&it.who),
                ]
            });
            out.push_str(&table(["Operation", "Call", "What it does", "Who may call it"], rows));
        }
        out.push_str("\n## Schemas\n\n");
        for (name, href) in &self.schemas {
            let _ = writeln!(out, "- [{}]({href}.md)", inline(name));
        }
        if !self.guides.is_empty() {
            out.push_str("\n## Guides\n\n");
        }
        for guide in &self.guides {
            let _ = writeln!(out, "- [{}]({}.md)", inline(&guide.text), guide.href);
        }
        out.push_str("\n## Downloads\n\n");
        for it in &self.downloads {
            let _ = writeln!(out, "- [{}]({}): {}", it.text, it.href, it.about);
        }
        out
    }
}
