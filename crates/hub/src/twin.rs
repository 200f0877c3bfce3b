//! What is a page as Markdown, for programs that read?

use askama::Template;

/// A page that has a twin in Markdown.
pub(crate) trait Leaf: Template {
    /// The same page as Markdown.
    fn markdown(&self) -> String;
}

/// A text as words within a line: nothing in it is Markdown any more.
pub(crate) fn inline(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        for letter in word.chars().filter(|letter| !letter.is_control()) {
            if matches!(letter, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '!') {
                out.push('\\');
            }
            out.push(letter);
        }
    }
    out
}

/// A text as code within a line.
pub(crate) fn code(text: &str) -> String {
    let text: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    if text.is_empty() {
        return String::new();
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    let space = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// A text as lines of code.
pub(crate) fn block(language: &str, text: &str) -> String {
    let fence = "`".repeat((longest_run(text) + 1).max(3));
    format!("{fence}{language}\n{}\n{fence}\n", text.trim_end_matches('\n'))
}

fn longest_run(text: &str) -> usize {
    text.split(|letter| letter != '`').map(str::len).max().unwrap_or_default()
}

/// A table.
pub(crate) fn table<const N: usize>(head: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut out = line(&head.map(str::to_owned));
    out.push_str(&format!("|{}\n", "---|".repeat(N)));
    for row in rows {
        out.push_str(&line(&row.map(|cell| bars(&cell.replace(['\n', '\r'], " ")))));
    }
    out
}

/// With every bar escaped that is not.
fn bars(cell: &str) -> String {
    let mut out = String::with_capacity(cell.len());
    let mut escaped = false;
    for letter in cell.chars() {
        if letter == '|' && !escaped {
            out.push('\\');
        }
        escaped = letter == '\\' && !escaped;
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_others_is_words_and_nothing_else() {
        assert_eq!(inline("a\n\n# [b](javascript:c) <d> `e`"), r"a \# \[b\](javascript:c) \<d\> \`e\`");
        assert_eq!(code("a`b\nc"), "``a`b c``");
        assert_eq!(code("`"), "`` ` ``");
        assert_eq!(block("json", "```\n<b>"), "````json\n```\n<b>\n````\n");
    }

    #[test]
    fn a_cell_stays_one_cell() {
        assert_eq!(table(["a"], [["b|c\nd".to_owned()]].into_iter()), "| a |\n|---|\n| b\\|c d |\n");
        assert_eq!(table(["a"], [[inline("b|c")]].into_iter()), "| a |\n|---|\n| b\\|c |\n");
    }
}
