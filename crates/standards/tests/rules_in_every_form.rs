//! Do rules see what is meant, in every form that OpenAPI has for it, and nothing else?
//!
//! Each case is a contract whose wrong lines end in `# wrong`, as in the examples of the rules' pages.

use std::collections::BTreeSet;

use hansom_standards::{Facts, Finding, Profile, Sources, Verdict, document::Limits, lint, rules};
use serde_json::{Value, json};

/// What rules say of a contract; `rule` is an id with parameters: `DATA-04 requests_only: true`.
fn verdict(rule: &str, contract: &str, facts: Facts) -> Verdict {
    let (id, parameters) = rule.split_once(' ').unwrap_or((rule, ""));
    let chosen = format!("{{ level: error, {parameters} }}");
    let profile = format!("profile: one\nedition: none\nothers: off\nrules: {{ {id}: {chosen} }}\n");
    let profile = Profile::read(&profile).unwrap_or_else(|faults| panic!("{rule}: {faults:?}"));
    let sources = Sources::of_text("openapi.yaml", contract, &Limits::default());
    lint(&sources.unwrap_or_else(|fault| panic!("{rule}: {fault}\n{contract}")), facts, &profile)
}

fn whole(fragment: &str) -> String {
    let mut text = fragment.trim_start_matches('\n').to_owned();
    for (key, filling) in [
        ("openapi:", "openapi: 3.1.0\n"),
        ("info:", "info: { title: Example, version: 1.0.0 }\n"),
        ("paths:", "paths: {}\n"),
    ] {
        if !text.lines().any(|line| line.starts_with(key)) {
            text.push_str(filling);
        }
    }
    text
}

fn check_with(rule: &str, fragment: &str, facts: Facts) {
    let text = whole(fragment);
    let marked = |(at, line): (usize, &str)| line.trim_end().ends_with("# wrong").then_some(at as u32 + 1);
    let expected: BTreeSet<u32> = text.lines().enumerate().filter_map(marked).collect();
    let verdict = verdict(rule, &text, facts);
    let found: BTreeSet<u32> = verdict.findings.iter().map(|finding| finding.span.start.line).collect();
    assert_eq!(found, expected, "{rule}\n{text}\n{:#?}", whats(&verdict.findings));
    assert_eq!(
        verdict.findings.len(),
        found.len(),
        "{rule}: one finding a line\n{text}\n{:#?}",
        whats(&verdict.findings)
    );
}

fn whats(findings: &[Finding]) -> Vec<(u32, &str)> {
    findings.iter().map(|finding| (finding.span.start.line, finding.what.as_str())).collect()
}

fn check(rule: &str, fragment: &str) {
    check_with(rule, fragment, Facts::default());
}

/// The contract after all fixes.
fn fixed(rule: &str, text: &str) -> String {
    let verdict = verdict(rule, text, Facts::default());
    let mut lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
    let mut edits: Vec<_> =
        verdict.findings.iter().filter_map(|one| one.fix.as_ref()).flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.span.start));
    for edit in edits {
        let line = &mut lines[edit.span.start.line as usize - 1];
        let stretch = edit.span.start.column as usize - 1..edit.span.end.column as usize - 1;
        line.splice(stretch, edit.text.chars());
    }
    lines.into_iter().map(|line| line.into_iter().collect::<String>() + "\n").collect()
}

#[test]
fn methods_of_every_edition_are_seen() {
    check(
        "METH-01",
        "
openapi: 3.2.0
paths:
  /repairs:
    query: # wrong
      responses: { '200': { description: Found } }
    additionalOperations:
      COPY: # wrong
        responses: { '200': { description: Copied } }
    get: { responses: { '200': { description: Repairs } } }
",
    );
    check("METH-01 methods: [get, query]", "openapi: 3.2.0\npaths: { /repairs: { query: { responses: {} } } }\n");
}

#[test]
fn bodies_of_reads_are_seen_in_calls_back_and_by_reference() {
    check(
        "METH-02",
        "
paths:
  /repairs/{id}:
    delete:
      requestBody: # wrong
        $ref: '#/components/requestBodies/Reason'
    post:
      requestBody: { $ref: '#/components/requestBodies/Reason' }
webhooks:
  repaired:
    get:
      requestBody: # wrong
        content: {}
components: { requestBodies: { Reason: { content: {} } } }
",
    );
}

#[test]
fn a_shared_patch_is_judged_once() {
    check(
        "METH-03",
        "
paths:
  /a: { patch: { requestBody: { $ref: '#/components/requestBodies/Change' } } }
  /b: { patch: { requestBody: { $ref: '#/components/requestBodies/Change' } } }
  /c: { patch: { requestBody: { content: { 'Application/Merge-Patch+JSON; charset=utf-8': {} } } } }
  /d: { patch: { requestBody: { content: { application/json-patch+json: {} } } } }
  /e: { post: { requestBody: { content: { application/json: {} } } } }
components:
  requestBodies:
    Change:
      content:
        application/json: {} # wrong
",
    );
}

#[test]
fn an_address_is_looked_for_wherever_it_may_be_told() {
    check(
        "METH-05",
        "
paths:
  /repairs:
    post: { responses: { '201': { $ref: '#/components/responses/Created' } } }
  /notes:
    post: { responses: { '201': { $ref: '#/components/responses/Created' } } }
  /rates/{rateId}:
    put: { responses: { '201': { description: At the address that was asked for } } }
  /payments:
    post: { responses: { '201': { description: Made, headers: { location: {} } } } }
  /reports:
    post:
      responses:
        '202':
          description: Begun
          content: { application/json: { schema: { $ref: '#/components/schemas/Job' } } }
  /exports:
    post: { responses: { '202': { description: Begun, links: { state: { operationId: getExport } } } } }
  /imports:
    post:
      responses:
        '202': # wrong
          description: Begun
          content: { application/json: { schema: { type: object, properties: { id: { type: string } } } } }
  /searches:
    post: { responses: { '200': { description: Found } } }
  /tenants:
    post: { responses: { '2XX': { description: Made } } }
  /tenants/{tenantId}: { get: { responses: {} } }
components:
  responses:
    Created: # wrong
      description: Created
  schemas:
    Job: { allOf: [{ properties: { state: { $ref: '#/components/schemas/Address' } } }] }
    Address: { type: string, format: uri-reference }
",
    );
}

#[test]
fn what_makes_a_call_repeatable_may_be_shared_or_of_the_path() {
    check(
        "METH-06",
        "
paths:
  /a:
    parameters: [{ name: idempotency-key, in: header }]
    post: { responses: {} }
  /b: { post: { parameters: [{ $ref: '#/components/parameters/Key' }] } }
  /c/{id}:
    patch: # wrong
      parameters: [{ name: If-Match, in: header }]
  /d/{id}: { patch: { parameters: [{ name: If-Match, in: header, required: true }] } }
  /e:
    post: # wrong
      parameters: [{ name: Idempotency-Key, in: query }]
  /f/searches: { post: {} }
  /oauth/token: { post: {} }
components: { parameters: { Key: { name: Idempotency-Key, in: header } } }
",
    );
    check("METH-06 { methods: [put] }".replace(['{', '}'], "").as_str(), "paths: { /a: { post: {}, get: {} } }\n");
}

#[test]
fn statuses_are_judged_however_they_are_written() {
    check(
        "STAT-01",
        "
paths:
  /a:
    get:
      responses:
        200: { description: A number }
        '103': { description: Early hints }
        5XX: { description: Ours }
        default: { description: Others }
        x-note: ours
        '306': { description: Unused } # wrong
        '418': { description: A teapot } # wrong
        '600': { description: None } # wrong
        '20': { description: None } # wrong
        6XX: { description: None } # wrong
        '304': { $ref: '#/components/responses/Same' }
  /b: { get: { responses: { '304': { $ref: '#/components/responses/Same' } } } }
components:
  responses:
    Same:
      description: As you have it
      content: # wrong
        application/json: {}
",
    );
    check(
        "STAT-01 statuses: ['200', '400']",
        "
paths:
  /a:
    get:
      responses:
        '200': { description: Yes }
        '409': { description: Conflict } # wrong
        default: { description: Others }
",
    );
}

#[test]
fn expected_answers_depend_on_what_an_operation_takes() {
    check(
        "STAT-02",
        "
paths:
  /a/{id}:
    get: { responses: { '200': {}, 4XX: {} } }
    put: { responses: { '200': {}, '201': {} } }
    delete: # wrong
      responses: { '204': {}, default: {} }
  /b:
    parameters: [{ name: q, in: query }]
    get: # wrong
      responses: { '200': {} }
    post: { requestBody: {}, responses: { '200': {}, '422': {} } }
  /c:
    get: # wrong
      responses: { default: {} }
    post: { responses: { '303': {} } }
  /d:
    get: { parameters: [{ name: X-Any, in: header }], responses: { '200': {} } }
",
    );
    check(
        "STAT-02 default_covers: true",
        "paths: { '/a/{id}': { delete: { responses: { '204': {}, default: {} } } } }\n",
    );
    check(
        "STAT-02 where_secured: ['401', '403']",
        "
security: [{ hansom: [] }]
paths:
  /a:
    get: # wrong
      responses: { '200': {}, '401': {} }
    put: { security: [], responses: { '200': {} } }
    post: { security: [{}, { hansom: [] }], responses: { '200': {} } }
",
    );
}

#[test]
fn errors_are_told_apart_from_successes() {
    check(
        "ERR-01",
        "
paths:
  /a:
    get:
      responses:
        '200': {}
        '404': { $ref: '#/components/responses/Bare' }
        '410': { content: { application/problem+json; charset=utf-8: {}, text/html: {} } }
        default: {} # wrong
    head: { responses: { '200': {}, '404': {} } }
    post: { responses: { '201': {}, '404': { $ref: '#/components/responses/Bare' } } }
    put: { responses: { default: {} } }
webhooks: { done: { post: { responses: { '200': {}, '400': {} } } } }
components:
  responses:
    Bare:
      description: Nothing here
      content:
        text/html: {} # wrong
",
    );
    check(
        "ERR-01 media_types: [application/problem+json, application/json]",
        "paths: { /a: { get: { responses: { '200': {}, '404': { content: { application/json: {} } } } } } }\n",
    );
}

#[test]
fn the_media_type_of_an_error_is_mended_in_the_form_it_was_written_in() {
    let yaml = "openapi: 3.1.0
paths:
  /a:
    get:
      responses:
        '200': {}
        '404':
          content:
            application/json: {}
        '409':
          content:
            'application/json': {}
        '410':
          content: { text/plain: {} }
";
    let mended = fixed("ERR-01", yaml);
    assert!(mended.contains("            application/problem+json: {}"), "{mended}");
    assert!(mended.contains("            \"application/problem+json\": {}"), "{mended}");
    assert!(mended.contains("text/plain"), "{mended}");
    let json = r#"{"openapi": "3.0.3", "paths": {"/a": {"get": {"responses": {"200": {}, "404": {"content": {"application/json": {}}}}}}}}"#;
    let mended = fixed("ERR-01", json);
    assert!(mended.contains(r#"{"application/problem+json": {}}"#), "{mended}");
    assert!(serde_json::from_str::<Value>(&mended).is_ok());
}

#[test]
fn members_of_problems_are_found_through_references_and_branches() {
    check(
        "ERR-02",
        "
paths:
  /a:
    get:
      responses:
        '200': {}
        '400': { content: { application/problem+json: { schema: { allOf: [{ $ref: '#/components/schemas/Base' }, { properties: { errors: {} } }] } } } }
        '404': { content: { application/problem+json: { schema: { oneOf: [{ $ref: '#/components/schemas/Base' }] } } } }
        '409': { content: { application/problem+json: { schema: { $ref: 'https://elsewhere.example/problem.yaml' } } } }
        '410':
          content:
            application/problem+json: {} # wrong
        '412': { content: { application/problem+json: { schema: { $ref: '#/components/schemas/Poor' } } } }
        '415': { content: { application/problem+json: { schema: { $ref: '#/components/schemas/Poor' } } } }
        4XX:
          content:
            application/problem+json:
              schema: { $ref: '#/components/schemas/Base' }
              examples:
                right: { value: { status: 422 } }
                wrong:
                  value:
                    status: 500 # wrong
        default: { content: { application/problem+json: { schema: { $ref: '#/components/schemas/Base' }, example: { status: 503 } } } }
components:
  schemas:
    Base: { properties: { title: {}, status: { type: integer }, detail: {} }, example: { status: 404 } }
    Poor: # wrong
      properties:
        title: {}
        status: { type: string } # wrong
",
    );
    check(
        "ERR-02 members: [title]",
        "paths: { /a: { get: { responses: { '200': {}, '404': { content: { application/problem+json: { schema: { properties: { title: {} } } } } } } } } }\n",
    );
}

#[test]
fn lists_of_faults_are_asked_of_bad_requests_alone() {
    let contract = "
paths:
  /a:
    post:
      responses:
        '201': {}
        '400': # wrong
          content: { application/problem+json: { schema: { $ref: '#/components/schemas/Problem' } } }
        '409': { content: { application/problem+json: { schema: { type: object } } } }
        '422': {}
components:
  schemas:
    Problem: { properties: { errors: { type: array, items: { $ref: '#/components/schemas/Fault' } } } }
    Fault: { properties: { field: { type: string }, detail: { type: string } } }
";
    check("ERR-04", contract);
    check("ERR-04 places: [field]", &contract.replace(" # wrong", ""));
    check("ERR-04 places: []", &contract.replace(" # wrong", ""));
}

#[test]
fn types_of_problems_are_read_from_examples_and_schemas() {
    check(
        "ERR-05",
        "
paths:
  /a:
    get:
      responses:
        '200': {}
        '400': { content: { application/problem+json: { example: { type: 'about:blank' } } } }
        '403': { content: { application/problem+json: { example: { type: 'urn:problem:grant', href: 'https://hub.example/grant' } } } }
        '404':
          content:
            application/problem+json:
              examples:
                one:
                  value:
                    type: urn:problem:missing # wrong
                two: { $ref: '#/components/examples/Relative' }
        '409': { content: { application/problem+json: { schema: { $ref: '#/components/schemas/Fixed' } } } }
        '410': { content: { application/problem+json: { schema: { $ref: 'elsewhere.yaml' } } } }
components:
  examples:
    Relative:
      value:
        type: /problems/missing # wrong
  schemas:
    Fixed:
      allOf:
        - properties:
            type:
              enum:
                - https://hub.example/conflict
                - http://hub.example/conflict # wrong
",
    );
    check(
        "ERR-05 must_be_named: false",
        "paths: { /a: { get: { responses: { '200': {}, '404': { content: { application/problem+json: {} } } } } } }\n",
    );
}

#[test]
fn the_top_of_a_body_is_found_in_every_form() {
    check(
        "DATA-01",
        "
paths:
  /a:
    get:
      parameters: [{ name: filter, in: query, content: { application/json: { schema: { type: array } } } }]
      responses:
        '200':
          headers: { Rates: { content: { application/json: { schema: { type: array } } } } }
          content:
            application/vnd.repairs+json: # wrong
              schema: { oneOf: [{ type: object }, { $ref: '#/components/schemas/List' }] }
        '201': { content: { '*/*': { schema: { type: object } } } }
        '202': { content: { application/json: { schema: { type: [object, 'null'] } } } }
        '203': { content: { text/csv: {}, application/json: { schema: {} } } }
        '206':
          content:
            text/csv: {} # wrong
        '400': { content: { text/html: {} } }
    patch:
      requestBody: { content: { application/json-patch+json: { schema: { type: array } } } }
    post:
      requestBody:
        content:
          application/json: # wrong
            schema: { type: string }
webhooks:
  done:
    post:
      requestBody:
        content:
          application/json: # wrong
            schema: { $ref: '#/components/schemas/List' }
components: { schemas: { List: { items: {} } } }
",
    );
}

#[test]
fn formats_of_numbers_may_be_said_around_them() {
    check(
        "DATA-03",
        "
openapi: 3.0.3
components:
  schemas:
    Nullable: # wrong
      type: integer
      nullable: true
    Around: { format: int64, anyOf: [{ type: integer }, { type: string }] }
    Below: { type: integer, allOf: [{ format: int32 }] }
    Asked: { not: { type: integer } }
    Closed: { type: integer, enum: [1] }
    Map: # wrong
      additionalProperties: { type: object, properties: { a: { type: integer, format: int32 } } }
      type: number
      format: currency
    not: # wrong
      type: number
",
    );
}

#[test]
fn bounds_may_be_said_around_and_below() {
    check(
        "DATA-04",
        "
openapi: 3.1.0
components:
  schemas:
    Around: { maxLength: 10, anyOf: [{ type: string }, { type: 'null' }] }
    Below: { type: string, allOf: [{ $ref: '#/components/schemas/Short' }] }
    Beside: { $ref: '#/components/schemas/Short', description: Short. }
    Short: { type: string, pattern: '^a$' }
    Exclusive: { type: integer, exclusiveMinimum: 0, exclusiveMaximum: 10 }
    Half: { type: [number, 'null'], exclusiveMinimum: 0 } # wrong
    Tuple: { type: array, prefixItems: [{ type: boolean }], items: false }
    Open: { type: array, items: { type: boolean } } # wrong
    Fixed: { type: string, const: a }
    Mail: { type: string, format: email } # wrong
    Asked: { if: { type: string }, contains: { type: array } }
    Nothing: {}
",
    );
    // In 3.0 `exclusiveMinimum` only says how `minimum` is meant.
    check(
        "DATA-04",
        "openapi: 3.0.3\ncomponents:\n  schemas:\n    A: { type: integer, exclusiveMinimum: true, maximum: 3 } # wrong\n",
    );
    check(
        "DATA-04 requests_only: true",
        "
paths:
  /a:
    post:
      requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Both' } } } }
      responses:
        '200': { content: { application/json: { schema: { properties: { a: { type: string }, b: { $ref: '#/components/schemas/Both' } } } } } }
components:
  schemas:
    Both: { properties: { c: { type: string } } } # wrong
",
    );
}

#[test]
fn null_is_seen_in_every_form_and_allowed_in_merge_patches() {
    check(
        "DATA-06",
        "
openapi: 3.1.0
paths:
  /a/{id}:
    patch:
      requestBody: { content: { application/merge-patch+json: { schema: { $ref: '#/components/schemas/Change' } } } }
      responses: { '200': { content: { application/json: { schema: { $ref: '#/components/schemas/Answer' } } } } }
components:
  schemas:
    Change: { properties: { tags: { type: [array, 'null'] }, flag: { $ref: '#/components/schemas/Flag' } } }
    Answer:
      properties:
        flag: { $ref: '#/components/schemas/Flag' }
        list: # wrong
          oneOf: [{ $ref: '#/components/schemas/List' }, { type: 'null' }]
        text: { type: [string, 'null'] }
    Flag: # wrong
      type: [boolean, 'null']
    List: { type: array }
",
    );
    check(
        "DATA-06",
        "
openapi: 3.0.3
components:
  schemas:
    A: { type: boolean, nullable: true } # wrong
    B: { type: array, nullable: false }
    C: { type: string, nullable: true }
",
    );
}

/// A schema with one property.
fn property(name: &str, schema: &Value) -> String {
    let contract = json!({
        "openapi": "3.1.0", "info": {}, "paths": {},
        "components": { "schemas": {
            "It": { "type": "object", "properties": { name: schema } },
            "Day": { "type": "string", "format": "date" },
            "Bare": { "type": "string" }
        } }
    });
    contract.to_string()
}

fn judged(rule: &str, name: &str, schema: &Value) -> Option<bool> {
    let verdict = verdict(rule, &property(name, schema), Facts::default());
    let applied = verdict.coverage.iter().any(|coverage| coverage.applied > 0);
    applied.then_some(verdict.findings.is_empty())
}

#[test]
fn dates_are_known_by_their_names() {
    let text = json!({ "type": "string" });
    let number = json!({ "type": "integer" });
    let moment = json!({ "type": "string", "format": "date-time" });
    let (right, wrong, not_meant) = (Some(true), Some(false), None);
    for (name, schema, expected) in [
        ("createdAt", &text, wrong),
        ("created_at", &text, wrong),
        ("created-at", &number, wrong),
        ("createdAt", &moment, right),
        ("startDate", &text, wrong),
        ("STARTDATE", &text, not_meant),
        ("timestamp", &number, wrong),
        ("paidOn", &text, wrong),
        ("updatedOn", &text, wrong),
        ("isOn", &text, not_meant),
        ("date", &json!({ "$ref": "#/components/schemas/Day" }), right),
        ("date", &json!({ "$ref": "#/components/schemas/Bare" }), wrong),
        ("dateOfBirth", &moment, wrong),
        ("tenantDateOfBirth", &json!({ "type": ["string", "null"], "format": "date" }), not_meant),
        ("birthDate", &moment, wrong),
        ("openingTime", &text, wrong),
        ("openingTime", &json!({ "type": "string", "pattern": "^[0-9]{2}:[0-9]{2}$" }), right),
        ("responseTime", &number, not_meant),
        ("locatedAt", &text, not_meant),
        ("livesAt", &text, not_meant),
        ("at", &text, not_meant),
        ("format", &text, not_meant),
        ("candidate", &text, not_meant),
        ("update", &text, not_meant),
        ("validUntil", &text, not_meant),
        ("reportedAt", &json!({ "anyOf": [{ "type": "string", "format": "date-time" }, { "type": "null" }] }), right),
        ("reportedAt", &json!({ "type": "boolean" }), not_meant),
        ("startDate", &json!({ "type": "object" }), not_meant),
        ("startDate", &json!({}), not_meant),
    ] {
        assert_eq!(judged("TIME-01", name, schema), expected, "{name}: {schema}");
    }
}

#[test]
fn parameters_are_dates_too_and_headers_are_not() {
    check(
        "TIME-01",
        "
paths:
  /a:
    get:
      parameters:
        - { $ref: '#/components/parameters/From' }
        - { name: If-Modified-Since-Date, in: header, schema: { type: string } }
components:
  parameters:
    From:
      name: from_date
      in: query
      schema: # wrong
        type: string
",
    );
}

#[test]
fn money_is_known_by_its_names() {
    let number = json!({ "type": "number" });
    let whole = json!({ "type": "integer" });
    let text = json!({ "type": "string" });
    let (right, wrong, not_meant) = (Some(true), Some(false), None);
    for (name, schema, expected) in [
        ("price", &number, wrong),
        ("weeklyRent", &whole, wrong),
        ("service_fee", &json!({ "type": ["number", "null"] }), wrong),
        ("price", &json!({ "type": "object" }), right),
        ("priceCount", &whole, not_meant),
        ("costPercentage", &number, not_meant),
        ("rentPeriod", &text, not_meant),
        ("current", &number, not_meant),
        ("coffee", &number, not_meant),
        ("amount", &number, not_meant),
        ("amount", &whole, not_meant),
        ("netAmount", &number, wrong),
        ("amount", &json!({ "type": "string", "pattern": r"^[0-9]+\.[0-9]{2}$" }), wrong),
        ("amount", &json!({ "type": "string", "pattern": "^[0-9]+ (cups|spoons)$" }), not_meant),
        ("currency", &text, wrong),
        ("currency", &json!({ "type": "string", "enum": ["GBP"] }), right),
        ("countryCode", &text, wrong),
        ("countryCode", &json!({ "type": "string", "maxLength": 2 }), right),
        ("language_code", &json!({ "type": "string", "maxLength": 60 }), wrong),
        ("country", &text, not_meant),
        ("code", &text, not_meant),
        ("tradeCode", &text, not_meant),
    ] {
        assert_eq!(judged("DATA-07", name, schema), expected, "{name}: {schema}");
    }
    check(
        "DATA-07",
        "
components:
  schemas:
    Money:
      properties:
        amount: { type: number } # wrong
        currencyCode: { type: string, pattern: '^[A-Z]{3}$' }
",
    );
}

#[test]
fn identifiers_with_noughts_are_known_by_their_names() {
    let number = json!({ "type": "integer" });
    let text = json!({ "type": "string" });
    let pattern = json!({ "type": "string", "pattern": "^[0-9]+$" });
    let (right, wrong, not_meant) = (Some(true), Some(false), None);
    for (name, schema, expected) in [
        ("uprn", &number, wrong),
        ("UPRN", &text, wrong),
        ("parentUprn", &pattern, right),
        ("nhs_number", &number, wrong),
        ("sort-code", &text, wrong),
        ("phoneNumber", &text, wrong),
        ("houseNumber", &number, not_meant),
        ("repairId", &number, not_meant),
        ("uprnCount", &number, not_meant),
        ("uprns", &json!({ "type": "array" }), not_meant),
        ("uprn", &json!({ "type": "object" }), not_meant),
    ] {
        assert_eq!(judged("DATA-08", name, schema), expected, "{name}: {schema}");
    }
}

#[test]
fn places_say_their_reference_system_once_for_all_or_each() {
    let contract = "
components:
  schemas:
    A: { properties: { easting: {}, northing: {} } } # wrong
    B: { properties: { type: { const: Point }, coordinates: {} } } # wrong
    C: { properties: { type: { const: Point }, coordinates: { $ref: '#/components/schemas/Coordinates' } } }
    D: { properties: { type: { const: bus }, coordinates: {} } }
    E: { properties: { plate: {}, flat: {}, salon: {} } }
    Coordinates: { type: array, description: 'Longitude, latitude, in ETRS89.' }
";
    check("DATA-09", contract);
    let for_all = format!("{}info: {{ description: All places are in wgs 84. }}\n", contract.replace(" # wrong", ""));
    check("DATA-09", &for_all);
    check(
        "DATA-09 pairs_allowed: true",
        "components: { schemas: { A: { description: WGS 84, properties: { lat: {}, lng: {} } } } }\n",
    );
    check(
        "DATA-09",
        "components:\n  schemas:\n    A: { description: WGS 84, properties: { lat: {}, lng: {} } } # wrong\n",
    );
}

#[test]
fn lists_are_told_from_what_only_holds_one() {
    check(
        "PAGE-01",
        "
paths:
  /short: { get: { responses: { '200': { content: { application/json: { schema: { properties: { short: { type: array, maxItems: 20 } } } } } } } } }
  /closed: { get: { responses: { '200': { content: { application/json: { schema: { properties: { closed: { type: array, items: { enum: [a] } } } } } } } } } }
  /service-status: { get: { responses: { '200': { content: { application/json: { schema: { properties: { checks: { type: array } } } } } } } } }
  /repairs/{id}: { get: { responses: { '200': { content: { application/json: { schema: { properties: { items: { type: array } } } } } } } } }
  /csv: { get: { responses: { '200': { content: { text/csv: {} } } } } }
  /rent-accounts:
    get: # wrong
      responses: { '200': { $ref: '#/components/responses/Accounts' } }
  /bare:
    get: # wrong
      responses: { '200': { content: { application/json: { schema: { type: array } } } } }
  /linked:
    parameters: [{ $ref: '#/components/parameters/Limit' }, { $ref: '#/components/parameters/Cursor' }]
    get:
      responses: { '200': { headers: { link: {} }, content: { application/json: { schema: { properties: { linked: { type: array } } } } } } }
  /items:
    parameters: [{ $ref: '#/components/parameters/Limit' }, { $ref: '#/components/parameters/Cursor' }]
    get: # wrong
      responses: { '200': { content: { application/json: { schema: { properties: { data: { type: array } } } } } } }
components:
  responses:
    Accounts: { content: { application/json: { schema: { allOf: [{ $ref: '#/components/schemas/Accounts' }] } } } }
  schemas:
    Accounts: { properties: { rentAccounts: { $ref: '#/components/schemas/List' } } }
    List: { type: array, maxItems: 1000 }
  parameters:
    Limit:
      name: limit
      in: query
      schema: { type: integer, default: 20 } # wrong
    Cursor: { name: cursor, in: query }
",
    );
    check(
        "PAGE-01 size: [per_page], start: [page], next: [total]",
        "
paths:
  /repairs:
    get:
      parameters: [{ name: per_page, in: query, schema: { default: 20, enum: [20, 50] } }, { name: page, in: query }]
      responses: { '200': { content: { application/json: { schema: { properties: { repairs: { type: array }, total: {} } } } } } }
",
    );
}

#[test]
fn headers_are_found_in_any_case_and_by_reference() {
    check(
        "CACHE-01",
        "
paths:
  /a:
    get: { responses: { '200': { headers: { cache-control: { $ref: '#/components/headers/Cache' } } }, '404': {} } }
    post: { responses: { '200': {} } }
  /b: { get: { responses: { '200': { $ref: '#/components/responses/Bare' } } } }
  /c: { get: { responses: { '200': { $ref: '#/components/responses/Bare' } } } }
components:
  headers: { Cache: { schema: { type: string } } }
  responses:
    Bare: { description: Bare } # wrong
",
    );
    let contract = "
paths: # wrong
  /a: { get: { responses: { '200': {} } } }
";
    check("RATE-01", contract);
    check("RATE-01", "webhooks: { a: { post: {} } }\n");
    check(
        "RATE-01 each_operation: true",
        "
paths:
  /a:
    get: { responses: { '200': {}, '429': { headers: { RETRY-AFTER: {} } } } }
    put: { responses: { '200': {}, 4XX: {} } }
    post: # wrong
      responses:
        '200': {}
        '503': {} # wrong
",
    );
}

#[test]
fn addresses_in_the_clear_are_found_everywhere_and_mended() {
    let contract = "openapi: 3.1.0
servers:
  - url: http://a.example # wrong
  - url: \"HTTP://b.example\" # wrong
  - url: ws://c.example/{version} # wrong
    variables: { version: { default: http } }
paths:
  /a:
    servers:
      - url: https://d.example
      - url: http://e.example # wrong
    get:
      servers:
        - url: /relative
        - url: http://f.example # wrong
";
    check("SEC-01", contract);
    let mended = fixed("SEC-01", contract);
    for address in ["url: https://a.example ", "url: \"https://b.example\" ", "https://e.example", "https://f.example"]
    {
        assert!(mended.contains(address), "{address} in\n{mended}");
    }
    assert!(mended.contains("wss://c.example/{version}"), "{mended}");
    check(
        "AUTH-04",
        "
components:
  securitySchemes:
    a:
      type: openIdConnect
      openIdConnectUrl: http://hub.example/.well-known/openid-configuration # wrong
    b: { $ref: '#/components/securitySchemes/c' }
    c:
      type: oauth2
      flows:
        password: # wrong
          tokenUrl: /oauth/token
          refreshUrl: https://hub.example/oauth/token
        x-note: { tokenUrl: 'http://a' }
",
    );
}

fn of_audience(audience: &str) -> Facts {
    Facts { audience: Some(audience.to_owned()), ..Facts::default() }
}

#[test]
fn open_operations_are_for_public_apis() {
    let open = "
paths:
  /a:
    get:
      security: [] # wrong
    put: # wrong
      responses: {}
    post:
      security: [{ hansom: [] }, {}] # wrong
    delete: { security: [{ hansom: [] }] }
";
    check_with("AUTH-01", open, of_audience("internal"));
    let kept = |contract: &str| contract.replacen("[] # wrong", "[]", 1).replacen("{}] # wrong", "{}]", 1);
    check_with("AUTH-01", &kept(open), of_audience("public"));
    check("AUTH-01", &kept(open));
    check("AUTH-01", &format!("{open}info: {{ x-audience: controlled }}\n"));
    check_with(
        "AUTH-01",
        "security: []\npaths:\n  /a:\n    get: {} # wrong\n    put: {} # wrong\n",
        of_audience("controlled"),
    );
}

#[test]
fn schemes_are_judged_by_type_and_place() {
    check(
        "AUTH-02 http_schemes: [bearer]",
        "
components:
  securitySchemes:
    a: { type: http, scheme: Bearer }
    b: { type: http, scheme: digest } # wrong
    c: { type: mutualTLS }
    d: { type: apiKey, in: header, name: X-Key } # wrong
    e: {}
",
    );
    check(
        "AUTH-03",
        "
components:
  securitySchemes:
    a: { type: apiKey, in: cookie, name: session } # wrong
    b: { type: apiKey, in: header, name: X-Key }
    c: { type: oauth2, in: query }
  parameters:
    A: { name: access_token, in: cookie } # wrong
    B: { name: access_token, in: header }
    C: { name: tokens_shown, in: cookie }
",
    );
}

#[test]
fn scopes_are_asked_for_in_every_alternative() {
    let schemes = "
components:
  securitySchemes:
    hansom: { type: oauth2, flows: { clientCredentials: { scopes: { 'a:read': Read., 'a:write': Write. } } } }
    google: { type: openIdConnect }
    card: { type: mutualTLS }
";
    check(
        "AUTH-05",
        &format!(
            "
security:
  - hansom: [a:list] # wrong
paths:
  /a:
    get: {{}}
    post: {{}}
    put: # wrong
      security: [{{ hansom: [a:write] }}, {{ google: [] }}]
    patch: {{ security: [{{ card: [] }}] }}
    delete: {{ security: [{{ card: [], google: [openid] }}] }}
  /b:
    post: {{ security: [] }}
    put: {{ security: [{{ unknown: [] }}] }}
    delete: # wrong
      security: [{{ hansom: [] }}]
{schemes}"
        ),
    );
    check(
        "AUTH-05 separator: '.', parts: 3",
        "
components:
  securitySchemes:
    a:
      type: oauth2
      flows:
        clientCredentials:
          scopes:
            app.repair.read: Read.
            repair.read: Read. # wrong
            openid: Who you are.
",
    );
}

#[test]
fn the_health_operation_says_nothing_of_the_inside() {
    check(
        "OPS-01",
        "
paths:
  /health/:
    get:
      responses:
        '200': { content: { application/json: { schema: { $ref: '#/components/schemas/Health' } } } }
        '503': { content: { application/json: { schema: { $ref: '#/components/schemas/Health' } } } }
components:
  schemas:
    Health:
      properties:
        status: { type: string }
        itself: { $ref: '#/components/schemas/Health' }
        checks:
          type: array
          items:
            properties:
              name: {}
              host_name: {} # wrong
",
    );
    check("OPS-01", "paths: # wrong\n  /status: { get: {} }\n  /health: { post: {} }\n");
    check("OPS-01 paths: [/status]", "paths: { /status: { get: {} } }\n");
}

#[test]
fn no_rule_minds_parts_of_the_wrong_kind() {
    let profile = Profile::bundled("uk-council").expect("it reads");
    let odd =
        [Value::Null, json!(7), json!("text"), json!([[], {}]), json!({ "$ref": "#/paths" }), json!({ "": null })];
    for rule in rules::ALL.iter().filter(|rule| rule.check.is_some()) {
        let text = whole(&rule.page().bad);
        let sources = Sources::of_text("openapi.yaml", &text, &Limits::default()).expect("the example reads");
        let whole = sources.root().to_json();
        let pointers: Vec<String> = sources.document().nodes().map(|node| node.pointer()).collect();
        for pointer in pointers {
            for value in &odd {
                let mut changed = whole.clone();
                if let Some(part) = changed.pointer_mut(&pointer) {
                    *part = value.clone();
                }
                if let Ok(sources) = Sources::of_text("openapi.json", &changed.to_string(), &Limits::default()) {
                    let verdict = lint(&sources, Facts::default(), &profile);
                    assert_eq!(verdict.coverage.len(), profile.rules.len(), "{rule:?} at {pointer}: {value}");
                }
            }
        }
    }
}
