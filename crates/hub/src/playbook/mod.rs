//! What does the playbook hold?
//!
//! The texts of `playbook/` are compiled in and read once; the standards come from their own files. Pages of the hub and
//! of the site without a server show the same.

mod chapter;
mod checklist;
pub(crate) mod edition;
mod excerpt;
pub(crate) mod family;
mod front;
pub(crate) mod level;
pub(crate) mod markdown;
pub(crate) mod search;
pub(crate) mod site;

use std::sync::LazyLock;

use hansom_standards::Rule;

pub(crate) use chapter::Chapter;
pub(crate) use checklist::{Checklist, Item};
pub(crate) use edition::{Edition, Notes};
pub use site::{SiteFault, SiteFile, site};

include!(concat!(env!("OUT_DIR"), "/playbook.rs"));

static ALL_CHAPTERS: LazyLock<Vec<Chapter>> =
    LazyLock::new(|| chapter::in_order(CHAPTERS.iter().map(|(stem, text)| Chapter::read(stem, text))));
static ALL_CHECKLISTS: LazyLock<Vec<Checklist>> =
    LazyLock::new(|| CHECKLISTS.iter().map(|(stem, text)| Checklist::read(stem, text)).collect());
static ALL_NOTES: LazyLock<Vec<Notes>> =
    LazyLock::new(|| NOTES.iter().rev().map(|(stem, text)| Notes::read(stem, text)).collect());
static ALL_EDITIONS: LazyLock<Vec<Edition>> =
    LazyLock::new(|| EDITIONS.iter().rev().map(|(stem, text)| Edition::read(stem, text)).collect());

/// The chapters, in reading order.
pub(crate) fn chapters() -> &'static [Chapter] {
    &ALL_CHAPTERS
}

/// The chapter of a slug: `naming`.
pub(crate) fn chapter(slug: &str) -> Option<&'static Chapter> {
    chapters().iter().find(|chapter| chapter.slug == slug)
}

/// The checklists.
pub(crate) fn checklists() -> &'static [Checklist] {
    &ALL_CHECKLISTS
}

/// The checklist of a slug: `design-review`.
pub(crate) fn checklist(slug: &str) -> Option<&'static Checklist> {
    checklists().iter().find(|checklist| checklist.slug == slug)
}

/// The notes of the editions that come with Hansom, newest first.
pub(crate) fn all_notes() -> &'static [Notes] {
    &ALL_NOTES
}

/// The notes of an edition that comes with Hansom.
pub(crate) fn notes(edition: &str) -> Option<&'static Notes> {
    all_notes().iter().find(|notes| notes.edition == edition)
}

/// What the editions that come with Hansom asked, newest first.
pub(crate) fn editions() -> &'static [Edition] {
    &ALL_EDITIONS
}

/// What an edition that comes with Hansom asked.
pub(crate) fn edition(name: &str) -> Option<&'static Edition> {
    editions().iter().find(|edition| edition.name == name)
}

/// What a standard asks in one sentence, as a title: without its full stop.
pub(crate) fn title(rule: &Rule) -> String {
    rule.page().title.trim_end_matches('.').to_owned()
}

/// The chapters that speak of a standard.
pub(crate) fn speaking_of(rule: &str) -> impl Iterator<Item = &'static Chapter> {
    chapters().iter().filter(move |chapter| chapter.rendered().rules.iter().any(|known| known.id == rule))
}

#[cfg(test)]
mod tests {
    use hansom_standards::rules;

    use super::*;

    #[test]
    fn no_text_refers_to_what_is_not_there() {
        let mut lost = vec![];
        for chapter in chapters() {
            lost.extend(chapter.rendered().lost.iter().map(|it| format!("{}: {it}", chapter.slug)));
        }
        for notes in all_notes() {
            lost.extend(notes.rendered().lost.iter().map(|it| format!("{}: {it}", notes.edition)));
        }
        for rule in rules::ALL {
            let page = rule.page();
            for text in [&page.what, &page.why, &page.mend, &page.sources] {
                lost.extend(markdown::render(text, "").lost.iter().map(|it| format!("{}: {it}", rule.id)));
            }
        }
        assert!(lost.is_empty(), "these references lead nowhere:\n{}", lost.join("\n"));
    }

    #[test]
    fn every_text_has_a_title_and_a_summary() {
        for chapter in chapters() {
            assert!(!chapter.title.is_empty() && !chapter.summary.is_empty(), "{}", chapter.slug);
        }
        for checklist in checklists() {
            assert!(!checklist.title.is_empty() && !checklist.items.is_empty(), "{}", checklist.slug);
            for item in &checklist.items {
                let parts = [&item.id, &item.question, &item.why, &item.evidence, &item.who];
                assert!(parts.iter().all(|part| !part.is_empty()), "{} {}", checklist.slug, item.id);
            }
        }
        for notes in all_notes() {
            assert!(!notes.date.is_empty() && !notes.summary.is_empty(), "{}", notes.edition);
        }
    }

    #[test]
    fn every_standard_is_spoken_of_in_a_chapter() {
        let silent: Vec<_> =
            rules::ALL.iter().map(|rule| rule.id).filter(|id| speaking_of(id).next().is_none()).collect();
        assert!(silent.is_empty(), "no chapter refers to {}", silent.join(", "));
    }
}
