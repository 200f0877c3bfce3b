//! Did it change what is inside a text: its media type, its encoding, its schema?
//!
//! ```yaml old
//! { type: string, contentEncoding: base64 }
//! ```
//! ```yaml new
//! { type: string, contentEncoding: base32 }
//! ```
//! ```changes
//! request-body-content-encoding-changed request-property-content-encoding-changed response-body-content-encoding-changed
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "encoded_content",
    checks: &[at_each_place! { Existence;
        "content-schema-added" = E E e e I I i: "what is inside a text must follow a schema now";
        "content-schema-removed" = I I i i E E e: "what is inside a text need not follow a schema any more";
        "content-media-type-changed" = E E e e E E e: "something of another media type is inside a text";
        "content-encoding-changed" = E E e e E E e: "what is inside a text is encoded in another way";
    }],
    keywords: &["contentSchema", "contentMediaType", "contentEncoding"],
    source: include_str!("encoded_content.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    note_presence(view, ledger, Keyword::ContentSchema, "content-schema");
    let kinds = [
        (Keyword::ContentMediaType, "content-media-type-changed"),
        (Keyword::ContentEncoding, "content-encoding-changed"),
    ];
    for (keyword, action) in kinds {
        let of = |schema: &Schema<'d>| schema.text(keyword).unwrap_or("none");
        let (old, new) = (of(&view.schemas.old), of(&view.schemas.new));
        let restated = keyword == Keyword::ContentEncoding && view.schemas.encoding_restated;
        if old != new && !restated {
            let what = format!("`{}` changed from `{old}` to `{new}`", keyword.text());
            ledger.note(view, action, view.nodes(keyword), &what);
        }
    }
}
