//! What may be published?
//!
//! A release must not break a MUST of the profile in force, unless that is waived in writing.

use hansom_standards::Level;

use crate::{PublishFault, Published};

/// Everything that speaks against a publication, in the order of the text.
pub(crate) fn refusals(published: &Published) -> Vec<PublishFault> {
    let findings = published.judgement.verdict.findings.iter().filter(|finding| finding.level == Level::Error);
    findings
        .map(|finding| PublishFault {
            file: CONTRACT.into(),
            line: finding.span.start.line,
            column: finding.span.start.column,
            what: finding.what.clone(),
            mend: finding.mend.to_string(),
            rule: Some(finding.rule.to_string()),
        })
        .collect()
}

/// The usual name of a contract; the caller knows under which name it was read.
const CONTRACT: &str = "openapi.yaml";
