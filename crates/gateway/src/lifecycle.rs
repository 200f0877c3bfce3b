//! How does an answer say which version of the contract it keeps, and that this version is going away?

use std::time::{Duration, UNIX_EPOCH};

use hansom_domain::{Status, Timestamp};
use http::HeaderValue;

use crate::snapshot::VersionDocument;

const DEPRECATION: &str = "deprecation";
const API_VERSION: &str = "api-version";
const SUNSET: &str = "sunset";
const LINK: &str = "link";

/// `API-Version` with the contract's own version (standard VER-03 of the playbook), and the fields of RFC 9745 and RFC
/// 8594 for a deprecated or retired version.
pub(crate) fn headers(version: &VersionDocument, base_url: &str, hub: &str) -> Vec<(&'static str, HeaderValue)> {
    let mut headers = vec![];
    let mut put =
        |name: &'static str, text: String| headers.extend(HeaderValue::try_from(text).ok().map(|value| (name, value)));
    if !version.info_version.is_empty() {
        put(API_VERSION, version.info_version.clone());
    }
    if !matches!(version.status, Status::Deprecated | Status::Retired) {
        return headers;
    }
    if let Some(since) = version.deprecated_at {
        put(DEPRECATION, format!("@{}", since.seconds()));
    }
    if let Some(until) = version.sunset {
        put(SUNSET, http_date(until));
    }
    put(LINK, format!("<{hub}/apis/{}>; rel=\"deprecation\"; type=\"text/html\"", version.api));
    if let Some(successor) = successor(version, base_url).filter(|s| !s.contains(['<', '>', ' '])) {
        put(LINK, format!("<{successor}>; rel=\"successor-version\""));
    }
    headers
}

/// The address of what to use instead.
pub(crate) fn successor(version: &VersionDocument, base_url: &str) -> Option<String> {
    let successor = version.successor.as_deref()?;
    Some(if successor.contains("://") {
        successor.to_owned()
    } else if successor.contains('/') {
        format!("{base_url}/{}", successor.trim_start_matches('/'))
    } else {
        format!("{base_url}/{}/{successor}", version.api)
    })
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
pub(crate) fn http_date(at: Timestamp) -> String {
    let seconds = u64::try_from(at.seconds()).unwrap_or(0);
    httpdate::fmt_http_date(UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).unwrap_or(UNIX_EPOCH))
}
