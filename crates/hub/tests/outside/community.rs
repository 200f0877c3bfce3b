//! Do meetups and feedback reach those whom they concern, and nobody else?

use http::StatusCode;

use crate::town::{ADMINISTRATORS, HUB, Someone, Town};

const STANDARDS: &str = "api-standards@hackney.example";
const WASTE: &str = "waste-services@hackney.example";
const DIGITAL: &str = "digital@hackney.example";

const MEETUP: [(&str, &str); 7] = [
    ("title", "Naming, and why; with cake"),
    ("begins", "2026-12-03 14:00"),
    ("ends", "2026-12-03 15:30"),
    ("place", "Town Hall, room 102"),
    ("link", "https://meet.hackney.example/naming"),
    ("audience", "everybody"),
    ("about", "**Bring** <script>alert(1)</script> a contract.\n\n[x](javascript:alert(1))"),
];

fn changed(name: &str, value: &'static str) -> Vec<(&'static str, &'static str)> {
    MEETUP.iter().map(|(key, old)| (*key, if *key == name { value } else { *old })).collect()
}

async fn call(keeper: &Someone, fields: &[(&str, &str)]) -> String {
    let answer = keeper.post("/meetups/new", fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    answer.header("location").to_owned()
}

#[tokio::test]
async fn a_meetup_is_called_gets_notes_and_is_called_off_and_calendars_follow() {
    let town = Town::new().await;
    let (stranger, keeper) = (town.stranger(), town.person("Hana", &[STANDARDS]).await);
    let address = call(&keeper, &MEETUP).await;
    call(&keeper, &changed("audience", "people")).await;
    let page = stranger.get(&address).await.text;
    assert!(
        page.contains("<strong>Bring</strong>") && !page.contains("<script>alert") && !page.contains("javascript:"),
        "{page}"
    );
    let calendar = stranger.get_with("/meetups.ics", &[]).await;
    assert_eq!(calendar.header("content-type"), "text/calendar; charset=utf-8");
    let unfolded = calendar.text.replace("\r\n ", "");
    assert_eq!(unfolded.matches("BEGIN:VEVENT").count(), 1, "what is for signed-in people is in no feed: {unfolded}");
    for line in [
        "DTSTART:20261203T140000Z",
        "DTEND:20261203T153000Z",
        "SUMMARY:Naming\\, and why\\; with cake",
        "LOCATION:Town Hall\\, room 102",
        "SEQUENCE:0",
        "STATUS:CONFIRMED",
    ] {
        assert!(unfolded.lines().any(|known| known == line), "{line}: {unfolded}");
    }
    assert!(calendar.text.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')), "{}", calendar.text);
    let mut with_notes = MEETUP.to_vec();
    with_notes.push(("notes", "We agreed on *plurals*."));
    let noted = keeper.post(&format!("{address}/change"), &with_notes).await;
    assert_eq!(noted.header("location"), address, "{}", noted.text);
    assert!(stranger.get(&address).await.text.contains("<em>plurals</em>"));
    assert!(stranger.get(&format!("{address}.md")).await.text.contains("We agreed on *plurals*."));
    assert_eq!(keeper.post(&format!("{address}/cancellation"), &[]).await.header("location"), address);
    let calendar = stranger.get_with("/meetups.ics", &[]).await.text;
    assert!(calendar.contains("STATUS:CANCELLED") && calendar.contains("SEQUENCE:2"), "{calendar}");
    assert!(stranger.get("/meetups").await.text.contains("Called off"));
    let late = keeper.post(&format!("{address}/change"), &with_notes).await;
    assert!(late.status == StatusCode::BAD_REQUEST && late.text.contains("was called off"), "{}", late.text);
}

#[tokio::test]
async fn only_the_keepers_of_the_playbook_call_meetups_and_strangers_see_public_ones() {
    let town = Town::new().await;
    let (stranger, keeper) = (town.stranger(), town.person("Hana", &[STANDARDS]).await);
    let ada = town.person("Ada", &[DIGITAL]).await;
    let address = call(&keeper, &changed("audience", "people")).await;
    assert_eq!(stranger.get(&address).await.status, StatusCode::NOT_FOUND);
    assert!(!stranger.get("/meetups").await.text.contains("Naming"));
    assert!(ada.get("/meetups").await.text.contains("Naming"));
    assert_eq!(ada.get("/meetups/new").await.status, StatusCode::FORBIDDEN);
    for path in ["/meetups/new".to_owned(), format!("{address}/change"), format!("{address}/cancellation")] {
        assert_eq!(ada.post(&path, &MEETUP).await.status, StatusCode::FORBIDDEN, "{path}");
        assert_eq!(stranger.post(&path, &MEETUP).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for (name, value) in [
        ("title", ""),
        ("begins", "tomorrow"),
        ("ends", "2026-12-03 13:00"),
        ("ends", "2027-01-03 13:00"),
        ("link", "javascript:alert(1)"),
        ("link", "http://meet.example"),
        ("audience", "nobody"),
        ("place", ""),
    ] {
        let answer = keeper.post("/meetups/new", &changed(name, value)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{name} {value}");
        assert!(answer.text.contains(&format!("href=\"#{name}\"")), "{name} {value}: {}", answer.text);
    }
}

const WORDS: [(&str, &str); 3] = [
    ("about", "/apis/bulky-waste/v1"),
    ("title", "Slots at night"),
    ("text", "There are slots at <b>three</b> in the night."),
];

#[tokio::test]
async fn feedback_on_an_api_is_a_thread_between_who_gave_it_and_its_owners() {
    let town = Town::with_council().await;
    let (ada, owner) = (town.person("Ada", &[DIGITAL]).await, town.person("Owen", &[WASTE]).await);
    let given = ada.post("/feedback/new", &WORDS).await;
    assert_eq!(given.status, StatusCode::SEE_OTHER, "{}", given.text);
    let address = given.header("location").to_owned();
    let other = town.person("Rita", &["housing-repairs@hackney.example"]).await;
    assert_eq!(other.get(&address).await.status, StatusCode::NOT_FOUND);
    assert_eq!(town.stranger().get(&address).await.status, StatusCode::SEE_OTHER, "to the sign-in");
    for path in ["messages", "closure"] {
        let meddled = other.post(&format!("{address}/{path}"), &[("text", "Me too.")]).await;
        assert_eq!(meddled.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert!(owner.get("/feedback").await.text.contains("Waiting for an answer"));
    let page = owner.get(&address).await.text;
    assert!(page.contains("slots at &#60;b&#62;three&#60;/b&#62;"), "{page}");
    assert_eq!(
        owner.post(&format!("{address}/messages"), &[("text", "They are gone.")]).await.header("location"),
        address
    );
    let page = ada.get(&address).await.text;
    assert!(
        page.contains("They are gone.") && page.contains("Answered") && !page.contains("Remove this message"),
        "{page}"
    );
    ada.post(&format!("{address}/messages"), &[("text", "Thank you.")]).await;
    assert!(ada.get(&address).await.text.contains(">Open<"));
    ada.post(&format!("{address}/closure"), &[]).await;
    let late = owner.post(&format!("{address}/messages"), &[("text", "One more word.")]).await;
    assert_eq!(late.status, StatusCode::BAD_REQUEST);
    assert!(late.text.contains("closed"), "{}", late.text);
}

#[tokio::test]
async fn owners_remove_messages_of_others_and_their_text_is_gone() {
    let town = Town::with_council().await;
    let (ada, owner) = (town.person("Ada", &[DIGITAL]).await, town.person("Owen", &[WASTE]).await);
    let address = ada.post("/feedback/new", &WORDS).await.header("location").to_owned();
    let page = owner.get(&address).await.text;
    let removal = page.split("action=\"").find_map(|rest| rest.split('"').next().filter(|it| it.ends_with("/removal")));
    let removal = removal.unwrap().to_owned();
    assert_eq!(ada.post(&removal, &[("because", "I changed my mind.")]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(owner.post(&removal, &[("because", "")]).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(owner.post(&removal, &[("because", "It names a tenant.")]).await.header("location"), address);
    let page = ada.get(&address).await.text;
    assert!(page.contains("removed this message: It names a tenant.") && !page.contains("in the night"), "{page}");
    let audit = town.person("Grace", &[ADMINISTRATORS]).await.get("/audit").await.text;
    assert!(audit.contains("remove message") && !audit.contains("in the night"), "the text is kept nowhere");
}

#[tokio::test]
async fn strangers_give_feedback_where_settings_let_them_and_come_back_by_a_key() {
    let closed = Town::with_council().await;
    assert_eq!(closed.stranger().get("/feedback/new?about=/").await.status, StatusCode::SEE_OTHER, "to the sign-in");
    assert_eq!(closed.stranger().post("/feedback/new", &WORDS).await.status, StatusCode::FORBIDDEN);
    assert!(!closed.stranger().get("/about").await.text.contains("Give feedback on this page"));

    let town = Town::open_to_strangers().await;
    let stranger = town.stranger();
    assert!(stranger.get("/about").await.text.contains("/feedback/new?about=%2Fabout"));
    let mut trapped = WORDS.to_vec();
    trapped.push(("website", "https://spam.example"));
    let told = stranger.post("/feedback/new", &trapped).await;
    assert!(
        told.status == StatusCode::OK && told.text.contains("Thank you"),
        "a program learns nothing: {}",
        told.text
    );
    assert!(town.control.reads().all_feedback().await.unwrap().is_empty(), "and nothing is kept");
    let given = stranger.post("/feedback/new", &WORDS).await;
    assert_eq!(given.status, StatusCode::OK, "{}", given.text);
    let start = given.text.find(&format!("{HUB}/feedback/")).unwrap() + HUB.len();
    let address = given.text[start..].split('<').next().unwrap().to_owned();
    assert!(stranger.get(&address).await.text.contains("in the night"));
    let (thread, key) = address.split_once("?key=").unwrap();
    let wrong = format!("{thread}?key={}", "0".repeat(key.len()));
    for bad in [&wrong, &format!("{thread}?key=x")] {
        assert_eq!(stranger.get(bad).await.status, StatusCode::NOT_FOUND, "{bad}");
    }
    let more = stranger.post(&format!("{thread}/messages?key={key}"), &[("text", "And at four.")]).await;
    assert_eq!(more.header("location"), address, "{}", more.text);
    let meddled = stranger.post(&format!("{thread}/messages?key=x"), &[("text", "And at four.")]).await;
    assert_eq!(meddled.status, StatusCode::NOT_FOUND);
    assert_eq!(stranger.post(&format!("{thread}/closure"), &[]).await.status, StatusCode::FORBIDDEN);
    let foreign = stranger.send("/feedback/new", "", &WORDS, &[("origin", "https://evil.example")]).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let mut last = StatusCode::OK;
    for _ in 0..10 {
        last = stranger.post("/feedback/new", &WORDS).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    assert!(town.control.reads().all_feedback().await.unwrap().len() < 10);
}

#[tokio::test]
async fn feedback_of_strangers_on_hidden_apis_goes_to_those_who_run_the_hub() {
    let town = Town::open_to_strangers().await;
    let mut fields = WORDS.to_vec();
    fields[0].1 = "/apis/repairs/v1";
    town.stranger().post("/feedback/new", &fields).await;
    let threads = town.control.reads().all_feedback().await.unwrap();
    assert_eq!((threads[0].owner.as_str(), &threads[0].api_title), (ADMINISTRATORS, &None));
    for about in ["javascript:alert(1)", "//evil.example", "https://evil.example/", "/a\"b"] {
        fields[0].1 = about;
        let refused = town.person("Ada", &[DIGITAL]).await.post("/feedback/new", &fields).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{about}");
    }
}
