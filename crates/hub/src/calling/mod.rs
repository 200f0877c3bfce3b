//! What is sent to call an operation, and how is that written in each language?
//!
//! Texts of a contract stand in all of it: each language has its own quotes, and nothing in a text may end them.

mod csharp;
pub(crate) mod curl;
mod java;
mod javascript;
mod python;
mod rust;

use hansom_standards::contract::{Location, Media, Operation, Parameter};
use serde_json::Value;

use crate::urls;

/// Something to send where the contract gives no example.
const NO_EXAMPLE: &str = "1";

/// A call of an operation with its examples filled in.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) method: String,
    pub(crate) address: String,
    /// The header fields that it needs besides the token.
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: Option<Sent>,
    /// Whether it needs a token.
    pub(crate) token: bool,
}

/// What a call carries.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) media_type: String,
    pub(crate) text: String,
    /// The same as a value, where it travels as JSON.
    pub(crate) json: Option<Value>,
}

/// A call written in a language.
pub(crate) struct Sample {
    pub(crate) language: &'static str,
    pub(crate) id: &'static str,
    pub(crate) text: String,
}

/// What is filled into a parameter; `None` leaves it out.
pub(crate) type Filling<'f> = &'f dyn Fn(&Parameter) -> Option<String>;

impl Call {
    /// The call of an operation that is served below an address, with the examples that it cannot do without.
    pub(crate) fn of(served: &str, operation: &Operation, token: bool) -> Self {
        let media = operation.request_body.as_ref().and_then(|body| body.content.first());
        let needed = |it: &Parameter| (it.required || it.location == Location::Path).then(|| one_line(&example(it)));
        Self::filled(served, operation, &needed, media.map(Sent::of), token)
    }

    /// The same with other values.
    pub(crate) fn filled(
        served: &str,
        operation: &Operation,
        filling: Filling<'_>,
        body: Option<Sent>,
        token: bool,
    ) -> Self {
        let fields = operation.parameters.iter().filter(|it| it.location == Location::Header);
        Self {
            method: operation.method.clone(),
            address: format!("{served}{}", target(operation, filling)),
            fields: fields.filter_map(|it| Some((it.name.clone(), filling(it)?))).collect(),
            body,
            token,
        }
    }

    /// The command that makes it, with the token in the variable `TOKEN`.
    pub(crate) fn curl(&self) -> String {
        curl::write(self, self.token.then_some("$TOKEN"))
    }

    /// The call in every language.
    pub(crate) fn samples(&self) -> Vec<Sample> {
        let sample = |language, id, text| Sample { language, id, text };
        vec![
            sample("curl", "call-curl", self.curl()),
            sample("JavaScript", "call-javascript", javascript::write(self)),
            sample("Python", "call-python", python::write(self)),
            sample("C#", "call-csharp", csharp::write(self)),
            sample("Rust", "call-rust", rust::write(self)),
            sample("Java", "call-java", java::write(self)),
        ]
    }
}

impl Sent {
    pub(crate) fn of(media: &Media) -> Self {
        let media_type = one_line(&media.media_type);
        let value = media.examples.first().map(|example| &example.value);
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let is_json = essence == "application/json" || essence.ends_with("+json");
        let text = match value {
            None => String::new(),
            Some(Value::String(text)) if !is_json => text.clone(),
            Some(Value::Object(members)) if essence == "application/x-www-form-urlencoded" => {
                let pairs = members.iter().map(|(name, value)| (name, scalar(value)));
                url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
            }
            Some(value) => value.to_string(),
        };
        Self { media_type, text, json: value.filter(|_| is_json).cloned() }
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The example of a parameter as it is sent.
pub(crate) fn example(parameter: &Parameter) -> String {
    match &parameter.example {
        Some(value @ (Value::String(_) | Value::Bool(_) | Value::Number(_))) => scalar(value),
        Some(Value::Array(items)) => items.iter().map(scalar).collect::<Vec<_>>().join(","),
        Some(Value::Null | Value::Object(_)) | None => NO_EXAMPLE.into(),
    }
}

/// A text without what would end a line.
pub(crate) fn one_line(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// The path and query of an operation below where it is served. Nothing in a value can end its segment or its name.
fn target(operation: &Operation, filling: Filling<'_>) -> String {
    let mut path = operation.path.clone();
    let mut query = String::new();
    for parameter in &operation.parameters {
        match (parameter.location, filling(parameter)) {
            (Location::Path, Some(value)) => {
                path = path.replace(&format!("{{{}}}", parameter.name), &urls::encoded(&value));
            }
            (Location::Query, Some(value)) => {
                for value in written(parameter, &value) {
                    query.push(if query.is_empty() { '?' } else { '&' });
                    query.push_str(&urls::encoded(&parameter.name));
                    query.push('=');
                    query.push_str(&value);
                }
            }
            _ => {}
        }
    }
    format!("{path}{query}")
}

/// A value as it stands in a query: the items of a list, which commas part here, by themselves or with commas, as the contract says.
fn written(parameter: &Parameter, value: &str) -> Vec<String> {
    let is_form = parameter.style.as_deref().is_none_or(|style| style == "form");
    if !is_form || !is_list(&parameter.schema) {
        return vec![urls::encoded(value)];
    }
    let items: Vec<String> = value.split(',').map(|item| urls::encoded(item.trim())).collect();
    if parameter.explode { items } else { vec![items.join(",")] }
}

/// The schema that a schema refers to, in the end.
pub(crate) fn meant(schema: &Value) -> &Value {
    let mut found = schema;
    for _ in 0..16 {
        let name = found.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix("#/$defs/"));
        match name.and_then(|name| schema.get("$defs")?.get(name)) {
            Some(next) => found = next,
            None => break,
        }
    }
    found
}

fn is_list(schema: &Value) -> bool {
    match meant(schema).get("type") {
        Some(Value::Array(types)) => types.iter().any(|it| it == "array"),
        Some(word) => word == "array",
        None => false,
    }
}

/// A text in double quotes as languages like C read it; `letter` writes what is not to stand there as it is.
fn quoted(text: &str, letter: fn(char) -> Option<String>) -> String {
    let mut out = String::from("\"");
    for it in text.chars() {
        match it {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            it => match letter(it) {
                Some(written) => out.push_str(&written),
                None => out.push(it),
            },
        }
    }
    out.push('"');
    out
}

/// Letters that end lines, turn the direction of writing or cannot be seen.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What would end quotes or lines somewhere.
    const HOSTILE: &str = "a\"b'c\\d`e${f}\n#{g}\r\u{2028}\u{0}\u{85}\\u0022;{h}%$(i)\u{202e}é";

    fn call() -> Call {
        Call {
            method: "POST".into(),
            address: "https://sandbox.example/things/1?q=%22".into(),
            fields: vec![("X-It".into(), HOSTILE.into())],
            body: Some(Sent {
                media_type: "application/json".into(),
                text: json!({ "it": HOSTILE }).to_string(),
                json: Some(json!({ "it": HOSTILE, "no": null, "yes": [true, 1.5] })),
            }),
            token: true,
        }
    }

    /// Whether each double quote of a text that begins a literal has its end in the same line, by the rules of languages like C.
    #[track_caller]
    fn quotes_end_where_they_should(language: &str, text: &str) {
        for (number, line) in text.lines().enumerate() {
            let mut letters = line.chars();
            let mut inside = false;
            while let Some(letter) = letters.next() {
                match letter {
                    '\\' if inside => _ = letters.next(),
                    '"' => inside = !inside,
                    letter => assert!(!inside || !is_unseen(letter), "{language} {number}: {line:?}"),
                }
            }
            assert!(!inside, "{language}: a literal does not end in line {number}: {line}");
        }
    }

    #[test]
    fn no_text_ends_its_own_quotes_in_any_language() {
        for sample in call().samples().iter().filter(|sample| sample.language != "curl") {
            quotes_end_where_they_should(sample.language, &sample.text);
            assert!(sample.text.contains("a\\\"b'c\\\\d"), "{}: {}", sample.language, sample.text);
            assert!(sample.text.contains("TOKEN"), "{}", sample.language);
        }
    }

    #[test]
    fn each_language_writes_what_it_cannot_hold() {
        for (written, expected) in [
            (javascript::text("\u{2028}\u{0}"), r#""\u2028\u0000""#),
            (python::text("\u{85}\u{1f600}"), "\"\\u0085\u{1f600}\""),
            (csharp::text("\u{85}\u{2029}{}"), r#""\u0085\u2029{}""#),
            (rust::text("\u{0}\u{202e}{}"), r#""\u{0}\u{202e}{}""#),
            (java::text("\u{1}1\\u000a"), r#""\0011\\u000a""#),
        ] {
            assert_eq!(written, expected);
        }
    }

    #[test]
    fn a_body_travels_as_its_media_type_says() {
        let media = |media_type: &str, value: Value| Media {
            media_type: media_type.into(),
            schema: None,
            item_schema: None,
            schema_name: None,
            examples: vec![hansom_standards::contract::Example { name: "one".into(), summary: None, value }],
        };
        let sent = |media_type, value| Sent::of(&media(media_type, value)).text;
        assert_eq!(sent("application/json", json!("a")), "\"a\"");
        assert_eq!(sent("text/plain", json!("a")), "a");
        assert_eq!(sent("application/x-www-form-urlencoded", json!({ "a": "b&c", "d": 1 })), "a=b%26c&d=1");
        assert_eq!(sent("application/merge-patch+json; x=\ny", json!({})), "{}");
    }
}
