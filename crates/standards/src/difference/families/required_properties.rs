//! Must a property be there now that could be missing, or the other way round?
//!
//! ```yaml old
//! { type: object, properties: { name: { type: string } } }
//! ```
//! ```yaml new
//! { type: object, required: [name], properties: { name: { type: string } } }
//! ```
//! ```changes
//! request-property-became-required response-property-became-required
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "required_properties",
    checks: &[single_checks! { Requiredness;
        "request-property-became-required" = E (Request Schema): "A property of a request body must be sent now";
        "request-property-became-required-with-default" = E (Request Schema): "A property of a request body must be sent now although it has a default";
        "request-property-became-optional" = I (Request Schema): "A property of a request body need not be sent any more";
        "request-parameter-property-became-required" = e (Request Parameters): "A property of a parameter must be sent now";
        "request-parameter-property-became-optional" = i (Request Parameters): "A property of a parameter need not be sent any more";
        "request-header-property-became-required" = E (Request Parameters): "A property of a header that callers send must be sent now";
        "response-property-became-required" = I (Response Schema): "A property of a response body is always there now";
        "response-write-only-property-became-required" = I (Response Schema): "A property that callers never get is required now";
        "response-property-became-optional" = E (Response Schema): "A property of a response body may be missing now";
        "response-write-only-property-became-optional" = I (Response Schema): "A property that callers never get is optional now";
        "response-header-property-became-required" = i (Response Headers): "A property of a response's header is always there now";
        "response-header-property-became-optional" = e (Response Headers): "A property of a response's header may be missing now";
    }],
    keywords: &["required"],
    source: include_str!("required_properties.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    let (old, new) = (&view.schemas.old, &view.schemas.new);
    let names =
        |schema: &Schema<'d>| -> Vec<&'d str> { schema.required().into_iter().filter_map(Node::as_str).collect() };
    let (before, now) = (names(old), names(new));
    for name in now.iter().filter(|name| !before.contains(name)) {
        note(view, ledger, name, true);
    }
    for name in before.iter().filter(|name| !now.contains(name)) {
        note(view, ledger, name, false);
    }
}

fn note<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>, name: &str, required: bool) {
    let (old, new) = (view.schemas.old.property(name), view.schemas.new.property(name));
    // A property that came or went is reported as that. One that no side describes can still be demanded.
    let described = old.is_some() || new.is_some();
    let skipped = if described { old.is_none() || new.is_none() } else { view.reading == Reading::Published };
    if skipped {
        return;
    }
    let property = new.map(|node| view.new_book.schema(node));
    let has = |keyword| property.as_ref().is_some_and(|property| property.flag(keyword));
    let before = old.map(|node| view.old_book.schema(node));
    let write_only = match (view.path.is_empty(), &before) {
        (false, Some(before)) => before.flag(Keyword::WriteOnly),
        _ => has(Keyword::WriteOnly),
    };
    let with_default = property.as_ref().and_then(|property| property.get(Keyword::Default)).is_some();
    let id = match (view.part(), required) {
        (Part::Request { .. } | Part::Parameter { .. }, _) if has(Keyword::ReadOnly) => return,
        (Part::Request { .. }, true) if with_default => "request-property-became-required-with-default",
        (Part::Request { .. }, true) => "request-property-became-required",
        (Part::Request { .. }, false) => "request-property-became-optional",
        (Part::Parameter { location: "header", .. }, true) => "request-header-property-became-required",
        (Part::Parameter { .. }, true) => "request-parameter-property-became-required",
        (Part::Parameter { .. }, false) => "request-parameter-property-became-optional",
        (Part::Header { .. }, true) => "response-header-property-became-required",
        (Part::Header { .. }, false) => "response-header-property-became-optional",
        (Part::Response { .. }, true) if write_only => "response-write-only-property-became-required",
        (Part::Response { .. }, true) => "response-property-became-required",
        (Part::Response { .. }, false) if write_only => "response-write-only-property-became-optional",
        (Part::Response { .. }, false) => "response-property-became-optional",
    };
    let what = if required { "is required now" } else { "is not required any more" };
    let place = |schema: &Schema<'d>| {
        schema.required().into_iter().find(|item| item.as_str() == Some(name)).or(schema.get(Keyword::Required))
    };
    let nodes = (place(&view.schemas.old), place(&view.schemas.new));
    ledger.note_as(view, id, nodes, &format!("the property `{name}` {what}"));
}
