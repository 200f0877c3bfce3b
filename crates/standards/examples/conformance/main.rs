//! How far does the engine agree with its peers? Reads a folder with recorded cases and prints a score.
//!
//! `cargo run --release -p hansom-standards --example conformance -- FOLDER [--threshold 99] [--suite NAME] [--show]`
//!
//! Every case that differs is listed. The exit code is 1 if a suite of rulesets stays below the threshold.

#![expect(clippy::disallowed_methods, reason = "an example is a program of its own: it reads its arguments and files")]

mod difference;
mod ruleset;

use std::{env, path::Path, process::ExitCode};

/// How a suite came out.
#[derive(Debug, Default)]
pub struct Score {
    /// The suite.
    pub suite: String,
    /// Cases on which both agree.
    pub passed: usize,
    /// Cases on which they do not, each with the reason.
    pub failed: Vec<(String, String)>,
    /// Cases that do not apply, each with the reason.
    pub apart: Vec<(String, String)>,
}

impl Score {
    fn reach(&self) -> f64 {
        let total = self.passed + self.failed.len();
        if total == 0 { 100.0 } else { 100.0 * self.passed as f64 / total as f64 }
    }

    fn print(&self, show: bool) {
        let total = self.passed + self.failed.len();
        println!("{}: {} of {total}, {:.2} % ({} apart)", self.suite, self.passed, self.reach(), self.apart.len());
        for (name, why) in &self.failed {
            println!("  failed: {name}: {why}");
        }
        if show {
            for (name, why) in &self.apart {
                println!("  apart: {name}: {why}");
            }
        }
    }
}

/// What was asked for on the command line.
#[derive(Default)]
struct Wanted {
    folder: Option<String>,
    threshold: f64,
    suite: Option<String>,
    show: bool,
}

impl Wanted {
    fn read() -> Result<Wanted, String> {
        let mut wanted = Wanted::default();
        let mut arguments = env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} needs a value"));
            match argument.as_str() {
                "--threshold" => {
                    wanted.threshold = value()?.parse().map_err(|_| "the threshold must be a number".to_owned())?;
                }
                "--suite" => wanted.suite = Some(value()?),
                "--show" => wanted.show = true,
                folder => wanted.folder = Some(folder.to_owned()),
            }
        }
        Ok(wanted)
    }
}

fn main() -> ExitCode {
    let wanted = match Wanted::read() {
        Ok(wanted) => wanted,
        Err(why) => {
            eprintln!("{why}");
            return ExitCode::from(2);
        }
    };
    let Some(folder) = &wanted.folder else {
        eprintln!("usage: conformance FOLDER [--threshold PER CENT] [--suite NAME] [--show]");
        return ExitCode::from(2);
    };
    let folder = Path::new(folder);
    let is_wanted = |suite: &str| wanted.suite.as_ref().is_none_or(|wanted| suite.contains(wanted.as_str()));
    let scores: Vec<Score> = ruleset::scores(folder).into_iter().filter(|score| is_wanted(&score.suite)).collect();
    for score in &scores {
        score.print(wanted.show);
    }
    let compares = folder.join("oasdiff.jsonl").exists() && is_wanted("oasdiff");
    if compares {
        match difference::report(folder) {
            Ok(report) => println!("{report}"),
            Err(why) => {
                eprintln!("{why}");
                return ExitCode::from(3);
            }
        }
    }
    if scores.is_empty() && !compares {
        eprintln!("there is no such suite in {}", folder.display());
        return ExitCode::from(2);
    }
    if scores.iter().all(|score| score.reach() >= wanted.threshold) { ExitCode::SUCCESS } else { ExitCode::from(1) }
}
