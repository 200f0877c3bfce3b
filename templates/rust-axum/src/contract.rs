//! What does the contract promise? Routes and checks are made from openapi.yaml, so they cannot differ from it.

use axum::http::Method;
use serde_json::Value;

/// The contract as it is released.
pub const TEXT: &str = include_str!("../openapi.yaml");

/// A contract that was read.
pub struct Contract {
    /// All of it.
    pub document: Value,
    /// Its own version.
    pub version: String,
    /// What stands before every path: `/name/v1`.
    pub base_path: String,
    /// What can be done.
    pub operations: Vec<Operation>,
}

/// Something that callers can do.
#[derive(Clone, Debug)]
pub struct Operation {
    /// What it is called everywhere.
    pub id: String,
    /// By which method.
    pub method: Method,
    /// At which address, as the contract writes it: `/things/{id}`.
    pub path: String,
    /// In path, query and headers.
    pub parameters: Vec<Parameter>,
    /// The media type that the body has to have, and its schema.
    pub body: Option<(String, Value)>,
}

/// Something that a request says beside its body.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// Whether it has to be there.
    pub required: bool,
    /// What it may be.
    pub schema: Value,
}

/// Where a parameter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the address.
    Path,
    /// Behind the address.
    Query,
    /// Among the headers.
    Header,
}

/// Why a contract cannot be served.
#[derive(Debug, thiserror::Error)]
#[error("openapi.yaml cannot be served: {0}")]
pub struct ContractFault(pub String);

impl Contract {
    /// Reads the text of a contract.
    pub fn read(text: &str) -> Result<Self, ContractFault> {
        let document: Value = serde_saphyr::from_str(text).map_err(|error| ContractFault(error.to_string()))?;
        let (version, base_path) = (text_at(&document, "/info/version")?, text_at(&document, "/servers/0/url")?);
        let mut operations = vec![];
        for (path, item) in members(document.get("paths")) {
            let methods = members(Some(item)).filter_map(|(name, node)| Some((method_of(name)?, node)));
            for (method, node) in methods {
                operations.push(operation_of(&document, path, item, method, node)?);
            }
        }
        Ok(Self { version, base_path, operations, document })
    }

    /// The operation of this name.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }
}

fn operation_of(
    document: &Value,
    path: &str,
    item: &Value,
    method: Method,
    node: &Value,
) -> Result<Operation, ContractFault> {
    let parameters = [item, node].into_iter().filter_map(|node| node.get("parameters")?.as_array()).flatten();
    let media =
        node.pointer("/requestBody/content").and_then(Value::as_object).and_then(|content| content.iter().next());
    Ok(Operation {
        id: text_at(node, "/operationId")?,
        method,
        path: path.to_owned(),
        parameters: parameters.map(|parameter| parameter_of(document, parameter)).collect::<Result<_, _>>()?,
        body: media.map(|(media_type, media)| (media_type.clone(), media.get("schema").cloned().unwrap_or_default())),
    })
}

fn parameter_of(document: &Value, node: &Value) -> Result<Parameter, ContractFault> {
    let node = resolved(document, node);
    let place = match text_at(node, "/in")?.as_str() {
        "path" => Place::Path,
        "query" => Place::Query,
        "header" => Place::Header,
        other => return Err(ContractFault(format!("parameters in {other} are not read"))),
    };
    let required = node.get("required") == Some(&Value::Bool(true));
    let schema = resolved(document, node.get("schema").unwrap_or(&Value::Null)).clone();
    Ok(Parameter { name: text_at(node, "/name")?, place, required, schema })
}

/// What a reference within the document leads to.
fn resolved<'a>(document: &'a Value, node: &'a Value) -> &'a Value {
    let target = node.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix('#'));
    target.and_then(|pointer| document.pointer(pointer)).unwrap_or(node)
}

fn method_of(name: &str) -> Option<Method> {
    let known = ["get", "put", "post", "delete", "patch"].contains(&name);
    known.then(|| name.to_uppercase().parse().ok()).flatten()
}

fn members(node: Option<&Value>) -> impl Iterator<Item = (&str, &Value)> {
    node.and_then(Value::as_object).into_iter().flatten().map(|(name, node)| (name.as_str(), node))
}

fn text_at(node: &Value, pointer: &str) -> Result<String, ContractFault> {
    let text = node.pointer(pointer).and_then(Value::as_str);
    text.map(str::to_owned).ok_or_else(|| ContractFault(format!("{pointer} is missing")))
}
