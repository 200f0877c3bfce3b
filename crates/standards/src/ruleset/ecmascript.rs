//! How does JavaScript, in which rulesets are thought, see the values of a document?

use std::borrow::Cow;

use super::view::View;
use crate::document::{Kind, Node};

/// What a function of a rule is asked about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject<'d> {
    /// Nothing stands there.
    Undefined,
    /// A key of a map.
    Key(&'d str),
    /// The position of an item.
    Position(usize),
    /// A value.
    Node(Node<'d>),
}

impl<'d> Subject<'d> {
    /// The node, if it is one.
    pub(crate) fn node(self) -> Option<Node<'d>> {
        match self {
            Subject::Node(node) => Some(node),
            Subject::Undefined | Subject::Key(_) | Subject::Position(_) => None,
        }
    }

    /// The text, if it is one.
    pub(crate) fn as_str(self) -> Option<&'d str> {
        match self {
            Subject::Key(text) => Some(text),
            Subject::Node(node) => node.as_str(),
            Subject::Undefined | Subject::Position(_) => None,
        }
    }

    /// The number, if it is one.
    pub(crate) fn as_f64(self) -> Option<f64> {
        match self {
            Subject::Position(position) => Some(position as f64),
            other => other.node().and_then(Node::as_f64),
        }
    }

    /// The kind of value; none if nothing stands there.
    pub(crate) fn kind(self) -> Option<Kind> {
        match self {
            Subject::Undefined => None,
            Subject::Key(_) => Some(Kind::Text),
            Subject::Position(_) => Some(Kind::Integer),
            Subject::Node(node) => Some(node.kind()),
        }
    }

    /// Whether it is a map or a list.
    pub(crate) fn is_composed(self) -> bool {
        matches!(self.kind(), Some(Kind::Map | Kind::List))
    }

    /// Whether JavaScript takes it for true.
    pub(crate) fn is_truthy(self) -> bool {
        match self {
            Subject::Undefined => false,
            Subject::Key(text) => !text.is_empty(),
            Subject::Position(position) => position > 0,
            Subject::Node(node) => match node.kind() {
                Kind::Null => false,
                Kind::Bool => node.as_bool() == Some(true),
                Kind::Integer | Kind::Number => node.as_f64().is_some_and(|number| number != 0.0 && !number.is_nan()),
                Kind::Text => node.as_str().is_some_and(|text| !text.is_empty()),
                Kind::List | Kind::Map => true,
            },
        }
    }
}

/// A value for a message: texts in quotes, lists and maps by their sort.
pub(crate) fn print_value(subject: Subject<'_>) -> String {
    match subject {
        Subject::Undefined => "undefined".to_owned(),
        Subject::Key(text) => quoted(text),
        Subject::Position(position) => position.to_string(),
        Subject::Node(node) => match node.kind() {
            Kind::Map => "Object{}".to_owned(),
            Kind::List => "Array[]".to_owned(),
            Kind::Text => quoted(node.as_str().unwrap_or_default()),
            _ => string(subject).into_owned(),
        },
    }
}

/// A value as JavaScript's `String(value)` writes it.
pub(crate) fn string(subject: Subject<'_>) -> Cow<'_, str> {
    let node = match subject {
        Subject::Undefined => return Cow::Borrowed("undefined"),
        Subject::Key(text) => return Cow::Borrowed(text),
        Subject::Position(position) => return Cow::Owned(position.to_string()),
        Subject::Node(node) => node,
    };
    match node.kind() {
        Kind::Null => Cow::Borrowed("null"),
        Kind::Bool => Cow::Borrowed(if node.as_bool() == Some(true) { "true" } else { "false" }),
        Kind::Integer | Kind::Number => Cow::Owned(number(node.as_f64().unwrap_or(f64::NAN))),
        Kind::Text => Cow::Borrowed(node.as_str().unwrap_or_default()),
        Kind::Map => Cow::Borrowed("[object Object]"),
        Kind::List => {
            let items = node.items().map(|item| match item.kind() {
                Kind::Null => Cow::Borrowed(""),
                Kind::List => Cow::Borrowed("…"),
                _ => string(Subject::Node(item)),
            });
            Cow::Owned(items.collect::<Vec<_>>().join(","))
        }
    }
}

/// A number as JavaScript writes it.
pub(crate) fn number(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let size = value.abs();
    if (1e-6..1e21).contains(&size) {
        return value.to_string();
    }
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
        _ => text,
    }
}

/// What JavaScript's `Number(text)` makes of a text.
pub(crate) fn to_number(text: &str) -> f64 {
    let text = text.trim();
    if text.is_empty() {
        return 0.0;
    }
    let radix = |digits: &str, radix| i64::from_str_radix(digits, radix).map_or(f64::NAN, |number| number as f64);
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0b").or_else(|| text.strip_prefix("0B")) {
        return radix(digits, 2);
    }
    if let Some(digits) = text.strip_prefix("0o").or_else(|| text.strip_prefix("0O")) {
        return radix(digits, 8);
    }
    match text {
        "Infinity" | "+Infinity" => return f64::INFINITY,
        "-Infinity" => return f64::NEG_INFINITY,
        _ => {}
    }
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'+' | b'-'));
    if plain { text.parse().unwrap_or(f64::NAN) } else { f64::NAN }
}

/// A text as JSON writes it.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Whether two values are deeply equal. The order of keys does not matter.
pub(crate) fn equal<'d>(one: Subject<'d>, view: View<'d>, other: Subject<'d>, other_view: View<'d>) -> bool {
    let (Some(kind), Some(other_kind)) = (one.kind(), other.kind()) else {
        return one.kind().is_none() && other.kind().is_none();
    };
    match (kind, other_kind) {
        (Kind::Integer | Kind::Number, Kind::Integer | Kind::Number) => one.as_f64() == other.as_f64(),
        (Kind::Text, Kind::Text) => one.as_str() == other.as_str(),
        (Kind::Null, Kind::Null) => true,
        (Kind::Bool, Kind::Bool) => one.node().and_then(Node::as_bool) == other.node().and_then(Node::as_bool),
        (Kind::List, Kind::List) => match (one.node(), other.node()) {
            (Some(one), Some(other)) => {
                let mut left = view.items(one);
                let mut right = other_view.items(other);
                loop {
                    match (left.next(), right.next()) {
                        (None, None) => return true,
                        (Some(a), Some(b)) if equal(Subject::Node(a), view, Subject::Node(b), other_view) => {}
                        _ => return false,
                    }
                }
            }
            _ => false,
        },
        (Kind::Map, Kind::Map) => match (one.node(), other.node()) {
            (Some(one), Some(other)) => {
                view.entries(one).count() == other_view.entries(other).count()
                    && view.entries(one).all(|(key, value)| {
                        other_view
                            .get(other, key)
                            .is_some_and(|theirs| equal(Subject::Node(value), view, Subject::Node(theirs), other_view))
                    })
            }
            _ => false,
        },
        _ => false,
    }
}
