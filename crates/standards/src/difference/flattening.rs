//! What does a schema demand if all schemas of its `allOf` are written out in one?
//!
//! `allOf` of a base and some properties means the same as one schema with all of them. So where one contract puts a
//! schema together and the other writes it out, both are compared written out. Only where the parts agree: what they
//! contradict each other in is left as it is.

use crate::document::Node;

use super::{
    book::{Book, Schema},
    equivalence::accepts_all,
    keyword::{Holds, Keyword, Keywords},
};

/// How many schemas may be put together, and how deep.
const MOST_PARTS: usize = 200;
const DEEPEST: usize = 16;

/// The two schemas, written out on the side that puts together what the other one writes out.
pub(super) fn levelled<'d>(
    old: Schema<'d>,
    new: Schema<'d>,
    (old_book, new_book): (&Book<'d>, &Book<'d>),
) -> (Schema<'d>, Schema<'d>) {
    if is_put_together(&old, &new) {
        let flat = flattened(&old, old_book);
        return (flat.unwrap_or(old), new);
    }
    if is_put_together(&new, &old) {
        let flat = flattened(&new, new_book);
        return (old, flat.unwrap_or(new));
    }
    (old, new)
}

/// Whether one schema has a list that must be followed as a whole, and the other one has no such list.
fn is_put_together(one: &Schema<'_>, other: &Schema<'_>) -> bool {
    let all = |schema: &Schema<'_>| schema.items(Keyword::AllOf).len();
    let sole = |keyword| one.items(keyword).len() == 1 && other.items(keyword).is_empty();
    all(one) > 0 && all(other) == 0 || sole(Keyword::OneOf) || sole(Keyword::AnyOf)
}

/// A schema with the schemas of its `allOf` written out; none if that cannot be done.
pub(super) fn flattened<'d>(schema: &Schema<'d>, book: &Book<'d>) -> Option<Schema<'d>> {
    let mut flat = Flat { book, parts: 0, known: Vec::new(), properties: Vec::new(), required: Vec::new() };
    flat.gather(schema, 0)?;
    Some(Schema {
        node: schema.node,
        keywords: Keywords::of_known(flat.known),
        properties: Some(flat.properties),
        required: Some(flat.required),
    })
}

/// A choice of one is none.
fn is_sole(list: Node<'_>) -> bool {
    list.items().count() == 1
}

struct Flat<'b, 'd> {
    book: &'b Book<'d>,
    parts: usize,
    known: Vec<(Keyword, Node<'d>)>,
    properties: Vec<(&'d str, Node<'d>)>,
    required: Vec<Node<'d>>,
}

impl<'d> Flat<'_, 'd> {
    fn gather(&mut self, schema: &Schema<'d>, depth: usize) -> Option<()> {
        self.parts += 1;
        let unreadable = schema.keywords.never || schema.keywords.unknown().any(|(name, _)| !name.starts_with("x-"));
        if unreadable || self.parts > MOST_PARTS || depth > DEEPEST {
            return None;
        }
        for (keyword, node) in schema.keywords.known() {
            match keyword {
                Keyword::AllOf | Keyword::OneOf | Keyword::AnyOf if keyword == Keyword::AllOf || is_sole(node) => {
                    for part in node.items() {
                        self.gather(&self.book.schema(part), depth + 1)?;
                    }
                }
                Keyword::Properties => {
                    for (key, property) in node.entries() {
                        self.put_property(key.text, property)?;
                    }
                }
                Keyword::Required => self.put_required(node),
                // What a part says of properties that it does not name, the other parts' properties must keep too.
                Keyword::AdditionalProperties if !accepts_all(node) => return None,
                Keyword::Discriminator if depth > 0 => {}
                keyword if matches!(keyword.holds(), Holds::Words | Holds::Name) && depth > 0 => {}
                keyword => self.put(keyword, node)?,
            }
        }
        Some(())
    }

    fn put_property(&mut self, name: &'d str, property: Node<'d>) -> Option<()> {
        match self.properties.iter().find(|(known, _)| *known == name) {
            Some((_, known)) if self.book.prints.said(*known) == self.book.prints.said(property) => {}
            Some(_) => return None,
            None => self.properties.push((name, property)),
        }
        Some(())
    }

    fn put_required(&mut self, names: Node<'d>) {
        for name in names.items() {
            if self.required.iter().all(|known| known.as_str() != name.as_str()) {
                self.required.push(name);
            }
        }
    }

    fn put(&mut self, keyword: Keyword, node: Node<'d>) -> Option<()> {
        match self.known.iter().find(|(known, _)| *known == keyword) {
            Some((_, known)) if self.book.prints.said(*known) == self.book.prints.said(node) => {}
            Some(_) => return None,
            None => self.known.push((keyword, node)),
        }
        Some(())
    }
}
