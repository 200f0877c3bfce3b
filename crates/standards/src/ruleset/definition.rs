//! What does a ruleset say, as it was written, with what it extends?

use std::{collections::BTreeMap, sync::Arc};

use super::{
    custom::Custom,
    field::Field,
    format::{Format, Formats},
    function::Function,
    level::Severity,
};

/// One file of rules.
#[derive(Debug, Default)]
pub(crate) struct Definition {
    /// What it builds on, in order, each with how much of it is wanted.
    pub(crate) extends: Vec<(Arc<Definition>, Option<Wanted>)>,
    /// Names for expressions.
    pub(crate) aliases: BTreeMap<String, Alias>,
    /// The formats that its rules speak about if they do not say it themselves.
    pub(crate) formats: Option<Formats>,
    /// Where its rules are explained.
    pub(crate) documentation: Option<String>,
    /// Its rules, in order.
    pub(crate) rules: Vec<(Arc<str>, Entry)>,
    /// What is different in some files.
    pub(crate) overrides: Vec<Override>,
    /// How faults of the text weigh.
    pub(crate) parser: ParserOptions,
}

/// How much of an extended ruleset is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// All rules.
    All,
    /// Those that are recommended.
    Recommended,
    /// None, unless one is switched on by name.
    Off,
}

/// What stands for a name in expressions.
#[derive(Clone, Debug)]
pub(crate) enum Alias {
    /// The same expressions in every document.
    Simple(Vec<String>),
    /// Expressions that depend on the format of the document.
    Scoped(Vec<(Formats, Vec<String>)>),
}

/// What a ruleset says about a rule.
#[derive(Debug)]
pub(crate) enum Entry {
    /// On or off.
    Switch(bool),
    /// How much it weighs; none for off.
    Weight(Severity),
    /// The rule itself, or what is different about an inherited one.
    Rule(Arc<Statement>),
}

/// What is written about a rule. What is missing is inherited.
#[derive(Debug, Default)]
pub(crate) struct Statement {
    pub(crate) given: Option<Vec<String>>,
    pub(crate) then: Option<Arc<Vec<Then>>>,
    pub(crate) severity: Option<Severity>,
    pub(crate) message: Option<Arc<str>>,
    pub(crate) description: Option<Arc<str>>,
    pub(crate) documentation: Option<Arc<str>>,
    pub(crate) formats: Option<Formats>,
    pub(crate) recommended: Option<bool>,
    pub(crate) resolved: Option<bool>,
}

/// One thing that a rule asks of what it matches.
#[derive(Debug)]
pub(crate) struct Then {
    /// Of which part.
    pub(crate) field: Field,
    /// What.
    pub(crate) asks: Asks,
}

/// What a rule asks.
#[derive(Debug)]
pub(crate) enum Asks {
    /// One of the functions that are known here.
    Function(Box<Function>),
    /// A function of the ruleset's own, in JavaScript.
    Custom(Custom),
    /// Something that is not known here, of a ruleset for other documents.
    Foreign(&'static str),
}

/// What is different in some files.
#[derive(Debug)]
pub(crate) struct Override {
    /// Patterns of file names, each with the JSON pointer (as a fragment) below which it holds, if not everywhere.
    pub(crate) files: Vec<(String, Option<String>)>,
    /// What holds there.
    pub(crate) definition: Arc<Definition>,
}

/// How faults of the text weigh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ParserOptions {
    /// A key that is written twice.
    pub(crate) duplicate_keys: Severity,
    /// A key that is no text.
    pub(crate) incompatible_values: Severity,
}

impl Default for ParserOptions {
    fn default() -> Self {
        let error = Some(crate::finding::Level::Error);
        Self { duplicate_keys: error, incompatible_values: error }
    }
}

impl Definition {
    /// The alias of a name: its own, else that of what it extends.
    pub(crate) fn alias(&self, name: &str) -> Option<&Alias> {
        let inherited = || self.extends.iter().rev().find_map(|(definition, _)| definition.alias(name));
        self.aliases.get(name).or_else(inherited)
    }

    /// The expressions that one stands for in a document of some formats; an error says what is wrong with it.
    pub(crate) fn expand(&self, expression: &str, formats: Option<Formats>) -> Result<Vec<String>, String> {
        let mut expanded = Vec::new();
        self.expand_into(expression, formats, &mut Vec::new(), &mut expanded)?;
        Ok(expanded)
    }

    fn expand_into(
        &self,
        expression: &str,
        formats: Option<Formats>,
        stack: &mut Vec<String>,
        expanded: &mut Vec<String>,
    ) -> Result<(), String> {
        const MOST: usize = 1_000;
        let Some(rest) = expression.strip_prefix('#') else {
            if expanded.len() >= MOST {
                return Err(format!("it stands for more than {MOST} expressions"));
            }
            expanded.push(expression.to_owned());
            return Ok(());
        };
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
        let (name, tail) = rest.split_at(end);
        if stack.iter().any(|above| above == name) {
            return Err(format!("the alias `{name}` stands for itself: {} -> {name}", stack.join(" -> ")));
        }
        let alias = self.alias(name).ok_or_else(|| format!("there is no alias `{name}`"))?;
        let parts: &[String] = match alias {
            Alias::Simple(parts) => parts,
            Alias::Scoped(targets) => {
                let fits = |target: &&(Formats, Vec<String>)| formats.is_some_and(|own| own.meets(target.0));
                targets.iter().rev().find(fits).map_or(&[], |(_, parts)| parts.as_slice())
            }
        };
        stack.push(name.to_owned());
        for part in parts {
            self.expand_into(&format!("{part}{tail}"), formats, stack, expanded)?;
        }
        stack.pop();
        Ok(())
    }

    /// Every format for which an alias means something of its own.
    pub(crate) fn scoped_formats(&self) -> Vec<Option<Formats>> {
        let mut all = vec![None];
        for number in ["oas2", "oas3.0", "oas3.1", "oas3.2"] {
            let mut formats = Formats::default();
            formats.extend(Format::named(number));
            if number != "oas2" {
                formats.extend(Some(Format::OAS3));
            }
            all.push(Some(formats));
        }
        all
    }
}
