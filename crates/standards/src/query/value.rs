//! What is a value in a filter, and what does JavaScript make of it when another kind of value is needed?

use std::{borrow::Cow, cmp::Ordering, rc::Rc};

use super::{
    found::Property,
    tree::{Tree, spot},
};
use crate::{
    document::{Kind, Node},
    pattern::Pattern,
};

/// How long a text may become in a filter, in bytes.
const LONGEST_TEXT: usize = 1024 * 1024;
/// How many items a list may come to have in a filter.
const LONGEST_LIST: usize = 10_000;
/// How deep lists may be inside each other when they are made a text.
const DEEPEST: usize = 50;

/// A value.
#[derive(Clone, Debug)]
pub(crate) enum Value<'q, 'd> {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(Cow<'d, str>),
    /// A list or a map of the document.
    Node(Node<'d>),
    List(Rc<[Value<'q, 'd>]>),
    Pattern(&'q Pattern),
    /// A method, and the value that it belongs to.
    Method(Rc<Value<'q, 'd>>, &'static str),
    /// `@.constructor`, by its name.
    Constructor(&'static str),
}

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Halt {
    /// It would throw in JavaScript, or asks for more than is done here.
    Thrown(String),
    /// The budget is spent.
    Spent,
}

impl Halt {
    pub(crate) fn thrown(what: impl Into<String>) -> Halt {
        Halt::Thrown(what.into())
    }
}

impl<'q, 'd> Value<'q, 'd> {
    /// What stands at a node whose `$ref` has been followed.
    pub(crate) fn of(node: Node<'d>) -> Self {
        match node.kind() {
            Kind::Null => Value::Null,
            Kind::Bool => Value::Bool(node.as_bool() == Some(true)),
            Kind::Integer | Kind::Number => Value::Number(node.as_f64().unwrap_or(f64::NAN)),
            Kind::Text => Value::Text(Cow::Borrowed(node.as_str().unwrap_or_default())),
            Kind::List | Kind::Map => Value::Node(node),
        }
    }

    pub(crate) fn of_property(property: Option<Property<'d>>) -> Self {
        match property {
            None => Value::Undefined,
            Some(Property::Key(key)) => Value::Text(Cow::Borrowed(key)),
            Some(Property::Index(index)) => Value::Number(index as f64),
        }
    }

    pub(crate) fn text(text: impl Into<String>) -> Result<Self, Halt> {
        let text = text.into();
        if text.len() > LONGEST_TEXT {
            return Err(Halt::thrown("makes a text of more than 1 MiB"));
        }
        Ok(Value::Text(Cow::Owned(text)))
    }

    pub(crate) fn list(items: impl IntoIterator<Item = Value<'q, 'd>>) -> Result<Self, Halt> {
        let list: Vec<_> = items.into_iter().take(LONGEST_LIST + 1).collect();
        if list.len() > LONGEST_LIST {
            return Err(Halt::thrown(format!("makes a list of more than {LONGEST_LIST} items")));
        }
        Ok(Value::List(list.into()))
    }

    /// The items, if it is a list.
    pub(crate) fn items(&self, tree: &Tree<'d>) -> Option<Vec<Value<'q, 'd>>> {
        match self {
            Value::List(items) => Some(items.to_vec()),
            Value::Node(node) if node.kind() == Kind::List => {
                Some(node.items().map(|item| Value::of(tree.follow(item))).collect())
            }
            _ => None,
        }
    }

    pub(crate) fn is_true(&self) -> bool {
        match self {
            Value::Undefined | Value::Null => false,
            Value::Bool(value) => *value,
            Value::Number(number) => *number != 0.0 && !number.is_nan(),
            Value::Text(text) => !text.is_empty(),
            _ => true,
        }
    }

    /// What `typeof` says.
    pub(crate) fn sort(&self) -> &'static str {
        match self {
            Value::Undefined => "undefined",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "number",
            Value::Text(_) => "string",
            Value::Method(..) | Value::Constructor(_) => "function",
            Value::Null | Value::Node(_) | Value::List(_) | Value::Pattern(_) => "object",
        }
    }

    /// How it is called in a message.
    pub(crate) fn described(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::List(_) => "a list",
            Value::Node(node) if node.kind() == Kind::List => "a list",
            Value::Pattern(_) => "a pattern",
            value => match value.sort() {
                "undefined" => "undefined",
                "boolean" => "true or false",
                "number" => "a number",
                "string" => "a text",
                "function" => "a function",
                _ => "a map",
            },
        }
    }

    /// `===`
    pub(crate) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Value::Undefined, Value::Undefined) | (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => a == b,
            (Value::Text(a), Value::Text(b)) => a == b,
            (Value::Node(a), Value::Node(b)) => spot(*a) == spot(*b),
            (Value::List(a), Value::List(b)) => Rc::ptr_eq(a, b),
            (Value::Constructor(a), Value::Constructor(b)) => a == b,
            _ => false,
        }
    }

    /// `==`
    pub(crate) fn loosely_equals(&self, other: &Self, tree: &Tree<'d>) -> Result<bool, Halt> {
        let nothing = |value: &Self| matches!(value, Value::Undefined | Value::Null);
        if nothing(self) || nothing(other) {
            return Ok(nothing(self) && nothing(other));
        }
        let (a, b) = (self.is_object(), other.is_object());
        if (a && b) || self.sort() == other.sort() {
            return Ok(self.equals(other));
        }
        Ok(match (self.primitive(tree)?, other.primitive(tree)?) {
            (Value::Text(a), Value::Text(b)) => a == b,
            (a, b) => a.number(tree)? == b.number(tree)?,
        })
    }

    /// Which comes first; none where JavaScript compares nothing (`NaN`).
    pub(crate) fn compared(&self, other: &Self, tree: &Tree<'d>) -> Result<Option<Ordering>, Halt> {
        Ok(match (self.primitive(tree)?, other.primitive(tree)?) {
            (Value::Text(a), Value::Text(b)) => Some(a.encode_utf16().cmp(b.encode_utf16())),
            (a, b) => a.number(tree)?.partial_cmp(&b.number(tree)?),
        })
    }

    /// The value as a number.
    pub(crate) fn number(&self, tree: &Tree<'d>) -> Result<f64, Halt> {
        Ok(match self {
            Value::Undefined => f64::NAN,
            Value::Null => 0.0,
            Value::Bool(value) => f64::from(u8::from(*value)),
            Value::Number(number) => *number,
            Value::Text(text) => number_in(text),
            _ => number_in(&self.written(tree)?),
        })
    }

    /// The value as a text.
    pub(crate) fn written(&self, tree: &Tree<'d>) -> Result<Cow<'d, str>, Halt> {
        self.written_at(tree, 0)
    }

    fn written_at(&self, tree: &Tree<'d>, depth: usize) -> Result<Cow<'d, str>, Halt> {
        if depth > DEEPEST {
            return Err(Halt::thrown("makes a text of lists that are nested too deep"));
        }
        if let Some(items) = self.items(tree) {
            return joined(&items, ",", tree, depth + 1).map(Cow::Owned);
        }
        Ok(match self {
            Value::Undefined => "undefined".into(),
            Value::Null => "null".into(),
            Value::Bool(value) => value.to_string().into(),
            Value::Number(number) => number_written(*number).into(),
            Value::Text(text) => text.clone(),
            Value::Pattern(pattern) => format!("/{}/", pattern.text()).into(),
            Value::Method(..) | Value::Constructor(_) => "function".into(),
            Value::Node(_) | Value::List(_) => "[object Object]".into(),
        })
    }

    /// The value, a text if it is none of the simple ones.
    pub(crate) fn primitive(&self, tree: &Tree<'d>) -> Result<Self, Halt> {
        if self.is_object() { self.written(tree).map(Value::Text) } else { Ok(self.clone()) }
    }

    fn is_object(&self) -> bool {
        matches!(self.sort(), "object" | "function") && !matches!(self, Value::Null)
    }
}

/// The items of a list as one text.
pub(crate) fn joined(items: &[Value<'_, '_>], between: &str, tree: &Tree<'_>, depth: usize) -> Result<String, Halt> {
    let mut text = String::new();
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            text.push_str(between);
        }
        if !matches!(item, Value::Undefined | Value::Null) {
            text.push_str(&item.written_at(tree, depth)?);
        }
        if text.len() > LONGEST_TEXT {
            return Err(Halt::thrown("makes a text of more than 1 MiB"));
        }
    }
    Ok(text)
}

/// A number as JavaScript writes it; very large and very small ones without an exponent.
fn number_written(number: f64) -> String {
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if number == 0.0 { "0".to_owned() } else { number.to_string() }
}

/// The number that a text is, as JavaScript reads it.
fn number_in(text: &str) -> f64 {
    let text = text.trim();
    let radix = [("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2)];
    if let Some((digits, radix)) = radix.iter().find_map(|(mark, radix)| Some((text.strip_prefix(mark)?, *radix))) {
        let signed = digits.starts_with(['+', '-']);
        return u64::from_str_radix(digits, radix).ok().filter(|_| !signed).map_or(f64::NAN, |number| number as f64);
    }
    match text {
        "" => 0.0,
        "Infinity" | "+Infinity" => f64::INFINITY,
        "-Infinity" => f64::NEG_INFINITY,
        text if text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E')) => {
            text.parse().unwrap_or(f64::NAN)
        }
        _ => f64::NAN,
    }
}
