//! Are the files of a contract read as its references say, and no others?

use std::{collections::BTreeMap, fmt::Write as _};

use hansom_standards::{Limits, Sources, document::LapseKind};

/// A contract with some files beside it, and every name that was asked for.
fn read(files: &[(&str, &str)]) -> (Sources, Vec<String>) {
    read_within(files, &Limits::default())
}

fn read_within(files: &[(&str, &str)], limits: &Limits) -> (Sources, Vec<String>) {
    let all: BTreeMap<&str, &str> = files.iter().copied().collect();
    let mut asked = Vec::new();
    let mut open = |name: &str| {
        asked.push(name.to_owned());
        all.get(name).map(|text| (*text).to_owned()).ok_or_else(|| "there is no such file".to_owned())
    };
    let (name, text) = files[0];
    let sources = Sources::read(name, text, limits, &mut open).unwrap();
    (sources, asked)
}

fn followed<'s>(sources: &'s Sources, pointer: &str) -> (&'s str, String) {
    let node = sources.follow(sources.document().at(pointer).unwrap());
    (node.document().name(), node.pointer())
}

#[test]
fn references_are_followed_through_files_and_back() {
    let (sources, asked) = read(&[
        ("api/openapi.yaml", "a: {$ref: 'schemas/one.yaml#/b'}\nd: {e: 1}\nf: {$ref: '#/d'}\n"),
        ("api/schemas/one.yaml", "b: {$ref: './../shared%20parts/two.yaml'}\n"),
        ("api/shared parts/two.yaml", "$ref: ../openapi.yaml#/d\n"),
    ]);
    assert_eq!(asked, ["api/schemas/one.yaml", "api/shared parts/two.yaml"], "each is opened once, under a plain name");
    assert_eq!(followed(&sources, "/a"), ("api/openapi.yaml", "/d".to_owned()));
    assert_eq!(followed(&sources, "/f"), ("api/openapi.yaml", "/d".to_owned()));
    assert_eq!(sources.named("api/schemas/one.yaml").unwrap().number(), 1);
    assert!(sources.missing().is_empty());
}

#[test]
fn an_item_of_a_list_and_a_name_with_odd_characters_can_be_referred_to() {
    let text = "a: {$ref: '#/b/1'}\nb: [{}, {c: 1}]\nd: {$ref: '#/e%7E1f/g~0h'}\ne/f: {g~h: {}}\n";
    let (sources, _) = read(&[("openapi.yaml", text)]);
    assert_eq!(followed(&sources, "/a").1, "/b/1");
    assert_eq!(followed(&sources, "/d").1, "/e~1f/g~0h");
}

#[test]
fn a_file_that_cannot_be_read_is_missing_with_the_reason() {
    let (sources, _) = read(&[
        ("openapi.yaml", "a: {$ref: nothing.yaml}\nb: {$ref: broken.yaml}\nc: {$ref: 'fine.yaml#/nothing'}\n"),
        ("broken.yaml", "x: 1\nx: 2\n"),
        ("fine.yaml", "y: 1\n"),
    ]);
    let told: Vec<String> =
        sources.missing().iter().map(|missing| format!("{}: {}", missing.file, missing.fault)).collect();
    assert_eq!(told.len(), 2);
    assert!(told[0].contains("broken.yaml: line 2, column 1: the key `x` is written twice"), "{told:?}");
    assert!(told[1].contains("there is no such file"), "{told:?}");
    for pointer in ["/a", "/b", "/c"] {
        assert_eq!(followed(&sources, pointer).1, pointer, "the chain breaks at its last node");
    }
}

#[test]
fn what_is_read_over_is_told_with_its_file() {
    let mut open = |_: &str| Ok("x: 1\nx: 2\n".to_owned());
    let text = "a: {$ref: 'b.yaml#/x'}\n200: no text\n";
    let sources = Sources::read_leniently("openapi.yaml", text, &Limits::default(), &mut open).unwrap();
    let kinds: Vec<_> = sources.lapses().iter().map(|(number, lapse)| (*number, lapse.kind)).collect();
    assert!(matches!(kinds[..], [(0, LapseKind::KeyIsNoText(_)), (1, LapseKind::DuplicateKey)]), "{kinds:?}");
    let node = sources.follow(sources.document().at("/a").unwrap());
    assert_eq!(node.as_i64(), Some(2));
}

#[test]
fn bad_input_105_references_that_turn_for_ever_end() {
    let (sources, _) =
        read(&[("openapi.yaml", "a: {$ref: '#/a'}\nb: {$ref: '#/c'}\nc: {$ref: '#/b'}\nd: {$ref: '#'}\n")]);
    for pointer in ["/a", "/b", "/c"] {
        let (_, at) = followed(&sources, pointer);
        assert!(["/a", "/b", "/c"].contains(&at.as_str()), "{pointer} ends at {at}");
    }
    assert_eq!(followed(&sources, "/d").1, "");
    let (sources, asked) = read(&[("a.yaml", "$ref: b.yaml\n"), ("b.yaml", "$ref: a.yaml\n")]);
    assert_eq!(asked, ["b.yaml"], "files that refer to each other are read once");
    assert!(sources.root() == sources.document().root());
    sources.follow(sources.root());
}

#[test]
fn bad_input_105_a_chain_of_ten_thousand_is_cut() {
    let mut text = String::new();
    for step in 0..10_000 {
        writeln!(text, "s{step}: {{$ref: '#/s{}'}}", step + 1).unwrap();
    }
    text.push_str("s10000: {}\n");
    let (sources, _) = read(&[("openapi.yaml", &text)]);
    let (_, end) = followed(&sources, "/s0");
    assert_eq!(end, "/s100", "as many are followed as a chain may have");
}

#[test]
fn bad_input_105_references_that_multiply_cost_no_more_than_their_text() {
    let mut text = String::new();
    for level in 0..1_000 {
        let next = level + 1;
        writeln!(text, "l{level}: [{{$ref: '#/l{next}'}}, {{$ref: '#/l{next}'}}, {{$ref: '#/l{next}'}}]").unwrap();
    }
    text.push_str("l1000: []\n");
    let (sources, _) = read(&[("openapi.yaml", &text)]);
    assert_eq!(sources.document().nodes().count(), 2 + 1_000 * 7, "nothing is written out");
}

#[test]
fn bad_input_105_no_address_and_no_absolute_path_is_ever_asked_for() {
    let references = [
        "file:///etc/passwd",
        "http://169.254.169.254/latest/meta-data",
        "https://example.org/a.yaml#/b",
        "//example.org/a.yaml",
        "/etc/passwd",
        "C:\\secrets.yaml",
        "..\\secrets.yaml",
        "%2Fetc/passwd",
        "a%00.yaml",
        "a%0A.yaml",
        "%zz.yaml",
        "file%3A///etc/passwd",
        "",
        "#nowhere",
        "#/no/such/thing",
    ];
    let text: String = references.iter().enumerate().fold(String::new(), |mut text, (nth, reference)| {
        writeln!(text, "r{nth}: {{$ref: '{reference}'}}").unwrap();
        text
    });
    let (sources, asked) = read(&[("openapi.yaml", &text)]);
    assert!(asked.is_empty(), "{asked:?}");
    for (nth, reference) in references.iter().enumerate() {
        let from = sources.document().at(&format!("/r{nth}")).unwrap();
        let target = sources.target(from, reference);
        assert!(target.is_none() || reference.is_empty(), "{reference} leads to {target:?}");
    }
}

#[test]
fn bad_input_105_whether_a_reference_may_climb_is_for_the_opener_to_decide() {
    let (sources, asked) = read(&[("api/openapi.yaml", "a: {$ref: ../../../etc/passwd}\nb: {$ref: ../shared.yaml}\n")]);
    assert_eq!(asked, ["../../etc/passwd", "shared.yaml"], "it is told plainly where it would have to go");
    assert_eq!(sources.missing().len(), 2);
    let (_, asked) = read(&[("/srv/openapi.yaml", "a: {$ref: ../../etc/passwd}\nb: {$ref: ../c.yaml}\n")]);
    assert_eq!(asked, ["/c.yaml"], "nothing is above the root");
}

#[test]
fn bad_input_105_a_reference_into_something_else_leads_there_and_no_further() {
    let (sources, _) =
        read(&[("openapi.yaml", "a: {$ref: '#/b/c'}\nb: {c: a text}\nd: {$ref: '#/b/c/e'}\nf: {$ref: [1]}\n")]);
    assert_eq!(followed(&sources, "/a").1, "/b/c");
    assert_eq!(followed(&sources, "/d").1, "/d");
    assert_eq!(followed(&sources, "/f").1, "/f");
}

#[test]
fn too_many_files_and_too_many_bytes_are_missing() {
    let mut text = String::new();
    for nth in 0..600 {
        writeln!(text, "r{nth}: {{$ref: f{nth}.yaml}}").unwrap();
    }
    let mut opened = 0;
    let mut open = |_: &str| {
        opened += 1;
        Ok("a: 1\n".to_owned())
    };
    let sources = Sources::read("openapi.yaml", &text, &Limits::default(), &mut open).unwrap();
    assert_eq!((sources.documents().len(), opened), (500, 499));
    assert!(sources.missing().iter().all(|missing| missing.fault.what.contains("more than 500 files")));

    let large = format!("a: {}\n", "x".repeat(600));
    let files = [("openapi.yaml", "a: {$ref: b.yaml}\nc: {$ref: d.yaml}\n"), ("b.yaml", &large), ("d.yaml", &large)];
    let (sources, _) = read_within(&files, &Limits { bytes: 1_000, ..Limits::default() });
    assert_eq!(sources.documents().len(), 2);
    assert!(sources.missing()[0].fault.what.contains("more than 1000 bytes"));
}
