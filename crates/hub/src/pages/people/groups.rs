//! Which groups are there, and who makes another?

use askama::Template;
use axum::response::Response;
use hansom_domain::GroupAddress;

use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Sent},
    frame::{Frame, Section},
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "people/groups.html")]
struct Groups {
    frame: Frame,
    groups: Vec<Line>,
    may_make: bool,
}

struct Line {
    address: String,
    title: String,
    place: String,
    members: i64,
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

/// `GET /groups`: those that the person is in or owns; for administrators all.
pub(crate) async fn show(person: SignedIn) -> Result<Response, Refusal> {
    let frame = person.frame("Groups", Section::Elsewhere).await?;
    let reads = person.hub.control.reads();
    let owned = reads.groups_owned_by(&person.session.person.id).await?;
    let groups = reads.groups().await?.into_iter();
    let groups = groups.filter(|group| person.actor().speaks_for(&group.address) || owned.contains(&group.address));
    let line = |group: hansom_store::GroupRow| Line {
        place: urls::group(&group.address),
        address: group.address.to_string(),
        title: group.title,
        members: group.members,
        kept: group.kept,
    };
    page(&Groups { frame, groups: groups.map(line).collect(), may_make: person.actor().is_administrator() })
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
