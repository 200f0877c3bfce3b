//! Is the catalogue whole, and are the examples on its pages true?

use std::collections::BTreeSet;

use hansom_standards::difference::catalogue::{self, Family};

use crate::contract::{around_document, around_operation, around_path, around_schema, compare, ids};

#[test]
fn every_id_is_there_once_and_says_what_it_means() {
    let mut known = BTreeSet::new();
    for check in catalogue::checks() {
        assert!(known.insert(check.id), "{} is there twice", check.id);
        assert!(check.means.len() > 15 && !check.means.contains('\n'), "{}: {:?}", check.id, check.means);
        assert!(check.id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{}", check.id);
        assert_eq!(catalogue::find(check.id), Some(check));
    }
    assert!(catalogue::find("no-such-check").is_none());
    let published = catalogue::checks().filter(|check| check.published.is_some()).count();
    assert_eq!(published, 509, "the checks that oasdiff has");
}

#[test]
fn every_family_has_a_page_that_begins_with_a_question() {
    for family in catalogue::all_families() {
        let page = family.page();
        let first = page.lines().next().unwrap_or_default();
        assert!(first.ends_with('?'), "{}: {first:?}", family.name);
        assert!(family.all().next().is_some(), "{} has no checks", family.name);
    }
}

#[test]
fn the_examples_of_every_page_are_true() {
    for family in catalogue::all_families().iter().filter(|family| family.name != "access") {
        let example = Example::of(family);
        let (old, new) = (example.contract(&example.old), example.contract(&example.new));
        let difference = compare(&old, &new);
        let found: BTreeSet<&str> = if family.name == "versions" {
            difference.changes.iter().map(|change| change.id).filter(|id| id.contains("version")).collect()
        } else {
            ids(&difference)
        };
        let told = example.changes.split_whitespace().collect::<BTreeSet<_>>();
        let shown: BTreeSet<&str> = found.iter().copied().filter(|id| is_shown(id, &example)).collect();
        assert_eq!(shown, told, "the page of {}", family.name);
        assert!(difference.unhandled.is_empty(), "{}: {:?}", family.name, difference.unhandled);
        let same = compare(&new, &new);
        assert!(same.is_empty(), "{}: {same:?}", family.name);
    }
}

/// Pages show what happens in bodies; parameters and headers are left out of them.
fn is_shown(id: &str, example: &Example) -> bool {
    let elsewhere = id.contains("request-parameter") || id.contains("response-header");
    !(example.frame.is_empty() && (elsewhere || id.starts_with("response-property-") && example.at_root()))
}

struct Example {
    frame: String,
    old: String,
    new: String,
    changes: String,
}

impl Example {
    fn of(family: &Family) -> Example {
        let page = family.page();
        let frame =
            page.lines().find_map(|line| line.strip_prefix("```yaml old")).unwrap_or_default().trim().to_owned();
        let block = |begin: &str| -> String {
            let mut lines = page.lines().skip_while(|line| !line.starts_with(begin)).skip(1);
            let inside: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            assert!(!inside.is_empty(), "the page of {} has no {begin}", family.name);
            inside.join("\n")
        };
        Example { frame, old: block("```yaml old"), new: block("```yaml new"), changes: block("```changes") }
    }

    /// The page names changes of the body itself, so its properties are left out.
    fn at_root(&self) -> bool {
        self.changes.contains("response-body-")
    }

    fn contract(&self, part: &str) -> String {
        match self.frame.as_str() {
            "" => around_schema("3.1.0", part),
            "operation" => around_operation(part),
            "path" => around_path(part),
            "document" => around_document(part),
            "components" => {
                let part: String = part.lines().map(|line| format!("  {line}\n")).collect();
                around_document(&format!("components:\n{part}"))
            }
            frame => panic!("a page shows a part of a contract that is not known here: {frame}"),
        }
    }
}
