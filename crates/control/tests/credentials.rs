//! Credentials: how many, for how long, and one in the place of another.

use hansom_control::{Control, Error, Lasting, NewApp};
use hansom_domain::{Actor, ApplicationId, CredentialId, CredentialKind, Overlap, PlainSecret};
use hansom_store::CredentialRow;
use hansom_testkit as town;

const DAY: i64 = 86_400;

async fn settle(control: &Control) -> (Actor, ApplicationId) {
    let ben = town::person(control, "ben", &["digital@hackney.example"]).await;
    let digital = town::group("digital@hackney.example");
    let new = NewApp { name: "Tracker", description: "", owner: &digital, may_publish: false };
    let application = control.register_application(&ben, new).await.unwrap();
    (ben, application)
}

async fn credential(control: &Control, application: &ApplicationId, id: &CredentialId) -> CredentialRow {
    let all = control.reads().credentials_of(application).await.unwrap();
    all.into_iter().find(|known| known.id == *id).unwrap()
}

fn instead(credential: &CredentialId, overlap: Overlap) -> Lasting {
    Lasting { days: None, replaces: Some((credential.clone(), overlap)) }
}

#[tokio::test]
async fn a_secret_is_rolled_now_or_with_overlap_on_every_database() {
    for (database, store) in town::stores("rolling").await {
        let (control, hands) = town::control(&store);
        let (ben, application) = settle(&control).await;
        let first = control.issue_secret(&ben, &application).await.unwrap();
        assert!(PlainSecret::may_be(first.secret.reveal()), "{database}");
        let week = instead(&first.credential, Overlap::Week);
        let second = control.issue_secret_for(&ben, &application, &week).await.unwrap();
        let works = async |secret: &PlainSecret| {
            control.authenticate_secret(&application, secret.reveal()).await.unwrap().is_some()
        };
        assert!(works(&first.secret).await && works(&second.secret).await, "{database}: both are in force");
        let ending = credential(&control, &application, &first.credential).await;
        assert_eq!(ending.expires_at, Some(town::START.plus_seconds(7 * DAY)), "{database}");
        assert_eq!(ending.ended_because.as_deref(), Some("replaced"), "{database}");
        hands.forward(7 * DAY - 1);
        assert!(works(&first.secret).await, "{database}");
        hands.forward(1);
        assert!(!works(&first.secret).await && works(&second.secret).await, "{database}");

        let now = instead(&second.credential, Overlap::Now);
        let third = control.issue_secret_for(&ben, &application, &now).await.unwrap();
        assert!(!works(&second.secret).await && works(&third.secret).await, "{database}");
        let again = control.issue_secret_for(&ben, &application, &now).await;
        assert!(matches!(again, Err(Error::NotFound(_))), "{database}: it was replaced before: {again:?}");
    }
}

#[tokio::test]
async fn one_credential_of_five_is_replaced_at_once_or_there_is_no_room() {
    for (database, store) in town::stores("five").await {
        let (control, hands) = town::control(&store);
        let (ben, application) = settle(&control).await;
        let mut last = control.issue_secret(&ben, &application).await.unwrap().credential;
        for _ in 0..4 {
            last = control.issue_secret(&ben, &application).await.unwrap().credential;
        }
        let day = control.issue_secret_for(&ben, &application, &instead(&last, Overlap::Day)).await;
        assert!(matches!(day, Err(Error::Conflict(_))), "{database}: {day:?}");
        assert_eq!(credential(&control, &application, &last).await.expires_at, None, "{database}: nothing was changed");
        let now = control.issue_secret_for(&ben, &application, &instead(&last, Overlap::Now)).await.unwrap();
        let short = Lasting { days: Some(1), replaces: Some((now.credential.clone(), Overlap::Now)) };
        control.issue_secret_for(&ben, &application, &short).await.unwrap();
        hands.forward(DAY);
        control.issue_secret(&ben, &application).await.unwrap();
        let sixth = control.issue_secret(&ben, &application).await;
        assert!(matches!(sixth, Err(Error::Conflict(_))), "{database}: what has expired makes room, and no more");
    }
}

#[tokio::test]
async fn two_requests_at_once_make_no_sixth_credential() {
    for (database, store) in town::stores("sixth").await {
        let (control, _) = town::control(&store);
        let (ben, application) = settle(&control).await;
        for _ in 0..4 {
            control.issue_secret(&ben, &application).await.unwrap();
        }
        let (one, other) =
            tokio::join!(control.issue_secret(&ben, &application), control.issue_secret(&ben, &application));
        assert!(one.is_ok() != other.is_ok(), "{database}: exactly one finds room");
    }
}

#[tokio::test]
async fn an_end_lies_within_the_bounds_of_the_platform() {
    let store = town::store().await;
    let (control, _) = town::control(&store);
    let mut settings = control.settings().clone();
    settings.terms.credentials.longest_secret_days = 90;
    let (clock, chance) = (control.clock().clone(), control.chance().clone());
    let vault = hansom_control::Vault::new([7; 32]);
    let control = Control::new(store.reads.clone(), store.writes.clone(), vault, clock, chance, settings);
    let (ben, application) = settle(&control).await;
    let days = |days| Lasting { days, replaces: None };
    for wrong in [Some(0), Some(91), Some(u16::MAX)] {
        let refused = control.issue_secret_for(&ben, &application, &days(wrong)).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{wrong:?}: {refused:?}");
    }
    let issued = control.issue_secret_for(&ben, &application, &days(None)).await.unwrap();
    let kept = credential(&control, &application, &issued.credential).await;
    assert_eq!(kept.expires_at, Some(town::START.plus_seconds(90 * DAY)), "the longest there is, if nobody says");
}

#[tokio::test]
async fn j113_the_address_of_a_key_set_is_https_and_leads_outside() {
    let store = town::store().await;
    let (control, _) = town::control(&store);
    let (ben, application) = settle(&control).await;
    for wrong in [
        "",
        "keys.json",
        "http://supplier.example/keys",
        "ftp://supplier.example/keys",
        "file:///etc/passwd",
        "https://user:pass@supplier.example/keys",
        "https://supplier.example/keys#one",
        "https://169.254.169.254/latest",
        "https://10.0.0.1/",
        "https://0x0a000001/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fe80::1]/",
        &format!("https://supplier.example/{}", "k".repeat(500)),
    ] {
        let registered = control.register_key_set(&ben, &application, wrong, &Lasting::default()).await;
        assert!(matches!(registered, Err(Error::Invalid(_))), "{wrong:?}: {registered:?}");
    }
    let address = "https://supplier.example/keys.json";
    let id = control.register_key_set(&ben, &application, address, &Lasting::default()).await.unwrap();
    let kept = credential(&control, &application, &id).await;
    assert_eq!((kept.kind, kept.jwks_url.as_deref()), (CredentialKind::JwksUrl, Some(address)));
    let (keys, addresses) = control.live_proofs(&application).await.unwrap();
    assert!(keys.is_empty() && addresses.iter().any(|(known, _)| *known == id));
    let stranger = town::person(&control, "sam", &["parks@hackney.example"]).await;
    let registered = control.register_key_set(&stranger, &application, address, &Lasting::default()).await;
    assert!(matches!(registered, Err(Error::NotFound(_))), "{registered:?}");
}
