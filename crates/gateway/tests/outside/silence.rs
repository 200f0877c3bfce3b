//! What does a person get while the directory that tells their groups is silent? Bad input 90.

use hansom_domain::Timestamp;

use crate::stage::{Stage, bearer, claims, word};

fn now() -> i64 {
    claims()["iat"].as_i64().unwrap()
}

fn call(stage: &Stage) -> crate::stage::Answer {
    stage.call("GET", "/rents/v1/accounts/1", &[&bearer(&stage.person_token())], "")
}

#[test]
fn groups_hold_until_their_moment_then_nobody_decides_and_then_they_hold_again() {
    let stage = Stage::new();
    assert_eq!(call(&stage).status, 200);
    stage.swap(|document| document.people[0].groups_known_until = Some(Timestamp::from_seconds(now() + 60)));
    stage.set_now(now() + 59);
    assert_eq!(call(&stage).status, 200, "what was told last holds for a while");
    stage.set_now(now() + 60);
    let refused = call(&stage);
    refused.refused(503, "groups-unknown");
    assert_eq!(refused.field("retry-after"), "60");
    stage.swap(|document| document.people[0].groups_known_until = None);
    assert_eq!(call(&stage).status, 200, "the directory told them again");
}

#[test]
fn groups_kept_in_the_hub_need_no_directory() {
    let stage = Stage::new();
    stage.swap(|document| {
        document.people[0].groups_known_until = Some(Timestamp::from_seconds(now() - 1));
        document.people[0].kept_groups = document.people[0].groups.clone();
    });
    assert_eq!(call(&stage).status, 200);
    stage.swap(|document| document.people[0].kept_groups = vec![word("somebody-else@hackney.example")]);
    call(&stage).refused(503, "groups-unknown");
    stage.swap(|document| document.people[0].groups_known_until = None);
    stage.swap(|document| document.people[0].groups = vec![]);
    call(&stage).refused(403, "group-missing");
}
