//! People and the groups that the hub keeps.

mod group;
mod groups;
mod list;
mod person;

use axum::{Router, response::Response, routing::get};

use crate::{Hub, answer::go_to, urls, urls::route};

/// Pages for administrators and for owners of groups.
pub(crate) fn router() -> Router<Hub> {
    Router::new()
        .route(urls::PEOPLE, get(list::show))
        .route(route::PERSON, get(person::show))
        .route(route::SUSPEND_PERSON, get(back_to_people).post(person::suspend))
        .route(route::REFRESH_PERSON, get(back_to_people).post(person::refresh))
        .route(urls::GROUPS, get(groups::show))
        .route(urls::NEW_GROUP, get(groups::new).post(groups::make))
        .route(route::GROUP, get(group::show))
        .route(route::GROUP_MEMBERS, get(back_to_groups).post(group::members))
        .route(route::GROUP_OWNERS, get(back_to_groups).post(group::owners))
        .route(route::DELETE_GROUP, get(back_to_groups).post(group::remove))
}

async fn back_to_people() -> Response {
    go_to(urls::PEOPLE)
}

async fn back_to_groups() -> Response {
    go_to(urls::GROUPS)
}
