//! Are guides released with their contract, shown to those who may see it, and kept from acting on the page?

use hansom_control::{Error, Guide, Publication, Published};
use hansom_domain::Actor;
use http::StatusCode;
use serde_json::{Value, json};

use crate::town::Town;

const CONTRACT: &str = "openapi: 3.1.0\ninfo: { title: Trees, version: 1.0.0 }\npaths:\n  /trees:\n    get:\n      operationId: listTrees\n      \
    responses: { '200': { description: All. } }\n";

fn manifest(audience: &str, guides: &str) -> String {
    format!(
        "api: trees\ntitle: Trees\nowner: parks@hackney.example\nkind: platform\naudience: {audience}\nstatus: beta\n\
         personal_data: false\ncontract: openapi.yaml\n{guides}environments: {{ sandbox: {{ mock: true }} }}\n\
         access: [{{ operations: [\"*\"], applications: granted }}]\n"
    )
}

const START: &str = "guides: [guides/getting-started.md]\n";

async fn publish(town: &Town, manifest: &str, guides: &[(&str, &str)]) -> Result<Published, Error> {
    let guides: Vec<_> =
        guides.iter().map(|(file, text)| Guide { file: (*file).into(), text: (*text).into() }).collect();
    let publication = Publication { manifest, contract: CONTRACT, dry_run: false };
    town.control.publish_with_guides(&Actor::Platform, publication, &guides).await
}

fn faults(published: Result<Published, Error>) -> String {
    match published {
        Err(Error::Faults(faults)) => faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_guide_has_a_page_and_a_twin_and_is_named_by_the_page_of_its_api() {
    let town = Town::new().await;
    let text = "# Getting started\n\nAsk *first*.\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1)) ![y](https://evil.example/y.png)\n";
    publish(&town, &manifest("public", START), &[("guides/getting-started.md", text)]).await.unwrap();
    let stranger = town.stranger();
    let page = stranger.get("/apis/trees/v1").await.text;
    assert!(
        page.contains("<a class=\"govuk-link\" href=\"/apis/trees/v1/guides/getting-started\">Getting started</a>"),
        "{page}"
    );
    let guide = stranger.get("/apis/trees/v1/guides/getting-started").await;
    assert_eq!(guide.status, StatusCode::OK, "{}", guide.text);
    assert!(
        guide.text.contains("<h1 class=\"govuk-heading-l\">Getting started</h1>")
            && guide.text.contains("<em>first</em>"),
        "{}",
        guide.text
    );
    assert_eq!(guide.text.matches("Getting started</h").count(), 1, "the title stands there once");
    for hostile in ["<script>alert", "javascript:alert", "evil.example"] {
        assert!(!guide.text.contains(hostile), "{hostile}: {}", guide.text);
    }
    let twin = stranger.get("/apis/trees/v1/guides/getting-started.md").await;
    assert_eq!((twin.header("content-type"), twin.text.as_str()), ("text/markdown; charset=utf-8", text));
    assert_eq!(stranger.get("/apis/trees/v1/guides/other").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_strangers_may_not_see_has_guides_that_they_may_not_see() {
    let town = Town::new().await;
    publish(&town, &manifest("internal", START), &[("guides/getting-started.md", "Text")]).await.unwrap();
    for address in ["/apis/trees/v1/guides/getting-started", "/apis/trees/v1/guides/getting-started.md"] {
        assert_eq!(town.stranger().get(address).await.status, StatusCode::NOT_FOUND, "{address}");
        let ben = town.person("Ben", &["digital@hackney.example"]).await;
        assert_eq!(ben.get(address).await.status, StatusCode::OK, "{address}");
    }
}

#[tokio::test]
async fn a_guide_that_was_not_sent_again_stays_and_one_that_was_never_sent_is_missed() {
    let town = Town::new().await;
    let (plain, with) = (manifest("public", ""), manifest("public", START));
    let told = faults(publish(&town, &with, &[]).await);
    assert!(told.contains("api.yaml:9:10") && told.contains("guides/getting-started.md was not sent"), "{told}");
    let told = faults(publish(&town, &plain, &[("guides/getting-started.md", "Text")]).await);
    assert!(told.contains("names no guide"), "{told}");
    let told = faults(publish(&town, &with, &[("guides/getting-started.md", &"x".repeat(100_001))]).await);
    assert!(told.contains("larger than 100 kB"), "{told}");
    let one = publish(&town, &with, &[("guides/getting-started.md", "One")]).await.unwrap();
    assert_eq!((one.release, one.unchanged), (1, false));
    assert!(publish(&town, &with, &[]).await.unwrap().unchanged, "nothing was sent, so nothing changes");
    let two = publish(&town, &with, &[("guides/getting-started.md", "Two")]).await.unwrap();
    assert_eq!((two.release, two.unchanged), (2, false), "a new guide is a new release");
    let moved = manifest("public", START).replace("status: beta", "status: live");
    assert_eq!(publish(&town, &moved, &[]).await.unwrap().release, 3);
    assert_eq!(town.stranger().get("/apis/trees/v1/guides/getting-started.md").await.text, "Two");
}

#[tokio::test]
async fn names_that_lead_elsewhere_or_to_the_same_address_are_refused_with_their_place() {
    let town = Town::new().await;
    for (guides, wanted) in [
        ("guides: [../secret.md]\n", "api.yaml:9:10"),
        ("guides: [/etc/passwd.md]\n", "no name of a guide"),
        ("guides: [a/x.md, b/X.md]\n", "another guide is called X"),
        ("guides: []\n", "no list of 1 to 20 files"),
        ("guides: [notes.txt]\n", "no name of a guide"),
    ] {
        let told = faults(publish(&town, &manifest("public", guides), &[]).await);
        assert!(told.contains(wanted), "{guides}: {told}");
    }
}

#[tokio::test]
async fn the_control_api_publishes_and_reads_guides() {
    let town = Town::new().await;
    let chloe = town.person("Chloe", &["parks@hackney.example"]).await;
    let body = json!({ "manifest": manifest("public", START), "contract": CONTRACT,
        "guides": [{ "file": "guides/getting-started.md", "text": "# Hello" }] });
    let answer = chloe.send_json("/api/v1/releases", &body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    let read = town.stranger().get_as("/api/v1/apis/trees/versions/v1/releases/1", "application/json").await;
    let read: Value = serde_json::from_str(&read.text).unwrap();
    assert_eq!(read["guides"], json!([{ "file": "guides/getting-started.md", "text": "# Hello" }]), "{read}");
}
