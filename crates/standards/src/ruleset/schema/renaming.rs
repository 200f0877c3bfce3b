//! What does a schema say in its own words instead of its keywords' violations?
//!
//! `errorMessage` is one text for everything, or a map: texts for keywords, for properties or items of the value, for
//! required properties, and `_` for what is left.

use super::{Detail, Run, Scope, Violation};
use crate::{
    document::{Kind, Node},
    ruleset::view::address,
};

/// Violations on their way to being replaced.
struct Renaming<'r> {
    scope: Scope<'r>,
    holder: super::Address,
    here: String,
    rest: Vec<Violation>,
    said: Vec<Violation>,
}

impl<'d> Run<'_, 'd> {
    /// Replaces the violations since some number of them by what the schema's `errorMessage` says.
    pub(super) fn rename(&mut self, schema: Node<'d>, scope: Scope<'d>, before: usize) {
        let Some(message) = schema.get("errorMessage") else {
            return;
        };
        let rest = self.violations.split_off(before);
        let mut renaming = Renaming { scope, holder: address(schema), here: self.instance(), rest, said: Vec::new() };
        if message.kind() == Kind::Map {
            renaming.by_keyword(message);
            renaming.by_child(message);
        }
        if let Some(text) = message.as_str().or_else(|| message.get("_").and_then(Node::as_str)) {
            renaming.all(text);
        }
        self.violations.append(&mut renaming.rest);
        self.violations.append(&mut renaming.said);
    }
}

impl Renaming<'_> {
    /// Whether the schema is compiled by itself. Then the violations of all that it refers to look like its own.
    fn is_whole(&self) -> bool {
        self.holder == self.scope.piece
    }

    /// Takes the violations that something is true of. Whether there were any.
    fn take(&mut self, is_mine: impl Fn(&Violation) -> bool) -> bool {
        let before = self.rest.len();
        self.rest.retain(|violation| violation.keyword == "errorMessage" || !is_mine(violation));
        self.rest.len() < before
    }

    fn say(&mut self, instance: String, text: &str) {
        self.said.push(Violation {
            keyword: "errorMessage",
            instance,
            message: text.to_owned(),
            detail: Detail::default(),
            holder: self.holder,
            piece: self.scope.piece,
        });
    }

    fn by_keyword(&mut self, message: Node<'_>) {
        let (here, holder, whole) = (self.here.clone(), self.holder, self.is_whole());
        for (key, own) in message.entries() {
            if matches!(key.text, "properties" | "items" | "_") {
                continue;
            }
            let direct = |v: &Violation| v.holder == holder || (whole && v.holder == v.piece);
            let is_it = |v: &Violation| v.instance == here && v.keyword == key.text && direct(v);
            if let Some(text) = own.as_str() {
                if self.take(is_it) {
                    self.say(here.clone(), text);
                }
                continue;
            }
            for (property, text) in own.entries() {
                let found = self.take(|v| is_it(v) && v.detail.property.as_deref() == Some(property.text));
                if let Some(text) = text.as_str().filter(|_| found) {
                    self.say(here.clone(), text);
                }
            }
        }
    }

    fn by_child(&mut self, message: Node<'_>) {
        let properties = message.get("properties").into_iter().flat_map(Node::entries);
        let named = properties.map(|(key, text)| (key.text.to_owned(), text));
        let items = message.get("items").into_iter().flat_map(Node::items).enumerate();
        let all: Vec<(String, Node<'_>)> = named.chain(items.map(|(at, text)| (at.to_string(), text))).collect();
        for (child, text) in all {
            let place = format!("{}/{}", self.here, child.replace('~', "~0").replace('/', "~1"));
            let below = format!("{place}/");
            let found = self.take(|v| v.instance == place || v.instance.starts_with(&below));
            if let Some(text) = text.as_str().filter(|_| found) {
                self.say(place, text);
            }
        }
    }

    fn all(&mut self, text: &str) {
        let (here, piece, whole) = (self.here.clone(), self.scope.piece, self.is_whole());
        let below = format!("{here}/");
        if self.take(|v| (whole || v.piece == piece) && (v.instance == here || v.instance.starts_with(&below))) {
            self.say(here, text);
        }
    }
}
