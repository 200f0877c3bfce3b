//! Which APIs does this place have, in the columns of the UK government's API catalogue?

use axum::{extract::State, http::HeaderMap, response::Response};
use hansom_control::Listed;

use super::{View, date, kept::Document};
use crate::{Hub, answer::Refusal, api::Viewer, catalogue::Entry, csv, urls};

const COLUMNS: [&str; 12] = [
    "dateAdded",
    "dateUpdated",
    "url",
    "name",
    "description",
    "documentation",
    "license",
    "maintainer",
    "areaServed",
    "startDate",
    "endDate",
    "provider",
];

/// `GET /catalogue.csv`
pub(super) async fn show(State(hub): State<Hub>, viewer: Viewer, asked: HeaderMap) -> Result<Response, Refusal> {
    let view = View::new(hub, viewer).await?;
    view.answer(&asked, urls::CATALOGUE_CSV, |view| Document::new(csv::MEDIA_TYPE, made(view))).await
}

fn made(view: &View) -> String {
    let mut out = csv::row(COLUMNS);
    for (entry, listed) in view.versions() {
        out.push_str(&csv::row(cells(view, entry, listed)));
    }
    out
}

fn cells(view: &View, entry: &Entry, listed: &Listed) -> [String; 12] {
    let (api, version) = (&entry.api, &listed.version);
    let owner = api.owner.to_string();
    let provider = owner.rsplit_once('@').map_or(String::new(), |(_, domain)| domain.to_owned());
    [
        date(api.created_at),
        date(listed.published_at),
        view.endpoint(listed).unwrap_or_default(),
        format!("{} {}", api.title, version.major),
        if api.summary.is_empty() { listed.card.description.clone() } else { api.summary.clone() },
        view.address(&urls::version(&version.slug, version.major)),
        listed.card.license.clone(),
        owner,
        String::new(),
        String::new(),
        version.sunset_at.map_or_else(String::new, date),
        provider,
    ]
}
