//! Why was there no token, and how is that said over HTTP?

use axum::{
    extract::State,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use hansom_domain::{Problem, ProblemCode, RequestId};
use serde::Serialize;

use crate::OAuth;

/// Every "no" of the authorisation server. The text is fit for the caller.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The request cannot be read.
    #[error("{0}")]
    Malformed(String),
    /// The body is no form.
    #[error("send the parameters as a form: Content-Type: application/x-www-form-urlencoded")]
    MediaType,
    /// The body is no JSON.
    #[error("send the report as JSON: Content-Type: application/json")]
    NoJson,
    /// The body is longer than it may be.
    #[error("the body is larger than this endpoint takes")]
    TooLarge,
    /// The endpoint takes another method.
    #[error("this endpoint takes {0} only")]
    Method(&'static str),
    /// The application did not prove itself.
    #[error("{why}")]
    Client {
        /// What is wrong, without telling whether the application exists.
        why: &'static str,
        /// Whether it tried by HTTP Basic, and so must be answered by a challenge.
        basic: bool,
    },
    /// Too many wrong proofs.
    #[error("too many failed attempts; wait {0} seconds and check meanwhile what you send")]
    TooManyFailures(i64),
    /// The grant type is none that is there.
    #[error("grant_type is none that there is; the server's metadata lists them")]
    GrantType,
    /// What a flow of people says no with.
    #[error("{why}")]
    Flow {
        /// The `error` of the flow's document.
        error: &'static str,
        /// What is wrong, without telling what the caller may not know.
        why: &'static str,
    },
    /// A genuine pipeline that nobody trusts so, or a token of one that was used before.
    #[error("{0}")]
    Untrusted(String),
    /// The proof of a key is wrong (RFC 9449).
    #[error("{0}")]
    Proof(&'static str),
    /// The proof of a key needs the nonce.
    #[error("the DPoP proof needs the nonce of the header DPoP-Nonce")]
    Nonce(String),
    /// No environment has that base URL.
    #[error("{0}")]
    Target(String),
    /// The token is another application's.
    #[error("the token was issued to another application; only that one may revoke it")]
    NotYours,
    /// What was shown is no access token of this platform.
    #[error("{0}")]
    TokenInvalid(&'static str),
    /// The token is past its end.
    #[error("the access token has expired; get a new one")]
    TokenExpired,
    /// The token is good, but not here.
    #[error("the access token is for another place; ask for one with resource set to the hub's address")]
    TokenAudience,
    /// The token, its credential or its application was revoked.
    #[error("the access token, its credential or its application was revoked")]
    TokenRevoked,
    /// More groups than a token can carry.
    #[error("the person is in {0} groups, more than a token can carry; leave some groups or use fewer nested ones")]
    TooManyGroups(usize),
    /// The configuration cannot work.
    #[error("{0}")]
    Setup(String),
    /// A verb refused or failed.
    #[error(transparent)]
    Control(#[from] hansom_control::Error),
}

impl Error {
    /// The problem's code.
    pub fn code(&self) -> ProblemCode {
        match self {
            Error::Malformed(_) | Error::GrantType | Error::Target(_) | Error::NotYours => ProblemCode::BadRequest,
            Error::Proof(_) | Error::Nonce(_) => ProblemCode::BadRequest,
            Error::Flow { error: "temporarily_unavailable", .. } => ProblemCode::Unavailable,
            Error::Flow { .. } | Error::Untrusted(_) => ProblemCode::BadRequest,
            Error::MediaType | Error::NoJson => ProblemCode::UnsupportedMediaType,
            Error::TooLarge => ProblemCode::BodyTooLarge,
            Error::Method(_) => ProblemCode::MethodNotAllowed,
            Error::Client { .. } => ProblemCode::ClientInvalid,
            Error::TooManyFailures(_) => ProblemCode::LimitReached,
            Error::TokenInvalid(_) => ProblemCode::TokenInvalid,
            Error::TokenExpired => ProblemCode::TokenExpired,
            Error::TokenAudience => ProblemCode::TokenAudience,
            Error::TokenRevoked => ProblemCode::TokenRevoked,
            Error::TooManyGroups(_) => ProblemCode::Unprocessable,
            Error::Setup(_) => ProblemCode::Internal,
            Error::Control(error) => error.code(),
        }
    }

    /// The `error` of RFC 6749 section 5.2, RFC 6750 section 3.1 and RFC 8707 section 2.
    pub fn oauth_error(&self) -> &'static str {
        match self {
            Error::Malformed(_)
            | Error::MediaType
            | Error::NoJson
            | Error::TooLarge
            | Error::Method(_)
            | Error::TooManyGroups(_) => "invalid_request",
            Error::Client { .. } => "invalid_client",
            Error::TooManyFailures(_) => "temporarily_unavailable",
            Error::GrantType => "unsupported_grant_type",
            Error::Flow { error, .. } => error,
            Error::Untrusted(_) => "invalid_grant",
            Error::Proof(_) => "invalid_dpop_proof",
            Error::Nonce(_) => "use_dpop_nonce",
            Error::Target(_) => "invalid_target",
            Error::NotYours => "unauthorized_client",
            Error::TokenInvalid(_) | Error::TokenExpired | Error::TokenAudience | Error::TokenRevoked => {
                "invalid_token"
            }
            Error::Setup(_) => "server_error",
            Error::Control(error) => of_control(error),
        }
    }

    /// The cause for the operators' log; `None` where the caller is told all.
    pub fn private(&self) -> Option<String> {
        match self {
            Error::Control(error) => error.private(),
            Error::Setup(cause) => Some(cause.clone()),
            Error::Malformed(_)
            | Error::MediaType
            | Error::NoJson
            | Error::TooLarge
            | Error::Method(_)
            | Error::Client { .. }
            | Error::TooManyFailures(_)
            | Error::GrantType
            | Error::Flow { .. }
            | Error::Untrusted(_)
            | Error::Proof(_)
            | Error::Nonce(_)
            | Error::Target(_)
            | Error::NotYours
            | Error::TokenInvalid(_)
            | Error::TokenExpired
            | Error::TokenAudience
            | Error::TokenRevoked
            | Error::TooManyGroups(_) => None,
        }
    }

    fn header(&self) -> Option<(header::HeaderName, HeaderValue)> {
        match self {
            Error::Client { basic: true, .. } => {
                Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=\"hansom\", charset=\"UTF-8\"")))
            }
            Error::TooManyFailures(seconds) => Some((header::RETRY_AFTER, (*seconds).into())),
            Error::Nonce(nonce) => {
                let value = HeaderValue::from_str(nonce).ok()?;
                Some((header::HeaderName::from_static(crate::dpop::NONCE_FIELD), value))
            }
            Error::Method(method) => Some((header::ALLOW, HeaderValue::from_static(method))),
            Error::Client { basic: false, .. }
            | Error::Malformed(_)
            | Error::MediaType
            | Error::NoJson
            | Error::TooLarge
            | Error::GrantType
            | Error::Flow { .. }
            | Error::Untrusted(_)
            | Error::Proof(_)
            | Error::Target(_)
            | Error::NotYours
            | Error::TokenInvalid(_)
            | Error::TokenExpired
            | Error::TokenAudience
            | Error::TokenRevoked
            | Error::TooManyGroups(_)
            | Error::Setup(_)
            | Error::Control(_) => None,
        }
    }
}

fn of_control(error: &hansom_control::Error) -> &'static str {
    use hansom_control::Error as Control;
    match error {
        Control::NotAllowed(_) => "unauthorized_client",
        Control::NotFound(_) | Control::Conflict(_) | Control::Invalid(_) | Control::Faults(_) => "invalid_request",
        Control::Store(_) | Control::GroupsUnknown => "temporarily_unavailable",
        Control::Internal(_) => "server_error",
    }
}

/// A problem document that an OAuth client can read as its own error too. It goes out as plain JSON: RFC 6749 section 5.2
/// demands that, and clients that read nothing else would not learn, say, that an authorisation is still pending.
#[derive(Serialize)]
struct Body {
    #[serde(flatten)]
    problem: Problem,
    error: &'static str,
    error_description: String,
}

impl OAuth {
    /// The answer for an error. The cause is logged here and nowhere else.
    pub(crate) fn refuse(&self, error: &Error) -> Response {
        let request = RequestId::random(self.control().chance());
        if let Some(cause) = error.private() {
            tracing::error!(request = %request, cause, "the authorisation server failed");
        }
        // RFC 6749 allows no quotation mark, backslash or letter outside ASCII in the description.
        let description =
            error.to_string().chars().filter(|c| matches!(c, ' '..='~') && !matches!(c, '"' | '\\')).collect();
        let code = error.code();
        let body = Body {
            problem: Problem::new(code, error.to_string(), self.issuer(), &request),
            error: error.oauth_error(),
            error_description: description,
        };
        let status = StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(id) = HeaderValue::from_str(request.as_str()) {
            headers.insert("request-id", id);
        }
        if let Some((name, value)) = error.header() {
            headers.insert(name, value);
        }
        response
    }

    /// The answer of an endpoint.
    pub(crate) fn answer(&self, result: Result<Response, Error>) -> Response {
        result.unwrap_or_else(|error| self.refuse(&error))
    }
}

/// What an endpoint for POST says to another method.
pub(crate) async fn only_post(State(oauth): State<OAuth>) -> Response {
    oauth.refuse(&Error::Method("POST"))
}

/// What an endpoint for GET says to another method.
pub(crate) async fn only_get(State(oauth): State<OAuth>) -> Response {
    oauth.refuse(&Error::Method("GET, HEAD"))
}

/// An answer that nobody may keep.
pub(crate) fn unkept(body: impl IntoResponse) -> Response {
    let kept_by_none = [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];
    (kept_by_none, body).into_response()
}
