//! Who is looking at the page?

use axum::{
    extract::{FromRequestParts, OriginalUri},
    http::{HeaderMap, Method, header, request::Parts},
};
use hansom_control::Session;
use hansom_domain::{Actor, ProblemCode};

use crate::{
    Hub,
    answer::Refusal,
    frame::{Frame, Section},
    urls,
};

/// Holds a session in the browser. `__Host-`: only this host could have set it, and only over a secure connection.
pub(crate) const SESSION_COOKIE: &str = "__Host-hansom-session";
/// Carries a sign-in, sealed, in the browser in which it began.
pub(crate) const SIGN_IN_COOKIE: &str = "__Host-hansom-sign-in";

/// Binds a link in a mail to the browser that asked for it.
pub(crate) const MAIL_LINK_COOKIE: &str = "__Host-hansom-link";

/// The longest cookie that only names something.
const MOST_NAME_BYTES: usize = 200;
/// The longest cookie that carries a sign-in; browsers keep no longer ones.
const MOST_SIGN_IN_BYTES: usize = 4000;

/// The value of a cookie, if the browser sent one that is no longer than any of that name.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let most = if name == SIGN_IN_COOKIE { MOST_SIGN_IN_BYTES } else { MOST_NAME_BYTES };
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == name && !value.is_empty() && value.len() <= most)
        .map(|(_, value)| value)
}

/// Anyone, signed in or not.
pub(crate) struct Visitor {
    pub(crate) hub: Hub,
    pub(crate) session: Option<Session>,
    /// Who a program proved to be, by an access token for the hub. Only files take one.
    pub(crate) proven: Option<Actor>,
    /// The path and query of the page.
    pub(crate) path: String,
}

impl Visitor {
    /// The visitor as an actor; `None` is a stranger.
    pub(crate) fn actor(&self) -> Option<&Actor> {
        self.proven.as_ref().or_else(|| self.session.as_ref().map(|session| &session.actor))
    }

    /// The frame of a page for this visitor.
    pub(crate) async fn frame(&self, title: &str, section: Section) -> Result<Frame, hansom_control::Error> {
        Frame::new(&self.hub, self.session.as_ref(), &self.path, (title, section)).await
    }
}

impl FromRequestParts<Hub> for Visitor {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, hub: &Hub) -> Result<Self, Refusal> {
        let session = match cookie(&parts.headers, SESSION_COOKIE) {
            Some(value) => hub.control.session(value).await?,
            None => None,
        };
        let OriginalUri(uri) = OriginalUri::from_request_parts(parts, hub).await.unwrap_or_else(|never| match never {});
        let path = uri.path_and_query().map_or_else(|| urls::HOME.to_owned(), ToString::to_string);
        Ok(Self { hub: hub.clone(), session, proven: None, path })
    }
}

/// A person with a session. Strangers are sent to the sign-in and come back.
pub(crate) struct SignedIn {
    pub(crate) hub: Hub,
    pub(crate) session: Session,
    path: String,
}

impl SignedIn {
    pub(crate) fn actor(&self) -> &Actor {
        &self.session.actor
    }

    /// The frame of a page for this person.
    pub(crate) async fn frame(&self, title: &str, section: Section) -> Result<Frame, hansom_control::Error> {
        Frame::new(&self.hub, Some(&self.session), &self.path, (title, section)).await
    }

    /// The same person for pages that strangers may read too.
    pub(crate) fn visitor(&self) -> Visitor {
        Visitor { hub: self.hub.clone(), session: Some(self.session.clone()), proven: None, path: self.path.clone() }
    }
}

impl FromRequestParts<Hub> for SignedIn {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, hub: &Hub) -> Result<Self, Refusal> {
        let visitor = Visitor::from_request_parts(parts, hub).await?;
        let Some(session) = visitor.session else {
            // A form cannot be sent again by a redirect, and its own address may be no page.
            return Err(if parts.method == Method::GET {
                Refusal::sign_in_first(&visitor.path)
            } else {
                Refusal::new(
                    ProblemCode::NotAllowed,
                    "You are not signed in any more, so nothing was changed. Sign in and send the form again.",
                )
            });
        };
        // What depends on groups waits until they are known; who one is, and leaving, do not.
        let path = parts.uri.path();
        let is_own = path == urls::SIGN_OUT || path == urls::ACCOUNT || path.starts_with("/account/");
        if session.groups_unknown && !is_own {
            return Err(hansom_control::Error::GroupsUnknown.into());
        }
        Ok(Self { hub: visitor.hub, session, path: visitor.path })
    }
}
