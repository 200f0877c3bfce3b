//! Do rulesets in Spectral's format find what they say, where it is?

use hansom_standards::{
    Limits, Sources,
    ruleset::{Allowance, Ruleset, RulesetVerdict, run},
};

fn nothing(_: &str) -> Result<String, String> {
    Err("there is no such file".to_owned())
}

fn read(ruleset: &str) -> Ruleset {
    Ruleset::read(ruleset, "rules.yaml", &mut nothing).expect("the ruleset is fine")
}

fn verdict(ruleset: &str, contract: &str) -> RulesetVerdict {
    let sources = Sources::read_leniently("contract.yaml", contract, &Limits::default(), &mut nothing).unwrap();
    run(&sources, &read(ruleset), &Allowance::default())
}

/// Each finding as `rule pointer line:column-line:column message`.
fn found(ruleset: &str, contract: &str) -> Vec<String> {
    let told = verdict(ruleset, contract);
    let line = |finding: &hansom_standards::Finding| {
        let (start, end) = (finding.span.start, finding.span.end);
        format!(
            "{} {} {}:{}-{}:{} {}",
            finding.rule, finding.pointer, start.line, start.column, end.line, end.column, finding.what
        )
    };
    told.findings.iter().map(line).collect()
}

/// What one rule without a name of its own says about a document.
fn check(given: &str, then: &str, contract: &str, expected: &[&str]) {
    let ruleset = format!("rules:\n  r:\n    given: \"{given}\"\n    message: '{{{{error}}}}'\n    then: {then}\n");
    assert_eq!(found(&ruleset, contract), expected, "{given} {then}");
}

fn refused(ruleset: &str, expected: &str) {
    let faults = Ruleset::read(ruleset, "rules.yaml", &mut nothing).expect_err("the ruleset is refused");
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(told.iter().any(|fault| fault.contains(expected)), "{expected} is not in {told:?}");
}

#[test]
fn each_function_says_what_is_wrong_and_where() {
    let functions: [(&str, &str, &str, &[&str]); 13] = [
        ("$", "{field: a, function: truthy}", "b: 1\n", &["r  1:1-1:5 \"a\" property must be truthy"]),
        ("$.a", "{function: falsy}", "a: x\n", &["r /a 1:4-1:5 \"a\" property must be falsy"]),
        ("$", "{field: a, function: defined}", "a:\n", &[]),
        ("$.a", "{function: undefined}", "a: ''\n", &["r /a 1:4-1:6 \"a\" property must be undefined"]),
        ("$.a", "{function: casing, functionOptions: {type: kebab}}", "a: aB\n", &["r /a 1:4-1:6 must be kebab case"]),
        (
            "$.a",
            "{function: enumeration, functionOptions: {values: [x, 2]}}",
            "a: 3\n",
            &["r /a 1:4-1:5 3 must be equal to one of the allowed values: \"x\", 2"],
        ),
        (
            "$.a",
            "{function: length, functionOptions: {min: 3}}",
            "a: [1]\n",
            &["r /a 1:3-1:6 \"a\" property must be longer than 3"],
        ),
        (
            "$.a",
            "{function: pattern, functionOptions: {notMatch: '/X/i'}}",
            "a: ax\n",
            &["r /a 1:4-1:6 \"ax\" must not match the pattern \"/X/i\""],
        ),
        ("$", "{function: alphabetical}", "b: 1\na: 2\n", &["r /b 1:4-1:5 \"b\" must be placed after \"a\""]),
        (
            "$",
            "{function: xor, functionOptions: {properties: [a, b]}}",
            "a: 1\nb: 2\n",
            &["r  1:1-2:5 Just one of \"a\" and \"b\" must be defined"],
        ),
        (
            "$",
            "{function: or, functionOptions: {properties: [a, b]}}",
            "c: 1\n",
            &["r  1:1-1:5 At least one of \"a\" or \"b\" must be defined"],
        ),
        (
            "$.a",
            "{function: schema, functionOptions: {schema: {type: object, required: [b]}}}",
            "a: {c: 1}\n",
            &["r /a 1:3-1:9 \"a\" property must have required property \"b\""],
        ),
        (
            "$.a",
            "{function: unreferencedReusableObject, functionOptions: {reusableObjectsLocation: '#/a'}}",
            "a: {b: {c: 1}, d: {}}\ne: {$ref: '#/a/d'}\n",
            &["r /a/b 1:7-1:13 Potential orphaned reusable object has been detected"],
        ),
    ];
    for (given, then, contract, expected) in functions {
        check(given, then, contract, expected);
    }
}

#[test]
fn fields_name_keys_paths_and_places_below() {
    check(
        "$",
        "{field: '@key', function: pattern, functionOptions: {match: '^a'}}",
        "a: 1\nb: 2\n",
        &["r /b 2:4-2:5 2 must match the pattern \"^a\""],
    );
    check("$", "{field: a.b, function: truthy}", "a: {b: 0}\n", &["r /a/b 1:8-1:9 \"b\" property must be truthy"]);
    check(
        "$",
        "{field: \"['a.b'][0]\", function: falsy}",
        "a.b: [x]\n",
        &["r /a.b/0 1:7-1:8 \"0\" property must be falsy"],
    );
    check("$", "{field: '$..b', function: falsy}", "a: {b: 1}\n", &["r /a/b 1:8-1:9 \"b\" property must be falsy"]);
}

#[test]
fn findings_behind_references_are_told_once_at_the_definition() {
    let contract = "x: {$ref: '#/defs/a'}\ny: {$ref: '#/defs/a'}\ndefs:\n  a:\n    n: 1\n";
    check("$[x,y].n", "{function: falsy}", contract, &["r /defs/a/n 5:8-5:9 \"n\" property must be falsy"]);
    let circle = "a:\n  n: 1\n  next: {$ref: '#/b'}\nb:\n  back: {$ref: '#/a'}\n";
    check("$..n", "{function: falsy}", circle, &["r /a/n 2:6-2:7 \"n\" property must be falsy"]);
}

#[test]
fn rules_are_inherited_weighed_switched_and_overridden() {
    let contract = "a: 1\nb: 2\n";
    let base = "rules:\n  one: {given: $.a, then: {function: falsy}}\n  two: {given: $.b, recommended: false, then: {function: falsy}}\n";
    let names = |top: &str| {
        let mut open = |_: &str| Ok(base.to_owned());
        let ruleset = Ruleset::read(top, "dir/rules.yaml", &mut open).unwrap();
        let sources = Sources::read_leniently("dir/contract.yaml", contract, &Limits::default(), &mut nothing).unwrap();
        let verdict = run(&sources, &ruleset, &Allowance::default());
        verdict.findings.iter().map(|finding| format!("{} {}", finding.rule, finding.level)).collect::<Vec<_>>()
    };
    assert_eq!(names("extends: ./base.yaml\n"), ["one warning"]);
    assert_eq!(names("extends: [[./base.yaml, all]]\n"), ["one warning", "two warning"]);
    assert_eq!(names("extends: [[./base.yaml, off]]\nrules: {two: error}\n"), ["two error"]);
    assert_eq!(names("extends: ./base.yaml\nrules: {one: off, two: true}\n"), ["two warning"]);
    let pointed = "extends: ./base.yaml\noverrides: [{files: ['*.yaml#/a'], rules: {one: hint}}]\n";
    assert_eq!(names(pointed), ["one hint"]);
    let elsewhere = "extends: ./base.yaml\noverrides: [{files: ['other/*'], rules: {one: off}}]\n";
    assert_eq!(names(elsewhere), ["one warning"]);
    let here = "extends: ./base.yaml\noverrides: [{files: ['*.yaml'], rules: {one: off}}]\n";
    assert_eq!(names(here), [""; 0]);
}

#[test]
fn aliases_mean_other_places_in_other_formats() {
    let ruleset = "aliases:\n  Names:\n    targets:\n      - {formats: [oas2], given: ['$.definitions']}\n      - {formats: [oas3], given: ['$.components.schemas']}\nrules:\n  r: {given: '#Names[*]~', formats: [oas2, oas3], then: {function: casing, functionOptions: {type: pascal}}}\n";
    assert_eq!(
        found(ruleset, "openapi: 3.0.0\ncomponents: {schemas: {a: {}}}\n"),
        ["r /components/schemas/a 2:26-2:29 must be pascal case"]
    );
    assert_eq!(
        found(ruleset, "swagger: '2.0'\ndefinitions: {a: {}}\n"),
        ["r /definitions/a 2:17-2:20 must be pascal case"]
    );
}

#[test]
fn keys_written_twice_weigh_what_the_ruleset_says() {
    let twice = "a: 1\na: 2\n";
    let rules = "rules: {r: {given: $.z, then: {function: falsy}}}\n";
    assert_eq!(found(rules, twice), ["parser /a 2:1-2:2 Duplicate key: a"]);
    assert_eq!(found(&format!("parserOptions: {{duplicateKeys: off}}\n{rules}"), twice), [""; 0]);
}

#[test]
fn broken_rulesets_are_refused_with_place_and_mend() {
    for (ruleset, expected) in [
        ("rules: [", "line 1"),
        ("[]", "a ruleset must be a map"),
        ("rules: {r: {given: $.a}}", "needs `given` and `then`"),
        ("rules: {r: {given: '$..[?(@.a === )]', then: {function: truthy}}}", "cannot be read"),
        ("rules: {r: {given: '#No', then: {function: truthy}}}", "there is no alias `No`"),
        ("aliases: {A: ['#A.b']}\nrules: {r: {given: '#A', then: {function: truthy}}}", "stands for itself"),
        ("rules: {r: {given: $, then: {function: nope}}}", "line 1, column 40: there is no function `nope`"),
        ("rules: {r: {given: $, then: {function: pattern, functionOptions: {match: '('}}}}", "column 74"),
        ("rules: {r: {given: $, then: {function: length, functionOptions: {mni: 1}}}}", "has no option `mni`"),
        ("rules: {r: {given: '$.paths[?(', then: {function: truthy}}}", "column 8: a filter does not end"),
        ("rules: {r: {given: $, then: {field: '$.a[?(', function: truthy}}}", "a filter does not end"),
        ("aliases: {A: ['$.a[']}\nrules: {r: {given: '#A', then: {function: truthy}}}", "opened and never closed"),
        ("aliases: {A: ['#B'], B: ['#A']}\nrules: {}", "`#A` means nothing: the alias `A` stands for itself"),
        ("rules: {r: {given: 12, then: {function: truthy}}}", "no JSONPath expression"),
        ("rules: {r: {given: $, then: []}}", "the rule asks nothing"),
        ("rules: {r: {given: $, tags: 3, then: {function: truthy}}}", "`tags` must be a list, not a whole number"),
        ("rules: {}\noverrides: x", "`overrides` must be a list"),
        ("rules: {}\nexcept: x", "`except` must be a map"),
        ("rules: {}\nparserOptions: x", "`parserOptions` must be a map"),
        ("rules: {}\nfunctions: x", "`functions` must be a list"),
        ("rules: {}\nfunctions: [3]", "declared by its name"),
        ("rules: {}\nfunctionsDir: 3", "`functionsDir` must be a text"),
        ("rules: {r: error}", "nothing defines it"),
        ("extends: https://example.com/rules.yaml", "nothing is fetched"),
        ("extends: '@scope/package'", "nothing is installed"),
        ("extends: ./rules.js", "it is a program"),
        ("extends: spectral:graphql", "only `spectral:oas`, `spectral:asyncapi` and `spectral:arazzo` are known"),
        ("extends: ./rules.yaml", "extends itself"),
        ("extends: ./gone.yaml", "there is no such file"),
    ] {
        refused(ruleset, expected);
    }
}

#[test]
fn findings_in_other_files_are_told_at_their_whole_path_and_in_json_by_the_value_alone() {
    let contract =
        "a: {$ref: 'other.json#/$defs/A%20B'}\nb: {$ref: '#/c/$d'}\nc:\n  $d: {x: {}}\ne: {$ref: 'other.yaml#/d'}\n";
    let mut open = |name: &str| match name {
        "other.json" => Ok("{\n  \"$defs\": {\n    \"A B\": {\"x\": {\n    }}\n  }\n}\n".to_owned()),
        "other.yaml" => Ok("d:\n  x:\n    y: 1\n".to_owned()),
        _ => Err("there is no such file".to_owned()),
    };
    let sources =
        Sources::read_leniently("contract.yaml", contract, &Limits::default(), &mut open).expect("it is read");
    let ruleset = read("rules: {r: {given: '$[a,b,e].x', message: x, then: {function: falsy}}}");
    let findings = run(&sources, &ruleset, &Allowance::default()).findings;
    let told: Vec<String> = findings
        .iter()
        .map(|found| {
            let (start, end) = (found.span.start, found.span.end);
            let span = format!("{}:{}-{}:{}", start.line, start.column, end.line, end.column);
            format!("{} {} {span}", found.file, found.pointer)
        })
        .collect();
    assert_eq!(told, ["contract.yaml /c 3:3-4:13", "other.json /$defs/A B/x 3:18-4:6", "other.yaml /d/x 2:5-3:9"]);
}

#[test]
fn what_ends_with_a_block_of_lines_ends_behind_its_blank_lines() {
    for (block, expected) in [
        ("|\n    x\n    y\n\nb: 1\n", "1:3-5:1"),
        ("|-\n    x\n\n\n# c\nb: 1\n", "1:3-5:1"),
        ("|+\n    x\n    \nb: 1\n", "1:3-4:5"),
        (">\r\n    x\r\n\r\nb: 1\r\n", "1:3-4:2"),
        ("|\n    x\nb: 1\n", "1:3-3:6"),
        ("|\n    x\n", "1:3-3:6"),
        ("|\nb: 1\n", "1:3-2:7"),
        ("x\n    y\n\nb: 1\n", "1:3-3:6"),
        ("\"x\n\n    |\"\n\nb: 1\n", "1:3-4:7"),
    ] {
        let found =
            found("rules: {r: {given: $.a, message: x, then: {function: falsy}}}", &format!("a:\n  d: {block}"));
        let found: Vec<_> = found.into_iter().filter(|one| one.starts_with("r ")).collect();
        assert_eq!(found, [format!("r /a {expected} x")], "{block:?}");
    }
}

#[test]
fn what_ends_with_something_merged_ends_where_that_is_asked_for() {
    let contract =
        "base: &base {x: 1}\na:\n  <<: *base\nb:\n  z: 1\n  <<: *base\nc: {<<: *base}\nd: {<<: *base, z: 1}\n";
    let ruleset = "rules: {r: {given: '$[a,b,c,d]', message: x, then: {function: falsy}}}";
    let expected = ["r /a 2:3-3:12 x", "r /b 4:3-6:12 x", "r /c 7:3-7:14 x", "r /d 8:3-8:20 x"];
    assert_eq!(found(ruleset, contract), expected);
}

#[test]
fn rules_in_javascript_are_named_as_skipped_and_the_others_run() {
    let ruleset = "functions: [own]\nrules:\n  js: {given: $, then: {function: own}}\n  r: {given: $.a, then: {function: falsy}}\n";
    let told = verdict(ruleset, "a: 1\n");
    assert_eq!(told.skipped.len(), 1);
    assert_eq!(&*told.skipped[0].rule, "js");
    assert_eq!(told.findings.len(), 1);
}

#[test]
fn rules_for_other_documents_are_known_by_name_and_say_nothing_about_contracts() {
    let ruleset = "extends: [spectral:oas, spectral:asyncapi, [spectral:arazzo, off]]\n\
                   rules:\n  asyncapi-tags: off\n  asyncapi-tags-alphabetical: error\n  arazzo-step-stepId: hint\n";
    let contract = "openapi: 3.0.3\ninfo: {title: a, version: '1'}\npaths: {}\n";
    let oas = verdict("extends: spectral:oas\n", contract);
    assert_eq!((verdict(ruleset, contract).findings, oas.skipped), (oas.findings, vec![]));
    let skipped = verdict(ruleset, "asyncapi: 2.6.0\n").skipped;
    let names: Vec<&str> = skipped.iter().map(|notice| &*notice.rule).collect();
    assert!(names.contains(&"asyncapi-tags-alphabetical") && !names.contains(&"asyncapi-tags"), "{names:?}");
    assert!(!names.iter().any(|name| name.starts_with("asyncapi-3-") || name.starts_with("arazzo-")), "{names:?}");
    assert_eq!(&*skipped[0].why, "it is a rule of `spectral:asyncapi`, which are known by name alone");
    refused("extends: spectral:asyncapi\nrules: {asyncapi-tagz: off}", "nothing defines it");
}

#[test]
fn registered_formats_are_told_in_the_order_in_which_they_are_named() {
    let ruleset = "formats: [aas3_1]\nrules:\n  r: {formats: [oas3.1, oas2], given: $, then: {function: truthy}}\n\
                   \x20 s: {formats: [arazzo1.0], given: $, then: {function: truthy}}\n";
    let found = found(ruleset, "a: 1\n");
    let formats = "AsyncAPI 3.1.x, OpenAPI 2.0 (Swagger), OpenAPI 3.1.x, Arazzo 1.0.x";
    assert!(found.iter().any(|one| one.contains(&format!("registered formats [{formats}]"))), "{found:?}");
}

#[test]
fn a_list_without_the_item_that_it_must_contain_is_one_finding() {
    let then = "{function: schema, functionOptions: {schema: {contains: {properties: {n: {const: x}}}}}}";
    check("$.a", then, "a: [{n: 1}]\n", &["r /a 1:3-1:10 \"a\" property must contain at least 1 valid item(s)"]);
    // Among branches everything is told that any of them misses.
    let then = "{function: schema, functionOptions: {schema: {anyOf: [{contains: {const: 1}}, {type: string}]}}}";
    let expected = [
        "r /a 1:3-1:6 \"a\" property must contain at least 1 valid item(s)",
        "r /a 1:3-1:6 \"a\" property type must be string",
        "r /a 1:3-1:6 \"a\" property must match a schema in anyOf. None of the schemas matched, see the other errors \
         reported for this value",
        "r /a/0 1:5-1:6 Item at index 0 must be equal to constant",
    ];
    check("$.a", then, "a: [2]\n", &expected);
}

#[test]
fn a_rule_that_takes_too_long_is_cut_named_and_alone() {
    // Each level refers twice to the next, so that the whole has 2^24 leaves.
    let mut contract = String::from("defs:\n");
    for level in 0..24 {
        let next = level + 1;
        contract.push_str(&format!("  d{level}: {{l: {{$ref: '#/defs/d{next}'}}, r: {{$ref: '#/defs/d{next}'}}}}\n"));
    }
    contract.push_str("  d24: {leaf: 1}\na: 1\n");
    let ruleset = "rules:\n  long:\n    given: $.defs.d0\n    then: {function: enumeration, functionOptions: {values: [1]}}\n  deep:\n    given: $.defs\n    then: {function: schema, functionOptions: {schema: {const: {d0: {l: {}}}, uniqueItems: true, additionalProperties: {enum: [{l: {}}]}}}}\n  r: {given: $.a, then: {function: falsy}}\n  all:\n    given: $..[?(@.leaf)]\n    then: {function: falsy}\n";
    let sources = Sources::read_leniently("", &contract, &Limits::default(), &mut nothing).unwrap();
    let told = run(&sources, &read(ruleset), &Allowance { steps: 20_000, ..Allowance::default() });
    assert!(told.cut.iter().any(|notice| &*notice.rule == "all"), "{:?}", told.cut);
    assert!(told.findings.iter().any(|finding| &*finding.rule == "r"));
}

#[test]
fn the_rules_for_openapi_read_every_edition() {
    let all = "extends: [[spectral:oas, all]]\n";
    let has = |contract: &str, rule: &str| {
        let told = found(all, contract);
        assert!(told.iter().any(|line| line.starts_with(rule)), "{rule} is not in {told:?}");
    };
    has("swagger: '2.0'\ninfo: {title: t, version: '1'}\npaths: {}\n", "oas2-api-host");
    has("openapi: 3.0.3\ninfo: {title: t}\npaths: {}\n", "oas3-schema /info 2:6-2:16");
    has("openapi: 3.1.0\ninfo: {title: t, version: '1'}\n", "oas3-schema  1:1-2:30");
    has("openapi: 3.2.0\ninfo: {title: t, version: '1'}\npaths: {x: {}}\n", "oas3-schema /paths 3:7-3:14");
    has("asyncapi: 2.0.0\n", "unrecognized-format");
    has("openapi: 3.0.0\npaths: {/a: {get: {responses: {200: {$ref: '#/gone'}}}}}\n", "invalid-ref");
}
