//! What does one of the two contracts say at a place, its references followed?

use std::sync::Arc;

use crate::{
    document::{Kind, Node, Place},
    sources::{LONGEST_CHAIN, Sources, reference_of},
};

use super::{
    change::Spot,
    fingerprint::Fingerprints,
    keyword::{Keyword, Keywords},
};

/// One of the two contracts, made ready to be compared.
pub(super) struct Book<'d> {
    pub(super) sources: &'d Sources,
    pub(super) prints: Fingerprints,
    /// Whether keywords beside a `$ref` count: from OpenAPI 3.1 on they do.
    siblings: bool,
    files: Vec<Arc<str>>,
}

impl<'d> Book<'d> {
    pub(super) fn of(sources: &'d Sources) -> Book<'d> {
        let version = sources.root().get("openapi").and_then(Node::as_str).unwrap_or_default();
        Book {
            sources,
            prints: Fingerprints::of(sources),
            siblings: !version.starts_with("3.0"),
            files: sources.documents().iter().map(|document| document.name().into()).collect(),
        }
    }

    /// Where a node is written.
    pub(super) fn spot(&self, node: Node<'d>) -> Spot {
        self.spot_at(node, node.place())
    }

    /// Where a node's key is written; where the node is, if it has no key.
    pub(super) fn key_spot(&self, node: Node<'d>) -> Spot {
        self.spot_at(node, node.key().map_or(node.place(), |key| key.place()))
    }

    fn spot_at(&self, node: Node<'d>, place: Place) -> Spot {
        let file = self.files.get(node.document().number() as usize).cloned().unwrap_or_default();
        Spot { file, line: place.line, column: place.column }
    }

    /// The node where a schema is really written: behind its references, but not past one that has keywords beside it.
    pub(super) fn land(&self, node: Node<'d>) -> Node<'d> {
        let mut at = node;
        for _ in 0..LONGEST_CHAIN {
            let Some(next) = reference_of(at).and_then(|text| self.sources.target(at, text)) else {
                break;
            };
            if self.siblings && has_siblings(at) {
                break;
            }
            at = next;
        }
        at
    }

    /// What a schema demands.
    pub(super) fn schema(&self, node: Node<'d>) -> Schema<'d> {
        let node = self.land(node);
        let mut chain = vec![node];
        let mut at = node;
        while chain.len() < LONGEST_CHAIN
            && let Some(next) = reference_of(at).and_then(|text| self.sources.target(at, text))
        {
            chain.push(next);
            at = next;
        }
        let mut layers = chain.into_iter().rev();
        let mut keywords = layers.next().map(Keywords::at).unwrap_or_default();
        for layer in layers {
            keywords.put_beside_reference(layer);
        }
        Schema { node, keywords, properties: None, required: None }
    }
}

/// Whether a reference has keywords beside it that change which values are valid.
fn has_siblings(node: Node<'_>) -> bool {
    node.entries()
        .any(|(key, _)| !matches!(key.text, "$ref" | "description" | "summary" | "title" | "example" | "examples"))
}

/// One schema, its references followed.
#[derive(Clone, Debug)]
pub(super) struct Schema<'d> {
    /// Where it is written.
    pub(super) node: Node<'d>,
    /// What it says.
    pub(super) keywords: Keywords<'d>,
    /// The properties, if they were gathered from several schemas.
    pub(super) properties: Option<Vec<(&'d str, Node<'d>)>>,
    /// The names of required properties, if they were gathered from several schemas.
    pub(super) required: Option<Vec<Node<'d>>>,
}

impl<'d> Schema<'d> {
    pub(super) fn get(&self, keyword: Keyword) -> Option<Node<'d>> {
        self.keywords.get(keyword)
    }

    pub(super) fn text(&self, keyword: Keyword) -> Option<&'d str> {
        self.get(keyword).and_then(Node::as_str).filter(|text| !text.is_empty())
    }

    pub(super) fn number(&self, keyword: Keyword) -> Option<f64> {
        self.get(keyword).and_then(Node::as_f64)
    }

    pub(super) fn flag(&self, keyword: Keyword) -> bool {
        self.get(keyword).and_then(Node::as_bool).unwrap_or_default()
    }

    /// The types; none if any type will do.
    pub(super) fn types(&self) -> Vec<&'d str> {
        match self.get(Keyword::Type) {
            Some(node) if node.kind() == Kind::List => node.items().filter_map(Node::as_str).collect(),
            Some(node) => node.as_str().into_iter().collect(),
            None => Vec::new(),
        }
    }

    /// The items of a list.
    pub(super) fn items(&self, keyword: Keyword) -> Vec<Node<'d>> {
        self.get(keyword).into_iter().flat_map(Node::items).collect()
    }

    /// The property of a name.
    pub(super) fn property(&self, name: &str) -> Option<Node<'d>> {
        match &self.properties {
            Some(gathered) => gathered.iter().find(|(known, _)| *known == name).map(|(_, node)| *node),
            None => self.get(Keyword::Properties)?.get(name),
        }
    }

    /// Every property.
    pub(super) fn properties(&self) -> Vec<(&'d str, Node<'d>)> {
        match &self.properties {
            Some(gathered) => gathered.clone(),
            None => self.map(Keyword::Properties),
        }
    }

    /// What a keyword holds by name.
    pub(super) fn map(&self, keyword: Keyword) -> Vec<(&'d str, Node<'d>)> {
        let entries = self.get(keyword).into_iter().flat_map(Node::entries);
        entries.map(|(key, node)| (key.text, node)).collect()
    }

    /// Whether it has a property at all.
    pub(super) fn has_properties(&self) -> bool {
        match &self.properties {
            Some(gathered) => !gathered.is_empty(),
            None => self.get(Keyword::Properties).is_some_and(|properties| properties.entries().next().is_some()),
        }
    }

    /// The names of required properties, where they are written.
    pub(super) fn required(&self) -> Vec<Node<'d>> {
        match &self.required {
            Some(gathered) => gathered.clone(),
            None => self.items(Keyword::Required),
        }
    }

    /// Whether it demands a property of a name.
    pub(super) fn requires(&self, name: &str) -> bool {
        match &self.required {
            Some(gathered) => gathered.iter().any(|item| item.as_str() == Some(name)),
            None => {
                self.get(Keyword::Required).is_some_and(|list| list.items().any(|item| item.as_str() == Some(name)))
            }
        }
    }
}
