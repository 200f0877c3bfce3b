//! Which addresses do the sources lay routes for?

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Rooms that listen.
const ROOMS: [&str; 4] = ["gateway", "hansom", "hub", "oauth"];
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Methods and paths as they stand in the sources, `GET /applications/{id}`.
#[derive(Default)]
pub struct Laid {
    pub routes: BTreeSet<String>,
    /// How many handlers the control API has; its contract says where they are.
    pub operations: usize,
    /// Routes whose address is no text that can be found.
    pub unread: Vec<String>,
}

/// Every route of the platform but those of the demo's people and council services, who are outside of it.
pub fn laid() -> Laid {
    let mut laid = Laid::default();
    let mut files = vec![];
    for room in ROOMS {
        rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(room).join("src"), &mut files);
    }
    files.retain(|(path, _)| !path.to_string_lossy().contains("/hansom/src/demo/"));
    let constants = constants(&files);
    for (path, text) in &files {
        // What stands below is a test's own.
        let text = text.split("#[cfg(test)]").next().unwrap_or_default();
        for call in calls(text, ".route(").chain(calls(text, ".route_service(")) {
            // A router is told handlers too; what asks one for its way is not.
            let Some((address, handlers)) = call.split_once(',') else { continue };
            let address = address.trim();
            let name = address.rsplit("::").next().unwrap_or_default();
            let known = address.strip_prefix('"').map(|text| text.trim_end_matches('"'));
            match known.or_else(|| constants.get(name).map(String::as_str)) {
                Some(known) => laid.routes.extend(methods(handlers).map(|method| format!("{method} {known}"))),
                None => laid.unread.push(format!("{}: {address}", path.display())),
            }
        }
        for call in calls(text, "routes!(") {
            laid.operations += call.split(',').filter(|handler| !handler.trim().is_empty()).count();
        }
    }
    laid
}

fn rust_files(folder: &Path, files: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            files.push((path, text));
        }
    }
}

/// Names of texts, and of names of texts.
fn constants(files: &[(PathBuf, String)]) -> BTreeMap<String, String> {
    let mut known = BTreeMap::new();
    let mut others = vec![];
    for line in files.iter().flat_map(|(_, text)| text.lines()) {
        let Some((name, value)) = line.split_once("const ").and_then(|(_, rest)| rest.split_once(": &str = ")) else {
            continue;
        };
        let value = value.trim_end_matches(';');
        match value.strip_prefix('"') {
            // Another text may have the name of an address.
            Some(text) if !text.starts_with('/') => {}
            Some(text) => _ = known.insert(name.to_owned(), text.trim_end_matches('"').to_owned()),
            None => others.push((name, value.rsplit("::").next().unwrap_or_default())),
        }
    }
    for (name, other) in others {
        if let Some(text) = known.get(other).cloned() {
            known.insert(name.to_owned(), text);
        }
    }
    known
}

/// What stands in the brackets of each call that begins so.
fn calls<'t>(text: &'t str, opening: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(opening).skip(1).map(|rest| {
        let mut depth = 1;
        let end = rest.find(|letter| {
            depth += i32::from(letter == '(') - i32::from(letter == ')');
            depth == 0
        });
        &rest[..end.unwrap_or(rest.len())]
    })
}

fn methods(handlers: &str) -> impl Iterator<Item = String> {
    let is_called = |method: &str| {
        handlers.match_indices(&format!("{method}(")).any(|(at, _)| {
            !handlers[..at].ends_with(|before: char| before.is_ascii_alphanumeric() || matches!(before, '_' | ':'))
        })
    };
    let found: Vec<_> = METHODS.iter().filter(|method| is_called(method)).map(|method| method.to_uppercase()).collect();
    assert!(!found.is_empty(), "no method in {handlers}");
    found.into_iter()
}
