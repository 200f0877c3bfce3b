//! Which groups are there, and who makes another?

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use hansom_domain::GroupAddress;
use hansom_store::{GroupFilter, GroupStandingRow, Part};

use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    filter::{self, Choice, choices, typed},
    form::{Errors, Fields, Sent},
    frame::{Frame, Section},
    pagination::Pagination,
    session::SignedIn,
    urls,
};

/// Groups on one page.
const PER_PAGE: usize = 50;
/// What may be wrong with a group: by what it is asked for, and in words.
const FLAGS: [(&str, &str); 2] = [
    ("emptied", "Nobody is in it any more, but something belongs to it"),
    ("alone", "Only one member is known, who could approve nothing of their own"),
];

#[derive(Template)]
#[template(path = "people/groups.html")]
struct Groups {
    frame: Frame,
    search: String,
    flags: Vec<Choice>,
    is_narrow: bool,
    count: usize,
    groups: Vec<Line>,
    pagination: Pagination,
    may_make: bool,
}

struct Line {
    address: String,
    title: String,
    place: String,
    flag: &'static str,
    members: i64,
    apis: i64,
    applications: i64,
    kept: bool,
}

#[derive(Template)]
#[template(path = "people/new_group.html")]
struct New {
    frame: Frame,
    errors: Errors,
    address: String,
    title: String,
}

/// `GET /groups?q=&flag=&page=`: those that the person is in or owns; for administrators all.
pub(crate) async fn show(person: SignedIn, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let (search, flag) = (typed(&fields, "q"), typed(&fields, "flag"));
    let wanted = GroupFilter { text: &search, flag: &flag };
    let control = &person.hub.control;
    // How many there are says which page is the last, and so which groups are on it.
    let page_of = |count: usize| {
        let narrowed = filter::query([("q", search.as_str()), ("flag", &flag)]);
        Pagination::of(count, PER_PAGE, fields.one("page"), urls::GROUPS, &narrowed)
    };
    let first = Part { after: "", skip: 0, most: PER_PAGE };
    let (mut groups, count) = control.groups_found(person.actor(), wanted, first).await?;
    let pagination = page_of(count);
    if pagination.range().start > 0 {
        let part = Part { skip: pagination.range().start, ..first };
        groups = control.groups_found(person.actor(), wanted, part).await?.0;
    }
    page(&Groups {
        frame: person.frame("Groups", Section::Elsewhere).await?,
        flags: choices(FLAGS, &flag),
        is_narrow: !search.is_empty() || !flag.is_empty(),
        count,
        groups: groups.into_iter().map(line).collect(),
        pagination,
        may_make: person.actor().is_administrator(),
        search,
    })
}

fn line(group: GroupStandingRow) -> Line {
    Line {
        place: urls::group(&group.address),
        flag: match group.flag() {
            Some("emptied") => "Emptied",
            Some("alone") => "One member",
            _ => "",
        },
        address: group.address.to_string(),
        title: group.title,
        members: group.members,
        apis: group.apis,
        applications: group.applications,
        kept: group.kept,
    }
}

/// What is wrong with a group, in words; empty if nothing is.
pub(super) fn told(group: &GroupStandingRow) -> &'static str {
    FLAGS.iter().find(|(flag, _)| group.flag() == Some(*flag)).map_or("", |(_, told)| *told)
}

/// `GET /groups/new`
pub(crate) async fn new(person: SignedIn) -> Result<Response, Refusal> {
    super::list::for_administrators(&person)?;
    page(&blank(&person).await?)
}

async fn blank(person: &SignedIn) -> Result<New, Refusal> {
    let frame = person.frame("Make a group", Section::Elsewhere).await?.under("Groups", urls::GROUPS);
    Ok(New { frame, errors: Errors::default(), address: String::new(), title: String::new() })
}

/// `POST /groups/new`: makes a group that its maker owns.
pub(crate) async fn make(sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    super::list::for_administrators(&person)?;
    let control = &person.hub.control;
    let (address, title) = (fields.one("address"), fields.one("title"));
    let parsed: Option<GroupAddress> = address.parse().ok();
    let mut errors = Errors::default();
    errors.when(title.is_empty(), "title", "Enter a name for the group");
    errors.when(parsed.is_none(), "address", "Enter an address, like repairs-partners@hackney.example");
    if let (true, Some(parsed)) = (errors.is_empty(), &parsed) {
        match control.create_group(person.actor(), parsed, title, &[]).await {
            Ok(()) => {
                control.add_group_owner(person.actor(), parsed, &person.session.person.id).await?;
                return Ok(go_to(&urls::group(parsed)));
            }
            Err(error) => errors = Errors::of_verb(error, &[("the title", "title"), ("", "address")])?,
        }
    }
    let blank = blank(&person).await?;
    let (address, title) = (address.to_owned(), title.to_owned());
    faulty_page(&New { frame: blank.frame.faulty(true), errors, address, title })
}
