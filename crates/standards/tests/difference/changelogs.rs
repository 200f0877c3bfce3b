//! Is a changelog complete, in order, and harmless to whoever reads it?

use hansom_standards::{
    difference::{
        Difference,
        changelog::{self, Counts, Names},
    },
    report::Look,
};
use serde_json::Value;

use crate::contract::compare;

const NAMES: Names<'_> = Names { old: "old.yaml", new: "new.yaml" };

/// Two operations, one with a harmless change, the other with one that breaks callers; and a difference that nobody
/// understands. The texts try to do more than be read.
fn difference() -> Difference {
    let of = |version: &str, first: &str, second: &str, tag: &str| {
        format!(
            "openapi: 3.1.0\ninfo: {{ title: T, version: {version} }}\npaths:\n  /a:\n    get:\n      tags: [{tag}]\n      \
             parameters: [{first}]\n      responses: {{ '200': {{ description: d }} }}\n  /b:\n    get:\n      \
             parameters: [{second}]\n      responses: {{ '200': {{ description: d }} }}\n"
        )
    };
    let old = of("1.0.0", "", "{ in: query, name: q, schema: { xml: {} } }", "a");
    let new = of(
        "1.1.0",
        r#"{ in: query, name: "<img src=x onerror=alert(1)> \u001b[31m [y](z)" }"#,
        "{ in: query, name: q, schema: { xml: { name: n } } }, { in: query, name: r, required: true }",
        "a",
    );
    compare(&old, &new)
}

#[test]
fn what_breaks_callers_comes_first_in_every_operation() {
    let text = changelog::pretty(&difference(), NAMES, Look::default());
    let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("{part} is not in\n{text}"));
    assert!(at("The whole document") < at("GET /a"));
    assert!(at("GET /a") < at("GET /b"));
    assert!(at("[new-required-request-parameter]") < at("Not understood by any check"));
    assert!(text.contains("new.yaml:11:74"), "{text}");
    assert!(text.ends_with(
        "4 changes: 2 breaking, 1 harmless and 1 that no check understands\n\
         Callers of the old contract break. A new major version is needed: it goes from 1.0.0 to 1.1.0, which is not enough.\n"
    ), "{text}");
    assert!(!text.contains('\u{1b}'), "no colours were asked for, and no contract brings its own");
    let coloured = changelog::pretty(&difference(), NAMES, Look { colours: true, ..Look::default() });
    assert!(coloured.contains("\u{1b}[1;31mbreaking"));
}

#[test]
fn a_long_list_is_cut_and_says_so() {
    let of = |count: usize| {
        let parameters: Vec<String> = (0..count).map(|number| format!("{{ in: query, name: p{number} }}")).collect();
        let parameters = parameters.join(", ");
        format!(
            "openapi: 3.1.0\ninfo: {{ title: T, version: 1.0.0 }}\npaths: {{ /a: {{ get: {{ parameters: [{parameters}] }} }} }}"
        )
    };
    let difference = compare(&of(0), &of(30));
    let text = changelog::pretty(&difference, NAMES, Look::default());
    assert!(text.contains("… and 10 more (--all shows them)"), "{text}");
    let all = changelog::pretty(&difference, NAMES, Look { all: true, ..Look::default() });
    assert_eq!(all.matches("[new-optional-request-parameter]").count(), 30);
}

#[test]
fn markdown_and_html_show_a_contract_s_text_as_text() {
    let (markdown, html) = (changelog::markdown(&difference(), NAMES), changelog::html(&difference(), NAMES));
    for text in [&markdown, &html] {
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(text.contains("new-required-request-parameter"), "{text}");
        assert!(text.contains("which is not enough"), "{text}");
        assert!(text.contains("Not understood by any check"), "{text}");
    }
    assert!(markdown.starts_with("# Changes from `old.yaml` to `new.yaml`\n"));
    assert!(markdown.contains("`<img src=x onerror=alert(1)> �[31m [y](z)`"), "as code: {markdown}");
    assert!(!html.contains("<img"), "{html}");
    assert!(html.starts_with("<!doctype html>\n<html lang=\"en\">"));
    assert!(html.contains("<code>&lt;img src=x onerror=alert(1)&gt; �[31m [y](z)</code>"), "{html}");
    let fragment = changelog::html_fragment(&difference());
    assert!(html.contains(&fragment) && !fragment.contains("<html"));
}

#[test]
fn json_says_everything() {
    let difference = difference();
    let json: Value = serde_json::from_str(&changelog::json(&difference, NAMES)).expect("it is JSON");
    assert_eq!(json["breaking"], true);
    assert_eq!(json["counts"]["breaking"], 2);
    assert_eq!(
        json["version"],
        serde_json::json!({
            "old": "1.0.0", "new": "1.1.0", "needed": "major", "done": "minor", "enough": false
        })
    );
    let changes = json["changes"].as_array().expect("changes are a list");
    assert_eq!(changes.len(), difference.changes.len());
    let required = changes.iter().find(|change| change["id"] == "new-required-request-parameter").expect("it is told");
    assert_eq!(required["level"], "error");
    assert_eq!(required["direction"], "request");
    assert_eq!(required["operation"], serde_json::json!({ "method": "GET", "path": "/b" }));
    assert_eq!(required["new"], serde_json::json!({ "file": "new.yaml", "line": 11, "column": 74 }));
    assert_eq!(json["unhandled"][0]["keyword"], "xml");
}

#[test]
fn counts_are_told_in_words() {
    for (counts, words) in [
        (Counts::default(), "no changes"),
        (Counts { breaking: 1, ..Counts::default() }, "1 change: 1 breaking"),
        (
            Counts { warning: 1, information: 2, ..Counts::default() },
            "3 changes: 1 that may break callers and 2 harmless",
        ),
    ] {
        assert_eq!(counts.in_words(), words);
    }
}
