//! How is one name written in paths, in code and in sentences?

/// A name as a list of lower-case words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words(Vec<String>);

impl Words {
    /// The words of a name like `street-lights`.
    pub(crate) fn of(name: &str) -> Self {
        Self(name.split('-').map(str::to_owned).collect())
    }

    /// Every spelling: `street-lights`, `street_lights`, `STREET_LIGHTS`, `StreetLights`, `streetLights`, `Street lights`,
    /// `street lights`.
    pub(crate) fn spellings(&self) -> [String; 7] {
        let pascal: String = self.0.iter().map(|word| capitalised(word)).collect();
        let mut letters = pascal.chars();
        let camel = letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect());
        let snake = self.0.join("_");
        let spaced = self.0.join(" ");
        [self.0.join("-"), snake.clone(), snake.to_uppercase(), pascal, camel, capitalised(&spaced), spaced]
    }

    /// As it begins a sentence: `Street lights`.
    pub(crate) fn title(&self) -> String {
        capitalised(&self.0.join(" "))
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// One of what the last word of a plural says: `enquiries` → `enquiry`, `boxes` → `box`, `permits` → `permit`. What has no
/// plural's ending stays as it is; whoever knows better says both, `people/person`.
pub(crate) fn singular(plural: &str) -> String {
    let ending = |ending: &str, instead: &str| {
        plural.strip_suffix(ending).filter(|stem| stem.len() > 1).map(|stem| format!("{stem}{instead}"))
    };
    let kept = ["ss", "us", "is"].iter().any(|ending| plural.ends_with(ending));
    if kept {
        return plural.to_owned();
    }
    let sibilant = ["sses", "shes", "ches", "xes", "zzes"].iter().any(|ending| plural.ends_with(ending));
    ending("ies", "y")
        .or_else(|| if sibilant { ending("es", "") } else { None })
        .or_else(|| ending("s", ""))
        .unwrap_or_else(|| plural.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_has_seven_spellings() {
        let spellings = Words::of("street-lights").spellings();
        let expected = [
            "street-lights",
            "street_lights",
            "STREET_LIGHTS",
            "StreetLights",
            "streetLights",
            "Street lights",
            "street lights",
        ];
        assert_eq!(spellings, expected.map(str::to_owned));
    }

    #[test]
    fn plurals_of_council_words_have_their_singulars() {
        for (plural, one) in [
            ("permits", "permit"),
            ("enquiries", "enquiry"),
            ("boxes", "box"),
            ("addresses", "address"),
            ("branches", "branch"),
            ("houses", "house"),
            ("leases", "lease"),
            ("cases", "case"),
            ("licences", "licence"),
            ("data", "data"),
            ("waste", "waste"),
            ("bus", "bus"),
        ] {
            assert_eq!(singular(plural), one, "{plural}");
        }
    }
}
