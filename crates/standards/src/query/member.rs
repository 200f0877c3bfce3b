//! What do the members of a value in a filter do: `.length`, `.match(…)`, `.constructor`?
//!
//! The methods of texts, lists and patterns that published rulesets use, and those close to them. A value has the other
//! methods of JavaScript too, so that asking whether they are there says the truth, but they cannot be called.

use std::{borrow::Cow, rc::Rc};

use super::{
    budget::Budget,
    tree::Tree,
    value::{Halt, Value, joined},
};
use crate::{
    document::Kind,
    fault::quoted,
    pattern::{Captures, Cut, Pattern},
};

const OF_ALL: [&str; 6] =
    ["hasOwnProperty", "toString", "valueOf", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString"];
const OF_TEXTS: [&str; 27] = [
    "match",
    "includes",
    "indexOf",
    "startsWith",
    "endsWith",
    "toLowerCase",
    "toUpperCase",
    "trim",
    "trimStart",
    "trimEnd",
    "split",
    "slice",
    "substring",
    "substr",
    "charAt",
    "at",
    "replace",
    "search",
    "lastIndexOf",
    "concat",
    "charCodeAt",
    "replaceAll",
    "matchAll",
    "padStart",
    "padEnd",
    "repeat",
    "localeCompare",
];
const OF_LISTS: [&str; 22] = [
    "includes",
    "indexOf",
    "join",
    "slice",
    "concat",
    "at",
    "lastIndexOf",
    "some",
    "every",
    "find",
    "findIndex",
    "filter",
    "map",
    "forEach",
    "reduce",
    "push",
    "pop",
    "sort",
    "reverse",
    "keys",
    "values",
    "flat",
];
const OF_PATTERNS: [&str; 2] = ["test", "exec"];
const OF_NUMBERS: [&str; 2] = ["toFixed", "toPrecision"];

type Answer<'q, 'd> = Result<Value<'q, 'd>, Halt>;

/// The member of a value under a name.
pub(crate) fn read<'q, 'd>(value: &Value<'q, 'd>, name: &str, tree: &Tree<'d>) -> Answer<'q, 'd> {
    let length = |length: usize| Value::Number(length as f64);
    let position = || name.parse::<usize>().ok().filter(|position| position.to_string() == name);
    let own = match value {
        Value::Undefined | Value::Null => {
            return Err(Halt::thrown(format!("reads {} of {}", quoted(name), value.described())));
        }
        Value::Node(node) if node.kind() == Kind::Map => node.get(name).map(|node| Value::of(tree.follow(node))),
        Value::Node(node) if name == "length" => Some(length(node.items().count())),
        Value::Node(node) => position().and_then(|at| node.items().nth(at)).map(|node| Value::of(tree.follow(node))),
        Value::List(items) if name == "length" => Some(length(items.len())),
        Value::List(items) => position().and_then(|at| items.get(at).cloned()),
        Value::Text(text) if name == "length" => Some(length(units(text))),
        Value::Text(text) => position().and_then(|at| unit(text, at)).map(|c| Value::Text(c.into())),
        Value::Pattern(pattern) if name == "source" => Some(Value::Text(pattern.text().to_owned().into())),
        Value::Constructor(constructor) if name == "name" => Some(Value::Text((*constructor).into())),
        _ => None,
    };
    Ok(own.unwrap_or_else(|| inherited(value, name)))
}

/// What a value has because of what it is.
fn inherited<'q, 'd>(value: &Value<'q, 'd>, name: &str) -> Value<'q, 'd> {
    let (constructor, methods): (&'static str, &[&'static str]) = match value {
        Value::Undefined | Value::Null => return Value::Undefined,
        Value::Bool(_) => ("Boolean", &[]),
        Value::Number(_) => ("Number", &OF_NUMBERS),
        Value::Text(_) => ("String", &OF_TEXTS),
        Value::Pattern(_) => ("RegExp", &OF_PATTERNS),
        Value::Method(..) | Value::Constructor(_) => ("Function", &[]),
        Value::Node(node) if node.kind() == Kind::Map => ("Object", &[]),
        Value::Node(_) | Value::List(_) => ("Array", &OF_LISTS),
    };
    if name == "constructor" {
        return Value::Constructor(constructor);
    }
    let method = methods.iter().chain(&OF_ALL).find(|method| **method == name);
    method.map_or(Value::Undefined, |method| Value::Method(Rc::new(value.clone()), method))
}

/// Whether values may have a member of this name that are no maps of the document.
pub(crate) fn is_inherited(name: &str) -> bool {
    let methods = OF_ALL.iter().chain(&OF_TEXTS).chain(&OF_LISTS).chain(&OF_PATTERNS).chain(&OF_NUMBERS);
    matches!(name, "length" | "constructor")
        || name.parse::<usize>().is_ok()
        || methods.into_iter().any(|own| *own == name)
}

/// Calls a method.
pub(crate) fn call<'q, 'd>(
    method: &Value<'q, 'd>,
    arguments: &[Value<'q, 'd>],
    tree: &Tree<'d>,
    budget: &mut Budget,
) -> Answer<'q, 'd> {
    let Value::Method(of, name) = method else {
        return Err(Halt::thrown(format!("calls {} as if it were a function", method.described())));
    };
    if let Value::Text(text) = &**of {
        // Long texts cost more.
        if !budget.spend(1 + (text.len() / 1024) as u64) {
            return Err(Halt::Spent);
        }
    }
    match (&**of, *name) {
        (of, "toString") => of.written(tree).map(Value::Text),
        (of, "valueOf") => Ok(of.clone()),
        (Value::Node(node), "hasOwnProperty") if node.kind() == Kind::Map => {
            Ok(Value::Bool(node.get(&argument(arguments, 0).written(tree)?).is_some()))
        }
        (Value::Pattern(pattern), "test") => {
            let text = argument(arguments, 0).written(tree)?;
            uncut(pattern.is_match(&text)).map(Value::Bool)
        }
        (Value::Pattern(pattern), "exec") => {
            let text = argument(arguments, 0).written(tree)?;
            groups(&text, uncut(pattern.captures(&text, 0))?)
        }
        (Value::Text(text), name) => of_text(text, name, arguments, tree),
        (of, name) => match of.items(tree) {
            Some(items) => of_list(&items, name, arguments, tree),
            None => Err(not_called(name)),
        },
    }
}

fn of_text<'q, 'd>(text: &Cow<'d, str>, name: &str, arguments: &[Value<'q, 'd>], tree: &Tree<'d>) -> Answer<'q, 'd> {
    let given = |at: usize| argument(arguments, at);
    let needle = || given(0).written(tree);
    let found = |at: Option<usize>| {
        let before = at.and_then(|at| text.get(..at));
        Value::Number(before.map_or(-1.0, |before| units(before) as f64))
    };
    Ok(match name {
        "match" => groups(text, with_pattern(&given(0), tree, |pattern| pattern.captures(text, 0))?)?,
        "search" => {
            let captures = with_pattern(&given(0), tree, |pattern| pattern.captures(text, 0))?;
            found(captures.and_then(|groups| Some(groups.first()?.as_ref()?.start)))
        }
        "includes" => Value::Bool(text.contains(&*needle()?)),
        "startsWith" => Value::Bool(text.starts_with(&*needle()?)),
        "endsWith" => Value::Bool(text.ends_with(&*needle()?)),
        "indexOf" => found(text.find(&*needle()?)),
        "lastIndexOf" => found(text.rfind(&*needle()?)),
        "toLowerCase" => Value::text(text.to_lowercase())?,
        "toUpperCase" => Value::text(text.to_uppercase())?,
        "trim" => Value::text(text.trim())?,
        "trimStart" => Value::text(text.trim_start())?,
        "trimEnd" => Value::text(text.trim_end())?,
        "concat" => {
            let mut whole = text.to_string();
            for part in arguments {
                whole.push_str(&part.written(tree)?);
            }
            Value::text(whole)?
        }
        "charAt" | "at" => {
            let length = units(text) as f64;
            let at = given(0).number(tree)?.trunc();
            let at = if at < 0.0 && name == "at" { at + length } else { at };
            let c = if at.is_nan() {
                unit(text, 0)
            } else if at < 0.0 {
                None
            } else {
                unit(text, at as usize)
            };
            match c {
                Some(c) => Value::Text(c.into()),
                None if name == "at" => Value::Undefined,
                None => Value::Text("".into()),
            }
        }
        "slice" | "substring" | "substr" => part(text, name, arguments, tree)?,
        "split" => split(text, &given(0), tree)?,
        "replace" => replace(text, &given(0), &given(1).written(tree)?, tree)?,
        name => return Err(not_called(name)),
    })
}

fn of_list<'q, 'd>(
    items: &[Value<'q, 'd>],
    name: &str,
    arguments: &[Value<'q, 'd>],
    tree: &Tree<'d>,
) -> Answer<'q, 'd> {
    let needle = argument(arguments, 0);
    let found = |at: Option<usize>| Value::Number(at.map_or(-1.0, |at| at as f64));
    let is = |item: &Value<'q, 'd>| item.equals(&needle);
    Ok(match name {
        "includes" => {
            let nan = matches!(needle, Value::Number(number) if number.is_nan());
            Value::Bool(items.iter().any(|item| is(item) || nan && matches!(item, Value::Number(n) if n.is_nan())))
        }
        "indexOf" => found(items.iter().position(is)),
        "lastIndexOf" => found(items.iter().rposition(is)),
        "join" => {
            let between = if matches!(needle, Value::Undefined) { ",".into() } else { needle.written(tree)? };
            Value::text(joined(items, &between, tree, 0)?)?
        }
        "at" => {
            let at = needle.number(tree)?.trunc();
            let at = if at < 0.0 { at + items.len() as f64 } else { at };
            let item = if at < 0.0 { None } else { items.get(if at.is_nan() { 0 } else { at as usize }) };
            item.cloned().unwrap_or(Value::Undefined)
        }
        "slice" => {
            let (from, to) = range("slice", arguments, items.len(), tree)?;
            Value::list(items.get(from..to).unwrap_or_default().iter().cloned())?
        }
        "concat" => {
            let mut all = items.to_vec();
            for more in arguments {
                match more.items(tree) {
                    Some(more) => all.extend(more),
                    None => all.push(more.clone()),
                }
            }
            Value::list(all)?
        }
        name => return Err(not_called(name)),
    })
}

/// Runs something with a pattern that is given as one, or as a text.
fn with_pattern<'q, 'd, T>(
    given: &Value<'q, 'd>,
    tree: &Tree<'d>,
    run: impl FnOnce(&Pattern) -> Result<T, Cut>,
) -> Result<T, Halt> {
    match given {
        Value::Pattern(pattern) => uncut(run(pattern)),
        Value::Undefined => with_new_pattern("", run),
        given => with_new_pattern(&given.written(tree)?, run),
    }
}

fn with_new_pattern<T>(text: &str, run: impl FnOnce(&Pattern) -> Result<T, Cut>) -> Result<T, Halt> {
    let pattern = Pattern::with_flags(text, "").map_err(|fault| Halt::thrown(fault.what))?;
    uncut(run(&pattern))
}

fn uncut<T>(answer: Result<T, Cut>) -> Result<T, Halt> {
    answer.map_err(|_| Halt::thrown("has a pattern that takes too long for a text"))
}

/// What `match` gives: null, or the whole and its groups.
fn groups<'q, 'd>(text: &str, captures: Option<Captures>) -> Answer<'q, 'd> {
    let Some(captures) = captures else {
        return Ok(Value::Null);
    };
    let group = |range: &Option<std::ops::Range<usize>>| match range.clone().and_then(|range| text.get(range)) {
        Some(group) => Value::Text(group.to_owned().into()),
        None => Value::Undefined,
    };
    Value::list(captures.iter().map(group).collect::<Vec<_>>())
}

fn part<'q, 'd>(text: &str, name: &str, arguments: &[Value<'q, 'd>], tree: &Tree<'d>) -> Answer<'q, 'd> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let (from, to) = range(name, arguments, units.len(), tree)?;
    Value::text(String::from_utf16_lossy(units.get(from..to).unwrap_or_default()))
}

/// The stretch that `slice`, `substring` or `substr` means, of so many.
fn range(name: &str, arguments: &[Value<'_, '_>], length: usize, tree: &Tree<'_>) -> Result<(usize, usize), Halt> {
    let length = length as f64;
    let given = |at: usize, default: f64| match arguments.get(at) {
        None | Some(Value::Undefined) => Ok(default),
        Some(value) => value.number(tree).map(|number| if number.is_nan() { 0.0 } else { number.trunc() }),
    };
    let from_end = |at: f64| if at < 0.0 { (at + length).max(0.0) } else { at.min(length) };
    let (first, second) = (given(0, 0.0)?, given(1, if name == "substr" { f64::INFINITY } else { length })?);
    let (from, to) = match name {
        "substring" => {
            let (a, b) = (first.clamp(0.0, length), second.clamp(0.0, length));
            (a.min(b), a.max(b))
        }
        "substr" => (from_end(first), (from_end(first) + second.max(0.0)).min(length)),
        _ => (from_end(first), from_end(second)),
    };
    Ok((from as usize, to.max(from) as usize))
}

fn split<'q, 'd>(text: &str, at: &Value<'q, 'd>, tree: &Tree<'d>) -> Answer<'q, 'd> {
    let piece = |piece: &str| Value::Text(piece.to_owned().into());
    match at {
        Value::Undefined => Value::list([piece(text)]),
        Value::Pattern(_) => Err(not_called("split with a pattern")),
        at => {
            let at = at.written(tree)?;
            if at.is_empty() {
                return Value::list(text.chars().map(|c| piece(c.encode_utf8(&mut [0; 4]))));
            }
            Value::list(text.split(&*at).map(piece))
        }
    }
}

fn replace<'q, 'd>(text: &str, what: &Value<'q, 'd>, with: &str, tree: &Tree<'d>) -> Answer<'q, 'd> {
    let range = match what {
        Value::Pattern(pattern) => {
            uncut(pattern.captures(text, 0))?.and_then(|groups| groups.into_iter().next().flatten())
        }
        what => {
            let what = what.written(tree)?;
            text.find(&*what).map(|at| at..at + what.len())
        }
    };
    let mut replaced = text.to_owned();
    if let Some(range) = range {
        replaced.replace_range(range, with);
    }
    Value::text(replaced)
}

fn not_called(name: &str) -> Halt {
    Halt::thrown(format!("calls {}, which is not done here", quoted(name)))
}

fn argument<'q, 'd>(arguments: &[Value<'q, 'd>], at: usize) -> Value<'q, 'd> {
    arguments.get(at).cloned().unwrap_or(Value::Undefined)
}

/// How long JavaScript says that a text is.
fn units(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// One position of a text as JavaScript counts them.
fn unit(text: &str, at: usize) -> Option<String> {
    let unit = text.encode_utf16().nth(at)?;
    Some(String::from_utf16_lossy(&[unit]))
}
