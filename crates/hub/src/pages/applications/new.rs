//! Register an application.

use askama::Template;
use axum::response::Response;
use hansom_control::NewApp;
use hansom_domain::GroupAddress;

use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Sent},
    frame::{Frame, Section},
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "applications/new.html")]
struct New {
    frame: Frame,
    errors: Errors,
    name: String,
    description: String,
    owner: String,
    may_publish: bool,
    groups: Vec<String>,
}

async fn form(person: &SignedIn) -> Result<New, Refusal> {
    let frame = person
        .frame("Register an application", Section::Applications)
        .await?
        .under("My applications", urls::APPLICATIONS);
    let groups: Vec<_> = person.session.groups.iter().map(ToString::to_string).collect();
    Ok(New {
        frame,
        errors: Errors::default(),
        name: String::new(),
        description: String::new(),
        owner: if groups.len() == 1 { groups.concat() } else { String::new() },
        may_publish: false,
        groups,
    })
}

/// `GET /applications/new`
pub(crate) async fn show(person: SignedIn) -> Result<Response, Refusal> {
    page(&form(&person).await?)
}

/// `POST /applications/new`
pub(crate) async fn register(sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let (name, description) = (fields.one("name"), fields.one("description"));
    let owner: Option<GroupAddress> = fields.one("owner").parse().ok();
    let may_publish = fields.one("may_publish") == "yes";
    let mut errors = Errors::default();
    errors.when(name.is_empty(), "name", "Enter a name for the application");
    errors.when(owner.is_none(), "owner", "Select the group that owns the application");
    if let (true, Some(owner)) = (errors.is_empty(), &owner) {
        let new = NewApp { name, description, owner, may_publish };
        match person.hub.control.register_application(person.actor(), new).await {
            Ok(id) => return Ok(go_to(&urls::application(&id))),
            Err(error) => {
                let words = [("the name", "name"), ("the description", "description"), ("members of", "owner")];
                errors = Errors::of_verb(error, &words)?;
            }
        }
    }
    let blank = form(&person).await?;
    faulty_page(&New {
        frame: blank.frame.faulty(true),
        errors,
        name: name.to_owned(),
        description: description.to_owned(),
        owner: fields.one("owner").to_owned(),
        may_publish,
        groups: blank.groups,
    })
}
