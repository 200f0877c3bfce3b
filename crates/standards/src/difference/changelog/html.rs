//! What is on the page about the changes of a release?

use std::fmt::Write;

use crate::{difference::Difference, report::harmless};

use super::{Counts, Group, Names, notes, places, unhandled_places, verdict, weight};

/// Colours that can be told apart on white in print and on a screen; nothing rests on colour alone.
const STYLE: &str = "body{font-family:system-ui,sans-serif;line-height:1.5;max-width:60rem;margin:2rem auto;\
    padding:0 1rem;color:#0b0c0c}code{background:#f3f2f1;padding:0 .2em;overflow-wrap:anywhere}\
    li{margin:.4rem 0}.place{display:block;color:#505a5f;font-size:.9em;overflow-wrap:anywhere}\
    .breaking strong{color:#942514}.warning strong{color:#6e3619}.information strong{color:#144e81}";

/// A whole page that needs nothing else.
pub fn html(difference: &Difference, names: Names<'_>) -> String {
    let title = format!("Changes from {} to {}", escaped(names.old), escaped(names.new));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n{}</main>\n</body>\n</html>\n",
        html_fragment(difference)
    )
}

/// The same without the page around it, its headings from level 2.
pub fn html_fragment(difference: &Difference) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "<p>{}</p>", with_code(&Counts::of(difference).in_words()));
    let _ = writeln!(out, "<p><strong>{}</strong></p>", with_code(&verdict(difference)));
    for group in Group::all(difference) {
        let title = escaped(&group.title());
        let title = if group.operation.is_some() { format!("<code>{title}</code>") } else { title };
        let _ = writeln!(out, "<section>\n<h2>{title}</h2>\n<ul>");
        for change in &group.changes {
            let weight = weight(change.level);
            let _ = writeln!(
                out,
                "<li class=\"{weight}\"><strong>{weight}</strong> {} <span class=\"place\"><code>{}</code> {}</span></li>",
                with_code(&change.text),
                change.id,
                escaped(&places(change)),
            );
        }
        out.push_str("</ul>\n</section>\n");
    }
    if !difference.unhandled.is_empty() {
        out.push_str("<section>\n<h2>Not understood by any check</h2>\n<ul>\n");
        for unhandled in &difference.unhandled {
            let of = unhandled.operation.as_ref().map(|one| format!("<code>{}</code> ", escaped(&one.to_string())));
            let _ = writeln!(
                out,
                "<li class=\"unhandled\">{}{} <span class=\"place\">{}</span></li>",
                of.unwrap_or_default(),
                with_code(&unhandled.text),
                escaped(&unhandled_places(unhandled)),
            );
        }
        out.push_str("</ul>\n</section>\n");
    }
    for note in notes(difference) {
        let _ = writeln!(out, "<p>{}</p>", escaped(&note));
    }
    out
}

/// The text with what stands between backticks as code.
fn with_code(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('`') {
        let Some((inside, then)) = after.split_once('`') else {
            break;
        };
        out.push_str(&escaped(before));
        out.push_str("<code>");
        out.push_str(&escaped(inside));
        out.push_str("</code>");
        rest = then;
    }
    out.push_str(&escaped(rest));
    out
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for letter in harmless(text).chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            letter => out.push(letter),
        }
    }
    out
}
