//! Where in the playbook is something said?
//!
//! Every word that is looked for has to be on a page; case and plural do not matter, and the beginning of a word is
//! enough. Ids and titles weigh most. The site without a server does the same in `assets/playbook-search.js`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use hansom_standards::rules;
use serde::Serialize;

pub(crate) use super::excerpt::{Piece, around, marked};
use super::{chapters, checklists, family, level};
use crate::{stem::stem, urls};

/// The longest text that is looked for, in characters.
pub(crate) const LONGEST: usize = 200;
/// The most words that are looked for.
const MOST_WORDS: usize = 12;
/// The most pages that are shown.
pub(crate) const MOST_FOUND: usize = 50;

/// A page, or a part of one, that can be found.
#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    /// `Standard`
    pub(crate) kind: &'static str,
    /// The id of a standard; else empty.
    pub(crate) id: &'static str,
    pub(crate) title: String,
    pub(crate) href: String,
    /// Its summary, its headings, its name.
    pub(crate) about: String,
    /// All of its words.
    pub(crate) text: String,
    #[serde(skip)]
    words: Words,
}

/// The words of a page, by where they stand.
#[derive(Debug, Default)]
struct Words {
    id: BTreeSet<String>,
    title: BTreeSet<String>,
    about: BTreeSet<String>,
    text: BTreeMap<String, usize>,
}

/// A page that was found.
#[derive(Debug)]
pub(crate) struct Hit {
    pub(crate) entry: &'static Entry,
    pub(crate) score: usize,
}

/// What somebody looks for.
#[derive(Debug)]
pub(crate) struct Wanted {
    words: Vec<String>,
    /// All of it without what is between the words: `url01`.
    joined: String,
    phrase: String,
}

static INDEX: LazyLock<Vec<Entry>> = LazyLock::new(index);

/// Everything that can be found.
pub(crate) fn entries() -> &'static [Entry] {
    &INDEX
}

/// What was found, best first, and whether it has every word that was looked for.
pub(crate) fn find(wanted: &Wanted) -> (Vec<Hit>, bool) {
    let whole = hits(wanted, true);
    if !whole.is_empty() || wanted.words.len() < 2 {
        return (whole, true);
    }
    (hits(wanted, false), false)
}

fn hits(wanted: &Wanted, every_word: bool) -> Vec<Hit> {
    let found = entries().iter().map(|entry| Hit { entry, score: score(entry, wanted, every_word) });
    let mut hits: Vec<Hit> = found.filter(|hit| hit.score > 0).collect();
    hits.sort_by_key(|hit| std::cmp::Reverse(hit.score));
    hits
}

impl Wanted {
    /// Reads what somebody typed.
    pub(crate) fn read(text: &str) -> Self {
        let text: String = text.chars().take(LONGEST).collect();
        let mut words: Vec<String> = split(&text).map(|word| stem(&word)).take(MOST_WORDS).collect();
        words.dedup();
        Self { words, joined: split(&text).collect(), phrase: split(&text).collect::<Vec<_>>().join(" ") }
    }

    /// Whether there is nothing to look for.
    pub(crate) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether a word is one that is looked for.
    pub(super) fn finds(&self, word: &str) -> bool {
        let word = stem(&word.to_lowercase());
        self.words.iter().any(|wanted| word == *wanted || begins(&word, wanted))
    }
}

fn score(entry: &Entry, wanted: &Wanted, every_word: bool) -> usize {
    if !entry.id.is_empty() && wanted.joined == split(entry.id).collect::<String>() {
        return 1000;
    }
    let mut total = 0;
    for word in &wanted.words {
        let found = of_word(&entry.words, word);
        if found == 0 && every_word {
            return 0;
        }
        total += found;
    }
    if total == 0 {
        return 0;
    }
    let title = split(&entry.title).collect::<Vec<_>>().join(" ");
    if stems(&title) == stems(&wanted.phrase) {
        total += 500;
    } else if title.contains(&wanted.phrase) {
        total += 60;
    }
    total
}

fn of_word(words: &Words, word: &str) -> usize {
    let starts = |set: &BTreeSet<String>| set.iter().any(|known| begins(known, word));
    if words.id.contains(word) {
        60
    } else if words.title.contains(word) {
        50
    } else if starts(&words.title) {
        25
    } else if words.about.contains(word) {
        20
    } else if starts(&words.about) {
        10
    } else if let Some(count) = words.text.get(word) {
        3 + (*count).min(6)
    } else {
        usize::from(words.text.keys().any(|known| begins(known, word))) * 2
    }
}

/// Whether a word begins with another of at least three letters.
fn begins(word: &str, with: &str) -> bool {
    with.chars().count() >= 3 && word.starts_with(with)
}

fn split(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

fn stems(text: &str) -> Vec<String> {
    split(text).map(|word| stem(&word)).collect()
}

fn entry(kind: &'static str, id: &'static str, title: String, href: String, (about, text): (String, String)) -> Entry {
    let mut counted = BTreeMap::new();
    for word in stems(&text) {
        *counted.entry(word).or_insert(0) += 1;
    }
    let words = Words {
        id: stems(id).into_iter().collect(),
        title: stems(&title).into_iter().collect(),
        about: stems(&about).into_iter().collect(),
        text: counted,
    };
    Entry { kind, id, title, href, about, text, words }
}

fn index() -> Vec<Entry> {
    let mut all = vec![];
    for chapter in chapters() {
        let rendered = chapter.rendered();
        let headings: Vec<_> = rendered.headings.iter().map(|heading| heading.text.as_str()).collect();
        let about = format!("{} {}", chapter.summary, headings.join(" "));
        let text = rendered.plain.split_whitespace().collect::<Vec<_>>().join(" ");
        all.push(entry("Chapter", "", chapter.title.clone(), urls::chapter(chapter.slug), (about, text)));
        for term in rendered.terms.iter().filter(|_| chapter.slug == "glossary") {
            let href = format!("{}#{}", urls::chapter(chapter.slug), term.id);
            let meaning = term.meaning.clone();
            all.push(entry("Word", "", term.word.clone(), href, (String::new(), meaning)));
        }
    }
    for rule in rules::ALL {
        let page = rule.page();
        let about = format!("{} {} {}", rule.name, family::title(rule), level::by_default(rule).word);
        let text =
            [&page.what, &page.why, &page.mend, &page.bad, &page.good, &page.sources].map(String::as_str).join(" ");
        all.push(entry(
            "Standard",
            rule.id,
            super::title(rule),
            urls::standard(rule.id),
            (about, text.replace(['`', '*'], "")),
        ));
    }
    for checklist in checklists() {
        let questions: Vec<_> = checklist.items.iter().map(|item| format!("{} {}", item.question, item.why)).collect();
        let said = (checklist.summary.clone(), questions.join(" "));
        all.push(entry("Checklist", "", checklist.title.clone(), urls::checklist(checklist.slug), said));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_page_comes_first() {
        for (asked, href) in [
            ("URL-01", "/playbook/standards/URL-01"),
            ("url01", "/playbook/standards/URL-01"),
            ("  url 01 ", "/playbook/standards/URL-01"),
            ("kebab-case-segments", "/playbook/standards/URL-01"),
            ("glossary", "/playbook/chapters/glossary"),
            ("Snapshots", "/playbook/chapters/glossary#term-snapshot"),
            ("waiver", "/playbook/chapters/glossary#term-waiver"),
            ("naming", "/playbook/chapters/naming"),
            ("personal data", "/playbook/chapters/personal-data"),
            ("problem details", "/playbook/standards/ERR-01"),
            ("service acceptance", "/playbook/checklists/service-acceptance"),
        ] {
            let (hits, whole) = find(&Wanted::read(asked));
            let first = hits.first().map_or("nothing", |hit| hit.entry.href.as_str());
            assert_eq!((first, whole), (href, true), "{asked:?}");
        }
    }

    #[test]
    fn plural_case_and_the_beginning_of_a_word_do_not_matter() {
        let titles = |asked: &str| -> BTreeSet<String> {
            find(&Wanted::read(asked)).0.iter().map(|hit| hit.entry.href.clone()).collect()
        };
        assert_eq!(titles("queries"), titles("QUERY"));
        assert_eq!(titles("addresses"), titles("address"));
        assert!(titles("pagin").contains("/playbook/chapters/paging-filtering-sorting"));
    }

    #[test]
    fn what_no_page_has_is_not_found_and_what_some_have_is_said_to_be_some() {
        assert!(find(&Wanted::read("zyxwvut")).0.is_empty());
        let (hits, whole) = find(&Wanted::read("kebab zyxwvut"));
        assert!(!hits.is_empty() && !whole);
        for hostile in ["", "   ", "\0\u{202e}<>", "!!!", &"a ".repeat(100_000), &"x".repeat(1_000_000)] {
            let (hits, _) = find(&Wanted::read(hostile));
            assert!(hits.len() <= entries().len());
        }
    }

    #[test]
    fn the_words_that_were_looked_for_are_marked() {
        let wanted = Wanted::read("tokens url-01");
        let shown: Vec<_> =
            marked("Token and URL: a <b>", &wanted).into_iter().map(|it| (it.text, it.marked)).collect();
        let expected = [("Token", true), (" and ", false), ("URL", true), (": a <b>", false)];
        assert_eq!(shown, expected.map(|(text, marked)| (text.to_owned(), marked)));
        let long = format!("{} tokens {}", "word ".repeat(100), "after ".repeat(100));
        let shown: String = around(&long, &wanted).into_iter().map(|piece| piece.text).collect();
        assert!(shown.starts_with("… word") && shown.contains("tokens") && shown.ends_with("after …"), "{shown}");
        assert!(shown.chars().count() < 300);
    }
}
