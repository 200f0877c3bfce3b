//! Can a value keep everything that a schema asks of it at once?

use crate::{
    document::Node,
    shape::{Shape, types},
    survey::Survey,
};

/// Bounds that come in pairs.
const BOUNDS: [(&str, &str); 4] =
    [("minimum", "maximum"), ("minLength", "maxLength"), ("minItems", "maxItems"), ("minProperties", "maxProperties")];

/// What no value can keep, of what a schema says with everything that holds beside it; none if nothing shows it.
pub(crate) fn of<'d>(survey: &Survey<'d>, schema: Node<'d>) -> Option<String> {
    let shape = Shape::of(survey, schema);
    let parts = shape.parts();
    if let Some((one, other)) = unlike(parts) {
        return Some(format!("a value would have to be {one} and {other} at once"));
    }
    BOUNDS.iter().find_map(|(least, most)| {
        let numbers = |keyword: &str| parts.iter().filter_map(|part| part.get(keyword)?.as_f64()).collect::<Vec<_>>();
        let least_of_all = numbers(least).into_iter().fold(f64::NEG_INFINITY, f64::max);
        let most_of_all = numbers(most).into_iter().fold(f64::INFINITY, f64::min);
        (least_of_all > most_of_all).then(|| format!("`{least}` {least_of_all} is more than `{most}` {most_of_all}"))
    })
}

/// Two parts that have no type in common.
fn unlike<'d>(parts: &[Node<'d>]) -> Option<(&'d str, &'d str)> {
    let fits =
        |one: &str, other: &str| one == other || matches!((one, other), ("integer", "number") | ("number", "integer"));
    let mut left: Option<Vec<&'d str>> = None;
    for part in parts {
        let mut named: Vec<&'d str> = types(*part).collect();
        let Some(first) = named.first().copied() else { continue };
        if let Some(before) = &left {
            named.retain(|one| before.iter().any(|other| fits(one, other)));
            if named.is_empty() {
                return Some((before.first().copied()?, first));
            }
        }
        left = Some(named);
    }
    None
}
