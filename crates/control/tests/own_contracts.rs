//! Do the contracts that we ship keep the playbook that we ship?
#![expect(clippy::disallowed_methods, reason = "a test of files reads files")]

use std::{
    fs,
    path::{Path, PathBuf},
};

use hansom_control::{facts, read_manifest};
use hansom_standards::{Profile, Sources, document::Limits, lint};

/// The folders of a folder, itself among them, that hold a manifest.
fn with_manifest(folder: &Path, found: &mut Vec<PathBuf>) {
    if folder.join("api.yaml").is_file() {
        found.push(folder.to_owned());
    }
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            with_manifest(&path, found);
        }
    }
}

#[test]
fn every_contract_of_ours_lints_to_nothing_by_the_councils_playbook() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut folders = vec![];
    for folder in ["examples", "templates/contract", "benchmarks/api"] {
        with_manifest(&root.join(folder), &mut folders);
    }
    assert!(folders.len() >= 6, "{folders:?}");
    let profile = Profile::bundled("uk-council").unwrap();
    let mut findings = vec![];
    for folder in folders {
        // The benchmarks fill their port in when they run.
        let manifest = fs::read_to_string(folder.join("api.yaml")).unwrap().replace("@UPSTREAM@", "9101");
        let manifest = read_manifest(&manifest).unwrap();
        let name = folder.join(&manifest.contract).display().to_string();
        let text = fs::read_to_string(&name).unwrap();
        let sources = Sources::of_text(&name, &text, &Limits::default()).unwrap();
        let verdict = lint(&sources, facts(&manifest), &profile);
        findings.extend(verdict.findings.iter().map(|finding| format!("{name} {} {}", finding.rule, finding.what)));
    }
    assert!(findings.is_empty(), "{} findings\n{}", findings.len(), findings.join("\n"));
}
