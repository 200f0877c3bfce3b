//! Does every node and key know where it was written?

use hansom_standards::{Document, Place, document::Kind};

/// The texts of all keys and values as they were written, in order: `pointer=text`, and `pointer:text` for a key.
fn written(text: &str) -> Vec<String> {
    let document = Document::parse(text).unwrap();
    let mut all = Vec::new();
    for node in document.nodes() {
        let pointer = node.pointer();
        if let Some(key) = node.key() {
            all.push(format!("{pointer}:{}", &text[key.bytes()]));
        }
        all.push(format!("{pointer}={}", &text[node.bytes()]));
    }
    all
}

fn check(text: &str, expected: &[&str]) {
    assert_eq!(written(text), expected, "{text}");
}

#[test]
fn scalars_are_where_they_were_written_with_their_quotes() {
    check("a: b\n", &["=a: b", "/a:a", "/a=b"]);
    check("'a' : \"b\\n\" # c\n", &["='a' : \"b\\n\"", "/a:'a'", "/a=\"b\\n\""]);
    check("a: 'it''s'", &["=a: 'it''s'", "/a:a", "/a='it''s'"]);
    check("a: one\n  two\n\nb: -1.5\n", &["=a: one\n  two\n\nb: -1.5", "/a:a", "/a=one\n  two", "/b:b", "/b=-1.5"]);
    check("a: \"b\n  c\"\n", &["=a: \"b\n  c\"", "/a:a", "/a=\"b\n  c\""]);
    check("a: \u{1F680}é\nb: é", &["=a: \u{1F680}é\nb: é", "/a:a", "/a=\u{1F680}é", "/b:b", "/b=é"]);
    check("just a text\n", &["=just a text"]);
}

#[test]
fn block_texts_begin_with_their_sign_and_end_with_their_last_line() {
    check("a: |\n  b\n  c\n\n\nd: e\n", &["=a: |\n  b\n  c\n\n\nd: e", "/a:a", "/a=|\n  b\n  c", "/d:d", "/d=e"]);
    check("a: >- # why > and |\n  b\n", &["=a: >- # why > and |\n  b", "/a:a", "/a=>- # why > and |\n  b"]);
    check("a: |+\n  b\n\n\n", &["=a: |+\n  b\n\n\n", "/a:a", "/a=|+\n  b\n\n\n"]);
    check("a: &x !!str |2\n    b", &["=a: &x !!str |2\n    b", "/a:a", "/a=|2\n    b"]);
    check("- |\n  b\n- >\n\n  c\n", &["=- |\n  b\n- >\n\n  c", "/0=|\n  b", "/1=>\n\n  c"]);
    check("a: | \nb: c\n", &["=a: | \nb: c", "/a:a", "/a=|", "/b:b", "/b=c"]);
}

#[test]
fn block_lists_begin_with_their_dash_and_block_maps_with_their_key() {
    check("a:\n- b\n", &["=a:\n- b", "/a:a", "/a=- b", "/a/0=b"]);
    check("a: # - no\n  - b\n", &["=a: # - no\n  - b", "/a:a", "/a=- b", "/a/0=b"]);
    check(
        "a: &x\n- - b\n  - c\n",
        &["=a: &x\n- - b\n  - c", "/a:a", "/a=- - b\n  - c", "/a/0=- b\n  - c", "/a/0/0=b", "/a/0/1=c"],
    );
    check(
        "a:\n- # - no\n  b: c\n",
        &["=a:\n- # - no\n  b: c", "/a:a", "/a=- # - no\n  b: c", "/a/0=b: c", "/a/0/b:b", "/a/0/b=c"],
    );
    check(
        "a:\n  b: c\n\n# end\nd: e\n",
        &["=a:\n  b: c\n\n# end\nd: e", "/a:a", "/a=b: c", "/a/b:b", "/a/b=c", "/d:d", "/d=e"],
    );
    check("---\na: b\n...\n", &["=a: b", "/a:a", "/a=b"]);
}

#[test]
fn lists_and_maps_in_brackets_are_there_from_bracket_to_bracket() {
    check(
        "a: [ b, {c : d} ] # e\n",
        &["=a: [ b, {c : d} ]", "/a:a", "/a=[ b, {c : d} ]", "/a/0=b", "/a/1={c : d}", "/a/1/c:c", "/a/1/c=d"],
    );
    check(
        "[a: b, ? c : d, {e}]",
        &[
            "=[a: b, ? c : d, {e}]",
            "/0=a: b",
            "/0/a:a",
            "/0/a=b",
            "/1=? c : d",
            "/1/c:c",
            "/1/c=d",
            "/2={e}",
            "/2/e:e",
            "/2/e=",
        ],
    );
    check("[ ]", &["=[ ]"]);
}

#[test]
fn json_is_where_it_was_written() {
    check(
        "{\r\n  \"a\" : [1, true, null ],\r\n  \"\\u0062\": \"\\ud83d\\ude80\"\r\n}\r\n",
        &[
            "={\r\n  \"a\" : [1, true, null ],\r\n  \"\\u0062\": \"\\ud83d\\ude80\"\r\n}",
            "/a:\"a\"",
            "/a=[1, true, null ]",
            "/a/0=1",
            "/a/1=true",
            "/a/2=null",
            "/b:\"\\u0062\"",
            "/b=\"\\ud83d\\ude80\"",
        ],
    );
}

#[test]
fn a_missing_value_is_behind_its_colon_or_dash_and_takes_no_room() {
    let text = "a:\nb: # c\nd:\n-\n- e: \n";
    let document = Document::parse(text).unwrap();
    for (pointer, byte) in [("/a", 2), ("/b", 5), ("/d/0", 14), ("/d/1/e", 19)] {
        let node = document.at(pointer).unwrap();
        assert_eq!((node.kind(), node.bytes()), (Kind::Null, byte..byte), "{pointer}");
    }
    assert_eq!(document.at("/d").unwrap().bytes(), 13..19, "a list ends with the missing value of its last item");
}

#[test]
fn what_came_through_an_alias_is_where_its_anchor_is_and_its_key_where_the_alias_is() {
    let text = "a: &x {b: c}\nd: *x\n";
    let document = Document::parse(text).unwrap();
    let (anchored, copied) = (document.at("/a").unwrap(), document.at("/d").unwrap());
    assert_eq!(copied.bytes(), anchored.bytes());
    assert_eq!(&text[copied.key().unwrap().bytes()], "d");
    assert_eq!(&text[document.root().bytes()], "a: &x {b: c}\nd: *x", "what is around it ends with the alias");
}

#[test]
fn lines_and_columns_are_counted_in_characters_from_one() {
    let place = |line, column| Place { line, column };
    for newline in ["\n", "\r\n", "\r"] {
        let text = ["é\u{1F680}: \"\u{1F680}\" # \u{1F680}", "b: [\u{1F680}, c]", ""].join(newline);
        let document = Document::parse(&text).unwrap();
        let span = |pointer: &str| document.at(pointer).unwrap().span();
        let first = span("/é\u{1F680}");
        assert_eq!((first.start, first.end), (place(1, 5), place(1, 8)), "{newline:?}");
        let second = span("/b/1");
        assert_eq!((second.start, second.end), (place(2, 8), place(2, 9)), "{newline:?}");
        let key = document.at("/b").unwrap().key().unwrap().span();
        assert_eq!((key.start, key.end), (place(2, 1), place(2, 2)), "{newline:?}");
        assert_eq!(document.byte_of(second.start), Some(document.at("/b/1").unwrap().bytes().start), "{newline:?}");
    }
}
