//! Does the real binary hold where a contract is very large, or where the rules themselves are broken or endless?
//!
//! The bounds are the kernel's: a process that needs more is killed. They are wide, since a debug build is what is tested
//! here and other things run beside it; `./bench` says how far below them a published build stays.

#![cfg(target_os = "linux")]

#[expect(dead_code, reason = "the platform's tests use more of the town")]
mod town;

use std::{
    fmt::Write,
    process::{Command, Stdio},
};

use town::{BINARY, Scratch};

/// Address space in KiB, and seconds of CPU.
const MEMORY: u32 = 1_500_000;
const SECONDS: u32 = 300;

struct Ran {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Ran {
    #[track_caller]
    fn says(&self, code: i32, words: &[&str]) {
        let told: String = self.out.chars().take(4_000).collect();
        assert_eq!(self.code, Some(code), "{told}\n{}", self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        for word in words {
            assert!(self.out.contains(word) || self.err.contains(word), "{word:?} is missing in {told}\n{}", self.err);
        }
    }
}

/// Runs the binary in a folder, within bounds that the kernel holds.
fn hansom(folder: &Scratch, arguments: &[&str]) -> Ran {
    let bounded = format!("ulimit -v {MEMORY} && ulimit -t {SECONDS} && exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.arg("-c").arg(bounded).arg(BINARY).args(arguments).current_dir(&folder.0).stdin(Stdio::null());
    let output = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("what is printed is UTF-8");
    Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// A contract of so many operations, each with about 4 KB of text.
fn large(operations: usize, version: &str) -> String {
    let words = "Trees stand in streets and parks, and somebody has to look after every one of them. ".repeat(45);
    let mut text =
        format!("{{\"openapi\":\"3.1.0\",\"info\":{{\"title\":\"Trees\",\"version\":\"{version}\"}},\"paths\":{{");
    for number in 0..operations {
        let comma = if number == 0 { "" } else { "," };
        write!(
                text,
                "{comma}\"/trees-{number}/{{id}}\":{{\"get\":{{\"operationId\":\"getTree{number}\",\"description\":\"{words}\",\
                 \"parameters\":[{{\"name\":\"id\",\"in\":\"path\",\"required\":true,\"schema\":{{\"$ref\":\"#/components/schemas/Id\"}}}}],\
                 \"responses\":{{\"200\":{{\"description\":\"The tree.\",\"content\":{{\"application/json\":{{\"schema\":\
                 {{\"$ref\":\"#/components/schemas/Tree{number}\"}}}}}}}}}}}}}}"
            )
            .unwrap();
    }
    text.push_str("},\"components\":{\"schemas\":{\"Id\":{\"type\":\"string\",\"maxLength\":36}");
    for number in 0..operations {
        // Chains of fifty, as long as real contracts have them.
        let next = if number % 50 == 49 { number - 49 } else { (number + 1) % operations };
        write!(
            text,
            ",\"Tree{number}\":{{\"type\":\"object\",\"properties\":{{\"id\":{{\"$ref\":\"#/components/schemas/Id\"}},\
                 \"next\":{{\"$ref\":\"#/components/schemas/Tree{next}\"}}}}}}"
        )
        .unwrap();
    }
    text.push_str("}}}");
    text
}

const TREES: &str =
    "openapi: 3.1.0\ninfo: { title: Trees, version: 1.0.0 }\npaths:\n  /trees: { get: { responses: {} } }\n";

#[test]
fn bad_input_107_five_thousand_operations_in_20_mb_are_linted_and_compared_within_bounds() {
    let folder = Scratch::new();
    let contract = large(5_000, "1.0.0");
    assert!((20_000_000..32_000_000).contains(&contract.len()), "{} bytes", contract.len());
    folder.write("large.json", &contract);
    folder.write("newer.json", &large(4_999, "2.0.0"));
    let ran = hansom(&folder, &["lint", "large.json"]);
    ran.says(1, &["large.json:1:", "… and ", "rules: "]);
    assert!(ran.out.len() < 1_000_000, "{} bytes are told where nobody asked for all", ran.out.len());
    hansom(&folder, &["lint", "large.json", "--ruleset", "spectral:oas", "--fail-on", "never"])
        .says(0, &["operation-tags"]);
    hansom(&folder, &["diff", "large.json", "newer.json", "--fail-on", "never"]).says(0, &["/trees-4999/{id}"]);
}

#[test]
fn bad_input_107_what_is_larger_than_all_bounds_is_refused_at_once() {
    let folder = Scratch::new();
    folder.write("huge.json", &format!("\"{}\"", "x".repeat(40 << 20)));
    hansom(&folder, &["lint", "huge.json"]).says(1, &["the file has more than 32 MB", "split it"]);
}

#[test]
fn bad_input_110_rules_that_are_broken_are_refused_with_their_place() {
    let folder = Scratch::new();
    folder.write("trees.yaml", TREES);
    for (flag, text, words) in [
        ("--profile", "profile: x\nedition: y\nrules: { URL-99: error }\n", &["URL-99"][..]),
        ("--profile", "profile: x\nedition: y\nrules: { URL-01: loud }\n", &["rules.yaml:3:18: this is no level"]),
        ("--profile", "profile: [\n", &["rules.yaml:"]),
        (
            "--ruleset",
            "rules: { x: { given: $, then: { function: pattern, functionOptions: { match: '(' } } } }\n",
            &["rules.yaml:1:"],
        ),
        ("--ruleset", "rules: { x: { given: paths, then: { function: truthy } } }\n", &["rules.yaml:1:"]),
        ("--ruleset", "extends: ./rules.yaml\nrules: {}\n", &["rules.yaml:1:"]),
        ("--ruleset", "", &["rules.yaml"]),
    ] {
        folder.write("rules.yaml", text);
        let ran = hansom(&folder, &["lint", "trees.yaml", flag, "rules.yaml"]);
        ran.says(2, words);
        assert_eq!(ran.out, "", "nothing is linted by half: {text}");
    }
}

/// A contract in which two to the power of sixty ways lead from the first schema to the last.
fn maze() -> String {
    let mut text = format!("{TREES}components:\n  schemas:\n    S60: {{ type: string }}\n");
    for number in 0..60 {
        let next = format!("{{ $ref: '#/components/schemas/S{}' }}", number + 1);
        writeln!(text, "    S{number}: {{ properties: {{ one: {next}, other: {next} }} }}").unwrap();
    }
    text
}

#[test]
fn bad_input_110_an_endless_path_is_cut_and_named_and_the_others_go_on() {
    let folder = Scratch::new();
    folder.write("trees.yaml", &maze());
    folder.write(
        "rules.yaml",
        "rules:\n  endless: { given: \"$..[?(@path && @path.indexOf('nowhere') > -1)]\", then: { function: falsy } }\n  \
         licence: { given: $.info, severity: error, then: { field: license, function: truthy } }\n",
    );
    let ran = hansom(&folder, &["lint", "trees.yaml", "--ruleset", "rules.yaml"]);
    ran.says(1, &["error[licence]", "endless", "looks at too much of this contract"]);
}

#[test]
fn bad_input_110_a_rule_that_always_fails_is_folded_and_one_that_cannot_work_is_named() {
    let folder = Scratch::new();
    let items: String = (0..20_000).map(|number| format!("  - value-{number}\n")).collect();
    folder.write("trees.yaml", &format!("{TREES}x-many:\n{items}"));
    folder.write(
        "rules.yaml",
        "rules:\n  always: { given: '$..*', severity: error, then: { function: undefined } }\n  \
             throws: { given: \"$..[?(@.a.b.c == 1)]\", then: { function: falsy } }\n",
    );
    let ran = hansom(&folder, &["lint", "trees.yaml", "--ruleset", "rules.yaml"]);
    ran.says(1, &["error[always]", "more of always", "throws", "counts as no match"]);
    assert!(ran.out.len() < 100_000, "{} bytes are told where nobody asked for all", ran.out.len());
}

#[test]
fn bad_input_110_a_pattern_that_backtracks_for_ever_is_refused_or_cut_and_named() {
    let folder = Scratch::new();
    folder.write("trees.yaml", &format!("{TREES}x-text: {}!\n", "a".repeat(5_000)));
    folder.write(
            "rules.yaml",
            "rules:\n  greedy: { given: '$.x-text', then: { function: pattern, functionOptions: { match: '^((?=a)a+)+$' } } }\n  \
             licence: { given: $.info, severity: error, then: { field: license, function: truthy } }\n",
        );
    let ran = hansom(&folder, &["lint", "trees.yaml", "--ruleset", "rules.yaml"]);
    ran.says(1, &["licence", "greedy", "takes too long"]);
}
