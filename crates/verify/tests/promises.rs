//! Is every promise that a service breaks found, and none that it keeps?
//!
//! One small service keeps all of its contract; each test breaks one thing of it, and asks which promises are reported as broken.

mod village;

use hansom_verify::{Bounds, Check, Report, report};
use village::{CONTRACT, Village, counted, told, verified};

/// Tries a village of which one thing is broken, and says which promises are.
#[track_caller]
fn broken_by(change: impl FnOnce(&mut Village)) -> Vec<Check> {
    let mut village = Village::new();
    change(&mut village);
    let report = verified(&mut village, true);
    let mut broken: Vec<Check> =
        report.entries.iter().filter(|entry| entry.broken > 0).map(|entry| entry.check).collect();
    broken.sort();
    broken.dedup();
    broken
}

/// That this one promise is reported, and no other.
#[track_caller]
fn finds(check: Check, change: impl FnOnce(&mut Village)) {
    assert_eq!(broken_by(change), [check]);
}

#[test]
fn a_service_that_keeps_its_contract_has_no_failure_and_is_left_as_it_was() {
    let mut village = Village::new();
    let before = village.trees();
    let report = verified(&mut village, true);
    assert_eq!(report.broken(), 0, "{}", told(&report));
    assert_eq!(village.trees(), before);
    assert!(report.left_behind.is_empty() && report.cut.is_empty(), "{}", told(&report));
    for check in [
        Check::Answers,
        Check::Works,
        Check::Status,
        Check::MediaType,
        Check::Body,
        Check::Headers,
        Check::Problem,
        Check::TakesValid,
        Check::RefusesInvalid,
        Check::RefusesUnknown,
        Check::RefusesStrangers,
        Check::Methods,
        Check::Head,
        Check::Accept,
        Check::ContentType,
        Check::TooLarge,
        Check::Paging,
        Check::Idempotency,
        Check::Conditions,
        Check::Life,
        Check::Nowhere,
    ] {
        let is_tried = report.entries.iter().any(|entry| entry.check == check && entry.kept > 0);
        assert!(is_tried, "{} was not tried: {}", check.id(), told(&report));
    }
}

#[test]
fn without_leave_to_write_nothing_is_sent_that_could_change_anything() {
    let mut village = Village::new();
    let report = verified(&mut village, false);
    assert_eq!(report.broken(), 0, "{}", told(&report));
    assert!(
        village.methods().iter().all(|method| matches!(method.as_str(), "GET" | "HEAD")),
        "{:?}",
        village.methods()
    );
    let post = report.entries.iter().find(|entry| entry.place == "POST /trees").unwrap();
    assert!(post.skipped.is_some());
}

#[test]
fn only_what_this_run_has_made_is_changed_or_removed() {
    let mut village = Village::new();
    verified(&mut village, true);
    assert!(village.touched().is_empty(), "these were there before: {:?}", village.touched());
}

#[test]
fn the_same_seed_sends_the_same_requests_and_another_one_others() {
    let sent = |seed| {
        let mut village = Village::new();
        village.seed = seed;
        verified(&mut village, true);
        village.calls().to_vec()
    };
    assert_eq!(sent(1), sent(1));
    assert_ne!(sent(1), sent(2));
}

#[test]
fn no_more_requests_are_sent_than_allowed_but_to_remove_what_was_made() {
    let mut village = Village::new();
    let contract = hansom_standards::Contract::read(CONTRACT).unwrap();
    let bounds = Bounds { requests: 40, writes: true, operations: Default::default() };
    let report = hansom_verify::verify(&contract, &mut village, counted(3), &bounds).unwrap();
    let removing = village.methods().iter().filter(|method| *method == "DELETE").count() * 2;
    assert!(village.calls().len() <= 40 + removing, "{} requests", village.calls().len());
    assert!(!report.cut.is_empty());
    assert_eq!(village.trees(), Village::new().trees());
}

#[test]
fn one_operation_can_be_tried_alone() {
    let mut village = Village::new();
    let contract = hansom_standards::Contract::read(CONTRACT).unwrap();
    let bounds = Bounds { requests: 300, writes: false, operations: ["listTrees".to_owned()].into() };
    let report = hansom_verify::verify(&contract, &mut village, counted(3), &bounds).unwrap();
    assert!(report.entries.iter().all(|entry| entry.operation == "listTrees"), "{}", told(&report));
}

#[test]
fn a_failure_is_found() {
    finds(Check::Works, |village| village.fails_at_long_names = true);
}

#[test]
fn a_status_that_the_contract_does_not_have_is_found() {
    finds(Check::Status, |village| village.teapot = true);
}

#[test]
fn a_media_type_that_the_contract_does_not_have_is_found() {
    finds(Check::MediaType, |village| village.plain_lists = true);
}

#[test]
fn a_body_that_does_not_fit_is_found() {
    finds(Check::Body, |village| village.forgets_kinds = true);
}

#[test]
fn a_header_that_is_missing_or_does_not_fit_is_found() {
    finds(Check::Headers, |village| village.version = None);
    finds(Check::Headers, |village| village.version = Some("latest"));
}

#[test]
fn a_problem_that_says_another_status_is_found() {
    finds(Check::Problem, |village| village.lies_about_status = true);
}

#[test]
fn a_good_request_that_is_refused_is_found() {
    finds(Check::TakesValid, |village| village.shortest_limit = 2);
}

#[test]
fn a_bad_body_that_is_taken_is_found() {
    finds(Check::RefusesInvalid, |village| village.takes_any_height = true);
}

#[test]
fn a_bad_parameter_that_is_taken_is_found() {
    finds(Check::RefusesInvalid, |village| village.takes_any_limit = true);
}

#[test]
fn an_unknown_parameter_that_is_ignored_is_found() {
    finds(Check::RefusesUnknown, |village| village.ignores_unknown_parameters = true);
}

#[test]
fn a_stranger_who_is_let_in_is_found() {
    finds(Check::RefusesStrangers, |village| village.lets_strangers_in = true);
    finds(Check::RefusesStrangers, |village| village.keeps_how_to_sign_in_secret = true);
}

#[test]
fn a_method_that_is_not_refused_with_405_and_the_right_ones_is_found() {
    finds(Check::Methods, |village| village.wrong_method = 404);
    finds(Check::Methods, |village| village.allow = Some("GET"));
}

#[test]
fn head_that_is_not_answered_as_get_is_found() {
    finds(Check::Head, |village| village.knows_head = false);
}

#[test]
fn an_accept_that_is_ignored_is_found() {
    finds(Check::Accept, |village| village.ignores_accept = true);
}

#[test]
fn a_body_under_another_name_that_is_read_is_found() {
    finds(Check::ContentType, |village| village.reads_any_type = true);
}

#[test]
fn a_body_without_end_that_is_read_is_found() {
    finds(Check::TooLarge, |village| village.largest_body = usize::MAX);
}

#[test]
fn pages_that_repeat_records_or_lead_elsewhere_are_found() {
    finds(Check::Paging, |village| village.pages_overlap = true);
    finds(Check::Paging, |village| village.next_leads_elsewhere = true);
    finds(Check::Paging, |village| village.ignores_limit = true);
}

#[test]
fn a_key_that_is_not_minded_is_found() {
    finds(Check::Idempotency, |village| village.forgets_keys = true);
    finds(Check::Idempotency, |village| village.takes_any_body_with_a_key = true);
}

#[test]
fn a_state_that_is_not_minded_is_found() {
    finds(Check::Conditions, |village| village.ignores_if_match = true);
    finds(Check::Conditions, |village| village.ignores_if_none_match = true);
}

#[test]
fn a_record_that_is_not_there_or_not_gone_is_found() {
    finds(Check::Life, |village| village.removes_nothing = true);
}

#[test]
fn an_unknown_address_that_leads_somewhere_is_found() {
    finds(Check::Nowhere, |village| village.nowhere = 200);
}

#[test]
fn a_service_that_stops_answering_is_found() {
    finds(Check::Answers, |village| village.hangs_at_kinds = true);
}

#[test]
fn every_failure_says_how_to_see_it_again_in_every_form_and_names_no_secret() {
    let mut village = Village::new();
    village.lets_strangers_in = true;
    village.takes_any_height = true;
    let report: Report = verified(&mut village, true);
    let recipe = report::Recipe {
        url: "http://127.0.0.1:9/village/v1".into(),
        headers: vec!["\"Authorization: Bearer $HANSOM_VERIFY_TOKEN\"".into()],
        seed: 7,
    };
    let pretty = report::pretty(&report, &recipe, hansom_standards::report::Look::default());
    let json = report::json(&report, &recipe);
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    let failures = value["promises"].as_array().unwrap().iter().flat_map(|one| one["failures"].as_array().unwrap());
    assert!(failures.clone().count() >= 2);
    for failure in failures {
        assert!(failure["curl"].as_str().unwrap().starts_with("curl -sS --path-as-is -i "), "{failure}");
    }
    for text in [pretty, json, report::junit(&report, &recipe), report::markdown(&report, &recipe)] {
        assert!(text.contains("curl -sS") && text.contains("refuses-strangers"), "{text}");
        assert!(text.contains("$HANSOM_VERIFY_TOKEN"), "{text}");
    }
}
