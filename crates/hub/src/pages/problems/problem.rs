//! What does this problem mean, and how is it mended? The `type` of every problem document leads here.

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_domain::ProblemCode;

use crate::{
    answer::Refusal,
    frame::{Frame, Section},
    reader::Reader,
    twin::Leaf,
    urls,
};

#[derive(Template)]
#[template(path = "problems/problem.html")]
struct ProblemPage {
    frame: Frame,
    code: &'static str,
    status: u16,
    title: &'static str,
    mend: &'static str,
    of_gateway: bool,
}

/// `GET /problems/{code}`
pub(crate) async fn show(reader: Reader, Path(code): Path<String>) -> Result<Response, Refusal> {
    let code = ProblemCode::from_code(reader.name(&code)).ok_or_else(|| {
        Refusal::new(ProblemCode::NotFound, "There is no such problem. The list of problems has them all.")
    })?;
    let frame = reader.visitor.frame(code.title(), Section::Elsewhere).await?;
    let frame = frame.with_twin(&urls::problem(code)).under("Problems", urls::PROBLEMS);
    reader.answer(&ProblemPage {
        frame,
        code: code.as_str(),
        status: code.status(),
        title: code.title(),
        mend: code.mend(),
        of_gateway: code != ProblemCode::CrossSite && code != ProblemCode::NotAllowed,
    })
}

impl Leaf for ProblemPage {
    fn markdown(&self) -> String {
        format!("# {}\n\n`{}`, status {}\n\n{}\n", self.title, self.code, self.status, self.mend)
    }
}
