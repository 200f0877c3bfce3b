//! How far do our verdicts agree with those of the field's tools?
//!
//! `cargo run --release -p hansom-standards --example conformance FOLDER` reads what was recorded of the tools in a
//! folder and prints a score for each, with every case that differs.
#![expect(clippy::disallowed_methods, reason = "a script reads its folder from the command line")]

mod difference;

use std::{path::Path, process::ExitCode};

fn main() -> ExitCode {
    let Some(folder) = std::env::args().nth(1) else {
        eprintln!("say which folder holds the recorded cases: conformance FOLDER");
        return ExitCode::from(2);
    };
    match difference::report(Path::new(&folder)) {
        Ok(report) => {
            println!("{report}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::from(3)
        }
    }
}
