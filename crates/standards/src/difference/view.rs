//! From where is a schema looked at: in which operation, in which part of it, under which name?

use std::sync::Arc;

use super::{
    Reading,
    book::Book,
    catalogue::{Check, Kind},
    change::Operation,
    equivalence::Equivalence,
    families::lists_of_types::TypeLists,
    keyword::Keyword,
    ledger::Nodes,
    pairs::{List, Pair, Wrapping},
    schemas::Schemas,
};

/// A part of an operation that has a schema.
pub(super) struct Site<'s> {
    pub(super) operation: Arc<Operation>,
    pub(super) part: Part<'s>,
    /// Several media types differ, so each change has to say which it is about.
    pub(super) several: bool,
    /// A parameter that repeats its name for each item of a list.
    pub(super) exploded: bool,
    /// The API calls and the other side answers.
    pub(super) turned: bool,
    /// How many days of notice are asked for before something deprecated may end.
    pub(super) notice: u32,
}

/// Which part it is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part<'s> {
    Request { media: &'s str },
    Parameter { location: &'s str, name: &'s str, required: (bool, bool) },
    Response { status: &'s str, media: &'s str },
    Header { status: &'s str, name: &'s str },
}

/// The kind of place where a schema stands, as the ids of checks tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    RequestBody,
    RequestProperty,
    Parameter,
    ParameterProperty,
    ResponseBody,
    ResponseProperty,
    Header,
}

/// One pair of schemas, seen from one place.
pub(super) struct View<'v, 'd> {
    pub(super) site: &'v Site<'v>,
    pub(super) pair: &'v Pair<'d>,
    pub(super) schemas: &'v Schemas<'d>,
    pub(super) reading: Reading,
    /// How one gets here from the part: `owner/address`; empty at the part itself.
    pub(super) path: &'v str,
    /// The name of the property that the schema is of, and whether the old contract demands it.
    pub(super) property: Option<(&'v str, bool)>,
    /// The schema lies inside a `not` or an `if`.
    pub(super) turned: bool,
    pub(super) old_book: &'v Book<'d>,
    pub(super) new_book: &'v Book<'d>,
    pub(super) same: &'v Equivalence<'v, 'd>,
    /// Several raw differences that are one change.
    pub(super) transition: Transition,
}

/// Differences that are really one change, which a check of its own reports; others would repeat parts of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Transition {
    /// X became `oneOf: [null, X]`, or the other way round.
    pub(super) null_wrapping: bool,
    /// An object became a choice of objects.
    pub(super) one_of_wrapping: bool,
    /// One type became a choice of types, or the other way round.
    pub(super) type_list: bool,
    /// Only `null` was added to the types or taken away.
    pub(super) null_alone: bool,
}

impl Transition {
    pub(super) fn of(pair: &Pair<'_>, schemas: &Schemas<'_>, moved: bool) -> Transition {
        let (added, removed) = schemas.type_changes();
        let only_null = |types: &[&str]| types.iter().all(|name| *name == "null");
        let formats = schemas.formats();
        let null_alone = !(added.is_empty() && removed.is_empty())
            && only_null(&added)
            && only_null(&removed)
            && formats.0 == formats.1;
        Transition {
            null_wrapping: pair.wrapping != Wrapping::None,
            one_of_wrapping: moved,
            type_list: TypeLists::of(schemas).is_some(),
            null_alone,
        }
    }
}

impl<'d> View<'_, 'd> {
    /// Which part it is, from where the callers of the contract stand: what an API sends by itself they read.
    pub(super) fn part(&self) -> Part<'_> {
        match self.site.part {
            Part::Request { media } if self.site.turned => Part::Response { status: "", media },
            Part::Response { media, .. } if self.site.turned => Part::Request { media },
            part => part,
        }
    }

    /// The nodes of a keyword.
    pub(super) fn nodes(&self, keyword: Keyword) -> Nodes<'d> {
        (self.schemas.old.get(keyword), self.schemas.new.get(keyword))
    }

    /// What a list of alternatives lost and won, if it did.
    pub(super) fn list(&self, keyword: Keyword) -> Option<&List<'d>> {
        self.pair.lists.iter().find(|list| list.keyword == keyword)
    }

    pub(super) fn position(&self) -> Position {
        match (self.part(), self.path.is_empty()) {
            (Part::Request { .. }, true) => Position::RequestBody,
            (Part::Request { .. }, false) => Position::RequestProperty,
            (Part::Parameter { .. }, true) => Position::Parameter,
            (Part::Parameter { .. }, false) => Position::ParameterProperty,
            (Part::Response { .. }, true) => Position::ResponseBody,
            (Part::Response { .. }, false) => Position::ResponseProperty,
            (Part::Header { .. }, _) => Position::Header,
        }
    }

    pub(super) fn is_request(&self) -> bool {
        matches!(self.part(), Part::Request { .. } | Part::Parameter { .. })
    }

    /// Whether a number may be sent as a text there, because everything is text on the wire.
    pub(super) fn is_loosely_typed(&self) -> bool {
        match self.site.part {
            Part::Request { media } | Part::Response { media, .. } => !is_json(media),
            Part::Parameter { .. } | Part::Header { .. } => true,
        }
    }

    /// Callers never send what is read-only, and never get what is write-only.
    pub(super) fn is_out_of_reach(&self) -> bool {
        match self.part() {
            Part::Request { .. } => self.schemas.new.flag(Keyword::ReadOnly),
            Part::Response { .. } => self.schemas.new.flag(Keyword::WriteOnly),
            _ => false,
        }
    }

    pub(super) fn is_turned(&self) -> bool {
        self.turned && self.reading == Reading::Hansom
    }

    /// What the change is about, in words.
    pub(super) fn subject(&self) -> String {
        let path = self.path;
        let media = |media: &str| if self.site.several { format!(" ({media})") } else { String::new() };
        match (self.site.part, path.is_empty()) {
            (Part::Request { media: m }, true) if self.site.turned => format!("body that the API sends{}", media(m)),
            (Part::Request { media: m }, false) if self.site.turned => {
                format!("property `{path}` that the API sends{}", media(m))
            }
            (Part::Response { status, media: m }, true) if self.site.turned => {
                format!("body answered to the API with `{status}`{}", media(m))
            }
            (Part::Response { status, media: m }, false) if self.site.turned => {
                format!("property `{path}` answered to the API with `{status}`{}", media(m))
            }
            (Part::Request { media: m }, true) => format!("request body{}", media(m)),
            (Part::Request { media: m }, false) => format!("request property `{path}`{}", media(m)),
            (Part::Parameter { location, name, .. }, true) => format!("{location} parameter `{name}`"),
            (Part::Parameter { location, name, .. }, false) => {
                format!("property `{path}` of the {location} parameter `{name}`")
            }
            (Part::Response { status, media: m }, true) => format!("body of response `{status}`{}", media(m)),
            (Part::Response { status, media: m }, false) => {
                format!("property `{path}` of response `{status}`{}", media(m))
            }
            (Part::Header { status, name }, true) => format!("header `{name}` of response `{status}`"),
            (Part::Header { status, name }, false) => {
                format!("property `{path}` of the header `{name}` of response `{status}`")
            }
        }
    }

    pub(super) fn hint(&self) -> &'static str {
        if self.is_turned() { " (inside `not` or `if`, where narrower may mean wider)" } else { "" }
    }

    /// Whether a change only repeats a part of one that another check reports here.
    pub(super) fn claims(&self, check: &Check, id: &str) -> bool {
        let transition = self.transition;
        let structural = matches!(check.kind, Kind::Type | Kind::Structure);
        let of_null = id.ends_with("-nullable");
        let of_wrapping = id.ends_with("-wrapped-in-one-of") || id.ends_with("property-one-of-added");
        transition.null_wrapping && !of_null && !matches!(check.kind, Kind::Lifecycle | Kind::Mutability)
            || transition.one_of_wrapping && structural && !of_wrapping
            || transition.type_list && structural && !id.contains("-list-of-types-")
            || transition.null_alone && check.kind == Kind::Type
    }
}

/// Whether values of a media type carry their types with them.
pub(super) fn is_json(media: &str) -> bool {
    media == "application/json" || media.ends_with("+json")
}
