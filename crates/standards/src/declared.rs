//! What do the manifest and the extensions of `info` say that OpenAPI itself has no words for?

use crate::{
    document::{Kind, Node},
    fault::quoted,
    finding::Complaint,
    rule::Found,
    survey::Survey,
};

/// The first of several extensions that `info` has; extensions at the top of the document count too.
pub(crate) fn extension<'d>(survey: &Survey<'d>, names: &[&str]) -> Option<Node<'d>> {
    let filled = |node: &Node<'d>| node.kind() != Kind::Null;
    let at = |around: Node<'d>| names.iter().find_map(|name| around.get(name).filter(filled));
    at(survey.info()).or_else(|| at(survey.root()))
}

/// Something that the manifest or an extension must say.
pub(crate) struct Wanted<'a> {
    /// What the manifest says.
    pub(crate) fact: Option<&'a str>,
    /// The extension of `info` that may say it instead.
    pub(crate) extension: &'a str,
    /// What it is called in a sentence: `audience`.
    pub(crate) called: &'a str,
    /// The words it may be; any, if there are none.
    pub(crate) values: &'a [&'a str],
}

impl Wanted<'_> {
    /// Expects that it is said, in a word of the list, and that contract and manifest do not contradict each other.
    pub(crate) fn expect<'d>(&self, survey: &Survey<'d>, found: &mut Found<'d>) {
        found.applies();
        let written = extension(survey, &[self.extension]);
        let Some(written) = written else {
            match self.fact {
                Some(word) if !self.knows(word) => found.complain(Complaint::at_key(
                    survey.info(),
                    format!("the manifest's {} is {}, which is none of {}", self.called, quoted(word), self.list()),
                )),
                Some(_) => {}
                None => found.complain(Complaint::at_key(
                    survey.info(),
                    format!("nothing says the {}: neither a manifest nor `{}`", self.called, self.extension),
                )),
            }
            return;
        };
        let Some(word) = written.as_str().filter(|word| !word.trim().is_empty()) else {
            found.complain(Complaint::at(written, format!("`{}` is no text", self.extension)));
            return;
        };
        if !self.knows(word) {
            let what = format!("{} is no {}; it is one of {}", quoted(word), self.called, self.list());
            found.complain(Complaint::at(written, what));
        } else if let Some(fact) = self.fact.filter(|fact| !fact.eq_ignore_ascii_case(word)) {
            let what = format!("the contract says {}, the manifest says {}", quoted(word), quoted(fact));
            found.complain(Complaint::at(written, what).mend("let both say the same, or leave it to the manifest"));
        }
    }

    fn knows(&self, word: &str) -> bool {
        self.values.is_empty() || self.values.iter().any(|known| known.eq_ignore_ascii_case(word))
    }

    fn list(&self) -> String {
        self.values.join(", ")
    }
}
