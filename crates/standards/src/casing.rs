//! Is a name written in a casing, and how would it be written there?

/// A way of joining the words of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Casing {
    /// `councilTaxBand`
    Camel,
    /// `CouncilTaxBand`
    Pascal,
    /// `council_tax_band`
    Snake,
    /// `council-tax-band`
    Kebab,
    /// `Council-Tax-Band`
    Train,
}

impl Casing {
    /// Every casing, in the order in which a mixed contract is asked which of them it means.
    pub(crate) const ALL: [Casing; 5] = [Casing::Camel, Casing::Snake, Casing::Kebab, Casing::Pascal, Casing::Train];

    /// The casing that a profile names.
    pub(crate) fn named(name: &str) -> Option<Casing> {
        Casing::ALL.into_iter().find(|casing| casing.as_str() == name)
    }

    /// Its name, written in itself.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Casing::Camel => "camelCase",
            Casing::Pascal => "PascalCase",
            Casing::Snake => "snake_case",
            Casing::Kebab => "kebab-case",
            Casing::Train => "Train-Case",
        }
    }

    /// Whether a name is written so.
    pub(crate) fn fits(self, name: &str) -> bool {
        let joined = |joiner: char, first: fn(&char) -> bool, rest: fn(&char) -> bool| {
            name.split(joiner).enumerate().all(|(at, word)| {
                let mut characters = word.chars();
                let begins = characters.next().is_some_and(|c| first(&c) || (at > 0 && c.is_ascii_digit()));
                begins && characters.all(|c| rest(&c) || c.is_ascii_digit())
            })
        };
        match self {
            Casing::Camel => {
                name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(|c| c.is_ascii_alphanumeric())
            }
            Casing::Pascal => {
                name.starts_with(|c: char| c.is_ascii_uppercase()) && name.chars().all(|c| c.is_ascii_alphanumeric())
            }
            Casing::Snake => joined('_', char::is_ascii_lowercase, char::is_ascii_lowercase),
            Casing::Kebab => joined('-', char::is_ascii_lowercase, char::is_ascii_lowercase),
            // `ETag` and `WWW-Authenticate` are written so by their own standards.
            Casing::Train => joined('-', char::is_ascii_uppercase, char::is_ascii_alphabetic),
        }
    }

    /// The name in this casing.
    pub(crate) fn of(self, name: &str) -> String {
        let words = words(name);
        let lower = || words.iter().map(|word| word.to_lowercase());
        match self {
            Casing::Camel => lower().enumerate().map(|(at, w)| if at == 0 { w } else { capital(&w) }).collect(),
            Casing::Pascal => lower().map(|word| capital(&word)).collect(),
            Casing::Snake => lower().collect::<Vec<_>>().join("_"),
            Casing::Kebab => lower().collect::<Vec<_>>().join("-"),
            Casing::Train => lower().map(|word| capital(&word)).collect::<Vec<_>>().join("-"),
        }
    }
}

/// The words of a name: `councilTaxID` has council, Tax and ID.
pub(crate) fn words(name: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for part in name.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
        let mut start = 0;
        let characters: Vec<(usize, char)> = part.char_indices().collect();
        for window in 1..characters.len() {
            let (before, here) = (characters[window - 1].1, characters[window]);
            let after = characters.get(window + 1).map(|(_, c)| *c);
            let begins = here.1.is_uppercase()
                && (!before.is_uppercase() || after.is_some_and(|c| c.is_lowercase() && before.is_uppercase()));
            if begins {
                found.push(&part[start..here.0]);
                start = here.0;
            }
        }
        found.push(&part[start..]);
    }
    found
}

/// A name without casing, for comparing: `dateOfBirth` and `date_of_birth` are `dateofbirth`.
pub(crate) fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn capital(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_their_own_casing_and_become_what_they_are_asked_to_be() {
        let table = [
            ("councilTaxBand", Casing::Camel),
            ("CouncilTaxBand", Casing::Pascal),
            ("council_tax_band", Casing::Snake),
            ("council-tax-band", Casing::Kebab),
            ("Council-Tax-Band", Casing::Train),
        ];
        for (name, casing) in table {
            assert_eq!(Casing::named(casing.as_str()), Some(casing));
            for other in Casing::ALL {
                // A word in PascalCase is one word in Train-Case: `ETag`.
                let one_word = (casing, other) == (Casing::Pascal, Casing::Train);
                assert_eq!(other.fits(name), other == casing || one_word, "{name} in {}", other.as_str());
                assert!(other.fits(&other.of(name)), "{name} to {}", other.as_str());
            }
            assert_eq!(casing.of("council tax band"), name);
        }
    }

    #[test]
    fn words_are_found_between_capitals_and_joiners() {
        let table: [(&str, &[&str]); 6] = [
            ("getHTTPResponse", &["get", "HTTP", "Response"]),
            ("UPRN", &["UPRN"]),
            ("line1", &["line1"]),
            ("rent_statement-ID", &["rent", "statement", "ID"]),
            ("", &[]),
            ("éàÜb", &["éà", "Üb"]),
        ];
        for (name, expected) in table {
            assert_eq!(words(name), expected, "{name}");
        }
    }

    #[test]
    fn odd_names_fit_nothing() {
        for name in ["", "_a", "a__b", "a-", "straße", "a b", "1a"] {
            assert!(Casing::ALL.iter().all(|casing| !casing.fits(name)), "{name}");
        }
    }
}
