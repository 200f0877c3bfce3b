//! How does the contract describe every "no"?

use std::collections::BTreeMap;

use hansom_control::PublishFault;
use hansom_domain::{Problem, ProblemCode};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::{
    IntoResponses, ToSchema,
    openapi::{ContentBuilder, Header, Ref, RefOr, Response, ResponseBuilder},
};

/// A problem document (RFC 9457), the body of every error.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemDocument {
    /// A page of the hub that says how to mend it.
    #[serde(rename = "type")]
    #[schema(max_length = 1000, format = "uri", example = "https://hub.hackney.example/problems/token-missing")]
    kind: String,
    /// The short name of the problem, the same each time.
    #[schema(max_length = 200, example = "An access token is needed")]
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599, example = 401)]
    status: u16,
    /// What happened this time and what to do.
    #[schema(max_length = 10_485_760)]
    detail: String,
    /// The request id, the same as in the header `Request-Id`.
    #[schema(max_length = 100, example = "5d1f0a4c9b7e48d2a3c6e1f08b92d475")]
    instance: String,
    /// The reason code, the same each time; the last segment of `type`.
    #[schema(max_length = 100, example = "token-missing")]
    code: String,
    /// Single faults with their places, where what was sent has several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 100_000, value_type = Vec<Fault>, required = false)]
    errors: Vec<Value>,
}

impl From<Problem> for ProblemDocument {
    fn from(problem: Problem) -> Self {
        Self {
            kind: problem.kind,
            title: problem.title,
            status: problem.status,
            detail: problem.detail,
            instance: problem.instance,
            code: problem.code,
            errors: problem.errors,
        }
    }
}

/// One fault of what was sent.
#[derive(Serialize, ToSchema)]
pub(crate) struct Fault {
    /// Where in the body it is: a JSON pointer (RFC 6901); empty for the whole. A fault of a manifest or a contract lies in
    /// `/manifest` or `/contract`, at line and column.
    #[schema(max_length = 10_000, example = "/manifest")]
    pointer: String,
    /// `api.yaml` for the manifest, `openapi.yaml` for the contract, empty where it lies between the two.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, max_length = 1000, example = "api.yaml")]
    file: Option<String>,
    /// The line, from 1; 0 where no line is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false, minimum = 0, maximum = 2_147_483_647, example = 7)]
    line: Option<u32>,
    /// The column, from 1; 0 where no column is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u32, required = false, minimum = 0, maximum = 2_147_483_647, example = 3)]
    column: Option<u32>,
    /// What is wrong.
    #[schema(max_length = 10_485_760, example = "unknown key `colour`")]
    what: String,
    /// What to do about it.
    #[schema(max_length = 10_485_760, example = "Remove it, or write one of the keys that a manifest has.")]
    mend: String,
    /// The standard that is broken, or the check that says what breaks callers.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, max_length = 100, example = "URL-01")]
    rule: Option<String>,
    /// All of it in one line, as a compiler would print it.
    #[schema(
        max_length = 10_485_760,
        example = "api.yaml:7:3: unknown key `colour`. Remove it, or write one of the keys that a manifest has."
    )]
    detail: String,
}

impl Fault {
    /// A fault at a place of a JSON body.
    pub(crate) fn at(pointer: String, what: &str) -> Self {
        let mend = "Send the body as the contract describes it.";
        let place = if pointer.is_empty() { "the body" } else { &pointer };
        Self {
            detail: format!("{place}: {what}. {mend}"),
            pointer,
            file: None,
            line: None,
            column: None,
            what: what.into(),
            mend: mend.into(),
            rule: None,
        }
    }
}

impl Fault {
    /// A fault in a line of a text that stands in a JSON body.
    pub(crate) fn in_line(pointer: &str, line: usize, what: &str) -> Self {
        let fault = Self::at(pointer.to_owned(), what);
        Self { line: u32::try_from(line).ok(), detail: format!("{pointer}:{line}: {what}"), ..fault }
    }
}

impl From<PublishFault> for Fault {
    fn from(fault: PublishFault) -> Self {
        let place = match (fault.file.is_empty(), fault.line) {
            (true, _) => String::new(),
            (false, 0) => format!("{}: ", fault.file),
            (false, line) => format!("{}:{line}:{}: ", fault.file, fault.column),
        };
        let stop = if fault.what.ends_with('.') { "" } else { "." };
        let rule = fault.rule.as_ref().map_or_else(String::new, |rule| format!(" [{rule}]"));
        let detail = format!("{place}{}{stop} {}{rule}", fault.what, fault.mend);
        Self {
            detail: detail.trim_end().into(),
            pointer: match fault.file.as_str() {
                "api.yaml" => "/manifest".into(),
                "" => String::new(),
                _ => "/contract".into(),
            },
            file: Some(fault.file),
            line: Some(fault.line),
            column: Some(fault.column),
            what: fault.what,
            mend: fault.mend,
            rule: fault.rule,
        }
    }
}

/// What an operation that takes nothing and tells everybody may refuse with.
pub(crate) enum Telling {}

/// What a reading operation may refuse with.
pub(crate) enum Reading {}

/// What an operation that changes something and takes no body may refuse with.
pub(crate) enum Changing {}

/// What an operation that changes something and takes a body may refuse with.
pub(crate) enum Sending {}

/// What publishing may refuse with.
pub(crate) enum Publishing {}

impl IntoResponses for Telling {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        references(&[429, 500, 503])
    }
}

impl IntoResponses for Publishing {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        references(&[400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503])
    }
}

impl IntoResponses for Reading {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        references(&[400, 401, 403, 404, 429, 500, 503])
    }
}

impl IntoResponses for Changing {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        references(&[400, 401, 403, 404, 409, 429, 500, 503])
    }
}

impl IntoResponses for Sending {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        references(&[400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503])
    }
}

/// Name in the contract, description, and the code of the example, of each status that the control API refuses with.
const ANSWERS: [(&str, &str, ProblemCode); 11] = [
    ("Malformed", "The request could not be read; the detail names the part.", ProblemCode::BadRequest),
    ("Unproven", "There is no access token or session, or it is not in force.", ProblemCode::TokenMissing),
    ("NotAllowed", "The caller is known and may not do this; the detail says who may.", ProblemCode::NotAllowed),
    ("NotFound", "There is no such thing, or the caller may not know of it.", ProblemCode::NotFound),
    ("Conflict", "It does not fit what is there; the detail says what is in the way.", ProblemCode::Conflict),
    ("TooLarge", "The body is too large; the detail names the limit.", ProblemCode::BodyTooLarge),
    ("UnsupportedMediaType", "The body is not JSON.", ProblemCode::UnsupportedMediaType),
    (
        "Unprocessable",
        "What was sent has faults, each named with its place, or its `Idempotency-Key` was used for something else. Nothing \
         was stored.",
        ProblemCode::Unprocessable,
    ),
    ("TooMany", "The caller has called too often.", ProblemCode::LimitReached),
    ("Failed", "The platform failed; it is not the caller's fault.", ProblemCode::Internal),
    ("Unavailable", "The platform cannot answer now.", ProblemCode::Unavailable),
];

fn references(statuses: &[u16]) -> BTreeMap<String, RefOr<Response>> {
    ANSWERS
        .iter()
        .filter(|(_, _, code)| statuses.contains(&code.status()))
        .map(|(name, _, code)| (code.status().to_string(), RefOr::Ref(Ref::from_response_name(*name))))
        .collect()
}

/// The reusable answers of the contract, by name.
pub(crate) fn answers(hub: &str) -> Vec<(&'static str, Response)> {
    ANSWERS.iter().map(|(name, description, code)| (*name, answer(description, *code, hub))).collect()
}

fn answer(description: &str, code: ProblemCode, hub: &str) -> Response {
    let example = json!({
        "type": format!("{hub}/problems/{}", code.as_str()),
        "title": code.title(),
        "status": code.status(),
        "detail": code.mend(),
        "instance": "5d1f0a4c9b7e48d2a3c6e1f08b92d475",
        "code": code.as_str(),
    });
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).example(Some(example)).build();
    let mut response = ResponseBuilder::new().description(description).content(Problem::MEDIA_TYPE, content);
    if code.status() == 401 {
        response = response.header("WWW-Authenticate", Header::default());
    }
    if matches!(code.status(), 429 | 503) {
        response = response.header("Retry-After", Header::default());
    }
    response.build()
}
