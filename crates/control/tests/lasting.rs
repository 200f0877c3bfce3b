//! What time does to grants, credentials and applications, and who is told.

use hansom_control::{AskedGrant, Control, Error, GrantWord, Lasting, NewApp, Publication, Vault};
use hansom_domain::{Actor, ApplicationId, Decision, EnvironmentName, GrantId, GrantState, PersonId, Timestamp};
use hansom_store::{GrantRow, Opened};
use hansom_testkit as town;

const DAY: i64 = 86_400;
const MONTH: i64 = 2_629_800;

const CONTRACT: &str = "openapi: 3.1.0
info: { title: Tenancies, version: 1.0.0 }
paths:
  /tenancies:
    get:
      operationId: listTenancies
      responses: { '200': { description: All. } }
  /tenancies/count:
    get:
      operationId: countTenancies
      responses: { '200': { description: How many. } }
";

fn manifest(api: &str, owner: &str, more: &str) -> String {
    format!(
        "api: {api}\nowner: {owner}@hackney.example\nkind: platform\naudience: internal\nstatus: beta\n\
         personal_data: false\ncontract: openapi.yaml\nenvironments: {{ production: {{ mock: true }}, sandbox: {{ mock: true }} }}\n\
         access: [{{ operations: [\"*\"], applications: granted }}]\n{more}"
    )
}

struct Town {
    control: Control,
    hands: town::Hands,
    store: Opened,
    ben: Actor,
    olu: Actor,
    application: ApplicationId,
}

impl Town {
    async fn settle(store: Opened, sandbox_at_once: bool) -> Self {
        let (clock, hands) = town::clock();
        let mut settings = town::control(&store).0.settings().clone();
        settings.terms.grants.sandbox_at_once = sandbox_at_once;
        let (reads, writes) = (store.reads.clone(), store.writes.clone());
        let control = Control::new(reads, writes, Vault::new([7; 32]), clock, town::chance(), settings);
        for manifest in [
            manifest("tenancies", "housing", "grants: { longest_months: 18 }\n"),
            manifest("rents", "housing", ""),
            manifest("parking", "parking", "grants: { sandbox: decided }\n"),
        ] {
            let publication = Publication { manifest: &manifest, contract: CONTRACT, dry_run: false };
            control.publish_release(&Actor::Platform, publication).await.unwrap();
        }
        let ben = town::person(&control, "ben", &["digital@hackney.example"]).await;
        let olu = town::person(&control, "olu", &["housing@hackney.example"]).await;
        let digital = town::group("digital@hackney.example");
        let new = NewApp { name: "Tracker", description: "", owner: &digital, may_publish: true };
        let application = control.register_application(&ben, new).await.unwrap();
        Self { control, hands, store, ben, olu, application }
    }

    async fn ask(&self, api: &str, environment: EnvironmentName) -> Result<GrantId, Error> {
        let (api, operations) = (api.parse().unwrap(), vec!["listTenancies".into()]);
        self.control.request_grant(&self.ben, asked(&self.application, &api, &environment, operations)).await
    }

    async fn approve(&self, id: &GrantId, months: Option<u16>) -> Result<(), Error> {
        let word = GrantWord { decision: Decision::Approve, reason: "Agreed.", months, shown: None };
        self.control.decide_grant_for(&self.olu, id, word).await
    }

    async fn grant(&self, id: &GrantId) -> GrantRow {
        self.control.reads().grant(id).await.unwrap().unwrap()
    }

    async fn keep_up(&self) {
        self.control.keep_up("node", 60).await.unwrap();
    }

    /// Subjects of mails, with their addresses.
    async fn mails(&self) -> Vec<String> {
        let (now, since) = (Timestamp::from_millis(i64::MAX), Timestamp::from_millis(0));
        let due = self.store.reads.due_notices(now, since, 200).await.unwrap();
        due.into_iter().map(|mail| format!("{}: {}", mail.address, mail.subject)).collect()
    }

    async fn mailed(&self, to: &str, words: &str) -> usize {
        self.mails().await.iter().filter(|mail| mail.starts_with(to) && mail.contains(words)).count()
    }

    async fn audited(&self, verb: &str) -> usize {
        let trail = self.store.reads.audit(Timestamp::from_millis(i64::MAX), 500).await.unwrap();
        trail.iter().filter(|entry| entry.verb == verb).count()
    }
}

fn asked<'a>(
    application: &'a ApplicationId,
    api: &'a hansom_domain::ApiSlug,
    environment: &'a EnvironmentName,
    operations: Vec<String>,
) -> AskedGrant<'a> {
    let (purpose, legal_basis) = ("To show residents their tenancy.", "");
    AskedGrant { application, api, major: "v1".parse().unwrap(), environment, operations, purpose, legal_basis }
}

#[tokio::test]
async fn a_grant_is_given_for_a_time_warned_of_renewed_without_a_gap_and_lapses() {
    for (database, store) in town::stores("grant_life").await {
        let town = Town::settle(store, false).await;
        let id = town.ask("tenancies", EnvironmentName::production()).await.unwrap();
        assert_eq!(town.mailed("olu", "asks for access").await, 1, "{database}: the owners are told");
        for wrong in [0, 19, 24, u16::MAX] {
            let decided = town.approve(&id, Some(wrong)).await;
            assert!(matches!(decided, Err(Error::Invalid(_))), "{database}: {wrong} months: {decided:?}");
        }
        town.approve(&id, Some(2)).await.unwrap();
        let end = town::START.plus_seconds(2 * MONTH);
        assert_eq!(town.grant(&id).await.expires_at, Some(end), "{database}");
        assert_eq!(town.mailed("ben", "approved").await, 1, "{database}: who asked is told");
        assert_eq!(town.mailed("olu", "approved").await, 0, "{database}: who decided knows");

        town.hands.forward(2 * MONTH - 29 * DAY);
        town.keep_up().await;
        town.keep_up().await;
        assert_eq!(town.mailed("ben", "ends soon").await, 1, "{database}: warned once");
        let renewal = town.control.renew_grant(&town.ben, &id, None, ("", "")).await.unwrap();
        assert_eq!(town.grant(&id).await.state, GrantState::Approved, "{database}: it is not lost by asking");
        town.hands.forward(23 * DAY);
        town.keep_up().await;
        assert_eq!(town.mailed("ben", "ends soon").await, 2, "{database}: and again seven days before");
        town.approve(&renewal, None).await.unwrap();
        assert_eq!(town.grant(&id).await.state, GrantState::Replaced, "{database}");
        let in_force = town.store.reads.approved_grants_of(&town.application).await.unwrap();
        assert_eq!(in_force.iter().map(|grant| &grant.id).collect::<Vec<_>>(), [&renewal], "{database}");

        town.hands.forward(13 * MONTH);
        town.keep_up().await;
        let lapsed = town.grant(&renewal).await;
        assert_eq!((lapsed.state, lapsed.reason.as_deref()), (GrantState::Lapsed, Some("Agreed.")), "{database}");
        assert_eq!(town.mailed("olu", "may no longer call").await, 1, "{database}");
        assert_eq!(town.mailed("ben", "may no longer call").await, 1, "{database}");
    }
}

#[tokio::test]
async fn a_renewal_may_ask_for_other_operations_and_is_decided_by_somebody_else() {
    let town = Town::settle(town::store().await, false).await;
    let id = town.ask("tenancies", EnvironmentName::production()).await.unwrap();
    let early = town.control.renew_grant(&town.ben, &id, None, ("", "")).await;
    assert!(matches!(early, Err(Error::Conflict(_))), "it is not in force yet: {early:?}");
    town.approve(&id, None).await.unwrap();
    let wider = vec!["listTenancies".into(), "countTenancies".into()];
    let wider = town.control.renew_grant(&town.ben, &id, Some(wider), ("To count them as well.", "")).await.unwrap();
    let own = town.control.decide_grant(&town.ben, &wider, Decision::Approve, "Mine.").await;
    assert!(matches!(own, Err(Error::NotAllowed(_))), "{own:?}");
    let refusal = town.control.decide_grant(&town.olu, &wider, Decision::Refuse, "The list is enough.").await;
    assert!(refusal.is_ok());
    assert_eq!(town.grant(&id).await.state, GrantState::Approved, "what was refused takes nothing away");
}

#[tokio::test]
async fn a_decision_is_for_what_was_shown() {
    for (database, store) in town::stores("shown").await {
        let town = Town::settle(store, false).await;
        let id = town.ask("tenancies", EnvironmentName::production()).await.unwrap();
        let shown = town.control.shown_grant(&town.grant(&id).await);
        let again = manifest("tenancies", "housing", "");
        let publication = Publication { manifest: &again, contract: CONTRACT, dry_run: false };
        let changed = CONTRACT.replace("How many.", "How many there are.").replace("1.0.0", "1.1.0");
        let publication = Publication { contract: &changed, ..publication };
        town.control.publish_release(&Actor::Platform, publication).await.unwrap();
        let word = GrantWord { decision: Decision::Approve, reason: "Agreed.", months: None, shown: Some(&shown) };
        let stale = town.control.decide_grant_for(&town.olu, &id, word.clone()).await;
        assert!(matches!(stale, Err(Error::Conflict(_))), "{database}: {stale:?}");
        assert_eq!(town.grant(&id).await.state, GrantState::Requested, "{database}");
        let shown = town.control.shown_grant(&town.grant(&id).await);
        town.control.decide_grant_for(&town.olu, &id, GrantWord { shown: Some(&shown), ..word }).await.unwrap();
    }
}

#[tokio::test]
async fn a_bundle_is_asked_for_whole_and_each_group_decides_its_part() {
    for (database, store) in town::stores("bundle").await {
        let town = Town::settle(store, false).await;
        let pam = town::person(&town.control, "pam", &["parking@hackney.example"]).await;
        let production = EnvironmentName::production();
        let apis: Vec<hansom_domain::ApiSlug> =
            ["tenancies", "rents", "parking"].iter().map(|api| api.parse().unwrap()).collect();
        let request = |api| asked(&town.application, api, &production, vec!["listTenancies".into()]);
        let wrong = vec![request(&apis[0]), asked(&town.application, &apis[1], &production, vec!["nothing".into()])];
        let refused = town.control.request_grants(&town.ben, wrong).await;
        assert!(
            matches!(&refused, Err(Error::Invalid(why)) if why.starts_with("request 2")),
            "{database}: {refused:?}"
        );
        let twice = vec![request(&apis[0]), request(&apis[0])];
        assert!(town.control.request_grants(&town.ben, twice).await.is_err(), "{database}");
        assert!(town.store.reads.grants().await.unwrap().is_empty(), "{database}: all or none");

        let all = apis.iter().map(request).collect();
        let (bundle, ids) = town.control.request_grants(&town.ben, all).await.unwrap();
        assert_eq!((ids.len(), town.audited("request_grant").await), (3, 3), "{database}: each is witnessed");
        assert_eq!(town.mailed("olu", "asks for access").await, 1, "{database}: one mail for a group's part");
        let word = GrantWord { decision: Decision::Approve, reason: "Agreed.", months: Some(12), shown: None };
        assert_eq!(town.control.decide_bundle(&town.olu, &bundle, word.clone()).await.unwrap(), 2, "{database}");
        assert_eq!(town.audited("decide_grant").await, 2, "{database}");
        assert_eq!(town.grant(&ids[2]).await.state, GrantState::Requested, "{database}: not theirs to decide");
        let own = town.control.decide_bundle(&town.ben, &bundle, word.clone()).await;
        assert!(matches!(own, Err(Error::NotFound(_))), "{database}: {own:?}");
        assert_eq!(town.control.decide_bundle(&pam, &bundle, word).await.unwrap(), 1, "{database}");
        assert_eq!(town.store.reads.approved_grants().await.unwrap().len(), 3, "{database}");
    }
}

#[tokio::test]
async fn the_sandbox_is_granted_at_once_by_the_platform_where_nobody_forbids_it() {
    for (database, store) in town::stores("sandbox").await {
        let town = Town::settle(store, true).await;
        let id = town.ask("tenancies", EnvironmentName::sandbox()).await.unwrap();
        let grant = town.grant(&id).await;
        assert_eq!(
            (grant.state, grant.decided_by_name.as_deref()),
            (GrantState::Approved, Some("Hansom")),
            "{database}"
        );
        assert!(grant.reason.unwrap().contains("at once") && grant.expires_at.is_some(), "{database}");
        assert_eq!(town.audited("decide_grant").await, 1, "{database}: by the platform, and witnessed");
        for (api, environment) in [("parking", EnvironmentName::sandbox()), ("rents", EnvironmentName::production())] {
            let id = town.ask(api, environment).await.unwrap();
            assert_eq!(town.grant(&id).await.state, GrantState::Requested, "{database}: {api} is decided by people");
        }
    }
}

#[tokio::test]
async fn credentials_are_warned_of_and_end_and_unused_ones_lapse_after_a_warning() {
    for (database, store) in town::stores("credential_life").await {
        let town = Town::settle(store, false).await;
        let month = Lasting { days: Some(30), replaces: None };
        town.control.issue_secret_for(&town.ben, &town.application, &month).await.unwrap();
        let idle = town.control.issue_secret(&town.ben, &town.application).await.unwrap();
        town.keep_up().await;
        assert_eq!(town.mailed("ben", "needs you").await, 0, "{database}");
        for (days, mails) in [(17, 1), (0, 1), (10, 2), (0, 2)] {
            town.hands.forward(days * DAY);
            town.keep_up().await;
            assert_eq!(town.mailed("ben", "needs you").await, mails, "{database}: after {days} days more");
        }
        town.hands.forward(3 * DAY);
        town.keep_up().await;
        assert_eq!(town.mailed("ben", "has ended").await, 1, "{database}");
        assert_eq!(town.store.reads.live_credentials_of(&town.application).await.unwrap().len(), 1, "{database}");

        town.hands.forward(135 * DAY);
        town.keep_up().await;
        assert_eq!(town.mailed("ben", "needs you").await, 2, "{database}: 165 days are not long enough");
        town.hands.forward(100 * DAY);
        town.keep_up().await;
        assert_eq!(town.mailed("ben", "needs you").await, 3, "{database}");
        assert_eq!(
            town.store.reads.live_credentials_of(&town.application).await.unwrap().len(),
            1,
            "{database}: warned first"
        );
        town.hands.forward(13 * DAY);
        town.control.touch_credential(&idle.credential).await.unwrap();
        town.hands.forward(DAY);
        town.keep_up().await;
        assert_eq!(
            town.store.reads.live_credentials_of(&town.application).await.unwrap().len(),
            1,
            "{database}: it was used"
        );
        town.hands.forward(170 * DAY);
        town.keep_up().await;
        town.hands.forward(14 * DAY);
        town.keep_up().await;
        let kept = town.store.reads.credentials_of(&town.application).await.unwrap();
        let lapsed = kept.iter().find(|known| known.id == idle.credential).unwrap();
        assert_eq!(lapsed.ended_because.as_deref(), Some("unused"), "{database}");
    }
}

#[tokio::test]
async fn an_application_whose_group_emptied_is_flagged_suspended_and_comes_back() {
    for (database, store) in town::stores("ownerless").await {
        let town = Town::settle(store, false).await;
        let pat = town::person(&town.control, "pat", &["api-platform@hackney.example"]).await;
        let issued = town.control.issue_secret(&town.ben, &town.application).await.unwrap();
        let application = async || town.store.reads.application(&town.application).await.unwrap().unwrap();
        let ben: PersonId = town.ben.id().parse().unwrap();
        let digital = [town::group("digital@hackney.example")];
        town.keep_up().await;
        town.hands.forward(60 * DAY);
        town.keep_up().await;
        assert_eq!(application().await.ownerless_since, None, "{database}: a silent directory says nothing");

        town.control.renew_groups(&ben, &[]).await.unwrap();
        town.keep_up().await;
        assert!(application().await.ownerless_since.is_some(), "{database}: the directory said that nobody is left");
        assert_eq!(town.mailed("pat", "Nobody looks after").await, 1, "{database}");
        let works = async || {
            let secret = issued.secret.reveal();
            town.control.authenticate_secret(&town.application, secret).await.unwrap().is_some()
        };
        town.hands.forward(29 * DAY);
        town.keep_up().await;
        assert!(works().await, "{database}: thirty days of grace");
        town.hands.forward(DAY);
        town.keep_up().await;
        assert!(!works().await && application().await.suspended_at.is_some(), "{database}");
        assert_eq!(town.mailed("pat", "is suspended").await, 1, "{database}");
        assert!(
            town.store.reads.live_credentials().await.unwrap().is_empty(),
            "{database}: its tokens die with the snapshot"
        );
        assert!(town.control.actor_of_application(&town.application).await.is_err(), "{database}");

        town.control.renew_groups(&ben, &digital).await.unwrap();
        town.keep_up().await;
        assert!(works().await && application().await.is_in_force(), "{database}: somebody is in again");

        town.control.renew_groups(&ben, &[]).await.unwrap();
        town.keep_up().await;
        town.hands.forward(30 * DAY);
        town.keep_up().await;
        let parks = town::group("parks@hackney.example");
        let other = town.control.transfer_application(&town.olu, &town.application, &parks).await;
        assert!(matches!(other, Err(Error::NotFound(_))), "{database}: {other:?}");
        town.control.transfer_application(&pat, &town.application, &parks).await.unwrap();
        let given = application().await;
        assert!(given.is_in_force() && given.owner == parks && !given.may_publish, "{database}");
        assert!(works().await, "{database}");
        assert_eq!(town.audited("transfer_application").await, 1, "{database}");
        town.keep_up().await;
        assert_eq!(
            application().await.ownerless_since,
            None,
            "{database}: nobody was ever known to be in the new group"
        );
    }
}

#[tokio::test]
async fn an_application_is_given_by_who_is_in_both_groups() {
    let town = Town::settle(town::store().await, false).await;
    let housing = town::group("housing@hackney.example");
    let taken = town.control.transfer_application(&town.olu, &town.application, &housing).await;
    assert!(matches!(taken, Err(Error::NotFound(_))), "who is only in the new group takes nothing: {taken:?}");
    let pushed = town.control.transfer_application(&town.ben, &town.application, &housing).await;
    assert!(matches!(pushed, Err(Error::NotAllowed(_))), "who is only in the old one gives nothing away: {pushed:?}");
    let both = town::person(&town.control, "bo", &["housing@hackney.example", "digital@hackney.example"]).await;
    town.control.transfer_application(&both, &town.application, &housing).await.unwrap();
    assert_eq!(town.mailed("olu", "is now owned by").await, 1);
}

#[tokio::test]
async fn a_secret_that_somebody_found_ends_at_once() {
    for (database, store) in town::stores("leak").await {
        let town = Town::settle(store, false).await;
        let issued = town.control.issue_secret(&town.ben, &town.application).await.unwrap();
        let secret = issued.secret.reveal();
        for wrong in ["", "hansom_sec_x", &secret[..59], "password"] {
            assert!(!town.control.report_leak(wrong, "here").await.unwrap(), "{database}: {wrong}");
        }
        assert!(town.control.report_leak(secret, "https://git.example/repo\r\nBcc: all").await.unwrap(), "{database}");
        assert!(town.control.report_leak(secret, "again").await.unwrap(), "{database}: it is one of ours all the same");
        assert_eq!(town.control.authenticate_secret(&town.application, secret).await.unwrap(), None, "{database}");
        assert_eq!(town.mailed("ben", "was found in the open").await, 1, "{database}");
    }
}

#[tokio::test]
async fn of_two_nodes_one_keeps_up() {
    for (database, store) in town::stores("lease").await {
        let (now, later) = (town::START, town::START.plus_seconds(60));
        assert!(store.writes.take_lease("upkeep", "one", now, later).await.unwrap(), "{database}");
        assert!(!store.writes.take_lease("upkeep", "other", now, later).await.unwrap(), "{database}");
        assert!(store.writes.take_lease("upkeep", "one", now, later).await.unwrap(), "{database}: who has it keeps it");
        let after = later.plus_seconds(60);
        assert!(store.writes.take_lease("upkeep", "other", later, after).await.unwrap(), "{database}: it was given up");
    }
}
