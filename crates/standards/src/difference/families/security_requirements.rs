//! Must callers prove more, or other things, than before?
//!
//! A list of requirements is a choice; one requirement may ask for several proofs, each with scopes. A caller that got in
//! with what an old requirement asks for must still get in: some new requirement may ask for no more than that. Where it
//! does not, access was tightened, and that breaks callers like a missing field does (VER-05).
//!
//! ```yaml old operation
//! security: []
//! responses: { '200': { description: fine } }
//! ```
//! ```yaml new operation
//! security: [{ token: [repairs:read] }]
//! responses: { '200': { description: fine } }
//! ```
//! ```changes
//! api-security-added access-security-required
//! ```

use super::*;

pub(super) static FAMILY: Family = Family {
    name: "security_requirements",
    checks: &[single_checks! { Existence;
        "api-security-added" = I (Both Security): "An operation has a further requirement to choose from";
        "api-security-removed" = I (Both Security): "An operation has a requirement less to choose from";
        "api-security-scope-added" = I (Both Security): "A requirement of an operation asks for a further scope";
        "api-security-scope-removed" = I (Both Security): "A requirement of an operation does not ask for a scope any more";
        "api-global-security-added" = I (Document Security): "There is a further requirement to choose from for all operations";
        "api-global-security-removed" = I (Document Security): "There is a requirement less to choose from for all operations";
        "api-global-security-scope-added" = I (Document Security): "A requirement for all operations asks for a further scope";
        "api-global-security-scope-removed" = I (Document Security): "A requirement for all operations does not ask for a scope any more";
        "access-security-required" = e (Both Security): "Callers must prove something where they had to prove nothing";
        "access-security-tightened" = e (Both Security): "What callers could prove to get in is not enough any more";
        "access-security-opened" = w (Both Security): "Callers need not prove anything any more";
    }],
    keywords: &[],
    source: include_str!("security_requirements.rs"),
};

/// One requirement: schemes by name with their scopes.
type Requirement<'d> = BTreeMap<&'d str, BTreeSet<&'d str>>;

pub(in super::super) fn look_at_security<'d>(
    endpoint: &Endpoint<'d>,
    roots: (Node<'d>, Node<'d>),
    ledger: &mut Ledger<'_, 'd>,
) {
    let own = (endpoint.old.get("security"), endpoint.new.get("security"));
    let operation = Some(&endpoint.operation);
    for note in compare(&requirements(own.0), &requirements(own.1)) {
        if !note.of_nothing {
            ledger.enter_as(&format!("api-security-{}", note.action), operation, own, note.text);
        }
    }
    // Where neither has requirements of its own, those for all operations are reported once.
    if own.0.is_none() && own.1.is_none() {
        return;
    }
    let effective = |own: Option<Node<'d>>, root: Node<'d>| own.or_else(|| root.get("security"));
    let nodes = (effective(own.0, roots.0), effective(own.1, roots.1));
    look_at_access(nodes, (endpoint.old, endpoint.new), operation, ledger);
}

pub(in super::super) fn look_at_global_security<'d>(roots: (Node<'d>, Node<'d>), ledger: &mut Ledger<'_, 'd>) {
    let nodes = (roots.0.get("security"), roots.1.get("security"));
    for note in compare(&requirements(nodes.0), &requirements(nodes.1)) {
        ledger.enter_as(&format!("api-global-security-{}", note.action), None, nodes, note.text);
    }
    look_at_access(nodes, roots, None, ledger);
}

fn look_at_access<'d>(
    nodes: Nodes<'d>,
    around: (Node<'d>, Node<'d>),
    operation: Option<&Arc<Operation>>,
    ledger: &mut Ledger<'_, 'd>,
) {
    let (old, new) = (requirements(nodes.0), requirements(nodes.1));
    let open = |list: &[Requirement<'d>]| list.is_empty() || list.iter().any(BTreeMap::is_empty);
    let places = (nodes.0.or(Some(around.0)), nodes.1.or(Some(around.1)));
    match (open(&old), open(&new)) {
        (true, false) => {
            let text = format!("callers must prove {} now", listed(&new));
            ledger.enter_as("access-security-required", operation, places, text);
        }
        (false, true) => {
            let text = "callers need not prove anything any more".to_owned();
            ledger.enter_as("access-security-opened", operation, places, text);
        }
        (false, false) => {
            for lost in old.iter().filter(|old| !new.iter().any(|new| is_no_more_than(new, old))) {
                let text = format!("{} is not enough any more; needed is {}", words(lost), listed(&new));
                ledger.enter_as("access-security-tightened", operation, places, text);
            }
        }
        (true, true) => {}
    }
}

fn requirements(node: Option<Node<'_>>) -> Vec<Requirement<'_>> {
    node.into_iter().flat_map(Node::items).map(requirement).collect()
}

fn requirement(node: Node<'_>) -> Requirement<'_> {
    node.entries().map(|(key, scopes)| (key.text, scopes.items().filter_map(Node::as_str).collect())).collect()
}

/// Whether who fulfils the second requirement fulfils the first one too.
fn is_no_more_than(one: &Requirement<'_>, other: &Requirement<'_>) -> bool {
    one.iter().all(|(scheme, scopes)| other.get(scheme).is_some_and(|had| scopes.is_subset(had)))
}

fn words(requirement: &Requirement<'_>) -> String {
    if requirement.is_empty() {
        return "nothing".to_owned();
    }
    let schemes = requirement.iter().map(|(scheme, scopes)| match scopes.is_empty() {
        true => format!("`{scheme}`"),
        false => format!("`{scheme}` with `{}`", scopes.iter().copied().collect::<Vec<_>>().join("`, `")),
    });
    schemes.collect::<Vec<_>>().join(" and ")
}

fn listed(requirements: &[Requirement<'_>]) -> String {
    requirements.iter().map(words).collect::<Vec<_>>().join(", or ")
}

/// A requirement that came, went or changed its scopes.
struct Note {
    action: &'static str,
    text: String,
    /// The requirement asks for nothing.
    of_nothing: bool,
}

/// Requirements have no names: those that are word for word the same belong together, then those with the same schemes
/// if there is only one of them on each side.
fn compare(old: &[Requirement<'_>], new: &[Requirement<'_>]) -> Vec<Note> {
    let mut gone: Vec<&Requirement<'_>> = Vec::new();
    let mut came: Vec<&Requirement<'_>> = new.iter().collect();
    for one in old {
        match came.iter().position(|other| *other == one) {
            Some(position) => drop(came.remove(position)),
            None => gone.push(one),
        }
    }
    let mut notes = Vec::new();
    let schemes = |one: &Requirement<'_>| one.keys().map(|name| (*name).to_owned()).collect::<Vec<String>>();
    let (all_gone, all_came) = (gone.clone(), came.clone());
    gone.retain(|one| {
        let only = |list: &[&Requirement<'_>]| list.iter().filter(|other| schemes(other) == schemes(one)).count() == 1;
        if !only(&all_gone) || !only(&all_came) {
            return true;
        }
        let Some(position) = came.iter().position(|other| schemes(other) == schemes(one)) else {
            return true;
        };
        compare_scopes(one, came.remove(position), &mut notes);
        false
    });
    let note = |action, one: &Requirement<'_>, what| Note {
        action,
        text: format!("the requirement of {} {what}", words(one)),
        of_nothing: one.is_empty(),
    };
    notes.extend(came.into_iter().map(|one| note("added", one, "was added")));
    notes.extend(gone.into_iter().map(|one| note("removed", one, "was taken away")));
    notes
}

fn compare_scopes(old: &Requirement<'_>, new: &Requirement<'_>, notes: &mut Vec<Note>) {
    for (scheme, before) in old {
        let Some(after) = new.get(scheme) else {
            continue;
        };
        let mut note = |action, scope: &str, what| {
            let text = format!("the scope `{scope}` of `{scheme}` {what}");
            notes.push(Note { action, text, of_nothing: false });
        };
        after.difference(before).for_each(|scope| note("scope-added", scope, "is needed too"));
        before.difference(after).for_each(|scope| note("scope-removed", scope, "is not needed any more"));
    }
}
