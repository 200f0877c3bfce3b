//! Who changed what, when?

use askama::Template;
use axum::{extract::RawQuery, response::Response};
use hansom_domain::Timestamp;
use hansom_store::AuditRow;

use crate::{
    answer::{Refusal, page},
    form::Fields,
    frame::{Frame, Section},
    moment,
    session::SignedIn,
    urls,
};

const PER_PAGE: u16 = 50;

#[derive(Template)]
#[template(path = "platform/audit.html")]
struct Audit {
    frame: Frame,
    entries: Vec<Entry>,
    older: Option<String>,
}

struct Entry {
    at: String,
    who: String,
    verb: String,
    subject: String,
    detail: String,
}

/// `GET /audit?before=`: for administrators.
pub(crate) async fn show(person: SignedIn, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let control = &person.hub.control;
    let before =
        fields.one("before").parse().map_or_else(|_| control.clock().now().plus_seconds(1), Timestamp::from_millis);
    let rows = control.audit_for(person.actor(), before, PER_PAGE).await?;
    let older =
        rows.last().filter(|_| rows.len() == usize::from(PER_PAGE)).map(|row| urls::audit_before(row.at.millis()));
    let frame = person.frame("Audit trail", Section::Elsewhere).await?;
    page(&Audit { frame, entries: rows.into_iter().map(entry).collect(), older })
}

fn entry(row: AuditRow) -> Entry {
    Entry {
        at: moment::written(row.at),
        who: if row.actor_kind == "person" {
            row.actor_name
        } else {
            format!("{} ({})", row.actor_name, row.actor_kind)
        },
        verb: row.verb.replace('_', " "),
        subject: row.subject,
        detail: row.detail.to_string(),
    }
}
