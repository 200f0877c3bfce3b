//! What may be published?
//!
//! A release must not break a MUST of the profile in force, and it must not break those who call the version already,
//! unless that is waived in writing. What breaks them needs a new major version; only an alpha may change under its
//! callers.

use hansom_domain::Status;
use hansom_standards::{
    Level,
    difference::{Area, Change},
};

use crate::{Manifest, PublishFault, Published, waivers::Waived};

/// The usual name of a contract; the caller knows under which name it was read.
const CONTRACT: &str = "openapi.yaml";

/// Everything that speaks against a publication, in the order of the text.
pub(crate) fn refusals(manifest: &Manifest, published: &Published, waived: &Waived) -> Vec<PublishFault> {
    let findings = published.judgement.verdict.findings.iter().filter(|finding| finding.level == Level::Error);
    let mut refusals: Vec<_> = findings
        .map(|finding| PublishFault {
            file: CONTRACT.into(),
            line: finding.span.start.line,
            column: finding.span.start.column,
            what: finding.what.clone(),
            mend: finding.mend.to_string(),
            rule: Some(finding.rule.to_string()),
        })
        .collect();
    if manifest.status != Status::Alpha {
        // That the version's number did not go up by enough is no change of its own: it follows from the others.
        let changes = published.difference.iter().flat_map(|difference| difference.breaking());
        let changes = changes.filter(|change| change.check.area != Area::Info);
        refusals.extend(changes.filter(|change| !waived.covers_rule(rule_of(change))).map(broken_promise));
    }
    refusals
}

/// The standard that a breaking change breaks.
fn rule_of(change: &Change) -> &'static str {
    match change.check.area {
        Area::Security => "VER-05",
        _ => "VER-04",
    }
}

fn broken_promise(change: &Change) -> PublishFault {
    let place = change.new.as_ref().map_or((0, 0), |spot| (spot.line, spot.column));
    let what = match &change.operation {
        Some(operation) => format!("{operation}: {} ({}), which breaks callers", change.text, change.id),
        None => format!("{} ({}), which breaks callers", change.text, change.id),
    };
    PublishFault {
        file: CONTRACT.into(),
        line: place.0,
        column: place.1,
        what,
        mend: "take it back, or publish it as a new major version (raise the first number of info.version)".into(),
        rule: Some(rule_of(change).to_owned()),
    }
}
