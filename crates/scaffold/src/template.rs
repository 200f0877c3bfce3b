//! Which templates are there, and what did they look like before?

use std::collections::BTreeMap;

include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// A template as it is compiled in.
pub(crate) struct Embedded {
    name: &'static str,
    title: &'static str,
    version: u32,
    files: &'static [(&'static str, &'static str)],
    before: &'static [Before],
}

/// What was different in an earlier version, seen from the one after it.
struct Before {
    version: u32,
    /// Files that the earlier version did not have.
    gone: &'static [&'static str],
    /// Files that were otherwise in it.
    files: &'static [(&'static str, &'static str)],
}

/// A template in one of its versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    name: String,
    title: String,
    version: u32,
    files: BTreeMap<String, String>,
}

impl Template {
    /// A template made of texts, for those who keep their own.
    pub fn new(name: &str, version: u32, files: BTreeMap<String, String>) -> Self {
        Self { name: name.into(), title: String::new(), version, files }
    }

    /// Every template in its newest version, in the order of their names.
    pub fn all() -> Vec<Self> {
        TEMPLATES.iter().map(Embedded::newest).collect()
    }

    /// The newest version of a template.
    pub fn named(name: &str) -> Option<Self> {
        TEMPLATES.iter().find(|template| template.name == name).map(Embedded::newest)
    }

    /// The template as it was in an earlier version, or is; `None` if there never was one.
    pub fn named_at(name: &str, version: u32) -> Option<Self> {
        let embedded = TEMPLATES.iter().find(|template| template.name == name)?;
        let mut template = embedded.newest();
        for before in embedded.before.iter().rev().take_while(|before| before.version >= version) {
            template.files.retain(|path, _| !before.gone.contains(&path.as_str()));
            template.files.extend(owned(before.files));
            template.version = before.version;
        }
        (template.version == version).then_some(template)
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it makes, in a sentence.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Its version: 1, 2, 3 …
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Its files as they lie: paths and texts.
    pub fn files(&self) -> &BTreeMap<String, String> {
        &self.files
    }
}

impl Embedded {
    fn newest(&self) -> Template {
        let (name, title) = (self.name.to_owned(), self.title.to_owned());
        Template { name, title, version: self.version, files: owned(self.files).collect() }
    }
}

fn owned(files: &'static [(&'static str, &'static str)]) -> impl Iterator<Item = (String, String)> {
    files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
}
