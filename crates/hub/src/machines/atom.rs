//! What was published lately?

use askama::Template;
use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use hansom_domain::{ApiSlug, Audience, ProblemCode, Timestamp};
use hansom_store::{ApiRow, NewsRow};
use serde::Deserialize;

use super::kept::Document;
use crate::{
    Hub,
    answer::Refusal,
    moment::instant,
    sentence::{counted, line},
    urls,
};

const ATOM: &str = "application/atom+xml; charset=utf-8";
/// Entries of a feed; readers that come by once a week miss nothing in an ordinary week.
const MOST: u16 = 50;
/// Changes that an entry tells.
const MOST_CHANGES: usize = 20;

#[derive(Template)]
#[template(path = "machines/releases.xml")]
struct Feed {
    title: String,
    own: String,
    page: String,
    updated: String,
    entries: Vec<Entry>,
}

struct Entry {
    id: String,
    title: String,
    href: String,
    at: String,
    owner: String,
    breaking: bool,
    summary: String,
}

/// A difference as it is kept with a release.
#[derive(Default, Deserialize)]
struct Difference {
    #[serde(default)]
    changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Change {
    level: String,
    text: String,
    operation: Option<At>,
}

#[derive(Deserialize)]
struct At {
    method: String,
    path: String,
}

impl Change {
    fn told(&self) -> String {
        match &self.operation {
            Some(at) => line(&format!("{} {}: {}", at.method, at.path, self.text)),
            None => line(&self.text),
        }
    }
}

/// `GET /releases.atom`: of every API that strangers may see.
pub(super) async fn show(State(hub): State<Hub>, asked: HeaderMap) -> Result<Response, Refusal> {
    answer(&hub, &asked, None).await
}

/// `GET /apis/{slug}/releases.atom`
pub(super) async fn show_api(
    State(hub): State<Hub>,
    Path(slug): Path<String>,
    asked: HeaderMap,
) -> Result<Response, Refusal> {
    let missing = || {
        Refusal::new(
            ProblemCode::ApiNotFound,
            "There is no such API, or it has no feed because strangers may not see it.",
        )
    };
    let slug: ApiSlug = slug.parse().map_err(|_| missing())?;
    let api = hub.control.reads().api(&slug).await?;
    let api = api.filter(|api| hub.control.may_see(None, api.audience, &api.owner)).ok_or_else(missing)?;
    answer(&hub, &asked, Some(&api)).await
}

async fn answer(hub: &Hub, asked: &HeaderMap, api: Option<&ApiRow>) -> Result<Response, Refusal> {
    // Readers of feeds show no cookies and no tokens: what is in them is what strangers may see.
    let news = hub.control.reads().news(api.map(|api| &api.id), Audience::Internal, MOST).await?;
    let (title, own, page) = match api {
        Some(api) => (format!("Releases of {}", api.title), urls::api_releases(&api.slug), urls::api(&api.slug)),
        None => ("Releases of every API".to_owned(), urls::RELEASES.to_owned(), urls::HOME.to_owned()),
    };
    let began = api.map_or(Timestamp::from_millis(0), |api| api.created_at);
    let feed = Feed {
        title: line(&title),
        own: format!("{}{own}", hub.hub),
        page: format!("{}{page}", hub.hub),
        updated: instant(news.first().map_or(began, |newest| newest.published_at)),
        entries: news.iter().map(|news| entry(hub, news)).collect(),
    };
    Ok(Document::new(ATOM, feed.render()?).answer(asked, true))
}

fn entry(hub: &Hub, news: &NewsRow) -> Entry {
    let difference: Difference = serde_json::from_str(&news.difference).unwrap_or_default();
    let changes = difference.changes;
    let mut told: Vec<String> = changes.iter().take(MOST_CHANGES).map(Change::told).collect();
    if changes.len() > MOST_CHANGES {
        told.push(format!("and {} more", counted(changes.len() - MOST_CHANGES, "change", "changes")));
    }
    let changes_page = urls::changes(&news.slug, news.major);
    Entry {
        id: identity(news.id.as_str()),
        title: line(&format!("{} {} – {}", news.title, news.major, news.info_version)),
        href: format!("{}{changes_page}#release-{}", hub.hub, news.number),
        at: instant(news.published_at),
        owner: news.owner.to_string(),
        breaking: changes.iter().any(|change| change.level == "error"),
        summary: match (news.number, told.is_empty()) {
            (1, _) => "The first release.".into(),
            (_, true) => "Nothing that callers could notice.".into(),
            (_, false) => told.join("; "),
        },
    }
}

/// A thing's own name among all things, wherever the hub is: its id has 128 bits of chance.
pub(super) fn identity(id: &str) -> String {
    let parts = [id.get(..8), id.get(8..12), id.get(12..16), id.get(16..20), id.get(20..)];
    match parts {
        [Some(a), Some(b), Some(c), Some(d), Some(e)] if id.len() == 32 => format!("urn:uuid:{a}-{b}-{c}-{d}-{e}"),
        _ => format!("tag:hansom,2026:{id}"),
    }
}
