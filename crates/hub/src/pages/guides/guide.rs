//! What does a guide say?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_domain::ProblemCode;

use crate::{
    answer::Refusal,
    frame::{Frame, Section},
    guides::{self, Guide},
    playbook::markdown::{Rendered, render_guide},
    reader::Reader,
    twin::Leaf,
    urls,
};

#[derive(Template)]
#[template(path = "guides/guide.html")]
struct GuidePage {
    frame: Frame,
    title: &'static str,
    first: Rendered,
    text: Rendered,
    source: String,
}

/// `GET /guides/{name}`
pub(crate) async fn show(reader: Reader, Path(name): Path<String>) -> Result<Response, Refusal> {
    let guide = Guide::of(reader.name(&name)).ok_or_else(|| {
        Refusal::new(ProblemCode::NotFound, "There is no such guide. The list of guides has them all.")
    })?;
    let title = guide.title();
    let frame = reader.visitor.frame(title, Section::Guides).await?;
    let frame = frame.with_twin(&urls::hub_guide(guide.slug)).under("Guides", urls::GUIDES);
    let (first, rest) = guides::filled(guide, &reader.visitor).await?;
    let source = format!("# {title}\n\n{first}\n\n{rest}");
    reader.answer(&GuidePage {
        frame,
        title,
        first: render_guide(&first, title),
        text: render_guide(&rest, title),
        source,
    })
}

impl Leaf for GuidePage {
    fn markdown(&self) -> String {
        self.source.clone()
    }
}
