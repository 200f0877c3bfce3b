//! What is asked before a service is made, and which answers will do?

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::spelling::{Words, singular};

const MOST_RESOURCES: usize = 10;
const LONGEST_TITLE: usize = 80;
const LONGEST_NAME: usize = 40;

/// Words that some language, tool or file system of the templates keeps for itself.
const KEPT: &[&str] = &[
    "abstract",
    "all",
    "alloc",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "assert",
    "async",
    "aux",
    "await",
    "become",
    "box",
    "break",
    "build",
    "case",
    "cast",
    "catch",
    "check",
    "class",
    "clock",
    "collate",
    "column",
    "con",
    "const",
    "constraint",
    "continue",
    "core",
    "crate",
    "create",
    "debugger",
    "def",
    "default",
    "del",
    "delete",
    "deps",
    "desc",
    "distinct",
    "do",
    "dyn",
    "elif",
    "else",
    "end",
    "enum",
    "eval",
    "examples",
    "except",
    "export",
    "extends",
    "extern",
    "false",
    "fetch",
    "final",
    "finally",
    "fn",
    "for",
    "foreign",
    "from",
    "function",
    "gen",
    "global",
    "grant",
    "group",
    "having",
    "health",
    "if",
    "impl",
    "import",
    "in",
    "incremental",
    "instanceof",
    "intersect",
    "into",
    "is",
    "lambda",
    "let",
    "lib",
    "limit",
    "loop",
    "macro",
    "main",
    "match",
    "mod",
    "move",
    "mut",
    "new",
    "none",
    "nonlocal",
    "not",
    "nul",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "override",
    "package",
    "pass",
    "primary",
    "priv",
    "private",
    "prn",
    "problem",
    "proc-macro",
    "protected",
    "pub",
    "public",
    "raise",
    "ref",
    "references",
    "return",
    "returning",
    "select",
    "self",
    "some",
    "src",
    "static",
    "std",
    "struct",
    "super",
    "switch",
    "table",
    "target",
    "test",
    "tests",
    "then",
    "this",
    "throw",
    "to",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "union",
    "unique",
    "unsafe",
    "unsized",
    "use",
    "user",
    "using",
    "var",
    "virtual",
    "void",
    "when",
    "where",
    "while",
    "window",
    "with",
    "yield",
];

/// What was asked for, as it was written.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The API's name in paths: `parking`.
    pub name: String,
    /// What it is called in sentences; from the name, if nothing is said.
    pub title: Option<String>,
    /// The owner group's address.
    pub owner: String,
    /// `platform` or `service`.
    pub kind: Kind,
    /// What it holds: `permits`, or `people/person` where the singular is not to be guessed. The name, if nothing is said.
    pub resources: Vec<String>,
    /// An identifier that survives renames: a UUID, made by chance.
    pub id: String,
}

/// Whether an API holds one domain's data for everybody, or serves one service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One data domain, all of it.
    #[default]
    Platform,
    /// Made for one service.
    Service,
}

/// Something that an API holds many of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    pub(crate) plural: String,
    pub(crate) singular: String,
}

/// Answers that will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answers {
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) owner: String,
    pub(crate) kind: Kind,
    pub(crate) resources: Vec<Resource>,
    pub(crate) id: String,
}

/// An answer that will not do, and what would.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Fault(String);

impl Answers {
    /// Checks what was asked for; every fault is told, not the first alone.
    pub fn check(asked: Asked) -> Result<Self, Vec<Fault>> {
        let mut faults = vec![];
        named("the name", &asked.name, &mut faults);
        if !is_group_address(&asked.owner) {
            faults.push(Fault(format!(
                "the owner {} is no address of a group, such as parking@council.example",
                shown(&asked.owner)
            )));
        }
        if !is_uuid(&asked.id) {
            faults.push(Fault(format!("the id {} is no UUID in lower case", shown(&asked.id))));
        }
        let title = asked.title.unwrap_or_else(|| Words::of(&asked.name).title());
        if let Some(fault) = fault_of_title(&title) {
            faults.push(fault);
        }
        let names = if asked.resources.is_empty() { vec![asked.name.clone()] } else { asked.resources };
        let mut resources = vec![];
        let mut seen = BTreeSet::new();
        for name in &names {
            match name.parse::<Resource>() {
                Ok(resource) if seen.insert(resource.plural.clone()) => resources.push(resource),
                Ok(resource) => faults.push(Fault(format!("the resource {} is named twice", resource.plural))),
                // The name was complained of already.
                Err(_) if *name == asked.name => {}
                Err(fault) => faults.push(fault),
            }
        }
        if resources.len() > MOST_RESOURCES {
            faults.push(Fault(format!(
                "{} resources are more than {MOST_RESOURCES}; an API so large is better made of several",
                resources.len()
            )));
        }
        let (name, owner, kind, id) = (asked.name, asked.owner, asked.kind, asked.id);
        if faults.is_empty() { Ok(Self { name, title, owner, kind, resources, id }) } else { Err(faults) }
    }

    /// The API's name in paths.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl FromStr for Resource {
    type Err = Fault;

    fn from_str(text: &str) -> Result<Self, Fault> {
        let (plural, one) =
            text.split_once('/').map_or_else(|| (text, singular(text)), |(many, one)| (many, one.to_owned()));
        let mut faults = vec![];
        named("the resource", plural, &mut faults);
        if one != plural {
            is_word(&one).then_some(()).ok_or_else(|| {
                Fault(format!("{} is no name for one of {}; write it as people/person", shown(&one), shown(plural)))
            })?;
        }
        match faults.into_iter().next() {
            Some(fault) => Err(fault),
            None => Ok(Self { plural: plural.to_owned(), singular: one }),
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.plural, self.singular)
    }
}

impl Kind {
    /// The word of the manifest.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Platform => "platform",
            Kind::Service => "service",
        }
    }
}

/// A name has to do as a folder, a path, a table, a module and a package at once.
fn named(what: &str, name: &str, faults: &mut Vec<Fault>) {
    if !is_word(name) {
        faults.push(Fault(format!(
            "{what} {} will not do; write 2 to {LONGEST_NAME} lower-case letters and digits, words joined by single hyphens, a letter first",
            shown(name)
        )));
    } else if KEPT.binary_search(&name).is_ok() || is_device(name) {
        faults.push(Fault(format!("{what} {name} is a word that a language or a file system keeps for itself; say it with one word more, such as {name}-records")));
    }
}

fn is_word(name: &str) -> bool {
    let fits = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    (2..=LONGEST_NAME).contains(&name.len())
        && name.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
        && name.split('-').all(fits)
}

/// `com1` to `com9` and `lpt1` to `lpt9` are devices to Windows, whatever follows them.
fn is_device(name: &str) -> bool {
    let number = name.strip_prefix("com").or_else(|| name.strip_prefix("lpt"));
    number.is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|b| b.is_ascii_digit()))
}

fn fault_of_title(title: &str) -> Option<Fault> {
    // Marks that turn the direction of text make it read as something that it is not.
    let turns =
        |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let length = title.chars().count();
    if title.trim() != title || !(1..=LONGEST_TITLE).contains(&length) {
        return Some(Fault(format!(
            "the title has {length} characters; write 1 to {LONGEST_TITLE}, without spaces around them"
        )));
    }
    let bad = title.chars().find(|c| c.is_control() || turns(*c))?;
    Some(Fault(format!("the title holds {}; write text of one line", bad.escape_unicode())))
}

fn is_group_address(text: &str) -> bool {
    let part = |part: &str, more: &[u8]| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || more.contains(&b))
    };
    text.len() <= 254
        && text.split_once('@').is_some_and(|(name, domain)| {
            part(name, b"-._+") && domain.contains('.') && domain.split('.').all(|label| part(label, b"-"))
        })
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, b)| match at {
            8 | 13 | 18 | 23 => b == b'-',
            _ => b.is_ascii_digit() || (b'a'..=b'f').contains(&b),
        })
}

/// What was written, short enough for a message, nothing unprintable in it.
fn shown(text: &str) -> String {
    let start: String = text.chars().take(50).collect();
    let more = if start.len() < text.len() { "…" } else { "" };
    format!("\"{}{more}\"", start.escape_debug())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(name: &str) -> Asked {
        Asked {
            name: name.into(),
            owner: "parking@hackney.example".into(),
            id: "5d1f0a4c-9b7e-48d2-a3c6-e1f08b92d475".into(),
            ..Asked::default()
        }
    }

    fn faults(asked: Asked) -> String {
        Answers::check(asked).map_or_else(
            |faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
            |_| String::new(),
        )
    }

    #[test]
    fn kept_words_are_in_order_for_the_search() {
        assert!(KEPT.is_sorted(), "{:?}", KEPT.windows(2).find(|pair| pair[0] > pair[1]));
    }

    #[test]
    fn a_name_has_to_do_in_every_place() {
        for bad in [
            "../x",
            "CON",
            "con",
            "nul",
            "com1",
            &"a".repeat(300),
            "type",
            "async",
            "café",
            "a b",
            "-a",
            "a--b",
            "x",
            "{{x}}",
            "a\nb",
            "1st",
        ] {
            assert!(faults(asked(bad)).contains("the name"), "{bad:?} must be refused");
        }
        for good in ["parking", "council-tax", "com10", "cases", "classes", "types"] {
            assert_eq!(faults(asked(good)), "", "{good} must do");
        }
    }

    #[test]
    fn every_fault_is_told() {
        let all = Asked {
            owner: "nobody".into(),
            title: Some("two\nlines".into()),
            resources: vec!["permits".into(), "permits".into(), "order".into()],
            ..asked("../x")
        };
        let told = faults(all);
        for part in ["the name", "the owner", "the title", "named twice", "the resource order"] {
            assert!(told.contains(part), "{part} is missing in:\n{told}");
        }
    }

    #[test]
    fn a_resource_says_its_singular_where_it_cannot_be_guessed() {
        let resource: Resource = "people/person".parse().unwrap();
        assert_eq!(resource.to_string(), "people/person");
        assert!("people/../x".parse::<Resource>().is_err());
    }
}
