//! Who decides a request when several try, and when somebody should not?

use hansom_control::{AskedGrant, Control, Error, NewApp, Publication};
use hansom_domain::{Actor, Decision, EnvironmentName, GrantId, GrantState, PersonId, PersonKey, Timestamp};
use hansom_testkit as town;

const MANIFEST: &str = "api: tenancies
owner: housing@hackney.example
kind: platform
audience: internal
status: beta
personal_data: false
contract: openapi.yaml
environments:
  production: { mock: true }
access:
  - operations: [listTenancies]
    applications: granted
";

const CONTRACT: &str = "openapi: 3.1.0
info: { title: Tenancies, version: 1.0.0 }
paths:
  /tenancies:
    get:
      operationId: listTenancies
      responses: { '200': { description: All. } }
";

/// A request that waits: the verbs, and its id.
async fn asked(store: &hansom_store::Opened, asker: &[&str]) -> (Control, GrantId) {
    let (control, _) = town::control(store);
    let publication = Publication { manifest: MANIFEST, contract: CONTRACT, dry_run: false };
    control.publish_release(&Actor::Platform, publication).await.unwrap();
    let asker = town::person(&control, "ben", asker).await;
    let digital = town::group("digital@hackney.example");
    let new = NewApp { name: "Tracker", description: "", owner: &digital, may_publish: false };
    let application = control.register_application(&asker, new).await.unwrap();
    let asked = AskedGrant {
        application: &application,
        api: &"tenancies".parse().unwrap(),
        major: "v1".parse().unwrap(),
        environment: &EnvironmentName::production(),
        operations: vec!["listTenancies".into()],
        purpose: "To show residents their tenancy.",
        legal_basis: "",
    };
    let id = control.request_grant(&asker, asked).await.unwrap();
    (control, id)
}

async fn decisions(control: &Control) -> usize {
    let entries = control.audit_for(&Actor::Platform, Timestamp::from_millis(i64::MAX), 200).await.unwrap();
    entries.iter().filter(|entry| entry.verb == "decide_grant").count()
}

#[tokio::test]
async fn h99_of_two_who_decide_at_once_one_does() {
    for (database, store) in town::stores("deciding").await {
        let (control, id) = asked(&store, &["digital@hackney.example"]).await;
        let olu = town::person(&control, "olu", &["housing@hackney.example"]).await;
        let ola = town::person(&control, "ola", &["housing@hackney.example"]).await;
        let (yes, no, again) = tokio::join!(
            control.decide_grant(&olu, &id, Decision::Approve, "Agreed."),
            control.decide_grant(&ola, &id, Decision::Refuse, "Not agreed."),
            control.decide_grant(&olu, &id, Decision::Approve, "Agreed, by a double click."),
        );
        let decided = [&yes, &no, &again].iter().filter(|result| result.is_ok()).count();
        assert_eq!(decided, 1, "{database}: {yes:?} {no:?} {again:?}");
        let conflicts = [yes, no, again].iter().filter(|result| matches!(result, Err(Error::Conflict(_)))).count();
        assert_eq!((conflicts, decisions(&control).await), (2, 1), "{database}");
    }
}

#[tokio::test]
async fn h99_a_decision_and_its_revocation_at_once_leave_nothing_in_force_that_was_revoked() {
    for (database, store) in town::stores("deciding_revoking").await {
        let (control, id) = asked(&store, &["digital@hackney.example"]).await;
        let olu = town::person(&control, "olu", &["housing@hackney.example"]).await;
        let ola = town::person(&control, "ola", &["housing@hackney.example"]).await;
        let (_, revoked) = tokio::join!(
            control.decide_grant(&olu, &id, Decision::Approve, "Agreed."),
            control.revoke_grant(&ola, &id, "We heard of a leak."),
        );
        let state = control.grant_for(&olu, &id).await.unwrap().state;
        match revoked {
            Ok(()) => assert_eq!(state, GrantState::Revoked, "{database}"),
            Err(error) => assert!(matches!(error, Error::Conflict(_)), "{database}: {error:?}"),
        }
    }
}

#[tokio::test]
async fn h99_who_has_left_the_group_meanwhile_decides_nothing() {
    let store = town::store().await;
    let (control, id) = asked(&store, &["digital@hackney.example"]).await;
    let olu = town::person(&control, "olu", &["housing@hackney.example"]).await;
    let person: PersonId = olu.id().parse().unwrap();
    control.renew_groups(&person, &[]).await.unwrap();
    let olu = control.actor_of_person(&person).await.unwrap();
    let decided = control.decide_grant(&olu, &id, Decision::Approve, "Agreed.").await;
    assert!(matches!(decided, Err(Error::NotFound(_))), "{decided:?}");
    assert_eq!(decisions(&control).await, 0);
}

#[tokio::test]
async fn h99_nobody_decides_their_own_request_by_a_second_way_in() {
    let store = town::store().await;
    let both = ["digital@hackney.example", "housing@hackney.example"];
    let (control, id) = asked(&store, &both).await;
    let groups: Vec<_> = both.iter().map(|group| town::group(group)).collect();
    let key = PersonKey { issuer: "https://login.other.example".into(), subject: "another subject".into() };
    let other = control.sign_in_person(key, "Ben@hackney.example", "Benjamin", &groups).await.unwrap();
    let other = control.actor_of_person(&other.person).await.unwrap();
    let decided = control.decide_grant(&other, &id, Decision::Approve, "Agreed with myself.").await;
    assert!(matches!(decided, Err(Error::NotAllowed(_))), "{decided:?}");
    assert_eq!(decisions(&control).await, 0);
}
