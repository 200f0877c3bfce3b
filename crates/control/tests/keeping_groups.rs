//! Who keeps the groups of Hansom's own, and what becomes of people in them? Bad input 90, 98.

use hansom_control::{Control, Error, NewApp, NewMember, Proven, Told};
use hansom_domain::{Actor, PersonId, PersonKey};
use hansom_store::MembershipSource;
use hansom_testkit as town;

const ISSUER: &str = "https://accounts.hackney.example";

fn id(actor: &Actor) -> PersonId {
    actor.id().parse().unwrap()
}

fn is_hidden<T: std::fmt::Debug>(outcome: &Result<T, Error>) -> bool {
    matches!(outcome, Err(Error::NotFound(_)))
}

/// Signs in with an address that the provider vouches for, or not.
async fn sign_in(control: &Control, subject: &str, email: &str, email_verified: bool) -> PersonId {
    let key = PersonKey { issuer: ISSUER.into(), subject: subject.into() };
    let groups = Told::Groups(vec![(MembershipSource::Directory, vec![])]);
    let (provider, browser, name) = ("", "Firefox on Windows", subject);
    let proven =
        Proven { key, email, email_verified, name, groups, provider, browser, id_token: None, provider_session: None };
    control.admit(proven).await.unwrap().person
}

#[tokio::test]
async fn owners_and_administrators_say_who_is_in_a_group_and_nobody_else() {
    for (database, store) in town::stores("keeping").await {
        let (control, _) = town::control(&store);
        let group = town::group("partners@hackney.example");
        let chief = town::person(&control, "chief", &["api-platform@hackney.example"]).await;
        let (owner, member, stranger) = (
            town::person(&control, "owner", &[]).await,
            town::person(&control, "member", &[]).await,
            town::person(&control, "stranger", &[]).await,
        );
        control.create_group(&chief, &group, "Partners", &[]).await.unwrap();
        let new = [NewMember::Person(id(&member))];
        assert!(is_hidden(&control.add_members(&stranger, &group, &new).await), "{database}");
        assert!(is_hidden(&control.add_group_owner(&stranger, &group, &id(&stranger)).await), "{database}");
        control.add_group_owner(&chief, &group, &id(&owner)).await.unwrap();
        assert_eq!(control.add_members(&owner, &group, &new).await.unwrap(), 1, "{database}");
        assert_eq!(control.add_members(&owner, &group, &new).await.unwrap(), 0, "{database}: twice is once");
        let member = control.actor_of_person(&id(&member)).await.unwrap();
        assert!(member.is_in(&group), "{database}");
        let refused = control.add_members(&member, &group, &[NewMember::Person(id(&stranger))]).await;
        assert!(matches!(refused, Err(Error::NotAllowed(_))), "{database}: a member is no owner: {refused:?}");
        assert!(is_hidden(&control.delete_group(&stranger, &group).await), "{database}");
        let refused = control.delete_group(&owner, &group).await;
        assert!(matches!(refused, Err(Error::NotAllowed(_))), "{database}");
        let shop = NewApp { name: "Shop", description: "", owner: &group, may_publish: false };
        let application = control.register_application(&member, shop).await.unwrap();
        let refused = control.delete_group(&chief, &group).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{database}: something belongs to it");
        control.revoke_application(&member, &application).await.unwrap();
        control.remove_member(&member, &group, &NewMember::Person(id(&member))).await.unwrap();
        assert!(!control.actor_of_person(&id(&member)).await.unwrap().is_in(&group), "{database}: one may leave");
        control.delete_group(&chief, &group).await.unwrap();
        assert!(control.reads().kept_group(&group).await.unwrap().is_none(), "{database}");
        let refused = control.add_members(&chief, &town::group("in-the-directory@hackney.example"), &new).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{database}: two hands do not write one list");
    }
}

#[tokio::test]
async fn an_awaited_address_becomes_whoever_proves_it_first_and_nobody_after() {
    for (database, store) in town::stores("awaiting").await {
        let (control, _) = town::control(&store);
        let group = town::group("partners@hackney.example");
        control.create_group(&Actor::Platform, &group, "Partners", &[]).await.unwrap();
        let awaited = NewMember::awaited(ISSUER, "Dev@Partner.example").unwrap();
        control.add_members(&Actor::Platform, &group, &[awaited]).await.unwrap();
        let groups = async |person: &PersonId| control.reads().groups_of(person).await.unwrap().len();
        let unproven = sign_in(&control, "unproven", "dev@partner.example", false).await;
        assert_eq!(groups(&unproven).await, 0, "{database}: the provider does not vouch for the address");
        let elsewhere = PersonKey { issuer: "https://evil.example".into(), subject: "1".into() };
        let other = control.sign_in_person(elsewhere, "dev@partner.example", "Evil", &[]).await.unwrap().person;
        assert_eq!(groups(&other).await, 0, "{database}: another provider");
        let dev = sign_in(&control, "dev", "dev@partner.example", true).await;
        assert_eq!(groups(&dev).await, 1, "{database}");
        let successor = sign_in(&control, "successor", "dev@partner.example", true).await;
        assert_eq!(groups(&successor).await, 0, "{database}: the address was used up");
        sign_in(&control, "dev", "dev.new@partner.example", true).await;
        assert_eq!(groups(&dev).await, 1, "{database}: a new address is the same person");
    }
    for bad in
        ["", "dev", "@a.example", "a@b", "a b@c.example", "a@b@c.example", "<a@b.example>", "a@b.example\r\nBcc: x"]
    {
        assert!(NewMember::awaited(ISSUER, bad).is_err(), "{bad:?}");
    }
}

#[tokio::test]
async fn a_suspended_person_is_out_at_once_and_can_be_let_in_again() {
    for (database, store) in town::stores("suspending").await {
        let (control, _) = town::control(&store);
        let chief = town::person(&control, "chief", &["api-platform@hackney.example"]).await;
        let key = PersonKey { issuer: ISSUER.into(), subject: "ben".into() };
        let cookie = control.sign_in_person(key.clone(), "ben@hackney.example", "Ben", &[]).await.unwrap();
        let ben = control.session(&cookie.value).await.unwrap().unwrap().actor;
        assert!(is_hidden(&control.suspend_person(&ben, &id(&chief), "because").await), "{database}");
        assert!(matches!(control.suspend_person(&chief, &id(&chief), "because").await, Err(Error::Conflict(_))));
        control.suspend_person(&chief, &cookie.person, "He lost his laptop").await.unwrap();
        assert!(control.session(&cookie.value).await.unwrap().is_none(), "{database}");
        assert!(control.actor_of_person(&cookie.person).await.is_err(), "{database}");
        let refused = control.sign_in_person(key.clone(), "ben@hackney.example", "Ben", &[]).await;
        assert!(matches!(refused, Err(Error::NotAllowed(_))), "{database}");
        control.unsuspend_person(&chief, &cookie.person).await.unwrap();
        assert!(control.session(&cookie.value).await.unwrap().is_none(), "{database}: the old session stays ended");
        assert!(control.sign_in_person(key, "ben@hackney.example", "Ben", &[]).await.is_ok(), "{database}");
    }
}

#[tokio::test]
async fn h98_sessions_are_listed_and_ended_by_their_own_person_alone() {
    for (database, store) in town::stores("listing").await {
        let (control, _) = town::control(&store);
        let key = PersonKey { issuer: ISSUER.into(), subject: "ada".into() };
        let one = control.sign_in_person(key.clone(), "a@b.example", "Ada", &[]).await.unwrap();
        let two = control.sign_in_person(key.clone(), "a@b.example", "Ada", &[]).await.unwrap();
        let three = control.sign_in_person(key, "a@b.example", "Ada", &[]).await.unwrap();
        let ada = control.session(&one.value).await.unwrap().unwrap().actor;
        let mallory = town::person(&control, "mallory", &[]).await;
        let listed = control.sessions_of(&one.person, Some(&one.value)).await.unwrap();
        assert_eq!(listed.iter().filter(|session| session.is_this).count(), 1, "{database}");
        let other = listed.iter().find(|session| !session.is_this).unwrap();
        assert!(control.session(&other.handle).await.unwrap().is_none(), "{database}: nobody gets in with a handle");
        assert!(is_hidden(&control.end_session(&mallory, &other.handle).await), "{database}");
        control.end_session(&ada, &other.handle).await.unwrap();
        assert_eq!(control.sessions_of(&one.person, None).await.unwrap().len(), 2, "{database}");
        assert_eq!(control.end_other_sessions(&ada, Some(&one.value)).await.unwrap(), 1, "{database}");
        assert!(control.session(&one.value).await.unwrap().is_some(), "{database}");
        assert!(control.session(&two.value).await.unwrap().is_none(), "{database}");
        assert!(control.session(&three.value).await.unwrap().is_none(), "{database}");
    }
}
