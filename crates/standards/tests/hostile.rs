//! Does anything panic, or get out of hand, if a contract is cut, shuffled and filled with what nobody expects?
//!
//! Every variant comes from a seed, so a failure names the seed that shows it again. `fuzz/` looks further, for as long as
//! one lets it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hansom_standards::{
    Document, Facts, Finding, Limits, Profile, Sources,
    difference::{self, Day, Question, Reading, changelog},
    lint,
    mending::mend,
    report::{self, Checked, Look, Standing, Threshold, Told},
    ruleset::{Allowance, Ruleset, run},
};

const COUNCIL: [&str; 4] = [
    include_str!("../../../examples/council/bulky-waste/openapi.yaml"),
    include_str!("../../../examples/council/council-tax/openapi.yaml"),
    include_str!("../../../examples/council/rents/openapi.yaml"),
    include_str!("../../../examples/council/repairs/openapi.yaml"),
];

/// Rules with descents, filters that throw, keys, parents and every function.
const RULESET: &str = r##"
extends: [[spectral:oas, all]]
rules:
  keys: { given: '$..*~', then: { function: casing, functionOptions: { type: camel } } }
  texts: { given: "$..[?(@ && @.length > 3)]", then: { function: pattern, functionOptions: { match: '^(?!.*(.)\1\1)[a-z]+$' } } }
  throws: { given: '$..[?(@.a.b.c == 1)]', then: { function: falsy } }
  parents: { given: '$..properties[?(@.type)]^', then: { function: length, functionOptions: { min: 1, max: 3 } } }
  chosen: { given: '$..enum', then: { function: enumeration, functionOptions: { values: [a, 1, null] } } }
  sorted: { given: '$..required', then: { function: alphabetical } }
  shaped: { given: '$.paths[*]', then: { function: schema, functionOptions: { allErrors: true, schema: { type: object, additionalProperties: { type: object, required: [responses] } } } } }
  either: { given: '$..parameters[*]', then: { function: xor, functionOptions: { properties: [schema, content] } } }
  written: { given: '$..$ref', resolved: false, then: { function: unreferencedReusableObject, functionOptions: { reusableObjectsLocation: '#/components/schemas' } } }
"##;

/// What a value may be replaced by.
const VALUES: [&str; 38] = [
    "",
    "null",
    "~",
    "true",
    "-1",
    "0",
    "1e999",
    "0x7fffffffffffffff",
    "99999999999999999999",
    ".nan",
    "[]",
    "{}",
    "[[[[[[[[]]]]]]]]",
    "{a: {b: {c: {d: 1}}}}",
    "\"\"",
    "' '",
    "\"\\u0000\\ud800\"",
    "\"\\U0001F600\"",
    "ß日本語",
    "*anchor",
    "&anchor [1]",
    "!!binary AAAA",
    "!own x",
    "| \n",
    "'#/'",
    "'#/components/schemas/%'",
    "'#/%7E~2'",
    "'../x.yaml#/a'",
    "'https://example.org/x'",
    "{ $ref: '#' }",
    "{ $ref: '#/components' }",
    "{ $ref: '#/paths' }",
    "{ $ref: [] }",
    "'(a+)+$'",
    "'['",
    "2026-02-31",
    "'{a}/{b}{c'",
    "application/json; a=\"",
];
/// What a key may be replaced by.
const KEYS: [&str; 24] = [
    "$ref",
    "type",
    "allOf",
    "oneOf",
    "not",
    "items",
    "properties",
    "enum",
    "discriminator",
    "mapping",
    "<<",
    "''",
    "'/'",
    "'~'",
    "404",
    "2XX",
    "default",
    "x-a",
    "required",
    "security",
    "deprecated",
    "const",
    "? [a]",
    "patternProperties",
];

#[test]
fn contracts_cut_and_spliced_are_read_or_refused() {
    hold(0..2_000, &|dice| {
        let (one, other) = (dice.one_of(&COUNCIL), dice.one_of(&COUNCIL));
        let text = match dice.below(3) {
            // Most of these break off somewhere, and are refused there.
            0 => dice.spliced(dice.stretch(one, 4_000), dice.stretch(other, 1_000)),
            _ => dice.mutated(dice.stretch(one, 6_000).to_owned()),
        };
        let (document, lapses) = Document::read_leniently(&text, &Limits::default()).ok()?;
        assert!(lapses.len() <= 1_000);
        assert!(document.nodes().count() <= text.len() * 2 + 1, "more nodes than a text can hold");
        for node in document.nodes() {
            let span = node.span();
            assert!(span.start <= span.end, "{span:?} at {}", node.pointer());
            assert!(document.at(&node.pointer()).is_some(), "{} leads nowhere", node.pointer());
        }
        Some(())
    });
}

#[test]
fn what_is_left_of_a_contract_can_be_linted_and_told() {
    let profiles: Vec<Profile> = Profile::names().filter_map(Profile::bundled).collect();
    hold(10_000..11_000, &|dice| {
        let text = dice.contract();
        let sources = read(&text)?;
        let verdict = lint(&sources, Facts::default(), dice.one_of(&profiles));
        are_in_order(&sources, &verdict.findings);
        tell(&text, verdict.findings);
        Some(())
    });
}

#[test]
fn what_is_left_of_a_contract_can_be_held_against_a_ruleset() {
    let ruleset = Ruleset::read(RULESET, "rules.yaml", &mut |_| Err("none".to_owned())).expect("the ruleset is sound");
    hold(20_000..21_000, &|dice| {
        let text = dice.contract();
        let sources = read(&text)?;
        let verdict = run(&sources, &ruleset, &Allowance { steps: 1_000_000, ..Allowance::default() });
        are_in_order(&sources, &verdict.findings);
        tell(&text, verdict.findings);
        Some(())
    });
}

#[test]
fn a_ruleset_may_itself_be_broken() {
    let contract = "openapi: 3.1.0\ninfo: { title: T, version: 1.0.0 }\npaths: { /a: { get: { responses: {} } } }\n";
    let sources = read(contract).expect("a sound contract");
    let library = "rules: { l: { given: '$.info', then: { field: title, function: falsy } } }\n";
    hold(30_000..31_000, &|dice| {
        let text = dice.mutated(RULESET.replace(", all]", ", off]"));
        match Ruleset::read(&text, "rules.yaml", &mut |_| Ok(library.to_owned())) {
            Ok(ruleset) => {
                let verdict = run(&sources, &ruleset, &Allowance { steps: 100_000, ..Allowance::default() });
                are_in_order(&sources, &verdict.findings);
            }
            Err(faults) => {
                assert!((1..=100).contains(&faults.len()));
                return None;
            }
        }
        Some(())
    });
}

#[test]
fn what_is_left_of_two_contracts_can_be_compared_and_nothing_differs_from_itself() {
    hold(40_000..41_000, &|dice| {
        let (old, new) = (dice.contract(), dice.contract());
        let (before, after) = (read(&old)?, read(&new)?);
        let question = Question {
            reading: *dice.one_of(&[Reading::Hansom, Reading::Published]),
            ..Question::on(Day::of_seconds(1_790_000_000))
        };
        let found = difference::compare(&before, &after, &question);
        let names = changelog::Names { old: "old", new: "new" };
        let told = changelog::json(&found, names) + &changelog::pretty(&found, names, Look::default());
        let told = told + &changelog::markdown(&found, names) + &changelog::html(&found, names);
        assert!(told.len() < 20_000_000, "{} bytes told of two small contracts", told.len());
        for (text, sources) in [(&old, &before), (&new, &after)] {
            let found = difference::compare(sources, sources, &question);
            assert!(found.changes.is_empty() && found.words == 0, "{:#?}\n{text}", found.changes);
        }
        Some(())
    });
}

/// Runs every seed; a panic is told with the seed that makes it. The check is none where a variant could not be read,
/// and too many of those would prove nothing.
fn hold(seeds: std::ops::Range<u64>, check: &dyn Fn(&Dice) -> Option<()>) {
    let (mut read, mut all) = (0, 0);
    for seed in seeds {
        let dice = Dice::of(seed);
        let checked = catch_unwind(AssertUnwindSafe(|| check(&dice))).unwrap_or_else(|panic| {
            eprintln!("seed {seed}");
            std::panic::resume_unwind(panic)
        });
        read += usize::from(checked.is_some());
        all += 1;
    }
    assert!(read * 10 > all, "only {read} of {all} variants were looked at");
}

fn read(text: &str) -> Option<Sources> {
    Sources::read_leniently("openapi.yaml", text, &Limits::default(), &mut |_| Err("none".to_owned())).ok()
}

/// Whether findings are at places that are there, and not more than a contract can deserve.
fn are_in_order(sources: &Sources, findings: &[Finding]) {
    let nodes = sources.document().nodes().count();
    assert!(findings.len() <= 1_000 + nodes * 50, "{} findings in {nodes} nodes", findings.len());
    let lines = u32::try_from(sources.document().text().lines().count()).unwrap() + 1;
    for finding in findings {
        let span = finding.span;
        assert!(span.start <= span.end && span.end.line <= lines, "{finding:?}");
        // What was read over, such as a key written twice, is in the text and not in the tree.
        let read_over = matches!(&*finding.rule, "OAS-01" | "parser");
        let known = read_over || sources.document().at(&finding.pointer).is_some();
        assert!(known, "{} leads nowhere: {finding:?}", finding.pointer);
        assert!(finding.what.len() <= 1_000 + 2 * sources.document().text().len(), "{}", finding.what);
    }
}

/// Mends what can be mended, and writes the findings in every form.
fn tell(text: &str, findings: Vec<Finding>) {
    mend(text, findings.iter().filter_map(|finding| finding.fix.as_ref()));
    let findings = findings.into_iter().map(|finding| Told { finding, standing: Standing::Counts }).collect();
    let checked = [Checked {
        file: "openapi.yaml".to_owned(),
        texts: vec![("openapi.yaml".to_owned(), text.to_owned())],
        findings,
        ..Checked::default()
    }];
    let threshold = Threshold(None);
    let mut json = Vec::new();
    report::json(&checked, &mut json).expect("a list of bytes takes everything");
    let told = [
        report::pretty(&checked, Look::default()),
        String::from_utf8(json).expect("JSON is a text"),
        report::sarif(&checked),
        report::junit(&checked, threshold),
        report::github(&checked),
        report::markdown(&checked),
    ];
    assert!(told.iter().all(|told| !told.is_empty() || checked[0].findings.is_empty()));
}

/// Chance that repeats itself.
struct Dice(std::cell::Cell<u64>);

impl Dice {
    fn of(seed: u64) -> Self {
        Self(std::cell::Cell::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1))
    }

    /// A number below another.
    fn below(&self, bound: usize) -> usize {
        let mut state = self.0.get();
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        self.0.set(state);
        usize::try_from(state >> 11).unwrap() % bound.max(1)
    }

    fn one_of<'t, T>(&self, things: &'t [T]) -> &'t T {
        &things[self.below(things.len())]
    }

    /// A few of the paths and components of a contract, mutated.
    fn contract(&self) -> String {
        let whole = *self.one_of(&COUNCIL);
        let other = *self.one_of(&COUNCIL);
        let mut text = String::new();
        let (mut top, mut kept) = ("", true);
        for line in whole.lines() {
            let depth = line.len() - line.trim_start().len();
            match depth {
                _ if line.trim().is_empty() => {}
                0 => (top, kept) = (line.trim_end(), true),
                2 if top == "paths:" => kept = self.below(6) == 0,
                2 if top == "components:" => kept = true,
                4 if top == "components:" => kept = self.below(6) == 0,
                _ => {}
            }
            if kept {
                text.push_str(line);
                text.push('\n');
            }
        }
        let text = self.mutated(text);
        if self.below(20) == 0 { self.spliced(&text, self.stretch(other, 500)) } else { text }
    }

    /// The same lines, some gone, doubled, moved, indented, or with another key or value.
    fn mutated(&self, text: String) -> String {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        for _ in 0..self.below(3) + 1 {
            if lines.is_empty() {
                break;
            }
            let at = self.below(lines.len());
            match self.below(14) {
                0 => drop(lines.remove(at)),
                1 => lines.insert(at, lines[at].clone()),
                2 => {
                    let other = self.below(lines.len());
                    lines.swap(at, other);
                }
                3 => lines[at].insert_str(0, "  "),
                4 => lines[at] = lines[at].replacen("  ", "", 1),
                5 => {
                    let indent = lines[at].len() - lines[at].trim_start().len();
                    let rest = lines[at].split_once(": ").map_or("", |(_, rest)| rest).to_owned();
                    lines[at] = format!("{}{}: {rest}", " ".repeat(indent), self.one_of(&KEYS));
                }
                6 => {
                    // A block moves to another place, as deep as it was.
                    let from = self.below(lines.len());
                    let block: Vec<String> = lines.iter().skip(from).take(self.below(12) + 1).cloned().collect();
                    lines.splice(at..at, block);
                }
                _ => {
                    if let Some((key, _)) = lines[at].split_once(": ") {
                        lines[at] = format!("{key}: {}", self.one_of(&VALUES));
                    }
                }
            }
        }
        lines.join("\n") + "\n"
    }

    /// A piece of a text, of at most so many bytes.
    fn stretch<'t>(&self, text: &'t str, most: usize) -> &'t str {
        let whole = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let start = if self.below(3) == 0 { 0 } else { whole(self.below(text.len())) };
        &text[start..whole(start + self.below(most))]
    }

    /// A text with a piece of another somewhere in it, and a few letters changed.
    fn spliced(&self, text: &str, piece: &str) -> String {
        let mut letters: Vec<char> = text.chars().collect();
        let at = self.below(letters.len() + 1);
        letters.splice(at..at, piece.chars());
        for _ in 0..self.below(5) {
            if letters.is_empty() {
                break;
            }
            let at = self.below(letters.len());
            match self.below(4) {
                0 => drop(letters.remove(at)),
                1 => letters.truncate(at),
                2 => {
                    letters[at] = *self.one_of(&[
                        '\0', '\t', '\r', '"', '\'', '{', ']', ':', '-', '#', '&', '*', '\u{feff}', '\u{2028}', '😀',
                    ])
                }
                _ => {
                    let other = self.below(letters.len());
                    letters.swap(at, other);
                }
            }
        }
        letters.into_iter().collect()
    }
}
