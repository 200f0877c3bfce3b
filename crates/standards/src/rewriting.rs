//! How is a name or a text replaced where it stands, in YAML as in JSON?
//!
//! An edit must keep the way the text was written: JSON needs its quotes, YAML's plain texts have none. How it was
//! written is seen from the room that it takes; where that tells nothing certain, no edit is offered.

use std::{borrow::Cow, collections::HashSet};

use crate::{
    document::{Kind, Node, Place, Span},
    finding::{Edit, Fix},
    survey::{PathItem, Survey},
};

/// A fix of one edit.
pub(crate) fn fix(title: impl Into<String>, edit: Edit) -> Fix {
    Fix { title: title.into(), edits: vec![edit] }
}

/// Replaces the key under which a node stands.
pub(crate) fn key(node: Node<'_>, text: &str) -> Option<Edit> {
    let key = node.key()?;
    replaced(key.span(), key.text, text)
}

/// Replaces the text that a node is.
pub(crate) fn text(node: Node<'_>, text: &str) -> Option<Edit> {
    replaced(node.span(), node.as_str()?, text)
}

/// Puts an entry before the first one of a map. The value is written as it is: `true`.
pub(crate) fn entry(map: Node<'_>, name: &str, value: &str) -> Option<Edit> {
    if map.kind() != Kind::Map {
        return None;
    }
    let (first, _) = map.entries().next()?;
    let span = first.span();
    let name = match quotes(span, first.text)? {
        true => format!("\"{name}\""),
        false => name.to_owned(),
    };
    // In a block the map begins with its first key; in `{…}` with the bracket.
    let text = if map.place() == span.start {
        format!("{name}: {value}\n{}", " ".repeat(usize::try_from(span.start.column).ok()?.checked_sub(1)?))
    } else {
        format!("{name}: {value}, ")
    };
    Some(Edit { span: Span::empty(span.start), text })
}

/// The templates of a contract, for renaming one of them.
pub(crate) struct Paths<'d> {
    taken: HashSet<Cow<'d, str>>,
    /// Whether something refers to a path by its template; then a new one would break the reference.
    referred: bool,
}

impl<'d> Paths<'d> {
    /// Looks through a contract once.
    pub(crate) fn of(survey: &Survey<'d>) -> Self {
        let refers = |node: Node<'_>| {
            let by = node.key().is_some_and(|key| matches!(key.text, "$ref" | "operationRef"));
            by && node.as_str().is_some_and(|text| text.contains("#/paths/"))
        };
        Self {
            taken: survey.paths.iter().map(|path| Cow::Borrowed(path.template)).collect(),
            referred: survey.sources.documents().iter().any(|document| document.nodes().any(refers)),
        }
    }

    /// Writes another template in the place of one, if nobody else has it and nobody refers to the old one.
    pub(crate) fn rename(&mut self, path: &PathItem<'d>, template: &str) -> Option<Edit> {
        if self.referred || self.taken.contains(template) {
            return None;
        }
        let edit = key(path.written, template)?;
        self.taken.insert(Cow::Owned(template.to_owned()));
        Some(edit)
    }
}

fn replaced(span: Span, old: &str, new: &str) -> Option<Edit> {
    let safe = |c: char| c.is_ascii_alphanumeric() || "/-_.~{}:@+%?&=#".contains(c);
    if old == new || !new.chars().all(safe) || new.contains(": ") {
        return None;
    }
    let text = if quotes(span, old)? { format!("\"{new}\"") } else { plain(new)? };
    Some(Edit { span, text })
}

/// A text that YAML reads as the same text without quotes.
fn plain(text: &str) -> Option<String> {
    let begins_well = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    let reads_otherwise =
        matches!(text.to_ascii_lowercase().as_str(), "true" | "false" | "null" | "yes" | "no" | "on" | "off");
    let ends_well = !text.ends_with(':') && !text.contains(" #");
    (begins_well && ends_well && !reads_otherwise).then(|| text.to_owned())
}

/// Whether a text stands in quotes; none if it is written in another way than letter by letter.
fn quotes(span: Span, text: &str) -> Option<bool> {
    let Span { start: Place { line, column: from }, end: Place { line: last, column: to } } = span;
    if line != last {
        return None;
    }
    match usize::try_from(to.checked_sub(from)?).ok()?.checked_sub(text.chars().count())? {
        0 => Some(false),
        2 => Some(true),
        _ => None,
    }
}
