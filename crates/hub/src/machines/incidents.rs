//! What went wrong lately, as a feed?

use askama::Template;
use axum::{extract::State, http::HeaderMap, response::Response};
use hansom_domain::Timestamp;

use super::{atom::identity, kept::Document};
use crate::{
    Hub,
    answer::Refusal,
    moment::instant,
    pages::status_words,
    sentence::{capital, line},
    status, urls,
};

const ATOM: &str = "application/atom+xml; charset=utf-8";
/// Entries of the feed.
const MOST: usize = 50;

#[derive(Template)]
#[template(path = "machines/incidents.xml")]
struct Feed {
    title: String,
    own: String,
    page: String,
    updated: String,
    author: String,
    entries: Vec<Entry>,
}

struct Entry {
    id: String,
    title: String,
    href: String,
    published: String,
    updated: String,
    state: String,
    summary: String,
}

/// `GET /status.atom`: readers of feeds show no cookies and no tokens, so what is in it is what strangers may see.
pub(super) async fn show(State(hub): State<Hub>, asked: HeaderMap) -> Result<Response, Refusal> {
    let incidents = status::incidents(&hub.control, None).await?;
    let mut entries = vec![];
    for incident in incidents.into_iter().take(MOST) {
        let (incident, updates) = hub.control.incident_for(None, &incident.row.id).await?;
        let row = incident.row;
        let names: Vec<&str> = incident.apis.iter().map(|api| api.title.as_str()).collect();
        let concerns = if names.is_empty() { "The platform".to_owned() } else { names.join(", ") };
        let newest = updates.first().map_or("", |update| update.text.as_str());
        let state = capital(row.state.as_str());
        entries.push(Entry {
            id: identity(row.id.as_str()),
            title: line(&format!("{}: {}", state, row.title)),
            href: format!("{}{}", hub.hub, urls::incident(&row.id)),
            published: instant(row.began_at),
            updated: instant(row.changed_at),
            summary: line(&format!("{concerns}. {}. {newest}", status_words(row.impact))),
            state,
        });
    }
    let updated = entries.iter().map(|entry| entry.updated.clone()).max();
    let feed = Feed {
        title: line(&format!("Incidents – {}", hub.look.name)),
        own: format!("{}{}", hub.hub, urls::STATUS_FEED),
        page: format!("{}{}", hub.hub, urls::STATUS),
        updated: updated.unwrap_or_else(|| instant(Timestamp::from_millis(0))),
        author: line(&hub.look.name),
        entries,
    };
    Ok(Document::new(ATOM, feed.render()?).answer(&asked, true))
}
