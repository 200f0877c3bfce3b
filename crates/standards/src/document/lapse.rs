//! What may be wrong with a text that can be read all the same?

use super::{Document, Kind, Node, Span};
use crate::fault::Fault;

/// Something that [`Document::read_leniently`] read over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lapse {
    /// What sort of thing it is.
    pub kind: LapseKind,
    /// What is wrong, where, and what to do.
    pub fault: Fault,
    /// The stretch of the text that is wrong.
    pub span: Span,
    pub(super) node: u32,
}

impl Lapse {
    /// The node that it is about; for a key, the value below it.
    pub fn node<'d>(&self, document: &'d Document) -> Node<'d> {
        document.node(self.node)
    }
}

/// What sort of thing was read over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LapseKind {
    /// A key that is in the map already. The last one counts.
    DuplicateKey,
    /// A key that is, without quotes, something else than a text: `200:`. [`Document::parse`] reads over it, too.
    KeyIsNoText(Kind),
    /// `<<`, which YAML 1.2 does not have. It was expanded as YAML 1.1 does it.
    MergeKey,
    /// A tag that is none of the core schema, or does not fit its value. It was ignored.
    Tag,
    /// An anchor on a key. It was ignored.
    AnchorOnKey,
    /// A key that is missing before `:`. It was read as an empty text.
    MissingKey,
    /// A number that JSON cannot carry, read as a text.
    Number,
    /// A NUL character in a text.
    Nul,
    /// A comment that JSON does not have, read as a text.
    Comment,
}
