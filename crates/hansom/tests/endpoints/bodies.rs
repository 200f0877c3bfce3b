//! Does the control API take anything that its contract does not name?

use serde_json::{Value, json};

use crate::town::{Demo, Scratch};

/// What an attacker would like to be believed.
const UNASKED: [(&str, &str); 6] = [
    ("role", "admin"),
    ("administrator", "true"),
    ("id", "00000000000000000000000000000000"),
    ("state", "approved"),
    ("requestedBy", "00000000000000000000000000000000"),
    ("__proto__", "x"),
];

/// The example of a body, or of one of its media types.
fn example(operation: &Value) -> Option<Value> {
    let media = &operation["requestBody"]["content"]["application/json"];
    let named = media["examples"].as_object().and_then(|examples| examples.values().next());
    let example = media.get("example").or_else(|| named.and_then(|named| named.get("value")));
    operation.get("requestBody").map(|_| example.cloned().unwrap_or_else(|| json!({})))
}

#[tokio::test]
async fn h98_no_body_takes_a_member_that_the_contract_does_not_name() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let mut grace = demo.sign_in("grace.obi@hackney.example").await;
    let contract = demo.get(&format!("{}/api/v1/openapi.json", demo.url("hub")), None).await.json();
    let mut tried = 0;
    for (path, operations) in contract["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let Some(example) = example(operation) else { continue };
            let path = path
                .split('/')
                .map(|part| match part {
                    "{slug}" => "repairs",
                    "{address}" => "partners@hackney.example",
                    part if part.starts_with('{') => "00000000000000000000000000000000",
                    part => part,
                })
                .collect::<Vec<_>>()
                .join("/");
            for (name, value) in UNASKED {
                let mut body = example.clone();
                if body.get(name).is_some() {
                    continue;
                }
                body[name] = json!(value);
                let answer = grace.api(&method.to_uppercase(), &path, &body).await;
                assert!((400..500).contains(&answer.status), "{method} {path} with {name}: {}", answer.text);
                let problem = answer.is_problem(400, "bad-request");
                let pointer = problem["errors"][0]["pointer"].as_str().unwrap_or_default();
                assert_eq!(pointer, format!("/{name}"), "{method} {path}: {problem}");
                tried += 1;
            }
        }
    }
    assert!(tried > 60, "{tried}");
}
