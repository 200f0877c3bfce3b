//! Do those who run the platform see what they must, and nobody else? Bad input 98, 100, 102.

use hansom_control::{CertificateReport, CheckReport, NodeReport, OutReport, ReportedNode, SetAsideReport};
use http::StatusCode;

use crate::town::{ADMINISTRATORS, Someone, Town};

const DIGITAL: &str = "digital@hackney.example";
const REPAIRS: &str = "housing-repairs@hackney.example";
/// Pages of those who run the platform alone.
const THEIRS: [&str; 4] = ["/platform", "/audit", "/audit.csv", "/notices"];

async fn shown(someone: &Someone, address: &str) -> String {
    let answer = someone.get(address).await;
    assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.text);
    answer.text
}

/// The ids of the entries on a page of the trail, in its order.
fn entries(page: &str) -> Vec<String> {
    let after = page.split("href=\"/audit/").skip(1);
    after.map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

async fn report(town: &Town, id: &str, generation: Option<u64>, report: &NodeReport) {
    let started_at = town.control.clock().now();
    let node = ReportedNode { id, name: id, role: "all", version: "0.1.0", started_at, generation };
    town.control.report_node(node, report).await.unwrap();
}

#[tokio::test]
async fn h98_what_is_for_those_who_run_the_platform_is_for_nobody_else() {
    let town = Town::with_council().await;
    let ben = town.person("Ben", &[DIGITAL]).await;
    let chief = town.person("Chief", &[ADMINISTRATORS]).await;
    for address in THEIRS {
        assert_eq!(town.stranger().get(address).await.status, StatusCode::SEE_OTHER, "{address}");
        assert_eq!(ben.get(address).await.status, StatusCode::FORBIDDEN, "{address}");
        assert_eq!(chief.get(address).await.status, StatusCode::OK, "{address}");
    }
    assert_eq!(ben.post("/notices/test", &[]).await.status, StatusCode::FORBIDDEN);
    let entry = entries(&shown(&chief, "/audit").await).remove(0);
    assert_eq!(ben.get(&format!("/audit/{entry}")).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ben.get("/audit?api=repairs").await.status, StatusCode::NOT_FOUND, "another team's API");
}

#[tokio::test]
async fn the_trail_is_searched_by_who_what_which_request_and_when() {
    let town = Town::with_council().await;
    let chief = town.person("Chief", &[ADMINISTRATORS]).await;
    let ben = town.person("Ben Carter", &[DIGITAL]).await;
    let made = ben.post("/applications/new", &[("name", "Tracker"), ("owner", DIGITAL)]).await;
    let request = made.header("request-id").to_owned();
    let application = made.header("location").rsplit('/').next().unwrap().to_owned();
    let subject = format!("application {application}");
    for (query, expected) in [
        ("actor=ben+cart", true),
        ("actor=nobody", false),
        ("actor=%25", false),
        ("actor=ben&actor_kind=person", true),
        ("actor_kind=pipeline", false),
        ("verb=register+application", true),
        ("verb=revoke_application", false),
        ("kind=application", true),
        ("kind=grant", false),
        (&format!("kind=application&thing={application}"), true),
        (&format!("thing={application}"), true),
        (&format!("kind=grant&thing={application}"), false),
        (&format!("application={application}"), true),
        ("api=repairs", false),
        (&format!("request={request}"), true),
        ("request=5d1f0a4c9b7e48d2a3c6e1f08b92d475", false),
        ("from=2026-11-23&to=2026-11-23", true),
        ("from=2026-11-24", false),
        ("to=2026-11-22", false),
    ] {
        let page = shown(&chief, &format!("/audit?{query}")).await;
        let of_it = page.matches(&format!("<span class=\"app-name\">{subject}</span>")).count();
        assert_eq!(of_it > 0, expected, "{query}");
    }
    let by_request = shown(&chief, &format!("/audit?request={request}")).await;
    let [entry] = entries(&by_request).try_into().expect("one request, one change");
    let page = shown(&chief, &format!("/audit/{entry}")).await;
    for part in ["Register application", "Ben Carter", &request, &application] {
        assert!(page.contains(part), "the entry does not say {part}: {page}");
    }
    let wrong = chief.get("/audit?from=yesterday&api=No+Api").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.text.contains("Enter a day") && wrong.text.contains("<title>Error:"), "{}", wrong.text);
}

#[tokio::test]
async fn h102_what_is_typed_into_the_search_is_looked_for_and_nothing_else() {
    let town = Town::with_council().await;
    let chief = town.person("Chief", &[ADMINISTRATORS]).await;
    let long = "%25_%27".repeat(8_000);
    for query in
        ["actor=%27%3B+DROP+TABLE+audit%3B--", "thing=%25", "thing=_", "verb=%27+OR+1%3D1", &format!("actor={long}")]
    {
        let page = shown(&chief, &format!("/audit?{query}")).await;
        assert!(entries(&page).is_empty(), "{} finds something", &query[..20.min(query.len())]);
    }
    let page = shown(&chief, "/audit?actor=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").await;
    assert!(!page.contains("<script>alert"), "{page}");
}

#[tokio::test]
async fn owners_read_what_was_done_to_their_own_and_no_more() {
    let town = Town::with_council().await;
    let ben = town.person("Ben", &[DIGITAL]).await;
    let application = town.application(&ben).await;
    let grant = town.grant(&ben, &application).await;
    let owner = town.person("Olu", &[REPAIRS]).await;
    let page = shown(&owner, "/audit?api=repairs").await;
    let grant = grant.rsplit('/').next().unwrap();
    assert!(page.contains("api repairs") && page.contains(&format!("grant {grant}")), "{page}");
    assert!(!page.contains("api rents") && !page.contains("application "), "{page}");
    for entry in entries(&page) {
        assert_eq!(owner.get(&format!("/audit/{entry}")).await.status, StatusCode::OK, "{entry}");
    }
    let own = shown(&ben, &format!("/audit?application={application}")).await;
    assert!(own.contains(&format!("application {application}")) && own.contains(&format!("grant {grant}")), "{own}");
    assert_eq!(owner.get(&format!("/audit?application={application}")).await.status, StatusCode::NOT_FOUND);
    let both = owner.get(&format!("/audit.csv?api=repairs&actor={}", "x".repeat(300))).await;
    assert_eq!(both.status, StatusCode::OK);
}

#[tokio::test]
async fn the_trail_comes_in_pages_without_gap_or_repetition() {
    let town = Town::new().await;
    let chief = town.person("Chief", &[ADMINISTRATORS]).await;
    for number in 0..120 {
        town.person(&format!("Person {number}"), &[]).await;
    }
    let (mut address, mut seen) = ("/audit?verb=sign_in_person".to_owned(), vec![]);
    for _ in 0..10 {
        let page = shown(&chief, &address).await;
        seen.extend(entries(&page));
        let Some(older) = page.split("Older entries").next().filter(|_| page.contains("Older entries")) else { break };
        address = older.rsplit("href=\"").next().unwrap().split('"').next().unwrap().replace("&#38;", "&");
    }
    let all = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!((all, seen.len()), (121, 121), "every sign-in stands at the same moment");
}

#[tokio::test]
async fn h100_the_trail_as_a_file_holds_no_formula_and_all_that_was_found() {
    let town = Town::new().await;
    let chief = town.person("Chief", &[ADMINISTRATORS]).await;
    for name in ["=HYPERLINK(\"https://evil.example\",\"x\")", "@SUM(A1),x"] {
        let evil = town.person(name, &[DIGITAL]).await;
        town.application(&evil).await;
    }
    for number in 0..600 {
        town.person(&format!("Person {number}"), &[]).await;
    }
    let file = chief.get("/audit.csv").await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"audit.csv\"");
    assert_eq!(file.header("cache-control"), "no-store");
    let lines: Vec<&str> = file.text.split("\r\n").filter(|line| !line.is_empty()).collect();
    let verbs = |verb: &str| lines.iter().filter(|line| line.contains(&format!(",{verb},"))).count();
    assert_eq!((verbs("sign_in_person"), verbs("register_application")), (603, 2), "all that was done");
    assert_eq!(lines.len(), 1 + 603 + 2 + verbs("make_signing_key"), "the columns, and a row for each change");
    assert!(lines[0].starts_with("at,actorKind,actorId,actorName"), "{}", lines[0]);
    assert!(file.text.contains("\"'=HYPERLINK(\"\"https://evil.example\"\",\"\"x\"\")\""), "a formula is a text");
    for cell in file.text.split([',', '\n']) {
        assert!(!cell.trim_start_matches('"').starts_with(['=', '+', '-', '@', '\t']), "{cell}");
    }
    assert_eq!(chief.get("/audit.csv?from=soon").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_platform_says_which_nodes_lag_what_is_set_aside_and_what_is_about_to_end() {
    let town = Town::new().await;
    let chief = town.person("Chief", &[ADMINISTRATORS]).await;
    assert!(shown(&chief, "/platform").await.contains("No node has reported yet"));
    let now = town.control.clock().now();
    let newest = town.control.reads().generation().await.unwrap();
    let good = NodeReport { upstreams_in: 3, database_micros: Some(400), ..NodeReport::default() };
    report(&town, "node-1", Some(newest), &good).await;
    assert!(shown(&chief, "/platform").await.contains("All is well"));
    let ill = NodeReport {
        set_aside: vec![SetAsideReport { what: "repairs v1 in sandbox".into(), why: "<b>two</b> operations".into() }],
        behind_since: Some(now.plus_seconds(-60)),
        held: Some((newest, "it leaves 0 of 4 versions".into())),
        upstreams_out: 1,
        out: vec![OutReport { version: "rents v1 in production".into(), address: "http://10.0.0.7:80".into() }],
        certificates: vec![CertificateReport {
            place: "production".into(),
            file: "/etc/hansom/tls.pem".into(),
            until: now.plus_seconds(10 * 86_400),
        }],
        check: Some(CheckReport { at: now, is_good: false, said: "line 3: unknown key".into() }),
        notes: vec!["the directory is silent".into()],
        ..NodeReport::default()
    };
    report(&town, "node-2", Some(newest - 1), &ill).await;
    town.hands.forward(40);
    report(&town, "node-1", Some(newest), &good).await;
    let page = shown(&chief, "/platform").await;
    for part in [
        "repairs v1 in sandbox",
        "&#60;b&#62;two&#60;/b&#62; operations",
        "Lagging",
        "Not heard of",
        "http://10.0.0.7:80",
        "9 days",
        "line 3: unknown key",
        "the directory is silent",
        "it leaves 0 of 4 versions",
        "node-2 could not start again",
    ] {
        assert!(page.contains(part), "the page does not say {part}: {page}");
    }
    town.hands.forward(2 * 3600);
    let chief = town.person("Chief", &[ADMINISTRATORS]).await;
    let page = shown(&chief, "/platform").await;
    assert!(page.contains("No node has reported yet"), "who was not heard of for an hour is spoken of no more");
}

#[tokio::test]
async fn mails_that_were_not_sent_are_listed_without_their_texts() {
    let town = Town::new().await;
    let chief = town.person("Chief", &[ADMINISTRATORS]).await;
    assert!(shown(&chief, "/notices").await.contains("None."));
    let (hub, path) = (crate::town::HUB, "/sign-in/link");
    town.control.send_link("dev@partner.example", "/", (hub, path)).await.unwrap();
    let due = town.control.notices_to_send("post").await.unwrap();
    let later = hansom_control::Sending::Later("421 <too busy>\r\nBcc: x".into());
    assert!(town.control.note_sending(&due[0], later).await.unwrap());
    let page = shown(&chief, "/notices").await;
    for part in ["dev@partner.example", "Waiting", "421 &#60;too busy&#62;", "tried 1 time"] {
        assert!(page.contains(part), "the page does not say {part}: {page}");
    }
    assert!(!page.contains("key="), "the text holds what lets somebody in");
    let never = hansom_control::Sending::Never("550 unknown".into());
    assert!(!town.control.note_sending(&due[0], never).await.unwrap());
    assert!(shown(&chief, "/notices").await.contains("Given up"));
    let none = chief.post("/notices/test", &[]).await;
    assert_eq!(none.status, StatusCode::BAD_REQUEST, "no mail server is configured here");
    town.control.send_test_mail(&actor(&town).await).await.unwrap();
    let again = town.control.send_test_mail(&actor(&town).await).await;
    assert!(matches!(again, Err(hansom_control::Error::Conflict(_))), "one a minute, whoever sends it: {again:?}");
    town.hands.forward(61);
    town.control.send_test_mail(&actor(&town).await).await.unwrap();
}

/// Another administrator.
async fn actor(town: &Town) -> hansom_domain::Actor {
    hansom_testkit::person(&town.control, "another", &[ADMINISTRATORS]).await
}
