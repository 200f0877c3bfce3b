//! How is a standard's example shown?

use crate::playbook::markdown;

/// A good or a bad example.
pub(crate) struct Example {
    /// `YAML`; empty where the example is told in words.
    pub(crate) language: &'static str,
    pub(crate) lines: Vec<Line>,
    /// The words, safe to put into a page.
    pub(crate) html: String,
}

/// A line of code.
pub(crate) struct Line {
    pub(crate) text: String,
    /// Whether a finding is about it. The text says so too.
    pub(crate) wrong: bool,
}

impl Example {
    /// Reads an example of a standard's page.
    pub(crate) fn of(text: &str, language: &str) -> Self {
        let language = match language {
            "" => return Self { language: "", lines: vec![], html: markdown::render(text, "").html },
            "yaml" => "YAML",
            "http" => "HTTP",
            _ => "Text",
        };
        let line = |text: &str| Line { text: text.to_owned(), wrong: text.trim_end().ends_with("# wrong") };
        Self { language, lines: text.trim_end().lines().map(line).collect(), html: String::new() }
    }

    /// Whether there is anything to see.
    pub(crate) fn is_empty(&self) -> bool {
        self.lines.is_empty() && self.html.is_empty()
    }

    /// Whether a line is marked.
    pub(crate) fn has_marks(&self) -> bool {
        self.lines.iter().any(|line| line.wrong)
    }
}
