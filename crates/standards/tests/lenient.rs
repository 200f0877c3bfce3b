//! What does a text mean that is not as it should be, and what is told about it?

use hansom_standards::{
    Document, Limits, Place,
    document::{Kind, LapseKind},
};
use serde_json::{Value, json};

fn read(text: &str) -> (Document, Vec<(LapseKind, Place)>) {
    let (document, lapses) = Document::read_leniently(text, &Limits::default()).unwrap();
    let told = lapses.iter().map(|lapse| {
        assert_eq!(lapse.fault.place, lapse.span.start);
        assert!(!lapse.fault.what.is_empty() && !lapse.fault.mend.is_empty());
        (lapse.kind, lapse.span.start)
    });
    let told = told.collect();
    (document, told)
}

fn check(text: &str, meaning: &Value, lapses: &[(LapseKind, u32, u32)]) {
    let (document, told) = read(text);
    assert_eq!(document.root().to_json(), *meaning, "{text}");
    let expected: Vec<_> =
        lapses.iter().map(|(kind, line, column)| (*kind, Place { line: *line, column: *column })).collect();
    assert_eq!(told, expected, "{text}");
}

#[test]
fn what_is_in_order_has_no_lapses() {
    check("a: &x [1]\n'200': *x\n", &json!({"a": [1], "200": [1]}), &[]);
}

#[test]
fn the_last_of_several_equal_keys_counts() {
    let twice = LapseKind::DuplicateKey;
    check("{\"foo\":true,\"foo\":false}", &json!({"foo": false}), &[(twice, 1, 13)]);
    check("a: {b: 1}\nc: 2\na: {d: 3}\na: 4\n", &json!({"c": 2, "a": 4}), &[(twice, 3, 1), (twice, 4, 1)]);
    let (document, _) = read("a: {b: 1}\na: [2]\n");
    let values: Vec<_> = document.nodes().map(|node| node.pointer()).collect();
    assert_eq!(values, ["", "/a", "/a/0"], "what was written first is in the text, not in the tree");
    assert_eq!(document.root().bytes(), 0..16);
}

#[test]
fn the_last_of_equal_keys_counts_in_a_large_map_too() {
    let mut text: String = (0..100).map(|n| format!("k{n}: {n}\n")).collect();
    text.push_str("k7: last\nk99: last\n");
    let (document, told) = read(&text);
    assert_eq!(told.len(), 2);
    let root = document.root();
    assert_eq!(root.entries().count(), 100);
    assert_eq!(root.get("k7").and_then(|node| node.as_str()), Some("last"));
    assert_eq!(root.get("k99").and_then(|node| node.as_str()), Some("last"));
    assert_eq!(root.get("k8").and_then(|node| node.as_i64()), Some(8));
}

#[test]
fn keys_that_are_no_text_are_told_with_what_they_are() {
    let key = LapseKind::KeyIsNoText;
    check(
        "200: a\n'201': b\ntrue: c\n~: d\n1.5: e\n0x1F: f\nno: g\n",
        &json!({"200": "a", "201": "b", "true": "c", "~": "d", "1.5": "e", "0x1F": "f", "no": "g"}),
        &[
            (key(Kind::Integer), 1, 1),
            (key(Kind::Bool), 3, 1),
            (key(Kind::Null), 4, 1),
            (key(Kind::Number), 5, 1),
            (key(Kind::Integer), 6, 1),
        ],
    );
}

#[test]
fn merge_keys_bring_what_is_not_there() {
    let merge = LapseKind::MergeKey;
    check(
        "a: &a {x: 1, y: 2}\nb: {y: 3, <<: *a, z: 4}\n",
        &json!({"a": {"x": 1, "y": 2}, "b": {"y": 3, "x": 1, "z": 4}}),
        &[(merge, 2, 11)],
    );
    check(
        "a: &a {x: {w: 1}, y: 2}\nb:\n  <<: *a\n  x: 3\n",
        &json!({"a": {"x": {"w": 1}, "y": 2}, "b": {"y": 2, "x": 3}}),
        &[(merge, 3, 3)],
    );
    check(
        "a: &a {x: 1}\nb: &b {x: 2, y: 3}\nc:\n  <<: [*a, *b]\n  z: 4\n",
        &json!({"a": {"x": 1}, "b": {"x": 2, "y": 3}, "c": {"x": 1, "y": 3, "z": 4}}),
        &[(merge, 4, 3)],
    );
    check(
        "a: &a {x: 1}\nb: &b\n  <<: *a\n  y: 2\nc: [{<<: *b}, *b]\n",
        &json!({"a": {"x": 1}, "b": {"x": 1, "y": 2}, "c": [{"x": 1, "y": 2}, {"x": 1, "y": 2}]}),
        &[(merge, 3, 3), (merge, 5, 6)],
    );
    check("a: {<<: {x: 1}, '<<': 2}\n", &json!({"a": {"x": 1, "<<": 2}}), &[(merge, 1, 5)]);
    check("a: {<<: 1, b: 2}\n", &json!({"a": {"b": 2}}), &[(merge, 1, 5), (merge, 1, 9)]);
}

#[test]
fn what_was_merged_has_the_pointer_of_where_it_came_to() {
    let (document, _) = read("a: &a {x: [1]}\nb:\n  <<: *a\n");
    let node = document.at("/b/x/0").unwrap();
    assert_eq!(node.pointer(), "/b/x/0");
    assert_eq!(node.place(), document.at("/a/x/0").unwrap().place());
    assert_eq!(document.at("/b").unwrap().entries().map(|(key, _)| key.text).collect::<Vec<_>>(), ["x"]);
}

#[test]
fn tags_anchors_on_keys_and_odd_numbers_are_read_over() {
    check(
        "a: !mine {b: !!binary aGk=}\n&k c: .inf\nd: !!int 5\ne: !!int x\nf: \"\\0\"\n",
        &json!({"a": {"b": "aGk="}, "c": ".inf", "d": 5, "e": "x", "f": "\u{0}"}),
        &[
            (LapseKind::Tag, 1, 4),
            (LapseKind::Tag, 1, 14),
            (LapseKind::AnchorOnKey, 2, 4),
            (LapseKind::Number, 2, 7),
            (LapseKind::Tag, 4, 4),
            (LapseKind::Nul, 5, 4),
        ],
    );
    check("a: 2026-01-31\nb: 2026-01-31T10:00:00Z\n", &json!({"a": "2026-01-31", "b": "2026-01-31T10:00:00Z"}), &[]);
}

#[test]
fn a_lapse_leads_to_its_node() {
    let text = "responses:\n  200:\n    description: ''\n";
    let (document, lapses) = Document::read_leniently(text, &Limits::default()).unwrap();
    assert_eq!(lapses[0].node(&document).pointer(), "/responses/200");
    assert_eq!(
        (lapses[0].span.start, lapses[0].span.end),
        (Place { line: 2, column: 3 }, Place { line: 2, column: 6 })
    );
}

#[test]
fn no_more_than_a_thousand_are_told() {
    let text = "a: 1\n".repeat(100_000);
    let (document, told) = read(&text);
    assert_eq!((told.len(), document.nodes().count()), (1_000, 2));
}

#[test]
fn merging_is_bounded() {
    let mut text = String::from("a0: &a0 {k0: 1, l0: 2}\n");
    for level in 1..40 {
        let last = level - 1;
        text.push_str(&format!("a{level}: &a{level} {{k{level}: {{<<: *a{last}}}, l{level}: {{<<: *a{last}}}}}\n"));
    }
    let fault = Document::read_leniently(&text, &Limits::default()).unwrap_err();
    assert!(fault.what.contains("expand to too much"), "{fault}");
}

#[test]
fn what_cannot_be_read_over_is_a_fault() {
    for (text, words) in [
        ("a: [1", "never closed"),
        ("? [a]\n: 1\n", "where a key is expected"),
        ("a: *b\n", "not written before"),
        ("a: &a [*a]\n", "inside its own anchor"),
    ] {
        let fault = Document::read_leniently(text, &Limits::default()).unwrap_err();
        assert!(fault.what.contains(words), "{fault}");
    }
}
