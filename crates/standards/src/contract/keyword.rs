//! Do the keywords of schemas and parts say something that a validator and a page can stand on?

use super::{Faults, OpenApiVersion, Source, role::Role};
use crate::{
    document::{Kind, Node},
    fault::quoted,
};

const LONGEST_PATTERN: usize = 1_000;
const LONGEST_DESCRIPTION: usize = 100_000;
const LONGEST_SUMMARY: usize = 1_000;
/// The largest whole number that every JSON reader keeps exactly.
const LARGEST_COUNT: f64 = 9_007_199_254_740_991.0;
const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];
const JSON_SCHEMA: &str = "https://json-schema.org/draft/2020-12/schema";
/// The dialects of OpenAPI are dated; all of them are JSON Schema 2020-12 with OpenAPI's own words.
const DIALECTS: [&str; 2] =
    ["https://spec.openapis.org/oas/3.1/dialect/", "https://spec.openapis.org/oas/3.2/dialect/"];

/// Checks the keywords of every part and schema.
pub(super) fn check(source: Source<'_>, parts: &[(Node<'_>, Role)], faults: &mut Faults) {
    for (node, role) in parts {
        match role {
            Role::Part => check_texts(*node, faults),
            Role::Schema => {
                check_texts(*node, faults);
                check_schema(source, *node, faults);
            }
            Role::Schemas => check_schemas(*node, faults),
            Role::Parts | Role::Data => {}
        }
    }
    let components = source.document.at("/components/schemas");
    for (key, _) in components.into_iter().flat_map(Node::entries) {
        let fits = key.text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if !fits || key.text.is_empty() || key.text.len() > 200 {
            let what = format!("a schema cannot be called {}", quoted(key.text));
            faults.add(key.place(), what, "use letters, digits, `.`, `_` and `-`, at most 200");
        }
    }
}

fn check_texts(node: Node<'_>, faults: &mut Faults) {
    for (key, most) in [("description", LONGEST_DESCRIPTION), ("summary", LONGEST_SUMMARY), ("title", LONGEST_SUMMARY)]
    {
        let Some(value) = node.get(key) else { continue };
        if value.as_str().is_some_and(|text| text.len() > most && text.chars().count() > most) {
            let what = format!("this `{key}` has more than {most} characters");
            faults.add(value.place(), what, "shorten it");
        }
    }
}

fn check_schema(source: Source<'_>, node: Node<'_>, faults: &mut Faults) {
    if node.kind() == Kind::Bool {
        return;
    }
    if node.kind() != Kind::Map {
        let what = format!("a schema must be a map, this is {}", node.kind());
        faults.add(node.place(), what, "write `type: …`, or `$ref: …`");
        return;
    }
    for (key, value) in node.entries() {
        if let Err((what, mend)) = check_keyword(source.openapi, key.text, value) {
            faults.add(value.place(), what, mend);
        }
    }
}

pub(crate) type Checked = Result<(), (String, &'static str)>;

/// Whether a keyword holds what it can hold; else what is wrong and what to do.
pub(crate) fn check_keyword(openapi: OpenApiVersion, key: &str, value: Node<'_>) -> Checked {
    match key {
        "type" => check_type(value),
        "pattern" => {
            must(key, value.as_str().is_some(), "a text", "put it into quotes")?;
            check_pattern(value.as_str().unwrap_or_default())
        }
        "required" => must(
            key,
            value.kind() == Kind::List && value.items().all(|item| item.as_str().is_some()),
            "a list of texts",
            "write the names of the properties that must be there",
        ),
        "enum" | "allOf" | "anyOf" | "oneOf" | "prefixItems" => must(
            key,
            value.kind() == Kind::List && value.items().next().is_some(),
            "a list with something in it",
            "write `- ` and what belongs into it",
        ),
        "properties" | "patternProperties" | "$defs" | "definitions" | "dependentSchemas" => {
            must(key, value.kind() == Kind::Map, "a map", "write a schema under each name")
        }
        "nullable" | "readOnly" | "writeOnly" | "deprecated" | "uniqueItems" => {
            must(key, value.as_bool().is_some(), "true or false", "write `true` or `false`")
        }
        "$id" | "$anchor" | "$dynamicRef" | "$dynamicAnchor" | "$recursiveRef" | "$recursiveAnchor" | "$vocabulary" => {
            Err((format!("`{key}` is not read"), "remove it; refer to a schema by `$ref: '#/components/schemas/…'`"))
        }
        "$schema" => must(key, is_read_dialect(value), "JSON Schema 2020-12", "remove it"),
        _ => check_number(openapi, key, value),
    }
}

fn check_number(openapi: OpenApiVersion, key: &str, value: Node<'_>) -> Checked {
    let number = value.as_f64();
    match key {
        "multipleOf" => must(
            key,
            number.is_some_and(|number| number > 0.0),
            "a number above 0",
            "write how fine the steps are, like `0.01`",
        ),
        "maxLength" | "minLength" | "maxItems" | "minItems" | "maxProperties" | "minProperties" | "maxContains"
        | "minContains" => must(
            key,
            number.is_some_and(|n| (0.0..=LARGEST_COUNT).contains(&n) && n.fract() == 0.0),
            "a whole number from 0 to 9007199254740991",
            "write how many",
        ),
        "minimum" | "maximum" => must(key, number.is_some(), "a number", "remove the quotes"),
        "exclusiveMinimum" | "exclusiveMaximum" if openapi == OpenApiVersion::V3_0 => must(
            key,
            value.as_bool().is_some(),
            "true or false in OpenAPI 3.0",
            "write the bound as `minimum` or `maximum`",
        ),
        "exclusiveMinimum" | "exclusiveMaximum" => {
            must(key, number.is_some(), "a number since OpenAPI 3.1", "write the bound itself")
        }
        _ => Ok(()),
    }
}

fn must(key: &str, fits: bool, what: &str, mend: &'static str) -> Checked {
    if fits {
        return Ok(());
    }
    Err((format!("`{key}` must be {what}"), mend))
}

/// Whether a node names a dialect of JSON Schema that schemas are read in.
pub(super) fn is_read_dialect(node: Node<'_>) -> bool {
    let of_openapi = |dialect: &str| DIALECTS.iter().any(|known| dialect.starts_with(known));
    node.as_str().is_some_and(|dialect| dialect.trim_end_matches('#') == JSON_SCHEMA || of_openapi(dialect))
}

fn check_type(value: Node<'_>) -> Checked {
    let known = |node: Node<'_>| node.as_str().is_some_and(|name| TYPES.contains(&name));
    let fits = match value.kind() {
        Kind::List => value.items().next().is_some() && value.items().all(known),
        _ => known(value),
    };
    if fits {
        return Ok(());
    }
    let shown = value.as_str().map_or_else(|| value.kind().to_string(), quoted);
    Err((format!("{shown} is no type"), "write array, boolean, integer, null, number, object or string"))
}

fn check_schemas(node: Node<'_>, faults: &mut Faults) {
    let patterns = node.key().is_some_and(|key| key.text == "patternProperties");
    for (key, _) in node.entries().filter(|_| patterns) {
        if let Err((what, mend)) = check_pattern(key.text) {
            faults.add(key.place(), what, mend);
        }
    }
}

pub(crate) fn check_pattern(pattern: &str) -> Checked {
    if pattern.chars().count() <= LONGEST_PATTERN {
        return Ok(());
    }
    Err((
        format!("this `pattern` has more than {LONGEST_PATTERN} characters"),
        "shorten it, or list the values under `enum`",
    ))
}
