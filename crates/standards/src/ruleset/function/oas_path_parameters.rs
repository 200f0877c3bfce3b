//! `oasPathParam`: does every parameter in a path template have a definition, and the other way round?

use std::collections::HashMap;

use super::{Call, Remark, oas_operation_id_unique::METHODS};
use crate::{
    document::{Kind, Node},
    ruleset::{
        ecmascript::{Subject, string},
        locating::Step,
    },
};

/// Path parameters by name, in the order of their definition, each with where that is.
type Defined<'d> = Vec<(String, Vec<Step<'d>>)>;

pub(super) fn run<'d>(call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
    let Some(paths) = call.subject.node().filter(|node| node.kind() == Kind::Map) else {
        return Vec::new();
    };
    let mut remarks = Vec::new();
    let mut shapes: HashMap<String, &'d str> = HashMap::new();
    for (path, item) in call.view.entries(paths) {
        if !matches!(item.kind(), Kind::Map | Kind::List) {
            continue;
        }
        let place = || [Step::from("paths"), path.into()];
        let (shape, names) = template(path);
        match shapes.get(&shape) {
            Some(first) => {
                let message = format!("Paths \"{first}\" and \"{path}\" must not be equivalent.");
                remarks.push(Remark::at(place(), message));
            }
            None => drop(shapes.insert(shape, path)),
        }
        let mut expected: Vec<String> = Vec::new();
        for name in names {
            if expected.contains(&name) {
                let message = format!("Path \"{path}\" must not use parameter \"{{{name}}}\" multiple times.");
                remarks.push(Remark::at(place(), message));
            } else {
                expected.push(name);
            }
        }
        let shared = defined(call, item, place().to_vec(), &mut remarks);
        for (method, operation) in call.view.entries(item) {
            if METHODS.contains(&method) && matches!(operation.kind(), Kind::Map | Kind::List) {
                let mut here = place().to_vec();
                here.push(method.into());
                let own = defined(call, operation, here.clone(), &mut remarks);
                compare(path, &expected, merged(&shared, own), here, &mut remarks);
            }
        }
    }
    remarks
}

/// The shape of a template with every parameter as `%`, and the names of the parameters.
fn template(path: &str) -> (String, Vec<String>) {
    let mut shape = String::new();
    let mut names = Vec::new();
    let mut rest = path;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        shape.push_str(before);
        match parameter(from) {
            Some((name, after)) => {
                shape.push('%');
                names.push(name);
                rest = after;
            }
            None => {
                shape.push('{');
                rest = from.get(1..).unwrap_or_default();
            }
        }
    }
    shape.push_str(rest);
    (shape, names)
}

/// The parameter at the beginning of a text: its name without signs, and what comes after.
fn parameter(from: &str) -> Option<(String, &str)> {
    let inner = from.strip_prefix('{')?;
    let inner = inner.strip_prefix(';').unwrap_or(inner);
    let inner = inner.strip_prefix('?').unwrap_or(inner);
    let end = inner.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).unwrap_or(inner.len());
    let (name, after) = inner.split_at(end);
    let after = after.strip_prefix('*').unwrap_or(after).strip_prefix('}')?;
    (!name.is_empty()).then(|| (name.to_owned(), after))
}

/// The path parameters that a path or an operation defines.
fn defined<'d>(
    call: &Call<'_, 'd>,
    holder: Node<'d>,
    place: Vec<Step<'d>>,
    remarks: &mut Vec<Remark<'d>>,
) -> Defined<'d> {
    let mut defined: Defined<'d> = Vec::new();
    let list = call.view.get(holder, "parameters").filter(|list| list.kind() == Kind::List);
    for (position, parameter) in list.into_iter().flat_map(|list| call.view.items(list)).enumerate() {
        let in_path = call.view.get(parameter, "in").and_then(Node::as_str) == Some("path");
        let Some(name) = call.view.get(parameter, "name").filter(|_| in_path) else {
            continue;
        };
        let name = string(Subject::Node(name)).into_owned();
        let mut here = place.clone();
        here.extend([Step::from("parameters"), Step::Owned(position.to_string())]);
        if call.view.get(parameter, "required").and_then(Node::as_bool) != Some(true) {
            let message = format!("Path parameter \"{name}\" must have \"required\" property that is set to \"true\".");
            remarks.push(Remark::at(here.clone(), message));
        }
        if defined.iter().any(|(other, _)| *other == name) {
            let message = format!("Path parameter \"{name}\" must not be defined multiple times.");
            remarks.push(Remark::at(here, message));
        } else {
            defined.push((name, here));
        }
    }
    defined
}

/// The path's parameters, with an operation's own in place of those of the same name.
fn merged<'d>(shared: &Defined<'d>, own: Defined<'d>) -> Defined<'d> {
    let mut all = shared.clone();
    for (name, place) in own {
        match all.iter_mut().find(|(other, _)| *other == name) {
            Some(known) => known.1 = place,
            None => all.push((name, place)),
        }
    }
    all
}

fn compare<'d>(
    path: &str,
    expected: &[String],
    defined: Defined<'d>,
    operation: Vec<Step<'d>>,
    remarks: &mut Vec<Remark<'d>>,
) {
    for name in expected {
        if !defined.iter().any(|(other, _)| other == name) {
            let message = format!("Operation must define parameter \"{{{name}}}\" as expected by path \"{path}\".");
            remarks.push(Remark::at(operation.clone(), message));
        }
    }
    for (name, place) in defined {
        if !expected.contains(&name) {
            remarks.push(Remark::at(place, format!("Parameter \"{name}\" must be used in path \"{path}\".")));
        }
    }
}
