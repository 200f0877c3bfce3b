//! Do the guides say what is true at this hub, to people and to programs?

use hansom_domain::ProblemCode;
use http::StatusCode;

use crate::town::{HUB, Town};

const GUIDES: [&str; 9] = [
    "what-is-an-api",
    "getting-started",
    "how-access-works",
    "errors",
    "terms",
    "privacy",
    "cookies",
    "accessibility",
    "contact",
];

#[tokio::test]
async fn every_guide_is_a_page_and_markdown_and_nothing_in_it_is_left_unfilled() {
    let town = Town::with_council().await;
    let stranger = town.stranger();
    let list = stranger.get("/guides").await.text;
    let index = stranger.get("/llms.txt").await.text;
    for guide in GUIDES {
        let page = stranger.get(&format!("/guides/{guide}")).await;
        let twin = stranger.get(&format!("/guides/{guide}.md")).await;
        assert_eq!((page.status, twin.status), (StatusCode::OK, StatusCode::OK), "{guide}: {}", page.text);
        assert_eq!(twin.header("content-type"), "text/markdown; charset=utf-8");
        for text in [&page.text, &twin.text] {
            assert!(!text.contains("{{") && !text.contains("}}"), "{guide}: {text}");
        }
        assert!(list.contains(&format!("href=\"/guides/{guide}\"")), "{guide} is in the list");
        assert!(index.contains(&format!("{HUB}/guides/{guide}.md")), "{guide} is in llms.txt");
        // What a page may not link to is shown as words, and lost.
        for link in twin.text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            assert!(
                page.text.contains(&format!("href=\"{}", link.split('#').next().unwrap().replace('&', "&amp;"))),
                "{guide}: {link}"
            );
        }
    }
    assert_eq!(stranger.get("/guides/nothing").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_code_that_the_product_answers_with_has_a_page_and_is_in_the_guide() {
    let town = Town::new().await;
    let stranger = town.stranger();
    let guide = stranger.get("/guides/errors").await.text;
    for code in ProblemCode::ALL {
        let address = format!("/problems/{}", code.as_str());
        assert_eq!(stranger.get(&address).await.status, StatusCode::OK, "{address}");
        let twin = stranger.get(&format!("{address}.md")).await;
        assert!(twin.text.contains(code.mend()), "{address}");
        assert!(guide.contains(&format!("href=\"{address}\"")), "{address} is not in the guide");
    }
}

#[tokio::test]
async fn the_first_calls_are_of_operations_that_a_reader_may_see() {
    let town = Town::with_council().await;
    let of_stranger = town.stranger().get("/guides/getting-started.md").await.text;
    assert!(of_stranger.contains("https://sandbox.hackney.example/bulky-waste/v1/"), "{of_stranger}");
    assert!(!of_stranger.contains("/repairs/") && !of_stranger.contains("/rents/"), "internal APIs are no examples");
    let empty = Town::new().await.stranger().get("/guides/getting-started.md").await.text;
    assert!(empty.contains("No operation of this hub can be called by anyone."), "{empty}");
}
