//! What is a request before it is sent: values of parameters, and a body?

use std::collections::BTreeMap;

use hansom_standards::contract::{Location, Parameter};
use serde_json::Value;

use crate::{
    call::{Call, Caller, is_json},
    spelling::{Spelled, encoded, spell},
    subject::Subject,
};

/// A request that is being put together.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    /// Parameters of the path, encoded.
    pub(crate) path: BTreeMap<String, String>,
    /// By the parameter's name: what stands in the query for it, encoded.
    query: Vec<(String, Spelled)>,
    pub(crate) headers: Vec<(String, String)>,
    cookies: Vec<(String, String)>,
    body: Option<(String, Vec<u8>)>,
}

impl Draft {
    /// A request for an address, and nothing else.
    pub(crate) fn to(path: BTreeMap<String, String>) -> Self {
        Self { path, ..Self::default() }
    }

    /// Gives a parameter a value; says whether there is a way to write it.
    pub(crate) fn set(&mut self, parameter: &Parameter, value: &Value) -> bool {
        let Some(spelled) = spell(parameter, value) else { return false };
        self.drop(parameter);
        match parameter.location {
            Location::Path => self.path.extend(spelled),
            Location::Header => self.headers.extend(spelled),
            Location::Cookie => self.cookies.extend(spelled),
            Location::Query => self.query.push((parameter.name.clone(), spelled)),
            Location::Querystring => return false,
        }
        true
    }

    /// Leaves a parameter out.
    pub(crate) fn drop(&mut self, parameter: &Parameter) {
        match parameter.location {
            Location::Header => self.drop_header(&parameter.name),
            Location::Cookie => self.cookies.retain(|(name, _)| *name != parameter.name),
            _ => self.query.retain(|(name, _)| *name != parameter.name),
        }
    }

    pub(crate) fn drop_header(&mut self, name: &str) {
        self.headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
    }

    pub(crate) fn with_header(&self, name: &str, value: &str) -> Self {
        let mut draft = self.clone();
        draft.drop_header(name);
        draft.headers.push((name.to_owned(), value.to_owned()));
        draft
    }

    /// With something in the query that the contract does not know.
    pub(crate) fn with_query(&self, name: &str, value: &str) -> Self {
        let mut draft = self.clone();
        draft.query.push((name.to_owned(), vec![(encoded(name), encoded(value))]));
        draft
    }

    pub(crate) fn with_body(&self, media_type: &str, value: &Value) -> Self {
        let bytes = match value {
            Value::String(text) if !is_json(media_type) => text.clone().into_bytes(),
            other => other.to_string().into_bytes(),
        };
        self.with_bytes(media_type, bytes)
    }

    pub(crate) fn with_bytes(&self, media_type: &str, bytes: Vec<u8>) -> Self {
        Self { body: Some((media_type.to_owned(), bytes)), ..self.clone() }
    }

    /// What is sent where its parts are in place.
    pub(crate) fn call(&self, subject: &Subject<'_>) -> Call {
        self.call_with(&subject.operation.method, &subject.operation.path)
    }

    /// The same by another method.
    pub(crate) fn call_with(&self, method: &str, template: &str) -> Call {
        let mut target = address(template, &self.path);
        for (number, (name, value)) in self.query.iter().flat_map(|(_, spelled)| spelled).enumerate() {
            target.push(if number == 0 { '?' } else { '&' });
            target.push_str(&format!("{name}={value}"));
        }
        let mut headers = self.headers.clone();
        if !self.cookies.is_empty() {
            let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            headers.push(("Cookie".to_owned(), pairs.join("; ")));
        }
        if let Some((media_type, _)) = &self.body {
            headers.push(("Content-Type".to_owned(), media_type.clone()));
        }
        let body = self.body.as_ref().map(|(_, bytes)| bytes.clone());
        Call { method: method.to_owned(), target, headers, body, caller: Caller::Known }
    }
}

/// The address that a template is with these parameters.
pub(crate) fn address(template: &str, parameters: &BTreeMap<String, String>) -> String {
    let mut address = template.to_owned();
    for (name, value) in parameters {
        address = address.replace(&format!("{{{name}}}"), value);
    }
    address
}
