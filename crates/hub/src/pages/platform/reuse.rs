//! Does reuse pay?

use askama::Template;
use axum::{extract::RawQuery, response::Response};

use crate::{
    Hub,
    answer::{Refusal, page},
    chart::{Chart, Row, grouped},
    csv,
    form::{Errors, Fields},
    frame::{Frame, Section},
    moment,
    reuse::{Assumptions, Estimate, MOST, Month, Reuse, Total},
    session::Visitor,
    stretch::count,
    urls,
};

/// APIs that the page shows; the CSV has them all.
const MOST_SHOWN: usize = 200;

#[derive(Template)]
#[template(path = "platform/reuse.html")]
struct ReusePage {
    frame: Frame,
    errors: Errors,
    at: String,
    total: Total,
    share: String,
    apis: Vec<Line>,
    more: usize,
    months: Vec<Month>,
    growth: Option<Chart>,
    fields: Vec<Field>,
    estimate: Estimate,
    pounds: String,
    yearly_pounds: String,
}

struct Line {
    title: String,
    href: String,
    owner: String,
    applications: i64,
    teams: i64,
    calling: i64,
    calls: i64,
}

/// An assumption that everybody may change.
struct Field {
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    value: String,
}

/// Strangers see it where the settings say so.
fn refuse_strangers(visitor: &Visitor) -> Result<(), Refusal> {
    if visitor.session.is_some() || visitor.hub.public_reuse {
        Ok(())
    } else {
        Err(Refusal::sign_in_first(&visitor.path))
    }
}

/// `GET /reuse?own_days=&use_days=&upkeep_days=&day_rate=`
pub(crate) async fn show(visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    refuse_strangers(&visitor)?;
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let (assumptions, wrong) = Assumptions::read(&fields);
    let reuse = counted(&visitor.hub, &visitor).await?;
    let total = reuse.total();
    let estimate = assumptions.estimate(total);
    let mut errors = Errors::default();
    for field in &wrong {
        errors.when(true, *field, &format!("Enter a whole number from 0 to {MOST}"));
    }
    let frame = visitor.frame("What is reused", Section::Apis).await?.under("APIs", urls::HOME);
    page(&ReusePage {
        frame: frame.faulty(!errors.is_empty()),
        errors,
        at: moment::written(reuse.at),
        total,
        share: format!("{}.{} %", total.share / 10, total.share % 10),
        more: reuse.apis.len().saturating_sub(MOST_SHOWN),
        apis: lines(&reuse),
        months: reuse.months.clone(),
        growth: growth(&reuse),
        fields: asked(assumptions, &fields, &wrong),
        estimate,
        pounds: grouped(count(estimate.pounds)),
        yearly_pounds: grouped(count(estimate.yearly_pounds)),
    })
}

/// `GET /reuse.csv`
pub(crate) async fn download(visitor: Visitor) -> Result<Response, Refusal> {
    refuse_strangers(&visitor)?;
    let reuse = counted(&visitor.hub, &visitor).await?;
    let head = ["api", "title", "owner", "applications", "teams", "callingTeams30Days", "calls30Days"];
    let mut text = csv::row(head);
    for one in &reuse.apis {
        let api = &one.api;
        let [applications, teams, calling, calls] =
            [api.applications, api.teams, one.calling, one.calls].map(|count| count.to_string());
        let owner = api.owner.to_string();
        text.push_str(&csv::row([api.slug.to_string(), api.title.clone(), owner, applications, teams, calling, calls]));
    }
    Ok(csv::file("reuse.csv", text))
}

async fn counted(hub: &Hub, visitor: &Visitor) -> Result<std::sync::Arc<Reuse>, Refusal> {
    Ok(hub.reuse.current(hub, visitor.actor()).await?)
}

fn lines(reuse: &Reuse) -> Vec<Line> {
    let shown = reuse.apis.iter().take(MOST_SHOWN).map(|one| Line {
        title: one.api.title.clone(),
        href: urls::api(&one.api.slug),
        owner: one.api.owner.to_string(),
        applications: one.api.applications,
        teams: one.api.teams,
        calling: one.calling,
        calls: one.calls,
    });
    shown.collect()
}

/// Calls of each month as bars; none where nothing was called.
fn growth(reuse: &Reuse) -> Option<Chart> {
    let rows = reuse.months.iter().map(|month| Row { label: month.name.clone(), values: vec![count(month.calls)] });
    Chart::new(("growth-chart", "Calls of each month"), ("Month", "calls"), &["Calls"], rows.collect())
}

fn asked(assumptions: Assumptions, fields: &Fields, wrong: &[&str]) -> Vec<Field> {
    let field = |name: &'static str, label, hint, value: u32| {
        let value = if wrong.contains(&name) { fields.one(name).to_owned() } else { value.to_string() };
        Field { name, label, hint, value }
    };
    let Assumptions { own_days, use_days, upkeep_days, day_rate } = assumptions;
    vec![
        field("own_days", "Days to build a way of one's own", "What a team would have spent without the API", own_days),
        field("use_days", "Days to use the API", "What it spends instead", use_days),
        field(
            "upkeep_days",
            "Days of upkeep a year",
            "Of a way of one's own. Leave it at 0 unless such work has really stopped",
            upkeep_days,
        ),
        field("day_rate", "Pounds a day", "What a day of work costs", day_rate),
    ]
}
