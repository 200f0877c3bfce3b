//! May a value be null now, or no longer?
//!
//! `nullable: true` (OpenAPI 3.0), `type: [string, "null"]` (3.1) and `oneOf: [{type: "null"}, …]` say the same, so a
//! move from one form to another is no change. Callers that read break when null comes where none came before; callers
//! that send break when null is refused where it was taken.
//!
//! ```yaml old
//! { type: string }
//! ```
//! ```yaml new
//! { type: [string, "null"] }
//! ```
//! ```changes
//! request-body-became-nullable request-property-became-nullable response-body-became-nullable
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "nullability",
    checks: &[at_each_place! { Requiredness;
        "became-nullable" = I I I I E E E: "null is allowed now";
        "became-not-nullable" = E E E E I I I: "null is not allowed any more";
    }],
    keywords: &["nullable"],
    source: include_str!("nullability.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    let schemas = view.schemas;
    let (added, removed) = schemas.type_changes();
    let (old, new) = &schemas.types;
    let (action, what) = match (schemas.nullable, view.pair.wrapping) {
        ((true, false), _) => BECAME_NOT_NULLABLE,
        ((false, true), _) => BECAME_NULLABLE,
        _ if removed.contains(&"null") && !new.is_empty() => BECAME_NOT_NULLABLE,
        _ if added.contains(&"null") && !old.is_empty() => BECAME_NULLABLE,
        (_, Wrapping::NullAdded) => BECAME_NULLABLE,
        (_, Wrapping::NullRemoved) => BECAME_NOT_NULLABLE,
        _ => return,
    };
    let keyword = if schemas.nullable.0 == schemas.nullable.1 { Keyword::Type } else { Keyword::Nullable };
    ledger.note(view, action, view.nodes(keyword), what);
}

const BECAME_NULLABLE: (&str, &str) = ("became-nullable", "null is allowed now");
const BECAME_NOT_NULLABLE: (&str, &str) = ("became-not-nullable", "null is not allowed any more");
