//! What sort of body does a media type name?

/// A media type in lower case, without its parameters: `application/json` of `Application/JSON; charset=utf-8`.
pub(crate) fn essence(written: &str) -> String {
    written.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// Whether bodies of a media type are one JSON value.
pub(crate) fn is_json(written: &str) -> bool {
    let essence = essence(written);
    matches!(essence.as_str(), "application/json" | "text/json") || essence.ends_with("+json")
}

/// Whether a list names a media type, by itself or by its first half: `image/*`.
pub(crate) fn is_among<'a>(written: &str, mut list: impl Iterator<Item = &'a str>) -> bool {
    let essence = essence(written);
    list.any(|listed| match listed.strip_suffix('*') {
        Some(half) => essence.starts_with(half),
        None => essence == listed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_known_by_name_and_by_suffix() {
        for (written, expected) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8", true),
            ("application/problem+json", true),
            ("application/json-seq", false),
            ("application/xml", false),
            ("", false),
        ] {
            assert_eq!(is_json(written), expected, "{written}");
        }
    }

    #[test]
    fn a_list_may_name_half_of_a_media_type() {
        let list = ["image/*", "application/pdf"];
        for (written, expected) in
            [("image/png", true), ("application/PDF; q=1", true), ("application/json", false), ("images/png", false)]
        {
            assert_eq!(is_among(written, list.into_iter()), expected, "{written}");
        }
    }
}
