//! Which templates are in the binary? All of the folder `templates`, with the versions that came before.
#![expect(clippy::disallowed_methods, reason = "a build script reads the repository and writes what is compiled in")]

use std::{
    collections::BTreeSet,
    env,
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

/// What tools leave behind in a template that is built where it lies.
const LEFT_BEHIND: [&str; 10] = [
    "target",
    "node_modules",
    ".venv",
    "__pycache__",
    ".pytest_cache",
    ".ruff_cache",
    ".mypy_cache",
    "dist",
    ".postgres",
    ".hansom",
];

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct About {
    title: String,
    version: u32,
    #[serde(rename = "digest")]
    _digest: String,
}

fn main() {
    let here = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the crate lies"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo says where to write"));
    let templates = here.join("../../templates").canonicalize().expect("the templates lie beside the crates");
    let mut text = String::from("pub(crate) const TEMPLATES: &[Embedded] = &[\n");
    println!("cargo:rerun-if-changed={}", templates.display());
    for about in entries(&templates).into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "toml"))
    {
        embed(&about, &mut text);
    }
    text.push_str("];\n");
    fs::write(out.join("templates.rs"), text).expect("the list can be written");
}

fn embed(about_file: &Path, text: &mut String) {
    println!("cargo:rerun-if-changed={}", about_file.display());
    let shown = about_file.display();
    let about = fs::read_to_string(about_file).expect("what a template is about can be read");
    let about: About = toml::from_str(&about).unwrap_or_else(|error| panic!("{shown}: {error}"));
    let folder = about_file.with_extension("");
    let name = folder.file_name().expect("a template has a name").to_string_lossy().into_owned();
    let _ =
        writeln!(text, "Embedded {{ name: {name:?}, title: {:?}, version: {}, files: &[", about.title, about.version);
    list(&folder, text);
    text.push_str("], before: &[\n");
    let history = about_file.with_extension("history");
    for version in 1..about.version {
        let overlay = history.join(version.to_string());
        assert!(overlay.is_dir(), "{shown}: version {version} is not in {}", history.display());
        let gone: BTreeSet<String> =
            fs::read_to_string(overlay.join(".gone")).unwrap_or_default().lines().map(str::to_owned).collect();
        let _ = writeln!(text, "Before {{ version: {version}, gone: &{:?}, files: &[", gone.iter().collect::<Vec<_>>());
        list(&overlay, text);
        text.push_str("] },\n");
    }
    text.push_str("] },\n");
}

/// Every file below a folder: its path in the template, and its text.
fn list(folder: &Path, text: &mut String) {
    let mut open = vec![folder.to_owned()];
    let mut files = BTreeSet::new();
    while let Some(next) = open.pop() {
        println!("cargo:rerun-if-changed={}", next.display());
        for path in entries(&next) {
            let name = path.file_name().expect("an entry has a name").to_string_lossy().into_owned();
            match path.is_dir() {
                true if LEFT_BEHIND.contains(&name.as_str()) => {}
                true => open.push(path),
                false if name == ".gone" => {}
                false => {
                    files.insert(path);
                }
            }
        }
    }
    for file in files {
        let inside = file.strip_prefix(folder).expect("the file lies in the folder").to_string_lossy().into_owned();
        let _ = writeln!(text, "({inside:?}, include_str!({:?})),", file.display().to_string());
    }
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let listing = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut entries: Vec<PathBuf> = listing.map(|entry| entry.expect("the folder can be read").path()).collect();
    entries.sort();
    entries
}
