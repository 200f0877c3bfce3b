//! What did the last recorded test of accessibility find?
//!
//! The tests in `tests/browser` write what they looked at; `tests/browser/accessibility.mjs` puts it into the file that is read here.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::twin::{code, inline, table};

const RECORD: &str = include_str!("../../../../docs/accessibility.json");

static TESTED: LazyLock<Tested> = LazyLock::new(|| serde_json::from_str(RECORD).unwrap_or_default());

#[derive(Debug, Default, Deserialize)]
struct Tested {
    date: String,
    browser: String,
    axe: String,
    rules: Vec<String>,
    pages: Vec<Page>,
}

#[derive(Debug, Deserialize)]
struct Page {
    page: String,
    widths: Vec<u32>,
    passed: u32,
    violations: u32,
}

impl Tested {
    fn violations(&self) -> u32 {
        self.pages.iter().map(|page| page.violations).sum()
    }
}

/// The statement itself.
pub(super) fn findings() -> String {
    if TESTED.pages.is_empty() {
        return "This version was not tested yet, so nothing is claimed.".to_owned();
    }
    let standard = "[Web Content Accessibility Guidelines 2.2](https://www.w3.org/TR/WCAG22/) at level AA";
    match TESTED.violations() {
        0 => format!(
            "As far as machines can tell, they meet the {standard}: the last test found no violation. Machines find less than half of \
             what can be wrong; this is no audit by people."
        ),
        found => format!("They meet the {standard} in part: the last test found {found} violations, listed below."),
    }
}

/// How, when and what was tested.
pub(super) fn tests() -> String {
    if TESTED.pages.is_empty() {
        return "There is no record of a test.".to_owned();
    }
    let rules: Vec<String> = TESTED.rules.iter().map(|rule| code(rule)).collect();
    let rows = TESTED.pages.iter().map(|page| {
        let widths: Vec<String> = page.widths.iter().map(u32::to_string).collect();
        [code(&page.page), widths.join(", "), page.passed.to_string(), page.violations.to_string()]
    });
    format!(
        "On {}, {} pages were opened in {} with everything of the demo on them, and looked at by axe-core {} with the rules {}. The same \
         tests walk the main ways through the hub by keyboard and without scripts. They run with every change; this record was made \
         by them.\n\n{}",
        TESTED.date,
        TESTED.pages.len(),
        inline(&TESTED.browser),
        inline(&TESTED.axe),
        rules.join(", "),
        table(["page", "widths in pixels", "rules passed", "violations"], rows)
    )
}
