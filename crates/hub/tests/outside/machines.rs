//! Do programs find what there is, each in the form of its field, and nothing that they may not see?

use std::collections::BTreeSet;

use http::StatusCode;
use quick_xml::{Reader, events::Event};
use serde_json::Value;

use crate::town::{Answer, HUB, Someone, Town};

const DIGITAL: &str = "digital@hackney.example";

const MANIFEST: &str = r#"
api: {slug}
title: "{title}"
owner: streets@hackney.example
kind: service
audience: {audience}
status: beta
personal_data: false
contract: openapi.yaml
environments:
  sandbox: { mock: true }
access:
  - operations: ["*"]
    applications: granted
"#;

const CONTRACT: &str = r#"
openapi: 3.1.0
info: { title: "T", version: {version}, summary: "{summary}", license: { name: "Open Government Licence", identifier: OGL-UK-3.0 } }
paths:
  "/things":
    get:
      operationId: listThings
      responses: { "200": { description: "Fine." } }
{more}
"#;

async fn publish(town: &Town, slug: &str, audience: &str, (title, summary): (&str, &str), version: &str, more: &str) {
    let manifest = MANIFEST.replace("{slug}", slug).replace("{title}", title).replace("{audience}", audience);
    let contract = CONTRACT.replace("{version}", version).replace("{summary}", summary).replace("{more}", more);
    town.publish(&manifest, &contract).await;
}

fn json(answer: &Answer) -> Value {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    serde_json::from_str(&answer.text).unwrap()
}

fn here(address: &str) -> &str {
    address.strip_prefix(HUB).unwrap_or_else(|| panic!("{address} is not of the hub"))
}

/// A document that may be kept is the same until something changes, and is not sent again to who has it.
async fn is_kept_by_strangers(stranger: &Someone, address: &str) -> String {
    let answer = stranger.get_with(address, &[]).await;
    assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.text);
    assert!(answer.header("cache-control").starts_with("public"), "{address}");
    let tag = answer.header("etag").to_owned();
    assert!(tag.starts_with("W/\"") && tag.len() > 20, "{address}: {tag}");
    for known in [tag.clone(), format!("\"other\", {tag}"), tag.trim_start_matches("W/").to_owned(), "*".into()] {
        let again = stranger.get_with(address, &[("if-none-match", &known)]).await;
        assert_eq!((again.status, again.text.as_str()), (StatusCode::NOT_MODIFIED, ""), "{address} {known}");
        assert_eq!(again.header("etag"), tag, "{address}");
    }
    assert_eq!(stranger.get_with(address, &[("if-none-match", "\"other\"")]).await.status, StatusCode::OK, "{address}");
    tag
}

#[tokio::test]
async fn the_api_catalogue_is_a_link_set_whose_links_all_lead_somewhere() {
    let town = Town::with_council().await;
    let stranger = town.stranger();
    let answer = stranger.get_with("/.well-known/api-catalog", &[]).await;
    assert!(
        answer.header("content-type").starts_with("application/linkset+json; profile=\"https://www.rfc-editor.org/")
    );
    assert_eq!(answer.header("link"), format!("<{HUB}/.well-known/api-catalog>; rel=\"api-catalog\""));
    assert!(!answer.text.contains("repairs"), "internal APIs are for those who proved more");
    let catalogue = json(&answer);
    let contexts = catalogue["linkset"].as_array().unwrap();
    assert_eq!(contexts[0]["anchor"], format!("{HUB}/.well-known/api-catalog"));
    let items: BTreeSet<_> =
        contexts[0]["item"].as_array().unwrap().iter().map(|item| item["href"].as_str().unwrap()).collect();
    let anchors: BTreeSet<_> = contexts[1..].iter().map(|context| context["anchor"].as_str().unwrap()).collect();
    assert!(!items.is_empty());
    assert_eq!(items, anchors, "each API that is listed is described");
    for context in &contexts[1..] {
        for relation in ["service-desc", "service-doc", "status"] {
            for link in context[relation].as_array().unwrap() {
                let found = stranger.get_with(here(link["href"].as_str().unwrap()), &[]).await;
                assert_eq!(found.status, StatusCode::OK, "{link}");
                assert!(found.header("content-type").starts_with(link["type"].as_str().unwrap()), "{link}");
            }
        }
    }
    assert!(stranger.get("/").await.header("link").contains("rel=\"api-catalog\""), "pages lead to it");
}

#[tokio::test]
async fn who_proves_more_sees_more_and_no_cache_keeps_it() {
    let town = Town::with_council().await;
    let (stranger, ada) = (town.stranger(), town.person("Ada", &[DIGITAL]).await);
    for address in ["/.well-known/api-catalog", "/catalog.jsonld", "/catalogue.csv"] {
        let answer = ada.get_with(address, &[]).await;
        assert!(answer.text.contains("repairs"), "{address}");
        assert_eq!(answer.header("cache-control"), "private, no-store", "{address}");
        assert!(answer.header("vary").contains("cookie"), "{address}");
        assert!(answer.header("access-control-allow-origin").is_empty(), "{address}");
        let other = stranger.get_with(address, &[]).await;
        assert!(!other.text.contains("repairs"), "{address}: a stranger gets what a person was given");
        let wrong = stranger.get_with(address, &[("authorization", "Bearer nonsense")]).await;
        assert_eq!(wrong.status, StatusCode::UNAUTHORIZED, "{address}");
        assert!(wrong.text.contains("token-invalid") && !wrong.header("www-authenticate").is_empty(), "{}", wrong.text);
    }
    for address in ["/releases.atom", "/llms.txt"] {
        let answer = ada.get_with(address, &[]).await;
        assert!(!answer.text.contains("repairs"), "{address} is what strangers see, whoever asks");
    }
}

#[tokio::test]
async fn what_strangers_read_is_kept_until_it_changes() {
    let town = Town::with_council().await;
    let stranger = town.stranger();
    let addresses =
        ["/.well-known/api-catalog", "/catalog", "/catalog.jsonld", "/catalogue.csv", "/releases.atom", "/llms.txt"];
    let mut before = vec![];
    for address in addresses {
        before.push(is_kept_by_strangers(&stranger, address).await);
    }
    publish(&town, "hidden", "internal", ("Hidden", "Nothing."), "1.0.0", "").await;
    for (address, tag) in addresses.iter().zip(&before) {
        assert_eq!(*tag, is_kept_by_strangers(&stranger, address).await, "{address} tells of what is hidden");
    }
    publish(&town, "trees", "public", ("Trees", "Every tree."), "1.0.0", "").await;
    for (address, tag) in addresses.iter().zip(&before) {
        assert_ne!(*tag, is_kept_by_strangers(&stranger, address).await, "{address} is not new");
        assert!(stranger.get_with(address, &[]).await.text.contains("trees"), "{address}");
    }
}

#[tokio::test]
async fn the_catalogue_speaks_dcat_and_gives_each_the_form_that_is_asked_for() {
    let town = Town::with_council().await;
    let stranger = town.stranger();
    let catalogue = json(&stranger.get_with("/catalog", &[("accept", "application/ld+json")]).await);
    assert_eq!(catalogue["@type"], "dcat:Catalog");
    let services = catalogue["dcat:service"].as_array().unwrap();
    assert!(!services.is_empty());
    for service in services {
        assert_eq!(service["@type"], "dcat:DataService");
        for needed in ["@id", "dct:title", "dct:identifier", "dct:publisher", "dcat:endpointURL", "dcat:contactPoint"] {
            assert!(!service[needed].is_null(), "{needed}: {service}");
        }
        assert!(service["dcat:endpointURL"][0]["@id"].as_str().unwrap().starts_with("https://"));
        assert!(service["dct:license"]["@id"].as_str().unwrap().starts_with("https://"), "{service}");
        let page = service["dcat:landingPage"]["@id"].as_str().unwrap();
        assert_eq!(stranger.get(here(page)).await.status, StatusCode::OK);
    }
    for (accept, media_type) in [
        ("*/*", "application/ld+json"),
        ("text/csv", "text/csv"),
        ("text/csv;q=0.1, application/ld+json", "application/ld+json"),
    ] {
        let answer = stranger.get_with("/catalog", &[("accept", accept)]).await;
        assert!(answer.header("content-type").starts_with(media_type), "{accept}");
        assert!(answer.header("vary").contains("accept"), "{accept}");
    }
    let page = stranger.get("/catalog").await;
    assert_eq!((page.status, page.header("location")), (StatusCode::SEE_OTHER, "/"));
}

/// The cells of a CSV text by RFC 4180.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell) = (vec![], vec![], String::new());
    let mut letters = text.chars().peekable();
    let mut quoted = false;
    while let Some(letter) = letters.next() {
        match (letter, quoted) {
            ('"', true) if letters.peek() == Some(&'"') => cell.extend(letters.next()),
            ('"', _) => quoted = !quoted,
            (',', false) => row.push(std::mem::take(&mut cell)),
            ('\r', false) => {}
            ('\n', false) => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            (letter, _) => cell.push(letter),
        }
    }
    assert!(row.is_empty() && cell.is_empty() && !quoted, "the last line has no end");
    rows
}

#[tokio::test]
async fn the_csv_has_the_columns_of_the_catalogue_and_no_cell_is_a_formula() {
    let town = Town::with_council().await;
    let summary = r#"=cmd|'/C calc'!A0,\"x\""#;
    publish(&town, "evil", "public", (r#"=HYPERLINK(\"https://evil.example\")"#, summary), "1.0.0", "").await;
    let answer = town.stranger().get_with("/catalogue.csv", &[]).await;
    let rows = rows(&answer.text);
    let columns = "dateAdded,dateUpdated,url,name,description,documentation,license,maintainer,areaServed,startDate,endDate,provider";
    assert_eq!(rows[0].join(","), columns);
    assert!(rows.len() > 2);
    let mut neutral = 0;
    for row in &rows[1..] {
        assert_eq!(row.len(), 12, "{row:?}");
        for cell in row {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t']), "{cell}");
            neutral += usize::from(cell.starts_with("'="));
        }
        assert!(row[2].starts_with("https://") && row[5].starts_with(HUB), "{row:?}");
    }
    assert_eq!(neutral, 2);
}

/// The elements of a feed: name, text and the attribute `href`.
fn elements(text: &str) -> Vec<(String, String)> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let (mut found, mut open): (Vec<(String, String)>, Vec<usize>) = (vec![], vec![]);
    loop {
        match reader.read_event().unwrap_or_else(|error| panic!("{error}: {text}")) {
            Event::Start(tag) => {
                open.push(found.len());
                found.push((tag.name().as_ref().to_owned(), String::new()));
            }
            Event::Empty(tag) => {
                let name = tag.name().as_ref().to_owned();
                let href = tag.attributes().map(Result::unwrap).find(|it| it.key.as_ref() == "href");
                let href = href.map_or_else(String::new, |it| it.value.into_owned());
                found.push((name, href));
            }
            Event::Text(words) => {
                if let Some(element) = open.last().and_then(|at| found.get_mut(*at)) {
                    element.1.push_str(&words);
                }
            }
            Event::End(_) => _ = open.pop(),
            Event::Eof => break,
            _ => {}
        }
    }
    assert!(open.is_empty());
    found
}

fn of<'e>(elements: &'e [(String, String)], name: &str) -> Vec<&'e str> {
    elements.iter().filter(|(known, _)| known == name).map(|(_, text)| text.as_str()).collect()
}

#[tokio::test]
async fn the_feeds_tell_what_was_published_by_names_that_stay() {
    let town = Town::with_council().await;
    let stranger = town.stranger();
    let hostile = "</title><script>alert(1)</script>]]>&amp;\\u0007";
    publish(&town, "trees", "public", (hostile, "Every tree."), "1.0.0", "").await;
    let first = elements(&stranger.get_with("/releases.atom", &[]).await.text);
    let more = "    post:\n      operationId: plantTree\n      responses: { \"201\": { description: \"Planted.\" } }\n";
    publish(&town, "trees", "public", (hostile, "Every tree."), "1.1.0", more).await;
    let answer = stranger.get_with("/releases.atom", &[]).await;
    assert!(answer.header("content-type").starts_with("application/atom+xml"));
    assert!(!answer.text.contains("<script") && !answer.text.contains("repairs"));
    let second = elements(&answer.text);
    assert_eq!(second[0].0, "feed");
    let (before, now) = (of(&first, "id"), of(&second, "id"));
    assert_eq!(now.len(), before.len() + 1);
    assert!(before.iter().all(|id| now.contains(id)), "ids stay: {before:?} {now:?}");
    assert_eq!(now.iter().collect::<BTreeSet<_>>().len(), now.len());
    assert_eq!(now[0], format!("{HUB}/releases.atom"));
    assert!(now[1..].iter().all(|id| id.starts_with("urn:uuid:") && id.len() == 45), "{now:?}");
    let entries = of(&second, "entry").len();
    assert_eq!((of(&second, "title").len(), of(&second, "updated").len()), (entries + 1, entries + 1));
    assert_eq!(of(&second, "name").len(), entries, "each entry has an author");
    assert!(of(&second, "updated").iter().all(|at| at.len() == 20 && at.ends_with('Z')));
    assert!(answer.text.contains("POST /things: the operation was added"), "the changes are told: {}", answer.text);
    let own = stranger.get_with("/apis/trees/releases.atom", &[]).await;
    assert_eq!(of(&elements(&own.text), "entry").len(), 2);
    for hidden in ["/apis/repairs/releases.atom", "/apis/nothing/releases.atom", "/apis/.../releases.atom"] {
        let ada = town.person("Ada", &[DIGITAL]).await;
        assert_eq!(stranger.get_with(hidden, &[]).await.status, StatusCode::NOT_FOUND, "{hidden}");
        assert_eq!(ada.get_with(hidden, &[]).await.status, StatusCode::NOT_FOUND, "{hidden}");
    }
    assert!(stranger.get("/apis/trees/v1").await.text.contains("href=\"/apis/trees/releases.atom\""));
}

#[tokio::test]
async fn a_feed_has_the_newest_and_not_all() {
    let town = Town::new().await;
    for number in 0..55 {
        publish(&town, "trees", "public", ("Trees", "Every tree."), &format!("1.0.{number}"), "").await;
    }
    let entries = elements(&town.stranger().get_with("/releases.atom", &[]).await.text);
    assert_eq!(of(&entries, "entry").len(), 50);
}

#[tokio::test]
async fn language_models_find_every_page_as_markdown() {
    let town = Town::with_council().await;
    publish(&town, "evil", "public", ("a](https://evil.example) [b", "# x\\n\\n- [y](javascript:1)"), "1.0.0", "")
        .await;
    let stranger = town.stranger();
    let start = stranger.get_with("/llms.txt", &[]).await;
    assert!(start.text.starts_with("# Hansom\n\n> ") && start.header("content-type").starts_with("text/plain"));
    // What is escaped is no link.
    let text = start.text.replace("\\](", "");
    assert!(
        !text.contains("repairs") && !text.contains("](https://evil.example)") && !text.contains("](javascript"),
        "{text}"
    );
    let mut read = 0;
    for link in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
        assert_eq!(stranger.get_with(here(link), &[]).await.status, StatusCode::OK, "{link}");
        read += 1;
    }
    assert!(read > 6, "{read}");
    for page in [
        "/apis/bulky-waste",
        "/apis/bulky-waste/v1",
        "/apis/bulky-waste/v1/operations/listPrices",
        "/apis/bulky-waste/v1/schemas/Collection",
        "/problems",
        "/problems/token-missing",
    ] {
        for answer in [
            stranger.get_with(&format!("{page}.md"), &[]).await,
            stranger.get_with(page, &[("accept", "text/markdown")]).await,
        ] {
            assert_eq!(answer.status, StatusCode::OK, "{page}: {}", answer.text);
            assert_eq!(answer.header("content-type"), "text/markdown; charset=utf-8", "{page}");
            assert!(answer.text.starts_with("# "), "{page}: {}", answer.text);
        }
        let html = stranger.get(page).await.text;
        let twin =
            html.split("type=\"text/markdown\" href=\"").nth(1).unwrap_or_else(|| panic!("{page} names no twin"));
        assert_eq!(stranger.get(twin.split('"').next().unwrap()).await.status, StatusCode::OK, "{page}");
    }
    let catalogue = stranger.get_with("/index.md", &[]).await;
    assert!(
        catalogue.text.starts_with("# APIs") && catalogue.text.contains("/apis/bulky-waste.md"),
        "{}",
        catalogue.text
    );
    assert!(stranger.get("/apis/repairs/v1.md").await.status == StatusCode::NOT_FOUND);
}
