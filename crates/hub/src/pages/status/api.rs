//! How does an API do, and how did it do in the last 90 days?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_control::Days;
use hansom_domain::{ApiSlug, Health, ProblemCode};

use super::{Line, line};
use crate::{
    answer::Refusal,
    frame::{Frame, Section},
    moment,
    reader::Reader,
    status::{self, Report},
    twin::{Leaf, inline, table},
    urls,
};

#[derive(Template)]
#[template(path = "status/api.html")]
struct ApiStatus {
    frame: Frame,
    title: String,
    environments: Vec<Environment>,
    incidents: Vec<Line>,
    tells: Option<String>,
}

struct Environment {
    name: String,
    health: Health,
    share: String,
    told: String,
    strip: String,
    days: Vec<DayLine>,
}

struct DayLine {
    day: String,
    health: &'static str,
    share: String,
}

/// `GET /apis/{slug}/status`
pub(crate) async fn show(reader: Reader, Path(slug): Path<String>) -> Result<Response, Refusal> {
    let missing = || {
        Refusal::new(
            ProblemCode::ApiNotFound,
            "There is no such API, or it is one that only signed-in people may see. Check the address, or sign in.",
        )
    };
    let visitor = &reader.visitor;
    let slug: ApiSlug = slug.parse().map_err(|_| missing())?;
    let report = Report::of(&visitor.hub, visitor.actor()).await?;
    let condition = report.apis.iter().find(|api| api.slug == slug).ok_or_else(missing)?;
    let mut days = visitor.hub.control.answered_by_day(Some(&slug)).await?;
    let environments = condition.environments.iter();
    let concerns = |incident: &&hansom_control::Incident| incident.apis.iter().any(|api| api.slug == slug);
    let title = format!("Status of {}", condition.title);
    let frame = visitor.frame(&title, Section::Apis).await?.with_twin(&urls::api_status(&slug));
    let api = visitor.hub.control.reads().api(&slug).await?.ok_or_else(missing)?;
    let owned = visitor.actor().is_some_and(|actor| actor.speaks_for(&api.owner));
    let page = ApiStatus {
        frame: frame.under("APIs", urls::HOME).under(&condition.title, urls::api(&slug)),
        title: condition.title.clone(),
        environments: environments
            .map(|(name, health)| environment(name.as_str(), *health, days.remove(name)))
            .collect(),
        incidents: report.incidents.iter().filter(concerns).map(line).collect(),
        tells: owned.then(|| urls::new_incident_of(&slug)),
    };
    reader.answer(&page)
}

fn environment(name: &str, health: Health, days: Option<Days>) -> Environment {
    let days = days.unwrap_or(Days(vec![]));
    let told = if days.0.is_empty() { "no calls in the last 90 days".to_owned() } else { status::told(&days) };
    let line = |day: &hansom_control::Day| DayLine {
        day: moment::day(day.began_at),
        health: status::words(day.health()),
        share: status::share(&Days(vec![*day])),
    };
    Environment {
        name: name.to_owned(),
        health,
        share: status::share(&days),
        strip: if days.0.is_empty() { String::new() } else { status::strip(&days, &format!("{name}, {told}")) },
        told,
        days: days.0.iter().rev().filter(|day| day.calls > 0).map(line).collect(),
    }
}

impl Leaf for ApiStatus {
    fn markdown(&self) -> String {
        let mut out = format!("# Status of {}\n", inline(&self.title));
        for it in &self.environments {
            let health = status::words(it.health);
            out.push_str(&format!("\n## {}\n\nNow: {health}. In the {}.\n", inline(&it.name), it.told));
            if !it.days.is_empty() {
                let rows = it.days.iter();
                let rows = rows.map(|day| [day.day.clone(), day.health.to_owned(), day.share.clone()]);
                out.push('\n');
                out.push_str(&table(["Day", "How it did", "Calls answered"], rows));
            }
        }
        if !self.incidents.is_empty() {
            out.push_str("\n## Incidents\n\n");
            for it in &self.incidents {
                out.push_str(&format!("- [{}]({}.md): {}, {}\n", inline(&it.title), it.href, it.impact, it.began));
            }
        }
        out
    }
}
