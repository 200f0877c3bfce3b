//! Which of a validator's violations are told to people, and in which words?
//!
//! A value that matches no branch violates every branch. What is told is what lies deepest, and a list of allowed values
//! only if there is nothing better to say.

use super::Violation;
use crate::{
    document::Kind,
    ruleset::{ecmascript::Subject, view::View},
};

/// One violation as it is told: the message and where, from the value that was asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Improved {
    pub(crate) message: String,
    pub(crate) instance: String,
}

/// Violations in a tree along the places where they are.
#[derive(Default)]
struct Branch<'v> {
    violations: Vec<&'v Violation>,
    children: Vec<(String, Branch<'v>)>,
}

/// What the messages speak about.
struct About<'a, 'd> {
    value: Subject<'d>,
    view: View<'d>,
    last_step: Option<&'a str>,
}

/// The violations as they are told.
pub(crate) fn improved<'d>(
    violations: &[Violation],
    value: Subject<'d>,
    view: View<'d>,
    last_step: Option<&str>,
) -> Vec<Improved> {
    let mut tree = Branch::default();
    for violation in violations {
        tree.plant(violation);
    }
    tree.prune();
    let mut told = Vec::new();
    tree.tell(&About { value, view, last_step }, &mut told);
    for one in &mut told {
        let unmatched = violations.iter().rev().find(|violation| {
            violation.instance == one.instance
                && (violation.keyword == "anyOf" || (violation.keyword == "oneOf" && !violation.detail.several_matched))
        });
        if unmatched.is_some_and(|violation| one.message.ends_with(&format!(" in {}", violation.keyword))) {
            one.message.push_str(". None of the schemas matched, see the other errors reported for this value");
        }
    }
    told
}

impl<'v> Branch<'v> {
    fn plant(&mut self, violation: &'v Violation) {
        let steps = steps(&violation.instance);
        if steps.is_empty() {
            return;
        }
        let mut branch = self;
        for step in steps {
            let at = branch.children.iter().position(|(name, _)| *name == step).unwrap_or_else(|| {
                branch.children.push((step, Branch::default()));
                branch.children.len() - 1
            });
            branch = match branch.children.get_mut(at) {
                Some((_, child)) => child,
                None => return,
            };
        }
        branch.violations.push(violation);
    }

    fn prune(&mut self) {
        let has_children = !self.children.is_empty();
        if has_children && self.violations.iter().any(|violation| violation.keyword == "anyOf") {
            self.violations.clear();
        }
        // A child with nothing but lists of allowed values says less than any of its siblings.
        let mut at = 0;
        while at < self.children.len() {
            let only_lists = self.children.get(at).is_some_and(|(_, child)| {
                child.children_matter() && child.violations.iter().all(|violation| violation.keyword == "enum")
            });
            if only_lists && self.children.len() > 1 {
                self.children.remove(at);
                continue;
            }
            if let Some((_, child)) = self.children.get_mut(at) {
                child.prune();
            }
            at += 1;
        }
    }

    fn children_matter(&self) -> bool {
        !self.violations.is_empty()
    }

    fn tell(&self, about: &About<'_, '_>, told: &mut Vec<Improved>) {
        if !self.violations.is_empty() && self.violations.iter().all(|violation| violation.keyword == "enum") {
            told.push(about.allowed_values(&self.violations));
            return;
        }
        told.extend(self.violations.iter().map(|violation| about.tell(violation)));
        for (_, child) in &self.children {
            child.tell(about, told);
        }
    }
}

/// The steps of a pointer as the tree of violations knows them: a key with the position that follows it is one step,
/// and what is no word ends a step.
fn steps(pointer: &str) -> Vec<String> {
    if pointer.is_empty() {
        return vec![String::new()];
    }
    let mut steps = Vec::new();
    let letters: Vec<char> = pointer.chars().collect();
    let word = |at: usize| letters.get(at).is_some_and(|c| c.is_ascii_alphanumeric() || "_$-".contains(*c));
    let digit = |at: usize| letters.get(at).is_some_and(char::is_ascii_digit);
    let mut at = 0;
    while at < letters.len() {
        if letters.get(at) != Some(&'/') || !word(at + 1) {
            at += 1;
            continue;
        }
        let mut end = at + 1;
        while word(end) {
            end += 1;
        }
        if letters.get(end) == Some(&'/') && digit(end + 1) {
            end += 1;
            while digit(end) {
                end += 1;
            }
        }
        steps.push(letters.get(at..end).unwrap_or_default().iter().collect());
        at = end;
    }
    steps
}

impl About<'_, '_> {
    fn name(&self, instance: &str) -> Option<String> {
        match instance.rsplit_once('/') {
            Some((_, last)) => Some(last.to_owned()),
            None => self.last_step.map(str::to_owned),
        }
    }

    fn pretty_name(&self, instance: &str) -> String {
        match self.name(instance) {
            Some(name) => format!("\"{name}\" property"),
            None => self.sort(instance).to_owned(),
        }
    }

    fn at(&self, instance: &str) -> Subject<'_> {
        let mut node = match self.value {
            Subject::Node(node) if !instance.is_empty() => node,
            value => return value,
        };
        for step in instance.split('/').skip(1) {
            match self.view.child(node, &step.replace("~1", "/").replace("~0", "~")) {
                Some(next) => node = next,
                None => return Subject::Undefined,
            }
        }
        Subject::Node(node)
    }

    fn sort(&self, instance: &str) -> &'static str {
        match self.at(instance).kind() {
            None => "Undefined",
            Some(Kind::Bool) => "Boolean",
            Some(Kind::Integer | Kind::Number) => "Number",
            Some(Kind::Text) => "String",
            Some(Kind::Null | Kind::List | Kind::Map) => "Object",
        }
    }

    fn tell(&self, violation: &Violation) -> Improved {
        let instance = violation.instance.clone();
        let message = match violation.keyword {
            "additionalProperties" => {
                let property = violation.detail.property.as_deref().unwrap_or_default();
                format!("Property \"{property}\" is not expected to be here")
            }
            "type" => match self.name(&instance) {
                None => format!("Value type {}", violation.message),
                Some(name) => format!("\"{name}\" property type {}", violation.message),
            },
            "errorMessage" => violation.message.clone(),
            _ => format!("{} {}", self.pretty_name(&instance), cleaned(&violation.message)),
        };
        Improved { message: self.of_item(message, &instance), instance }
    }

    fn allowed_values(&self, violations: &[&Violation]) -> Improved {
        let mut allowed: Vec<&(String, Option<String>)> = Vec::new();
        for value in violations.iter().flat_map(|violation| &violation.detail.allowed) {
            if !allowed.contains(&value) {
                allowed.push(value);
            }
        }
        let first = violations.first();
        let instance = first.map(|violation| violation.instance.clone()).unwrap_or_default();
        let said = first.map(|violation| violation.message.as_str()).unwrap_or_default();
        let listed: Vec<String> = allowed
            .iter()
            .map(|(json, text)| text.as_ref().map_or_else(|| json.clone(), |text| format!("\"{text}\"")))
            .collect();
        let mut message = format!("{} {said}: {}", self.pretty_name(&instance), listed.join(", "));
        let texts: Vec<&str> = allowed.iter().filter_map(|(_, text)| text.as_deref()).collect();
        let own = self.at(&instance).as_str().map(str::to_owned);
        if let Some(best) = own.and_then(|own| nearest(&own, &texts, allowed.len())) {
            message.push_str(&format!(". Did you mean \"{best}\"?"));
        }
        Improved { message: self.of_item(message, &instance), instance }
    }

    /// Items of lists are called by their position.
    fn of_item(&self, message: String, instance: &str) -> String {
        let last = instance.rsplit('/').next().unwrap_or_default();
        if last.is_empty() || !last.bytes().all(|byte| byte.is_ascii_digit()) {
            return message;
        }
        for prefix in [format!("\"{last}\" property type"), format!("\"{last}\" property")] {
            if let Some(rest) = message.strip_prefix(&prefix) {
                return format!("Item at index {last}{rest}");
            }
        }
        message
    }
}

/// A message with one sort of quotes and no shouting.
pub(crate) fn cleaned(message: &str) -> String {
    message.replace('\'', "\"").replace("NOT", "not")
}

/// The allowed text that is most like another one, if it is like it at all.
pub(crate) fn nearest<'t>(own: &str, texts: &[&'t str], allowed: usize) -> Option<&'t str> {
    let (distance, best) =
        texts.iter().map(|text| (distance(text, own), *text)).min_by_key(|(distance, _)| *distance)?;
    (allowed == 1 || distance < best.chars().count()).then_some(best)
}

/// How many letters must be changed to make one text of another.
fn distance(one: &str, other: &str) -> usize {
    const LONGEST: usize = 200;
    let other: Vec<char> = other.chars().take(LONGEST).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().take(LONGEST).enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (b, above) in other.iter().zip(row.iter().skip(1)) {
            let cost = diagonal + usize::from(a != *b);
            left = cost.min(left + 1).min(above + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
