//! Which text matches a pattern, and which one has a format?

use regex_syntax::{
    ParserBuilder,
    hir::{Class, Hir, HirKind},
};

use crate::dice::Dice;

/// Longest text that is made.
const LONGEST: usize = 10_000;
/// How often what may go on without end is repeated at most, beyond the least.
const MOST_MORE: u32 = 6;
/// How deep a pattern may be nested.
const DEEPEST: u32 = 50;
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
/// What the same service has to bear that bears letters.
const FOREIGN: [&str; 4] = ["é", "ü", "漢", "Ž"];

/// A text that matches a pattern of ECMAScript, if its syntax is one that is understood here.
pub(crate) fn matching(pattern: &str, dice: &Dice) -> Option<String> {
    let hir = ParserBuilder::new().nest_limit(DEEPEST).build().parse(pattern).ok()?;
    let mut text = String::new();
    sample(&hir, dice, &mut text);
    Some(text)
}

fn sample(hir: &Hir, dice: &Dice, out: &mut String) {
    if out.len() > LONGEST {
        return;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => out.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => out.extend(character(class, dice)),
        HirKind::Capture(capture) => sample(&capture.sub, dice, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| sample(part, dice, out)),
        HirKind::Alternation(ways) => {
            if let Some(way) = dice.one(ways) {
                sample(way, dice, out);
            }
        }
        HirKind::Repetition(repetition) => {
            let most = repetition.max.unwrap_or(u32::MAX).min(repetition.min.saturating_add(MOST_MORE));
            let times = dice.between(i64::from(repetition.min), i64::from(most));
            for _ in 0..times {
                sample(&repetition.sub, dice, out);
                if out.len() > LONGEST {
                    return;
                }
            }
        }
    }
}

/// One of a class: a letter or digit if there is one, else what can be printed, else any.
fn character(class: &Class, dice: &Dice) -> Option<char> {
    let ranges: Vec<(char, char)> = match class {
        Class::Unicode(class) => class.ranges().iter().map(|range| (range.start(), range.end())).collect(),
        Class::Bytes(class) => {
            class.ranges().iter().map(|range| (char::from(range.start()), char::from(range.end()))).collect()
        }
    };
    let among = |wanted: &[(char, char)]| -> Vec<(char, char)> {
        let cut = ranges
            .iter()
            .flat_map(|(low, high)| wanted.iter().map(move |(least, most)| ((*low).max(*least), (*high).min(*most))));
        cut.filter(|(low, high)| low <= high).collect()
    };
    let liked = among(&[('a', 'z'), ('A', 'Z'), ('0', '9')]);
    let printed = among(&[(' ', '~')]);
    let chosen = [liked, printed, ranges.clone()].into_iter().find(|ranges| !ranges.is_empty())?;
    let (low, high) = *dice.one(&chosen)?;
    let place = dice.between(i64::from(u32::from(low)), i64::from(u32::from(high)));
    u32::try_from(place).ok().and_then(char::from_u32).or(Some(low))
}

/// A text of a format, if it is known.
pub(crate) fn formatted(format: &str, dice: &Dice) -> Option<String> {
    let two = |least, most| format!("{:02}", dice.between(least, most));
    let date = || format!("{}-{}-{}", dice.between(2001, 2030), two(1, 12), two(1, 28));
    let time = || format!("{}:{}:{}Z", two(0, 23), two(0, 59), two(0, 59));
    Some(match format {
        "date" => date(),
        "time" => time(),
        "date-time" => format!("{}T{}", date(), time()),
        "duration" => format!("P{}D", dice.between(1, 30)),
        "uuid" => dice.uuid(),
        "email" | "idn-email" => format!("{}@example.com", word(8, dice)),
        "hostname" | "idn-hostname" => format!("{}.example.com", word(8, dice)),
        "ipv4" => format!("192.0.2.{}", dice.between(1, 254)),
        "ipv6" => format!("2001:db8::{:x}", dice.between(1, 0xffff)),
        "uri" | "url" | "iri" => format!("https://example.com/{}", word(8, dice)),
        "uri-reference" | "iri-reference" | "json-pointer" => format!("/{}", word(8, dice)),
        "uri-template" => format!("/{}/{{id}}", word(8, dice)),
        "regex" => "^[a-z]+$".to_owned(),
        "byte" => "ZXhhbXBsZQ==".to_owned(),
        _ => return None,
    })
}

/// What is surely none of that format. Only formats whose values a service has to take apart.
pub(crate) fn misformatted(format: &str) -> &'static [&'static str] {
    match format {
        "date" => &["2026-02-30", "yesterday"],
        "date-time" => &["2026-02-30T00:00:00Z", "2026-01-31", "yesterday"],
        "uuid" => &["not-a-uuid", "3e0c1f6a-52d4-4b0f-9c57-8a1d2e6f4b0"],
        "ipv4" => &["256.0.0.1"],
        "ipv6" => &["2001:db8::x"],
        "email" => &["nobody"],
        _ => &[],
    }
}

/// Letters, as many as wanted.
pub(crate) fn word(length: usize, dice: &Dice) -> String {
    (0..length.min(LONGEST)).filter_map(|_| dice.one(LETTERS).copied().map(char::from)).collect()
}

/// A text of that many characters, now and then with letters that are not English.
pub(crate) fn free(length: usize, dice: &Dice) -> String {
    let mut text = word(length, dice);
    if length >= 4
        && dice.below(4) == 0
        && let Some(letter) = dice.one(&FOREIGN)
    {
        text.pop();
        text.push_str(letter);
    }
    text
}
