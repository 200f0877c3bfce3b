//! The playbook at work: what publishing refuses, what a waiver lets through, what an edition changes.

use std::sync::Arc;

use hansom_control::{AskedWaiver, Control, Error, Publication, PublishFault, Published};
use hansom_domain::{Actor, Decision, WaiverId, WaiverState};
use hansom_testkit as town;

const PROFILE: &str = "profile: kebab
edition: '2026.1'
title: Kebab
summary: One rule holds.
others: off
rules: { URL-01: error }
";

const MANIFEST: &str = "api: tenancies
owner: housing@hackney.example
kind: platform
audience: internal
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
      responses:
        '200':
          description: All.
          content: { application/json: { schema: { type: object, properties: { reference: { type: string } } } } }
";

fn with_camel_case() -> String {
    CONTRACT.replace("/tenancies:", "/tenancyList:")
}

async fn publish(control: &Control, manifest: &str, contract: &str) -> Result<Published, Error> {
    control.publish_release(&Actor::Platform, Publication { manifest, contract, dry_run: false }).await
}

fn faults(done: Result<Published, Error>) -> Vec<PublishFault> {
    match done {
        Err(Error::Faults(faults)) => faults,
        other => panic!("faults were expected, not {other:?}"),
    }
}

fn rules(faults: &[PublishFault]) -> Vec<&str> {
    faults.iter().filter_map(|fault| fault.rule.as_deref()).collect()
}

/// The owners' Olu, and Hana and Ida of the standards group.
struct Town {
    control: Control,
    hands: town::Hands,
    olu: Actor,
    hana: Actor,
}

async fn settle(store: &hansom_store::Opened) -> Town {
    let (control, hands) = town::control_by(store, town::standards_by(PROFILE));
    let olu = town::person(&control, "olu", &["housing@hackney.example"]).await;
    let hana = town::person(&control, "hana", &["api-standards@hackney.example"]).await;
    Town { control, hands, olu, hana }
}

impl Town {
    async fn ask(&self, actor: &Actor, place: &str, days: i64) -> Result<WaiverId, Error> {
        self.ask_for(actor, "url-01", place, days).await
    }

    async fn ask_for(&self, actor: &Actor, rule: &str, place: &str, days: i64) -> Result<WaiverId, Error> {
        let asked = AskedWaiver {
            api: &"tenancies".parse().unwrap(),
            rule,
            place,
            reason: "The path is printed on letters until the spring.",
            answers_for_it: "Olu of Housing",
            ends_at: town::START.plus_seconds(days * 86_400),
        };
        self.control.request_waiver(actor, asked).await
    }
}

#[tokio::test]
async fn a_release_that_breaks_a_must_is_refused_whole_on_every_database() {
    for (database, store) in town::stores("gate").await {
        let town = settle(&store).await;
        let refused = faults(publish(&town.control, MANIFEST, &with_camel_case()).await);
        assert_eq!(rules(&refused), ["URL-01"], "{database}");
        assert_eq!((refused[0].line, refused[0].column), (4, 3), "{database}: the fault says where");
        assert!(town.control.reads().apis().await.unwrap().is_empty(), "{database}: nothing is stored");
        let published = publish(&town.control, MANIFEST, CONTRACT).await.unwrap();
        let version = town.control.reads().version(&published.api, published.major).await.unwrap().unwrap();
        let kept = town.control.reads().verdict(&version.id, 1).await.unwrap().expect("the verdict is kept");
        assert_eq!((kept.edition.as_str(), kept.errors, kept.score), ("2026.1", 0, Some(1000)), "{database}");
    }
}

#[tokio::test]
async fn a_waiver_lets_one_finding_through_until_it_ends_on_every_database() {
    for (database, store) in town::stores("waiver").await {
        let town = settle(&store).await;
        publish(&town.control, MANIFEST, CONTRACT).await.unwrap();
        let next = with_camel_case().replace("1.0.0", "2.0.0");
        faults(publish(&town.control, MANIFEST, &next).await);
        let id = town.ask(&town.olu, "/paths/~1tenancyList", 30).await.unwrap();
        faults(publish(&town.control, MANIFEST, &next).await);
        town.control.decide_waiver(&town.hana, &id, Decision::Approve, "Until the letters are used up.").await.unwrap();
        let published = publish(&town.control, MANIFEST, &next).await.unwrap();
        assert_eq!(published.judgement.waived.len(), 1, "{database}: the finding is told as waived");
        assert!(published.judgement.verdict.findings.is_empty(), "{database}");
        town.hands.forward(31 * 86_400);
        let again = next.replace("2.0.0", "2.0.1");
        assert_eq!(
            rules(&faults(publish(&town.control, MANIFEST, &again).await)),
            ["URL-01"],
            "{database}: it counts again"
        );
    }
}

#[tokio::test]
async fn a_waiver_covers_its_place_and_nothing_beside_it() {
    let store = town::store().await;
    let town = settle(&store).await;
    publish(&town.control, MANIFEST, CONTRACT).await.unwrap();
    let id = town.ask(&town.olu, "/paths/~1tenancyList", 30).await.unwrap();
    town.control.decide_waiver(&town.hana, &id, Decision::Approve, "Agreed.").await.unwrap();
    let longer = CONTRACT.replace("/tenancies:", "/tenancyLists:").replace("1.0.0", "2.0.0");
    assert_eq!(rules(&faults(publish(&town.control, MANIFEST, &longer).await)), ["URL-01"]);
}

#[tokio::test]
async fn only_owners_ask_and_only_others_of_the_standards_group_decide() {
    let store = town::store().await;
    let town = settle(&store).await;
    publish(&town.control, MANIFEST, CONTRACT).await.unwrap();
    let stranger = town::person(&town.control, "sam", &["parks@hackney.example"]).await;
    assert!(matches!(town.ask(&stranger, "", 30).await, Err(Error::NotAllowed(_))));
    let both = town::person(&town.control, "bo", &["housing@hackney.example", "api-standards@hackney.example"]).await;
    let id = town.ask(&both, "", 30).await.unwrap();
    let own = town.control.decide_waiver(&both, &id, Decision::Approve, "Mine.").await;
    assert!(matches!(own, Err(Error::NotAllowed(_))), "{own:?}");
    let owner = town.control.decide_waiver(&town.olu, &id, Decision::Approve, "Ours.").await;
    assert!(matches!(owner, Err(Error::NotAllowed(_))), "{owner:?}");
    let seen = town.control.waiver_for(&stranger, &id).await;
    assert!(matches!(seen, Err(Error::NotFound(_))), "a stranger does not learn that it exists: {seen:?}");
    town.control.decide_waiver(&town.hana, &id, Decision::Refuse, "Rename it.").await.unwrap();
    let waiver = town.control.waiver_for(&town.olu, &id).await.unwrap();
    assert_eq!((waiver.state, waiver.decision_reason.as_deref()), (WaiverState::Refused, Some("Rename it.")));
}

#[tokio::test]
async fn a_waiver_is_asked_for_once_with_a_reason_and_an_end_within_a_year() {
    let store = town::store().await;
    let town = settle(&store).await;
    publish(&town.control, MANIFEST, CONTRACT).await.unwrap();
    for (place, days) in [("", 0), ("", -1), ("", 400), ("paths", 30)] {
        let asked = town.ask(&town.olu, place, days).await;
        assert!(matches!(asked, Err(Error::Invalid(_))), "{place:?} for {days} days: {asked:?}");
    }
    town.ask(&town.olu, "", 30).await.unwrap();
    assert!(matches!(town.ask(&town.olu, "", 30).await, Err(Error::Conflict(_))));
}

#[tokio::test]
async fn what_breaks_callers_needs_a_new_major_version_on_every_database() {
    for (database, store) in town::stores("breaking").await {
        let town = settle(&store).await;
        publish(&town.control, MANIFEST, CONTRACT).await.unwrap();
        let retyped = CONTRACT.replace("{ type: string }", "{ type: integer }").replace("1.0.0", "1.1.0");
        let refused = faults(publish(&town.control, MANIFEST, &retyped).await);
        assert_eq!(rules(&refused), ["VER-04"], "{database}");
        for word in ["GET /tenancies", "response-property-type-changed"] {
            assert!(refused[0].what.contains(word), "{database}: {refused:?}");
        }
        let gone = CONTRACT.replace("/tenancies:", "/tenures:").replace("1.0.0", "1.1.0");
        assert!(!faults(publish(&town.control, MANIFEST, &gone).await).is_empty(), "{database}");
        let next = publish(&town.control, MANIFEST, &retyped.replace("1.1.0", "2.0.0")).await.unwrap();
        assert_eq!(
            (next.major.number(), next.release),
            (2, 1),
            "{database}: a new major version is a version of its own"
        );
        let wider =
            CONTRACT.replace("reference: { type: string }", "reference: { type: string }, area: { type: string }");
        let wider = publish(&town.control, MANIFEST, &wider.replace("1.0.0", "1.1.0")).await.unwrap();
        assert!(wider.difference.is_some_and(|difference| !difference.changes.is_empty()), "{database}");
    }
}

#[tokio::test]
async fn an_alpha_may_change_under_its_callers() {
    let store = town::store().await;
    let town = settle(&store).await;
    let alpha = MANIFEST.replace("beta", "alpha");
    publish(&town.control, &alpha, CONTRACT).await.unwrap();
    let retyped = CONTRACT.replace("{ type: string }", "{ type: integer }").replace("1.0.0", "1.1.0");
    publish(&town.control, &alpha, &retyped).await.unwrap();
}

#[tokio::test]
async fn access_that_is_tightened_breaks_callers_unless_it_is_waived() {
    let store = town::store().await;
    let town = settle(&store).await;
    let open =
        MANIFEST.replace("applications: granted", "groups: [officers@hackney.example]\n    applications: granted");
    publish(&town.control, &open, CONTRACT).await.unwrap();
    assert_eq!(rules(&faults(publish(&town.control, MANIFEST, CONTRACT).await)), ["VER-05"]);
    let id = town.ask_for(&town.olu, "VER-05", "", 30).await.unwrap();
    town.control.decide_waiver(&town.hana, &id, Decision::Approve, "The officers have moved on.").await.unwrap();
    publish(&town.control, MANIFEST, CONTRACT).await.unwrap();
}

#[tokio::test]
async fn an_edition_is_forecast_then_published_and_judges_every_api_on_every_database() {
    for (database, store) in town::stores("edition").await {
        let town = settle(&store).await;
        publish(&town.control, MANIFEST, CONTRACT).await.unwrap();
        let stricter = PROFILE
            .replace("'2026.1'", "'2026.2'")
            .replace("URL-01: error", "URL-01: { level: error, casing: camelCase }");
        let snake = CONTRACT.replace("/tenancies:", "/all-tenancies:").replace("tenancies\nowner", "all\nowner");
        let other = MANIFEST.replace("api: tenancies", "api: all-tenancies");
        publish(&town.control, &other, &snake).await.unwrap();
        let profile = Arc::new(town.control.read_profile(&stricter).unwrap());
        let refused = town.control.forecast(&town.olu, &profile).await;
        assert!(matches!(refused, Err(Error::NotAllowed(_))), "{database}: {refused:?}");
        let forecast = town.control.forecast(&town.hana, &profile).await.unwrap();
        let short: Vec<_> = forecast.iter().filter(|one| one.falls_short()).map(|one| one.api.as_str()).collect();
        assert_eq!(short, ["all-tenancies"], "{database}: one of two would fall short");
        let notes = "Paths are camelCase from now on.";
        town.control.publish_edition(&town.hana, &stricter, notes).await.unwrap();
        let scores = town.control.reads().scores("2026.2").await.unwrap();
        let errors: Vec<_> = scores.iter().map(|score| (score.slug.as_str(), score.errors)).collect();
        assert_eq!(errors, [("all-tenancies", 1), ("tenancies", 0)], "{database}: every API is judged anew");
        assert_eq!(&*town.control.profile_in_force().await.unwrap().edition, "2026.2", "{database}");
        let twice = town.control.publish_edition(&town.hana, &stricter, notes).await;
        assert!(matches!(twice, Err(Error::Conflict(_))), "{database}: {twice:?}");
        let refused = publish(&town.control, &other, &snake.replace("1.0.0", "1.0.1")).await;
        assert_eq!(rules(&faults(refused)), ["URL-01"], "{database}: the new edition holds");
    }
}

#[tokio::test]
async fn a_checklist_is_answered_by_the_owners_and_the_last_answer_counts() {
    for (database, store) in town::stores("checklist").await {
        let town = settle(&store).await;
        publish(&town.control, MANIFEST, CONTRACT).await.unwrap();
        let slug = "tenancies".parse().unwrap();
        let refused = town.control.answer_checklist(&town.hana, &slug, "HUM-04", "yes", "Seen it.").await;
        assert!(matches!(refused, Err(Error::NotAllowed(_))), "{database}: {refused:?}");
        for answer in ["no", "yes"] {
            town.control.answer_checklist(&town.olu, &slug, "HUM-04", answer, "DPIA 2026-14.").await.unwrap();
        }
        let api = town.control.reads().api(&slug).await.unwrap().unwrap();
        let answers = town.control.answers_of(&api).await.unwrap();
        let told: Vec<_> =
            answers.iter().map(|row| (row.item.as_str(), row.answer.as_str(), row.answered_by.as_str())).collect();
        assert_eq!(told, [("HUM-04", "yes", "olu")], "{database}");
    }
}

#[tokio::test]
async fn what_people_answered_counts_in_the_verdict() {
    let store = town::store().await;
    let profile = PROFILE.replace("rules: { URL-01: error }", "rules: { URL-01: error, HUM-04: warning }");
    let (control, _) = town::control_by(&store, town::standards_by(&profile));
    let olu = town::person(&control, "olu", &["housing@hackney.example"]).await;
    let published = publish(&control, MANIFEST, CONTRACT).await.unwrap();
    assert_eq!(published.judgement.scorecard().tally.not_observed, 1, "nobody has answered yet");
    let slug = "tenancies".parse().unwrap();
    for (answer, findings, score) in [("no", 1, Some(769)), ("yes", 0, Some(1000)), ("not-applicable", 0, Some(1000))] {
        control.answer_checklist(&olu, &slug, "HUM-04", answer, "DPIA 2026-14.").await.unwrap();
        let judged = publish(&control, MANIFEST, CONTRACT).await.unwrap().judgement;
        assert_eq!((judged.verdict.findings.len(), judged.scorecard().score), (findings, score), "{answer}");
    }
}

#[tokio::test]
async fn the_standards_about_change_are_seen_when_a_release_follows_another() {
    let store = town::store().await;
    let profile = PROFILE.replace("URL-01: error", "VER-04: error, VER-06: warning, VER-08: error");
    let (control, _) = town::control_by(&store, town::standards_by(&profile));
    let first = publish(&control, MANIFEST, CONTRACT).await.unwrap();
    assert_eq!(first.judgement.scorecard().tally.not_observed, 3, "there is nothing to hold the first release against");
    let gone = CONTRACT.replace("reference: { type: string }", "area: { type: string }").replace("1.0.0", "1.1.0");
    let refused = faults(publish(&control, MANIFEST, &gone).await);
    assert_eq!(rules(&refused), ["VER-08"], "what was not deprecated may not be removed: {refused:?}");
    let wider = CONTRACT.replace("reference: { type: string }", "reference: { type: string }, area: { type: string }");
    let told = publish(&control, MANIFEST, &wider.replace("1.0.0", "1.0.1")).await.unwrap().judgement;
    let broken: Vec<&str> = told.broken().collect();
    assert_eq!(broken, ["VER-06"], "an addition needs a new minor version");
    assert_eq!(told.scorecard().tally.passed, 2);
}
