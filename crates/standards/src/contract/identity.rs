//! Is this text an OpenAPI contract that is read here, and what is it called?

use super::{Faults, OpenApiVersion, Source, keyword::is_read_dialect};
use crate::{
    document::{Document, Kind, Limits, Node, Place},
    fault::{Fault, quoted},
};

const LONGEST_TITLE: usize = 200;
const MOST_TAGS: usize = 500;
/// A contract that a platform serves is kept with each of its releases.
const MOST_BYTES: usize = 10 * 1024 * 1024;

/// What is easily taken for a contract: the key that gives it away, what it is, what to do.
const OTHERS: [(&str, &str, &str); 4] = [
    (
        "swagger",
        "Swagger 2",
        "convert it, for instance with `npx swagger2openapi swagger.yaml -o openapi.yaml`, and look the result over",
    ),
    ("asyncapi", "AsyncAPI", "describe the requests and responses of the API in a contract of their own"),
    ("arazzo", "Arazzo", "hand in the OpenAPI contract that its `sourceDescriptions` name"),
    ("overlay", "an OpenAPI overlay", "apply it to the contract that it `extends`, and hand in the result"),
];

/// What a contract says of itself.
#[derive(Default)]
pub(super) struct Head {
    pub(super) title: String,
    pub(super) version: String,
    pub(super) summary: Option<String>,
    pub(super) description: Option<String>,
    pub(super) tags: Vec<(String, Option<String>)>,
}

/// Reads the text.
pub(super) fn document(text: &str) -> Result<Document, Fault> {
    if text.trim().is_empty() {
        let mend = "write an OpenAPI 3.0, 3.1 or 3.2 document into it";
        return Err(Fault::new(Place::START, "the contract is empty", mend));
    }
    Document::parse_within(text, &Limits { bytes: MOST_BYTES, ..Limits::default() })
}

/// Which edition of OpenAPI the document is written in.
///
/// # Errors
/// It is in none of those that are read; the fault says what it is instead.
pub fn edition(document: &Document) -> Result<OpenApiVersion, Fault> {
    let root = document.root();
    let fault = |place, what: String, mend: &str| Err(Fault::new(place, what, mend));
    let migrate = "write it as OpenAPI 3.0, 3.1 or 3.2";
    if root.kind() != Kind::Map {
        let what = format!("a contract is a map, this is {}", root.kind());
        return fault(root.place(), what, "begin with `openapi: 3.1.0`");
    }
    for (key, name, mend) in OTHERS {
        if let Some(node) = root.get(key) {
            return fault(node.place(), format!("this is {name}, not OpenAPI 3.0, 3.1 or 3.2"), mend);
        }
    }
    let Some(node) = root.get("openapi") else {
        let what = "this is no OpenAPI contract: it has no `openapi`".to_owned();
        return fault(root.place(), what, "begin with `openapi: 3.1.0`");
    };
    let Some(edition) = node.as_str() else {
        let what = "`openapi` must be a text with three numbers".to_owned();
        return fault(node.place(), what, "write `openapi: 3.1.0`");
    };
    let patch = |prefix: &str| {
        edition.strip_prefix(prefix).is_some_and(|patch| {
            !patch.is_empty() && patch.len() < 3 && patch.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    match () {
        () if patch("3.0.") => Ok(OpenApiVersion::V3_0),
        () if patch("3.1.") => Ok(OpenApiVersion::V3_1),
        () if patch("3.2.") => Ok(OpenApiVersion::V3_2),
        () => fault(node.place(), format!("OpenAPI {} is not read", quoted(edition)), migrate),
    }
}

/// Reads and checks `info` and `tags`.
pub(super) fn head(source: Source<'_>, faults: &mut Faults) -> Head {
    let root = source.document.root();
    check_dialect(root, faults);
    if let Some(own) = root.get("$self").filter(|own| own.as_str().is_none_or(|own| own.contains('#'))) {
        faults.add(
            own.place(),
            "`$self` must be an address without `#`",
            "write where this contract lies, or remove it",
        );
    }
    let mut head = Head { tags: tags(root, faults), ..Head::default() };
    let Some(info) = root.get("info").filter(|info| info.kind() == Kind::Map) else {
        let place = root.get("info").map_or(root.place(), Node::place);
        faults.add(place, "`info` is missing or no map", "write `info:` with `title` and `version`");
        return head;
    };
    match info.get("title").map(|node| (node, node.as_str())) {
        Some((_, Some(title))) if !title.trim().is_empty() && title.chars().count() <= LONGEST_TITLE => {
            title.clone_into(&mut head.title);
        }
        found => {
            let place = found.map_or(info.place(), |(node, _)| node.place());
            let what = format!("`info.title` must be a text of 1 to {LONGEST_TITLE} characters");
            faults.add(place, what, "write what the API is called");
        }
    }
    match info.get("version").map(|node| (node, node.as_str())) {
        Some((_, Some(version))) if is_semantic(version) => version.clone_into(&mut head.version),
        found => {
            let place = found.map_or(info.place(), |(node, _)| node.place());
            faults.add(
                place,
                "`info.version` must be a semantic version, three numbers with points between them",
                "write the version of the contract, like `1.0.0`",
            );
        }
    }
    head.summary = text(info, "summary", faults);
    head.description = text(info, "description", faults);
    head
}

/// A text that need not be there; a fault if it is something else.
pub(super) fn text(node: Node<'_>, key: &str, faults: &mut Faults) -> Option<String> {
    let value = node.get(key)?;
    match value.kind() {
        Kind::Text => value.as_str().map(str::to_owned),
        Kind::Null => None,
        other => {
            let what = format!("`{key}` must be a text, this is {other}");
            faults.add(value.place(), what, "put it into quotes");
            None
        }
    }
}

fn check_dialect(root: Node<'_>, faults: &mut Faults) {
    let Some(node) = root.get("jsonSchemaDialect") else {
        return;
    };
    if !is_read_dialect(node) {
        faults.add(
            node.place(),
            "this `jsonSchemaDialect` is not read",
            "remove it; schemas are JSON Schema 2020-12 as OpenAPI has it since 3.1",
        );
    }
}

fn tags(root: Node<'_>, faults: &mut Faults) -> Vec<(String, Option<String>)> {
    let Some(node) = root.get("tags") else {
        return Vec::new();
    };
    if node.kind() != Kind::List || node.items().count() > MOST_TAGS {
        let what = format!("`tags` must be a list of at most {MOST_TAGS}");
        faults.add(node.place(), what, "write `- name: …` for each tag");
        return Vec::new();
    }
    let mut tags: Vec<(String, Option<String>)> = Vec::new();
    for tag in node.items() {
        let name = tag.get("name").and_then(Node::as_str).unwrap_or_default();
        if name.is_empty() || name.chars().count() > LONGEST_TITLE {
            faults.add(tag.place(), "a tag has no name, or a very long one", "write `- name: …`");
        } else if tags.iter().any(|(known, _)| known == name) {
            faults.add(tag.place(), format!("the tag {} is declared twice", quoted(name)), "remove one");
        } else {
            tags.push((name.to_owned(), text(tag, "description", faults)));
        }
    }
    tags
}

/// `1.2.3`, perhaps with `-rc.1` and `+build` behind it.
pub(crate) fn is_semantic(version: &str) -> bool {
    let (version, build) = version.split_once('+').map_or((version, None), |(a, b)| (a, Some(b)));
    let (numbers, pre) = version.split_once('-').map_or((version, None), |(a, b)| (a, Some(b)));
    let number = |part: &str| {
        !part.is_empty()
            && part.len() <= 9
            && part.bytes().all(|byte| byte.is_ascii_digit())
            && (part == "0" || !part.starts_with('0'))
    };
    let words = |label: Option<&str>| {
        label.is_none_or(|label| {
            label.len() <= 100
                && label.split('.').all(|word| {
                    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                })
        })
    };
    numbers.split('.').count() == 3 && numbers.split('.').all(number) && words(pre) && words(build)
}

#[cfg(test)]
mod tests {
    use super::is_semantic;

    #[test]
    fn semantic_versions_are_told_from_others() {
        for version in ["1.0.0", "0.12.3", "1.0.0-rc.1", "1.0.0+build.5", "1.0.0-a-b+c"] {
            assert!(is_semantic(version), "{version}");
        }
        for version in
            ["", "1", "1.0", "v1.0.0", "1.0.0.0", "01.0.0", "1.0.x", "1.0.0-", "1.0.0+", "1.0.0-ü", "2026-01-31"]
        {
            assert!(!is_semantic(version), "{version}");
        }
    }
}
