//! Which contracts are compared here, and how is an answer read?

use std::collections::BTreeSet;

use hansom_standards::{
    Limits, Sources,
    difference::{self, Day, Difference, Question, Reading},
    finding::Level,
};

/// The day on which all tests run.
pub fn today() -> Day {
    Day::new(2026, 11, 25).expect("there is such a day")
}

/// Reads a contract that must be well-formed.
pub fn read(name: &str, text: &str) -> Sources {
    Sources::of_text(name, text, &Limits::default()).unwrap_or_else(|fault| panic!("{name}: {fault}\n{text}"))
}

/// Compares two contracts in the playbook's reading.
pub fn compare(old: &str, new: &str) -> Difference {
    difference::compare(&read("old.yaml", old), &read("new.yaml", new), &Question::on(today()))
}

/// Compares two contracts in oasdiff's reading.
pub fn compare_published(old: &str, new: &str) -> Difference {
    let question = Question { reading: Reading::Published, ..Question::on(today()) };
    difference::compare(&read("old.yaml", old), &read("new.yaml", new), &question)
}

/// A contract around a schema, which stands in a body, in a property, in a response, in a parameter and in a header.
pub fn around_schema(version: &str, schema: &str) -> String {
    format!(
        "openapi: {version}\n\
         info: {{ title: Things, version: 1.0.0 }}\n\
         paths:\n\
         \x20 /things:\n\
         \x20   post:\n\
         \x20     requestBody: {{ content: {{ application/json: {{ schema: {schema} }} }} }}\n\
         \x20     responses: {{ '204': {{ description: fine }} }}\n\
         \x20   put:\n\
         \x20     requestBody: {{ content: {{ application/json: {{ schema: {{ type: object, properties: {{ it: {schema} }} }} }} }} }}\n\
         \x20     responses: {{ '204': {{ description: fine }} }}\n\
         \x20   get:\n\
         \x20     responses: {{ '200': {{ description: fine, content: {{ application/json: {{ schema: {schema} }} }} }} }}\n\
         \x20   patch:\n\
         \x20     responses: {{ '200': {{ description: fine, content: {{ application/json: {{ schema: {{ type: object, properties: {{ it: {schema} }} }} }} }} }} }}\n\
         \x20   delete:\n\
         \x20     parameters: [{{ name: q, in: query, schema: {schema} }}]\n\
         \x20     responses: {{ '204': {{ description: fine, headers: {{ X-It: {{ schema: {schema} }} }} }} }}\n\
         \x20   options:\n\
         \x20     parameters: [{{ name: q, in: query, schema: {{ type: object, properties: {{ it: {schema} }} }} }}]\n\
         \x20     responses: {{ '204': {{ description: fine }} }}\n\
         components:\n\
         \x20 schemas:\n\
         \x20   Cat: {{ type: object, properties: {{ kind: {{ const: cat }} }} }}\n\
         \x20   Dog: {{ type: object, properties: {{ kind: {{ const: dog }} }} }}\n"
    )
}

/// A contract around the fields of one operation, each on a line.
pub fn around_operation(fields: &str) -> String {
    let fields: String = fields.lines().map(|line| format!("      {line}\n")).collect();
    format!("openapi: 3.1.0\ninfo: {{ title: Things, version: 1.0.0 }}\npaths:\n  /things:\n    get:\n{fields}")
}

/// A contract around the fields of a path item.
pub fn around_path(fields: &str) -> String {
    let fields: String = fields.lines().map(|line| format!("    {line}\n")).collect();
    format!("openapi: 3.1.0\ninfo: {{ title: Things, version: 1.0.0 }}\npaths:\n  /things:\n{fields}")
}

/// A contract around fields of the whole document.
pub fn around_document(fields: &str) -> String {
    format!("openapi: 3.1.0\ninfo: {{ title: Things, version: 1.0.0 }}\npaths: {{}}\n{fields}\n")
}

/// The ids of the changes, without those about the version.
pub fn ids(difference: &Difference) -> BTreeSet<&'static str> {
    let of_version = |id: &str| difference::catalogue::family_of(id).is_some_and(|family| family.name == "versions");
    difference.changes.iter().map(|change| change.id).filter(|id| !of_version(id)).collect()
}

/// The level of the heaviest change, without those about the version.
pub fn heaviest(difference: &Difference) -> Option<Level> {
    let known = ids(difference);
    difference.changes.iter().filter(|change| known.contains(change.id)).map(|change| change.level).min()
}
