//! Who changed what, when?

use askama::Template;
use axum::{
    body::Body,
    extract::RawQuery,
    http::header,
    response::{IntoResponse, Response},
};
use futures_util::stream;
use hansom_control::{AUDITED, AuditSearch};
use hansom_domain::{Actor, Timestamp};
use hansom_store::AuditRow;

use crate::{
    Hub,
    answer::{Refusal, faulty_page, page},
    csv,
    filter::{self, Choice, choices, typed},
    form::{Errors, Fields},
    frame::{Frame, Section},
    moment,
    sentence::{capital, sentence},
    session::SignedIn,
    urls,
};

const PER_PAGE: u16 = 50;
/// Entries that are written down at a time.
const PIECE: u16 = 500;
/// The most entries of one file.
const MOST_IN_FILE: usize = 50_000;
/// Comes after every id: with it, nothing of the moment itself is wanted.
const LAST: &str = "~";
const KINDS: [(&str, &str); 4] = [
    ("person", "A person"),
    ("application", "An application"),
    ("pipeline", "A pipeline"),
    ("platform", "The platform"),
];
const COLUMNS: [&str; 9] = ["at", "actorKind", "actorId", "actorName", "verb", "subject", "requestId", "detail", "id"];

#[derive(Template)]
#[template(path = "platform/audit.html")]
struct Audit {
    frame: Frame,
    errors: Errors,
    wanted: Wanted,
    actor_kinds: Vec<Choice>,
    kinds: Vec<Choice>,
    entries: Vec<Entry>,
    older: String,
    file: String,
}

struct Entry {
    href: String,
    at: String,
    who: String,
    verb: String,
    subject: String,
}

/// What is looked for, as it was typed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    search: AuditSearch,
    from: String,
    to: String,
    api: String,
    application: String,
    /// What is before this is shown.
    before: Option<(Timestamp, String)>,
}

impl Wanted {
    fn read(query: Option<String>) -> (Self, Errors) {
        let fields = Fields::read(query.unwrap_or_default().as_bytes());
        let mut errors = Errors::default();
        let until = filter::day(&fields, "to", &mut errors).map(filter::day_after);
        let (api, application) = (typed(&fields, "api"), typed(&fields, "application"));
        let search = AuditSearch {
            actor: typed(&fields, "actor"),
            actor_kind: typed(&fields, "actor_kind"),
            verb: typed(&fields, "verb").trim().replace(' ', "_").to_lowercase(),
            kind: typed(&fields, "kind"),
            thing: typed(&fields, "thing"),
            request: typed(&fields, "request"),
            from: filter::day(&fields, "from", &mut errors),
            api: api.parse().ok(),
            application: application.parse().ok(),
        };
        errors.when(!api.is_empty() && search.api.is_none(), "api", "Enter the name of an API in paths, like repairs");
        let is_no_id = !application.is_empty() && search.application.is_none();
        errors.when(is_no_id, "application", "Enter the client ID of an application");
        let (from, to) = (typed(&fields, "from"), typed(&fields, "to"));
        let before = cursor(fields.one("before")).or(until.map(|until| (until, LAST.to_owned())));
        (Self { search, from, to, api, application, before }, errors)
    }

    /// The address's query for this, without a place.
    fn query(&self) -> String {
        let search = &self.search;
        filter::query([
            ("actor", search.actor.as_str()),
            ("actor_kind", &search.actor_kind),
            ("verb", &search.verb),
            ("kind", &search.kind),
            ("thing", &search.thing),
            ("request", &search.request),
            ("from", &self.from),
            ("to", &self.to),
            ("api", &self.api),
            ("application", &self.application),
        ])
    }

    fn is_narrow(&self) -> bool {
        !self.query().is_empty()
    }

    fn verb(&self) -> String {
        self.search.verb.replace('_', " ")
    }

    async fn found(&self, hub: &Hub, actor: &Actor, count: u16) -> Result<Vec<AuditRow>, hansom_control::Error> {
        let newest = (hub.control.clock().now().plus_seconds(1), LAST.to_owned());
        let (at, id) = self.before.as_ref().unwrap_or(&newest);
        hub.control.audit_found(actor, &self.search, (*at, id), count).await
    }

    /// The same for what comes after an entry.
    fn after(mut self, row: &AuditRow) -> Self {
        self.before = Some((row.at, row.id.clone()));
        self
    }
}

/// The place in the trail that an address names.
fn cursor(text: &str) -> Option<(Timestamp, String)> {
    let (millis, id) = text.split_once('.')?;
    Some((Timestamp::from_millis(millis.parse().ok()?), id.chars().take(100).collect()))
}

/// `GET /audit`: for administrators; of one API or application for its owners, too.
pub(crate) async fn show(person: SignedIn, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let (wanted, errors) = Wanted::read(query);
    let rows = if errors.is_empty() { wanted.found(&person.hub, person.actor(), PER_PAGE).await? } else { vec![] };
    let query = wanted.query();
    let last = rows.last().filter(|_| rows.len() == usize::from(PER_PAGE));
    let older = last.map(|row| urls::audit_before(&query, row.at.millis(), &row.id));
    let shown = Audit {
        frame: person.frame("Audit trail", Section::Elsewhere).await?.faulty(!errors.is_empty()),
        actor_kinds: choices(KINDS, &wanted.search.actor_kind),
        kinds: choices(AUDITED.map(|kind| (kind, capital(kind))), &wanted.search.kind),
        entries: rows.into_iter().map(entry).collect(),
        older: older.unwrap_or_default(),
        file: urls::narrowed(urls::AUDIT_CSV, &query),
        wanted,
        errors,
    };
    if shown.errors.is_empty() { page(&shown) } else { faulty_page(&shown) }
}

/// `GET /audit.csv`: the same as a file, written as it is read.
pub(crate) async fn download(person: SignedIn, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let (wanted, errors) = Wanted::read(query);
    if let Some(fault) = errors.0.first() {
        return Err(hansom_control::Error::Invalid(sentence(&fault.text)).into());
    }
    // Whoever may not is told so, and not by a file that breaks off.
    let first = wanted.found(&person.hub, person.actor(), PIECE).await?;
    let state =
        Some(Writing { hub: person.hub.clone(), actor: person.actor().clone(), wanted, rows: first, written: 0 });
    let body = stream::try_unfold(state, async |state| match state {
        Some(writing) => writing.piece().await.map(Some),
        None => Ok::<_, hansom_control::Error>(None),
    });
    let name = "attachment; filename=\"audit.csv\"";
    let headers = [(header::CONTENT_TYPE, csv::MEDIA_TYPE), (header::CONTENT_DISPOSITION, name)];
    Ok((headers, Body::from_stream(body)).into_response())
}

/// A file in the making.
struct Writing {
    hub: Hub,
    actor: Actor,
    wanted: Wanted,
    rows: Vec<AuditRow>,
    written: usize,
}

impl Writing {
    /// The rows that are there, and what comes next; nothing after the last.
    async fn piece(self) -> Result<(String, Option<Self>), hansom_control::Error> {
        let mut out = if self.written == 0 { csv::row(COLUMNS) } else { String::new() };
        self.rows.iter().for_each(|row| out.push_str(&csv::row(cells(row))));
        let written = self.written + self.rows.len();
        let last = self.rows.last().filter(|_| self.rows.len() == usize::from(PIECE));
        let Some(last) = last else { return Ok((out, None)) };
        if written >= MOST_IN_FILE {
            let more =
                format!("There are more than {MOST_IN_FILE} entries. Narrow the search, or ask from this moment back.");
            out.push_str(&csv::row([more]));
            return Ok((out, None));
        }
        let wanted = self.wanted.after(last);
        let rows = wanted.found(&self.hub, &self.actor, PIECE).await?;
        Ok((out, Some(Self { wanted, rows, written, ..self })))
    }
}

fn cells(row: &AuditRow) -> [String; 9] {
    [
        moment::instant(row.at),
        row.actor_kind.clone(),
        row.actor_id.clone(),
        row.actor_name.clone(),
        row.verb.clone(),
        row.subject.clone(),
        row.request_id.clone(),
        row.detail.to_string(),
        row.id.clone(),
    ]
}

fn entry(row: AuditRow) -> Entry {
    Entry {
        href: urls::audit_entry(&row.id),
        at: moment::written(row.at),
        who: who(&row),
        verb: row.verb.replace('_', " "),
        subject: row.subject,
    }
}

/// Who made a change, in words.
pub(super) fn who(row: &AuditRow) -> String {
    if row.actor_kind == "person" { row.actor_name.clone() } else { format!("{} ({})", row.actor_name, row.actor_kind) }
}
