//! Who calls the control API, and how is it proven?
//!
//! By an access token for the hub itself, or by the session of a signed-in person. A token that is sent is the only proof
//! that counts: a bad one is never made good by a cookie.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use hansom_domain::{Actor, ProblemCode};

use super::answer::Failure;
use crate::{
    Hub,
    session::{SESSION_COOKIE, cookie},
};

const FORM_TOKEN: &str = "hansom-form-token";
const CHALLENGE: &str = "Bearer realm=\"hansom\"";
const BAD_TOKEN: &str = "Bearer realm=\"hansom\", error=\"invalid_token\"";

/// Someone who has proven who they are.
pub(crate) struct Caller(pub(crate) Actor);

/// Someone who reads: proven, or a stranger.
pub(crate) struct Viewer(pub(crate) Option<Actor>);

impl FromRequestParts<Hub> for Viewer {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, hub: &Hub) -> Result<Self, Failure> {
        if parts.headers.contains_key(header::AUTHORIZATION) {
            return by_token(&parts.headers, hub).await.map(Some).map(Self);
        }
        by_session(parts, hub).await.map(Self)
    }
}

impl FromRequestParts<Hub> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, hub: &Hub) -> Result<Self, Failure> {
        let Viewer(viewer) = Viewer::from_request_parts(parts, hub).await?;
        viewer.map(Self).ok_or_else(|| {
            Failure::unproven(
                ProblemCode::TokenMissing,
                format!(
                    "Send an access token for {} in the header Authorization: Bearer; {0}/oauth/token issues them.",
                    hub.hub
                ),
                CHALLENGE,
            )
        })
    }
}

async fn by_token(headers: &HeaderMap, hub: &Hub) -> Result<Actor, Failure> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let token = match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok().and_then(bearer),
        _ => None,
    };
    let token = token.ok_or_else(|| {
        Failure::unproven(
            ProblemCode::TokenInvalid,
            "The header Authorization is no single Bearer token; write Authorization: Bearer and the token.",
            BAD_TOKEN,
        )
    })?;
    let bearer = hub.oauth.authenticate(token).await.map_err(unproven)?;
    Ok(bearer.actor)
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("Bearer") && !token.is_empty()).then_some(token)
}

/// A token that does not hold is the caller's to mend; a platform that could not look is not.
fn unproven(error: hansom_oauth::Error) -> Failure {
    let code = error.code();
    if code.status() == 401 {
        return Failure::unproven(code, error.to_string(), BAD_TOKEN);
    }
    Failure::new(code, error.to_string()).because(error.private())
}

async fn by_session(parts: &Parts, hub: &Hub) -> Result<Option<Actor>, Failure> {
    let Some(value) = cookie(&parts.headers, SESSION_COOKIE) else {
        return Ok(None);
    };
    let Some(session) = hub.control.session(value).await? else {
        return Ok(None);
    };
    if !parts.method.is_safe() {
        refuse_other_sites(&parts.headers, &hub.origin)?;
        require_form_token(&parts.headers, &session.form_token)?;
    }
    Ok(Some(session.actor))
}

/// Browsers tell where a request comes from; one that tells of another site is refused, whatever else it carries.
fn refuse_other_sites(headers: &HeaderMap, own: &str) -> Result<(), Failure> {
    let site_fits = headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none");
    let origin_fits = headers.get(header::ORIGIN).is_none_or(|origin| origin == own);
    if site_fits && origin_fits {
        return Ok(());
    }
    Err(Failure::new(
        ProblemCode::CrossSite,
        "The request came from a page of another site, which may not act with a session of the hub.",
    ))
}

fn require_form_token(headers: &HeaderMap, expected: &str) -> Result<(), Failure> {
    let sent = headers.get(FORM_TOKEN).map_or(&[][..], |value| value.as_bytes());
    verify_slices_are_equal(sent, expected.as_bytes()).map_err(|_| {
        Failure::new(
            ProblemCode::CrossSite,
            "A change with a session needs the header Hansom-Form-Token with the token of that session. Programs use an access token instead.",
        )
    })
}
