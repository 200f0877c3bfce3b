//! Which operations are there, and can every request be told which one it means?

use std::collections::HashMap;

use super::{
    Faults, Location, OpenApiVersion, Source,
    identity::text,
    path_template::{Meeting, Template},
};
use crate::{
    document::{Key, Kind, Node, Place},
    fault::quoted,
};

const MOST_OPERATIONS: usize = 2_000;
const MOST_PARAMETERS: usize = 200;
const LONGEST_METHOD: usize = 40;
const LONGEST_ID: usize = 100;
const LONGEST_NAME: usize = 200;
const METHODS: [&str; 7] = ["get", "put", "post", "delete", "options", "head", "patch"];

/// An operation that has been checked and not yet built.
pub(super) struct Outline<'d> {
    pub(super) id: &'d str,
    pub(super) method: String,
    pub(super) path: &'d str,
    pub(super) node: Node<'d>,
    pub(super) place: Place,
    pub(super) parameters: Vec<Declared<'d>>,
    pub(super) body: Option<Node<'d>>,
    pub(super) responses: Vec<(&'d str, Node<'d>)>,
}

/// A method on a path, and where it is written.
struct Served<'d> {
    path: &'d str,
    word: Key<'d>,
    method: String,
    node: Node<'d>,
}

/// A parameter that has been checked.
#[derive(Clone, Copy)]
pub(super) struct Declared<'d> {
    pub(super) name: &'d str,
    pub(super) location: Location,
    pub(super) node: Node<'d>,
}

/// Reads every operation and reports what is wrong with any of them.
pub(super) fn read<'d>(source: Source<'d>, faults: &mut Faults) -> Vec<Outline<'d>> {
    let root = source.document.root();
    let Some(paths) = root.get("paths").filter(|paths| paths.kind() == Kind::Map) else {
        let place = root.get("paths").map_or(root.place(), Node::place);
        faults.add(place, "`paths` is missing or no map", "write `paths:` with at least one operation");
        return Vec::new();
    };
    let mut reading = Reading { source, faults, templates: Vec::new(), ids: HashMap::new(), outlines: Vec::new() };
    for (key, item) in paths.entries().filter(|(key, _)| !key.text.starts_with("x-")) {
        if reading.templates.len() >= MOST_OPERATIONS || reading.outlines.len() > MOST_OPERATIONS {
            let what = format!("there are more than {MOST_OPERATIONS} operations or paths");
            reading.faults.add(key.place(), what, "split the contract into several APIs");
            return reading.outlines;
        }
        reading.path(key, item);
    }
    if reading.outlines.is_empty() {
        reading.faults.add(paths.place(), "there is no operation", "write at least one, like `/things: {get: …}`");
    }
    reading.outlines
}

struct Reading<'d, 'f> {
    source: Source<'d>,
    faults: &'f mut Faults,
    templates: Vec<(Template, &'d str)>,
    ids: HashMap<&'d str, Place>,
    outlines: Vec<Outline<'d>>,
}

impl<'d> Reading<'d, '_> {
    fn path(&mut self, key: Key<'d>, item: Node<'d>) {
        let template = self.template(key);
        let item = self.source.resolve(item);
        if item.kind() != Kind::Map {
            let what = format!("the path {} must be a map", quoted(key.text));
            self.faults.add(item.place(), what, "write a method below it, like `get:`");
            return;
        }
        let shared = self.parameters(item);
        for (word, node) in item.entries() {
            match word.text {
                "$ref" | "summary" | "description" | "servers" | "parameters" => {}
                method if METHODS.contains(&method) || (method == "query" && self.is_since_3_2()) => {
                    let method = method.to_ascii_uppercase();
                    self.served(Served { path: key.text, word, method, node }, &shared, template.as_ref());
                }
                "additionalOperations" if self.is_since_3_2() => {
                    for (word, node) in node.entries() {
                        if self.check_method(word) {
                            let served = Served { path: key.text, word, method: word.text.to_owned(), node };
                            self.served(served, &shared, template.as_ref());
                        }
                    }
                }
                "trace" => self.faults.add(word.place(), "the method `trace` is not served", "remove it"),
                word_text if word_text.starts_with("x-") => {}
                other => {
                    let what = format!("{} is no method", quoted(other));
                    let mend = if self.is_since_3_2() {
                        "write get, put, post, delete, options, head, patch or query in lower case, or any other below \
                         `additionalOperations`"
                    } else {
                        "write get, put, post, delete, options, head or patch in lower case"
                    };
                    self.faults.add(word.place(), what, mend);
                }
            }
        }
    }

    fn is_since_3_2(&self) -> bool {
        self.source.openapi == OpenApiVersion::V3_2
    }

    fn served(&mut self, served: Served<'d>, shared: &[Declared<'d>], template: Option<&Template>) {
        let outline = self.operation(served, shared);
        if let (Some(outline), Some(template)) = (&outline, template) {
            self.match_parameters(outline, template);
        }
        self.outlines.extend(outline);
    }

    /// Whether a word below `additionalOperations` is a method that can be served and that has no place of its own.
    fn check_method(&mut self, word: Key<'d>) -> bool {
        let method = word.text;
        let known = METHODS.iter().chain(&["query"]).any(|known| known.eq_ignore_ascii_case(method));
        let (what, mend) = if known {
            let what = format!("the method {} does not belong below `additionalOperations`", quoted(method));
            (what, "write it in lower case right below the path")
        } else if ["trace", "connect"].iter().any(|word| word.eq_ignore_ascii_case(method)) {
            (format!("the method {} is not served", quoted(method)), "remove it")
        } else if !is_token(method) || method.len() > LONGEST_METHOD {
            (format!("{} is no method", quoted(method)), "write it as it is sent, like `LINK`")
        } else {
            return true;
        };
        self.faults.add(word.place(), what, mend);
        false
    }

    fn template(&mut self, key: Key<'d>) -> Option<Template> {
        let template = match Template::parse(key.text) {
            Ok(template) => template,
            Err((what, mend)) => {
                self.faults.add(key.place(), what, mend);
                return None;
            }
        };
        for (other, path) in &self.templates {
            let (what, mend) = match template.meeting(other) {
                Meeting::Never | Meeting::OneWins => continue,
                Meeting::Same => ("match the same requests", "put their methods under one path"),
                Meeting::Crossing => (
                    "both match some requests, and neither is the more exact",
                    "change one of them so that a request can mean only one",
                ),
            };
            let what = format!("the paths {} and {} {what}", quoted(path), quoted(key.text));
            self.faults.add(key.place(), what, mend);
        }
        self.templates.push((template.clone(), key.text));
        Some(template)
    }

    fn operation(&mut self, served: Served<'d>, shared: &[Declared<'d>]) -> Option<Outline<'d>> {
        let Served { path, word, method, node } = served;
        if node.kind() != Kind::Map {
            self.faults.add(node.place(), "an operation must be a map", "write `operationId` and `responses` below it");
            return None;
        }
        let id = self.id(word, node);
        self.check_words(node);
        let own = self.parameters(node);
        let overridden = |declared: &&Declared<'d>| {
            own.iter().any(|mine| mine.name == declared.name && mine.location == declared.location)
        };
        let parameters = shared
            .iter()
            .filter(|declared| !overridden(declared))
            .chain(&own)
            .filter(|declared| !is_set_by_http(declared))
            .copied()
            .collect();
        let body = self.body(node);
        let responses = self.responses(word, node);
        Some(Outline {
            id: id.unwrap_or_default(),
            method,
            path,
            node,
            place: word.place(),
            parameters,
            body,
            responses,
        })
    }

    fn id(&mut self, word: Key<'d>, node: Node<'d>) -> Option<&'d str> {
        let Some(value) = node.get("operationId") else {
            self.faults.add(word.place(), "this operation has no `operationId`", "give it one, like `listThings`");
            return None;
        };
        let id = value.as_str().unwrap_or_default();
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
        let begins = id.starts_with(|c: char| c.is_ascii_alphabetic());
        if !begins || id.len() > LONGEST_ID || !id.bytes().all(fits) {
            let what = format!("{} cannot be an `operationId`", quoted(id));
            let mend = "use a letter, then letters, digits, `_`, `.` or `-`, at most 100";
            self.faults.add(value.place(), what, mend);
            return None;
        }
        if let Some(first) = self.ids.get(id) {
            let what = format!("the `operationId` {} is used twice, first at {first}", quoted(id));
            self.faults.add(value.place(), what, "give each operation its own");
            return None;
        }
        self.ids.insert(id, value.place());
        Some(id)
    }

    fn check_words(&mut self, node: Node<'d>) {
        for key in ["summary", "description"] {
            text(node, key, self.faults);
        }
        if let Some(tags) = node.get("tags")
            && (tags.kind() != Kind::List || tags.items().any(|tag| tag.as_str().is_none()))
        {
            self.faults.add(tags.place(), "`tags` must be a list of texts", "write `tags: [name]`");
        }
        if let Some(deprecated) = node.get("deprecated")
            && deprecated.as_bool().is_none()
        {
            self.faults.add(deprecated.place(), "`deprecated` must be true or false", "write `true` or `false`");
        }
    }

    fn parameters(&mut self, around: Node<'d>) -> Vec<Declared<'d>> {
        let Some(list) = around.get("parameters") else {
            return Vec::new();
        };
        if list.kind() != Kind::List || list.items().count() > MOST_PARAMETERS {
            let what = format!("`parameters` must be a list of at most {MOST_PARAMETERS}");
            self.faults.add(list.place(), what, "write `- name: …` for each parameter");
            return Vec::new();
        }
        let mut declared: Vec<Declared<'d>> = Vec::new();
        for written in list.items() {
            let Some(parameter) = self.parameter(self.source.resolve(written)) else {
                continue;
            };
            let known = |other: &Declared<'d>| other.name == parameter.name && other.location == parameter.location;
            if declared.iter().any(known) {
                let what = format!(
                    "the {} parameter {} is declared twice",
                    parameter.location.as_str(),
                    quoted(parameter.name)
                );
                self.faults.add(written.place(), what, "remove one of the two");
            } else {
                declared.push(parameter);
            }
        }
        declared
    }

    fn parameter(&mut self, node: Node<'d>) -> Option<Declared<'d>> {
        let name = node.get("name").and_then(Node::as_str).unwrap_or_default();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            self.faults.add(node.place(), "a parameter has no name, or a very long one", "write `name` and `in`");
            return None;
        }
        let location = match node.get("in").and_then(Node::as_str) {
            Some("path") => Location::Path,
            Some("query") => Location::Query,
            Some("header") => Location::Header,
            Some("cookie") => Location::Cookie,
            Some("querystring") if self.is_since_3_2() => Location::Querystring,
            _ => {
                let place = node.get("in").map_or(node.place(), Node::place);
                let what = format!("the parameter {} does not say where it travels", quoted(name));
                self.faults.add(place, what, "write `in: path`, `query`, `header` or `cookie`");
                return None;
            }
        };
        let required = node.get("required").map(|required| (required, required.as_bool()));
        match required {
            Some((value, None)) => {
                self.faults.add(
                    value.place(),
                    "`required` of a parameter must be true or false",
                    "write `true` or `false`",
                );
            }
            Some((_, Some(true))) => {}
            _ if location == Location::Path => {
                let what = format!("the path parameter {} is not required", quoted(name));
                self.faults.add(node.place(), what, "write `required: true`");
            }
            _ => {}
        }
        if location == Location::Header && !is_token(name) {
            let what = format!("no header can be called {}", quoted(name));
            self.faults.add(node.place(), what, "use letters, digits and `-`");
        }
        self.check_sort(node, name);
        if location == Location::Querystring && node.get("content").is_none() {
            let what = format!("the parameter {} is the whole query and has no `content`", quoted(name));
            self.faults.add(node.place(), what, "write a media type, like `application/x-www-form-urlencoded`");
        }
        Some(Declared { name, location, node })
    }

    fn check_sort(&mut self, node: Node<'d>, name: &str) {
        text(node, "description", self.faults);
        text(node, "style", self.faults);
        let schema = node.get("schema").is_some();
        match node.get("content") {
            None if !schema => {
                let what = format!("the parameter {} has no `schema`", quoted(name));
                self.faults.add(node.place(), what, "say what it is, like `schema: {type: string}`");
            }
            Some(content) if schema => {
                let what = format!("the parameter {} has both `schema` and `content`", quoted(name));
                self.faults.add(content.place(), what, "keep one of the two");
            }
            Some(content) => self.check_content(content),
            None => {}
        }
    }

    fn match_parameters(&mut self, outline: &Outline<'d>, template: &Template) {
        let declared =
            |name: &str| outline.parameters.iter().any(|known| known.location == Location::Path && known.name == name);
        for name in template.parameters().filter(|name| !declared(name)) {
            let what = format!("the parameter `{{{name}}}` of the path {} is not declared", quoted(outline.path));
            self.faults.add(outline.place, what, "add it under `parameters` with `in: path` and `required: true`");
        }
        for parameter in &outline.parameters {
            let used = template.parameters().any(|name| name == parameter.name);
            if parameter.location == Location::Path && !used {
                let what = format!("the path {} has no parameter {}", quoted(outline.path), quoted(parameter.name));
                self.faults.add(parameter.node.place(), what, "write it into the path, or remove it here");
            }
        }
    }

    fn body(&mut self, node: Node<'d>) -> Option<Node<'d>> {
        let body = self.source.resolve(node.get("requestBody")?);
        text(body, "description", self.faults);
        match body.get("content") {
            Some(content) if content.entries().next().is_some() => self.check_content(content),
            _ => self.faults.add(
                body.place(),
                "this `requestBody` has no `content`",
                "write a media type, like `application/json`",
            ),
        }
        Some(body)
    }

    fn responses(&mut self, word: Key<'d>, node: Node<'d>) -> Vec<(&'d str, Node<'d>)> {
        let mut responses = Vec::new();
        let written = node.get("responses");
        let entries = written.into_iter().flat_map(Node::entries);
        for (status, response) in entries.filter(|(key, _)| !key.text.starts_with("x-")) {
            if !is_status(status.text) {
                let what = format!("{} is no status", quoted(status.text));
                self.faults.add(status.place(), what, "write three digits, `4XX` or the like, or `default`");
                continue;
            }
            let response = self.source.resolve(response);
            if response.kind() != Kind::Map {
                self.faults.add(response.place(), "a response must be a map", "write `description` below it");
                continue;
            }
            text(response, "description", self.faults);
            for (name, header) in response.get("headers").into_iter().flat_map(Node::entries) {
                text(self.source.resolve(header), "description", self.faults);
                if !is_token(name.text) {
                    self.faults.add(
                        name.place(),
                        format!("no header can be called {}", quoted(name.text)),
                        "use letters, digits and `-`",
                    );
                }
            }
            if let Some(content) = response.get("content") {
                self.check_content(content);
            }
            responses.push((status.text, response));
        }
        if responses.is_empty() {
            let place = written.map_or(word.place(), Node::place);
            self.faults.add(
                place,
                "this operation has no `responses`",
                "say at least what comes back when all is well, like `'200'`",
            );
        }
        responses
    }

    fn check_content(&mut self, content: Node<'d>) {
        if content.kind() != Kind::Map {
            self.faults.add(content.place(), "`content` must be a map", "write a media type, like `application/json`");
        }
        for (media_type, media) in content.entries() {
            let sort = media_type.text.split(';').next().unwrap_or_default().trim();
            let fits = sort.split_once('/').is_some_and(|(a, b)| is_token(a) && is_token(b));
            if !fits
                || media_type.text.len() > LONGEST_NAME
                || !media_type.text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
            {
                self.faults.add(
                    media_type.place(),
                    format!("{} is no media type", quoted(media_type.text)),
                    "write one like `application/json`",
                );
            }
            if self.source.resolve(media).kind() != Kind::Map {
                self.faults.add(media.place(), "a media type must be a map", "write `schema` below it, or `{}`");
            }
        }
    }
}

/// OpenAPI gives these headers no meaning as parameters: HTTP and the gateway decide them.
fn is_set_by_http(declared: &Declared<'_>) -> bool {
    declared.location == Location::Header
        && ["accept", "authorization", "content-type"].iter().any(|name| declared.name.eq_ignore_ascii_case(name))
}

/// A token of RFC 9110.
fn is_token(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.len() <= LONGEST_NAME && text.bytes().all(fits)
}

fn is_status(text: &str) -> bool {
    match text.as_bytes() {
        [b'1'..=b'5', b'X', b'X'] => true,
        [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'] => true,
        _ => text == "default",
    }
}
