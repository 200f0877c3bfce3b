//! How is this operation called, and what comes back?

use std::fmt::Write;

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_standards::contract::{Media, Operation, Parameter};
use serde_json::Value;

use super::{
    Seen,
    outline::{Outline, Row},
    refusals::{Refused, refusals},
    tags::tag,
    try_it::Form,
    who_may_call,
};
use crate::{
    answer::Refusal,
    calling::{Call, Sample},
    frame::{Frame, Section},
    pages::playbook::Link,
    prose::{Prose, Stands},
    reader::Reader,
    twin::{Leaf, block, code, inline, table},
    urls,
};

/// Operations of the same tag that are listed beside one.
const MOST_NEIGHBOURS: usize = 40;

#[derive(Template)]
#[template(path = "apis/operation.html")]
struct OperationPage {
    frame: Frame,
    heading: String,
    id: String,
    method: String,
    path: String,
    description: Prose,
    deprecated: bool,
    who: String,
    ask: Option<String>,
    parameters: Vec<ParameterLine>,
    body: Option<BodyView>,
    responses: Vec<ResponseView>,
    refusals: Vec<Refused>,
    places: Vec<Place>,
    samples: Vec<Sample>,
    /// For people who are signed in.
    trial: Option<Form>,
    open: bool,
    tag: String,
    neighbours: Vec<Link>,
    version: String,
    previous: Option<Link>,
    next: Option<Link>,
}

/// Where the operation is called.
struct Place {
    environment: String,
    mock: bool,
    address: String,
}

struct ParameterLine {
    name: String,
    location: &'static str,
    required: bool,
    row: Row,
    description: Prose,
    example: String,
}

struct BodyView {
    required: bool,
    description: Prose,
    content: Vec<MediaView>,
}

struct ResponseView {
    status: String,
    description: Prose,
    headers: Vec<(String, Prose, String)>,
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

/// `GET /apis/{slug}/{major}/operations/{operation}`
pub(crate) async fn show(
    mut reader: Reader,
    Path((slug, major, id)): Path<(String, String, String)>,
) -> Result<Response, Refusal> {
    let seen = Seen::find(&reader.visitor, &slug, Some(&major)).await?;
    let id = reader.known(&id, |id| seen.operation(id).is_ok());
    let operation = seen.operation(id)?;
    let version = &seen.version;
    let heading = heading(operation);
    let frame = reader
        .visitor
        .frame(&format!("{heading} – {}", seen.name()), Section::Apis)
        .await?
        .with_twin(&urls::operation(&version.slug, version.major, id))
        .under("APIs", urls::HOME)
        .under(seen.name(), urls::version(&version.slug, version.major));
    reader.answer(&leaf(&reader, &seen, operation, frame))
}

fn heading(operation: &Operation) -> String {
    operation.summary.as_deref().filter(|text| !text.is_empty()).unwrap_or(&operation.id).to_owned()
}

fn leaf(reader: &Reader, seen: &Seen, operation: &Operation, frame: Frame) -> OperationPage {
    let version = &seen.version;
    let rule = seen.published.manifest.access.rule_for(&operation.id);
    let may_ask = seen.takes_requests() && rule.is_some_and(|rule| rule.granted_applications);
    let open = rule.is_some_and(|rule| rule.anyone);
    let served = seen.served(&reader.visitor.hub);
    let call = served.first().map(|first| Call::of(&first.address, operation, !open));
    let (previous, next) = beside(seen, operation);
    OperationPage {
        frame,
        heading: heading(operation),
        id: operation.id.clone(),
        method: operation.method.clone(),
        path: operation.path.clone(),
        description: Prose::of(operation.description.as_deref(), Stands::UnderTitle),
        deprecated: operation.deprecated,
        who: who_may_call(rule),
        ask: may_ask.then(|| urls::access(&version.slug, version.major)),
        parameters: operation.parameters.iter().map(|parameter| parameter_line(seen, parameter)).collect(),
        body: operation.request_body.as_ref().map(|body| BodyView {
            required: body.required,
            description: Prose::of(body.description.as_deref(), Stands::InPart),
            content: media(seen, "Request body", &body.content, true),
        }),
        responses: responses(seen, operation),
        refusals: refusals(operation, rule, served.iter().any(|it| it.mock)),
        samples: call.map_or_else(Vec::new, |call| call.samples()),
        places: served
            .into_iter()
            .map(|it| Place { environment: it.environment.to_string(), mock: it.mock, address: it.address })
            .collect(),
        trial: reader.visitor.session.is_some().then(|| Form::blank(&reader.visitor, seen, operation)),
        open,
        tag: tag(operation).to_owned(),
        neighbours: neighbours(seen, operation),
        version: urls::version(&version.slug, version.major),
        previous,
        next,
    }
}

fn link(seen: &Seen, operation: &Operation) -> Link {
    Link { text: operation.id.clone(), href: urls::operation(&seen.version.slug, seen.version.major, &operation.id) }
}

/// The operations of the same tag; only those nearest to this one, if there are many.
fn neighbours(seen: &Seen, operation: &Operation) -> Vec<Link> {
    let all = &seen.published.contract.operations;
    let same: Vec<&Operation> = all.iter().filter(|it| tag(it) == tag(operation)).collect();
    let at = same.iter().position(|it| it.id == operation.id).unwrap_or_default();
    let first = at.saturating_sub(MOST_NEIGHBOURS / 2).min(same.len().saturating_sub(MOST_NEIGHBOURS));
    same.into_iter().skip(first).take(MOST_NEIGHBOURS).map(|it| link(seen, it)).collect()
}

/// The operations before and after one in the contract.
fn beside(seen: &Seen, operation: &Operation) -> (Option<Link>, Option<Link>) {
    let all = &seen.published.contract.operations;
    let at = all.iter().position(|it| it.id == operation.id).unwrap_or_default();
    let link = |at: Option<usize>| at.and_then(|at| all.get(at)).map(|it| link(seen, it));
    (link(at.checked_sub(1)), link(at.checked_add(1)))
}

fn parameter_line(seen: &Seen, parameter: &Parameter) -> ParameterLine {
    ParameterLine {
        name: parameter.name.clone(),
        location: parameter.location.as_str(),
        required: parameter.required,
        row: Row::of(&parameter.schema, &|name| seen.schema_address(name)),
        description: Prose::of(parameter.description.as_deref(), Stands::InPart),
        example: parameter.example.as_ref().map_or_else(String::new, short),
    }
}

fn responses(seen: &Seen, operation: &Operation) -> Vec<ResponseView> {
    let responses = operation.responses.iter();
    responses
        .map(|response| ResponseView {
            status: response.status.clone(),
            description: Prose::of(Some(&response.description), Stands::InPart),
            headers: response
                .headers
                .iter()
                .map(|header| {
                    (
                        header.name.clone(),
                        Prose::of(header.description.as_deref(), Stands::InPart),
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

impl Leaf for OperationPage {
    fn markdown(&self) -> String {
        let mut out = format!("# {}\n\n", inline(&self.heading));
        let _ = writeln!(out, "{}\n", code(&format!("{} {}", self.method, self.path)));
        let _ = writeln!(out, "- Operation: {}\n- Who may call it: {}", code(&self.id), inline(&self.who));
        if self.deprecated {
            out.push_str("- Deprecated\n");
        }
        for place in &self.places {
            let kind = if place.mock { " (mock: the examples of the contract)" } else { "" };
            let _ = writeln!(out, "- In {}: {}{kind}", inline(&place.environment), code(&place.address));
        }
        let _ = writeln!(out, "\n{}\n\n## Parameters\n", self.description.source);
        let rows = self.parameters.iter().map(|it| {
            let kind: String = it.row.parts.iter().map(|part| part.text.as_str()).collect();
            let required = if it.required { "required" } else { "optional" };
            [
                code(&it.name),
                it.location.to_owned(),
                inline(&kind),
                required.to_owned(),
                inline(&it.description.source),
                code(&it.example),
            ]
        });
        out.push_str(&table(["Name", "In", "Type", "Required", "What it is", "Example"], rows));
        if let Some(body) = &self.body {
            let _ = writeln!(out, "\n## Request body\n\n{}\n", body.description.source);
            write_media(&mut out, &body.content);
        }
        out.push_str("\n## Call it\n\n");
        if let Some(sample) = self.samples.first() {
            out.push_str(&block("sh", &sample.text));
        }
        out.push_str("\n## Answers\n");
        for response in &self.responses {
            let _ = writeln!(out, "\n### {}\n\n{}\n", inline(&response.status), response.description.source);
            write_media(&mut out, &response.content);
        }
        out.push_str("\n## What the gateway may answer\n\n");
        for it in &self.refusals {
            let _ = writeln!(out, "- {} [{}]({}.md): {}", it.status, it.code, it.href, it.title);
        }
        out
    }
}

fn write_media(out: &mut String, content: &[MediaView]) {
    for media in content {
        match &media.schema {
            Some((name, href)) => _ = writeln!(out, "{}: [{}]({href}.md)\n", code(&media.media_type), inline(name)),
            None => _ = writeln!(out, "{}\n", code(&media.media_type)),
        }
        if let Some(outline) = &media.outline {
            let rows = outline.rows.iter().map(Row::cells);
            out.push_str(&table(["Name", "Type", "Required", "What it is"], rows));
            out.push('\n');
        }
        if let Some(example) = media.examples.first() {
            out.push_str(&block("", &example.text));
        }
    }
}
