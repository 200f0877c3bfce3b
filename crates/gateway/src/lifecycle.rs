//! How does an answer say which version of the contract it keeps, and that this version is going away?

use hansom_domain::{Status, Timestamp};
use http::{HeaderName, HeaderValue, header::LINK};

use crate::snapshot::VersionDocument;

const DEPRECATION: HeaderName = HeaderName::from_static("deprecation");
const API_VERSION: HeaderName = HeaderName::from_static("api-version");
const SUNSET: HeaderName = HeaderName::from_static("sunset");

/// `API-Version` with the contract's own version (standard VER-03 of the playbook), and the fields of RFC 9745 and RFC
/// 8594 for a deprecated or retired version.
pub(crate) fn headers(version: &VersionDocument, base_url: &str, hub: &str) -> Vec<(HeaderName, HeaderValue)> {
    let mut headers = vec![];
    let mut put =
        |name: HeaderName, text: String| headers.extend(HeaderValue::try_from(text).ok().map(|value| (name, value)));
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
fn http_date(at: Timestamp) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (days, second) = (at.seconds().div_euclid(86_400), at.seconds().rem_euclid(86_400));
    let (year, month, day) = civil_date(days);
    let name = |names: &[&'static str], place: i64| {
        usize::try_from(place).ok().and_then(|place| names.get(place).copied()).unwrap_or_default()
    };
    format!(
        "{}, {day:02} {} {year:04} {:02}:{:02}:{:02} GMT",
        name(&DAYS, days.rem_euclid(7)),
        name(&MONTHS, month - 1),
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// Year, month and day of a day since 1970-01-01, counted in eras of 400 years that begin on 1 March.
fn civil_date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_written_as_http_wants_them() {
        for (seconds, text) in [
            (784_111_777, "Sun, 06 Nov 1994 08:49:37 GMT"),
            (0, "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_400, "Tue, 29 Feb 2000 00:00:00 GMT"),
            (4_102_444_799, "Thu, 31 Dec 2099 23:59:59 GMT"),
        ] {
            assert_eq!(http_date(Timestamp::from_seconds(seconds)), text);
        }
    }
}
