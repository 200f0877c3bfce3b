//! The life of a signing key: announced, signing, retired, gone, or withdrawn at once.

use hansom_control::{Begins, Control, Error, KeyState, Vault};
use hansom_domain::{Actor, Chance, SigningAlgorithm};
use hansom_store::Opened;
use hansom_testkit as town;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The keys with their states, the one that signs last first.
async fn states(control: &Control) -> Vec<(String, KeyState)> {
    let keys = control.list_signing_keys(&Actor::Platform).await.unwrap();
    keys.into_iter().map(|key| (key.kid, key.state)).collect()
}

async fn verifies(control: &Control, kid: &str) -> bool {
    control.verification_keys().await.unwrap().iter().any(|key| key.kid == kid)
}

async fn signs(control: &Control) -> String {
    control.signing_key().await.unwrap().kid.clone()
}

/// Another node with the same database and master key.
fn node(store: &Opened, chance: &Chance, master: u8) -> (Control, town::Hands) {
    let (control, _) = town::control(store);
    let (clock, hands) = town::clock();
    let vault = Vault::new([master; 32]);
    let settings = control.settings().clone();
    (Control::new(store.reads.clone(), store.writes.clone(), vault, clock, chance.clone(), settings), hands)
}

#[tokio::test]
async fn a_key_is_announced_signs_verifies_on_and_is_gone() {
    for (database, store) in town::stores("key_life").await {
        let (control, hands) = town::control(&store);
        control.ensure_signing_key().await.unwrap();
        let old = signs(&control).await;
        let (new, signs_from) = control.rotate_signing_key(&Actor::Platform, Begins::Announced).await.unwrap();
        assert_eq!(signs_from, control.clock().now().plus_seconds(DAY), "{database}");
        assert_eq!(signs(&control).await, old, "{database}: the new key is only announced");
        assert!(verifies(&control, &new).await, "{database}: whoever verifies has it before it signs");
        let again = control.rotate_signing_key(&Actor::Platform, Begins::Announced).await;
        assert!(matches!(again, Err(Error::Conflict(_))), "{database}: {again:?}");

        hands.forward(DAY);
        assert_eq!(signs(&control).await, new, "{database}");
        assert_eq!(
            states(&control).await,
            [(new.clone(), KeyState::Signing), (old.clone(), KeyState::Retired)],
            "{database}"
        );
        assert!(verifies(&control, &old).await, "{database}: its last token is about for an hour");
        hands.forward(HOUR);
        assert!(verifies(&control, &old).await, "{database}: clocks may differ by minutes");
        hands.forward(301);
        assert!(!verifies(&control, &old).await, "{database}");
        assert_eq!(states(&control).await[1], (old.clone(), KeyState::Gone), "{database}");

        control.keep_up("node-1", 60).await.unwrap();
        let kept = store.reads.signing_keys().await.unwrap();
        let of_old = kept.iter().find(|key| key.id == old).unwrap();
        assert_eq!(of_old.sealed_private, "", "{database}: what signs no more has no private half");
        hands.forward(31 * DAY);
        control.keep_up("node-1", 60).await.unwrap();
        assert!(store.reads.signing_keys().await.unwrap().iter().all(|key| key.id != old), "{database}");
    }
}

#[tokio::test]
async fn of_several_nodes_one_rotates_by_schedule_and_all_agree() {
    for (database, store) in town::stores("key_schedule").await {
        let chance = town::chance();
        let ((one, first), (other, second)) = (node(&store, &chance, 7), node(&store, &chance, 7));
        let (made, also) = tokio::join!(one.ensure_signing_key(), other.ensure_signing_key());
        made.unwrap();
        also.unwrap();
        assert_eq!(states(&one).await.len(), 1, "{database}: two nodes that start at once make one key");
        let old = signs(&one).await;
        for hands in [&first, &second] {
            hands.forward(88 * DAY);
        }
        one.keep_up("one", 60).await.unwrap();
        assert_eq!(states(&one).await.len(), 1, "{database}: it is not due");
        for hands in [&first, &second] {
            hands.forward(DAY);
        }
        let (done, too) = tokio::join!(one.keep_up("one", 0), other.keep_up("other", 0));
        done.unwrap();
        too.unwrap();
        assert_eq!(states(&one).await.len(), 2, "{database}: one of two has rotated");
        assert_eq!((signs(&one).await, signs(&other).await), (old.clone(), old.clone()), "{database}");
        for hands in [&first, &second] {
            hands.forward(DAY);
        }
        let new = signs(&one).await;
        assert_ne!(new, old, "{database}: the key is ninety days old");
        assert_eq!(signs(&other).await, new, "{database}: the time alone says which key signs");
    }
}

#[tokio::test]
async fn a_withdrawn_key_counts_no_more_and_another_signs() {
    for (database, store) in town::stores("key_withdrawn").await {
        let (control, hands) = town::control(&store);
        control.ensure_signing_key().await.unwrap();
        let stolen = signs(&control).await;
        let next = control.withdraw_signing_key(&Actor::Platform, &stolen, "Stolen.").await.unwrap();
        assert_eq!(signs(&control).await, next, "{database}: a new key signs at once");
        assert!(!verifies(&control, &stolen).await, "{database}");
        let again = control.withdraw_signing_key(&Actor::Platform, &stolen, "Again.").await;
        assert!(matches!(again, Err(Error::Conflict(_))), "{database}: {again:?}");
        let unknown = control.withdraw_signing_key(&Actor::Platform, "../k' OR 1=1", "Who?").await;
        assert!(matches!(unknown, Err(Error::NotFound(_))), "{database}: {unknown:?}");

        let (announced, _) = control.rotate_signing_key(&Actor::Platform, Begins::Announced).await.unwrap();
        assert_eq!(
            control.withdraw_signing_key(&Actor::Platform, &announced, "Seen.").await.unwrap(),
            next,
            "{database}"
        );
        hands.forward(3 * DAY);
        assert_eq!(signs(&control).await, next, "{database}: it signs on, for nobody follows it");
        assert_eq!(states(&control).await.iter().filter(|(_, state)| *state == KeyState::Signing).count(), 1);

        let (announced, _) = control.rotate_signing_key(&Actor::Platform, Begins::Announced).await.unwrap();
        assert_eq!(
            control.withdraw_signing_key(&Actor::Platform, &next, "Lost.").await.unwrap(),
            announced,
            "{database}"
        );
        assert_eq!(signs(&control).await, announced, "{database}: the announced key signs earlier");
        let trail = store.reads.audit(control.clock().now().plus_seconds(1), 50).await.unwrap();
        let withdrawn = trail.iter().filter(|entry| entry.verb == "withdraw_signing_key").count();
        assert_eq!(withdrawn, 3, "{database}");
    }
}

#[tokio::test]
async fn another_node_signs_with_a_withdrawn_key_for_two_seconds_at_most() {
    let store = town::store().await;
    let chance = town::chance();
    let ((one, _), (other, hands)) = (node(&store, &chance, 7), node(&store, &chance, 7));
    one.ensure_signing_key().await.unwrap();
    let stolen = signs(&other).await;
    let next = one.withdraw_signing_key(&Actor::Platform, &stolen, "Stolen.").await.unwrap();
    hands.forward(2);
    assert_eq!(signs(&other).await, next);
}

#[tokio::test]
async fn keys_of_every_algorithm_sign_and_the_next_key_may_be_of_another() {
    let store = town::store().await;
    let chance = town::chance();
    for &algorithm in SigningAlgorithm::ALL {
        let (control, hands) = node(&store, &chance, 7);
        let mut settings = control.settings().clone();
        settings.terms.keys.algorithm = algorithm;
        let clock = control.clock().clone();
        let control = Control::new(
            store.reads.clone(),
            store.writes.clone(),
            Vault::new([7; 32]),
            clock,
            chance.clone(),
            settings,
        );
        control.ensure_signing_key().await.unwrap();
        let (kid, _) = control.rotate_signing_key(&Actor::Platform, Begins::Now).await.unwrap();
        hands.forward(2);
        let key = control.signing_key().await.unwrap();
        assert_eq!((key.kid.clone(), format!("{:?}", key.algorithm)), (kid, algorithm.to_string()));
        let claims = serde_json::json!({ "sub": "a" });
        jsonwebtoken::encode(&jsonwebtoken::Header::new(key.algorithm), &claims, &key.encoding).unwrap();
        assert!(!format!("{key:?}").contains("PRIVATE"), "a key shows its name alone");
    }
}

#[tokio::test]
async fn a_new_master_key_opens_everything_and_the_old_one_nothing() {
    for (database, store) in town::stores("reseal").await {
        let chance = town::chance();
        let (old, _) = node(&store, &chance, 7);
        old.ensure_signing_key().await.unwrap();
        let owner = town::group("digital@hackney.example");
        let ada = town::person(&old, "ada", &["digital@hackney.example"]).await;
        let new = hansom_control::NewApp { name: "Tracker", description: "", owner: &owner, may_publish: false };
        let application = old.register_application(&ada, new).await.unwrap();
        let issued = old.issue_secret(&ada, &application).await.unwrap();
        let kid = signs(&old).await;

        assert_eq!(old.reseal(&Actor::Platform, &Vault::new([8; 32])).await.unwrap(), 1, "{database}");
        let (renewed, _) = node(&store, &chance, 8);
        renewed.ensure_signing_key().await.unwrap();
        assert_eq!(signs(&renewed).await, kid, "{database}: the same key, sealed anew");
        let found = renewed.authenticate_secret(&application, issued.secret.reveal()).await.unwrap();
        assert_eq!(found, Some(issued.credential), "{database}: secrets work on");

        let (late, _) = node(&store, &chance, 7);
        let refused = late.ensure_signing_key().await.unwrap_err();
        assert!(refused.private().unwrap().contains("master key is not the one"), "{database}: {refused:?}");
        let rotated = old.rotate_signing_key(&Actor::Platform, Begins::Now).await;
        assert!(rotated.is_err(), "{database}: a node with the old master key makes no key that nobody can open");
        assert!(old.reseal(&Actor::Platform, &Vault::new([9; 32])).await.is_err(), "{database}");
    }
}

#[tokio::test]
async fn only_administrators_touch_the_keys() {
    let store = town::store().await;
    let (control, _) = town::control(&store);
    control.ensure_signing_key().await.unwrap();
    let ada = town::person(&control, "ada", &["digital@hackney.example"]).await;
    let kid = signs(&control).await;
    assert!(matches!(control.list_signing_keys(&ada).await, Err(Error::NotAllowed(_))));
    assert!(matches!(control.rotate_signing_key(&ada, Begins::Now).await, Err(Error::NotAllowed(_))));
    assert!(matches!(control.withdraw_signing_key(&ada, &kid, "Mine.").await, Err(Error::NotAllowed(_))));
    let pat = town::person(&control, "pat", &["api-platform@hackney.example"]).await;
    assert_eq!(control.list_signing_keys(&pat).await.unwrap().len(), 1);
}
