//! Where does a finding belong: in which file, at which path, on which lines?
//!
//! Rules look at a contract with its references followed, people mend the definition. So a path is walked from the top
//! once more, and whenever it passes a reference it goes on in the definition. A contract that lies in no file has no
//! definitions to point at for whoever only sees the text; there the path stays where the reference is.

use std::borrow::Cow;

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
#[derive(Clone, Copy)]
pub(crate) struct Locator<'d> {
    pub(crate) sources: &'d Sources,
    /// The contract with its references followed.
    pub(crate) followed: View<'d>,
    /// Where its references lead.
    pub(crate) references: &'d References<'d>,
    /// Whether the contract lies in a file, so that findings are told at the definition.
    pub(crate) in_file: bool,
}

impl<'d> Locator<'d> {
    /// Where the finding at a path of the contract belongs.
    pub(crate) fn locate(&self, path: &[Step<'d>], resolved: bool) -> Located<'d> {
        let view = self.followed;
        let path: Vec<Step<'d>> = path.iter().map(unescaped).collect();
        let root = self.sources.root();
        if !resolved {
            return located(root, &path, &path);
        }
        let closest = closest(view, root, &path);
        match passage(root, path.get(..closest).unwrap_or_default()) {
            Passage::None => located(root, &path, &path),
            Passage::Lost => as_seen(root, &path, closest),
            Passage::Reference { left } if self.in_file => self.at_definition(root, &path, closest, left),
            Passage::Reference { .. } => as_seen(root, &path, closest),
        }
    }
}

impl<'d> Locator<'d> {
    /// The path in the definition that a reference on the way leads to.
    fn at_definition(&self, root: Node<'d>, path: &[Step<'d>], closest: usize, left: usize) -> Located<'d> {
        let view = self.followed;
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
                Some(_) if at.document().number() == root.document().number() => return located(root, path, path),
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

/// What a path meets in the text as it was written.
fn passage(root: Node<'_>, path: &[Step<'_>]) -> Passage {
    let mut at = root;
    for (position, step) in path.iter().enumerate() {
        match child(at, step) {
            Some(next) => at = next,
            None if reference_of(at).is_some() => return Passage::Reference { left: path.len() - position },
            None => return Passage::Lost,
        }
    }
    if is_bare(at) {
        return Passage::Reference { left: 0 };
    }
    Passage::None
}

/// How many steps of a path exist.
fn closest<'d>(view: View<'d>, root: Node<'d>, path: &[Step<'d>]) -> usize {
    let mut at = view.open(root);
    for (position, step) in path.iter().enumerate() {
        match view.child(at, step) {
            Some(next) => at = next,
            None => return position,
        }
    }
    path.len()
}

/// The last node of a path that exists, and how many steps lead to it.
fn walk<'d>(root: Node<'d>, path: &[Step<'d>]) -> (Node<'d>, usize) {
    let mut at = root;
    for (position, step) in path.iter().enumerate() {
        match child(at, step) {
            Some(next) => at = next,
            None => return (at, position),
        }
    }
    (at, path.len())
}

fn located<'d>(root: Node<'d>, path: &[Step<'d>], whole: &[Step<'d>]) -> Located<'d> {
    let (node, steps) = walk(root, path);
    let kept: Vec<Step<'d>> = path.iter().take(steps).cloned().collect();
    let property = property(&kept, whole.get(steps..).unwrap_or_default());
    Located { document: root.document(), span: range::of(node), node, path: kept, property }
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

/// The path as far as it exists with references followed, shown where the text has it.
fn as_seen<'d>(root: Node<'d>, path: &[Step<'d>], closest: usize) -> Located<'d> {
    let kept: Vec<Step<'d>> = path.iter().take(closest).cloned().collect();
    let (node, steps) = walk(root, &kept);
    // What lies behind a reference is not in the text at this path.
    let span = if steps == kept.len() { range::of(node) } else { range::BEGINNING };
    let property = kept.last().map(|step| step.to_string()).unwrap_or_default();
    Located { document: root.document(), span, node, path: kept, property }
}
