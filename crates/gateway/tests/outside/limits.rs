//! What holds of limits and quotas, seen from outside?

use hansom_domain::{Limit, Limits, Quotas};
use hansom_gateway::{QuotaCaller, SnapshotDocument};

use crate::stage::*;

/// 2027-01-15T08:00:00Z is [`NOW`]; its day ends 16 hours later.
const DAY_END: i64 = NOW + 57_600;

fn limit(rate: &str, burst: u32) -> Limit {
    Limit { rate: word(rate), burst }
}

fn with(limits: Limits, quotas: Quotas) -> impl FnOnce(&mut SnapshotDocument) {
    move |document| {
        let version = &mut document.environments[0].versions[0];
        version.limits = limits;
        version.quotas = quotas;
    }
}

#[test]
fn the_strictest_of_several_limits_refuses() {
    let mut limits = Limits { per_consumer: word("600/day"), burst: 50, ..Limits::default() };
    limits.operations = [("listAccounts".to_owned(), limit("24/day", 1))].into();
    limits.per_address = Some(limit("1000/day", 400));
    let stage = Stage::with(with(limits, Quotas::default()));
    let first = stage.get("/rents/v1/accounts");
    let policies = "\"default\";q=600;w=86400, \"address\";q=1000;w=86400, \"operation:listAccounts\";q=24;w=86400";
    assert_eq!(first.fields("ratelimit-policy"), [policies]);
    assert_eq!(
        first.fields("ratelimit"),
        ["\"default\";r=50;t=144, \"address\";r=400;t=87, \"operation:listAccounts\";r=1;t=3600"]
    );
    stage.get("/rents/v1/accounts");
    for _ in 0..3 {
        let refused = stage.get("/rents/v1/accounts");
        let problem = refused.refused(429, "limit-reached");
        assert!(
            problem["detail"].as_str().is_some_and(|told| told.contains("of this operation is 24 requests")),
            "{problem}"
        );
        let wait: u64 = refused.field("retry-after").parse().expect("seconds");
        assert!((3595..=3600).contains(&wait), "{wait}");
        assert_eq!(refused.fields("x-ratelimit-limit"), ["24"]);
        assert_eq!(refused.fields("x-ratelimit-remaining"), ["0"]);
        assert!(refused.field("ratelimit").starts_with("\"default\";r=49;"), "a refused request counts against none");
    }
    assert_eq!(stage.call("GET", "/rents/v1/status", &[&bearer(&stage.token())], "").status, 200, "another operation");
}

#[test]
fn people_have_a_limit_of_their_own_where_the_manifest_says_so() {
    let limits = Limits { per_person: Some(limit("1/day", 0)), ..Limits::default() };
    let stage = Stage::with(with(limits, Quotas::default()));
    let as_person = || stage.call("GET", "/rents/v1/accounts", &[&bearer(&stage.person_token())], "");
    assert!(as_person().field("ratelimit-policy").contains("\"person\";q=1;w=86400"));
    as_person().refused(429, "limit-reached");
    for _ in 0..3 {
        let answer = stage.get("/rents/v1/accounts");
        assert_eq!((answer.status, answer.field("ratelimit-policy")), (200, "\"default\";q=600;w=60"));
    }
}

#[test]
fn a_quota_ends_with_the_day_of_utc_and_nobody_without_a_name_has_one() {
    let stage = Stage::with(with(Limits::default(), Quotas { per_day: Some(2), per_month: Some(50) }));
    let first = stage.get("/rents/v1/accounts");
    assert_eq!(first.field("ratelimit-policy"), "\"default\";q=600;w=60, \"day\";q=2;w=86400, \"month\";q=50");
    assert_eq!(first.field("x-ratelimit-remaining"), "1", "the least that is left");
    assert_eq!(first.field("x-ratelimit-reset"), "57600");
    stage.get("/rents/v1/accounts");
    let refused = stage.get("/rents/v1/accounts");
    let problem = refused.refused(429, "limit-reached");
    assert!(problem["detail"].as_str().is_some_and(|told| told.contains("2 requests a day is used up")), "{problem}");
    assert_eq!(refused.field("retry-after"), "57600");
    let anonymous = stage.call("GET", "/rents/v1/status", &[], "");
    assert_eq!((anonymous.status, anonymous.field("ratelimit-policy")), (200, "\"default\";q=600;w=60"));
    let token = stage.issuer.sign(&header(), &{
        let mut claims = claims();
        claims["exp"] = (DAY_END + 600).into();
        claims
    });
    let tomorrow = || stage.call("GET", "/rents/v1/accounts", &[&bearer(&token)], "");
    stage.set_now(DAY_END - 1);
    assert_eq!(tomorrow().status, 429);
    stage.set_now(DAY_END);
    assert_eq!(tomorrow().status, 200);
}

#[test]
fn quotas_are_handed_out_to_be_kept_and_taken_over_from_other_nodes() {
    let quotas = Quotas { per_day: Some(100), per_month: None };
    let stage = Stage::with(with(Limits::default(), quotas));
    let left = || stage.get("/rents/v1/accounts").field("ratelimit").split("\"day\";r=").nth(1).map(str::to_owned);
    let left = || left().and_then(|rest| rest.split(';').next().map(str::to_owned)).unwrap_or_default();
    assert_eq!(left(), "99");
    let ledger = stage.gateway.quotas();
    let taken = ledger.take();
    let told: Vec<_> = taken.iter().map(|count| (count.period.to_string(), count.calls)).collect();
    assert_eq!(told, [("2027-01-15".to_owned(), 1), ("2027-01".to_owned(), 1)]);
    assert_eq!(taken[0].caller, QuotaCaller::Application(word("shop")));
    assert!(ledger.take().is_empty(), "each call is handed out once");
    assert_eq!(left(), "98", "what is under way counts");
    ledger.give_back();
    let mut taken = ledger.take();
    assert_eq!(taken[0].calls, 2, "what could not be kept is handed out again");
    assert_eq!(left(), "97");
    taken.iter_mut().for_each(|sum| sum.calls += 40);
    ledger.kept(&taken);
    assert_eq!(left(), "56", "40 of other nodes, 2 that are kept, 2 since");
    taken.iter_mut().for_each(|sum| sum.calls = 60);
    ledger.learn(&taken);
    assert_eq!(left(), "37");
    taken.iter_mut().for_each(|sum| sum.calls = 10);
    ledger.learn(&taken);
    assert_eq!(left(), "36", "a sum that is older than what is known changes nothing");
    let restarted = Stage::with(with(Limits::default(), quotas));
    restarted.gateway.quotas().restore(&taken);
    assert!(restarted.get("/rents/v1/accounts").field("ratelimit").contains("\"day\";r=89;"), "a restart counts on");
}
