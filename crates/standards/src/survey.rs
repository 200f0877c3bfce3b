//! What does a contract consist of, for a rule to look at?
//!
//! A survey is made once for all rules. It follows every `$ref`, so a rule sees what is meant; and it visits every
//! node once, however many places refer to it, so a rule complains about a shared definition once.

use std::{collections::HashMap, fmt};

use crate::{
    document::{Kind, Node},
    fault::quoted,
    sources::{Sources, reference_of},
};

/// The methods that a path item may have, as they are written; `query` since OpenAPI 3.2.
const METHODS: [&str; 9] = ["get", "put", "post", "delete", "options", "head", "patch", "trace", "query"];
/// Keywords of a schema that hold one schema.
const ONE_SCHEMA: [&str; 14] = [
    "items",
    "additionalItems",
    "additionalProperties",
    "unevaluatedItems",
    "unevaluatedProperties",
    "not",
    "if",
    "then",
    "else",
    "contains",
    "propertyNames",
    "contentSchema",
    "schema",
    "itemSchema",
];
/// Keywords of a schema that hold several, by name or in a list.
const SEVERAL_SCHEMAS: [&str; 9] = [
    "properties",
    "patternProperties",
    "dependentSchemas",
    "$defs",
    "definitions",
    "allOf",
    "anyOf",
    "oneOf",
    "prefixItems",
];

/// The editions of OpenAPI that rules are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edition {
    /// 3.0.x
    V3_0,
    /// 3.1.x
    V3_1,
    /// 3.2.x
    V3_2,
}

/// What a manifest says about a contract and OpenAPI cannot, in the words of the manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The API's slug.
    pub api: Option<String>,
    /// `public`, `controlled` or `internal`.
    pub audience: Option<String>,
    /// `alpha`, `beta`, `live`, `deprecated` or `retired`.
    pub status: Option<String>,
    /// The owner group.
    pub owner: Option<String>,
    /// `platform` or `service`.
    pub kind: Option<String>,
    /// Whether the API carries personal data.
    pub personal_data: Option<bool>,
    /// Whether an environment answers from the contract's examples, so that there is something to test against.
    pub sandbox: Option<bool>,
    /// The other APIs of the catalogue; none where nobody has a catalogue at hand.
    pub neighbours: Vec<Neighbour>,
}

/// Another API of the catalogue, with what must not be the same twice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Neighbour {
    /// The API's slug.
    pub api: String,
    /// What it is called for people.
    pub title: String,
    /// The path under which all its addresses lie, without version: `/repairs`.
    pub base_path: String,
}

/// A contract, laid out for rules.
#[derive(Debug)]
pub struct Survey<'d> {
    /// The texts.
    pub sources: &'d Sources,
    /// What the manifest says; empty where a contract is looked at by itself.
    pub facts: Facts,
    /// The edition of OpenAPI; none where the document does not say one of those that are read.
    pub edition: Option<Edition>,
    /// The path items in the order in which they were written.
    pub paths: Vec<PathItem<'d>>,
    /// The operations of all paths.
    pub operations: Vec<Operation<'d>>,
    /// The operations of webhooks and callbacks: calls that the API makes. Their `path` is the name they stand under.
    pub calls_back: Vec<Operation<'d>>,
    /// Every parameter and response header once, also unused ones under `components`.
    pub parameters: Vec<Parameter<'d>>,
    /// Every response once, also unused ones under `components`.
    pub responses: Vec<Node<'d>>,
    /// Every body in a media type once, also unused ones under `components`.
    pub bodies: Vec<Body<'d>>,
    /// Every schema once, also unused ones under `components`.
    pub schemas: Vec<Schema<'d>>,
}

/// A path and what may be done there.
#[derive(Clone, Copy, Debug)]
pub struct PathItem<'d> {
    /// The path template as it was written: `/repairs/{id}`.
    pub template: &'d str,
    /// The node under the template; its key is the template.
    pub written: Node<'d>,
    /// The path item, `$ref` followed.
    pub node: Node<'d>,
}

/// One method on one path.
#[derive(Clone, Debug)]
pub struct Operation<'d> {
    /// The path template.
    pub path: &'d str,
    /// The path item.
    pub item: Node<'d>,
    /// The method as it was written, in lower case unless OpenAPI 3.2 adds one of its own: `get`.
    pub method: &'d str,
    /// The operation; its key is the method.
    pub node: Node<'d>,
    /// The parameters of the operation and of its path together; the operation's own go first and win.
    pub parameters: Vec<Parameter<'d>>,
    /// `requestBody`, `$ref` followed.
    pub body: Option<Node<'d>>,
    /// The responses by status, as they were written, `$ref` followed.
    pub responses: Vec<(&'d str, Node<'d>)>,
    /// The security requirements in force: the operation's own, else the document's.
    pub security: Option<Node<'d>>,
}

/// A parameter of a request, or a header of a response.
#[derive(Clone, Copy, Debug)]
pub struct Parameter<'d> {
    /// Its name; the key for a header.
    pub name: &'d str,
    /// `path`, `query`, `header`, `cookie`, as it was written.
    pub location: &'d str,
    /// The parameter, `$ref` followed.
    pub node: Node<'d>,
    /// Whether it is a header of a response.
    pub answers: bool,
}

/// A body in one media type.
#[derive(Clone, Copy, Debug)]
pub struct Body<'d> {
    /// The media type as it was written.
    pub media_type: &'d str,
    /// The media type object; its key is the media type.
    pub node: Node<'d>,
    /// Whether it is part of an answer; else of a request.
    pub answers: bool,
}

/// A schema and which way its values travel.
#[derive(Clone, Copy, Debug)]
pub struct Schema<'d> {
    /// The schema, `$ref` followed: a map, or true or false.
    pub node: Node<'d>,
    /// Whether requests carry it.
    pub in_requests: bool,
    /// Whether responses carry it.
    pub in_responses: bool,
}

impl fmt::Display for Edition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Edition::V3_0 => "3.0",
            Edition::V3_1 => "3.1",
            Edition::V3_2 => "3.2",
        })
    }
}

impl<'d> Survey<'d> {
    /// Lays out a contract.
    pub fn of(sources: &'d Sources, facts: Facts) -> Survey<'d> {
        let root = sources.root();
        let mut survey = Survey {
            sources,
            facts,
            edition: edition(root),
            paths: Vec::new(),
            operations: Vec::new(),
            calls_back: Vec::new(),
            parameters: Vec::new(),
            responses: Vec::new(),
            bodies: Vec::new(),
            schemas: Vec::new(),
        };
        let mut walk = Walk { sources, seen: HashMap::new() };
        for (key, written) in entries(root, "paths") {
            if key.starts_with("x-") {
                continue;
            }
            let node = sources.follow(written);
            survey.paths.push(PathItem { template: key, written, node });
            walk.path_item(&mut survey, key, node, false);
        }
        for (key, written) in entries(root, "webhooks") {
            walk.path_item(&mut survey, key, sources.follow(written), true);
        }
        walk.components(&mut survey, root);
        survey
    }

    /// The root of the contract.
    pub fn root(&self) -> Node<'d> {
        self.sources.root()
    }

    /// `info`; the root where it is missing, so that a complaint has a place.
    pub fn info(&self) -> Node<'d> {
        self.root().get("info").filter(|info| info.kind() == Kind::Map).unwrap_or(self.root())
    }

    /// What a node means once its `$ref`s are followed.
    pub fn follow(&self, node: Node<'d>) -> Node<'d> {
        self.sources.follow(node)
    }
}

impl fmt::Display for Operation<'_> {
    /// What a finding calls it: by its id, else by method and path.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match said(self.node, "operationId") {
            Some(id) => f.write_str(&quoted(id)),
            None => f.write_str(&quoted(&format!("{} {}", self.method.to_uppercase(), self.path))),
        }
    }
}

fn edition(root: Node<'_>) -> Option<Edition> {
    let text = root.get("openapi")?.as_str()?;
    match text.split('.').collect::<Vec<_>>().as_slice() {
        ["3", "0", _] => Some(Edition::V3_0),
        ["3", "1", _] => Some(Edition::V3_1),
        ["3", "2", _] => Some(Edition::V3_2),
        _ => None,
    }
}

/// The entries of the map under a key; none if there is no map.
pub fn entries<'d>(node: Node<'d>, key: &str) -> impl Iterator<Item = (&'d str, Node<'d>)> {
    node.get(key).into_iter().flat_map(Node::entries).map(|(key, value)| (key.text, value))
}

/// The text under a key, if there is one and it says something.
pub fn said<'d>(node: Node<'d>, key: &str) -> Option<&'d str> {
    node.get(key).and_then(Node::as_str).filter(|text| !text.trim().is_empty())
}

/// Which way something travels; where one definition is used both ways it is visited once for each.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Request,
    Response,
    /// Under `components`, and nobody refers to it.
    Unused,
}

/// Remembers what has been visited: document and node → where it stands in its list, and the ways it was seen.
struct Walk<'d> {
    sources: &'d Sources,
    seen: HashMap<(u32, u32), Visit>,
}

#[derive(Clone, Copy, Default)]
struct Visit {
    at: usize,
    request: bool,
    response: bool,
}

impl<'d> Walk<'d> {
    /// Whether a node is new, or new for this way. `at` is where it will stand in its list if it is wholly new.
    fn enter(&mut self, node: Node<'d>, way: Way, at: usize) -> (Visit, bool, bool) {
        let mut new = false;
        let visit = self.seen.entry((node.document().number(), node.id())).or_insert_with(|| {
            new = true;
            Visit { at, ..Visit::default() }
        });
        let flag = match way {
            Way::Request => &mut visit.request,
            Way::Response => &mut visit.response,
            Way::Unused => return (*visit, new, new),
        };
        let go_on = !*flag;
        *flag = true;
        (*visit, new, go_on)
    }

    fn path_item(&mut self, survey: &mut Survey<'d>, path: &'d str, item: Node<'d>, calls_back: bool) {
        let named = METHODS.iter().filter_map(|method| item.get(method));
        let additional = entries(item, "additionalOperations").map(|(_, node)| node);
        let mut nodes: Vec<Node<'d>> = named.chain(additional).filter(|node| node.kind() == Kind::Map).collect();
        nodes.sort_by_key(|node| node.id());
        for node in nodes {
            let operation = self.operation(survey, path, item, node, calls_back);
            if calls_back { survey.calls_back.push(operation) } else { survey.operations.push(operation) }
        }
    }

    fn operation(
        &mut self,
        survey: &mut Survey<'d>,
        path: &'d str,
        item: Node<'d>,
        node: Node<'d>,
        calls_back: bool,
    ) -> Operation<'d> {
        // What the API sends when it calls back is an answer of the API in all that matters to a rule.
        let (asks, answers) = if calls_back { (Way::Response, Way::Request) } else { (Way::Request, Way::Response) };
        let mut parameters: Vec<Parameter<'d>> = Vec::new();
        for list in [node, item].into_iter().filter_map(|around| around.get("parameters")) {
            for written in list.items() {
                let Some(parameter) = self.parameter(survey, written, asks) else { continue };
                if !parameters.iter().any(|known| known.name == parameter.name && known.location == parameter.location)
                {
                    parameters.push(parameter);
                }
            }
        }
        let body = node.get("requestBody").map(|body| self.sources.follow(body));
        if let Some(body) = body {
            self.content(survey, body, asks);
        }
        let responses: Vec<_> = entries(node, "responses")
            .filter(|(status, _)| !status.starts_with("x-"))
            .map(|(status, written)| (status, self.sources.follow(written)))
            .collect();
        for (_, response) in &responses {
            self.response(survey, *response, answers);
        }
        for (_, callback) in entries(node, "callbacks") {
            let callback = self.sources.follow(callback);
            if !self.enter(callback, Way::Unused, 0).1 {
                continue;
            }
            for (key, written) in callback.entries().filter(|(key, _)| !key.text.starts_with("x-")) {
                self.path_item(survey, key.text, self.sources.follow(written), true);
            }
        }
        let security = node.get("security").or_else(|| survey.root().get("security"));
        let method = node.key().map_or("", |key| key.text);
        Operation { path, item, method, node, parameters, body, responses, security }
    }

    fn parameter(&mut self, survey: &mut Survey<'d>, written: Node<'d>, way: Way) -> Option<Parameter<'d>> {
        let node = self.sources.follow(written);
        let name = node.get("name")?.as_str()?;
        let location = node.get("in")?.as_str()?;
        let parameter = Parameter { name, location, node, answers: false };
        self.keep_parameter(survey, parameter, way);
        Some(parameter)
    }

    fn keep_parameter(&mut self, survey: &mut Survey<'d>, parameter: Parameter<'d>, way: Way) {
        let (_, new, go_on) = self.enter(parameter.node, way, survey.parameters.len());
        if new {
            survey.parameters.push(parameter);
        }
        if go_on {
            if let Some(schema) = parameter.node.get("schema") {
                self.schema(survey, schema, way);
            }
            self.content(survey, parameter.node, way);
        }
    }

    fn response(&mut self, survey: &mut Survey<'d>, response: Node<'d>, way: Way) {
        let (_, new, go_on) = self.enter(response, way, survey.responses.len());
        if new {
            survey.responses.push(response);
        }
        if !go_on {
            return;
        }
        for (name, written) in entries(response, "headers") {
            let node = self.sources.follow(written);
            self.keep_parameter(survey, Parameter { name, location: "header", node, answers: true }, way);
        }
        self.content(survey, response, way);
    }

    fn content(&mut self, survey: &mut Survey<'d>, around: Node<'d>, way: Way) {
        for (media_type, written) in entries(around, "content") {
            let node = self.sources.follow(written);
            let (_, new, go_on) = self.enter(node, way, survey.bodies.len());
            if new {
                survey.bodies.push(Body { media_type, node, answers: way == Way::Response });
            }
            if !go_on {
                continue;
            }
            for schema in ["schema", "itemSchema"].into_iter().filter_map(|key| node.get(key)) {
                self.schema(survey, schema, way);
            }
        }
    }

    /// Visits a schema and all below it. A list of what waits stands in for recursion: schemas may be deep.
    fn schema(&mut self, survey: &mut Survey<'d>, written: Node<'d>, way: Way) {
        let mut waiting = vec![written];
        while let Some(written) = waiting.pop() {
            let beside = reference_of(written).is_some() && written.entries().nth(1).is_some();
            if beside && survey.edition != Some(Edition::V3_0) {
                self.one_schema(survey, written, way, &mut waiting);
            }
            let node = self.sources.follow(written);
            if matches!(node.kind(), Kind::Map | Kind::Bool) {
                self.one_schema(survey, node, way, &mut waiting);
            }
        }
    }

    fn one_schema(&mut self, survey: &mut Survey<'d>, node: Node<'d>, way: Way, waiting: &mut Vec<Node<'d>>) {
        let (visit, new, go_on) = self.enter(node, way, survey.schemas.len());
        if new {
            survey.schemas.push(Schema { node, in_requests: false, in_responses: false });
        }
        if let Some(schema) = survey.schemas.get_mut(visit.at) {
            schema.in_requests = visit.request;
            schema.in_responses = visit.response;
        }
        if !go_on {
            return;
        }
        let from = waiting.len();
        for (key, child) in node.entries() {
            if ONE_SCHEMA.contains(&key.text) {
                // `items` was a list of schemas before 2020-12.
                if child.kind() == Kind::List { waiting.extend(child.items()) } else { waiting.push(child) }
            } else if SEVERAL_SCHEMAS.contains(&key.text) {
                waiting.extend(child.items());
                waiting.extend(child.entries().map(|(_, schema)| schema));
            }
        }
        if let Some(children) = waiting.get_mut(from..) {
            children.reverse();
        }
    }

    /// What nobody refers to is part of the contract too.
    fn components(&mut self, survey: &mut Survey<'d>, root: Node<'d>) {
        let Some(components) = root.get("components") else { return };
        for (_, written) in entries(components, "parameters") {
            self.parameter(survey, written, Way::Unused);
        }
        for (_, written) in entries(components, "responses") {
            self.response(survey, self.sources.follow(written), Way::Unused);
        }
        for (name, written) in entries(components, "headers") {
            let node = self.sources.follow(written);
            self.keep_parameter(survey, Parameter { name, location: "header", node, answers: true }, Way::Unused);
        }
        for (_, written) in entries(components, "requestBodies") {
            self.content(survey, self.sources.follow(written), Way::Unused);
        }
        for (_, written) in entries(components, "schemas") {
            self.schema(survey, written, Way::Unused);
        }
    }
}
