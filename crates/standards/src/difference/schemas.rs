//! What do an old and a new schema demand, said in the same way although OpenAPI 3.0 and 3.1 say some things differently?

use crate::document::Node;

use super::{
    book::{Book, Schema},
    keyword::Keyword,
};

/// An old and a new schema side by side.
pub(super) struct Schemas<'d> {
    pub(super) old: Schema<'d>,
    pub(super) new: Schema<'d>,
    pub(super) types: (Vec<&'d str>, Vec<&'d str>),
    pub(super) nullable: (bool, bool),
    pub(super) maximum: (Limit, Limit),
    pub(super) minimum: (Limit, Limit),
    /// One side says `format: byte`, the other `contentEncoding: base64`.
    pub(super) encoding_restated: bool,
    /// One side says `const: x`, the other `enum: [x]`.
    pub(super) constant_restated: bool,
    /// The side on which an alternative `type: "null"` stands for the other side's `nullable: true`.
    null_alternative: (bool, bool),
}

/// A bound of numbers: the largest or the smallest that is valid, or the one that is just not valid any more.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub(super) struct Limit {
    pub(super) inclusive: Option<f64>,
    pub(super) exclusive: Option<f64>,
}

impl<'d> Schemas<'d> {
    pub(super) fn of(old: Schema<'d>, new: Schema<'d>) -> Schemas<'d> {
        let mut schemas = Schemas {
            types: (old.types(), new.types()),
            nullable: (old.flag(Keyword::Nullable), new.flag(Keyword::Nullable)),
            maximum: limits(&old, &new, Keyword::Maximum, Keyword::ExclusiveMaximum),
            minimum: limits(&old, &new, Keyword::Minimum, Keyword::ExclusiveMinimum),
            encoding_restated: says_base64(&old, &new) || says_base64(&new, &old),
            constant_restated: false,
            null_alternative: (false, false),
            old,
            new,
        };
        schemas.restate_null();
        schemas
    }

    /// Looks at what needs to know whether two values are the same.
    pub(super) fn with_books(mut self, old: &Book<'d>, new: &Book<'d>) -> Schemas<'d> {
        let said = |book: &Book<'d>, schema: &Schema<'d>| (sole_value(schema)).map(|node| book.prints.said(node));
        let different_words = self.old.get(Keyword::Const).is_some() != self.new.get(Keyword::Const).is_some();
        let one = said(old, &self.old);
        self.constant_restated = different_words && one.is_some() && one == said(new, &self.new);
        self
    }

    /// 3.0 says `nullable: true` where 3.1 says `type: […, "null"]` or offers `type: "null"` as an alternative.
    fn restate_null(&mut self) {
        let keyword = self.nullable;
        if keyword.0 && !keyword.1 {
            self.nullable.1 = take_null(&mut self.types.1) || has_null_alternative(&self.new);
            self.null_alternative.1 = has_null_alternative(&self.new);
        }
        if keyword.1 && !keyword.0 {
            self.nullable.0 = take_null(&mut self.types.0) || has_null_alternative(&self.old);
            self.null_alternative.0 = has_null_alternative(&self.old);
        }
    }

    /// The schemas that a list keyword holds, old and new.
    pub(super) fn lists(&self, keyword: Keyword) -> (Vec<Node<'d>>, Vec<Node<'d>>) {
        let listed = |schema: &Schema<'d>, without_null: bool| {
            let mut items = schema.items(keyword);
            if without_null && matches!(keyword, Keyword::OneOf | Keyword::AnyOf) {
                items.retain(|item| !is_bare_null(*item));
            }
            items
        };
        (listed(&self.old, self.null_alternative.0), listed(&self.new, self.null_alternative.1))
    }

    /// Types that the new schema has and the old one has not, and the other way round.
    pub(super) fn type_changes(&self) -> (Vec<&'d str>, Vec<&'d str>) {
        let (old, new) = &self.types;
        let beyond = |some: &[&'d str], others: &[&'d str]| -> Vec<&'d str> {
            some.iter().copied().filter(|name| !others.contains(name)).collect()
        };
        (beyond(new, old), beyond(old, new))
    }

    /// The formats.
    pub(super) fn formats(&self) -> (&'d str, &'d str) {
        if self.encoding_restated {
            return ("", "");
        }
        let of = |schema: &Schema<'d>| schema.text(Keyword::Format).unwrap_or_default();
        (of(&self.old), of(&self.new))
    }
}

fn take_null(types: &mut Vec<&str>) -> bool {
    let before = types.len();
    types.retain(|name| *name != "null");
    types.len() < before
}

fn has_null_alternative(schema: &Schema<'_>) -> bool {
    let mut alternatives = schema.items(Keyword::OneOf);
    alternatives.extend(schema.items(Keyword::AnyOf));
    alternatives.into_iter().any(is_bare_null)
}

/// Whether a schema is nothing but `type: "null"`.
fn is_bare_null(node: Node<'_>) -> bool {
    node.get("type").and_then(Node::as_str) == Some("null") && node.entries().count() == 1
}

/// The only value that is valid: a constant, or the one item of an enumeration.
fn sole_value<'d>(schema: &Schema<'d>) -> Option<Node<'d>> {
    let listed = schema.get(Keyword::Enum);
    match (schema.get(Keyword::Const), listed) {
        (Some(constant), None) => Some(constant),
        (None, Some(list)) => {
            let mut items = list.items();
            items.next().filter(|_| items.next().is_none())
        }
        _ => None,
    }
}

fn says_base64(format: &Schema<'_>, encoding: &Schema<'_>) -> bool {
    format.text(Keyword::Format) == Some("byte")
        && format.get(Keyword::ContentEncoding).is_none()
        && encoding.get(Keyword::Format).is_none()
        && encoding.text(Keyword::ContentEncoding) == Some("base64")
}

/// 3.0 says `exclusiveMaximum: true` beside `maximum`, 3.1 says `exclusiveMaximum: 10` instead of it.
fn limits(old: &Schema<'_>, new: &Schema<'_>, inclusive: Keyword, exclusive: Keyword) -> (Limit, Limit) {
    let of = |schema: &Schema<'_>| {
        let number = schema.number(inclusive);
        match schema.get(exclusive).map(|node| (node.as_bool(), node.as_f64())) {
            Some((Some(true), _)) => Limit { inclusive: None, exclusive: number },
            Some((_, Some(limit))) => Limit { inclusive: number, exclusive: Some(limit) },
            _ => Limit { inclusive: number, exclusive: None },
        }
    };
    (of(old), of(new))
}
