//! What is a checklist of the playbook?

use hansom_standards::{Node, Rule, rules};

use super::front;

/// Questions that people answer.
#[derive(Debug)]
pub(crate) struct Checklist {
    /// `design-review`
    pub(crate) slug: &'static str,
    pub(crate) title: String,
    pub(crate) summary: String,
    pub(crate) items: Vec<Item>,
}

/// A question.
#[derive(Debug)]
pub(crate) struct Item {
    /// Never changes its meaning.
    pub(crate) id: String,
    pub(crate) question: String,
    pub(crate) why: String,
    pub(crate) evidence: String,
    pub(crate) who: String,
}

impl Checklist {
    /// Reads the file `slug.yaml`.
    pub(super) fn read(slug: &'static str, text: &str) -> Self {
        let document = front::read(text);
        let root = document.as_ref().map(|document| document.root());
        let said = |key| root.map_or_else(String::new, |root| front::text(root, key));
        let items = root.and_then(|root| root.get("items")).into_iter().flat_map(Node::items);
        Self { slug, title: said("title"), summary: said("summary"), items: items.map(Item::read).collect() }
    }

    /// As Markdown.
    pub(crate) fn twin(&self) -> String {
        let mut out = format!("# {}\n\n{}\n", self.title, self.summary);
        for Item { id, question, why, evidence, who } in &self.items {
            out.push_str(&format!(
                "\n## {id}: {question}\n\n- Why: {why}\n- Evidence: {evidence}\n- Who answers: {who}\n"
            ));
        }
        out
    }
}

impl Item {
    fn read(node: Node<'_>) -> Self {
        let said = |key| front::text(node, key);
        Self {
            id: said("id"),
            question: said("question"),
            why: said("why"),
            evidence: said("evidence"),
            who: said("who"),
        }
    }

    /// The standard that the item is.
    pub(crate) fn rule(&self) -> Option<&'static Rule> {
        rules::find(&self.id)
    }
}
