//! Where does a contract say that its API is served?

use crate::{document::Node, survey::Survey};

/// Words that tell a server for trying things out from the one that counts.
pub(crate) const TEST_WORDS: &str = r#"["sandbox", "test", "mock", "staging", "acceptance", "preview", "preproduction", "pre-production", "development", "dev", "demo", "localhost", "127.0.0.1"]"#;

/// An entry of `servers`.
#[derive(Clone, Debug)]
pub(crate) struct Server<'d> {
    /// The entry.
    pub(crate) node: Node<'d>,
    /// Its address, with the defaults of its variables.
    pub(crate) url: String,
}

/// The servers of the whole contract.
pub(crate) fn servers<'d>(survey: &Survey<'d>) -> Vec<Server<'d>> {
    let written = survey.root().get("servers").into_iter().flat_map(Node::items);
    written.filter_map(|node| Some(Server { node, url: filled(node, node.get("url")?.as_str()?) })).collect()
}

impl Server<'_> {
    /// The path of the address, without a slash at its end.
    pub(crate) fn path(&self) -> &str {
        let rest = match self.url.split_once("://") {
            Some((_, rest)) => rest.find('/').and_then(|at| rest.get(at..)).unwrap_or(""),
            None => &self.url,
        };
        rest.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/')
    }

    /// Whether the address names no host: the environment puts it before.
    pub(crate) fn is_relative(&self) -> bool {
        !self.url.contains("://") && !self.url.starts_with("//")
    }

    /// Whether its address, its name or its description has one of the words.
    pub(crate) fn speaks_of<'a>(&self, words: impl Iterator<Item = &'a str>) -> bool {
        let texts = ["url", "name", "description"].into_iter().filter_map(|key| self.node.get(key)?.as_str());
        let options =
            self.node.get("variables").into_iter().flat_map(Node::entries).flat_map(|(_, variable)| {
                variable.get("enum").into_iter().flat_map(Node::items).filter_map(Node::as_str)
            });
        let said: Vec<String> = texts.chain(options).map(str::to_lowercase).collect();
        let said: Vec<&str> = said.iter().map(String::as_str).collect();
        words.into_iter().any(|word| said.iter().any(|text| has_word(text, word)))
    }
}

/// Whether a text has a word that is not a part of a longer one.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|after| after.chars().next());
        ![before, after].into_iter().flatten().any(char::is_alphanumeric)
    })
}

/// An address with the defaults of its variables in their places.
fn filled(node: Node<'_>, url: &str) -> String {
    let mut text = String::new();
    let mut rest = url;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, tail)) = after.split_once('}') else { break };
        let default = node.get("variables").and_then(|variables| variables.get(name)?.get("default")?.as_str());
        text.push_str(default.unwrap_or("variable"));
        rest = tail;
    }
    text.push_str(rest);
    text
}
