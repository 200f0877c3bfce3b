//! What does a schema say of its values, with all that it takes over by `$ref` and `allOf`?

use crate::{
    document::{Kind, Node},
    sources::reference_of,
    survey::{Survey, entries},
};

/// How many schemas one schema may consist of, before the rest is left unread.
const MOST_PARTS: usize = 100;

/// Keys whose map has names of schemas, not keywords.
const NAMES: [&str; 6] = ["properties", "patternProperties", "dependentSchemas", "$defs", "definitions", "schemas"];

/// A schema with every schema that holds beside it.
#[derive(Debug)]
pub(crate) struct Shape<'d> {
    parts: Vec<Node<'d>>,
    whole: bool,
}

impl<'d> Shape<'d> {
    /// What surely holds: the schema itself and what it takes over by `$ref` and `allOf`.
    pub(crate) fn of(survey: &Survey<'d>, schema: Node<'d>) -> Self {
        Self::gathered(survey, schema, &["allOf"])
    }

    /// What may hold: also what lies in the branches of `anyOf` and `oneOf`.
    pub(crate) fn with_branches(survey: &Survey<'d>, schema: Node<'d>) -> Self {
        Self::gathered(survey, schema, &["allOf", "anyOf", "oneOf"])
    }

    fn gathered(survey: &Survey<'d>, schema: Node<'d>, along: &[&str]) -> Self {
        let mut shape = Shape { parts: Vec::new(), whole: true };
        let mut waiting = vec![schema];
        while let Some(written) = waiting.pop() {
            if shape.parts.len() >= MOST_PARTS {
                shape.whole = false;
                break;
            }
            let node = survey.follow(written);
            if reference_of(node).is_some() {
                shape.whole = false;
            }
            // Beside a `$ref`, 3.1 lets more be said.
            for part in [written, node] {
                let known = |other: &Node<'d>| other.id() == part.id() && same_document(*other, part);
                if part.kind() != Kind::Map || shape.parts.len() >= MOST_PARTS || shape.parts.iter().any(known) {
                    continue;
                }
                shape.parts.push(part);
                for list in along.iter().filter_map(|key| part.get(key)) {
                    waiting.extend(list.items().take(MOST_PARTS + 1));
                }
            }
        }
        shape
    }

    /// The schemas that it consists of.
    pub(crate) fn parts(&self) -> &[Node<'d>] {
        &self.parts
    }

    /// Whether everything it consists of was there to be read.
    pub(crate) fn is_whole(&self) -> bool {
        self.whole
    }

    /// The value of a keyword, in whichever part says it first.
    pub(crate) fn says(&self, keyword: &str) -> Option<Node<'d>> {
        self.parts.iter().find_map(|part| part.get(keyword))
    }

    /// Whether some part has one of the keywords.
    pub(crate) fn has_any(&self, keywords: &[&str]) -> bool {
        keywords.iter().any(|keyword| self.says(keyword).is_some())
    }

    /// The properties of all parts, each with the node under its name.
    pub(crate) fn properties(&self) -> impl Iterator<Item = (&'d str, Node<'d>)> + '_ {
        self.parts.iter().flat_map(|part| entries(*part, "properties"))
    }

    /// Every property of a name.
    pub(crate) fn each_property(&self, name: &str) -> impl Iterator<Item = Node<'d>> + use<'_, 'd> {
        let name = name.to_owned();
        self.parts.iter().filter_map(move |part| part.get("properties")?.get(&name))
    }

    /// The first property that has one of the names.
    pub(crate) fn property<'n>(&self, names: impl IntoIterator<Item = &'n str>) -> Option<Node<'d>> {
        names.into_iter().find_map(|name| self.parts.iter().find_map(|part| part.get("properties")?.get(name)))
    }

    /// Whether some part names the type.
    pub(crate) fn may_be(&self, kind: &str) -> bool {
        self.parts.iter().any(|part| types(*part).any(|named| named == kind))
    }

    /// Whether it is a map: it says so, or names properties.
    pub(crate) fn is_object(&self) -> bool {
        self.may_be("object") || self.has_any(&["properties"])
    }

    /// Whether it is a list: some part says so, or says what the items are and nothing else.
    pub(crate) fn is_array(&self) -> bool {
        let lists = |part: &Node<'d>| part.get("items").or_else(|| part.get("prefixItems")).is_some();
        self.may_be("array") || self.parts.iter().any(|part| lists(part) && part.get("type").is_none())
    }
}

/// The types that a schema names itself, in the form of 3.0 or of 3.1.
pub(crate) fn types<'d>(schema: Node<'d>) -> impl Iterator<Item = &'d str> {
    let node = schema.get("type");
    let one = node.and_then(Node::as_str);
    one.into_iter().chain(node.into_iter().flat_map(Node::items).filter_map(Node::as_str))
}

/// Whether a schema says by itself that a value may be null: 3.0's `nullable`, 3.1's type, or a branch for it.
pub(crate) fn is_nullable(schema: Node<'_>) -> bool {
    let branch = |list: Node<'_>| list.items().any(|branch| types(branch).eq(["null"]));
    types(schema).any(|kind| kind == "null")
        || schema.get("nullable").and_then(Node::as_bool) == Some(true)
        || ["anyOf", "oneOf"].into_iter().filter_map(|key| schema.get(key)).any(branch)
}

/// The schemas that a branch written in place belongs to, the nearest first: what they say holds for the branch too.
pub(crate) fn around<'d>(schema: Node<'d>) -> impl Iterator<Item = Node<'d>> {
    let owner = |branch: &Node<'d>| {
        let list = branch.parent().filter(|list| list.kind() == Kind::List)?;
        let branches = list.key().is_some_and(|key| matches!(key.text, "allOf" | "anyOf" | "oneOf"));
        if branches { list.parent() } else { None }
    };
    std::iter::successors(owner(&schema), owner)
}

/// Whether a schema only asks something of a value that another schema describes: it stands below `not`, `if`,
/// `contains` or `propertyNames`.
pub(crate) fn only_asks(schema: Node<'_>) -> bool {
    let mut at = schema;
    while let Some(parent) = at.parent() {
        let Some(key) = at.key() else {
            at = parent;
            continue;
        };
        let is_name = parent.key().is_some_and(|key| NAMES.contains(&key.text));
        if matches!(key.text, "not" | "if" | "contains" | "propertyNames") && !is_name {
            return true;
        }
        if matches!(key.text, "components" | "paths" | "content") {
            return false;
        }
        at = parent;
    }
    false
}

fn same_document(one: Node<'_>, other: Node<'_>) -> bool {
    one.document().number() == other.document().number()
}
