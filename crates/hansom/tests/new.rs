//! Does `hansom new` make a whole service or nothing, and does `hansom update` keep it up without losing anything?
#![expect(clippy::disallowed_methods, reason = "an end-to-end test is the outside: it has files and an environment")]

#[expect(dead_code, reason = "the platform's tests use more of the town")]
mod town;

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use town::{BINARY, Scratch};

const OWNER: &str = "parking@hackney.example";

fn hansom(arguments: &[&str]) -> Output {
    Command::new(BINARY).args(arguments).output().unwrap()
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// What it prints to both ends, if it ends with this code.
fn told(output: &Output, code: i32) -> String {
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{text}");
    text
}

#[test]
fn a_new_service_is_a_git_repository_that_meets_the_standards() {
    let scratch = Scratch::new();
    let into = scratch.0.to_str().unwrap();
    let made = hansom(&[
        "new",
        "parking",
        "--template",
        "contract",
        "--owner",
        OWNER,
        "--resource",
        "permits",
        "--into",
        into,
    ]);
    assert!(told(&made, 0).contains("hansom publish --manifest"));
    let folder = scratch.0.join("parking");
    assert_eq!(names(&scratch.0), ["parking"], "nothing is left beside it");
    assert_eq!(git(&folder, &["status", "--porcelain"]), "");
    assert!(git(&folder, &["log", "--format=%s"]).starts_with("Start from the template contract version "));
    let contract = folder.join("openapi.yaml");
    let text = fs::read_to_string(&contract).unwrap();
    assert!(text.contains("/permits/{id}") && text.contains("createPermit") && text.contains("/parking/v1"));
    told(&hansom(&["lint", contract.to_str().unwrap()]), 0);
}

#[test]
fn names_that_will_not_do_are_refused_and_nothing_is_written() {
    let scratch = Scratch::new();
    let into = scratch.0.to_str().unwrap();
    let long = "a".repeat(300);
    for name in [
        "../x", "..", "/etc/x", "CON", "con", "nul", &long, "type", "async", "select", "café", "a b", "{{x}}", "$(id)",
        "health",
    ] {
        let output = hansom(&["new", name, "--owner", OWNER, "--into", into]);
        let text = told(&output, 2);
        assert!(text.contains("nothing was written"), "{name}: {text}");
        assert!(names(&scratch.0).is_empty(), "{name} left something");
    }
    for (flag, bad) in
        [("--owner", "nobody"), ("--resource", "../x"), ("--title", "two\nlines"), ("--template", "no-such")]
    {
        let mut arguments = vec!["new", "parking", "--into", into, flag, bad];
        if flag != "--owner" {
            arguments.extend(["--owner", OWNER]);
        }
        told(&hansom(&arguments), 2);
        assert!(names(&scratch.0).is_empty(), "{flag} {bad} left something");
    }
}

#[test]
fn what_is_there_already_is_not_touched() {
    let scratch = Scratch::new();
    fs::create_dir(scratch.0.join("parking")).unwrap();
    fs::write(scratch.0.join("parking/mine"), "mine").unwrap();
    let arguments = ["new", "parking", "--owner", OWNER, "--into", scratch.0.to_str().unwrap()];
    assert!(told(&hansom(&arguments), 1).contains("is there already"));
    assert_eq!(names(&scratch.0.join("parking")), ["mine"]);
    #[cfg(unix)]
    {
        fs::remove_dir_all(scratch.0.join("parking")).unwrap();
        std::os::unix::fs::symlink("/nonexistent", scratch.0.join("parking")).unwrap();
        assert!(told(&hansom(&arguments), 1).contains("is there already"), "a dangling link is there, too");
    }
}

#[test]
fn a_failure_in_the_middle_leaves_nothing_behind() {
    let scratch = Scratch::new();
    let absent = scratch.0.join("absent");
    told(&hansom(&["new", "parking", "--owner", OWNER, "--into", absent.to_str().unwrap()]), 3);
    assert!(!absent.exists());
    // A git that fails half-way.
    let tools = scratch.0.join("tools");
    fs::create_dir(&tools).unwrap();
    let git =
        scratch.write("tools/git", "#!/bin/sh\ncase \"$*\" in *commit*|*is-inside-work-tree*) exit 1;; esac\nexit 0\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(git, fs::Permissions::from_mode(0o755)).unwrap();
        let into = scratch.0.join("into");
        fs::create_dir(&into).unwrap();
        let output = Command::new(BINARY)
            .args(["new", "parking", "--owner", OWNER, "--into", into.to_str().unwrap()])
            .env("PATH", &tools)
            .output()
            .unwrap();
        assert!(told(&output, 3).contains("git"), "the cause is told");
        assert!(names(&into).is_empty());
    }
}

#[test]
fn within_a_repository_no_other_is_made() {
    let scratch = Scratch::new();
    git(&scratch.0, &["init", "--quiet"]);
    let made = hansom(&["new", "parking", "--owner", OWNER, "--into", scratch.0.to_str().unwrap()]);
    assert!(told(&made, 0).contains("in a git repository already"));
    assert!(!scratch.0.join("parking/.git").exists());
}

#[test]
fn a_service_that_is_up_to_date_is_left_as_it_is_and_an_unclean_one_is_not_touched() {
    let scratch = Scratch::new();
    told(&hansom(&["new", "parking", "--owner", OWNER, "--into", scratch.0.to_str().unwrap()]), 0);
    let folder = scratch.0.join("parking");
    let dir = folder.to_str().unwrap();
    assert!(told(&hansom(&["update", "--dir", dir]), 0).contains("is the newest"));
    assert_eq!(git(&folder, &["status", "--porcelain"]), "");
    fs::write(folder.join("README.md"), "mine\n").unwrap();
    assert!(told(&hansom(&["update", "--dir", dir]), 1).contains("README.md"));
    assert_eq!(fs::read_to_string(folder.join("README.md")).unwrap(), "mine\n");
    told(&hansom(&["update", "--dir", dir, "--dry-run"]), 0);
}

#[test]
fn records_that_are_not_there_or_were_tampered_with_are_told() {
    let scratch = Scratch::new();
    assert!(told(&hansom(&["update", "--dir", scratch.0.to_str().unwrap()]), 2).contains(".hansom.toml"));
    told(&hansom(&["new", "parking", "--owner", OWNER, "--into", scratch.0.to_str().unwrap()]), 0);
    let folder = scratch.0.join("parking");
    let record = fs::read_to_string(folder.join(".hansom.toml")).unwrap();
    let newer = record
        .lines()
        .map(|line| if line.starts_with("version") { "version = 999" } else { line })
        .collect::<Vec<_>>()
        .join("\n");
    for (text, why) in [
        (newer, "newer hansom"),
        (record.replace("name = \"parking\"", "name = \"../x\""), "the name"),
        (record.replace("template = \"", "template = \"no-such-"), "no template"),
        ("[".repeat(100_000), ".hansom.toml cannot be used"),
    ] {
        fs::write(folder.join(".hansom.toml"), text).unwrap();
        assert!(told(&hansom(&["update", "--dir", folder.to_str().unwrap()]), 1).contains(why), "{why}");
    }
}
