//! Where does a finding belong: in which file, at which path, on which lines?
//!
//! Rules look at a contract with its references followed, people mend the definition. So a path is walked from the top
//! once more, and whenever it passes a reference it goes on in the definition. A contract that lies in no file has no
//! definitions to point at for whoever only sees the text; there the path stays where the reference is.

use std::{
    borrow::Cow,
    cell::{Ref, RefCell},
};

use super::{
    message::dotted,
    range,
    reference::{Breach, References, is_bare},
    view::{View, child},
};
use crate::{
    document::{Document, Node, Span},
    sources::{Sources, percent_decoded, reference_of},
};

/// One step of a path: a key of a map, or the position in a list as a text.
pub(crate) type Step<'d> = Cow<'d, str>;

/// Where a finding belongs.
#[derive(Clone, Debug)]
pub(crate) struct Located<'d> {
    /// The document.
    pub(crate) document: &'d Document,
    /// The path of the closest part that is there.
    pub(crate) path: Vec<Step<'d>>,
    /// The node that the path leads to.
    pub(crate) node: Node<'d>,
    /// What is shown of the text.
    pub(crate) span: Span,
    /// The name of the property that is wrong, for messages.
    pub(crate) property: String,
}

/// Finds where findings belong.
pub(crate) struct Locator<'d> {
    sources: &'d Sources,
    /// Where its references lead.
    references: &'d References<'d>,
    /// Whether the contract lies in a file, so that findings are told at the definition.
    in_file: bool,
    /// The contract as it was written.
    written: Way<'d>,
    /// The contract with its references followed.
    followed: Way<'d>,
}

impl<'d> Locator<'d> {
    /// For a contract and what it is with its references followed.
    pub(crate) fn of(sources: &'d Sources, followed: View<'d>, references: &'d References<'d>, in_file: bool) -> Self {
        let (written, followed) = (Way::of(sources.root(), View::WRITTEN), Way::of(sources.root(), followed));
        Locator { sources, references, in_file, written, followed }
    }

    /// Where the finding at a path of the contract belongs.
    pub(crate) fn locate(&self, path: &[Step<'d>], resolved: bool) -> Located<'d> {
        let path: Vec<Step<'d>> = path.iter().map(unescaped).collect();
        if !resolved {
            return self.as_written(&path);
        }
        let closest = self.followed.go(&path).len();
        match self.passage(path.get(..closest).unwrap_or_default()) {
            Passage::None => self.as_written(&path),
            Passage::Lost => self.as_seen(&path, closest),
            Passage::Reference { left } if self.in_file => self.at_definition(&path, closest, left),
            Passage::Reference { .. } => self.as_seen(&path, closest),
        }
    }

    /// What a path meets in the text as it was written.
    fn passage(&self, path: &[Step<'d>]) -> Passage {
        let (at, steps) = self.written.end(path);
        match path.len() - steps {
            0 if is_bare(at) => Passage::Reference { left: 0 },
            0 => Passage::None,
            left if reference_of(at).is_some() => Passage::Reference { left },
            _ => Passage::Lost,
        }
    }

    /// The path as far as it is in the text.
    fn as_written(&self, path: &[Step<'d>]) -> Located<'d> {
        let (node, steps) = self.written.end(path);
        let (kept, missing) = path.split_at(steps);
        let property = property(kept, missing);
        Located { document: node.document(), span: range::of(node), node, path: kept.to_vec(), property }
    }

    /// The path as far as it exists with references followed, shown where the text has it.
    fn as_seen(&self, path: &[Step<'d>], closest: usize) -> Located<'d> {
        let kept = path.get(..closest).unwrap_or_default();
        let (node, steps) = self.written.end(kept);
        // What lies behind a reference is not in the text at this path.
        let span = if steps == kept.len() { range::of(node) } else { range::BEGINNING };
        let property = kept.last().map(|step| step.to_string()).unwrap_or_default();
        Located { document: node.document(), span, node, path: kept.to_vec(), property }
    }

    /// The path in the definition that a reference on the way leads to.
    fn at_definition(&self, path: &[Step<'d>], closest: usize, left: usize) -> Located<'d> {
        let root = self.sources.root();
        let view = self.followed.view;
        let mut at = view.open(root);
        let mut lost = false;
        let mut crossed = false;
        for step in path {
            let Some(next) = child(at, step) else {
                break;
            };
            at = view.open(next);
            if at.document().number() != next.document().number() {
                crossed = true;
            } else if at != next {
                crossed = false;
            }
            match self.references.breach(at) {
                Some((Breach::NoSuchPlace, fragment)) => {
                    at = nearest(at.document().root(), fragment);
                    lost = true;
                    break;
                }
                Some(_) if at.document().number() == root.document().number() => return self.as_written(path),
                _ => {}
            }
        }
        let mut kept = path_of(at);
        // The reference map that paths are looked up in knows steps as parts of addresses, and forgets to read them back
        // if the last reference stays in its file.
        if let Some(first) = kept.iter().position(|step| !is_plain(step)).filter(|_| !crossed) {
            for _ in first..kept.len() {
                at = at.parent().unwrap_or(at);
            }
            kept.truncate(first);
        }
        let last = path.get(closest.saturating_sub(left)..closest).and_then(|rest| rest.last()).filter(|_| !lost);
        let missing: &[Step<'d>] = last.map_or(&[], |last| {
            let after = path.iter().rposition(|step| step == last).map_or(path.len(), |position| position + 1);
            path.get(after..).unwrap_or_default()
        });
        let property = property(&kept, missing);
        Located { document: at.document(), span: range::of(at), node: at, path: kept, property }
    }
}

/// One step, and the node that it leads to.
type Trodden<'d> = (Step<'d>, Node<'d>);

/// Walks paths from the top. It remembers the last one: findings come in the order of the text, so most of the next one's
/// steps are the same.
struct Way<'d> {
    root: Node<'d>,
    view: View<'d>,
    trodden: RefCell<Vec<Trodden<'d>>>,
}

impl<'d> Way<'d> {
    fn of(root: Node<'d>, view: View<'d>) -> Way<'d> {
        Way { root: view.open(root), view, trodden: RefCell::default() }
    }

    /// Every step of a path, as far as it exists.
    fn go(&self, path: &[Step<'d>]) -> Ref<'_, [Trodden<'d>]> {
        {
            let mut trodden = self.trodden.borrow_mut();
            let same = trodden.iter().zip(path).take_while(|((known, _), step)| known == *step).count();
            trodden.truncate(same);
            for step in path.iter().skip(same) {
                let at = trodden.last().map_or(self.root, |(_, node)| *node);
                match self.view.child(at, step) {
                    Some(next) => trodden.push((step.clone(), next)),
                    None => break,
                }
            }
        }
        Ref::map(self.trodden.borrow(), Vec::as_slice)
    }

    /// The last node of a path that exists, and how many steps lead to it.
    fn end(&self, path: &[Step<'d>]) -> (Node<'d>, usize) {
        let trodden = self.go(path);
        (trodden.last().map_or(self.root, |(_, node)| *node), trodden.len())
    }
}

/// The last node of a pointer that is there.
fn nearest<'d>(root: Node<'d>, fragment: &str) -> Node<'d> {
    let pointer = percent_decoded(fragment).unwrap_or(fragment.into());
    let mut at = root;
    for step in pointer.split('/').skip(1) {
        match child(at, &step.replace("~1", "/").replace("~0", "~")) {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}

/// What a path meets in the text as it was written.
enum Passage {
    /// No reference.
    None,
    /// A reference, with so many steps left behind it.
    Reference { left: usize },
    /// A step that is not there.
    Lost,
}

/// What the property is called in messages: the last step, with what is missing behind it.
fn property(kept: &[Step<'_>], missing: &[Step<'_>]) -> String {
    let last = kept.last().map(|step| &**step);
    let missing =
        if last.is_none() { missing.get(missing.len().saturating_sub(1)..).unwrap_or_default() } else { missing };
    if missing.is_empty() {
        return last.unwrap_or_default().to_owned();
    }
    dotted(last.into_iter().chain(missing.iter().map(|step| &**step)))
}

/// Whether a step is written in an address as it is.
fn is_plain(step: &str) -> bool {
    step.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.!~*'()/".contains(&byte))
}

/// The path of a node in its document.
pub(crate) fn path_of(node: Node<'_>) -> Vec<Step<'_>> {
    let mut path = Vec::new();
    let mut at = node;
    while let Some(parent) = at.parent() {
        path.push(match at.key() {
            Some(key) => Cow::Borrowed(key.text),
            None => Cow::Owned(at.position().unwrap_or_default().to_string()),
        });
        at = parent;
    }
    path.reverse();
    path
}

/// A step in which a slash may be written as `~1`.
fn unescaped<'d>(step: &Step<'d>) -> Step<'d> {
    if step.contains('~') { Cow::Owned(step.replace("~1", "/").replace("~0", "~")) } else { step.clone() }
}
