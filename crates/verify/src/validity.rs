//! Does a value fit a schema, and where does it not?

use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;

/// How many faults of one value are told.
const MOST_FAULTS: usize = 3;
const LONGEST_FAULT: usize = 300;
/// How often a pattern may go back and try again.
const MOST_TRIES: usize = 100_000;
const LARGEST_PATTERN: usize = 1024 * 1024;
const DEEPEST: usize = 100;

/// Which way a value travels; some properties travel only one way, and are not missing the other way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// To the service.
    Request,
    /// From the service.
    Answer,
}

impl Way {
    /// The word of a property that does not travel this way.
    fn stays(self) -> &'static str {
        match self {
            Way::Request => "readOnly",
            Way::Answer => "writeOnly",
        }
    }

    /// Whether a property of that schema travels.
    pub(crate) fn takes(self, schema: &Value) -> bool {
        schema.get(self.stays()).and_then(Value::as_bool) != Some(true)
    }
}

/// A schema that values are held against.
#[derive(Debug)]
pub(crate) struct Validity {
    pub(crate) schema: Value,
    validator: Validator,
}

impl Validity {
    /// Schemas fetch nothing, and their patterns are bounded.
    pub(crate) fn of(schema: &Value, way: Way) -> Result<Self, String> {
        let mut schema = schema.clone();
        let root = schema.clone();
        let_go(&mut schema, way, &root, 0);
        let validator = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .with_pattern_options(PatternOptions::fancy_regex().backtrack_limit(MOST_TRIES).size_limit(LARGEST_PATTERN))
            .should_validate_formats(true)
            .offline()
            .build(&schema)
            .map_err(|error| short(&error.to_string()))?;
        Ok(Self { schema, validator })
    }

    pub(crate) fn fits(&self, value: &Value) -> bool {
        self.validator.is_valid(value)
    }

    /// What is wrong with a value, by JSON pointers; empty if nothing is.
    pub(crate) fn faults(&self, value: &Value) -> Vec<String> {
        let faults = self.validator.iter_errors(value).take(MOST_FAULTS);
        faults
            .map(|fault| {
                let place = fault.instance_path().as_str();
                let place = if place.is_empty() { "the whole" } else { place };
                format!("{place}: {}", short(&fault.to_string()))
            })
            .collect()
    }
}

/// Takes what does not travel this way out of what is required.
fn let_go(schema: &mut Value, way: Way, root: &Value, depth: usize) {
    if depth > DEEPEST {
        return;
    }
    match schema {
        Value::Array(list) => list.iter_mut().for_each(|inner| let_go(inner, way, root, depth + 1)),
        Value::Object(object) => {
            let staying: Vec<String> = object
                .get("properties")
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
                .filter(|(_, property)| !way.takes(property) || !way.takes(resolved(property, root)))
                .map(|(name, _)| name.clone())
                .collect();
            if let Some(required) = object.get_mut("required").and_then(Value::as_array_mut) {
                required.retain(|name| !name.as_str().is_some_and(|name| staying.iter().any(|known| known == name)));
            }
            for (word, inner) in object.iter_mut() {
                if !matches!(word.as_str(), "const" | "enum" | "default" | "examples") {
                    let_go(inner, way, root, depth + 1);
                }
            }
        }
        _ => {}
    }
}

/// What a schema means once its `$ref`s into the same document are followed.
pub(crate) fn resolved<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
    let mut at = schema;
    for _ in 0..DEEPEST {
        let name = at.get("$ref").and_then(Value::as_str).and_then(|to| to.strip_prefix("#/$defs/"));
        match name.and_then(|name| root.get("$defs")?.get(name)) {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}

/// The types that a schema names.
pub(crate) fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    }
}

/// At most so much of a text as a report shows in one line.
pub(crate) fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST_FAULT) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
