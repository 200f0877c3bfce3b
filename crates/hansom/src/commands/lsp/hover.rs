//! What does the playbook say where the cursor is?

use std::collections::BTreeSet;

use hansom_standards::{Finding, explanation::Explanation, report::harmless, rules};
use serde_json::{Value, json};

use super::{
    desk::Desk,
    measure::{Position, Range, Ruler},
};

/// Pages that one place shows; more nobody reads.
const MOST_PAGES: usize = 3;

/// The pages of the rules that complain about a place; null where none does.
pub(super) fn at(desk: &Desk, address: &str, position: Position, markdown: bool) -> Value {
    let found = findings(desk, address, Range { start: position, end: position });
    let Some((_, range)) = found.first() else { return Value::Null };
    let mut seen = BTreeSet::new();
    let pages: Vec<String> = found
        .iter()
        .filter(|(finding, _)| seen.insert(finding.rule.clone()))
        .take(MOST_PAGES)
        .map(|(finding, _)| page(finding))
        .collect();
    let kind = if markdown { "markdown" } else { "plaintext" };
    json!({ "contents": { "kind": kind, "value": pages.join("\n\n---\n\n") }, "range": range.to_json() })
}

/// The findings of a document that touch a stretch of it.
pub(super) fn findings<'d>(desk: &'d Desk, address: &str, at: Range) -> Vec<(&'d Finding, Range)> {
    let Some(open) = desk.get(address) else { return Vec::new() };
    let Some(checked) = &open.checked else { return Vec::new() };
    let ruler = Ruler::of(&open.text, desk.units);
    let own = checked.findings.iter().map(|told| &told.finding).filter(|finding| *finding.file == *checked.file);
    own.map(|finding| (finding, ruler.range(finding.span))).filter(|(_, range)| range.touches(at)).collect()
}

fn page(finding: &Finding) -> String {
    match rules::find(&finding.rule) {
        Some(rule) => Explanation::of(rule).markdown(),
        None => {
            let link = finding.page.as_deref().map(|page| format!("\n\n<{}>", harmless(page))).unwrap_or_default();
            let (what, why) = (harmless(&finding.what), harmless(&finding.why));
            format!("# {}\n\n{what}\n\n{why}\n\n{}{link}", harmless(&finding.rule), harmless(&finding.mend))
        }
    }
}
