//! Can owners change what a version says of itself by forms, and see who calls it?

use hansom_domain::{ApiSlug, EnvironmentName, Major, Timestamp};
use hansom_store::{CallCount, Latency};
use http::StatusCode;

use crate::town::{Answer, Someone, Town};

const OWNERS: &str = "housing@hackney.example";
const MANAGE: &str = "/apis/tenancies/v1/manage";

const MANIFEST: &str = "# Ours.
api: tenancies
owner: housing@hackney.example
kind: platform
audience: internal
status: live # since May
contract: openapi.yaml
environments:
  sandbox: { mock: true }
  production:
    upstreams: ['http://127.0.0.1:9101']
    connect_timeout: 1s # the network is near
access:
  - operations: [listTenancies]
    applications: granted
  - operations: ['*']
    groups: [housing@hackney.example]
limits: { per_person: { rate: 60/minute, burst: 5 } }
cors: { origins: ['https://www.hackney.example'] }
";

const CONTRACT: &str = "openapi: 3.1.0
info: { title: Tenancies, version: 1.0.0 }
paths:
  /tenancies:
    get:
      operationId: listTenancies
      responses: { '200': { description: All } }
  /tenancies-of-old:
    get:
      operationId: listOld
      deprecated: true
      responses: { '200': { description: All } }
";

async fn settle() -> (Town, Someone) {
    let town = Town::new().await;
    town.publish(MANIFEST, CONTRACT).await;
    let owner = town.person("olu", &[OWNERS, "homes@hackney.example"]).await;
    (town, owner)
}

fn address(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.header("location").to_owned()
}

async fn shown(someone: &Someone, address: &str) -> String {
    let answer = someone.get(address).await;
    assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.text);
    answer.text
}

/// Publishes the draft at an address, and gives the manifest that is in force then.
async fn publish(town: &Town, someone: &Someone, draft: &str) -> String {
    let page = shown(someone, draft).await;
    let mark = page.split("name=\"mark\" value=\"").nth(1).unwrap_or_else(|| panic!("nothing to publish: {page}"));
    let mark = mark.split('"').next().unwrap();
    let draft = draft.split('?').next().unwrap();
    address(&someone.post(&format!("{draft}/publication"), &[("mark", mark)]).await);
    in_force(town).await
}

async fn in_force(town: &Town) -> String {
    let reads = town.control.reads();
    let version = reads.version(&"tenancies".parse().unwrap(), Major::new(1).unwrap()).await.unwrap().unwrap();
    reads.release(&version.id, version.current_release).await.unwrap().unwrap().manifest
}

#[tokio::test]
async fn the_list_of_tasks_is_for_the_owners_alone() {
    let (town, owner) = settle().await;
    let page = shown(&owner, MANAGE).await;
    for part in ["Names", "Status", "Access", "Limits and quotas", "Environments", "As published", "/consumers"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(shown(&owner, "/apis/tenancies/v1").await.contains(MANAGE));
    let sam = town.person("sam", &["parks@hackney.example"]).await;
    assert!(!shown(&sam, "/apis/tenancies/v1").await.contains(MANAGE));
    for part in ["", "/names", "/status", "/access", "/access/1", "/limits", "/environments", "/copy"] {
        assert_eq!(sam.get(&format!("{MANAGE}{part}")).await.status, StatusCode::NOT_FOUND, "{part}");
        if !matches!(part, "" | "/access") {
            let answer = sam.post(&format!("{MANAGE}{part}"), &[("do", "remove"), ("status", "beta")]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{part}");
        }
    }
    for page in ["/apis/tenancies/v1/consumers", "/apis/tenancies/v1/consumers.csv"] {
        assert_eq!(sam.get(page).await.status, StatusCode::NOT_FOUND, "{page}");
    }
}

#[tokio::test]
async fn a_form_that_changes_nothing_makes_nothing() {
    let (town, owner) = settle().await;
    let fields =
        [("title", ""), ("owner", OWNERS), ("kind", "platform"), ("audience", "internal"), ("personal_data", "no")];
    assert_eq!(address(&owner.post(&format!("{MANAGE}/names"), &fields).await), MANAGE);
    let limits = [("per_person", "60/minute")];
    assert_eq!(address(&owner.post(&format!("{MANAGE}/limits"), &limits).await), MANAGE);
    let environments = [
        ("sandbox-target", "mock"),
        ("production-target", "upstreams"),
        ("production-upstreams", "http://127.0.0.1:9101\r\n"),
        ("production-timeout", ""),
    ];
    assert_eq!(address(&owner.post(&format!("{MANAGE}/environments"), &environments).await), MANAGE);
    let rule = [("reach", "these"), ("operations", "listTenancies"), ("callers", "applications"), ("groups", "")];
    assert_eq!(address(&owner.post(&format!("{MANAGE}/access/1"), &rule).await), MANAGE);
    assert_eq!(in_force(&town).await, MANIFEST);
    assert!(!shown(&owner, "/publish").await.contains("/drafts/"));
}

#[tokio::test]
async fn several_parts_are_changed_in_one_draft_and_become_one_release() {
    let (town, owner) = settle().await;
    let names = [
        ("title", "Tenancies: all"),
        ("owner", OWNERS),
        ("kind", "service"),
        ("audience", "controlled"),
        ("personal_data", "yes"),
    ];
    let draft = address(&owner.post(&format!("{MANAGE}/names"), &names).await);
    let tasks = shown(&owner, MANAGE).await;
    assert!(tasks.contains(">Changed<") && tasks.contains(&draft), "{tasks}");
    let limits = [
        ("per_consumer", "600/minute"),
        ("per_person", "30/minute"),
        ("operations", "listOld 1/minute"),
        ("per_day", "1000"),
    ];
    assert_eq!(address(&owner.post(&format!("{MANAGE}/limits"), &limits).await), draft, "the same draft");
    let manifest = publish(&town, &owner, &draft).await;
    for kept in
        ["# Ours.\n", "status: live # since May\n", "connect_timeout: 1s # the network is near\n", "cors: { origins"]
    {
        assert!(manifest.contains(kept), "{kept} is kept: {manifest}");
    }
    let read = hansom_control::read_manifest(&manifest).unwrap();
    assert_eq!(read.title.as_deref(), Some("Tenancies: all"));
    assert_eq!(
        read.limits.per_person.map(|limit| (limit.rate.to_string(), limit.burst)),
        Some(("30/minute".into(), 5))
    );
    assert_eq!(read.limits.operations.len(), 1);
    assert_eq!(read.quotas.per_day, Some(1000));
    assert!(read.personal_data);
}

#[tokio::test]
async fn a_version_is_deprecated_with_an_end_and_a_successor() {
    let (town, owner) = settle().await;
    let form = format!("{MANAGE}/status");
    assert!(!shown(&owner, &form).await.contains("value=\"alpha\""), "a live version does not become an alpha");
    let lacking = owner.post(&form, &[("status", "deprecated"), ("sunset", "soon")]).await;
    assert_eq!(lacking.status, StatusCode::BAD_REQUEST);
    assert!(
        lacking.text.contains("Enter the last day") && lacking.text.contains("Enter what to use instead"),
        "{}",
        lacking.text
    );
    let past = [("status", "deprecated"), ("sunset", "2020-01-01"), ("successor", "none")];
    let draft = address(&owner.post(&form, &past).await);
    let page = shown(&owner, &draft).await;
    assert!(page.contains("The sunset is past") && !page.contains("name=\"mark\""), "{page}");
    let fields = [("status", "deprecated"), ("sunset", "2027-09-01"), ("successor", "v2")];
    assert_eq!(address(&owner.post(&form, &fields).await), draft);
    let manifest = publish(&town, &owner, &draft).await;
    assert!(manifest.contains("status: deprecated # since May\nsunset: \"2027-09-01\"\nsuccessor: v2\n"), "{manifest}");
    let version = shown(&owner, "/apis/tenancies/v1").await;
    assert!(version.contains("It stops answering on 1 September 2027"), "{version}");
    let back = address(&owner.post(&form, &[("status", "live")]).await);
    assert_eq!(publish(&town, &owner, &back).await, MANIFEST, "what was put in is taken out again");
}

#[tokio::test]
async fn rules_of_access_are_added_changed_moved_and_taken_away() {
    let (town, owner) = settle().await;
    let page = shown(&owner, &format!("{MANAGE}/access")).await;
    assert!(page.contains("Every other operation") && page.contains("People in housing@hackney.example"), "{page}");
    let open = [("reach", "these"), ("operations", "listOld"), ("callers", "anyone"), ("groups", "")];
    let refused = owner.post(&format!("{MANAGE}/access/new"), &open).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert!(refused.text.contains("needs audience: public"), "{}", refused.text);
    let nobody = owner.post(&format!("{MANAGE}/access/new"), &[("reach", "all"), ("groups", "the neighbours")]).await;
    assert!(nobody.text.contains("the neighbours is no address of a group"), "{}", nobody.text);
    let rule = [
        ("reach", "these"),
        ("operations", "listOld"),
        ("callers", "applications"),
        ("groups", "homes@hackney.example\r\nhousing@hackney.example\r\n"),
    ];
    let draft = address(&owner.post(&format!("{MANAGE}/access/new"), &rule).await);
    for at in [3, 2] {
        let risen = owner.post(&format!("{MANAGE}/access/{at}"), &[("do", "rise")]).await;
        assert_eq!(address(&risen).split('?').next().unwrap(), draft);
    }
    address(&owner.post(&format!("{MANAGE}/access/new"), &rule).await);
    assert!(shown(&owner, &format!("{MANAGE}/access/4")).await.contains("homes@hackney.example"));
    address(&owner.post(&format!("{MANAGE}/access/4"), &[("do", "remove")]).await);
    assert_eq!(owner.get(&format!("{MANAGE}/access/4")).await.status, StatusCode::NOT_FOUND);
    let manifest = publish(&town, &owner, &draft).await;
    let rules = hansom_control::read_manifest(&manifest).unwrap().access;
    let first = rules.all().first().unwrap();
    assert_eq!((rules.all().len(), first.operations.to_list()), (3, vec!["listOld".to_owned()]));
    assert!(first.granted_applications && first.groups.len() == 2);
}

#[tokio::test]
async fn an_environment_is_changed_and_what_the_form_does_not_know_stays_with_a_word_about_comments() {
    let (town, owner) = settle().await;
    let form = format!("{MANAGE}/environments");
    assert!(shown(&owner, &form).await.contains("connect_timeout"), "what is kept is named");
    let nowhere = owner.post(&form, &[("sandbox-target", "none"), ("production-target", "none")]).await;
    assert!(nowhere.text.contains("Let it run somewhere"), "{}", nowhere.text);
    let wrong =
        [("sandbox-target", "mock"), ("production-target", "upstreams"), ("production-upstreams", "ftp://a.example")];
    let wrong = owner.post(&form, &wrong).await;
    assert!(wrong.status == StatusCode::BAD_REQUEST && wrong.text.contains("no upstream address"), "{}", wrong.text);
    assert!(wrong.text.contains("ftp://a.example"), "what was typed is there");
    let fields = [
        ("sandbox-target", "none"),
        ("production-target", "upstreams"),
        ("production-upstreams", "http://127.0.0.1:9101\nhttp://127.0.0.1:9102"),
        ("production-timeout", "3s"),
    ];
    let draft = address(&owner.post(&form, &fields).await);
    assert!(shown(&owner, &draft).await.contains("Comments in the part of the manifest that you changed were lost"));
    let manifest = publish(&town, &owner, &draft).await;
    assert!(manifest.contains("connect_timeout: 1s") || manifest.contains("connect_timeout: \"1s\""), "{manifest}");
    let read = hansom_control::read_manifest(&manifest).unwrap();
    assert_eq!(read.environments.len(), 1);
}

#[tokio::test]
async fn the_texts_of_what_is_in_force_are_the_beginning_of_a_draft() {
    let (_town, owner) = settle().await;
    let texts = address(&owner.post(&format!("{MANAGE}/copy"), &[]).await);
    let page = shown(&owner, &texts).await;
    assert!(page.contains("status: live # since May") && page.contains("operationId: listOld"), "{page}");
    let draft = texts.strip_suffix("/texts").unwrap();
    assert!(shown(&owner, draft).await.contains("Just this is in force already"));
    assert_eq!(address(&owner.post(&format!("{MANAGE}/copy"), &[]).await), texts, "one draft for one version");
}

#[tokio::test]
async fn who_left_the_group_does_not_read_the_draft_any_more() {
    let (town, owner) = settle().await;
    let texts = address(&owner.post(&format!("{MANAGE}/copy"), &[]).await);
    let gone = town.person("olu", &["parks@hackney.example"]).await;
    assert_eq!(gone.get(&texts).await.status, StatusCode::NOT_FOUND, "it names upstreams");
}

/// Calls at an hour of the day on which the tests begin.
fn calls(operation: &str, caller: &str, status: u16, calls: i64, hours_ago: i64) -> CallCount {
    let mut latency = Latency::default();
    for _ in 0..calls {
        latency.observe(20_000);
    }
    let api: ApiSlug = "tenancies".parse().unwrap();
    let now = hansom_testkit::START.seconds();
    CallCount {
        hour: Timestamp::from_seconds(now - now.rem_euclid(3600) - hours_ago * 3600),
        environment: EnvironmentName::production(),
        api,
        major: Major::new(1).unwrap(),
        operation: operation.into(),
        caller: caller.into(),
        status,
        calls,
        micros: calls * 20_000,
        latency,
    }
}

#[tokio::test]
async fn owners_see_who_calls_what_and_who_still_calls_what_is_deprecated() {
    let (town, owner) = settle().await;
    let digital = town.person("ben", &["digital@hackney.example"]).await;
    let fields = [("name", "=cmd|' /C calc'!A0"), ("owner", "digital@hackney.example")];
    let made = address(&digital.post("/applications/new", &fields).await);
    let application = made.rsplit('/').next().unwrap();
    let counted = [
        calls("listTenancies", application, 200, 90, 1),
        calls("listTenancies", application, 500, 10, 1),
        calls("listOld", application, 200, 7, 2),
        calls("listTenancies", "0123456789abcdef", 200, 5, 1),
        calls("listTenancies", application, 200, 1000, 30),
        calls("listTenancies", application, 200, 4000, 24 * 20),
    ];
    town.books.record(&counted, &[]).await.unwrap();
    let page = shown(&owner, "/apis/tenancies/v1/consumers?span=day").await;
    let (deprecated, rest) = page.split_once("By consumer").unwrap();
    for part in [
        "listOld",
        "digital@hackney.example",
        "<td class=\"govuk-table__cell govuk-table__cell--numeric\">7</td>",
        "23 November 2026, 07:00 UTC",
    ] {
        assert!(deprecated.contains(part), "{part}: {deprecated}");
    }
    assert!(!deprecated.contains(">listTenancies<"), "what is not deprecated is not told there: {deprecated}");
    assert!(rest.contains(">107<") && rest.contains(">People<") && !rest.contains("0123456789abcdef"), "{rest}");
    assert!(shown(&owner, "/apis/tenancies/v1/consumers?span=week").await.contains(">1107<"));
    assert!(
        shown(&owner, "/apis/tenancies/v1/consumers?span=month").await.contains(">5107<"),
        "the days of twenty days ago, too"
    );
    let file = owner.get("/apis/tenancies/v1/consumers.csv?span=day").await;
    assert!(file.header("content-type").starts_with("text/csv"));
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"tenancies-v1-consumers-day.csv\"");
    assert!(
        file.text.contains("production,,\"'=cmd|' /C calc'!A0\",digital@hackney.example,107,0,10,"),
        "{}",
        file.text
    );
    let file = owner.get("/apis/tenancies/v1/consumers.csv?span=day&of=deprecated").await;
    assert!(file.text.lines().count() == 2 && file.text.contains(",listOld,"), "{}", file.text);
}
