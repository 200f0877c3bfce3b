//! Publishing through the verb: what is stored, and what never is.

use hansom_control::{Control, Error, Publication, Published};
use hansom_domain::Actor;
use hansom_testkit as town;

const MANIFEST: &str = "api: tenancies
owner: housing@hackney.example
kind: platform
audience: internal
status: beta
contract: openapi.yaml
environments:
  sandbox: { mock: true }
access:
  - operations: [listTenancies]
    applications: granted
";

const CONTRACT: &str = "openapi: 3.1.0
info: { title: Tenancies, version: 1.0.0 }
paths:
  /tenancies:
    get:
      operationId: listTenancies
      responses: { '200': { description: All. } }
  /tenancies-private:
    get:
      operationId: listPrivateTenancies
      responses: { '200': { description: All. } }
";

async fn publish(control: &Control, actor: &Actor, manifest: &str, contract: &str) -> Result<Published, Error> {
    control.publish_release(actor, Publication { manifest, contract, dry_run: false }).await
}

#[tokio::test]
async fn a_release_is_numbered_immutable_and_witnessed_on_every_database() {
    for (database, store) in town::stores("release").await {
        let (control, _) = town::control(&store);
        let owner = town::person(&control, "olu", &["housing@hackney.example"]).await;
        let first = publish(&control, &owner, MANIFEST, CONTRACT).await.unwrap();
        assert_eq!((first.release, first.unchanged), (1, false), "{database}");
        let again = publish(&control, &owner, MANIFEST, CONTRACT).await.unwrap();
        assert_eq!((again.release, again.unchanged), (1, true), "{database}: the same again changes nothing");
        let next = publish(&control, &owner, MANIFEST, &CONTRACT.replace("1.0.0", "1.0.1")).await.unwrap();
        assert_eq!(next.release, 2, "{database}");
        let version = control.reads().version(&first.api, first.major).await.unwrap().unwrap();
        assert_eq!(control.reads().release(&version.id, 1).await.unwrap().unwrap().contract, CONTRACT, "{database}");
        let trail = control.reads().audit(owner_time(&control), 50).await.unwrap();
        let published = trail.iter().filter(|entry| entry.verb == "publish_release").count();
        assert_eq!(published, 2, "{database}: one entry for each release, none for the repetition");
        assert!(trail.iter().all(|entry| !entry.actor_name.is_empty()), "{database}: every entry has an actor");
    }
}

#[tokio::test]
async fn l129_of_those_who_publish_at_once_one_comes_first_and_nobodys_release_is_lost() {
    for (database, store) in town::stores("at_once").await {
        let (control, _) = town::control(&store);
        let owner = town::person(&control, "olu", &["housing@hackney.example"]).await;
        publish(&control, &owner, MANIFEST, CONTRACT).await.unwrap();
        let of = |patch: u32| CONTRACT.replace("1.0.0", &format!("1.0.{patch}"));
        let (one, other, again) = (of(1), of(2), of(1));
        let at_once = [&one, &other, &again].map(|contract| publish(&control, &owner, MANIFEST, contract));
        let [one_told, other_told, again_told] = at_once;
        let told = tokio::join!(one_told, other_told, again_told);
        let mut releases = vec![];
        for (contract, told) in [(&one, told.0), (&other, told.1), (&again, told.2)] {
            match told {
                Ok(published) => releases.push((published.release, contract, published.unchanged)),
                Err(Error::Conflict(why)) => assert!(why.contains("load it again"), "{database}: {why}"),
                Err(Error::Faults(faults)) => assert_eq!(faults.len(), 1, "{database}: an older contract: {faults:?}"),
                Err(error) => panic!("{database}: {error}"),
            }
        }
        assert!(!releases.is_empty(), "{database}: one at least comes through");
        let version = control.reads().version(&"tenancies".parse().unwrap(), "v1".parse().unwrap()).await;
        let version = version.unwrap().unwrap();
        for (number, contract, _) in &releases {
            let kept = control.reads().release(&version.id, *number).await.unwrap().unwrap();
            assert_eq!(kept.contract, **contract, "{database}: who was told a number has it");
        }
        let new = releases.iter().filter(|(_, _, unchanged)| !unchanged).count();
        assert_eq!(version.current_release, 1 + i64::try_from(new).unwrap(), "{database}");
        let trail = control.reads().audit(owner_time(&control), 50).await.unwrap();
        let published = trail.iter().filter(|entry| entry.verb == "publish_release").count();
        assert_eq!(published, 1 + new, "{database}: an entry for each release");
    }
}

fn owner_time(control: &Control) -> hansom_domain::Timestamp {
    control.clock().now().plus_seconds(1)
}

#[tokio::test]
async fn a_dry_run_stores_nothing() {
    for (database, store) in town::stores("dry_run").await {
        let (control, _) = town::control(&store);
        let owner = town::person(&control, "olu", &["housing@hackney.example"]).await;
        let before = control.reads().generation().await.unwrap();
        let publication = Publication { manifest: MANIFEST, contract: CONTRACT, dry_run: true };
        let told = control.publish_release(&owner, publication).await.unwrap();
        assert!(told.dry_run, "{database}");
        assert!(control.reads().apis().await.unwrap().is_empty(), "{database}");
        assert_eq!(control.reads().generation().await.unwrap(), before, "{database}");
    }
}

#[tokio::test]
async fn only_the_owners_publish() {
    for (database, store) in town::stores("owners").await {
        let (control, _) = town::control(&store);
        let stranger = town::person(&control, "sam", &["parks@hackney.example"]).await;
        let owner = town::person(&control, "olu", &["housing@hackney.example"]).await;
        let refused = publish(&control, &stranger, MANIFEST, CONTRACT).await;
        assert!(matches!(refused, Err(Error::NotAllowed(_))), "{database}: {refused:?}");
        publish(&control, &owner, MANIFEST, CONTRACT).await.unwrap();
        let taken = MANIFEST.replace("housing@", "parks@").replace("1.0.0", "1.0.1");
        let refused = publish(&control, &stranger, &taken, CONTRACT).await;
        assert!(matches!(refused, Err(Error::NotAllowed(_))), "{database}: a slug cannot be taken over");
    }
}

/// Publishes, expects faults, and gives the first one's line, column and text. Nothing may be stored.
async fn first_fault(manifest: &str, contract: &str) -> (u32, u32, String) {
    let store = town::store().await;
    let (control, _) = town::control(&store);
    match publish(&control, &Actor::Platform, manifest, contract).await {
        Err(Error::Faults(faults)) => {
            assert!(control.reads().apis().await.unwrap().is_empty(), "nothing is stored");
            let fault = faults.first().expect("faults are told");
            (fault.line, fault.column, format!("{}: {}; {}", fault.file, fault.what, fault.mend))
        }
        other => panic!("faults were expected, not {other:?}"),
    }
}

/// What is wrong, what is replaced by what, where the fault is told, and a word that it names.
type Case = (&'static str, &'static str, &'static str, (u32, u32), &'static str);

const MANIFEST_FAULTS: [Case; 8] = [
    ("unknown key", "status: beta", "status: beta\ncolour: red", (6, 1), "`colour`"),
    ("unknown status", "status: beta", "status: finished", (5, 9), "finished"),
    ("group that is no address", "owner: housing@hackney.example", "owner: housing", (2, 8), "`housing`"),
    ("operation that does not exist", "[listTenancies]", "[listTenancies, dropTenancies]", (10, 33), "dropTenancies"),
    ("unknown environment", "sandbox: {", "moon: {", (8, 3), "moon"),
    ("anyone where not public", "applications: granted", "anyone: true", (10, 5), "public"),
    ("a contract in another folder", "openapi.yaml", "../openapi.yaml", (6, 11), "file name"),
    ("a reserved name", "api: tenancies", "api: admin", (1, 6), "reserved"),
];

#[tokio::test]
async fn every_fault_of_a_manifest_says_where_it_is() {
    for (what, good, bad, place, word) in MANIFEST_FAULTS {
        let (line, column, text) = first_fault(&MANIFEST.replace(good, bad), CONTRACT).await;
        assert_eq!((line, column), place, "{what}: {text}");
        assert!(text.contains(word), "{what}: {text}");
        assert!(text.starts_with("api.yaml"), "{what}: {text}");
    }
}

#[tokio::test]
async fn every_fault_of_a_contract_says_where_it_is() {
    let collision = CONTRACT.replace("/tenancies-private", "/tenancies/{id}\n  /tenancies/{other}");
    for (what, contract) in [
        ("empty", String::new()),
        ("no OpenAPI", "hello: world".into()),
        ("colliding templates", collision),
        ("reference to a file", CONTRACT.replace("{ description: All. }", "{ $ref: 'file:///etc/passwd' }")),
        ("reference to a URL", CONTRACT.replace("{ description: All. }", "{ $ref: 'http://169.254.169.254/' }")),
        (
            "reference to itself",
            CONTRACT.replace("{ description: All. }", "{ $ref: '#/paths/~1tenancies/get/responses/200' }"),
        ),
        ("deep", format!("openapi: {}", "[".repeat(10_000))),
    ] {
        let (line, _, text) = first_fault(MANIFEST, &contract).await;
        assert!(line > 0 && text.starts_with("openapi.yaml"), "{what}: {text}");
    }
}

#[tokio::test]
async fn a_retired_version_stays_retired() {
    let store = town::store().await;
    let (control, _) = town::control(&store);
    for status in ["deprecated\nsunset: 2027-06-01\nsuccessor: none", "retired"] {
        publish(&control, &Actor::Platform, &MANIFEST.replace("beta", status), CONTRACT).await.unwrap();
    }
    let revived = publish(&control, &Actor::Platform, MANIFEST, CONTRACT).await;
    assert!(matches!(revived, Err(Error::Conflict(_))), "{revived:?}");
}
