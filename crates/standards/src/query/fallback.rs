//! Which steps does an expression mean in the dialect that Spectral falls back to (JSONPath-Plus')?
//!
//! That dialect has no grammar. It is defined by how its reader cuts a text into words: filters are taken out, names in
//! quotes are shielded, and then dots and brackets become cuts. What looks wrong to a reader of JSONPath is still read
//! by it in some way, and published rulesets depend on that: `content.application/json`, `['a/b'`, dots at the end.
//! So the cutting is done here in the same order, one function a pass.

use super::{
    QueryFault,
    expression::{Dialect, Expression},
    step::{Slice, Sort, Step},
};

/// Stands for a cut between two words.
const CUT: char = ';';
/// Stands for a dot or a tilde that is part of a name in quotes.
const SHIELDED: [(char, char); 2] = [('.', '\u{E000}'), ('~', '\u{E001}')];
/// Around the number of a filter that was taken out.
const TAKEN: char = '\u{E002}';

/// Reads an expression.
pub(super) fn read(text: &str) -> Result<Vec<Step>, QueryFault> {
    let reserved = |c: char| matches!(c, '\u{E000}'..='\u{E002}');
    if let Some(column) = text.chars().position(reserved) {
        let mend = "write the expression without characters of private use";
        return Err(QueryFault::new(column + 1, "the expression has a character that stands for nothing", mend));
    }
    let letters: Vec<char> = text.chars().collect();
    check_brackets(&letters)?;
    let (rest, filters) = without_filters(&letters);
    let rest = with_cut_sorts(&rest);
    let rest = with_shielded_names(&rest);
    let rest = rest.replace('~', ";~;");
    let rest = with_cuts(&rest.chars().collect::<Vec<_>>());
    let rest = SHIELDED.iter().fold(rest, |rest, (plain, shielded)| rest.replace(*shielded, &plain.to_string()));
    let rest = with_scans(&with_cut_parents(&rest));
    let rest = without_ends(&rest.chars().collect::<Vec<_>>());
    let mut words = rest.split(CUT).peekable();
    // Otherwise the first word is a name like any other; one that is more than `$` is nothing that anybody calls a key.
    if words.next_if_eq(&"$").is_none() && matches!(letters.get(1), Some('$' | ' ')) {
        return Err(QueryFault::new(2, "`$` is followed by what leads nowhere", "go on with a dot or a bracket"));
    }
    let mut steps = Vec::new();
    for word in words {
        let taken = word.split(TAKEN).nth(1).and_then(|number| number.parse::<usize>().ok());
        match taken.and_then(|number| filters.get(number)) {
            Some((filter, column)) => steps.push(bracketed(filter, *column)?),
            None => steps.push(step(word)),
        }
        // The reader stops at these, whatever follows.
        if matches!(steps.last(), Some(Step::Key | Step::Sort(_))) {
            break;
        }
    }
    Ok(steps)
}

/// Every bracket, filter and quoted name has to end. The dialect's own reader makes something of those that do not, but
/// never what the author meant.
fn check_brackets(text: &[char]) -> Result<(), QueryFault> {
    let mut opened = Vec::new();
    let mut at = 0;
    while let Some(c) = text.get(at) {
        let after = text.get(at + 1..).unwrap_or_default();
        match c {
            '[' if matches!(after, ['?', '(', ..] | ['(', ..]) => match filter_end(text, at + 2) {
                Some(end) => at = end + 1,
                None => return Err(QueryFault::new(at + 1, "a filter does not end", "end it with `)]`")),
            },
            '[' => opened.push(at),
            '\'' | '"' if !opened.is_empty() && matches!(text.get(at - 1), Some('[' | ',' | ' ')) => {
                match after.iter().position(|letter| letter == c) {
                    Some(length) => at += length + 1,
                    None => return Err(QueryFault::new(at + 1, "a name in quotes does not end", "close the quotes")),
                }
            }
            ']' if opened.pop().is_none() => {
                return Err(QueryFault::new(at + 1, "there is `]` without `[`", "take it off, or open it with `[`"));
            }
            _ => {}
        }
        at += 1;
    }
    match opened.pop() {
        Some(open) => Err(QueryFault::new(open + 1, "a bracket is opened and never closed", "close it with `]`")),
        None => Ok(()),
    }
}

/// What one word means.
fn step(word: &str) -> Step {
    let sort = || Sort::named(word.strip_prefix('@')?.strip_suffix("()")?);
    match word {
        "*" => Step::Any,
        ".." => Step::Descend(Dialect::Fallback),
        "^" => Step::Up,
        "~" => Step::Key,
        "$" => Step::Root,
        word => {
            if let Some(slice) = slice(word) {
                Step::Slice(slice)
            } else if let Some(sort) = sort() {
                Step::Sort(sort)
            } else if let Some(name) = word.strip_prefix('`') {
                Step::Names(vec![name.into()])
            } else if word.contains(',') {
                either(word)
            } else {
                Step::Names(vec![word.into()])
            }
        }
    }
}

/// `a,b`: spaces belong to the names.
fn either(word: &str) -> Step {
    let mut steps = Vec::new();
    let mut names: Vec<Box<str>> = Vec::new();
    for part in word.split(',') {
        match step(part) {
            Step::Names(part) => names.extend(part),
            step if step.chooses() => steps.push(step),
            _ => names.push(part.into()),
        }
    }
    if steps.is_empty() {
        return Step::Names(names);
    }
    steps.push(Step::Names(names));
    Step::Either(steps)
}

/// `?(…)` or `(…)`.
fn bracketed(text: &str, column: usize) -> Result<Step, QueryFault> {
    let inner = |prefix: &str| text.strip_prefix(prefix).and_then(|text| text.strip_suffix(')'));
    match (inner("?("), inner("(")) {
        (Some(filter), _) => Expression::parse(filter, column + 2, Dialect::Fallback).map(Step::Filter),
        (_, Some(script)) => Expression::parse(script, column + 1, Dialect::Fallback).map(Step::Computed),
        _ => Err(QueryFault::new(column, "a filter does not end", "end it with `)]`")),
    }
}

/// `start:end:step`, each of which may be missing.
fn slice(word: &str) -> Option<Slice> {
    let numeric = |part: &str| {
        let digits = part.strip_prefix('-').unwrap_or(part);
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse::<i64>().ok())
    };
    let mut parts = word.split(':');
    let (start, end) = (numeric(parts.next()?)?, numeric(parts.next()?)?);
    let step = match parts.next() {
        Some(part) if !part.starts_with('-') => numeric(part)?,
        Some(_) => return None,
        None => None,
    };
    let or_default = |number: Option<i64>| number.filter(|number| *number != 0);
    parts.next().is_none().then_some(Slice {
        start: start.unwrap_or(0),
        end: or_default(end),
        step: or_default(step).unwrap_or(1),
        primary: false,
    })
}

/// Takes out what stands between `[?(` or `[(` and the next `)]`, and says where each began. A quote does for a
/// bracket, and `)]` followed by one more character and `]` is not yet the end.
fn without_filters(text: &[char]) -> (String, Vec<(String, usize)>) {
    let mut rest = String::new();
    let mut filters = Vec::new();
    let mut at = 0;
    while let Some(c) = text.get(at) {
        let opens = matches!(c, '[' | '\'') && matches!(text.get(at + 1..), Some(['?', '(', ..] | ['(', ..]));
        let end = if opens { filter_end(text, at + 2) } else { None };
        match end {
            Some(end) => {
                rest.push('[');
                rest.push(TAKEN);
                rest.push_str(&filters.len().to_string());
                rest.push(TAKEN);
                rest.push(']');
                filters.push((text.get(at + 1..=end).unwrap_or_default().iter().collect(), at + 2));
                at = end + 2;
            }
            None => {
                rest.push(*c);
                at += 1;
            }
        }
    }
    (rest, filters)
}

fn filter_end(text: &[char], from: usize) -> Option<usize> {
    (from..text.len()).take_while(|at| text.get(*at) != Some(&'\n')).find(|at| {
        let ends = text.get(*at) == Some(&')') && matches!(text.get(at + 1), Some(']' | '\''));
        ends && !matches!(text.get(at + 2..), Some([c, ']', ..]) if *c != '\n')
    })
}

/// Cuts around `@string()` and the like.
fn with_cut_sorts(text: &str) -> String {
    let mut rest = text;
    let mut cut = String::new();
    while let Some(at) = rest.find('@') {
        let (before, after) = rest.split_at(at);
        cut.push_str(before);
        let sort = after.get(1..).and_then(|after| after.split_once("()")).filter(|(word, _)| {
            matches!(*word, "function" | "nonFinite" | "undefined" | "other") || Sort::named(word).is_some()
        });
        match sort {
            Some((word, after)) => {
                cut.push_str(&format!("{CUT}@{word}(){CUT}"));
                rest = after;
            }
            None => {
                cut.push('@');
                rest = after.get(1..).unwrap_or_default();
            }
        }
    }
    cut.push_str(rest);
    cut
}

/// Shields dots and tildes in `['…']`, and makes double quotes single ones.
fn with_shielded_names(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut shielded = chars.clone();
    let mut at = 0;
    while at + 1 < chars.len() {
        let opens = matches!(chars.get(at..at + 2), Some(['[', '"' | '\'']));
        let length = || chars.get(at + 2..)?.iter().position(|c| matches!(c, '\'' | ']'));
        let end = if opens { length().map(|length| at + 2 + length) } else { None };
        // A double quote ends the name too, but only right before the bracket.
        let end = end.and_then(|end| match chars.get(end..) {
            Some(['\'', ']', ..]) => Some(end),
            Some([']', ..]) if end > at + 2 && chars.get(end - 1) == Some(&'"') => Some(end - 1),
            _ => None,
        });
        let Some(end) = end else {
            at += 1;
            continue;
        };
        for quote in [at + 1, end] {
            if let Some(c) = shielded.get_mut(quote) {
                *c = '\'';
            }
        }
        for c in shielded.get_mut(at + 2..end).unwrap_or_default() {
            if let Some((_, shield)) = SHIELDED.iter().find(|(plain, _)| plain == c) {
                *c = *shield;
            }
        }
        at = end + 2;
    }
    shielded.into_iter().collect()
}

/// Dots outside of brackets, and opening brackets, become cuts; a quote beside them goes.
fn with_cuts(text: &[char]) -> String {
    let quote = |at: usize| matches!(text.get(at), Some('\'' | '"'));
    let outside = |at: usize| {
        let rest = text.get(at..).unwrap_or_default();
        !matches!(rest.iter().find(|c| matches!(c, '[' | ']')), Some(']'))
    };
    let mut cut = String::new();
    let mut at = 0;
    while let Some(c) = text.get(at) {
        let dot = if quote(at) { at + 1 } else { at };
        let after = if text.get(dot) == Some(&'.') && outside(dot + 1) {
            Some(dot + 1)
        } else if *c == '[' {
            Some(at + 1)
        } else {
            None
        };
        match after {
            Some(after) => {
                cut.push(CUT);
                at = if quote(after) { after + 1 } else { after };
            }
            None => {
                cut.push(*c);
                at += 1;
            }
        }
    }
    cut
}

/// Cuts around each `^`, which swallow a cut that is already there.
fn with_cut_parents(text: &str) -> String {
    let mut cut = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('^') {
        let (before, from) = rest.split_at(at);
        cut.push_str(before.strip_suffix(CUT).unwrap_or(before));
        let ups = from.len() - from.trim_start_matches('^').len();
        for _ in 0..ups {
            cut.push_str(";^");
        }
        cut.push(CUT);
        let after = from.get(ups..).unwrap_or_default();
        rest = after.strip_prefix(CUT).unwrap_or(after);
    }
    cut.push_str(rest);
    cut
}

/// Two or three cuts together are a scan at any depth.
fn with_scans(text: &str) -> String {
    text.replace(";;;", "\u{E000}").replace(";;", "\u{E000}").replace('\u{E000}', ";..;")
}

/// Closing brackets go, with a quote before them, and so does a cut or a quote at the very end.
fn without_ends(text: &[char]) -> String {
    let mut rest = String::new();
    let mut at = 0;
    while let Some(c) = text.get(at) {
        let last = at + 1 == text.len();
        match (c, text.get(at + 1)) {
            ('\'', Some(']')) => at += 2,
            (']', _) => at += 1,
            ('\'' | ';', None) if last => at += 1,
            _ => {
                rest.push(*c);
                at += 1;
            }
        }
    }
    rest
}
