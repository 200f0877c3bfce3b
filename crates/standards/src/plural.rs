//! Does a name speak of several things?

use crate::casing;

/// Endings and words that a profile takes as plural by default: English.
pub(crate) const ENGLISH: &str = r#"["s", "people", "children", "men", "women", "feet", "data", "media", "criteria", "indices", "metadata", "history", "feedback", "coordinates", "content", "information", "evidence", "equipment", "bbox"]"#;

/// Whether the last word of a name ends in one of the endings. A singular that ends in `s` (address, status, analysis)
/// is none.
pub(crate) fn is_plural<'a>(name: &str, mut endings: impl Iterator<Item = &'a str>) -> bool {
    let words = casing::words(name);
    let Some(last) = words.iter().rev().find(|word| word.chars().any(char::is_alphabetic)) else { return true };
    let last = last.trim_end_matches(|c: char| c.is_ascii_digit()).to_lowercase();
    endings.any(|ending| match ending {
        "s" => last.ends_with('s') && !["ss", "us", "is"].iter().any(|singular| last.ends_with(singular)),
        ending => last.ends_with(ending),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_several_things_are_told_from_names_of_one() {
        let endings = || ["s", "people"].into_iter();
        for name in ["repairs", "rent-accounts", "councilTaxBands", "addresses", "statuses", "people", "line-items2"] {
            assert!(is_plural(name, endings()), "{name}");
        }
        for name in ["repair", "address", "status", "analysis", "rentAccount", "person"] {
            assert!(!is_plural(name, endings()), "{name}");
        }
    }
}
