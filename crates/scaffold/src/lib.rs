//! How does a new service start, and how does it keep up?
//!
//! A new API starts from a project that is real where it lies (`template/`), by copy and rename in three spellings.

/// What a new API is called and who owns it. Both are checked by the caller.
#[derive(Clone, Copy, Debug)]
pub struct Start<'a> {
    /// Its name in paths: `street-lights`.
    pub name: &'a str,
    /// The owner group's address.
    pub owner: &'a str,
    /// An identifier that survives renames: a UUID, made by chance.
    pub id: &'a str,
}

/// The template's files: name and text.
const FILES: [(&str, &str); 3] = [
    ("api.yaml", include_str!("../template/api.yaml")),
    ("openapi.yaml", include_str!("../template/openapi.yaml")),
    ("README.md", include_str!("../template/README.md")),
];

/// What the template calls itself, in its three spellings, and its owner.
const NAME: &str = "street-lights";
const WORDS: &str = "Street lights";
const CAMEL: &str = "StreetLight";
const OWNER: &str = "street-services@hackney.example";
/// What the template itself is known by, however it is called.
const ID: &str = "0f9b6d52-7c1e-4c0e-9a57-3c2d8b6e4a10";

impl Start<'_> {
    /// The files of the new API: names beside each other in one folder, and their texts.
    pub fn files(&self) -> Vec<(&'static str, String)> {
        let words = self.name.replace('-', " ");
        let words = capitalised(&words);
        let camel: String = self.name.split('-').map(capitalised).collect();
        let camel = singular(&camel);
        FILES
            .into_iter()
            .map(|(name, text)| {
                let text = text
                    .replace(ID, self.id)
                    .replace(OWNER, self.owner)
                    .replace(NAME, self.name)
                    .replace(WORDS, &words)
                    .replace(CAMEL, &camel);
                (name, text)
            })
            .collect()
    }
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Drops a plural's `s`, so that a schema speaks of one thing.
fn singular(word: &str) -> String {
    match word.strip_suffix('s') {
        Some(one) if !one.ends_with('s') && !one.is_empty() => one.into(),
        _ => word.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_api_bears_its_own_name_everywhere() {
        let id = "5d1f0a4c-9b7e-48d2-a3c6-e1f08b92d475";
        let start = Start { name: "parking-permits", owner: "parking@hackney.example", id };
        for (file, text) in start.files() {
            for old in [NAME, WORDS, CAMEL, OWNER, ID] {
                assert!(!text.contains(old), "{file} still says {old}");
            }
        }
        let (_, manifest) = start.files().into_iter().find(|(name, _)| *name == "api.yaml").unwrap();
        assert!(manifest.contains("api: parking-permits"));
        assert!(manifest.contains("owner: parking@hackney.example"));
    }
}
