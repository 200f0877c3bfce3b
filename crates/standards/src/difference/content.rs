//! Which media type of the old content is which of the new one?
//!
//! The same name is the same; so is one that became more, or less, special: `application/json` and
//! `application/problem+json`, or the same with other parameters.

use crate::document::Node;

use super::alternatives::Books;

/// A media type of both contracts.
pub(super) struct MediaPair<'d> {
    /// What it is called in changes: its new name.
    pub(super) name: &'d str,
    pub(super) old_name: &'d str,
    pub(super) old: Node<'d>,
    pub(super) new: Node<'d>,
}

impl<'d> MediaPair<'d> {
    /// The schemas of both, if both have one.
    pub(super) fn schemas(&self) -> Option<(Node<'d>, Node<'d>)> {
        let schema = |node: Node<'d>| node.get("schema").or_else(|| node.get("itemSchema"));
        Some((schema(self.old)?, schema(self.new)?))
    }
}

/// Finds the media types that belong together.
pub(super) fn matched_content<'d>(
    books: Books<'_, 'd>,
    old: Option<Node<'d>>,
    new: Option<Node<'d>>,
) -> Vec<MediaPair<'d>> {
    let entries = |content: Option<Node<'d>>| content.into_iter().flat_map(Node::entries);
    let follow = |old: Node<'d>, new: Node<'d>| (books.old.sources.follow(old), books.new.sources.follow(new));
    let mut pairs = Vec::new();
    let mut left = Vec::new();
    for (key, node) in entries(old) {
        match new.and_then(|content| content.get(key.text)) {
            Some(other) => {
                let (old, new) = follow(node, other);
                pairs.push(MediaPair { name: key.text, old_name: key.text, old, new });
            }
            None => left.push((key.text, node)),
        }
    }
    for (key, node) in entries(new).filter(|(key, _)| old.and_then(|content| content.get(key.text)).is_none()) {
        let Some(position) = left.iter().position(|(name, _)| is_related(name, key.text)) else {
            continue;
        };
        let (old_name, other) = left.remove(position);
        let (old, new) = follow(other, node);
        pairs.push(MediaPair { name: key.text, old_name, old, new });
    }
    pairs
}

/// Media types by name.
pub(super) type Named<'d> = Vec<(&'d str, Node<'d>)>;

/// Media types that only one side has: old and new, by name.
pub(super) fn unmatched<'d>(
    pairs: &[MediaPair<'d>],
    old: Option<Node<'d>>,
    new: Option<Node<'d>>,
) -> (Named<'d>, Named<'d>) {
    let entries = |content: Option<Node<'d>>| content.into_iter().flat_map(Node::entries);
    let gone = entries(old).filter(|(key, _)| pairs.iter().all(|pair| pair.old_name != key.text));
    let came = entries(new).filter(|(key, _)| pairs.iter().all(|pair| pair.name != key.text));
    (gone.map(|(key, node)| (key.text, node)).collect(), came.map(|(key, node)| (key.text, node)).collect())
}

fn is_related(one: &str, other: &str) -> bool {
    covers(one, other) || covers(other, one)
}

/// Whether one media type is the other one or a more general one: `application/json` of `application/problem+json`.
pub(super) fn covers(one: &str, other: &str) -> bool {
    let (Some(one), Some(other)) = (MediaType::of(one), MediaType::of(other)) else {
        return false;
    };
    if one.family != other.family {
        return false;
    }
    let refined = one.suffix.is_empty() && !other.suffix.is_empty() && other.suffix == one.subtype;
    refined || one.subtype == other.subtype && one.suffix == other.suffix
}

/// The parameters of a media type: `;charset=utf-8`, without spaces around their parts.
pub(super) fn parameters(name: &str) -> Vec<String> {
    let mut parameters: Vec<String> = name.split(';').skip(1).map(|one| one.trim().to_lowercase()).collect();
    parameters.sort();
    parameters
}

#[derive(PartialEq, Eq)]
struct MediaType {
    family: String,
    subtype: String,
    suffix: String,
}

impl MediaType {
    fn of(name: &str) -> Option<MediaType> {
        let essence = name.split(';').next()?.trim().to_lowercase();
        let (family, rest) = essence.split_once('/')?;
        let (subtype, suffix) = match rest.split_once('+') {
            Some((_, suffix)) if suffix.is_empty() || suffix.contains('+') => return None,
            Some(parts) => parts,
            None => (rest, ""),
        };
        (!rest.contains('/')).then(|| MediaType {
            family: family.to_owned(),
            subtype: subtype.to_owned(),
            suffix: suffix.to_owned(),
        })
    }
}
