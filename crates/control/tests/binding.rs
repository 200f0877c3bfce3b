//! Service accounts: one proves one application, whoever binds it first.

use hansom_control::{Error, NewApp, ServiceAccount};
use hansom_testkit as town;

#[tokio::test]
async fn of_two_owners_who_bind_one_service_account_at_once_exactly_one_does() {
    for (database, store) in town::stores("binding").await {
        let (control, _) = town::control(&store);
        let mut sides = vec![];
        for (name, group) in [("ben", "digital@hackney.example"), ("olu", "housing@hackney.example")] {
            let person = town::person(&control, name, &[group]).await;
            let owner = town::group(group);
            let new = NewApp { name: "Tracker", description: "", owner: &owner, may_publish: false };
            let application = control.register_application(&person, new).await.unwrap();
            sides.push((person, application));
        }
        let [(ben, bens), (olu, olus)] = sides.as_slice() else { unreachable!() };
        for round in 0..4 {
            let subject = format!("{round}");
            let (issuer, email) = ("https://accounts.google.com", "robot@project.iam.example");
            let account = ServiceAccount { issuer, subject: &subject, email };
            let (one, other) = tokio::join!(
                control.bind_service_account(ben, bens, account),
                control.bind_service_account(olu, olus, account)
            );
            let bound = [&one, &other].iter().filter(|side| side.is_ok()).count();
            assert_eq!(bound, 1, "{database}, round {round}: {one:?} {other:?}");
            assert!([one, other].iter().any(|side| matches!(side, Err(Error::Conflict(_)))), "{database}");
            let found = control.service_account(issuer, &subject).await.unwrap();
            assert!(found.is_some(), "{database}");
        }
    }
}
