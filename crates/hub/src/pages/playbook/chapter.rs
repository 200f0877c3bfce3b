//! What does a chapter of the playbook say?

use askama::Template;
use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};

use super::{Leaf, Link, reader::Reader};
use crate::{
    answer::Refusal,
    frame::Frame,
    playbook::{self, Chapter, markdown::Rendered},
    urls,
};

#[derive(Template)]
#[template(path = "playbook/chapter.html")]
pub(crate) struct ChapterPage {
    frame: Frame,
    chapter: &'static Chapter,
    text: &'static Rendered,
    number: usize,
    previous: Option<Link>,
    next: Option<Link>,
}

/// `GET /playbook/chapters/{slug}`
pub(crate) async fn show(reader: Reader, Path(slug): Path<String>) -> Result<Response, Refusal> {
    let chapter = playbook::chapter(reader.name(&slug)).ok_or_else(|| Reader::nothing("chapter"))?;
    reader.answer(&leaf(reader.frame().await?, chapter))
}

/// `GET /playbook/glossary`
pub(crate) async fn to_glossary() -> Response {
    Redirect::permanent(&urls::chapter("glossary")).into_response()
}

/// The page of a chapter.
pub(crate) fn leaf(frame: Frame, chapter: &'static Chapter) -> ChapterPage {
    let all = playbook::chapters();
    let at = all.iter().position(|known| known.slug == chapter.slug).unwrap_or_default();
    let link = |at: usize| all.get(at).map(|it| Link { text: it.title.clone(), href: urls::chapter(it.slug) });
    ChapterPage {
        frame: frame.of_playbook(&chapter.title, &urls::chapter(chapter.slug)).under("Playbook", urls::PLAYBOOK),
        chapter,
        text: chapter.rendered(),
        number: at + 1,
        previous: at.checked_sub(1).and_then(link),
        next: link(at + 1),
    }
}

impl Leaf for ChapterPage {
    fn markdown(&self) -> String {
        self.chapter.twin()
    }
}
