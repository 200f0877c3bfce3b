//! Which APIs are there?

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use hansom_control::PublishedContract;
use hansom_domain::{Audience, Status};
use hansom_store::{ApiRow, VersionRow};

use super::seen::newest;
use crate::{
    answer::{Refusal, page},
    form::Fields,
    frame::{Frame, Section},
    sentence::{capital, counted},
    session::Visitor,
    urls,
};

/// The longest text that is searched for, in characters.
const LONGEST_SEARCH: usize = 200;

#[derive(Template)]
#[template(path = "apis/catalogue.html")]
struct Catalogue {
    frame: Frame,
    search: String,
    statuses: Vec<Choice>,
    audiences: Vec<Choice>,
    cards: Vec<Card>,
    count: String,
    narrowed: bool,
    stranger: bool,
}

/// An option of a filter.
struct Choice {
    value: &'static str,
    text: String,
    chosen: bool,
}

struct Card {
    title: String,
    href: String,
    summary: String,
    owner: String,
    status: Status,
    audience: Audience,
    access: &'static str,
    versions: Vec<(String, String)>,
}

/// What the visitor looks for.
struct Wanted {
    words: Vec<String>,
    status: Option<Status>,
    audience: Option<Audience>,
}

/// `GET /`: the catalogue, narrowed by `q`, `status` and `audience`.
pub(crate) async fn show(visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let search: String = fields.one("q").chars().take(LONGEST_SEARCH).collect();
    let wanted = Wanted {
        words: search.to_lowercase().split_whitespace().map(str::to_owned).collect(),
        status: fields.one("status").parse().ok(),
        audience: fields.one("audience").parse().ok(),
    };
    let cards = cards(&visitor, &wanted).await?;
    let narrowed = !wanted.words.is_empty() || wanted.status.is_some() || wanted.audience.is_some();
    let frame = visitor.frame("APIs", Section::Apis).await?;
    page(&Catalogue {
        frame,
        statuses: choices(Status::ALL, wanted.status, Status::as_str),
        audiences: choices(Audience::ALL, wanted.audience, Audience::as_str),
        count: counted(cards.len(), "API", "APIs"),
        narrowed,
        stranger: visitor.session.is_none(),
        search,
        cards,
    })
}

fn choices<T: Copy + PartialEq>(all: &[T], chosen: Option<T>, word: fn(T) -> &'static str) -> Vec<Choice> {
    all.iter()
        .map(|value| Choice { value: word(*value), text: capital(word(*value)), chosen: chosen == Some(*value) })
        .collect()
}

async fn cards(visitor: &Visitor, wanted: &Wanted) -> Result<Vec<Card>, Refusal> {
    let control = &visitor.hub.control;
    let all_versions = control.reads().versions().await?;
    let mut cards = vec![];
    for api in control.reads().apis().await? {
        if !control.may_see(visitor.actor(), api.audience, &api.owner) {
            continue;
        }
        let mut versions: Vec<_> = all_versions.iter().filter(|version| version.api_id == api.id).cloned().collect();
        versions.reverse();
        let Some(version) = newest(&versions) else {
            continue;
        };
        // A release that cannot be read takes its API's words out of the search, not the catalogue off the screen.
        let published = control.contract_of(version).await.ok();
        let published = published.as_deref();
        if fits(wanted, &api, version, published) {
            cards.push(card(&api, version, &versions, published));
        }
    }
    Ok(cards)
}

fn fits(wanted: &Wanted, api: &ApiRow, version: &VersionRow, published: Option<&PublishedContract>) -> bool {
    if wanted.status.is_some_and(|status| status != version.status)
        || wanted.audience.is_some_and(|audience| audience != api.audience)
    {
        return false;
    }
    if wanted.words.is_empty() {
        return true;
    }
    let mut text = [api.title.as_str(), api.summary.as_str(), api.slug.as_str(), api.owner.as_str()].join("\n");
    for operation in published.map_or(&[][..], |it| &it.contract.operations) {
        let summary = operation.summary.as_deref().unwrap_or_default();
        for part in [operation.id.as_str(), summary, operation.path.as_str()] {
            text.push('\n');
            text.push_str(part);
        }
    }
    let text = text.to_lowercase();
    wanted.words.iter().all(|word| text.contains(word))
}

fn card(api: &ApiRow, version: &VersionRow, versions: &[VersionRow], published: Option<&PublishedContract>) -> Card {
    let rules = published.map_or(&[][..], |it| it.manifest.access.all());
    let access = if rules.iter().any(|rule| rule.anyone) {
        "Open: some operations need no token"
    } else if rules.iter().any(|rule| rule.granted_applications) {
        "Applications ask for access"
    } else {
        "For people in certain groups"
    };
    Card {
        title: api.title.clone(),
        href: urls::api(&api.slug),
        summary: api.summary.clone(),
        owner: api.owner.to_string(),
        status: version.status,
        audience: api.audience,
        access,
        versions: versions.iter().map(|it| (it.major.to_string(), urls::version(&it.slug, it.major))).collect(),
    }
}
