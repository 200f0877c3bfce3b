//! Are functions that a ruleset brings in JavaScript left alone unless they are allowed?

use hansom_standards::{
    Limits, Sources,
    ruleset::{Allowance, Ruleset, run},
};

#[test]
fn a_rule_whose_function_is_javascript_is_skipped_and_named() {
    let text = "functionsDir: mine\nfunctions: [[check, { type: object }]]\nrules:\n  \
        custom: { given: $.info, then: { function: check, functionOptions: { any: 1 } } }\n  \
        plain: { given: $.info, then: { field: title, function: falsy } }\n";
    let mut asked = Vec::new();
    let mut open = |name: &str| {
        asked.push(name.to_owned());
        Ok("module.exports = () => [{ message: 'wrong' }];".to_owned())
    };
    let ruleset = Ruleset::read(text, "rules/own.yaml", &mut open).expect("the ruleset is well-formed");
    assert_eq!(asked, ["rules/mine/check.js"]);
    let contract = "openapi: 3.0.3\ninfo: { title: rents, version: '1' }\npaths: {}\n";
    let sources = Sources::of_text("contract.yaml", contract, &Limits::default()).expect("the contract is well-formed");
    let verdict = run(&sources, &ruleset, &Allowance::default());
    let rules: Vec<&str> = verdict.findings.iter().map(|finding| &*finding.rule).collect();
    assert_eq!(rules, ["plain"]);
    let skipped: Vec<(&str, &str)> =
        verdict.skipped.iter().map(|notice| (&*notice.rule, notice.why.as_str())).collect();
    let why = "its function `check` is JavaScript, which is off; allow it with --allow-javascript";
    assert_eq!(skipped, [("custom", why)]);
}
