//! Who asked for access to what, all over the platform, and how long do they wait?

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use hansom_domain::{GrantState, Timestamp};
use hansom_store::{GrantFilter, GrantRow, Part};

use crate::{
    answer::{Refusal, page},
    filter::{self, AGES, Choice, choices, older_than, typed},
    form::Fields,
    frame::{Frame, Section},
    moment,
    pagination::Pagination,
    sentence::capital,
    session::SignedIn,
    urls,
};

/// Requests on one page.
const PER_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "grants/requests.html")]
struct Requests {
    frame: Frame,
    states: Vec<Choice>,
    api: String,
    ages: Vec<Choice>,
    count: usize,
    lines: Vec<Line>,
    pagination: Pagination,
}

struct Line {
    href: String,
    application: String,
    asking: String,
    api: String,
    deciding: String,
    environment: String,
    state: GrantState,
    asked: String,
    /// How long it has waited; how long it waited, where it is decided.
    waits: String,
}

/// `GET /requests?state=&api=&age=&page=`: for administrators; what waits, if no state is asked for.
pub(crate) async fn show(person: SignedIn, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let (api, age) = (typed(&fields, "api"), typed(&fields, "age"));
    let state = match fields.one("state") {
        "" => GrantState::Requested.as_str().to_owned(),
        _ => typed(&fields, "state"),
    };
    let control = &person.hub.control;
    let now = control.clock().now();
    let wanted = GrantFilter { state: state.parse().ok(), api: &api, before: older_than(&age, now) };
    let narrowed = filter::query([("state", state.as_str()), ("api", &api), ("age", &age)]);
    let first = Part { after: "", skip: 0, most: PER_PAGE };
    let (mut rows, count) = control.requests_found(person.actor(), &wanted, first).await?;
    let pagination = Pagination::of(count, PER_PAGE, fields.one("page"), urls::REQUESTS, &narrowed);
    if pagination.range().start > 0 {
        let part = Part { skip: pagination.range().start, ..first };
        rows = control.requests_found(person.actor(), &wanted, part).await?.0;
    }
    let frame = person.frame("All requests", Section::Elsewhere).await?;
    let all = [("any".to_owned(), "Any state".to_owned())];
    let states = GrantState::ALL.iter().map(|state| (state.as_str().to_owned(), capital(state.as_str())));
    page(&Requests {
        frame: frame.under("How the platform is", urls::PLATFORM),
        states: choices(all.into_iter().chain(states), &state),
        ages: choices(AGES, &age),
        api,
        count,
        lines: rows.into_iter().map(|row| line(row, now)).collect(),
        pagination,
    })
}

fn line(grant: GrantRow, now: Timestamp) -> Line {
    Line {
        href: urls::grant(&grant.id),
        application: grant.application_name,
        asking: grant.application_owner.to_string(),
        api: format!("{} {}", grant.title, grant.major),
        deciding: grant.api_owner.to_string(),
        environment: grant.environment.to_string(),
        state: grant.state,
        asked: format!("{}, {}", grant.requested_by_name, moment::written(grant.requested_at)),
        waits: moment::lasting(grant.requested_at, grant.decided_at.unwrap_or(now)).unwrap_or_else(|| "–".into()),
    }
}
