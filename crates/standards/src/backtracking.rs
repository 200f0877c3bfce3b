//! May a pattern try for ever on a text that does not match?
//!
//! It may where a repetition without end lies inside another and nothing fixed tells where one turn ends: `(a+)+`,
//! `(\w+\s?)*`. A separator, as in `(-[a-z]+)*`, makes it harmless. This reads the form of the pattern alone; it does
//! not prove anything, and it is not taken in by classes or escapes.

/// What has been read of one alternative of a group.
#[derive(Clone, Copy, Default)]
struct Branch {
    /// Something repeats without end.
    endless: bool,
    /// Something comes exactly as often as it is written.
    fixed: bool,
}

impl Branch {
    fn is_open(self) -> bool {
        self.endless && !self.fixed
    }
}

/// A group that is being read: its alternative of the moment, and whether an earlier one was open.
#[derive(Clone, Copy, Default)]
struct Group {
    branch: Branch,
    open: bool,
    looks_around: bool,
}

/// How often something comes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Times {
    Once,
    Perhaps,
    Endless,
}

/// Whether a pattern has a repetition without end inside another, with nothing fixed between the turns.
pub(crate) fn may_never_end(pattern: &str) -> bool {
    let characters: Vec<char> = pattern.chars().collect();
    let mut groups = vec![Group::default()];
    let mut at = 0;
    while let Some(character) = characters.get(at) {
        let depth = groups.len();
        let Some(group) = groups.last_mut() else { return false };
        at += 1;
        match character {
            '(' => {
                let (length, looks_around) = opening(characters.get(at..).unwrap_or_default());
                at += length;
                groups.push(Group { looks_around, ..Group::default() });
                continue;
            }
            '|' => {
                group.open |= group.branch.is_open();
                group.branch = Branch::default();
                continue;
            }
            ')' if depth > 1 => {
                let Some(done) = groups.pop() else { return false };
                let (length, times) = times(characters.get(at..).unwrap_or_default());
                at += length;
                let open = done.open || done.branch.is_open();
                if open && times == Times::Endless {
                    return true;
                }
                let Some(around) = groups.last_mut() else { return false };
                match times {
                    _ if done.looks_around => {}
                    Times::Endless => around.branch.endless = true,
                    Times::Perhaps => around.branch.endless |= open,
                    Times::Once if open => around.branch.endless = true,
                    Times::Once => around.branch.fixed = true,
                }
                continue;
            }
            '^' | '$' => continue,
            '\\' => at += 1,
            '[' => at += class(characters.get(at..).unwrap_or_default()),
            _ => {}
        }
        let (length, times) = times(characters.get(at..).unwrap_or_default());
        at += length;
        match times {
            Times::Once => group.branch.fixed = true,
            Times::Perhaps => {}
            Times::Endless => group.branch.endless = true,
        }
    }
    false
}

/// What stands after `(` and is no content: how long it is, and whether the group only looks around.
fn opening(rest: &[char]) -> (usize, bool) {
    match rest {
        ['?', ':', ..] => (2, false),
        ['?', '=' | '!', ..] => (2, true),
        ['?', '<', '=' | '!', ..] => (3, true),
        ['?', '<', ..] => (rest.iter().position(|c| *c == '>').map_or(2, |end| end + 1), false),
        _ => (0, false),
    }
}

/// How long the rest of a class is, from after its `[`.
fn class(rest: &[char]) -> usize {
    let mut at = 0;
    while let Some(character) = rest.get(at) {
        at += 1;
        match character {
            '\\' => at += 1,
            ']' => break,
            _ => {}
        }
    }
    at
}

/// How often the thing before comes, and how long it takes to say so.
fn times(rest: &[char]) -> (usize, Times) {
    let (length, times) = match rest {
        ['*' | '+', ..] => (1, Times::Endless),
        ['?', ..] => (1, Times::Perhaps),
        ['{', ..] => match rest.iter().position(|c| *c == '}') {
            None => (0, Times::Once),
            Some(end) => {
                let inner: String = rest.iter().take(end).skip(1).collect();
                let times = match inner.split_once(',') {
                    Some((_, "")) => Times::Endless,
                    Some(("0", _)) => Times::Perhaps,
                    _ if inner == "0" => Times::Perhaps,
                    _ => Times::Once,
                };
                (end + 1, times)
            }
        },
        _ => (0, Times::Once),
    };
    // `+?` and `*?` repeat as often as without the question mark.
    let lazy = length > 0 && rest.get(length) == Some(&'?');
    (length + usize::from(lazy), times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_repetitions_are_told_from_harmless_ones() {
        for pattern in [
            "(a+)+",
            "^(a*)*$",
            r"^(\w+\s?)*$",
            "((a|b)+)*",
            "(x+|y)+z",
            "(?:a+)*",
            "(?<n>a+){2,}",
            "([^)]+)+",
            "((a+))+",
            "(a+)+?",
        ] {
            assert!(may_never_end(pattern), "{pattern}");
        }
        for pattern in [
            "",
            "a+b*",
            "^[a-z]+(-[a-z]+)*$",
            "^(TEN-[0-9]+)+$",
            r"^(\(+\))+$",
            "(a{1,3})+",
            "^[(+)*]+$",
            "(ab|cd)*",
            "(?=a+)b+",
            "a{2}",
            "(",
            ")",
            "(((",
            r"\",
            "[",
            "{",
            "a{,",
            "^([0-9]{3}[A-Z]+)*$",
        ] {
            assert!(!may_never_end(pattern), "{pattern}");
        }
    }
}
