//! How does a person come in, and go?

use axum::{
    extract::{Query, RawQuery},
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use hansom_oauth::{Callback, safe_return_path};

use crate::{
    answer::{Refusal, go_to},
    form::{Fields, Sent},
    session::{SESSION_COOKIE, SIGN_IN_COOKIE, Visitor, cookie},
    urls,
};

/// The browser forgets a sign-in that is not finished by then, as the platform does.
const SIGN_IN_SECONDS: u32 = 900;
/// A session ends by then in any case.
const SESSION_SECONDS: u32 = 12 * 3600;

/// Sets a cookie, or with no seconds to live takes it away.
fn set_cookie(response: &mut Response, name: &str, value: &str, seconds: u32) -> Result<(), Refusal> {
    let text = format!("{name}={value}; Max-Age={seconds}; Path=/; HttpOnly; Secure; SameSite=Lax");
    let value = HeaderValue::try_from(text).map_err(|_| Refusal::internal("a cookie's value is no header value"))?;
    response.headers_mut().append(header::SET_COOKIE, value);
    let uncached = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, uncached);
    Ok(())
}

/// `GET /sign-in?return_to=`: off to the identity provider.
pub(crate) async fn begin(visitor: Visitor, RawQuery(query): RawQuery) -> Result<Response, Refusal> {
    let fields = Fields::read(query.unwrap_or_default().as_bytes());
    let return_to = safe_return_path(fields.one("return_to"));
    // An application may want to know that the person is here now (`prompt=login`), which the provider then asks, too.
    let again = fields.one("again") == "yes";
    if visitor.session.is_some() && !again {
        return Ok(go_to(return_to));
    }
    let begun = visitor.hub.sign_in.begin(return_to).await?;
    let mut response = match again {
        true => go_to(&format!("{}&prompt=login", begun.location)),
        false => go_to(&begun.location),
    };
    set_cookie(&mut response, SIGN_IN_COOKIE, &begun.browser_cookie, SIGN_IN_SECONDS)?;
    Ok(response)
}

/// `GET /sign-in/callback`: back from the identity provider, with a new session.
pub(crate) async fn callback(
    visitor: Visitor,
    headers: HeaderMap,
    Query(query): Query<Callback>,
) -> Result<Response, Refusal> {
    let binding = cookie(&headers, SIGN_IN_COOKIE);
    let finished = visitor.hub.sign_in.finish(query, binding).await?;
    // The session that this browser had before is not left behind.
    if let Some(old) = cookie(&headers, SESSION_COOKIE) {
        visitor.hub.control.sign_out(old).await?;
    }
    let mut response = go_to(&finished.return_to);
    set_cookie(&mut response, SESSION_COOKIE, &finished.session.value, SESSION_SECONDS)?;
    set_cookie(&mut response, SIGN_IN_COOKIE, "", 0)?;
    Ok(response)
}

/// `POST /sign-out`
pub(crate) async fn sign_out(headers: HeaderMap, sent: Sent) -> Result<Response, Refusal> {
    if let Some(value) = cookie(&headers, SESSION_COOKIE) {
        sent.person.hub.control.sign_out(value).await?;
    }
    let mut response = go_to(urls::HOME);
    set_cookie(&mut response, SESSION_COOKIE, "", 0)?;
    Ok(response)
}

/// `GET /sign-out`: the form is on every page, so there is none here.
pub(crate) async fn after_sign_out() -> Response {
    go_to(urls::HOME)
}
