//! What does `hansom lint` say, in every format, and what does it leave behind?
#![expect(clippy::disallowed_methods, reason = "an end-to-end test is the outside: it has files")]

#[expect(dead_code, reason = "the platform's tests use more of the town")]
mod town;

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Command, Output, Stdio},
};

use quick_xml::{Reader, events::Event};
use serde_json::Value;
use town::{BINARY, Scratch};

/// One rule alone, so that these tests do not change with the playbook.
const PROFILE: &str = "profile: trees\nedition: test\nothers: off\nrules: { URL-01: error }\n";
const GOOD: &str = "openapi: 3.1.0\ninfo: { title: Trees, version: 1.0.0 }\npaths:\n  /street-trees: {}\n";
const BAD: &str = "openapi: 3.1.0\ninfo: { title: Trees, version: 1.0.0 }\npaths:\n  /streetTrees: {}\n  \
                   /parks/{id}/tree_stumps: {}\n";

/// A folder to lint in.
struct Folder(Scratch);

impl Folder {
    fn new() -> Self {
        let folder = Self(Scratch::new());
        folder.0.write("trees.yaml", PROFILE);
        folder
    }

    /// With a contract.
    fn with(text: &str) -> Self {
        let folder = Self::new();
        folder.write("openapi.yaml", text);
        folder
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.0.0.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.0.join(name)).unwrap()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.arg("lint").args(arguments).current_dir(&self.0.0).stdin(Stdio::null());
        if !arguments.contains(&"--profile") {
            command.args(["--profile", "trees.yaml"]);
        }
        command
    }

    #[track_caller]
    fn lint(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().unwrap())
    }

    #[track_caller]
    fn json(&self, arguments: &[&str]) -> Value {
        let ran = self.lint(&[&["--format", "json"], arguments].concat());
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {} {}", ran.out, ran.err))
    }
}

#[derive(Debug)]
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    #[track_caller]
    fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("what is printed is UTF-8");
        let ran = Self { code: output.status.code().unwrap(), out: text(output.stdout), err: text(output.stderr) };
        assert!(!ran.err.contains("panicked"), "{ran:?}");
        ran
    }

    #[track_caller]
    fn says(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, code, "{self:?}");
        for word in words {
            assert!(self.out.contains(word) || self.err.contains(word), "{word:?} is missing in {self:?}");
        }
    }
}

#[test]
fn findings_are_shown_in_the_text_with_why_and_what_to_do() {
    let ran = Folder::with(BAD).lint(&["openapi.yaml"]);
    ran.says(
        1,
        &[
            "error[URL-01]: the segment `streetTrees` is not kebab-case",
            "openapi.yaml:4:3",
            "4 |   /streetTrees: {}\n  |   ^^^^^^^^^^^^",
            "= why: ",
            "= what to do: ",
            "= more: hansom explain URL-01",
            "openapi.yaml: 2 errors (trees test)",
            "1 rules: 0 passed, 1 failed",
        ],
    );
    assert_eq!(ran.out.matches("= why:").count(), 1, "what findings have in common is said once");
    assert_eq!(ran.err, "", "nothing is wrong with the run");
    Folder::with(GOOD).lint(&["openapi.yaml"]).says(0, &["openapi.yaml: no findings"]);
}

#[test]
fn many_findings_of_one_rule_are_folded_unless_all_are_asked_for() {
    let paths: String = (0..40).map(|number| format!("  /tree_{number}: {{}}\n")).collect();
    let folder = Folder::with(&format!("openapi: 3.1.0\ninfo: {{ title: T, version: 1.0.0 }}\npaths:\n{paths}"));
    let ran = folder.lint(&["openapi.yaml"]);
    ran.says(1, &["… and 35 more of URL-01", "40 errors"]);
    assert_eq!(ran.out.matches("error[URL-01]").count(), 5);
    let all = folder.lint(&["openapi.yaml", "--all"]);
    assert_eq!(all.out.matches("error[URL-01]").count(), 40);
}

#[test]
fn json_has_the_documented_shape() {
    let folder = Folder::with(BAD);
    let report = folder.json(&["openapi.yaml"]);
    let file = &report["files"][0];
    for (pointer, expected) in [
        ("/file", Value::from("openapi.yaml")),
        ("/profile", "trees".into()),
        ("/edition", "test".into()),
        ("/findings/0/rule", "URL-01".into()),
        ("/findings/0/level", "error".into()),
        ("/findings/0/file", "openapi.yaml".into()),
        ("/findings/0/line", 4.into()),
        ("/findings/0/column", 3.into()),
        ("/findings/0/end_line", 4.into()),
        ("/findings/0/end_column", 15.into()),
        ("/findings/0/pointer", "/paths/~1streetTrees".into()),
        ("/findings/0/standing", "counts".into()),
        ("/coverage/failed", 1.into()),
        ("/coverage/rules/0/outcome", "failed".into()),
        ("/skipped", Value::Array(vec![])),
        ("/unread", Value::Array(vec![])),
        ("/baseline", Value::Null),
        ("/fault", Value::Null),
    ] {
        assert_eq!(file.pointer(pointer), Some(&expected), "{pointer} in {file:#}");
    }
    for text in ["what", "why", "mend", "fingerprint"] {
        assert!(file["findings"][0][text].as_str().is_some_and(|text| text.len() > 10), "{text} in {file:#}");
    }
    assert_eq!(report["summary"]["errors"], 2);
    assert_eq!(report["summary"]["files"], 1);
}

#[test]
fn sarif_keeps_its_schema_whatever_there_is_to_tell() {
    let schema: Value = serde_json::from_str(include_str!("sarif-2.1.0.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let folder = Folder::with(BAD);
    folder.write("html.yaml", "<html>");
    folder.write("parts.yaml", &BAD.replace("/streetTrees: {}", "/streetTrees: { $ref: absent.yaml }"));
    folder.lint(&["openapi.yaml", "--write-baseline", "baseline.json"]).says(0, &[]);
    folder.write("openapi.yaml", &BAD.replace("/streetTrees", "/allTrees"));
    let arguments = ["openapi.yaml", "html.yaml", "parts.yaml", "--baseline", "baseline.json", "--format", "sarif"];
    let log: Value = serde_json::from_str(&folder.lint(&arguments).out).unwrap();
    let errors: Vec<String> = validator.iter_errors(&log).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new(), "{log:#}");
    let run = &log["runs"][0];
    let states: Vec<&Value> =
        run["results"].as_array().unwrap().iter().map(|result| &result["baselineState"]).collect();
    assert_eq!(states[..2], ["new", "unchanged"]);
    let result = &run["results"][0];
    for (pointer, expected) in [
        ("/ruleId", Value::from("URL-01")),
        ("/level", "error".into()),
        ("/locations/0/physicalLocation/artifactLocation/uri", "openapi.yaml".into()),
        ("/locations/0/physicalLocation/region/startLine", 4.into()),
    ] {
        assert_eq!(result.pointer(pointer), Some(&expected), "{pointer} in {result:#}");
    }
    assert!(result["partialFingerprints"]["hansomFinding/v1"].is_string() && result["fixes"][0].is_object());
    assert!(run["tool"]["driver"]["rules"][0]["help"]["markdown"].as_str().unwrap().contains("**Why.**"));
    assert_eq!(run["invocations"][0]["executionSuccessful"], false, "one contract could not be read");
    assert_eq!(run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap().len(), 2);
}

#[test]
fn junit_fails_where_the_run_fails() {
    let folder = Folder::with(&BAD.replace("tree_stumps", "tree\\u001Bstumps"));
    let failures = |arguments: &[&str]| {
        let ran = folder.lint(&[&["openapi.yaml", "--format", "junit"], arguments].concat());
        let mut reader = Reader::from_str(&ran.out);
        let mut failures = 0;
        loop {
            match reader.read_event().unwrap_or_else(|error| panic!("{error}: {}", ran.out)) {
                Event::Start(start) if start.name().as_ref() == "failure" => failures += 1,
                Event::Eof => break,
                _ => {}
            }
        }
        assert!(ran.out.chars().all(|c| c == '\n' || !c.is_control()), "{}", ran.out);
        assert!(ran.out.contains(&format!("failures=\"{failures}\"")), "{}", ran.out);
        failures
    };
    assert_eq!(failures(&[]), 1, "a rule is one case");
    assert_eq!(failures(&["--fail-on", "never"]), 0);
}

#[test]
fn github_gets_one_command_a_finding() {
    let folder = Folder::with(BAD);
    folder.write("odd,name: x.yaml", BAD);
    let ran = folder.lint(&["openapi.yaml", "odd,name: x.yaml", "--format", "github"]);
    let commands: Vec<&str> = ran.out.lines().filter(|line| line.starts_with("::")).collect();
    assert_eq!(commands.len(), 4, "{}", ran.out);
    assert!(
        commands[0]
            .starts_with("::error file=openapi.yaml,line=4,endLine=4,col=3,endColumn=15,title=URL-01::the segment")
    );
    assert!(commands[2].starts_with("::error file=odd%2Cname%3A x.yaml,line=4,"), "{}", commands[2]);
}

#[test]
fn markdown_is_one_table_a_contract() {
    let folder = Folder::with(&BAD.replace("tree_stumps", "tree|stumps"));
    let ran = folder.lint(&["openapi.yaml", "--format", "markdown"]);
    let rows: Vec<&str> = ran.out.lines().filter(|line| line.starts_with("| 🔴")).collect();
    assert_eq!(rows.len(), 2, "{}", ran.out);
    for row in rows {
        assert_eq!(row.replace("\\|", "").matches('|').count(), 6, "five cells in {row}");
    }
}

#[test]
fn nothing_of_a_contract_steers_the_terminal() {
    let contract = "openapi: 3.1.0\ninfo: { title: T, version: 1.0.0 }\npaths:\n  \
                    \"/a\\e[31m_b\\n::error::c\\u202E\": {}\n  /x\u{9b}_\u{202e}y: {}\n";
    let folder = Folder::with(contract);
    for format in ["pretty", "json", "sarif", "junit", "github", "markdown"] {
        let ran = folder.lint(&["openapi.yaml", "--format", format]);
        assert_eq!(ran.code, 1, "{format}: {ran:?}");
        let bad = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}';
        assert_eq!(ran.out.find(bad), None, "{format}: {}", ran.out);
        assert!(!ran.out.contains("\n::error::c"), "{format}: {}", ran.out);
    }
}

#[test]
fn the_exit_code_follows_the_level_asked_for() {
    let folder = Folder::with(BAD);
    folder.write("warn.yaml", &PROFILE.replace("error", "warning"));
    for (profile, fail_on, code) in [
        ("trees.yaml", "error", 1),
        ("trees.yaml", "never", 0),
        ("warn.yaml", "error", 0),
        ("warn.yaml", "warning", 1),
        ("warn.yaml", "information", 1),
        ("warn.yaml", "never", 0),
    ] {
        let ran = folder.lint(&["openapi.yaml", "--profile", profile, "--fail-on", fail_on]);
        assert_eq!(ran.code, code, "{profile} {fail_on}: {ran:?}");
    }
}

#[test]
fn wrong_use_is_exit_code_2() {
    let folder = Folder::with(GOOD);
    folder.write("broken.yaml", "profile: x\nedition: y\nrules: { URL-99: error }\n");
    folder.write("no-baseline.json", "{}");
    for (arguments, words) in [
        (&["openapi.yaml", "--profile", "uk-concil"][..], &["uk-concil", "uk-council"][..]),
        (&["openapi.yaml", "--profile", "absent.yaml"], &["absent.yaml", "no such file"]),
        (&["openapi.yaml", "--profile", "broken.yaml"], &["broken.yaml:3:", "URL-99"]),
        (&["absent.yaml"], &["absent.yaml", "no such file"]),
        (&["."], &["no file"]),
        (&["https://example.org/openapi.yaml"], &["is an address", "nothing is fetched"]),
        (&["openapi.yaml", "--baseline", "absent.json"], &["absent.json", "--write-baseline"]),
        (&["openapi.yaml", "--baseline", "no-baseline.json"], &["no-baseline.json is no baseline"]),
        (&["openapi.yaml", "--manifest", "absent.yaml"], &["absent.yaml"]),
        (&["openapi.yaml", "--format", "xml"], &["pretty"]),
        (&["-", "--fix"], &["standard input"]),
        (&[], &["FILE"]),
    ] {
        let ran = folder.lint(arguments);
        ran.says(2, words);
        assert_eq!(ran.out, "", "{arguments:?}");
    }
}

#[test]
fn what_is_no_contract_is_refused_with_a_reason_and_a_place() {
    let folder = Folder::new();
    let large = format!("{GOOD}x-more: \"{}\"\n", "x".repeat(50 * 1024 * 1024));
    for (what, bytes, word) in [
        ("50 MB", large.as_bytes(), "more than 32 MB"),
        ("a binary file", b"\x7fELF\x02\x01\x01\x00\xff\xfe".as_slice(), "no UTF-8"),
        ("a zip archive", b"PK\x03\x04\x14\x00\x00\x00\xff", "zip archive"),
        ("UTF-16", b"\xff\xfeo\x00p\x00", "no UTF-8"),
        ("a sign-in page", b"<!DOCTYPE html>\n<html><title>Sign in</title></html>", "HTML"),
        ("nothing", b"", "empty"),
        ("Swagger 2", b"swagger: '2.0'\ninfo: {}\n", "Swagger 2"),
        ("AsyncAPI", b"asyncapi: 3.0.0\n", "AsyncAPI"),
        ("something else", b"services: { web: { image: x } }\n", "`openapi`"),
        ("broken YAML", b"openapi: 3.1.0\npaths: [\n", "openapi.yaml"),
        ("an alias bomb", bomb().as_bytes(), "openapi.yaml"),
        ("depth", format!("openapi: {}", "[".repeat(10_000)).as_bytes(), "openapi.yaml"),
    ] {
        fs::write(folder.0.0.join("openapi.yaml"), bytes).unwrap();
        for format in ["pretty", "json", "sarif", "junit", "github", "markdown"] {
            let ran = folder.lint(&["openapi.yaml", "--format", format, "--fail-on", "never"]);
            assert_eq!(ran.code, 1, "{what} as {format}: {ran:?}");
            assert!(ran.out.contains(word), "{what} as {format}: {word:?} is missing in {ran:?}");
            assert!(ran.out.len() < 20_000, "{what} as {format} is told in {} bytes", ran.out.len());
        }
    }
}

fn bomb() -> String {
    let mut text = String::from("openapi: 3.1.0\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let before = format!("*a{}", level - 1);
        text += &format!("a{level}: &a{level} [{}]\n", vec![before; 10].join(", "));
    }
    text
}

#[test]
fn standard_input_is_a_contract_too() {
    let folder = Folder::new();
    let mut child =
        folder.command(&["-", "--format", "json"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(BAD.as_bytes()).unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, &report["files"][0]["file"]), (1, &Value::from("stdin")));
}

#[test]
fn several_contracts_are_told_one_after_the_other_and_together() {
    let folder = Folder::with(BAD);
    folder.write("sub/good.yaml", GOOD);
    let ran = folder.lint(&["openapi.yaml", "./sub/good.yaml", "openapi.yaml"]);
    ran.says(1, &["openapi.yaml: 2 errors", "sub/good.yaml: no findings", "2 contracts: 2 errors"]);
}

#[test]
fn files_beside_a_contract_are_read_and_others_are_not() {
    let folder = Folder::new();
    let other = Scratch::new();
    let secret = other.write("secret.yaml", "/very_secret: {}\n");
    std::os::unix::fs::symlink(&secret, folder.0.0.join("link.yaml")).unwrap();
    folder.write("api/parts/trees.yaml", "streetTrees: { get: { operationId: a } }\n");
    let absolute = secret.display().to_string();
    let climb = format!("../../{}", secret.strip_prefix(secret.ancestors().nth(2).unwrap()).unwrap().display());
    let contract = |reference: &str| {
        format!("openapi: 3.1.0\ninfo: {{ title: T, version: 1.0.0 }}\npaths:\n  /trees: {{ $ref: \"{reference}\" }}\n")
    };
    for (reference, read) in [
        ("parts/trees.yaml#/streetTrees", true),
        ("../link.yaml", false),
        ("../trees.yaml", true),
        ("absent.yaml", false),
        (&climb, false),
    ] {
        folder.write("api/openapi.yaml", &contract(reference));
        let file = &folder.json(&["api/openapi.yaml"])["files"][0];
        let unread = file["unread"].as_array().unwrap();
        assert_eq!(unread.is_empty(), read, "{reference}: {file:#}");
        assert!(unread.iter().all(|unread| unread["why"].as_str().unwrap().len() > 10), "{file:#}");
        assert!(!file.to_string().contains("very_secret"), "{reference}: {file:#}");
    }
    for reference in [&*absolute, "file:///etc/passwd", "http://169.254.169.254/latest"] {
        folder.write("api/openapi.yaml", &contract(reference));
        let report = folder.json(&["api/openapi.yaml"]);
        assert!(!report.to_string().contains("very_secret") && !report.to_string().contains("root:"), "{report:#}");
    }
}

#[test]
fn a_finding_in_another_file_is_told_there() {
    let folder = Folder::new();
    folder
        .write("api/openapi.yaml", "openapi: 3.1.0\ninfo: { title: T, version: 1.0.0 }\npaths: { $ref: paths.yaml }\n");
    folder.write("api/paths.yaml", "/streetTrees: {}\n");
    folder.write("all.yaml", "profile: all\nedition: test\nothers: on\n");
    let report = folder.json(&["api/openapi.yaml", "--profile", "all.yaml"]);
    for finding in report["files"][0]["findings"].as_array().unwrap() {
        let file = finding["file"].as_str().unwrap();
        assert!(file.starts_with("api/") && folder.0.0.join(file).is_file(), "{finding:#}");
    }
}

#[test]
fn the_manifest_beside_a_contract_tells_the_facts() {
    let folder = Folder::with(GOOD);
    folder.write("meta.yaml", "profile: meta\nedition: test\nothers: off\nrules: { META-08: error }\n");
    let manifest = "api: trees\nowner: parks@hackney.example\nkind: platform\naudience: internal\nstatus: alpha\n\
                    contract: openapi.yaml\nenvironments:\n  sandbox: { mock: true }\naccess:\n  \
                    - operations: [\"*\"]\n    applications: granted\n";
    let lint = |more: &[&str]| folder.lint(&[&["openapi.yaml", "--profile", "meta.yaml"], more].concat());
    lint(&[]).says(1, &["META-08"]);
    folder.write("api.yaml", manifest);
    lint(&[]).says(0, &[]);
    lint(&["--no-manifest"]).says(1, &["META-08"]);
    folder.write("api.yaml", &manifest.replace("openapi.yaml", "other.yaml"));
    lint(&[]).says(1, &["META-08"]);
    lint(&["--manifest", "api.yaml"]).says(0, &[]);
    folder.write("api.yaml", &manifest.replace("alpha", "gamma"));
    lint(&[]).says(1, &["the manifest is left out of account", "api.yaml:5:"]);
    lint(&["--manifest", "api.yaml"]).says(2, &["api.yaml:5:"]);
}

#[test]
fn fixes_are_written_back_and_nothing_else_is_touched() {
    use std::os::unix::fs::PermissionsExt;
    let text = BAD.replace("paths:\n", "# Paths.\npaths:\n").replace('\n', "\r\n");
    let folder = Folder::with(&text);
    let path = folder.0.0.join("openapi.yaml");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    std::os::unix::fs::symlink("openapi.yaml", folder.0.0.join("linked.yaml")).unwrap();
    folder.lint(&["linked.yaml", "--fix"]).says(0, &["mended linked.yaml:5:3: URL-01", "linked.yaml: no findings"]);
    assert_eq!(
        folder.read("openapi.yaml"),
        text.replace("/streetTrees", "/street-trees").replace("tree_stumps", "tree-stumps")
    );
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
    assert!(fs::symlink_metadata(folder.0.0.join("linked.yaml")).unwrap().is_symlink());
    let left: Vec<_> = fs::read_dir(&folder.0.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "nothing half-written is left: {left:?}");
}

#[test]
fn a_file_that_cannot_be_written_stays_as_it_is() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::with(BAD);
    folder.write("api/openapi.yaml", BAD);
    let locked = folder.0.0.join("api");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).unwrap();
    let writable = fs::write(locked.join("probe"), "").is_ok();
    let ran = folder.lint(&["api/openapi.yaml", "--fix"]);
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).unwrap();
    // Root may write anywhere, and then there is nothing to see.
    if !writable {
        ran.says(3, &["could not be written"]);
        assert_eq!(folder.read("api/openapi.yaml"), BAD);
    }
}

#[test]
fn a_baseline_knows_what_was_there_when_lines_move() {
    let folder = Folder::with(BAD);
    folder.lint(&["openapi.yaml", "--write-baseline", "b.json"]).says(0, &["2 findings of the baseline, not counted"]);
    let moved = BAD.replace("paths:\n", "# One more line.\npaths:\n  /new_trees: {}\n");
    folder.write("openapi.yaml", &moved);
    let file = folder.json(&["openapi.yaml", "--baseline", "b.json"])["files"][0].clone();
    let standing: Vec<&str> =
        file["findings"].as_array().unwrap().iter().map(|finding| finding["standing"].as_str().unwrap()).collect();
    assert_eq!(standing, ["counts", "known", "known"]);
    assert_eq!(file["baseline"]["known"], 2);
    folder.lint(&["openapi.yaml", "--baseline", "b.json"]).says(1, &["openapi.yaml: 1 error (trees test)"]);

    folder.write("openapi.yaml", &BAD.replace("/streetTrees", "/street-trees"));
    folder
        .lint(&["openapi.yaml", "--baseline", "b.json"])
        .says(0, &["gone from the baseline: URL-01 at /paths/~1streetTrees"]);
    assert_eq!(folder.read("b.json").lines().count(), 7, "one entry a line, so that a review sees what was added");
}

#[test]
fn a_baseline_knows_each_finding_once() {
    let folder = Folder::with(BAD);
    folder.lint(&["openapi.yaml", "--write-baseline", "b.json"]).says(0, &[]);
    folder.write("other.yaml", BAD);
    folder.lint(&["openapi.yaml", "other.yaml", "--baseline", "b.json"]).says(1, &["other.yaml: 2 errors"]);
}

/// A rule of an organisation's own, one that needs a program, and one that extends.
const RULESET: &str = "extends: [parts/more.yaml]\nfunctions: [check]\nrules:\n  \
                       no-trees:\n    description: Trees are told elsewhere\n    severity: warn\n    \
                       given: $.paths\n    then: { field: '@key', function: pattern, functionOptions: { notMatch: rees } }\n  \
                       needs-program:\n    given: $\n    then: { function: check }\n";

#[test]
fn rulesets_hold_alone_or_with_a_profile_and_name_what_they_skip() {
    let folder = Folder::with(BAD);
    folder.write("rules/ours.yaml", RULESET);
    folder.write(
        "rules/parts/more.yaml",
        "rules:\n  has-licence: { given: $.info, severity: error, then: { field: license, function: truthy } }\n",
    );
    folder.write("own.yaml", &format!("{PROFILE}rulesets: [rules/ours.yaml]\n"));
    let rules = |arguments: &[&str]| {
        let mut command = Command::new(BINARY);
        command.args(["lint", "openapi.yaml", "--format", "json"]).args(arguments).current_dir(&folder.0.0);
        let ran = Ran::of(command.output().unwrap());
        let report: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
        let file = report["files"][0].clone();
        let named = |list: &str| {
            file[list]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["rule"].as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        (named("findings"), named("skipped"))
    };
    let ours = ["has-licence", "no-trees"];
    let both = ["has-licence", "URL-01", "no-trees", "URL-01"];
    for (arguments, found) in [
        (&["--ruleset", "rules/ours.yaml"][..], &ours[..]),
        (&["--ruleset", "rules/ours.yaml", "--profile", "trees.yaml"], &both),
        (&["--profile", "own.yaml"], &both),
    ] {
        let (findings, skipped) = rules(arguments);
        assert_eq!(findings, found, "{arguments:?}");
        assert_eq!(skipped, ["needs-program"], "{arguments:?}");
    }
    let pretty = folder.lint(&["openapi.yaml", "--profile", "own.yaml"]);
    pretty.says(1, &["warning[no-trees]", "skipped: needs-program", "(trees test, rules/ours.yaml)"]);
}

#[test]
fn functions_in_javascript_run_only_if_they_are_allowed() {
    let folder = Folder::with(GOOD);
    folder.write(
        "rules.yaml",
        "functions: [never]\nrules:\n  never: { given: $.info, severity: error, then: { function: never } }\n",
    );
    folder.write("functions/never.js", "export default () => [{ message: 'said by a program' }];\n");
    let lint = |more: &[&str]| folder.lint(&[&["openapi.yaml", "--ruleset", "rules.yaml"], more].concat());
    lint(&[]).says(0, &["skipped: never"]);
    lint(&["--allow-javascript"]).says(1, &["error[never]: said by a program"]);
}

#[test]
fn a_ruleset_with_faults_is_refused_with_its_places() {
    let folder = Folder::with(BAD);
    folder.write("bad.yaml", "rules:\n  x:\n    given: $\n    then: { function: trthy }\n");
    folder.write("far.yaml", "extends: https://example.org/rules.yaml\nrules: {}\n");
    for (ruleset, words) in [
        ("bad.yaml", &["bad.yaml:4:"][..]),
        ("far.yaml", &["far.yaml:1:"]),
        ("absent.yaml", &["absent.yaml", "no such file"]),
    ] {
        folder.lint(&["openapi.yaml", "--ruleset", ruleset]).says(2, words);
    }
}

#[test]
fn output_goes_to_a_file_if_asked() {
    let folder = Folder::with(BAD);
    let ran = folder.lint(&["openapi.yaml", "--format", "json", "--output", "out.json"]);
    assert_eq!((ran.code, &*ran.out), (1, ""));
    assert!(serde_json::from_str::<Value>(&folder.read("out.json")).is_ok());
}

#[test]
fn colours_are_for_terminals_whose_owner_did_not_say_no() {
    let folder = Folder::with(BAD);
    assert!(!folder.lint(&["openapi.yaml"]).out.contains('\u{1b}'), "no colours in a pipe");
    if !Path::new("/usr/bin/script").exists() {
        return;
    }
    let in_terminal = |no_color: Option<&str>| {
        let line = format!("{BINARY} lint openapi.yaml --profile trees.yaml");
        let mut command = Command::new("/usr/bin/script");
        command.args(["-qec", &line, "/dev/null"]).current_dir(&folder.0.0).env("TERM", "xterm").env_remove("NO_COLOR");
        no_color.map(|value| command.env("NO_COLOR", value));
        String::from_utf8_lossy(&command.stdin(Stdio::null()).output().unwrap().stdout).into_owned()
    };
    assert!(in_terminal(None).contains("\u{1b}["), "colours on a terminal");
    assert!(in_terminal(Some("")).contains("\u{1b}["), "an empty NO_COLOR says nothing");
    assert!(!in_terminal(Some("1")).contains("\u{1b}["), "none where NO_COLOR is set");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let paths: String = (0..3000).map(|number| format!("  /tree_{number}: {{}}\n")).collect();
    let folder = Folder::with(&format!("openapi: 3.1.0\ninfo: {{ title: T, version: 1.0.0 }}\npaths:\n{paths}"));
    let mut child =
        folder.command(&["openapi.yaml", "--all"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let ran = Ran::of(child.wait_with_output().unwrap());
    assert_eq!((ran.code, &*ran.err), (1, ""));
}

#[test]
fn watching_lints_again_when_a_file_changes() {
    let folder = Folder::with(BAD);
    let mut child = folder.command(&["openapi.yaml", "--watch"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.by_ref().any(|line| line.contains("openapi.yaml: 2 errors")));
    assert!(lines.by_ref().any(|line| line.contains("watching")));
    folder.write("openapi.yaml", GOOD);
    assert!(lines.by_ref().any(|line| line.contains("openapi.yaml: no findings")));
    assert!(lines.by_ref().any(|line| line.contains("watching")));
    folder.write("trees.yaml", "profile: [");
    assert!(lines.by_ref().any(|line| line.contains("watching")), "a profile being written is not the end");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_rule_is_explained_by_its_id_or_name() {
    let explain = |arguments: &[&str]| Ran::of(Command::new(BINARY).arg("explain").args(arguments).output().unwrap());
    for asked in ["URL-01", "url-01", "kebab-case-segments"] {
        explain(&[asked]).says(
            0,
            &["URL-01  Path segments", "MUST", "Why", "What to do", "Bad", "Good", "uk-council: MUST", "Sources"],
        );
    }
    let page: Value = serde_json::from_str(&explain(&["URL-01", "--format", "json"]).out).unwrap();
    assert_eq!((&page["id"], &page["requirement"]), (&"URL-01".into(), &"MUST".into()));
    explain(&["URL-01", "--format", "markdown"]).says(0, &["# URL-01: ", "## Why", "```yaml"]);
    explain(&["--list"]).says(0, &["URL-01"]);
    explain(&["URL-1"]).says(2, &["there is no rule \"URL-1\"", "did you mean", "URL-01"]);
    explain(&["zzzzzzzzzz"]).says(2, &["--list"]);
    explain(&[]).says(2, &[]);
}
