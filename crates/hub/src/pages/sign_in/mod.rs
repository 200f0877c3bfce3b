//! How does a person come in, and go?

pub(crate) mod ended;
pub(crate) mod link;

use askama::Template;
use axum::{
    extract::{Path, Query, RawQuery},
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use hansom_control::SIGN_IN_SECONDS;
use hansom_oauth::{Callback, safe_return_path};

use crate::{
    answer::{Refusal, go_to, page},
    browser,
    form::{Errors, Fields, Sent},
    frame::{Frame, Section},
    session::{SESSION_COOKIE, SIGN_IN_COOKIE, Visitor, cookie},
    urls,
};

#[derive(Template)]
#[template(path = "sign_in/choose.html")]
struct Choose {
    frame: Frame,
    errors: Errors,
    ways: Vec<Door>,
    by_mail: bool,
    email: String,
    return_to: String,
}

/// A provider to choose.
struct Door {
    name: String,
    address: String,
}

#[derive(Template)]
#[template(path = "sign_in/left.html")]
struct Left {
    frame: Frame,
    provider: String,
    address: String,
}

/// Sets a cookie, or with no seconds to live takes it away.
fn set_cookie(response: &mut Response, name: &str, value: &str, seconds: i64) -> Result<(), Refusal> {
    let text = format!("{name}={value}; Max-Age={seconds}; Path=/; HttpOnly; Secure; SameSite=Lax");
    let value = HeaderValue::try_from(text).map_err(|_| Refusal::internal("a cookie's value is no header value"))?;
    response.headers_mut().append(header::SET_COOKIE, value);
    let uncached = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, uncached);
    Ok(())
}

/// Lets a browser in with a new session; the one that it had before is not left behind.
async fn let_in(visitor: &Visitor, headers: &HeaderMap, value: &str, return_to: &str) -> Result<Response, Refusal> {
    if let Some(old) = cookie(headers, SESSION_COOKIE) {
        visitor.hub.control.sign_out(old).await?;
    }
    let mut response = go_to(safe_return_path(return_to));
    let seconds = visitor.hub.control.settings().terms.people.absolute_seconds;
    set_cookie(&mut response, SESSION_COOKIE, value, seconds)?;
    set_cookie(&mut response, SIGN_IN_COOKIE, "", 0)?;
    Ok(response)
}

/// `GET /sign-in?return_to=`: the ways in; where there is only one, off on it.
pub(crate) async fn choose(visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let return_to = safe_return_path(fields.one("return_to"));
    let again = fields.one("again") == "yes";
    if visitor.session.is_some() && !again {
        return Ok(go_to(return_to));
    }
    let providers: Vec<_> = visitor.hub.sign_in.providers().collect();
    if let ([only], None) = (providers.as_slice(), &visitor.hub.mail_links) {
        return off_to(&visitor, &only.id, return_to, again).await;
    }
    page(&choice(&visitor, Errors::default(), "", (return_to, again)).await?)
}

async fn choice(
    visitor: &Visitor,
    errors: Errors,
    email: &str,
    (return_to, again): (&str, bool),
) -> Result<Choose, Refusal> {
    let frame = visitor.frame("Sign in", Section::Elsewhere).await?.faulty(!errors.is_empty());
    let door = |provider: &hansom_oauth::Provider| Door {
        name: provider.name.clone(),
        address: urls::sign_in_with(&provider.id, return_to, again),
    };
    Ok(Choose {
        frame,
        errors,
        ways: visitor.hub.sign_in.providers().map(door).collect(),
        by_mail: visitor.hub.mail_links.is_some(),
        email: email.to_owned(),
        return_to: return_to.to_owned(),
    })
}

/// `GET /sign-in/provider?id=&return_to=`: off to the identity provider that was chosen.
pub(crate) async fn begin(visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let return_to = safe_return_path(fields.one("return_to"));
    // An application may want to know that the person is here now (`prompt=login`), which the provider then asks, too.
    let again = fields.one("again") == "yes";
    if visitor.session.is_some() && !again {
        return Ok(go_to(return_to));
    }
    off_to(&visitor, fields.one("id"), return_to, again).await
}

async fn off_to(visitor: &Visitor, provider: &str, return_to: &str, again: bool) -> Result<Response, Refusal> {
    let begun = visitor.hub.sign_in.begin(provider, return_to).await?;
    let mut response = match again {
        true => go_to(&format!("{}&prompt=login", begun.location)),
        false => go_to(&begun.location),
    };
    set_cookie(&mut response, SIGN_IN_COOKIE, &begun.browser_cookie, SIGN_IN_SECONDS)?;
    Ok(response)
}

/// `GET /sign-in/callback`: back from the only identity provider, with a new session.
pub(crate) async fn callback(
    visitor: Visitor,
    headers: HeaderMap,
    Query(query): Query<Callback>,
) -> Result<Response, Refusal> {
    back_from(&visitor, &headers, query, "").await
}

/// `GET /sign-in/callback/{provider}`: back from one of several.
pub(crate) async fn callback_of(
    visitor: Visitor,
    headers: HeaderMap,
    Path(provider): Path<String>,
    Query(query): Query<Callback>,
) -> Result<Response, Refusal> {
    back_from(&visitor, &headers, query, &provider).await
}

async fn back_from(
    visitor: &Visitor,
    headers: &HeaderMap,
    query: Callback,
    provider: &str,
) -> Result<Response, Refusal> {
    let binding = cookie(headers, SIGN_IN_COOKIE);
    let finished = visitor.hub.sign_in.finish(provider, query, binding, &browser::in_words(headers)).await?;
    let_in(visitor, headers, &finished.session.value, &finished.return_to).await
}

/// `POST /sign-out`: out of the hub. Where the provider can be left too, there is a page that says how: a browser follows no
/// form to another site.
pub(crate) async fn sign_out(headers: HeaderMap, sent: Sent) -> Result<Response, Refusal> {
    let hub = sent.person.hub.clone();
    let left = match cookie(&headers, SESSION_COOKIE) {
        Some(value) => hub.control.sign_out(value).await?,
        None => None,
    };
    let end = match &left {
        Some(left) => hub.sign_in.end_at_provider(left).await,
        None => None,
    };
    let mut response = match end {
        Some((provider, address)) => {
            let stranger = Visitor { hub: hub.clone(), session: None, proven: None, path: urls::HOME.to_owned() };
            let frame = stranger.frame("You are signed out", Section::Elsewhere).await?;
            page(&Left { frame, provider: provider.name.clone(), address })?
        }
        None => go_to(urls::HOME),
    };
    set_cookie(&mut response, SESSION_COOKIE, "", 0)?;
    Ok(response)
}

/// `GET /sign-out`: the form is on every page, so there is none here.
pub(crate) async fn after_sign_out() -> Response {
    go_to(urls::HOME)
}
