//! What goes back to a browser, and what does every answer carry?

use std::{any::Any, time::Duration};

use askama::Template;
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Redirect, Response},
};
use hansom_control::{Session, answering};
use hansom_domain::{Problem, ProblemCode, RequestId};

use crate::{
    Hub,
    frame::{Frame, Section},
    protection,
    sentence::{paragraphs, sentence},
    session::{SESSION_COOKIE, cookie},
    urls,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("request-id");
/// No page takes longer, whatever the database does.
const LONGEST: Duration = Duration::from_secs(30);

/// A "no" of a page. It becomes a page or a problem document where the request id is known: in [`finish`].
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    code: ProblemCode,
    detail: String,
    private: Option<String>,
    sign_in: Option<String>,
}

impl Refusal {
    /// A "no" with a sentence that says what is wrong and what to do.
    pub(crate) fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), private: None, sign_in: None }
    }

    /// The way to the sign-in and back to `path`.
    pub(crate) fn sign_in_first(path: &str) -> Self {
        Self {
            sign_in: Some(urls::sign_in(path)),
            ..Self::new(ProblemCode::NotAllowed, "This page is for signed-in people. Sign in first.")
        }
    }

    /// A fault of the platform; only the operators are told the cause.
    pub(crate) fn internal(cause: impl Into<String>) -> Self {
        Self {
            private: Some(cause.into()),
            ..Self::new(ProblemCode::Internal, "The platform failed. Tell its operators the request id.")
        }
    }

    fn of_status(status: StatusCode) -> Self {
        let code = match status {
            StatusCode::NOT_FOUND => ProblemCode::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => ProblemCode::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => ProblemCode::BodyTooLarge,
            StatusCode::URI_TOO_LONG => ProblemCode::UriTooLong,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => ProblemCode::UnsupportedMediaType,
            status if status.is_client_error() => ProblemCode::BadRequest,
            _ => ProblemCode::Internal,
        };
        Self::new(code, code.mend())
    }
}

macro_rules! refusal_from {
    ($($error:ty),+) => {$(
        impl From<$error> for Refusal {
            fn from(error: $error) -> Self {
                Self {
                    private: error.private(),
                    ..Self::new(error.code(), sentence(&error.to_string()))
                }
            }
        }
    )+};
}
refusal_from!(hansom_control::Error, hansom_oauth::Error, hansom_oauth::SignInError);

impl From<hansom_store::Error> for Refusal {
    fn from(error: hansom_store::Error) -> Self {
        hansom_control::Error::from(error).into()
    }
}

impl From<askama::Error> for Refusal {
    fn from(error: askama::Error) -> Self {
        Self::internal(format!("a template failed: {error}"))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A page.
pub(crate) fn page(template: &impl Template) -> Result<Response, Refusal> {
    Ok(Html(template.render()?).into_response())
}

/// A page with its form and what is wrong with it: 400.
pub(crate) fn faulty_page(template: &impl Template) -> Result<Response, Refusal> {
    Ok((StatusCode::BAD_REQUEST, page(template)?).into_response())
}

/// After a change: the page to look at now, which can be loaded again without sending the form again.
pub(crate) fn go_to(address: &str) -> Response {
    Redirect::to(address).into_response()
}

/// A handler panicked: its message stays in the log of the process, the caller is told as much as of any fault.
pub(crate) fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    Refusal::internal("a handler panicked").into_response()
}

/// No page at this address.
pub(crate) async fn nothing_here() -> Refusal {
    Refusal::new(
        ProblemCode::NotFound,
        "The hub has no page at this address. Check the address, or begin at the list of APIs.",
    )
}

#[derive(Template)]
#[template(path = "problems/told.html")]
struct Told {
    frame: Frame,
    told: Vec<String>,
    mend: &'static str,
    about: String,
    request: String,
    stranger: bool,
}

/// What of the request decides how the answer looks.
struct Asker {
    id: RequestId,
    takes_pages: bool,
    /// Pages, as against the APIs, which protect themselves with tokens.
    is_page: bool,
    /// Whether a form of another site may come here: an application sends people by one.
    is_open: bool,
    cookie: Option<String>,
    /// Whether it came with a token.
    has_token: bool,
    path: String,
}

impl Asker {
    fn of(request: &Request, hub: &Hub) -> Self {
        let path = request.uri().path();
        let is_open = path == urls::AUTHORIZE;
        let is_page = is_open || !["/api/", "/oauth/", "/.well-known/"].iter().any(|root| path.starts_with(root));
        let accept = request.headers().get(header::ACCEPT);
        let takes_html =
            accept.and_then(|accept| accept.to_str().ok()).is_some_and(|accept| accept.contains("text/html"));
        Self {
            id: RequestId::random(hub.control.chance()),
            takes_pages: is_page && takes_html,
            is_page,
            is_open,
            cookie: cookie(request.headers(), SESSION_COOKIE).map(str::to_owned),
            has_token: request.headers().contains_key(header::AUTHORIZATION),
            path: request.uri().path_and_query().map_or_else(|| urls::HOME.to_owned(), ToString::to_string),
        }
    }
}

/// The door through which every answer goes out: request id, protection, and a page or problem for every "no".
pub(crate) async fn finish(State(hub): State<Hub>, mut request: Request, next: Next) -> Response {
    let asker = Asker::of(&request, &hub);
    request.extensions_mut().insert(asker.id.clone());
    let same_site = if asker.is_page && !asker.is_open {
        protection::refuse_other_sites(request.method(), request.headers(), &hub)
    } else {
        Ok(())
    };
    let mut response = match same_site {
        Err(refusal) => refusal.into_response(),
        Ok(()) => {
            tokio::time::timeout(LONGEST, answering(asker.id.clone(), next.run(request))).await.unwrap_or_else(|_| {
                Refusal::new(
                    ProblemCode::Unavailable,
                    "The platform took longer than 30 seconds. Try again in a while.",
                )
                .into_response()
            })
        }
    };
    if let Some(refusal) = refusal_in(&mut response) {
        response = refuse(refusal, response, &hub, &asker).await;
    }
    dress(response.headers_mut(), &hub, &asker);
    response
}

/// The "no" in an answer: one of ours, or one of the router's own without a proper body.
fn refusal_in(response: &mut Response) -> Option<Refusal> {
    if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
        return Some(refusal);
    }
    let status = response.status();
    let media_type = response.headers().get(header::CONTENT_TYPE);
    let is_bare = media_type.is_none_or(|value| value.as_bytes().starts_with(b"text/plain"));
    let is_error = status.is_client_error() || status.is_server_error();
    (is_error && is_bare).then(|| Refusal::of_status(status))
}

async fn refuse(refusal: Refusal, bare: Response, hub: &Hub, asker: &Asker) -> Response {
    if let Some(cause) = &refusal.private {
        tracing::error!(request_id = %asker.id, code = refusal.code.as_str(), cause, "a page failed");
    }
    if let (Some(sign_in), true) = (&refusal.sign_in, asker.takes_pages) {
        return go_to(sign_in);
    }
    let status = bare.status();
    let page = if asker.takes_pages {
        let session = session(hub, asker).await;
        told(&refusal, hub, asker, session.as_ref()).render().ok()
    } else {
        None
    };
    let (media_type, text) = match page {
        Some(page) => ("text/html; charset=utf-8", page),
        None => {
            let problem = Problem::new(refusal.code, &refusal.detail, &hub.hub, &asker.id);
            let text = serde_json::to_string(&problem).unwrap_or_default();
            (Problem::MEDIA_TYPE, text)
        }
    };
    let (mut parts, _) = bare.into_parts();
    parts.status = status;
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    Response::from_parts(parts, Body::from(text))
}

/// Who is told. A store that does not answer must not keep the page that says so from being shown.
async fn session(hub: &Hub, asker: &Asker) -> Option<Session> {
    let cookie = asker.cookie.as_deref()?;
    hub.control.session(cookie).await.ok().flatten()
}

fn told(refusal: &Refusal, hub: &Hub, asker: &Asker, session: Option<&Session>) -> Told {
    let title = refusal.code.title();
    Told {
        frame: Frame::plain(hub, session, &asker.path, (title, Section::Elsewhere), 0),
        told: paragraphs(&refusal.detail),
        mend: refusal.code.mend(),
        about: urls::problem(refusal.code),
        request: asker.id.to_string(),
        stranger: session.is_none(),
    }
}

fn dress(headers: &mut HeaderMap, hub: &Hub, asker: &Asker) {
    if let (false, Ok(id)) = (headers.contains_key(REQUEST_ID), HeaderValue::try_from(asker.id.as_str())) {
        headers.insert(REQUEST_ID, id);
    }
    // What a signed-in person saw must not come back by the back button after they signed out.
    let is_for_one = asker.cookie.is_some() || asker.has_token;
    let caching = if is_for_one || !asker.is_page { "no-store" } else { "no-cache" };
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(caching));
    // By RFC 9727 section 3, pages tell where programs find what they show.
    let is_html = headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    if is_html {
        headers.append(header::LINK, HeaderValue::from_static("</.well-known/api-catalog>; rel=\"api-catalog\""));
    }
    headers.entry(header::VARY).or_insert(HeaderValue::from_static("accept, cookie"));
    protection::protect(headers, hub.hub.starts_with("https:"));
}
