//! What does the gateway alone cost, by the number of versions that it serves?
//!
//! ```text
//! alone write FOLDER VERSIONS OPERATIONS APPLICATIONS UPSTREAM   snapshot, and requests with tokens, in a folder
//! alone serve FOLDER/snapshot HOST:PORT                          a gateway from it; orders come from standard input
//! alone measure FOLDER                                           figures over 1, 10, 100, 1,000 and 5,000 versions
//! alone load FOLDER/snapshot                                     milliseconds to read it, and megabytes then in memory
//! ```
//!
//! Orders are `status N STATUS`, a change of version N, answered by the milliseconds until it was live, and `storm N
//! SECONDS`, N changes a second, answered by how many there were, and their median and longest milliseconds.
#![expect(
    clippy::disallowed_methods,
    reason = "it is a program of its own: it reads its words, its files and the clock"
)]

mod measure;
mod serve;
mod town;

use std::process::ExitCode;

/// The binary's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["write", folder, versions, operations, applications, upstream] => {
            town::Town::read(versions, operations, applications, upstream).and_then(|town| town.write(folder))
        }
        ["serve", snapshot, address] => serve::serve(snapshot, address),
        ["measure", folder] => measure::measure(folder),
        ["load", snapshot] => measure::load(snapshot),
        _ => {
            Err("write FOLDER VERSIONS OPERATIONS APPLICATIONS UPSTREAM, serve SNAPSHOT HOST:PORT, measure FOLDER, or \
                  load SNAPSHOT"
                .into())
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("alone: {error}");
            ExitCode::FAILURE
        }
    }
}
