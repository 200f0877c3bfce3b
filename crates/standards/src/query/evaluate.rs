//! Is a filter true at a place?

use std::borrow::Cow;

use super::{
    budget::Budget,
    expression::{Binary, Dialect, Expression, Unary},
    found::{Crumb, Property},
    member,
    step::Sort,
    tree::Tree,
    value::{Halt, Value},
};
use crate::document::Node;

/// The place for which a filter is worked out.
pub(crate) struct Scene<'w, 'd> {
    pub(crate) tree: &'w Tree<'d>,
    /// From the root to the list or map that holds the value.
    pub(crate) around: &'w [Crumb<'d>],
    /// The name of the value in it.
    pub(crate) property: Option<Property<'d>>,
    /// The value.
    pub(crate) node: Node<'d>,
}

type Answer<'q, 'd> = Result<Value<'q, 'd>, Halt>;

impl<'d> Scene<'_, 'd> {
    /// Whether the filter is true here.
    pub(crate) fn holds(&self, filter: &Expression, budget: &mut Budget) -> Result<bool, Halt> {
        self.value(filter, budget).map(|value| value.is_true())
    }

    /// The value of an expression here.
    pub(crate) fn value<'q>(&self, expression: &'q Expression, budget: &mut Budget) -> Answer<'q, 'd> {
        if !budget.spend(1) {
            return Err(Halt::Spent);
        }
        Ok(match expression {
            Expression::Undefined => Value::Undefined,
            Expression::Null => Value::Null,
            Expression::Bool(value) => Value::Bool(*value),
            Expression::Number(number) => Value::Number(*number),
            Expression::Text(text) => Value::Text(Cow::Owned(text.to_string())),
            Expression::Pattern(pattern) => Value::Pattern(pattern),
            Expression::List(list) => Value::list(self.values(list, budget)?)?,
            Expression::Value => Value::of(self.node),
            Expression::Root => Value::of(self.tree.root()),
            Expression::Property => Value::of_property(self.property),
            Expression::Parent => {
                self.around.iter().rev().nth(1).map_or(Value::Undefined, |crumb| Value::of(crumb.node))
            }
            Expression::ParentProperty => Value::of_property(self.around.last().and_then(|crumb| crumb.property)),
            Expression::Path(dialect) => {
                let path = self.path(*dialect);
                // A long way costs what its text costs.
                if !budget.spend((path.len() / 8) as u64) {
                    return Err(Halt::Spent);
                }
                Value::text(path)?
            }
            Expression::Sort(sort) => Value::Bool(is_of(*sort, &Value::of(self.node))),
            Expression::Member(of, name) => member::read(&self.value(of, budget)?, name, self.tree)?,
            Expression::Element(pair) => {
                let of = self.value(&pair.0, budget)?;
                let name = self.value(&pair.1, budget)?;
                member::read(&of, &name.written(self.tree)?, self.tree)?
            }
            Expression::Call(callee, arguments) => self.call(callee, arguments, budget)?,
            Expression::Unary(unary, operand) => self.unary(*unary, operand, budget)?,
            Expression::Binary(binary, pair) => self.binary(*binary, &pair.0, &pair.1, budget)?,
            Expression::All(list) => self.chain(list, false, budget)?,
            Expression::AnyOf(list) => self.chain(list, true, budget)?,
            Expression::Choice(three) => {
                let yes = self.holds(&three.0, budget)?;
                self.value(if yes { &three.1 } else { &three.2 }, budget)?
            }
        })
    }

    fn values<'q>(&self, list: &'q [Expression], budget: &mut Budget) -> Result<Vec<Value<'q, 'd>>, Halt> {
        list.iter().map(|item| self.value(item, budget)).collect()
    }

    /// The first value that decides a chain of `||` or `&&`, or the last.
    fn chain<'q>(&self, list: &'q [Expression], decides: bool, budget: &mut Budget) -> Answer<'q, 'd> {
        let mut value = Value::Undefined;
        for part in list {
            value = self.value(part, budget)?;
            if value.is_true() == decides {
                break;
            }
        }
        Ok(value)
    }

    fn call<'q>(&self, callee: &'q Expression, arguments: &'q [Expression], budget: &mut Budget) -> Answer<'q, 'd> {
        let method = match callee {
            // A position in a list has the methods of a text too.
            Expression::Member(of, name) if matches!(**of, Expression::Property) => {
                let property = self.value(of, budget)?.written(self.tree)?;
                member::read(&Value::Text(property), name, self.tree)?
            }
            callee => self.value(callee, budget)?,
        };
        let arguments = self.values(arguments, budget)?;
        member::call(&method, &arguments, self.tree, budget)
    }

    fn unary<'q>(&self, unary: Unary, operand: &'q Expression, budget: &mut Budget) -> Answer<'q, 'd> {
        let value = self.value(operand, budget)?;
        Ok(match unary {
            Unary::Not => Value::Bool(!value.is_true()),
            Unary::Minus => Value::Number(-value.number(self.tree)?),
            Unary::Plus => Value::Number(value.number(self.tree)?),
            Unary::Complement => Value::Number(f64::from(!whole(value.number(self.tree)?))),
            Unary::TypeOf => Value::Text(value.sort().into()),
            Unary::Void => Value::Undefined,
        })
    }

    fn binary<'q>(
        &self,
        binary: Binary,
        left: &'q Expression,
        right: &'q Expression,
        budget: &mut Budget,
    ) -> Answer<'q, 'd> {
        let tree = self.tree;
        let a = self.value(left, budget)?;
        if binary == Binary::Coalesce && !matches!(a, Value::Undefined | Value::Null) {
            return Ok(a);
        }
        if let Expression::Text(b) = right
            && let Some(equal) = equals_text(&a, b, binary)
        {
            return Ok(Value::Bool(equal));
        }
        let b = self.value(right, budget)?;
        let bits = |of: &dyn Fn(i32, i32) -> i32| -> Answer<'q, 'd> {
            Ok(Value::Number(f64::from(of(whole(a.number(tree)?), whole(b.number(tree)?)))))
        };
        let shift = |by: i32| (by & 31).unsigned_abs();
        let compared = || a.compared(&b, tree);
        Ok(match binary {
            Binary::Coalesce => b,
            Binary::Equal => Value::Bool(a.equals(&b)),
            Binary::Unequal => Value::Bool(!a.equals(&b)),
            Binary::LooselyEqual => Value::Bool(a.loosely_equals(&b, tree)?),
            Binary::LooselyUnequal => Value::Bool(!a.loosely_equals(&b, tree)?),
            Binary::Less => Value::Bool(compared()?.is_some_and(|order| order.is_lt())),
            Binary::Greater => Value::Bool(compared()?.is_some_and(|order| order.is_gt())),
            Binary::AtMost => Value::Bool(compared()?.is_some_and(|order| order.is_le())),
            Binary::AtLeast => Value::Bool(compared()?.is_some_and(|order| order.is_ge())),
            Binary::BitOr => bits(&|a, b| a | b)?,
            Binary::BitXor => bits(&|a, b| a ^ b)?,
            Binary::BitAnd => bits(&|a, b| a & b)?,
            Binary::ShiftLeft => bits(&|a, b| a.wrapping_shl(shift(b)))?,
            Binary::ShiftRight => bits(&|a, b| a.wrapping_shr(shift(b)))?,
            Binary::ShiftRightUnsigned => {
                let by = shift(whole(b.number(tree)?));
                Value::Number(f64::from(whole(a.number(tree)?).cast_unsigned().wrapping_shr(by)))
            }
            Binary::Add => match (a.primitive(tree)?, b.primitive(tree)?) {
                (a @ Value::Text(_), b) | (a, b @ Value::Text(_)) => {
                    Value::text(format!("{}{}", a.written(tree)?, b.written(tree)?))?
                }
                (a, b) => Value::Number(a.number(tree)? + b.number(tree)?),
            },
            Binary::Subtract => Value::Number(a.number(tree)? - b.number(tree)?),
            Binary::Multiply => Value::Number(a.number(tree)? * b.number(tree)?),
            Binary::Divide => Value::Number(a.number(tree)? / b.number(tree)?),
            Binary::Remainder => Value::Number(a.number(tree)? % b.number(tree)?),
            Binary::Power => Value::Number(a.number(tree)?.powf(b.number(tree)?)),
            Binary::In => member::call(&member::read(&b, "includes", tree)?, &[a], tree, budget)?,
            Binary::Like => member::call(&member::read(&b, "test", tree)?, &[a], tree, budget)?,
        })
    }

    /// The way to the value, as the dialect writes it out.
    fn path(&self, dialect: Dialect) -> String {
        let mut path = "$".to_owned();
        for property in self.around.iter().filter_map(|crumb| crumb.property).chain(self.property) {
            let bare = |key: &str| {
                let numeric = !key.is_empty() && key.bytes().all(|b| b.is_ascii_digit() || b == b'*');
                dialect == Dialect::Fallback && numeric
            };
            // Piece by piece: a filter may ask for the way to every place of a contract, and each is long.
            match property {
                Property::Key(key) if !bare(key) => ["['", key, "']"].iter().for_each(|piece| path.push_str(piece)),
                Property::Key(key) => ["[", key, "]"].iter().for_each(|piece| path.push_str(piece)),
                Property::Index(index) => {
                    path.push('[');
                    path.push_str(&index.to_string());
                    path.push(']');
                }
            }
        }
        path
    }
}

/// What most filters ask, `@.type == "string"`, without making a value of the text. None if it is asked otherwise.
fn equals_text(value: &Value<'_, '_>, text: &str, binary: Binary) -> Option<bool> {
    let same = match (binary, value) {
        (Binary::Equal | Binary::Unequal | Binary::LooselyEqual | Binary::LooselyUnequal, Value::Text(own)) => {
            own == text
        }
        (Binary::Equal | Binary::Unequal, _) => false,
        (Binary::LooselyEqual | Binary::LooselyUnequal, Value::Undefined | Value::Null) => false,
        _ => return None,
    };
    Some(same == matches!(binary, Binary::Equal | Binary::LooselyEqual))
}

/// Whether a value is of a sort.
pub(crate) fn is_of(sort: Sort, value: &Value<'_, '_>) -> bool {
    match sort {
        Sort::Scalar => matches!(value, Value::Null) || value.sort() != "object",
        Sort::Boolean => value.sort() == "boolean",
        Sort::Text => value.sort() == "string",
        Sort::Integer => matches!(value, Value::Number(number) if number.fract() == 0.0),
        Sort::Number => value.sort() == "number",
        Sort::Map => value.sort() == "object" && !matches!(value, Value::Null),
        Sort::List => value.described() == "a list",
        Sort::Null => matches!(value, Value::Null),
        Sort::Undefined => matches!(value, Value::Undefined),
    }
}

/// A number as JavaScript's bit operations take it.
fn whole(number: f64) -> i32 {
    if !number.is_finite() {
        return 0;
    }
    let wrapped = number.trunc().rem_euclid(4_294_967_296.0);
    // Below 2^32, so nothing is lost.
    (wrapped as u32).cast_signed()
}
