//! Which schemas of others may be referred to by their address?

use std::sync::OnceLock;

use crate::document::{Document, Limits, Node};

/// The schemas of OpenAPI's editions.
pub(crate) const OAS2: &str = "http://swagger.io/v2/schema.json";
pub(crate) const OAS3_0: &str = "https://spec.openapis.org/oas/3.0/schema/2019-04-02";
pub(crate) const OAS3_1: &str = "https://spec.openapis.org/oas/3.1/schema/2021-09-28";
pub(crate) const OAS3_2: &str = "https://spec.openapis.org/oas/3.2/schema/2025-11-23";

const TEXTS: [&str; 21] = [
    include_str!("../../vendor/openapi/v2.0.json"),
    include_str!("../../vendor/openapi/v3.0.json"),
    include_str!("../../vendor/openapi/v3.1/index.json"),
    include_str!("../../vendor/openapi/v3.1/dialect.schema.json"),
    include_str!("../../vendor/openapi/v3.1/meta.schema.json"),
    include_str!("../../vendor/openapi/v3.2/index.json"),
    include_str!("../../vendor/openapi/v3.2/dialect.schema.json"),
    include_str!("../../vendor/openapi/v3.2/meta.schema.json"),
    include_str!("../../vendor/openapi/draft-04.json"),
    include_str!("../../vendor/openapi/draft-06.json"),
    include_str!("../../vendor/openapi/draft-07.json"),
    include_str!("../../vendor/openapi/draft-2020-12/index.json"),
    include_str!("../../vendor/openapi/draft-2020-12/validation.json"),
    include_str!("../../vendor/openapi/json-schema-2020-12/schema.json"),
    include_str!("../../vendor/openapi/json-schema-2020-12/applicator.json"),
    include_str!("../../vendor/openapi/json-schema-2020-12/content.json"),
    include_str!("../../vendor/openapi/json-schema-2020-12/core.json"),
    include_str!("../../vendor/openapi/json-schema-2020-12/format-annotation.json"),
    include_str!("../../vendor/openapi/json-schema-2020-12/meta-data.json"),
    include_str!("../../vendor/openapi/json-schema-2020-12/unevaluated.json"),
    include_str!("../../vendor/openapi/json-schema-2020-12/validation.json"),
];

/// The first number of these documents, beyond all that contracts and rulesets have.
const FIRST_NUMBER: u32 = 2_000_000;

/// The schema of an address.
pub(crate) fn named(address: &str) -> Option<&'static Document> {
    let address = address.trim_end_matches('#');
    all().iter().find(|document| identity(document) == Some(address))
}

/// The schema of an address that is relative to that of another schema: `meta/core`.
pub(crate) fn relative(from: Node<'_>, address: &str) -> Option<&'static Document> {
    let base = from.document().root().get("$id").and_then(Node::as_str)?;
    let (folder, _) = base.rsplit_once('/')?;
    named(&format!("{folder}/{address}"))
}

fn identity(document: &Document) -> Option<&str> {
    let root = document.root();
    root.get("$id").or_else(|| root.get("id")).and_then(Node::as_str).map(|id| id.trim_end_matches('#'))
}

fn all() -> &'static [Document] {
    static DOCUMENTS: OnceLock<Vec<Document>> = OnceLock::new();
    DOCUMENTS.get_or_init(|| {
        let read = |(text, number)| {
            Document::parse_within(text, &Limits::default()).ok().map(|d: Document| d.named("", number))
        };
        TEXTS.iter().copied().zip(FIRST_NUMBER..).filter_map(read).collect()
    })
}
