//! People: signed in by a real code flow against a provider on a loopback port. Bad input 81, 86, 90, 91.

use std::sync::Arc;

use hansom_domain::{GroupAddress, PersonKey, ProblemCode};
use hansom_oauth::{
    BoxFuture, Callback, ClaimDirectory, Directory, DirectoryError, Provider, SignIn, SignInError, Way,
};
use hansom_store::MembershipSource;
use serde_json::{Value, json};

use crate::{
    provider::FakeProvider,
    town::{HUB, Key, Town},
};

struct Street {
    town: Town,
    provider: FakeProvider,
    sign_in: SignIn,
}

async fn street_with(source: MembershipSource, directory: Arc<dyn Directory>) -> Street {
    let town = Town::new().await;
    let provider = FakeProvider::start(town.now()).await;
    let known = Provider::alone(provider.issuer(), "hub".into(), Some("not a secret".into()), "Example".into());
    let sources = vec![(source, directory)];
    let sign_in = SignIn::new(town.control.clone(), vec![Way { provider: known, sources }], HUB.into()).unwrap();
    Street { town, provider, sign_in }
}

async fn street() -> Street {
    street_with(MembershipSource::Claim, Arc::new(ClaimDirectory::default())).await
}

impl Street {
    /// Signs in from begin to end.
    async fn sign_in(&self) -> Result<String, SignInError> {
        let begun = self.sign_in.begin("", "/apis").await?;
        let callback = self.provider.agree(&begun.location);
        let finished = self.sign_in.finish("", callback, Some(&begun.browser_cookie), "").await?;
        Ok(finished.session.value)
    }

    async fn people(&self) -> usize {
        self.town.control.reads().people().await.unwrap().len()
    }
}

#[tokio::test]
async fn a_person_signs_in_with_the_groups_that_the_provider_tells() {
    let street = street().await;
    let begun = street.sign_in.begin("", "/apis/repairs/v1").await.unwrap();
    let callback = street.provider.agree(&begun.location);
    let cookie = Some(begun.browser_cookie.as_str());
    let finished = street.sign_in.finish("", callback, cookie, "").await.unwrap();
    assert_eq!(finished.return_to, "/apis/repairs/v1");
    let session = street.town.control.session(&finished.session.value).await;
    let session = session.unwrap().expect("a session");
    assert_eq!(session.person.email, "ada@hackney.example");
    assert_eq!(session.person.subject, "person-1");
    assert_eq!(session.groups, ["housing-officers@hackney.example".parse().unwrap()]);
    let again = street.sign_in().await.unwrap();
    assert_ne!(again, finished.session.value, "each sign-in has its own session");
    assert_eq!(street.people().await, 1);
}

#[tokio::test]
async fn a_sign_in_leads_back_to_the_hub_only() {
    let street = street().await;
    let begun = street.sign_in.begin("", "//evil.example").await.unwrap();
    let callback = street.provider.agree(&begun.location);
    let cookie = Some(begun.browser_cookie.as_str());
    let finished = street.sign_in.finish("", callback, cookie, "").await.unwrap();
    assert_eq!(finished.return_to, "/");
}

#[tokio::test]
async fn a_state_works_once_in_its_own_browser_and_for_a_quarter_of_an_hour() {
    let street = street().await;
    let stale = |result| matches!(result, Err(SignInError::Stale));

    let begun = street.sign_in.begin("", "/").await.unwrap();
    let callback = street.provider.agree(&begun.location);
    let cookie = Some(begun.browser_cookie.as_str());
    let first = street.sign_in.finish("", callback.clone(), cookie, "").await;
    assert!(first.is_ok());
    let again = street.sign_in.finish("", callback, cookie, "").await;
    assert!(matches!(again, Err(SignInError::Unproven(_))), "the provider takes a code once");
    let careless = street.provider.agree(&begun.location);
    assert!(stale(street.sign_in.finish("", careless, cookie, "").await), "and if it took one twice, so would not we");

    for other in [None, Some("another browser's cookie"), Some("")] {
        let begun = street.sign_in.begin("", "/").await.unwrap();
        let callback = street.provider.agree(&begun.location);
        assert!(stale(street.sign_in.finish("", callback, other, "").await));
    }

    let begun = street.sign_in.begin("", "/").await.unwrap();
    let other = street.sign_in.begin("", "/").await.unwrap();
    let callback = street.provider.agree(&other.location);
    let swapped = street.sign_in.finish("", callback, Some(&begun.browser_cookie), "").await;
    assert!(stale(swapped), "the state of one sign-in with the cookie of another");

    let begun = street.sign_in.begin("", "/").await.unwrap();
    let callback = street.provider.agree(&begun.location);
    street.town.wait(901);
    let cookie = Some(begun.browser_cookie.as_str());
    assert!(stale(street.sign_in.finish("", callback, cookie, "").await));

    let invented = Callback { code: Some("code".into()), state: Some("state".into()), ..Callback::default() };
    assert!(stale(street.sign_in.finish("", invented, cookie, "").await));
    assert!(stale(street.sign_in.finish("", Callback::default(), cookie, "").await));
}

#[tokio::test]
async fn a_sign_in_lies_in_its_browser_and_tells_it_nothing() {
    let street = street().await;
    let place = format!("/apis?{}", "x".repeat(1990));
    let begun = street.sign_in.begin("", &place).await.unwrap();
    assert!(begun.browser_cookie.len() < 4000, "a browser keeps it: {}", begun.browser_cookie.len());
    assert!(begun.browser_cookie.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b)));
    let callback = street.provider.agree(&begun.location);
    let finished = street.sign_in.finish("", callback, Some(&begun.browser_cookie), "").await.unwrap();
    assert_eq!(finished.return_to, place);
    let file = hansom_testkit::CountedFile::new("sign-ins");
    let (control, _) = hansom_testkit::control(&file.store().await);
    let known = Provider::alone(street.provider.issuer(), "hub".into(), None, "Example".into());
    let sign_in = SignIn::new(control, vec![Way { provider: known, sources: vec![] }], HUB.into()).unwrap();
    let before = file.rows().await;
    for _ in 0..10_000 {
        sign_in.begin("", "/").await.unwrap();
    }
    assert_eq!(file.rows().await, before, "strangers who begin leave nothing");
}

#[tokio::test]
async fn a_provider_that_says_no_or_is_another_one_signs_nobody_in() {
    let street = street().await;
    let begun = street.sign_in.begin("", "/").await.unwrap();
    let mut callback = street.provider.agree(&begun.location);
    callback.error = Some("<script>access_denied".into());
    let cookie = Some(begun.browser_cookie.as_str());
    let Err(refused) = street.sign_in.finish("", callback, cookie, "").await else {
        panic!("nobody is signed in");
    };
    assert!(matches!(refused, SignInError::Denied));
    assert!(!refused.to_string().contains("script"));

    let begun = street.sign_in.begin("", "/").await.unwrap();
    let mut callback = street.provider.agree(&begun.location);
    callback.iss = Some("https://other.example".into());
    let cookie = Some(begun.browser_cookie.as_str());
    let refused = street.sign_in.finish("", callback, cookie, "").await;
    assert!(matches!(refused, Err(SignInError::Unproven(_))));
    assert_eq!(street.people().await, 0);
}

#[tokio::test]
async fn a_code_of_another_sign_in_fails_at_the_verifier() {
    let street = street().await;
    let one = street.sign_in.begin("", "/").await.unwrap();
    let other = street.sign_in.begin("", "/").await.unwrap();
    let stolen = street.provider.agree(&one.location);
    let mut callback = street.provider.agree(&other.location);
    callback.code = stolen.code;
    let cookie = Some(other.browser_cookie.as_str());
    let refused = street.sign_in.finish("", callback, cookie, "").await;
    assert!(matches!(refused, Err(SignInError::Unproven(_))));
}

#[tokio::test]
async fn id_tokens_that_prove_nothing_are_refused() {
    let street = street().await;
    let now = street.town.now();
    for spoiled in [
        json!({ "nonce": "another" }),
        json!({ "nonce": null }),
        json!({ "iss": "https://other.example" }),
        json!({ "aud": "another-client" }),
        json!({ "aud": ["hub", "another-client"] }),
        json!({ "exp": now - 61 }),
        json!({ "iat": now + 120 }),
        json!({ "email": null }),
        json!({ "sub": "" }),
        json!({ "sub": "1".repeat(256) }),
    ] {
        street.provider.change(|inside| inside.spoiled = spoiled.clone());
        let refused = street.sign_in().await;
        assert!(matches!(refused, Err(SignInError::Unproven(_))), "{spoiled}");
    }
    street.provider.change(|inside| {
        inside.spoiled = json!({ "email_verified": false });
    });
    let refused = street.sign_in().await;
    assert!(matches!(refused, Err(SignInError::EmailUnverified)));
    assert_eq!(street.people().await, 0);
}

#[tokio::test]
async fn id_tokens_without_the_providers_signature_are_refused() {
    let street = street().await;
    let now = street.town.now();
    let claims = json!({ "iss": street.provider.issuer(), "sub": "1", "aud": "hub", "exp": now + 60, "iat": now });
    let claims = claims.to_string();
    let stranger = Key::es256();
    let unsigned = stranger.sign_text(r#"{"alg":"none"}"#, &claims);
    let unsigned = format!("{}.", unsigned.rsplit_once('.').unwrap().0);
    for forged in [
        unsigned,
        stranger.sign_text(r#"{"alg":"ES256","kid":"one"}"#, &claims),
        stranger.sign_text(r#"{"alg":"HS256","kid":"one"}"#, &claims),
    ] {
        street.provider.change(|inside| inside.forged = Some(forged.clone()));
        assert!(street.sign_in().await.is_err(), "{forged}");
    }
    assert_eq!(street.people().await, 0);
}

#[tokio::test]
async fn a_provider_that_is_down_at_first_is_asked_again_and_later_not_needed_to_tell_of_itself() {
    let street = street().await;
    street.provider.change(|inside| inside.silent = true);
    let refused = street.sign_in().await;
    assert!(matches!(refused, Err(SignInError::Provider(_))));
    street.provider.change(|inside| inside.silent = false);
    street.town.wait(5);
    assert!(street.sign_in().await.is_ok());
    street.provider.change(|inside| {
        inside.silent = true;
        inside.now += 7200;
    });
    street.town.wait(7200);
    assert!(street.sign_in().await.is_ok(), "the last good answer stays");
}

#[tokio::test]
async fn a_new_key_of_the_provider_is_learnt_at_the_first_token() {
    let street = street().await;
    assert!(street.sign_in().await.is_ok());
    street.provider.change(|inside| {
        inside.key = Key::es256();
        inside.kid = "two".into();
    });
    street.town.wait(10);
    assert!(street.sign_in().await.is_ok());
}

struct Silent;

impl Directory for Silent {
    fn groups_of<'a>(
        &'a self,
        _key: &'a PersonKey,
        _email: &'a str,
        _claims: &'a Value,
    ) -> BoxFuture<'a, Result<Vec<GroupAddress>, DirectoryError>> {
        Box::pin(async { Err(DirectoryError::Silent("429".into())) })
    }
}

#[tokio::test]
async fn a_silent_directory_is_unavailable_and_never_no_groups() {
    let street = street_with(MembershipSource::Directory, Arc::new(Silent)).await;
    let refused = street.sign_in().await.unwrap_err();
    assert_eq!(refused.code(), ProblemCode::Unavailable);
    assert!(matches!(refused, SignInError::Directory(_)));
    assert_eq!(street.people().await, 0);
}

#[tokio::test]
async fn a_claim_of_groups_must_be_there_and_be_a_list_of_texts() {
    let street = street().await;
    for groups in [Value::Null, json!("housing-officers@hackney.example"), json!([1]), json!(vec!["a@b.example"; 2001])]
    {
        street.provider.change(|inside| inside.spoiled = json!({ "groups": groups }));
        let refused = street.sign_in().await;
        assert!(matches!(refused, Err(SignInError::Directory(_))), "{groups}");
    }
    street.provider.change(|inside| inside.spoiled = json!({ "groups": [] }));
    assert!(street.sign_in().await.is_ok(), "told to be in no group");
}

struct Moved;

impl Directory for Moved {
    fn groups_of<'a>(
        &'a self,
        _key: &'a PersonKey,
        _email: &'a str,
        claims: &'a Value,
    ) -> BoxFuture<'a, Result<Vec<GroupAddress>, DirectoryError>> {
        let group = if claims.is_null() { "new" } else { "old" };
        let group = format!("{group}@hackney.example").parse().unwrap();
        Box::pin(async move { Ok(vec![group]) })
    }
}

#[tokio::test]
async fn groups_are_taken_over_anew_during_a_session() {
    let street = street_with(MembershipSource::Directory, Arc::new(Moved)).await;
    let cookie = street.sign_in().await.unwrap();
    let control = &street.town.control;
    let session = control.session(&cookie).await.unwrap().unwrap();
    assert_eq!(session.groups, ["old@hackney.example".parse().unwrap()]);
    let renewed = street.sign_in.refresh_groups(&session.person.id).await;
    assert!(renewed.unwrap());
    let session = control.session(&cookie).await.unwrap().unwrap();
    assert_eq!(session.groups, ["new@hackney.example".parse().unwrap()]);

    let by_claim = crate::sign_in::street().await;
    by_claim.sign_in().await.unwrap();
    let people = by_claim.town.control.reads().people().await.unwrap();
    let renewed = by_claim.sign_in.refresh_groups(&people[0].id).await;
    assert!(!renewed.unwrap(), "a claim is told at sign-in only");
}

#[tokio::test]
async fn an_issuer_must_be_https_unless_it_is_this_machine() {
    let town = Town::new().await;
    for (issuer, fine) in [
        ("https://accounts.google.com", true),
        ("http://127.0.0.1:9000", true),
        ("http://accounts.google.com", false),
        ("http://127.0.0.1.evil.example", false),
        ("ftp://127.0.0.1", false),
        ("accounts.google.com", false),
    ] {
        let provider = Provider::alone(issuer.into(), "hub".into(), None, "Example".into());
        let made = SignIn::new(town.control.clone(), vec![Way { provider, sources: vec![] }], HUB.into());
        assert_eq!(made.is_ok(), fine, "{issuer}");
    }
}

/// Two providers at one hub.
async fn two_ways() -> (Town, FakeProvider, FakeProvider, SignIn) {
    let town = Town::new().await;
    let (one, other) = (FakeProvider::start(town.now()).await, FakeProvider::start(town.now()).await);
    let way = |id: &str, provider: &FakeProvider| {
        let known = Provider::alone(provider.issuer(), "hub".into(), Some("not a secret".into()), id.into());
        let vouches_for_emails = id == "one";
        Way { provider: Provider { id: id.into(), vouches_for_emails, ..known }, sources: vec![] }
    };
    let ways = vec![way("one", &one), way("other", &other)];
    let sign_in = SignIn::new(town.control.clone(), ways, HUB.into()).unwrap();
    (town, one, other, sign_in)
}

#[tokio::test]
async fn h91_an_answer_of_one_provider_is_never_taken_for_anothers() {
    let (town, one, other, sign_in) = two_ways().await;
    for (begun_with, finished_at) in [("one", "other"), ("other", "one"), ("one", "nobody"), ("one", "")] {
        let begun = sign_in.begin(begun_with, "/").await.unwrap();
        let provider = if begun_with == "one" { &one } else { &other };
        let callback = provider.agree(&begun.location);
        let refused = sign_in.finish(finished_at, callback, Some(&begun.browser_cookie), "").await;
        assert!(refused.is_err(), "{begun_with} at {finished_at}");
    }
    assert!(town.control.reads().people().await.unwrap().is_empty());
    let begun = sign_in.begin("other", "/").await.unwrap();
    assert!(begun.location.contains("%2Fsign-in%2Fcallback%2Fother"), "{}", begun.location);
    let callback = other.agree(&begun.location);
    sign_in.finish("other", callback, Some(&begun.browser_cookie), "").await.unwrap();
    let people = town.control.reads().people().await.unwrap();
    assert_eq!(people.iter().map(|person| person.issuer.clone()).collect::<Vec<_>>(), [other.issuer()]);
}

#[tokio::test]
async fn h91_the_same_subject_of_two_providers_is_two_people() {
    let (town, one, other, sign_in) = two_ways().await;
    for (id, provider) in [("one", &one), ("other", &other)] {
        let begun = sign_in.begin(id, "/").await.unwrap();
        let callback = provider.agree(&begun.location);
        sign_in.finish(id, callback, Some(&begun.browser_cookie), "").await.unwrap();
    }
    assert_eq!(town.control.reads().people().await.unwrap().len(), 2);
}

#[tokio::test]
async fn an_address_that_is_used_again_by_a_new_person_brings_nothing_of_the_old_one() {
    let street = street().await;
    let old = street.sign_in().await.unwrap();
    let control = &street.town.control;
    street.provider.change(|inside| inside.spoiled = json!({ "sub": "somebody-new", "groups": [] }));
    let new = street.sign_in().await.unwrap();
    let (old, new) = (control.session(&old).await.unwrap().unwrap(), control.session(&new).await.unwrap().unwrap());
    assert_eq!(old.person.email, new.person.email);
    assert_ne!(old.person.id, new.person.id);
    assert!(new.groups.is_empty() && !old.groups.is_empty());
    assert_eq!(control.sessions_of(&new.person.id, None).await.unwrap().len(), 1);
}

#[tokio::test]
async fn id_tokens_are_believed_a_minute_around_their_time_and_no_longer() {
    let street = street().await;
    let now = street.town.now();
    for (spoiled, fine) in [
        (json!({ "iat": now + 60, "exp": now + 600 }), true),
        (json!({ "iat": now - 600, "exp": now - 59 }), true),
        (json!({ "iat": now + 61, "exp": now + 600 }), false),
        (json!({ "iat": now + 86_400, "exp": now + 90_000 }), false),
        (json!({ "iat": now - 90_000, "exp": now - 86_400 }), false),
    ] {
        street.provider.change(|inside| inside.spoiled = spoiled.clone());
        assert_eq!(street.sign_in().await.is_ok(), fine, "{spoiled}");
    }
}

#[tokio::test]
async fn a_person_of_another_organisation_is_kept_out_where_a_domain_is_asked_for() {
    let town = Town::new().await;
    let provider = FakeProvider::start(town.now()).await;
    let known = Provider::alone(provider.issuer(), "hub".into(), None, "Google".into());
    let known = Provider { hosted_domain: Some("hackney.example".into()), ..known };
    let sign_in =
        SignIn::new(town.control.clone(), vec![Way { provider: known, sources: vec![] }], HUB.into()).unwrap();
    for (hd, fine) in [(json!(null), false), (json!("evil.example"), false), (json!("hackney.example"), true)] {
        provider.change(|inside| inside.spoiled = json!({ "hd": hd }));
        let begun = sign_in.begin("", "/").await.unwrap();
        assert!(begun.location.contains("hd=hackney.example"));
        let callback = provider.agree(&begun.location);
        let finished = sign_in.finish("", callback, Some(&begun.browser_cookie), "").await;
        assert_eq!(finished.is_ok(), fine, "{hd}");
    }
}

#[tokio::test]
async fn groups_that_the_provider_left_out_for_being_too_many_are_not_no_groups() {
    let street = street().await;
    for spoiled in [
        json!({ "groups": null, "_claim_names": { "groups": "src1" }, "_claim_sources": { "src1": { "endpoint": "x" } } }),
        json!({ "groups": [], "hasgroups": true }),
    ] {
        street.provider.change(|inside| inside.spoiled = spoiled.clone());
        let refused = street.sign_in().await;
        assert!(matches!(refused, Err(SignInError::Directory(DirectoryError::Nonsense(_)))), "{spoiled}");
    }
}

/// A directory that a test makes silent.
struct Moody(std::sync::atomic::AtomicBool);

impl Directory for Moody {
    fn groups_of<'a>(
        &'a self,
        _key: &'a PersonKey,
        _email: &'a str,
        _claims: &'a Value,
    ) -> BoxFuture<'a, Result<Vec<GroupAddress>, DirectoryError>> {
        let told = match self.0.load(std::sync::atomic::Ordering::SeqCst) {
            true => Err(DirectoryError::Silent("503".into())),
            false => Ok(vec!["officers@hackney.example".parse().unwrap()]),
        };
        Box::pin(async move { told })
    }
}

#[tokio::test]
async fn a_directory_that_is_down_for_a_minute_changes_nothing_and_for_an_hour_lets_nobody_decide() {
    let moody = Arc::new(Moody(false.into()));
    let street = street_with(MembershipSource::Directory, Arc::<Moody>::clone(&moody)).await;
    let control = &street.town.control;
    let cookie = street.sign_in().await.unwrap();
    let person = control.session(&cookie).await.unwrap().unwrap().person;
    moody.0.store(true, std::sync::atomic::Ordering::SeqCst);
    street.town.wait(300);
    assert!(street.sign_in.refresh_groups(&person.id).await.is_err());
    let due = control.people_to_refresh("node", 10).await.unwrap();
    control.note_silence(&due).await.unwrap();
    let session = control.session(&cookie).await.unwrap().unwrap();
    assert!(!session.groups_unknown && session.groups.len() == 1, "a minute");
    street.provider.change(|inside| inside.now += 300);
    let again = street.sign_in().await.unwrap();
    assert_eq!(control.session(&again).await.unwrap().unwrap().groups.len(), 1, "who was known comes in");
    street.town.wait(3000);
    street.provider.change(|inside| inside.now += 3000);
    let session = control.session(&cookie).await.unwrap().unwrap();
    assert!(session.groups_unknown && session.groups.is_empty(), "an hour");
    let refused = control.actor_of_person(&person.id).await.unwrap_err();
    assert_eq!(refused.code(), ProblemCode::GroupsUnknown);
    assert_eq!(street.sign_in().await.unwrap_err().code(), ProblemCode::Unavailable);
    moody.0.store(false, std::sync::atomic::Ordering::SeqCst);
    assert!(street.sign_in.refresh_groups(&person.id).await.unwrap());
    let session = control.session(&cookie).await.unwrap().unwrap();
    assert!(!session.groups_unknown && session.groups.len() == 1, "it recovers by itself");
}
