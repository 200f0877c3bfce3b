//! Can any two contracts be compared, and does nothing differ from itself? The two are parted by a line `=====`.
#![no_main]

use hansom_standards::{
    Limits, Sources,
    difference::{self, Day, Question, Reading},
};
use libfuzzer_sys::fuzz_target;

const LIMITS: Limits = Limits { bytes: 1 << 18, depth: 60, nodes: 5_000, alias_expansions: 1_000 };

fn read(text: &str) -> Option<Sources> {
    Sources::read_leniently("openapi.yaml", text, &LIMITS, &mut |_| Err("none".to_owned())).ok()
}

fuzz_target!(|text: &str| {
    let (old, new) = text.split_once("\n=====\n").unwrap_or((text, ""));
    let Some(before) = read(old) else { return };
    for reading in [Reading::Hansom, Reading::Published] {
        let question = Question { reading, ..Question::on(Day::of_seconds(1_790_000_000)) };
        let itself = difference::compare(&before, &before, &question);
        assert!(itself.changes.is_empty() && itself.words == 0, "{:?}", itself.changes);
        if let Some(after) = read(new) {
            difference::compare(&before, &after, &question);
            difference::compare(&after, &before, &question);
        }
    }
});
