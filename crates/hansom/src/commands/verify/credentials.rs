//! By what does the caller say who it is, and how is that told without saying it?

use std::str::FromStr;

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::failure::Failure;

/// The variable that a token comes from.
const TOKEN: &str = "HANSOM_VERIFY_TOKEN";
/// Header fields that say how the message itself is made.
const OF_MESSAGE: [&str; 6] = ["host", "content-length", "content-type", "transfer-encoding", "connection", "upgrade"];
/// Shorter texts are not taken out of answers: they may stand there for anything.
const SHORTEST_SECRET: usize = 6;
const HIDDEN: &str = "[hidden]";

/// A header field as it was given, with variables in it.
#[derive(Clone)]
pub(super) struct Credential {
    name: HeaderName,
    given: String,
}

/// What is sent with every request that is not a stranger's.
#[derive(Default)]
pub(super) struct Credentials {
    pub(super) fields: HeaderMap,
    shown: Vec<String>,
    secrets: Vec<String>,
}

impl FromStr for Credential {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once(':').ok_or("it has no colon; write it like 'X-Key: $KEY'")?;
        let name = HeaderName::from_str(name.trim()).map_err(|_| format!("no header can be called {name}"))?;
        if OF_MESSAGE.contains(&name.as_str()) {
            return Err(format!("{name} says how a message is made, and is written for each one"));
        }
        Ok(Self { name, given: value.trim().to_owned() })
    }
}

impl Credentials {
    /// Puts the variables of the environment in.
    pub(super) fn of(token: Option<String>, headers: Vec<Credential>) -> Result<Self, Failure> {
        let mut credentials = Self::default();
        if let Some(token) = token {
            let shown = format!("\"Authorization: Bearer ${TOKEN}\"");
            credentials.add(http::header::AUTHORIZATION, format!("Bearer {token}"), shown)?;
            credentials.secrets.push(token);
        }
        for Credential { name, given } in headers {
            let (value, variables) = filled(&given)?;
            let shown = if variables.is_empty() {
                format!("'{name}: …'")
            } else {
                format!("\"{name}: {}\"", given.replace('\\', "\\\\").replace('"', "\\\"").replace('`', "\\`"))
            };
            credentials.secrets.extend(variables);
            credentials.secrets.push(value.clone());
            credentials.add(name, value, shown)?;
        }
        credentials.secrets.retain(|secret| secret.len() >= SHORTEST_SECRET);
        // A secret that holds another one goes first, or its rest would be left.
        credentials.secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Ok(credentials)
    }

    fn add(&mut self, name: HeaderName, value: String, shown: String) -> Result<(), Failure> {
        let sent = HeaderValue::try_from(value);
        let mut sent = sent.map_err(|_| Failure::wrong_use(format!("the value of {name} cannot stand in a header")))?;
        sent.set_sensitive(true);
        self.fields.insert(name, sent);
        self.shown.push(shown);
        Ok(())
    }

    /// The header fields as words of a shell that name no secret.
    pub(super) fn shown(&self) -> Vec<String> {
        self.shown.clone()
    }

    /// A text of the service, without the secrets that it may repeat.
    pub(super) fn veiled(&self, text: &[u8]) -> Vec<u8> {
        let held = |secret: &&String| text.windows(secret.len()).any(|window| window == secret.as_bytes());
        if !self.secrets.iter().any(|secret| held(&secret)) {
            return text.to_vec();
        }
        let mut veiled = String::from_utf8_lossy(text).into_owned();
        for secret in &self.secrets {
            veiled = veiled.replace(secret, HIDDEN);
        }
        veiled.into_bytes()
    }
}

/// The value with its variables put in, and what they hold.
fn filled(given: &str) -> Result<(String, Vec<String>), Failure> {
    let mut value = String::new();
    let mut variables = Vec::new();
    let mut rest = given;
    while let Some((before, after)) = rest.split_once('$') {
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
        let (name, then) = after.split_at(end);
        let held = std::env::var(name);
        let held =
            held.map_err(|_| Failure::wrong_use(format!("--header names the variable {name:?}, which is not set")))?;
        value.push_str(before);
        value.push_str(&held);
        variables.push(held);
        rest = then;
    }
    value.push_str(rest);
    Ok((value, variables))
}
