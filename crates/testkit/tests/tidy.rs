//! Is the house still as ARCHITECTURE.md draws it?
#![expect(clippy::disallowed_methods, reason = "this test reads the repository's own files")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// One row of the table of rooms.
struct Room {
    name: &'static str,
    /// Which of our rooms it may use.
    may_use: &'static [&'static str],
    /// Which libraries would let it know what it must never know.
    must_not_have: &'static [&'static str],
}

const HTTP: &[&str] = &["axum", "hyper", "hyper-util", "http", "reqwest", "askama"];
const SQL: &[&str] = &["sqlx"];
const PAGES: &[&str] = &["askama", "sqlx"];
const OUTSIDE: &[&str] = &["axum", "hyper", "hyper-util", "http", "reqwest", "askama", "sqlx", "tokio", "uuid"];

const ROOMS: &[Room] = &[
    Room { name: "domain", may_use: &[], must_not_have: OUTSIDE },
    Room { name: "standards", may_use: &[], must_not_have: OUTSIDE },
    Room { name: "verify", may_use: &["standards", "domain"], must_not_have: OUTSIDE },
    Room { name: "scaffold", may_use: &[], must_not_have: OUTSIDE },
    Room { name: "gateway", may_use: &["domain"], must_not_have: PAGES },
    Room { name: "store", may_use: &["domain"], must_not_have: HTTP },
    Room { name: "control", may_use: &["store", "domain", "standards"], must_not_have: HTTP },
    Room { name: "oauth", may_use: &["control", "store", "domain"], must_not_have: PAGES },
    Room {
        name: "hub",
        may_use: &["control", "oauth", "store", "standards", "scaffold", "domain"],
        must_not_have: SQL,
    },
    Room {
        name: "hansom",
        may_use: &["gateway", "oauth", "hub", "control", "store", "standards", "scaffold", "verify", "domain"],
        must_not_have: SQL,
    },
    Room { name: "editor", may_use: &["standards"], must_not_have: OUTSIDE },
    Room {
        name: "testkit",
        may_use: &["gateway", "oauth", "control", "store", "standards", "domain"],
        must_not_have: &[],
    },
];

/// Names that refuse nothing, and so fill with everything.
const DRAWERS: &[&str] =
    &["util", "utils", "helper", "helpers", "common", "misc", "service", "services", "manager", "core", "types"];

#[test]
fn every_crate_is_a_room_of_the_table() {
    let folders: BTreeSet<String> = entries(&root().join("crates")).iter().map(|folder| file_name(folder)).collect();
    let table: BTreeSet<String> = ROOMS.iter().map(|room| room.name.to_owned()).collect();
    assert_eq!(folders, table, "the folders of crates/ and the table of rooms differ");
}

#[test]
fn dependencies_point_the_way_the_table_says() {
    let mut wrong = Vec::new();
    for room in ROOMS {
        for (kind, name) in dependencies(room.name) {
            let only_for_tests = kind == "dev-dependencies" && name == "hansom-testkit";
            if let Some(used) = ours(&name)
                && !only_for_tests
                && !room.may_use.contains(&used)
            {
                wrong.push(format!("{} must not use {used} ({kind})", room.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_room_has_the_libraries_for_what_it_must_never_know() {
    let mut wrong = Vec::new();
    for room in ROOMS {
        for (kind, name) in dependencies(room.name) {
            if kind != "dev-dependencies" && room.must_not_have.contains(&name.as_str()) {
                wrong.push(format!("{} must not have {name}", room.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn there_are_no_drawers() {
    let drawers: Vec<String> =
        source_paths().iter().filter(|path| DRAWERS.contains(&stem(path).as_str())).map(|path| shown(path)).collect();
    assert!(drawers.is_empty(), "name these after what they are about:\n{}", drawers.join("\n"));
}

#[test]
fn every_source_file_says_first_what_question_it_answers() {
    let silent: Vec<String> = source_paths()
        .iter()
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .filter(|path| !text_of(path).starts_with("//! "))
        .map(|path| shown(path))
        .collect();
    assert!(silent.is_empty(), "these do not start with a `//!` line:\n{}", silent.join("\n"));
}

#[test]
fn every_path_named_in_the_architecture_exists() {
    let architecture = text_of(&root().join("ARCHITECTURE.md"));
    let top: BTreeSet<String> = entries(&root()).iter().map(|path| file_name(path)).collect();
    let named: Vec<&str> = in_backticks(&architecture).filter(|word| is_path(word, &top)).collect();
    assert!(named.len() > 5, "the map names hardly any place: {named:?}");
    let places = places_to_look();
    let missing: Vec<&str> =
        named.into_iter().filter(|path| !places.iter().any(|place| place.join(path).exists())).collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md names what is not there: {missing:?}");
}

#[test]
fn no_file_knows_the_machine_that_it_was_written_on() {
    // Put together here, so that this file does not find itself.
    let folders = ["work", "root", "home"].map(|name| format!("/{name}/"));
    let mut wrong = Vec::new();
    for file in kept_files() {
        let Ok(text) = fs::read_to_string(root().join(&file)) else {
            continue;
        };
        for (index, line) in text.lines().enumerate() {
            if folders.iter().any(|folder| has_absolute(line, folder)) {
                wrong.push(format!("{file}:{}", index + 1));
            }
        }
    }
    assert!(wrong.is_empty(), "absolute paths of one machine:\n{}", wrong.join("\n"));
}

/// What a room's Cargo.toml lists: (kind of dependency, package).
fn dependencies(room: &str) -> Vec<(String, String)> {
    let file = root().join("crates").join(room).join("Cargo.toml");
    let manifest: toml::Table = toml::from_str(&text_of(&file)).expect("Cargo.toml is TOML");
    let mut found = Vec::new();
    collect_dependencies(&manifest, &mut found);
    found
}

/// Looks at every level, because `[target.….dependencies]` counts too.
fn collect_dependencies(table: &toml::Table, found: &mut Vec<(String, String)>) {
    for (key, value) in table {
        let Some(inner) = value.as_table() else {
            continue;
        };
        if !key.ends_with("dependencies") {
            collect_dependencies(inner, found);
            continue;
        }
        for (name, details) in inner {
            let renamed = details.get("package").and_then(toml::Value::as_str);
            found.push((key.clone(), renamed.unwrap_or(name).to_owned()));
        }
    }
}

/// The room behind a package name, if the package is one of ours.
fn ours(package: &str) -> Option<&str> {
    if package == "hansom" { Some(package) } else { package.strip_prefix("hansom-") }
}

/// Every file and folder under `crates/*/src`.
fn source_paths() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for room in entries(&root().join("crates")) {
        collect_paths(&room.join("src"), &mut found);
    }
    assert!(found.len() > 20, "the sources were not found");
    found
}

fn collect_paths(folder: &Path, found: &mut Vec<PathBuf>) {
    for path in entries(folder) {
        if path.is_dir() {
            collect_paths(&path, found);
        }
        found.push(path);
    }
}

/// What git keeps or would keep: tracked files, and new ones that nothing ignores.
fn kept_files() -> Vec<String> {
    let listing = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .current_dir(root())
        .output()
        .expect("git is there");
    assert!(listing.status.success(), "{}", String::from_utf8_lossy(&listing.stderr));
    let names = String::from_utf8(listing.stdout).expect("file names are UTF-8");
    names.split_terminator('\0').map(str::to_owned).collect()
}

fn has_absolute(line: &str, folder: &str) -> bool {
    line.match_indices(folder).any(|(at, _)| {
        // `~/x/` or `src/x/` or `https://host/x/` go on from something; an absolute path begins there.
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "~._-})/*".contains(c))
    })
}

/// The places that a path in ARCHITECTURE.md may be relative to.
fn places_to_look() -> Vec<PathBuf> {
    let mut places = vec![root(), root().join("crates")];
    for room in entries(&root().join("crates")) {
        places.push(room.join("src"));
        places.push(room);
    }
    places
}

fn in_backticks(markdown: &str) -> impl Iterator<Item = &str> {
    markdown.lines().filter(|line| !line.starts_with("```")).flat_map(|line| line.split('`').skip(1).step_by(2))
}

fn is_path(word: &str, top: &BTreeSet<String>) -> bool {
    const ENDINGS: &[&str] = &["rs", "md", "toml", "html", "yaml", "sql", "mjs", "py", "sh", "css"];
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/".contains(c);
    if word.is_empty() || word.starts_with('/') || !word.chars().all(plain) {
        return false;
    }
    let names_a_file = word.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending));
    let begins_at_the_top = word.split_once('/').is_some_and(|(first, _)| top.contains(first));
    names_a_file || begins_at_the_top || word.ends_with('/')
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let listing = fs::read_dir(folder).unwrap_or_else(|error| panic!("{} cannot be listed: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = listing.map(|entry| entry.expect("the folder can be read").path()).collect();
    paths.sort();
    paths
}

fn text_of(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{} cannot be read: {error}", path.display()))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/testkit").to_owned()
}
