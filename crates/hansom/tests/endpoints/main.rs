//! Is every endpoint of every listener in one table, and does each give strangers, other teams and programs what it says?
#![expect(clippy::disallowed_methods, reason = "an end-to-end test is the outside: it reads files")]

mod asking;
mod bodies;
mod browsers;
mod sources;
mod table;
#[path = "../town/mod.rs"]
#[expect(dead_code, reason = "the platform's tests use more of the town")]
mod town;

use std::collections::BTreeSet;

use asking::{Asker, belongings, filled, told};
use table::TABLE;
use town::{Demo, Scratch};

/// The whole table as it is today, in the form in which it stands in `table.rs`.
async fn found(demo: &Demo, routes: &BTreeSet<(String, String, String)>) -> Vec<String> {
    let own = belongings(demo).await;
    let hub = demo.url("hub");
    let program = demo.token(&hub).await.access_token();
    let mut rows = vec![];
    for (base, path, method) in routes {
        let address = filled(path, &own);
        assert!(!address.contains('{'), "{path}: say in `filled` what stands for its names");
        let amina = demo.sign_in("amina.yusuf@hackney.example").await;
        let mut answers = vec![];
        for mut asker in [Asker::Stranger, Asker::Person(amina), Asker::Program(program.clone())] {
            let answer = asker.ask(demo, &own, (base, method, &address)).await;
            assert!(answer.status < 500, "{method} {path}: {}", answer.text);
            answers.push(told(&answer));
        }
        let [stranger, person, program] = answers.as_slice() else { unreachable!() };
        rows.push(format!("{base} {method} {path} | {stranger} | {person} | {program}"));
    }
    rows
}

/// Every route of the sources and of the control API's contract: listener, path, method.
async fn laid(demo: &Demo) -> BTreeSet<(String, String, String)> {
    let laid = sources::laid();
    assert_eq!(laid.unread, Vec::<String>::new(), "routes are laid by texts and constants");
    let contract = demo.get(&format!("{}/api/v1/openapi.json", demo.url("hub")), None).await.json();
    let mut described = 0;
    // The gateway has no router: what it serves comes with the snapshot. One operation stands for all, beside what is its own.
    let of_gateway = ["/authz", "/repairs/v1/repairs"].map(|path| ("production".into(), path.into(), "GET".into()));
    let mut routes = BTreeSet::from(of_gateway);
    for (path, operations) in contract["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            if operation["operationId"].is_string() {
                described += 1;
                routes.insert(("hub".to_owned(), format!("/api/v1{path}"), method.to_uppercase()));
            }
        }
    }
    assert_eq!(laid.operations, described, "the contract describes every operation");
    for route in laid.routes {
        let (method, path) = route.split_once(' ').unwrap();
        let listener = if matches!(path, "/live" | "/ready" | "/metrics") { "operations" } else { "hub" };
        routes.insert((listener.to_owned(), path.to_owned(), method.to_owned()));
    }
    routes
}

#[tokio::test]
async fn every_endpoint_gives_a_stranger_another_team_and_a_program_what_the_table_says() {
    let scratch = Scratch::new();
    let demo = Demo::start(&scratch.0).await;
    let found = found(&demo, &laid(&demo).await).await;
    let said: Vec<_> = TABLE.lines().filter(|line| !line.is_empty()).collect();
    let missing: Vec<_> = found.iter().filter(|row| !said.contains(&row.as_str())).collect();
    let gone: Vec<_> = said.iter().filter(|row| !found.iter().any(|found| found == *row)).collect();
    assert!(
        missing.is_empty() && gone.is_empty(),
        "the table is not what is there. There, and not in the table:\n{missing:#?}\nIn the table, and not there:\n{gone:#?}"
    );
}

#[test]
fn h98_nothing_in_the_table_lets_anybody_at_what_is_anothers_or_lets_a_stranger_change_anything() {
    let mut theirs = 0;
    for row in TABLE.lines().filter(|line| !line.is_empty()) {
        let [endpoint, stranger, person, program]: [&str; 4] =
            row.split(" | ").collect::<Vec<_>>().try_into().unwrap_or_else(|_| panic!("{row} has four cells"));
        let (method, path) = endpoint.split_once(' ').and_then(|(_, rest)| rest.split_once(' ')).unwrap();
        let changes = method != "GET" && path != "/playbook/editor";
        assert!(!changes || stranger.starts_with('4'), "{row}");
        assert!(!changes || !path.starts_with("/api") || program.starts_with("403"), "{row}");
        let is_theirs = [
            "applications/{",
            "grants/{",
            "waivers/{",
            "refusals/{",
            "groups/{",
            "families/{",
            "consents/{",
            "feedback/{",
            "threads/{",
        ]
        .iter()
        .any(|part| path.contains(part));
        // An address that takes a form only leads to the page that has it, whoever asks.
        let is_theirs = is_theirs && ![person, stranger].iter().all(|cell| *cell == "303");
        if is_theirs {
            theirs += 1;
            assert!(person.starts_with("404"), "{row}");
            assert!(!program.starts_with('2') && !stranger.starts_with('2'), "{row}");
        }
    }
    assert!(theirs > 20, "{theirs}");
}
