//! What is in this schema?

use std::fmt::Write;

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_domain::ProblemCode;
use hansom_standards::Node;

use super::{
    Seen,
    outline::{Outline, Row},
};
use crate::{
    answer::Refusal,
    frame::{Frame, Section},
    reader::Reader,
    twin::{Leaf, block, code, inline, table},
    urls,
};

/// Values of a discriminator that are shown.
const MOST_VALUES: usize = 100;

#[derive(Template)]
#[template(path = "apis/schema.html")]
struct SchemaPage {
    frame: Frame,
    name: String,
    outline: Outline,
    discriminator: Option<Discriminator>,
    json: String,
}

/// The property that says which of the alternatives a value is.
struct Discriminator {
    property: String,
    /// Values, each with the name of its schema and the address of that.
    values: Vec<(String, String, String)>,
}

/// `GET /apis/{slug}/{major}/schemas/{schema}`
pub(crate) async fn show(
    mut reader: Reader,
    Path((slug, major, name)): Path<(String, String, String)>,
) -> Result<Response, Refusal> {
    let seen = Seen::find(&reader.visitor, &slug, Some(&major)).await?;
    let contract = &seen.published.contract;
    let schemas = contract.document().at("/components/schemas");
    let named = |name: &str| schemas.and_then(|schemas| schemas.get(name));
    let name = reader.known(&name, |name| named(name).is_some()).to_owned();
    let Some(node) = named(&name) else {
        return Err(Refusal::new(
            ProblemCode::NotFound,
            format!("{} has no such schema. Its page lists those that it has.", seen.name()),
        ));
    };
    let schema = contract.json_schema(node);
    let version = &seen.version;
    let frame = reader
        .visitor
        .frame(&format!("{name} – {}", seen.name()), Section::Apis)
        .await?
        .with_twin(&urls::schema(&version.slug, version.major, &name))
        .under("APIs", urls::HOME)
        .under(seen.name(), urls::version(&version.slug, version.major));
    reader.answer(&SchemaPage {
        frame,
        outline: Outline::of(&schema, &|name| seen.schema_address(name)),
        discriminator: contract.resolve(node).get("discriminator").and_then(|node| discriminator(&seen, node)),
        json: serde_json::to_string_pretty(&schema).unwrap_or_default(),
        name,
    })
}

/// Which schema each value of the property stands for, as far as the contract says it.
fn discriminator(seen: &Seen, node: Node<'_>) -> Option<Discriminator> {
    let property = node.get("propertyName")?.as_str()?.to_owned();
    let mapping = node.get("mapping").into_iter().flat_map(Node::entries).take(MOST_VALUES);
    let values = mapping.filter_map(|(value, target)| {
        let target = target.as_str()?;
        let name = target.rsplit('/').next().unwrap_or(target);
        Some((value.text.to_owned(), name.to_owned(), seen.schema_address(name).unwrap_or_default()))
    });
    Some(Discriminator { values: values.collect(), property })
}

impl Leaf for SchemaPage {
    fn markdown(&self) -> String {
        let mut out = format!("# {}\n\n", inline(&self.name));
        let kind: String = self.outline.whole.parts.iter().map(|part| part.text.as_str()).collect();
        let _ = writeln!(out, "Type: {}\n\n{}\n", inline(&kind), self.outline.whole.description.source);
        if let Some(it) = &self.discriminator {
            let _ = writeln!(out, "Which one it is stands in {}.\n", code(&it.property));
        }
        out.push_str(&table(["Name", "Type", "Required", "What it is"], self.outline.rows.iter().map(Row::cells)));
        let _ = writeln!(out, "\n## As JSON Schema\n\n{}", block("json", &self.json));
        out
    }
}
