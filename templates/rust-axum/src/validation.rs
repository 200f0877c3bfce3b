//! Does a request fit the contract? Every fault is told at once, each with its place.

use std::collections::BTreeSet;

use jsonschema::{
    Draft, ValidationError, Validator,
    error::{TypeKind, ValidationErrorKind},
};
use serde_json::{Map, Value, json};

use crate::{
    contract::{Contract, ContractFault, Operation, Parameter, Place},
    problem::{Fault, Problem},
    united_kingdom::{PhoneNumber, Postcode, Uprn},
};

/// The longest place and name that is told.
const LONGEST: usize = 400;

/// What a request says, before it is known whether it may be said.
pub struct Sent {
    /// The parameters in the address.
    pub path: Map<String, Value>,
    /// Those behind it: see [`Checks::read_query`].
    pub query: Map<String, Value>,
    /// Those among the headers.
    pub headers: Map<String, Value>,
    /// The body, where the operation has one.
    pub body: Option<Value>,
}

/// The checks of an operation.
pub struct Checks {
    path: Validator,
    query: Validator,
    headers: Validator,
    body: Option<Validator>,
    parameters: Vec<Parameter>,
}

impl Checks {
    /// Makes them from the contract.
    pub fn of(contract: &Contract, operation: &Operation) -> Result<Self, ContractFault> {
        let components = contract.document.get("components").cloned().unwrap_or_default();
        let check = |schema: Value| validator(schema, &components, &operation.id);
        let in_place =
            |place| check(schema_of(operation.parameters.iter().filter(|parameter| parameter.place == place)));
        Ok(Self {
            path: in_place(Place::Path)?,
            query: in_place(Place::Query)?,
            headers: in_place(Place::Header)?,
            body: operation.body.as_ref().map(|(_, schema)| check(schema.clone())).transpose()?,
            parameters: operation.parameters.clone(),
        })
    }

    /// Numbers and lists of a query, as the contract says that they are written, and what holds where nothing is said. What is
    /// written otherwise is left for the check.
    pub fn read_query(&self, text: &str) -> Map<String, Value> {
        let mut read = Map::new();
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            let schema = self.in_place(Place::Query).find(|parameter| parameter.name == *name);
            let value = schema.map_or_else(|| json!(value), |parameter| read_text(&parameter.schema, &value));
            // Who says something twice may mean either, so both are kept, which fits no schema.
            let twice = read.remove(&*name).map(|first| json!({ "first": first, "second": value }));
            read.insert(name.into_owned(), twice.unwrap_or(value));
        }
        for parameter in self.in_place(Place::Query) {
            if let Some(default) = parameter.schema.get("default") {
                read.entry(parameter.name.clone()).or_insert_with(|| default.clone());
            }
        }
        read
    }

    /// The headers that the contract speaks of.
    pub fn read_headers<'a>(&self, value_of: impl Fn(&str) -> Option<&'a [u8]>) -> Map<String, Value> {
        let named = self.in_place(Place::Header).filter_map(|parameter| {
            Some((parameter.name.clone(), json!(String::from_utf8_lossy(value_of(&parameter.name)?))))
        });
        named.collect()
    }

    /// Refuses what does not fit.
    pub fn request(&self, sent: &Sent) -> Result<(), Problem> {
        let mut faults = vec![];
        for (check, said) in [(&self.path, &sent.path), (&self.query, &sent.query), (&self.headers, &sent.headers)] {
            let found = faults_of(check, &Value::Object(said.clone()));
            faults.extend(found.into_iter().map(|(place, detail)| Fault::parameter(parameter_at(&place), detail)));
        }
        if let Some(body) = &sent.body {
            faults.extend(self.faults_of_body(body));
        }
        refused(faults)
    }

    /// Refuses a body that does not fit, wherever it comes from.
    pub fn body(&self, body: &Value) -> Result<(), Problem> {
        refused(self.faults_of_body(body))
    }

    fn faults_of_body(&self, body: &Value) -> Vec<Fault> {
        let found = self.body.iter().flat_map(|check| faults_of(check, body));
        found.map(|(place, detail)| Fault::pointer(place, detail)).collect()
    }

    fn in_place(&self, place: Place) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(move |parameter| parameter.place == place)
    }
}

fn refused(faults: Vec<Fault>) -> Result<(), Problem> {
    if faults.is_empty() { Ok(()) } else { Err(Problem::Invalid(faults)) }
}

/// A check that knows the components of the contract.
fn validator(mut schema: Value, components: &Value, operation: &str) -> Result<Validator, ContractFault> {
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("components".into(), components.clone());
    }
    let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
    options.build(&schema).map_err(|error| ContractFault(format!("{operation}: {error}")))
}

fn schema_of<'a>(parameters: impl Iterator<Item = &'a Parameter> + Clone) -> Value {
    // A header that has to be there has an answer of its own, 428, which its reader gives.
    let required = parameters.clone().filter(|parameter| parameter.required && parameter.place != Place::Header);
    let required: Vec<&str> = required.map(|parameter| parameter.name.as_str()).collect();
    let properties: Map<String, Value> =
        parameters.map(|parameter| (parameter.name.clone(), parameter.schema.clone())).collect();
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

fn read_text(schema: &Value, text: &str) -> Value {
    match schema.get("type").and_then(Value::as_str) {
        Some("integer") if is_integer(text) => text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number)),
        Some("array") => text.split(',').collect(),
        _ => json!(text),
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    (1..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// Places and what to do there, each once.
fn faults_of(check: &Validator, value: &Value) -> Vec<(String, String)> {
    let mut faults = vec![];
    for error in check.iter_errors(value) {
        gather(&error, &mut faults);
    }
    let mut seen = BTreeSet::new();
    faults.retain(|fault| seen.insert(fault.clone()));
    faults
}

/// Several faults of one error, where several names are unknown or several alternatives fail.
fn gather(error: &ValidationError<'_>, faults: &mut Vec<(String, String)>) {
    let place = error.instance_path().as_str();
    match error.kind() {
        ValidationErrorKind::OneOfNotValid { context } | ValidationErrorKind::AnyOf { context } => {
            context.iter().flatten().for_each(|error| gather(error, faults));
        }
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            faults.extend(unexpected.iter().map(|name| (below(place, name), "Is not known. Leave it out.".into())));
        }
        ValidationErrorKind::Required { property } => {
            faults.push((below(place, property.as_str().unwrap_or_default()), "Is missing.".into()));
        }
        _ => faults.push((place.to_owned(), advice(error))),
    }
}

/// A member's place as a JSON pointer.
fn below(place: &str, name: &str) -> String {
    let escaped = name.replace('~', "~0").replace('/', "~1");
    format!("{place}/{escaped}").chars().take(LONGEST).collect()
}

/// The parameter that a place is of.
fn parameter_at(place: &str) -> String {
    place.split('/').nth(1).unwrap_or_default().replace("~1", "/").replace("~0", "~").chars().take(100).collect()
}

/// What to do, without what was sent: that may be personal data.
fn advice(error: &ValidationError<'_>) -> String {
    match error.kind() {
        ValidationErrorKind::Enum { options } => format!("Must be one of {}.", listed(options)),
        ValidationErrorKind::Pattern { .. } => {
            let path = error.schema_path().as_str();
            let known = PATTERNS.iter().find(|(schema, _)| path.contains(schema));
            known.map_or("Has the wrong form.", |(_, advice)| advice).to_owned()
        }
        ValidationErrorKind::Format { format } => format!("Must be a {format}."),
        ValidationErrorKind::Type { kind: TypeKind::Single(kind) } => format!("Must be {kind}."),
        ValidationErrorKind::Type { kind: TypeKind::Multiple(kinds) } => {
            let kinds: Vec<String> = kinds.iter().map(|kind| kind.to_string()).collect();
            format!("Must be {}.", kinds.join(" or "))
        }
        ValidationErrorKind::Minimum { limit } => format!("Must be at least {limit}."),
        ValidationErrorKind::Maximum { limit } => format!("Must be at most {limit}."),
        ValidationErrorKind::MinLength { limit } => format!("Must hold at least {limit} characters."),
        ValidationErrorKind::MaxLength { limit } => format!("Must hold at most {limit} characters."),
        ValidationErrorKind::MinItems { limit } | ValidationErrorKind::MinProperties { limit } => {
            format!("Must hold at least {limit}.")
        }
        ValidationErrorKind::MaxItems { limit } | ValidationErrorKind::MaxProperties { limit } => {
            format!("Must hold at most {limit}.")
        }
        ValidationErrorKind::UniqueItems => "Must not name anything twice.".into(),
        _ => "Does not fit the contract.".into(),
    }
}

fn listed(options: &Value) -> String {
    let names: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    names.join(", ")
}

/// What the patterns of the contract mean, by the schema that they stand in.
const PATTERNS: [(&str, &str); 5] = [
    ("PostalCode", Postcode::ADVICE),
    ("PropertyNumber", Uprn::ADVICE),
    ("PhoneNumber", PhoneNumber::ADVICE),
    ("ReferenceNumber", "Must be two to four capital letters, a hyphen and three to eight digits."),
    ("DisplayName", "Must hold something to read, and no control characters."),
];
