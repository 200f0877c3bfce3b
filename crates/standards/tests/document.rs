//! Does a document say what its text says, where it says it, and does it refuse what it must?

use std::fmt::Write as _;

use hansom_standards::{Document, Fault, Limits, Node, Place, document::Kind};
use serde_json::json;

fn refused(text: &str) -> Fault {
    match Document::parse(text) {
        Ok(document) => panic!("should be refused, but reads as {}", document.root().to_json()),
        Err(fault) => fault,
    }
}

fn check_refused(text: &str, line: u32, column: u32, words: &str) {
    let fault = refused(text);
    assert!(fault.what.contains(words), "{fault} should say {words:?}");
    assert_eq!(fault.place, Place { line, column }, "{fault}");
    assert!(!fault.mend.is_empty(), "{fault} should say what to do");
}

#[test]
fn every_node_and_key_has_its_line_and_column() {
    let document = Document::parse("a:\n  b: [x, 'y']\n  \"c\": {d: 1}\n").unwrap();
    let place = |pointer: &str| document.at(pointer).unwrap().place().to_string();
    assert_eq!(place("/a/b"), "line 2, column 6");
    assert_eq!(place("/a/b/1"), "line 2, column 10");
    assert_eq!(place("/a/c/d"), "line 3, column 12");
    let keys: Vec<_> =
        document.at("/a").unwrap().entries().map(|(key, _)| (key.text.to_owned(), key.place().to_string())).collect();
    assert_eq!(
        keys,
        [("b".to_owned(), "line 2, column 3".to_owned()), ("c".to_owned(), "line 3, column 3".to_owned())]
    );
}

#[test]
fn a_pointer_leads_to_the_node_that_says_it() {
    let document = Document::parse("paths:\n  /a/{id}~:\n    - {get: 1}\n").unwrap();
    let pointer = "/paths/~1a~1{id}~0/0/get";
    let node = document.at(pointer).unwrap();
    assert_eq!(node.as_i64(), Some(1));
    assert_eq!(node.pointer(), pointer);
    assert!(document.at("/paths/nothing").is_none());
    assert!(document.at("no-slash").is_none());
    assert!(document.at("/paths/~1a~1{id}~0/00").is_none());
}

#[test]
fn bad_input_104_norway_is_a_text_and_a_huge_number_a_number() {
    let document = Document::parse(
        "norway: no\nquoted: \"true\"\nnumber: 1.50\nday: 2026-01-31\nversion: '1.0'\nnothing:\nhuge: 99999999999999999999\nblock: |\n  12\n",
    )
    .unwrap();
    assert_eq!(
        document.root().to_json(),
        json!({"norway": "no", "quoted": "true", "number": 1.5, "day": "2026-01-31", "version": "1.0",
            "nothing": null, "huge": 1e20, "block": "12\n"})
    );
    assert_eq!(document.at("/huge").unwrap().kind(), Kind::Integer);
}

#[test]
fn keys_that_look_like_numbers_become_text() {
    let document = Document::parse("200: ok\n4XX: no\ntrue: yes\n").unwrap();
    assert_eq!(document.root().get("200").unwrap().as_str(), Some("ok"));
    assert_eq!(document.root().get("true").unwrap().as_str(), Some("yes"));
}

#[test]
fn json_is_read_with_its_own_escapes() {
    let text = r#"{"a\/b":"\u00e9\n\"\\\ud83d\ude80","after":[1,-2.5e3,true,null],
	"tab":"x"}"#;
    let document = Document::parse(text).unwrap();
    let expected: serde_json::Value = serde_json::from_str(text).unwrap();
    assert_eq!(document.root().to_json(), expected);
    let column = text.find("[1").unwrap() + 1;
    assert_eq!(
        document.at("/after").unwrap().place(),
        Place { line: 1, column: u32::try_from(column).unwrap() },
        "columns are those of the text as it was written"
    );
}

#[test]
fn half_a_character_is_refused() {
    check_refused(r#"{"a": "\ud83d"}"#, 1, 7, "half a character");
}

#[test]
fn bad_input_106_a_comment_in_json_is_named() {
    check_refused("{\n  // hello\n  \"a\": 1\n}", 2, 3, "comment");
}

#[test]
fn bad_input_104_a_key_written_twice_is_refused_with_both_lines() {
    check_refused("a: 1\nb: 2\na: 3\n", 3, 1, "first on line 1");
    check_refused(r#"{"a": {"b": 1, "b": 2}}"#, 1, 16, "written twice");
}

#[test]
fn bad_input_104_tags_are_refused() {
    check_refused("a: !!python/object/apply:os.system ['ls']\n", 1, 4, "tag");
    check_refused("a: !mine 1\n", 1, 4, "tag");
    check_refused("a: !!binary aGk=\n", 1, 4, "tag");
}

#[test]
fn the_text_tag_makes_a_text() {
    let document = Document::parse("a: !!str 12\n").unwrap();
    assert_eq!(document.at("/a").unwrap().as_str(), Some("12"));
}

#[test]
fn bad_input_104_tabs_nul_utf16_and_byte_order_marks_are_refused_with_a_place() {
    check_refused("a:\n\tb: 1\n", 2, 2, "tab");
    check_refused("a: 1\nb: x\0y\n", 2, 5, "NUL");
    check_refused("{\"a\": \"\\u0000\"}", 1, 7, "NUL");
    check_refused("o\0p\0e\0n\0", 1, 2, "UTF-16");
    check_refused("\u{FEFF}a: 1\n", 1, 1, "byte order mark");
}

#[test]
fn a_second_document_is_refused() {
    check_refused("a: 1\n---\nb: 2\n", 2, 1, "second document");
}

#[test]
fn one_document_with_marks_around_it_is_fine() {
    let document = Document::parse("---\na: 1\n...\n").unwrap();
    assert_eq!(document.root().to_json(), json!({"a": 1}));
}

#[test]
fn bad_input_106_nothing_is_refused() {
    check_refused("", 1, 1, "empty");
    check_refused("# only a comment\n", 1, 1, "empty");
}

#[test]
fn bad_input_106_web_pages_and_archives_are_named() {
    check_refused("\n<!DOCTYPE html>\n<html><body>Sign in: now</body></html>", 2, 1, "HTML");
    check_refused("<?xml version=\"1.0\"?><a/>", 1, 1, "XML");
    check_refused("PK\u{3}\u{4}\0\0", 1, 1, "zip");
}

#[test]
fn what_is_wrong_with_the_writing_is_told_with_place_and_mend() {
    let table = [
        ("{\"a\": 1\n \"b\": 2}", 1, 8, "a comma is missing"),
        ("{\"a\": 1,, \"b\": 2}", 1, 9, "comma stands where a value"),
        ("{\"a\": [1, 2}", 1, 7, "is closed with `}`"),
        ("{\"a\": [1, 2]", 1, 1, "never closed"),
        ("{\"a\": \"b}", 1, 7, "never closed"),
        ("a: b: c\n", 1, 5, "colon"),
        ("a: one\n  two: 3\n", 2, 6, "colon"),
        ("a: \"b\\q\"\n", 1, 4, "escape that does not exist"),
        ("a: @b\n", 1, 4, "cannot begin with `@`"),
        ("a: 1\nb\n", 2, 1, "key with `:`"),
        ("a:\n  b: 1\n c: 2\n", 3, 2, "key with `:`"),
    ];
    for (text, line, column, words) in table {
        check_refused(text, line, column, words);
    }
}

#[test]
fn merge_keys_and_keys_that_are_no_text_are_refused() {
    check_refused("a: &a {x: 1}\nb:\n  <<: *a\n", 3, 3, "merge keys");
    check_refused("? [a, b]\n: 1\n", 1, 3, "where a key is expected");
    check_refused("{{a: 1}: 2}", 1, 2, "where a key is expected");
}

#[test]
fn numbers_that_json_cannot_carry_are_refused() {
    check_refused("a: .inf\n", 1, 4, "no number");
    check_refused("a: 1e999999\n", 1, 4, "too large");
}

#[test]
fn an_alias_is_the_value_of_its_anchor() {
    let document = Document::parse("a: &x {k: [1, 2]}\nb: *x\nc: [*x, &y 5, *y]\n").unwrap();
    assert_eq!(document.root().to_json(), json!({"a": {"k": [1, 2]}, "b": {"k": [1, 2]}, "c": [{"k": [1, 2]}, 5, 5]}));
    let copied = document.at("/c/0/k/1").unwrap();
    assert_eq!(copied.pointer(), "/c/0/k/1");
    assert_eq!(copied.place(), document.at("/a/k/1").unwrap().place());
}

#[test]
fn bad_input_104_an_alias_inside_its_own_anchor_is_refused() {
    check_refused("a: &x\n  b: *x\n", 2, 6, "inside its own anchor");
    check_refused("a: *nobody\n", 1, 4, "not written before it");
}

#[test]
fn bad_input_104_a_billion_laughs_are_refused() {
    let mut text = String::from("a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for level in 1..30 {
        let last = level - 1;
        text.push_str(&format!(
            "a{level}: &a{level} [*a{last}, *a{last}, *a{last}, *a{last}, *a{last}, *a{last}, *a{last}, *a{last}]\n"
        ));
    }
    assert!(refused(&text).what.contains("expand to too much"));
}

#[test]
fn bad_input_104_one_long_text_aliased_often_is_refused() {
    let text = format!("a: &a {}\nb: [{}]\n", "x".repeat(1_000_000), "*a, ".repeat(1_000));
    assert!(refused(&text).what.contains("expand to too much"));
}

#[test]
fn bad_input_104_aliases_cannot_dig_deeper_than_the_limit() {
    let mut text = String::from("a0: &a0 [x]\n");
    for level in 1..200 {
        text.push_str(&format!("a{level}: &a{level} [*a{}]\n", level - 1));
    }
    assert!(refused(&text).what.contains("levels deep"));
}

#[test]
fn bad_input_104_ten_thousand_levels_are_refused_in_every_style() {
    let deep = 10_000;
    let flow = format!("{}{}", "[".repeat(deep), "]".repeat(deep));
    let maps = format!("{}1{}", "{\"a\":".repeat(deep), "}".repeat(deep));
    let block = "- ".repeat(deep);
    let mut indented = String::new();
    for level in 0..2_000 {
        indented.push_str(&" ".repeat(level));
        indented.push_str("a:\n");
    }
    for text in [flow, maps, block, indented] {
        assert!(refused(&text).what.contains("levels deep"));
    }
}

#[test]
fn bad_input_104_fifty_megabytes_are_refused_by_their_size() {
    let text = "a".repeat(50 * 1024 * 1024);
    check_refused(&text, 1, 1, "the limit is 33554432");
}

#[test]
fn bad_input_107_a_legal_contract_of_twenty_megabytes_is_read() {
    let mut text = String::from("openapi: 3.1.0\npaths:\n");
    for nth in 0..5_000 {
        let description = "Says what is to be said, at length. ".repeat(110);
        writeln!(text, "  /things{nth}/{{id}}:\n    get:\n      operationId: getThing{nth}").unwrap();
        writeln!(text, "      description: {description}\n      responses: {{'200': {{description: Fine}}}}").unwrap();
    }
    assert!(text.len() > 20_000_000);
    let document = Document::parse(&text).unwrap();
    assert_eq!(document.at("/paths").unwrap().entries().count(), 5_000);
    let last = document.at("/paths/~1things4999~1{id}/get/operationId").unwrap();
    assert_eq!((last.as_str(), last.place().line), (Some("getThing4999"), 2 + 5 * 4_999 + 3));
}

#[test]
fn limits_can_be_narrowed() {
    let limits = Limits { nodes: 8, ..Limits::default() };
    let check = |text: &str, words: &str| {
        let fault = Document::parse_within(text, &limits).unwrap_err();
        assert!(fault.what.contains(words), "{fault}");
    };
    assert!(Document::parse_within("[1, 2]", &limits).is_ok());
    check(&"- 1\n".repeat(9), "more than 8 values");
    check("[1, 2, 3, 4, 5, 6, 7, 8]", "more than 8 values");
}

#[test]
fn items_of_long_lists_are_found() {
    let flat = (0..100).map(|n| n.to_string()).collect::<Vec<_>>().join(", ");
    let nested = (0..100).map(|n| format!("{{k: [{n}]}}")).collect::<Vec<_>>().join(", ");
    let document = Document::parse(&format!("a: &a [{flat}]\nb: &b [{nested}]\nc: [*b, *a]\nd: [[1], 2]\n")).unwrap();
    for pointer in ["/a/73", "/c/1/73", "/b/73/k/0", "/c/0/73/k/0"] {
        let node = document.at(pointer).unwrap();
        assert_eq!((node.as_i64(), node.pointer().as_str()), (Some(73), pointer));
    }
    assert_eq!(document.at("/d/1").and_then(|node| node.as_i64()), Some(2));
    for list in ["/a", "/b"] {
        let mut items = document.at(list).unwrap().items();
        let positions =
            [items.nth(3), items.next(), items.nth(90), items.nth(9)].map(|item| item.and_then(Node::position));
        assert_eq!(positions, [Some(3), Some(4), Some(95), None], "{list}");
        assert_eq!(document.at(list).unwrap().items().count(), 100);
    }
    for pointer in ["/a/100", "/b/100", "/c/2", "/d/2", "/a/-", "/a/01"] {
        assert!(document.at(pointer).is_none(), "{pointer}");
    }
}

#[test]
fn nodes_are_found_by_the_key_above_them() {
    let document = Document::parse("a: {$ref: x}\nb: [{'$ref': y, c: 1}]\n$ref: z\n").unwrap();
    let found: Vec<_> = document.nodes_under("$ref").filter_map(|node| node.as_str()).collect();
    assert_eq!(found, ["x", "y", "z"]);
    assert_eq!(document.nodes_under("d").count(), 0);
}

#[test]
fn keys_of_large_maps_are_found() {
    let text: String = (0..200).map(|n| format!("k{n}: {n}\n")).collect();
    let text = format!("a: &a\n{}b: *a\n", text.replace('k', "  k"));
    let document = Document::parse(&text).unwrap();
    for map in ["a", "b"] {
        let map = document.root().get(map).unwrap();
        assert_eq!(map.get("k150").and_then(|node| node.as_i64()), Some(150));
        assert!(map.get("k200").is_none());
    }
}

#[test]
fn broken_texts_are_refused_and_never_break_the_reader() {
    let seed = "openapi: 3.1.0\ninfo: {title: \"a\\u00e9\", version: '1.0.0'}\npaths:\n  /a:\n    - &x |\n      text\n    - *x\n    - \"q\": [1, 2.5, ~]\n...\n";
    let pool: Vec<char> = "{}[]:,-&*!|>'\"%@`#?\t\n\r \\\u{FEFF}\u{85}a0~<\u{1F680}".chars().collect();
    let mut state = 42_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    let mut read = 0;
    for _ in 0..20_000 {
        let mut text: Vec<char> = seed.chars().collect();
        for _ in 0..=next(4) {
            let at = next(text.len());
            match next(3) {
                0 => text[at] = pool[next(pool.len())],
                1 => text.insert(at, pool[next(pool.len())]),
                _ => drop(text.remove(at)),
            }
        }
        let text: String = text.into_iter().collect();
        match Document::parse(&text) {
            Ok(document) => {
                read += 1;
                document.root().to_json();
            }
            Err(fault) => assert!(!fault.what.is_empty()),
        }
    }
    assert!(read > 100, "some of the texts stay readable, {read} were");
}
