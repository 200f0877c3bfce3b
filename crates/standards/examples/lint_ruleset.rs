//! What does a ruleset find in a contract? `lint_ruleset RULESET CONTRACT`, a finding a line as JSON, for comparing.

#![expect(clippy::disallowed_methods, reason = "an example is a program of its own: it reads its arguments and files")]

use std::{env, fs, path::Path, process::ExitCode, time::Instant};

use hansom_standards::{
    Level, Limits, Sources,
    ruleset::{Allowance, Ruleset, run},
};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [ruleset, contract] = arguments.as_slice() else {
        eprintln!("usage: lint_ruleset RULESET CONTRACT");
        return ExitCode::from(2);
    };
    let open = |name: &str| fs::read_to_string(name).map_err(|why| why.to_string());
    let begun = Instant::now();
    let text = open(ruleset).unwrap_or_default();
    let read = Ruleset::read(&text, ruleset, &mut |name| open(name));
    let ruleset = match read {
        Ok(ruleset) => ruleset,
        Err(faults) => {
            faults.iter().for_each(|fault| eprintln!("{fault}"));
            return ExitCode::from(1);
        }
    };
    let text = open(contract).unwrap_or_default();
    let limits = Limits { bytes: 64 << 20, nodes: 20_000_000, ..Limits::default() };
    let sources = match Sources::read_leniently(contract, &text, &limits, &mut |name| open(name)) {
        Ok(sources) => sources,
        Err(fault) => {
            eprintln!("{fault}");
            return ExitCode::from(1);
        }
    };
    eprintln!("read after {:?}", begun.elapsed());
    let verdict = run(&sources, &ruleset, &Allowance::default());
    eprintln!("run after {:?}: {} findings", begun.elapsed(), verdict.findings.len());
    for notice in verdict.skipped.iter().chain(&verdict.cut).chain(&verdict.notes) {
        eprintln!("{}: {}", notice.rule, notice.why);
    }
    let zero = |number: u32| number.saturating_sub(1);
    for finding in &verdict.findings {
        let span = finding.span;
        let range = [zero(span.start.line), zero(span.start.column), zero(span.end.line), zero(span.end.column)];
        let steps: Vec<String> =
            finding.pointer.split('/').skip(1).map(|step| step.replace("~1", "/").replace("~0", "~")).collect();
        let file = Path::new(&*finding.file).file_name().map(|name| name.to_string_lossy().into_owned());
        let level = match finding.level {
            Level::Error => 0,
            Level::Warning => 1,
            Level::Information => 2,
            Level::Hint => 3,
        };
        let row = serde_json::json!([&*finding.rule, steps.join("\u{1}"), range, file, level, finding.what]);
        println!("{row}");
    }
    ExitCode::SUCCESS
}
