//! How does a developer come in who has no account at the council?

use askama::Template;
use axum::{extract::RawQuery, http::HeaderMap, response::Response};
use hansom_control::{LinkError, Newcomer, OpenedLink, SIGN_IN_SECONDS};
use hansom_domain::ProblemCode;
use hansom_oauth::safe_return_path;

use super::{choice, let_in, set_cookie};
use crate::{
    MailLinks,
    answer::{Refusal, faulty_page, go_to, page},
    browser,
    form::{Errors, Fields, Unsigned},
    frame::{Frame, Section},
    sentence::sentence,
    session::{MAIL_LINK_COOKIE, Visitor, cookie},
    urls,
};

#[derive(Template)]
#[template(path = "sign_in/sent.html")]
struct Posted {
    frame: Frame,
    email: String,
}

#[derive(Template)]
#[template(path = "sign_in/link.html")]
struct Link {
    frame: Frame,
    errors: Errors,
    key: String,
    email: String,
    is_new: bool,
    agrees: bool,
    name: String,
    organisation: String,
    terms: MailLinks,
}

impl From<LinkError> for Refusal {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Control(error) => error.into(),
            other => Refusal::new(ProblemCode::NotAllowed, sentence(&other.to_string())),
        }
    }
}

fn on(visitor: &Visitor) -> Result<MailLinks, Refusal> {
    let closed = || Refusal::new(ProblemCode::NotFound, "Nobody signs in by mail at this hub.");
    visitor.hub.mail_links.clone().ok_or_else(closed)
}

/// `GET /sign-in/mail`: the form is on the sign-in page.
pub(crate) async fn back() -> Response {
    go_to(urls::SIGN_IN)
}

/// `POST /sign-in/mail`: has a link sent. The answer is the same for every address.
pub(crate) async fn send(sent: Unsigned) -> Result<Response, Refusal> {
    let Unsigned { visitor, fields, peer, .. } = sent;
    on(&visitor)?;
    let (email, return_to) = (fields.one("email"), safe_return_path(fields.one("return_to")));
    if !visitor.hub.link_calls.allows(peer, visitor.hub.control.clock().now()) {
        return Err(Refusal::new(
            ProblemCode::LimitReached,
            "Too many links were asked for from your network. Try again in a quarter of an hour.",
        ));
    }
    let page_of_links = (visitor.hub.hub.as_str(), urls::SIGN_IN_LINK);
    let value = match visitor.hub.control.send_link(email, return_to, page_of_links).await {
        Ok(value) => value,
        Err(hansom_control::Error::Invalid(_)) => {
            let mut errors = Errors::default();
            errors.when(true, "email", "Enter an e-mail address, like name@example.com");
            return faulty_page(&choice(&visitor, errors, email, (return_to, false)).await?);
        }
        Err(error) => return Err(error.into()),
    };
    let frame = visitor.frame("Look at your mail", Section::Elsewhere).await?;
    let mut response = page(&Posted { frame, email: email.to_owned() })?;
    set_cookie(&mut response, MAIL_LINK_COOKIE, &value, SIGN_IN_SECONDS)?;
    Ok(response)
}

/// `GET /sign-in/link?key=`: what the link leads to. Programs that open links before people do sign nobody in.
pub(crate) async fn show(visitor: Visitor, headers: HeaderMap, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let terms = on(&visitor)?;
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let key = fields.one("key");
    let opened = visitor.hub.control.look_at_link(key, cookie(&headers, MAIL_LINK_COOKIE), &terms.terms).await?;
    page(&form(&visitor, key, opened, terms).await?)
}

async fn form(visitor: &Visitor, key: &str, opened: OpenedLink, terms: MailLinks) -> Result<Link, Refusal> {
    let frame = visitor.frame("Sign in", Section::Elsewhere).await?;
    Ok(Link {
        frame,
        errors: Errors::default(),
        key: key.to_owned(),
        email: opened.email,
        is_new: opened.is_new,
        agrees: opened.is_new || opened.has_old_terms,
        name: String::new(),
        organisation: String::new(),
        terms,
    })
}

/// `POST /sign-in/link`: the person pressed the button.
pub(crate) async fn enter(sent: Unsigned) -> Result<Response, Refusal> {
    let Unsigned { visitor, headers, fields, .. } = sent;
    let terms = on(&visitor)?;
    let (key, binding) = (fields.one("key"), cookie(&headers, MAIL_LINK_COOKIE));
    let (name, organisation) = (fields.one("name"), fields.one("organisation"));
    let opened = visitor.hub.control.look_at_link(key, binding, &terms.terms).await?;
    let mut errors = Errors::default();
    if opened.is_new {
        errors.when(name.len() < 2, "name", "Enter your name");
        errors.when(
            organisation.len() < 2,
            "organisation",
            "Enter the organisation that you work for, or your own name",
        );
    }
    let agrees = opened.is_new || opened.has_old_terms;
    errors.when(agrees && fields.one("terms") != "yes", "terms", "Agree to the terms to go on");
    if errors.is_empty() {
        let newcomer = opened.is_new.then_some(Newcomer { name, organisation });
        let words = browser::in_words(&headers);
        let place = (visitor.hub.hub.as_str(), terms.terms.as_str());
        match visitor.hub.control.sign_in_by_link((key, binding), newcomer, place, &words).await {
            Ok((session, return_to)) => {
                let mut response = let_in(&visitor, &headers, &session.value, &return_to).await?;
                set_cookie(&mut response, MAIL_LINK_COOKIE, "", 0)?;
                return Ok(response);
            }
            Err(LinkError::Control(error)) => {
                errors = Errors::of_verb(error, &[("the organisation", "organisation"), ("the name", "name")])?;
            }
            Err(other) => return Err(other.into()),
        }
    }
    let blank = form(&visitor, key, opened, terms).await?;
    let (name, organisation) = (name.to_owned(), organisation.to_owned());
    faulty_page(&Link { frame: blank.frame.faulty(true), errors, name, organisation, ..blank })
}
