//! Which functions does a ruleset bring itself, and what do their programs say?
//!
//! The programs are read with the ruleset, through its opener, and are nothing but text here. Whether they run is for
//! whoever runs the ruleset to say: only with the feature `javascript`, and only if [`super::Allowance::javascript`] is set.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Opener,
    function::{Call, Remark},
    reading::joined,
};
use crate::document::Node;

/// How many files the programs of a ruleset may be.
const MOST_FILES: usize = 64;
/// How large they may be together, in bytes.
const LARGEST: usize = 1024 * 1024;
/// What may be left out at the end of a file's name.
const ENDS: [&str; 6] = ["", ".js", ".mjs", ".cjs", ".json", "/index.js"];

/// A function of a ruleset's own, as a rule asks for it.
#[derive(Clone, Debug)]
pub(crate) struct Custom {
    /// What the function is called.
    pub(crate) name: Arc<str>,
    /// The file that it is in.
    pub(crate) file: Arc<str>,
    /// Its options, as JSON; `null` if none were written.
    #[cfg_attr(not(feature = "javascript"), expect(dead_code, reason = "only programs that run ask for it"))]
    pub(crate) options: Arc<str>,
    /// The files of the ruleset's functions.
    pub(crate) programs: Arc<Programs>,
}

/// The files of a ruleset's functions.
#[derive(Debug, Default)]
pub(crate) struct Programs {
    texts: BTreeMap<String, String>,
    /// Functions that were not read, each with the reason.
    missing: BTreeMap<String, String>,
}

/// Runs the functions of rulesets.
pub(crate) trait CustomFunctions {
    /// What a function says about a value. Steps that it takes are taken from those that are left.
    fn call<'d>(
        &mut self,
        custom: &Custom,
        call: &Call<'_, 'd>,
        rule: &str,
        steps: &mut u64,
    ) -> Result<Vec<Remark<'d>>, Stop>;
}

/// Why a function said nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// It failed for this value, and may be asked about others.
    #[cfg_attr(not(feature = "javascript"), expect(dead_code, reason = "only programs that run ask for it"))]
    Failed(String),
    /// It is not asked again.
    Ended(String),
}

/// The functions that a ruleset declares: `functions: [one, ./folder/another, [other, schema of its options]]`.
pub(crate) fn declared(root: Node<'_>) -> Vec<String> {
    let items = root.get("functions").into_iter().flat_map(Node::items);
    items.filter_map(|item| item.as_str().or_else(|| item.item(0)?.as_str())).map(str::to_owned).collect()
}

/// The name by which rules ask for a function that is declared with a path.
pub(crate) fn name_of(declared: &str) -> &str {
    declared.rsplit('/').next().unwrap_or(declared)
}

/// The file of a declared function, by the name of its ruleset and the folder that this names.
pub(crate) fn file_of(ruleset: &str, folder: Option<&str>, function: &str) -> String {
    joined(ruleset, &format!("{}/{function}.js", folder.unwrap_or("functions").trim_end_matches('/')))
}

impl Programs {
    /// Reads the files of some functions, and what these import by relative names.
    pub(crate) fn read(files: impl IntoIterator<Item = String>, open: Opener<'_>) -> Programs {
        let mut programs = Programs::default();
        let mut waiting: Vec<String> = files.into_iter().collect();
        for file in &waiting {
            if let Err(why) = programs.add(file, open) {
                programs.missing.insert(file.clone(), why);
            }
        }
        while let Some(file) = waiting.pop() {
            let imports = programs.texts.get(&file).map(|text| imports(text)).unwrap_or_default();
            for import in imports {
                let wanted = joined(&file, &import);
                if programs.resolve(&file, &import).is_some() {
                    continue;
                }
                // What is not there is said when it is asked for.
                let found =
                    ENDS.iter().map(|end| format!("{wanted}{end}")).find(|name| programs.add(name, open).is_ok());
                waiting.extend(found);
            }
        }
        programs
    }

    fn add(&mut self, file: &str, open: Opener<'_>) -> Result<(), String> {
        if self.texts.len() >= MOST_FILES {
            return Err(format!("the functions of the ruleset are in more than {MOST_FILES} files"));
        }
        let text = open(file)?;
        if self.texts.values().map(String::len).sum::<usize>() + text.len() > LARGEST {
            return Err(format!("the functions of the ruleset have more than {LARGEST} bytes"));
        }
        self.texts.insert(file.to_owned(), text);
        Ok(())
    }

    /// The text of a file.
    #[cfg_attr(not(feature = "javascript"), expect(dead_code, reason = "only programs that run ask for it"))]
    pub(crate) fn text(&self, file: &str) -> Option<&str> {
        self.texts.get(file).map(String::as_str)
    }

    /// Whether any of the files has a word in it.
    #[cfg(feature = "javascript")]
    pub(crate) fn mention(&self, word: &str) -> bool {
        self.texts.values().any(|text| text.contains(word))
    }

    /// Why the file of a function was not read.
    pub(crate) fn why_missing(&self, file: &str) -> Option<&str> {
        self.missing.get(file).map(String::as_str)
    }

    /// The file that a relative name means in another file.
    pub(crate) fn resolve(&self, from: &str, name: &str) -> Option<String> {
        let wanted = joined(from, name);
        ENDS.iter().map(|end| format!("{wanted}{end}")).find(|file| self.texts.contains_key(file))
    }
}

/// The relative names that a program imports or requires.
fn imports(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for word in ["require", "from", "import"] {
        for (at, _) in text.match_indices(word) {
            let rest = text.get(at + word.len()..).unwrap_or_default().trim_start();
            let rest = rest.strip_prefix('(').unwrap_or(rest).trim_start();
            let quoted = rest.chars().next().filter(|c| matches!(c, '"' | '\'')).and_then(|quote| {
                let inner = rest.get(1..)?;
                inner.get(..inner.find(quote)?)
            });
            found.extend(quoted.filter(|name| name.starts_with('.')).map(str::to_owned));
        }
    }
    found
}
