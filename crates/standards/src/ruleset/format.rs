//! Which kinds of document does a rule speak about, and of which kinds is a document?

use crate::document::{Kind, Node};

use super::{ecmascript, view::View};

/// A kind of document that rules may be limited to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Format {
    bit: u32,
}

/// Several kinds at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Formats(u32);

/// The names of each format; the first is the one that is shown.
const NAMES: [(&str, &[&str]); 25] = [
    ("OpenAPI 2.0 (Swagger)", &["oas2"]),
    ("OpenAPI 3.x", &["oas3"]),
    ("OpenAPI 3.0.x", &["oas3.0", "oas3_0"]),
    ("OpenAPI 3.1.x", &["oas3.1", "oas3_1"]),
    ("OpenAPI 3.2.x", &["oas3.2", "oas3_2"]),
    ("JSON Schema", &["json-schema", "jsonSchema"]),
    ("JSON Schema (loose)", &["json-schema-loose", "jsonSchemaLoose"]),
    ("JSON Schema Draft 4", &["json-schema-draft4", "jsonSchemaDraft4"]),
    ("JSON Schema Draft 6", &["json-schema-draft6", "jsonSchemaDraft6"]),
    ("JSON Schema Draft 7", &["json-schema-draft7", "jsonSchemaDraft7"]),
    ("JSON Schema Draft 2019-09", &["json-schema-draft-2019-09", "json-schema-2019-09", "jsonSchemaDraft2019_09"]),
    ("JSON Schema Draft 2020-12", &["json-schema-draft-2020-12", "json-schema-2020-12", "jsonSchemaDraft2020_12"]),
    ("AsyncAPI 2.x", &["asyncapi2", "asyncApi2", "aas2"]),
    ("AsyncAPI 3.x", &["asyncapi3", "aas3"]),
    ("Arazzo 1.x", &["arazzo1"]),
    ("Arazzo 1.0.x", &["arazzo1.0", "arazzo1_0"]),
    ("AsyncAPI 2.0.x", &["aas2_0", "aas2.0"]),
    ("AsyncAPI 2.1.x", &["aas2_1", "aas2.1"]),
    ("AsyncAPI 2.2.x", &["aas2_2", "aas2.2"]),
    ("AsyncAPI 2.3.x", &["aas2_3", "aas2.3"]),
    ("AsyncAPI 2.4.x", &["aas2_4", "aas2.4"]),
    ("AsyncAPI 2.5.x", &["aas2_5", "aas2.5"]),
    ("AsyncAPI 2.6.x", &["aas2_6", "aas2.6"]),
    ("AsyncAPI 3.0.x", &["aas3_0", "aas3.0"]),
    ("AsyncAPI 3.1.x", &["aas3_1", "aas3.1"]),
];

impl Format {
    pub(crate) const OAS2: Format = Format { bit: 0 };
    pub(crate) const OAS3: Format = Format { bit: 1 };
    pub(crate) const OAS3_0: Format = Format { bit: 2 };
    pub(crate) const OAS3_1: Format = Format { bit: 3 };
    pub(crate) const OAS3_2: Format = Format { bit: 4 };

    /// The format of a name in a ruleset.
    pub(crate) fn named(name: &str) -> Option<Format> {
        let position = NAMES.iter().position(|(_, names)| names.contains(&name))?;
        Some(Format { bit: u32::try_from(position).ok()? })
    }

    /// The name that is shown.
    pub(crate) fn shown(self) -> &'static str {
        NAMES.get(self.bit as usize).map_or("", |(shown, _)| shown)
    }
}

impl Formats {
    /// With one more.
    pub(crate) fn add(&mut self, format: Format) {
        self.0 |= 1 << format.bit;
    }

    /// With one more, if there is one.
    pub(crate) fn extend(&mut self, format: Option<Format>) {
        if let Some(format) = format {
            self.add(format);
        }
    }

    /// Those that are among others, too.
    pub(crate) fn among(self, other: Formats) -> Formats {
        Formats(self.0 & other.0)
    }

    /// Whether one is among them.
    pub(crate) fn has(self, format: Format) -> bool {
        self.0 & (1 << format.bit) != 0
    }

    /// Whether any of others is among them.
    pub(crate) fn meets(self, other: Formats) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether there are none.
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Each of them.
    pub(crate) fn each(self) -> impl Iterator<Item = Format> {
        (0..32).map(|bit| Format { bit }).filter(move |format| self.has(*format))
    }

    /// Every format that a document is of.
    pub(crate) fn of(root: Node<'_>, view: View<'_>) -> Formats {
        let mut formats = Formats::default();
        let root = view.open(root);
        if root.kind() != Kind::Map {
            return formats;
        }
        open_api(root, &mut formats);
        json_schema(root, &mut formats);
        other_descriptions(root, &mut formats);
        formats
    }
}

fn text_of(root: Node<'_>, key: &str) -> Option<String> {
    root.get(key).map(|node| ecmascript::string(super::ecmascript::Subject::Node(node)).into_owned())
}

/// The whole number that a text begins with.
fn leading_number(text: &str) -> Option<u32> {
    let digits: String = text.trim_start().chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

fn open_api(root: Node<'_>, formats: &mut Formats) {
    if text_of(root, "swagger").as_deref().and_then(leading_number) == Some(2) {
        formats.add(Format::OAS2);
    }
    let Some(version) = text_of(root, "openapi").filter(|version| leading_number(version) == Some(3)) else {
        return;
    };
    formats.add(Format::OAS3);
    for (start, format) in [("3.0", Format::OAS3_0), ("3.1", Format::OAS3_1), ("3.2", Format::OAS3_2)] {
        let exact = version.strip_prefix(start).is_some_and(|rest| {
            rest.is_empty() || rest.strip_prefix('.').is_some_and(|patch| patch.bytes().all(|b| b.is_ascii_digit()))
        });
        if exact {
            formats.add(format);
        }
    }
}

/// The draft of JSON Schema that a `$schema` names.
pub(crate) fn draft_of(schema: &str) -> Option<&'static str> {
    let rest =
        schema.strip_prefix("https://json-schema.org/").or_else(|| schema.strip_prefix("http://json-schema.org/"))?;
    let rest = rest.strip_suffix('#').unwrap_or(rest);
    let (draft, file) = rest.rsplit_once("/").unwrap_or((rest, ""));
    let draft = if file == "schema" { draft.strip_suffix("/hyper-schema").unwrap_or(draft) } else { return None };
    match draft {
        "draft-04" => Some("draft4"),
        "draft-06" => Some("draft6"),
        "draft-07" => Some("draft7"),
        "draft/2019-09" => Some("draft2019-09"),
        "draft/2020-12" => Some("draft2020-12"),
        _ => None,
    }
}

const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];

fn json_schema(root: Node<'_>, formats: &mut Formats) {
    let mut add = |name: &str| {
        if let Some(format) = Format::named(name) {
            formats.add(format);
        }
    };
    let written = root.get("$schema").and_then(Node::as_str).filter(|text| text.contains("//json-schema.org/"));
    if let Some(schema) = written {
        add("json-schema");
        match draft_of(schema) {
            Some("draft4") => add("json-schema-draft4"),
            Some("draft6") => add("json-schema-draft6"),
            Some("draft7") => add("json-schema-draft7"),
            Some("draft2019-09") => add("json-schema-2019-09"),
            Some("draft2020-12") => add("json-schema-2020-12"),
            _ => {}
        }
    }
    let known = |node: Node<'_>| node.as_str().is_some_and(|text| TYPES.contains(&text));
    let typed = root.get("type").is_some_and(|node| match node.kind() {
        Kind::List => node.items().all(known),
        _ => known(node),
    });
    let composed = ["allOf", "oneOf", "anyOf", "not", "if"]
        .iter()
        .any(|key| root.get(key).is_some_and(|node| matches!(node.kind(), Kind::Map | Kind::List)));
    let listed = root.get("enum").is_some_and(|node| node.kind() == Kind::List);
    if written.is_some() || typed || composed || listed {
        add("json-schema-loose");
    }
}

fn other_descriptions(root: Node<'_>, formats: &mut Formats) {
    let mut add = |name: &str| {
        if let Some(format) = Format::named(name) {
            formats.add(format);
        }
    };
    if let Some(version) = text_of(root, "asyncapi") {
        let parts: Vec<&str> = version.split('.').collect();
        let number = |part: &&str| part.bytes().all(|b| b.is_ascii_digit()) && (*part == "0" || !part.starts_with('0'));
        if let [major @ ("2" | "3"), minor, patch] = parts.as_slice()
            && [minor, patch].into_iter().all(|part| !part.is_empty() && number(part))
        {
            add(&format!("aas{major}"));
            add(&format!("aas{major}_{minor}"));
        }
    }
    if let Some(version) = text_of(root, "arazzo").filter(|version| leading_number(version) == Some(1)) {
        add("arazzo1");
        if version == "1.0" || version.starts_with("1.0.") {
            add("arazzo1.0");
        }
    }
}
