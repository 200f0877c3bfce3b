//! Did the type or the format of a value change?
//!
//! A caller that sends texts breaks when numbers are wanted, and one that reads numbers breaks when texts come. Wider
//! is harmless in what callers send and breaks what they read; narrower is the other way round. `integer` is a part of
//! `number`. Where everything is text on the wire (parameters, headers, forms), any type may become `string`.
//!
//! ```yaml old
//! { type: integer }
//! ```
//! ```yaml new
//! { type: string }
//! ```
//! ```changes
//! request-body-type-changed request-property-type-changed response-body-type-changed
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "type_and_format",
    checks: &[at_each_place! { Type;
        "type-changed" = E E E W E E E: "the type or format changed to one that does not cover the old one";
        "type-generalized" = I I I I E E E: "the type or format became wider";
        "type-specialized" = _ _ _ E I I I: "the type or format became narrower";
        "type-compatible" = I I _ _ I I I: "the type changed, but both are text on the wire";
    }],
    keywords: &["type", "format"],
    source: include_str!("type_and_format.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    let change = TypeChange::of(view.schemas);
    if change.is_none() || view.is_out_of_reach() && view.position() == Position::RequestProperty {
        return;
    }
    let action = match view.position() {
        Position::RequestBody | Position::RequestProperty => change.in_a_request(view.is_loosely_typed()),
        Position::Parameter if change.breaks_parameter() && !becomes_exploded_list(view, &change) => "type-changed",
        Position::Parameter => "type-generalized",
        Position::ParameterProperty => change.in_a_parameter_property(),
        _ => change.in_a_response(view.is_loosely_typed()),
    };
    let keyword = if change.added.is_empty() && change.removed.is_empty() { Keyword::Format } else { Keyword::Type };
    ledger.note(view, action, view.nodes(keyword), &change.words(view));
}

/// A change of type and format, whichever of them changed.
struct TypeChange<'d> {
    old: Vec<&'d str>,
    new: Vec<&'d str>,
    added: Vec<&'d str>,
    removed: Vec<&'d str>,
    formats: (&'d str, &'d str),
}

impl<'d> TypeChange<'d> {
    fn of(schemas: &Schemas<'d>) -> TypeChange<'d> {
        let (added, removed) = schemas.type_changes();
        let (old, new) = schemas.types.clone();
        TypeChange { old, new, added, removed, formats: schemas.formats() }
    }

    fn is_none(&self) -> bool {
        !self.type_differs() && !self.format_differs()
    }

    fn type_differs(&self) -> bool {
        !self.added.is_empty() || !self.removed.is_empty()
    }

    fn format_differs(&self) -> bool {
        self.formats.0 != self.formats.1
    }

    fn is_widened(&self) -> bool {
        self.type_differs() && is_covered(&self.old, &self.new)
    }

    fn is_narrowed(&self) -> bool {
        self.type_differs() && is_covered(&self.new, &self.old)
    }

    fn both_have_types(&self) -> bool {
        !self.old.is_empty() && !self.new.is_empty()
    }

    fn in_a_request(&self, loose: bool) -> &'static str {
        let type_breaks = self.type_differs()
            && !self.is_widened()
            && !self.new.is_empty()
            && !becomes(&self.removed, &self.added, loose);
        let format_breaks =
            self.format_differs() && !self.dropped_type() && !format_becomes(&self.new, self.formats.0, self.formats.1);
        if type_breaks || format_breaks {
            "type-changed"
        } else if self.type_differs() && self.both_have_types() && !self.is_widened() {
            "type-compatible"
        } else {
            "type-generalized"
        }
    }

    /// The same seen the other way: what is read must still fit what was promised.
    fn in_a_response(&self, loose: bool) -> &'static str {
        let added_type = self.type_differs() && !self.is_narrowed() && self.old.is_empty();
        let type_breaks = self.type_differs()
            && !self.is_narrowed()
            && !self.old.is_empty()
            && !becomes(&self.added, &self.removed, loose);
        let format_breaks =
            self.format_differs() && !added_type && !format_becomes(&self.old, self.formats.1, self.formats.0);
        if type_breaks || format_breaks {
            if self.is_widened() { "type-generalized" } else { "type-changed" }
        } else if self.type_differs() && self.both_have_types() && !self.is_narrowed() {
            "type-compatible"
        } else {
            "type-specialized"
        }
    }

    fn breaks_parameter(&self) -> bool {
        self.breaks(true)
    }

    /// How an object in a parameter is written is not known, so only what is the same either way is certain.
    fn in_a_parameter_property(&self) -> &'static str {
        match (self.breaks(false), self.breaks(true)) {
            (true, true) => "type-specialized",
            (false, false) => "type-generalized",
            _ => "type-changed",
        }
    }

    fn breaks(&self, loose: bool) -> bool {
        let type_breaks = self.type_differs() && !becomes(&self.removed, &self.added, loose);
        type_breaks || self.format_differs() && !format_becomes(&self.new, self.formats.0, self.formats.1)
    }

    fn dropped_type(&self) -> bool {
        self.type_differs() && !self.is_widened() && self.new.is_empty()
    }

    fn words(&self, view: &View<'_, 'd>) -> String {
        let (dimension, old, new) = match (self.type_differs(), self.format_differs()) {
            (true, true) => ("type and format", both(&self.old, self.formats.0), both(&self.new, self.formats.1)),
            (true, false) => ("type", typed(&view.schemas.old, &self.old), typed(&view.schemas.new, &self.new)),
            _ => ("format", named(self.formats.0), named(self.formats.1)),
        };
        format!("the {dimension} changed from `{old}` to `{new}`")
    }
}

fn named(format: &str) -> String {
    if format.is_empty() { "none".to_owned() } else { format.to_owned() }
}

fn both(types: &[&str], format: &str) -> String {
    let types = if types.is_empty() { "any".to_owned() } else { types.join(", ") };
    if format.is_empty() { types } else { format!("{types} ({format})") }
}

fn typed(schema: &Schema<'_>, types: &[&str]) -> String {
    let items = schema.get(Keyword::Items).and_then(|items| items.get("type")).and_then(Node::as_str);
    let shown = types.iter().map(|name| match items {
        Some(items) if *name == "array" => format!("array of {items}"),
        _ => (*name).to_owned(),
    });
    if types.is_empty() { "any".to_owned() } else { shown.collect::<Vec<_>>().join(", ") }
}

/// Whether every one of some types is covered by one of others.
fn is_covered(types: &[&str], by: &[&str]) -> bool {
    !types.is_empty() && types.iter().all(|one| by.iter().any(|other| is_part(one, other)))
}

fn is_part(one: &str, of: &str) -> bool {
    one == of || one == "integer" && of == "number"
}

/// Whether a value of the types that went is also one of the types that came.
fn becomes(gone: &[&str], came: &[&str], loose: bool) -> bool {
    match (gone, came) {
        ([gone], [came]) if is_part(gone, came) => true,
        (_, []) => loose,
        (_, [came]) => loose && *came == "string",
        _ => false,
    }
}

fn format_becomes(types: &[&str], from: &str, to: &str) -> bool {
    if to.is_empty() {
        return true;
    }
    match types {
        ["number"] => (from, to) == ("float", "double"),
        ["integer"] => matches!((from, to), ("int32", "int64" | "bigint") | ("int64", "bigint")),
        ["string"] => matches!((from, to), ("date" | "time", "date-time")),
        _ => false,
    }
}

/// `?id=1` is also a list of one in a query that repeats the name for each item, as is the default.
fn becomes_exploded_list(view: &View<'_, '_>, change: &TypeChange<'_>) -> bool {
    let without_null = |types: &[&str]| types.iter().filter(|name| **name != "null").count();
    let added: Vec<&str> = change.added.iter().copied().filter(|name| *name != "null").collect();
    if added != ["array"] || without_null(&change.old) == 0 || !view.site.exploded {
        return false;
    }
    let Some(items) = view.schemas.new.get(Keyword::Items) else {
        return false;
    };
    let items = view.new_book.schema(items);
    let types = |schema: &Schema<'_>| schema.types().iter().filter(|name| **name != "null").count();
    let (old, new) = (view.schemas.old.types(), items.types());
    let gone: Vec<&str> = old.into_iter().filter(|name| *name != "null").collect();
    let came: Vec<&str> = new.into_iter().filter(|name| *name != "null").collect();
    let fits = types(&items) == 0 || gone == came || becomes(&gone, &came, true);
    fits && view.same.same_but_for(&view.schemas.old, &items, &[Keyword::Type, Keyword::Nullable])
}
