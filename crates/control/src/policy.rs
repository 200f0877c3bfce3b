//! What may be published?
//!
//! A release must not break a MUST of the profile in force, and it must not break those who call the version already,
//! unless that is waived in writing. What breaks them needs a new major version; only an alpha may change under its
//! callers.

use hansom_domain::Status;
use hansom_standards::{Level, difference::Change};

use crate::{Manifest, PublishFault, Published, promises, waivers::Waived};

/// The usual name of a contract; the caller knows under which name it was read.
const CONTRACT: &str = "openapi.yaml";

/// Everything that speaks against a publication, in the order of the text.
pub(crate) fn refusals(manifest: &Manifest, published: &Published, waived: &Waived) -> Vec<PublishFault> {
    // What breaks callers is told below, with the places of the changes.
    let told_below = |rule: &str| matches!(rule, "VER-04" | "VER-05" | "VER-08");
    let findings = published.judgement.verdict.findings.iter().filter(|finding| finding.level == Level::Error);
    let findings = findings.filter(|finding| !told_below(&finding.rule));
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
        let changes = published.difference.iter().flat_map(promises::breaking);
        refusals.extend(changes.filter(|change| !waived.covers_rule(promises::broken_by(change))).map(broken_promise));
    }
    refusals
}

fn broken_promise(change: &Change) -> PublishFault {
    let place = change.new.as_ref().map_or((0, 0), |spot| (spot.line, spot.column));
    PublishFault {
        file: CONTRACT.into(),
        line: place.0,
        column: place.1,
        what: promises::told(change),
        mend: "take it back, or publish it as a new major version (raise the first number of info.version)".into(),
        rule: Some(promises::broken_by(change).to_owned()),
    }
}
