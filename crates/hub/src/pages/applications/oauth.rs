//! How does the application let people sign in?

use askama::Template;
use axum::{extract::Path, response::Response};
use hansom_control::{Client, ClientSettings};
use hansom_domain::ProblemCode;

use super::find;
use crate::{
    answer::{Refusal, faulty_page, go_to, page},
    form::{Errors, Sent},
    frame::{Frame, Section},
    session::SignedIn,
    urls,
};

#[derive(Template)]
#[template(path = "applications/oauth.html")]
struct OauthPage {
    frame: Frame,
    errors: Errors,
    id: String,
    /// One in each line.
    redirect_uris: String,
    public: bool,
    par_required: bool,
    dpop_required: bool,
    first_party: bool,
    metadata: String,
    back: String,
}

async fn form(person: &SignedIn, client: &Client) -> Result<OauthPage, Refusal> {
    let back = urls::application(&client.id);
    let frame = person
        .frame("How people sign in to the application", Section::Applications)
        .await?
        .under("My applications", urls::APPLICATIONS)
        .under(&client.name, &back);
    let uris: Vec<&str> = client.redirect_uris.iter().map(hansom_control::RedirectUri::as_str).collect();
    Ok(OauthPage {
        frame,
        errors: Errors::default(),
        id: client.id.to_string(),
        redirect_uris: uris.join("\n"),
        public: client.public,
        par_required: client.par_required,
        dpop_required: client.dpop_required,
        first_party: client.first_party,
        metadata: format!("{}/.well-known/oauth-authorization-server", person.hub.hub),
        back,
    })
}

/// The application as a client, if it is the person's and in force.
async fn client(person: &SignedIn, id: &str) -> Result<Client, Refusal> {
    let application = find(person, id).await?;
    let client = person.hub.control.client(&application.id).await?;
    client.ok_or_else(|| Refusal::new(ProblemCode::Conflict, "The application is revoked. Register another one."))
}

/// `GET /applications/{id}/oauth`
pub(crate) async fn show(person: SignedIn, Path(id): Path<String>) -> Result<Response, Refusal> {
    let client = client(&person, &id).await?;
    page(&form(&person, &client).await?)
}

/// `POST /applications/{id}/oauth`
pub(crate) async fn configure(Path(id): Path<String>, sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let client = client(&person, &id).await?;
    let is = |name: &str| fields.one(name) == "yes";
    let settings = ClientSettings {
        redirect_uris: fields.one("redirect_uris").split_ascii_whitespace().map(str::to_owned).collect(),
        public: is("public"),
        par_required: is("par_required"),
        dpop_required: is("dpop_required"),
        first_party: is("first_party"),
    };
    let changed = person.hub.control.configure_client(person.actor(), &client.id, settings.clone()).await;
    let errors = match changed {
        Ok(()) => return Ok(go_to(&urls::application(&client.id))),
        Err(error) => Errors::of_verb(error, &[("first party", "first_party"), ("redirect URI", "redirect_uris")])?,
    };
    let blank = form(&person, &client).await?;
    faulty_page(&OauthPage {
        frame: blank.frame.faulty(true),
        errors,
        redirect_uris: settings.redirect_uris.join("\n"),
        public: settings.public,
        par_required: settings.par_required,
        dpop_required: settings.dpop_required,
        first_party: settings.first_party,
        ..blank
    })
}
