//! `casing`: is a text written in camel case, kebab case or the like?

use super::{Call, Mistake, Options, Remark};
use crate::{document::Node, fault::quoted, pattern::Pattern};

/// Each casing with the pattern of one group of words; `#` stands for the digits.
const CASINGS: [(&str, &str); 7] = [
    ("flat", "[a-z][a-z#]*"),
    ("camel", "[a-z][a-z#]*(?:[A-Z#](?:[a-z#]+|$))*"),
    ("pascal", "[A-Z][a-z#]*(?:[A-Z#](?:[a-z#]+|$))*"),
    ("kebab", "[a-z][a-z#]*(?:-[a-z#]+)*"),
    ("cobol", "[A-Z][A-Z#]*(?:-[A-Z#]+)*"),
    ("snake", "[a-z][a-z#]*(?:_[a-z#]+)*"),
    ("macro", "[A-Z][A-Z#]*(?:_[A-Z#]+)*"),
];

#[derive(Debug)]
pub(crate) struct Casing {
    name: &'static str,
    pattern: Pattern,
    /// A text that is nothing but the separator is fine, too.
    separator: Option<String>,
}

impl Casing {
    pub(super) fn read(options: &Options) -> Result<Casing, Vec<Mistake>> {
        options.only("casing", &["type", "disallowDigits", "separator"])?;
        let mend = "write one of flat, camel, pascal, kebab, cobol, snake, macro";
        let wanted = options.required("casing", "type", mend)?;
        let known = CASINGS.iter().find(|(name, _)| wanted.as_str() == Some(name));
        let Some((name, group)) = known else {
            return Mistake::alone(Some(wanted), "the option `type` of `casing` is no casing", mend);
        };
        let digits = if options.flag("casing", "disallowDigits")? { "" } else { "0-9" };
        let group = group.replace('#', digits);
        let (text, separator) = match options.get("separator") {
            None => (format!("^{group}$"), None),
            Some(node) => {
                let (sign, leading) = separator(node)?;
                let class = format!("[{}]", escaped(&sign));
                let first = if leading { format!("{class}?") } else { String::new() };
                (format!("^{first}{group}(?:{class}{group})*$"), leading.then_some(sign))
            }
        };
        match Pattern::with_flags(&text, "") {
            Ok(pattern) => Ok(Casing { name, pattern, separator }),
            Err(fault) => Mistake::alone(options.node(), fault.what, fault.mend),
        }
    }

    pub(super) fn run<'d>(&self, call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
        let Some(text) = call.subject.as_str().filter(|text| !text.is_empty()) else {
            return Vec::new();
        };
        let fits = || call.about.expressions.judge(&self.pattern, text) != Some(false);
        if self.separator.as_deref() == Some(text) || fits() {
            return Vec::new();
        }
        vec![Remark::here(format!("must be {} case", self.name))]
    }
}

/// The sign that separates groups, and whether a text may begin with it.
fn separator(node: Node<'_>) -> Result<(String, bool), Vec<Mistake>> {
    let unknown = node.entries().find(|(key, _)| !matches!(key.text, "char" | "allowLeading"));
    if let Some((key, value)) = unknown {
        let what = format!("`separator` has no option {}", quoted(key.text));
        return Mistake::alone(Some(value), what, "use `char` and `allowLeading`");
    }
    let sign = node.get("char").and_then(Node::as_str).filter(|sign| sign.chars().count() <= 1);
    let Some(sign) = sign else {
        let what = "the option `separator.char` of `casing` must be one character";
        return Mistake::alone(Some(node), what, "write one character, such as `/`");
    };
    let leading = node.get("allowLeading");
    if let Some(wrong) = leading.filter(|node| node.as_bool().is_none()) {
        return Mistake::alone(Some(wrong), "`allowLeading` must be true or false", "write `true` or `false`");
    }
    Ok((sign.to_owned(), leading.and_then(Node::as_bool) == Some(true)))
}

fn escaped(sign: &str) -> String {
    let special = |letter: char| "\\^$.*+?()[]{}|-".contains(letter);
    sign.chars().flat_map(|letter| special(letter).then_some('\\').into_iter().chain([letter])).collect()
}
