//! What does a text of the playbook say about itself before it begins?

use hansom_standards::{Document, Node, document::Limits};

/// The front matter of a text, and the text without it.
pub(super) fn parted(text: &str) -> (Option<Document>, &str) {
    let parts = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    match parts {
        Some((front, body)) => (read(front), body.trim_start()),
        None => (None, text),
    }
}

/// A text in YAML.
pub(super) fn read(text: &str) -> Option<Document> {
    Document::parse_within(text, &Limits::default()).ok()
}

/// The text under a key; empty where there is none.
pub(super) fn text(node: Node<'_>, key: &str) -> String {
    let Some(value) = node.get(key) else { return String::new() };
    value.as_str().map_or_else(|| value.to_json().to_string(), str::to_owned)
}
