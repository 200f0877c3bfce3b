//! Which files of the playbook are in the binary? All of them: the folders are listed when the hub is built.
#![expect(clippy::disallowed_methods, reason = "a build script reads the repository and writes what is compiled in")]

use std::{
    env,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

/// The constant, the folder and the ending of the files that it holds.
const FOLDERS: [(&str, &str, &str); 4] = [
    ("CHAPTERS", "chapters", "md"),
    ("CHECKLISTS", "checklists", "yaml"),
    ("NOTES", "editions", "md"),
    ("EDITIONS", "editions", "yaml"),
];

fn main() {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the crate lies"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where to write"));
    let playbook = here.join("../../playbook").canonicalize().expect("the playbook lies beside the crates");
    println!("cargo:rerun-if-changed={}", playbook.display());
    let mut text = String::new();
    for (name, folder, ending) in FOLDERS {
        let files = files(&playbook.join(folder), ending);
        let _ = writeln!(text, "pub(super) const {name}: &[(&str, &str)] = &[");
        for file in files {
            let stem = file.file_stem().expect("a file has a name").to_string_lossy().into_owned();
            let _ = writeln!(text, "    ({stem:?}, include_str!({:?})),", file.display().to_string());
        }
        text.push_str("];\n");
    }
    fs::write(out.join("playbook.rs"), text).expect("the list can be written");
}

/// The files of a folder with an ending, in the order of their names.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let listing = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = listing.map(|entry| entry.expect("the folder can be read").path()).collect();
    files.retain(|file| file.extension().is_some_and(|known| known == ending));
    files.sort();
    files
}
