//! Which checks are there, what does each mean, and how much does it weigh?
//!
//! The ids are oasdiff's wherever it has one, so that a list of accepted changes moves over as it is. Ids that oasdiff
//! does not have are ours; so are a few levels: the playbook counts a removed field as breaking (VER-04).

use std::{collections::HashMap, sync::LazyLock};

use serde::Serialize;

use crate::finding::Level;

use super::{change::Direction, families};

/// What part of a contract a check is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Area {
    /// Paths and operations.
    Paths,
    /// Parameters.
    Parameters,
    /// The request body around its schema.
    Body,
    /// Responses around their schemas.
    Responses,
    /// Headers of responses.
    Headers,
    /// Schemas.
    Schema,
    /// Security requirements and schemes, audience and groups.
    Security,
    /// Tags.
    Tags,
    /// Reusable parts.
    Components,
    /// `info`, first of all its version.
    Info,
    /// Servers.
    Servers,
}

/// Which side of a part a check looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Whether something is there.
    Existence,
    /// Whether something must be there, or may be null.
    Requiredness,
    /// Whether something may be read or written only.
    Mutability,
    /// Type and format.
    Type,
    /// Bounds and patterns.
    Constraints,
    /// Listed values, constants, defaults.
    Values,
    /// How schemas are put together.
    Structure,
    /// Deprecation, sunset, stability, version.
    Lifecycle,
}

/// One check: a stable id and what it stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// The stable id.
    pub id: &'static str,
    /// How much such a change weighs here.
    pub level: Level,
    /// How much it weighs in oasdiff; none if the check is ours alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub published: Option<Level>,
    /// Which way the data flows.
    pub direction: Direction,
    /// What part of the contract it is about.
    pub area: Area,
    /// Which side of that part.
    pub kind: Kind,
    /// What has happened when it is reported, in plain words.
    pub means: &'static str,
}

impl Check {
    /// A check of oasdiff's, with its level.
    pub(super) const fn published(
        id: &'static str,
        level: Level,
        (direction, area, kind): (Direction, Area, Kind),
        means: &'static str,
    ) -> Check {
        Check { id, level, published: Some(level), direction, area, kind, means }
    }

    /// A check that oasdiff does not have.
    pub(super) const fn own(
        id: &'static str,
        level: Level,
        (direction, area, kind): (Direction, Area, Kind),
        means: &'static str,
    ) -> Check {
        Check { id, level, published: None, direction, area, kind, means }
    }

    /// The same check, weighing more or less here than in oasdiff.
    pub(super) const fn weighing(mut self, level: Level) -> Check {
        self.level = level;
        self
    }

    /// The page about the family that the check belongs to, as Markdown.
    pub fn page(&self) -> String {
        family_of(self.id).map(Family::page).unwrap_or_default()
    }
}

/// How much a check weighs, written short: capital letters where oasdiff has the check too.
macro_rules! weigh {
    ($id:expr, E, $about:expr, $means:expr) => {
        $crate::difference::catalogue::Check::published($id, $crate::finding::Level::Error, $about, $means)
    };
    ($id:expr, W, $about:expr, $means:expr) => {
        $crate::difference::catalogue::Check::published($id, $crate::finding::Level::Warning, $about, $means)
    };
    ($id:expr, I, $about:expr, $means:expr) => {
        $crate::difference::catalogue::Check::published($id, $crate::finding::Level::Information, $about, $means)
    };
    // A warning there, an error here.
    ($id:expr, WE, $about:expr, $means:expr) => {
        $crate::difference::catalogue::Check::published($id, $crate::finding::Level::Warning, $about, $means)
            .weighing($crate::finding::Level::Error)
    };
    // An information there, an error here.
    ($id:expr, IE, $about:expr, $means:expr) => {
        $crate::difference::catalogue::Check::published($id, $crate::finding::Level::Information, $about, $means)
            .weighing($crate::finding::Level::Error)
    };
    // An information there, a warning here.
    ($id:expr, IW, $about:expr, $means:expr) => {
        $crate::difference::catalogue::Check::published($id, $crate::finding::Level::Information, $about, $means)
            .weighing($crate::finding::Level::Warning)
    };
    // There is no such check.
    ($id:expr, _, $about:expr, $means:expr) => {
        $crate::difference::catalogue::Check::own("", $crate::finding::Level::Information, $about, $means)
    };
    ($id:expr, e, $about:expr, $means:expr) => {
        $crate::difference::catalogue::Check::own($id, $crate::finding::Level::Error, $about, $means)
    };
    ($id:expr, w, $about:expr, $means:expr) => {
        $crate::difference::catalogue::Check::own($id, $crate::finding::Level::Warning, $about, $means)
    };
    ($id:expr, i, $about:expr, $means:expr) => {
        $crate::difference::catalogue::Check::own($id, $crate::finding::Level::Information, $about, $means)
    };
}

/// Checks with ids of their own form: `"id" = weight (direction area): "meaning";`.
macro_rules! single_checks {
    ($kind:ident; $($id:literal = $weight:ident ($direction:ident $area:ident): $means:literal;)*) => {
        &[$($crate::difference::catalogue::weigh!(
            $id,
            $weight,
            (
                $crate::difference::change::Direction::$direction,
                $crate::difference::catalogue::Area::$area,
                $crate::difference::catalogue::Kind::$kind,
            ),
            $means
        ),)*]
    };
}

/// Checks that exist at each place where a schema may stand. The weights are those of: a request's body and its
/// properties, a parameter and its properties, a response's body and its properties, a response's header.
macro_rules! at_each_place {
    ($kind:ident; $($action:literal = $rb:tt $rp:tt $qp:tt $qq:tt $sb:tt $sp:tt $sh:tt: $means:literal;)*) => {{
        use $crate::difference::{catalogue::{Area, Check, Kind, weigh}, change::Direction};
        const CHECKS: &[Check] = &[$(
            weigh!(concat!("request-body-", $action), $rb, (Direction::Request, Area::Schema, Kind::$kind),
                concat!("In a request body, ", $means)),
            weigh!(concat!("request-property-", $action), $rp, (Direction::Request, Area::Schema, Kind::$kind),
                concat!("In a property of a request body, ", $means)),
            weigh!(concat!("request-parameter-", $action), $qp, (Direction::Request, Area::Parameters, Kind::$kind),
                concat!("In a parameter, ", $means)),
            weigh!(concat!("request-parameter-property-", $action), $qq,
                (Direction::Request, Area::Parameters, Kind::$kind),
                concat!("In a property of a parameter, ", $means)),
            weigh!(concat!("response-body-", $action), $sb, (Direction::Response, Area::Schema, Kind::$kind),
                concat!("In a response body, ", $means)),
            weigh!(concat!("response-property-", $action), $sp, (Direction::Response, Area::Schema, Kind::$kind),
                concat!("In a property of a response body, ", $means)),
            weigh!(concat!("response-header-", $action), $sh, (Direction::Response, Area::Headers, Kind::$kind),
                concat!("In a header of a response, ", $means)),
        )*];
        CHECKS
    }};
}

pub(super) use {at_each_place, single_checks, weigh};

/// Checks that look at the same thing.
#[derive(Debug)]
pub struct Family {
    /// The name of its file.
    pub name: &'static str,
    /// Its checks, in one or more lists.
    pub checks: &'static [&'static [Check]],
    /// The keywords of schemas that it looks at.
    pub keywords: &'static [&'static str],
    /// The text of its own file, whose head is its page.
    pub(super) source: &'static str,
}

impl Family {
    /// All its checks.
    pub fn all(&self) -> impl Iterator<Item = &'static Check> + use<> {
        self.checks.iter().copied().flatten().filter(|check| !check.id.is_empty())
    }

    /// Its page, as Markdown: the head of its own file.
    pub fn page(&self) -> String {
        let head = self.source.lines().map_while(|line| line.strip_prefix("//!"));
        head.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
    }
}

/// All families.
pub fn all_families() -> &'static [&'static Family] {
    families::ALL
}

/// All checks.
pub fn checks() -> impl Iterator<Item = &'static Check> {
    families::ALL.iter().flat_map(|family| family.all())
}

/// The check with an id.
pub fn find(id: &str) -> Option<&'static Check> {
    static BY_ID: LazyLock<HashMap<&str, &Check>> = LazyLock::new(|| checks().map(|check| (check.id, check)).collect());
    BY_ID.get(id).copied()
}

/// The family that the check with an id belongs to.
pub fn family_of(id: &str) -> Option<&'static Family> {
    families::ALL.iter().copied().find(|family| family.all().any(|check| check.id == id))
}
