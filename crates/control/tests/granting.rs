//! From an application to a grant: who may ask, who may decide, what is kept.

use hansom_control::{AskedGrant, Control, Error, NewApp, Publication};
use hansom_domain::{Actor, ApplicationId, Decision, EnvironmentName, GrantId, GrantState};
use hansom_testkit as town;

const MANIFEST: &str = "api: tenancies
owner: housing@hackney.example
kind: platform
audience: internal
status: beta
personal_data: true
contract: openapi.yaml
environments:
  sandbox: { mock: true }
access:
  - operations: [listTenancies]
    applications: granted
  - operations: [listPrivateTenancies]
    groups: [housing@hackney.example]
";

const CONTRACT: &str = "openapi: 3.1.0
info: { title: Tenancies, version: 1.0.0 }
paths:
  /tenancies:
    get:
      operationId: listTenancies
      responses: { '200': { description: All. } }
  /tenancies-private:
    get:
      operationId: listPrivateTenancies
      responses: { '200': { description: All. } }
";

struct Town {
    control: Control,
    builder: Actor,
    owner: Actor,
    application: ApplicationId,
}

async fn settle(store: &hansom_store::Opened) -> Town {
    let (control, _) = town::control(store);
    let publication = Publication { manifest: MANIFEST, contract: CONTRACT, dry_run: false };
    control.publish_release(&Actor::Platform, publication).await.unwrap();
    let builder = town::person(&control, "ben", &["digital@hackney.example"]).await;
    let owner = town::person(&control, "olu", &["housing@hackney.example"]).await;
    let digital = town::group("digital@hackney.example");
    let new = NewApp { name: "Tracker", description: "", owner: &digital, may_publish: false };
    let application = control.register_application(&builder, new).await.unwrap();
    Town { control, builder, owner, application }
}

impl Town {
    async fn ask(&self, actor: &Actor, operations: &[&str], legal_basis: &str) -> Result<GrantId, Error> {
        let asked = AskedGrant {
            application: &self.application,
            api: &"tenancies".parse().unwrap(),
            major: "v1".parse().unwrap(),
            environment: &EnvironmentName::sandbox(),
            operations: operations.iter().map(ToString::to_string).collect(),
            purpose: "To show residents their tenancy.",
            legal_basis,
        };
        self.control.request_grant(actor, asked).await
    }
}

#[tokio::test]
async fn a_grant_is_asked_for_decided_by_the_owner_and_revoked_on_every_database() {
    for (database, store) in town::stores("granting").await {
        let town = settle(&store).await;
        let id = town.ask(&town.builder, &["listTenancies"], "Public task").await.unwrap();
        assert_eq!(town.control.inbox(&town.owner).await.unwrap().len(), 1, "{database}");
        assert!(town.control.inbox(&town.builder).await.unwrap().is_empty(), "{database}");
        town.control.decide_grant(&town.owner, &id, Decision::Approve, "Agreed.").await.unwrap();
        let grant = town.control.grant_for(&town.builder, &id).await.unwrap();
        assert_eq!(grant.state, GrantState::Approved, "{database}");
        assert_eq!(
            (grant.decided_by_name.as_deref(), grant.reason.as_deref()),
            (Some("olu"), Some("Agreed.")),
            "{database}"
        );
        let twice = town.control.decide_grant(&town.owner, &id, Decision::Refuse, "Changed my mind.").await;
        assert!(matches!(twice, Err(Error::Conflict(_))), "{database}: {twice:?}");
        town.control.revoke_grant(&town.owner, &id, "Leak.").await.unwrap();
        assert!(town.control.reads().approved_grants().await.unwrap().is_empty(), "{database}");
    }
}

#[tokio::test]
async fn nobody_decides_their_own_request() {
    let store = town::store().await;
    let town = settle(&store).await;
    let both = town::person(&town.control, "bo", &["digital@hackney.example", "housing@hackney.example"]).await;
    let id = town.ask(&both, &["listTenancies"], "Public task").await.unwrap();
    let decided = town.control.decide_grant(&both, &id, Decision::Approve, "Mine.").await;
    assert!(matches!(decided, Err(Error::NotAllowed(_))), "{decided:?}");
}

#[tokio::test]
async fn strangers_neither_ask_nor_decide_nor_see() {
    let store = town::store().await;
    let town = settle(&store).await;
    let stranger = town::person(&town.control, "sam", &["parks@hackney.example"]).await;
    let asked = town.ask(&stranger, &["listTenancies"], "Public task").await;
    assert!(matches!(asked, Err(Error::NotFound(_))), "another team's application is not known to exist: {asked:?}");
    let id = town.ask(&town.builder, &["listTenancies"], "Public task").await.unwrap();
    assert!(matches!(town.control.grant_for(&stranger, &id).await, Err(Error::NotFound(_))));
    let decided = town.control.decide_grant(&town.builder, &id, Decision::Approve, "Please.").await;
    assert!(matches!(decided, Err(Error::NotAllowed(_))), "the asking team does not decide: {decided:?}");
    let program = town.control.actor_of_application(&town.application).await.unwrap();
    let secret = town.control.issue_secret(&program, &town.application).await;
    assert!(matches!(secret, Err(Error::NotAllowed(_))), "a program makes no secrets: {secret:?}");
}

#[tokio::test]
async fn a_request_names_operations_that_a_grant_opens_and_the_law_for_personal_data() {
    let store = town::store().await;
    let town = settle(&store).await;
    for (operations, basis) in [
        (vec!["listPrivateTenancies"], "Public task"),
        (vec!["listTenanc"], "Public task"),
        (vec![], "Public task"),
        (vec!["*", "listTenancies"], "Public task"),
        (vec!["listTenancies"], "  "),
    ] {
        let asked = town.ask(&town.builder, &operations, basis).await;
        assert!(matches!(asked, Err(Error::Invalid(_))), "{operations:?} by {basis:?}: {asked:?}");
    }
}

#[tokio::test]
async fn a_secret_works_until_it_or_its_application_is_revoked() {
    for (database, store) in town::stores("secrets").await {
        let town = settle(&store).await;
        let issued = town.control.issue_secret(&town.builder, &town.application).await.unwrap();
        let secret = issued.secret.reveal();
        let found = town.control.authenticate_secret(&town.application, secret).await.unwrap();
        assert_eq!(found.as_ref(), Some(&issued.credential), "{database}");
        assert_eq!(town.control.authenticate_secret(&town.application, "hansom_no").await.unwrap(), None, "{database}");
        let kept = town.control.reads().credentials_of(&town.application).await.unwrap();
        assert!(!format!("{kept:?}").contains(secret), "{database}: the secret itself is nowhere in the store");
        town.control.revoke_credential(&town.builder, &town.application, &issued.credential).await.unwrap();
        assert_eq!(town.control.authenticate_secret(&town.application, secret).await.unwrap(), None, "{database}");
    }
}

#[tokio::test]
async fn an_application_has_at_most_five_credentials_in_force() {
    let store = town::store().await;
    let town = settle(&store).await;
    for _ in 0..5 {
        town.control.issue_secret(&town.builder, &town.application).await.unwrap();
    }
    let sixth = town.control.issue_secret(&town.builder, &town.application).await;
    assert!(matches!(sixth, Err(Error::Conflict(_))), "{sixth:?}");
}

#[tokio::test]
async fn a_session_ends_when_idle_and_in_any_case_after_twelve_hours() {
    for (database, store) in town::stores("sessions").await {
        let (control, hands) = town::control(&store);
        let key = hansom_domain::PersonKey { issuer: "https://a.example".into(), subject: "1".into() };
        let cookie = control.sign_in_person(key.clone(), "a@b.example", "A", &[]).await.unwrap().value;
        assert!(control.session(&cookie).await.unwrap().is_some(), "{database}");
        for _ in 0..13 {
            hands.forward(3500);
            let _ = control.session(&cookie).await.unwrap();
        }
        assert!(control.session(&cookie).await.unwrap().is_none(), "{database}: twelve hours are the end");
        let idle = control.sign_in_person(key, "a@b.example", "A", &[]).await.unwrap().value;
        hands.forward(3601);
        assert!(control.session(&idle).await.unwrap().is_none(), "{database}: an hour without a request is the end");
        assert!(control.session("made-up").await.unwrap().is_none(), "{database}");
    }
}
