//! A POST or PATCH that changes something can be repeated safely, by an `Idempotency-Key`.
//!
//! Operations that change something and are not repeatable by their nature accept the header `Idempotency-Key`. The
//! service keeps the first answer under the key and gives it again when the same request comes again.
//!
//! A change that demands `If-Match` is safe to repeat as well: a second try meets a changed resource and is refused with
//! 412. So such an operation passes.
//!
//! A POST that only reads is exempt. It is known by the last segment of its path: see the parameter `reading`.
//!
//! The contract shows that the header is accepted; that the first answer is really given again, traffic shows.
//!
//! # Why
//!
//! Connections break after the request was carried out and before the answer came. The client cannot know, so it tries
//! again, and a resident pays twice or has two appointments.
//!
//! # What to do
//!
//! Accept an `Idempotency-Key` header (a UUID chosen by the caller) and answer a repeated key with the first answer. For
//! changes of one resource, an `ETag` with a required `If-Match` does as well.
//!
//! # Bad
//!
//! ```yaml
//! paths:
//!   /payments:
//!     post: # wrong
//!       responses: { '201': { description: Paid } }
//! ```
//!
//! # Good
//!
//! ```yaml
//! paths:
//!   /payments:
//!     post:
//!       parameters:
//!         - { name: Idempotency-Key, in: header, schema: { type: string, format: uuid } }
//!       responses: { '201': { description: Paid } }
//!   /payments/{paymentId}:
//!     patch:
//!       parameters:
//!         - { name: If-Match, in: header, required: true, schema: { type: string } }
//!       responses: { '200': { description: Changed } }
//!   /payments/searches:
//!     post: { responses: { '200': { description: Payments that match } } }
//! ```
//!
//! # Sources
//!
//! - IETF HTTPAPI working group, draft: the Idempotency-Key HTTP header field
//! - Zalando, RESTful API Guidelines: rule 230
//! - Logius, retries in APIs of the Dutch government
//! - HMRC, VAT API: issue 887, a submission sent twice

use crate::{
    document::Node,
    finding::{Complaint, Level},
    rule::{Evidence, Found, Parameter, Rule, Settings},
    survey::{Operation, Survey},
};

pub(crate) const RULE: Rule = Rule {
    id: "METH-06",
    name: "idempotency-key",
    level: Level::Warning,
    evidence: Evidence::ContractAndTraffic,
    parameters: &[
        Parameter {
            name: "methods",
            default: r#"["post", "patch"]"#,
            about: "the methods that cannot be repeated by their nature, in lower case",
        },
        Parameter { name: "header", default: r#""Idempotency-Key""#, about: "the header that makes a call repeatable" },
        Parameter {
            name: "reading",
            default: r#"["search", "searches", "query", "queries", "lookup", "lookups", "estimate", "estimates", "validation", "validations", "preview", "previews", "token", "introspect", "revoke"]"#,
            about: "last segments of paths whose POST changes nothing, or may be repeated anyway",
        },
    ],
    check: Some(check),
    text: include_str!("idempotency_key.rs"),
};

fn check<'d>(survey: &Survey<'d>, settings: &Settings, found: &mut Found<'d>) {
    let header = settings.text("header");
    for operation in &survey.operations {
        let last = operation.path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
        let changes = settings.list("methods").any(|method| method.eq_ignore_ascii_case(operation.method));
        if !changes || settings.list("reading").any(|segment| segment.eq_ignore_ascii_case(last)) {
            continue;
        }
        let repeatable = has_header(operation, header, false) || has_header(operation, "If-Match", true);
        found.expect(repeatable, || {
            Complaint::at_key(operation.node, format!("{operation} does not accept the header `{header}`"))
        });
    }
}

fn has_header(operation: &Operation<'_>, name: &str, required: bool) -> bool {
    operation.parameters.iter().any(|parameter| {
        parameter.location == "header"
            && parameter.name.eq_ignore_ascii_case(name)
            && (!required || parameter.node.get("required").and_then(Node::as_bool) == Some(true))
    })
}
