//! Can any contract be linted with every profile, mended and told?
#![no_main]

use std::sync::OnceLock;

use hansom_standards::{
    Document, Facts, Limits, Profile, Sources, lint,
    mending::mend,
    report::{self, Checked, Look, Standing, Told},
};
use libfuzzer_sys::fuzz_target;

const LIMITS: Limits = Limits { bytes: 1 << 18, depth: 60, nodes: 5_000, alias_expansions: 1_000 };

fuzz_target!(|text: &str| {
    static PROFILES: OnceLock<Vec<Profile>> = OnceLock::new();
    let profiles = PROFILES.get_or_init(|| Profile::names().filter_map(Profile::bundled).collect());
    let sources = Sources::read_leniently("openapi.yaml", text, &LIMITS, &mut |_| Err("none".to_owned()));
    let Ok(sources) = sources else { return };
    for profile in profiles {
        let verdict = lint(&sources, Facts::default(), profile);
        for finding in &verdict.findings {
            // What was read over, such as a key written twice, is in the text and not in the tree.
            let known = &*finding.rule == "OAS-01" || sources.document().at(&finding.pointer).is_some();
            assert!(known, "{} leads nowhere", finding.pointer);
        }
        mend(text, verdict.findings.iter().filter_map(|finding| finding.fix.as_ref()));
        let findings = verdict.findings.into_iter().map(|finding| Told { finding, standing: Standing::Counts });
        let checked = [Checked {
            file: "openapi.yaml".to_owned(),
            texts: vec![("openapi.yaml".to_owned(), text.to_owned())],
            findings: findings.collect(),
            ..Checked::default()
        }];
        report::pretty(&checked, Look::default());
        let mut json = vec![];
        report::json(&checked, &mut json).expect("memory can be written to");
        let json = String::from_utf8(json).expect("JSON is text");
        for told in [json, report::sarif(&checked)] {
            Document::parse(&told).expect("what is told as JSON can be read");
        }
    }
});
