//! What does the playbook say about one rule, as a text by itself?

use std::fmt::Write;

use serde::Serialize;
use serde_json::Value;

use crate::{
    finding::Level,
    profile::{Profile, shown},
    report::{Look, harmless_json},
    rule::{Evidence, Page, Rule, Settings},
};

/// Everything that is known of a rule.
#[derive(Clone, Debug, Serialize)]
pub struct Explanation {
    /// `URL-01`
    pub id: &'static str,
    /// `kebab-case-segments`
    pub name: &'static str,
    /// How much it weighs unless a profile says otherwise.
    pub level: Level,
    /// The word of the standards for that: MUST, SHOULD or MAY.
    pub requirement: &'static str,
    /// How it is seen to be kept.
    pub evidence: Evidence,
    /// What its page says.
    #[serde(flatten)]
    pub page: Page,
    /// What a profile may set.
    pub parameters: Vec<Set>,
    /// What each profile that comes with Hansom makes of it.
    pub profiles: Vec<Held>,
}

/// A parameter.
#[derive(Clone, Debug, Serialize)]
pub struct Set {
    /// Its name.
    pub name: &'static str,
    /// What it is where no profile says otherwise.
    pub default: Value,
    /// What it means.
    pub about: &'static str,
}

/// What a profile makes of a rule.
#[derive(Clone, Debug, Serialize)]
pub struct Held {
    /// The profile's name.
    pub profile: &'static str,
    /// How much the rule weighs there; nothing where it does not hold.
    pub level: Option<Level>,
    /// The parameters that are other than by default.
    pub parameters: Vec<(&'static str, Value)>,
}

impl Explanation {
    /// Gathers what is known of a rule.
    pub fn of(rule: &Rule) -> Explanation {
        let defaults = Settings::defaults(rule);
        let parameters = rule.parameters.iter().zip(defaults.iter());
        Explanation {
            id: rule.id,
            name: rule.name,
            level: rule.level,
            requirement: rule.level.requirement(),
            evidence: rule.evidence,
            page: rule.page(),
            parameters: parameters
                .map(|(parameter, (name, value))| Set { name, default: value.clone(), about: parameter.about })
                .collect(),
            profiles: Profile::names().map(|name| held(rule, name, &defaults)).collect(),
        }
    }

    /// As Markdown: the page as it stands in the playbook.
    pub fn markdown(&self) -> String {
        let page = &self.page;
        let mut out = format!("# {}: {}\n\n", self.id, page.title);
        let _ = writeln!(out, "**{}** · `{}` · {}\n", self.requirement, self.name, checked_by(self.evidence));
        let _ = writeln!(out, "{}\n\n## Why\n\n{}\n\n## What to do\n\n{}", page.what, page.why, page.mend);
        for (heading, example) in [("Bad", &page.bad), ("Good", &page.good)] {
            let example = example.trim_end();
            let _ = match page.language.as_str() {
                _ if example.is_empty() => Ok(()),
                "" => writeln!(out, "\n## {heading}\n\n{example}"),
                language => writeln!(out, "\n## {heading}\n\n```{language}\n{example}\n```"),
            };
        }
        if !self.parameters.is_empty() {
            out.push_str("\n## Parameters\n\n");
            for Set { name, default, about } in &self.parameters {
                let _ = writeln!(out, "- `{name}`, by default `{}`: {about}", shown(default));
            }
        }
        out.push_str("\n## Profiles\n\n");
        for held in &self.profiles {
            let _ = writeln!(out, "- {}: {}", held.profile, held.in_words());
        }
        let _ = writeln!(out, "\n## Sources\n\n{}", page.sources);
        out
    }

    /// As JSON.
    pub fn json(&self) -> String {
        harmless_json(serde_json::to_string_pretty(self).unwrap_or_default() + "\n")
    }

    /// As a page of a terminal.
    pub fn pretty(&self, look: Look) -> String {
        let page = &self.page;
        let (bold, plain) = if look.colours { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
        let width = look.width.clamp(40, 100);
        let mut out = format!("{bold}{}  {}{plain}\n", self.id, page.title);
        let _ = writeln!(out, "{} · {} · {}", self.requirement, self.name, checked_by(self.evidence));
        let mut part = |heading: &str, text: &str| {
            if !text.is_empty() {
                let _ = write!(out, "\n{bold}{heading}{plain}\n{text}");
            }
        };
        part("What it asks", &indented(&page.what, width));
        part("Why", &indented(&page.why, width));
        part("What to do", &indented(&page.mend, width));
        let example = |text: &str| if page.language.is_empty() { indented(text, width) } else { code(text) };
        part("Bad", &example(&page.bad));
        part("Good", &example(&page.good));
        let parameters = self
            .parameters
            .iter()
            .map(|Set { name, default, about }| indented(&format!("- {name} = {}: {about}", shown(default)), width));
        part("Parameters", &parameters.collect::<String>());
        let profiles = self.profiles.iter().map(|held| format!("  {}: {}\n", held.profile, held.in_words()));
        part("Profiles", &profiles.collect::<String>());
        part("Sources", &indented(&page.sources, width));
        out
    }
}

impl Held {
    fn in_words(&self) -> String {
        let Some(level) = self.level else { return "off".to_owned() };
        let parameters: String =
            self.parameters.iter().map(|(name, value)| format!(", {name}: {}", shown(value))).collect();
        format!("{} ({level}){parameters}", level.requirement())
    }
}

fn held(rule: &Rule, profile: &'static str, defaults: &Settings) -> Held {
    let read = Profile::bundled(profile);
    let Some(chosen) = read.as_ref().and_then(|profile| profile.chosen(rule.id)) else {
        return Held { profile, level: None, parameters: Vec::new() };
    };
    let others = chosen.settings.iter().zip(defaults.iter()).filter(|(here, usual)| here != usual);
    let parameters = others.map(|((name, value), _)| (name, value.clone())).collect();
    Held { profile, level: Some(chosen.level), parameters }
}

/// How a rule is seen to be kept, in words.
pub fn checked_by(evidence: Evidence) -> &'static str {
    match evidence {
        Evidence::Contract => "seen in the contract",
        Evidence::ContractAndTraffic => "seen in the contract and in running traffic",
        Evidence::Difference => "seen when two releases are held against each other",
        Evidence::Traffic => "seen in running traffic and the platform's records",
        Evidence::People => "answered by people",
    }
}

/// An example as it is, set in.
fn code(text: &str) -> String {
    text.trim_end().lines().map(|line| format!("    {line}\n")).collect()
}

/// Paragraphs and lists of Markdown, broken into lines of so many columns and set in; code stays as it is.
fn indented(markdown: &str, width: usize) -> String {
    let mut out = String::new();
    let mut in_code = false;
    let mut paragraph = String::new();
    for line in markdown.lines().chain(std::iter::once("")) {
        let fence = line.trim_start().starts_with("```");
        let begins = line.is_empty() || line.starts_with("- ") || line.starts_with('|') || fence;
        if begins || in_code {
            flush(&mut out, &mut paragraph, width);
        }
        if fence {
            in_code = !in_code;
        } else if in_code {
            let _ = writeln!(out, "    {line}");
        } else if line.is_empty() {
            if !out.is_empty() && !out.ends_with("\n\n") {
                out.push('\n');
            }
        } else {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim());
        }
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

fn flush(out: &mut String, paragraph: &mut String, width: usize) {
    let hanging = if paragraph.starts_with("- ") { "    " } else { "  " };
    let mut used = 0;
    for word in paragraph.split_whitespace() {
        let length = word.chars().count();
        if used > 0 && used + 1 + length > width {
            out.push('\n');
            used = 0;
        }
        if used == 0 {
            // The first line of an item of a list begins with its dash.
            let margin = if word == "-" { "  " } else { hanging };
            out.push_str(margin);
            used = margin.len() + length;
        } else {
            out.push(' ');
            used += 1 + length;
        }
        out.push_str(word);
    }
    if !paragraph.is_empty() {
        out.push('\n');
    }
    paragraph.clear();
}
