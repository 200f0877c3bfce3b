//! Is a text in the dialect that Spectral tries first (Nimma's), and which steps does it mean?
//!
//! The grammar is stricter than it looks: no spaces in unions, no `{`, `\`, `?` or `:` in filters outside of strings.
//! What it refuses goes to the other dialect, which reads some of the same characters differently; so refusing the
//! same texts matters as much as reading the others. Its engine also declines some expressions with several `..`.

use super::{
    QueryFault,
    expression::{Dialect, Expression},
    step::{Slice, Step},
};

/// One node of the grammar, with whether it may be at any depth.
struct Part {
    deep: bool,
    test: Test,
}

enum Test {
    Member(Box<str>),
    Members(Vec<Box<str>>),
    Any,
    Slice(Slice),
    /// The text of the filter, and the character at which it begins.
    Filter(String, usize),
}

/// The steps of an expression; none if it is not of this dialect.
pub(super) fn read(text: &str) -> Result<Option<Vec<Step>>, QueryFault> {
    let Some(read) = Reader { text: text.chars().collect(), at: 0 }.expression() else {
        return Ok(None);
    };
    if read.declined() {
        return Ok(None);
    }
    read.steps().map(Some)
}

struct Read {
    parts: Vec<Part>,
    /// `$..`, and nothing else.
    everything: bool,
    /// `~` and `^` at the end.
    modifiers: Vec<char>,
}

impl Read {
    /// Whether the engine of this dialect leaves the expression to the other: it cannot scan at any depth twice unless
    /// there are names only in between. The modifiers count as parts here, since they do there.
    fn declined(&self) -> bool {
        let length = self.parts.len() + self.modifiers.len();
        let deep = |i: usize| self.parts.get(i).is_some_and(|part| part.deep);
        let named = |i: usize| matches!(self.parts.get(i).map(|part| &part.test), Some(Test::Member(_)));
        let any = |i: usize| matches!(self.parts.get(i).map(|part| &part.test), Some(Test::Any));
        let mut seen = false;
        let mut i = 0;
        while i < length {
            if !deep(i) {
                i += 1;
                continue;
            }
            if seen {
                return true;
            }
            if !named(i) {
                seen = true;
                i += 1;
                continue;
            }
            let (mut flat, mut scans) = (false, 1);
            for j in i + 1..length.saturating_sub(1) {
                if !deep(j) {
                    flat |= named(j) || any(j);
                    continue;
                }
                scans += 1;
                if flat || !(named(j) || any(j)) {
                    return true;
                }
            }
            let last = length - 1;
            return if deep(last) { flat || any(last) } else { scans > 1 };
        }
        false
    }

    fn steps(self) -> Result<Vec<Step>, QueryFault> {
        let mut steps = Vec::new();
        if self.everything {
            steps.push(Step::Descend(Dialect::Primary));
        }
        let count = self.parts.len();
        let mut deep = false;
        for (position, part) in self.parts.into_iter().enumerate() {
            deep |= part.deep;
            // A scan for anything, then for something, is one scan.
            if part.deep && matches!(part.test, Test::Any) && position + 1 < count {
                continue;
            }
            if std::mem::take(&mut deep) {
                steps.push(Step::Descend(Dialect::Primary));
            }
            steps.push(match part.test {
                Test::Member(name) => Step::Names(vec![name]),
                Test::Members(names) => Step::Names(names),
                Test::Any => Step::Any,
                Test::Slice(slice) => Step::Slice(slice),
                Test::Filter(text, column) => Step::Filter(Expression::parse(&text, column, Dialect::Primary)?),
            });
        }
        // What stands before the last `~` or follows it decides: `^~` is the name of what is around, `~^` the own name.
        let keyed = self.modifiers.contains(&'~');
        let before = self.modifiers.iter().take_while(|modifier| **modifier == '^').count();
        steps.extend((0..before).map(|_| Step::Up));
        if keyed {
            steps.push(Step::Key);
        }
        Ok(steps)
    }
}

struct Reader {
    text: Vec<char>,
    at: usize,
}

impl Reader {
    fn expression(mut self) -> Option<Read> {
        if !self.takes("$") {
            return None;
        }
        let modifiers_only = |rest: &[char]| rest.iter().all(|c| matches!(c, '~' | '^'));
        let everything = self.begins("..") && self.text.get(3..).is_some_and(modifiers_only);
        let mut parts = Vec::new();
        if everything {
            self.at += 2;
        }
        loop {
            let before = self.at;
            match self.depth().and_then(|deep| Some(Part { deep, test: self.test()? })) {
                Some(part) => parts.push(part),
                None => {
                    self.at = before;
                    break;
                }
            }
        }
        let modifiers = self.text.get(self.at..)?.to_vec();
        modifiers_only(&modifiers).then_some(Read { parts, everything, modifiers })
    }

    /// Reads `..`, `.` or nothing before a bracket; says whether what follows may be at any depth.
    fn depth(&mut self) -> Option<bool> {
        if self.takes("..") {
            return Some(true);
        }
        if self.takes(".") {
            return Some(self.begins("["));
        }
        (self.begins("[") || self.begins("@")).then_some(false)
    }

    fn test(&mut self) -> Option<Test> {
        if let Some(name) = self.identifier() {
            return Some(Test::Member(name.into()));
        }
        if self.takes("*") {
            return Some(Test::Any);
        }
        if self.begins("@") {
            return self.sort();
        }
        let bracketed = [Self::member, Self::any, Self::length, Self::filter, Self::members, Self::slice];
        let before = self.at;
        bracketed.iter().find_map(|alternative| {
            self.at = before;
            let test = if self.takes("[") { alternative(self) } else { None };
            test.filter(|_| self.takes("]"))
        })
    }

    fn member(&mut self) -> Option<Test> {
        self.name().map(Test::Member)
    }

    fn any(&mut self) -> Option<Test> {
        self.takes("*").then_some(Test::Any)
    }

    /// `(@.length-1)`: the last items, as a slice.
    fn length(&mut self) -> Option<Test> {
        if !self.takes("(@.length") {
            return None;
        }
        self.spaces();
        if !self.takes("-") {
            return None;
        }
        self.spaces();
        let start = -self.digits()?;
        self.takes(")").then_some(Test::Slice(Slice { start, end: None, step: 1, primary: true }))
    }

    fn filter(&mut self) -> Option<Test> {
        if !self.takes("?(") {
            return None;
        }
        let start = self.at;
        let mut open = 0_usize;
        loop {
            match self.peek()? {
                '(' => open += 1,
                ')' if open == 0 => break,
                ')' => open -= 1,
                quote @ ('"' | '\'') => {
                    let rest = self.text.get(self.at + 1..)?;
                    self.at += 1 + rest.iter().position(|c| *c == quote)?;
                }
                c if c.is_ascii_alphanumeric() || " \t$@.,_=<>!|&+~%^*/;-[]".contains(c) => {}
                _ => return None,
            }
            self.at += 1;
        }
        let text: String = self.text.get(start..self.at)?.iter().collect();
        (!text.is_empty() && self.takes(")")).then_some(Test::Filter(text, start + 1))
    }

    fn members(&mut self) -> Option<Test> {
        let mut names: Vec<Box<str>> = Vec::new();
        while let Some(name) = self.name() {
            let _ = self.takes(",");
            if !names.contains(&name) {
                names.push(name);
            }
        }
        (!names.is_empty()).then_some(Test::Members(names))
    }

    fn slice(&mut self) -> Option<Test> {
        let start = self.integer();
        if !self.takes(":") {
            return None;
        }
        let end = self.integer();
        let step = if self.takes(":") { Some(self.integer()?) } else { None };
        Some(Test::Slice(Slice { start: start.unwrap_or(0), end, step: step.unwrap_or(1), primary: true }))
    }

    /// `@string()` in place of brackets.
    fn sort(&mut self) -> Option<Test> {
        let start = self.at;
        self.takes("@");
        let word = self.run(|c| c.is_ascii_lowercase());
        if word.is_empty() || !self.takes("()") {
            return None;
        }
        let text = self.text.get(start..self.at)?.iter().collect();
        Some(Test::Filter(text, start + 1))
    }

    /// A name in brackets, quoted or not. A whole number is written in its shortest form.
    fn name(&mut self) -> Option<Box<str>> {
        if let Some(name) = self.identifier() {
            let digits = name.strip_prefix('-').unwrap_or(&name);
            let whole = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            let number = whole.then(|| name.parse::<i64>().ok()).flatten().filter(|n| n.abs() < 1 << 53);
            return Some(number.map_or(name.into(), |number| number.to_string().into()));
        }
        let quote = self.peek().filter(|c| matches!(c, '"' | '\''))?;
        let rest = self.text.get(self.at + 1..)?;
        let length = rest.iter().position(|c| *c == quote)?;
        let name: String = rest.iter().take(length).collect();
        self.at += length + 2;
        Some(name.into())
    }

    fn identifier(&mut self) -> Option<String> {
        let name = self.run(|c| c.is_ascii_alphanumeric() || matches!(c, '$' | '_' | '-'));
        (!name.is_empty()).then_some(name)
    }

    fn integer(&mut self) -> Option<i64> {
        let before = self.at;
        let negative = self.takes("-");
        let digits = self.digits();
        if digits.is_none() {
            self.at = before;
        }
        digits.map(|number| if negative { -number } else { number })
    }

    fn digits(&mut self) -> Option<i64> {
        let digits = self.run(|c| c.is_ascii_digit());
        (!digits.is_empty()).then(|| digits.parse().unwrap_or(i64::from(i32::MAX)))
    }

    fn spaces(&mut self) {
        self.run(|c| matches!(c, ' ' | '\t'));
    }

    fn run(&mut self, belongs: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self.peek().is_some_and(&belongs) {
            self.at += 1;
        }
        self.text.get(start..self.at).unwrap_or_default().iter().collect()
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn begins(&self, word: &str) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        word.chars().enumerate().all(|(i, c)| rest.get(i) == Some(&c))
    }

    fn takes(&mut self, word: &str) -> bool {
        let begins = self.begins(word);
        if begins {
            self.at += word.chars().count();
        }
        begins
    }
}
