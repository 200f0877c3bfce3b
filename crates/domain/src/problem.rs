//! What does a "no" say, on every listener?

use serde::{Deserialize, Serialize};

use crate::RequestId;

/// A problem document (RFC 9457), the body of every error of every listener.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A page of the hub that says how to mend it.
    #[serde(rename = "type")]
    pub kind: String,
    /// The short name of the problem, the same each time.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time and what to do.
    pub detail: String,
    /// The request id.
    pub instance: String,
    /// The reason code, the same each time; the last segment of `type`.
    pub code: String,
    /// Single faults with their places, where the request has several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<serde_json::Value>,
}

impl Problem {
    /// The media type of the body.
    pub const MEDIA_TYPE: &'static str = "application/problem+json";

    /// A problem of `code`; `hub` is the hub's public address without a slash at its end.
    pub fn new(code: ProblemCode, detail: impl Into<String>, hub: &str, request: &RequestId) -> Self {
        Self {
            kind: format!("{hub}/problems/{}", code.as_str()),
            title: code.title().into(),
            status: code.status(),
            detail: detail.into(),
            instance: request.as_str().into(),
            code: code.as_str().into(),
            errors: vec![],
        }
    }
}

macro_rules! problem_codes {
    ($($(#[$doc:meta])* $variant:ident, $code:literal, $status:literal, $title:literal, $mend:literal;)+) => {
        /// Every reason for a "no", with its status and how to mend it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ProblemCode { $($(#[$doc])* $variant),+ }

        impl ProblemCode {
            /// Every code.
            pub const ALL: &[ProblemCode] = &[$(ProblemCode::$variant),+];

            /// The code as it stands in `code` and at the end of `type`.
            pub fn as_str(self) -> &'static str { match self { $(Self::$variant => $code),+ } }

            /// The HTTP status that goes with it.
            pub fn status(self) -> u16 { match self { $(Self::$variant => $status),+ } }

            /// The short name.
            pub fn title(self) -> &'static str { match self { $(Self::$variant => $title),+ } }

            /// How to mend it, for the problem's page.
            pub fn mend(self) -> &'static str { match self { $(Self::$variant => $mend),+ } }

            /// The code of that name.
            pub fn from_code(code: &str) -> Option<Self> { match code { $($code => Some(Self::$variant),)+ _ => None } }
        }
    };
}

problem_codes! {
    /// The request is malformed.
    BadRequest, "bad-request", 400, "The request is malformed", "Read the detail: it names the part of the request that could not be read. Mend that part and send the request again.";
    /// The path could be read in two ways.
    AmbiguousPath, "ambiguous-path", 400, "The path could be read in two ways", "Send the path without empty segments, dot segments, encoded slashes or backslashes, and percent-encode only what must be encoded.";
    /// The request does not fit the contract.
    InvalidRequest, "invalid-request", 400, "The request does not fit the contract", "The list errors names each part of the request that breaks the contract of the API, by JSON pointer. Mend them and send the request again.";
    /// No access token was sent.
    TokenMissing, "token-missing", 401, "An access token is needed", "Get an access token from the token endpoint and send it in the header Authorization: Bearer. The page of the API in the hub shows a command that does both.";
    /// The token is no access token of this platform, or its signature is wrong.
    TokenInvalid, "token-invalid", 401, "The access token is not valid", "Get a new access token from the token endpoint of this platform. Tokens of other issuers, ID tokens and refresh tokens are not accepted.";
    /// The token is past its end.
    TokenExpired, "token-expired", 401, "The access token has expired", "Get a new access token. They are short-lived on purpose: have your program ask for one whenever the old one is about to expire.";
    /// The token is for another environment.
    TokenAudience, "token-audience", 401, "The access token is for another environment", "Each environment has its own tokens. Ask for one with resource set to the base URL of the environment that you call.";
    /// The token, its credential or its application was revoked.
    TokenRevoked, "token-revoked", 401, "The access token was revoked", "The token, the credential it was issued for, or the application was revoked. See the application in the hub, make a new credential and get a new token.";
    /// The proof of the key that a token is bound to is missing, wrong, old or used.
    ProofInvalid, "proof-invalid", 401, "The DPoP proof is not valid", "Make a new proof for each request, with the key that the access token is bound to: its method (htm), its address without the query (htu), the hash of the access token (ath), the present time (iat) and a new id (jti). Check the clock of your machine.";
    /// The application did not prove itself at the token endpoint.
    ClientInvalid, "client-invalid", 401, "The application could not prove itself", "Check the client_id and the secret or key that you use with it. The page of the application in the hub lists its credentials, and makes new ones. For a signed assertion, the detail says what is wrong with it.";
    /// HTTP without TLS where TLS is spoken.
    PlainHttp, "plain-http", 403, "This address is for HTTPS alone", "Call the same address with https://. Nothing was done. If the request carried a token, everybody on its way could read it: give the token back and get a new one.";
    /// No approved grant for the operation.
    GrantMissing, "grant-missing", 403, "The application has no grant for this operation", "Ask the owner of the API for access: open the API in the hub and choose Ask for access, with the operation named in the detail.";
    /// The person allowed the application less than that.
    ScopeMissing, "scope-missing", 403, "The person did not allow the application this API", "The access token is for other APIs. Send the person to the authorisation page again, with the version of the API in scope: repairs/v1. They see on the page of their account what they allowed.";
    /// Not in any of the groups.
    GroupMissing, "group-missing", 403, "You are in none of the groups that may call this operation", "Ask to become a member of one of the groups that the detail names.";
    /// Nobody may call the operation.
    OperationClosed, "operation-closed", 403, "Nobody may call this operation", "The manifest of the API lists no one for this operation. Ask the owner of the API to add an access rule.";
    /// The actor may not do it.
    NotAllowed, "not-allowed", 403, "You may not do this", "The detail says who may. Ask a member of the group that it names.";
    /// The request came from another site.
    CrossSite, "cross-site", 403, "The request came from another site", "Open the page in the hub and send its form from there. If you had the page open for long, load it again first.";
    /// There is no such thing, or the caller may not know of it.
    NotFound, "not-found", 404, "There is nothing here", "Check the address. The hub lists every API with its base URL and operations.";
    /// No API of that name and version.
    ApiNotFound, "api-not-found", 404, "There is no such API", "Check the name and the version in the path. The hub lists every API with its base URL.";
    /// No operation with that path.
    OperationNotFound, "operation-not-found", 404, "There is no such operation", "Check the path against the operations of the API in the hub. Paths are compared segment by segment, upper and lower case matter.";
    /// The path is there, the method is not.
    MethodNotAllowed, "method-not-allowed", 405, "The operation does not take this method", "Use one of the methods that the header Allow names.";
    /// No answer in a form that the caller takes.
    NotAcceptable, "not-acceptable", 406, "There is no such example", "The contract has no answer or example as asked for in Prefer or Accept. The detail names those that it has.";
    /// The body of the request came too slowly.
    RequestTimeout, "request-timeout", 408, "The request came too slowly", "Send the body without long pauses. If you do, the network between you and the platform is at fault: try again.";
    /// Changed by somebody else meanwhile, or taken.
    Conflict, "conflict", 409, "It does not fit what is there", "The detail says what is in the way. Load the current state and try again.";
    /// Retired version.
    Retired, "retired", 410, "This version is retired", "Move to the version that the detail names.";
    /// The body is too large.
    BodyTooLarge, "body-too-large", 413, "The body is too large", "Send less. The detail names the limit.";
    /// The URI is too long.
    UriTooLong, "uri-too-long", 414, "The address is too long", "Shorten the path and query to at most 8 KiB.";
    /// The media type is not taken.
    UnsupportedMediaType, "unsupported-media-type", 415, "The media type is not supported", "Send the body in a media type that the contract names, and say so in Content-Type.";
    /// The contract or manifest has faults.
    Unprocessable, "unprocessable", 422, "There are faults in what was sent", "The list errors names each fault with its line and column and what to do about it.";
    /// Limit reached.
    LimitReached, "limit-reached", 429, "Too many requests", "Wait as many seconds as Retry-After says. The RateLimit headers of every answer tell how much is left.";
    /// The header fields are too large.
    FieldsTooLarge, "fields-too-large", 431, "The header fields are too large", "Send fewer or shorter header fields: at most 100 and 32 KiB together.";
    /// A fault of the platform.
    Internal, "internal", 500, "The platform failed", "This is not your fault. Try again, and tell the operators the request id if it goes on.";
    /// The upstream answered nonsense or could not be reached.
    UpstreamFailed, "upstream-failed", 502, "The API behind the gateway failed", "The gateway reached for the API and got no proper answer. Try again; if it goes on, tell the owner of the API the request id.";
    /// The directory has been silent too long to know the caller's groups.
    GroupsUnknown, "groups-unknown", 503, "Your groups are not known at the moment", "The directory that tells your groups has been silent for too long, or told them too long ago. Nothing was decided about you. Try again in a while; signing in at the hub again asks anew. If it goes on, tell the operators of the platform the request id.";
    /// No upstream, or the platform is starting or overloaded.
    Unavailable, "unavailable", 503, "This is not available now", "Try again in a while. If it goes on, tell the owner of the API the request id.";
    /// The request came back to the gateway that sent it on.
    LoopDetected, "loop-detected", 508, "The request goes in a circle", "An upstream of the API leads back to the gateway. Tell the owner of the API the request id, so that the manifest is mended.";
    /// The upstream took too long.
    UpstreamTimeout, "upstream-timeout", 504, "The API behind the gateway took too long", "The API did not answer within its time limit. Try again; if it goes on, tell the owner of the API the request id.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_finds_itself_by_name() {
        for code in ProblemCode::ALL {
            assert_eq!(ProblemCode::from_code(code.as_str()), Some(*code));
            assert!((400..600).contains(&code.status()));
        }
    }
}
