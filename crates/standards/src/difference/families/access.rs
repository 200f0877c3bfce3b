//! May other people and applications use the API than before?
//!
//! What a contract cannot say stands in the manifest: the audience, and for each operation the groups and applications
//! that may call it. Who got in and does not any more is broken like by a missing field (VER-05).
//!
//! An audience of `public` is open to all, `controlled` to those that were let in, `internal` to the organisation alone.

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "access",
    checks: &[single_checks! { Existence;
        "access-audience-tightened" = e (Document Security): "Fewer may use the API than before";
        "access-audience-widened" = i (Document Security): "More may use the API than before";
        "access-closed" = e (Both Security): "An operation that anyone could call is open to some only";
        "access-opened" = w (Both Security): "Anyone may call an operation that was open to some only";
        "access-group-removed" = e (Both Security): "A group may not call an operation any more";
        "access-group-added" = i (Both Security): "A further group may call an operation";
        "access-applications-removed" = e (Both Security): "Applications may not call an operation any more";
        "access-applications-added" = i (Both Security): "Applications may call an operation now";
        "access-operation-closed" = e (Both Security): "Nobody may call an operation any more";
    }],
    keywords: &[],
    source: include_str!("access.rs"),
};

/// Who may use an API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Audience {
    /// The organisation alone.
    Internal,
    /// Those that were let in.
    Controlled,
    /// All.
    Public,
}

impl Audience {
    fn as_str(self) -> &'static str {
        match self {
            Audience::Internal => "internal",
            Audience::Controlled => "controlled",
            Audience::Public => "public",
        }
    }
}

/// Who may call one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Admission {
    /// Anyone may.
    pub anyone: bool,
    /// The members of these groups may.
    pub groups: BTreeSet<String>,
    /// Applications with a grant may.
    pub applications: bool,
}

impl Admission {
    fn is_empty(&self) -> bool {
        !self.anyone && self.groups.is_empty() && !self.applications
    }
}

/// What a manifest says about access.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// Who may use the API at all.
    pub audience: Audience,
    /// Who may call each operation, by `operationId`. What is not listed nobody may call.
    pub operations: BTreeMap<String, Admission>,
}

/// Compares the access of two releases for the operations that both have.
pub(in super::super) fn look_at_access<'d>(
    (old, new): (&Access, &Access),
    endpoints: &[Endpoint<'d>],
    ledger: &mut Ledger<'_, 'd>,
) {
    if old.audience != new.audience {
        let id = if new.audience < old.audience { "access-audience-tightened" } else { "access-audience-widened" };
        let (from, to) = (old.audience.as_str(), new.audience.as_str());
        ledger.enter_as(id, None, (None, None), format!("the audience changed from `{from}` to `{to}`"));
    }
    let nobody = Admission::default();
    for endpoint in endpoints {
        let id = |node: Node<'d>| node.get("operationId").and_then(Node::as_str).unwrap_or_default();
        let before = old.operations.get(id(endpoint.old)).unwrap_or(&nobody);
        let after = new.operations.get(id(endpoint.new)).unwrap_or(&nobody);
        compare(before, after, endpoint, ledger);
    }
}

fn compare<'d>(before: &Admission, after: &Admission, endpoint: &Endpoint<'d>, ledger: &mut Ledger<'_, 'd>) {
    let mut note = |id: &str, text: String| {
        ledger.enter_as(id, Some(&endpoint.operation), (Some(endpoint.old), Some(endpoint.new)), text);
    };
    if after.is_empty() && !before.is_empty() {
        return note("access-operation-closed", "nobody may call the operation any more".to_owned());
    }
    match (before.anyone, after.anyone) {
        (true, false) => return note("access-closed", "not everyone may call the operation any more".to_owned()),
        (false, true) => return note("access-opened", "anyone may call the operation now".to_owned()),
        (true, true) => return,
        (false, false) => {}
    }
    for group in before.groups.difference(&after.groups) {
        note("access-group-removed", format!("the group `{group}` may not call the operation any more"));
    }
    for group in after.groups.difference(&before.groups) {
        note("access-group-added", format!("the group `{group}` may call the operation too"));
    }
    match (before.applications, after.applications) {
        (true, false) => {
            note("access-applications-removed", "applications may not call the operation any more".to_owned());
        }
        (false, true) => note("access-applications-added", "applications may call the operation now".to_owned()),
        _ => {}
    }
}
