//! What does a code-scanning service read (SARIF 2.1.0)?

use std::collections::BTreeMap;

use serde::{Serialize, Serializer, ser::SerializeSeq};
use serde_json::{Map, Value, json};

use super::{Checked, Standing, Told, fingerprint, harmless_json, said};
use crate::{
    document::{Place, Span},
    fault::Fault,
    finding::{Finding, Fix, Level},
    rules,
};

/// One run with all contracts.
pub fn sarif(files: &[Checked]) -> String {
    let mut rules = Rules::of(files);
    let driver = json!({
        "name": "hansom lint",
        "organization": "Hansom",
        "semanticVersion": env!("CARGO_PKG_VERSION"),
        "rules": std::mem::take(&mut rules.described),
    });
    let log = Log {
        schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: json!({ "driver": driver }),
            column_kind: "unicodeCodePoints",
            invocations: [invocation(files)],
            artifacts: files.iter().map(|checked| json!({ "location": { "uri": uri(&checked.file) } })).collect(),
            results: Results { files, rules },
        }],
    };
    // Nothing in a log fails to be written: its maps have texts as keys.
    harmless_json(serde_json::to_string(&log).unwrap_or_default() + "\n")
}

#[derive(Serialize)]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Value,
    column_kind: &'static str,
    invocations: [Value; 1],
    artifacts: Vec<Value>,
    results: Results<'a>,
}

/// The findings, each made when it is written: a large contract may have a hundred thousand.
struct Results<'a> {
    files: &'a [Checked],
    rules: Rules,
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let of = |checked: &'_ Checked| checked.findings.len();
        let mut list = serializer.serialize_seq(Some(self.files.iter().map(of).sum()))?;
        for checked in self.files {
            for told in &checked.findings {
                list.serialize_element(&result(checked, told, &self.rules))?;
            }
        }
        list.end()
    }
}

/// The rules that found something, with their place in the list.
struct Rules {
    described: Vec<Value>,
    places: BTreeMap<String, usize>,
}

impl Rules {
    fn of(files: &[Checked]) -> Rules {
        let mut rules = Rules { described: Vec::new(), places: BTreeMap::new() };
        for Told { finding, .. } in files.iter().flat_map(|checked| &checked.findings) {
            if !rules.places.contains_key(&*finding.rule) {
                rules.places.insert(finding.rule.to_string(), rules.described.len());
                rules.described.push(described(finding));
            }
        }
        rules
    }
}

fn described(finding: &Finding) -> Value {
    let mut rule = Map::new();
    rule.insert("id".into(), json!(&*finding.rule));
    match rules::find(&finding.rule) {
        Some(known) => {
            let page = known.page();
            rule.insert("name".into(), json!(known.name));
            rule.insert("shortDescription".into(), json!({ "text": page.title }));
            rule.insert("fullDescription".into(), json!({ "text": page.what }));
            let markdown = format!("{}\n\n**Why.** {}\n\n**What to do.** {}", page.what, page.why, page.mend);
            let text = format!("{}\n\nWhy: {}\n\nWhat to do: {}", page.what, page.why, page.mend);
            rule.insert("help".into(), json!({ "text": text, "markdown": markdown }));
        }
        None => {
            let about = if finding.why.is_empty() { &*finding.rule } else { &*finding.why };
            rule.insert("shortDescription".into(), json!({ "text": about }));
            rule.insert("help".into(), json!({ "text": about }));
        }
    }
    rule.insert("defaultConfiguration".into(), json!({ "level": level(finding.level) }));
    if let Some(page) =
        finding.page.as_deref().filter(|page| page.starts_with("https://") || page.starts_with("http://"))
    {
        rule.insert("helpUri".into(), json!(uri(page)));
    }
    Value::Object(rule)
}

fn result(checked: &Checked, told: &Told, rules: &Rules) -> Value {
    let Told { finding, standing } = told;
    let mut result = json!({
        "ruleId": &*finding.rule,
        "ruleIndex": rules.places.get(&*finding.rule),
        "level": level(finding.level),
        "message": { "text": said(finding) },
        "locations": [{
            "physicalLocation": { "artifactLocation": { "uri": uri(&finding.file) }, "region": region(finding.span) },
            "logicalLocations": [{ "fullyQualifiedName": finding.pointer }],
        }],
        "partialFingerprints": { "hansomFinding/v1": fingerprint(finding) },
    });
    let Value::Object(fields) = &mut result else { return result };
    if checked.baseline.is_some() {
        let state = if *standing == Standing::Known { "unchanged" } else { "new" };
        fields.insert("baselineState".into(), json!(state));
    }
    if let Standing::Waived { reason, until } = standing {
        let justification = format!("{reason} (until {until})");
        let waiver = json!({ "kind": "external", "status": "accepted", "justification": justification });
        fields.insert("suppressions".into(), json!([waiver]));
    }
    if let Some(fix) = &finding.fix {
        fields.insert("fixes".into(), json!([mended(fix, &finding.file)]));
    }
    result
}

fn mended(fix: &Fix, file: &str) -> Value {
    let replacement = |edit: &crate::finding::Edit| json!({ "deletedRegion": region(edit.span), "insertedContent": { "text": edit.text } });
    json!({
        "description": { "text": fix.title },
        "artifactChanges": [{
            "artifactLocation": { "uri": uri(file) },
            "replacements": fix.edits.iter().map(replacement).collect::<Vec<_>>(),
        }],
    })
}

fn invocation(files: &[Checked]) -> Value {
    let mut execution = Vec::new();
    let mut configuration = Vec::new();
    for checked in files {
        if let Some(Fault { place, what, mend }) = &checked.fault {
            execution.push(json!({
                "level": "error",
                "message": { "text": format!("the contract cannot be read: {what}; {mend}") },
                "locations": [located(&checked.file, *place)],
            }));
        }
        for unread in &checked.unread {
            execution.push(json!({
                "level": "warning",
                "message": { "text": format!("{} was not read: {}", unread.file, unread.why) },
                "locations": [located(&unread.from, Place::START)],
            }));
        }
        for skipped in &checked.skipped {
            configuration.push(json!({
                "level": "warning",
                "message": { "text": format!("{} was skipped: {}", skipped.rule, skipped.why) },
            }));
        }
    }
    json!({
        "executionSuccessful": files.iter().all(|checked| checked.fault.is_none()),
        "toolExecutionNotifications": execution,
        "toolConfigurationNotifications": configuration,
    })
}

fn located(file: &str, place: Place) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": uri(file) },
        "region": { "startLine": place.line, "startColumn": place.column },
    }})
}

fn region(span: Span) -> Value {
    json!({
        "startLine": span.start.line,
        "startColumn": span.start.column,
        "endLine": span.end.line,
        "endColumn": span.end.column,
    })
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Information | Level::Hint => "note",
    }
}

/// A file's name as an address. What an address may not hold is written as `%41`.
fn uri(file: &str) -> String {
    let mut out = String::new();
    let address = file.starts_with("http://") || file.starts_with("https://");
    if !address && file.starts_with('/') {
        out.push_str("file://");
    }
    for byte in file.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            // The first step of a relative address may have no colon, and none is needed anywhere.
            b':' | b'?' | b'#' | b'&' | b'=' | b'%' | b'@' | b'+' | b',' | b';' if address => {
                out.push(char::from(byte))
            }
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_becomes_an_address() {
        for (file, expected) in [
            ("api/openapi.yaml", "api/openapi.yaml"),
            ("C:\\my contract.yaml", "C%3A%5Cmy%20contract.yaml"),
            ("/tmp/ü\u{1b}", "file:///tmp/%C3%BC%1B"),
            ("https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
        ] {
            assert_eq!(uri(file), expected);
        }
    }
}
