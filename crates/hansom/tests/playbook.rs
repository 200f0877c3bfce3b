//! Does `hansom playbook build` write a whole site, or nothing?
#![expect(clippy::disallowed_methods, reason = "tests read and write files of their own")]

#[expect(dead_code, reason = "the platform's tests use more of the town")]
mod town;

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use town::{BINARY, Scratch};

fn build(arguments: &[&str], folder: &Path) -> Output {
    Command::new(BINARY).args(["playbook", "build"]).args(arguments).arg(folder).output().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn the_site_is_written_into_a_new_folder_with_twins_and_what_it_needs() {
    let scratch = Scratch::new();
    let folder = scratch.0.join("new/site");
    let output = build(&[], &folder);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    for file in [
        "index.html",
        "index.md",
        "standards/URL-01/index.html",
        "standards/URL-01.md",
        "chapters/naming/index.html",
        "chapters/naming.md",
        "assets/hansom.css",
        "assets/playbook-index.js",
    ] {
        assert!(folder.join(file).is_file(), "{file} is missing");
    }
    let page = fs::read_to_string(folder.join("standards/URL-01/index.html")).unwrap();
    assert!(page.contains("href=\"../../assets/hansom.css\"") && !page.contains("=\"/"), "{page}");
    assert_eq!(names(&scratch.0.join("new")), ["site"], "nothing is left beside it");
}

#[test]
fn a_folder_that_is_not_empty_is_replaced_only_when_asked_for() {
    let scratch = Scratch::new();
    let folder = scratch.0.join("site");
    fs::create_dir_all(&folder).unwrap();
    assert!(build(&[], &folder).status.success(), "an empty folder is taken");
    fs::write(folder.join("mine.txt"), "mine").unwrap();
    let refused = build(&[], &folder);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1), "{said}");
    assert!(said.contains("is not empty; nothing was written") && said.contains("--force"), "{said}");
    assert!(folder.join("mine.txt").exists());
    assert!(build(&["--force"], &folder).status.success());
    assert!(!folder.join("mine.txt").exists() && folder.join("index.html").exists());
    assert_eq!(names(&scratch.0), ["site"], "nothing is left beside it");
}

#[test]
fn what_holds_more_than_a_site_and_what_is_a_file_stay_as_they_are() {
    let scratch = Scratch::new();
    let repository = scratch.0.join("repository");
    fs::create_dir_all(repository.join(".git")).unwrap();
    fs::write(scratch.0.join("file"), "text").unwrap();
    for (folder, words) in [(repository.clone(), "holds more than a site"), (scratch.0.join("file"), "is a file")] {
        let output = build(&["--force"], &folder);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(words), "{said}");
    }
    assert_eq!(names(&repository), [".git"]);
    assert_eq!(fs::read_to_string(scratch.0.join("file")).unwrap(), "text");
}
