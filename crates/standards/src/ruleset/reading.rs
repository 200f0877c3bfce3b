//! Is a text a ruleset, and what is wrong with it if not?
//!
//! Everything is checked before the first contract is looked at: expressions are parsed, options held against what the
//! functions take, aliases followed. What is extended is opened by the caller and nobody else: an address or a package
//! is refused, never fetched.

mod rule;

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{
    Opener,
    custom::{self, Programs},
    definition::{Alias, Definition, Entry, Override, ParserOptions, Wanted},
    foreign,
    format::{Format, Formats},
    level,
};
use crate::{
    document::{Document, Key, Kind, Limits, Node, Place},
    fault::{Fault, quoted},
};

/// How many files a ruleset may consist of.
const MOST_FILES: usize = 100;
/// How many faults are told at once.
const MOST_FAULTS: usize = 100;
/// The first number of the documents of rulesets, beyond all that contracts have.
const FIRST_NUMBER: u32 = 1_000_000;

const KEYS: [&str; 12] = [
    "extends",
    "rules",
    "aliases",
    "formats",
    "functions",
    "functionsDir",
    "documentationUrl",
    "description",
    "overrides",
    "parserOptions",
    "except",
    "$schema",
];

/// Reads a ruleset and everything that it extends.
pub(super) struct Reading<'o> {
    open: Opener<'o>,
    faults: Vec<Fault>,
    /// The files that are being read, the outermost first.
    stack: Vec<String>,
    done: HashMap<String, Arc<Definition>>,
    files: u32,
}

/// What is known about the file that is being read.
struct File {
    document: Arc<Document>,
    name: String,
    /// The functions of its own that it declares.
    functions: Vec<String>,
    /// The folder that these are in.
    folder: Option<String>,
    /// Their programs.
    programs: Arc<Programs>,
    /// Whether it is the one that was asked for.
    is_first: bool,
}

impl<'o> Reading<'o> {
    pub(super) fn new(open: Opener<'o>) -> Reading<'o> {
        Reading { open, faults: Vec::new(), stack: Vec::new(), done: HashMap::new(), files: 0 }
    }

    /// Reads the ruleset of a text.
    pub(super) fn read(mut self, text: &str, name: &str) -> Result<Arc<Definition>, Vec<Fault>> {
        let definition = self.file(text, name);
        if self.faults.is_empty() {
            return Ok(definition);
        }
        self.faults.truncate(MOST_FAULTS);
        Err(self.faults)
    }

    fn file(&mut self, text: &str, name: &str) -> Arc<Definition> {
        let is_first = self.stack.is_empty();
        let number = FIRST_NUMBER + self.files;
        self.files += 1;
        let document = match Document::read_leniently(text, &Limits::default()) {
            Ok((document, _)) => Arc::new(document.named(name, number)),
            Err(fault) => {
                let what = if is_first { fault.what } else { format!("in {}: {}", quoted(name), fault.what) };
                self.faults.push(Fault { what, ..fault });
                return Arc::default();
            }
        };
        self.stack.push(name.to_owned());
        let functions = custom::declared(document.root());
        let folder = document.root().get("functionsDir").and_then(Node::as_str).map(str::to_owned);
        let files = functions.iter().map(|function| custom::file_of(name, folder.as_deref(), function));
        let programs = Arc::new(Programs::read(files, &mut *self.open));
        let file =
            File { document: Arc::clone(&document), name: name.to_owned(), functions, folder, programs, is_first };
        let definition = self.definition(&file, document.root(), true);
        self.stack.pop();
        definition
    }

    fn wrong(&mut self, file: &File, place: Place, what: impl Into<String>, mend: impl Into<String>) {
        if self.faults.len() >= MOST_FAULTS {
            return;
        }
        let what = what.into();
        let what = if file.is_first { what } else { format!("in {}: {what}", quoted(&file.name)) };
        self.faults.push(Fault::new(place, what, mend));
    }

    /// A ruleset, or what overrides parts of one.
    fn definition(&mut self, file: &File, root: Node<'_>, whole: bool) -> Arc<Definition> {
        if root.kind() != Kind::Map {
            let mend = "write a map with `extends` and `rules`";
            self.wrong(file, root.place(), format!("a ruleset must be a map, not {}", root.kind()), mend);
            return Arc::default();
        }
        self.keys(file, root, whole);
        let mut definition = Definition {
            documentation: self.text(file, root, "documentationUrl"),
            formats: root.get("formats").map(|node| self.formats(file, node)),
            parser: self.parser_options(file, root),
            aliases: self.aliases(file, root),
            extends: self.extends(file, root),
            ..Definition::default()
        };
        if let Some(rules) = root.get("rules") {
            self.rules(file, rules, &mut definition);
        }
        if whole {
            definition.overrides = self.overrides(file, root);
        }
        let definition = Arc::new(definition);
        self.check_expressions(file, root, &definition);
        definition
    }

    fn keys(&mut self, file: &File, root: Node<'_>, whole: bool) {
        for (key, _) in root.entries() {
            let known = KEYS.contains(&key.text) || key.text.starts_with("x-") || (!whole && key.text == "files");
            if !known {
                let mend = format!("use one of {}", KEYS.join(", "));
                self.wrong(file, key.place(), format!("a ruleset has no key {}", quoted(key.text)), mend);
            }
        }
        for (key, kind, mend) in [
            ("overrides", Kind::List, "write a list of maps with `files` and `rules`"),
            ("except", Kind::Map, "write a file name and a list of rules on each line"),
            ("parserOptions", Kind::Map, "write `duplicateKeys` or `incompatibleValues` and a severity"),
            ("functions", Kind::List, "write a list of names of files, such as `[checkSecurity]`"),
        ] {
            if let Some(node) = root.get(key).filter(|node| node.kind() != kind) {
                let what = format!("{} must be {kind}, not {}", quoted(key), node.kind());
                self.wrong(file, node.place(), what, mend);
            }
        }
        for function in root.get("functions").into_iter().flat_map(Node::items) {
            if function.as_str().or_else(|| function.item(0)?.as_str()).is_none() {
                self.wrong(file, function.place(), "a function is declared by its name", "write the name of its file");
            }
        }
        self.text(file, root, "functionsDir");
        let says_something = ["extends", "rules", "overrides", "except"].iter().any(|key| root.get(key).is_some());
        if !says_something {
            let mend = "add `rules` or `extends`";
            self.wrong(file, root.place(), "the ruleset has neither rules nor anything that it extends", mend);
        }
    }

    fn text(&mut self, file: &File, holder: Node<'_>, key: &str) -> Option<String> {
        let node = holder.get(key)?;
        if let Some(text) = node.as_str() {
            return Some(text.to_owned());
        }
        self.wrong(file, node.place(), format!("{} must be a text, not {}", quoted(key), node.kind()), "write a text");
        None
    }

    fn flag(&mut self, file: &File, holder: Node<'_>, key: &str) -> Option<bool> {
        let node = holder.get(key)?;
        if node.as_bool().is_none() {
            let what = format!("{} must be true or false, not {}", quoted(key), node.kind());
            self.wrong(file, node.place(), what, "write `true` or `false`");
        }
        node.as_bool()
    }

    fn formats(&mut self, file: &File, node: Node<'_>) -> Formats {
        let mut formats = Formats::default();
        if node.kind() != Kind::List {
            self.wrong(file, node.place(), "`formats` must be a list", "write a list, such as `[oas3]`");
        }
        for item in node.items() {
            match item.as_str().and_then(Format::named) {
                Some(format) => formats.add(format),
                None => {
                    let what = format!("{} is no format that is known", quoted(item.as_str().unwrap_or_default()));
                    self.wrong(
                        file,
                        item.place(),
                        what,
                        "use oas2, oas3, oas3.0, oas3.1, oas3.2, json-schema, aas2, aas3 or arazzo1.0",
                    );
                }
            }
        }
        formats
    }

    fn severity(&mut self, file: &File, node: Node<'_>) -> Option<level::Severity> {
        let severity = level::read(node);
        if severity.is_none() {
            let mend = "write error, warn, info, hint or off";
            self.wrong(file, node.place(), "this is no severity", mend);
        }
        severity
    }

    fn parser_options(&mut self, file: &File, root: Node<'_>) -> ParserOptions {
        let mut options = ParserOptions::default();
        for (key, value) in root.get("parserOptions").into_iter().flat_map(Node::entries) {
            match key.text {
                "duplicateKeys" => options.duplicate_keys = self.severity(file, value).flatten(),
                "incompatibleValues" => options.incompatible_values = self.severity(file, value).flatten(),
                other => {
                    let what = format!("`parserOptions` has no option {}", quoted(other));
                    self.wrong(file, key.place(), what, "use `duplicateKeys` and `incompatibleValues`");
                }
            }
        }
        options
    }

    fn aliases(&mut self, file: &File, root: Node<'_>) -> BTreeMap<String, Alias> {
        let mut aliases = BTreeMap::new();
        let Some(node) = root.get("aliases") else {
            return aliases;
        };
        if node.kind() != Kind::Map {
            self.wrong(file, node.place(), "`aliases` must be a map", "write a name and its expressions on each line");
        }
        for (key, value) in node.entries() {
            let well_named = key.text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
                && key.text.starts_with(|c: char| c.is_ascii_alphabetic());
            if !well_named {
                let mend = "use letters, digits, `-` and `_`, a letter first";
                self.wrong(file, key.place(), format!("{} cannot be an alias", quoted(key.text)), mend);
            }
            let alias = match value.get("targets") {
                Some(targets) => Alias::Scoped(self.targets(file, targets)),
                None => Alias::Simple(self.expressions(file, value)),
            };
            aliases.insert(key.text.to_owned(), alias);
        }
        aliases
    }

    fn targets(&mut self, file: &File, targets: Node<'_>) -> Vec<(Formats, Vec<String>)> {
        let mut all = Vec::new();
        for target in targets.items() {
            let (Some(formats), Some(given)) = (target.get("formats"), target.get("given")) else {
                self.wrong(file, target.place(), "a target needs `formats` and `given`", "write both");
                continue;
            };
            all.push((self.formats(file, formats), self.expressions(file, given)));
        }
        if all.is_empty() {
            self.wrong(file, targets.place(), "`targets` must have at least one target", "write `formats` and `given`");
        }
        all
    }

    /// One expression, or a list of them.
    fn expressions(&mut self, file: &File, node: Node<'_>) -> Vec<String> {
        let nodes: Vec<Node<'_>> = if node.kind() == Kind::List { node.items().collect() } else { vec![node] };
        let mut all = Vec::new();
        for one in nodes {
            match one.as_str().filter(|text| text.starts_with(['$', '#'])) {
                Some(text) => all.push(text.to_owned()),
                None => {
                    let mend = "begin with `$`, or with `#` and the name of an alias";
                    self.wrong(file, one.place(), "this is no JSONPath expression", mend);
                }
            }
        }
        if all.is_empty() {
            self.wrong(file, node.place(), "at least one expression is needed", "write one, such as `$.paths`");
        }
        all
    }

    fn extends(&mut self, file: &File, root: Node<'_>) -> Vec<(Arc<Definition>, Option<Wanted>)> {
        let Some(node) = root.get("extends") else {
            return Vec::new();
        };
        let nodes: Vec<Node<'_>> = if node.kind() == Kind::List { node.items().collect() } else { vec![node] };
        let mut all = Vec::new();
        for one in nodes {
            let (name, wanted) = match one.kind() {
                Kind::List => (one.item(0), one.item(1)),
                _ => (Some(one), None),
            };
            let Some(text) = name.and_then(Node::as_str) else {
                let mend = "write a name, or a name and one of all, recommended, off";
                self.wrong(file, one.place(), "this is nothing that can be extended", mend);
                continue;
            };
            let how = wanted.map(|wanted| match wanted.as_str() {
                Some("all") => Some(Wanted::All),
                Some("recommended") => Some(Wanted::Recommended),
                Some("off") => Some(Wanted::Off),
                _ => None,
            });
            if how == Some(None) {
                let place = wanted.map_or(one.place(), Node::place);
                self.wrong(file, place, "how much is extended must be all, recommended or off", "write one of them");
            }
            if let Some(definition) = self.extended(file, one.place(), text) {
                all.push((definition, how.flatten()));
            }
        }
        all
    }

    /// What is extended under a name.
    fn extended(&mut self, file: &File, place: Place, name: &str) -> Option<Arc<Definition>> {
        if name == "spectral:oas" {
            if let Some(known) = self.done.get(name) {
                return Some(Arc::clone(known));
            }
            let definition = self.file(include_str!("oas.yaml"), name);
            self.done.insert(name.to_owned(), Arc::clone(&definition));
            return Some(definition);
        }
        if let Some(foreign) = foreign::ruleset(name) {
            let known = self.done.entry(name.to_owned()).or_insert_with(|| Arc::new(foreign));
            return Some(Arc::clone(known));
        }
        if let Some(why) = refused(name) {
            let mend = "take it off, or put a copy beside the ruleset and extend that";
            self.wrong(file, place, format!("{} cannot be extended: {why}", quoted(name)), mend);
            return None;
        }
        let path = joined(&file.name, name);
        if self.stack.contains(&path) {
            let mend = "take one of them off";
            self.wrong(file, place, format!("{} extends itself", quoted(&path)), mend);
            return None;
        }
        if let Some(known) = self.done.get(&path) {
            return Some(Arc::clone(known));
        }
        if self.files as usize >= MOST_FILES {
            let what = format!("the ruleset consists of more than {MOST_FILES} files");
            self.wrong(file, place, what, "put some of them together");
            return None;
        }
        match (self.open)(&path) {
            Ok(text) => {
                let definition = self.file(&text, &path);
                self.done.insert(path, Arc::clone(&definition));
                Some(definition)
            }
            Err(why) => {
                let what = format!("{} was not read: {why}", quoted(&path));
                self.wrong(file, place, what, "correct the name");
                None
            }
        }
    }

    fn overrides(&mut self, file: &File, root: Node<'_>) -> Vec<Override> {
        let mut all = Vec::new();
        for node in root.get("overrides").into_iter().flat_map(Node::items) {
            let files: Vec<(String, Option<String>)> = names(node.get("files")).into_iter().map(pattern).collect();
            if files.is_empty() {
                let mend = "write a list of file names, such as `[v2/**/*.yaml]`";
                self.wrong(file, node.place(), "an override needs `files`", mend);
                continue;
            }
            let definition = self.definition(file, node, false);
            let pointed = files.iter().any(|(_, pointer)| pointer.is_some());
            if pointed && definition.rules.iter().any(|(_, entry)| !matches!(entry, Entry::Weight(_))) {
                let what = "where `files` have pointers, rules can only have a severity";
                self.wrong(file, node.place(), what, "write error, warn, info, hint or off for each rule");
            }
            all.push(Override { files, definition });
        }
        for (pattern_node, rules) in root.get("except").into_iter().flat_map(Node::entries) {
            let off = |name: String| (Arc::from(name), Entry::Weight(None));
            let definition =
                Definition { rules: names(Some(rules)).into_iter().map(off).collect(), ..Default::default() };
            let text = pattern_node.text;
            let text = if text.starts_with('#') { format!("**{text}") } else { text.to_owned() };
            all.push(Override { files: vec![pattern(text)], definition: Arc::new(definition) });
        }
        all
    }

    /// Whether everything that rules are given means something in every format.
    fn check_expressions(&mut self, file: &File, root: Node<'_>, definition: &Definition) {
        // What an override calls may be known to the ruleset around it.
        let whole = root.parent().is_none();
        for (key, _) in root.get("aliases").into_iter().flat_map(Node::entries).filter(|_| whole) {
            let alias = format!("#{}", key.text);
            let mut expanded =
                definition.scoped_formats().into_iter().map(|formats| definition.expand(&alias, formats));
            if let Some(Err(why)) = expanded.find(Result::is_err) {
                self.wrong(file, key.place(), format!("{} means nothing: {why}", quoted(&alias)), "correct the alias");
            }
        }
        for (key, node) in root.get("rules").into_iter().flat_map(Node::entries) {
            let Some(given) = node.get("given") else {
                continue;
            };
            let found = definition.rules.iter().find(|(name, _)| **name == *key.text);
            let Some((_, Entry::Rule(statement))) = found else {
                continue;
            };
            for expression in statement.given.iter().flatten() {
                if let Some((what, mend)) = wrong_expression(definition, expression) {
                    self.wrong(file, given.place(), what, mend);
                }
            }
        }
    }

    fn rules(&mut self, file: &File, node: Node<'_>, definition: &mut Definition) {
        if node.kind() != Kind::Map {
            let mend = "write the name of a rule and what it is on each line";
            self.wrong(file, node.place(), format!("`rules` must be a map, not {}", node.kind()), mend);
            return;
        }
        for (key, value) in node.entries() {
            let name = match value.kind() {
                Kind::Map => key.text,
                _ => present_name(key.text),
            };
            if let Some(entry) = self.entry(file, key, name, value, definition) {
                definition.rules.push((Arc::from(name), entry));
            }
        }
    }

    fn entry(
        &mut self,
        file: &File,
        key: Key<'_>,
        name: &str,
        value: Node<'_>,
        definition: &Definition,
    ) -> Option<Entry> {
        let inherited = definition.extends.iter().any(|(extended, _)| knows(extended, name));
        // An override changes what the ruleset around it says.
        let overriding = value.parent().and_then(Node::parent).is_some_and(|around| around.parent().is_some());
        match value.kind() {
            Kind::Map => {
                let complete = inherited || overriding;
                self.statement(file, key, value, complete).map(|statement| Entry::Rule(Arc::new(statement)))
            }
            _ if !inherited && !overriding => {
                let what = format!("the rule {} is switched or weighed, but nothing defines it", quoted(name));
                self.wrong(file, key.place(), what, "correct the name, or extend the ruleset that has it");
                None
            }
            Kind::Bool => value.as_bool().map(Entry::Switch),
            _ => self.severity(file, value).map(Entry::Weight),
        }
    }
}

/// What is wrong with an expression, and what to do.
fn wrong_expression(definition: &Definition, expression: &str) -> Option<(String, String)> {
    for formats in definition.scoped_formats() {
        let expanded = match definition.expand(expression, formats) {
            Ok(expanded) => expanded,
            Err(why) => {
                return Some((format!("{} means nothing: {why}", quoted(expression)), "correct the alias".to_owned()));
            }
        };
        for one in expanded {
            if let Err(fault) = crate::query::Query::parse(&one) {
                let what = format!("{} cannot be read: column {}: {}", quoted(&one), fault.column, fault.what);
                return Some((what, fault.mend));
            }
        }
    }
    None
}

/// Whether a ruleset, or one that it extends, has a rule.
fn knows(definition: &Definition, name: &str) -> bool {
    definition.rules.iter().any(|(own, _)| **own == *name)
        || definition.extends.iter().any(|(extended, _)| knows(extended, name))
}

/// The texts of a list.
fn names(list: Option<Node<'_>>) -> Vec<String> {
    list.into_iter().flat_map(Node::items).filter_map(Node::as_str).map(str::to_owned).collect()
}

/// A pattern of file names, and the pointer behind its `#`.
fn pattern(text: String) -> (String, Option<String>) {
    match text.split_once('#') {
        Some((files, pointer)) => (files.to_owned(), Some(format!("#{pointer}"))),
        None => (text, None),
    }
}

/// Why something cannot be extended here.
fn refused(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    if lower.contains("://") {
        return Some("it is an address, and nothing is fetched from the network");
    }
    if lower.starts_with("spectral:") {
        return Some("only `spectral:oas`, `spectral:asyncapi` and `spectral:arazzo` are known");
    }
    if [".js", ".mjs", ".cjs", ".ts"].iter().any(|end| lower.ends_with(end)) {
        return Some("it is a program, and only rulesets in YAML or JSON are read");
    }
    let is_file = [".yaml", ".yml", ".json"].iter().any(|end| lower.ends_with(end));
    if !is_file && !name.starts_with(['.', '/']) {
        return Some("it is the name of a package, and nothing is installed");
    }
    None
}

/// The name of a file relative to where the ruleset lies.
pub(super) fn joined(from: &str, name: &str) -> String {
    if name.starts_with('/') {
        return name.to_owned();
    }
    let root = if from.starts_with('/') { "/" } else { "" };
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut steps: Vec<&str> = Vec::new();
    for step in folder.split('/').chain(name.split('/')) {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => drop(steps.pop()),
            step => steps.push(step),
        }
    }
    format!("{root}{}", steps.join("/"))
}

/// The name that a rule has today.
fn present_name(name: &str) -> &str {
    match name {
        "oas2-valid-parameter-example" | "oas2-valid-response-schema-example" | "oas2-valid-definition-example" => {
            "oas2-valid-schema-example"
        }
        "oas2-valid-response-example" => "oas2-valid-media-example",
        "oas3-valid-oas-parameter-example" | "oas3-valid-oas-content-example" | "oas3-valid-oas-header-example" => {
            "oas3-valid-media-example"
        }
        "oas3-valid-header-schema-example" | "oas3-valid-parameter-schema-example" => "oas3-valid-schema-example",
        other => other,
    }
}
