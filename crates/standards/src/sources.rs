//! Which texts does a contract consist of, and where does a `$ref` lead?
//!
//! A contract may lie in several files. All of them are read at once, before anything is asked of them, by an opener
//! that the caller hands in: this room opens no file and no address itself. A `$ref` is followed when somebody asks,
//! never written out, so a document that refers to itself a thousand times costs no more than its text.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap, VecDeque},
};

use crate::{
    document::{Document, Lapse, Limits, Node, Place},
    fault::{Fault, quoted},
};

/// How many `$ref`s may follow one another.
pub(crate) const LONGEST_CHAIN: usize = 100;
/// How many files a contract may consist of.
const MOST_FILES: usize = 500;

/// Opens the file of a name. The name is relative to what the contract's own name is relative to, without `.` and
/// empty steps: `schemas/tenancy.yaml`, and `../shared.yaml` if it climbs out of there. Whether it may is for the opener
/// to decide. The error says why not.
pub type Opener<'a> = &'a mut dyn FnMut(&str) -> Result<String, String>;

/// A contract with every local file that it refers to.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The first is the contract itself.
    documents: Vec<Document>,
    by_name: HashMap<String, usize>,
    /// Files that could not be read, each with the reason and the reference that asked for it.
    missing: Vec<Missing>,
    lapses: Vec<(u32, Lapse)>,
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
        Gathering::new(limits, false).gather(name, text, open)
    }

    /// The same, reading over what [`Document::read_leniently`] reads over.
    ///
    /// # Errors
    /// The first thing in the contract's own text that cannot be read over.
    pub fn read_leniently(name: &str, text: &str, limits: &Limits, open: Opener<'_>) -> Result<Sources, Fault> {
        Gathering::new(limits, true).gather(name, text, open)
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

    /// What was read over, each with the number of its document. Nothing, if it was not read leniently.
    pub fn lapses(&self) -> &[(u32, Lapse)] {
        &self.lapses
    }

    /// The document that was read from the file of a name.
    pub fn named(&self, name: &str) -> Option<&Document> {
        self.documents.get(*self.by_name.get(name)?)
    }

    /// Why the file of a reference that a node makes was not read.
    pub(crate) fn missing_of(&self, from: Node<'_>, file: &str) -> Option<&Missing> {
        let name = joined(from.document().name(), file)?;
        self.missing.iter().find(|missing| missing.file == name)
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
        let (_, fragment) = reference.split_once('#').unwrap_or((reference, ""));
        let document = self.file_of(from, reference)?;
        let pointer = percent_decoded(fragment)?;
        document.at(&pointer).or_else(|| self.through_references(document, &pointer))
    }

    /// The document that a reference written at a node leads into.
    pub(crate) fn file_of<'d>(&'d self, from: Node<'d>, reference: &str) -> Option<&'d Document> {
        match reference.split_once('#').map_or(reference, |(file, _)| file) {
            "" => Some(from.document()),
            file => self.named(&joined(from.document().name(), file)?),
        }
    }

    /// The node that a pointer leads to if it passes through parts that are themselves references.
    fn through_references<'d>(&'d self, document: &'d Document, pointer: &str) -> Option<Node<'d>> {
        let mut node = document.root();
        for step in pointer.strip_prefix('/')?.split('/') {
            let step = format!("/{step}");
            let mut chain = 0;
            node = loop {
                if let Some(next) = node.child_at(&step) {
                    break next;
                }
                chain += 1;
                let reference = reference_of(node).filter(|_| chain < LONGEST_CHAIN)?;
                let (_, fragment) = reference.split_once('#').unwrap_or((reference, ""));
                node = self.file_of(node, reference)?.at(&percent_decoded(fragment)?)?;
            };
        }
        Some(node)
    }
}

/// The text of a node's `$ref`, if it has one.
pub fn reference_of(node: Node<'_>) -> Option<&str> {
    node.get("$ref").and_then(Node::as_str)
}

/// Whether a reference stands beside another one further up, so that nobody comes to it.
pub(crate) fn is_overshadowed(holder: Node<'_>) -> bool {
    std::iter::successors(holder.parent(), |node| node.parent()).any(|node| reference_of(node).is_some())
}

/// The files of a contract while they are read, one after the other.
struct Gathering<'l> {
    limits: &'l Limits,
    leniently: bool,
    bytes: usize,
    sources: Sources,
}

impl<'l> Gathering<'l> {
    fn new(limits: &'l Limits, leniently: bool) -> Self {
        let sources =
            Sources { documents: Vec::new(), by_name: HashMap::new(), missing: Vec::new(), lapses: Vec::new() };
        Self { limits, leniently, bytes: 0, sources }
    }

    fn gather(mut self, name: &str, text: &str, open: Opener<'_>) -> Result<Sources, Fault> {
        let mut waiting: VecDeque<(String, String)> = VecDeque::new();
        self.keep(name, text, &mut waiting)?;
        // A file that refers back to the contract may spell its name otherwise.
        let plain = normalised(name, "").unwrap_or_else(|| name.to_owned());
        let mut seen: BTreeSet<String> = BTreeSet::from([plain.clone()]);
        self.sources.by_name.insert(plain, 0);
        while let Some((from, file)) = waiting.pop_front() {
            if !seen.insert(file.clone()) {
                continue;
            }
            let kept = self.opened(&file, open).and_then(|text| self.keep(&file, &text, &mut waiting));
            if let Err(fault) = kept {
                self.sources.missing.push(Missing { from, file, fault });
            }
        }
        Ok(self.sources)
    }

    fn opened(&self, file: &str, open: Opener<'_>) -> Result<String, Fault> {
        let refused = |what: String, mend: &str| Err(Fault::new(Place::START, what, mend));
        if self.sources.documents.len() >= MOST_FILES {
            return refused(format!("the contract consists of more than {MOST_FILES} files"), "bundle some of them");
        }
        open(file).or_else(|why| refused(format!("{} was not read: {why}", quoted(file)), "correct the reference"))
    }

    fn keep(&mut self, name: &str, text: &str, waiting: &mut VecDeque<(String, String)>) -> Result<(), Fault> {
        self.bytes = self.bytes.saturating_add(text.len());
        if self.bytes > self.limits.bytes && !self.sources.documents.is_empty() {
            let what = format!("all files of the contract together have more than {} bytes", self.limits.bytes);
            return Err(Fault::new(Place::START, what, "split the contract"));
        }
        let nth = self.sources.documents.len();
        let number = u32::try_from(nth).unwrap_or(u32::MAX);
        let document = if self.leniently {
            let (document, lapses) = Document::read_leniently(text, self.limits)?;
            self.sources.lapses.extend(lapses.into_iter().map(|lapse| (number, lapse)));
            document
        } else {
            Document::parse_within(text, self.limits)?
        };
        let document = document.named(name, number);
        waiting.extend(files_named_in(&document).into_iter().map(|file| (name.to_owned(), file)));
        self.sources.documents.push(document);
        self.sources.by_name.insert(name.to_owned(), nth);
        Ok(())
    }
}

/// The files that a document's references name, each once.
fn files_named_in(document: &Document) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    for reference in document.nodes_under("$ref").filter_map(Node::as_str) {
        let file = reference.split_once('#').map_or(reference, |(file, _)| file);
        if !file.is_empty() && files.len() <= MOST_FILES {
            files.extend(joined(document.name(), file));
        }
    }
    files
}

/// A reference's file, relative to the file that refers, as a name relative to what that one's name is relative to.
/// None for an address (`https:…`) and an absolute path.
fn joined(from: &str, file: &str) -> Option<String> {
    let file = percent_decoded(file)?;
    if file.starts_with('/') || file.contains([':', '\\']) || file.contains(char::is_control) {
        return None;
    }
    let folder = from.rfind('/').map_or("", |end| &from[..=end]);
    normalised(folder, &file)
}

/// A file in a folder without the steps that lead nowhere. None if it climbs above the root.
fn normalised(folder: &str, file: &str) -> Option<String> {
    let root = if folder.starts_with('/') { "/" } else { "" };
    let mut steps: Vec<&str> = Vec::new();
    for step in folder.split('/').chain(file.split('/')) {
        match step {
            "" | "." => {}
            ".." if steps.last().is_some_and(|last| *last != "..") => drop(steps.pop()),
            ".." if !root.is_empty() => return None,
            step => steps.push(step),
        }
    }
    Some(format!("{root}{}", steps.join("/")))
}

/// A fragment of an address with its `%41` read as `A`.
pub(crate) fn percent_decoded(fragment: &str) -> Option<Cow<'_, str>> {
    if !fragment.contains('%') {
        return Some(Cow::Borrowed(fragment));
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
    String::from_utf8(bytes).ok().map(Cow::Owned)
}
