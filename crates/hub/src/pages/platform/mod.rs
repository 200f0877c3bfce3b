//! The platform itself, those who run it and the people on it.

pub(crate) mod about;
pub(crate) mod account;
mod audit;
mod audit_entry;
mod health;
mod notices;
pub(crate) mod reuse;

use axum::{Router, routing::get};

use crate::{Hub, urls, urls::route};

/// Pages for those who run the platform.
pub(crate) fn router() -> Router<Hub> {
    Router::new()
        .route(urls::PLATFORM, get(health::show))
        .route(urls::AUDIT, get(audit::show))
        .route(urls::AUDIT_CSV, get(audit::download))
        .route(route::AUDIT_ENTRY, get(audit_entry::show))
        .route(urls::NOTICES, get(notices::show))
        .route(urls::TEST_MAIL, get(notices::back).post(notices::test))
}
