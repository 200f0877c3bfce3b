//! `schema`: does a value keep to a JSON Schema?

use super::{Call, Mistake, Options, Remark};
use crate::{
    document::{Kind, Node},
    ruleset::{
        ecmascript::Subject,
        format::draft_of,
        locating::Step,
        schema::{Dialect, Relaxed, Schema, Unsound, improved, violations},
        view::View,
    },
};

#[derive(Debug)]
pub(crate) struct SchemaFunction {
    schema: Options,
    dialect: Option<Dialect>,
    all: bool,
}

impl SchemaFunction {
    pub(super) fn read(options: &Options) -> Result<SchemaFunction, Vec<Mistake>> {
        options.only("schema", &["schema", "dialect", "allErrors", "prepareResults"])?;
        Self::read_any(options)
    }

    pub(super) fn read_for_openapi(options: &Options) -> Result<SchemaFunction, Vec<Mistake>> {
        options.only("oasSchema", &["schema"])?;
        Self::read_any(options)
    }

    fn read_any(options: &Options) -> Result<SchemaFunction, Vec<Mistake>> {
        let mend = "write a JSON Schema";
        let schema = options.required("schema", "schema", mend)?;
        if schema.kind() != Kind::Map {
            return Mistake::alone(Some(schema), "the option `schema` of `schema` must be a map", mend);
        }
        let dialect = match options.text("schema", "dialect")?.as_deref() {
            None | Some("auto") => None,
            Some(name) => match Dialect::named(name) {
                Some(dialect) => Some(dialect),
                None => {
                    let mend = "write auto, draft4, draft6, draft7, draft2019-09 or draft2020-12";
                    return Mistake::alone(options.get("dialect"), "no such dialect is known", mend);
                }
            },
        };
        Ok(SchemaFunction { schema: options.part("schema"), dialect, all: options.flag("schema", "allErrors")? })
    }

    pub(super) fn run<'d>(&self, call: &Call<'_, 'd>) -> Vec<Remark<'d>> {
        self.run_as(call, self.dialect, Relaxed::default())
    }

    /// Holds the value against the schema in a dialect.
    pub(super) fn run_as<'d>(
        &self,
        call: &Call<'_, 'd>,
        dialect: Option<Dialect>,
        relaxed: Relaxed,
    ) -> Vec<Remark<'d>> {
        let Some(root) = self.schema.node() else {
            return Vec::new();
        };
        let dialect = dialect.unwrap_or_else(|| detected(root));
        let schema = Schema { root, view: View::WRITTEN, dialect, all: self.all, relaxed, inlines: true };
        let again = call.about.soundness.was_used(root, self.all);
        answer(call, schema, call.subject, &[], again)
    }
}

/// The dialect that a schema says it is written in.
pub(super) fn detected(schema: Node<'_>) -> Dialect {
    let named = schema.get("$schema").and_then(Node::as_str).and_then(draft_of).and_then(Dialect::named);
    named.unwrap_or(Dialect::Draft7)
}

/// What is said about a value, which stands at some steps below the subject. `again` if a value was held against the same
/// schema before: that it is malformed is not told twice.
pub(super) fn answer<'d, 's>(
    call: &Call<'_, 'd>,
    schema: Schema<'s>,
    value: Subject<'d>,
    below: &[Step<'d>],
    again: bool,
) -> Vec<Remark<'d>>
where
    'd: 's,
{
    let at = |steps: Vec<Step<'d>>, message: String| Remark::below(below.iter().cloned().chain(steps), message);
    if value.kind().is_none() {
        return vec![at(Vec::new(), "#{{print(\"property\")}}must exist".to_owned())];
    }
    let about = call.about;
    let unsound = {
        let how = (schema.dialect, schema.relaxed);
        about.soundness.of(schema.root, schema.view, how, about.expressions, again)
    };
    match unsound {
        Some(Unsound::Reference) if call.view.follows() => return Vec::new(),
        Some(Unsound::Reference) => {
            return vec![at(Vec::new(), "a reference in the schema leads nowhere".to_owned())];
        }
        Some(Unsound::Malformed(why)) => return vec![at(Vec::new(), why)],
        None => {}
    }
    let found = violations(schema, value, call.view, about.expressions);
    if found.is_empty() {
        return Vec::new();
    }
    let path = (call.path)();
    let last = below.last().or(path.last()).map(|step| step.to_string());
    improved(&found, value, call.view, last.as_deref())
        .into_iter()
        .map(|one| {
            let steps = one.instance.split('/').skip(1).map(|step| Step::Owned(step.to_owned())).collect();
            at(steps, one.message)
        })
        .collect()
}
