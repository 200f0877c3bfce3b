//! What do the functions of `@stoplight/spectral-functions` say when a program calls them?

use std::{collections::HashSet, sync::Arc};

use serde_json::{Value, json};

use crate::{
    document::{Document, Limits},
    query::{Reading, Tree},
    ruleset::{
        ecmascript::Subject,
        expression::Expressions,
        function::{About, At, Call, Function, Options},
        reference::References,
        schema::Soundness,
        view::{Fuel, View},
    },
    sources::Sources,
};

/// How far a function looks.
const STEPS: u64 = 10_000_000;

/// Calls a function by its name with a value and options as JSON; `named` is what the references of the contract name.
/// The answer is JSON: a list of messages, each with the path below the value or from the root, if it has one.
pub(super) fn call(
    name: &str,
    value: Option<&str>,
    options: Option<&str>,
    named: &HashSet<String>,
) -> Result<String, String> {
    let limits = Limits { depth: 500, ..Limits::default() };
    let sources = Sources::of_text("", value.unwrap_or("null"), &limits).map_err(|fault| fault.to_string())?;
    let options = match options {
        None => Options::default(),
        Some(text) => {
            let document = Document::parse_within(text, &limits).map_err(|fault| fault.to_string())?;
            let document = Arc::new(document);
            Options::at(&document, document.root())
        }
    };
    let function = match Function::read(name, &options, true) {
        Some(Ok(function)) => function,
        Some(Err(mistakes)) => {
            return Err(mistakes.into_iter().map(|mistake| mistake.what).collect::<Vec<_>>().join("; "));
        }
        None => return Err(format!("there is no function `{name}`")),
    };
    let tree = Tree::new(&sources, Reading::Written);
    let fuel = Fuel::default();
    fuel.fill(STEPS);
    let about = About {
        root: sources.root(),
        formats: None,
        references: &References::naming(named),
        expressions: &Expressions::default(),
        soundness: &Soundness::default(),
    };
    let subject = if value.is_some() { Subject::Node(sources.root()) } else { Subject::Undefined };
    let remarks = function.run(&Call { subject, path: &Vec::new, view: View::of(&tree, &fuel), about: &about });
    if fuel.ran_out() || about.expressions.were_cut() {
        return Err(format!("`{name}` takes too long for this value"));
    }
    let answer = remarks.into_iter().map(|remark| match remark.at {
        At::Here => json!({ "message": remark.message }),
        At::Below(steps) => json!({ "message": remark.message, "below": steps }),
        At::Path(steps) => json!({ "message": remark.message, "path": steps }),
    });
    Ok(Value::Array(answer.collect()).to_string())
}
