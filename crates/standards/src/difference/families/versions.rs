//! Does `info.version` say what has changed?
//!
//! A breaking change needs a new major version, an addition a new minor one, other words a new patch (VER-04, VER-06).
//! Before 1.0.0 the minor number has the part of the major one. Versions that are not semantic say nothing, and are not
//! judged.
//!
//! ```yaml old path
//! get: { responses: { '200': { description: fine } } }
//! put: { responses: { '200': { description: fine } } }
//! ```
//! ```yaml new path
//! get: { responses: { '200': { description: fine } } }
//! ```
//! ```changes
//! api-version-not-bumped
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "versions",
    checks: &[single_checks! { Lifecycle;
        "api-version-not-bumped" = IE (Document Info): "Something breaks callers, and the version is still the same";
        "api-version-decreased" = IE (Document Info): "Something breaks callers, and the version went down";
        "api-major-version-not-bumped" = IE (Document Info): "Something breaks callers, and the major version is still the same";
        "api-minor-version-not-bumped" = w (Document Info): "Something was added, and neither the minor nor the major version went up";
        "api-version-bumped-for-nothing" = w (Document Info): "Nothing has changed but the version";
    }],
    keywords: &[],
    source: include_str!("versions.rs"),
};

pub(in super::super) fn look_at_versions<'d>(
    (old, new): (Node<'d>, Node<'d>),
    needed: Bump,
    nothing_changed: bool,
    ledger: &mut Ledger<'_, 'd>,
) {
    let field = |root: Node<'d>| root.get("info").and_then(|info| info.get("version"));
    let nodes = (field(old), field(new));
    let read = |node: Option<Node<'d>>| node.and_then(Node::as_str).and_then(Version::parse);
    let (Some(before), Some(after)) = (read(nodes.0), read(nodes.1)) else {
        return;
    };
    let same_text = nodes.0.and_then(Node::as_str) == nodes.1.and_then(Node::as_str);
    let done = Bump::between(before, after);
    let (id, text) = match needed {
        Bump::Major if same_text => {
            ("api-version-not-bumped", format!("there is a breaking change and the version is still `{before}`"))
        }
        Bump::Major if after <= before => (
            "api-version-decreased",
            format!("there is a breaking change and the version went from `{before}` to `{after}`"),
        ),
        Bump::Major if done < Bump::Major => (
            "api-major-version-not-bumped",
            format!("there is a breaking change and the version only went from `{before}` to `{after}`"),
        ),
        Bump::Minor if !before.may_add(after) => (
            "api-minor-version-not-bumped",
            format!("something was added and the version went from `{before}` to `{after}`"),
        ),
        Bump::None if nothing_changed && before != after => {
            ("api-version-bumped-for-nothing", format!("nothing but the version changed, from `{before}` to `{after}`"))
        }
        _ => return,
    };
    ledger.enter_as(id, None, nodes, text);
}
