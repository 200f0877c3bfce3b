//! Does any text hold as a ruleset in Spectral's format, read and run over a small contract?
#![no_main]

use std::sync::OnceLock;

use hansom_standards::{
    Limits, Sources,
    ruleset::{Allowance, Ruleset, run},
};
use libfuzzer_sys::fuzz_target;

const CONTRACT: &str = include_str!("../corpus/lint/small.yaml");
const BESIDE: &str = "rules: { beside: { given: $.info, then: { field: title, function: truthy } } }\n";

fuzz_target!(|text: &str| {
    static SOURCES: OnceLock<Sources> = OnceLock::new();
    let sources = SOURCES.get_or_init(|| {
        Sources::of_text("small.yaml", CONTRACT, &Limits::default()).expect("the contract can be read")
    });
    match Ruleset::read(text, "rules.yaml", &mut |_| Ok(BESIDE.to_owned())) {
        Ok(ruleset) => {
            let verdict = run(sources, &ruleset, &Allowance { steps: 20_000, ..Allowance::default() });
            for finding in verdict.findings {
                let known = &*finding.rule == "parser" || sources.document().at(&finding.pointer).is_some();
                assert!(known, "{} leads nowhere", finding.pointer);
            }
        }
        Err(faults) => assert!((1..=100).contains(&faults.len())),
    }
});
