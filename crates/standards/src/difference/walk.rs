//! Under which names do the callers of one operation meet the schemas that differ?

use std::collections::HashMap;

use super::{
    change::Unhandled,
    families,
    keyword::Keyword,
    ledger::Ledger,
    pairs::{Edge, Pairs, Step},
    view::{Site, Transition, View},
};

/// How often the same pair of schemas is reported under different names in one body.
const MOST_NAMES: u32 = 8;
/// How many steps deep names go.
const DEEPEST: usize = 100;

/// Goes through one body from its root to everything that differs inside.
pub(super) struct Walk<'w, 'b, 'd> {
    pub(super) pairs: &'w Pairs<'b, 'd>,
    pub(super) ledger: &'w mut Ledger<'b, 'd>,
    pub(super) site: &'w Site<'w>,
    visits: HashMap<usize, u32>,
    /// The pairs between the root and here.
    above: Vec<usize>,
    path: String,
    /// How often something was left out because it was said [`MOST_NAMES`] times already.
    pub(super) shortened: usize,
}

/// How a pair was come to.
#[derive(Clone, Copy, Default)]
struct Way<'d> {
    property: Option<(&'d str, bool)>,
    turned: bool,
}

impl<'w, 'b, 'd> Walk<'w, 'b, 'd> {
    pub(super) fn new(pairs: &'w Pairs<'b, 'd>, ledger: &'w mut Ledger<'b, 'd>, site: &'w Site<'w>) -> Self {
        Walk { pairs, ledger, site, visits: HashMap::new(), above: Vec::new(), path: String::new(), shortened: 0 }
    }

    pub(super) fn from(&mut self, root: usize) {
        self.visit(root, Way::default());
    }

    fn visit(&mut self, number: usize, way: Way<'d>) {
        let Some(pair) = self.pairs.get(number).filter(|pair| pair.changed) else {
            return;
        };
        if self.above.contains(&number) {
            return;
        }
        let visits = self.visits.entry(number).or_default();
        *visits += 1;
        if *visits > MOST_NAMES {
            self.shortened += 1;
            return;
        }
        if self.above.len() >= DEEPEST {
            let text =
                format!("schemas are nested more than {DEEPEST} levels deep; what differs further in is not listed");
            let operation = Some(self.site.operation.clone());
            let (old, new) = (self.ledger.books.old.spot(pair.old), self.ledger.books.new.spot(pair.new));
            let keyword = "schema".to_owned();
            self.ledger.unhandled.push(Unhandled { keyword, operation, old: Some(old), new: Some(new), text });
            return;
        }
        let schemas = self.pairs.schemas(pair);
        if pair.differs_itself() {
            let moved = families::one_of::is_wrapped(&schemas, self.ledger.books.new);
            let view = View {
                site: self.site,
                pair,
                schemas: &schemas,
                reading: self.ledger.reading,
                path: &self.path,
                property: way.property,
                turned: way.turned,
                old_book: self.ledger.books.old,
                new_book: self.ledger.books.new,
                same: &self.pairs.same,
                transition: Transition::of(pair, &schemas, moved),
            };
            for look in families::LOOKS {
                look(&view, self.ledger);
            }
            self.ledger.note_unhandled(&view, &self.pairs.same);
        }
        let required = |name: &str| schemas.old.requires(name);
        let ways: Vec<(usize, String, Way<'d>)> =
            pair.edges.iter().map(|edge| (edge.to, segment(edge), way_along(edge, way, &required))).collect();
        self.above.push(number);
        for (to, segment, way) in ways {
            let length = self.path.len();
            if length > 0 {
                self.path.push('/');
            }
            self.path.push_str(&segment);
            self.visit(to, way);
            self.path.truncate(length);
        }
        self.above.pop();
    }
}

fn segment(edge: &Edge<'_>) -> String {
    match &edge.step {
        Step::Property(name) => (*name).to_owned(),
        Step::Named(keyword, name) => format!("{}[{name}]", keyword.text()),
        Step::Single(keyword) => keyword.text().to_owned(),
        Step::Alternative(keyword, label) => format!("{}[{label}]", keyword.text()),
    }
}

fn way_along<'d>(edge: &Edge<'d>, way: Way<'d>, required: &impl Fn(&str) -> bool) -> Way<'d> {
    match &edge.step {
        Step::Property(name) => Way { property: Some((*name, required(name))), turned: way.turned },
        Step::Single(Keyword::Not | Keyword::If) => Way { property: None, turned: true },
        _ => Way { property: None, turned: way.turned },
    }
}
