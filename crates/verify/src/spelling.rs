//! How is a value written as a parameter, and what may a text mean that was?

use hansom_standards::contract::{Location, Parameter};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use crate::validity::{Validity, types};

/// What has no meaning of its own in an address stands as it is.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A parameter as it is sent: names and values, ready for their place. Only queries may have several of one parameter.
pub(crate) type Spelled = Vec<(String, String)>;

/// Writes a value as a parameter; none, if there is no way to.
pub(crate) fn spell(parameter: &Parameter, value: &Value) -> Option<Spelled> {
    let name = encoded(&parameter.name);
    match parameter.location {
        Location::Query => in_query(parameter, &name, value),
        Location::Path => {
            let text = joined(value, ",", &encoded)?;
            // An empty segment, or one that means the folder above, would be another address.
            let means = !matches!(text.as_str(), "" | "." | "..");
            let text = match parameter.style.as_deref() {
                Some("label") => format!(".{text}"),
                Some("matrix") => format!(";{name}={text}"),
                _ => text,
            };
            means.then(|| vec![(parameter.name.clone(), text)])
        }
        Location::Header => {
            let text = joined(value, ",", &str::to_owned)?;
            let fits = text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && text.trim() == text;
            fits.then(|| vec![(parameter.name.clone(), text)])
        }
        Location::Cookie => Some(vec![(parameter.name.clone(), joined(value, ",", &encoded)?)]),
        Location::Querystring => None,
    }
}

fn in_query(parameter: &Parameter, name: &str, value: &Value) -> Option<Spelled> {
    let style = parameter.style.as_deref().unwrap_or("form");
    match value {
        Value::Object(members) if style == "deepObject" => members
            .iter()
            .map(|(key, value)| Some((format!("{name}%5B{}%5D", encoded(key)), encoded(&scalar(value)?))))
            .collect(),
        Value::Object(members) if parameter.explode => {
            members.iter().map(|(key, value)| Some((encoded(key), encoded(&scalar(value)?)))).collect()
        }
        Value::Array(items) if parameter.explode => {
            let several: Option<Spelled> =
                items.iter().map(|item| Some((name.to_owned(), encoded(&scalar(item)?)))).collect();
            several.filter(|several| !several.is_empty())
        }
        _ => {
            let between = match style {
                "spaceDelimited" => "%20",
                "pipeDelimited" => "%7C",
                _ => ",",
            };
            Some(vec![(name.to_owned(), joined(value, between, &encoded)?)])
        }
    }
}

fn joined(value: &Value, between: &str, write: &dyn Fn(&str) -> String) -> Option<String> {
    let parts: Option<Vec<String>> = match value {
        Value::Array(items) => items.iter().map(|item| scalar(item).map(|text| write(&text))).collect(),
        Value::Object(members) => {
            let pairs =
                members.iter().flat_map(|(key, value)| [Some(write(key)), scalar(value).map(|text| write(&text))]);
            pairs.collect()
        }
        single => scalar(single).map(|text| vec![write(&text)]),
    };
    parts.map(|parts| parts.join(between))
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A text with everything encoded that has a meaning in an address.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// Whether a text, read as generously as a service may, fits a schema.
pub(crate) fn may_fit(text: &str, validity: &Validity) -> bool {
    let schema = &validity.schema;
    if types(schema).contains(&"array") {
        let items = schema.get("items").unwrap_or(&Value::Null);
        let item = |part: &str| readings(part, items).into_iter().next().unwrap_or_else(|| Value::from(part));
        let list: Vec<Value> = text.split(',').map(item).collect();
        return validity.fits(&Value::Array(list));
    }
    readings(text, schema).iter().any(|value| validity.fits(value))
}

/// What a text may mean by the types of a schema, likeliest first.
fn readings(text: &str, schema: &Value) -> Vec<Value> {
    let kinds = types(schema);
    let as_json = || serde_json::from_str::<Value>(text.trim()).ok();
    let mut readings = Vec::new();
    if kinds.contains(&"integer") || kinds.contains(&"number") {
        readings.extend(as_json().filter(Value::is_number));
    }
    if kinds.contains(&"boolean") {
        readings.extend(as_json().filter(Value::is_boolean));
    }
    readings.push(Value::from(text));
    if kinds.is_empty() {
        readings.extend(as_json());
    }
    readings
}
