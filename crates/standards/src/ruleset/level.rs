//! How much does a rule weigh?

use crate::{
    document::{Kind, Node},
    finding::Level,
};

/// A severity in a ruleset: a level, or none for `off`.
pub(crate) type Severity = Option<Level>;

/// Reads `error`, `warn`, `info`, `hint`, `off`, or the number that stands for it.
pub(crate) fn read(node: Node<'_>) -> Option<Severity> {
    match node.kind() {
        Kind::Text => match node.as_str()? {
            "error" | "0" => Some(Some(Level::Error)),
            "warn" | "1" => Some(Some(Level::Warning)),
            "info" | "2" => Some(Some(Level::Information)),
            "hint" | "3" => Some(Some(Level::Hint)),
            "off" | "-1" => Some(None),
            _ => None,
        },
        _ => match node.as_i64()? {
            0 => Some(Some(Level::Error)),
            1 => Some(Some(Level::Warning)),
            2 => Some(Some(Level::Information)),
            3 => Some(Some(Level::Hint)),
            -1 => Some(None),
            _ => None,
        },
    }
}
