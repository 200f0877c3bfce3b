//! What does a JSON Schema say, as rows of a table?
//!
//! Objects within objects become rows with dotted names; a named schema becomes a link to its own page, which is why a
//! schema that contains itself ends here. Depth and count are bounded all the same.

use serde_json::{Map, Value};

use crate::sentence::paragraphs;

const DEEPEST: usize = 6;
const MOST_ROWS: usize = 400;
const MOST_WORDS: usize = 50;
/// Schemas that are opened at most, so that parts of parts of parts cannot multiply without end.
const MOST_STEPS: usize = 2000;

/// The address of a named schema, if it has a page.
type Addresses<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A part of a type's name; with an address where it is a named schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) text: String,
    pub(crate) href: String,
}

/// What is said of one value.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) parts: Vec<Part>,
    pub(crate) required: bool,
    pub(crate) description: Vec<String>,
    pub(crate) notes: Vec<String>,
}

/// What is said of a value and of everything in it.
#[derive(Clone, Debug)]
pub(crate) struct Outline {
    pub(crate) whole: Row,
    pub(crate) rows: Vec<Row>,
    /// Whether there is more than fits.
    pub(crate) cut: bool,
}

impl Outline {
    pub(crate) fn of(schema: &Value, addresses: Addresses<'_>) -> Self {
        let mut walk = Walk { root: schema, addresses, rows: vec![], steps: 0, cut: false };
        let start = walk.target(schema).unwrap_or(schema);
        let whole = walk.row(String::new(), start, true);
        walk.inside("", start, 0);
        Self { whole, rows: walk.rows, cut: walk.cut }
    }
}

impl Row {
    pub(crate) fn of(schema: &Value, addresses: Addresses<'_>) -> Self {
        let walk = Walk { root: schema, addresses, rows: vec![], steps: 0, cut: false };
        walk.row(String::new(), schema, true)
    }
}

struct Walk<'a> {
    root: &'a Value,
    addresses: Addresses<'a>,
    rows: Vec<Row>,
    steps: usize,
    cut: bool,
}

fn plain(text: impl Into<String>) -> Part {
    Part { text: text.into(), href: String::new() }
}

fn reference(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix("#/$defs/")
}

fn list<'v>(schema: &'v Value, key: &str) -> &'v [Value] {
    schema.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

impl<'a> Walk<'a> {
    /// The definition that a schema refers to.
    fn target(&self, schema: &Value) -> Option<&'a Value> {
        self.root.get("$defs")?.get(reference(schema)?)
    }

    fn row(&self, name: String, schema: &Value, required: bool) -> Row {
        let described = schema.get("description").and_then(Value::as_str);
        Row {
            name,
            parts: self.parts(schema, 0),
            required,
            description: paragraphs(described.unwrap_or_default()),
            notes: notes(schema),
        }
    }

    /// The name of a type.
    fn parts(&self, schema: &Value, depth: usize) -> Vec<Part> {
        if let Some(name) = reference(schema) {
            let href = (self.addresses)(name).unwrap_or_default();
            let text = name.to_owned();
            return vec![Part { text, href }];
        }
        if depth > DEEPEST {
            return vec![plain("…")];
        }
        for (key, words) in [("oneOf", "one of "), ("anyOf", "any of "), ("allOf", "all of ")] {
            let members = list(schema, key);
            if !members.is_empty() {
                return self.members(words, members, depth);
            }
        }
        let mut parts = vec![plain(type_words(schema))];
        if let Some(items) = schema.get("items") {
            parts.push(plain(" of "));
            parts.extend(self.parts(items, depth + 1));
        }
        parts
    }

    fn members(&self, words: &str, members: &[Value], depth: usize) -> Vec<Part> {
        let mut parts = vec![plain(words)];
        for (number, member) in members.iter().take(MOST_WORDS).enumerate() {
            if number > 0 {
                parts.push(plain(", "));
            }
            parts.extend(self.parts(member, depth + 1));
        }
        parts
    }

    /// The rows of what is in a value.
    fn inside(&mut self, name: &str, schema: &Value, depth: usize) {
        self.steps += 1;
        if depth > DEEPEST || self.steps > MOST_STEPS {
            self.cut = true;
            return;
        }
        let required: Vec<&str> = list(schema, "required").iter().filter_map(Value::as_str).collect();
        if let Some(Value::Object(properties)) = schema.get("properties") {
            self.properties(name, properties, &required, depth);
        }
        if let Some(items) = schema.get("items").filter(|items| reference(items).is_none()) {
            self.inside(&format!("{name}[]"), items, depth + 1);
        }
        if let Some(values @ Value::Object(_)) = schema.get("additionalProperties") {
            let name = format!("{}*", dotted(name));
            self.push(&name, values, false, depth);
        }
        for member in list(schema, "allOf") {
            // What all of them say is part of this very value, so a named one is opened here.
            let opened = self.target(member).unwrap_or(member);
            self.inside(name, opened, depth + 1);
        }
        for key in ["oneOf", "anyOf"] {
            for member in list(schema, key) {
                if reference(member).is_none() {
                    self.inside(name, member, depth + 1);
                }
            }
        }
    }

    fn properties(&mut self, name: &str, properties: &Map<String, Value>, required: &[&str], depth: usize) {
        for (key, value) in properties {
            let path = format!("{}{key}", dotted(name));
            self.push(&path, value, required.contains(&key.as_str()), depth);
        }
    }

    fn push(&mut self, name: &str, schema: &Value, required: bool, depth: usize) {
        if self.rows.len() >= MOST_ROWS {
            self.cut = true;
            return;
        }
        let row = self.row(name.to_owned(), schema, required);
        self.rows.push(row);
        if reference(schema).is_none() {
            self.inside(name, schema, depth + 1);
        }
    }
}

fn dotted(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!("{name}.") }
}

fn type_words(schema: &Value) -> String {
    let words = match schema.get("type") {
        Some(Value::String(word)) => word.clone(),
        Some(Value::Array(words)) => words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or "),
        _ if schema == &Value::Bool(false) => "nothing".into(),
        _ if schema.get("properties").is_some() => "object".into(),
        _ if schema.get("const").is_some() || schema.get("enum").is_some() => "value".into(),
        _ => "anything".into(),
    };
    match schema.get("format").and_then(Value::as_str) {
        Some(format) => format!("{words} ({format})"),
        None => words,
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What limits a value.
fn notes(schema: &Value) -> Vec<String> {
    const LIMITS: [(&str, &str); 14] = [
        ("const", "always"),
        ("pattern", "pattern"),
        ("minLength", "at least this many characters:"),
        ("maxLength", "at most this many characters:"),
        ("minimum", "at least"),
        ("exclusiveMinimum", "more than"),
        ("maximum", "at most"),
        ("exclusiveMaximum", "less than"),
        ("multipleOf", "a multiple of"),
        ("minItems", "at least this many items:"),
        ("maxItems", "at most this many items:"),
        ("minProperties", "at least this many properties:"),
        ("maxProperties", "at most this many properties:"),
        ("default", "default"),
    ];
    let mut notes = vec![];
    let choices = list(schema, "enum");
    if !choices.is_empty() {
        let mut words: Vec<_> = choices.iter().take(MOST_WORDS).map(text).collect();
        if choices.len() > MOST_WORDS {
            words.push(format!("and {} more", choices.len() - MOST_WORDS));
        }
        notes.push(format!("one of: {}", words.join(", ")));
    }
    for (key, words) in LIMITS {
        if let Some(value) = schema.get(key) {
            notes.push(format!("{words} {}", text(value)));
        }
    }
    for (key, words) in [
        ("uniqueItems", "each item once"),
        ("readOnly", "only in answers"),
        ("writeOnly", "only in requests"),
        ("deprecated", "deprecated"),
    ] {
        if schema.get(key) == Some(&Value::Bool(true)) {
            notes.push(words.into());
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn names(schema: &Value) -> Vec<String> {
        let outline = Outline::of(schema, &|name| Some(format!("/{name}")));
        outline.rows.into_iter().map(|row| row.name).collect()
    }

    #[test]
    fn objects_within_objects_have_dotted_names() {
        let schema = json!({ "type": "object", "properties": {
            "list": { "type": "array", "items": { "type": "object", "properties": { "a": {}, "b": { "properties": { "c": {} } } } } } } });
        assert_eq!(names(&schema), ["list", "list[].a", "list[].b", "list[].b.c"]);
    }

    #[test]
    fn a_named_schema_is_a_link_and_is_not_opened() {
        let schema = json!({ "properties": { "next": { "$ref": "#/$defs/Node" } },
            "$defs": { "Node": { "properties": { "next": { "$ref": "#/$defs/Node" } } } } });
        let outline = Outline::of(&schema, &|name| Some(format!("/{name}")));
        assert_eq!(outline.rows.len(), 1);
        assert_eq!(outline.rows[0].parts[0].href, "/Node");
    }

    #[test]
    fn a_deep_schema_is_cut_and_says_so() {
        let mut schema = json!({ "type": "string" });
        for _ in 0..200 {
            schema = json!({ "properties": { "in": schema } });
        }
        let outline = Outline::of(&schema, &|_| None);
        assert!(outline.cut);
        assert!(outline.rows.len() <= DEEPEST + 2);
    }

    #[test]
    fn a_schema_that_contains_itself_by_all_of_ends() {
        let schema = json!({ "$ref": "#/$defs/A", "$defs": { "A": { "allOf": [{ "$ref": "#/$defs/A" }] } } });
        assert!(Outline::of(&schema, &|_| None).cut);
    }
}
