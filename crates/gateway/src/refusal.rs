//! What does the gateway say when it says no?
//!
//! One exhaustive enum: what happened. Reason code, sentence and header fields are each a match in this file.

use bytes::Bytes;
use hansom_domain::{ApiSlug, EnvironmentName, GroupAddress, Major, Problem, ProblemCode, RequestId};
use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE},
};
use serde_json::Value;

use crate::{limits::Reached, proof};

/// By which scheme a token came (RFC 6750, RFC 9449).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Scheme {
    #[default]
    Bearer,
    /// With the proof of a key.
    Dpop,
}

impl Scheme {
    fn as_str(self) -> &'static str {
        match self {
            Scheme::Bearer => "Bearer",
            Scheme::Dpop => "DPoP",
        }
    }
}

/// Everything that can end a request early.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The message cannot be read, or could be read in two ways; the connection is closed after the answer.
    Malformed(String),
    /// `Expect` with something other than `100-continue`.
    ExpectationUnknown,
    PathAmbiguous(&'static str),
    UriTooLong,
    FieldsTooLarge,
    MethodUnknown,
    BodyTooLarge {
        limit: u64,
    },
    /// HTTP without TLS at a listener with TLS.
    PlainHttp,
    /// The body came too slowly.
    BodyTooSlow,
    /// Memory runs short; those who are being served come first.
    Overloaded,
    /// The gateway has no snapshot yet.
    Starting,
    ApiUnknown,
    VersionUnknown {
        api: ApiSlug,
        known: Vec<Major>,
    },
    OperationUnknown {
        api: ApiSlug,
        major: Major,
    },
    MethodNotAllowed {
        allowed: Vec<String>,
    },
    Retired {
        api: ApiSlug,
        major: Major,
        successor: Option<String>,
    },
    TokenMissing,
    TokenInvalid(&'static str),
    TokenExpired {
        /// So many seconds ago.
        seconds: i64,
    },
    /// The token's time has not come: the clock of whoever made it is ahead.
    TokenAhead {
        seconds: i64,
    },
    TokenForElsewhere {
        wanted: String,
        told: String,
    },
    /// The token is bound to a key and came without its proof.
    TokenBound,
    /// What is wrong with the proof of a key.
    ProofInvalid(&'static str),
    /// The proof was made too long ago, or is to be made yet; so many seconds ahead.
    ProofTime {
        ahead: i64,
    },
    TooManyProofs,
    TokenRevoked(&'static str),
    TooManyUnknownTokens,
    OperationClosed {
        operation: String,
    },
    GroupMissing {
        operation: String,
        groups: Vec<GroupAddress>,
        /// Those that the person is in.
        held: Vec<GroupAddress>,
        api: ApiSlug,
    },
    GrantMissing {
        operation: String,
        api: ApiSlug,
        major: Major,
        environment: EnvironmentName,
        expired: bool,
    },
    /// The person allowed the application less than this version.
    ScopeMissing {
        api: ApiSlug,
        major: Major,
    },
    /// The rule lets people of groups in and the caller is a program.
    ApplicationsNotAllowed {
        operation: String,
        groups: Vec<GroupAddress>,
        api: ApiSlug,
    },
    /// The rule lets programs in and the caller is a person.
    PeopleNotAllowed {
        operation: String,
        api: ApiSlug,
    },
    /// The directory has been silent too long to know the person's groups.
    GroupsUnknown {
        operation: String,
    },
    LimitReached(Reached),
    ContractBroken {
        errors: Vec<Value>,
    },
    MediaTypeUnknown {
        known: Vec<String>,
    },
    NothingAcceptable(String),
    UpstreamMissing,
    UpstreamUnreachable,
    UpstreamBroken,
    UpstreamSilent {
        millis: u64,
    },
    /// No connection in time.
    UpstreamUnconnected {
        millis: u64,
    },
    /// The version has as many requests at its upstreams as it may.
    UpstreamBusy,
    /// All upstreams are out.
    UpstreamsOut {
        seconds: u64,
    },
    /// The upstream's name has no address.
    UpstreamUnresolved,
    /// The upstream's address is closed to the gateway; which kind it is.
    UpstreamForbidden(&'static str),
    /// The upstream's TLS is no good; why.
    UpstreamUntrusted(&'static str),
    /// The request passed the gateway too often.
    Circle,
    Internal,
}

impl Refusal {
    /// The reason code.
    pub(crate) fn code(&self) -> ProblemCode {
        match self {
            Refusal::Malformed(_) | Refusal::ExpectationUnknown => ProblemCode::BadRequest,
            Refusal::PathAmbiguous(_) => ProblemCode::AmbiguousPath,
            Refusal::UriTooLong => ProblemCode::UriTooLong,
            Refusal::FieldsTooLarge => ProblemCode::FieldsTooLarge,
            Refusal::BodyTooLarge { .. } => ProblemCode::BodyTooLarge,
            Refusal::PlainHttp => ProblemCode::PlainHttp,
            Refusal::BodyTooSlow => ProblemCode::RequestTimeout,
            Refusal::ApiUnknown | Refusal::VersionUnknown { .. } => ProblemCode::ApiNotFound,
            Refusal::OperationUnknown { .. } => ProblemCode::OperationNotFound,
            Refusal::MethodUnknown | Refusal::MethodNotAllowed { .. } => ProblemCode::MethodNotAllowed,
            Refusal::Retired { .. } => ProblemCode::Retired,
            Refusal::TokenMissing => ProblemCode::TokenMissing,
            Refusal::TokenInvalid(_) | Refusal::TokenAhead { .. } | Refusal::TokenBound => ProblemCode::TokenInvalid,
            Refusal::ProofInvalid(_) | Refusal::ProofTime { .. } => ProblemCode::ProofInvalid,
            Refusal::TokenExpired { .. } => ProblemCode::TokenExpired,
            Refusal::TokenForElsewhere { .. } => ProblemCode::TokenAudience,
            Refusal::TokenRevoked(_) => ProblemCode::TokenRevoked,
            Refusal::OperationClosed { .. } => ProblemCode::OperationClosed,
            Refusal::GroupMissing { .. } | Refusal::ApplicationsNotAllowed { .. } => ProblemCode::GroupMissing,
            Refusal::GrantMissing { .. } | Refusal::PeopleNotAllowed { .. } => ProblemCode::GrantMissing,
            Refusal::ScopeMissing { .. } => ProblemCode::ScopeMissing,
            Refusal::LimitReached(_) | Refusal::TooManyUnknownTokens | Refusal::TooManyProofs => {
                ProblemCode::LimitReached
            }
            Refusal::GroupsUnknown { .. } => ProblemCode::GroupsUnknown,
            Refusal::ContractBroken { .. } => ProblemCode::InvalidRequest,
            Refusal::MediaTypeUnknown { .. } => ProblemCode::UnsupportedMediaType,
            Refusal::NothingAcceptable(_) => ProblemCode::NotAcceptable,
            Refusal::UpstreamUnreachable
            | Refusal::UpstreamBroken
            | Refusal::UpstreamForbidden(_)
            | Refusal::UpstreamUntrusted(_) => ProblemCode::UpstreamFailed,
            Refusal::UpstreamSilent { .. } | Refusal::UpstreamUnconnected { .. } => ProblemCode::UpstreamTimeout,
            Refusal::Starting
            | Refusal::Overloaded
            | Refusal::UpstreamMissing
            | Refusal::UpstreamBusy
            | Refusal::UpstreamsOut { .. }
            | Refusal::UpstreamUnresolved => ProblemCode::Unavailable,
            Refusal::Circle => ProblemCode::LoopDetected,
            Refusal::Internal => ProblemCode::Internal,
        }
    }

    /// What happened this time and what to do, for the caller.
    pub(crate) fn detail(&self, hub: &str) -> String {
        self.detail_before_matching()
            .or_else(|| self.detail_of_caller(hub))
            .unwrap_or_else(|| self.detail_of_answer(hub))
    }

    fn detail_before_matching(&self) -> Option<String> {
        Some(match self {
            Refusal::Malformed(why) => why.clone(),
            Refusal::ExpectationUnknown => "The header Expect has a value other than 100-continue.".into(),
            Refusal::PathAmbiguous(why) => (*why).into(),
            Refusal::UriTooLong => "Path and query are longer than 8 KiB.".into(),
            Refusal::FieldsTooLarge => "There are more than 100 header fields, or more than 32 KiB of them.".into(),
            Refusal::MethodUnknown => "No API takes this method.".into(),
            Refusal::BodyTooLarge { limit } => format!("The body is larger than {limit} bytes."),
            Refusal::PlainHttp => "The request came without TLS. Call the same address with https://".into(),
            Refusal::BodyTooSlow => "The body of the request paused for too long, or came byte by byte.".into(),
            Refusal::Overloaded => "The gateway is overloaded and takes no new requests. Nothing was done.".into(),
            Refusal::Starting => "The gateway has not yet been told which APIs there are.".into(),
            Refusal::ApiUnknown => "No API of that name runs here.".into(),
            Refusal::VersionUnknown { api, known } => {
                format!("{api} has no such version here; it has {}.", list(known, "no version at all"))
            }
            Refusal::OperationUnknown { api, major } => {
                format!("The contract of {api} {major} has no such path.")
            }
            Refusal::MethodNotAllowed { allowed } => {
                format!("The path is there, for {}.", list(allowed, "no method"))
            }
            Refusal::Retired { api, major, successor } => match successor {
                Some(successor) => format!("{api} {major} is retired. Use {successor}."),
                None => format!("{api} {major} is retired and has no successor."),
            },
            _ => return None,
        })
    }

    fn detail_of_caller(&self, hub: &str) -> Option<String> {
        Some(match self {
            Refusal::TokenMissing => {
                "The request has no access token. Send one as Authorization: Bearer <token>.".into()
            }
            Refusal::TokenInvalid(why) => (*why).into(),
            Refusal::TokenExpired { .. } => "The access token has expired.".into(),
            Refusal::TokenAhead { .. } => "The access token is not valid yet.".into(),
            Refusal::TokenBound => {
                "The access token is bound to a key. Send it as Authorization: DPoP <token>, with a proof in the header DPoP."
                    .into()
            }
            Refusal::ProofInvalid(why) => (*why).into(),
            Refusal::ProofTime { ahead } if *ahead > 0 => {
                "The DPoP proof is not valid yet. Check the clock of the program that made it.".into()
            }
            Refusal::ProofTime { .. } => {
                "The DPoP proof is more than a minute old. Make one for each request, and check the clock.".into()
            }
            Refusal::TooManyProofs => "Too many DPoP proofs with one key. Wait for a minute or two.".into(),
            Refusal::TokenForElsewhere { wanted, .. } => {
                format!("The access token is not for {wanted}.")
            }
            Refusal::TokenRevoked(why) => (*why).into(),
            Refusal::TooManyUnknownTokens => "Too many different access tokens came from your address.".into(),
            Refusal::OperationClosed { operation } => {
                format!("No access rule names the operation {operation}.")
            }
            Refusal::GroupMissing { operation, groups, api, .. } => format!(
                "{operation} may be called by members of {}. You are in none of them. See {hub}/apis/{api}",
                list(groups, "no group")
            ),
            Refusal::GroupsUnknown { operation } => format!(
                "Your groups are not known at present, so that nobody can say whether you may call {operation}. Try again in a minute."
            ),
            Refusal::ApplicationsNotAllowed { operation, groups, api } => format!(
                "{operation} may be called by people in {}, not by applications. See {hub}/apis/{api}",
                list(groups, "no group")
            ),
            Refusal::PeopleNotAllowed { operation, api } => {
                format!(
                    "{operation} may be called by applications with a grant, not by people. Ask at {hub}/apis/{api}"
                )
            }
            Refusal::GrantMissing { operation, api, major, environment, expired } => {
                let grant = if *expired { "The grant has expired" } else { "The application has no grant" };
                format!("{grant} for {operation} of {api} {major} in {environment}. Ask for it at {hub}/apis/{api}")
            }
            Refusal::ScopeMissing { api, major } => format!(
                "The access token is not for {api} {major}: the person allowed the application other APIs. Ask them again with the scope {api}/{major}."
            ),
            _ => return None,
        })
    }

    fn detail_of_answer(&self, _hub: &str) -> String {
        match self {
            Refusal::LimitReached(reached) => reached.sentence(),
            Refusal::ContractBroken { errors } => {
                format!("The request breaks the contract in {} place(s); errors names them.", errors.len())
            }
            Refusal::MediaTypeUnknown { known } => {
                format!("The body may be {}.", list(known, "nothing: there is none"))
            }
            Refusal::NothingAcceptable(there_is) => there_is.clone(),
            Refusal::UpstreamMissing => "The API has no server to send the request to.".into(),
            Refusal::UpstreamUnreachable => "No connection to the API's server could be made.".into(),
            Refusal::UpstreamBroken => "The API's server broke off, or its answer is no HTTP.".into(),
            Refusal::UpstreamSilent { millis } => {
                format!("The API's server did not answer within {millis} ms.")
            }
            Refusal::UpstreamUnconnected { millis } => {
                format!("No connection to the API's server could be made within {millis} ms.")
            }
            Refusal::UpstreamBusy => "The API has as many requests under way as it takes. Wait 1 s.".into(),
            Refusal::UpstreamsOut { seconds } => {
                format!("No server of the API answers at present. Wait {seconds} s.")
            }
            Refusal::UpstreamUnresolved => "The name of the API's server is not known.".into(),
            Refusal::UpstreamForbidden(what) => {
                format!(
                    "The API's server has {what}, which the gateway does not connect to unless the operators allow it."
                )
            }
            Refusal::UpstreamUntrusted(why) => format!("The API's server cannot be trusted: {why}."),
            Refusal::Circle => "The request passed the gateway too often: the API's server leads back to it.".into(),
            _ => "Something went wrong in the gateway.".into(),
        }
    }

    /// Whether the connection must not be used any more: where one message ends and the next begins is in doubt.
    pub(crate) fn closes(&self) -> bool {
        matches!(
            self,
            Refusal::Malformed(_)
                | Refusal::ExpectationUnknown
                | Refusal::MethodUnknown
                | Refusal::UriTooLong
                | Refusal::FieldsTooLarge
                | Refusal::BodyTooLarge { .. }
                | Refusal::PlainHttp
                | Refusal::BodyTooSlow
        )
    }

    fn challenge(&self, scheme: Scheme) -> Option<String> {
        let error = match self {
            Refusal::TokenMissing => return Some("Bearer realm=\"hansom\"".into()),
            Refusal::ProofInvalid(_) | Refusal::ProofTime { .. } => "invalid_dpop_proof",
            Refusal::TokenInvalid(_)
            | Refusal::TokenAhead { .. }
            | Refusal::TokenBound
            | Refusal::TokenExpired { .. }
            | Refusal::TokenForElsewhere { .. }
            | Refusal::TokenRevoked(_) => "invalid_token",
            Refusal::GroupMissing { .. }
            | Refusal::GrantMissing { .. }
            | Refusal::ScopeMissing { .. }
            | Refusal::ApplicationsNotAllowed { .. }
            | Refusal::PeopleNotAllowed { .. } => "insufficient_scope",
            _ => return None,
        };
        let title = self.code().title();
        let told = format!("{} realm=\"hansom\", error=\"{error}\", error_description=\"{title}\"", scheme.as_str());
        let algorithms = proof::ALGORITHMS;
        Some(match (self, scheme) {
            (_, Scheme::Dpop) => format!("{told}, algs=\"{algorithms}\""),
            (Refusal::TokenBound, Scheme::Bearer) => format!("{told}, DPoP algs=\"{algorithms}\""),
            (_, Scheme::Bearer) => told,
        })
    }

    fn put_headers(&self, headers: &mut HeaderMap, scheme: Scheme) {
        let mut put = |name: HeaderName, text: String| {
            if let Ok(value) = HeaderValue::try_from(text) {
                headers.insert(name, value);
            }
        };
        if let Some(challenge) = self.challenge(scheme) {
            put(WWW_AUTHENTICATE, challenge);
        }
        match self {
            Refusal::MethodUnknown => put(ALLOW, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS".into()),
            Refusal::MethodNotAllowed { allowed } => put(ALLOW, allowed.join(", ")),
            Refusal::LimitReached(reached) => put(RETRY_AFTER, reached.retry_after_seconds.to_string()),
            Refusal::TooManyUnknownTokens
            | Refusal::Starting
            | Refusal::Overloaded
            | Refusal::UpstreamBusy
            | Refusal::UpstreamUnresolved => put(RETRY_AFTER, "1".into()),
            Refusal::GroupsUnknown { .. } => put(RETRY_AFTER, "60".into()),
            Refusal::UpstreamsOut { seconds } => put(RETRY_AFTER, seconds.to_string()),
            Refusal::TooManyProofs => put(RETRY_AFTER, "60".into()),
            _ => {}
        }
    }

    /// The answer, to whoever showed a token by that scheme.
    pub(crate) fn answer(&self, hub: &str, request: &RequestId, scheme: Scheme) -> Response<Bytes> {
        let mut problem = Problem::new(self.code(), self.detail(hub), hub, request);
        if let Refusal::ContractBroken { errors } = self {
            problem.errors.clone_from(errors);
        }
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        let mut answer = Response::new(Bytes::from(body));
        let status = if matches!(self, Refusal::ExpectationUnknown) { 417 } else { self.code().status() };
        *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(Problem::MEDIA_TYPE));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        self.put_headers(headers, scheme);
        answer
    }
}

fn list<T: ToString>(words: &[T], none: &str) -> String {
    if words.is_empty() {
        return none.into();
    }
    let shown: Vec<String> = words.iter().take(20).map(ToString::to_string).collect();
    shown.join(", ")
}
