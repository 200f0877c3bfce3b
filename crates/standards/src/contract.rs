//! What does an OpenAPI 3.0, 3.1 or 3.2 contract promise, once it is safe to route by it?
//!
//! Reading goes in three steps. What the text is (`identity`) decides whether there is any sense in going on.
//! Then every check looks at the whole document and reports all it finds (`reference`, `keyword`, `outline`).
//! Only if nothing was found is the contract built (`build`), so building may rely on what the checks proved.

mod build;
mod example;
mod identity;
pub(crate) mod keyword;
mod outline;
mod path_template;
pub(crate) mod recursion;
mod reference;
pub(crate) mod role;
pub(crate) mod schema;

pub use identity::edition;
pub(crate) use identity::is_semantic;

use std::collections::HashSet;

use serde::Serialize;
use serde_json::Value;

use crate::{
    document::{Document, Node, Place},
    fault::Fault,
    sources::Sources,
};

/// How many faults are told at once.
const MOST_FAULTS: usize = 100;

/// The editions of OpenAPI that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub enum OpenApiVersion {
    /// 3.0.x
    #[serde(rename = "3.0")]
    V3_0,
    /// 3.1.x
    #[serde(rename = "3.1")]
    V3_1,
    /// 3.2.x
    #[serde(rename = "3.2")]
    V3_2,
}

/// An OpenAPI contract that is safe to route by.
#[derive(Clone, Debug, Serialize)]
pub struct Contract {
    /// The edition of OpenAPI it is written in.
    pub openapi: OpenApiVersion,
    /// `info.title`
    pub title: String,
    /// `info.version`, a semantic version.
    pub version: String,
    /// `info.summary`
    pub summary: Option<String>,
    /// `info.description`
    pub description: Option<String>,
    /// Every operation, in the order in which they were written.
    pub operations: Vec<Operation>,
    /// The declared tags, each with its description.
    pub tags: Vec<(String, Option<String>)>,
    #[serde(skip)]
    document: Document,
}

/// One method on one path.
#[derive(Clone, Debug, Serialize)]
pub struct Operation {
    /// `operationId`, unique in the contract.
    pub id: String,
    /// The method as it is sent: in upper case, unless the author says otherwise under `additionalOperations`.
    pub method: String,
    /// The path template as it was written: `/repairs/{id}`.
    pub path: String,
    /// `summary`
    pub summary: Option<String>,
    /// `description`
    pub description: Option<String>,
    /// `tags`
    pub tags: Vec<String>,
    /// `deprecated`
    pub deprecated: bool,
    /// The parameters of the operation and of its path together.
    pub parameters: Vec<Parameter>,
    /// `requestBody`
    pub request_body: Option<Body>,
    /// `responses`, in the order in which they were written.
    pub responses: Vec<Response>,
    /// Where the operation is written.
    pub place: Place,
}

/// Where a parameter travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Location {
    /// In a segment of the path.
    Path,
    /// In the query.
    Query,
    /// In a header.
    Header,
    /// In a cookie.
    Cookie,
    /// It is the whole query.
    Querystring,
}

impl Location {
    /// The word for it in a contract.
    pub fn as_str(self) -> &'static str {
        match self {
            Location::Path => "path",
            Location::Query => "query",
            Location::Header => "header",
            Location::Cookie => "cookie",
            Location::Querystring => "querystring",
        }
    }
}

/// A parameter of an operation.
#[derive(Clone, Debug, Serialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it travels.
    pub location: Location,
    /// Whether a call without it is wrong.
    pub required: bool,
    /// `description`
    pub description: Option<String>,
    /// Its schema, self-contained, as JSON Schema 2020-12.
    pub schema: Value,
    /// An example: the author's, else one made from the schema.
    pub example: Option<Value>,
    /// Whether lists and maps are written as several parameters.
    pub explode: bool,
    /// `style`, if the author gave one.
    pub style: Option<String>,
}

/// What a request carries.
#[derive(Clone, Debug, Serialize)]
pub struct Body {
    /// Whether a call without it is wrong.
    pub required: bool,
    /// `description`
    pub description: Option<String>,
    /// What it may look like.
    pub content: Vec<Media>,
}

/// What may come back.
#[derive(Clone, Debug, Serialize)]
pub struct Response {
    /// `200`, `4XX` or `default`.
    pub status: String,
    /// `description`
    pub description: String,
    /// The headers that the author described.
    pub headers: Vec<ResponseHeader>,
    /// What the body may look like.
    pub content: Vec<Media>,
}

/// A header of a response.
#[derive(Clone, Debug, Serialize)]
pub struct ResponseHeader {
    /// Its name.
    pub name: String,
    /// `description`
    pub description: Option<String>,
    /// Whether an answer without it is wrong.
    pub required: bool,
    /// Its schema, self-contained, as JSON Schema 2020-12.
    pub schema: Value,
    /// An example: the author's, else one made from the schema.
    pub example: Option<Value>,
}

/// A body in one media type.
#[derive(Clone, Debug, Serialize)]
pub struct Media {
    /// The media type as it was written.
    pub media_type: String,
    /// Its schema, self-contained, as JSON Schema 2020-12.
    pub schema: Option<Value>,
    /// The schema of each item, if items follow one another as in `application/jsonl` or `text/event-stream`.
    pub item_schema: Option<Value>,
    /// The name of the schema under `components/schemas`, if it was referred to.
    pub schema_name: Option<String>,
    /// Examples. A JSON body with a schema has at least one: `generated`, if the author gave none.
    pub examples: Vec<Example>,
}

/// An example of a body.
#[derive(Clone, Debug, Serialize)]
pub struct Example {
    /// Its name; `default` for an `example` without one, `generated` for one made from the schema.
    pub name: String,
    /// `summary`
    pub summary: Option<String>,
    /// The example itself.
    pub value: Value,
}

impl Contract {
    /// Reads a contract from YAML or JSON.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the text, at most 100 faults.
    pub fn read(text: &str) -> Result<Contract, Vec<Fault>> {
        let document = identity::document(text).map_err(|fault| vec![fault])?;
        let openapi = identity::edition(&document).map_err(|fault| vec![fault])?;
        let source = Source { document: &document, openapi, files: None };
        let mut faults = Faults::default();
        let head = identity::head(source, &mut faults);
        let parts = role::walk(&document);
        reference::check(source, &parts, &mut faults);
        keyword::check(source, &parts, &mut faults);
        recursion::check(source, &parts, &mut faults);
        let outlines = outline::read(source, &mut faults);
        faults.none()?;
        let operations = build::operations(source, &outlines).map_err(|fault| vec![fault])?;
        Ok(Contract {
            openapi,
            title: head.title,
            version: head.version,
            summary: head.summary,
            description: head.description,
            tags: head.tags,
            operations,
            document,
        })
    }

    /// The document it was read from.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The schemas under `components/schemas`, by name.
    pub fn schemas(&self) -> impl Iterator<Item = (&str, Node<'_>)> {
        self.document.at("/components/schemas").into_iter().flat_map(Node::entries).map(|(key, node)| (key.text, node))
    }

    /// What a node means once its chain of local `$ref`s is followed; the node itself if it has none.
    pub fn resolve<'d>(&'d self, node: Node<'d>) -> Node<'d> {
        self.source().resolve(node)
    }

    /// The schema at a node as self-contained JSON Schema 2020-12.
    ///
    /// Components it refers to are under `$defs`, each once. Words of OpenAPI that JSON Schema does not know are
    /// translated (`nullable`, `exclusiveMinimum: true`) or left out (`example`, `discriminator`, `xml`, `x-…`).
    pub fn json_schema(&self, node: Node<'_>) -> Value {
        schema::write(self.source(), node, &mut schema::Budget::unbounded())
    }

    fn source(&self) -> Source<'_> {
        Source { document: &self.document, openapi: self.openapi, files: None }
    }
}

/// A document and the edition of OpenAPI to read it by.
#[derive(Clone, Copy)]
pub(crate) struct Source<'d> {
    document: &'d Document,
    openapi: OpenApiVersion,
    /// The files that its references may lead into; without them they stay inside the document.
    files: Option<&'d Sources>,
}

impl<'d> Source<'d> {
    /// A contract in all its files.
    pub(crate) fn of(files: &'d Sources, openapi: OpenApiVersion) -> Self {
        Self { document: files.document(), openapi, files: Some(files) }
    }

    /// The node that a reference written at a node leads to.
    fn target(self, from: Node<'d>, reference: &str) -> Option<Node<'d>> {
        match self.files {
            Some(files) => files.target(from, reference),
            None => reference::target(self.document, reference),
        }
    }

    /// Follows `$ref`s; gives up on a broken or endless chain, which the checks have reported.
    fn resolve(self, node: Node<'d>) -> Node<'d> {
        let mut at = node;
        for _ in 0..=reference::LONGEST_CHAIN {
            let next = reference::of(at).and_then(|text| self.target(at, text));
            match next {
                Some(next) => at = next,
                None => break,
            }
        }
        at
    }
}

/// The faults found so far.
#[derive(Default)]
struct Faults {
    found: Vec<Fault>,
    seen: HashSet<(Place, String)>,
}

impl Faults {
    fn add(&mut self, place: Place, what: impl Into<String>, mend: impl Into<String>) {
        let what = what.into();
        // What many aliases repeat is one mistake.
        if self.found.len() < MOST_FAULTS && self.seen.insert((place, what.clone())) {
            self.found.push(Fault::new(place, what, mend));
        }
    }

    fn none(mut self) -> Result<(), Vec<Fault>> {
        if self.found.is_empty() {
            return Ok(());
        }
        self.found.sort_by_key(|fault| fault.place);
        Err(self.found)
    }
}
