//! What does a person want to send, by the form that was made from the contract?

use hansom_control::fingerprint;
use hansom_domain::EnvironmentName;
use hansom_standards::contract::{Location, Media, Operation, Parameter};
use http::{HeaderName, HeaderValue, Method, header};

use super::GatewayCall;
use crate::{
    Hub,
    calling::{Call, Sent, one_line},
    form::{Errors, Fields},
    pages::apis::Seen,
};

/// Longer addresses are no gateway's.
const LONGEST_TARGET: usize = 8 * 1024;
/// Parameters that a form has fields for.
const MOST_PARAMETERS: usize = 100;
const METHODS: [&str; 8] = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "QUERY"];

/// Header fields that are the platform's to set, whatever a contract says.
const RESERVED: [&str; 24] = [
    "accept",
    "accept-encoding",
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "dpop",
    "expect",
    "forwarded",
    "host",
    "keep-alive",
    "origin",
    "referer",
    "request-id",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "via",
    "x-http-method-override",
    "x-request-id",
];
const RESERVED_BEGINNINGS: [&str; 4] = ["hansom-", "proxy-", "sec-", "x-forwarded-"];

/// A call that can be made.
pub(crate) struct Asked {
    pub(crate) environment: EnvironmentName,
    /// Whether it may change something that is real.
    pub(crate) is_grave: bool,
    /// For showing.
    pub(crate) call: Call,
    method: Method,
    target: String,
    fields: Vec<(HeaderName, HeaderValue)>,
}

/// The name of a parameter's field: its own, which no other of the operation has in the same place.
pub(crate) fn parameter_field(parameter: &Parameter) -> String {
    format!("{}:{}", parameter.location.as_str(), parameter.name)
}

/// The name of the field with the body in a media type.
pub(crate) fn body_field(media: &Media) -> String {
    format!("body:{}", media.media_type)
}

/// The parameters that a form has fields for, each with the id of its field.
pub(crate) fn fillable(operation: &Operation) -> impl Iterator<Item = (String, &Parameter)> {
    let fillable = operation.parameters.iter().filter(|it| match it.location {
        Location::Path | Location::Query => true,
        Location::Header => is_free(&it.name),
        Location::Cookie | Location::Querystring => false,
    });
    fillable.take(MOST_PARAMETERS).enumerate().map(|(number, it)| (format!("try-{number}"), it))
}

/// The media types in which a body can be written as text, each with the id of its field.
pub(crate) fn media_of(operation: &Operation) -> impl Iterator<Item = (String, &Media)> {
    let content = operation.request_body.iter().flat_map(|body| &body.content);
    let textual = content.filter(|media| !media.media_type.to_ascii_lowercase().starts_with("multipart/"));
    textual.take(5).enumerate().map(|(number, media)| (format!("try-body-{number}"), media))
}

/// Whether a contract's header field is one that callers set.
fn is_free(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !RESERVED.contains(&name.as_str()) && !RESERVED_BEGINNINGS.iter().any(|it| name.starts_with(it))
}

/// Whether a method changes nothing.
pub(crate) fn is_safe(method: &str) -> bool {
    matches!(method, "GET" | "HEAD" | "OPTIONS" | "QUERY")
}

impl Asked {
    /// What a form asks for, or what is wrong with it.
    pub(crate) fn read(hub: &Hub, seen: &Seen, operation: &Operation, form: &Fields) -> Result<Self, Errors> {
        let mut errors = Errors::default();
        let served = seen.served(hub).into_iter().find(|it| it.environment.as_str() == form.one("environment"));
        errors.when(served.is_none(), "environment", "Select the environment in which to call");
        let method = METHODS.contains(&operation.method.as_str()).then(|| operation.method.parse().ok()).flatten();
        errors.when(
            method.is_none(),
            "environment",
            "Operations with this method cannot be tried here; use the code samples",
        );
        let fields = read_parameters(operation, form, &mut errors);
        let body = read_body(operation, form, &mut errors);
        let (Some(served), Some(method)) = (served, method) else { return Err(errors) };
        let is_open = seen.published.manifest.access.rule_for(&operation.id).is_some_and(|rule| rule.anyone);
        let is_there = |it: &Parameter| {
            fillable(operation).any(|(_, known)| known.name == it.name && known.location == it.location)
        };
        let filling = |it: &Parameter| {
            let value = form.one(&parameter_field(it));
            (is_there(it) && !value.is_empty()).then(|| value.to_owned())
        };
        let call = Call::filled(&served.address, operation, &filling, body, !is_open);
        let base = hub.base(&served.environment).unwrap_or_default();
        let target = call.address.strip_prefix(base).unwrap_or_default().to_owned();
        if errors.is_empty() && !is_plain(&target) {
            let first = fillable(operation).next().map_or("environment".into(), |(id, _)| id);
            errors.when(true, first, "The values make another address than the operation's: no part of the path may be . or .., and together they may have 8,000 letters");
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let is_grave = served.environment != EnvironmentName::sandbox() && !served.mock && !is_safe(&operation.method);
        Ok(Self { environment: served.environment, is_grave, call, method, target, fields })
    }

    /// What tells this call from every other, so that a yes to one is no yes to another.
    pub(crate) fn mark(&self, seen: &Seen) -> String {
        let body = self.call.body.as_ref().map(|body| (&body.media_type, &body.text));
        fingerprint(&format!(
            "{} {} {} {} {:?} {body:?}",
            seen.published.release, self.environment, self.method, self.target, self.fields
        ))
    }

    /// The call as it is sent.
    pub(crate) fn into_call(self, token: Option<String>) -> GatewayCall {
        let mut fields = vec![
            (header::ACCEPT, HeaderValue::from_static("*/*")),
            (header::ACCEPT_ENCODING, HeaderValue::from_static("identity")),
            (header::USER_AGENT, HeaderValue::from_static("hansom-hub")),
        ];
        let body = self.call.body.filter(|body| !body.text.is_empty());
        if let Some(media_type) = body.as_ref().and_then(|body| HeaderValue::from_str(&body.media_type).ok()) {
            fields.push((header::CONTENT_TYPE, media_type));
        }
        fields.extend(self.fields);
        GatewayCall {
            environment: self.environment,
            method: self.method,
            target: self.target,
            fields,
            body: body.map_or_else(Vec::new, |body| body.text.into_bytes()),
            token,
        }
    }

    /// The request as it is sent, but for the token.
    pub(crate) fn written(&self, hub: &Hub) -> String {
        let base = hub.base(&self.environment).unwrap_or_default();
        let host = base.split_once("://").map_or(base, |(_, rest)| rest);
        let mut lines = vec![format!("{} {}", self.method, self.target), format!("Host: {host}")];
        if self.call.token {
            lines.push("Authorization: Bearer (your own token, made for this call and shown to nobody)".into());
        }
        lines.push("Accept: */*".into());
        lines.extend(self.call.fields.iter().map(|(name, value)| one_line(&format!("{name}: {value}"))));
        if let Some(body) = self.call.body.as_ref().filter(|body| !body.text.is_empty()) {
            lines.extend([format!("Content-Type: {}", body.media_type), String::new(), body.text.clone()]);
        }
        lines.join("\n")
    }
}

/// Whether a target means, to whoever reads it, just what is written.
fn is_plain(target: &str) -> bool {
    let address = format!("http://gateway.invalid{target}");
    let read = url::Url::parse(&address).ok();
    let is_path = target.starts_with('/') && !target.starts_with("//");
    target.len() <= LONGEST_TARGET
        && is_path
        && read.is_some_and(|read| read.as_str() == address && read.fragment().is_none())
}

/// The header fields of the form, and what is wrong with any parameter.
fn read_parameters(operation: &Operation, form: &Fields, errors: &mut Errors) -> Vec<(HeaderName, HeaderValue)> {
    let mut fields = vec![];
    for (id, parameter) in fillable(operation) {
        let value = form.one(&parameter_field(parameter));
        let is_missing = value.is_empty() && (parameter.required || parameter.location == Location::Path);
        errors.when(is_missing, id.clone(), &format!("Enter {}", parameter.name));
        if parameter.location != Location::Header || value.is_empty() {
            continue;
        }
        let field = parameter
            .name
            .parse::<HeaderName>()
            .ok()
            .zip(HeaderValue::from_str(value).ok())
            .filter(|_| value.is_ascii());
        let wrong = "may have letters, digits and signs of ASCII only, in one line";
        errors.when(field.is_none(), id, &format!("{} {wrong}", parameter.name));
        fields.extend(field);
    }
    fields
}

/// The body in the media type that was chosen.
fn read_body(operation: &Operation, form: &Fields, errors: &mut Errors) -> Option<Sent> {
    let body = operation.request_body.as_ref()?;
    let wanted = form.one("media");
    let media = media_of(operation).find(|(_, media)| media.media_type == wanted);
    let Some((id, media)) = media else {
        let can_be_written = media_of(operation).next().is_some();
        errors.when(body.required && can_be_written, "try-media", "Select the media type of the body");
        errors.when(
            body.required && !can_be_written,
            "environment",
            "This body cannot be written as text; use the code samples",
        );
        return None;
    };
    let text = form.all(&body_field(media)).into_iter().next().unwrap_or_default().replace("\r\n", "\n");
    errors.when(body.required && text.trim().is_empty(), id.clone(), "Enter the body");
    let media_type = one_line(&media.media_type);
    errors.when(
        HeaderValue::from_str(&media_type).is_err(),
        id,
        "This media type cannot be sent; use the code samples",
    );
    Some(Sent { media_type, json: serde_json::from_str(&text).ok(), text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_could_be_read_in_two_ways_is_not_plain() {
        for fine in ["/repairs/v1/repairs", "/repairs/v1/repairs/a%2Fb?x=1&y=%26", "/a/v1/..x"] {
            assert!(is_plain(fine), "{fine}");
        }
        for wrong in [
            "/repairs/v1/../../rents/v1/accounts",
            "/repairs/v1/%2e%2E/x",
            "/repairs/v1/./x",
            "//evil.example/x",
            "@evil.example/",
            ":80@evil.example/",
            ".evil.example/",
            "/a\\b",
            "/a#b",
            "/a\nb",
            "",
        ] {
            assert!(!is_plain(wrong), "{wrong}");
        }
        assert!(!is_plain(&format!("/{}", "x".repeat(LONGEST_TARGET))));
    }

    #[test]
    fn header_fields_of_the_platform_are_nobodys_to_set() {
        for name in
            ["Authorization", "HOST", "Hansom-Identity", "X-Forwarded-For", "Cookie", "Transfer-Encoding", "DPoP"]
        {
            assert!(!is_free(name), "{name}");
        }
        assert!(is_free("If-Match") && is_free("X-Correlation"));
    }
}
