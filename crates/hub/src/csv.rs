//! How is a table written for spreadsheets, so that no cell of it is a formula?

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

use crate::sentence::line;

/// The media type of a table whose first row names its columns (RFC 4180).
pub(crate) const MEDIA_TYPE: &str = "text/csv; charset=utf-8; header=present";

/// A row.
pub(crate) fn row(cells: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|text| cell(text.as_ref())).collect();
    format!("{}\r\n", cells.join(","))
}

/// A table to be kept as a file of that name.
pub(crate) fn file(name: &str, text: String) -> Response {
    let mut response = text.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    if let Ok(disposition) = HeaderValue::try_from(format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, disposition);
    }
    response
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
