//! How is one part of a manifest changed, and all else kept as it was written?
//!
//! A form knows some keys; what it does not know stays, to the letter. Only the stretch of the text that holds the key is written
//! anew, and what comes out is read again: if it does not say just what was wanted, the whole is written anew from its values.

use hansom_standards::{Document, Node};
use serde_json::{Map, Value};

use crate::bundle::yaml;

/// The keys in the order in which a manifest is written; a new one goes behind those before it.
const ORDER: [&str; 17] = [
    "api",
    "title",
    "owner",
    "kind",
    "audience",
    "status",
    "sunset",
    "successor",
    "personal_data",
    "contract",
    "guides",
    "environments",
    "access",
    "limits",
    "quotas",
    "cors",
    "grants",
];

/// A manifest that is being changed.
#[derive(Clone, Debug)]
pub(crate) struct ManifestText {
    text: String,
    values: Map<String, Value>,
    lost_comments: bool,
}

impl ManifestText {
    /// Reads a manifest; none for what is no map of keys.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let document = Document::parse(text).ok()?;
        let Value::Object(values) = document.root().to_json() else { return None };
        Some(Self { text: text.to_owned(), values, lost_comments: false })
    }

    /// The text as it is now.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether comments of the text were lost on the way.
    pub(crate) fn lost_comments(&self) -> bool {
        self.lost_comments
    }

    /// What a key says; null if it is not there.
    pub(crate) fn get(&self, key: &str) -> &Value {
        self.values.get(key).unwrap_or(&Value::Null)
    }

    /// What a key says, if it is a text.
    pub(crate) fn word(&self, key: &str) -> &str {
        self.get(key).as_str().unwrap_or_default()
    }

    /// What a key says, as a map; an empty one if it is none.
    pub(crate) fn map(&self, key: &str) -> Map<String, Value> {
        self.get(key).as_object().cloned().unwrap_or_default()
    }

    /// Lets a key say something else; nothing takes it out.
    pub(crate) fn set(&mut self, key: &str, value: Option<Value>) {
        if self.values.get(key) == value.as_ref() {
            return;
        }
        let mut wanted = self.values.clone();
        match &value {
            Some(value) => {
                wanted.insert(key.to_owned(), value.clone());
            }
            None => {
                wanted.shift_remove(key);
            }
        }
        let spliced = spliced(&self.text, key, value.as_ref());
        match spliced.filter(|(text, _)| says(text, &wanted)) {
            Some((text, lost)) => {
                self.text = text;
                self.lost_comments |= lost;
            }
            None => {
                self.lost_comments |= has_comment(&self.text);
                self.text = yaml(&Value::Object(wanted.clone()));
            }
        }
        self.values = wanted;
    }

    /// The same with a text, where an empty one takes the key out.
    pub(crate) fn set_word(&mut self, key: &str, word: &str) {
        self.set(key, Some(word).filter(|word| !word.is_empty()).map(Value::from));
    }
}

fn says(text: &str, wanted: &Map<String, Value>) -> bool {
    Document::parse(text).is_ok_and(|document| document.root().to_json().as_object() == Some(wanted))
}

/// The text with another value at a key, and whether a comment was in what it takes the place of.
fn spliced(text: &str, key: &str, value: Option<&Value>) -> Option<(String, bool)> {
    let document = Document::parse(text).ok()?;
    let root = document.root();
    let written = value.map(|value| yaml(&Value::Object(Map::from_iter([(key.to_owned(), value.clone())]))));
    let Some((from, to)) = stretch(root, key) else {
        let after =
            ORDER.iter().take_while(|known| **known != key).filter_map(|known| stretch(root, known)).map(|(_, to)| to);
        let at = line_end(text, after.max().unwrap_or(text.len()));
        let (before, behind) = text.split_at_checked(at)?;
        let gap = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
        return Some((format!("{before}{gap}{}{behind}", written?), false));
    };
    let is_line = written.as_ref().is_some_and(|written| written.lines().count() == 1);
    // What stands in one line leaves the comment behind it where it is.
    let to = if is_line { to } else { line_end(text, to) };
    let (before, old, behind) = (text.get(..from)?, text.get(from..to)?, text.get(to..)?);
    let new = match &written {
        Some(written) if is_line => written.trim_end(),
        Some(written) => written,
        None => "",
    };
    Some((format!("{before}{new}{behind}"), has_comment(old)))
}

/// Where a key of the first level begins and its value ends, if the key begins a line.
fn stretch(root: Node<'_>, key: &str) -> Option<(usize, usize)> {
    let (found, value) = root.entries().find(|(found, _)| found.text == key)?;
    let (from, to) = (found.bytes().start, value.bytes().end);
    let begins_line = root.document().text().get(..from)?.chars().next_back().is_none_or(|letter| letter == '\n');
    (begins_line && to > from).then_some((from, to))
}

/// The end of the line that a byte is in, behind its line break.
fn line_end(text: &str, at: usize) -> usize {
    // A block of text ends behind its last line break already.
    if at > 0 && text.as_bytes().get(at - 1) == Some(&b'\n') {
        return at;
    }
    text.get(at..).and_then(|rest| rest.find('\n')).map_or(text.len(), |length| at + length + 1)
}

/// Whether there is what looks like a comment. A `#` inside quotes looks like one, too: then the warning is for nothing.
fn has_comment(text: &str) -> bool {
    text.lines().any(|line| line.trim_start().starts_with('#') || line.contains(" #") || line.contains("\t#"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = "# Ours.\napi: trees\nstatus: beta # since May\naccess:\n  # All of it.\n  - operations: ['*']\n    \
        applications: granted\nlimits: { burst: 5 }\n";

    fn changed(text: &str, key: &str, value: Option<Value>) -> (String, bool) {
        let mut manifest = ManifestText::read(text).unwrap();
        manifest.set(key, value);
        (manifest.text().to_owned(), manifest.lost_comments())
    }

    #[test]
    fn one_key_is_changed_and_all_else_stays_to_the_letter() {
        assert_eq!(changed(TEXT, "status", Some(json!("live"))), (TEXT.replace("beta", "live"), false));
        assert_eq!(changed(TEXT, "status", Some(json!("beta"))), (TEXT.to_owned(), false));
        let limited = "limits:\n  burst: 7\n  per_consumer: \"6/minute\"\n";
        let wanted = json!({ "burst": 7, "per_consumer": "6/minute" });
        let (text, lost) = changed(TEXT, "limits", Some(wanted));
        assert!(!lost && text.starts_with(TEXT.strip_suffix("limits: { burst: 5 }\n").unwrap()), "{text}");
        assert!(text.ends_with(limited) || text.contains("per_consumer: 6/minute"), "{text}");
    }

    #[test]
    fn a_new_key_goes_where_it_belongs_and_an_old_one_goes_alone() {
        let (text, lost) = changed(TEXT, "sunset", Some(json!("2027-04-01")));
        assert!(!lost && text.contains("# since May\nsunset: \"2027-04-01\"\naccess:"), "{text}");
        assert_eq!(changed(&text, "sunset", None), (TEXT.to_owned(), false));
        assert_eq!(changed("api: trees", "title", Some(json!("Trees"))).0, "api: trees\ntitle: Trees\n");
    }

    #[test]
    fn comments_are_lost_only_with_a_word() {
        let (text, lost) = changed(TEXT, "access", Some(json!([{ "operations": ["a"], "anyone": true }])));
        assert!(
            lost && text.contains("# Ours.") && text.contains("# since May") && !text.contains("All of it"),
            "{text}"
        );
        assert!(text.contains("limits: { burst: 5 }"), "{text}");
    }

    #[test]
    fn what_is_written_in_another_way_is_still_changed_rightly() {
        for text in [
            "{\"api\": \"trees\", \"status\": \"beta\"}",
            "{api: trees, status: beta} # here\n",
            "---\napi: trees\nstatus: >-\n  be\n  ta\n...\n",
            "api: &it trees\nstatus: *it\n",
            "? api\n: trees\n? status\n: beta\n",
            "api: trees\r\nstatus: beta\r\n",
            "'api': trees\n\"status\": 'beta'\ntitle:\n",
        ] {
            for (key, value) in
                [("status", json!("live")), ("title", json!("A: # b")), ("api", json!(["x", { "y": null }]))]
            {
                let mut manifest = ManifestText::read(text).unwrap();
                manifest.set(key, Some(value.clone()));
                let read = ManifestText::read(manifest.text()).expect("it reads");
                assert_eq!(*read.get(key), value, "{text}");
                assert_eq!(read.values, manifest.values, "{text}");
                let others = |manifest: &ManifestText| {
                    let mut values = manifest.values.clone();
                    values.shift_remove(key);
                    values
                };
                assert_eq!(others(&read), others(&ManifestText::read(text).unwrap()), "{text}");
            }
        }
    }

    #[test]
    fn what_is_no_manifest_is_not_changed() {
        for text in ["", "- a\n", "just words", "a: [", "a: 1\na: 2\n"] {
            assert!(ManifestText::read(text).is_none(), "{text}");
        }
    }
}
