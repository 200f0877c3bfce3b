//! Does a damaged snapshot show itself?

use hansom_gateway::{
    Snapshot,
    kept::{Broken, open, seal},
    snapshot::{FORMAT, Target},
};
use proptest::prelude::*;

use crate::stage::*;

fn kept() -> Vec<u8> {
    let stage = Stage::new();
    seal(stage.gateway.snapshot().expect("a snapshot").document())
}

#[test]
fn a_snapshot_survives_being_kept() {
    let stage = Stage::new();
    let snapshot = stage.gateway.snapshot().expect("a snapshot");
    assert_eq!(open(&seal(snapshot.document())).as_ref(), Ok(snapshot.document()));
}

#[test]
fn a_truncated_or_lengthened_snapshot_is_refused() {
    let kept = kept();
    for end in [0, 1, 10, 60, kept.len() / 2, kept.len() - 1] {
        assert!(open(&kept[..end]).is_err(), "cut at {end}");
    }
    assert!(matches!(open(&kept[..kept.len() - 1]), Err(Broken::WrongLength { .. })));
    assert!(open(&[kept.as_slice(), b" "].concat()).is_err());
}

#[test]
fn a_newer_snapshot_says_that_it_is_newer() {
    let stage = Stage::new();
    let mut document = stage.gateway.snapshot().expect("a snapshot").document().clone();
    document.format = FORMAT + 1;
    let error = open(&seal(&document)).expect_err("it is newer");
    assert_eq!(error, Broken::NewerFormat(u64::from(FORMAT) + 1));
    assert!(error.to_string().contains("newer"), "{error}");
}

#[test]
fn one_broken_version_is_set_aside_alone() {
    let stage = Stage::new();
    let mut document = stage.gateway.snapshot().expect("a snapshot").document().clone();
    let versions = &mut document.environments[0].versions;
    for url in ["https://a.example", "ftp://a", "http://u@a", "nonsense", "http://a/?x"] {
        let mut broken = versions[1].clone();
        broken.api = word("broken");
        broken.target = Target::Upstreams { urls: vec![url.into()], timeout_ms: 1 };
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
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_flipped_bit_anywhere_is_noticed(at in any::<prop::sample::Index>(), bit in 0u8..8) {
        thread_local!(static KEPT: Vec<u8> = kept());
        let mut damaged = KEPT.with(Clone::clone);
        let at = at.index(damaged.len());
        damaged[at] ^= 1 << bit;
        prop_assert!(open(&damaged).is_err());
    }
}
