//! How does everything do?

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use hansom_domain::Health;

use super::{Line, line};
use crate::{
    answer::Refusal,
    form::Fields,
    frame::{Frame, Section},
    pagination::Pagination,
    reader::Reader,
    sentence::counted,
    status::{self, Condition, Report},
    twin::{Leaf, inline, table},
    urls,
};

const PER_PAGE: usize = 50;
/// Incidents that are over and are shown here.
const MOST_PAST: usize = 20;

#[derive(Template)]
#[template(path = "status/overview.html")]
struct Overview {
    frame: Frame,
    headline: String,
    open: Vec<Line>,
    past: Vec<Line>,
    platform: Vec<OfPlatform>,
    apis: Vec<Row>,
    count: usize,
    pagination: Pagination,
    tells: bool,
}

/// All APIs of an environment together.
struct OfPlatform {
    name: String,
    health: Health,
    share: String,
    told: String,
    strip: String,
}

struct Row {
    title: String,
    href: String,
    environments: Vec<(String, Health)>,
}

/// `GET /status?page=`
pub(crate) async fn show(reader: Reader, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let visitor = &reader.visitor;
    let report = Report::of(&visitor.hub, visitor.actor()).await?;
    let pagination = Pagination::of(report.apis.len(), PER_PAGE, fields.one("page"), urls::STATUS, "");
    let past = report.incidents.iter().filter(|incident| incident.row.ended_at.is_some());
    let page = Overview {
        frame: visitor.frame("Status", Section::Elsewhere).await?.with_twin(urls::STATUS),
        headline: headline(&report),
        open: report.open().map(line).collect(),
        past: past.take(MOST_PAST).map(line).collect(),
        platform: platform(&reader, &report).await?,
        apis: report.apis.get(pagination.range()).unwrap_or_default().iter().map(row).collect(),
        count: report.apis.len(),
        pagination,
        tells: visitor.actor().is_some_and(|actor| visitor.hub.control.may_tell_of(actor, &[])),
    };
    reader.answer(&page)
}

fn headline(report: &Report) -> String {
    let (down, degraded) = (report.count(Health::Down), report.count(Health::Degraded));
    let are = |count: usize| if count == 1 { "is" } else { "are" };
    match (down, degraded, report.open().count()) {
        (0, 0, 0) => "Everything that was called answers as it should.".to_owned(),
        (0, 0, _) => "APIs answer as they should, and an incident is told of below.".to_owned(),
        (0, _, _) => format!("{} {} degraded: some calls fail.", counted(degraded, "API", "APIs"), are(degraded)),
        _ => format!("{} {} down: most calls fail.", counted(down, "API", "APIs"), are(down)),
    }
}

async fn platform(reader: &Reader, report: &Report) -> Result<Vec<OfPlatform>, Refusal> {
    let hub = &reader.visitor.hub;
    let mut days = hub.control.answered_by_day(None).await?;
    let environments = hub.environments.iter().filter_map(|(name, _)| days.remove(name).map(|days| (name, days)));
    let of_platform = environments.map(|(name, days)| {
        let measured = days.0.last().map_or(Health::Unmeasured, hansom_control::Day::health);
        let told = status::told(&days);
        OfPlatform {
            name: name.to_string(),
            health: report.of_platform().map_or(measured, |impact| measured.with(impact)),
            share: status::share(&days),
            strip: status::strip(&days, &format!("{name}, {told}")),
            told,
        }
    });
    Ok(of_platform.collect())
}

fn row(api: &Condition) -> Row {
    Row {
        title: api.title.clone(),
        href: urls::api_status(&api.slug),
        environments: api.environments.iter().map(|(name, health)| (name.to_string(), *health)).collect(),
    }
}

impl Leaf for Overview {
    fn markdown(&self) -> String {
        let mut out = format!("# Status\n\n{}\n", self.headline);
        if !self.open.is_empty() {
            out.push_str("\n## Incidents that go on\n\n");
            for it in &self.open {
                let (title, state) = (inline(&it.title), &it.state);
                out.push_str(&format!(
                    "- [{title}]({}.md): {} ({state}, {})\n",
                    it.href,
                    it.impact,
                    inline(&it.concerns)
                ));
            }
        }
        out.push_str("\n## Environments\n\n");
        let rows = self
            .platform
            .iter()
            .map(|it| [inline(&it.name), status::words(it.health).to_owned(), it.share.clone(), it.told.clone()]);
        out.push_str(&table(["Environment", "Today", "Calls answered in 90 days", "Days"], rows));
        out.push_str("\n## APIs\n\n");
        let rows = self.apis.iter().map(|it| {
            let told = it.environments.iter().map(|(name, health)| format!("{name}: {}", status::words(*health)));
            [format!("[{}]({}.md)", inline(&it.title), it.href), told.collect::<Vec<_>>().join("; ")]
        });
        out.push_str(&table(["API", "Now"], rows));
        out
    }
}
