//! How is this operation called, and what comes back?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_control::Target;
use hansom_standards::contract::{Media, Operation, Parameter};
use serde_json::Value;

use super::{
    Seen,
    outline::{Outline, Row},
    who_may_call,
};
use crate::{
    answer::{Refusal, page},
    curl,
    frame::{Frame, Section},
    sentence::paragraphs,
    session::Visitor,
    urls,
};

#[derive(Template)]
#[template(path = "apis/operation.html")]
struct OperationPage {
    frame: Frame,
    heading: String,
    id: String,
    method: String,
    path: String,
    description: Vec<String>,
    deprecated: bool,
    who: String,
    ask: Option<String>,
    parameters: Vec<ParameterLine>,
    body: Option<BodyView>,
    responses: Vec<ResponseView>,
    samples: Vec<Sample>,
    open: bool,
}

struct ParameterLine {
    name: String,
    location: &'static str,
    required: bool,
    row: Row,
    description: Vec<String>,
    example: String,
}

struct BodyView {
    required: bool,
    description: Vec<String>,
    content: Vec<MediaView>,
}

struct ResponseView {
    status: String,
    description: Vec<String>,
    headers: Vec<(String, String, String)>,
    content: Vec<MediaView>,
}

struct MediaView {
    /// The heading of its tables and examples: unique on the page.
    label: String,
    media_type: String,
    schema: Option<(String, String)>,
    outline: Option<Outline>,
    examples: Vec<ExampleView>,
    /// Whether the first example is seen at once.
    open: bool,
}

struct ExampleView {
    title: String,
    text: String,
}

/// A command for one environment.
struct Sample {
    environment: String,
    mock: bool,
    command: String,
}

/// `GET /apis/{slug}/{major}/operations/{operation}`
pub(crate) async fn show(
    visitor: Visitor,
    Path((slug, major, id)): Path<(String, String, String)>,
) -> Result<Response, Refusal> {
    let seen = Seen::find(&visitor, &slug, Some(&major)).await?;
    let operation = seen.operation(&id)?;
    let version = &seen.version;
    let rule = seen.published.manifest.access.rule_for(&id);
    let summary = operation.summary.as_deref().filter(|text| !text.is_empty());
    let heading = summary.unwrap_or(&operation.id).to_owned();
    let frame = visitor
        .frame(&format!("{heading} – {}", seen.name()), Section::Apis)
        .await?
        .under("APIs", urls::HOME)
        .under(seen.name(), urls::version(&version.slug, version.major));
    let may_ask = seen.takes_requests() && rule.is_some_and(|rule| rule.granted_applications);
    page(&OperationPage {
        frame,
        heading,
        id: operation.id.clone(),
        method: operation.method.clone(),
        path: operation.path.clone(),
        description: paragraphs(operation.description.as_deref().unwrap_or_default()),
        deprecated: operation.deprecated,
        who: who_may_call(rule),
        ask: may_ask.then(|| urls::access(&version.slug, version.major)),
        parameters: operation.parameters.iter().map(|parameter| parameter_line(&seen, parameter)).collect(),
        body: operation.request_body.as_ref().map(|body| BodyView {
            required: body.required,
            description: paragraphs(body.description.as_deref().unwrap_or_default()),
            content: media(&seen, "Request body", &body.content, true),
        }),
        responses: responses(&seen, operation),
        samples: samples(&visitor, &seen, operation),
        open: rule.is_some_and(|rule| rule.anyone),
    })
}

fn parameter_line(seen: &Seen, parameter: &Parameter) -> ParameterLine {
    ParameterLine {
        name: parameter.name.clone(),
        location: parameter.location.as_str(),
        required: parameter.required,
        row: Row::of(&parameter.schema, &|name| seen.schema_address(name)),
        description: paragraphs(parameter.description.as_deref().unwrap_or_default()),
        example: parameter.example.as_ref().map_or_else(String::new, short),
    }
}

fn responses(seen: &Seen, operation: &Operation) -> Vec<ResponseView> {
    let responses = operation.responses.iter();
    responses
        .map(|response| ResponseView {
            status: response.status.clone(),
            description: paragraphs(&response.description),
            headers: response
                .headers
                .iter()
                .map(|header| {
                    (
                        header.name.clone(),
                        header.description.clone().unwrap_or_default(),
                        header.example.as_ref().map_or_else(String::new, short),
                    )
                })
                .collect(),
            content: media(
                seen,
                &format!("Answer {}", response.status),
                &response.content,
                response.status.starts_with('2'),
            ),
        })
        .collect()
}

fn media(seen: &Seen, label: &str, content: &[Media], open: bool) -> Vec<MediaView> {
    content
        .iter()
        .map(|media| MediaView {
            open,
            label: format!("{label}, {}", media.media_type),
            media_type: media.media_type.clone(),
            schema: media.schema_name.as_ref().and_then(|name| {
                let address = seen.schema_address(name)?;
                Some((name.clone(), address))
            }),
            outline: media.schema.as_ref().map(|schema| Outline::of(schema, &|name| seen.schema_address(name))),
            examples: media
                .examples
                .iter()
                .map(|example| ExampleView {
                    title: example.summary.clone().unwrap_or_else(|| match example.name.as_str() {
                        "default" => "Example".into(),
                        "generated" => "Example, made from the schema".into(),
                        name => format!("Example: {name}"),
                    }),
                    text: pretty(&example.value),
                })
                .collect(),
        })
        .collect()
}

fn samples(visitor: &Visitor, seen: &Seen, operation: &Operation) -> Vec<Sample> {
    let version = &seen.version;
    let manifest = &seen.published.manifest;
    let open = manifest.access.rule_for(&operation.id).is_some_and(|rule| rule.anyone);
    let environments = manifest.environments.iter();
    environments
        .filter_map(|(name, target)| {
            let base = visitor.hub.base(name)?;
            let served = urls::served(base, &version.slug, version.major);
            Some(Sample {
                environment: name.to_string(),
                mock: matches!(target, Target::Mock),
                command: curl::call(&served, operation, (!open).then_some("$TOKEN")),
            })
        })
        .collect()
}

/// A value in one line.
fn short(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A value as it would be sent, laid out for reading.
fn pretty(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    }
}
