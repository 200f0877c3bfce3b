//! Is a property only sent, or only received, that was not before?
//!
//! ```yaml old
//! { type: object, properties: { id: { type: string } } }
//! ```
//! ```yaml new
//! { type: object, properties: { id: { type: string, readOnly: true } } }
//! ```
//! ```changes
//! request-optional-property-became-read-only response-optional-property-became-read-only
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "read_and_write",
    checks: &[single_checks! { Mutability;
        "request-optional-property-became-read-only" = IW (Request Schema): "An optional property of a request body may not be sent any more";
        "request-optional-property-became-not-read-only" = I (Request Schema): "An optional property of a request body may be sent now";
        "request-required-property-became-read-only" = IW (Request Schema): "A required property of a request body may not be sent any more";
        "request-required-property-became-not-read-only" = IE (Request Schema): "A required property must be sent now";
        "request-optional-property-became-write-only" = I (Request Schema): "An optional property of a request body is never sent back any more";
        "request-optional-property-became-not-write-only" = I (Request Schema): "An optional property of a request body may be sent back now";
        "request-required-property-became-write-only" = I (Request Schema): "A required property of a request body is never sent back any more";
        "request-required-property-became-not-write-only" = I (Request Schema): "A required property of a request body may be sent back now";
        "response-optional-property-became-read-only" = I (Response Schema): "An optional property of a response body may not be sent any more";
        "response-optional-property-became-not-read-only" = I (Response Schema): "An optional property of a response body may be sent now";
        "response-required-property-became-read-only" = I (Response Schema): "A required property of a response body may not be sent any more";
        "response-required-property-became-not-read-only" = I (Response Schema): "A required property of a response body may be sent now";
        "response-optional-property-became-write-only" = IE (Response Schema): "An optional property is not in the response any more";
        "response-optional-property-became-not-write-only" = I (Response Schema): "An optional property may be in the response now";
        "response-required-property-became-write-only" = IE (Response Schema): "A required property is not in the response any more";
        "response-required-property-became-not-write-only" = W (Response Schema): "A required property must be in the response now";
    }],
    keywords: &["readOnly", "writeOnly"],
    source: include_str!("read_and_write.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    let side = match view.part() {
        Part::Request { .. } => "request",
        Part::Response { .. } => "response",
        _ => return,
    };
    let Some((_, required)) = view.property else {
        return;
    };
    let need = if required { "required" } else { "optional" };
    for (keyword, name) in [(Keyword::WriteOnly, "write-only"), (Keyword::ReadOnly, "read-only")] {
        let (old, new) = (view.schemas.old.flag(keyword), view.schemas.new.flag(keyword));
        if old != new {
            let (no, what) = if new { ("", "is now") } else { ("not-", "is not any more") };
            let id = format!("{side}-{need}-property-became-{no}{name}");
            ledger.note_as(view, &id, view.nodes(keyword), &format!("it {what} `{}`", keyword.text()));
        }
    }
}
