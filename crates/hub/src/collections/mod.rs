//! What do programs for trying out APIs import?

mod bruno;
mod postman;

use std::collections::BTreeMap;

use hansom_control::PublishedContract;
use hansom_standards::contract::{Location, Operation, Parameter};

pub(crate) use bruno::archive;
pub(crate) use postman::collection;

use crate::calling::{Sent, example, one_line};

/// What both kinds of collection are made of.
pub(crate) struct Material<'a> {
    pub(crate) name: String,
    /// `repairs-v1`
    pub(crate) file: String,
    pub(crate) published: &'a PublishedContract,
    /// The environments: name, base URL and audience of tokens.
    pub(crate) environments: Vec<Place>,
    pub(crate) token_endpoint: String,
}

/// An environment.
pub(crate) struct Place {
    pub(crate) name: String,
    pub(crate) base: String,
    pub(crate) audience: String,
}

/// Where the parts of an operation's address travel.
struct Parts<'o> {
    path: Vec<&'o Parameter>,
    query: Vec<&'o Parameter>,
    fields: Vec<(String, String)>,
    body: Option<Sent>,
}

impl Material<'_> {
    /// The operations by their first tag, in the order in which they were written.
    fn folders(&self) -> Vec<(String, Vec<&Operation>)> {
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        let mut folders: Vec<(String, Vec<&Operation>)> = vec![];
        for operation in &self.published.contract.operations {
            let tag = operation.tags.first().map_or("Operations", String::as_str);
            let place = *places.entry(tag).or_insert_with(|| {
                folders.push((one_line(tag), vec![]));
                folders.len() - 1
            });
            if let Some((_, inside)) = folders.get_mut(place) {
                inside.push(operation);
            }
        }
        folders
    }

    fn is_open(&self, operation: &Operation) -> bool {
        self.published.manifest.access.rule_for(&operation.id).is_some_and(|rule| rule.anyone)
    }
}

impl<'o> Parts<'o> {
    fn of(operation: &'o Operation) -> Self {
        let at = |location: Location| operation.parameters.iter().filter(move |it| it.location == location);
        let fields = at(Location::Header).filter(|it| it.required);
        Self {
            path: at(Location::Path).collect(),
            query: at(Location::Query).collect(),
            fields: fields.map(|it| (one_line(&it.name), one_line(&example(it)))).collect(),
            body: operation.request_body.as_ref().and_then(|body| body.content.first()).map(Sent::of),
        }
    }
}

/// An operation's path with `:name` for each parameter that is a whole segment, as both programs write it; the others filled in.
fn path(operation: &Operation, parts: &Parts<'_>) -> Vec<String> {
    let filled = |segment: &str| {
        let whole = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        match whole.filter(|name| parts.path.iter().any(|it| it.name == *name) && is_word(name)) {
            Some(name) => format!(":{name}"),
            None => parts.path.iter().fold(segment.to_owned(), |segment, it| {
                segment.replace(&format!("{{{}}}", it.name), &crate::urls::encoded(&example(it)))
            }),
        }
    };
    operation.path.trim_start_matches('/').split('/').map(|segment| one_line(&filled(segment))).collect()
}

fn is_word(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// What an operation is called.
fn title(operation: &Operation) -> String {
    let summary = operation.summary.as_deref().filter(|text| !text.trim().is_empty());
    one_line(summary.unwrap_or(&operation.id))
}
