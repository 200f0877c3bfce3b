//! Who is in a group that the hub keeps, and who says so?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_control::{NewMember, read_member_list};
use hansom_domain::{GroupAddress, PersonId};

use super::groups::told;
use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Fields, Sent},
    frame::{Frame, Section},
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "people/group.html")]
struct Shown {
    frame: Frame,
    errors: Errors,
    address: String,
    title: String,
    place: String,
    members: Vec<Named>,
    owners: Vec<Named>,
    awaited: Vec<Awaited>,
    is_keeper: bool,
    is_kept: bool,
    /// What is wrong with it; empty if nothing is.
    flag: &'static str,
    apis: Vec<(String, String)>,
    applications: Vec<(String, String)>,
    is_administrator: bool,
    list: String,
    tried: Option<usize>,
}

struct Named {
    id: String,
    name: String,
    email: String,
}

struct Awaited {
    email: String,
    issuer: String,
}

fn named(row: hansom_store::MemberRow) -> Named {
    Named { id: row.person_id.to_string(), name: row.name, email: row.email }
}

async fn shown(person: &SignedIn, group: &GroupAddress) -> Result<Shown, Refusal> {
    let (control, reads) = (&person.hub.control, person.hub.control.reads());
    let standing = control.group_for(person.actor(), group).await?;
    let flag = told(&standing);
    let title = if standing.kept { standing.title } else { group.to_string() };
    let frame = person.frame(&title, Section::Elsewhere).await?.under("Groups", urls::GROUPS);
    let awaited = reads.awaited_members_of(group).await?.into_iter();
    let members = match standing.kept {
        true => reads.kept_members_of(group).await?,
        false => reads.known_members_of(group).await?,
    };
    let apis = reads.apis_owned_by(group).await?.into_iter();
    let applications = reads.applications_owned_by(group).await?.into_iter();
    Ok(Shown {
        frame,
        errors: Errors::default(),
        address: group.to_string(),
        title,
        place: urls::group(group),
        members: members.into_iter().map(named).collect(),
        owners: reads.owners_of_group(group).await?.into_iter().map(named).collect(),
        awaited: awaited.map(|row| Awaited { email: row.email, issuer: row.issuer }).collect(),
        is_keeper: control.keeps_group(person.actor(), group).await?,
        is_kept: standing.kept,
        flag,
        apis: apis.map(|api| (api.title, urls::api(&api.slug))).collect(),
        applications: applications.map(|one| (one.name, urls::application(&one.id))).collect(),
        is_administrator: person.actor().is_administrator(),
        list: String::new(),
        tried: None,
    })
}

/// `GET /groups/{address}`
pub(crate) async fn show(person: SignedIn, Path(group): Path<GroupAddress>) -> Result<Response, Refusal> {
    page(&shown(&person, &group).await?)
}

/// `POST /groups/{address}/members`: adds a list of people, tries one, or takes somebody out.
pub(crate) async fn members(Path(group): Path<GroupAddress>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let blank = shown(&person, &group).await?;
    let control = &person.hub.control;
    if fields.one("remove") == "yes" {
        let member = member_of(&fields)?;
        control.remove_member(person.actor(), &group, &member).await?;
        return Ok(go_to(
            if control.keeps_group(person.actor(), &group).await? { urls::group(&group) } else { urls::GROUPS.into() }
                .as_str(),
        ));
    }
    let list = fields.one("list");
    let is_trial = fields.one("trial") == "yes";
    let (mut errors, mut tried) = (Errors::default(), None);
    match read_member_list(list, |provider| person.hub.issuer_of(provider)) {
        Err(faults) => {
            for fault in faults.iter().take(20) {
                errors.when(true, "list", &format!("Line {}: {}", fault.line, fault.what));
            }
        }
        Ok(new) if is_trial => tried = Some(new.len()),
        Ok(new) => match control.add_members(person.actor(), &group, &new).await {
            Ok(_) => return Ok(go_to(&urls::group(&group))),
            Err(error) => errors = Errors::of_verb(error, &[("", "list")])?,
        },
    }
    let shown = Shown { frame: blank.frame.faulty(!errors.is_empty()), errors, list: list.to_owned(), tried, ..blank };
    if tried.is_some() { page(&shown) } else { faulty_page(&shown) }
}

fn member_of(fields: &Fields) -> Result<NewMember, Refusal> {
    match fields.one("person") {
        "" => Ok(NewMember::awaited(fields.one("issuer"), fields.one("email"))?),
        person => Ok(NewMember::Person(person.parse::<PersonId>().map_err(hansom_control::Error::from)?)),
    }
}

/// `POST /groups/{address}/owners`: makes a member an owner, or takes that back.
pub(crate) async fn owners(Path(group): Path<GroupAddress>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    shown(&person, &group).await?;
    let control = &person.hub.control;
    let owner: PersonId = fields.one("person").parse().map_err(hansom_control::Error::from)?;
    if fields.one("remove") == "yes" {
        control.remove_group_owner(person.actor(), &group, &owner).await?;
    } else {
        control.add_group_owner(person.actor(), &group, &owner).await?;
    }
    Ok(go_to(
        if control.keeps_group(person.actor(), &group).await? { urls::group(&group) } else { urls::GROUPS.into() }
            .as_str(),
    ))
}

/// `POST /groups/{address}/removal`
pub(crate) async fn remove(Path(group): Path<GroupAddress>, sent: Sent) -> Result<Response, Refusal> {
    sent.person.hub.control.delete_group(sent.person.actor(), &group).await?;
    Ok(go_to(urls::GROUPS))
}
