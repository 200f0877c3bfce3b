//! Is a snapshot of many changes what one made of the whole would be, and the same again when it was kept?

use std::collections::{BTreeMap, BTreeSet};

use hansom_domain::{CredentialId, EnvironmentName, Timestamp};
use hansom_gateway::{
    Delta, PlacedVersion, Record, Snapshot, VersionPlace, kept,
    snapshot::{ApplicationDocument, PersonDocument, VersionDocument},
};
use proptest::{prelude::*, test_runner::RngSeed};

use crate::stage::*;

/// One change of one thing; numbers are small, so that changes meet.
#[derive(Clone, Copy, Debug)]
enum Change {
    Version { api: u8, major: u8, sandbox: bool, made_from: u8 },
    NoVersion { api: u8, major: u8, sandbox: bool },
    Application { id: u8, credential: u8 },
    NoApplication(u8),
    Person { id: u8, group: u8 },
    NoPerson(u8),
    Revoked(u8),
    NotRevoked(u8),
}

fn change() -> impl Strategy<Value = Change> {
    let place = (0_u8..3, 1_u8..4, any::<bool>());
    prop_oneof![
        4 => (place.clone(), 0_u8..3).prop_map(|((api, major, sandbox), made_from)| Change::Version { api, major, sandbox, made_from }),
        2 => place.prop_map(|(api, major, sandbox)| Change::NoVersion { api, major, sandbox }),
        2 => (0_u8..3, 0_u8..3).prop_map(|(id, credential)| Change::Application { id, credential }),
        1 => (0_u8..3).prop_map(Change::NoApplication),
        2 => (0_u8..3, 0_u8..3).prop_map(|(id, group)| Change::Person { id, group }),
        1 => (0_u8..3).prop_map(Change::NoPerson),
        1 => (0_u8..3).prop_map(Change::Revoked),
        1 => (0_u8..3).prop_map(Change::NotRevoked),
    ]
}

/// Everything that there is, by its name: what a snapshot of many changes has to say.
#[derive(Default)]
struct Whole {
    versions: BTreeMap<String, PlacedVersion>,
    applications: BTreeMap<u8, ApplicationDocument>,
    people: BTreeMap<u8, PersonDocument>,
    revoked: BTreeSet<u8>,
}

fn place(api: u8, major: u8, sandbox: bool) -> VersionPlace {
    let environment = if sandbox { EnvironmentName::sandbox() } else { EnvironmentName::production() };
    VersionPlace { environment, api: word(&format!("api-{api}")), major: word(&format!("v{major}")) }
}

impl Whole {
    /// Takes a change in, and writes it as the gateway is told.
    fn take(&mut self, change: Change, template: &VersionDocument, application: &ApplicationDocument) -> Record {
        match change {
            Change::Version { api, major, sandbox, made_from } => {
                let place = place(api, major, sandbox);
                let version = VersionDocument { api: place.api.clone(), major: place.major, ..template.clone() };
                let placed = PlacedVersion {
                    environment: place.environment.clone(),
                    made_from: format!("m{made_from}"),
                    version,
                };
                self.versions.insert(place.to_string(), placed.clone());
                Record::Version(Box::new(placed))
            }
            Change::NoVersion { api, major, sandbox } => {
                let place = place(api, major, sandbox);
                self.versions.remove(&place.to_string());
                Record::NoVersion(place)
            }
            Change::Application { id, credential } => {
                let credentials = vec![word::<CredentialId>(&format!("cred-{credential}")).into()];
                let document =
                    ApplicationDocument { id: word(&format!("shop-{id}")), credentials, ..application.clone() };
                self.applications.insert(id, document.clone());
                Record::Application(document)
            }
            Change::NoApplication(id) => {
                self.applications.remove(&id);
                Record::NoApplication(word(&format!("shop-{id}")))
            }
            Change::Person { id, group } => {
                let groups = vec![word(&format!("group-{group}@hackney.example"))];
                let document = PersonDocument::known(word(&format!("person-{id}")), groups);
                self.people.insert(id, document.clone());
                Record::Person(document)
            }
            Change::NoPerson(id) => {
                self.people.remove(&id);
                Record::NoPerson(word(&format!("person-{id}")))
            }
            Change::Revoked(id) => {
                self.revoked.insert(id);
                Record::Revoked(word(&format!("token-{id}")))
            }
            Change::NotRevoked(id) => {
                self.revoked.remove(&id);
                Record::NotRevoked(word(&format!("token-{id}")))
            }
        }
    }

    /// Whether a snapshot says this and nothing else.
    fn is_told_by(&self, snapshot: &Snapshot) {
        let told: BTreeMap<String, &str> = snapshot.versions().map(|(place, from)| (place.to_string(), from)).collect();
        let meant = self.versions.iter().map(|(place, placed)| (place.clone(), placed.made_from.as_str())).collect();
        assert_eq!(told, meant);
        assert!(self.applications.values().all(|document| snapshot.has_application(document)));
        assert!(self.people.values().all(|document| snapshot.has_person(document)));
        let revoked: BTreeSet<String> = snapshot.revoked_tokens().map(ToString::to_string).collect();
        assert_eq!(revoked, self.revoked.iter().map(|id| format!("token-{id}")).collect());
        let counts = snapshot.counts();
        assert_eq!(counts.versions, snapshot.versions().count());
        assert_eq!(
            (counts.versions, counts.applications, counts.people),
            (self.versions.len(), self.applications.len(), self.people.len())
        );
    }
}

/// The beginning: addresses and keys, and nothing that is served; and what versions and applications are made of.
fn beginning() -> (Delta, VersionDocument, ApplicationDocument) {
    let stage = Stage::new();
    let document = stage.document();
    let (template, application) = (document.environments[0].versions[0].clone(), document.applications[0].clone());
    let (mut delta, _) = document.into_delta();
    delta.records.retain(|record| matches!(record, Record::Platform(_) | Record::Keys(_)));
    (delta, template, application)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200, failure_persistence: None, rng_seed: RngSeed::Fixed(20_261_125), ..ProptestConfig::default()
    })]

    #[test]
    fn l125_any_changes_come_to_the_whole_in_memory_on_disk_and_compacted(
        changes in prop::collection::vec(prop::collection::vec(change(), 0..5), 1..12),
    ) {
        thread_local!(static BEGINNING: (Delta, VersionDocument, ApplicationDocument) = beginning());
        let (first, template, application) = BEGINNING.with(Clone::clone);
        let mut bytes = kept::Writer::begin(vec![]).and_then(|mut writer| {
            first.records.iter().try_for_each(|record| writer.put(record))?;
            writer.end(first.generation, first.made_at)
        }).expect("memory can be written");
        let mut snapshot = Snapshot::first(first).snapshot;
        let mut whole = Whole::default();
        for (generation, changes) in (2..).zip(changes) {
            let records = changes.into_iter().map(|change| whole.take(change, &template, &application)).collect();
            let delta = Delta { generation, made_at: Timestamp::from_seconds(NOW), records };
            bytes.extend(kept::run(&delta).expect("memory can be written"));
            let compiled = snapshot.apply(delta);
            prop_assert!(compiled.set_aside.is_empty(), "{:?}", compiled.set_aside);
            snapshot = compiled.snapshot;
            whole.is_told_by(&snapshot);
        }
        let opened = kept::open(bytes.as_slice(), None).expect("it is whole");
        prop_assert_eq!((opened.snapshot.generation(), opened.damage), (snapshot.generation(), None));
        whole.is_told_by(&opened.snapshot);
        let short = kept::compact(std::io::Cursor::new(&bytes), opened.length, vec![]).expect("it can be compacted");
        whole.is_told_by(&kept::open(short.as_slice(), None).expect("it is whole").snapshot);
    }
}
