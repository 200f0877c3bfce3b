//! How are names, texts and entries changed where they stand, in YAML as in JSON?
//!
//! An edit must keep the way the text was written: JSON needs its quotes, YAML's plain texts have none. How it was
//! written is seen from the room that it takes; where that tells nothing certain, no fix is offered.

use std::{borrow::Cow, collections::HashSet};

use crate::{
    document::{Kind, Node, Span},
    finding::{Edit, Fix},
    survey::{PathItem, Survey},
};

/// Writes another text in the place of the one that a node is.
pub(crate) fn text(title: impl Into<String>, node: Node<'_>, text: &str) -> Option<Fix> {
    let was = node.as_str()?;
    if reads_plainly(text) { Fix::rewording(title, node.span(), was, text) } else { None }
}

/// Puts an entry before the first one of a map. The value is written as it is: `true`.
pub(crate) fn entry(title: impl Into<String>, map: Node<'_>, name: &str, value: &str) -> Option<Fix> {
    if map.kind() != Kind::Map {
        return None;
    }
    let (first, _) = map.entries().next()?;
    let span = first.span();
    let taken = span.end.column.checked_sub(span.start.column).filter(|_| span.start.line == span.end.line)?;
    let name = match usize::try_from(taken).ok()?.checked_sub(first.text.chars().count())? {
        0 => name.to_owned(),
        2 => format!("\"{name}\""),
        _ => return None,
    };
    // In a block the map begins with its first key; in `{…}` with the bracket.
    let text = if map.place() == span.start {
        format!("{name}: {value}\n{}", " ".repeat(usize::try_from(span.start.column).ok()?.checked_sub(1)?))
    } else {
        format!("{name}: {value}, ")
    };
    Some(Fix { title: title.into(), edits: vec![Edit { span: Span::empty(span.start), text }] })
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
    pub(crate) fn rename(&mut self, title: impl Into<String>, path: &PathItem<'d>, template: &str) -> Option<Fix> {
        if self.referred || self.taken.contains(template) || !reads_plainly(template) {
            return None;
        }
        let key = path.written.key()?;
        let fix = Fix::rewording(title, key.span(), key.text, template)?;
        self.taken.insert(Cow::Owned(template.to_owned()));
        Some(fix)
    }
}

/// Whether YAML reads a text as itself where it stands without quotes.
fn reads_plainly(text: &str) -> bool {
    const WORDS: [&str; 7] = ["true", "false", "null", "yes", "no", "on", "off"];
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.~{}:@+%?&=".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.chars().all(plain)
        && !text.ends_with(':')
        && !WORDS.contains(&text.to_ascii_lowercase().as_str())
}
