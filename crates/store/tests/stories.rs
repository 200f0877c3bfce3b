//! Stories that every database tells alike.

use hansom_domain::{Actor, Chance, EnvironmentName, RequestId, Timestamp, TokenId};
use hansom_store::{
    CallCount, Changed, Error, NewNotice, NewSigningKey, PersonRow, QuotaRow, Recipient, RefusedCall, SignInRow,
    Subject,
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
    }
}

#[tokio::test]
async fn calls_are_added_up_and_refusals_kept_until_swept() {
    for (database, store) in town::stores("books").await {
        let call = refused(&town::chance());
        store.books.record(&[count(2)], std::slice::from_ref(&call)).await.unwrap();
        store.books.record(&[count(3)], std::slice::from_ref(&call)).await.unwrap();
        let calls = store.reads.calls_by(&"tracker".parse().unwrap(), town::START).await.unwrap();
        assert_eq!(calls.iter().map(|row| row.calls).collect::<Vec<_>>(), [5], "{database}");
        assert_eq!(store.reads.refused_call(&call.request_id).await.unwrap(), Some(call.clone()), "{database}");
        let later = town::START.plus_seconds(1);
        store.books.sweep(later, later).await.unwrap();
        assert_eq!(store.reads.refused_call(&call.request_id).await.unwrap(), None, "{database}");
        assert!(store.reads.calls_by(&"tracker".parse().unwrap(), town::START).await.unwrap().is_empty(), "{database}");
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
async fn a_state_and_an_assertion_work_once() {
    for (database, store) in town::stores("once").await {
        let sign_in = SignInRow {
            state_hash: "s".into(),
            browser_hash: "b".into(),
            nonce: "n".into(),
            verifier: "v".into(),
            return_to: "/".into(),
            created_at: town::START,
            provider: "town".into(),
        };
        store.writes.insert_sign_in(&sign_in).await.unwrap();
        assert_eq!(store.writes.take_sign_in("s").await.unwrap(), Some(sign_in), "{database}");
        assert_eq!(store.writes.take_sign_in("s").await.unwrap(), None, "{database}");
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
            assert!(store.writes.notice_was_not_sent("b", Some(later), now).await.unwrap(), "{database} {attempt}");
        }
        assert!(store.reads.due_notices(now, now, 9).await.unwrap().is_empty(), "{database}: not before its time");
        let due = store.reads.due_notices(later, now, 9).await.unwrap();
        assert_eq!(due.iter().map(|row| (row.id.as_str(), row.attempts)).collect::<Vec<_>>(), [("b", 7)], "{database}");
        assert!(
            !store.writes.notice_was_not_sent("b", Some(later), now).await.unwrap(),
            "{database}: the eighth is the last"
        );
        assert!(store.reads.due_notices(later, now, 9).await.unwrap().is_empty(), "{database}");
    }
}
