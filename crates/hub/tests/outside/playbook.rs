//! Can everybody read the playbook, does every link in it lead somewhere, and is what is asked for found?

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use hansom_standards::rules;
use http::StatusCode;

use crate::town::{Someone, Town};

/// The addresses that a page links to, with what is behind `#`.
fn links(page: &str) -> impl Iterator<Item = &str> {
    page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next())
}

/// Every page of the playbook that a stranger reaches by links from its first one: the address and the text.
async fn pages(someone: &Someone) -> BTreeMap<String, String> {
    let mut waiting = VecDeque::from(["/playbook".to_owned()]);
    let mut known = BTreeSet::from(["/playbook".to_owned()]);
    let mut pages = BTreeMap::new();
    while let Some(address) = waiting.pop_front() {
        let answer = someone.get(&address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
        for link in links(&answer.text) {
            let page = link.split('#').next().unwrap_or_default();
            if page.starts_with("/playbook") && known.insert(page.to_owned()) {
                waiting.push_back(page.to_owned());
            }
        }
        pages.insert(address, answer.text);
    }
    pages
}

#[tokio::test]
async fn every_page_is_reached_by_links_and_every_link_leads_to_a_page_and_a_place_on_it() {
    let town = Town::new().await;
    let pages = pages(&town.stranger()).await;
    for rule in rules::ALL {
        assert!(pages.contains_key(&format!("/playbook/standards/{}", rule.id)), "{rule:?} is not reached");
    }
    assert!(pages.keys().filter(|address| address.starts_with("/playbook/chapters/")).count() >= 48, "pages and twins");
    for kind in
        ["/playbook/checklists/design-review", "/playbook/editions/2026.1", "/playbook/editor", "/playbook/profiles/"]
    {
        assert!(pages.keys().any(|address| address.starts_with(kind)), "{kind} is not reached");
    }
    for (address, text) in &pages {
        for link in links(text) {
            let Some((page, fragment)) = link.split_once('#') else { continue };
            let page = if page.is_empty() { address } else { page };
            if let Some(target) = pages.get(page) {
                assert!(target.contains(&format!(" id=\"{fragment}\"")), "{address} leads to {link}");
            }
        }
    }
}

#[tokio::test]
async fn every_page_has_a_twin_in_markdown_whose_links_lead_to_twins() {
    let town = Town::new().await;
    let stranger = town.stranger();
    let pages = pages(&stranger).await;
    let twins: Vec<&String> = pages.keys().filter(|address| address.ends_with(".md")).collect();
    let alone: Vec<_> = pages
        .keys()
        .filter(|it| {
            !it.ends_with(".md") && !it.contains('?') && *it != "/playbook/editor" && *it != "/playbook/glossary"
        })
        .filter(|address| !pages.contains_key(&format!("{address}.md")))
        .collect();
    assert!(alone.is_empty(), "these have no twin: {alone:?}");
    let base = url::Url::parse("https://hub.example").unwrap();
    for address in twins {
        let answer = stranger.get(address).await;
        assert_eq!(answer.header("content-type"), "text/markdown; charset=utf-8", "{address}");
        assert!(answer.text.starts_with("# ") && !answer.text.contains("</p>"), "{address}: {}", answer.text);
        let asked = stranger.get_as(address.trim_end_matches(".md"), "text/markdown, */*;q=0.1").await;
        assert_eq!(asked.text, answer.text, "{address} by Accept");
        for link in answer.text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = base.join(address).unwrap().join(link).unwrap();
            if target.host() == base.host() && link.contains(".md") {
                assert!(pages.contains_key(target.path()), "{address} leads to {link}");
            }
        }
    }
}

#[tokio::test]
async fn a_standard_is_found_by_its_id_in_whatever_case_and_by_its_name() {
    let town = Town::new().await;
    let stranger = town.stranger();
    for (asked, leads_to) in [
        ("url-01", "/playbook/standards/URL-01"),
        ("kebab-case-segments", "/playbook/standards/URL-01"),
        ("Url-01.md", "/playbook/standards/URL-01.md"),
    ] {
        let answer = stranger.get(&format!("/playbook/standards/{asked}")).await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::PERMANENT_REDIRECT, leads_to), "{asked}");
    }
    let glossary = stranger.get("/playbook/glossary").await;
    assert_eq!(glossary.header("location"), "/playbook/chapters/glossary");
    for nothing in [
        "standards/URL-99",
        "chapters/none",
        "chapters/..%2f..%2fetc",
        "profiles/%00",
        "editions/1999.1",
        "checklists/x.md",
    ] {
        let answer = stranger.get(&format!("/playbook/{nothing}")).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{nothing}");
    }
}

#[tokio::test]
async fn the_list_of_standards_is_narrowed_by_level_evidence_and_profile() {
    let town = Town::new().await;
    let stranger = town.stranger();
    let count = |text: &str| text.matches("class=\"app-standards__item\"").count();
    let all = count(&stranger.get("/playbook/standards").await.text);
    assert_eq!(all, rules::ALL.len());
    let mut by_evidence = 0;
    for evidence in ["contract", "contract-and-traffic", "difference", "traffic", "people"] {
        let answer = stranger.get(&format!("/playbook/standards?evidence={evidence}&level=&profile=uk-council")).await;
        assert!(count(&answer.text) > 0, "{evidence}");
        by_evidence += count(&answer.text);
    }
    assert_eq!(by_evidence, all);
    let mut by_level = 0;
    for level in ["must", "should", "may", "off"] {
        by_level += count(&stranger.get(&format!("/playbook/standards?level={level}")).await.text);
    }
    assert_eq!(by_level, all);
    let hostile = stranger.get("/playbook/standards?level=%3Cscript%3E&evidence=x&profile=../..").await;
    assert_eq!((hostile.status, count(&hostile.text)), (StatusCode::OK, all));
}

#[tokio::test]
async fn what_is_searched_for_is_found_and_marked_and_never_run() {
    let town = Town::new().await;
    let stranger = town.stranger();
    let found = stranger.get("/playbook/search?q=Waivers").await;
    assert!(found.text.contains("href=\"/playbook/chapters/glossary#term-waiver\""), "{}", found.text);
    assert!(found.text.contains("<mark class=\"app-mark\">waiver</mark>"));
    let none = stranger.get("/playbook/search?q=zyxwvut").await;
    assert!(none.text.contains("0 pages found"));
    for hostile in
        ["%3Cscript%3Ealert(1)%3C/script%3E", "%22%3E%3Cimg%20src=x%3E", "%00%ff%fe", "a+%26lt;b", &"a%20".repeat(2000)]
    {
        let answer = stranger.get(&format!("/playbook/search?q={hostile}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{hostile}");
        assert!(!answer.text.contains("<script>alert") && !answer.text.contains("<img"), "{hostile}");
    }
}

#[tokio::test]
async fn the_editor_checks_a_text_that_a_stranger_sends_and_shows_it_again_as_it_was() {
    let town = Town::new().await;
    let stranger = town.stranger();
    let contract = "openapi: 3.1.0\r\ninfo: { title: '</textarea><script>', version: 1.0.0 }\r\npaths:\r\n  /rentStatements: {}\r\n";
    let answer = stranger.post("/playbook/editor", &[("contract", contract), ("profile", "uk-council")]).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.text.contains("data-rule=\"URL-01\" data-place=\"4:3\""), "{}", answer.text);
    assert!(!answer.text.contains("</textarea><script>"));
    assert!(answer.header("content-security-policy").contains("'wasm-unsafe-eval'"));
    let broken = stranger.post("/playbook/editor", &[("contract", "openapi: [")]).await;
    assert!(broken.text.contains("cannot be read") && broken.text.contains("data-place=\""), "{}", broken.text);
}

#[tokio::test]
async fn the_editor_refuses_what_is_empty_too_large_or_from_another_site() {
    let town = Town::new().await;
    let stranger = town.stranger();
    let empty = stranger.post("/playbook/editor", &[("contract", " \n")]).await;
    assert_eq!(empty.status, StatusCode::BAD_REQUEST);
    assert!(empty.text.contains("Write or paste a contract"));
    let large = "# a long comment\n".repeat(70_000);
    let answer = stranger.post("/playbook/editor", &[("contract", &large)]).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    assert!(answer.text.contains("must not be larger than 1 MiB"));
    let larger = "#".repeat(4 * 1024 * 1024);
    let answer = stranger.post("/playbook/editor", &[("contract", &larger)]).await;
    assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    for (name, value) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
        let answer = stranger.send("/playbook/editor", "", &[("contract", "a: 1")], &[(name, value)]).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}");
    }
}

#[tokio::test]
async fn only_the_editor_and_its_worker_may_run_webassembly() {
    let town = Town::new().await;
    let stranger = town.stranger();
    let editor = stranger.get("/playbook/editor").await;
    let script = links_to_scripts(&editor.text)
        .find(|it| it.ends_with("/editor.js"))
        .expect("the page loads its script")
        .to_owned();
    let may = |answer: &crate::town::Answer| answer.header("content-security-policy").contains("wasm-unsafe-eval");
    assert!(may(&editor));
    let root = script.trim_end_matches("/editor.js");
    for (name, expected) in
        [("editor-worker.js", true), ("editor.js", false), ("hansom.js", false), ("standards.wasm", false)]
    {
        let answer = stranger.get(&format!("{root}/{name}")).await;
        assert_eq!((answer.status, may(&answer)), (StatusCode::OK, expected), "{name}");
        assert!(answer.header("cache-control").contains("immutable"), "{name}");
    }
    assert_eq!(stranger.get(&format!("{root}/standards.wasm")).await.header("content-type"), "application/wasm");
    for page in ["/playbook", "/playbook/standards/URL-01", "/"] {
        assert!(!may(&stranger.get(page).await), "{page}");
    }
}

fn links_to_scripts(page: &str) -> impl Iterator<Item = &str> {
    page.split("src=\"").skip(1).filter_map(|rest| rest.split('"').next())
}
