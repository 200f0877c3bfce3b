//! Do contracts that are wrong, strange or hostile get findings, in bounded time and without panic?
#![expect(clippy::disallowed_methods, reason = "bounded time is what is tested")]

use std::time::{Duration, Instant};

use hansom_standards::{Facts, Finding, Profile, Sources, document::Limits, lint};

/// What every rule says of a contract.
fn findings(contract: &str) -> Vec<Finding> {
    let sources =
        Sources::read_leniently("openapi.yaml", contract, &Limits::default(), &mut |_| Err("no files".into()))
            .unwrap_or_else(|fault| panic!("it reads: {fault}\n{contract}"));
    lint(&sources, Facts::default(), &Profile::bundled("uk-council").expect("the profile reads")).findings
}

/// Expects that a rule complains at a line with words.
fn expect(rule: &str, line: u32, words: &str, contract: &str) {
    let findings = findings(contract);
    let of_rule: Vec<String> = findings
        .iter()
        .filter(|finding| &*finding.rule == rule)
        .map(|finding| format!("{}: {}; {}", finding.span.start.line, finding.what, finding.mend))
        .collect();
    let told = of_rule.iter().any(|told| told.starts_with(&format!("{line}: ")) && told.contains(words));
    assert!(told, "{rule} at {line} says {words:?}: {of_rule:#?}\n{contract}");
}

/// A contract with one schema.
fn with_schema(schema: &str) -> String {
    let indented = schema.lines().map(|line| format!("      {line}\n")).collect::<String>();
    format!("openapi: 3.1.0\ncomponents:\n  schemas:\n    Thing:\n{indented}")
}

/// Expects that OAS-02 complains about a schema, on a line counted from the schema's first.
fn expect_of_schema(line: u32, words: &str, schema: &str) {
    expect("OAS-02", 4 + line, words, &with_schema(schema));
}

#[test]
fn bad_input_108_what_is_there_twice_is_found() {
    let operation = "{ operationId: same, responses: {} }";
    let contract =
        format!("openapi: 3.1.0\npaths:\n  /a/{{x}}:\n    get: {operation}\n  /a/{{y}}:\n    get: {operation}\n");
    expect("OAS-05", 6, "`same` is the id of `GET /a/{x}` already", &contract);
    expect("URL-08", 5, "matches the same addresses as `/a/{x}`", &contract);
    expect("OAS-01", 5, "twice", "openapi: 3.1.0\npaths:\n  /a:\n    get: {}\n    get: {}\n");
    expect(
        "OAS-04",
        7,
        "twice",
        "openapi: 3.1.0\npaths:\n  /a:\n    get:\n      parameters:\n        - { name: a, in: query }\n        - { name: a, in: query }\n",
    );
}

#[test]
fn bad_input_108_a_path_without_a_slash_is_found() {
    expect("OAS-01", 3, "begin the path with `/`", "openapi: 3.1.0\npaths:\n  repairs: {}\n");
    expect("OAS-01", 3, "begin the path with `/`", "openapi: 3.1.0\npaths:\n  '': {}\n");
    expect("URL-08", 3, "stands twice", "openapi: 3.1.0\npaths:\n  /{a}/{a}: {}\n");
    expect("OAS-01", 4, "no parameter declares it", "openapi: 3.1.0\npaths:\n  /a/{b}:\n    get: {}\n");
}

#[test]
fn bad_input_108_unknown_formats_and_types_are_found() {
    expect_of_schema(2, "did you mean `date-time`?", "type: string\nformat: datetime\n");
    expect_of_schema(2, "`format` must be a text", "type: string\nformat: [date]\n");
    expect_of_schema(1, "`text` is no type", "type: text\n");
}

#[test]
fn bad_input_108_discriminators_and_schemas_that_go_round_are_found() {
    let loop_of_two = "openapi: 3.1.0
components:
  schemas:
    Pet:
      oneOf:
        - $ref: '#/components/schemas/Cat'
      discriminator:
        propertyName: kind
        mapping:
          cat: '#/components/schemas/Cat'
          dog: Dog
    Cat:
      allOf:
        - $ref: '#/components/schemas/Pet'
      example: {}
";
    expect("OAS-03", 11, "the mapping leads to nothing: `Dog`", loop_of_two);
    let findings = findings(loop_of_two);
    let endless = findings.iter().find(|finding| finding.what.contains("contains itself"));
    assert_eq!(endless.map(|finding| &*finding.rule), Some("OAS-03"));
    let circle = "openapi: 3.1.0\ncomponents:\n  schemas:\n    A: { $ref: '#/components/schemas/B' }\n    B: { $ref: '#/components/schemas/A' }\n";
    expect("OAS-03", 4, "no end", circle);
}

#[test]
fn bad_input_108_contradictions_are_found() {
    expect_of_schema(0, "`minLength` 9 is more than `maxLength` 3", "type: string\nminLength: 9\nmaxLength: 3\n");
    expect_of_schema(0, "no value can keep", "allOf:\n  - { type: string }\n  - { type: object }\n");
    expect_of_schema(0, "no value can keep", "type: integer\nminimum: 5\nallOf: [{ maximum: 4 }]\n");
}

#[test]
fn bad_input_109_what_is_read_from_elsewhere_is_found() {
    expect_of_schema(1, "`$schema` must be", "$schema: https://elsewhere.example/schema\n");
    expect_of_schema(1, "`$dynamicRef` is not read", "$dynamicRef: '#node'\n");
    expect_of_schema(1, "`$recursiveAnchor`", "$recursiveAnchor: true\n");
    for reference in ["https://elsewhere.example/a.yaml", "file:///etc/passwd", "http://169.254.169.254/latest"] {
        let contract = with_schema(&format!("$ref: {reference}\n"));
        expect("OAS-03", 5, "leads out of the contract", &contract);
    }
    expect("OAS-03", 5, "was not read", &with_schema("$ref: ../../../../etc/passwd\n"));
}

#[test]
fn bad_input_109_keywords_with_impossible_values_are_found() {
    expect_of_schema(1, "may try for ever", "pattern: ^(a+)+$\n");
    expect_of_schema(1, "a class that is not closed", "pattern: '['\n");
    expect_of_schema(1, "`maxLength` must be", "maxLength: 1e30\n");
    expect_of_schema(1, "`maxLength` must be", "maxLength: -1\n");
    expect_of_schema(1, "`multipleOf` must be", "multipleOf: 0\n");
    expect_of_schema(1, "`required` must be", "required: true\n");
    expect_of_schema(1, "did you mean `maximum`?", "'maximum:': 5\n");
}

#[test]
fn examples_of_hostile_schemas_are_judged_in_bounded_time() {
    // Each level is the next one twice: 2^60 steps for whoever walks it.
    let mut doubling = String::from("openapi: 3.1.0\ncomponents:\n  schemas:\n");
    for level in 0..60 {
        let next = format!("{{ $ref: '#/components/schemas/L{}' }}", level + 1);
        doubling += &format!("    L{level}: {{ allOf: [{next}, {next}], example: [1] }}\n");
    }
    doubling += "    L60: { type: string }\n";
    let slow = with_schema(&format!("type: string\npattern: ^(a|a)*$\nexample: {}!\n", "a".repeat(40)));
    let endless = with_schema(
        "allOf: [{ $ref: '#/components/schemas/Thing' }, { $ref: '#/components/schemas/Thing' }]\nexample: 1\n",
    );
    let tree = with_schema(
        "type: object\nproperties: { below: { $ref: '#/components/schemas/Thing' } }\nexample: { below: { below: 7 } }\n",
    );
    let start = Instant::now();
    for contract in [&doubling, &slow, &endless] {
        findings(contract);
    }
    expect("OAS-08", 7, "`/below/below`", &tree);
    assert!(start.elapsed() < Duration::from_secs(20), "it took {:?}", start.elapsed());
}

#[test]
fn what_is_no_contract_at_all_gets_a_finding_and_no_panic() {
    for text in [
        "null",
        "7",
        "[]",
        "{}",
        "hello",
        "swagger: '2.0'",
        "asyncapi: 2.0.0",
        "openapi: 3.1",
        "openapi: 4.0.0",
        "openapi: [3, 1]",
        "openapi: 3.1.0\npaths: 7",
        "openapi: 3.1.0\ninfo: []\npaths: [a]\ncomponents: text\nservers: {}\ntags: 1\nsecurity: a",
        "openapi: 3.1.0\npaths: { /a: [] , /b: { get: 1, post: [], parameters: {} } }",
        "openapi: 3.1.0\npaths: { /a: { get: { responses: [], parameters: [1, null, {}], tags: {}, requestBody: [] } } }",
        "openapi: 3.0.0\ncomponents: { schemas: { A: { properties: [1], allOf: {}, required: {}, enum: 1, type: {} } } }",
    ] {
        let rules: Vec<_> = findings(text).into_iter().map(|finding| finding.rule).collect();
        assert!(rules.iter().any(|rule| &**rule == "OAS-01"), "{text}: {rules:?}");
    }
}

#[test]
fn rules_are_linear_in_the_document() {
    let contract = |operations: usize| {
        let mut text = String::from("openapi: 3.1.0\ninfo: { title: Large, version: 1.0.0 }\npaths:\n");
        for number in 0..operations {
            text += &format!(
                "  /things{number}/{{id}}/parts_{number}:\n    get:\n      operationId: get_thing{number}\n      parameters: [{{ $ref: '#/components/parameters/Id' }}]\n      responses: {{ '200': {{ description: a, content: {{ application/json: {{ schema: {{ $ref: '#/components/schemas/S{number}' }}, example: {{ a: {number} }} }} }} }} }}\n"
            );
        }
        text += "components:\n  parameters: { Id: { name: id, in: path, required: true, schema: { type: string } } }\n  schemas:\n";
        for number in 0..operations {
            let next = (number + 1) % operations;
            text += &format!(
                "    S{number}: {{ type: object, required: [a, b], properties: {{ a: {{ type: string }}, next: {{ $ref: '#/components/schemas/S{next}' }} }} }}\n"
            );
        }
        text
    };
    let time = |operations| {
        let text = contract(operations);
        let start = Instant::now();
        let found = findings(&text).len();
        assert!(found > operations * 3, "every operation has faults");
        start.elapsed()
    };
    time(50);
    let small = (0..3).map(|_| time(200)).min().unwrap_or_default();
    let large = time(1600);
    // Eight times as much; a rule that compares everything with everything would take 64 times as long.
    assert!(large < small * 24 + Duration::from_millis(500), "200: {small:?}, 1600: {large:?}");
}
