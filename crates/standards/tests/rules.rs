//! Does every rule say of its own examples what its page says?

use std::{collections::BTreeSet, fs, path::Path};

use hansom_standards::{Facts, Level, Profile, Rule, Sources, document::Limits, lint, rule::Evidence, rules};

/// A contract around a fragment: what a fragment leaves out is there and says nothing.
fn whole(fragment: &str) -> String {
    let has = |key: &str| fragment.lines().any(|line| line.starts_with(key));
    let mut text = fragment.to_owned();
    // What is missing goes below, so that lines keep their numbers.
    for (key, filling) in [
        ("openapi:", "openapi: 3.1.0\n"),
        ("info:", "info: { title: Example, version: 1.0.0 }\n"),
        ("paths:", "paths: {}\n"),
    ] {
        if !has(key) {
            text.push_str(filling);
        }
    }
    text
}

/// The lines that a rule complains about, from 1.
fn lines_with_findings(rule: &'static Rule, fragment: &str) -> BTreeSet<u32> {
    let text = whole(fragment);
    let sources = Sources::of_text("openapi.yaml", &text, &Limits::default())
        .unwrap_or_else(|fault| panic!("{rule:?}: the example does not read: {fault}\n{text}"));
    let profile = format!("profile: one\nedition: none\nothers: off\nrules: {{ {}: on }}\n", rule.id);
    let profile = Profile::read(&profile).expect("the profile reads");
    let verdict = lint(&sources, Facts::default(), &profile);
    assert!(verdict.findings.iter().all(|finding| &*finding.rule == rule.id));
    verdict.findings.iter().map(|finding| finding.span.start.line).collect()
}

fn lines_marked_wrong(fragment: &str) -> BTreeSet<u32> {
    let marked = |(index, line): (usize, &str)| line.trim_end().ends_with("# wrong").then_some(index as u32 + 1);
    fragment.lines().enumerate().filter_map(marked).collect()
}

fn checked() -> impl Iterator<Item = &'static Rule> {
    rules::ALL.iter().copied().filter(|rule| rule.check.is_some())
}

#[test]
fn every_bad_example_is_complained_about_where_it_says_wrong() {
    for rule in checked() {
        let page = rule.page();
        let marked = lines_marked_wrong(&page.bad);
        assert!(!marked.is_empty(), "{rule:?}: no line of the bad example says `# wrong`");
        assert_eq!(lines_with_findings(rule, &page.bad), marked, "{rule:?}: lines with findings, lines marked wrong");
    }
}

#[test]
fn no_good_example_is_complained_about() {
    for rule in checked() {
        let page = rule.page();
        assert!(!page.good.is_empty(), "{rule:?} has no good example");
        assert_eq!(lines_with_findings(rule, &page.good), BTreeSet::new(), "{rule:?}: the good example has findings");
    }
}

#[test]
fn every_rule_applies_to_its_good_example() {
    for rule in checked() {
        let text = whole(&rule.page().good);
        let sources = Sources::of_text("openapi.yaml", &text, &Limits::default()).expect("the example reads");
        let profile = format!("profile: one\nedition: none\nothers: off\nrules: {{ {}: on }}\n", rule.id);
        let verdict = lint(&sources, Facts::default(), &Profile::read(&profile).expect("the profile reads"));
        let outcomes: Vec<_> = verdict.coverage.iter().map(|coverage| coverage.outcome).collect();
        assert_eq!(outcomes, [hansom_standards::Outcome::Passed], "{rule:?} does not see its own good example");
    }
}

#[test]
fn every_page_is_whole() {
    for rule in rules::ALL {
        let page = rule.page();
        for (part, text) in [
            ("title", &page.title),
            ("what", &page.what),
            ("why", &page.why),
            ("mend", &page.mend),
            ("sources", &page.sources),
        ] {
            assert!(text.len() > 10, "{rule:?}: the page says no {part}");
        }
        assert!(page.title.ends_with('.'), "{rule:?}: the title is a sentence");
        assert!(!page.bad.is_empty() && !page.good.is_empty(), "{rule:?}: the page shows no examples");
        let language = if rule.check.is_some() { "yaml" } else { page.language.as_str() };
        assert_eq!(page.language, language, "{rule:?}: a contract is written in YAML");
        assert!(["yaml", "http", "text", ""].contains(&language), "{rule:?}: nobody knows the language {language}");
        assert!(![&page.bad, &page.good].iter().any(|text| text.contains("```")), "{rule:?}: an example is one block");
        let by_contract = matches!(rule.evidence, Evidence::Contract | Evidence::ContractAndTraffic);
        assert_eq!(by_contract, rule.check.is_some(), "{rule:?}: evidence and check disagree");
    }
}

#[test]
fn every_rule_file_is_registered_under_its_own_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let mut files = BTreeSet::new();
    for chapter in fs::read_dir(&folder).expect("the rules lie in folders") {
        for file in fs::read_dir(chapter.expect("a folder").path()).expect("a chapter is a folder") {
            let stem = file.expect("a file").path().file_stem().expect("a name").to_string_lossy().replace('_', "-");
            assert!(files.insert(stem.clone()), "two rules are called {stem}");
        }
    }
    let named: BTreeSet<String> = rules::ALL.iter().map(|rule| rule.name.to_owned()).collect();
    assert_eq!(files, named, "files of rules, and rules by name");
}

#[test]
fn ids_are_unique_and_well_formed() {
    let mut seen = BTreeSet::new();
    for rule in rules::ALL {
        let (chapter, number) = rule.id.split_once('-').expect("an id has a chapter and a number");
        assert!(chapter.chars().all(|c| c.is_ascii_uppercase()) && number.len() == 2, "{rule:?}");
        assert!(seen.insert(rule.id), "{rule:?} is there twice");
        assert!(rule.level != Level::Hint, "{rule:?}: a standard is MUST, SHOULD or MAY");
    }
}

#[test]
fn every_profile_that_comes_with_hansom_reads() {
    for name in Profile::names() {
        let profile = Profile::bundled(name).unwrap_or_else(|| panic!("{name} does not read"));
        assert_eq!(&*profile.name, name);
        assert!(!profile.edition.is_empty() && !profile.title.is_empty() && !profile.summary.is_empty());
    }
}
