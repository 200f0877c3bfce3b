//! Which documents lie open, what do they say, and what is wrong with them?

use std::{
    collections::{BTreeMap, BTreeSet},
    panic::AssertUnwindSafe,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use hansom_standards::{
    Facts, Fault, Finding, Level, Place, Span,
    report::{Checked, harmless},
};
use serde_json::{Value, json};
use url::Url;

use super::measure::{Range, Ruler, Units};
use crate::{contract_file::ContractFile, facts, law::Law};

/// So long nobody types before it is linted.
const QUIET: Duration = Duration::from_millis(150);
/// Findings of one file that an editor is told; the others show as the first are mended.
const MOST_TOLD: usize = 1000;
/// The first bytes of a document say whether it is a contract.
const TELLING: usize = 64 * 1024;

/// Everything that lies open.
#[derive(Default)]
pub(super) struct Desk {
    pub(super) units: Units,
    pub(super) law: Option<Law>,
    /// The folder that the editor works in.
    pub(super) here: Option<PathBuf>,
    /// The manifest by name, or none at all; else the one beside the contract.
    pub(super) manifest: Manifest,
    open: BTreeMap<String, Open>,
}

/// Which manifest goes with a contract.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Manifest {
    /// The one beside it, if it names it.
    #[default]
    Beside,
    /// One for all.
    Named(PathBuf),
    /// None.
    Off,
}

/// A document.
pub(super) struct Open {
    pub(super) text: String,
    pub(super) version: Option<i64>,
    /// When to lint it; nothing if it has been.
    due: Option<Instant>,
    /// What came of it. Nothing where the document is no contract.
    pub(super) checked: Option<Checked>,
    /// What was last sent: by address, also for the files that it refers to.
    sent: BTreeMap<String, Vec<Value>>,
}

impl Desk {
    /// Lays a document on the desk, or another text of one that lies there.
    pub(super) fn put(&mut self, address: &str, text: String, version: Option<i64>, now: Instant) {
        let sent = self.open.remove(address).map(|open| open.sent).unwrap_or_default();
        self.open.insert(address.to_owned(), Open { text, version, due: Some(now), checked: None, sent });
    }

    /// A document, to change its text.
    pub(super) fn get_mut(&mut self, address: &str) -> Option<&mut Open> {
        self.open.get_mut(address)
    }

    /// A document.
    pub(super) fn get(&self, address: &str) -> Option<&Open> {
        self.open.get(address)
    }

    /// Something was typed: what rests on this document is linted when nobody types any more.
    pub(super) fn changed(&mut self, address: &str, now: Instant) {
        let path = path_of(address);
        for (other, open) in &mut self.open {
            let rests = other == address
                || path.as_ref().is_some_and(|path| {
                    let texts = open.checked.iter().flat_map(|checked| &checked.texts);
                    texts.map(|(name, _)| name).any(|name| Path::new(name) == path)
                });
            if rests {
                open.due = Some(now + QUIET);
            }
        }
    }

    /// Everything is to be linted anew: the standards changed, or files outside.
    pub(super) fn all_changed(&mut self, now: Instant) {
        self.open.values_mut().for_each(|open| open.due = Some(now));
    }

    /// When the next document is to be linted.
    pub(super) fn due(&self) -> Option<Instant> {
        self.open.values().filter_map(|open| open.due).min()
    }

    /// Lints what is due; gives the messages for the editor.
    pub(super) fn catch_up(&mut self, now: Instant) -> Vec<Value> {
        let due = |open: &Open| open.due.is_some_and(|due| due <= now);
        let addresses: Vec<String> =
            self.open.iter().filter(|(_, open)| due(open)).map(|(address, _)| address.clone()).collect();
        addresses.iter().flat_map(|address| self.lint(address)).collect()
    }

    /// Lints one document at once if it has not been since it changed.
    pub(super) fn freshen(&mut self, address: &str) -> Vec<Value> {
        match self.open.get(address) {
            Some(open) if open.due.is_some() => self.lint(address),
            _ => Vec::new(),
        }
    }

    /// Takes a document from the desk; its findings go with it.
    pub(super) fn close(&mut self, address: &str) -> Vec<Value> {
        let Some(open) = self.open.remove(address) else { return Vec::new() };
        open.sent.keys().map(|address| self.diagnostics(address)).collect()
    }

    fn lint(&mut self, address: &str) -> Vec<Value> {
        let Some(open) = self.open.get(address) else { return Vec::new() };
        let checked = looks_like_a_contract(&open.text).then(|| self.check(address, &open.text)).flatten();
        let sent = checked.as_ref().map(|checked| self.told(address, checked)).unwrap_or_default();
        let Some(open) = self.open.get_mut(address) else { return Vec::new() };
        open.due = None;
        open.checked = checked;
        let before = std::mem::replace(&mut open.sent, sent);
        let mut addresses: BTreeSet<String> = before.into_keys().collect();
        addresses.extend(open.sent.keys().cloned());
        addresses.insert(address.to_owned());
        addresses.iter().map(|address| self.diagnostics(address)).collect()
    }

    fn check(&self, address: &str, text: &str) -> Option<Checked> {
        let law = self.law.as_ref()?;
        let path = path_of(address);
        let file = match &path {
            Some(path) => ContractFile::under(path, self.here.as_deref()).ok()?,
            // What was never saved refers to nothing.
            None => ContractFile::of(Path::new("-")).ok()?,
        };
        let saved = path.is_some();
        let mut open = |name: &str| match self.text_of(&file.path(name)) {
            Some(text) => Ok(text),
            None if saved => file.open(name),
            None => Err("the contract was never saved".to_owned()),
        };
        let facts = self.facts(&file);
        let hold = AssertUnwindSafe(|| law.hold(&file, text.to_owned(), facts, &mut open));
        // A mistake in a rule must not take the editor's other documents with it.
        Some(std::panic::catch_unwind(hold).unwrap_or_else(|_| {
            let what = "the standards could not be held against this contract";
            let fault = Fault::new(Place::START, what, "please report it, with the contract");
            Checked { file: file.shown(file.name()), fault: Some(fault), ..Checked::default() }
        }))
    }

    fn facts(&self, file: &ContractFile) -> Facts {
        match &self.manifest {
            Manifest::Beside => facts::beside(file).facts,
            Manifest::Named(manifest) => facts::of_manifest(manifest).map(|beside| beside.facts).unwrap_or_default(),
            Manifest::Off => Facts::default(),
        }
    }

    /// The text of a file as it lies open, which may be newer than on the disk.
    fn text_of(&self, path: &Path) -> Option<String> {
        let real = path.canonicalize().ok()?;
        let found = self.open.iter().find(|(address, _)| path_of(address).is_some_and(|path| path == real));
        found.map(|(_, open)| open.text.clone())
    }

    /// What is wrong, by address.
    fn told(&self, address: &str, checked: &Checked) -> BTreeMap<String, Vec<Value>> {
        let mut told: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        let own: &str = &checked.file;
        for (name, text) in &checked.texts {
            // The contract was named by its whole path, and so are its files.
            let other = || Url::from_file_path(name).map(String::from).ok();
            let Some(address) = (if name == own { Some(address.to_owned()) } else { other() }) else { continue };
            let ruler = Ruler::of(text, self.units);
            let here = checked.findings.iter().filter(|told| *told.finding.file == **name).take(MOST_TOLD);
            let mut diagnostics: Vec<Value> =
                here.map(|told| diagnostic(&told.finding, ruler.range(told.finding.span), &address)).collect();
            if let Some(fault) = checked.fault.as_ref().filter(|_| name == own) {
                let range = ruler.range(Span::empty(fault.place));
                let message = format!("{}\n{}", harmless(&fault.what), harmless(&fault.mend));
                diagnostics
                    .push(json!({ "range": range.to_json(), "severity": 1, "source": "hansom", "message": message }));
            }
            if !diagnostics.is_empty() {
                told.insert(address, diagnostics);
            }
        }
        told
    }

    /// Everything that is wrong at an address, whichever contract it was found by.
    fn diagnostics(&self, address: &str) -> Value {
        let mut all: Vec<&Value> = Vec::new();
        for diagnostic in self.open.values().filter_map(|open| open.sent.get(address)).flatten() {
            if !all.contains(&diagnostic) {
                all.push(diagnostic);
            }
        }
        let mut params = json!({ "uri": address, "diagnostics": all });
        if let Some(version) = self.open.get(address).and_then(|open| open.version) {
            params["version"] = json!(version);
        }
        json!({ "jsonrpc": "2.0", "method": "textDocument/publishDiagnostics", "params": params })
    }
}

/// A finding as the editor gets it.
pub(super) fn diagnostic(finding: &Finding, range: Range, address: &str) -> Value {
    let severity = match finding.level {
        Level::Error => 1,
        Level::Warning => 2,
        Level::Information => 3,
        Level::Hint => 4,
    };
    let mut diagnostic = json!({
        "range": range.to_json(),
        "severity": severity,
        "code": &*finding.rule,
        "source": "hansom",
        "message": format!("{}\n{}", harmless(&finding.what), harmless(&finding.mend)).trim_end(),
    });
    if !finding.why.is_empty() {
        let location = json!({ "uri": address, "range": range.to_json() });
        diagnostic["relatedInformation"] =
            json!([{ "location": location, "message": format!("Why: {}", harmless(&finding.why)) }]);
    }
    if let Some(page) = finding.page.as_deref().filter(|page| Url::parse(page).is_ok()) {
        diagnostic["codeDescription"] = json!({ "href": page });
    }
    diagnostic
}

/// Where a document lies, if it lies in a file.
pub(super) fn path_of(address: &str) -> Option<PathBuf> {
    let path = Url::parse(address).ok()?.to_file_path().ok()?;
    // The last step may not be there yet.
    let (folder, name) = (path.parent()?.canonicalize().ok(), path.file_name()?);
    Some(folder.map_or_else(|| path.clone(), |folder| folder.join(name)))
}

/// An editor sends every YAML file there is; only contracts are held against the standards.
fn looks_like_a_contract(text: &str) -> bool {
    let end = (0..=TELLING.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let head = text.get(..end).unwrap_or_default();
    ["openapi", "swagger"].iter().any(|word| {
        head.match_indices(word).any(|(at, _)| {
            let before = head.get(..at).unwrap_or_default().trim_end_matches(['"', '\'']).chars().next_back();
            let after = head.get(at + word.len()..).unwrap_or_default().trim_start_matches(['"', '\'']);
            let begins = before.is_none_or(|c| matches!(c, '\n' | '\r' | '{' | ',' | ' ' | '\t'));
            begins && after.trim_start().starts_with(':')
        })
    })
}
