//! Does the name of a file match a pattern with `*`, `**`, `?`, `[…]` and `{…}`?
//!
//! A pattern without a slash is matched against the last part of the name.

/// How many patterns one with braces may stand for.
const MOST: usize = 1_000;

/// Whether a name matches.
pub(crate) fn matches(name: &str, pattern: &str) -> bool {
    if pattern.starts_with('#') {
        return false;
    }
    let (wanted, pattern) = match pattern.strip_prefix('!') {
        Some(rest) => (false, rest),
        None => (true, pattern),
    };
    let mut patterns = Vec::new();
    expand(pattern, &mut patterns);
    let matched = patterns.iter().any(|pattern| one(name, pattern));
    matched == wanted
}

fn one(name: &str, pattern: &str) -> bool {
    let name: Vec<&str> =
        if pattern.contains('/') { name.split('/').collect() } else { name.rsplit('/').next().into_iter().collect() };
    let pattern: Vec<&str> = pattern.split('/').collect();
    parts(&name, &pattern)
}

/// Matches a name and a pattern part by part. Remembers which `**` came last, so it is never worse than quadratic.
fn parts(name: &[&str], pattern: &[&str]) -> bool {
    let (mut n, mut p) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    loop {
        match (name.get(n), pattern.get(p)) {
            (None, None) => return true,
            (_, Some(&"**")) => {
                back = Some((n, p));
                p += 1;
                continue;
            }
            (Some(part), Some(wanted)) if part_fits(part, wanted) => {
                n += 1;
                p += 1;
                continue;
            }
            _ => {}
        }
        match back {
            // What begins with a dot is not passed over.
            Some((from, star)) if from < name.len() && !name.get(from).is_some_and(|part| part.starts_with('.')) => {
                back = Some((from + 1, star));
                n = from + 1;
                p = star + 1;
            }
            _ => return false,
        }
    }
}

fn part_fits(part: &str, pattern: &str) -> bool {
    if part.starts_with('.') && !pattern.starts_with('.') {
        return false;
    }
    let part: Vec<char> = part.chars().collect();
    let pattern: Vec<char> = pattern.chars().collect();
    let (mut n, mut p) = (0, 0);
    let mut back: Option<(usize, usize)> = None;
    loop {
        match (part.get(n), pattern.get(p)) {
            (None, None) => return true,
            (_, Some('*')) => {
                back = Some((n, p));
                p += 1;
                continue;
            }
            (Some(letter), Some(_)) => {
                if let Some(length) = letter_fits(*letter, pattern.get(p..).unwrap_or_default()) {
                    n += 1;
                    p += length;
                    continue;
                }
            }
            _ => {}
        }
        match back {
            Some((from, star)) if from < part.len() => {
                back = Some((from + 1, star));
                n = from + 1;
                p = star + 1;
            }
            _ => return false,
        }
    }
}

/// How much of a pattern one letter takes, if it fits.
fn letter_fits(letter: char, pattern: &[char]) -> Option<usize> {
    match pattern {
        ['?', ..] => Some(1),
        ['\\', escaped, ..] => (*escaped == letter).then_some(2),
        ['[', rest @ ..] => {
            let end = rest.iter().skip(1).position(|c| *c == ']')? + 1;
            let class = rest.get(..end)?;
            let (negated, class) = match class {
                ['!' | '^', inner @ ..] => (true, inner),
                inner => (false, inner),
            };
            let mut inside = false;
            let mut at = 0;
            while let Some(from) = class.get(at) {
                match (class.get(at + 1), class.get(at + 2)) {
                    (Some('-'), Some(to)) => {
                        inside |= (*from..=*to).contains(&letter);
                        at += 3;
                    }
                    _ => {
                        inside |= *from == letter;
                        at += 1;
                    }
                }
            }
            (inside != negated).then_some(end + 2)
        }
        [plain, ..] => (*plain == letter).then_some(1),
        [] => None,
    }
}

/// The patterns without braces that one with braces stands for.
fn expand(pattern: &str, patterns: &mut Vec<String>) {
    let braces = pattern.find('{').and_then(|open| Some((open, closing(pattern, open)?)));
    let Some((open, close)) = braces.filter(|_| patterns.len() < MOST) else {
        patterns.push(pattern.to_owned());
        return;
    };
    let (before, inner, after) = (&pattern[..open], &pattern[open + 1..close], &pattern[close + 1..]);
    let choices = choices(inner);
    if choices.len() < 2 {
        patterns.push(pattern.to_owned());
        return;
    }
    for choice in choices {
        if patterns.len() < MOST {
            expand(&format!("{before}{choice}{after}"), patterns);
        }
    }
}

fn closing(pattern: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, letter) in pattern.char_indices().skip_while(|(at, _)| *at < open) {
        match letter {
            '{' => depth += 1,
            '}' if depth == 1 => return Some(at),
            '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    None
}

fn choices(inner: &str) -> Vec<&str> {
    let mut choices = Vec::new();
    let (mut depth, mut from) = (0_i32, 0);
    for (at, letter) in inner.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                choices.push(&inner[from..at]);
                from = at + 1;
            }
            _ => {}
        }
    }
    choices.push(&inner[from..]);
    choices
}
