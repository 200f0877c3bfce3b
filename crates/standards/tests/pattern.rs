//! Are the regular expressions of rulesets read as JavaScript reads them, and bounded?

use hansom_standards::pattern::{Cut, Pattern};
use proptest::prelude::*;

#[track_caller]
fn check(pattern: &str, matching: &[&str], others: &[&str]) {
    let read = Pattern::parse(pattern).unwrap_or_else(|fault| panic!("{pattern}: {fault}"));
    for text in matching {
        assert_eq!(read.is_match(text), Ok(true), "{pattern} matches {text:?}");
    }
    for text in others {
        assert_eq!(read.is_match(text), Ok(false), "{pattern} does not match {text:?}");
    }
}

#[test]
fn a_pattern_is_written_with_slashes_and_flags_or_without() {
    check("^a", &["abc"], &["Abc", "/^a/"]);
    check("/^a/", &["abc"], &["Abc"]);
    check("/^a/i", &["abc", "Abc"], &["ba"]);
    check("/^b/m", &["a\nb"], &["ab"]);
    check("/a.b/s", &["a\nb"], &["ab"]);
    check("/a/gu", &["ba"], &["b"]);
    check("/b/y", &["b"], &["ab"]);
    // No pattern between the slashes: they stand for themselves.
    check("//", &["http://x"], &["http:x"]);
    check("/a/B", &["x/a/B"], &["a"]);
}

#[test]
fn classes_are_of_ascii_and_the_end_is_the_end() {
    check(r"^\d+$", &["12"], &["١٢", "12\n", ""]);
    check(r"^\w+$", &["a_1"], &["é", "a-b"]);
    check(r"^\s$", &[" ", "\u{feff}", "\u{2003}", "\t"], &["a", "\u{85}", ""]);
    check(r"^\W\D\S$", &["éaé"], &["aaa"]);
    check(r"\bcat\b", &["a cat.", "écaté"], &["cats"]);
    check(r"\Bcat", &["xcat"], &["cat"]);
    check("^.$", &["a", "é"], &["\n", "\r", "\u{2028}", ""]);
    check("[^]", &["\n"], &[""]);
    check("[]", &[], &["", "a"]);
}

#[test]
fn characters_stand_for_themselves_where_javascript_lets_them() {
    check(r".*\/{.*}.*", &["/a/{id}"], &["/a/id"]);
    check("a]b}c{d", &["a]b}c{d"], &["abcd"]);
    check(r"^\-\#\&\~\ \@$", &["-#&~ @"], &[]);
    check("^[a&&b[~~d-]$", &["&", "[", "-", "~"], &["a]"]);
    check(r"^[\]\\^-]+$", &[r"]\^-"], &["a"]);
    check(r"^[\w-.]+$", &["a-b."], &["a b"]);
    check(r"^[+--]+$", &["+,-"], &["."]);
    check(r"^\u0041\x42\103\t$", &["ABC\t"], &["abc"]);
    check(r"^\uD83D\uDE00$", &["\u{1F600}"], &[]);
    check(r"/^\u{1F600}$/u", &["\u{1F600}"], &["u"]);
    check(r"^\u{2}$", &["uu"], &["u"]);
    check(r"/^\p{Lu}\P{L}$/u", &["É1"], &["é1"]);
    check(r"^\p{2}$", &["pp"], &["É"]);
    check(r"[\b]", &["\u{8}"], &["b"]);
    check(r"^\cJ$", &["\n"], &["J"]);
    check("a{,2}", &["a{,2}"], &["aa"]);
}

#[test]
fn groups_look_around_and_refer_back() {
    check("^(?!add|remove)[a-z]+$", &["list"], &["addition", "remove"]);
    check("(?<=a)b(?=c)", &["abc"], &["bc", "ab"]);
    check("(?<!a)b", &["cb"], &["ab"]);
    check(r"^(a|b)\1$", &["aa", "bb"], &["ab"]);
    check(r"^(?<first>a|b)-\k<first>$", &["a-a"], &["a-b"]);
    check(r"^(?:ab){2,3}?$", &["abab", "ababab"], &["ab"]);
    check(r"^((?!_webhooks).)*$", &["/rents"], &["/_webhooks/rents"]);
    // There is no tenth group, so it is a character in octal.
    check(r"(.)\10", &["a\u{8}"], &["aa0"]);
}

#[test]
fn groups_are_given_by_their_places() {
    let pattern = Pattern::parse("(b)(x)?(c)").expect("it can be read");
    assert_eq!(pattern.captures("abcd", 0), Ok(Some(vec![Some(1..3), Some(1..2), None, Some(2..3)])));
    assert_eq!(pattern.captures("abcd", 2), Ok(None));
}

#[test]
fn what_is_no_pattern_is_refused() {
    let cases = [
        ("(", "has a group that is not closed"),
        (")", "closes a group that is not open"),
        ("[a", "has a class that is not closed"),
        ("[b-a]", "has a range `b-a` that ends before it begins"),
        ("*a", "has a `*` that repeats nothing"),
        ("a**", "has a `*` that repeats nothing"),
        ("a{2}{3}", "has a `{3}` that repeats nothing"),
        ("a\\", "ends with a backslash"),
        ("(?i)a", "has a group that begins with `(?` and nothing known"),
        ("/a/x", "`x` is no flag"),
        ("/a/ii", "the flag `i` is set twice"),
        (r"/\y/u", r"has a `\y` that means nothing"),
        ("a{2,1}", "has a `{2,1}` that ends before it begins"),
    ];
    for (pattern, expected) in cases {
        let fault = Pattern::parse(pattern).expect_err(pattern).to_string();
        assert!(fault.contains(expected), "{pattern}: {fault}");
    }
}

#[test]
fn patterns_that_would_never_end_are_cut() {
    let text = format!("{}!", "a".repeat(5_000));
    // These run in linear time.
    for pattern in ["^(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*a){12}$"] {
        assert_eq!(Pattern::parse(pattern).expect(pattern).is_match(&text), Ok(false), "{pattern}");
    }
    for pattern in [r"^((?=a)a+)+$", r"^(a+)+\1$|^((?!b)a|a)*$", r"^(?=.)(?:(a|a\1)+)+(?=b)$"] {
        let pattern = Pattern::parse(pattern).expect(pattern);
        for _ in 0..50 {
            assert_eq!(pattern.is_match(&text), Err(Cut), "{pattern:?}");
        }
    }
    let around = Pattern::parse("(?=a)").expect("it can be read");
    assert_eq!(around.is_match(&"b".repeat(100_000)), Err(Cut));
}

#[test]
fn patterns_that_would_grow_too_large_are_refused() {
    for pattern in
        ["a{1000}{1000}{1000}".replace("}{", "}){").replacen('a', "((a", 1), r"(?=x)((\w{500}){500}){500}".to_owned()]
    {
        let fault = Pattern::parse(&pattern).expect_err(&pattern);
        assert!(fault.what.contains("is no regular expression that can be run"), "{fault}");
    }
    assert!(Pattern::parse(&"a".repeat(10_001)).is_err());
    assert!(Pattern::parse(&"(".repeat(5_000)).is_err());
    assert!(Pattern::parse(&format!("{}a{}", "(?:".repeat(49), ")".repeat(49))).is_ok());
}

proptest! {
    #[test]
    fn reading_and_matching_never_panic(pattern in r"[\[\](){}^$.*+?|\\a-e0-3,:=!<>&\-~kupdwsbB]{0,20}", text in ".{0,20}") {
        for pattern in [pattern.clone(), format!("/{pattern}/ius")] {
            if let Ok(read) = Pattern::parse(&pattern) {
                let _ = read.is_match(&text);
                let _ = read.captures(&text, 0);
            }
        }
    }
}
