//! What is it called, whose is it, and for whom?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_domain::{Audience, Kind};
use serde_json::Value;

use super::Managed;
use crate::{
    answer::{Refusal, faulty_page, page},
    choice::Choice,
    form::{Errors, Sent},
    frame::Frame,
    session::SignedIn,
};

#[derive(Template)]
#[template(path = "manage/names.html")]
struct NamesPage {
    frame: Frame,
    errors: Errors,
    name: String,
    title: String,
    owners: Vec<Choice>,
    kinds: Vec<Choice>,
    audiences: Vec<Choice>,
    personal_data: Vec<Choice>,
}

async fn form(person: &SignedIn, managed: &Managed) -> Result<NamesPage, Refusal> {
    let manifest = &managed.manifest;
    let (owner, kind, audience) = (manifest.word("owner"), manifest.word("kind"), manifest.word("audience"));
    let groups = person.session.groups.iter().map(ToString::to_string);
    let mut owners: Vec<String> = groups.chain([owner.to_owned()]).collect();
    owners.sort();
    owners.dedup();
    let told = |value: &str, text: &str, hint: &str, chosen: &str| Choice {
        hint: hint.to_owned(),
        ..Choice::plain(value, text, value == chosen)
    };
    let personal = manifest.get("personal_data") == &Value::Bool(true);
    Ok(NamesPage {
        frame: managed.frame(person, "Names").await?,
        errors: Errors::default(),
        name: managed.seen.name(),
        title: manifest.word("title").to_owned(),
        owners: owners.into_iter().map(|group| Choice::plain(group.clone(), group.clone(), group == owner)).collect(),
        kinds: vec![
            told(Kind::Platform.as_str(), "Platform", "All of one data domain, for many consumers", kind),
            told(Kind::Service.as_str(), "Service", "Made for one service", kind),
        ],
        audiences: vec![
            told(
                Audience::Public.as_str(),
                "Public",
                "Everyone may read about it, and may call what is open",
                audience,
            ),
            told(
                Audience::Controlled.as_str(),
                "Controlled",
                "Everyone may read about it, each use is granted",
                audience,
            ),
            told(Audience::Internal.as_str(), "Internal", "Only signed-in people may read about it", audience),
        ],
        personal_data: vec![
            told("yes", "Yes", "Whoever asks for access names a legal basis", if personal { "yes" } else { "" }),
            told("no", "No", "", if personal { "" } else { "no" }),
        ],
    })
}

/// `GET /apis/{slug}/{major}/manage/names`
pub(crate) async fn show(person: SignedIn, Path((slug, major)): Path<(String, String)>) -> Result<Response, Refusal> {
    let managed = Managed::find(&person, &slug, &major).await?;
    page(&form(&person, &managed).await?)
}

/// `POST /apis/{slug}/{major}/manage/names`
pub(crate) async fn change(Path((slug, major)): Path<(String, String)>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let mut managed = Managed::find(&person, &slug, &major).await?;
    managed.manifest.set_word("title", fields.one("title"));
    for key in ["owner", "kind", "audience"] {
        managed.manifest.set_word(key, fields.one(key));
    }
    let personal = fields.one("personal_data") == "yes";
    // What is not said is false already.
    if personal || managed.manifest.get("personal_data") != &Value::Null {
        managed.manifest.set("personal_data", Some(personal.into()));
    }
    let errors = managed.faults("title");
    if errors.is_empty() {
        return managed.keep(&person).await;
    }
    let blank = form(&person, &managed).await?;
    faulty_page(&NamesPage { frame: blank.frame.faulty(true), errors, ..blank })
}
