//! Which problems are there?

use askama::Template;
use axum::response::Response;
use hansom_domain::ProblemCode;

use crate::{
    answer::Refusal,
    frame::{Frame, Section},
    reader::Reader,
    twin::{Leaf, table},
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
pub(crate) async fn show(reader: Reader) -> Result<Response, Refusal> {
    let frame = reader.visitor.frame("Problems", Section::Elsewhere).await?.with_twin(urls::PROBLEMS);
    reader.answer(&List {
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

impl Leaf for List {
    fn markdown(&self) -> String {
        let rows = self.problems.iter();
        let rows =
            rows.map(|it| [it.status.to_string(), format!("[{}]({}.md)", it.code, it.href), it.title.to_owned()]);
        format!("# Problems\n\n{}", table(["Status", "Problem", "What it means"], rows))
    }
}
