//! How does a README show how good an API is?
//!
//! As a small picture in SVG that needs nothing from elsewhere: no font, no style sheet, no script. It says in words what
//! it shows in colour, for people who do not see it, and its colours are far enough from its letters to be read.

use std::fmt::Write;

use crate::scorecard::{Grade, Scorecard};

/// How many characters of a label are shown.
const LONGEST_LABEL: usize = 40;
/// The height of the badge, and the space left and right of a text.
const HEIGHT: usize = 20;
const SPACE: usize = 6;

/// The colour behind the label.
const DARK: &str = "#24292f";
/// The colour behind what cannot be said.
const GREY: &str = "#57606a";

/// The badge of a score, under a label such as the name of the API.
pub fn badge(label: &str, scorecard: &Scorecard) -> String {
    let (shown, said) = match (scorecard.score, scorecard.grade) {
        (Some(score), Some(grade)) => (format!("{grade} {score}/1000"), in_words(scorecard, score, grade)),
        _ => ("not judged".to_owned(), "No rule of the playbook could be held against it yet.".to_owned()),
    };
    let colour = scorecard.grade.map_or(GREY, colour);
    drawn(&tidy(label), &shown, &said, colour)
}

/// The badge of an API that has no verdict.
pub fn without_verdict(label: &str) -> String {
    drawn(&tidy(label), "no verdict", "It has not been held against the playbook.", GREY)
}

/// The colour behind a grade: white letters on it can be read.
fn colour(grade: Grade) -> &'static str {
    match grade {
        Grade::A => "#1a7f37",
        Grade::B => "#3f7a1d",
        Grade::C => "#8a5d00",
        Grade::D => "#b04600",
        Grade::E => "#c21f2b",
    }
}

fn in_words(scorecard: &Scorecard, score: u32, grade: Grade) -> String {
    let tally = scorecard.tally;
    let mut said = format!(
        "Grade {grade}, {score} of 1000, by the profile {} in edition {}. Rules kept: {}; broken: {}; not observed: {}",
        scorecard.profile, scorecard.edition, tally.passed, tally.failed, tally.not_observed,
    );
    if scorecard.waived > 0 {
        // Writing to a text cannot fail.
        let _ = write!(said, "; findings waived: {}", scorecard.waived);
    }
    said.push('.');
    said
}

fn drawn(label: &str, shown: &str, said: &str, colour: &str) -> String {
    let (left, right) = (width(label) + 2 * SPACE, width(shown) + 2 * SPACE);
    let whole = left + right;
    let text = |x: usize, content: &str| {
        let length = width(content);
        format!("<text x=\"{x}\" y=\"14\" textLength=\"{length}\">{}</text>", escaped(content))
    };
    let title = escaped(&format!("{label}: {shown}"));
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{whole}\" height=\"{HEIGHT}\" viewBox=\"0 0 {whole} {HEIGHT}\" \
         role=\"img\" aria-label=\"{title}\"><title>{title}</title><desc>{}</desc>\
         <rect width=\"{left}\" height=\"{HEIGHT}\" fill=\"{DARK}\"/>\
         <rect x=\"{left}\" width=\"{right}\" height=\"{HEIGHT}\" fill=\"{colour}\"/>\
         <g fill=\"#ffffff\" font-family=\"Verdana, DejaVu Sans, sans-serif\" font-size=\"11\">{}{}</g></svg>\n",
        escaped(said),
        text(SPACE, label),
        text(left + SPACE, shown),
    )
}

/// About how many pixels a text takes in letters of 11 pixels; `textLength` makes it exactly so many.
fn width(text: &str) -> usize {
    let tenths = |c: char| match c {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 36,
        'f' | 't' | 'r' | ' ' | '/' | '(' | ')' | '-' => 45,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 105,
        'A'..='Z' => 78,
        c if c.is_ascii() => 68,
        // Letters of other scripts may be wider.
        _ => 110,
    };
    text.chars().map(tenths).sum::<usize>().div_ceil(10)
}

/// A label on one line, of bounded length.
fn tidy(label: &str) -> String {
    let on_one_line: Vec<&str> = label.split_whitespace().collect();
    let on_one_line = on_one_line.join(" ");
    let mut shown: String = on_one_line.chars().take(LONGEST_LABEL).collect();
    if on_one_line.chars().nth(LONGEST_LABEL).is_some() {
        shown.push('…');
    }
    if shown.is_empty() { "API".to_owned() } else { shown }
}

/// A text for XML: with its marks escaped, and without characters that XML does not have.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}
