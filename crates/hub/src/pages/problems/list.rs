//! Which problems are there?

use askama::Template;
use axum::response::Response;
use hansom_domain::ProblemCode;

use crate::{
    answer::{Refusal, page},
    frame::{Frame, Section},
    session::Visitor,
    urls,
};

#[derive(Template)]
#[template(path = "problems/list.html")]
struct List {
    frame: Frame,
    problems: Vec<Line>,
}

struct Line {
    code: &'static str,
    href: String,
    status: u16,
    title: &'static str,
}

/// `GET /problems`
pub(crate) async fn show(visitor: Visitor) -> Result<Response, Refusal> {
    let frame = visitor.frame("Problems", Section::Elsewhere).await?;
    page(&List {
        frame,
        problems: ProblemCode::ALL
            .iter()
            .map(|code| Line {
                code: code.as_str(),
                href: urls::problem(*code),
                status: code.status(),
                title: code.title(),
            })
            .collect(),
    })
}
