//! Which page of a list was asked for?

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use url::form_urlencoded;

use super::{problem::No, table::List};

/// How many records a page holds unless asked.
const PAGE: usize = 20;
/// How many it holds at most.
const MOST_ON_PAGE: usize = 100;

/// Which page was asked for.
pub struct Page {
    /// Parameter, field and value.
    pub filters: Vec<(String, String, String)>,
    /// How many records it may hold.
    pub limit: usize,
    /// The id of the last record that the caller has.
    pub after: Option<String>,
}

impl Page {
    /// The page that a query asks for; what it does not know, it refuses.
    pub fn read(query: &str, list: &List) -> Result<Self, No> {
        let mut page = Self { filters: vec![], limit: PAGE, after: None };
        let mut seen = vec![];
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if seen.contains(&name) {
                return Err(No::parameter(&name, "Must come once."));
            }
            match (name.as_ref(), list.filters.get(name.as_ref())) {
                ("limit", _) => page.limit = read_limit(&value)?,
                ("cursor", _) => page.after = Some(read_cursor(&value)?),
                (_, Some(field)) => {
                    let (name, value) = (name.to_string(), value.into_owned());
                    page.filters.push((name, field.clone(), value));
                }
                (_, None) => {
                    return Err(No::parameter(&name, "There is no such parameter here."));
                }
            }
            seen.push(name);
        }
        Ok(page)
    }

    /// The address of this page of `path`, or of the one that begins after `cursor`.
    pub fn address(&self, api: &str, path: &str, cursor: Option<&str>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, _, value) in &self.filters {
            query.append_pair(name, value);
        }
        query.append_pair("limit", &self.limit.to_string());
        if let Some(cursor) = cursor {
            query.append_pair("cursor", cursor);
        }
        format!("/{api}/v1{path}?{}", query.finish())
    }
}

fn read_limit(value: &str) -> Result<usize, No> {
    value
        .parse()
        .ok()
        .filter(|limit| (1..=MOST_ON_PAGE).contains(limit))
        .ok_or_else(|| No::parameter("limit", "Must be between 1 and 100."))
}

fn read_cursor(value: &str) -> Result<String, No> {
    URL_SAFE_NO_PAD
        .decode(value)
        .ok()
        .and_then(|id| String::from_utf8(id).ok())
        .ok_or_else(|| No::parameter("cursor", "Must be the nextCursor of the page before."))
}
