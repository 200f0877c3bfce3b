//! Which rules do rulesets know for documents that are no contracts of HTTP APIs?
//!
//! Many rulesets extend `spectral:asyncapi` or `spectral:arazzo` beside `spectral:oas`, and switch or weigh their rules.
//! These are known by name, format and weight, so that such rulesets read as they are and mean the same for contracts.
//! On a document of their own format each is named as skipped: what they ask is not known here.

use std::sync::Arc;

use super::{
    definition::{Asks, Definition, Entry, Statement, Then},
    field::Field,
    format::{Format, Formats},
};
use crate::finding::Level;

/// One rule: its name, its formats, how much it weighs, and whether it is on unless all are wanted.
type Rule = (&'static str, &'static [&'static str], Level, bool);

const AAS: &[&str] = &["aas2", "aas3"];
const AAS2: &[&str] = &["aas2"];
const AAS3: &[&str] = &["aas3"];
const ARAZZO: &[&str] = &["arazzo1_0"];

const ASYNCAPI_FORMATS: &[&str] =
    &["aas2_0", "aas2_1", "aas2_2", "aas2_3", "aas2_4", "aas2_5", "aas2_6", "aas3_0", "aas3_1"];

const ASYNCAPI: &[Rule] = &[
    ("asyncapi-channel-no-empty-parameter", AAS2, Level::Warning, true),
    ("asyncapi-3-channel-no-empty-parameter", AAS3, Level::Warning, true),
    ("asyncapi-channel-no-query-nor-fragment", AAS2, Level::Warning, true),
    ("asyncapi-3-channel-no-query-nor-fragment", AAS3, Level::Warning, true),
    ("asyncapi-channel-no-trailing-slash", AAS2, Level::Warning, true),
    ("asyncapi-3-channel-no-trailing-slash", AAS3, Level::Warning, true),
    ("asyncapi-channel-parameters", AAS, Level::Error, true),
    ("asyncapi-channel-servers", AAS2, Level::Error, true),
    ("asyncapi-3-channel-servers", AAS3, Level::Error, true),
    ("asyncapi-headers-schema-type-object", AAS2, Level::Error, true),
    ("asyncapi-3-headers-schema-type-object", AAS3, Level::Error, true),
    ("asyncapi-info-contact-properties", AAS, Level::Warning, true),
    ("asyncapi-info-contact", AAS, Level::Warning, true),
    ("asyncapi-info-description", AAS, Level::Warning, true),
    ("asyncapi-info-license-url", AAS, Level::Warning, false),
    ("asyncapi-info-license", AAS, Level::Warning, true),
    ("asyncapi-latest-version", AAS, Level::Information, true),
    ("asyncapi-message-examples", AAS2, Level::Error, true),
    ("asyncapi-message-messageId-uniqueness", AAS2, Level::Error, true),
    ("asyncapi-operation-description", AAS2, Level::Warning, true),
    ("asyncapi-3-operation-description", AAS3, Level::Warning, true),
    ("asyncapi-operation-operationId-uniqueness", AAS2, Level::Error, true),
    ("asyncapi-operation-operationId", AAS2, Level::Error, true),
    ("asyncapi-operation-security", AAS2, Level::Error, true),
    ("asyncapi-3-operation-security", AAS3, Level::Error, true),
    ("asyncapi-parameter-description", AAS, Level::Warning, false),
    ("asyncapi-payload-default", AAS2, Level::Error, true),
    ("asyncapi-payload-examples", AAS2, Level::Error, true),
    ("asyncapi-payload-unsupported-schemaFormat", AAS2, Level::Information, true),
    ("asyncapi-3-payload-unsupported-schemaFormat", AAS3, Level::Information, true),
    ("asyncapi-payload", AAS2, Level::Error, true),
    ("asyncapi-schema-default", AAS2, Level::Error, true),
    ("asyncapi-schema-examples", AAS2, Level::Error, true),
    ("asyncapi-schema", AAS2, Level::Error, true),
    ("asyncapi-server-variables", AAS2, Level::Error, true),
    ("asyncapi-server-no-empty-variable", AAS2, Level::Warning, true),
    ("asyncapi-3-server-no-empty-variable", AAS3, Level::Warning, true),
    ("asyncapi-server-no-trailing-slash", AAS2, Level::Warning, true),
    ("asyncapi-3-server-no-trailing-slash", AAS3, Level::Warning, true),
    ("asyncapi-server-not-example-com", AAS2, Level::Warning, false),
    ("asyncapi-3-server-not-example-com", AAS3, Level::Warning, false),
    ("asyncapi-server-security", AAS2, Level::Error, true),
    ("asyncapi-servers", AAS, Level::Warning, true),
    ("asyncapi-tag-description", AAS2, Level::Warning, false),
    ("asyncapi-3-tag-description", AAS3, Level::Warning, false),
    ("asyncapi-tags-alphabetical", AAS2, Level::Warning, false),
    ("asyncapi-3-tags-alphabetical", AAS3, Level::Warning, false),
    ("asyncapi-tags-uniqueness", AAS2, Level::Error, true),
    ("asyncapi-3-tags-uniqueness", AAS3, Level::Error, true),
    ("asyncapi-tags", AAS2, Level::Warning, true),
    ("asyncapi-3-tags", AAS3, Level::Warning, true),
    ("asyncapi-unused-components-schema", AAS, Level::Warning, true),
    ("asyncapi-unused-components-server", AAS, Level::Warning, true),
    ("asyncapi-3-document-resolved", AAS3, Level::Error, true),
    ("asyncapi-3-document-unresolved", AAS3, Level::Error, true),
];

const ARAZZO_RULES: &[Rule] = &[
    ("arazzo-document-schema", ARAZZO, Level::Error, true),
    ("arazzo-workflowId-unique", ARAZZO, Level::Error, true),
    ("arazzo-workflow-output-validation", ARAZZO, Level::Error, true),
    ("arazzo-workflow-stepId-unique", ARAZZO, Level::Error, true),
    ("arazzo-step-output-validation", ARAZZO, Level::Error, true),
    ("arazzo-step-parameters-validation", ARAZZO, Level::Error, true),
    ("arazzo-step-failure-actions-validation", ARAZZO, Level::Error, true),
    ("arazzo-step-success-actions-validation", ARAZZO, Level::Error, true),
    ("arazzo-workflow-depends-on-validation", ARAZZO, Level::Error, true),
    ("arazzo-step-success-criteria-validation", ARAZZO, Level::Error, true),
    ("arazzo-step-request-body-validation", ARAZZO, Level::Error, true),
    ("arazzo-step-validation", ARAZZO, Level::Error, true),
    ("arazzo-no-script-tags-in-markdown", ARAZZO, Level::Warning, true),
    ("arazzo-info-description", ARAZZO, Level::Warning, true),
    ("arazzo-info-summary", ARAZZO, Level::Hint, true),
    ("arazzo-source-descriptions-type", ARAZZO, Level::Warning, true),
    ("arazzo-workflow-workflowId", ARAZZO, Level::Warning, true),
    ("arazzo-workflow-description", ARAZZO, Level::Warning, true),
    ("arazzo-workflow-summary", ARAZZO, Level::Hint, true),
    ("arazzo-step-description", ARAZZO, Level::Warning, true),
    ("arazzo-step-stepId", ARAZZO, Level::Warning, true),
    ("arazzo-step-operationPath", ARAZZO, Level::Hint, true),
];

/// The ruleset of a name, if it is one of these.
pub(super) fn ruleset(name: &str) -> Option<Definition> {
    let (formats, rules, set) = match name {
        "spectral:asyncapi" => (ASYNCAPI_FORMATS, ASYNCAPI, "spectral:asyncapi"),
        "spectral:arazzo" => (ARAZZO, ARAZZO_RULES, "spectral:arazzo"),
        _ => return None,
    };
    let rules = rules.iter().map(|rule| (Arc::from(rule.0), Entry::Rule(Arc::new(statement(rule, set))))).collect();
    Some(Definition { formats: Some(named(formats)), rules, ..Definition::default() })
}

fn statement((_, formats, level, recommended): &Rule, set: &'static str) -> Statement {
    Statement {
        given: Some(vec!["$".to_owned()]),
        then: Some(Arc::new(vec![Then { field: Field::Itself, asks: Asks::Foreign(set) }])),
        severity: Some(Some(*level)),
        formats: Some(named(formats)),
        recommended: Some(*recommended),
        ..Statement::default()
    }
}

fn named(names: &[&str]) -> Formats {
    let mut formats = Formats::default();
    names.iter().for_each(|name| formats.extend(Format::named(name)));
    formats
}
