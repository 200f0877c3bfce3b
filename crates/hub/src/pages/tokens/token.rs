//! Get an access token for yourself.

use askama::Template;
use axum::{
    http::{HeaderValue, header},
    response::Response,
};
use hansom_domain::EnvironmentName;

use crate::{
    answer::{Refusal, faulty_page, page},
    form::{Errors, Sent},
    frame::{Frame, Section},
    moment,
    session::SignedIn,
};

#[derive(Template)]
#[template(path = "tokens/token.html")]
struct TokenPage {
    frame: Frame,
    errors: Errors,
    environments: Vec<(String, String)>,
    issued: Option<Issued>,
}

struct Issued {
    environment: String,
    token: String,
    expires: String,
    minutes: i64,
    command: String,
}

async fn form(person: &SignedIn) -> Result<TokenPage, Refusal> {
    let frame = person.frame("An access token for yourself", Section::Elsewhere).await?;
    let environments = person.hub.environments.iter();
    Ok(TokenPage {
        frame,
        errors: Errors::default(),
        environments: environments.map(|(name, base)| (name.to_string(), base.clone())).collect(),
        issued: None,
    })
}

/// `GET /token`
pub(crate) async fn show(person: SignedIn) -> Result<Response, Refusal> {
    page(&form(&person).await?)
}

/// `POST /token`: the token is shown this once.
pub(crate) async fn issue(sent: Sent) -> Result<Response, Refusal> {
    let Sent { person, fields } = sent;
    let wanted: Option<EnvironmentName> = fields.one("environment").parse().ok();
    let known = wanted.and_then(|name| {
        let base = person.hub.base(&name)?.to_owned();
        Some((name, base))
    });
    let blank = form(&person).await?;
    let Some((environment, base)) = known else {
        let mut errors = Errors::default();
        errors.when(true, "environment", "Select an environment");
        return faulty_page(&TokenPage { frame: blank.frame.faulty(true), errors, ..blank });
    };
    let session = &person.session;
    let oauth = &person.hub.oauth;
    let issued = oauth.issue_person_token(&session.person.id, &session.groups, &environment).await?;
    let now = person.hub.control.clock().now();
    let mut response = page(&TokenPage {
        issued: Some(Issued {
            environment: environment.to_string(),
            expires: moment::written(now.plus_seconds(issued.expires_in)),
            minutes: issued.expires_in / 60,
            command: format!("TOKEN='{}'\ncurl -H \"Authorization: Bearer $TOKEN\" '{base}/…'", issued.token),
            token: issued.token,
        }),
        ..blank
    })?;
    let uncached = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, uncached);
    Ok(response)
}
