//! Who has signed in?

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use hansom_domain::ProblemCode;
use hansom_store::{Part, PeopleFilter};

use crate::{
    answer::{Refusal, page},
    filter::{self, typed},
    form::Fields,
    frame::{Frame, Section},
    moment,
    pagination::Pagination,
    session::SignedIn,
    urls,
};

/// People on one page.
const PER_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "people/list.html")]
struct List {
    frame: Frame,
    search: String,
    suspended: bool,
    count: usize,
    people: Vec<Line>,
    pagination: Pagination,
}

struct Line {
    name: String,
    email: String,
    address: String,
    seen: String,
    is_suspended: bool,
}

/// Only administrators look at people.
pub(super) fn for_administrators(person: &SignedIn) -> Result<(), Refusal> {
    if person.actor().is_administrator() {
        return Ok(());
    }
    Err(Refusal::new(ProblemCode::NotFound, "The hub has no page at this address, or it is for others."))
}

/// `GET /people?q=&suspended=&page=`
pub(crate) async fn show(person: SignedIn, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    for_administrators(&person)?;
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let (search, suspended) = (typed(&fields, "q"), fields.one("suspended") == "yes");
    let wanted = PeopleFilter { text: &search, suspended };
    let control = &person.hub.control;
    let count = control.people_count(person.actor(), wanted).await?;
    let narrowed = filter::query([("q", search.as_str()), ("suspended", if suspended { "yes" } else { "" })]);
    let pagination = Pagination::of(count, PER_PAGE, fields.one("page"), urls::PEOPLE, &narrowed);
    let part = Part { after: "", skip: pagination.range().start, most: PER_PAGE };
    let people = control.people_found(person.actor(), wanted, part).await?;
    let line = |row: hansom_store::PersonRow| Line {
        address: urls::person(&row.id),
        name: row.name,
        email: row.email,
        seen: moment::written(row.signed_in_at),
        is_suspended: row.suspended_at.is_some(),
    };
    page(&List {
        frame: person.frame("People", Section::Elsewhere).await?,
        people: people.into_iter().map(line).collect(),
        search,
        suspended,
        count,
        pagination,
    })
}
