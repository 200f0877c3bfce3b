//! What does a mock answer?

use hansom_domain::{AccessRule, AccessRules, Audience, OperationSet};
use hansom_gateway::snapshot::*;
use serde_json::{Value, json};

use crate::stage::*;

fn parameter(name: &str, location: &str, required: bool, schema: Value) -> ParameterContract {
    ParameterContract { name: name.into(), location: location.into(), required, schema, explode: true }
}

fn answer(status: &str, media_type: &str, examples: &[(&str, Value)]) -> AnswerContract {
    let examples = examples.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    AnswerContract {
        status: status.into(),
        headers: vec![],
        media: vec![MediaAnswer { media_type: media_type.into(), examples }],
    }
}

fn operation(id: &str, method: &str, path: &str, contract: OperationContract) -> OperationDocument {
    OperationDocument {
        id: id.into(),
        method: method.into(),
        path: path.into(),
        upgrades: false,
        contract: Some(contract),
    }
}

/// An API that runs nowhere yet, at `/bins/v1`, open to anyone.
pub fn mocked() -> VersionDocument {
    let anyone = AccessRule {
        operations: OperationSet::from_list(vec!["*".into()]).expect("operations"),
        groups: vec![],
        granted_applications: false,
        anyone: true,
    };
    let one = one_booking();
    let gone = AnswerContract { status: "204".into(), headers: vec![], media: vec![] };
    let delete = OperationContract { answers: vec![gone], ..one.clone() };
    VersionDocument {
        api: word("bins"),
        major: word("v1"),
        release: 1,
        info_version: "1.4.2".into(),
        title: "Bins".into(),
        owner: word("bins@hackney.example"),
        status: hansom_domain::Status::Alpha,
        audience: Audience::Public,
        sunset: None,
        deprecated_at: None,
        successor: None,
        limits: hansom_domain::Limits::default(),
        quotas: hansom_domain::Quotas::default(),
        cross_origin: None,
        access: AccessRules::new(vec![anyone], Audience::Public).expect("rules"),
        target: Target::Mock,
        operations: vec![
            operation("list", "GET", "/collections", collections()),
            operation("book", "POST", "/bookings", booking()),
            operation("get", "GET", "/bookings/{id}", one),
            operation("delete", "DELETE", "/bookings/{id}", delete),
        ],
    }
}

fn collections() -> OperationContract {
    let limit = json!({ "type": "integer", "minimum": 1, "maximum": 100 });
    let kind = json!({ "type": "array", "items": { "enum": ["paper", "glass"] } });
    let round = json!({ "type": "string", "pattern": "^(a+)+$" });
    let problem = "application/problem+json";
    OperationContract {
        parameters: vec![
            parameter("limit", "query", false, limit),
            parameter("kind", "query", false, kind),
            parameter("X-Round", "header", false, round),
        ],
        body: None,
        answers: vec![
            answer("404", problem, &[("none", json!({ "code": "none" }))]),
            answer("200", "application/json", &[("two", json!([1, 2])), ("empty", json!([]))]),
            answer("5XX", problem, &[("broken", json!({ "code": "broken" }))]),
        ],
    }
}

fn booking() -> OperationContract {
    let schema = json!({
        "type": "object", "required": ["uprn"], "additionalProperties": false,
        "properties": {
            "uprn": { "type": "string", "pattern": "^[0-9]{12}$" },
            "items": { "type": "array", "items": { "type": "integer" } },
        },
    });
    let mut created = answer("201", "application/json", &[("booked", json!({ "id": 7 }))]);
    created.headers = vec![
        ("Location".into(), Some(json!("/bins/v1/bookings/7"))),
        ("X-Left".into(), Some(json!(3))),
        ("X-None".into(), None),
    ];
    let media = vec![("application/json".into(), Some(schema))];
    OperationContract { parameters: vec![], body: Some(BodyContract { required: true, media }), answers: vec![created] }
}

fn one_booking() -> OperationContract {
    OperationContract {
        parameters: vec![parameter("id", "path", true, json!({ "type": "integer" }))],
        body: None,
        answers: vec![answer("200", "text/calendar", &[("one", json!("BEGIN:VCALENDAR"))])],
    }
}

fn get(stage: &Stage, path: &str, fields: &[&str]) -> Answer {
    call(stage.sandbox, "GET", path, fields, "")
}

#[test]
fn a_mock_answers_the_lowest_success_with_its_first_example() {
    let stage = Stage::new();
    let answer = get(&stage, "/bins/v1/collections", &[]);
    assert_eq!((answer.status, answer.body.as_str()), (200, "[1,2]"));
    assert_eq!(answer.field("content-type"), "application/json");
    assert_eq!(answer.field("hansom-mock"), "true");
    let text = get(&stage, "/bins/v1/bookings/7", &[]);
    assert_eq!((text.body.as_str(), text.field("content-type")), ("BEGIN:VCALENDAR", "text/calendar"));
    let deleted = call(stage.sandbox, "DELETE", "/bins/v1/bookings/7", &[], "");
    assert_eq!((deleted.status, deleted.body.as_str()), (204, ""));
}

#[test]
fn prefer_chooses_by_status_and_by_name_and_the_answer_says_so() {
    let stage = Stage::new();
    for (prefer, status, body) in [
        ("code=404", 404, "{\"code\":\"none\"}"),
        ("example=empty", 200, "[]"),
        ("example=none", 404, "{\"code\":\"none\"}"),
        ("code=200, example=empty", 200, "[]"),
        ("code=\"200\"; example=\"empty\"", 200, "[]"),
        ("code=503", 503, "{\"code\":\"broken\"}"),
    ] {
        let answer = get(&stage, "/bins/v1/collections", &[&format!("Prefer: {prefer}")]);
        assert_eq!((answer.status, answer.body.as_str()), (status, body), "{prefer}");
        assert!(!answer.field("preference-applied").is_empty(), "{prefer}");
    }
    assert_eq!(get(&stage, "/bins/v1/collections", &["Prefer: respond-async"]).status, 200);
}

#[test]
fn an_answer_that_the_contract_does_not_have_is_406_and_names_those_it_has() {
    let stage = Stage::new();
    for field in ["Prefer: code=418", "Prefer: example=nowhere", "Prefer: code=200, example=none", "Accept: image/png"]
    {
        let problem = get(&stage, "/bins/v1/collections", &[field]).refused(406, "not-acceptable");
        let detail = problem["detail"].as_str().expect("a detail");
        assert!(detail.contains("200 (application/json: two, empty)"), "{detail}");
    }
    for field in ["Accept: */*", "Accept: application/*", "Accept: text/html, application/json;q=0.5"] {
        assert_eq!(get(&stage, "/bins/v1/collections", &[field]).status, 200, "{field}");
    }
}

#[test]
fn parameters_that_break_the_contract_are_400_and_each_is_named() {
    let stage = Stage::new();
    for (query, pointer) in
        [("limit=0", "/limit"), ("limit=x", "/limit"), ("limit=1&limit=2", "/limit"), ("kind=paper,tin", "/kind/1")]
    {
        let problem = get(&stage, &format!("/bins/v1/collections?{query}"), &[]).refused(400, "invalid-request");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
        assert_eq!(problem["errors"][0]["in"], "query");
    }
    for query in ["limit=5", "kind=paper", "kind=paper&kind=glass", "kind=paper,glass", "other=1", ""] {
        assert_eq!(get(&stage, &format!("/bins/v1/collections?{query}"), &[]).status, 200, "{query}");
    }
    let problem = get(&stage, "/bins/v1/bookings/seven", &[]).refused(400, "invalid-request");
    assert_eq!(problem["errors"][0]["pointer"], "/id");
    let evil = format!("X-Round: {}!", "a".repeat(5000));
    get(&stage, "/bins/v1/collections", &[&evil]).refused(400, "invalid-request");
}

#[test]
fn a_body_that_breaks_the_contract_is_400_with_the_place_of_each_fault() {
    let stage = Stage::new();
    let post = |body: &str, media: &str| {
        call(stage.sandbox, "POST", "/bins/v1/bookings", &[&format!("Content-Type: {media}")], body)
    };
    let good = post("{\"uprn\":\"100021045676\"}", "application/json; charset=utf-8");
    assert_eq!((good.status, good.field("location"), good.field("x-left")), (201, "/bins/v1/bookings/7", "3"));
    let problem = post("{\"uprn\":\"7\",\"items\":[1,\"x\"]}", "application/json").refused(400, "invalid-request");
    let pointers: Vec<&str> =
        problem["errors"].as_array().expect("errors").iter().filter_map(|e| e["pointer"].as_str()).collect();
    assert!(pointers.contains(&"/uprn") && pointers.contains(&"/items/1"), "{problem}");
    for body in ["{", "[1", "{\"uprn\":\"100021045676\",\"x\":1}", &"[".repeat(10_000)] {
        post(body, "application/json").refused(400, "invalid-request");
    }
    post("", "application/json").refused(400, "invalid-request");
    post("<a/>", "application/xml").refused(415, "unsupported-media-type");
}

#[test]
fn a_contract_with_a_schema_that_cannot_be_is_set_aside_alone() {
    let stage = Stage::new();
    for schema in [
        json!({ "type": 7 }),
        json!({ "pattern": "(" }),
        json!({ "$ref": "http://127.0.0.1:1/x" }),
        json!({ "$ref": "file:///etc/passwd" }),
    ] {
        let mut document = document(&stage.issuer, &stage.upstream);
        let operation = &mut document.environments[1].versions[1].operations[0];
        operation.contract.as_mut().expect("a contract").parameters[0].schema = schema;
        let compiled = hansom_gateway::Snapshot::compile(document);
        let what: Vec<&str> = compiled.set_aside.iter().map(|aside| aside.what.as_str()).collect();
        assert_eq!(what, ["bins v1 in sandbox"]);
    }
}

#[test]
fn d57_json_that_is_deep_wide_or_strange_is_400_in_bounded_time() {
    let stage = Stage::new();
    let wide: String = (0..9000).map(|number| format!("\"k{number}\":1,")).collect();
    for body in [
        "[".repeat(90_000),
        "{\"a\":".repeat(15_000),
        format!("{{{wide}\"uprn\":\"100021045676\"}}"),
        "{\"uprn\":1e999999}".to_owned(),
        "{\"uprn\":NaN}".to_owned(),
        "{\"uprn\":\"\\ud800\"}".to_owned(),
        "\u{feff}{\"uprn\":\"100021045676\"}".to_owned(),
        "{\"uprn\":\"\u{0}\"}".to_owned(),
    ] {
        call(stage.sandbox, "POST", "/bins/v1/bookings", &["Content-Type: application/json"], &body)
            .refused(400, "invalid-request");
    }
}

#[test]
fn d59_a_pattern_that_could_run_back_and_forth_is_matched_in_one_pass() {
    let stage = Stage::new();
    let round = format!("X-Round: {}!", "a".repeat(20_000));
    get(&stage, "/bins/v1/collections", &[&round]).refused(400, "invalid-request");
}
