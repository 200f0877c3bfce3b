//! What can be done about a finding with one stroke?

use hansom_standards::{Edit, Finding, Fix, mending::mend, rules};
use serde_json::{Value, json};

use super::{
    desk::{Desk, Open, diagnostic},
    hover::findings,
    measure::{Range, Ruler},
};

/// The command that shows a rule's page.
pub(super) const EXPLAIN: &str = "hansom.explain";
/// The kind of the action that mends everything.
pub(super) const MEND_ALL: &str = "source.fixAll.hansom";

/// The actions for a stretch of a document. `only` are the kinds that the editor asks for; none asks for all.
pub(super) fn at(desk: &Desk, address: &str, range: Range, only: &[String]) -> Value {
    let Some(open) = desk.get(address) else { return json!([]) };
    let wanted =
        |kind: &str| only.is_empty() || only.iter().any(|only| kind == only || kind.starts_with(&format!("{only}.")));
    let mut actions = Vec::new();
    if wanted("quickfix") {
        for (finding, range) in findings(desk, address, range) {
            actions.extend(finding.fix.as_ref().map(|fix| quick_fix(desk, address, open, (finding, range), fix)));
        }
        let mut explained = std::collections::BTreeSet::new();
        for (finding, range) in findings(desk, address, range) {
            if rules::find(&finding.rule).is_some() && explained.insert(finding.rule.clone()) {
                actions.push(explain(finding, range, address));
            }
        }
    }
    if wanted(MEND_ALL) {
        actions.extend(mend_all(desk, address, open));
    }
    Value::Array(actions)
}

fn quick_fix(desk: &Desk, address: &str, open: &Open, (finding, range): (&Finding, Range), fix: &Fix) -> Value {
    let edits: Vec<&Edit> = fix.edits.iter().collect();
    json!({
        "title": format!("{}: {}", finding.rule, fix.title),
        "kind": "quickfix",
        "isPreferred": true,
        "diagnostics": [diagnostic(finding, range, address)],
        "edit": edit(desk, address, open, &edits),
    })
}

fn explain(finding: &Finding, range: Range, address: &str) -> Value {
    let title = format!("Explain {}", finding.rule);
    json!({
        "title": title,
        "kind": "quickfix",
        "diagnostics": [diagnostic(finding, range, address)],
        "command": { "title": title, "command": EXPLAIN, "arguments": [&*finding.rule] },
    })
}

/// Every fix of the document that can be made at once.
fn mend_all(desk: &Desk, address: &str, open: &Open) -> Option<Value> {
    let checked = open.checked.as_ref()?;
    let own = checked.findings.iter().filter(|told| *told.finding.file == *checked.file);
    let fixes: Vec<&Fix> = own.filter_map(|told| told.finding.fix.as_ref()).collect();
    let applied = mend(&open.text, fixes.iter().copied()).applied;
    let mut edits: Vec<&Edit> = Vec::new();
    for edit in applied.iter().filter_map(|number| fixes.get(*number)).flat_map(|fix| &fix.edits) {
        if !edits.contains(&edit) {
            edits.push(edit);
        }
    }
    let action = json!({
        "title": "Mend everything that can be mended mechanically",
        "kind": MEND_ALL,
        "edit": edit(desk, address, open, &edits),
    });
    (!edits.is_empty()).then_some(action)
}

/// The change of a document, as an editor applies it.
fn edit(desk: &Desk, address: &str, open: &Open, edits: &[&Edit]) -> Value {
    let ruler = Ruler::of(&open.text, desk.units);
    let edits: Vec<Value> =
        edits.iter().map(|edit| json!({ "range": ruler.range(edit.span).to_json(), "newText": edit.text })).collect();
    let mut changes = serde_json::Map::new();
    changes.insert(address.to_owned(), Value::Array(edits));
    json!({ "changes": changes })
}
