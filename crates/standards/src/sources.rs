//! Which texts does a contract consist of, and where does a `$ref` lead?
//!
//! A contract may lie in several files. All of them are read at once, before anything is asked of them, by an opener
//! that the caller hands in: this room opens no file and no address itself. A `$ref` is followed when somebody asks,
//! never written out, so a document that refers to itself a thousand times costs no more than its text.

use std::collections::{BTreeSet, VecDeque};

use crate::{
    document::{Document, Limits, Node, Place},
    fault::{Fault, quoted},
};

/// How many `$ref`s may follow one another.
pub(crate) const LONGEST_CHAIN: usize = 100;
/// How many files a contract may consist of.
const MOST_FILES: usize = 500;

/// Opens the file of a name, relative to where the contract lies: `schemas/tenancy.yaml`. The error says why not.
pub type Opener<'a> = &'a mut dyn FnMut(&str) -> Result<String, String>;

/// A contract with every local file that it refers to.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The first is the contract itself.
    documents: Vec<Document>,
    /// Files that could not be read, each with the reason and the reference that asked for it.
    missing: Vec<Missing>,
}

/// A file that a `$ref` names and that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// The file that refers.
    pub from: String,
    /// The file that was not read.
    pub file: String,
    /// What is wrong, with the place inside `file` if it was opened.
    pub fault: Fault,
}

impl Sources {
    /// A contract that lies in one text; references to other files lead nowhere.
    ///
    /// # Errors
    /// The first thing that is wrong with the text.
    pub fn of_text(name: &str, text: &str, limits: &Limits) -> Result<Sources, Fault> {
        Self::read(name, text, limits, &mut |_| Err("other files are not read here".to_owned()))
    }

    /// Reads a contract and all files that it refers to, directly or not.
    ///
    /// # Errors
    /// The first thing that is wrong with the contract's own text; what is wrong with the others is in
    /// [`Sources::missing`].
    pub fn read(name: &str, text: &str, limits: &Limits, open: Opener<'_>) -> Result<Sources, Fault> {
        let root = Document::parse_within(text, limits)?.named(name, 0);
        let mut waiting: VecDeque<(String, String)> =
            files_named_in(&root).map(|file| (name.to_owned(), file)).collect();
        let mut seen: BTreeSet<String> = BTreeSet::from([name.to_owned()]);
        let mut sources = Sources { documents: vec![root], missing: Vec::new() };
        let mut bytes = text.len();
        while let Some((from, file)) = waiting.pop_front() {
            if !seen.insert(file.clone()) {
                continue;
            }
            let read = sources.read_one(&file, limits, &mut bytes, open);
            match read {
                Ok(document) => {
                    waiting.extend(files_named_in(&document).map(|next| (file.clone(), next)));
                    sources.documents.push(document);
                }
                Err(fault) => sources.missing.push(Missing { from, file, fault }),
            }
        }
        Ok(sources)
    }

    fn read_one(&self, file: &str, limits: &Limits, bytes: &mut usize, open: Opener<'_>) -> Result<Document, Fault> {
        let refused = |what: String, mend: &str| Err(Fault::new(Place::START, what, mend));
        if self.documents.len() >= MOST_FILES {
            return refused(format!("the contract consists of more than {MOST_FILES} files"), "bundle some of them");
        }
        let text = match open(file) {
            Ok(text) => text,
            Err(why) => return refused(format!("{} was not read: {why}", quoted(file)), "correct the reference"),
        };
        *bytes += text.len();
        if *bytes > limits.bytes {
            let what = format!("all files of the contract together have more than {} bytes", limits.bytes);
            return refused(what, "split the contract");
        }
        let number = u32::try_from(self.documents.len()).unwrap_or(u32::MAX);
        Ok(Document::parse_within(&text, limits)?.named(file, number))
    }

    /// The contract's own document.
    pub fn document(&self) -> &Document {
        // There is always a first one.
        &self.documents[0]
    }

    /// The node that holds the whole contract.
    pub fn root(&self) -> Node<'_> {
        self.document().root()
    }

    /// Every document, the contract's own first.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// The files that could not be read.
    pub fn missing(&self) -> &[Missing] {
        &self.missing
    }

    /// What a node means once its chain of `$ref`s is followed; where the chain breaks or never ends, its last node.
    pub fn follow<'d>(&'d self, node: Node<'d>) -> Node<'d> {
        let mut at = node;
        for _ in 0..LONGEST_CHAIN {
            match reference_of(at).and_then(|text| self.target(at, text)) {
                Some(next) => at = next,
                None => break,
            }
        }
        at
    }

    /// The node that a reference written at a node leads to, one step.
    pub fn target<'d>(&'d self, from: Node<'d>, reference: &str) -> Option<Node<'d>> {
        let (file, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let document = match file {
            "" => from.document(),
            file => {
                let name = joined(from.document().name(), file)?;
                self.documents.iter().find(|document| document.name() == name)?
            }
        };
        document.at(&percent_decoded(fragment)?)
    }
}

/// The text of a node's `$ref`, if it has one.
pub fn reference_of(node: Node<'_>) -> Option<&str> {
    node.get("$ref").and_then(Node::as_str)
}

/// The files that a document's references name, each relative to where the contract lies.
fn files_named_in(document: &Document) -> impl Iterator<Item = String> {
    document.nodes().filter(|node| node.key().is_some_and(|key| key.text == "$ref")).filter_map(|node| {
        let (file, _) = node.as_str()?.split_once('#').unwrap_or((node.as_str()?, ""));
        if file.is_empty() { None } else { joined(document.name(), file) }
    })
}

/// A reference's file, relative to the file that refers, as a name relative to where the contract lies. None for an
/// address (`https:…`), an absolute path, and a path that climbs out of the contract's folder.
fn joined(from: &str, file: &str) -> Option<String> {
    if file.contains(':') || file.starts_with('/') || file.contains('\\') {
        return None;
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut steps: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in file.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop()?;
            }
            step => steps.push(step),
        }
    }
    Some(steps.join("/"))
}

/// A fragment of an address with its `%41` read as `A`.
pub(crate) fn percent_decoded(fragment: &str) -> Option<String> {
    if !fragment.contains('%') {
        return Some(fragment.to_owned());
    }
    let mut bytes = Vec::with_capacity(fragment.len());
    let mut rest = fragment.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let high = char::from(rest.next()?).to_digit(16)?;
        let low = char::from(rest.next()?).to_digit(16)?;
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok()
}
