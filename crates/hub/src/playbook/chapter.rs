//! What is a chapter of the playbook?

use std::sync::OnceLock;

use super::{
    front,
    markdown::{self, Rendered},
};

/// A chapter.
#[derive(Debug)]
pub(crate) struct Chapter {
    /// `naming`
    pub(crate) slug: &'static str,
    pub(crate) title: String,
    /// One sentence.
    pub(crate) summary: String,
    /// The text in Markdown, without its title.
    pub(crate) text: &'static str,
    order: f64,
    rendered: OnceLock<Rendered>,
}

impl Chapter {
    /// Reads the file `NN-slug.md`.
    pub(super) fn read(stem: &'static str, text: &'static str) -> Self {
        let (front, body) = front::parted(text);
        let said = |key| front.as_ref().map_or_else(String::new, |front| front::text(front.root(), key));
        let number = stem.split_once('-').map_or(stem, |(number, _)| number);
        Self {
            slug: markdown::chapter_slug(stem),
            title: said("title"),
            summary: said("summary"),
            text: body,
            order: said("order").parse().or_else(|_| number.parse()).unwrap_or(f64::MAX),
            rendered: OnceLock::new(),
        }
    }

    /// The text as a page shows it.
    pub(crate) fn rendered(&self) -> &Rendered {
        self.rendered.get_or_init(|| markdown::render(self.text, &self.title))
    }

    /// The text as Markdown, with links to other pages in Markdown.
    pub(crate) fn twin(&self) -> String {
        format!("# {}\n\n{}\n\n{}", self.title, self.summary, markdown::twin(self.text, 1))
    }
}

/// In reading order.
pub(super) fn in_order(chapters: impl Iterator<Item = Chapter>) -> Vec<Chapter> {
    let mut chapters: Vec<Chapter> = chapters.collect();
    chapters.sort_by(|one, other| one.order.total_cmp(&other.order));
    chapters
}
