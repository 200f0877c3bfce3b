//! Sign-in by a link in a mail, groups that owners keep, and people who are suspended. Bad input 92, 93, 94.

use hansom_control::Sending;
use http::StatusCode;

use crate::town::{Answer, HUB, Someone, Town};

const OWN: [(&str, &str); 2] = [("origin", HUB), ("sec-fetch-site", "same-origin")];

fn cookie(answer: &Answer, name: &str) -> String {
    let lines = answer.headers.get_all("set-cookie").iter();
    let found = lines.map(|line| line.to_str().unwrap()).find(|line| line.starts_with(name));
    found.expect("the cookie is set").split(';').next().unwrap().to_owned()
}

/// The link in the mail that waits for an address; it is sent by that.
async fn link(town: &Town, email: &str) -> String {
    let due = town.control.notices_to_send("post").await.unwrap();
    let notice = due.iter().find(|notice| notice.address == email).expect("a mail");
    assert!(town.control.note_sending(notice, Sending::Sent).await.unwrap());
    let line = notice.body.lines().find(|line| line.starts_with(HUB)).expect("a link");
    line.strip_prefix(HUB).unwrap().to_owned()
}

/// Asks for a link; the browser that asked.
async fn asks(town: &Town, email: &str) -> Someone {
    let mut browser = town.stranger();
    let sent = browser.send("/sign-in/mail", "", &[("email", email), ("return_to", "//evil.example")], &OWN).await;
    assert_eq!(sent.status, StatusCode::OK, "{}", sent.text);
    let bound = sent.headers.get("set-cookie").unwrap().to_str().unwrap();
    assert!(bound.contains("; HttpOnly; Secure; SameSite=Lax") && bound.starts_with("__Host-"), "{bound}");
    browser.cookie = cookie(&sent, "__Host-hansom-link");
    browser
}

#[tokio::test]
async fn h93_a_link_works_once_in_its_own_browser_by_a_button_and_for_who_agrees() {
    let town = Town::new().await;
    let browser = asks(&town, "Dev@Partner.example").await;
    let address = link(&town, "dev@partner.example").await;
    let key = address.split("key=").nth(1).unwrap().to_owned();
    let elsewhere = town.stranger().get(&address).await;
    assert_eq!(elsewhere.status, StatusCode::FORBIDDEN);
    assert!(elsewhere.text.contains("only in the browser"), "{}", elsewhere.text);
    for _ in 0..2 {
        let shown = browser.get(&address).await;
        assert_eq!(
            (shown.status, shown.headers.get("set-cookie")),
            (StatusCode::OK, None),
            "a scanner signs nobody in"
        );
        assert!(shown.text.contains("https://hackney.example/terms"));
    }
    let who = [("key", key.as_str()), ("name", "Dev Partner"), ("organisation", "Partner <b>Ltd")];
    let unwilling = browser.send("/sign-in/link", "", &who, &OWN).await;
    assert_eq!(unwilling.status, StatusCode::BAD_REQUEST);
    assert!(unwilling.text.contains("Agree to the terms"));
    let willing = [who[0], who[1], who[2], ("terms", "yes")];
    let foreign = [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")];
    let forged = browser.send("/sign-in/link", "", &willing, &foreign).await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN, "h94: nobody is signed in by another site's form");
    let entered = browser.send("/sign-in/link", "", &willing, &OWN).await;
    assert_eq!((entered.status, entered.header("location")), (StatusCode::SEE_OTHER, "/"), "{}", entered.text);
    let session = cookie(&entered, "__Host-hansom-session");
    let again = browser.send("/sign-in/link", "", &willing, &OWN).await;
    assert_eq!(again.status, StatusCode::FORBIDDEN);

    let mut dev = town.stranger();
    dev.cookie = session;
    let account = dev.get("/account").await.text;
    assert!(account.contains("partner-b-ltd-") && account.contains("kept in the hub"), "{account}");
    let form = dev.get("/applications/new").await.text;
    assert!(form.contains("@developers."), "an application can belong to the organisation");

    let browser = asks(&town, "dev@partner.example").await;
    let address = link(&town, "dev@partner.example").await;
    let key = address.split("key=").nth(1).unwrap();
    let entered = browser.send("/sign-in/link", "", &[("key", key)], &OWN).await;
    assert_eq!(entered.status, StatusCode::SEE_OTHER, "who is known is asked nothing more");
    assert_eq!(town.control.reads().people().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_address_gets_five_links_an_hour_and_the_answer_tells_nobody() {
    let town = Town::new().await;
    let mut answers = std::collections::BTreeSet::new();
    for _ in 0..7 {
        let sent = town.stranger().send("/sign-in/mail", "", &[("email", "dev@partner.example")], &OWN).await;
        answers.insert((sent.status, sent.text.replace(sent.header("request-id"), "")));
    }
    assert_eq!(answers.len(), 1);
    let now = town.control.clock().now();
    let due = town.control.reads().due_notices(now, now.plus_seconds(-60), 50).await.unwrap();
    assert_eq!(due.len(), 5);
    let bad =
        town.stranger().send("/sign-in/mail", "", &[("email", "dev@partner.example\r\nBcc: a@b.example")], &OWN).await;
    assert_eq!(bad.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn an_administrator_makes_a_group_its_owner_fills_it_and_others_do_not_see_it() {
    let town = Town::new().await;
    let chief = town.person("Chief", &["api-platform@hackney.example"]).await;
    let stranger = town.person("Stranger", &[]).await;
    let made = chief.post("/groups/new", &[("title", "Partners"), ("address", "partners@hackney.example")]).await;
    assert_eq!(made.header("location"), "/groups/partners%40hackney.example", "{}", made.text);
    let place = "/groups/partners%40hackney.example";
    assert_eq!(stranger.get(place).await.status, StatusCode::NOT_FOUND);
    let members = format!("{place}/members");
    assert_eq!(stranger.post(&members, &[("list", "a@b.example")]).await.status, StatusCode::NOT_FOUND);
    let wrong = chief.post(&members, &[("list", "a@b.example\nnobody")]).await;
    assert!(wrong.status == StatusCode::BAD_REQUEST && wrong.text.contains("Line 2"), "{}", wrong.text);
    let tried = chief.post(&members, &[("list", "a@b.example"), ("trial", "yes")]).await;
    assert!(tried.text.contains("Nothing was changed yet"));
    assert!(!chief.get(place).await.text.contains("From their next sign-in"));
    assert_eq!(chief.post(&members, &[("list", "a@b.example")]).await.status, StatusCode::SEE_OTHER);
    assert!(chief.get(place).await.text.contains("From their next sign-in"));
}

#[tokio::test]
async fn an_administrator_suspends_a_person_whose_page_others_do_not_see() {
    let town = Town::new().await;
    let chief = town.person("Chief", &["api-platform@hackney.example"]).await;
    let ben = town.person("Ben", &[]).await;
    let people = town.control.reads().people().await.unwrap();
    let id = people.iter().find(|person| person.name == "Ben").unwrap().id.clone();
    let place = format!("/people/{id}");
    assert_eq!(ben.get(&place).await.status, StatusCode::NOT_FOUND);
    assert_eq!(ben.get("/people").await.status, StatusCode::NOT_FOUND);
    let suspension = format!("{place}/suspension");
    assert_eq!(ben.post(&suspension, &[("decision", "let in")]).await.status, StatusCode::NOT_FOUND);
    let silent = chief.post(&suspension, &[("decision", "suspend")]).await;
    assert_eq!(silent.status, StatusCode::BAD_REQUEST, "a reason is needed");
    chief.post(&suspension, &[("decision", "suspend"), ("reason", "He lost his laptop")]).await;
    assert!(ben.get("/account").await.header("location").starts_with("/sign-in"), "his session has ended");
    assert!(chief.get(&place).await.text.contains("He lost his laptop"));
    chief.post(&suspension, &[("decision", "let in")]).await;
    assert!(!chief.get(&place).await.text.contains("He lost his laptop"));
}

#[tokio::test]
async fn people_and_groups_are_found_and_a_group_says_what_belongs_to_it_and_what_is_wrong() {
    let town = Town::with_council().await;
    let chief = town.person("Chief", &["api-platform@hackney.example"]).await;
    let member = town.person("Ada Okoro", &["housing-repairs@hackney.example"]).await;
    town.person("Ben 50%", &["digital@hackney.example"]).await;
    for (query, there) in
        [("q=okoro", true), ("q=OKORO", true), ("q=%25", false), ("q=nobody", false), ("suspended=yes", false)]
    {
        let page = chief.get(&format!("/people?{query}")).await.text;
        assert_eq!(page.contains(">Ada Okoro<"), there, "{query}");
    }
    let place = "/groups/housing-repairs%40hackney.example";
    let page = chief.get(place).await.text;
    for part in ["kept by the directory", "Ada Okoro", "href=\"/apis/repairs\"", "Only one member is known"] {
        assert!(page.contains(part), "the page does not say {part}: {page}");
    }
    assert!(!page.contains("Remove the group") && !page.contains("Add people"), "the directory keeps it");
    assert_eq!(member.get(place).await.status, StatusCode::OK, "a member sees who is in it");
    assert_eq!(member.get("/groups/digital%40hackney.example").await.status, StatusCode::NOT_FOUND);
    assert!(chief.get("/groups?flag=alone").await.text.contains("housing-repairs@hackney.example"));
    assert!(!chief.get("/groups?flag=emptied").await.text.contains("housing-repairs@hackney.example"));
    assert!(!member.get("/groups").await.text.contains("digital@hackney.example"), "others see their own alone");
    let id = town.control.reads().people().await.unwrap().into_iter().find(|it| it.name == "Ada Okoro").unwrap().id;
    let page = chief.get(&format!("/people/{id}")).await.text;
    assert!(page.contains(place) && page.contains("A browser"), "{page}");
}

#[tokio::test]
async fn the_requests_of_everybody_are_shown_oldest_first_with_how_long_they_wait() {
    let town = Town::with_council().await;
    let ben = town.person("Ben", &["digital@hackney.example"]).await;
    let application = town.application(&ben).await;
    let grant = town.grant(&ben, &application).await;
    assert_eq!(ben.get("/requests").await.status, StatusCode::FORBIDDEN);
    town.hands.forward(3 * 3600);
    let chief = town.person("Chief", &["api-platform@hackney.example"]).await;
    let page = chief.get("/requests").await.text;
    assert!(page.contains(&format!("href=\"{grant}\"")) && page.contains("3 hours"), "{page}");
    for query in ["state=approved", "api=rents", "age=1"] {
        assert!(chief.get(&format!("/requests?{query}")).await.text.contains("None fits"), "{query}");
    }
}
