//! How is a finding shown beside the line that it is about?

use hansom_control::PublishFault;
use hansom_standards::{Finding, Level};

use crate::{
    playbook::level::{self, Shown},
    sentence::sentence,
    urls,
};

/// Characters of a line that are shown.
const LONGEST: usize = 200;

/// A finding, or a fault of a text that does not read.
pub(crate) struct FindingLine {
    /// Empty for a text that does not read.
    pub(crate) rule: String,
    /// The rule's page.
    pub(crate) href: String,
    pub(crate) level: Shown,
    /// The file, where there are several.
    pub(crate) file: String,
    pub(crate) place: Option<(u32, u32)>,
    pub(crate) what: String,
    pub(crate) mend: String,
    /// The line of the text.
    pub(crate) excerpt: String,
}

impl FindingLine {
    /// A finding in a text of these lines.
    pub(crate) fn of(finding: &Finding, lines: &[&str]) -> Self {
        let start = finding.span.start;
        Self {
            rule: finding.rule.to_string(),
            href: urls::standard(&finding.rule),
            level: level::shown(Some(finding.level)),
            file: String::new(),
            place: Some((start.line, start.column)),
            what: sentence(&finding.what),
            mend: sentence(&finding.mend),
            excerpt: excerpt(lines, start.line),
        }
    }

    /// A text that does not read at a place of it.
    pub(crate) fn unread(fault: &hansom_standards::Fault, lines: &[&str]) -> Self {
        Self {
            rule: String::new(),
            href: String::new(),
            level: level::shown(Some(Level::Error)),
            file: String::new(),
            place: Some((fault.place.line, fault.place.column)),
            what: sentence(&fault.what),
            mend: sentence(&fault.mend),
            excerpt: excerpt(lines, fault.place.line),
        }
    }

    /// What speaks against publishing, in one of two texts.
    pub(crate) fn against(fault: &PublishFault, lines: &[&str]) -> Self {
        let rule = fault.rule.clone().unwrap_or_default();
        Self {
            href: if rule.is_empty() { String::new() } else { urls::standard(&rule) },
            rule,
            level: level::shown(Some(Level::Error)),
            file: fault.file.clone(),
            place: (fault.line > 0).then_some((fault.line, fault.column)),
            what: sentence(&fault.what),
            mend: sentence(&fault.mend),
            excerpt: excerpt(lines, fault.line),
        }
    }
}

fn excerpt(lines: &[&str], line: u32) -> String {
    let text = usize::try_from(line).ok().and_then(|line| lines.get(line.checked_sub(1)?)).copied().unwrap_or_default();
    text.trim().chars().take(LONGEST).collect()
}
