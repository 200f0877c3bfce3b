//! Which command calls an operation?

use std::fmt::Write;

use hansom_domain::{ApplicationId, EnvironmentName};
use hansom_standards::contract::{Location, Operation, Parameter};
use serde_json::Value;

use crate::{Hub, urls};

/// Something to send where the contract gives no example.
const NO_EXAMPLE: &str = "1";

/// A text as one word of a POSIX shell.
fn word(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

fn example(parameter: &Parameter) -> String {
    match &parameter.example {
        Some(Value::String(text)) => text.clone(),
        Some(value @ (Value::Bool(_) | Value::Number(_))) => value.to_string(),
        Some(Value::Array(items)) => {
            let items = items.iter().map(|item| match item {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            });
            items.collect::<Vec<_>>().join(",")
        }
        Some(Value::Null | Value::Object(_)) | None => NO_EXAMPLE.into(),
    }
}

/// The address of an operation with its examples filled in.
fn address(served: &str, operation: &Operation) -> String {
    let mut path = operation.path.clone();
    let mut query = String::new();
    for parameter in &operation.parameters {
        match parameter.location {
            Location::Path => {
                let hole = format!("{{{}}}", parameter.name);
                path = path.replace(&hole, &urls::encoded(&example(parameter)));
            }
            Location::Query if parameter.required => {
                let mark = if query.is_empty() { '?' } else { '&' };
                let name = urls::encoded(&parameter.name);
                let _ = write!(query, "{mark}{name}={}", urls::encoded(&example(parameter)));
            }
            Location::Query | Location::Header | Location::Cookie | Location::Querystring => {}
        }
    }
    format!("{served}{path}{query}")
}

/// The command that calls an operation. `token` is the token itself or a shell variable; `None` where anyone may call.
pub(crate) fn call(served: &str, operation: &Operation, token: Option<&str>) -> String {
    let mut command = format!("curl {}", word(&address(served, operation)));
    if operation.method != "GET" {
        let _ = write!(command, " \\\n  -X {}", operation.method);
    }
    if let Some(token) = token {
        let _ = write!(command, " \\\n  -H \"Authorization: Bearer {token}\"");
    }
    for parameter in &operation.parameters {
        if parameter.location == Location::Header && parameter.required {
            let field = format!("{}: {}", parameter.name, example(parameter));
            let _ = write!(command, " \\\n  -H {}", word(&field));
        }
    }
    let media = operation.request_body.as_ref().and_then(|body| body.content.first());
    if let Some(media) = media {
        let field = format!("Content-Type: {}", media.media_type);
        let _ = write!(command, " \\\n  -H {}", word(&field));
        if let Some(example) = media.examples.first() {
            let _ = write!(command, " \\\n  --data {}", word(&example.value.to_string()));
        }
    }
    command
}

/// The command that gets a token for an application by its secret, and keeps it in `$TOKEN`.
pub(crate) fn token(hub: &Hub, application: &ApplicationId, secret: &str, environment: &EnvironmentName) -> String {
    let resource = hub.oauth.audience(environment).or_else(|| hub.base(environment)).unwrap_or_default();
    format!(
        "TOKEN=$(curl -s {} \\\n  -d grant_type=client_credentials \\\n  -d client_id={application} \\\n  -d client_secret={secret} \\\n  --data-urlencode {} |\n  sed -n 's/.*\"access_token\" *: *\"\\([^\"]*\\)\".*/\\1/p')",
        word(&format!("{}/oauth/token", hub.hub)),
        word(&format!("resource={resource}")),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_cannot_end_its_own_quotes() {
        assert_eq!(word("it's; rm -rf /"), r"'it'\''s; rm -rf /'");
    }
}
