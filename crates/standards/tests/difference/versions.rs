//! Is the version that a change needs the one that it gets?

use hansom_standards::difference::{self, Bump, Levels, Question, Version};

use crate::contract::{read, today};

const SAME: &str = "get: { responses: { '200': { description: fine } } }";
const ADDED: &str =
    "get: { responses: { '200': { description: fine } } }\n    post: { responses: { '200': { description: fine } } }";
const REWORDED: &str = "get: { summary: what, responses: { '200': { description: other words } } }";
const DESCRIBED: &str =
    "get: { responses: { '200': { description: fine, content: { a/b: { schema: { description: new } } } } } }";
const UNDESCRIBED: &str =
    "get: { responses: { '200': { description: fine, content: { a/b: { schema: { description: old } } } } } }";

fn contract(version: &str, path: &str) -> String {
    format!("openapi: 3.1.0\ninfo: {{ title: T, version: '{version}' }}\npaths:\n  /a:\n    {path}\n")
}

#[test]
fn a_change_needs_its_version() {
    let cases = [
        (("1.0.0", SAME), ("1.0.0", SAME), Bump::None, Some(true), ""),
        (("1.0.0", SAME), ("1.0.1", SAME), Bump::None, Some(true), "api-version-bumped-for-nothing"),
        (("1.0.0", SAME), ("1.1.0", ADDED), Bump::Minor, Some(true), ""),
        (("1.0.0", SAME), ("1.0.1", ADDED), Bump::Minor, Some(false), "api-minor-version-not-bumped"),
        (("1.0.0", SAME), ("1.0.0", ADDED), Bump::Minor, Some(false), "api-minor-version-not-bumped"),
        (("1.0.0", SAME), ("2.0.0", ADDED), Bump::Minor, Some(true), ""),
        (("1.0.0", ADDED), ("1.0.0", SAME), Bump::Major, Some(false), "api-version-not-bumped"),
        (("1.1.0", ADDED), ("1.0.0", SAME), Bump::Major, Some(false), "api-version-decreased"),
        (("1.0.0", ADDED), ("1.1.0", SAME), Bump::Major, Some(false), "api-major-version-not-bumped"),
        (("1.0.0", ADDED), ("2.0.0", SAME), Bump::Major, Some(true), ""),
        // Before 1.0.0 the minor number has the part of the major one.
        (("0.1.0", ADDED), ("0.2.0", SAME), Bump::Major, Some(true), ""),
        (("0.1.0", ADDED), ("0.1.1", SAME), Bump::Major, Some(false), "api-major-version-not-bumped"),
        (("0.1.0", SAME), ("0.1.1", ADDED), Bump::Minor, Some(true), ""),
        // What is not semantic is not judged.
        (("2026-01-01", ADDED), ("2026-01-02", SAME), Bump::Major, None, ""),
        (("1.0.0", UNDESCRIBED), ("1.0.1", DESCRIBED), Bump::Patch, Some(true), ""),
    ];
    for ((old_version, old), (new_version, new), needed, enough, expected) in cases {
        let (old, new) = (contract(old_version, old), contract(new_version, new));
        let found = difference::compare(&read("old", &old), &read("new", &new), &Question::on(today()));
        let of_version: Vec<&str> = found
            .changes
            .iter()
            .map(|change| change.id)
            .filter(|id| id.starts_with("api-") && id.contains("version"))
            .collect();
        assert_eq!(of_version.join(" "), expected, "{old_version} → {new_version}");
        assert_eq!((found.needed.bump, found.needed.is_enough()), (needed, enough), "{old_version} → {new_version}");
    }
}

#[test]
fn other_words_anywhere_need_a_patch() {
    let (old, new) = (contract("1.0.0", SAME), contract("1.0.0", REWORDED));
    let found = difference::compare(&read("old", &old), &read("new", &new), &Question::on(today()));
    assert_eq!(found.needed.bump, Bump::Patch, "{found:?}");
}

#[test]
fn semantic_versions_are_told_from_others() {
    for text in ["1.2.3", "v1.2.3", "1.2.3-rc.1+7", "0.0.0", "1.2.3+001"] {
        assert!(Version::parse(text).is_some(), "{text}");
    }
    for text in [
        "1.2",
        "1.2.3.4",
        "01.2.3",
        "1.2.3-",
        "1.2.3-01",
        "1.2.3+",
        "",
        "2026-01-01",
        "1.2.x",
        "99999999999999999999.0.0",
    ] {
        assert!(Version::parse(text).is_none(), "{text}");
    }
}

#[test]
fn weights_may_be_given_as_oasdiff_takes_them() {
    let (old, new) = (contract("1.0.0", ADDED), contract("1.0.0", SAME));
    let with = |levels: &str| {
        let levels = Levels::parse(levels).unwrap_or_else(|fault| panic!("{fault}"));
        let question = Question { levels, ..Question::on(today()) };
        difference::compare(&read("old", &old), &read("new", &new), &question)
    };
    assert!(with("").is_breaking());
    let softened = with("# agreed with all callers\napi-removed-without-deprecation warn # until spring\n\n");
    assert!(!softened.is_breaking() && softened.needed.bump == Bump::Minor, "{softened:?}");
    assert!(with("api-removed-without-deprecation none\n").is_empty());
    for (levels, what) in [
        ("no-such-change err", "line 1, column 1: there is no change `no-such-change`"),
        ("\nendpoint-added fatal", "line 2, column 1: `endpoint-added` has no weight"),
        ("endpoint-added", "line 1, column 1: `endpoint-added` has no weight"),
    ] {
        let fault = Levels::parse(levels).expect_err(levels).to_string();
        assert!(fault.starts_with(what), "{fault}");
    }
}
