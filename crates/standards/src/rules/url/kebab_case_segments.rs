//! Path segments are written in kebab-case.
//!
//! Every literal segment of a path is in lower case, words are joined by hyphens, without diacritics and without a
//! file extension. `openapi.json` and `openapi.yaml` are exempt. Names of variables are not judged.
//!
//! # Why
//!
//! People type, quote and compare addresses. An address that has capitals or underscores is easily mistyped, and
//! whether it still works depends on the server behind it.
//!
//! # What to do
//!
//! Write the segment in lower case and join words by hyphens: `/council-tax-bands`.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /councilTaxBands: {} # wrong
//!   /rents/{tenancyId}/rent_statements: {} # wrong
//!   /repairs.json: {} # wrong
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /council-tax-bands: {}
//!   /rents/{tenancyId}/rent-statements: {}
//!   /openapi.json: {}
//! ```
//!
//! # Sources
//!
//! - Logius, API Design Rules: `path-segments-kebab-case`
//! - Zalando, RESTful API Guidelines: rule 129
//! - GDS, API technical and data standards: naming of URLs

use crate::{
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::Survey,
};

pub(crate) const RULE: Rule = Rule {
    id: "URL-01",
    name: "kebab-case-segments",
    level: Level::Error,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "casing",
        default: r#""kebab-case""#,
        about: "kebab-case, or camelCase where an organisation has long had it",
    }],
    check: Some(check),
    text: include_str!("kebab_case_segments.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let camel = settings.text("casing") == "camelCase";
    for path in &survey.paths {
        let wrong = path.template.split('/').find(|segment| !is_right(segment, camel));
        found.expect(wrong.is_none(), || {
            let casing = if camel { "camelCase" } else { "kebab-case" };
            Complaint::at_key(path.written, format!("the segment `{}` is not {casing}", wrong.unwrap_or_default()))
        });
    }
}

fn is_right(segment: &str, camel: bool) -> bool {
    if segment.is_empty() || segment.contains('{') || matches!(segment, "openapi.json" | "openapi.yaml") {
        return true;
    }
    if camel {
        return segment.starts_with(|c: char| c.is_ascii_lowercase()) && segment.chars().all(|c| c.is_ascii_alphanumeric());
    }
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    segment.chars().all(plain) && !segment.starts_with('-') && !segment.ends_with('-') && !segment.contains("--")
}
