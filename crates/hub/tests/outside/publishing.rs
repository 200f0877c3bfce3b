//! Can an owner publish from a browser, and only what they looked at?

use http::StatusCode;

use crate::town::{Answer, Someone, Town};

const OWNERS: &str = "housing@hackney.example";

const PROFILE: &str = "profile: kebab
edition: '2026.1'
title: Kebab
summary: Two rules hold.
others: off
rules: { URL-01: error, META-03: warning }
";

const MANIFEST: &str = "api: tenancies
owner: housing@hackney.example
kind: platform
audience: public
status: beta # since May
contract: openapi.yaml
environments:
  sandbox: { mock: true }
access:
  - operations: ['*']
    applications: granted
";

const CONTRACT: &str = "openapi: 3.1.0
info: { title: Tenancies, version: 1.0.0 }
paths:
  /tenancies:
    get:
      operationId: listTenancies
      responses: { '200': { description: All } }
";

async fn settle() -> (Town, Someone) {
    let town = Town::with_standards(hansom_testkit::standards_by(PROFILE)).await;
    let owner = town.person("olu", &[OWNERS]).await;
    (town, owner)
}

/// Where a form that was taken leads.
fn address(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.header("location").to_owned()
}

async fn shown(someone: &Someone, address: &str) -> String {
    let answer = someone.get(address).await;
    assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.text);
    answer.text
}

/// Begins a draft; gives its address.
async fn begin(someone: &Someone, manifest: &str, contract: &str) -> String {
    address(&someone.upload("/publish", &[("manifest", manifest), ("contract_file", contract)]).await)
}

/// The mark of what a page shows.
fn mark(page: &str) -> String {
    let mark = page.split("name=\"mark\" value=\"").nth(1).expect("the page has a mark");
    mark.split('"').next().unwrap().to_owned()
}

async fn publish(someone: &Someone, draft: &str) -> Answer {
    let mark = mark(&shown(someone, draft).await);
    someone.post(&format!("{draft}/publication"), &[("mark", &mark)]).await
}

#[tokio::test]
async fn a_first_release_goes_from_two_files_to_the_catalogue() {
    let (town, owner) = settle().await;
    let draft = begin(&owner, MANIFEST, CONTRACT).await;
    let page = shown(&owner, &draft).await;
    for part in [
        "tenancies v1, release 1",
        "Nothing speaks against publishing it",
        "META-03",
        "Line 2, column",
        "/playbook/standards/META-03",
        "info: { title: Tenancies",
    ] {
        assert!(page.contains(part), "the page does not say {part}: {page}");
    }
    assert!(!page.contains("What changes for callers"), "there is nothing before it");
    assert_eq!(town.stranger().get("/apis/tenancies").await.status, StatusCode::NOT_FOUND, "nothing is published yet");
    assert!(shown(&owner, "/publish").await.contains(&draft), "the draft can be found again");
    let done = address(&publish(&owner, &draft).await);
    assert_eq!(done, "/apis/tenancies/v1/manage?published=1");
    assert!(shown(&owner, &done).await.contains("Release 1 is in force."));
    assert!(shown(&town.stranger(), "/apis/tenancies").await.contains("Tenancies v1"));
    assert_eq!(owner.get(&draft).await.status, StatusCode::NOT_FOUND, "the draft has become a release");
}

#[tokio::test]
async fn what_speaks_against_it_stands_beside_its_line_and_is_not_published() {
    let (town, owner) = settle().await;
    let draft = begin(&owner, MANIFEST, &CONTRACT.replace("/tenancies", "/tenancyList")).await;
    let page = shown(&owner, &draft).await;
    for part in ["One thing speaks against", "openapi.yaml, line 4", "URL-01", "must", "/tenancyList:"] {
        assert!(page.contains(part), "the page does not say {part}: {page}");
    }
    assert!(!page.contains("name=\"mark\""), "there is no button for it");
    let forced = owner.post(&format!("{draft}/publication"), &[("mark", "")]).await;
    assert_eq!(forced.status, StatusCode::BAD_REQUEST);
    assert_eq!(town.stranger().get("/apis/tenancies").await.status, StatusCode::NOT_FOUND);
    let texts = [("manifest", MANIFEST), ("contract", CONTRACT)];
    assert_eq!(address(&owner.upload(&format!("{draft}/texts"), &texts).await), draft);
    address(&publish(&owner, &draft).await);
}

#[tokio::test]
async fn texts_that_do_not_read_are_kept_and_told_with_their_places() {
    let (_town, owner) = settle().await;
    let draft = begin(&owner, &MANIFEST.replace("kind:", "colour: red\nkind:"), "openapi: [<script>").await;
    let page = shown(&owner, &draft).await;
    assert!(page.contains("api.yaml, line 3, column 1") && page.contains("`colour`"), "{page}");
    assert!(page.contains("openapi.yaml, line 1") && !page.contains("[<script>"), "{page}");
    let texts = shown(&owner, &format!("{draft}/texts")).await;
    assert!(texts.contains("colour: red") && texts.contains("openapi: [&#60;script&#62;"), "{texts}");
}

#[tokio::test]
async fn a_second_release_shows_what_breaks_which_version_it_needs_and_the_lines_of_the_manifest() {
    let (town, owner) = settle().await;
    town.publish(MANIFEST, CONTRACT).await;
    let wider = CONTRACT.replace("1.0.0", "1.0.1")
        + "  /tenants:\n    get:\n      operationId: listTenants\n      responses: { '200': { description: All } }\n";
    let draft = begin(&owner, &MANIFEST.replace("beta", "live"), &wider).await;
    let page = shown(&owner, &draft).await;
    for part in [
        "GET /tenants",
        "need a new minor version",
        "goes from 1.0.0 to 1.0.1, which is not enough",
        "- status: beta # since May",
        "+ status: live # since May",
    ] {
        assert!(page.contains(part), "the page does not say {part}: {page}");
    }
    let broken = CONTRACT.replace("1.0.0", "1.1.0").replace("  /tenancies", "  /homes");
    let draft = begin(&owner, MANIFEST, &broken).await;
    let page = shown(&owner, &draft).await;
    assert!(
        page.contains("Breaking") && page.contains("breaks callers") && page.contains("a new major version"),
        "{page}"
    );
    assert!(!page.contains("name=\"mark\""), "{page}");
    assert!(page.contains("/apis/tenancies/v1/waiver"), "a waiver may be asked for");
}

#[tokio::test]
async fn what_was_changed_behind_the_page_is_not_published_unseen() {
    let (town, owner) = settle().await;
    town.publish(MANIFEST, CONTRACT).await;
    let wider = |name: &str| {
        format!(
            "{}  /{name}:\n    get:\n      operationId: {name}\n      responses: {{ '200': {{ description: All }} }}\n",
            CONTRACT.replace("1.0.0", "1.1.0")
        )
    };
    let draft = begin(&owner, MANIFEST, &wider("homes")).await;
    let seen = mark(&shown(&owner, &draft).await);
    town.publish(&MANIFEST.replace(" # since May", ""), CONTRACT).await;
    let late = owner.post(&format!("{draft}/publication"), &[("mark", &seen)]).await;
    assert_eq!(late.status, StatusCode::BAD_REQUEST);
    assert!(late.text.contains("after you looked at it"), "{}", late.text);
    let texts = [("manifest", MANIFEST), ("contract", &wider("flats"))];
    owner.upload(&format!("{draft}/texts"), &texts).await;
    let other = owner.post(&format!("{draft}/publication"), &[("mark", &mark(&late.text))]).await;
    assert_eq!(other.status, StatusCode::BAD_REQUEST, "the texts are others now");
}

#[tokio::test]
async fn who_is_about_to_make_what_is_there_already_looks_at_it_first() {
    let (town, owner) = settle().await;
    town.publish(&MANIFEST.replace("housing@", "homes@"), CONTRACT).await;
    let draft = begin(&owner, &MANIFEST.replace("api: tenancies", "api: our-tenancies"), CONTRACT).await;
    let page = shown(&owner, &draft).await;
    assert!(page.contains("These already exist") && page.contains("/apis/tenancies\""), "{page}");
    let mark = mark(&page);
    let hasty = owner.post(&format!("{draft}/publication"), &[("mark", &mark)]).await;
    assert_eq!(hasty.status, StatusCode::BAD_REQUEST);
    assert!(hasty.text.contains("Say that you looked"), "{}", hasty.text);
    address(&owner.post(&format!("{draft}/publication"), &[("mark", &mark), ("looked", "yes")]).await);
}

#[tokio::test]
async fn a_draft_is_its_persons_alone_and_there_are_few_of_them() {
    let (town, owner) = settle().await;
    let draft = begin(&owner, MANIFEST, CONTRACT).await;
    for other in [town.person("ann", &[OWNERS]).await, town.person("gus", &[crate::town::ADMINISTRATORS]).await] {
        for page in [draft.clone(), format!("{draft}/texts")] {
            assert_eq!(other.get(&page).await.status, StatusCode::NOT_FOUND, "{page}");
        }
        for form in ["publication", "removal"] {
            let answer = other.post(&format!("{draft}/{form}"), &[("mark", "")]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{form}");
        }
        let texts = [("manifest", "a"), ("contract", "b")];
        assert_eq!(other.upload(&format!("{draft}/texts"), &texts).await.status, StatusCode::NOT_FOUND);
    }
    for _ in 0..4 {
        begin(&owner, MANIFEST, CONTRACT).await;
    }
    let sixth = owner.upload("/publish", &[("manifest", MANIFEST), ("contract", CONTRACT)]).await;
    assert_eq!(sixth.status, StatusCode::BAD_REQUEST);
    assert!(sixth.text.contains("5 drafts"), "{}", sixth.text);
    address(&owner.post(&format!("{draft}/removal"), &[]).await);
    assert_eq!(owner.get(&draft).await.status, StatusCode::NOT_FOUND);
    begin(&owner, MANIFEST, CONTRACT).await;
}

#[tokio::test]
async fn an_upload_from_elsewhere_or_of_no_text_is_refused() {
    let (town, owner) = settle().await;
    let fields = [("manifest", MANIFEST), ("contract", CONTRACT)];
    for token in ["", "somebody-elses"] {
        assert_eq!(owner.upload_with("/publish", token, &fields).await.status, StatusCode::FORBIDDEN);
    }
    assert_eq!(town.stranger().upload("/publish", &fields).await.status, StatusCode::FORBIDDEN);
    let plain = owner.post("/publish", &fields).await;
    assert_eq!(plain.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    for (manifest, contract, what) in [
        ("", CONTRACT, "Choose the file of the manifest"),
        (MANIFEST, " ", "Choose the file of the contract"),
        (MANIFEST, "a\0b", "zero byte"),
    ] {
        let answer = owner.upload("/publish", &[("manifest", manifest), ("contract", contract)]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{what}");
        assert!(answer.text.contains(what), "{}", answer.text);
    }
    let large = format!("openapi: 3.1.0\n#{}", "x".repeat(13 * 1024 * 1024));
    assert_eq!(
        owner.upload("/publish", &[("manifest", MANIFEST), ("contract", &large)]).await.status,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    assert!(!shown(&owner, "/publish").await.contains("/drafts/"), "nothing was kept");
}

#[tokio::test]
async fn nobody_publishes_for_a_group_that_they_are_not_in() {
    let (town, owner) = settle().await;
    town.publish(&MANIFEST.replace("housing@", "homes@"), CONTRACT).await;
    let draft = begin(&owner, MANIFEST, CONTRACT).await;
    let page = shown(&owner, &draft).await;
    assert!(page.contains("only its members may publish it") && !page.contains("name=\"mark\""), "{page}");
    let forced = owner.post(&format!("{draft}/publication"), &[("mark", "x"), ("looked", "yes")]).await;
    assert_eq!(forced.status, StatusCode::BAD_REQUEST);
    assert!(forced.text.contains("only its members may publish it"), "{}", forced.text);
}
