//! Does a value that is written in a contract keep to a schema of the contract?
//!
//! Schemas are applied where they lie, references followed, nothing written out. How long one value may take is bounded:
//! schemas that double themselves level by level are short texts and endless work.

use crate::{
    document::{Kind, Node},
    query::{Reading, Tree},
    ruleset::{
        ecmascript::Subject,
        expression::Expressions,
        schema::{Dialect, Relaxed, Schema, Soundness, Unsound, violations},
        view::{Fuel, View},
    },
    survey::{Edition, Survey},
};

/// Steps that holding one value against its schema may take.
const STEPS: u64 = 200_000;
/// How many of the allowed values are told.
const MOST_ALLOWED: usize = 8;

/// Which way a value travels; properties that only travel the other way are not missed in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Travels {
    /// In a request.
    In,
    /// In a response.
    Out,
    /// Who knows.
    Either,
}

/// What was found by holding a value against a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// It keeps to it, or the schema is not fit to tell.
    Yes,
    /// It does not: where in the value, as a JSON pointer, and what is wrong.
    No {
        /// Where in the value.
        at: String,
        /// What is wrong.
        what: String,
    },
    /// It took too long to tell.
    Cut,
}

/// Holds values against schemas.
pub(crate) struct Keeping<'d> {
    followed: Tree<'d>,
    written: Tree<'d>,
    fuel: Fuel,
    expressions: Expressions,
    soundness: Soundness,
    dialect: Dialect,
}

impl<'d> Keeping<'d> {
    /// For the schemas of a contract.
    pub(crate) fn of(survey: &Survey<'d>) -> Self {
        Self {
            followed: Tree::new(survey.sources, Reading::Resolved),
            written: Tree::new(survey.sources, Reading::Written),
            fuel: Fuel::default(),
            expressions: Expressions::default(),
            soundness: Soundness::default(),
            dialect: if survey.edition == Some(Edition::V3_0) { Dialect::Draft4 } else { Dialect::Draft2020 },
        }
    }

    /// Holds a value against a schema.
    pub(crate) fn keeps(&self, schema: Node<'d>, value: Node<'d>, travels: Travels) -> Kept {
        let relaxed =
            Relaxed { read_only: travels != Travels::Out, write_only: travels != Travels::In, ..Relaxed::default() };
        let view = View::followed(&self.followed);
        if !matches!(view.open(schema).kind(), Kind::Map | Kind::Bool) {
            return Kept::Yes;
        }
        let unsound = self.soundness.of(schema, view, (self.dialect, relaxed), &self.expressions, false);
        if matches!(unsound, Some(Unsound::Malformed(_))) {
            return Kept::Yes;
        }
        self.fuel.fill(STEPS);
        let asked = Schema { root: schema, view, dialect: self.dialect, all: false, relaxed, inlines: true };
        let found = violations(asked, Subject::Node(value), View::of(&self.written, &self.fuel), &self.expressions);
        if self.fuel.ran_out() || self.expressions.were_cut() {
            return Kept::Cut;
        }
        let Some(first) = found.first() else { return Kept::Yes };
        let mut what = first.message.clone();
        if !first.detail.allowed.is_empty() {
            let allowed: Vec<&str> =
                first.detail.allowed.iter().map(|(json, _)| json.as_str()).take(MOST_ALLOWED).collect();
            let more = if first.detail.allowed.len() > MOST_ALLOWED { ", …" } else { "" };
            what = format!("{what}: {}{more}", allowed.join(", "));
        }
        Kept::No { at: first.instance.clone(), what }
    }
}

/// The node below another that a JSON pointer leads to, as far as it leads.
pub(crate) fn below<'d>(node: Node<'d>, pointer: &str) -> Node<'d> {
    let mut at = node;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let next = match at.kind() {
            Kind::List => step.parse().ok().and_then(|position| at.item(position)),
            _ => at.get(&step),
        };
        match next {
            Some(next) => at = next,
            None => break,
        }
    }
    at
}
