//! Does a name speak of several things?

use crate::casing;

/// Endings and words that a profile takes as plural by default: English.
pub(crate) const ENGLISH: &str = r#"["s", "people", "children", "men", "women", "feet", "data", "media", "criteria", "indices", "metadata", "history", "feedback", "coordinates", "content", "information", "evidence", "equipment", "bbox"]"#;

/// Words after which a name only says which things it means: `codes-of-conduct`, `idsToAdd`.
const PREPOSITIONS: [&str; 11] = ["of", "to", "in", "by", "for", "from", "with", "on", "at", "per", "since"];

/// Plurals of acronyms that look like singulars in `is` and `us`.
const ACRONYMS: [&str; 8] = ["apis", "guis", "kpis", "pois", "uis", "uris", "cpus", "gpus"];

/// Whether a name ends in one of the endings, or does so before a preposition. A singular that ends in `s` (address,
/// status, analysis) is none.
pub(crate) fn is_plural<'a>(name: &str, mut endings: impl Iterator<Item = &'a str>) -> bool {
    let words = casing::words(name);
    let own = words.iter().position(|word| PREPOSITIONS.contains(&word.to_lowercase().as_str())).filter(|at| *at > 0);
    let own = words.get(..own.unwrap_or(words.len())).unwrap_or_default();
    let Some(last) = own.iter().rev().find(|word| word.chars().any(char::is_alphabetic)) else { return true };
    let last = last.trim_end_matches(|c: char| c.is_ascii_digit()).to_lowercase();
    endings.any(|ending| match ending {
        "s" => {
            let is_singular = ["ss", "us", "is"].iter().any(|singular| last.ends_with(singular));
            last.ends_with('s') && (!is_singular || ACRONYMS.contains(&last.as_str()))
        }
        ending => last.ends_with(ending),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_several_things_are_told_from_names_of_one() {
        let endings = || ["s", "people"].into_iter();
        for name in [
            "repairs",
            "rent-accounts",
            "councilTaxBands",
            "addresses",
            "statuses",
            "people",
            "line-items2",
            "codes_of_conduct",
            "idsToAdd",
            "apis",
            "public-apis",
            "redirectUris",
        ] {
            assert!(is_plural(name, endings()), "{name}");
        }
        for name in ["repair", "address", "status", "analysis", "rentAccount", "person", "code-of-conducts"] {
            assert!(!is_plural(name, endings()), "{name}");
        }
    }
}
