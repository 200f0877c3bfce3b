//! Did one type become a choice of types, or the other way round?
//!
//! `oneOf: [{type: string}, {type: integer}]` is a type of its own in everything but form. So a move between it and
//! `type: string` is reported as types that came or went, not as a schema that was taken apart.
//!
//! ```yaml old
//! { type: string }
//! ```
//! ```yaml new
//! { oneOf: [{ type: string }, { type: integer }] }
//! ```
//! ```changes
//! request-body-list-of-types-widened request-property-list-of-types-widened response-body-list-of-types-widened
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "lists_of_types",
    checks: &[at_each_place! { Type;
        "list-of-types-widened" = I I I I E E e: "more types are allowed than before";
        "list-of-types-narrowed" = E E E E I I i: "fewer types are allowed than before";
    }],
    keywords: &[],
    source: include_str!("lists_of_types.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    let Some(lists) = TypeLists::of(view.schemas) else {
        return;
    };
    if view.position() == Position::RequestProperty && view.is_out_of_reach() {
        return;
    }
    let (first, second) =
        if view.is_request() { (&lists.removed, &lists.added) } else { (&lists.added, &lists.removed) };
    let narrowing = view.is_request() != first.is_empty();
    let types = if first.is_empty() { second } else { first };
    let types = types.join("`, `");
    if narrowing {
        ledger.note(
            view,
            "list-of-types-narrowed",
            (None, None),
            &format!("the types `{types}` are not allowed any more"),
        );
    } else {
        ledger.note(view, "list-of-types-widened", (None, None), &format!("the types `{types}` are allowed too"));
    }
}

/// The types that came and went in such a move.
pub(in super::super) struct TypeLists<'d> {
    added: Vec<&'d str>,
    removed: Vec<&'d str>,
}

impl<'d> TypeLists<'d> {
    /// None if there is no such move.
    pub(in super::super) fn of(schemas: &Schemas<'d>) -> Option<TypeLists<'d>> {
        let (old, old_is_list) = allowed(&schemas.old)?;
        let (new, new_is_list) = allowed(&schemas.new)?;
        if !old_is_list && !new_is_list || old.len() == new.len() && new.iter().all(|name| old.contains(name)) {
            return None;
        }
        let beyond = |some: &[&'d str], others: &[&'d str]| -> Vec<&'d str> {
            some.iter().copied().filter(|name| !others.contains(name)).collect()
        };
        let lists = TypeLists { added: beyond(&new, &old), removed: beyond(&old, &new) };
        (!lists.added.is_empty() || !lists.removed.is_empty()).then_some(lists)
    }
}

/// The types that a schema allows, if it does hardly more than to allow them, and whether it lists them as schemas.
fn allowed<'d>(schema: &Schema<'d>) -> Option<(Vec<&'d str>, bool)> {
    if schema.get(Keyword::Not).is_some() || !schema.items(Keyword::AllOf).is_empty() || schema.has_properties() {
        return None;
    }
    if let Some(first) = schema.types().first() {
        return Some((vec![first], false));
    }
    let of_list = |keyword| {
        let types: Option<Vec<&'d str>> = schema.items(keyword).into_iter().map(simple_type).collect();
        types.filter(|types| !types.is_empty())
    };
    of_list(Keyword::OneOf).or_else(|| of_list(Keyword::AnyOf)).map(|types| (types, true))
}

/// The one type of a schema that is neither an object with properties nor put together from others.
fn simple_type(node: Node<'_>) -> Option<&str> {
    let plain = ["properties", "oneOf", "anyOf", "allOf", "$ref"].into_iter().all(|name| node.get(name).is_none());
    let types = node.get("type").filter(|_| plain)?;
    let mut listed = types.items().filter_map(Node::as_str);
    types.as_str().or_else(|| listed.next().filter(|_| listed.next().is_none()))
}
