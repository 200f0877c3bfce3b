//! Why was my call refused?

use askama::Template;
use axum::{
    extract::RawQuery,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use hansom_control::{Error, Explanation};
use hansom_domain::{ProblemCode, RequestId};

use crate::{
    answer::{Refusal, page},
    form::{Errors, Fields},
    frame::{Frame, Section},
    moment,
    sentence::capital,
    session::Visitor,
    urls,
};

#[derive(Template)]
#[template(path = "refusals/refusal.html")]
struct RefusalPage {
    frame: Frame,
    errors: Errors,
    request_id: String,
    call: Option<CallView>,
    missing: bool,
    stranger: bool,
}

struct CallView {
    at: String,
    environment: String,
    called: String,
    operation: String,
    status: i64,
    code: String,
    title: &'static str,
    mend: &'static str,
    about: String,
    told: String,
    findings: Vec<String>,
}

/// `GET /refusals?request_id=`
pub(crate) async fn show(visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let request_id: String = fields.one("request_id").chars().take(100).collect();
    let frame = visitor.frame("Why was my call refused?", Section::Refusals).await?;
    let mut blank = RefusalPage {
        frame,
        errors: Errors::default(),
        request_id,
        call: None,
        missing: false,
        stranger: visitor.session.is_none(),
    };
    if blank.request_id.is_empty() {
        return page(&blank);
    }
    let Ok(id) = blank.request_id.parse::<RequestId>() else {
        let text = "Enter the request id as the answer gave it, for example 3f1c09d2a4b84e6f9a1b2c3d4e5f6071";
        blank.errors.when(true, "request_id", text);
        blank.frame.faulty = true;
        return Ok((StatusCode::BAD_REQUEST, page(&blank)?).into_response());
    };
    let Some(actor) = visitor.actor() else {
        return Err(Refusal::sign_in_first(&visitor.path));
    };
    match visitor.hub.control.explain_refusal(actor, &id).await {
        Ok(explained) => {
            blank.call = Some(view(explained));
            page(&blank)
        }
        Err(Error::NotFound(_)) => {
            blank.missing = true;
            Ok((StatusCode::NOT_FOUND, page(&blank)?).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

fn view(Explanation { call, findings }: Explanation) -> CallView {
    let code = ProblemCode::from_code(&call.code);
    CallView {
        at: moment::written(call.at),
        environment: capital(call.environment.as_str()),
        called: format!("{} {}", call.method, call.path),
        operation: match (call.api, call.major, call.operation) {
            (Some(api), Some(major), Some(operation)) => format!("{operation} of {api} v{major}"),
            (Some(api), Some(major), None) => format!("no operation of {api} v{major}"),
            _ => "no API".into(),
        },
        status: call.status,
        title: code.map_or("", ProblemCode::title),
        mend: code.map_or("", ProblemCode::mend),
        about: code.map_or_else(|| urls::PROBLEMS.to_owned(), urls::problem),
        code: call.code,
        told: call.detail,
        findings: findings
            .into_iter()
            .map(|found| match found.at {
                Some(at) => format!("{} ({})", found.told, moment::written(at)),
                None => found.told,
            })
            .collect(),
    }
}
