//! How do the APIs and the platform do?

pub(crate) mod api;
pub(crate) mod incident;
pub(crate) mod new_incident;
pub(crate) mod overview;

use axum::{Router, routing::get};
use hansom_control::Incident;
use hansom_domain::Impact;

use crate::{Hub, moment, sentence::capital, urls, urls::route};

/// Every page of how things are.
pub(crate) fn router() -> Router<Hub> {
    Router::new()
        .route(urls::STATUS, get(overview::show))
        .route(route::STATUS_TWIN, get(overview::show))
        .route(route::API_STATUS, get(api::show))
        .route(route::API_STATUS_TWIN, get(api::show))
        .route(urls::NEW_INCIDENT, get(new_incident::show).post(new_incident::open))
        .route(route::INCIDENT, get(incident::show))
        .route(route::INCIDENT_UPDATES, get(incident::back).post(incident::tell))
}

/// An incident in a list.
pub(crate) struct Line {
    pub(crate) href: String,
    pub(crate) title: String,
    pub(crate) impact: &'static str,
    pub(crate) state: String,
    pub(crate) began: String,
    pub(crate) ended: String,
    pub(crate) concerns: String,
}

/// An incident as lists show it.
pub(crate) fn line(incident: &Incident) -> Line {
    let row = &incident.row;
    let names: Vec<&str> = incident.apis.iter().map(|api| api.title.as_str()).collect();
    Line {
        href: urls::incident(&row.id),
        title: row.title.clone(),
        impact: words(row.impact),
        state: capital(row.state.as_str()),
        began: moment::written(row.began_at),
        ended: row.ended_at.map_or_else(String::new, moment::written),
        concerns: if names.is_empty() { "The platform".to_owned() } else { names.join(", ") },
    }
}

/// What an impact says on a page.
pub(crate) fn words(impact: Impact) -> &'static str {
    match impact {
        Impact::Degraded => "Some calls fail",
        Impact::Down => "Most calls fail",
        Impact::Maintenance => "Planned work",
    }
}
