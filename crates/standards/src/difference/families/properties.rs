//! Was a property added or taken away?
//!
//! A new property that must be sent breaks every caller that does not know it; one that was taken away breaks every
//! caller that reads it. In what callers send, a property that went is breaking here too: what callers say with it gets
//! lost or refused (VER-04). One that was deprecated, and is past its sunset if it has one, may go (VER-08).
//!
//! ```yaml old
//! { type: object, required: [name], properties: { name: { type: string }, born: { type: string } } }
//! ```
//! ```yaml new
//! { type: object, required: [name, street], properties: { name: { type: string }, street: { type: string } } }
//! ```
//! ```changes
//! request-property-removed new-required-request-property response-optional-property-removed
//! response-required-property-added
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "properties",
    checks: &[single_checks! { Existence;
        "request-property-removed" = WE (Request Schema): "A property of a request body was taken away";
        "request-property-removed-with-deprecation" = i (Request Schema): "A deprecated property of a request body was taken away";
        "new-required-request-property" = E (Request Schema): "A request body has a new property that must be sent";
        "new-required-request-property-with-default" = E (Request Schema): "A request body has a new property that must be sent although it has a default";
        "new-optional-request-property" = I (Request Schema): "A request body has a new property that may be sent";
        "request-parameter-property-removed" = e (Request Parameters): "A property of a parameter was taken away";
        "new-required-request-parameter-property" = e (Request Parameters): "A parameter has a new property that must be sent";
        "new-optional-request-parameter-property" = i (Request Parameters): "A parameter has a new property that may be sent";
        "new-required-request-header-property" = E (Request Parameters): "A header that callers send has a new property that must be sent";
        "response-required-property-removed" = E (Response Schema): "A property that was always there was taken from a response body";
        "response-optional-property-removed" = WE (Response Schema): "A property that could be there was taken from a response body";
        "response-property-removed-with-deprecation" = i (Response Schema): "A deprecated property was taken from a response body";
        "response-required-write-only-property-removed" = I (Response Schema): "A property that callers never get was taken from a response body";
        "response-optional-write-only-property-removed" = I (Response Schema): "A property that callers never get was taken from a response body";
        "response-required-property-added" = I (Response Schema): "A response body has a new property that is always there";
        "response-optional-property-added" = I (Response Schema): "A response body has a new property that may be there";
        "response-required-write-only-property-added" = I (Response Schema): "A response body has a new property that callers never get";
        "response-optional-write-only-property-added" = I (Response Schema): "A response body has a new property that callers never get";
        "response-header-property-removed" = e (Response Headers): "A property of a response's header was taken away";
        "response-header-property-added" = i (Response Headers): "A response's header has a new property";
    }],
    keywords: &["properties"],
    source: include_str!("properties.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    for (name, node) in view.schemas.old.properties() {
        let moved = || one_of::is_moved(view.schemas, view.new_book, name);
        if view.schemas.new.property(name).is_none() && !moved() {
            note_removed(view, ledger, name, node);
        }
    }
    for (name, node) in view.schemas.new.properties() {
        if view.schemas.old.property(name).is_none() {
            note_added(view, ledger, name, node);
        }
    }
}

fn note_removed<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>, name: &str, node: Node<'d>) {
    let property = view.old_book.schema(node);
    let required = view.schemas.old.requires(name);
    let may_go = view.reading == Reading::Hansom && may_go(&property, ledger.today);
    let hidden = property.flag(Keyword::WriteOnly);
    let id = match (view.part(), required) {
        (Part::Request { .. }, _) if property.flag(Keyword::ReadOnly) => return,
        (Part::Request { .. }, _) if may_go => "request-property-removed-with-deprecation",
        (Part::Request { .. }, _) => "request-property-removed",
        (Part::Parameter { .. }, _) => "request-parameter-property-removed",
        (Part::Header { .. }, _) => "response-header-property-removed",
        (Part::Response { .. }, true) if hidden => "response-required-write-only-property-removed",
        (Part::Response { .. }, false) if hidden => "response-optional-write-only-property-removed",
        (Part::Response { .. }, _) if may_go => "response-property-removed-with-deprecation",
        (Part::Response { .. }, true) => "response-required-property-removed",
        (Part::Response { .. }, false) => "response-optional-property-removed",
    };
    let word = if required { "required" } else { "optional" };
    let nodes = (Some(node), view.schemas.new.get(Keyword::Properties));
    ledger.note_as(view, id, nodes, &format!("the {word} property `{name}` was taken away"));
}

fn note_added<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>, name: &str, node: Node<'d>) {
    let property = view.new_book.schema(node);
    let required = view.schemas.new.requires(name);
    let with_default = property.get(Keyword::Default).is_some_and(|value| value.kind() != Kind::Null);
    let hidden = property.flag(Keyword::WriteOnly);
    let unsent = property.flag(Keyword::ReadOnly);
    let published = view.reading == Reading::Published;
    let id = match (view.part(), required) {
        (Part::Request { .. }, _) if unsent => return,
        (Part::Parameter { .. }, true) if unsent => return,
        (Part::Request { .. }, true) if with_default => "new-required-request-property-with-default",
        (Part::Request { .. }, true) => "new-required-request-property",
        (Part::Request { .. }, false) => "new-optional-request-property",
        (Part::Parameter { location: "header", .. }, true) => "new-required-request-header-property",
        (Part::Parameter { .. }, _) | (Part::Header { .. }, _) if published => return,
        (Part::Parameter { .. }, true) => "new-required-request-parameter-property",
        (Part::Parameter { .. }, false) => "new-optional-request-parameter-property",
        (Part::Header { .. }, _) => "response-header-property-added",
        (Part::Response { .. }, true) if hidden => "response-required-write-only-property-added",
        (Part::Response { .. }, false) if hidden => "response-optional-write-only-property-added",
        (Part::Response { .. }, true) => "response-required-property-added",
        (Part::Response { .. }, false) => "response-optional-property-added",
    };
    let word = if required { "required" } else { "optional" };
    let nodes = (view.schemas.old.get(Keyword::Properties), Some(node));
    ledger.note_as(view, id, nodes, &format!("the {word} property `{name}` was added"));
}

/// Whether something is deprecated and past its sunset, if it has one.
fn may_go(property: &Schema<'_>, today: Day) -> bool {
    let past = |sunset: Node<'_>| sunset.as_str().and_then(Day::parse).is_some_and(|day| day <= today);
    property.flag(Keyword::Deprecated) && property.get(Keyword::Sunset).is_none_or(past)
}
