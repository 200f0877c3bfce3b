//! Which guides are there?

use askama::Template;
use axum::response::Response;

use crate::{
    answer::Refusal,
    frame::{Frame, Section},
    guides::GUIDES,
    reader::Reader,
    twin::Leaf,
    urls,
};

#[derive(Template)]
#[template(path = "guides/list.html")]
struct List {
    frame: Frame,
    guides: Vec<Line>,
}

struct Line {
    href: String,
    title: &'static str,
    summary: &'static str,
}

/// `GET /guides`
pub(crate) async fn show(reader: Reader) -> Result<Response, Refusal> {
    let frame = reader.visitor.frame("Guides", Section::Guides).await?.with_twin(urls::GUIDES);
    let line = |guide: &crate::guides::Guide| Line {
        href: urls::hub_guide(guide.slug),
        title: guide.title(),
        summary: guide.summary(),
    };
    reader.answer(&List { frame, guides: GUIDES.iter().map(line).collect() })
}

impl Leaf for List {
    fn markdown(&self) -> String {
        let lines = self.guides.iter().map(|it| format!("- [{}]({}.md): {}\n", it.title, it.href, it.summary));
        format!("# Guides\n\n{}", lines.collect::<String>())
    }
}
