//! What does a JSON Schema say, as rows of a table?
//!
//! Objects within objects become rows with dotted names; a named schema becomes a link to its own page, which is why a
//! schema that contains itself ends here. Depth and count are bounded all the same.

use serde_json::{Map, Value};

use crate::{
    prose::{Prose, Stands},
    twin::{code, inline},
};

const DEEPEST: usize = 6;
const MOST_ROWS: usize = 400;
const MOST_WORDS: usize = 50;
/// Schemas that are opened at most, so that parts of parts of parts cannot multiply without end.
const MOST_STEPS: usize = 2000;

/// Words that say when or for what a schema holds.
const CONDITIONS: [(&str, &str); 6] = [
    ("not", "never"),
    ("if", "if"),
    ("then", "then"),
    ("else", "else"),
    ("contains", "one item at least"),
    ("propertyNames", "each name"),
];

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
    pub(crate) description: Prose,
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

    /// Name, type, whether it is required and what it is, as Markdown.
    pub(crate) fn cells(&self) -> [String; 4] {
        let kind: String = self.parts.iter().map(|part| part.text.as_str()).collect();
        let mut said = inline(&self.description.source);
        for note in &self.notes {
            said.push_str(if said.is_empty() { "" } else { "; " });
            said.push_str(&inline(note));
        }
        let required = if self.required { "required" } else { "optional" };
        [code(&self.name), inline(&kind), required.to_owned(), said]
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
        let described = schema.get("description").or_else(|| schema.get("title")).and_then(Value::as_str);
        Row {
            name,
            parts: self.parts(schema, 0),
            required,
            description: Prose::of(described, Stands::InPart),
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
        if let Some(not) = schema.get("not").filter(|not| reference(not).is_some()) {
            let mut parts = vec![plain(type_words(schema)), plain(" but not ")];
            parts.extend(self.parts(not, depth + 1));
            return parts;
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
    fn inside(&mut self, name: &str, schema: &'a Value, depth: usize) {
        self.steps += 1;
        if depth > DEEPEST || self.steps > MOST_STEPS {
            self.cut = true;
            return;
        }
        let required = self.required(schema);
        self.members_of(name, schema, &required, depth);
    }

    /// What a value and all that it is `allOf` require.
    fn required(&self, schema: &'a Value) -> Vec<&'a str> {
        let (mut found, mut open) = (vec![], vec![schema]);
        for _ in 0..MOST_WORDS {
            let Some(schema) = open.pop() else { break };
            found.extend(list(schema, "required").iter().filter_map(Value::as_str).take(MOST_ROWS));
            open.extend(list(schema, "allOf").iter().map(|member| self.target(member).unwrap_or(member)));
        }
        found
    }

    fn members_of(&mut self, name: &str, schema: &'a Value, required: &[&str], depth: usize) {
        if let Some(Value::Object(properties)) = schema.get("properties") {
            self.properties(name, properties, required, depth);
        }
        for (pattern, value) in schema.get("patternProperties").and_then(Value::as_object).into_iter().flatten() {
            self.push(&format!("{}/{pattern}/", dotted(name)), value, false, depth);
        }
        if let Some(values @ Value::Object(_)) = schema.get("additionalProperties") {
            self.push(&format!("{}*", dotted(name)), values, false, depth);
        }
        for (position, item) in list(schema, "prefixItems").iter().enumerate() {
            self.push(&format!("{name}[{position}]"), item, false, depth);
        }
        if let Some(items) = schema.get("items").filter(|items| reference(items).is_none()) {
            self.inside(&format!("{name}[]"), items, depth + 1);
        }
        for member in list(schema, "allOf") {
            // What all of them say is part of this very value, so a named one is opened here.
            let opened = self.target(member).unwrap_or(member);
            self.steps += 1;
            if depth >= DEEPEST || self.steps > MOST_STEPS {
                self.cut = true;
                return;
            }
            self.members_of(name, opened, required, depth + 1);
        }
        self.alternatives(name, schema, depth);
        for (key, word) in CONDITIONS {
            if let Some(value) = schema.get(key).filter(|value| value.is_object()) {
                self.push(format!("{name} ({word})").trim(), value, false, depth);
            }
        }
    }

    /// What a value may be instead: each with its own rows, so that none is taken for part of another.
    fn alternatives(&mut self, name: &str, schema: &'a Value, depth: usize) {
        for key in ["oneOf", "anyOf"] {
            let members = list(schema, key);
            let others = members.iter().filter(|it| it.get("type").and_then(Value::as_str) != Some("null")).count();
            for (number, member) in members.iter().enumerate().filter(|(_, member)| reference(member).is_none()) {
                match others {
                    0 | 1 => self.inside(name, member, depth + 1),
                    _ => self.push(format!("{name} (choice {})", number + 1).trim(), member, false, depth),
                }
            }
        }
    }

    fn properties(&mut self, name: &str, properties: &'a Map<String, Value>, required: &[&str], depth: usize) {
        for (key, value) in properties {
            let path = format!("{}{key}", dotted(name));
            self.push(&path, value, required.contains(&key.as_str()), depth);
        }
    }

    fn push(&mut self, name: &str, schema: &'a Value, required: bool, depth: usize) {
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
    for (name, with) in
        schema.get("dependentRequired").and_then(Value::as_object).into_iter().flatten().take(MOST_WORDS)
    {
        let with: Vec<_> = with.as_array().into_iter().flatten().take(MOST_WORDS).map(text).collect();
        notes.push(format!("with {name} also: {}", with.join(", ")));
    }
    if [schema.get("additionalProperties"), schema.get("unevaluatedProperties")].contains(&Some(&Value::Bool(false))) {
        notes.push("no other properties".into());
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
    fn every_form_of_a_schema_has_its_rows() {
        let schema = json!({
            "allOf": [{ "$ref": "#/$defs/Base" }, { "required": ["id"] }],
            "properties": {
                "kind": { "const": "tree" },
                "either": { "oneOf": [{ "properties": { "a": {} } }, { "properties": { "b": {} } }, { "type": "null" }] },
                "maybe": { "anyOf": [{ "properties": { "c": {} } }, { "type": "null" }] },
                "pair": { "prefixItems": [{ "type": "string" }, { "type": "integer" }] },
                "never": { "not": { "$ref": "#/$defs/Base" } },
                "open": { "patternProperties": { "^x-": { "type": "string" } }, "additionalProperties": false },
                "cases": { "if": { "required": ["d"] }, "then": { "properties": { "d": {} } } },
            },
            "$defs": { "Base": { "properties": { "id": { "type": ["string", "null"] } } } },
        });
        let outline = Outline::of(&schema, &|name| Some(format!("/{name}")));
        let names: Vec<_> = outline.rows.iter().map(|row| row.name.as_str()).collect();
        for name in [
            "kind",
            "either (choice 1).a",
            "either (choice 2).b",
            "maybe.c",
            "pair[0]",
            "pair[1]",
            "open./^x-/",
            "cases (if)",
            "cases (then).d",
            "id",
        ] {
            assert!(names.contains(&name), "{name} is not in {names:?}");
        }
        let row = |name: &str| outline.rows.iter().find(|row| row.name == name).unwrap();
        assert!(row("id").required, "required by another part of allOf");
        assert_eq!(row("id").parts[0].text, "string or null");
        assert_eq!(row("never").parts.last().unwrap().href, "/Base");
        assert_eq!(row("kind").notes, ["always tree"]);
        assert_eq!(row("open").notes, ["no other properties"]);
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
