//! Where may a browser be sent after sign-in?

use url::Url;

/// Escapes that hide a slash, backslash, dot, control character or another escape from those who look at the path.
const HIDING: [&str; 7] = ["%0", "%1", "%2e", "%2f", "%5c", "%7f", "%25"];

/// The path itself if it can only lead back to this hub, else `/`.
///
/// A parser decides, and it must leave the text exactly as it is: what a browser would read in another way is not taken.
pub fn safe_return_path(text: &str) -> &str {
    if is_safe(text) { text } else { "/" }
}

fn is_safe(text: &str) -> bool {
    const BASE: &str = "https://hub.invalid";
    if text.len() > 2000 || !text.starts_with('/') || !text.bytes().all(|b| b.is_ascii_graphic()) {
        return false;
    }
    let path = text.split(['?', '#']).next().unwrap_or_default();
    let lower = path.to_ascii_lowercase();
    let hides = HIDING.iter().any(|escape| lower.contains(escape));
    let climbs = path.split('/').any(|segment| segment.starts_with(".."));
    if hides || climbs || path.contains("//") || path.contains('\\') || path.starts_with("/@") {
        return false;
    }
    let Ok(base) = Url::parse(BASE) else {
        return false;
    };
    base.join(text)
        .is_ok_and(|joined| joined.origin() == base.origin() && joined.as_str().strip_prefix(BASE) == Some(text))
}
