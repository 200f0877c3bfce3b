//! Who calls the control API, and how is it proven?
//!
//! By an access token for the hub itself, or by the session of a signed-in person. A token that is sent is the only proof
//! that counts: a bad one is never made good by a cookie.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::{
    extract::{FromRequestParts, OriginalUri},
    http::{HeaderMap, header, request::Parts},
};
use hansom_domain::{Actor, ProblemCode};
use hansom_oauth::{KeyProof, Scope};

use super::answer::Failure;
use crate::{
    Hub,
    session::{SESSION_COOKIE, cookie},
};

const FORM_TOKEN: &str = "hansom-form-token";
const CHALLENGE: &str = "Bearer realm=\"hansom\"";
const LACKS_READ: &str = "Bearer realm=\"hansom\", error=\"insufficient_scope\", scope=\"hub:read\"";
const LACKS_PUBLISH: &str = "Bearer realm=\"hansom\", error=\"insufficient_scope\", scope=\"hub:publish\"";
const LACKS_WRITE: &str = "Bearer realm=\"hansom\", error=\"insufficient_scope\", scope=\"hub:write\"";
const BAD_PROOF: &str = "DPoP error=\"invalid_dpop_proof\", algs=\"ES256 RS256 EdDSA\"";
const WANTS_NONCE: &str = "DPoP error=\"use_dpop_nonce\", algs=\"ES256 RS256 EdDSA\"";
const BAD_TOKEN: &str = "Bearer realm=\"hansom\", error=\"invalid_token\"";

/// Someone who has proven who they are and may read, or change, as the method says.
pub(crate) struct Caller(pub(crate) Actor);

/// Someone who has proven who they are and may publish.
pub(crate) struct Publisher(pub(crate) Actor);

/// What was proven of a request, once for all who ask.
#[derive(Clone)]
pub(crate) struct Proven {
    /// Who calls.
    pub(crate) actor: Actor,
    /// What the token may do; a session may do what its person may.
    scopes: Option<Vec<Scope>>,
}

/// Someone who reads: proven, or a stranger.
pub(crate) struct Viewer(pub(crate) Option<Actor>);

impl FromRequestParts<Hub> for Viewer {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, hub: &Hub) -> Result<Self, Failure> {
        match prove(parts, hub).await? {
            Some(proven) => proven.may(Scope::Read).map(Some).map(Self),
            None => Ok(Self(None)),
        }
    }
}

impl FromRequestParts<Hub> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, hub: &Hub) -> Result<Self, Failure> {
        let scope = if parts.method.is_safe() { Scope::Read } else { Scope::Write };
        somebody(parts, hub).await?.may(scope).map(Self)
    }
}

impl FromRequestParts<Hub> for Publisher {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, hub: &Hub) -> Result<Self, Failure> {
        somebody(parts, hub).await?.may(Scope::Publish).map(Self)
    }
}

impl Proven {
    /// The actor, if what was proven is enough for `scope`.
    fn may(self, scope: Scope) -> Result<Actor, Failure> {
        if self.scopes.is_none_or(|scopes| scopes.contains(&scope)) {
            return Ok(self.actor);
        }
        let (challenge, mend) = match scope {
            Scope::Read => (LACKS_READ, "Get a new token and ask for no scope, or for this one"),
            Scope::Publish => (LACKS_PUBLISH, "Get a new token for an application that was registered to publish"),
            Scope::Write => (LACKS_WRITE, "An application has it only where it acts for a person who agreed to that"),
        };
        let detail = format!("The access token lacks the scope {}. {mend}.", scope.as_str());
        Err(Failure::unproven(ProblemCode::NotAllowed, detail, challenge))
    }
}

/// Who calls, if anybody has proven so: looked at once for a request, however many ask.
pub(crate) async fn prove(parts: &mut Parts, hub: &Hub) -> Result<Option<Proven>, Failure> {
    if let Some(proven) = parts.extensions.get::<Proven>() {
        return Ok(Some(proven.clone()));
    }
    let proven = match parts.headers.contains_key(header::AUTHORIZATION) {
        true => Some(by_token(parts, hub).await?),
        false => by_session(parts, hub).await?.map(|actor| Proven { actor, scopes: None }),
    };
    if let Some(proven) = &proven {
        parts.extensions.insert(proven.clone());
    }
    Ok(proven)
}

async fn somebody(parts: &mut Parts, hub: &Hub) -> Result<Proven, Failure> {
    prove(parts, hub).await?.ok_or_else(|| nobody(hub))
}

/// Somebody has to prove who they are first.
pub(crate) fn nobody(hub: &Hub) -> Failure {
    Failure::unproven(
        ProblemCode::TokenMissing,
        format!(
            "Send an access token for {} in the header Authorization: Bearer; {0}/oauth/token issues them.",
            hub.hub
        ),
        CHALLENGE,
    )
}

async fn by_token(parts: &mut Parts, hub: &Hub) -> Result<Proven, Failure> {
    let OriginalUri(uri) = OriginalUri::from_request_parts(parts, hub).await.unwrap_or_else(|never| match never {});
    let mut values = parts.headers.get_all(header::AUTHORIZATION).iter();
    let token = match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok().and_then(shown),
        _ => None,
    };
    let (is_dpop_scheme, token) = token.ok_or_else(|| {
        Failure::unproven(
            ProblemCode::TokenInvalid,
            "The header Authorization is no single Bearer or DPoP token; write Authorization: Bearer and the token.",
            BAD_TOKEN,
        )
    })?;
    let (headers, method, path) = (&parts.headers, parts.method.as_str(), uri.path());
    let key = KeyProof { is_dpop_scheme, headers, method, path };
    let bearer = hub.oauth.authenticate_by(token, key).await.map_err(unproven)?;
    Ok(Proven { actor: bearer.actor, scopes: Some(bearer.scopes) })
}

/// Whether a token is shown with the proof of a key, and the token.
fn shown(value: &str) -> Option<(bool, &str)> {
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    let is_dpop = scheme.eq_ignore_ascii_case("DPoP");
    ((is_dpop || scheme.eq_ignore_ascii_case("Bearer")) && !token.is_empty()).then_some((is_dpop, token))
}

/// A token that does not hold is the caller's to mend; a platform that could not look is not.
fn unproven(error: hansom_oauth::Error) -> Failure {
    let code = error.code();
    if let hansom_oauth::Error::Proof(_) = error {
        return Failure::unproven(ProblemCode::ProofInvalid, error.to_string(), BAD_PROOF);
    }
    if let hansom_oauth::Error::Nonce(nonce) = error {
        let detail = "The DPoP proof needs the nonce of the header DPoP-Nonce.";
        return Failure::unproven(ProblemCode::ProofInvalid, detail, WANTS_NONCE).with_nonce(nonce);
    }
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
    if session.groups_unknown {
        return Err(hansom_control::Error::GroupsUnknown.into());
    }
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
