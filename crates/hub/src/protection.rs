//! What protects a person's browser?

use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use hansom_domain::ProblemCode;

use crate::{Hub, answer::Refusal};

const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The same with what the live editor needs: a worker, and WebAssembly in it.
const EDITOR_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; \
     img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(&str, &str); 6] = [
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    // Browsers then say `Origin: null` to others only, and our own forms can be told by it.
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
];

/// Puts the protecting headers on an answer; one that is there already stays.
pub(crate) fn protect(headers: &mut HeaderMap, secure: bool) {
    for (name, value) in HEADERS {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    if secure {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(HeaderValue::from_static("max-age=31536000"));
    }
}

/// Lets a form of the page, or what comes of it, lead to the place of an address. Browsers hold a page's policy against the
/// redirects that follow its forms, too.
pub(crate) fn let_form_leave(headers: &mut HeaderMap, address: &str) {
    let policy = POLICY.replace("form-action 'self'", &format!("form-action 'self' {}", origin(address)));
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
}

/// Scheme, host and port of an address, as browsers write them.
pub(crate) fn origin(address: &str) -> String {
    url::Url::parse(address).map_or_else(|_| String::new(), |url| url.origin().ascii_serialization())
}

/// Lets the standards engine run in a browser: for the live editor and its worker alone.
pub(crate) fn let_engine_run(headers: &mut HeaderMap) {
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(EDITOR_POLICY));
}

/// Lets nothing act in a picture that is opened by itself.
pub(crate) fn let_nothing_act(headers: &mut HeaderMap) {
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox"),
    );
}

/// Refuses a form that another site sent: by `Sec-Fetch-Site` and `Origin`, whichever the browser sends.
pub(crate) fn refuse_other_sites(method: &Method, headers: &HeaderMap, hub: &Hub) -> Result<(), Refusal> {
    if method.is_safe() {
        return Ok(());
    }
    let fits = |name: &str, wanted: &[&str]| {
        headers.get(name).is_none_or(|value| wanted.iter().any(|wanted| value.as_bytes() == wanted.as_bytes()))
    };
    if fits("sec-fetch-site", &["same-origin", "none"]) && fits("origin", &[&hub.origin]) {
        return Ok(());
    }
    Err(Refusal::new(
        ProblemCode::CrossSite,
        format!(
            "The form was sent from another site than {}, so nothing was changed. Open the hub there and send the form from its page.",
            hub.origin
        ),
    ))
}
