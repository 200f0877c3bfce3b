//! Which answers go over the wire compressed?
//!
//! What strangers read, and the files of the pages. Where somebody is signed in there are secrets on a page beside what the
//! address said, and the length of the two compressed together tells of the secret (BREACH, CVE-2013-3587).

use std::io::Write;

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, Method, header},
    middleware,
};
use flate2::{Compression, write::GzEncoder};
use tower_http::{CompressionLevel, compression::CompressionLayer};

use crate::urls;

/// Beyond it, seconds of a core buy single percents.
const LEVEL: u32 = 4;

/// Compresses what strangers read of a router, if they take gzip.
pub(crate) fn compressed(router: Router) -> Router {
    let level = CompressionLevel::Precise(LEVEL.cast_signed());
    router.layer(CompressionLayer::new().quality(level)).layer(middleware::map_request(only_for_strangers))
}

async fn only_for_strangers(mut request: Request) -> Request {
    let is_known = [header::COOKIE, header::AUTHORIZATION].iter().any(|name| request.headers().contains_key(name));
    if (is_known || request.method() != Method::GET) && !request.uri().path().starts_with(urls::ASSETS_ALONE) {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    request
}

/// A file of the binary made small, once for everybody; `None` where it would not become smaller.
pub(crate) fn gzip(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok().filter(|small| small.len() < bytes.len())
}

/// Whether the asker names gzip among what it takes (RFC 9110 section 12.5.3).
pub(crate) fn takes_gzip(asked: &HeaderMap) -> bool {
    let lines = asked.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight.trim().trim_start_matches("q=").parse().unwrap_or(0.0_f32);
        name.trim().eq_ignore_ascii_case("gzip") && weight > 0.0
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_taken_only_where_it_is_named_and_not_refused() {
        let takes = |line: &str| takes_gzip(&HeaderMap::from_iter([(header::ACCEPT_ENCODING, line.parse().unwrap())]));
        assert!(takes("gzip, deflate, br") && takes("br;q=1.0, GZIP;q=0.5"));
        assert!(!takes("br") && !takes("gzip;q=0") && !takes("gzip;q=none") && !takes_gzip(&HeaderMap::new()));
    }
}
