//! What does a ruleset say about one rule?

use std::sync::Arc;

use super::{File, Reading};
use crate::{
    document::{Key, Kind, Node},
    fault::quoted,
    ruleset::{
        custom::{self, Custom},
        definition::{Asks, Statement, Then},
        field::Field,
        function::{Function, Options},
    },
};

const KEYS: [&str; 14] = [
    "description",
    "documentationUrl",
    "recommended",
    "enabled",
    "given",
    "resolved",
    "severity",
    "message",
    "tags",
    "formats",
    "then",
    "type",
    "extensions",
    "summary",
];

impl Reading<'_> {
    /// Reads a rule; one that changes an inherited rule need not be complete.
    pub(super) fn statement(&mut self, file: &File, key: Key<'_>, node: Node<'_>, inherits: bool) -> Option<Statement> {
        for (own, _) in node.entries() {
            if !KEYS.contains(&own.text) && !own.text.starts_with("x-") {
                let mend = format!("use one of {}", KEYS.join(", "));
                self.wrong(file, own.place(), format!("a rule has no key {}", quoted(own.text)), mend);
            }
        }
        if !inherits && (node.get("given").is_none() || node.get("then").is_none()) {
            let what = format!("the rule {} needs `given` and `then`", quoted(key.text));
            self.wrong(file, key.place(), what, "say where it looks and what it asks");
            return None;
        }
        if let Some(tags) = node.get("tags").filter(|tags| tags.kind() != Kind::List) {
            let what = format!("`tags` must be a list, not {}", tags.kind());
            self.wrong(file, tags.place(), what, "write a list, such as `[paths]`");
        }
        if let Some(then) = node.get("then").filter(|then| then.kind() == Kind::List && then.item(0).is_none()) {
            self.wrong(
                file,
                then.place(),
                "the rule asks nothing",
                "write `function` and the name of one under `then`",
            );
        }
        let text = |reading: &mut Self, key| reading.text(file, node, key).map(Arc::<str>::from);
        Some(Statement {
            given: node.get("given").map(|given| self.expressions(file, given)),
            then: node.get("then").map(|then| Arc::new(self.thens(file, then))),
            severity: node.get("severity").and_then(|severity| self.severity(file, severity)),
            message: text(self, "message"),
            description: text(self, "description"),
            documentation: text(self, "documentationUrl"),
            formats: node.get("formats").map(|formats| self.formats(file, formats)),
            recommended: self.flag(file, node, "recommended").or_else(|| self.flag(file, node, "enabled")),
            resolved: self.flag(file, node, "resolved"),
        })
    }

    fn thens(&mut self, file: &File, node: Node<'_>) -> Vec<Then> {
        let nodes: Vec<Node<'_>> = if node.kind() == Kind::List { node.items().collect() } else { vec![node] };
        nodes.into_iter().filter_map(|then| self.then(file, then)).collect()
    }

    fn then(&mut self, file: &File, node: Node<'_>) -> Option<Then> {
        let Some(name) = node.get("function").and_then(Node::as_str) else {
            let mend = "write `function` and the name of one, such as truthy";
            self.wrong(file, node.place(), "`then` needs a function", mend);
            return None;
        };
        let field = match node.get("field") {
            None => Field::Itself,
            Some(written) => self.field(file, written)?,
        };
        if let Some(declared) = file.functions.iter().rev().find(|own| custom::name_of(own) == name) {
            let options = node.get("functionOptions").map_or(serde_json::Value::Null, Node::to_json);
            let custom = Custom {
                name: name.into(),
                file: custom::file_of(&file.name, file.folder.as_deref(), declared).into(),
                options: options.to_string().into(),
                programs: Arc::clone(&file.programs),
            };
            return Some(Then { field, asks: Asks::Custom(custom) });
        }
        let options = match node.get("functionOptions") {
            Some(options) => Options::at(&file.document, options),
            None => Options::default(),
        };
        match Function::read(name, &options, true) {
            Some(Ok(function)) => Some(Then { field, asks: Asks::Function(Box::new(function)) }),
            Some(Err(mistakes)) => {
                for mistake in mistakes {
                    let place = mistake.node.map_or(node.place(), |id| file.document.node(id).place());
                    self.wrong(file, place, mistake.what, mistake.mend);
                }
                None
            }
            None => {
                let place = node.get("function").map_or(node.place(), Node::place);
                let mend = "correct the name, or declare it under `functions`";
                self.wrong(file, place, format!("there is no function {}", quoted(name)), mend);
                None
            }
        }
    }

    fn field(&mut self, file: &File, written: Node<'_>) -> Option<Field> {
        let read = written.as_str().map(Field::read);
        match read {
            Some(Ok(field)) => return Some(field),
            Some(Err(fault)) => self.wrong(file, written.place(), fault.what, fault.mend),
            None => self.wrong(file, written.place(), "`field` must be a text", "write the name of a property"),
        }
        None
    }
}
