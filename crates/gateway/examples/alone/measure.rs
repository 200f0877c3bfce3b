//! What do compiling, changing, keeping and reading take, by the number of versions?

use std::{
    fs::File,
    hint::black_box,
    io::Cursor,
    process::{Command, Stdio},
    time::Instant,
};

use hansom_domain::{Status, Timestamp};
use hansom_gateway::{Delta, kept};
use serde_json::json;

use crate::town::{Issuer, Outcome, Town};

const SIZES: [usize; 5] = [1, 10, 100, 1000, 5000];
const CHANGES: usize = 201;

/// Writes a line of JSON for each size.
pub fn measure(folder: &str) -> Outcome {
    for versions in SIZES {
        let town = Town::read(&versions.to_string(), "20", &(versions * 10).to_string(), "127.0.0.1:9")?;
        let folder = format!("{folder}/{versions}");
        town.write(&folder)?;
        let file = format!("{folder}/snapshot");
        let loaded = Command::new(std::env::current_exe()?).args(["load", &file]).stdin(Stdio::null()).output()?;
        let loaded = String::from_utf8(loaded.stdout)?;
        let mut loaded = loaded.split_whitespace();
        let figure = |word: Option<&str>| word.unwrap_or_default().parse::<f64>().unwrap_or_default();
        let (load_ms, resident_mb) = (figure(loaded.next()), figure(loaded.next()));
        let (compile_ms, swap_us, run_us, compact_ms) = changes(&town, &file)?;
        println!(
            "{}",
            json!({ "versions": versions, "operations": versions * 20, "applications": town.applications,
                "kept_bytes": std::fs::metadata(&file)?.len(), "load_ms": load_ms, "resident_mb": resident_mb,
                "compile_ms": compile_ms, "swap_us": swap_us, "run_us": run_us, "compact_ms": compact_ms })
        );
    }
    Ok(())
}

/// Milliseconds to compile everything, microseconds to make the next snapshot of a change of one version and to write its
/// run, milliseconds to compact the file.
fn changes(town: &Town, file: &str) -> Outcome<(f64, f64, f64, f64)> {
    let whole = kept::open(File::open(file)?, None)?.snapshot;
    let records = town.records(&Issuer::new()?)?.collect::<Outcome<Vec<_>>>()?;
    let begun = Instant::now();
    let compiled = whole.apply(Delta { generation: 2, made_at: Timestamp::from_seconds(0), records });
    let compile_ms = begun.elapsed().as_secs_f64() * 1000.0;
    let mut snapshot = compiled.snapshot;
    let (mut swaps, mut runs) = (vec![], vec![]);
    for turn in 0..CHANGES {
        let status = if turn % 2 == 0 { Status::Live } else { Status::Beta };
        let records = vec![town.version(turn * 37 % town.versions, status)?];
        let delta = Delta { generation: snapshot.generation() + 1, made_at: snapshot.made_at(), records };
        let begun = Instant::now();
        black_box(kept::run(&delta)?);
        runs.push(begun.elapsed().as_secs_f64() * 1e6);
        let begun = Instant::now();
        // The one before goes here, as it does when the last request that sees it has ended.
        snapshot = snapshot.apply(delta).snapshot;
        swaps.push(begun.elapsed().as_secs_f64() * 1e6);
    }
    let bytes = std::fs::read(file)?;
    let begun = Instant::now();
    black_box(kept::compact(Cursor::new(&bytes), bytes.len() as u64, vec![])?);
    Ok((compile_ms, median(swaps), median(runs), begun.elapsed().as_secs_f64() * 1000.0))
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}

/// Reads a snapshot in a process of its own.
pub fn load(file: &str) -> Outcome {
    let begun = Instant::now();
    let kept = kept::open(File::open(file)?, None)?;
    let taken = begun.elapsed().as_secs_f64() * 1000.0;
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let resident = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
        line.split_whitespace().next().and_then(|kilobytes| kilobytes.parse::<f64>().ok()).unwrap_or_default() / 1024.0
    };
    println!("{taken:.1} {:.1} {:.1} {:?}", resident("VmRSS:"), resident("VmHWM:"), kept.snapshot.counts());
    Ok(())
}
