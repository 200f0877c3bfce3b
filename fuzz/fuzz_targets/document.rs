//! Does reading a text hold, strictly and leniently, and are all its places where they should be?
#![no_main]

use hansom_standards::{Document, Limits};
use libfuzzer_sys::fuzz_target;

const LIMITS: Limits = Limits { bytes: 1 << 20, depth: 100, nodes: 50_000, alias_expansions: 10_000 };

fuzz_target!(|text: &str| {
    let strictly = Document::parse_within(text, &LIMITS);
    let leniently = Document::read_leniently(text, &LIMITS);
    if let Ok(document) = &strictly {
        let (other, lapses) = leniently.as_ref().expect("what is read strictly is read leniently");
        if lapses.is_empty() {
            assert_eq!(document.root().to_json(), other.root().to_json());
        }
    }
    let Ok((document, _)) = leniently else { return };
    for node in document.nodes().take(2_000) {
        let span = node.span();
        assert!(span.start <= span.end, "{span:?}");
        let pointer = node.pointer();
        assert!(document.at(&pointer).is_some_and(|found| found.id() == node.id()), "{pointer} leads elsewhere");
    }
});
