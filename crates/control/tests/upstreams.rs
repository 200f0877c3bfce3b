//! What a manifest says of its upstreams, and which it may not name.

use hansom_control::{Error, Publication, Target, read_manifest};
use hansom_domain::{HealthCheck, UpstreamOptions};
use hansom_testkit as town;

fn manifest(production: &str) -> String {
    format!(
        "api: tenancies
owner: housing@hackney.example
kind: platform
audience: internal
status: beta
contract: openapi.yaml
environments:
  production: {production}
access:
  - operations: [listTenancies]
    applications: granted
"
    )
}

const CONTRACT: &str = "openapi: 3.1.0
info: { title: Tenancies, version: 1.0.0 }
paths:
  /tenancies:
    get:
      operationId: listTenancies
      responses: { '200': { description: All. } }
";

fn options(more: &str) -> (u64, UpstreamOptions) {
    let text = manifest(&format!("{{ upstreams: [\"http://rents.example\"]{more} }}"));
    match read_manifest(&text).expect("a manifest").environments.remove(0).1 {
        Target::Upstreams { timeout_ms, options, .. } => (timeout_ms, options),
        Target::Mock => panic!("it names upstreams"),
    }
}

#[test]
fn upstreams_are_treated_as_usual_unless_the_manifest_says_otherwise() {
    assert_eq!(options(""), (10_000, UpstreamOptions::default()));
    let (timeout_ms, all) = options(
        ", timeout: 800ms, connect_timeout: 1s, idle_timeout: 2m, total_timeout: 24h, in_flight: 50, http2: true, client_certificate: true, health: /health",
    );
    let expected = UpstreamOptions {
        connect_timeout_ms: 1_000,
        idle_timeout_ms: 120_000,
        total_timeout_ms: 86_400_000,
        most_in_flight: 50,
        http2: true,
        client_certificate: true,
        health: Some(HealthCheck::at("/health")),
    };
    assert_eq!((timeout_ms, all), (800, expected));
    let (_, strict) = options(", health: { path: /up, interval: 1s, timeout: 500ms, healthy: 1, unhealthy: 5 }");
    let check =
        HealthCheck { path: "/up".into(), interval_ms: 1_000, timeout_ms: 500, healthy_after: 1, unhealthy_after: 5 };
    assert_eq!(strict.health, Some(check));
}

#[test]
fn what_upstreams_cannot_be_is_told_with_its_line() {
    for (more, expected) in [
        (", time: 5s", "time"),
        (", timeout: 5", "`timeout` is no duration"),
        (", timeout: 301s", "`timeout` is no duration"),
        (", timeout: +5s", "`timeout` is no duration"),
        (", connect_timeout: 2m", "`connect_timeout` is no duration"),
        (", total_timeout: 25h", "`total_timeout` is no duration"),
        (", idle_timeout: 0s", "`idle_timeout` is no duration"),
        (", in_flight: 0", "`in_flight` is no whole number from 1 to 100000"),
        (", in_flight: many", "`in_flight` is no whole number from 1 to 100000"),
        (", health: health", "`health` names no path"),
        (", health: \"/a b\"", "`health` names no path"),
        (", health: { interval: 5s }", "path"),
        (", health: { path: /, every: 5s }", "every"),
        (", health: { path: /, unhealthy: 0 }", "`unhealthy` is no whole number from 1 to 100"),
    ] {
        let text = manifest(&format!("{{ upstreams: [\"http://rents.example\"]{more} }}"));
        let faults = read_manifest(&text).expect_err(more);
        assert!(faults[0].what.contains(expected), "{more}: {}", faults[0].what);
        assert_eq!(faults[0].line, 8, "{more}");
    }
}

#[tokio::test]
async fn j113_a_manifest_may_not_name_an_address_that_is_closed() {
    let (_, store) = town::stores("closed").await.remove(0);
    let (control, _) = town::control(&store);
    let owner = town::person(&control, "olu", &["housing@hackney.example"]).await;
    for (host, is_closed) in [
        ("10.0.0.1", true),
        ("169.254.169.254", true),
        ("2852039166", true),
        ("0xa9fea9fe", true),
        ("[fd00:ec2::254]", true),
        ("[::ffff:10.0.0.1]", true),
        ("rents.example", false),
        ("93.184.216.34", false),
        ("localhost", false),
    ] {
        let manifest = manifest(&format!("{{ upstreams: [\"http://{host}:8080\"] }}"));
        let publication = Publication { manifest: &manifest, contract: CONTRACT, dry_run: true };
        let faults = match control.publish_release(&owner, publication).await {
            Err(Error::Faults(faults)) => faults,
            _ => vec![],
        };
        let told = faults.iter().any(|fault| fault.what.starts_with("an upstream has ") && fault.line == 8);
        assert_eq!(told, is_closed, "{host}: {faults:?}");
    }
}
