//! What does each operation look like, once the checks have passed?

use serde_json::Value;

use super::{
    Body, Example, Location, Media, Operation, Parameter, Response, ResponseHeader, Source,
    example::{self, Direction},
    outline::{Declared, Outline},
    reference,
    schema::{self, Budget},
};
use crate::{
    document::Node,
    fault::{Fault, quoted},
};

/// Values in all schemas and examples of all operations together, each schema made self-contained.
const MOST_VALUES: usize = 1_000_000;

/// Builds every operation; a fault if they come to too much.
pub(super) fn operations(source: Source<'_>, outlines: &[Outline<'_>]) -> Result<Vec<Operation>, Fault> {
    let mut building = Building { source, budget: Budget::new(MOST_VALUES) };
    let mut operations = Vec::with_capacity(outlines.len());
    for outline in outlines {
        operations.push(building.operation(outline));
        if building.budget.is_spent() {
            return Err(Fault::new(
                outline.place,
                format!(
                    "with the operation {} the schemas and examples of all operations come to more than {MOST_VALUES} values",
                    quoted(outline.id)
                ),
                "let schemas refer to fewer others, shorten examples, or split the contract",
            ));
        }
    }
    Ok(operations)
}

struct Building<'d> {
    source: Source<'d>,
    budget: Budget,
}

impl<'d> Building<'d> {
    fn operation(&mut self, outline: &Outline<'d>) -> Operation {
        let node = outline.node;
        Operation {
            id: outline.id.to_owned(),
            method: outline.method.clone(),
            path: outline.path.to_owned(),
            summary: text(node, "summary"),
            description: text(node, "description"),
            tags: node
                .get("tags")
                .into_iter()
                .flat_map(Node::items)
                .filter_map(|tag| tag.as_str().map(str::to_owned))
                .collect(),
            deprecated: flag(node, "deprecated"),
            parameters: outline.parameters.iter().map(|declared| self.parameter(declared)).collect(),
            request_body: outline.body.map(|body| Body {
                required: flag(body, "required"),
                description: text(body, "description"),
                content: self.content(body, Direction::Request),
            }),
            responses: outline.responses.iter().map(|(status, response)| self.response(status, *response)).collect(),
            place: outline.place,
        }
    }

    fn parameter(&mut self, declared: &Declared<'d>) -> Parameter {
        let node = declared.node;
        let style = text(node, "style");
        let by_default = match &style {
            Some(style) => style == "form",
            None => matches!(declared.location, Location::Query | Location::Cookie),
        };
        Parameter {
            name: declared.name.to_owned(),
            location: declared.location,
            required: flag(node, "required"),
            description: text(node, "description"),
            schema: self.schema(node),
            example: self.example(node, Direction::Request),
            explode: node.get("explode").and_then(Node::as_bool).unwrap_or(by_default),
            style,
        }
    }

    fn response(&mut self, status: &str, node: Node<'d>) -> Response {
        let headers = node.get("headers").into_iter().flat_map(Node::entries);
        Response {
            status: status.to_owned(),
            description: text(node, "description").unwrap_or_default(),
            headers: headers
                .filter(|(key, _)| !key.text.eq_ignore_ascii_case("content-type"))
                .map(|(key, header)| {
                    let header = self.source.resolve(header);
                    ResponseHeader {
                        name: key.text.to_owned(),
                        description: text(header, "description"),
                        required: flag(header, "required"),
                        schema: self.schema(header),
                        example: self.example(header, Direction::Response),
                    }
                })
                .collect(),
            content: self.content(node, Direction::Response),
        }
    }

    /// The schema of a parameter or header, which may stand under a media type.
    fn schema(&mut self, node: Node<'d>) -> Value {
        let schema = node.get("schema").or_else(|| self.first_media(node)?.get("schema"));
        schema.map_or(Value::Bool(true), |schema| schema::write(self.source, schema, &mut self.budget))
    }

    fn content(&mut self, around: Node<'d>, direction: Direction) -> Vec<Media> {
        let entries = around.get("content").into_iter().flat_map(Node::entries);
        entries
            .map(|(key, media)| {
                let media = self.source.resolve(media);
                let (schema, item_schema) = (media.get("schema"), media.get("itemSchema"));
                let mut examples = self.given(media);
                if let Some(schema) = schema
                    && examples.is_empty()
                    && is_json(key.text)
                {
                    examples.push(Example {
                        name: "generated".to_owned(),
                        summary: None,
                        value: example::compose(self.source, schema, direction, &mut self.budget),
                    });
                }
                Media {
                    media_type: key.text.to_owned(),
                    schema: schema.map(|schema| schema::write(self.source, schema, &mut self.budget)),
                    item_schema: item_schema.map(|schema| schema::write(self.source, schema, &mut self.budget)),
                    schema_name: schema.and_then(reference::of).and_then(reference::schema_name).map(str::to_owned),
                    examples,
                }
            })
            .collect()
    }

    /// The examples that the author gave. One that only names an address is left out: nothing is fetched.
    fn given(&mut self, node: Node<'d>) -> Vec<Example> {
        let mut examples = Vec::new();
        if let Some(value) = node.get("example") {
            examples.push(Example { name: "default".to_owned(), summary: None, value: self.budget.copy(value) });
        }
        for (key, example) in node.get("examples").into_iter().flat_map(Node::entries) {
            let example = self.source.resolve(example);
            let said = ["value", "dataValue", "serializedValue"].iter().find_map(|key| example.get(key));
            if let Some(value) = said {
                examples.push(Example {
                    name: key.text.to_owned(),
                    summary: text(example, "summary"),
                    value: self.budget.copy(value),
                });
            }
        }
        examples
    }

    /// The first example of a parameter or header: given, or made from its schema.
    fn example(&mut self, node: Node<'d>, direction: Direction) -> Option<Value> {
        for said in [Some(node), self.first_media(node)].into_iter().flatten() {
            if let Some(example) = self.given(said).into_iter().next() {
                return Some(example.value);
            }
            if let Some(schema) = said.get("schema") {
                return Some(example::compose(self.source, schema, direction, &mut self.budget));
            }
        }
        None
    }

    fn first_media(&self, node: Node<'d>) -> Option<Node<'d>> {
        node.get("content")?.entries().next().map(|(_, media)| self.source.resolve(media))
    }
}

fn text(node: Node<'_>, key: &str) -> Option<String> {
    node.get(key).and_then(Node::as_str).map(str::to_owned)
}

fn flag(node: Node<'_>, key: &str) -> bool {
    node.get(key).and_then(Node::as_bool).unwrap_or(false)
}

/// Whether a body of this media type is JSON, or may be.
fn is_json(media_type: &str) -> bool {
    let sort = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    sort.ends_with("+json") || matches!(sort.as_str(), "application/json" | "application/*" | "*/*")
}
