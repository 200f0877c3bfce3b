//! How are APIs built and run here? The playbook, for everybody, signed in or not.
//!
//! Each page is made by a function that knows nothing of the hub but the frame it is given, so that the site without a
//! server (`hansom playbook build`) has the same pages. Each has a twin in Markdown.

pub(crate) mod chapter;
pub(crate) mod checklist;
pub(crate) mod edition;
pub(crate) mod editions;
pub(crate) mod editor;
mod example;
pub(crate) mod profile;
pub(crate) mod search;
pub(crate) mod standard;
pub(crate) mod standards;
pub(crate) mod start;

use axum::{Router, routing::get};

pub(crate) use crate::twin::Leaf;
use crate::{Hub, reader, twin::table, urls, urls::route};

/// A link of a list.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) text: String,
    pub(crate) href: String,
}

/// Every address of the playbook.
pub(super) fn router() -> Router<Hub> {
    Router::new()
        .route(urls::PLAYBOOK, get(start::show))
        .route(route::PLAYBOOK_TWIN, get(start::show))
        .route(route::CHAPTER, get(chapter::show))
        .route(urls::GLOSSARY, get(chapter::to_glossary))
        .route(urls::STANDARDS, get(standards::show))
        .route(route::STANDARDS_TWIN, get(standards::show))
        .route(route::STANDARD, get(standard::show))
        .route(route::PROFILE, get(profile::show))
        .route(urls::EDITIONS, get(editions::show))
        .route(route::EDITIONS_TWIN, get(editions::show))
        .route(route::EDITION, get(edition::show))
        .route(route::CHECKLIST, get(checklist::show))
        .route(urls::PLAYBOOK_SEARCH, get(search::show))
        .route(route::PLAYBOOK_SEARCH_TWIN, get(search::show))
        .route(urls::EDITOR, get(editor::show).post(editor::check))
}
