//! Did the list of allowed values change?
//!
//! A value that callers may not send any more breaks those that send it; a value that may come now breaks those that
//! have no answer to it. `x-extensible-enum` announces that values will be added, so there only removal counts.
//!
//! ```yaml old
//! { type: string, enum: [open, closed] }
//! ```
//! ```yaml new
//! { type: string, enum: [open, waiting] }
//! ```
//! ```changes
//! request-body-enum-value-removed request-body-enum-value-added request-property-enum-value-removed
//! request-property-enum-value-added response-mediatype-enum-value-removed response-body-enum-value-added
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "enumerations",
    checks: &[
        at_each_place! { Values;
            "became-enum" = E E E e i i i: "only listed values are allowed now";
            "enum-lifted" = i i i i w w w: "values are not listed any more";
            "enum-value-added" = i I I I w W w: "a value was added to the list";
            "enum-value-removed" = E E E E _ I i: "a value was taken from the list";
            "x-extensible-enum-value-added" = i i i i i i i: "a value was added to the list that may grow";
            "x-extensible-enum-value-removed" = e E E e i i i: "a value was taken from the list that may grow";
        },
        single_checks! { Values;
            "response-mediatype-enum-value-removed" = I (Response Schema): "A value was taken from the list of a response body";
            "request-read-only-property-enum-value-removed" = I (Request Schema): "A value was taken from the list of a property that callers never send";
            "response-write-only-property-enum-value-added" = I (Response Schema): "A value was added to the list of a property that callers never get";
            "request-header-property-became-enum" = E (Request Parameters): "Only listed values are allowed now in a header that callers send";
        },
    ],
    keywords: &["enum", "x-extensible-enum"],
    source: include_str!("enumerations.rs"),
};

pub(super) fn look<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    look_at_extensible(view, ledger);
    if view.schemas.constant_restated {
        return;
    }
    let (old, new) = view.nodes(Keyword::Enum);
    let (gone, came) = (missing(view, old, new, true), missing(view, new, old, false));
    if gone.is_empty() && came.is_empty() {
        return;
    }
    let published = view.reading == Reading::Published;
    if old.is_none() {
        note_became_enum(view, ledger, new);
    } else if new.is_none() && !published {
        ledger.note(view, "enum-lifted", (old, None), "values are not listed any more");
        return;
    }
    for value in gone {
        note_removed(view, ledger, value);
    }
    if published && matches!(view.position(), Position::RequestBody | Position::ResponseBody)
        || old.is_none() && !published
    {
        return;
    }
    for value in came {
        let what = format!("the value {} was added to the list", shown(value));
        match view.position() {
            Position::ResponseProperty if view.is_out_of_reach() => {
                ledger.note_as(view, "response-write-only-property-enum-value-added", (None, Some(value)), &what);
            }
            _ => ledger.note(view, "enum-value-added", (old, Some(value)), &what),
        }
    }
}

fn note_became_enum<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>, new: Option<Node<'d>>) {
    let what = "only listed values are allowed now";
    ledger.note(view, "became-enum", (None, new), what);
    let in_header = matches!(view.part(), Part::Parameter { location: "header", .. });
    if in_header && view.reading == Reading::Published {
        ledger.note_as(view, "request-header-property-became-enum", (None, new), what);
    }
}

fn note_removed<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>, value: Node<'d>) {
    let what = format!("the value {} was taken from the list", shown(value));
    let nodes = (Some(value), view.schemas.new.get(Keyword::Enum));
    match view.position() {
        Position::ResponseBody => ledger.note_as(view, "response-mediatype-enum-value-removed", nodes, &what),
        Position::RequestProperty if view.is_out_of_reach() => {
            ledger.note_as(view, "request-read-only-property-enum-value-removed", nodes, &what);
        }
        _ => ledger.note(view, "enum-value-removed", nodes, &what),
    }
}

fn look_at_extensible<'d>(view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
    let (Some(old), Some(new)) = view.nodes(Keyword::ExtensibleEnum) else {
        return;
    };
    if view.is_out_of_reach() {
        return;
    }
    for value in missing(view, Some(old), Some(new), true) {
        let what = format!("the value {} was taken from the list that may grow", shown(value));
        ledger.note(view, "x-extensible-enum-value-removed", (Some(value), Some(new)), &what);
    }
    for value in missing(view, Some(new), Some(old), false) {
        let what = format!("the value {} was added to the list that may grow", shown(value));
        ledger.note(view, "x-extensible-enum-value-added", (Some(old), Some(value)), &what);
    }
}

/// The values of one list that are not in the other; the first is the old one or not.
fn missing<'d>(
    view: &View<'_, 'd>,
    list: Option<Node<'d>>,
    from: Option<Node<'d>>,
    first_is_old: bool,
) -> Vec<Node<'d>> {
    let (mine, theirs) = if first_is_old { (view.old_book, view.new_book) } else { (view.new_book, view.old_book) };
    let known: HashSet<u64> = from.into_iter().flat_map(Node::items).map(|item| theirs.prints.said(item)).collect();
    list.into_iter().flat_map(Node::items).filter(|item| !known.contains(&mine.prints.said(*item))).collect()
}
