//! Stories that every database tells alike.
#![expect(clippy::disallowed_methods, reason = "what a store leaves in its files is looked at")]

use hansom_domain::{Actor, Chance, EnvironmentName, RequestId, Timestamp, TokenId};
use hansom_store::{
    By, CallCount, Changed, Error, Latency, NewNotice, NewSigningKey, PersonRow, QuotaRow, Recipient, RefusedCall,
    Span, Subject,
};
use hansom_testkit as town;
use serde_json::json;

fn count(calls: i64) -> CallCount {
    CallCount {
        hour: town::START,
        environment: EnvironmentName::production(),
        api: "repairs".parse().unwrap(),
        major: "v1".parse().unwrap(),
        operation: "listRepairs".into(),
        caller: "tracker".into(),
        status: 200,
        calls,
        micros: calls * 100,
        latency: Latency::default(),
    }
}

fn refused(chance: &Chance) -> RefusedCall {
    RefusedCall {
        request_id: RequestId::random(chance),
        at: town::START,
        environment: EnvironmentName::production(),
        method: "GET".into(),
        path: "/repairs/v1/repairs".into(),
        api: Some("repairs".into()),
        major: Some(1),
        operation: None,
        application: Some("tracker".into()),
        person: None,
        status: 403,
        code: "grant-missing".into(),
        detail: "<script>alert(1)</script>".into(),
        facts: serde_json::json!({ "clock_seconds_ahead": "40" }),
    }
}

#[tokio::test]
async fn calls_are_added_up_and_refusals_kept_until_swept() {
    for (database, store) in town::stores("books").await {
        let call = refused(&town::chance());
        store.books.record(&[count(2)], std::slice::from_ref(&call)).await.unwrap();
        store.books.record(&[count(3)], std::slice::from_ref(&call)).await.unwrap();
        let tracker = "tracker".parse().unwrap();
        let span = Span { from: town::START.plus_seconds(-3600), until: town::START.plus_seconds(3600) };
        let calls = store.reads.called_by(&tracker, span, By::Operation).await.unwrap();
        assert_eq!(calls.iter().map(|row| row.calls).collect::<Vec<_>>(), [5], "{database}");
        assert_eq!(
            store.reads.refusals_of(&tracker, span, 10).await.unwrap(),
            std::slice::from_ref(&call),
            "{database}"
        );
        let refused = store.reads.refusal_counts_of(&tracker, span).await.unwrap();
        let told = refused.iter().map(|row| (row.api.as_str(), row.major, row.operation.as_str(), row.calls));
        assert_eq!(told.collect::<Vec<_>>(), [("repairs", 1, "", 1)], "{database}");
        assert_eq!(store.reads.refused_call(&call.request_id).await.unwrap(), Some(call.clone()), "{database}");
        let later = town::START.plus_seconds(1);
        store.books.sweep(later, later).await.unwrap();
        assert_eq!(store.reads.refused_call(&call.request_id).await.unwrap(), None, "{database}");
        assert!(store.reads.called_by(&tracker, span, By::Operation).await.unwrap().is_empty(), "{database}");
    }
}

/// A call of an hour that took so long.
fn timed(hour: i64, caller: &str, status: u16, millis: u64) -> CallCount {
    let mut latency = Latency::default();
    latency.observe(millis * 1000);
    let hour = town::START.plus_seconds(hour * 3600);
    CallCount { hour, caller: caller.into(), status, latency, ..count(1) }
}

#[tokio::test]
async fn usage_is_told_by_what_it_is_asked_by_and_by_day_as_by_hour() {
    for (database, store) in town::stores("usage").await {
        let midnight = -town::START.millis().rem_euclid(86_400_000) / 3_600_000;
        let batch: Vec<CallCount> = (0..24)
            .map(|hour| timed(midnight + hour, "ada", 200, 80))
            .chain((0..6).map(|hour| timed(midnight + hour, "grace", 503, 20_000)))
            .chain([timed(midnight + 25, "anyone", 404, 3)])
            .collect();
        store.books.record(&batch, &[]).await.unwrap();
        store.books.record(&batch, &[]).await.unwrap();
        let api = "repairs".parse().unwrap();
        let day = |from: i64, until: i64| Span {
            from: town::START.plus_seconds((midnight + from) * 3600),
            until: town::START.plus_seconds((midnight + until) * 3600),
        };
        let before = store.reads.called_of(&api, day(0, 48), By::Caller).await.unwrap();
        let told: Vec<_> = before.iter().map(|line| (line.caller.as_str(), line.calls)).collect();
        assert_eq!(told, [("people", 60), ("anyone", 2)], "{database}: nobody's person is told");
        let people = before.first().unwrap();
        assert_eq!((people.server_errors, people.client_errors), (12, 0), "{database}");
        assert_eq!(people.latency.quantile(0.99), Some(10_000.0), "{database}");
        store.books.add_up_days(town::START.plus_seconds((midnight + 24) * 3600)).await.unwrap();
        store.books.add_up_days(town::START.plus_seconds((midnight + 24) * 3600)).await.unwrap();
        assert_eq!(store.reads.called_of(&api, day(0, 48), By::Caller).await.unwrap(), before, "{database}");
        let first_hour = store.reads.called_of(&api, day(0, 1), By::Nothing).await.unwrap();
        assert_eq!(first_hour.first().unwrap().calls, 60, "{database}: the day is one row now");
        let at = |hour: i64| town::START.plus_seconds((midnight + hour) * 3600);
        let days = store.reads.called_of(&api, day(0, 48), By::Day).await.unwrap();
        let told: Vec<_> = days.iter().map(|line| (line.begins, line.calls)).collect();
        assert_eq!(told, [(at(0), 60), (at(24), 2)], "{database}");
        let hours = store.reads.called_of(&api, day(24, 48), By::Hour).await.unwrap();
        assert_eq!(hours.iter().map(|line| (line.begins, line.calls)).collect::<Vec<_>>(), [(at(25), 2)], "{database}");
        let places = store.reads.called_of(&api, day(0, 48), By::Environment).await.unwrap();
        let told: Vec<_> = places.iter().map(|line| (line.environment.as_str(), line.calls)).collect();
        assert_eq!(told, [("production", 62)], "{database}");
        let second_day = store.reads.called_of(&api, day(25, 26), By::Operation).await.unwrap();
        assert_eq!(second_day.first().unwrap().calls, 2, "{database}: the day after is still told by the hour");
        let nothing = store.reads.called_by(&"tracker".parse().unwrap(), day(0, 48), By::Nothing).await.unwrap();
        assert_eq!((nothing.len(), nothing.first().unwrap().calls), (1, 0), "{database}");
    }
}

#[tokio::test]
async fn quotas_are_added_up_over_nodes_and_read_by_those_who_do_not_know() {
    for (database, store) in town::stores("quotas").await {
        let row = |period: &str, calls: i64| QuotaRow {
            period: period.parse().unwrap(),
            environment: EnvironmentName::production(),
            api: "repairs".parse().unwrap(),
            major: "v1".parse().unwrap(),
            caller_kind: "application".into(),
            caller: "tracker".into(),
            calls,
        };
        let add = async |rows, at| store.books.add_to_quotas(rows, at).await.unwrap();
        let read = async |since| store.reads.quotas_since(since, town::START).await.unwrap();
        let later = town::START.plus_seconds(10);
        assert_eq!(add(vec![row("2026-11-22", 9)], town::START).await, [row("2026-11-22", 9)], "{database}");
        add(vec![row("2026-11-23", 2), row("2026-11", 2)], town::START).await;
        let sums = add(vec![row("2026-11", 3), row("2026-11-23", 3)], later).await;
        assert_eq!(sums, [row("2026-11-23", 5), row("2026-11", 5)], "{database}");
        let mut known = read(town::START).await;
        known.sort_by_key(|row| row.period);
        assert_eq!(known, [row("2026-11-23", 5), row("2026-11", 5)], "{database}: the day before is over");
        let own = store.reads.quotas_of(&"tracker".parse().unwrap(), town::START).await.unwrap();
        assert_eq!(own, [row("2026-11", 5), row("2026-11-23", 5)], "{database}");
        assert!(store.reads.quotas_of(&"other".parse().unwrap(), town::START).await.unwrap().is_empty(), "{database}");
        assert!(read(later.plus_seconds(1)).await.is_empty(), "{database}: nothing is new");
        store.books.sweep_quotas(later.plus_seconds(1)).await.unwrap();
        assert!(read(town::START).await.is_empty(), "{database}");
    }
}

#[tokio::test]
async fn a_change_that_is_dropped_leaves_no_trace() {
    for (database, store) in town::stores("dropped").await {
        let before = store.reads.generation().await.unwrap();
        let mut change = store.writes.begin(&Actor::Platform, "revoke_token", "1".into(), town::START).await.unwrap();
        let token: TokenId = "t1".parse().unwrap();
        change.insert_revoked_token(&token, town::START.plus_seconds(60), town::START).await.unwrap();
        drop(change);
        assert!(!store.reads.is_revoked_token(&token).await.unwrap(), "{database}");
        assert!(store.reads.audit(town::START.plus_seconds(1), 10).await.unwrap().is_empty(), "{database}");
        assert_eq!(store.reads.generation().await.unwrap(), before, "{database}");
    }
}

#[tokio::test]
async fn a_change_that_is_committed_is_announced_and_counted() {
    for (database, mut store) in town::stores("committed").await {
        let before = store.reads.generation().await.unwrap();
        let token: TokenId = "t1".parse().unwrap();
        let mut change = store.writes.begin(&Actor::Platform, "revoke_token", "2".into(), town::START).await.unwrap();
        change.insert_revoked_token(&token, town::START.plus_seconds(60), town::START).await.unwrap();
        change.commit("token t1", &json!({})).await.unwrap();
        store.reads.changed().await;
        assert_eq!(store.reads.revoked_tokens(town::START).await.unwrap(), [token], "{database}");
        assert!(store.reads.revoked_tokens(town::START.plus_seconds(61)).await.unwrap().is_empty(), "{database}");
        assert_eq!(store.reads.generation().await.unwrap(), before + 1, "{database}");
    }
}

#[tokio::test]
async fn an_assertion_works_once() {
    for (database, store) in town::stores("once").await {
        let end = town::START.plus_seconds(60);
        assert!(store.writes.use_assertion("a", end).await.unwrap(), "{database}");
        assert!(!store.writes.use_assertion("a", end).await.unwrap(), "{database}");
        store.writes.sweep(end.plus_seconds(1)).await.unwrap();
        assert!(store.writes.use_assertion("a", end).await.unwrap(), "{database}: swept once it is past its end");
    }
}

#[tokio::test]
async fn the_same_key_twice_is_taken() {
    for (database, store) in town::stores("taken").await {
        let key = NewSigningKey {
            id: "k".into(),
            algorithm: "ES256".into(),
            public_jwk: "{}".into(),
            sealed_private: "sealed".into(),
            created_at: town::START,
            signs_from: town::START,
            retired_at: None,
            withdrawn_at: None,
        };
        let mut change =
            store.writes.begin(&Actor::Platform, "make_signing_key", "1".into(), town::START).await.unwrap();
        change.insert_signing_key(&key).await.unwrap();
        change.commit("key", &json!({})).await.unwrap();
        let mut change =
            store.writes.begin(&Actor::Platform, "make_signing_key", "2".into(), town::START).await.unwrap();
        let again = change.insert_signing_key(&key).await;
        assert!(matches!(again, Err(Error::Taken)), "{database}: {again:?}");
        drop(change);
        assert_eq!(store.reads.signing_keys().await.unwrap().len(), 1, "{database}");
    }
}

#[tokio::test]
async fn an_address_of_another_database_is_refused() {
    assert!(matches!(hansom_store::open("mysql://localhost/hansom", town::START).await, Err(Error::Address)));
}

#[tokio::test]
async fn a_call_is_claimed_once_and_again_when_its_answer_is_outdated_or_was_never_made() {
    for (database, store) in town::stores("repeats").await {
        let (now, writes) = (town::START, &store.writes);
        let claim = async |at: Timestamp| {
            let limits = (at.plus_seconds(-86_400), at.plus_seconds(-60));
            writes.claim_call("k", "request", at, limits).await.unwrap()
        };
        assert!(claim(now).await, "{database}");
        assert!(!claim(now.plus_seconds(60)).await, "{database}: it is still being made");
        assert!(claim(now.plus_seconds(61)).await, "{database}: whoever made it is gone");
        writes.keep_answer("k", "sealed").await.unwrap();
        assert!(!claim(now.plus_seconds(3600)).await, "{database}: it was answered");
        let kept = store.reads.repeated_call("k", now).await.unwrap().unwrap();
        assert_eq!((kept.request_hash.as_str(), kept.answer.as_deref()), ("request", Some("sealed")), "{database}");
        assert!(claim(now.plus_seconds(90_000)).await, "{database}: a day is over");
        assert_eq!(store.reads.repeated_call("k", now).await.unwrap().unwrap().answer, None, "{database}");
        writes.forget_call("k").await.unwrap();
        assert!(store.reads.repeated_call("k", now).await.unwrap().is_none(), "{database}");
    }
}

#[tokio::test]
async fn what_was_changed_since_a_generation_is_known_and_nothing_else() {
    for (database, store) in town::stores("changed").await {
        let before = store.reads.generation().await.unwrap();
        for token in ["t1", "t2"] {
            let mut change =
                store.writes.begin(&Actor::Platform, "revoke_token", token.into(), town::START).await.unwrap();
            let id: TokenId = token.parse().unwrap();
            change.insert_revoked_token(&id, town::START.plus_seconds(60), town::START).await.unwrap();
            change.insert_revoked_token(&id, town::START.plus_seconds(60), town::START).await.unwrap();
            change.commit(token, &json!({})).await.unwrap();
        }
        let change = store.writes.begin(&Actor::Platform, "nothing", "n".into(), town::START).await.unwrap();
        change.commit("nothing", &json!({})).await.unwrap();
        let since = async |from, until, most| store.reads.changed_since(from, until, most).await.unwrap();
        let tokens =
            |names: &[&str]| Changed::These(names.iter().map(|t| Subject::Token(t.parse().unwrap())).collect());
        assert_eq!(store.reads.generation().await.unwrap(), before + 3, "{database}");
        assert_eq!(since(before, before + 3, 10).await, tokens(&["t1", "t2"]), "{database}");
        assert_eq!(since(before + 1, before + 3, 10).await, tokens(&["t2"]), "{database}");
        assert_eq!(since(before, before + 1, 10).await, tokens(&["t1"]), "{database}: no further than was asked");
        assert_eq!(since(before + 2, before + 3, 10).await, tokens(&[]), "{database}: a change of nothing served");
        assert_eq!(since(before, before + 3, 1).await, Changed::Everything, "{database}: more than wanted");
        assert_eq!(since(before + 3, before, 10).await, Changed::Everything, "{database}: another store");
        assert_eq!(since(0, 10_001, 10).await, Changed::Everything, "{database}: too far behind");
        store.writes.sweep(town::START).await.unwrap();
        assert_eq!(since(before, before + 3, 10).await, tokens(&["t1", "t2"]), "{database}: not swept away so soon");
    }
}

#[tokio::test]
async fn m141_who_joins_changes_nothing_and_refuses_a_store_of_another_form() {
    let folder = std::env::temp_dir().join(format!("hansom-join-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let mut addresses = vec![format!("sqlite://{}/store.db?mode=rwc", folder.display())];
    addresses.extend(town::database("join").await);
    for address in addresses {
        if address.starts_with("sqlite:") {
            assert!(hansom_store::join(&address).await.is_err(), "no file is made");
            drop(std::fs::File::create_new(folder.join("store.db")).unwrap());
        }
        assert!(matches!(hansom_store::join(&address).await, Err(Error::Older)), "{address}");
        let store = hansom_store::open(&address, town::START).await.unwrap();
        let before = store.reads.generation().await.unwrap();
        let joined = hansom_store::join(&address).await.unwrap();
        assert_eq!(joined.reads.generation().await.unwrap(), before, "{address}");
        town::from_the_future(&address).await;
        assert!(matches!(hansom_store::join(&address).await, Err(Error::Newer)), "{address}");
        assert!(matches!(hansom_store::open(&address, town::START).await, Err(Error::Newer)), "{address}");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_notice_goes_where_the_person_is_now_and_its_text_is_forgotten_once_it_is_sent() {
    for (database, store) in town::stores("notices").await {
        let (now, later) = (town::START, town::START.plus_seconds(60));
        let person = PersonRow {
            id: "dev".parse().unwrap(),
            issuer: "https://accounts.hackney.example".into(),
            subject: "1".into(),
            email: "new@hackney.example".into(),
            name: "Dev".into(),
            created_at: now,
            signed_in_at: now,
            suspended_at: None,
            suspended_because: None,
            groups_told_at: None,
            groups_known_until: None,
        };
        let mut change = store.writes.begin(&Actor::Platform, "test", "audit".into(), now).await.unwrap();
        change.put_person(&person).await.unwrap();
        for (id, to) in [("a", Recipient::Person(&person.id)), ("b", Recipient::Address("x@out.example"))] {
            let notice = NewNotice { id, to, subject: "One\r\nBcc: evil@example.org", body: "https://link", at: now };
            change.insert_notice(&notice).await.unwrap();
        }
        change.commit("test", &json!({})).await.unwrap();
        let due = store.reads.due_notices(now, now, 9).await.unwrap();
        let to: Vec<_> = due.iter().map(|row| (row.address.as_str(), row.subject.as_str())).collect();
        let subject = "One Bcc: evil@example.org";
        assert_eq!(to, [("new@hackney.example", subject), ("x@out.example", subject)], "{database}");
        store.writes.notice_was_sent("a", now).await.unwrap();
        for attempt in 1..8 {
            assert!(
                store.writes.notice_was_not_sent("b", "full", Some(later), now).await.unwrap(),
                "{database} {attempt}"
            );
        }
        assert!(store.reads.due_notices(now, now, 9).await.unwrap().is_empty(), "{database}: not before its time");
        let due = store.reads.due_notices(later, now, 9).await.unwrap();
        assert_eq!(due.iter().map(|row| (row.id.as_str(), row.attempts)).collect::<Vec<_>>(), [("b", 7)], "{database}");
        assert!(
            !store.writes.notice_was_not_sent("b", "full", Some(later), now).await.unwrap(),
            "{database}: the eighth is the last"
        );
        assert!(store.reads.due_notices(later, now, 9).await.unwrap().is_empty(), "{database}");
    }
}

/// A folder for a database in a file.
fn folder(name: &str) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("hansom-{name}-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Revokes a token, as a change does.
async fn revoke(store: &hansom_store::Opened, token: &str) -> Result<(), Error> {
    let token: TokenId = token.parse().unwrap();
    let mut change = store.writes.begin(&Actor::Platform, "revoke_token", token.to_string(), town::START).await?;
    change.insert_revoked_token(&token, town::START.plus_seconds(60), town::START).await?;
    change.commit(&format!("token {token}"), &json!({})).await
}

#[tokio::test]
async fn l124_two_processes_with_one_file_wait_for_each_other_and_lose_no_change() {
    let folder = folder("two");
    let address = format!("sqlite://{}/store.db", folder.display());
    let one = hansom_store::open(&address, town::START).await.unwrap();
    let other = hansom_store::open(&address, town::START).await.unwrap();
    let before = one.reads.generation().await.unwrap();
    let work = async |store: &hansom_store::Opened, name: &str| {
        for number in 0..50 {
            revoke(store, &format!("{name}-{number}")).await.unwrap();
        }
    };
    tokio::join!(work(&one, "one"), work(&other, "other"));
    assert_eq!(one.reads.generation().await.unwrap(), before + 100);
    assert_eq!(other.reads.revoked_tokens(town::START).await.unwrap().len(), 100);
    std::fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn l124_a_file_that_is_damaged_is_refused_and_left_as_it_is() {
    let folder = folder("damaged");
    let whole = folder.join("whole.db");
    let store = hansom_store::open(&format!("sqlite://{}", whole.display()), town::START).await.unwrap();
    revoke(&store, "t1").await.unwrap();
    let mut torn = std::fs::read(&whole).unwrap();
    torn[..100].fill(0xff);
    let nonsense = b"this is no database, but somebody's letter".repeat(100);
    // Beside it there is no log of what was written last, from which it could be whole again.
    let file = folder.join("damaged.db");
    let address = format!("sqlite://{}", file.display());
    for damaged in [nonsense, torn] {
        std::fs::write(&file, &damaged).unwrap();
        let refused = hansom_store::open(&address, town::START).await.map(drop).unwrap_err().to_string();
        assert!(refused.contains("not a database"), "{refused}");
        assert!(hansom_store::join(&address).await.is_err());
        assert_eq!(std::fs::read(&file).unwrap(), damaged, "whoever wants to mend it finds it as it was");
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn l133_no_statement_asks_the_databases_clock() {
    let own = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = 0;
    for folder in ["src", "migrations"] {
        for entry in std::fs::read_dir(own.join(folder)).unwrap() {
            let file = entry.unwrap().path();
            let text = std::fs::read_to_string(&file).unwrap().to_ascii_lowercase();
            for word in [
                "now()",
                "current_time",
                "current_date",
                "localtime",
                "unixepoch",
                "strftime",
                "clock_timestamp",
                "datetime(",
            ] {
                assert!(!text.contains(word), "{} says {word}: time is an argument", file.display());
            }
            files += 1;
        }
    }
    assert!(files > 20, "{files} files were read");
}
