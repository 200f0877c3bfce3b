//! Which questions does a checklist ask?

use askama::Template;
use axum::{extract::Path, response::Response};

use super::{Leaf, reader::Reader};
use crate::{
    answer::Refusal,
    frame::Frame,
    playbook::{self, Checklist, Item, level, level::Shown},
    urls,
};

#[derive(Template)]
#[template(path = "playbook/checklist.html")]
pub(crate) struct ChecklistPage {
    frame: Frame,
    list: &'static Checklist,
    lines: Vec<Line>,
}

/// A question, and the standard that it is.
struct Line {
    item: &'static Item,
    standard: Option<(String, Shown)>,
}

/// `GET /playbook/checklists/{slug}`
pub(crate) async fn show(reader: Reader, Path(slug): Path<String>) -> Result<Response, Refusal> {
    let list = playbook::checklist(reader.name(&slug)).ok_or_else(|| Reader::nothing("checklist"))?;
    reader.answer(&leaf(reader.frame().await?, list))
}

/// The page of a checklist.
pub(crate) fn leaf(frame: Frame, list: &'static Checklist) -> ChecklistPage {
    let line = |item: &'static Item| Line {
        item,
        standard: item.rule().map(|rule| (urls::standard(rule.id), level::by_default(rule))),
    };
    ChecklistPage {
        frame: frame.of_playbook(&list.title, &urls::checklist(list.slug)).under("Playbook", urls::PLAYBOOK),
        list,
        lines: list.items.iter().map(line).collect(),
    }
}

impl Leaf for ChecklistPage {
    fn markdown(&self) -> String {
        self.list.twin()
    }
}
