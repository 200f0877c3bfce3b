//! Is each class of bad input a test, or a line in `docs/security.md` that says why not?

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Letters with their first and last number.
const CLASSES: [(char, u32, u32); 12] = [
    ('a', 1, 25),
    ('b', 26, 36),
    ('c', 37, 48),
    ('d', 49, 60),
    ('e', 61, 70),
    ('f', 71, 75),
    ('g', 76, 90),
    ('h', 91, 103),
    ('j', 113, 116),
    ('k', 117, 122),
    ('l', 123, 134),
    ('m', 135, 142),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The names of all functions in the sources.
fn functions(folder: &Path, names: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            functions(&path, names);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap_or_default();
            let found = text.lines().filter_map(|line| {
                let line = line.trim_start().trim_start_matches("pub ").trim_start_matches("async ");
                line.strip_prefix("fn ")?.split(['(', '<']).next()
            });
            names.extend(found.map(ToOwned::to_owned));
        }
    }
}

fn names() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    functions(&root().join("crates"), &mut names);
    names
}

/// Letter and number of a name such as `a01_…`.
fn class(name: &str) -> Option<(char, u32)> {
    let (letter, rest) = (name.chars().next()?, name.get(1..)?);
    let digits = rest.split('_').next().filter(|digits| digits.len() >= 2 && rest.len() > digits.len())?;
    Some((letter, digits.parse().ok()?))
}

#[test]
fn every_class_of_bad_input_is_a_test_or_a_line_that_says_why_not() {
    let names = names();
    let page = fs::read_to_string(root().join("docs/security.md")).expect("the page is there");
    for (letter, first, last) in CLASSES {
        for number in first..=last {
            let row = page.lines().find(|line| line.starts_with(&format!("| {number} |")));
            let row = row.unwrap_or_else(|| panic!("docs/security.md has no line for {number}"));
            let held = row.trim_end_matches(" |").rsplit(" | ").next().unwrap_or_default();
            let mentioned: Vec<&str> = held.split('`').skip(1).step_by(2).collect();
            let own = format!("{letter}{number:02}");
            for name in &mentioned {
                let is_class = name.len() <= 4 && name.starts_with(letter);
                let is_known = names
                    .iter()
                    .any(|known| if is_class { known.starts_with(&format!("{name}_")) } else { known == name });
                let is_other = name.starts_with("hansom_") || name.contains('/');
                assert!(is_known || is_other || name.len() < 10 && !is_class, "{number}: there is no test {name}");
            }
            let has_tests = names.iter().any(|known| known.starts_with(&format!("{own}_")));
            assert!(
                !has_tests || mentioned.contains(&own.as_str()),
                "{number}: there are tests {own}, and the page does not say so"
            );
            assert!(!mentioned.is_empty() || held.len() > 20, "{number}: neither a test nor a reason");
        }
    }
}

#[test]
fn every_test_and_every_file_that_the_page_names_is_there() {
    let names = names();
    let page = fs::read_to_string(root().join("docs/security.md")).expect("the page is there");
    for line in page.lines() {
        for word in line.split('`').skip(1).step_by(2) {
            let is_path = word.starts_with("crates/") || word.starts_with("tests/") || word.starts_with("docs/");
            assert!(!is_path || root().join(word).exists(), "docs/security.md names {word}, which is not there");
            let is_test = word.len() >= 20
                && word.matches('_').count() >= 3
                && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
            let is_figure = word.starts_with("hansom_");
            assert!(
                !is_test || is_figure || names.contains(word),
                "docs/security.md names the test {word}, which is not there"
            );
        }
    }
}

#[test]
fn the_number_of_a_test_is_of_its_letter() {
    for name in names() {
        let Some((letter, number)) = class(&name) else { continue };
        if let Some((_, first, last)) = CLASSES.iter().find(|(known, ..)| *known == letter) {
            assert!((first..=last).contains(&&number), "{name}");
        }
    }
}
