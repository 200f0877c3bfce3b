//! What operators tell, where people meet and what they say: on both databases, within bounds, and with a witness.

use hansom_control::{Correspondent, DAYS, Error, GivenFeedback, Publication, ToldIncident};
use hansom_domain::{Actor, EnvironmentName, FeedbackState, Health, Impact, IncidentState, Major, Timestamp};
use hansom_store::{CallCount, Latency, MeetupText};
use hansom_testkit as town;

const MANIFEST: &str = "api: tenancies
owner: housing@hackney.example
kind: platform
audience: internal
status: beta
contract: openapi.yaml
environments:
  production: { mock: true }
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
      responses: { '200': { description: All. } }
";

const PLATFORM: &str = "api-platform@hackney.example";

fn count(status: u16, calls: i64, days_ago: i64) -> CallCount {
    CallCount {
        hour: town::START.plus_seconds(-days_ago * 86_400),
        environment: EnvironmentName::production(),
        api: "tenancies".parse().unwrap(),
        major: Major::new(1).unwrap(),
        operation: "listTenancies".into(),
        caller: "anyone".into(),
        status,
        calls,
        micros: calls,
        latency: Latency::default(),
    }
}

fn meetup(begins: i64, ends: i64) -> MeetupText<'static> {
    MeetupText {
        title: "Naming",
        place: "Town Hall",
        link: "",
        about: "",
        notes: "",
        is_public: false,
        begins_at: town::START.plus_seconds(begins),
        ends_at: town::START.plus_seconds(ends),
    }
}

#[tokio::test]
async fn days_are_added_up_as_calls_are_written() {
    for (database, opened) in town::stores("days").await {
        let (control, _) = town::control(&opened);
        for _ in 0..2 {
            opened.books.record(&[count(200, 30, 0), count(503, 20, 0), count(200, 10, 89)], &[]).await.unwrap();
        }
        opened.books.record(&[count(500, 9, 90)], &[]).await.unwrap();
        let slug = "tenancies".parse().unwrap();
        for api in [Some(&slug), None] {
            let days = control.answered_by_day(api).await.unwrap().remove(&EnvironmentName::production()).unwrap();
            assert_eq!(days.0.len(), DAYS, "{database}");
            let (first, today) = (days.0.first().unwrap(), days.0.last().unwrap());
            assert_eq!((today.calls, today.failed, today.health()), (100, 40, Health::Degraded), "{database}");
            assert_eq!((first.calls, first.failed), (20, 0), "{database}: the day before is too long ago");
            assert_eq!(days.share_answered().map(|share| share.round()), Some(67.0), "{database}: 80 of 120");
        }
        let now = control.answering_now().await.unwrap();
        assert_eq!(now[&("tenancies".to_owned(), EnvironmentName::production())], Health::Degraded, "{database}");
    }
}

#[tokio::test]
async fn an_incident_has_an_actor_and_ends_once() {
    for (database, opened) in town::stores("incident").await {
        let (control, hands) = town::control(&opened);
        let published = Publication { manifest: MANIFEST, contract: CONTRACT, dry_run: false };
        control.publish_release(&Actor::Platform, published).await.unwrap();
        let (owner, other) = (
            town::person(&control, "owen", &["housing@hackney.example"]).await,
            town::person(&control, "eve", &[]).await,
        );
        let apis = ["tenancies".parse().unwrap()];
        let told = ToldIncident {
            title: "Lists fail",
            impact: Impact::Down,
            apis: &apis,
            began_at: None,
            text: "Most lists fail.",
        };
        assert!(matches!(control.open_incident(&other, told).await, Err(Error::NotAllowed(_))), "{database}");
        let whole = ToldIncident { apis: &[], ..told };
        assert!(matches!(control.open_incident(&owner, whole).await, Err(Error::NotAllowed(_))), "{database}");
        let late = ToldIncident { began_at: Some(town::START.plus_seconds(40 * 86_400)), ..told };
        assert!(matches!(control.open_incident(&owner, late).await, Err(Error::Invalid(_))), "{database}");
        let id = control.open_incident(&owner, told).await.unwrap();
        assert!(control.incident_for(None, &id).await.is_err(), "{database}: strangers know nothing of it");
        hands.forward(60);
        control.tell_of_incident(&owner, &id, IncidentState::Resolved, "All lists work.").await.unwrap();
        let again = control.tell_of_incident(&owner, &id, IncidentState::Monitoring, "Or do they?").await;
        assert!(matches!(again, Err(Error::Conflict(_))), "{database}");
        let (incident, updates) = control.incident_for(Some(&other), &id).await.unwrap();
        assert_eq!(incident.row.ended_at, Some(town::START.plus_seconds(60)), "{database}");
        assert_eq!(
            updates.iter().map(|it| it.state).collect::<Vec<_>>(),
            [IncidentState::Resolved, IncidentState::Investigating]
        );
        let audit = control.audit_for(&Actor::Platform, Timestamp::from_millis(i64::MAX), 50).await.unwrap();
        let by_owner: Vec<_> =
            audit.iter().filter(|row| row.actor_name == "owen").map(|row| row.verb.as_str()).collect();
        assert_eq!(by_owner, ["tell_of_incident", "open_incident"], "{database}");
    }
}

#[tokio::test]
async fn a_thread_goes_to_and_fro_and_both_sides_are_told() {
    for (database, opened) in town::stores("thread").await {
        let (control, hands) = town::control(&opened);
        let ada = town::person(&control, "ada", &[]).await;
        let grace = town::person(&control, "grace", &[PLATFORM]).await;
        let given = GivenFeedback { about: "/about?q=secret", title: "The words", text: "They are hard to read." };
        let id = control.give_feedback(&ada, given).await.unwrap();
        let told = |notices: Vec<hansom_store::NoticeRow>| notices.into_iter().map(|it| it.address).collect::<Vec<_>>();
        assert_eq!(told(control.notices_to_send("node").await.unwrap()), ["grace@hackney.example"], "{database}");
        hands.forward(1);
        control.write_to_feedback(Correspondent::Known(&grace), &id, "We will mend them.").await.unwrap();
        let thread = control.feedback_for(Correspondent::Known(&ada), &id).await.unwrap();
        assert_eq!((thread.row.state, thread.row.about.as_str()), (FeedbackState::Answered, "/about"), "{database}");
        assert!(
            told(control.notices_to_send("node").await.unwrap()).contains(&"ada@hackney.example".into()),
            "{database}"
        );
        control.close_feedback(Correspondent::Known(&ada), &id).await.unwrap();
        let late = control.write_to_feedback(Correspondent::Known(&grace), &id, "And now?").await;
        assert!(matches!(late, Err(Error::Conflict(_))), "{database}");
        // Whoever began a thread is not the one who answers it, though they run the platform.
        let own = control.give_feedback(&grace, given).await.unwrap();
        assert!(!control.feedback_for(Correspondent::Known(&grace), &own).await.unwrap().answers, "{database}");
    }
}

#[tokio::test]
async fn what_strangers_and_people_can_leave_is_bounded() {
    let opened = town::store().await;
    let (control, _) = town::control(&opened);
    let given = GivenFeedback { about: "/", title: "Hello", text: "Hello, hello, hello." };
    let ada = town::person(&control, "ada", &[]).await;
    let mut begun = 0;
    for _ in 0..30 {
        begun += usize::from(control.give_feedback(&ada, given).await.is_ok());
    }
    assert_eq!(begun, 20);
    let mut left = 0;
    for _ in 0..600 {
        left += usize::from(control.give_feedback_as_stranger("", given).await.is_ok());
    }
    assert_eq!(left, 500);
}

#[tokio::test]
async fn a_meetup_has_a_beginning_before_its_end_and_counts_its_changes() {
    for (database, opened) in town::stores("meetup").await {
        let (control, _) = town::control(&opened);
        let keeper = town::person(&control, "hana", &["api-standards@hackney.example"]).await;
        for (begins, ends) in [(0, 0), (60, 30), (0, 4 * 86_400), (800 * 86_400, 801 * 86_400)] {
            let refused = control.announce_meetup(&keeper, meetup(begins, ends)).await;
            assert!(matches!(refused, Err(Error::Invalid(_))), "{database}: {begins} to {ends}");
        }
        let id = control.announce_meetup(&keeper, meetup(3600, 7200)).await.unwrap();
        let noted = MeetupText { notes: "Plurals.", is_public: true, ..meetup(3600, 7200) };
        control.change_meetup(&keeper, &id, noted).await.unwrap();
        control.cancel_meetup(&keeper, &id).await.unwrap();
        assert!(matches!(control.cancel_meetup(&keeper, &id).await, Err(Error::Conflict(_))), "{database}");
        let row = control.meetup_for(None, &id).await.unwrap();
        assert_eq!((row.revision, row.notes.as_str(), row.is_public), (2, "Plurals.", true), "{database}");
        assert!(row.cancelled_at.is_some(), "{database}");
    }
}
