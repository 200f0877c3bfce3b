//! `hansom explain`: what does the playbook say about a rule?

use std::fmt::Write;

use clap::{Args, ValueEnum};
use hansom_standards::{
    Level, Rule,
    difference::{Check, catalogue},
    explanation::Explanation,
    report::harmless_json,
    rules,
};
use serde_json::json;

use crate::{
    failure::Failure,
    saying::{look, say},
};

/// Show the playbook's page of a rule: what it asks, why, what to do, a bad and a good example, its sources.
#[derive(Args)]
#[command(after_help = "Examples:\n  hansom explain URL-01\n  hansom explain --list")]
pub(crate) struct Explain {
    /// The rule's id, like URL-01, or its name; or the id of a change that `hansom diff` tells.
    #[arg(required_unless_present = "list")]
    rule: Option<String>,
    /// List every rule.
    #[arg(long, conflicts_with = "rule")]
    list: bool,
    /// How the page is printed.
    #[arg(long, value_enum, default_value_t = Format::Pretty)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Pretty,
    Json,
    Markdown,
}

impl Explain {
    /// Prints the page, or the list.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let Some(asked) = self.rule else { return say(&list(self.format)) };
        let Some(rule) = rules::find(&asked) else {
            return catalogue::find(&asked.to_lowercase())
                .ok_or_else(|| unknown(&asked))
                .and_then(|check| self::change(check, self.format));
        };
        let explanation = Explanation::of(rule);
        say(&match self.format {
            Format::Pretty => explanation.pretty(look()),
            Format::Json => explanation.json(),
            Format::Markdown => explanation.markdown(),
        })
    }
}

/// Says what a check of the differ stands for, and what is said of its family.
fn change(check: &Check, format: Format) -> Result<(), Failure> {
    let weighs = match check.level {
        Level::Error => "it breaks callers",
        Level::Warning => "it may break callers",
        Level::Information | Level::Hint => "it breaks nobody",
    };
    let family = check.page();
    say(&match format {
        Format::Json => harmless_json(format!("{:#}\n", json!({ "check": check, "family": family }))),
        Format::Markdown => format!("# {}\n\n{}: {weighs}.\n\n{family}\n", check.id, check.means),
        Format::Pretty => format!("{}\n{}: {weighs}.\n\n{family}\n", check.id, check.means),
    })
}

fn list(format: Format) -> String {
    let title = |rule: &Rule| rule.page().title;
    let mut out = String::new();
    match format {
        Format::Json => {
            let all: Vec<_> = rules::ALL.iter().map(|rule| Explanation::of(rule)).collect();
            out = serde_json::to_string_pretty(&all).unwrap_or_default() + "\n";
        }
        Format::Markdown => {
            out.push_str("| Rule | | Name | The standard |\n|---|---|---|---|\n");
            for rule in rules::ALL {
                let _ =
                    writeln!(out, "| {} | {} | `{}` | {} |", rule.id, rule.level.requirement(), rule.name, title(rule));
            }
        }
        Format::Pretty => {
            for rule in rules::ALL {
                let _ = writeln!(out, "{:8} {:6} {}", rule.id, rule.level.requirement(), title(rule));
            }
        }
    }
    out
}

/// Says which rules and changes are spelt most alike.
fn unknown(asked: &str) -> Failure {
    let asked_low = asked.to_lowercase();
    let like = |name: &str| strsim::normalized_damerau_levenshtein(&name.to_lowercase(), &asked_low);
    let of_rules =
        rules::ALL.iter().map(|rule| (like(rule.id).max(like(rule.name)), format!("{} {}", rule.id, rule.name)));
    let of_changes = catalogue::checks().map(|check| (like(check.id), check.id.to_owned()));
    let mut near: Vec<(f64, String)> = of_rules.chain(of_changes).filter(|(likeness, _)| *likeness > 0.5).collect();
    near.sort_by(|one, other| other.0.total_cmp(&one.0));
    let lines: Vec<String> = near.into_iter().take(5).map(|(_, name)| format!("  {name}")).collect();
    let advice = if lines.is_empty() {
        "hansom explain --list names all".to_owned()
    } else {
        format!("did you mean one of these?\n{}", lines.join("\n"))
    };
    Failure::wrong_use(format!("there is no rule {asked:?}; {advice}"))
}
