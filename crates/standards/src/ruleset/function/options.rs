//! What may stand in a function's options, and what is said if something else does?

use std::sync::Arc;

use crate::{
    document::{Document, Kind, Node},
    fault::quoted,
};

/// The options of a function as they were written: a place in a document of the ruleset, or nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    written: Option<(Arc<Document>, u32)>,
}

/// Something that is wrong with options.
#[derive(Clone, Debug)]
pub(crate) struct Mistake {
    /// The node that is wrong; the function itself if none.
    pub(crate) node: Option<u32>,
    /// What is wrong.
    pub(crate) what: String,
    /// What to do.
    pub(crate) mend: String,
}

impl Mistake {
    pub(super) fn new(node: Option<Node<'_>>, what: impl Into<String>, mend: impl Into<String>) -> Mistake {
        Mistake { node: node.map(Node::id), what: what.into(), mend: mend.into() }
    }

    /// The same as the only thing that is wrong.
    pub(super) fn alone<T>(
        node: Option<Node<'_>>,
        what: impl Into<String>,
        mend: impl Into<String>,
    ) -> Result<T, Vec<Mistake>> {
        Err(vec![Mistake::new(node, what, mend)])
    }
}

impl Options {
    /// Options that stand at a node of a document.
    pub(crate) fn at(document: &Arc<Document>, node: Node<'_>) -> Options {
        Options { written: Some((Arc::clone(document), node.id())) }
    }

    /// The node, unless nothing or `null` was written.
    pub(super) fn node(&self) -> Option<Node<'_>> {
        let (document, id) = self.written.as_ref()?;
        Some(document.node(*id)).filter(|node| node.kind() != Kind::Null)
    }

    /// One of the options.
    pub(super) fn get(&self, key: &str) -> Option<Node<'_>> {
        self.node().and_then(|node| node.get(key))
    }

    /// Part of the options, to be kept.
    pub(super) fn part(&self, key: &str) -> Options {
        let node = self.get(key).map(Node::id);
        let document = self.written.as_ref().map(|(document, _)| Arc::clone(document));
        Options { written: document.zip(node) }
    }

    /// The function takes no options.
    pub(super) fn none(&self, function: &str) -> Result<(), Vec<Mistake>> {
        match self.node() {
            None => Ok(()),
            some => Mistake::alone(some, format!("{} takes no options", quoted(function)), "remove `functionOptions`"),
        }
    }

    /// The options are a map that has these keys and no others.
    pub(super) fn only(&self, function: &str, keys: &[&str]) -> Result<(), Vec<Mistake>> {
        let Some(node) = self.node() else {
            return Ok(());
        };
        let known = keys.iter().map(|key| quoted(key)).collect::<Vec<_>>().join(", ");
        if node.kind() != Kind::Map {
            let what = format!("the options of {} must be a map, not {}", quoted(function), node.kind());
            return Mistake::alone(Some(node), what, format!("write a map with {known}"));
        }
        let unknown = node.entries().filter(|(key, _)| !keys.contains(&key.text)).map(|(key, value)| {
            let what = format!("{} has no option {}", quoted(function), quoted(key.text));
            Mistake::new(Some(value), what, format!("use {known}"))
        });
        let unknown: Vec<Mistake> = unknown.collect();
        if unknown.is_empty() { Ok(()) } else { Err(unknown) }
    }

    /// An option that must be there.
    pub(super) fn required(&self, function: &str, key: &str, mend: &str) -> Result<Node<'_>, Vec<Mistake>> {
        match self.get(key) {
            Some(node) => Ok(node),
            None => {
                let what = format!("{} needs the option {}", quoted(function), quoted(key));
                Mistake::alone(self.node(), what, mend)
            }
        }
    }

    /// An option that is a text, if it is there.
    pub(super) fn text(&self, function: &str, key: &str) -> Result<Option<String>, Vec<Mistake>> {
        let Some(node) = self.get(key) else {
            return Ok(None);
        };
        match node.as_str() {
            Some(text) => Ok(Some(text.to_owned())),
            None => {
                let what = format!("the option {} of {} must be a text", quoted(key), quoted(function));
                Mistake::alone(Some(node), what, "write a text")
            }
        }
    }

    /// An option that is true or false; false if it is not there.
    pub(super) fn flag(&self, function: &str, key: &str) -> Result<bool, Vec<Mistake>> {
        let Some(node) = self.get(key) else {
            return Ok(false);
        };
        match node.as_bool() {
            Some(flag) => Ok(flag),
            None => {
                let what = format!("the option {} of {} must be true or false", quoted(key), quoted(function));
                Mistake::alone(Some(node), what, "write `true` or `false`")
            }
        }
    }

    /// The option `oasVersion`: whether OpenAPI 2 is meant.
    pub(super) fn version(&self) -> Result<bool, Vec<Mistake>> {
        match self.get("oasVersion").and_then(Node::as_i64) {
            Some(2) => Ok(true),
            Some(3) => Ok(false),
            _ => Mistake::alone(self.node(), "the option `oasVersion` must be 2 or 3", "write 2 or 3"),
        }
    }
}
