//! What does a finding say, once the placeholders of its message are filled in?
//!
//! A message may contain `{{error}}`, `{{property}}`, `{{path}}`, `{{value}}` and `{{description}}`, each replaced by
//! its value, and `#{{…}}` with a small expression: `print("property")`, texts, `+` and `.toUpperCase()`.

/// What the placeholders stand for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values {
    /// The name of the property that is wrong.
    pub(crate) property: String,
    /// What the function said.
    pub(crate) error: String,
    /// The JSON pointer to the place, as a fragment: `#/info/title`.
    pub(crate) path: String,
    /// What the rule says about itself.
    pub(crate) description: Option<String>,
    /// The value as a text.
    pub(crate) value: String,
    /// The value as it is printed: with quotes if it is a text.
    pub(crate) printed: String,
}

impl Values {
    fn get(&self, name: &str) -> Option<&str> {
        match name {
            "property" => Some(&self.property),
            "error" => Some(&self.error),
            "path" => Some(&self.path),
            "description" => Some(self.description.as_deref().unwrap_or("null")),
            "value" => Some(&self.value),
            _ => None,
        }
    }

    fn print(&self, what: &str) -> String {
        match what {
            "property" if self.property.is_empty() => "The document ".to_owned(),
            "property" => format!("\"{}\" property ", self.property),
            "value" => self.printed.clone(),
            "description" => self.description.clone().unwrap_or_default(),
            other => self.get(other).unwrap_or_default().to_owned(),
        }
    }
}

/// Fills the placeholders of a message.
pub(crate) fn fill(message: &str, values: &Values) -> String {
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
                filled.push_str(values.get(inside).unwrap_or_default());
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
fn evaluate(expression: &str, values: &Values) -> Option<String> {
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

fn term<'t>(from: &'t str, values: &Values) -> Option<(String, &'t str)> {
    let (value, mut rest) = if let Some(quote @ ('"' | '\'')) = from.chars().next() {
        let (text, after) = from[1..].split_once(quote)?;
        (text.to_owned(), after)
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
            None => (values.get(name)?.to_owned(), after),
        }
    };
    let mut value = value;
    while let Some(after) = rest.strip_prefix(".toUpperCase()") {
        value = value.to_uppercase();
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
        let step = step.replace("~1", "/").replace("~0", "~");
        for letter in step.replace('~', "~0").replace('/', "~1").chars() {
            let plain = letter.is_ascii_alphanumeric() || "_.!~*'()/-".contains(letter) || letter == '\u{2013}';
            if plain {
                pointer.push(letter);
            } else {
                for byte in letter.encode_utf8(&mut [0; 4]).bytes() {
                    pointer.push_str(&format!("%{byte:02X}"));
                }
            }
        }
    }
    pointer
}
