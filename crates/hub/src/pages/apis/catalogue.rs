//! Which APIs are there?

use std::fmt::Write;

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use hansom_domain::{Audience, Status};

use crate::{
    answer::Refusal,
    catalogue::{Entry, Facet, Sort, Wanted, access},
    form::Fields,
    frame::{Frame, Section},
    pagination::Pagination,
    reader::Reader,
    sentence::{capital, counted},
    twin::{Leaf, inline},
    urls,
};

/// APIs on one page.
const PER_PAGE: usize = 20;
/// Operations that are shown of an API because they have a word that was looked for.
const MOST_OPERATIONS: usize = 3;

#[derive(Template)]
#[template(path = "apis/catalogue.html")]
struct Catalogue {
    frame: Frame,
    search: String,
    facets: Vec<Facet>,
    sorts: Vec<(&'static str, String, bool)>,
    cards: Vec<Card>,
    count: String,
    narrowed: bool,
    pagination: Pagination,
}

struct Card {
    title: String,
    href: String,
    summary: String,
    owner: String,
    status: Status,
    audience: Audience,
    category: String,
    access: &'static str,
    versions: Vec<(String, String)>,
    /// Method, path, summary and address.
    operations: Vec<(String, String, String, String)>,
}

/// `GET /`: the catalogue, narrowed by `q` and the facets, in pages.
pub(crate) async fn show(reader: Reader, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let wanted = Wanted::read(&fields);
    let visitor = &reader.visitor;
    let control = &visitor.hub.control;
    let shelf = visitor.hub.catalogue.current(control).await?;
    let (found, facets) =
        shelf.find(&wanted, |entry| control.may_see(visitor.actor(), entry.api.audience, &entry.api.owner));
    let pagination = Pagination::of(found.len(), PER_PAGE, fields.one("page"), urls::HOME, &wanted.query());
    let cards = found.get(pagination.range()).unwrap_or_default().iter().map(|entry| card(entry, &wanted));
    let mut frame = visitor.frame("APIs", Section::Apis).await?;
    frame.twin = urls::CATALOGUE_TWIN.to_owned();
    reader.answer(&Catalogue {
        frame,
        facets,
        sorts: Sort::ALL.map(|sort| (sort.as_str(), capital(sort.as_str()), wanted.sort == sort)).into(),
        cards: cards.collect(),
        count: counted(found.len(), "API", "APIs"),
        narrowed: wanted.is_narrow(),
        search: wanted.text,
        pagination,
    })
}

fn card(entry: &Entry, wanted: &Wanted) -> Card {
    let newest = entry.newest();
    let (slug, major) = (&newest.version.slug, newest.version.major);
    let operations = if wanted.text.is_empty() { vec![] } else { entry.operations_with(&wanted.text, MOST_OPERATIONS) };
    let operation = |id: &str| urls::operation(slug, major, id);
    Card {
        title: entry.api.title.clone(),
        href: urls::api(&entry.api.slug),
        summary: entry.api.summary.clone(),
        owner: entry.api.owner.to_string(),
        status: newest.version.status,
        audience: entry.api.audience,
        category: capital(&newest.card.category),
        access: access(newest.card.access).1,
        versions: entry
            .versions()
            .iter()
            .map(|listed| (listed.version.major.to_string(), urls::version(&listed.version.slug, listed.version.major)))
            .collect(),
        operations: operations
            .into_iter()
            .map(|it| (it.method.clone(), it.path.clone(), it.summary.clone(), operation(&it.id)))
            .collect(),
    }
}

impl Leaf for Catalogue {
    fn markdown(&self) -> String {
        let mut out = format!("# APIs\n\n{}.\n\n", self.count);
        for card in &self.cards {
            let summary = if card.summary.is_empty() { String::new() } else { format!(": {}", inline(&card.summary)) };
            let _ = writeln!(out, "- [{}]({}.md){summary}", inline(&card.title), card.href);
            let _ = writeln!(out, "  - {}, owned by {}", card.status, inline(&card.owner));
            for (method, path, summary, href) in &card.operations {
                let _ = writeln!(out, "  - [{} {}]({href}.md) {}", inline(method), inline(path), inline(summary));
            }
        }
        let next = self.pagination.next();
        if let Some((_, query)) = next.split_once('?') {
            let _ = writeln!(out, "\n[Next page]({}?{query})", urls::CATALOGUE_TWIN);
        }
        out
    }
}
