//! How is a regular expression of JavaScript written for `fancy-regex`?
//!
//! Everything is read as ECMAScript (with its Annex B: `{` and `]` may stand for themselves), and written out again
//! in terms that mean the same there: classes in ASCII, `$` only at the very end, groups by number.

use super::{PatternFault, class};
use crate::fault::quoted;

/// How deep groups may be nested.
const DEEPEST: usize = 50;

/// The flags that change what a pattern means.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Flags {
    pub(super) ignore_case: bool,
    multi_line: bool,
    dot_all: bool,
    unicode: bool,
    sticky: bool,
}

impl Flags {
    /// Reads `gi` and the like. `g` and `d` change nothing for a single match.
    pub(super) fn read(text: &str) -> Result<Flags, PatternFault> {
        let mut flags = Flags::default();
        for (position, flag) in text.char_indices() {
            let twice = text.get(..position).is_some_and(|before| before.contains(flag));
            match flag {
                _ if twice => return Err(PatternFault::new(format!("the flag `{flag}` is set twice"), "set it once")),
                'g' | 'd' => {}
                'i' => flags.ignore_case = true,
                'm' => flags.multi_line = true,
                's' => flags.dot_all = true,
                'u' => flags.unicode = true,
                'y' => flags.sticky = true,
                _ => {
                    let what = format!("{} is no flag", quoted(&flag.to_string()));
                    return Err(PatternFault::new(what, "use i, m, s, u, g, d or y"));
                }
            }
        }
        Ok(flags)
    }
}

/// A pattern for `fancy-regex`, and whether it has what cannot be matched in linear time.
pub(super) struct Translated {
    pub(super) text: String,
    pub(super) tries: bool,
}

/// Translates a pattern.
pub(super) fn translate(text: &str, flags: Flags) -> Result<Translated, PatternFault> {
    let text: Vec<char> = text.chars().collect();
    let names = group_names(&text);
    let mut reader = Reader { text, at: 0, flags, names, written: String::new(), tries: false };
    if flags.sticky {
        reader.written.push_str(r"\A(?:");
    }
    reader.pattern()?;
    if flags.sticky {
        reader.written.push(')');
    }
    Ok(Translated { text: reader.written, tries: reader.tries })
}

/// The groups of a pattern in order, each with its name, if it has one.
fn group_names(text: &[char]) -> Vec<Option<String>> {
    let mut names = Vec::new();
    let (mut at, mut class) = (0, false);
    while let Some(c) = text.get(at) {
        match c {
            '\\' => at += 1,
            '[' => class = true,
            ']' => class = false,
            '(' if !class => match text.get(at + 1..) {
                Some(['?', '<', first, ..]) if !matches!(first, '=' | '!') => {
                    let name = text.iter().skip(at + 3).take_while(|c| **c != '>').collect();
                    names.push(Some(name));
                }
                Some(['?', ..]) => {}
                _ => names.push(None),
            },
            _ => {}
        }
        at += 1;
    }
    names
}

struct Reader {
    text: Vec<char>,
    at: usize,
    flags: Flags,
    names: Vec<Option<String>>,
    written: String,
    tries: bool,
}

/// What an escape stands for.
enum Escape {
    Char(char),
    /// A class without its brackets, and whether all others are meant.
    Class(String, bool),
    /// Half of a character, which no text has.
    Half,
}

/// `{2,4}`, and whether it asks for more at least than at most.
struct Counted {
    text: String,
    reversed: bool,
}

impl Reader {
    fn pattern(&mut self) -> Result<(), PatternFault> {
        let mut open = 0_usize;
        // Whether a quantifier may follow.
        let mut repeatable = false;
        while let Some(c) = self.next() {
            let before = repeatable;
            repeatable = true;
            match c {
                '(' => {
                    open += 1;
                    if open > DEEPEST {
                        return Err(self.fault(&format!("has groups nested deeper than {DEEPEST}")));
                    }
                    self.group()?;
                    repeatable = false;
                }
                ')' if open == 0 => return Err(self.fault("closes a group that is not open")),
                ')' => {
                    open -= 1;
                    self.written.push(')');
                }
                '|' => {
                    self.written.push('|');
                    repeatable = false;
                }
                '*' | '+' | '?' => {
                    self.quantifier(c.to_string(), before)?;
                    repeatable = false;
                }
                '{' => match self.counted() {
                    Some(Counted { reversed: true, text }) => {
                        return Err(self.fault(&format!("has a `{text}` that ends before it begins")));
                    }
                    Some(Counted { text, .. }) => {
                        self.quantifier(text, before)?;
                        repeatable = false;
                    }
                    None if self.flags.unicode => return Err(self.fault("has a `{` that repeats nothing")),
                    None => self.written.push_str(&class::plain('{')),
                },
                '^' | '$' => {
                    self.line_end(c);
                    repeatable = false;
                }
                '.' if self.flags.dot_all => self.written.push_str(class::ANYTHING),
                '.' => self.written.push_str(&format!("[^{}]", class::LINE_END)),
                '[' => self.class()?,
                '\\' => repeatable = self.escaped()?,
                c => self.written.push_str(&class::plain(c)),
            }
        }
        if open > 0 { Err(self.fault("has a group that is not closed")) } else { Ok(()) }
    }

    fn line_end(&mut self, c: char) {
        self.written.push_str(match (c, self.flags.multi_line) {
            ('^', false) => r"\A",
            ('^', true) => "(?m:^)",
            (_, false) => r"\z",
            (_, true) => "(?m:$)",
        });
    }

    fn quantifier(&mut self, quantifier: String, repeatable: bool) -> Result<(), PatternFault> {
        if !repeatable {
            return Err(self.fault(&format!("has a `{quantifier}` that repeats nothing")));
        }
        self.written.push_str(&quantifier);
        if self.peek() == Some('?') {
            self.at += 1;
            self.written.push('?');
        }
        Ok(())
    }

    /// `{2}`, `{2,}` or `{2,4}`, after its bracket. None, and nothing is read, if it is none of these.
    fn counted(&mut self) -> Option<Counted> {
        let rest = self.text.get(self.at..)?;
        let length = rest.iter().position(|c| *c == '}')?;
        let inner: String = rest.get(..length)?.iter().collect();
        let (least, most) = inner.split_once(',').unwrap_or((&inner, "0"));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if least.is_empty() || !digits(least) || !digits(most) {
            return None;
        }
        self.at += length + 1;
        let number = |text: &str| text.parse::<u64>().unwrap_or(u64::MAX);
        let reversed = inner.contains(',') && !most.is_empty() && number(least) > number(most);
        Some(Counted { text: format!("{{{inner}}}"), reversed })
    }

    fn group(&mut self) -> Result<(), PatternFault> {
        if self.peek() != Some('?') {
            self.written.push('(');
            return Ok(());
        }
        let looks = ["?=", "?!", "?<=", "?<!"];
        if self.takes("?:") {
            self.written.push_str("(?:");
        } else if let Some(look) = looks.iter().find(|look| self.takes(look)) {
            self.tries = true;
            self.written.push_str(&format!("({look}"));
        } else if self.takes("?<") {
            while self.next().is_some_and(|c| c != '>') {}
            self.written.push('(');
        } else {
            return Err(self.fault("has a group that begins with `(?` and nothing known"));
        }
        Ok(())
    }

    /// What follows a backslash outside of a class. Says whether it may be repeated.
    fn escaped(&mut self) -> Result<bool, PatternFault> {
        let next = self.peek();
        if let Some(c @ ('b' | 'B')) = next {
            self.at += 1;
            self.tries = true;
            self.written.push_str(&class::boundary(c == 'b'));
            return Ok(false);
        }
        if let Some(group) = self.back_reference() {
            self.tries = true;
            self.written.push_str(&format!(r"(?:\{group})"));
            return Ok(true);
        }
        match self.escape()? {
            Escape::Char(c) => self.written.push_str(&class::plain(c)),
            Escape::Class(class, others) => {
                self.written.push_str(&format!("[{}{class}]", if others { "^" } else { "" }));
            }
            Escape::Half => {
                self.tries = true;
                self.written.push_str(class::NOTHING);
            }
        }
        Ok(true)
    }

    /// `\1` or `\k<name>`, if there is such a group.
    fn back_reference(&mut self) -> Option<usize> {
        let rest = self.text.get(self.at..)?;
        if let ['k', '<', name @ ..] = rest {
            let name: String = name.iter().take_while(|c| **c != '>').collect();
            let group = self.names.iter().position(|known| known.as_deref() == Some(&name))? + 1;
            self.at += name.chars().count() + 3;
            return Some(group);
        }
        let digits: String = rest.iter().take_while(|c| c.is_ascii_digit()).take(4).collect();
        let group = digits.parse().ok().filter(|group| (1..=self.names.len()).contains(group))?;
        self.at += digits.len();
        Some(group)
    }

    fn escape(&mut self) -> Result<Escape, PatternFault> {
        let Some(c) = self.next() else {
            return Err(self.fault("ends with a backslash"));
        };
        if let Some((class, others)) = class::named(c) {
            return Ok(Escape::Class(class.to_owned(), others));
        }
        let read = match c {
            't' => '\t',
            'n' => '\n',
            'v' => '\u{B}',
            'f' => '\u{C}',
            'r' => '\r',
            'c' => match self.peek().filter(char::is_ascii_alphabetic) {
                Some(letter) => {
                    self.at += 1;
                    char::from(u8::try_from(u32::from(letter) % 32).unwrap_or(0))
                }
                None => '\\',
            },
            '0'..='7' => {
                self.at -= 1;
                return Ok(self.octal());
            }
            'x' => return Ok(self.hex(2).and_then(char::from_u32).map_or(Escape::Char('x'), Escape::Char)),
            'u' => return Ok(self.unicode()),
            'p' | 'P' if self.flags.unicode => return self.property(c),
            c if self.flags.unicode && c.is_alphanumeric() => {
                return Err(self.fault(&format!(r"has a `\{c}` that means nothing")));
            }
            c => c,
        };
        Ok(Escape::Char(read))
    }

    fn octal(&mut self) -> Escape {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let longest = if matches!(rest.first(), Some('0'..='3')) { 3 } else { 2 };
        let digits: Vec<u32> = rest.iter().take(longest).map_while(|c| c.to_digit(8)).collect();
        self.at += digits.len();
        let code = digits.iter().fold(0, |code, digit| code * 8 + digit);
        char::from_u32(code).map_or(Escape::Half, Escape::Char)
    }

    fn hex(&mut self, length: usize) -> Option<u32> {
        let digits: String = self.text.get(self.at..self.at + length)?.iter().collect();
        let code = u32::from_str_radix(&digits, 16).ok().filter(|_| !digits.starts_with('+'))?;
        self.at += length;
        Some(code)
    }

    fn unicode(&mut self) -> Escape {
        if self.flags.unicode && self.peek() == Some('{') {
            let rest = self.text.get(self.at + 1..).unwrap_or_default();
            let digits: String = rest.iter().take_while(|c| c.is_ascii_hexdigit()).collect();
            self.at += digits.len() + 2;
            return u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32).map_or(Escape::Half, Escape::Char);
        }
        let Some(code) = self.hex(4) else {
            return Escape::Char('u');
        };
        if let Some(c) = char::from_u32(code) {
            return Escape::Char(c);
        }
        let before = self.at;
        if self.takes("\\u")
            && let Some(second) = self.hex(4)
            && (0xD800..0xDC00).contains(&code)
            && (0xDC00..0xE000).contains(&second)
        {
            let whole = 0x10000 + ((code - 0xD800) << 10) + (second - 0xDC00);
            return char::from_u32(whole).map_or(Escape::Half, Escape::Char);
        }
        self.at = before;
        Escape::Half
    }

    fn property(&mut self, letter: char) -> Result<Escape, PatternFault> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let name: String = rest.iter().skip(1).take_while(|c| **c != '}').collect();
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '=');
        if rest.first() != Some(&'{') || name.is_empty() || !name.chars().all(known) {
            return Err(self.fault(r"has a `\p` without a property in braces"));
        }
        self.at += name.len() + 2;
        Ok(Escape::Class(format!(r"\{letter}{{{name}}}"), false))
    }

    fn class(&mut self) -> Result<(), PatternFault> {
        let others = self.takes("^");
        let mut members = String::new();
        loop {
            let Some(c) = self.next() else {
                return Err(self.fault("has a class that is not closed"));
            };
            if c == ']' {
                break;
            }
            let first = self.member(c)?;
            let ranges = self.peek() == Some('-') && self.text.get(self.at + 1).is_some_and(|c| *c != ']');
            let Escape::Char(from) = first else {
                members.push_str(&written(&first));
                continue;
            };
            if !ranges {
                members.push_str(&class::member(from));
                continue;
            }
            self.at += 1;
            let last = match self.next() {
                Some(c) => self.member(c)?,
                None => return Err(self.fault("has a class that is not closed")),
            };
            match last {
                Escape::Char(to) if to < from => {
                    return Err(self.fault(&format!("has a range `{from}-{to}` that ends before it begins")));
                }
                Escape::Char(to) => members.push_str(&format!("{}-{}", class::member(from), class::member(to))),
                other => members.push_str(&format!("{}{}{}", class::member(from), class::member('-'), written(&other))),
            }
        }
        match (members.is_empty(), others) {
            (true, true) => self.written.push_str(class::ANYTHING),
            (true, false) => {
                self.tries = true;
                self.written.push_str(class::NOTHING);
            }
            (false, _) => self.written.push_str(&format!("[{}{members}]", if others { "^" } else { "" })),
        }
        Ok(())
    }

    fn member(&mut self, c: char) -> Result<Escape, PatternFault> {
        match (c, self.peek()) {
            ('\\', Some('b')) => {
                self.at += 1;
                Ok(Escape::Char('\u{8}'))
            }
            ('\\', _) => self.escape(),
            (c, _) => Ok(Escape::Char(c)),
        }
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += 1;
        Some(c)
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn takes(&mut self, word: &str) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let begins = word.chars().enumerate().all(|(i, c)| rest.get(i) == Some(&c));
        if begins {
            self.at += word.chars().count();
        }
        begins
    }

    fn fault(&self, what: &str) -> PatternFault {
        let text: String = self.text.iter().collect();
        PatternFault::new(format!("the pattern {} {what}", quoted(&text)), "write it in JavaScript's syntax")
    }
}

/// A member of a class, inside the class.
fn written(member: &Escape) -> String {
    match member {
        Escape::Char(c) => class::member(*c),
        Escape::Class(class, true) => format!("[^{class}]"),
        Escape::Class(class, false) => class.clone(),
        Escape::Half => String::new(),
    }
}
