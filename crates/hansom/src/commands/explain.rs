//! `hansom explain`: what does the playbook say about a rule?

use std::fmt::Write;

use clap::{Args, ValueEnum};
use hansom_standards::{Rule, explanation::Explanation, rules};

use crate::{
    failure::Failure,
    saying::{look, say},
};

/// Show the playbook's page of a rule: what it asks, why, what to do, a bad and a good example, its sources.
#[derive(Args)]
#[command(after_help = "Examples:\n  hansom explain URL-01\n  hansom explain --list")]
pub(crate) struct Explain {
    /// The rule's id, like URL-01, or its name.
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
        let Some(rule) = rules::find(&asked) else { return Err(unknown(&asked)) };
        let explanation = Explanation::of(rule);
        say(&match self.format {
            Format::Pretty => explanation.pretty(look()),
            Format::Json => explanation.json(),
            Format::Markdown => explanation.markdown(),
        })
    }
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

/// Says which rules are spelt most alike.
fn unknown(asked: &str) -> Failure {
    let asked_low = asked.to_lowercase();
    let likeness = |rule: &Rule| {
        let id = strsim::normalized_damerau_levenshtein(&rule.id.to_lowercase(), &asked_low);
        id.max(strsim::normalized_damerau_levenshtein(rule.name, &asked_low))
    };
    let mut near: Vec<(f64, &Rule)> = rules::ALL.iter().map(|rule| (likeness(rule), *rule)).collect();
    near.sort_by(|one, other| other.0.total_cmp(&one.0));
    let near = near.iter().filter(|(likeness, _)| *likeness > 0.4).take(5);
    let lines: Vec<String> = near.map(|(_, rule)| format!("  {} {}", rule.id, rule.name)).collect();
    let advice = if lines.is_empty() {
        "hansom explain --list names all".to_owned()
    } else {
        format!("did you mean one of these?\n{}", lines.join("\n"))
    };
    Failure::wrong_use(format!("there is no rule {asked:?}; {advice}"))
}
