//! What does the JavaScript of a filter say?
//!
//! Only expressions, only what can be answered without running anything: no assignments, no functions of one's own, no
//! names but those that begin with `@`. Everything else is refused when the ruleset is read.

use std::sync::Arc;

use super::{QueryFault, step::Sort};
use crate::{fault::quoted, pattern::Pattern};

/// How deep an expression may be nested.
const DEEPEST: usize = 100;

/// The two dialects agree on what they can both read, save for how `@path` is written out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Primary,
    Fallback,
}

/// An expression.
#[derive(Clone, Debug)]
pub(crate) enum Expression {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(Arc<str>),
    Pattern(Arc<Pattern>),
    List(Vec<Expression>),
    /// `@`
    Value,
    /// `@root`
    Root,
    /// `@property`
    Property,
    /// `@parent`: what is around the list or map that holds the value.
    Parent,
    /// `@parentProperty`: the name of the list or map that holds the value.
    ParentProperty,
    /// `@path`, in the way of a dialect.
    Path(Dialect),
    /// `@string()`
    Sort(Sort),
    /// `a.b`
    Member(Box<Expression>, Box<str>),
    /// `a[b]`
    Element(Box<(Expression, Expression)>),
    /// `a.b(…)`
    Call(Box<Expression>, Vec<Expression>),
    Unary(Unary, Box<Expression>),
    Binary(Binary, Box<(Expression, Expression)>),
    /// `a && b && …`
    All(Vec<Expression>),
    /// `a || b || …`
    AnyOf(Vec<Expression>),
    /// `a ? b : c`
    Choice(Box<(Expression, Expression, Expression)>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unary {
    Not,
    Minus,
    Plus,
    Complement,
    TypeOf,
    Void,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Binary {
    Coalesce,
    BitOr,
    BitXor,
    BitAnd,
    LooselyEqual,
    LooselyUnequal,
    Equal,
    Unequal,
    Less,
    Greater,
    AtMost,
    AtLeast,
    ShiftLeft,
    ShiftRight,
    ShiftRightUnsigned,
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Power,
    /// `a in [b, c]`, which asks for an item here.
    In,
    /// `a ~= "pattern"`
    Like,
}

/// How an operator is written, what it is, and how tightly it binds. Longer ones come before those they begin with.
const OPERATORS: [(&str, Option<Binary>, u8); 25] = [
    ("===", Some(Binary::Equal), 6),
    ("!==", Some(Binary::Unequal), 6),
    (">>>", Some(Binary::ShiftRightUnsigned), 8),
    ("||", None, 1),
    ("&&", None, 2),
    ("??", Some(Binary::Coalesce), 1),
    ("==", Some(Binary::LooselyEqual), 6),
    ("!=", Some(Binary::LooselyUnequal), 6),
    ("<<", Some(Binary::ShiftLeft), 8),
    (">>", Some(Binary::ShiftRight), 8),
    ("<=", Some(Binary::AtMost), 7),
    (">=", Some(Binary::AtLeast), 7),
    ("**", Some(Binary::Power), 11),
    ("~=", Some(Binary::Like), 20),
    ("in", Some(Binary::In), 12),
    ("|", Some(Binary::BitOr), 3),
    ("^", Some(Binary::BitXor), 4),
    ("&", Some(Binary::BitAnd), 5),
    ("<", Some(Binary::Less), 7),
    (">", Some(Binary::Greater), 7),
    ("+", Some(Binary::Add), 9),
    ("-", Some(Binary::Subtract), 9),
    ("*", Some(Binary::Multiply), 10),
    ("/", Some(Binary::Divide), 10),
    ("%", Some(Binary::Remainder), 10),
];

impl Expression {
    /// Reads an expression that begins at a column of a query.
    pub(crate) fn parse(text: &str, column: usize, dialect: Dialect) -> Result<Expression, QueryFault> {
        let mut reader = Reader { text: text.chars().collect(), at: 0, column, dialect, nested: 0 };
        let read = reader.whole()?;
        reader.spaces();
        match reader.peek() {
            None => Ok(read.expression),
            Some(_) => Err(reader.unexpected("an operator or the end of the filter")),
        }
    }

    /// Whether any part of it is such.
    pub(crate) fn any(&self, is: &dyn Fn(&Expression) -> bool) -> bool {
        is(self)
            || match self {
                Expression::Member(of, _) | Expression::Unary(_, of) => of.any(is),
                Expression::Element(pair) | Expression::Binary(_, pair) => pair.0.any(is) || pair.1.any(is),
                Expression::Choice(three) => three.0.any(is) || three.1.any(is) || three.2.any(is),
                Expression::Call(of, list) => of.any(is) || list.iter().any(|part| part.any(is)),
                Expression::List(list) | Expression::All(list) | Expression::AnyOf(list) => {
                    list.iter().any(|part| part.any(is))
                }
                _ => false,
            }
    }
}

/// A text that is given to `match` or `search` is a pattern, and is read here once, not at every place that the filter is
/// asked about. One that is no pattern is left: it is told only where the filter comes to it, as in JavaScript.
fn with_pattern(callee: &Expression, mut arguments: Vec<Expression>) -> Vec<Expression> {
    if let Expression::Member(_, name) = callee
        && matches!(&**name, "match" | "search")
        && let Some(Expression::Text(text)) = arguments.first()
        && let Ok(pattern) = Pattern::with_flags(text, "")
    {
        arguments.splice(..1, [Expression::Pattern(pattern.into())]);
    }
    arguments
}

/// An expression, and how many others it has inside each other.
struct Tall {
    expression: Expression,
    height: usize,
}

struct Reader {
    text: Vec<char>,
    at: usize,
    /// The column at which the text begins.
    column: usize,
    dialect: Dialect,
    /// Brackets and operators that are open.
    nested: usize,
}

type Read = Result<Tall, QueryFault>;

impl Reader {
    /// An expression with, perhaps, a `?`.
    fn whole(&mut self) -> Read {
        self.nested += 1;
        if self.nested > DEEPEST {
            return Err(self.too_deep());
        }
        let test = self.binary(1)?;
        self.spaces();
        let read = if self.peek() == Some('?') && !self.begins("??") {
            self.at += 1;
            let yes = self.whole()?;
            self.needs(':')?;
            let no = self.whole()?;
            let height = test.height.max(yes.height).max(no.height);
            self.around(height, Expression::Choice(Box::new((test.expression, yes.expression, no.expression))))
        } else {
            Ok(test)
        };
        self.nested -= 1;
        read
    }

    fn around(&self, height: usize, expression: Expression) -> Read {
        if height >= DEEPEST { Err(self.too_deep()) } else { Ok(Tall { expression, height: height + 1 }) }
    }

    fn too_deep(&self) -> QueryFault {
        let what = format!("the filter is nested deeper than {DEEPEST}");
        self.fault(what, "make several rules of it")
    }

    fn binary(&mut self, weakest: u8) -> Read {
        let mut left = self.unary()?;
        while let Some((length, operator, binds)) = self.operator().filter(|(_, _, binds)| *binds >= weakest) {
            self.at += length;
            let right = self.binary(if operator == Some(Binary::Power) { binds } else { binds + 1 })?;
            let height = left.height.max(right.height);
            left = match (operator, left.expression, right.expression) {
                // A long chain is one list, not a deep nest.
                (None, Expression::All(mut list), next) if binds == 2 => {
                    list.push(next);
                    self.around(left.height.max(right.height + 1) - 1, Expression::All(list))?
                }
                (None, Expression::AnyOf(mut list), next) if binds == 1 => {
                    list.push(next);
                    self.around(left.height.max(right.height + 1) - 1, Expression::AnyOf(list))?
                }
                (None, left, right) if binds == 2 => self.around(height, Expression::All(vec![left, right]))?,
                (None, left, right) => self.around(height, Expression::AnyOf(vec![left, right]))?,
                (Some(Binary::Like), left, Expression::Text(text)) => {
                    let pattern = Expression::Pattern(self.pattern(&text, "")?.into());
                    self.around(height, Expression::Binary(Binary::Like, Box::new((left, pattern))))?
                }
                (Some(operator), left, right) => {
                    self.around(height, Expression::Binary(operator, Box::new((left, right))))?
                }
            };
        }
        Ok(left)
    }

    /// The operator that comes next: how long it is, what it is, how tightly it binds.
    fn operator(&mut self) -> Option<(usize, Option<Binary>, u8)> {
        self.spaces();
        let (word, operator, binds) = OPERATORS.iter().find(|(word, _, _)| self.begins(word))?;
        let goes_on = |c: &char| c.is_alphanumeric() || matches!(c, '_' | '$');
        if *word == "in" && self.text.get(self.at + 2).is_some_and(goes_on) {
            return None;
        }
        Some((word.len(), *operator, *binds))
    }

    fn unary(&mut self) -> Read {
        self.spaces();
        let signs = [('!', Unary::Not), ('-', Unary::Minus), ('+', Unary::Plus), ('~', Unary::Complement)];
        let words = [("typeof", Unary::TypeOf), ("void", Unary::Void)];
        let sign = signs.iter().find(|(sign, _)| self.peek() == Some(*sign)).map(|(_, unary)| (*unary, 1));
        let word = words.iter().find(|(word, _)| self.begins_word(word)).map(|(word, unary)| (*unary, word.len()));
        let Some((unary, length)) = sign.or(word) else {
            return self.postfix();
        };
        self.at += length;
        self.nested += 1;
        if self.nested > DEEPEST {
            return Err(self.too_deep());
        }
        let operand = self.unary()?;
        self.nested -= 1;
        self.around(operand.height, Expression::Unary(unary, Box::new(operand.expression)))
    }

    fn postfix(&mut self) -> Read {
        let mut read = self.operand()?;
        loop {
            self.spaces();
            let height = read.height;
            read = match self.peek() {
                Some('.') => {
                    self.at += 1;
                    self.spaces();
                    let name = self.word();
                    if name.is_empty() {
                        return Err(self.unexpected("a name after the dot"));
                    }
                    self.around(height, Expression::Member(Box::new(read.expression), name.into()))?
                }
                Some('[') => {
                    self.at += 1;
                    let element = self.whole()?;
                    self.needs(']')?;
                    let height = height.max(element.height);
                    self.around(height, Expression::Element(Box::new((read.expression, element.expression))))?
                }
                Some('(') if matches!(read.expression, Expression::Member(..) | Expression::Element(_)) => {
                    self.at += 1;
                    let (arguments, tallest) = self.list(')')?;
                    let arguments = with_pattern(&read.expression, arguments);
                    self.around(height.max(tallest), Expression::Call(Box::new(read.expression), arguments))?
                }
                _ => return Ok(read),
            };
        }
    }

    fn operand(&mut self) -> Read {
        let simple = |expression| Ok(Tall { expression, height: 1 });
        match self.peek() {
            Some('(') => {
                self.at += 1;
                let read = self.whole()?;
                self.needs(')')?;
                Ok(read)
            }
            Some('[') => {
                self.at += 1;
                let (list, tallest) = self.list(']')?;
                self.around(tallest, Expression::List(list))
            }
            Some('"' | '\'') => simple(Expression::Text(self.quoted()?.into())),
            Some('/') => simple(Expression::Pattern(self.literal_pattern()?.into())),
            Some('@') => simple(self.place()?),
            Some(c) if c.is_ascii_digit() || c == '.' => simple(Expression::Number(self.number()?)),
            Some(c) if c.is_alphabetic() || matches!(c, '_' | '$') => {
                let start = self.at;
                let word = self.word();
                simple(match word.as_str() {
                    "true" => Expression::Bool(true),
                    "false" => Expression::Bool(false),
                    "null" => Expression::Null,
                    "undefined" | "index" => Expression::Undefined,
                    _ => {
                        self.at = start;
                        let what = format!("{} is no name that a filter knows", quoted(&word));
                        return Err(self.fault(what, "use `@`, `@property` or a text in quotes"));
                    }
                })
            }
            _ => Err(self.unexpected("a value")),
        }
    }

    /// What follows an opening bracket, up to its end.
    fn list(&mut self, end: char) -> Result<(Vec<Expression>, usize), QueryFault> {
        let mut list = Vec::new();
        let mut tallest = 1;
        loop {
            self.spaces();
            if self.peek() == Some(end) {
                self.at += 1;
                return Ok((list, tallest));
            }
            if !list.is_empty() {
                self.needs(',')?;
            }
            let item = self.whole()?;
            tallest = tallest.max(item.height);
            list.push(item.expression);
        }
    }

    /// What begins with `@`.
    fn place(&mut self) -> Result<Expression, QueryFault> {
        let start = self.at;
        self.at += 1;
        let word: String = self.run(|c| c.is_ascii_alphabetic());
        let called = !word.is_empty() && self.begins("()");
        if called {
            self.at += 2;
        }
        Ok(match word.as_str() {
            "" => Expression::Value,
            "root" => Expression::Root,
            "property" => Expression::Property,
            "parent" => Expression::Parent,
            "parentProperty" => Expression::ParentProperty,
            "path" => Expression::Path(self.dialect),
            word => match Sort::named(word) {
                Some(sort) => Expression::Sort(sort),
                None => {
                    self.at = start;
                    let what = format!("{} is nothing that a filter can ask for", quoted(&format!("@{word}")));
                    return Err(self.fault(what, "use `@`, `@property`, `@parentProperty`, `@path` or `@root`"));
                }
            },
        })
    }

    fn number(&mut self) -> Result<f64, QueryFault> {
        let start = self.at;
        let mut text = self.run(|c| c.is_ascii_digit() || c == '.');
        if matches!(self.peek(), Some('e' | 'E')) {
            text.push('e');
            self.at += 1;
            text.push_str(&self.run(|c| c.is_ascii_digit() || matches!(c, '+' | '-')));
        }
        text.parse().map_err(|_| {
            self.at = start;
            self.fault(format!("{} is no number", quoted(&text)), "write it like `200` or `0.5`")
        })
    }

    fn quoted(&mut self) -> Result<String, QueryFault> {
        let start = self.at;
        let quote = self.peek();
        self.at += 1;
        let mut text = String::new();
        loop {
            let Some(c) = self.peek() else {
                self.at = start;
                return Err(self.fault("a text does not end", "close its quote"));
            };
            self.at += 1;
            match c {
                c if Some(c) == quote => return Ok(text),
                '\\' => {
                    let escaped = self.peek();
                    self.at += 1;
                    text.extend(escaped.map(|c| match c {
                        'n' => '\n',
                        'r' => '\r',
                        't' => '\t',
                        'b' => '\u{8}',
                        'f' => '\u{C}',
                        'v' => '\u{B}',
                        c => c,
                    }));
                }
                c => text.push(c),
            }
        }
    }

    fn literal_pattern(&mut self) -> Result<Pattern, QueryFault> {
        let start = self.at;
        self.at += 1;
        let mut class = false;
        let mut text = String::new();
        loop {
            let Some(c) = self.peek() else {
                self.at = start;
                return Err(self.fault("a pattern does not end", "close it with `/`"));
            };
            self.at += 1;
            match c {
                '/' if !class => break,
                '[' => class = true,
                ']' => class = false,
                _ => {}
            }
            text.push(c);
            if c == '\\' {
                text.extend(self.peek());
                self.at += 1;
            }
        }
        let flags = self.run(|c| c.is_ascii_alphabetic());
        self.pattern(&text, &flags)
    }

    fn pattern(&self, text: &str, flags: &str) -> Result<Pattern, QueryFault> {
        Pattern::with_flags(text, flags).map_err(|fault| self.fault(fault.what, fault.mend))
    }

    fn word(&mut self) -> String {
        self.run(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
    }

    fn run(&mut self, belongs: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self.peek().is_some_and(&belongs) {
            self.at += 1;
        }
        self.text.get(start..self.at).unwrap_or_default().iter().collect()
    }

    fn spaces(&mut self) {
        self.run(char::is_whitespace);
    }

    fn needs(&mut self, c: char) -> Result<(), QueryFault> {
        self.spaces();
        if self.peek() != Some(c) {
            return Err(self.unexpected(&format!("`{c}`")));
        }
        self.at += 1;
        Ok(())
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn begins(&self, word: &str) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        word.chars().enumerate().all(|(i, c)| rest.get(i) == Some(&c))
    }

    fn begins_word(&self, word: &str) -> bool {
        let next = self.text.get(self.at + word.len());
        self.begins(word) && !next.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
    }

    fn unexpected(&self, expected: &str) -> QueryFault {
        let found = match self.peek() {
            Some(c) => format!("there is {} where", quoted(&c.to_string())),
            None => "the filter ends where".to_owned(),
        };
        self.fault(format!("{found} {expected} was expected"), "write the filter as one JavaScript expression")
    }

    fn fault(&self, what: impl Into<String>, mend: impl Into<String>) -> QueryFault {
        QueryFault::new(self.column + self.at, what, mend)
    }
}
