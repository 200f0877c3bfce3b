//! Does a damaged snapshot show itself, and does the generation before it live?

use hansom_domain::{Timestamp, UpstreamOptions};
use hansom_gateway::{
    Delta, PlacedVersion, Record, Snapshot,
    kept::{self, Broken, Kept, Writer, compact, open},
    snapshot::{FORMAT, Target},
};
use proptest::prelude::*;

use crate::stage::*;

/// A file with everything in its first run.
fn file(stage: &Stage) -> Vec<u8> {
    let (delta, twice) = stage.document().into_delta();
    assert_eq!(twice, []);
    let mut writer = Writer::begin(vec![]).expect("memory can be written");
    for record in &delta.records {
        writer.put(record).expect("memory can be written");
    }
    writer.end(delta.generation, delta.made_at).expect("memory can be written")
}

/// What is different when `repairs` gets another owner, or goes; and when `shop` is gone.
fn deltas(stage: &Stage) -> Vec<Delta> {
    let document = stage.document();
    let production = &document.environments[0];
    let placed = |title: &str| {
        let mut version = production.versions[1].clone();
        version.title = title.into();
        PlacedVersion { environment: production.name.clone(), made_from: title.into(), version }
    };
    let records = [
        vec![Record::Version(Box::new(placed("second"))), Record::Revoked(word("token-9"))],
        vec![Record::NoVersion(placed("").place())],
        vec![Record::NoApplication(word("shop"))],
        vec![],
        vec![Record::Version(Box::new(placed("sixth"))), Record::NotRevoked(word("token-9"))],
    ];
    let numbered = records.into_iter().zip(2..);
    numbered.map(|(records, generation)| Delta { generation, made_at: Timestamp::from_seconds(NOW), records }).collect()
}

/// The file with five runs more, and where each of its six ends.
fn long_file(stage: &Stage) -> (Vec<u8>, Vec<usize>) {
    let mut bytes = file(stage);
    let mut ends = vec![bytes.len()];
    for delta in deltas(stage) {
        bytes.extend(kept::run(&delta).expect("memory can be written"));
        ends.push(bytes.len());
    }
    (bytes, ends)
}

/// What a snapshot holds, in words that can be compared.
fn told(snapshot: &Snapshot) -> Vec<String> {
    let mut told: Vec<String> = snapshot.versions().map(|(place, from)| format!("{place} {from}")).collect();
    told.extend(snapshot.application_ids().map(ToString::to_string));
    told.extend(snapshot.person_ids().map(ToString::to_string));
    told.extend(snapshot.revoked_tokens().map(ToString::to_string));
    told.sort();
    told
}

#[test]
fn a_snapshot_survives_being_kept_with_all_that_was_appended() {
    let stage = Stage::new();
    let (bytes, ends) = long_file(&stage);
    let kept = open(bytes.as_slice(), None).expect("it is whole");
    assert_eq!((kept.snapshot.generation(), kept.runs, kept.damage), (6, 6, None));
    assert_eq!(kept.length, bytes.len() as u64);
    let mut snapshot = Snapshot::compile(stage.document()).snapshot;
    for (delta, end) in deltas(&stage).into_iter().zip(&ends[1..]) {
        snapshot = snapshot.apply(delta).snapshot;
        let kept = open(&bytes[..*end], None).expect("it is whole so far");
        assert_eq!(told(&kept.snapshot), told(&snapshot));
    }
    stage.gateway.swap(kept.snapshot);
    stage.get("/rents/v1/accounts").refused(401, "token-revoked");
    assert_eq!(stage.get("/repairs/v1/status").status, 401, "what is no token is refused everywhere");
    assert_eq!(stage.call("GET", "/repairs/v1/status", &[], "").status, 200, "and the last version of repairs serves");
}

#[test]
fn l125_a_snapshot_that_breaks_off_gives_the_generation_before() {
    let stage = Stage::new();
    let (bytes, ends) = long_file(&stage);
    for cut in (0..bytes.len()).step_by(7) {
        let whole = ends.iter().filter(|end| **end <= cut).count();
        match open(&bytes[..cut], None) {
            Ok(Kept { snapshot, length, damage, .. }) => {
                assert_eq!((snapshot.generation(), length), (whole as u64, ends[whole - 1] as u64), "cut at {cut}");
                assert_eq!(damage.is_some(), !ends.contains(&cut), "cut at {cut}");
            }
            Err(_) => assert_eq!(whole, 0, "cut at {cut}"),
        }
    }
}

#[test]
fn l125_records_that_are_missing_moved_or_from_elsewhere_are_noticed() {
    let stage = Stage::new();
    let bytes = file(&stage);
    let text = String::from_utf8(bytes).expect("this one is text");
    let lines: Vec<&str> = text.lines().collect();
    let write = |lines: Vec<&str>| lines.iter().flat_map(|line| [line, "\n"]).collect::<String>();
    let mut without = lines.clone();
    without.drain(5..7);
    let mut moved = lines.clone();
    moved.swap(5, 7);
    moved.swap(6, 8);
    let mut twice = lines.clone();
    let again = [twice[5], twice[6]];
    twice.splice(5..5, again);
    for (what, lines) in [("missing", without), ("moved", moved), ("twice", twice)] {
        assert!(matches!(open(write(lines).as_bytes(), None), Err(Broken::Damaged(_))), "{what}");
    }
}

#[test]
fn l125_what_is_no_snapshot_or_another_format_says_so() {
    let stage = Stage::new();
    let text = String::from_utf8(file(&stage)).expect("this one is text");
    let newer = text.replacen(&format!(" {FORMAT}\n"), &format!(" {}\n", FORMAT + 1), 1);
    let error = open(newer.as_bytes(), None).expect_err("it is newer");
    assert_eq!(error, Broken::OtherFormat(u64::from(FORMAT) + 1));
    assert!(error.to_string().contains("run the Hansom that wrote it"), "{error}");
    assert_eq!(open("hansom-snapshot 1 abc 2\n{}".as_bytes(), None).unwrap_err(), Broken::OtherFormat(1));
    for no_snapshot in ["", "\n", "hansom", "hansom-snapshot", "hansom-snapshot x\n", "[database]\nurl = 1\n"] {
        assert_eq!(open(no_snapshot.as_bytes(), None).unwrap_err(), Broken::NoSnapshot, "{no_snapshot:?}");
    }
    for no_more in ["", "+", "+ a b c d\n", "+ platform - 99999999999999999999 0\n", "+ platform - 70000000000 00\n"] {
        assert!(open(format!("hansom-snapshot {FORMAT}\n{no_more}").as_bytes(), None).is_err(), "{no_more:?}");
    }
}

#[test]
fn m139_an_older_generation_can_be_asked_for() {
    let stage = Stage::new();
    let (bytes, ends) = long_file(&stage);
    for before in 2..=7 {
        let kept = open(bytes.as_slice(), Some(before)).expect("there is one");
        assert_eq!((kept.snapshot.generation(), kept.damage), (before - 1, None));
        assert_eq!(kept.length, ends[usize::try_from(before).expect("small") - 2] as u64);
    }
    assert_eq!(open(bytes.as_slice(), Some(1)).unwrap_err(), Broken::NothingBefore(1));
}

#[test]
fn a_compacted_file_says_the_same_in_one_run() {
    let stage = Stage::new();
    let (bytes, ends) = long_file(&stage);
    for end in ends {
        let before = open(&bytes[..end], None).expect("it is whole");
        let short = compact(std::io::Cursor::new(&bytes), end as u64, vec![]).expect("it can be compacted");
        let after = open(short.as_slice(), None).expect("it is whole");
        assert_eq!((after.runs, after.snapshot.generation()), (1, before.snapshot.generation()));
        assert_eq!(told(&after.snapshot), told(&before.snapshot));
        assert_eq!(after.snapshot.made_at(), before.snapshot.made_at());
    }
}

#[test]
fn l127_one_broken_version_is_set_aside_alone() {
    let stage = Stage::new();
    let versions = stage.document().environments[0].versions.clone();
    for url in ["http://2130706433", "ftp://a", "http://u@a", "nonsense", "http://a/?x"] {
        let mut broken = versions[1].clone();
        broken.api = word("broken");
        broken.target =
            Target::Upstreams { urls: vec![url.into()], timeout_ms: 1, options: UpstreamOptions::default() };
        let mut document = document_with(&stage, broken);
        document.keys.push(document.keys[0].clone());
        document.keys[1].jwk["crv"] = "P-384".into();
        document.keys[1].kid = "k2".into();
        let compiled = Snapshot::compile(document);
        let set_aside: Vec<&str> = compiled.set_aside.iter().map(|aside| aside.what.as_str()).collect();
        assert_eq!(set_aside, ["key k2", "broken v1 in production"], "{url}");
        stage.gateway.swap(compiled.snapshot);
        assert_eq!(stage.get("/rents/v1/accounts").status, 200);
        stage.get("/broken/v1/accounts").refused(404, "api-not-found");
    }
}

#[test]
fn l127_of_a_version_that_breaks_the_last_good_one_serves_on() {
    let stage = Stage::new();
    let snapshot = stage.gateway.snapshot().expect("a snapshot");
    let production = stage.document().environments.swap_remove(0);
    let mut broken = production.versions[0].clone();
    broken.operations[0].path = "/a//b".into();
    let mut better = production.versions[1].clone();
    better.info_version = "2.0.0".into();
    let placed = |version| {
        let environment = production.name.clone();
        Record::Version(Box::new(PlacedVersion { environment, made_from: "new".into(), version }))
    };
    let records = vec![placed(broken), placed(better)];
    let compiled = snapshot.apply(Delta { generation: 2, made_at: snapshot.made_at(), records });
    let place = compiled.set_aside[0].version.clone().expect("it is a version");
    assert_eq!((compiled.set_aside.len(), place.to_string().as_str()), (1, "rents v1 in production"));
    assert_eq!(compiled.snapshot.made_from(&place), Some(""), "so the publisher sees that it is not the new one");
    stage.gateway.swap(compiled.snapshot);
    assert_eq!(stage.get("/rents/v1/accounts").status, 200);
    assert_eq!(stage.call("GET", "/repairs/v1/status", &[], "").field("api-version"), "2.0.0");
}

#[test]
fn l127_of_two_versions_of_one_name_neither_serves() {
    let stage = Stage::new();
    let again = rents(&stage.upstream);
    let compiled = Snapshot::compile(document_with(&stage, again));
    let set_aside: Vec<&str> = compiled.set_aside.iter().map(|aside| aside.what.as_str()).collect();
    assert_eq!(set_aside, ["rents v1 in production"]);
    stage.gateway.swap(compiled.snapshot);
    stage.get("/rents/v1/accounts").refused(404, "api-not-found");
    assert_eq!(stage.call("GET", "/repairs/v1/status", &[], "").status, 200);
}

fn document_with(
    stage: &Stage,
    version: hansom_gateway::snapshot::VersionDocument,
) -> hansom_gateway::SnapshotDocument {
    let mut document = document(&stage.issuer, &stage.upstream);
    document.environments[0].versions.push(version);
    document
}

#[test]
fn templates_that_collide_or_that_no_tree_can_hold_set_their_version_aside() {
    let stage = Stage::new();
    for path in [
        "/accounts",
        "/accounts/{other}",
        "accounts",
        "/a/{id}.json",
        "/a//b",
        "/a/",
        "/a/{}",
        "/a/../b",
        "/a/%2e%2e/b",
    ] {
        let mut version = rents(&stage.upstream);
        version.api = word("broken");
        let mut again = version.operations[0].clone();
        again.path = path.into();
        version.operations.push(again);
        let compiled = Snapshot::compile(document_with(&stage, version));
        assert_eq!(compiled.set_aside.len(), 1, "{path} {:?}", compiled.set_aside);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn l125_a_flipped_bit_anywhere_is_noticed(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        thread_local!(static KEPT: (Vec<u8>, Vec<usize>) = long_file(&Stage::new()));
        let (mut damaged, ends) = KEPT.with(Clone::clone);
        let at = at.index(damaged.len());
        damaged[at] ^= 1 << bit;
        let whole = ends.iter().filter(|end| **end <= at).count() as u64;
        match open(damaged.as_slice(), None) {
            Ok(kept) => {
                prop_assert!(kept.damage.is_some(), "the flip at {at} shows");
                prop_assert_eq!(kept.snapshot.generation(), whole, "and nothing of its run counts");
            }
            Err(_) => prop_assert_eq!(whole, 0),
        }
    }
}
