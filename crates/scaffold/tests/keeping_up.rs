//! Does a service keep up with its template over the years, whatever its owner does to it?
#![expect(clippy::disallowed_methods, reason = "one test reads what the repository says of its templates")]

use std::collections::BTreeMap;

use hansom_scaffold::{Answers, Asked, Files, Outcome, Template, merge};

type Tree = BTreeMap<String, String>;

fn answers() -> Answers {
    let asked = Asked {
        name: "parking".into(),
        owner: "parking@hackney.example".into(),
        resources: vec!["permits".into()],
        id: "5d1f0a4c-9b7e-48d2-a3c6-e1f08b92d475".into(),
        ..Asked::default()
    };
    Answers::check(asked).unwrap()
}

fn rendered(version: u32, files: &[(&str, &str)]) -> Files {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect();
    Template::new("t", version, files).render(&answers()).unwrap()
}

/// Three versions of one template, as its new services would look.
fn history() -> [Files; 3] {
    let main_1 = "use axum;\n\nfn main() {\n    serve(\"street-lights\");\n}\n";
    let main_2 = "use axum;\nuse tracing;\n\nfn main() {\n    serve(\"street-lights\");\n}\n";
    let main_3 = "use axum;\nuse tracing;\n\nfn main() {\n    serve(\"street-lights\");\n    stop_gracefully();\n}\n";
    [
        rendered(
            1,
            &[
                ("src/main.rs", main_1),
                ("ci.yaml", "rust: 1.90\n"),
                ("old.sh", "#!/bin/sh\n"),
                ("README.md", "# Borough lighting\n"),
            ],
        ),
        rendered(
            2,
            &[
                ("src/main.rs", main_2),
                ("ci.yaml", "rust: 1.91\n"),
                ("audit.toml", "deny = true\n"),
                ("README.md", "# Borough lighting\n"),
            ],
        ),
        rendered(
            3,
            &[
                ("src/main.rs", main_3),
                ("ci.yaml", "rust: 1.95\n"),
                ("audit.toml", "deny = true\nwarn = false\n"),
                ("README.md", "# Borough lighting\n\nMore.\n"),
            ],
        ),
    ]
}

/// Does what a merge says.
fn apply(tree: &mut Tree, base: &Files, theirs: &Files) -> Vec<(String, &'static str)> {
    let mut told = vec![];
    for change in merge(base, tree, theirs) {
        let word = match &change.outcome {
            Outcome::Added(_) => "added",
            Outcome::Updated(_) => "updated",
            Outcome::Conflicting(_) => "conflict",
            Outcome::Removed => "removed",
            Outcome::KeptThoughDropped => "kept",
            Outcome::StaysAway => "stays away",
        };
        match (&change.outcome, change.outcome.text()) {
            (Outcome::Removed, _) => drop(tree.remove(&change.path)),
            (_, Some(text)) => drop(tree.insert(change.path.clone(), text.to_owned())),
            _ => {}
        }
        told.push((change.path, word));
    }
    told
}

#[test]
fn a_service_that_nobody_changed_becomes_the_newest_template() {
    let [one, two, three] = history();
    let mut tree = one.clone();
    apply(&mut tree, &one, &two);
    assert_eq!(tree, two);
    apply(&mut tree, &two, &three);
    assert_eq!(tree, three);
    let mut skipped = one.clone();
    apply(&mut skipped, &one, &three);
    assert_eq!(skipped, three, "versions in between may be left out");
    assert!(merge(&three, &tree, &three).is_empty(), "the same twice changes nothing");
}

#[test]
fn what_the_owner_changed_in_between_stays_with_what_the_template_changed() {
    let [one, two, three] = history();
    let mut tree = one.clone();
    tree.insert("src/main.rs".into(), one["src/main.rs"].replace("use axum;\n", "//! Parking.\nuse axum;\n"));
    tree.insert("src/fees.rs".into(), "pub fn fee() {}\n".into());
    apply(&mut tree, &one, &two);
    tree.insert("README.md".into(), "# Parking, ours\n".into());
    let told = apply(&mut tree, &two, &three);
    let main = &tree["src/main.rs"];
    for line in ["//! Parking.", "use tracing;", "stop_gracefully();", "serve(\"permits\");"] {
        assert!(main.contains(line), "{line} is missing in:\n{main}");
    }
    assert_eq!(tree["src/fees.rs"], "pub fn fee() {}\n", "files of the owner's own are not looked at");
    assert!(told.contains(&("README.md".into(), "conflict")), "{told:?}");
    let readme = &tree["README.md"];
    for mark in ["<<<<<<<", "# Parking, ours", "=======", "More.", ">>>>>>>"] {
        assert!(readme.contains(mark), "{mark} is missing in:\n{readme}");
    }
}

#[test]
fn what_the_template_dropped_goes_only_if_the_owner_had_left_it_alone() {
    let [one, two, _] = history();
    let mut untouched = one.clone();
    assert!(apply(&mut untouched, &one, &two).contains(&("old.sh".into(), "removed")));
    assert!(!untouched.contains_key("old.sh"));
    let mut changed = one.clone();
    changed.insert("old.sh".into(), "#!/bin/sh\nours\n".into());
    assert!(apply(&mut changed, &one, &two).contains(&("old.sh".into(), "kept")));
    assert_eq!(changed["old.sh"], "#!/bin/sh\nours\n");
}

#[test]
fn what_the_owner_took_away_stays_away_and_what_they_made_first_is_not_overwritten() {
    let [one, two, _] = history();
    let mut tree = one.clone();
    tree.remove("ci.yaml");
    tree.insert("audit.toml".into(), "deny = false\n".into());
    let told = apply(&mut tree, &one, &two);
    assert!(told.contains(&("ci.yaml".into(), "stays away")) && !tree.contains_key("ci.yaml"), "{told:?}");
    assert!(told.contains(&("audit.toml".into(), "conflict")), "{told:?}");
    assert!(tree["audit.toml"].contains("deny = false") && tree["audit.toml"].contains("deny = true"));
}

#[test]
fn a_patch_says_what_would_change() {
    let [one, two, _] = history();
    let patches: String = merge(&one, &one, &two).iter().map(hansom_scaffold::Change::patch).collect();
    for line in [
        "--- a/ci.yaml",
        "+++ b/ci.yaml",
        "-rust: 1.90",
        "+rust: 1.91",
        "--- /dev/null",
        "+++ b/audit.toml",
        "+++ /dev/null",
    ] {
        assert!(patches.contains(line), "{line} is missing in:\n{patches}");
    }
}

#[test]
fn every_version_of_every_template_can_be_had_and_no_other() {
    for template in Template::all() {
        for version in 1..=template.version() {
            let then =
                Template::named_at(template.name(), version).unwrap_or_else(|| panic!("{} {version}", template.name()));
            assert_eq!(then.version(), version);
            then.render(&answers()).unwrap();
        }
        assert_eq!(Template::named_at(template.name(), template.version() + 1), None);
        assert_eq!(Template::named_at(template.name(), 0), None);
    }
    assert_eq!(Template::named_at("no-such", 1), None);
}

#[test]
fn a_template_that_was_changed_has_a_new_version() {
    let templates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates");
    for template in Template::all() {
        let about = std::fs::read_to_string(templates.join(format!("{}.toml", template.name()))).unwrap();
        let about: toml::Table = about.parse().unwrap();
        let mut content = Vec::new();
        for (path, text) in template.files() {
            content.extend([path.as_bytes(), b"\0", text.as_bytes(), b"\0"].concat());
        }
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &content);
        let digest: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let name = template.name();
        assert_eq!(
            about["digest"].as_str(),
            Some(digest.as_str()),
            "{name} is not what was released as version {}; run `templates/release {name}`",
            template.version()
        );
    }
}
