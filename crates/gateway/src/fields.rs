//! What is a header field to a gateway?
//!
//! Each field is looked at once, where its name is read; everything later goes by its [`Kind`].

/// What a field is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Passed on as it is.
    Plain,
    /// Whom the request is for.
    Host,
    /// How long the body is.
    ContentLength,
    /// How the body is framed.
    TransferEncoding,
    /// Which other fields are of this connection alone.
    Connection,
    /// What the client waits for before it sends its body.
    Expect,
    /// Which protocol the client would rather speak.
    Upgrade,
    /// What the client can take after a body.
    Te,
    /// Who calls.
    Authorization,
    /// That the caller holds the key which its token is bound to: `DPoP`.
    Proof,
    /// Which gateways a message went through.
    Via,
    /// The page that a browser's request comes from.
    Origin,
    /// What pages of other origins may do: `Access-Control-…`.
    CrossOrigin,
    /// When the message was made.
    Date,
    /// What the gateway says of a version, where it knows: `API-Version`, `Deprecation`, `Sunset`.
    Lifecycle,
    /// Of one connection (RFC 9110 §7.6.1): never passed on.
    OfOneConnection,
    /// Which trace the request is part of: `traceparent`.
    TraceParent,
    /// What others have to say of the trace: `tracestate`.
    TraceState,
    /// What a client could pretend with, or what is between it and the gateway alone: never passed to an upstream.
    KeptFromUpstreams,
    /// What only the gateway says: never passed to a client.
    KeptFromClients,
    /// Neither passed to an upstream nor to a client.
    KeptFromBoth,
}

/// Of a longer name only the beginning is looked at: it is longer than every name that is known whole.
const LONGEST_KNOWN: usize = 40;

/// The kind of the field with that name, in whatever case.
pub(crate) fn kind(name: &[u8]) -> Kind {
    let mut lower = [0; LONGEST_KNOWN];
    let length = name.len().min(LONGEST_KNOWN);
    let (Some(lower), Some(beginning)) = (lower.get_mut(..length), name.get(..length)) else {
        return Kind::Plain;
    };
    lower.copy_from_slice(beginning);
    lower.make_ascii_lowercase();
    match kind_of_lower_case(lower) {
        Kind::Plain | Kind::CrossOrigin if !is_unmistakable(name) => Kind::KeptFromUpstreams,
        kind => kind,
    }
}

fn kind_of_lower_case(name: &[u8]) -> Kind {
    match name {
        b"host" => Kind::Host,
        b"content-length" => Kind::ContentLength,
        b"transfer-encoding" => Kind::TransferEncoding,
        b"connection" => Kind::Connection,
        b"expect" => Kind::Expect,
        b"upgrade" => Kind::Upgrade,
        b"te" => Kind::Te,
        b"authorization" => Kind::Authorization,
        b"dpop" => Kind::Proof,
        b"via" => Kind::Via,
        b"origin" => Kind::Origin,
        b"date" => Kind::Date,
        b"api-version" | b"deprecation" | b"sunset" => Kind::Lifecycle,
        b"keep-alive"
        | b"proxy-connection"
        | b"proxy-authenticate"
        | b"proxy-authorization"
        | b"trailer"
        | b"http2-settings" => Kind::OfOneConnection,
        // `Proxy` would become the variable HTTP_PROXY of a CGI program.
        b"cookie" | b"max-forwards" | b"method-override" | b"proxy" => Kind::KeptFromUpstreams,
        b"client-cert" | b"client-cert-chain" | b"client-ip" | b"true-client-ip" => Kind::KeptFromUpstreams,
        b"cf-connecting-ip" | b"cf-connecting-ipv6" | b"fastly-client-ip" | b"front-end-https" => {
            Kind::KeptFromUpstreams
        }
        b"x-host" | b"x-real-ip" | b"x-request-id" | b"x-url-scheme" => Kind::KeptFromUpstreams,
        b"alt-svc" | b"ratelimit" | b"ratelimit-policy" | b"set-cookie" => Kind::KeptFromClients,
        b"x-ratelimit-limit" | b"x-ratelimit-remaining" | b"x-ratelimit-reset" => Kind::KeptFromClients,
        b"request-id" => Kind::KeptFromBoth,
        b"traceparent" => Kind::TraceParent,
        b"tracestate" => Kind::TraceState,
        _ if name.starts_with(b"hansom-") => Kind::KeptFromBoth,
        _ if name.starts_with(b"access-control-") => Kind::CrossOrigin,
        _ if pretends(name) => Kind::KeptFromUpstreams,
        _ => Kind::Plain,
    }
}

/// Whether upstreams might take the field for who calls, or for another request than this.
fn pretends(name: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 24] = [
        b"forwarded",
        b"remote-",
        b"ssl-client",
        b"x-amzn-oidc",
        b"x-auth",
        b"x-client",
        b"x-cluster-client",
        b"x-consumer",
        b"x-credential",
        b"x-envoy",
        b"x-forwarded",
        b"x-goog-authenticated",
        b"x-group",
        b"x-hansom",
        b"x-http-method",
        b"x-identity",
        b"x-method",
        b"x-ms-client-principal",
        b"x-original",
        b"x-remote",
        b"x-rewrite",
        b"x-role",
        b"x-ssl",
        b"x-user",
    ];
    matches!(name.first(), Some(b'f' | b'r' | b's' | b'x'))
        && BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}

/// Whether no server takes the name for another one: many read `X_User` as `X-User`, and some every character like it.
fn is_unmistakable(name: &[u8]) -> bool {
    name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
}

/// Whether the field may stand after a body (RFC 9110 §6.5.1): those that gRPC and checksums put there, and no others, as most
/// fields are only right in a head.
pub(crate) fn may_trail(name: &[u8]) -> bool {
    const NAMES: [&[u8]; 6] = [
        b"content-digest",
        b"grpc-message",
        b"grpc-status",
        b"grpc-status-details-bin",
        b"repr-digest",
        b"server-timing",
    ];
    NAMES.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// Whether the byte may stand in the name of a field or method (RFC 9110 §5.6.2).
pub(crate) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Whether the byte may stand in the value of a field (RFC 9110 §5.5); bytes beyond ASCII may, and are never read as text.
pub(crate) fn may_stand_in_value(byte: u8) -> bool {
    byte == b'\t' || (byte >= 0x20 && byte != 0x7f)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_known_in_whatever_case_and_spelling() {
        for (name, expected) in [
            ("HOST", Kind::Host),
            ("Content-Length", Kind::ContentLength),
            ("X-Forwarded-For", Kind::KeptFromUpstreams),
            ("X_User", Kind::KeptFromUpstreams),
            ("X-USERNAME", Kind::KeptFromUpstreams),
            ("Hansom-Identity", Kind::KeptFromBoth),
            ("Accept", Kind::Plain),
            ("X-Custom", Kind::Plain),
        ] {
            assert_eq!(kind(name.as_bytes()), expected, "{name}");
        }
        for name in [
            "access-control-x_user",
            "X.User",
            "X!User",
            "Proxy",
            "Remote-User",
            "Forwarded",
            "x-user-with-a-name-longer-than-any-that-is-known",
        ] {
            assert_eq!(kind(name.as_bytes()), Kind::KeptFromUpstreams, "{name}");
        }
        let long = "x".repeat(60);
        assert_eq!(kind(long.as_bytes()), Kind::Plain);
        assert_eq!(kind(format!("{long}_{long}").as_bytes()), Kind::KeptFromUpstreams);
    }
}
