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
    casing::Casing,
    fault::quoted,
    finding::{Complaint, Level},
    rewriting::Paths,
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
        about: "kebab-case, or another casing (camelCase, snake_case) where an organisation has long had it",
    }],
    check: Some(check),
    text: include_str!("kebab_case_segments.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let casing = Casing::named(settings.text("casing")).unwrap_or(Casing::Kebab);
    let mut paths = Paths::of(survey);
    for path in &survey.paths {
        let wrong = path.template.split('/').find(|segment| !is_right(segment, casing));
        found.expect(wrong.is_none(), || {
            let what = format!("the segment {} is not {}", quoted(wrong.unwrap_or_default()), casing.as_str());
            let right = corrected(path.template, casing);
            let title = format!("write the path in {}", casing.as_str());
            Complaint::at_key(path.written, what)
                .maybe_fix(right.and_then(|template| paths.rename(title, path, &template)))
        });
    }
}

/// The template with every wrong segment in the casing; none if a segment has an extension or letters that are not
/// plain, which only its author can write otherwise.
fn corrected(template: &str, casing: Casing) -> Option<String> {
    let segments = template.split('/').map(|segment| match is_right(segment, casing) {
        true => Some(segment.to_owned()),
        false => Some(casing.of(segment)).filter(|right| !segment.contains('.') && is_right(right, casing)),
    });
    segments.collect::<Option<Vec<_>>>().map(|segments| segments.join("/"))
}

fn is_right(segment: &str, casing: Casing) -> bool {
    if segment.is_empty() || segment.contains('{') || matches!(segment, "openapi.json" | "openapi.yaml") {
        return true;
    }
    // Segments may begin with a digit, which names may not: `/2025`.
    let letters = segment.trim_start_matches(|c: char| c.is_ascii_digit());
    letters.is_empty() || casing.fits(letters) || (letters.len() < segment.len() && casing.fits(letters.trim_start_matches('-')))
}
