//! A PATCH says how its body changes the resource: as a merge patch or as a JSON patch.
//!
//! The body of a PATCH has the media type `application/merge-patch+json` (RFC 7396) or `application/json-patch+json`
//! (RFC 6902).
//!
//! # Why
//!
//! Plain `application/json` leaves open what a missing property means and what null means: leave it, or remove it? Who
//! guesses wrong deletes data.
//!
//! # What to do
//!
//! Name the media type that fits what the service does. For most it is `application/merge-patch+json`: what is sent
//! replaces, null removes, what is not sent stays.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /repairs/{repairId}:
//!     patch:
//!       requestBody:
//!         content:
//!           application/json: # wrong
//!             schema: { type: object }
//!       responses: { '200': { description: Changed } }
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /repairs/{repairId}:
//!     patch:
//!       requestBody:
//!         content:
//!           application/merge-patch+json:
//!             schema: { type: object }
//!       responses: { '200': { description: Changed } }
//! ```
//!
//! # Sources
//!
//! - RFC 5789, RFC 6902, RFC 7396
//! - Italian guidelines for interoperability: media types of PATCH
//! - Belgif, REST guide: `doc-patch`
//! - Hackney, API Playbook: one kind of patch per endpoint

use crate::{
    fault::quoted,
    finding::{Complaint, Level},
    media_type,
    once::Once,
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::{Survey, entries},
};

pub(crate) const RULE: Rule = Rule {
    id: "METH-03",
    name: "patch-media-type",
    level: Level::Warning,
    evidence: Evidence::Contract,
    parameters: &[Parameter {
        name: "media_types",
        default: r#"["application/merge-patch+json", "application/json-patch+json"]"#,
        about: "the media types that a PATCH may take",
    }],
    check: Some(check),
    text: include_str!("patch_media_type.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let mut once = Once::default();
    for operation in survey.operations.iter().filter(|operation| operation.method == "patch") {
        for (name, media_type) in operation.body.into_iter().flat_map(|body| entries(body, "content")) {
            if !once.is_new(media_type) {
                continue;
            }
            found.expect(media_type::is_among(name, settings.list("media_types")), || {
                let what = format!("{operation} takes {}, which does not say how it changes the resource", quoted(name));
                Complaint::at_key(media_type, what)
            });
        }
    }
}
