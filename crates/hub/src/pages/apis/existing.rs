//! Is there one already? Asked before a new API is made.

use askama::Template;
use axum::{extract::RawQuery, response::Response};

use crate::{
    answer::{Refusal, page},
    catalogue::{Like, Likeness},
    form::Fields,
    frame::{Frame, Section},
    session::Visitor,
    urls,
};

/// The longest text of a field, in characters.
const LONGEST: usize = 4000;

#[derive(Template)]
#[template(path = "apis/existing.html")]
struct Existing {
    frame: Frame,
    name: String,
    holds: String,
    asked: bool,
    found: Vec<Found>,
}

/// An API that is like another one.
pub(crate) struct Found {
    pub(crate) title: String,
    pub(crate) href: String,
    pub(crate) summary: String,
    pub(crate) owner: String,
    pub(crate) score: usize,
    pub(crate) shared: String,
}

/// `GET /existing?name=&holds=`
pub(crate) async fn show(visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let text = |field: &str| fields.one(field).chars().take(LONGEST).collect::<String>();
    let (name, holds) = (text("name"), text("holds"));
    let asked = !name.is_empty() || !holds.is_empty();
    let control = &visitor.hub.control;
    let shelf = visitor.hub.catalogue.current(control).await?;
    let likeness = Likeness::of(&name, [holds.as_str()], [holds.as_str()]);
    let may = |api: &hansom_store::ApiRow| control.may_see(visitor.actor(), api.audience, &api.owner);
    let found = if asked { shelf.like(&likeness, |entry| may(&entry.api)) } else { vec![] };
    let frame = visitor.frame("Is there one already?", Section::Apis).await?.under("APIs", urls::HOME);
    page(&Existing { frame, name, holds, asked, found: found.iter().map(Found::of).collect() })
}

impl Found {
    pub(crate) fn of(like: &Like) -> Self {
        let api = &like.entry.api;
        let mut shared: Vec<&str> = like.shared.iter().flatten().map(String::as_str).collect();
        shared.dedup();
        Self {
            title: api.title.clone(),
            href: urls::api(&api.slug),
            summary: api.summary.clone(),
            owner: api.owner.to_string(),
            score: like.score,
            shared: shared.join(", "),
        }
    }
}
