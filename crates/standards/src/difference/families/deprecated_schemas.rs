//! Was a property announced to go, or is it not going after all?
//!
//! A deprecated property may be taken away once its sunset (`x-sunset`) has passed, so the announcement matters as much
//! as the removal. An API that promises notice has to say when.
//!
//! ```yaml old
//! { type: object, properties: { old: { type: string } } }
//! ```
//! ```yaml new
//! { type: object, properties: { old: { type: string, deprecated: true } } }
//! ```
//! ```changes
//! request-property-deprecated response-property-deprecated
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "deprecated_schemas",
    checks: &[at_each_place! { Lifecycle;
        "deprecated" = i I I i i I i: "a schema was deprecated";
        "deprecated-with-sunset" = i I i i i I i: "a schema was deprecated with a date for its end";
        "deprecated-sunset-missing" = e E E e e E e: "a schema was deprecated without the date that is asked for";
        "deprecated-sunset-invalid" = e E e e e E e: "a schema was deprecated with a date that is none";
        "reactivated" = i I I i i I i: "a schema is not deprecated any more";
        "sunset-date-too-small" = e E E e e E e: "a schema was deprecated with too little notice";
    }],
    keywords: &["deprecated", "x-sunset"],
    source: include_str!("deprecated_schemas.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    let published = view.reading == Reading::Published;
    if published && !matches!(view.position(), Position::RequestProperty | Position::ResponseProperty) {
        return;
    }
    let nodes = view.nodes(Keyword::Deprecated);
    match (view.schemas.old.flag(Keyword::Deprecated), view.schemas.new.flag(Keyword::Deprecated)) {
        (true, false) => ledger.note(view, "reactivated", nodes, "it is not deprecated any more"),
        (false, true) => {
            let sunset = view.schemas.new.get(Keyword::Sunset);
            let (action, what) = match Notice::of(sunset, view.site.notice, ledger.today) {
                Notice::None => ("deprecated", "it was deprecated".to_owned()),
                Notice::Missing => ("deprecated-sunset-missing", "it was deprecated without `x-sunset`".to_owned()),
                Notice::Invalid => ("deprecated-sunset-invalid", "`x-sunset` is no date".to_owned()),
                Notice::TooShort(day) => ("sunset-date-too-small", format!("its end on {day} comes too early")),
                Notice::Until(day) => ("deprecated-with-sunset", format!("it was deprecated and ends on {day}")),
            };
            ledger.note(view, action, nodes, &what);
        }
        _ => {}
    }
}
