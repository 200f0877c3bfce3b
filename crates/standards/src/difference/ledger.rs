//! Where is written down what was noticed, and what is left out because it is said already?

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, LazyLock},
};

use crate::document::Node;

use super::{
    Levels, Question, Reading,
    alternatives::Books,
    catalogue::{self, Check, Kind},
    change::{Change, Operation, Unhandled},
    day::Day,
    equivalence::{Equivalence, is_nothing},
    families,
    keyword::{Holds, Keyword},
    pairs::is_malformed,
    view::{Position, View},
};

/// Everything that was noticed.
pub(super) struct Ledger<'b, 'd> {
    pub(super) books: Books<'b, 'd>,
    pub(super) reading: Reading,
    pub(super) today: Day,
    levels: &'b Levels,
    pub(super) changes: Vec<Change>,
    pub(super) unhandled: Vec<Unhandled>,
    /// How many words for people differ around schemas.
    pub(super) words: usize,
    told: HashSet<(u32, u32, u32, u32, &'d str)>,
    /// Ids of checks are put together here.
    id: String,
}

/// The nodes that a change is about.
pub(super) type Nodes<'d> = (Option<Node<'d>>, Option<Node<'d>>);

impl<'b, 'd> Ledger<'b, 'd> {
    pub(super) fn new(books: Books<'b, 'd>, question: &'b Question<'_>) -> Self {
        Ledger {
            books,
            reading: question.reading,
            today: question.today,
            levels: &question.levels,
            changes: Vec::new(),
            unhandled: Vec::new(),
            words: 0,
            told: HashSet::new(),
            id: String::new(),
        }
    }

    /// Writes down a change of a schema by what is done to it: `max-decreased` in a request body becomes
    /// `request-body-max-decreased`.
    pub(super) fn note(&mut self, view: &View<'_, 'd>, action: &str, nodes: Nodes<'d>, what: &str) {
        let mut id = std::mem::take(&mut self.id);
        id.clear();
        id.push_str(view.position().prefix());
        id.push_str(action);
        self.note_as(view, &id, nodes, what);
        self.id = id;
    }

    /// Writes down a change of a schema under an id of its own form.
    pub(super) fn note_as(&mut self, view: &View<'_, 'd>, id: &str, nodes: Nodes<'d>, what: &str) {
        let nodes = (nodes.0.or(Some(view.pair.old)), nodes.1.or(Some(view.pair.new)));
        let Some(check) = catalogue::find(id) else {
            self.leave_open(view, id, nodes, what);
            return;
        };
        if view.claims(check, id) {
            return;
        }
        let text = format!("{}: {what}{}", view.subject(), view.hint());
        self.enter(check, Some(&view.site.operation), nodes, text);
        if view.is_turned() {
            self.weigh_up();
        }
    }

    /// Writes down a change that no schema has made.
    pub(super) fn enter(
        &mut self,
        check: &'static Check,
        operation: Option<&Arc<Operation>>,
        nodes: Nodes<'d>,
        text: String,
    ) {
        let Some(level) = self.levels.of(check.id).unwrap_or_else(|| self.reading.level_of(check)) else {
            return;
        };
        self.changes.push(Change {
            id: check.id,
            level,
            direction: check.direction,
            operation: operation.cloned(),
            old: nodes.0.map(|node| self.books.old.key_spot(node)),
            new: nodes.1.map(|node| self.books.new.key_spot(node)),
            text,
            check,
        });
    }

    /// Writes down a change under an id that is in the catalogue.
    pub(super) fn enter_as(&mut self, id: &str, operation: Option<&Arc<Operation>>, nodes: Nodes<'d>, text: String) {
        match catalogue::find(id) {
            Some(check) => self.enter(check, operation, nodes, text),
            None => self.unhandled.push(Unhandled {
                keyword: id.to_owned(),
                operation: operation.cloned(),
                old: nodes.0.map(|node| self.books.old.key_spot(node)),
                new: nodes.1.map(|node| self.books.new.key_spot(node)),
                text,
            }),
        }
    }

    /// Whether two parts say something different, or only one is there.
    pub(super) fn differs(&self, old: Option<Node<'d>>, new: Option<Node<'d>>) -> bool {
        match (old, new) {
            (Some(old), Some(new)) => self.books.old.prints.said(old) != self.books.new.prints.said(new),
            (None, None) => false,
            _ => true,
        }
    }

    /// Says which keywords differ that no check has looked at, each place once.
    pub(super) fn note_unhandled(&mut self, view: &View<'_, 'd>, same: &Equivalence<'_, 'd>) {
        let schemas = view.schemas;
        let nodes = (schemas.old.node, schemas.new.node);
        if (is_malformed(nodes.0) || is_malformed(nodes.1)) && !same.says_the_same(nodes.0, nodes.1) {
            self.leave_open(view, "schema", (Some(nodes.0), Some(nodes.1)), "is none that can be read");
        }
        for (mine, theirs, is_old) in [(&schemas.old, &schemas.new, true), (&schemas.new, &schemas.old, false)] {
            for (keyword, node) in mine.keywords.known() {
                let differs = match theirs.get(keyword) {
                    Some(other) => is_old && !same.says_the_same(node, other),
                    None => !is_nothing(keyword, node),
                };
                let counts = !matches!(keyword.holds(), Holds::Words | Holds::Name);
                if differs && counts && !is_looked_at(keyword) {
                    self.tell(view, keyword.text(), node, theirs.get(keyword), is_old);
                }
            }
            for (name, node) in mine.keywords.unknown().filter(|(name, _)| !name.starts_with("x-")) {
                let other = theirs.keywords.unknown().find(|(other, _)| *other == name).map(|(_, node)| node);
                let differs = other.is_none_or(|other| is_old && !same.says_the_same(node, other));
                if differs {
                    self.tell(view, name, node, other, is_old);
                }
            }
        }
    }

    fn tell(&mut self, view: &View<'_, 'd>, keyword: &'d str, node: Node<'d>, other: Option<Node<'d>>, is_old: bool) {
        let (old, new) = if is_old { (Some(node), other) } else { (other, Some(node)) };
        let what = match (old, new) {
            (Some(_), None) => "was taken away",
            (None, _) => "was added",
            _ => "changed",
        };
        self.leave_open(view, keyword, (old, new), what);
    }

    fn leave_open(&mut self, view: &View<'_, 'd>, keyword: &str, nodes: Nodes<'d>, what: &str) {
        let place = |node: Option<Node<'_>>| node.map_or((u32::MAX, 0), |node| (node.document().number(), node.id()));
        let ((a, b), (c, d)) = (place(nodes.0), place(nodes.1));
        // The text of a keyword lives as long as the document; an id does not, and is said each time.
        let known = nodes.0.or(nodes.1).and_then(Node::key).map_or("", |key| key.text);
        if !self.told.insert((a, b, c, d, known)) {
            return;
        }
        self.unhandled.push(Unhandled {
            keyword: keyword.to_owned(),
            operation: Some(view.site.operation.clone()),
            old: nodes.0.map(|node| self.books.old.key_spot(node)),
            new: nodes.1.map(|node| self.books.new.key_spot(node)),
            text: format!("{}: `{keyword}` {what}", view.subject()),
        });
    }

    /// What is narrower inside `not` is wider outside, and inside `if` nobody can tell: so nothing there is harmless.
    fn weigh_up(&mut self) {
        if let Some(change) = self.changes.last_mut()
            && change.level == crate::finding::Level::Information
            && !matches!(change.check.kind, Kind::Lifecycle | Kind::Mutability)
        {
            change.level = crate::finding::Level::Warning;
        }
    }
}

fn is_looked_at(keyword: Keyword) -> bool {
    static LOOKED_AT: LazyLock<HashMap<&str, ()>> =
        LazyLock::new(|| families::ALL.iter().flat_map(|family| family.keywords).map(|name| (*name, ())).collect());
    LOOKED_AT.contains_key(keyword.text())
}

impl Position {
    /// What the ids of checks at this place begin with.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Position::RequestBody => "request-body-",
            Position::RequestProperty => "request-property-",
            Position::Parameter => "request-parameter-",
            Position::ParameterProperty => "request-parameter-property-",
            Position::ResponseBody => "response-body-",
            Position::ResponseProperty => "response-property-",
            Position::Header => "response-header-",
        }
    }
}
