//! Is an API found by those who look for it, and by nobody else?

use http::StatusCode;

use crate::town::{Answer, Someone, Town};

const MANIFEST: &str = "
api: {slug}
title: {title}
owner: {owner}
kind: service
audience: {audience}
status: beta
personal_data: false
contract: openapi.yaml
environments:
  sandbox: { mock: true }
access:
  - operations: [\"*\"]
    applications: granted
";

const CONTRACT: &str = r#"
openapi: 3.1.0
info: { title: "{title}", version: 1.0.0, summary: "{summary}", x-category: transport }
paths:
  "/{path}":
    get:
      operationId: list{title}
      parameters: [{ name: postcode, in: query, schema: { type: string } }]
      responses:
        "200":
          description: Fine.
          content: { application/json: { schema: { type: object, properties: { {field}: { type: string } } } } }
"#;

struct New<'a> {
    slug: &'a str,
    title: &'a str,
    summary: &'a str,
    field: &'a str,
    audience: &'a str,
}

async fn publish(town: &Town, new: &New<'_>) {
    let filled = |text: &str| {
        text.replace("{slug}", new.slug)
            .replace("{title}", new.title)
            .replace("{owner}", "streets@hackney.example")
            .replace("{audience}", new.audience)
            .replace("{summary}", new.summary)
            .replace("{path}", new.slug)
            .replace("{field}", new.field)
    };
    town.publish(&filled(MANIFEST), &filled(CONTRACT)).await;
}

/// The addresses of the APIs that are listed, in their order.
fn listed(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    let cards = answer.text.split("<li class=\"app-card\">").skip(1);
    cards.map(|card| card.split("href=\"/apis/").nth(1).unwrap().split('"').next().unwrap().to_owned()).collect()
}

async fn found(someone: &Someone, query: &str) -> Vec<String> {
    listed(&someone.get(&format!("/?{query}")).await)
}

async fn streets() -> (Town, Someone) {
    let town = Town::with_council().await;
    for (slug, title, summary, field) in [
        ("parking", "Parking", "Permits for cars.", "zone"),
        ("permits", "Permits", "Every permit of the borough.", "holder"),
        ("skips", "Skips", "Where skips may stand, and who has a permit for one.", "kerbside"),
    ] {
        publish(&town, &New { slug, title, summary, field, audience: "internal" }).await;
    }
    let ada = town.person("Ada", &["digital@hackney.example"]).await;
    (town, ada)
}

#[tokio::test]
async fn what_bears_the_very_name_comes_first() {
    let (_town, ada) = streets().await;
    assert_eq!(found(&ada, "q=permits").await[0], "permits");
    assert_eq!(found(&ada, "q=permit").await[0], "permits", "one is found by many");
    assert_eq!(found(&ada, "q=rents").await[0], "rents");
}

#[tokio::test]
async fn an_api_is_found_by_what_stands_anywhere_in_it() {
    let (_town, ada) = streets().await;
    for (query, slug) in [
        ("kerbside", "skips"),
        ("postcode+skips", "skips"),
        ("listParking", "parking"),
        ("list+parking", "parking"),
        ("%2Fskips", "skips"),
        ("park", "parking"),
    ] {
        assert_eq!(found(&ada, &format!("q={query}")).await[0], slug, "{query}");
    }
    let answer = ada.get("/?q=listParking").await;
    assert!(answer.text.contains("/apis/parking/v1/operations/listParking"), "the operation itself is offered");
}

#[tokio::test]
async fn typing_errors_are_forgiven_and_nonsense_finds_nothing() {
    let (_town, ada) = streets().await;
    for query in ["permots", "pemrits", "permis"] {
        assert!(found(&ada, &format!("q={query}")).await.contains(&"permits".to_owned()), "{query}");
    }
    assert_eq!(found(&ada, "q=zyxwvut").await, Vec::<String>::new());
    assert_eq!(found(&ada, "q=zz").await, Vec::<String>::new(), "short words are not guessed at");
}

#[tokio::test]
async fn what_was_published_a_moment_ago_is_found_and_what_changed_is_found_as_it_is_now() {
    let (town, ada) = streets().await;
    assert_eq!(found(&ada, "q=hackneycarriage").await, Vec::<String>::new());
    let new = New {
        slug: "taxis",
        title: "Taxis",
        summary: "hackneycarriage licences",
        field: "plate",
        audience: "internal",
    };
    publish(&town, &new).await;
    assert_eq!(found(&ada, "q=hackneycarriage").await, ["taxis"]);
    publish(&town, &New { summary: "Licences of cabs.", ..new }).await;
    assert_eq!(found(&ada, "q=hackneycarriage").await, Vec::<String>::new());
    assert_eq!(found(&ada, "q=cabs").await, ["taxis"]);
}

#[tokio::test]
async fn facets_count_what_would_be_left_and_narrow_to_it() {
    let (_town, ada) = streets().await;
    let all = ada.get("/").await;
    assert_eq!(listed(&all).len(), 7);
    assert!(all.text.contains("Transport <span class=\"app-count\">(3)</span>"), "{}", all.text);
    assert_eq!(found(&ada, "category=transport").await, ["parking", "permits", "skips"]);
    assert_eq!(found(&ada, "category=transport&audience=public").await, Vec::<String>::new());
    let two = ada.get("/?status=beta&status=live").await;
    assert_eq!(listed(&two).len(), 7, "values of one facet are alternatives");
    let live = ada.get("/?status=live").await;
    assert!(
        live.text.contains("Beta <span class=\"app-count\">(5)</span>"),
        "a facet counts as if nothing were chosen of it"
    );
    assert_eq!(found(&ada, "status=no-such").await, Vec::<String>::new());
    assert_eq!(found(&ada, "owner=streets%40hackney.example&q=permits").await[0], "permits");
}

#[tokio::test]
async fn strangers_are_not_even_told_that_there_is_more() {
    let (_town, _ada) = streets().await;
    let stranger = _town.stranger();
    let all = stranger.get("/").await;
    assert!(!all.text.contains("Transport") && !all.text.contains("internal <"), "neither cards nor counts");
    for query in ["q=permits", "q=kerbside", "category=transport"] {
        let answer = stranger.get(&format!("/?{query}")).await;
        assert_eq!(listed(&answer), Vec::<String>::new(), "{query}");
    }
    let like = stranger.get("/existing?name=permits&holds=holder").await;
    assert!(!like.text.contains("/apis/permits"));
}

#[tokio::test]
async fn long_lists_come_in_pages_that_keep_what_was_asked() {
    let (town, ada) = streets().await;
    for number in 10..35 {
        let (slug, title) = (format!("lamps-{number}"), format!("Lamps{number}"));
        publish(&town, &New { slug: &slug, title: &title, summary: "Lamps.", field: "watt", audience: "internal" })
            .await;
    }
    let first = ada.get("/?q=lamps&sort=title").await;
    assert_eq!(listed(&first).len(), 20);
    assert!(
        first.text.contains("25 APIs found") && first.text.contains("/?q=lamps&#38;sort=title&#38;page=2"),
        "{}",
        first.text
    );
    let second = ada.get("/?q=lamps&sort=title&page=2").await;
    assert_eq!(listed(&second), ["lamps-30", "lamps-31", "lamps-32", "lamps-33", "lamps-34"]);
    assert_eq!(listed(&ada.get("/?q=lamps&sort=title&page=999").await), listed(&second));
    assert_eq!(listed(&ada.get("/?q=lamps&page=x").await).len(), 20);
}

#[tokio::test]
async fn whoever_is_about_to_make_one_is_told_what_there_is() {
    let (_town, ada) = streets().await;
    let found = ada.get("/existing?name=Permit+holders&holds=holder").await;
    assert!(
        found.text.contains("/apis/permits") && found.text.contains("Both speak of: permit, holder"),
        "{}",
        found.text
    );
    let none = ada.get("/existing?name=Weather&holds=rainfall").await;
    assert!(none.text.contains("Nothing here is like it"));
    let common = ada.get("/existing?name=&holds=id+name+status+created").await;
    assert!(common.text.contains("Nothing here is like it"), "words that stand everywhere say nothing");
}
