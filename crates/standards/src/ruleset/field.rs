//! Which parts of a matched value does a rule ask about?

use super::{ecmascript::Subject, locating::Step, view::View};
use crate::{
    document::Kind,
    query::{Query, QueryFault},
};

/// The `field` of a rule's `then`.
#[derive(Debug)]
pub(crate) enum Field {
    /// The value itself.
    Itself,
    /// Its keys: `@key`.
    Keys,
    /// What stands at a path below it: `info.contact` or `a['b.c'][0]`.
    Path { whole: String, steps: Vec<String> },
    /// What a JSONPath expression means within it.
    Query(Box<Query>),
}

/// A part: the steps to it, and what stands there.
pub(crate) type Part<'d> = (Vec<Step<'d>>, Subject<'d>);

impl Field {
    /// Reads a field.
    pub(crate) fn read(text: &str) -> Result<Field, QueryFault> {
        Ok(match text {
            "@key" => Field::Keys,
            query if query.starts_with('$') => Field::Query(Box::new(Query::parse(query)?)),
            path => Field::Path { whole: path.to_owned(), steps: steps(path) },
        })
    }

    /// The parts of a value.
    pub(crate) fn parts<'d>(&self, value: Subject<'d>, view: View<'d>) -> Vec<Part<'d>> {
        let itself = || vec![(Vec::new(), value)];
        let Some(node) = value.node().filter(|_| value.is_composed()) else {
            return itself();
        };
        let parts: Vec<Part<'d>> = match self {
            Field::Itself => return itself(),
            Field::Keys => match node.kind() {
                Kind::Map => view.entries(node).map(|(key, _)| (vec![Step::from(key)], Subject::Key(key))).collect(),
                _ => {
                    let positions = view.items(node).enumerate();
                    positions.map(|(at, _)| (vec![Step::Owned(at.to_string())], Subject::Position(at))).collect()
                }
            },
            Field::Path { whole, steps } => {
                let path = steps.iter().map(|step| Step::Owned(step.clone())).collect();
                let direct = if steps.len() > 1 { view.child(node, whole) } else { None };
                let found = direct.or_else(|| steps.iter().try_fold(node, |node, step| view.child(node, step)));
                vec![(path, found.map_or(Subject::Undefined, Subject::Node))]
            }
            Field::Query(query) => view.select(query, node),
        };
        if parts.is_empty() { vec![(Vec::new(), Subject::Undefined)] } else { parts }
    }
}

/// The steps of a path in dots and brackets.
fn steps(path: &str) -> Vec<String> {
    let mut steps = Vec::new();
    let mut rest = path;
    if rest.starts_with('.') {
        steps.push(String::new());
        rest = rest.get(1..).unwrap_or_default();
    }
    while !rest.is_empty() {
        if let Some(inner) = rest.strip_prefix('[') {
            let (step, after) = bracket(inner);
            steps.extend(step);
            rest = after.strip_prefix('.').unwrap_or(after);
            continue;
        }
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (step, after) = rest.split_at(end);
        steps.push(step.to_owned());
        rest = match after.strip_prefix('.') {
            Some("") => {
                steps.push(String::new());
                ""
            }
            Some(after) => after,
            None => after,
        };
    }
    steps
}

/// What stands in brackets, and what comes after them.
fn bracket(inner: &str) -> (Option<String>, &str) {
    let quote = inner.chars().next().filter(|c| matches!(c, '"' | '\''));
    if let Some(quote) = quote {
        let text = inner.get(1..).unwrap_or_default();
        if let Some((step, after)) = text.split_once(&format!("{quote}]")) {
            return (Some(step.replace('\\', "")), after);
        }
    }
    match inner.split_once(']') {
        Some((step, after)) => (Some(step.to_owned()).filter(|step| !step.is_empty()), after),
        None => (Some(inner.to_owned()), ""),
    }
}
