//! Which places do the JSONPath expressions of rulesets mean?

use hansom_standards::{
    Limits, Sources,
    query::{Budget, Outcome, Query, Reading, Tree, select_all},
};
use proptest::prelude::*;

const CONTRACT: &str = r##"
openapi: 3.1.0
info: { title: Rents, version: 1.0.0, contact: { name: Ann } }
tags: [a, b, c, d, e]
paths:
  /accounts/{id}:
    parameters:
      - { name: id, in: path, required: true }
    get:
      operationId: getAccount
      parameters: [{ name: page, in: query }, { name: If-Match, in: header }]
      responses:
        "200":
          content:
            application/json: { schema: { type: object } }
            application/problem+json: { schema: { type: string } }
        "404": { description: Not found }
        default: { description: Else, x-noqa: true }
    delete:
      responses:
        "204": { description: Gone }
components:
  schemas:
    Account:
      type: object
      required: [id, balance]
      properties:
        id: { type: string, format: uuid }
        balance: { type: integer, enum: [1, 2] }
        nested: { type: object, properties: { id: { type: [string, "null"] } } }
    a.b: { type: string }
x-mixed: [1, "two", true, null, 2.5, [3], { four: 4 }]
x-empty: {}
"##;

fn sources(text: &str) -> Sources {
    Sources::of_text("contract.yaml", text, &Limits::default()).expect("the contract is well-formed")
}

fn select_in(text: &str, reading: Reading, expression: &str) -> Result<Vec<String>, String> {
    let query = Query::parse(expression).map_err(|fault| fault.to_string())?;
    let sources = sources(text);
    let mut found = Vec::new();
    let outcome = query.select(&Tree::new(&sources, reading), &mut Budget::of(1_000_000), &mut |place| {
        let path: Vec<String> = place.path().map(|step| step.to_string()).collect();
        let path = path.join(" ");
        found.push(if place.key { format!("{path} ~") } else { path });
    });
    assert!(outcome.complete, "{expression} runs out of steps");
    found.sort();
    found.dedup();
    Ok(found)
}

#[track_caller]
fn check(expression: &str, expected: &[&str]) {
    let found = select_in(CONTRACT, Reading::Written, expression);
    assert_eq!(found, Ok(expected.iter().map(|path| (*path).to_owned()).collect()), "{expression}");
}

const GET: &str = "paths /accounts/{id} get";

/// What stands in the operation, sorted.
#[track_caller]
fn check_in_get(expression: &str, expected: &[&str]) {
    let expected: Vec<String> = expected.iter().map(|path| format!("{GET} {path}")).collect();
    check(expression, &expected.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn plain_paths_lead_to_one_place() {
    check("$", &[""]);
    check("$.info.title", &["info title"]);
    check("$.info['title']", &["info title"]);
    check("$['info'][\"title\"]", &["info title"]);
    check("$[info][title]", &["info title"]);
    check("$.tags[1]", &["tags 1"]);
    check("$.tags['1']", &["tags 1"]);
    check("$.tags[9]", &[]);
    check("$.components.schemas['a.b'].type", &["components schemas a.b type"]);
    check("$.info.nothing.there", &[]);
    check("$.openapi.title", &[]);
}

#[test]
fn wildcards_take_everything_inside_once() {
    check("$.info.*", &["info contact", "info title", "info version"]);
    check("$.info[*]", &["info contact", "info title", "info version"]);
    check("$.x-empty.*", &[]);
    check("$.openapi.*", &[]);
    check("$.tags[*]", &["tags 0", "tags 1", "tags 2", "tags 3", "tags 4"]);
}

#[test]
fn scans_take_what_is_at_any_depth() {
    check("$..operationId", &["paths /accounts/{id} get operationId"]);
    check("$..contact.name", &["info contact name"]);
    check(
        "$.components..enum[*]",
        &[
            "components schemas Account properties balance enum 0",
            "components schemas Account properties balance enum 1",
        ],
    );
    check("$..[contact].name", &["info contact name"]);
    check(
        "$..properties..type",
        &[
            "components schemas Account properties balance type",
            "components schemas Account properties id type",
            "components schemas Account properties nested properties id type",
            "components schemas Account properties nested type",
        ],
    );
}

#[test]
fn a_dot_before_a_bracket_scans_too() {
    check("$.components.[enum]", &["components schemas Account properties balance enum"]);
    check(
        "$.x-mixed.[*]",
        &[
            "x-mixed 0",
            "x-mixed 1",
            "x-mixed 2",
            "x-mixed 3",
            "x-mixed 4",
            "x-mixed 5",
            "x-mixed 5 0",
            "x-mixed 6",
            "x-mixed 6 four",
        ],
    );
}

#[test]
fn a_scan_for_anything_and_then_something_is_one_scan() {
    // So Spectral's first engine reads it, though the first name is one level too high for the words.
    check("$..*.openapi", &["openapi"]);
}

#[test]
fn unions_take_each_name() {
    check("$.info[title,version]", &["info title", "info version"]);
    check("$.info['title',\"version\"]", &["info title", "info version"]);
    check("$.tags[0,2]", &["tags 0", "tags 2"]);
    check_in_get("$.paths[*][get,put].responses[200,404]", &["responses 200", "responses 404"]);
    // With a space it is the other dialect, where the space is part of the name.
    check("$.info[title, version]", &["info title"]);
}

#[test]
fn slices_count_as_each_dialect_counts() {
    check("$.tags[1:3]", &["tags 1", "tags 2"]);
    check("$.tags[:2]", &["tags 0", "tags 1"]);
    check("$.tags[3:]", &["tags 3", "tags 4"]);
    check("$.tags[-2:]", &["tags 3", "tags 4"]);
    check("$.tags[:-3]", &["tags 0", "tags 1"]);
    check("$.tags[::2]", &["tags 0", "tags 2", "tags 4"]);
    check("$.tags[(@.length-1)]", &["tags 4"]);
    check("$.tags[-1]", &[]);
    check("$.info[0:1]", &[]);
}

#[test]
fn a_tilde_means_the_name_and_a_caret_what_is_around() {
    check("$.info.contact~", &["info contact ~"]);
    check("$.info.*~", &["info contact ~", "info title ~", "info version ~"]);
    check("$.info.contact.name^", &["info contact"]);
    check("$.info.contact.name^^", &["info"]);
    check("$.info.contact.name^~", &["info contact ~"]);
    check("$.info.contact.name~^", &["info contact name ~"]);
    check("$.info^", &[""]);
    check("$.info^^", &[]);
    check(
        "$.components.~",
        &[
            "components schemas Account properties balance enum ~",
            "components schemas Account properties balance ~",
            "components schemas Account properties id ~",
            "components schemas Account properties nested properties id type ~",
            "components schemas Account properties nested properties id ~",
            "components schemas Account properties nested properties ~",
            "components schemas Account properties nested ~",
            "components schemas Account properties ~",
            "components schemas Account required ~",
            "components schemas Account ~",
            "components schemas a.b ~",
            "components schemas ~",
            "components ~",
        ],
    );
}

#[test]
fn a_query_may_go_on_after_a_caret() {
    check(
        "$..parameters[*][?(@property === 'name' && @.match(/^p/))]^.in",
        &["paths /accounts/{id} get parameters 0 in"],
    );
}

#[test]
fn what_only_the_second_dialect_reads_is_read_as_it_reads_it() {
    check_in_get("$.paths.*.*.responses.*.content.application/json", &["responses 200 content application/json"]);
    check_in_get(
        "$.paths..content[application/problem+json].schema",
        &["responses 200 content application/problem+json schema"],
    );
    check("$.info.", &["info"]);
    check("$.info.contact.", &["info contact"]);
    check("$.'info'.title", &["info title"]);
    check("$..['contact'].name", &["info contact name"]);
    check("$.info.title~, $.info.version~", &["info title ~"]);
    check("$.paths...get.operationId", &["paths /accounts/{id} get operationId"]);
    check("$.x-mixed.*@string()", &[]);
    check("$.x-mixed..@number()", &["x-mixed 0", "x-mixed 4", "x-mixed 5 0", "x-mixed 6 four"]);
}

#[test]
fn filters_ask_for_values_and_names() {
    let cases = [
        ("$.components.schemas[?(@.type == 'object')]", "components schemas Account"),
        ("$.components.schemas[?(@.type === 'string')]", "components schemas a.b"),
        ("$.components.schemas[?(!@.properties)]", "components schemas a.b"),
        ("$.components.schemas[?(@property === 'Account')]", "components schemas Account"),
        ("$.components.schemas[?(@property.match(/^[a-z]/))]", "components schemas a.b"),
        ("$.components.schemas[?(@property.length == 3)]", "components schemas a.b"),
        ("$.components.schemas[?(@property[0] == 'A')]", "components schemas Account"),
        ("$.components.schemas[?(@property in ['Account', 'b'])]", "components schemas Account"),
        ("$.components.schemas[?(@property.indexOf('.') === -1)]", "components schemas Account"),
        ("$.components.schemas[?(@['required'])]", "components schemas Account"),
        ("$.components.schemas[?(@.required && @.required.length > 1)]", "components schemas Account"),
        ("$.components.schemas[?(@.required && @.required.includes('balance'))]", "components schemas Account"),
        ("$.components.schemas[?(@.required !== void 0)]", "components schemas Account"),
        ("$.components.schemas[?(@.required == undefined)]", "components schemas a.b"),
        ("$.components.schemas[?(@.required == null)]", "components schemas a.b"),
        ("$.components.schemas[?(@.required ? false : true)]", "components schemas a.b"),
        ("$.components.schemas[?(@path === \"$['components']['schemas']['Account']\")]", "components schemas Account"),
        ("$.components.schemas.*[?(@parentProperty === 'a.b')]", "components schemas a.b type"),
        ("$.components.schemas.*.type[?(@parent.required)]", ""),
        ("$.components.schemas[?(@root.openapi && @property != 'Account')]", "components schemas a.b"),
        ("$.components.schemas[?(/^acc/i.test(@property))]", "components schemas Account"),
        ("$.components.schemas[?(@property.match('^A') && @object())]", "components schemas Account"),
        (
            "$.components.schemas[?(@.type.constructor.name === 'String' && @property == 'a.b')]",
            "components schemas a.b",
        ),
        (
            "$.components.schemas.*.properties[?(@.type.constructor.name === 'String' && @.format)]",
            "components schemas Account properties id",
        ),
        ("$.tags[?(@ === 'c')]", "tags 2"),
        ("$.tags[?(@property > 3)]", "tags 4"),
        ("$.tags[?(@property * 2 - 1 === 3)]", "tags 2"),
        ("$.tags[?(@ > 'd')]", "tags 4"),
        ("$.tags[?(@.toUpperCase() + @property === 'B1')]", "tags 1"),
        ("$.tags[?(@ ~= '^[bx]$')]", "tags 1"),
    ];
    for (expression, expected) in cases {
        check(expression, if expected.is_empty() { &[] } else { std::slice::from_ref(&expected) });
    }
}

#[test]
fn filters_know_the_sorts_of_values() {
    let cases = [
        ("@string()", "x-mixed 1"),
        ("@boolean()", "x-mixed 2"),
        ("@null()", "x-mixed 3"),
        ("@array()", "x-mixed 5"),
        ("@integer()", "x-mixed 0"),
        ("typeof @ === 'boolean'", "x-mixed 2"),
        ("typeof @ === 'number' && @ > 2", "x-mixed 4"),
        ("@object() && !@array()", "x-mixed 6"),
        ("@ && @.four", "x-mixed 6"),
        ("@ == '3'", "x-mixed 5"),
        ("@ == '2.5'", "x-mixed 4"),
    ];
    for (filter, expected) in cases {
        check(&format!("$.x-mixed[?({filter})]"), &[expected]);
    }
}

#[test]
fn statuses_are_compared_as_numbers_and_matched_as_texts() {
    check_in_get("$..get.responses[?(@property >= 200 && @property < 300)]", &["responses 200"]);
    check_in_get("$..get.responses[?(@property.match(/^(4|5|default)/) && !@['x-noqa'])]", &["responses 404"]);
    check_in_get("$..get[responses][?(@property && @property.match(/(2|3)\\d\\d/))]", &["responses 200"]);
}

#[test]
fn a_filter_that_would_throw_is_no_match_and_is_noted_once() {
    let query = Query::parse("$.x-mixed[?(@.four.five === 5)]").expect("it can be read");
    let sources = sources(CONTRACT);
    let mut found = 0;
    let outcome: Outcome<'_> =
        query.select(&Tree::new(&sources, Reading::Written), &mut Budget::of(1000), &mut |_| found += 1);
    assert_eq!(found, 0);
    assert!(outcome.complete);
    let notes: Vec<_> =
        outcome.notes.iter().map(|note| (note.query, note.what.as_str(), note.node.pointer())).collect();
    assert_eq!(notes, [(0, "reads `five` of undefined", "/x-mixed/0".to_owned())]);
}

#[test]
fn what_cannot_be_read_is_refused_with_its_place() {
    let cases = [
        ("info", "column 1: `info` does not begin with `$`"),
        ("$.info[?(@.a ==)]", "column 16: the filter ends where a value was expected"),
        ("$.info[?(alert(1))]", "column 10: `alert` is no name that a filter knows"),
        ("$.info[?(@custom())]", "column 10: `@custom` is nothing that a filter can ask for"),
        ("$.info[?(@.match(/(/))]", "column 21: the pattern `(` has a group that is not closed"),
        ("$.info[?(@.a = 1)]", "column 14: there is `=` where an operator"),
        ("$.info[?(", "column 7: a filter does not end"),
        ("$.info[?(@.a)", "column 7: a filter does not end"),
        ("$.info[", "column 7: a bracket is opened and never closed"),
        ("$.a['b/c", "column 5: a name in quotes does not end"),
        ("$.info]", "column 7: there is `]` without `[`"),
        ("$$", "column 2: `$` is followed by what leads nowhere"),
        ("$ .info", "column 2: `$` is followed by what leads nowhere"),
    ];
    for (expression, expected) in cases {
        let fault = Query::parse(expression).expect_err(expression).to_string();
        assert!(fault.starts_with(expected), "{expression}: {fault}");
    }
}

#[test]
fn what_the_second_dialect_reads_in_its_own_way_is_not_refused() {
    for expression in
        ["$.a.[*][b,c].d/e.f", "$.a..", "$.a.b/c", "$..[?(@.x == ']')]", "$.a['b', 'c/d']", "$.a[?(@.b[0])].c/d"]
    {
        assert!(Query::parse(expression).is_ok(), "{expression}");
    }
}

#[test]
fn expressions_are_bounded() {
    let long = format!("${}", ".a".repeat(5_000));
    assert!(Query::parse(&long).is_err_and(|fault| fault.column == 10_001));
    for (open, close) in [("(", ")"), ("!", ""), ("@[", "]"), ("- ", ""), ("[", "]")] {
        let deep = format!("$[?({}1{})]", open.repeat(2_000), close.repeat(2_000));
        assert!(Query::parse(&deep).is_err(), "{open}");
    }
    for chain in [".a", "+1", "['a']", " || @"] {
        let long = format!("$[?(@{})]", chain.repeat(1_500));
        assert_eq!(Query::parse(&long).is_ok(), chain == " || @", "{chain}");
    }
}

const RECURSIVE: &str = r##"
start: { $ref: "#/schemas/Node" }
again: { $ref: "#/schemas/Node" }
missing: { $ref: "#/schemas/Nothing" }
chain: { $ref: "#/schemas/Chain" }
schemas:
  Node:
    properties:
      next: { $ref: "#/schemas/Node" }
      leaf: { $ref: "#/schemas/Leaf" }
  Leaf: { type: string }
  Chain: { $ref: "#/schemas/Leaf" }
"##;

#[test]
fn references_are_followed_except_in_circles_and_into_nothing() {
    let of = |reading, expression| select_in(RECURSIVE, reading, expression).expect("it can be read");
    assert_eq!(of(Reading::Written, "$.start.properties"), [""; 0]);
    assert_eq!(of(Reading::Resolved, "$.start.properties.leaf.type"), ["start properties leaf type"]);
    assert_eq!(of(Reading::Resolved, "$.chain.type"), ["chain type"]);
    assert_eq!(of(Reading::Resolved, "$..leaf.type"), ["start properties leaf type"]);
    assert_eq!(
        of(Reading::EveryWay, "$..leaf.type"),
        ["again properties leaf type", "schemas Node properties leaf type", "start properties leaf type",]
    );
    assert_eq!(
        of(Reading::EveryWay, "$..[?(@property === '$ref')]"),
        [
            "again properties next $ref",
            "missing $ref",
            "schemas Node properties next $ref",
            "start properties next $ref",
        ]
    );
    assert_eq!(of(Reading::Resolved, "$[?(@.properties && @.properties.leaf.type === 'string')]"), ["again", "start"]);
}

#[test]
fn a_match_says_where_it_is_written_and_how_it_was_reached() {
    let sources = sources(RECURSIVE);
    let tree = Tree::new(&sources, Reading::Resolved);
    let mut seen = Vec::new();
    let query = Query::parse("$.chain").expect("it can be read");
    query.select(&tree, &mut Budget::of(100), &mut |place| {
        seen.push((place.node.pointer(), place.written.pointer(), place.property().map(|name| name.to_string())));
        assert_eq!(place.parent().map(|node| node.pointer()), Some(String::new()));
    });
    assert_eq!(seen, [("/schemas/Leaf".to_owned(), "/chain".to_owned(), Some("chain".to_owned()))]);
}

#[test]
fn many_references_to_one_definition_cost_one_look_into_it() {
    // Each level refers twice to the next: 2^60 ways lead to the last.
    let levels: String = (0..60)
        .map(|n| format!("  l{n}: {{ a: {{ $ref: '#/s/l{m}' }}, b: {{ $ref: '#/s/l{m}' }} }}\n", m = n + 1))
        .collect();
    let text = format!("s:\n{levels}  l60: {{ type: string }}\n");
    let found = select_in(&text, Reading::Resolved, "$..type").expect("it can be read");
    // Once straight, and once through references.
    assert_eq!(found.len(), 2);
    let sources = sources(&text);
    let query = Query::parse("$..type").expect("it can be read");
    let mut budget = Budget::of(100_000);
    let outcome = query.select(&Tree::new(&sources, Reading::EveryWay), &mut budget, &mut |_| {});
    assert!(!outcome.complete, "every way cannot be walked");
    assert_eq!(budget.left(), 0);
}

#[test]
fn a_long_chain_of_references_needs_no_deep_stack() {
    let text: String = (0..20_000).map(|n| format!("d{n}: {{ next: {{ $ref: '#/d{}' }} }}\n", n + 1)).collect();
    let sources = sources(&text);
    let query = Query::parse("$..next~").expect("it can be read");
    let (mut found, mut longest) = (0, 0);
    query.select(&Tree::new(&sources, Reading::Resolved), &mut Budget::of(1_000_000), &mut |place| {
        found += 1;
        longest = longest.max(place.path().count());
    });
    // Once straight, and once through references.
    assert_eq!((found, longest), (2 * 20_000 - 1, 20_001));
    let text: String = (0..20_000).map(|n| format!("d{n}: {{ $ref: '#/d{}' }}\n", n + 1)).collect();
    assert_eq!(select_in(&format!("{text}d20000: {{ a: 1 }}"), Reading::Resolved, "$.d0.a"), Ok(vec!["d0 a".into()]));
}

#[test]
fn many_queries_together_find_what_each_finds_alone() {
    let texts = ["$..type", "$.info.*", "$..properties[*]~", "$..[?(@ && @.in)]", "$.paths..description^", "$"];
    let queries: Vec<Query> = texts.iter().map(|text| Query::parse(text).expect("it can be read")).collect();
    let sources = sources(CONTRACT);
    let tree = Tree::new(&sources, Reading::Resolved);
    let all: Vec<&Query> = queries.iter().collect();
    let mut together = vec![Vec::new(); texts.len()];
    select_all(&all, &tree, &mut Budget::of(100_000), &mut |query, place| together[query].push(place.node.pointer()));
    for (query, found) in queries.iter().zip(together) {
        let mut alone = Vec::new();
        query.select(&tree, &mut Budget::of(100_000), &mut |place| alone.push(place.node.pointer()));
        assert!(!alone.is_empty());
        assert_eq!(alone, found, "{}", query.text());
    }
}

#[test]
fn hostile_patterns_are_cut_and_the_rest_goes_on() {
    let text = format!("a: {}b\nc: x\n", "a".repeat(10_000));
    let sources = sources(&text);
    let query = Query::parse(r"$[?(@.match(/^((?=a)a+)+$/) || @ === 'x')]").expect("it can be read");
    let mut found = Vec::new();
    let outcome = query.select(&Tree::new(&sources, Reading::Written), &mut Budget::of(1000), &mut |place| {
        found.push(place.node.pointer());
    });
    assert_eq!(found, ["/c"]);
    assert!(outcome.notes.iter().any(|note| note.what.contains("too long")), "{:?}", outcome.notes);
}

#[test]
fn an_endless_rule_stops_when_the_budget_is_spent() {
    let nested = format!("{}1{}", "[".repeat(90), "]".repeat(90));
    let query = Query::parse(&format!("${}", "..*".repeat(500))).expect("it can be read");
    let sources = sources(&nested);
    let outcome = query.select(&Tree::new(&sources, Reading::Written), &mut Budget::of(50), &mut |_| {});
    assert!(!outcome.complete);
    let query = Query::parse(&format!("${}^^^", "..a..b".repeat(500))).expect("it can be read");
    let mut budget = Budget::of(1_000_000);
    assert!(query.select(&Tree::new(&sources, Reading::Written), &mut budget, &mut |_| {}).complete);
}

proptest! {
    #[test]
    fn reading_never_panics(text in r"\$[\[\]().@?*~^'/\\a-z0-9:, =!&|<>;{}#$é-]{0,60}") {
        let _ = Query::parse(&text);
    }

    #[test]
    fn selecting_never_panics(parts in proptest::collection::vec(prop_oneof![
        Just(".."), Just("[*]"), Just(".*"), Just("~"), Just("^"), Just(".paths"), Just("[?(@.type)]"), Just("[-2:]"),
        Just("[?(@property.match(/^[a-z]/))]"), Just("[(@.length-1)]"), Just("$"), Just("@string()"), Just("['a.b']"),
        Just("[?(@.in.split('').join(@property).slice(-3, 1) < @parent)]"), Just("[get, 1:2]"), Just(".x-mixed"),
    ], 0..8)) {
        if let Ok(query) = Query::parse(&format!("${}", parts.concat())) {
            let sources = sources(CONTRACT);
            query.select(&Tree::new(&sources, Reading::Resolved), &mut Budget::of(20_000), &mut |_| {});
        }
    }
}
