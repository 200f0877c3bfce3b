//! Does a hub look as its settings say, and does nothing of a logo act?

use hansom_hub::{Colours, Contact, Logo, Look};
use http::StatusCode;

use crate::town::Town;

const SVG: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\"><path d=\"M0 0h1v1z\"/></svg>";

fn look() -> Look {
    Look {
        name: "Hackney <APIs>".into(),
        organisation: "Hackney Council".into(),
        logo: Some(Logo::new(SVG.into()).unwrap()),
        colours: Colours::new(Some("#00664f".parse().unwrap()), None, None).unwrap(),
        contact: Contact {
            email: "apis@hackney.example".into(),
            hours: "Monday to Friday".into(),
            ..Contact::default()
        },
    }
}

#[tokio::test]
async fn name_logo_colours_and_contact_are_those_of_the_settings() {
    let town = Town::with_look(look()).await;
    let stranger = town.stranger();
    let page = stranger.get("/").await.text;
    assert!(page.contains("– Hackney &#60;APIs&#62;</title>"), "{page}");
    assert!(page.contains("content=\"#00664f\""));
    let address = |ending: &str| {
        page.split('"').find(|part| part.starts_with("/static/") && part.ends_with(ending)).unwrap().to_owned()
    };
    let style = stranger.get(&address("look.css")).await;
    assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
    assert!(style.text.contains("--govuk-brand-colour:#00664f"), "{}", style.text);
    let logo = stranger.get(&address("logo.svg")).await;
    assert_eq!((logo.header("content-type"), logo.text.as_str()), ("image/svg+xml", SVG));
    assert!(logo.header("content-security-policy").contains("sandbox"), "opened by itself it cannot act");
    assert_eq!(logo.header("x-content-type-options"), "nosniff");
    assert!(
        page.contains(&format!("<img class=\"app-logo\" src=\"{}\"", address("logo.svg"))),
        "shown as a picture alone"
    );
    assert_eq!(stranger.get(&address("logo.svg").replace(".svg", ".png")).await.status, StatusCode::NOT_FOUND);
    let contact = stranger.get("/guides/contact").await.text;
    assert!(contact.contains("mailto:apis@hackney.example") && contact.contains("Monday to Friday"), "{contact}");
    assert!(stranger.get("/guides/privacy").await.text.contains("Hackney Council is responsible"));
    let catalogue: serde_json::Value =
        serde_json::from_str(&stranger.get_with("/catalog.jsonld", &[]).await.text).unwrap();
    assert_eq!(catalogue["dct:publisher"]["foaf:name"], "Hackney Council");
    assert!(stranger.get("/llms.txt").await.text.contains("The APIs of Hackney Council"));
}

#[tokio::test]
async fn a_hub_without_settings_has_no_style_sheet_of_its_own() {
    let page = Town::new().await.stranger().get("/").await.text;
    assert!(!page.contains("look.css") && !page.contains("app-logo") && page.contains("– Hansom</title>"), "{page}");
}
