//! Does a request keep the contract?

use jsonschema::{Draft, PatternOptions, Validator};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::choice::is_json;
use crate::{
    refusal::Refusal,
    snapshot::{OperationContract, ParameterContract},
    story::Arrival,
};

const MOST_ERRORS: usize = 20;
const LONGEST_DETAIL: usize = 300;
const MOST_ITEMS: usize = 1000;
const LARGEST_PATTERN: usize = 1024 * 1024;

/// The part of a contract that speaks of the request, ready to check.
#[derive(Debug)]
pub(crate) struct RequestContract {
    parameters: Vec<Parameter>,
    body: Option<Body>,
}

#[derive(Debug)]
struct Parameter {
    contract: ParameterContract,
    place: Place,
    validator: Validator,
}

#[derive(Debug)]
enum Place {
    /// The segment with that number below the version.
    Path(usize),
    Query,
    Header,
    Cookie,
}

#[derive(Debug)]
struct Body {
    required: bool,
    media: Vec<(String, Option<Validator>)>,
}

impl RequestContract {
    pub(crate) fn compile(contract: &OperationContract, template: &str) -> Result<Self, String> {
        let parameters = contract
            .parameters
            .iter()
            .map(|parameter| Parameter::compile(parameter, template))
            .collect::<Result<_, _>>()?;
        let body = match &contract.body {
            None => None,
            Some(body) => {
                let mut media = vec![];
                for (media_type, schema) in &body.media {
                    let validator = schema.as_ref().map(validator).transpose();
                    media.push((
                        media_type.to_ascii_lowercase(),
                        validator.map_err(|why| format!("body {media_type}: {why}"))?,
                    ));
                }
                Some(Body { required: body.required, media })
            }
        };
        Ok(Self { parameters, body })
    }

    /// Refuses with every fault, up to twenty.
    pub(crate) fn check(&self, arrival: &Arrival, body: &[u8]) -> Result<(), Refusal> {
        let mut errors: Vec<Value> = self.parameters.iter().filter_map(|parameter| parameter.check(arrival)).collect();
        if let Some(contract) = &self.body {
            contract.check(arrival, body, &mut errors)?;
        }
        errors.truncate(MOST_ERRORS);
        if errors.is_empty() { Ok(()) } else { Err(Refusal::ContractBroken { errors }) }
    }
}

/// Schemas cannot fetch anything, and their patterns run in linear time.
fn validator(schema: &Value) -> Result<Validator, String> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_pattern_options(PatternOptions::regex().size_limit(LARGEST_PATTERN))
        .offline()
        .build(schema)
        .map_err(|error| short(&error.to_string()))
}

fn short(text: &str) -> String {
    match text.char_indices().nth(LONGEST_DETAIL) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

impl Parameter {
    fn compile(contract: &ParameterContract, template: &str) -> Result<Self, String> {
        let fault = |why: &str| format!("parameter {}: {why}", contract.name);
        let place = match contract.location.as_str() {
            "path" => {
                let wanted = format!("{{{}}}", contract.name);
                let number = template.split('/').skip(1).position(|segment| segment == wanted);
                Place::Path(number.ok_or_else(|| fault("the path template does not have it"))?)
            }
            "query" => Place::Query,
            "header" => Place::Header,
            "cookie" => Place::Cookie,
            _ => return Err(fault("it is in none of path, query, header and cookie")),
        };
        let validator = validator(&contract.schema).map_err(|why| fault(&why))?;
        Ok(Self { contract: contract.clone(), place, validator })
    }

    fn check(&self, arrival: &Arrival) -> Option<Value> {
        let texts = self.texts(arrival);
        if texts.is_empty() {
            return self.contract.required.then(|| self.error("", "It is missing."));
        }
        // An object has no one spelling as a parameter; it is left to the API.
        if types(&self.contract.schema).contains(&"object") {
            return None;
        }
        let mut first_fault = None;
        for value in readings(&texts, &self.contract.schema, self.contract.explode) {
            match self.validator.validate(&value) {
                Ok(()) => return None,
                Err(fault) => {
                    first_fault
                        .get_or_insert_with(|| self.error(fault.instance_path().as_str(), &short(&fault.to_string())));
                }
            }
        }
        first_fault
    }

    fn error(&self, below: &str, detail: &str) -> Value {
        let name = self.contract.name.replace('~', "~0").replace('/', "~1");
        json!({ "in": self.contract.location, "pointer": format!("/{name}{below}"), "detail": detail })
    }

    fn texts(&self, arrival: &Arrival) -> Vec<String> {
        let name = self.contract.name.as_str();
        match &self.place {
            Place::Path(number) => {
                let below = arrival.head.path.split().map_or("", |(_, _, below)| below);
                below.split('/').skip(1).nth(*number).map(decoded).into_iter().collect()
            }
            Place::Query => {
                let pairs = arrival.head.query().unwrap_or_default().split('&');
                let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
                let form = |text: &str| decoded(&text.replace('+', " "));
                pairs.filter(|(key, _)| form(key) == name).map(|(_, value)| form(value)).collect()
            }
            Place::Header => {
                arrival.head.values(name).map(|value| String::from_utf8_lossy(value).into_owned()).collect()
            }
            Place::Cookie => {
                let values = arrival.head.values("cookie").filter_map(|value| std::str::from_utf8(value).ok());
                let pairs = values.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
                pairs.filter(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).collect()
            }
        }
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn types(schema: &Value) -> Vec<&str> {
    match schema.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        _ => vec![],
    }
}

/// The values that texts can mean by the type of the schema, likeliest first.
fn readings(texts: &[String], schema: &Value, explode: bool) -> Vec<Value> {
    if types(schema).contains(&"array") {
        let items = schema.get("items").unwrap_or(&Value::Null);
        let parts = texts
            .iter()
            .flat_map(|text| if explode && texts.len() > 1 { vec![text.as_str()] } else { text.split(',').collect() });
        let values = parts.take(MOST_ITEMS).filter_map(|part| readings_of_one(part, items).into_iter().next());
        return vec![Value::Array(values.collect())];
    }
    match texts {
        [one] => readings_of_one(one, schema),
        // Sent more than once where one is meant: which of them counts would be a guess.
        several => vec![Value::from(several)],
    }
}

fn readings_of_one(text: &str, schema: &Value) -> Vec<Value> {
    let types = types(schema);
    let as_json = || serde_json::from_str::<Value>(text).ok();
    let mut readings = vec![];
    for kind in &types {
        match *kind {
            "integer" | "number" => readings.extend(as_json().filter(Value::is_number)),
            "boolean" => readings.extend(as_json().filter(Value::is_boolean)),
            _ => {}
        }
    }
    readings.push(Value::from(text));
    if types.is_empty() {
        readings.extend(as_json());
    }
    readings
}

impl Body {
    fn check(&self, arrival: &Arrival, bytes: &[u8], errors: &mut Vec<Value>) -> Result<(), Refusal> {
        let error = |pointer: &str, detail: &str| json!({ "in": "body", "pointer": pointer, "detail": detail });
        if bytes.is_empty() {
            if self.required {
                errors.push(error("", "The body is missing."));
            }
            return Ok(());
        }
        let sent = arrival.head.text_of("content-type").unwrap_or_default();
        let (media_type, validator) = self.media(sent)?;
        if !is_json(media_type) && !is_json(sent) {
            return Ok(());
        }
        let value: Value = match serde_json::from_slice(bytes) {
            Ok(value) => value,
            Err(fault) => {
                errors.push(error("", &format!("The body is no JSON: {}", short(&fault.to_string()))));
                return Ok(());
            }
        };
        for fault in validator.iter().flat_map(|validator| validator.iter_errors(&value)).take(MOST_ERRORS) {
            errors.push(error(fault.instance_path().as_str(), &short(&fault.to_string())));
        }
        Ok(())
    }

    /// The media type of the contract that the sent one is: itself, its kind, or any.
    fn media(&self, sent: &str) -> Result<(&str, Option<&Validator>), Refusal> {
        let sent = sent.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let kind = sent.split('/').next().unwrap_or_default();
        let ranges = [sent.clone(), format!("{kind}/*"), "*/*".to_owned()];
        let found = ranges.iter().find_map(|range| {
            self.media.iter().find(|(known, _)| known.split(';').next().map(str::trim) == Some(range))
        });
        match found {
            Some((media_type, validator)) => Ok((media_type, validator.as_ref())),
            None => {
                Err(Refusal::MediaTypeUnknown { known: self.media.iter().map(|(known, _)| known.clone()).collect() })
            }
        }
    }
}
