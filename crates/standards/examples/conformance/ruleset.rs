//! Does the engine find what Spectral finds: the same rules, at the same paths, in the same ranges?
//!
//! A case is a document with rules and what Spectral reported. Documents that were objects in the recording were printed
//! with two spaces before ranges were taken, others are as they were written: if a case reports a line beyond those of a
//! document of one line, it is of the first sort.

use std::{
    collections::BTreeSet,
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use hansom_standards::{
    Limits, Sources,
    ruleset::{Allowance, Ruleset, RulesetVerdict, run},
};
use serde_json::{Map, Value, json};

use super::Score;

/// What is compared: rule, path, range (lines and characters from 0).
type Found = (String, Vec<String>, [u64; 4]);

/// What is reported about a document of none of the formats that a ruleset registers.
const UNRECOGNIZED: &str = "unrecognized-format";

/// How many of the functions are not for OpenAPI alone.
const GENERIC: usize = 13;

/// Every function of Spectral's that is known; any other is a test double.
const FUNCTIONS: [&str; 30] = [
    "alphabetical",
    "casing",
    "defined",
    "enumeration",
    "falsy",
    "length",
    "or",
    "pattern",
    "schema",
    "truthy",
    "undefined",
    "unreferencedReusableObject",
    "xor",
    "oasDiscriminator",
    "oasDocumentSchema",
    "oasExample",
    "oasOpFormDataConsumeCheck",
    "oasOpIdUnique",
    "oasOpParams",
    "oasOpSecurityDefined",
    "oasOpSuccessResponse",
    "oasPathParam",
    "oasSchema",
    "oasSecurityDefined",
    "oasTagDefined",
    "oasUnusedComponent",
    "refSiblings",
    "serverVariables",
    "typedEnum",
    "uniquenessTags",
];

/// The scores of all suites of a folder.
pub fn scores(folder: &Path) -> Vec<Score> {
    let mut files: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "jsonl"))
        .collect();
    files.sort();
    files.iter().filter_map(|path| score(path)).collect()
}

fn score(path: &Path) -> Option<Score> {
    let text = fs::read_to_string(path).ok()?;
    let cases: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    // Cases of other peers have other fields.
    if !cases.iter().any(|case| case.get("rules").is_some()) {
        return None;
    }
    let suite = path.file_stem()?.to_string_lossy().into_owned();
    let mut score = Score { suite, ..Score::default() };
    for (number, case) in cases.iter().enumerate() {
        let name = format!("{}. {}", number + 1, case["test"].as_str().unwrap_or_default());
        if let Some(why) = inapplicable(case) {
            score.apart.push((name, why));
            continue;
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| judge(case)));
        match outcome.unwrap_or_else(|_| Err("it panicked".to_owned())) {
            Ok(()) => score.passed += 1,
            Err(why) => score.failed.push((name, why)),
        }
    }
    Some(score)
}

/// Why a case says nothing about the engine.
fn inapplicable(case: &Value) -> Option<String> {
    for rule in case["rules"].as_object().into_iter().flat_map(Map::values) {
        let thens = rule["then"].as_array().cloned().unwrap_or_else(|| vec![rule["then"].clone()]);
        for then in thens {
            let function = then["function"].as_str().unwrap_or_default().to_owned();
            if !FUNCTIONS.contains(&function.as_str()) {
                return Some(format!("the function `{function}` is a test double or JavaScript"));
            }
            let options = &then["functionOptions"];
            if function == "pattern" && ["match", "notMatch"].iter().any(|key| options[*key].is_object()) {
                return Some("a pattern was given as an object of JavaScript and not recorded".to_owned());
            }
        }
        for format in rule["formats"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if format_name(format).is_none() {
                return Some(format!("the format `{format}` is a test double"));
            }
        }
    }
    if case["test"].as_str().is_some_and(|test| test.contains("parser options")) {
        return Some("it changes `parserOptions`, which were not recorded".to_owned());
    }
    let source = case["source"].as_str();
    let elsewhere = case["results"].as_array().into_iter().flatten().find_map(|result| {
        let own = result["source"].as_str()?;
        (source != Some(own)).then(|| own.to_owned())
    });
    elsewhere.map(|file| format!("it needs another file, which was not recorded: {file}"))
}

fn judge(case: &Value) -> Result<(), String> {
    let input = case["input"].as_str().unwrap_or_default();
    let expected: BTreeSet<Found> = case["results"].as_array().into_iter().flatten().map(expected).collect();
    let text = printed(input, &expected);
    let ruleset = ruleset(&case["rules"]);
    let ruleset = Ruleset::read(&ruleset, "ruleset.json", &mut |_| Err("not recorded".to_owned()))
        .map_err(|faults| format!("the rules were refused: {}", faults[0]))?;
    let source = case["source"].as_str().unwrap_or_default();
    let sources = Sources::read_leniently(source, &text, &Limits::default(), &mut |_| Err("not recorded".to_owned()))
        .map_err(|fault| format!("the document was refused: {fault}"))?;
    let verdict = run(&sources, &ruleset, &Allowance::default());
    let mut found = found(&verdict);
    // Only rules that are on were recorded, but the formats of all others are registered too.
    if !expected.iter().any(|(rule, _, _)| rule == UNRECOGNIZED) {
        found.retain(|(rule, _, _)| rule != UNRECOGNIZED);
    }
    if found == expected {
        return Ok(());
    }
    let missing: Vec<&Found> = expected.difference(&found).collect();
    let extra: Vec<&Found> = found.difference(&expected).collect();
    Err(format!("missing {missing:?}, too many {extra:?}"))
}

fn expected(result: &Value) -> Found {
    let path = result["path"].as_array().into_iter().flatten();
    let path = path.map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned)).collect();
    let at = |end: &str, part: &str| result["range"][end][part].as_u64().unwrap_or_default();
    let range = [at("start", "line"), at("start", "character"), at("end", "line"), at("end", "character")];
    (result["code"].as_str().unwrap_or_default().to_owned(), path, range)
}

fn found(verdict: &RulesetVerdict) -> BTreeSet<Found> {
    let step = |step: &str| step.replace("~1", "/").replace("~0", "~");
    verdict
        .findings
        .iter()
        .map(|finding| {
            let span = finding.span;
            let zero = |number: u32| u64::from(number.saturating_sub(1));
            let range = [zero(span.start.line), zero(span.start.column), zero(span.end.line), zero(span.end.column)];
            (finding.rule.to_string(), finding.pointer.split('/').skip(1).map(step).collect(), range)
        })
        .collect()
}

/// The document as it was when the ranges were taken.
fn printed(input: &str, expected: &BTreeSet<Found>) -> String {
    let lines = input.lines().count() as u64;
    let beyond = expected.iter().any(|(_, _, range)| range[2] >= lines.max(1));
    match serde_json::from_str::<Value>(input) {
        Ok(value) if beyond => serde_json::to_string_pretty(&value).unwrap_or_default(),
        _ => input.to_owned(),
    }
}

/// The recorded rules as a ruleset.
fn ruleset(rules: &Value) -> String {
    let mut all = Map::new();
    for (name, rule) in rules.as_object().into_iter().flatten() {
        let mut own = Map::new();
        for key in ["given", "severity", "message", "resolved"] {
            if !rule[key].is_null() {
                own.insert(key.to_owned(), rule[key].clone());
            }
        }
        if let Some(formats) = rule["formats"].as_array() {
            let names: Vec<&str> = formats.iter().filter_map(Value::as_str).filter_map(format_name).collect();
            own.insert("formats".to_owned(), json!(names));
        }
        let thens = rule["then"].as_array().cloned().unwrap_or_else(|| vec![rule["then"].clone()]);
        own.insert("then".to_owned(), Value::Array(thens));
        all.insert(name.clone(), Value::Object(own));
    }
    // Aliases were not recorded; those in use are the ones of the rules for OpenAPI.
    let aliased = all.values().any(|rule| rule["given"].to_string().contains("\"#"));
    let native = |rule: &Value| FUNCTIONS.iter().skip(GENERIC).any(|name| rule["then"].to_string().contains(name));
    let extends = if aliased || all.values().any(native) { json!([["spectral:oas", "off"]]) } else { json!([]) };
    json!({ "extends": extends, "rules": all }).to_string()
}

/// The name of a format in a ruleset.
fn format_name(shown: &str) -> Option<&str> {
    Some(match shown {
        "OpenAPI 2.0 (Swagger)" => "oas2",
        "OpenAPI 3.x" => "oas3",
        "OpenAPI 3.0.x" => "oas3.0",
        "OpenAPI 3.1.x" => "oas3.1",
        "OpenAPI 3.2.x" => "oas3.2",
        "JSON Schema" => "json-schema",
        "JSON Schema (loose)" => "json-schema-loose",
        "JSON Schema Draft 4" => "json-schema-draft4",
        "JSON Schema Draft 6" => "json-schema-draft6",
        "JSON Schema Draft 7" => "json-schema-draft7",
        "JSON Schema Draft 2019-09" => "json-schema-2019-09",
        "JSON Schema Draft 2020-12" => "json-schema-2020-12",
        known @ ("oas2" | "oas3" | "oas3.0" | "oas3.1" | "oas3_0" | "oas3_1" | "oas3_2") => known,
        _ => return None,
    })
}
