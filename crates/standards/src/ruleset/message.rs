//! What does a finding say, once the placeholders of its message are filled in?
//!
//! A message may contain `{{error}}`, `{{property}}`, `{{path}}`, `{{value}}` and `{{description}}`, each replaced by
//! its value, and `#{{…}}` with a small expression: `print("property")`, texts, `+` and `.toUpperCase()`.

use std::borrow::Cow;

use super::{
    ecmascript::{Subject, print_value, string},
    locating::Step,
};

/// What the placeholders stand for. It is written out only where a message asks for it.
#[derive(Clone, Debug)]
pub(crate) struct Values<'a> {
    /// The name of the property that is wrong.
    pub(crate) property: &'a str,
    /// What the function said.
    pub(crate) error: &'a str,
    /// The steps to the place, told as a fragment: `#/info/title`.
    pub(crate) path: &'a [Step<'a>],
    /// What the rule says about itself.
    pub(crate) description: Option<&'a str>,
    /// The value, told as a text, and printed with quotes if it is one.
    pub(crate) value: Subject<'a>,
}

impl<'a> Values<'a> {
    fn get(&self, name: &str) -> Option<Cow<'a, str>> {
        Some(match name {
            "property" => Cow::Borrowed(self.property),
            "error" => Cow::Borrowed(self.error),
            "path" => Cow::Owned(fragment(self.path.iter().map(|step| &**step))),
            "description" => Cow::Borrowed(self.description.unwrap_or("null")),
            "value" => string(self.value),
            _ => return None,
        })
    }

    fn print(&self, what: &str) -> Cow<'a, str> {
        match what {
            "property" if self.property.is_empty() => Cow::Borrowed("The document "),
            "property" => Cow::Owned(format!("\"{}\" property ", self.property)),
            "value" => Cow::Owned(print_value(self.value)),
            "description" => Cow::Borrowed(self.description.unwrap_or_default()),
            other => self.get(other).unwrap_or_default(),
        }
    }
}

/// Fills the placeholders of a message.
pub(crate) fn fill(message: &str, values: &Values<'_>) -> String {
    let mut filled = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(open) = rest.find("{{") {
        let (before, from) = rest.split_at(open);
        let Some((inside, after)) = placeholder(from) else {
            filled.push_str(before);
            filled.push_str("{{");
            rest = &from[2..];
            continue;
        };
        match before.strip_suffix('#') {
            Some(before) => {
                filled.push_str(before);
                filled.push_str(&evaluate(inside, values).unwrap_or_default());
            }
            None => {
                filled.push_str(before);
                filled.push_str(&values.get(inside).unwrap_or_default());
            }
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// What stands between `{{` and `}}` at the beginning of a text, and what comes after.
fn placeholder(from: &str) -> Option<(&str, &str)> {
    let inner = from.strip_prefix("{{")?;
    let end = inner.find(['}', '\n'])?;
    let (inside, after) = inner.split_at(end);
    let after = after.strip_prefix("}}")?;
    (!inside.is_empty()).then_some((inside, after))
}

/// The value of a small expression; none if it is not understood.
fn evaluate(expression: &str, values: &Values<'_>) -> Option<String> {
    let mut text = String::new();
    let mut rest = expression.trim();
    loop {
        let (term, after) = term(rest, values)?;
        text.push_str(&term);
        rest = after.trim_start();
        if rest.is_empty() {
            return Some(text);
        }
        rest = rest.strip_prefix('+')?.trim_start();
    }
}

fn term<'t, 'v: 't>(from: &'t str, values: &Values<'v>) -> Option<(Cow<'t, str>, &'t str)> {
    let (value, mut rest) = if let Some(quote @ ('"' | '\'')) = from.chars().next() {
        let (text, after) = from[1..].split_once(quote)?;
        (Cow::Borrowed(text), after)
    } else {
        let end = from.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(from.len());
        let (name, after) = from.split_at(end);
        match after.strip_prefix('(') {
            Some(arguments) if name == "print" => {
                let (argument, after) = arguments.split_once(')')?;
                let what = argument.trim().trim_matches(['"', '\'']);
                (values.print(what), after)
            }
            Some(_) => return None,
            None => (values.get(name)?, after),
        }
    };
    let mut value = value;
    while let Some(after) = rest.strip_prefix(".toUpperCase()") {
        value = Cow::Owned(value.to_uppercase());
        rest = after;
    }
    Some((value, rest))
}

/// A path in dots and brackets: `paths./pets.get[0]`.
pub(crate) fn dotted<'s>(steps: impl Iterator<Item = &'s str>) -> String {
    let mut path = String::new();
    for (position, step) in steps.enumerate() {
        if step.is_empty() {
            path.push_str("['']");
        } else if step.chars().any(char::is_whitespace) {
            path.push_str(&format!("['{step}']"));
        } else if !super::ecmascript::to_number(step).is_nan() {
            path.push_str(&format!("[{step}]"));
        } else {
            if position > 0 {
                path.push('.');
            }
            path.push_str(step);
        }
    }
    path.replace("~1", "/").replace("~0", "~")
}

/// A path as the fragment of an address: `#/paths/~1pets/get`.
pub(crate) fn fragment<'s>(steps: impl Iterator<Item = &'s str>) -> String {
    let mut pointer = "#".to_owned();
    for step in steps {
        pointer.push('/');
        let step = match step.contains('~') {
            true => Cow::Owned(step.replace("~1", "/").replace("~0", "~")),
            false => Cow::Borrowed(step),
        };
        for letter in step.chars() {
            match letter {
                '~' => pointer.push_str("~0"),
                '/' => pointer.push_str("~1"),
                '_' | '.' | '!' | '*' | '\'' | '(' | ')' | '-' | '\u{2013}' => pointer.push(letter),
                letter if letter.is_ascii_alphanumeric() => pointer.push(letter),
                letter => {
                    for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                        pointer.push_str(&format!("%{byte:02X}"));
                    }
                }
            }
        }
    }
    pointer
}
