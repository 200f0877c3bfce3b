//! How does a bound change: set, taken away, tightened, loosened?

use super::*;

/// A keyword that bounds something from one side.
#[derive(Clone, Copy)]
pub(super) struct Bound {
    keyword: Keyword,
    /// How the ids of its checks begin.
    name: &'static str,
    upper: bool,
    /// What holds where the keyword is missing, if that is known: nothing is shorter than 0.
    unless_said: Option<f64>,
}

impl Bound {
    pub(super) const fn upper(keyword: Keyword, name: &'static str) -> Bound {
        Bound { keyword, name, upper: true, unless_said: None }
    }

    pub(super) const fn lower(keyword: Keyword, name: &'static str) -> Bound {
        Bound { keyword, name, upper: false, unless_said: None }
    }

    /// Where the keyword is missing, the bound is 0.
    pub(super) const fn zero_unless_said(mut self) -> Bound {
        self.unless_said = Some(0.0);
        self
    }

    /// Compares the keyword of both sides.
    pub(super) fn look<'d>(self, view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>) {
        let of = |schema: &Schema<'d>| schema.number(self.keyword).or(self.unless_said);
        self.note(view, ledger, of(&view.schemas.old), of(&view.schemas.new));
    }

    /// Compares the keyword of both sides, and tells it under ids that begin in another way.
    pub(super) fn look_as<'d>(self, view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>, prefix: &str) {
        let of = |schema: &Schema<'d>| schema.number(self.keyword).or(self.unless_said);
        if let Some((done, what)) = self.done(of(&view.schemas.old), of(&view.schemas.new)) {
            ledger.note_as(view, &format!("{prefix}{}-{done}", self.name), view.nodes(self.keyword), &what);
        }
    }

    /// Compares two values of the bound.
    pub(super) fn note<'d>(self, view: &View<'_, 'd>, ledger: &mut Ledger<'_, 'd>, old: Option<f64>, new: Option<f64>) {
        let nodes = view.nodes(self.keyword);
        let Some((done, what)) = self.done(old, new) else {
            return;
        };
        let tightened = matches!((done, self.upper), ("decreased", true) | ("increased", false));
        let action = format!("{}-{done}", self.name);
        let silent = self.is_silent(view, done);
        if view.is_out_of_reach() && tightened && view.position() == Position::RequestProperty {
            let id = format!("request-read-only-property-{action}");
            let id = if catalogue::find(&id).is_some() { id } else { format!("request-property-{action}") };
            if !silent {
                ledger.note_as(view, &id, nodes, &what);
            }
        } else if !silent {
            ledger.note(view, &action, nodes, &what);
        }
    }

    /// What was done, as ids say it and in words.
    fn done(self, old: Option<f64>, new: Option<f64>) -> Option<(&'static str, String)> {
        let word = self.keyword.text();
        match (old, new) {
            (Some(old), Some(new)) if old < new => {
                Some(("increased", format!("`{word}` went up from `{old}` to `{new}`")))
            }
            (Some(old), Some(new)) if old > new => {
                Some(("decreased", format!("`{word}` went down from `{old}` to `{new}`")))
            }
            (None, Some(new)) => Some(("set", format!("`{word}` was set to `{new}`"))),
            (Some(old), None) => Some(("unset", format!("`{word}` was `{old}` and is not set any more"))),
            _ => None,
        }
    }

    /// What callers never send or never get may be bounded in any way.
    fn is_silent(self, view: &View<'_, '_>, done: &str) -> bool {
        let counts_kinds = matches!(self.keyword, Keyword::MinContains | Keyword::MaxContains);
        let silent = match view.position() {
            Position::RequestProperty => done == "set" || self.keyword == Keyword::MinItems,
            Position::ResponseProperty => true,
            _ => false,
        };
        silent && !counts_kinds && view.is_out_of_reach()
    }
}
