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
    /// What a client could pretend with, or what is between it and the gateway alone: never passed to an upstream.
    KeptFromUpstreams,
    /// What only the gateway says: never passed to a client.
    KeptFromClients,
    /// Neither passed to an upstream nor to a client.
    KeptFromBoth,
}

/// Names longer than this are plain.
const LONGEST_KNOWN: usize = 40;

/// The kind of the field with that name, in whatever case.
pub(crate) fn kind(name: &[u8]) -> Kind {
    let mut lower = [0; LONGEST_KNOWN];
    let Some(lower) = lower.get_mut(..name.len()) else {
        return if name.contains(&b'_') { Kind::KeptFromUpstreams } else { Kind::Plain };
    };
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    kind_of_lower_case(lower)
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
        b"cookie" | b"forwarded" | b"max-forwards" | b"method-override" | b"remote-user" => Kind::KeptFromUpstreams,
        b"x-client-cert" | b"x-client-ip" | b"x-original-url" | b"x-real-ip" | b"x-request-id" | b"x-rewrite-url" => {
            Kind::KeptFromUpstreams
        }
        b"alt-svc" | b"ratelimit" | b"ratelimit-policy" | b"set-cookie" => Kind::KeptFromClients,
        b"x-ratelimit-limit" | b"x-ratelimit-remaining" | b"x-ratelimit-reset" => Kind::KeptFromClients,
        b"request-id" => Kind::KeptFromBoth,
        _ if name.starts_with(b"hansom-") => Kind::KeptFromBoth,
        _ if name.starts_with(b"access-control-") => Kind::CrossOrigin,
        _ if pretends(name) => Kind::KeptFromUpstreams,
        _ => Kind::Plain,
    }
}

/// Whether upstreams might take the field for who calls, or for another request than this. Many servers read `X_User` as
/// `X-User`.
fn pretends(name: &[u8]) -> bool {
    const BEGINNINGS: [&[u8]; 13] = [
        b"ssl-client",
        b"x-auth",
        b"x-consumer",
        b"x-credential",
        b"x-forwarded",
        b"x-group",
        b"x-hansom",
        b"x-http-method",
        b"x-identity",
        b"x-method",
        b"x-remote",
        b"x-role",
        b"x-user",
    ];
    name.contains(&b'_')
        || (matches!(name.first(), Some(b's' | b'x')) && BEGINNINGS.iter().any(|beginning| name.starts_with(beginning)))
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
        let long = "x".repeat(60);
        assert_eq!(kind(long.as_bytes()), Kind::Plain);
        assert_eq!(kind(format!("{long}_{long}").as_bytes()), Kind::KeptFromUpstreams);
    }
}
