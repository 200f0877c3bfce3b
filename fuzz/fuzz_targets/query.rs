//! Does any text hold as a JSONPath expression, over a contract with references that go round?
#![no_main]

use std::sync::OnceLock;

use hansom_standards::{
    Limits, Sources,
    query::{Budget, Query, Reading, Tree},
};
use libfuzzer_sys::fuzz_target;

const CONTRACT: &str = include_str!("../corpus/lint/small.yaml");

fuzz_target!(|expression: &str| {
    static SOURCES: OnceLock<Sources> = OnceLock::new();
    let sources = SOURCES.get_or_init(|| {
        Sources::of_text("small.yaml", CONTRACT, &Limits::default()).expect("the contract can be read")
    });
    let query = match Query::parse(expression) {
        Ok(query) => query,
        Err(fault) => {
            assert!(fault.column >= 1 && !fault.what.is_empty());
            return;
        }
    };
    for reading in [Reading::Written, Reading::Resolved, Reading::EveryWay] {
        let tree = Tree::new(sources, reading);
        let mut places = 0_u32;
        query.select(&tree, &mut Budget::of(50_000), &mut |found| places += u32::from(found.path().count() < 1_000));
        assert!(places <= 50_000, "more places than steps");
    }
});
