//! Do the pages show how good an API is, and let the right people accept a finding?

use http::StatusCode;

use crate::town::{Answer, Someone, Town};

const OWNERS: &str = "housing@hackney.example";
const KEEPERS: &str = "api-standards@hackney.example";

const PROFILE: &str = "profile: kebab
edition: '2026.1'
title: Kebab
summary: Two rules hold.
others: off
rules: { URL-01: error, META-03: warning }
";

const MANIFEST: &str = "api: tenancies
owner: housing@hackney.example
kind: platform
audience: public
status: beta
contract: openapi.yaml
environments:
  sandbox: { mock: true }
access:
  - operations: ['*']
    applications: granted
";

const CONTRACT: &str = "openapi: 3.1.0
info: { title: Tenancies, version: 1.0.0 }
paths:
  /tenancies:
    get:
      operationId: listTenancies
      responses: { '200': { description: '<script>alert(1)</script>' } }
";

async fn settle() -> Town {
    let town = Town::with_standards(hansom_testkit::standards_by(PROFILE)).await;
    town.publish(MANIFEST, CONTRACT).await;
    town
}

async fn shown(someone: &Someone, address: &str) -> String {
    let answer = someone.get(address).await;
    assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.text);
    answer.text
}

/// Where a form that was taken leads.
fn address(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.header("location").to_owned()
}

#[tokio::test]
async fn everybody_who_sees_an_api_sees_its_score_and_its_findings() {
    let town = settle().await;
    let stranger = town.stranger();
    assert!(shown(&stranger, "/apis/tenancies/v1").await.contains("/apis/tenancies/v1/standards"));
    let page = shown(&stranger, "/apis/tenancies/v1/standards").await;
    for part in
        ["META-03", "SHOULD", "Line 2", "/playbook/standards/META-03", "edition 2026.1", "No waiver is in force"]
    {
        assert!(page.contains(part), "the page does not say {part}: {page}");
    }
    assert!(!page.contains("Ask for a waiver"), "a stranger is not asked to ask");
    let badge = stranger.get("/apis/tenancies/v1/badge.svg").await;
    assert_eq!(badge.header("content-type"), "image/svg+xml");
    assert!(badge.text.contains("Tenancies v1"), "{}", badge.text);
}

#[tokio::test]
async fn an_internal_api_keeps_its_verdict_to_itself() {
    let town = Town::with_standards(hansom_testkit::standards_by(PROFILE)).await;
    town.publish(&MANIFEST.replace("public", "internal"), CONTRACT).await;
    let stranger = town.stranger();
    for address in ["/apis/tenancies/v1/standards", "/apis/tenancies/v1/changes", "/apis/tenancies/v1/badge.svg"] {
        assert_eq!(stranger.get(address).await.status, StatusCode::NOT_FOUND, "{address}");
    }
}

#[tokio::test]
async fn a_finding_is_accepted_by_form_from_the_finding_to_the_decision() {
    let town = settle().await;
    let owner = town.person("olu", &[OWNERS]).await;
    let keeper = town.person("hana", &[KEEPERS]).await;
    let verdict = shown(&owner, "/apis/tenancies/v1/standards").await;
    assert!(verdict.contains("/apis/tenancies/v1/waiver?rule=META-03&#38;place=%2Finfo"), "{verdict}");
    let form = "/apis/tenancies/v1/waiver?rule=META-03&place=%2Finfo";
    assert!(shown(&owner, form).await.contains("value=\"META-03\""));
    let wrong = owner
        .post(form, &[("rule", "META-03"), ("reason", "short"), ("answers_for_it", "Olu"), ("ends_on", "soon")])
        .await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(wrong.text.contains("Enter the day on which the waiver ends"), "{}", wrong.text);
    let fields = [
        ("rule", "META-03"),
        ("place", "/info"),
        ("reason", "The team gets its mailbox next month."),
        ("answers_for_it", "Olu <of> Housing"),
        ("ends_on", "2027-04-01"),
    ];
    let waiver = address(&owner.post(form, &fields).await);
    assert!(shown(&keeper, "/inbox").await.contains("1 waiver waits"), "the keepers' inbox says so");
    let decision = [("decision", "approve"), ("reason", "Until April.")];
    let by_owner = owner.post(&format!("{waiver}/decision"), &decision).await;
    assert_eq!(by_owner.status, StatusCode::FORBIDDEN, "owners do not decide");
    address(&keeper.post(&format!("{waiver}/decision"), &decision).await);
    let accepted = shown(&town.stranger(), "/apis/tenancies/v1/standards").await;
    assert!(accepted.contains("1 April 2027") && accepted.contains("Olu &#60;of&#62; Housing"), "{accepted}");
    address(&owner.post(&format!("{waiver}/withdrawal"), &[("withdrawal_reason", "It is there.")]).await);
    assert!(shown(&town.stranger(), "/apis/tenancies/v1/standards").await.contains("No waiver is in force"));
}

#[tokio::test]
async fn a_stranger_to_the_api_neither_asks_nor_sees_a_waiver() {
    let town = settle().await;
    let sam = town.person("sam", &["parks@hackney.example"]).await;
    let fields = [
        ("rule", "META-03"),
        ("reason", "Because I would like it so much."),
        ("answers_for_it", "Sam"),
        ("ends_on", "2027-04-01"),
    ];
    let asked = sam.post("/apis/tenancies/v1/waiver", &fields).await;
    assert_eq!(asked.status, StatusCode::FORBIDDEN, "{}", asked.text);
    let owner = town.person("olu", &[OWNERS]).await;
    let waiver = address(&owner.post("/apis/tenancies/v1/waiver", &fields).await);
    assert_eq!(sam.get(&waiver).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn changes_are_told_release_by_release_with_what_breaks_first() {
    let town = settle().await;
    let wider = CONTRACT.replace("1.0.0", "1.1.0")
        + "  /tenants:\n    get:\n      operationId: listTenants\n      responses: { '200': { description: All } }\n";
    town.publish(MANIFEST, &wider).await;
    let page = shown(&town.stranger(), "/apis/tenancies/v1/changes").await;
    let (newer, older) = page.split_once("The first release").expect("the first release is told last");
    assert!(newer.contains("GET /tenants") && newer.contains("endpoint-added"), "{newer}");
    assert!(!older.contains("endpoint-added"));
    let trend = shown(&town.stranger(), "/apis/tenancies/v1/standards").await;
    assert!(trend.contains("1.1.0") && trend.contains("1.0.0"), "the trend shows both releases");
}

#[tokio::test]
async fn findings_and_changes_are_told_as_markdown_in_which_nothing_is_markup() {
    let town = settle().await;
    let stranger = town.stranger();
    let verdict = stranger.get("/apis/tenancies/v1/standards.md").await;
    assert_eq!(verdict.header("content-type"), "text/markdown; charset=utf-8", "{}", verdict.text);
    for part in [
        "# Tenancies v1 by the playbook",
        "[META-03](/playbook/standards/META-03.md)",
        "- Line 2, column",
        "## By chapter",
    ] {
        assert!(verdict.text.contains(part), "the twin does not say {part}: {}", verdict.text);
    }
    assert!(!verdict.text.contains("<script>"), "{}", verdict.text);
    let changes = stranger.get_as("/apis/tenancies/v1/changes", "text/markdown").await.text;
    assert!(changes.starts_with("# Changes of Tenancies v1") && changes.contains("The first release."), "{changes}");
    assert!(shown(&stranger, "/apis/tenancies/v1/changes").await.contains("href=\"/apis/tenancies/v1/changes.md\""));
}

#[tokio::test]
async fn scores_are_narrowed_told_by_chapter_and_downloaded() {
    let town = settle().await;
    let owner = town.person("olu", &[OWNERS]).await;
    let page = shown(&owner, "/scores").await;
    for part in
        ["Tenancies v1", "/apis/tenancies/v1/standards?release=1", "/playbook/standards#meta", "By edition", "2026.1"]
    {
        assert!(page.contains(part), "the page does not say {part}: {page}");
    }
    assert!(shown(&owner, "/scores?owner=parks").await.contains("No API fits"));
    assert!(shown(&owner, "/scores?edition=%3Cscript%3E").await.contains("No API fits"));
    let file = owner.get("/scores.csv?edition=2026.1&owner=housing").await;
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8; header=present");
    let lines: Vec<&str> = file.text.lines().collect();
    assert!(lines[0].starts_with("edition,api,title,owner,major,release,score,mustBroken"), "{}", lines[0]);
    assert!(lines[1].starts_with("2026.1,tenancies,Tenancies,housing@hackney.example,v1,1,"), "{}", lines[1]);
    assert_eq!(lines.len(), 2);
}

#[tokio::test]
async fn waivers_are_narrowed_by_state_api_and_age() {
    let town = settle().await;
    let owner = town.person("olu", &[OWNERS]).await;
    let fields = [
        ("rule", "META-03"),
        ("reason", "The team gets its mailbox next month."),
        ("answers_for_it", "Olu"),
        ("ends_on", "2027-04-01"),
    ];
    address(&owner.post("/apis/tenancies/v1/waiver", &fields).await);
    town.hands.forward(2 * 86_400);
    let keeper = town.person("hana", &[KEEPERS]).await;
    for (query, found) in [
        ("", true),
        ("?state=requested&api=tenancies&age=1", true),
        ("?age=7", false),
        ("?state=approved", false),
        ("?api=rents", false),
    ] {
        let page = shown(&keeper, &format!("/waivers{query}")).await;
        assert_eq!(page.contains("META-03"), found, "{query}");
        assert_eq!(page.contains("2 days"), found, "{query}: how long it waits");
    }
}

#[tokio::test]
async fn an_edition_is_looked_at_then_published_by_its_keepers_alone() {
    let town = settle().await;
    let keeper = town.person("hana", &[KEEPERS]).await;
    let owner = town.person("olu", &[OWNERS]).await;
    assert_eq!(owner.get("/editions/new").await.status, StatusCode::FORBIDDEN);
    let broken =
        [("do", "forecast"), ("profile", "profile: ours\nedition: next\nrules: { XYZ-99: error }\n"), ("notes", "")];
    let told = keeper.post("/editions/new", &broken).await;
    assert_eq!(told.status, StatusCode::BAD_REQUEST);
    assert!(
        told.text.contains("Line 3") && told.text.contains("XYZ-99"),
        "a broken profile is refused with its place: {}",
        told.text
    );
    let stricter = PROFILE.replace("2026.1", "2026.2").replace("META-03: warning", "META-03: error");
    let forecast = [("do", "forecast"), ("profile", stricter.as_str()), ("notes", "")];
    let told = keeper.post("/editions/new", &forecast).await;
    assert!(told.text.contains("1 of 1 version would fall short"), "{}", told.text);
    assert!(shown(&keeper, "/scores").await.contains("edition 2026.1"), "a look changes nothing");
    let publish = [("do", "publish"), ("profile", stricter.as_str()), ("notes", "A contact is a must from now on.")];
    address(&keeper.post("/editions/new", &publish).await);
    let scores = shown(&owner, "/scores").await;
    assert!(scores.contains("edition 2026.2") && scores.contains("0 of 1 keep every MUST"), "{scores}");
}

#[tokio::test]
async fn owners_answer_what_only_people_can_judge_and_others_read_it() {
    let town = settle().await;
    let owner = town.person("olu", &[OWNERS]).await;
    let sam = town.person("sam", &["parks@hackney.example"]).await;
    let list = "/apis/tenancies/v1/checklists/design-review";
    assert!(shown(&sam, list).await.contains("Nobody has answered yet"));
    let forgotten = owner.post(list, &[("item", "HUM-04"), ("answer", "yes"), ("note", "")]).await;
    assert_eq!(forgotten.status, StatusCode::BAD_REQUEST);
    assert!(forgotten.text.contains("Enter what the answer rests on"), "{}", forgotten.text);
    let fields = [("item", "HUM-04"), ("answer", "no"), ("note", "It is <not> done yet.")];
    assert_eq!(sam.post(list, &fields).await.status, StatusCode::FORBIDDEN);
    address(&owner.post(list, &fields).await);
    let page = shown(&sam, list).await;
    assert!(page.contains("It is &#60;not&#62; done yet.") && page.contains("1 of 8"), "{page}");
    assert_eq!(
        owner.post(list, &[("item", "HUM-99"), ("answer", "no"), ("note", "Nothing.")]).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(town.stranger().get(list).await.status, StatusCode::SEE_OTHER, "answers name people: sign in first");
}
