//! Which APIs does this place have, in the columns of the UK government's API catalogue?

use axum::{extract::State, http::HeaderMap, response::Response};
use hansom_control::Listed;

use super::{View, date, kept::Document, line};
use crate::{Hub, answer::Refusal, api::Viewer, catalogue::Entry, urls};

const CSV: &str = "text/csv; charset=utf-8; header=present";
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
    view.answer(&asked, urls::CATALOGUE_CSV, |view| Document::new(CSV, made(view))).await
}

fn made(view: &View) -> String {
    let mut out = row(COLUMNS.map(str::to_owned));
    for (entry, listed) in view.versions() {
        out.push_str(&row(cells(view, entry, listed)));
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

fn row(cells: [String; 12]) -> String {
    let mut out = cells.map(|text| cell(&text)).join(",");
    out.push_str("\r\n");
    out
}

/// A cell as RFC 4180 writes it. Spreadsheets take a cell that begins like a formula for one, whatever its quotes say, so such a text
/// gets an apostrophe before it.
fn cell(text: &str) -> String {
    let text = line(text);
    let is_formula = text.starts_with(['=', '+', '-', '@', '|', '%', '＝', '＋', '－', '＠']);
    let text = if is_formula { format!("'{text}") } else { text };
    if text.contains(['"', ',', ';', '\'']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula_and_never_more_than_one_cell() {
        for (text, expected) in [
            ("plain words", "plain words"),
            ("=1+1", "\"'=1+1\""),
            ("  =HYPERLINK(\"https://evil.example\",\"x\")", "\"'=HYPERLINK(\"\"https://evil.example\"\",\"\"x\"\")\""),
            ("\t@SUM(A1)", "\"'@SUM(A1)\""),
            ("\r\n+1", "\"'+1\""),
            ("-2+3", "\"'-2+3\""),
            ("＝1", "\"'＝1\""),
            ("\u{feff}\u{0}=1", "\u{feff} =1"),
            ("a,b\r\nc", "\"a,b c\""),
            ("", ""),
        ] {
            assert_eq!(cell(text), expected, "{text:?}");
        }
    }
}
