//! How does every API do that somebody may know of?

use std::sync::Arc;

use hansom_control::{Answering, Control, DAYS, Days, Incident};
use hansom_domain::{Actor, ApiSlug, EnvironmentName, Health, Impact, Status, Timestamp};
use tokio::sync::Mutex;

use crate::{Hub, catalogue::Entry};

/// What was measured is asked for again after so many seconds, however many look.
const FRESH_SECONDS: i64 = 15;
/// Incidents that are over are told of for so long.
const PAST_SECONDS: i64 = 90 * 24 * 60 * 60;

/// What was measured last.
#[derive(Default)]
pub(crate) struct Board(Mutex<Option<(Timestamp, Arc<Answering>)>>);

impl Board {
    /// How APIs answer now, at most a few seconds old. One asks the store; the others wait for what it finds.
    async fn now(&self, control: &Control) -> Result<Arc<Answering>, hansom_control::Error> {
        let now = control.clock().now();
        let mut held = self.0.lock().await;
        if let Some((_, answering)) = held.as_ref().filter(|(at, _)| now < at.plus_seconds(FRESH_SECONDS)) {
            return Ok(Arc::clone(answering));
        }
        let answering = Arc::new(control.answering_now().await?);
        *held = Some((now, Arc::clone(&answering)));
        Ok(answering)
    }
}

/// How an API does.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) slug: ApiSlug,
    pub(crate) title: String,
    /// In each environment, in the platform's order.
    pub(crate) environments: Vec<(EnvironmentName, Health)>,
}

impl Condition {
    /// The worst of all environments; what was not measured says nothing.
    pub(crate) fn worst(&self) -> Health {
        let order = [Health::Down, Health::Degraded, Health::Up];
        let has = |health: &Health| self.environments.iter().any(|(_, known)| known == health);
        order.into_iter().find(has).unwrap_or(Health::Unmeasured)
    }
}

/// What somebody may know of how things are.
pub(crate) struct Report {
    /// Every API, those that do badly first.
    pub(crate) apis: Vec<Condition>,
    /// Newest first.
    pub(crate) incidents: Vec<Incident>,
    now: Timestamp,
}

impl Report {
    /// The report for a viewer; `None` is a stranger.
    pub(crate) async fn of(hub: &Hub, viewer: Option<&Actor>) -> Result<Self, hansom_control::Error> {
        let now = hub.control.clock().now();
        let incidents = incidents(&hub.control, viewer).await?;
        let shelf = hub.catalogue.current(&hub.control).await?;
        let answering = hub.board.now(&hub.control).await?;
        let may_see = |entry: &&Arc<Entry>| hub.control.may_see(viewer, entry.api.audience, &entry.api.owner);
        let in_use = |entry: &&Arc<Entry>| entry.newest().version.status != Status::Retired;
        let all = shelf.all().iter().filter(may_see).filter(in_use);
        let mut apis: Vec<_> = all.map(|entry| condition(hub, entry, &answering, &incidents, now)).collect();
        // Sorting keeps the order of titles where nothing is wrong.
        apis.sort_by_key(|api| match api.worst() {
            Health::Down => 0,
            Health::Degraded => 1,
            Health::Up | Health::Unmeasured => 2,
        });
        Ok(Self { apis, incidents, now })
    }

    /// The incidents that go on, and planned work under way or to come.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Incident> {
        self.incidents.iter().filter(|incident| incident.row.ended_at.is_none())
    }

    /// What the platform itself suffers from now.
    pub(crate) fn of_platform(&self) -> Option<Impact> {
        let impacts = self.open().filter(|it| it.apis.is_empty() && it.row.began_at <= self.now);
        impacts.map(|incident| incident.row.impact).max_by_key(|impact| match impact {
            Impact::Maintenance => 0,
            Impact::Degraded => 1,
            Impact::Down => 2,
        })
    }

    /// So many APIs do like that.
    pub(crate) fn count(&self, health: Health) -> usize {
        self.apis.iter().filter(|api| api.worst() == health).count()
    }
}

/// How one API does, if a viewer may know of it.
pub(crate) async fn condition_of(
    hub: &Hub,
    viewer: Option<&Actor>,
    slug: &ApiSlug,
) -> Result<Option<Condition>, hansom_control::Error> {
    let report = Report::of(hub, viewer).await?;
    Ok(report.apis.into_iter().find(|api| api.slug == *slug))
}

/// The incidents of the last 90 days and those that go on, as far as a viewer may read of them.
pub(crate) async fn incidents(
    control: &Control,
    viewer: Option<&Actor>,
) -> Result<Vec<Incident>, hansom_control::Error> {
    control.incidents_for(viewer, control.clock().now().plus_seconds(-PAST_SECONDS)).await
}

fn condition(hub: &Hub, entry: &Entry, answering: &Answering, incidents: &[Incident], now: Timestamp) -> Condition {
    let slug = &entry.api.slug;
    let concerns = |it: &&Incident| {
        it.row.ended_at.is_none() && it.row.began_at <= now && it.apis.iter().any(|api| api.slug == *slug)
    };
    let impacts: Vec<Impact> = incidents.iter().filter(concerns).map(|it| it.row.impact).collect();
    let is_served = |name: &EnvironmentName| {
        let in_use = entry.versions().iter().filter(|listed| listed.version.status != Status::Retired);
        in_use.flat_map(|listed| &listed.card.environments).any(|known| known == name.as_str())
    };
    let health = |name: &EnvironmentName| {
        let measured = answering.get(&(slug.to_string(), name.clone())).copied().unwrap_or(Health::Unmeasured);
        impacts.iter().fold(measured, |health, impact| health.with(*impact))
    };
    let environments = hub.environments.iter().map(|(name, _)| name).filter(|name| is_served(name));
    Condition {
        slug: slug.clone(),
        title: entry.api.title.clone(),
        environments: environments.map(|name| (name.clone(), health(name))).collect(),
    }
}

/// `99.95%`; empty where nothing was called.
pub(crate) fn share(days: &Days) -> String {
    // Nearly all is not all.
    days.share_answered().map_or_else(String::new, |share| format!("{:.2}%", (share * 100.0).floor() / 100.0))
}

/// How wide and how far apart the bars of days are.
const STEP: usize = 5;
const BAR: usize = 4;
const HEIGHT: usize = 34;

/// The last days as a picture: a bar for each, lower the worse it was, so that it does not take colours to read it.
pub(crate) fn strip(days: &Days, label: &str) -> String {
    use std::fmt::Write;
    let mut out = String::new();
    let label = crate::playbook::markdown::escaped(label);
    let _ = write!(
        out,
        "<svg class=\"app-days\" role=\"img\" aria-label=\"{label}\" viewBox=\"0 0 {} {HEIGHT}\" preserveAspectRatio=\"none\">",
        DAYS * STEP
    );
    for (place, day) in days.0.iter().enumerate() {
        let health = day.health();
        let height = match health {
            Health::Up => HEIGHT,
            Health::Degraded => HEIGHT * 2 / 3,
            Health::Down => HEIGHT / 3,
            Health::Unmeasured => 4,
        };
        let _ = write!(
            out,
            "<rect class=\"app-day--{health}\" x=\"{}\" y=\"{}\" width=\"{BAR}\" height=\"{height}\"/>",
            place * STEP,
            HEIGHT - height
        );
    }
    out.push_str("</svg>");
    out
}

/// `last 90 days: 80 up, 2 degraded, 1 down, 7 without enough calls`
pub(crate) fn told(days: &Days) -> String {
    let count = |health| days.0.iter().filter(|day| day.health() == health).count();
    format!(
        "last {} days: {} up, {} degraded, {} down, {} without enough calls",
        days.0.len(),
        count(Health::Up),
        count(Health::Degraded),
        count(Health::Down),
        count(Health::Unmeasured)
    )
}

/// What a word of health says on a page.
pub(crate) fn words(health: Health) -> &'static str {
    match health {
        Health::Up => "Up",
        Health::Degraded => "Degraded",
        Health::Down => "Down",
        Health::Unmeasured => "Too few calls to tell",
    }
}
